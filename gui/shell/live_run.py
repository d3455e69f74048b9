"""The run at work and the current model in a few words, for the status bar and the sidebar."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.errors import UserError
from engine.states import State
from engine.store import history, jobs, runs
from gui.i18n import tr

if TYPE_CHECKING:
    from engine.records import Job, Run
    from engine.store import Store


class LiveRun(NamedTuple):
    """The run a worker is at, or that waits."""

    run: Run
    job: Job

    @property
    def share(self) -> float | None:
        """How far it is in its phase, 0 to 1; None while that is not known."""
        if self.run.state in (State.TRAINING, State.PAUSING, State.PAUSED) and self.run.steps_total:
            return self.run.step / self.run.steps_total
        return self.job.phase_done / self.job.phase_total if self.job.phase_total else None

    def words(self) -> str:
        """One line: "▶ lora-04 62 %"."""
        share = self.share
        far = f" {share * 100:.0f} %" if share is not None else f" {state_word(self.run.state)}"
        return f"{self.run.state.glyph} {self.run.name}{far}"


def live_run(store: Store) -> LiveRun | None:
    """Return the run at work, else the first that waits, else None."""
    waiting = [job for job in jobs.unfinished(store) if job.run_id is not None and job.kind == "train"]
    waiting.sort(key=lambda job: not job.state.is_active)
    return LiveRun(runs.get(store, waiting[0].run_id), waiting[0]) if waiting and waiting[0].run_id else None


def model_words(store: Store, ref: str) -> str:
    """A model's reference as people say it: "base starter", "lora-03 @ 400"; the reference itself if its run is gone."""
    if ref.startswith("base:"):
        return tr("base {name}").format(name=ref.removeprefix("base:"))
    run, _, step = ref.rpartition("@")
    try:
        return f"{runs.get(store, int(run)).name} @ {step}"
    except (UserError, ValueError):
        return ref


def current_model_words(store: Store) -> str:
    """The current model as people say it; empty before there is one."""
    pointer = history.pointer(store)
    return model_words(store, pointer[0]) if pointer else ""


def state_word(state: State) -> str:
    """A state in the user's language."""
    return {
        State.QUEUED: tr("Queued"), State.PREPARING: tr("Preparing"), State.MEASURING_BEFORE: tr("Measuring before"),
        State.TRAINING: tr("Training"), State.PAUSING: tr("Pausing after this step"), State.PAUSED: tr("Paused"),
        State.STOPPING: tr("Saving checkpoint"), State.MEASURING_AFTER: tr("Measuring after"),
        State.FINISHED: tr("Finished"), State.AUTO_STOPPED: tr("Auto-stopped"), State.STOPPED: tr("Stopped"),
        State.CANCELLED: tr("Cancelled"), State.FAILED: tr("Failed"), State.INTERRUPTED: tr("Interrupted"),
    }[state]  # fmt: skip
