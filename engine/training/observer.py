"""The training loop's link to the store: steps, requests, pauses, looks, checkpoints, a full disk."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from engine import durable, platform, run_folder
from engine.errors import EnvironmentFailure
from engine.records import Step
from engine.states import State
from engine.store import checkpoints as rows
from engine.store import runs
from engine.training import checkpoints, rotation
from engine.training.guarding import Seen

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from engine.training.guarding import Guarding
    from engine.training.loop import Command, StepReport
    from engine.training.protections.assembled import Protections
    from engine.training.setup import Session
    from engine.work import Work

FLUSH_EVERY_S = 0.25
WAIT_S = 0.05


class Observer:
    """The loop's `Progress`: writes what happened, and does what the user asked between steps."""

    def __init__(
        self,
        work: Work,
        session: Session,
        optimiser: torch.optim.Optimizer,
        measure: Callable[[int], Seen],
        guarding: Guarding,
        protections: Protections,
    ) -> None:
        """Bind to the job; `measure(step)` scores the guard set and says what the guard makes of it."""
        self.work, self.session, self.optimiser, self._measure = work, session, optimiser, measure
        self.guarding, self.protections = guarding, protections
        self.run_id = int(work.job.run_id or 0)
        self.model: Any = session.loaded.model
        self.best_step: int | None = None
        self.stopped_by_user = self.stopped_by_guard = False
        self.saved_step = -1
        self.tokens_seen = 0
        self.elapsed_s = 0.0
        self._pending: list[Step] = []
        self._flushed_at = 0.0
        self._journal_rev = 0

    # ---- what the loop calls -----------------------------------------------------------------------------------------

    def before_step(self, step: int) -> Command:
        """Do what was asked: check now, pause (and wait here), stop."""
        wanted = self.work.take_requests()
        if "check" in wanted:
            self._look(step - 1)
        if "pause" in wanted and "stop" not in wanted:
            wanted = self._pause(step - 1)
        return self._stop_if_asked(wanted, step - 1)

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
        """Score the guard set, then save: the checkpoint is chosen knowing what it kept. A tripped guard may end it here."""
        seen = self._look(step)
        if self.session.recipe.checkpoints.at_looks or step == self.session.steps_total or seen.action != "go":
            self.best_step = step if seen.is_inside else self.best_step
            self.save(step)
        if (trip := seen.trip) is not None:
            self.guarding.offer(
                step, self.best_step, kind=trip.kind, sentence=trip.sentence, capability=trip.capability
            )
        if seen.action == "pause":
            return self._stop_if_asked(self._pause(step), step)
        if seen.action == "stop":
            self.stopped_by_guard = True
            self.work.set_state(State.STOPPING)
            return "stop"
        return "go"

    # ---- parts -------------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write the steps not yet written."""
        runs.add_steps(self.work.store, self._pending)
        self._pending.clear()
        self._flushed_at = time.monotonic()

    def _stop_if_asked(self, wanted: list[str], step: int) -> Command:
        if not {"stop", "cancel"} & set(wanted):
            return "go"
        self.stopped_by_user = True
        self.work.set_state(State.STOPPING)
        self.save(step)
        return "stop"

    def _look(self, step: int) -> Seen:
        self.flush()
        seen = Seen(is_inside=False)
        if step > 0:
            was_training = self.model.training
            self.model.eval()
            seen = self._measure(step)
            self.model.train(was_training)
        if seen.is_inside and step == self.saved_step:
            self.best_step = step
        self.work.phase("training", step, self.session.steps_total)
        return seen

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
        attempts = 0
        while True:
            try:
                self._save(step)
                return
            except EnvironmentFailure as failure:
                attempts += 1
                if not durable.is_disk_full(failure.__cause__ or failure):
                    raise
                if attempts > 1 and not self._wait_for_room(failure):
                    raise

    def _save(self, step: int) -> None:
        session, store = self.session, self.work.store
        parent = session.folder / "checkpoints"
        python_random, numpy_random = checkpoints.random_state()
        state = checkpoints.State(
            step=step, steps_total=session.steps_total, tokens_seen=self.tokens_seen, elapsed_s=self.elapsed_s,
            identity=session.identity, python_random=python_random, numpy_random=numpy_random,
            guard={"best_step": self.best_step, "state": self.guarding.dump()}, protection=self.protections.state(),
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
        self._journal_rev = run_folder.append_rows(self.work.store, self.run_id, self._journal_rev)

    def _wait_for_room(self, failure: EnvironmentFailure) -> bool:
        """Pause until there is room for a checkpoint; False if the user stops instead.

        The disk said it is full, whatever counts as free (a quota, blocks kept for the system), so what is asked for is a
        checkpoint's bytes more than are free now, and a "resume" tries again at once.
        """
        free = platform.free_bytes(self.session.folder)
        needed = max(self.session.checkpoint_bytes(), 0 if free < self.session.checkpoint_bytes() else free + 1)
        self.work.log(
            f"Paused: {failure.sentence()} A checkpoint takes about {self.session.checkpoint_bytes() / 1e6:.1f} MB; "
            f"{free / 1e6:.1f} MB are free.",
            "warning",
        )
        self.work.set_state(State.PAUSED)
        while platform.free_bytes(self.session.folder) < needed:
            wanted = set(self.work.take_requests())
            if {"stop", "cancel"} & wanted:
                return False
            if "resume" in wanted:
                break
            time.sleep(WAIT_S)
        self.work.set_state(State.TRAINING)
        return True
