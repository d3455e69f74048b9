"""The training loop's link to the store: steps, requests, pauses, looks, checkpoints, a full disk."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from engine import durable, platform
from engine.errors import EnvironmentFailure
from engine.records import Step
from engine.states import State
from engine.store import checkpoints as rows
from engine.store import journal, runs, to_json
from engine.training import checkpoints, rotation

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from engine.training.loop import Command, StepReport
    from engine.training.setup import Session
    from engine.work import Work

FLUSH_EVERY_S = 0.25
WAIT_S = 0.05


class Observer:
    """The loop's `Progress`: writes what happened, and does what the user asked between steps."""

    def __init__(
        self, work: Work, session: Session, optimiser: torch.optim.Optimizer, measure: Callable[[int], int | None]
    ) -> None:
        """Bind to the job; `measure(step)` scores the guard set and returns the best step so far to keep."""
        self.work, self.session, self.optimiser, self._measure = work, session, optimiser, measure
        self.run_id = int(work.job.run_id or 0)
        self.model: Any = session.loaded.model
        self.best_step: int | None = None
        self.stopped_by_user = False
        self.saved_step = -1
        self.tokens_seen = 0
        self.elapsed_s = 0.0
        self._pending: list[Step] = []
        self._flushed_at = 0.0
        self._journal_rev = 0
        self._check_now = False

    # ---- what the loop calls -----------------------------------------------------------------------------------------

    def before_step(self, step: int) -> Command:
        """Do what was asked: check now, pause (and wait here), stop."""
        wanted = self.work.take_requests()
        if "check" in wanted:
            self._look(step - 1)
        if "pause" in wanted and "stop" not in wanted:
            wanted = self._pause(step - 1)
        if {"stop", "cancel"} & set(wanted):
            self.stopped_by_user = True
            self.work.set_state(State.STOPPING)
            self.save(step - 1)
            return "stop"
        return "go"

    def after_step(self, report: StepReport) -> None:
        """Log the step; rows are written at most every quarter of a second."""
        self.tokens_seen += report.tokens
        self.elapsed_s = report.elapsed_s
        self._pending.append(
            Step(
                run_id=self.run_id, step=report.step, loss=report.loss, lr=report.lr, grad_norm=report.grad_norm,
                tokens=report.tokens, elapsed_s=report.elapsed_s,
            )
        )  # fmt: skip
        self.work.phase("training", report.step, self.session.steps_total)
        if time.monotonic() - self._flushed_at >= FLUSH_EVERY_S:
            self.flush()

    def look(self, step: int) -> Command:
        """Score the guard set, then save: the checkpoint is chosen knowing what it kept."""
        self._look(step)
        if self.session.recipe.checkpoints.at_looks or step == self.session.steps_total:
            self.save(step)
        return "go"

    # ---- parts -------------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write the steps not yet written."""
        runs.add_steps(self.work.store, self._pending)
        self._pending.clear()
        self._flushed_at = time.monotonic()

    def _look(self, step: int) -> None:
        self.flush()
        if step > 0:
            was_training = self.model.training
            self.model.eval()
            self.best_step = self._measure(step) or self.best_step
            self.model.train(was_training)
        self.work.phase("training", step, self.session.steps_total)

    def _pause(self, step: int) -> list[str]:
        """Save, wait until asked to go on or stop, and return what was asked."""
        self.work.set_state(State.PAUSING)
        self.save(step)
        self.work.set_state(State.PAUSED)
        while not {"resume", "stop", "cancel"} & set(wanted := self.work.take_requests()):
            if "check" in wanted:
                self._look(step)
            time.sleep(WAIT_S)
        if "resume" in wanted:
            self.work.set_state(State.TRAINING)
        return wanted

    def save(self, step: int) -> None:
        """Write a checkpoint of this step, once; a full disk pauses until there is room or the user stops."""
        self.flush()
        if step < 1 or step == self.saved_step:
            return
        while True:
            try:
                self._save(step)
                return
            except EnvironmentFailure as failure:
                if not self._wait_for_room(failure):
                    raise

    def _save(self, step: int) -> None:
        session, store = self.session, self.work.store
        parent = session.folder / "checkpoints"
        python_random, numpy_random = checkpoints.random_state()
        state = checkpoints.State(
            step=step, steps_total=session.steps_total, tokens_seen=self.tokens_seen, elapsed_s=self.elapsed_s,
            identity=session.identity, python_random=python_random, numpy_random=numpy_random,
            guard={"best_step": self.best_step},
        )  # fmt: skip
        saved = checkpoints.save(parent, self.model, self.optimiser, session.recipe, session.device, state)
        self.append_rows()
        rows.add(
            store, run_id=self.run_id, step=step, folder=saved.folder.name, manifest_sha256=saved.manifest_sha256,
            size_bytes=saved.size_bytes,
        )  # fmt: skip
        self.saved_step = step
        keep = session.recipe.checkpoints.keep
        rotation.rotate(store, parent, self.run_id, keep=keep, best_step=self.best_step)

    def append_rows(self) -> None:
        """Append the run's new rows to its folder, from which a lost database is rebuilt."""
        rev = self.work.store.rev()
        lines = [to_json(row) for row in journal.rows_since(self.work.store, self.run_id, self._journal_rev)]
        if lines:
            durable.append_line(self.session.folder / "rows.jsonl", "\n".join(lines))
        self._journal_rev = rev

    def _wait_for_room(self, failure: EnvironmentFailure) -> bool:
        """Pause while the disk is too full for a checkpoint; whether to try again."""
        needed = self.session.checkpoint_bytes()
        if platform.free_bytes(self.session.folder) >= needed:
            return False
        self.work.log(f"Paused: {failure.sentence()}", "warning")
        self.work.set_state(State.PAUSED)
        while platform.free_bytes(self.session.folder) < needed:
            if {"stop", "cancel"} & set(self.work.take_requests()):
                return False
            time.sleep(WAIT_S)
        self.work.set_state(State.TRAINING)
        return True
