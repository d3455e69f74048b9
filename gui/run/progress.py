"""How far a run is and how long it will take on: phases, a bar that never goes backwards, a time left worth believing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.plan.eta import Eta
from engine.states import State
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import Job, Run, Step

PhaseState = Literal["done", "now", "next"]
#: The time left changes its words at most this often.
SAY_EVERY_S = 5.0
TRAINING_PHASE = "training"
CHECKING = "checking canaries"
PHASES = ("load", "before", "train", "after", "verdict")
_AT: dict[State, int] = {
    State.QUEUED: 0, State.PREPARING: 0, State.MEASURING_BEFORE: 1, State.TRAINING: 2, State.PAUSING: 2, State.PAUSED: 2,
    State.STOPPING: 2, State.MEASURING_AFTER: 3,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PhaseMark:
    """One phase of the line: its words and whether it is done, at work or to come."""

    key: str
    words: str
    state: PhaseState


@dataclass(frozen=True, kw_only=True)
class ProgressView:
    """What to show: the phases, the share of the one at work (None: unknown), what is being done, and the time left."""

    marks: tuple[PhaseMark, ...]
    share: float | None
    doing: str
    left: str


class Progress:
    """Follows one run; feed it every change with `see`. Times are seconds of one clock that never goes back."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._steps = Eta()
        self._others: dict[str, Eta] = {}
        self._looks = _LookTimes()
        self._bar: tuple[str, float] = ("", 0.0)
        self._said: tuple[str, float, str] = ("", 0.0, "")

    def see(self, run: Run, job: Job | None, new_steps: Sequence[Step], now_s: float) -> ProgressView:
        """Take in the newest rows and return what to show."""
        for step in new_steps:
            self._steps.at(step.step, step.elapsed_s)
        if job is None or job.state.is_ended:
            return ProgressView(marks=_marks(run, job), share=None, doing="", left="")
        self._looks.see(job, now_s)
        if job.phase != TRAINING_PHASE and job.phase:
            self._others.setdefault(job.phase, Eta()).at(job.phase_done, now_s)
        return ProgressView(
            marks=_marks(run, job), share=self._share(run, job), doing=doing(run, job), left=self._left(run, job, now_s)
        )

    def _share(self, run: Run, job: Job) -> float | None:
        """How far the phase is; never less than was shown of it before."""
        share = share_of(run, job)
        if share is None:
            return None
        phase, shown = self._bar
        self._bar = (run.state.value if _AT.get(run.state) != 2 else TRAINING_PHASE, share)
        if self._bar[0] == phase and share < shown and run.step:
            self._bar = (phase, shown)
        return self._bar[1]

    def _left(self, run: Run, job: Job, now_s: float) -> str:
        key, said_at, words = self._said
        if run.state.value == key and words and now_s - said_at < SAY_EVERY_S:
            return words
        words = self._left_now(run, job)
        self._said = (run.state.value, now_s, words)
        return words

    def _left_now(self, run: Run, job: Job) -> str:
        if run.state in (State.PAUSED, State.PAUSING, State.STOPPING):
            return ""
        if _AT.get(run.state) == 2:
            left = self._steps.left_s(run.steps_total)
            ahead = sum(1 for step in _looks_of(run) if step > run.step)
            return "" if left is None else left_text(left + ahead * self._looks.each_s)
        eta = self._others.get(job.phase)
        left = eta.left_s(job.phase_total) if eta else None
        return "" if left is None else left_text(left)


class _LookTimes:
    """Seconds one canary check takes: by the measuring before, then by the checks seen."""

    def __init__(self) -> None:
        self._phase = ""
        self._began_at = 0.0
        self._item_s = 0.0
        self.each_s = 0.0

    def see(self, job: Job, now_s: float) -> None:
        """Note when a phase began and how long it took."""
        if job.phase == self._phase:
            if job.state is State.MEASURING_BEFORE and job.phase_done:
                self._item_s = (now_s - self._began_at) / job.phase_done
            if job.phase.startswith(CHECKING) and not self.each_s:
                self.each_s = self._item_s * job.phase_total
            return
        if self._phase.startswith(CHECKING):
            self.each_s = now_s - self._began_at
        self._phase, self._began_at = job.phase, now_s


def share_of(run: Run, job: Job) -> float | None:
    """How far a run is in its present phase, 0 to 1; None while that is not known."""
    if _AT.get(run.state) == 2:
        return run.step / run.steps_total if run.steps_total else None
    return job.phase_done / job.phase_total if job.phase_total else None


def doing(run: Run, job: Job) -> str:
    """What is being done, with its numbers: "step 412 of 660", "14 of 40"."""
    if run.state is State.QUEUED:
        return tr("waiting for its turn")
    if _AT.get(run.state) == 2 and not job.phase.startswith(CHECKING):
        return tr("step {step} of {total}").format(step=run.step, total=run.steps_total)
    count = tr("{done} of {total}").format(done=job.phase_done, total=job.phase_total) if job.phase_total else ""
    if job.phase.startswith(CHECKING):
        return tr("step {step}: checking canaries {count}").format(step=run.step, count=count).rstrip()
    return count


def left_text(seconds: float) -> str:
    """The time left as one says it: "about 4 min left"."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return tr("under a minute left")
    if minutes < 60:
        return tr("about {minutes} min left").format(minutes=minutes)
    return tr("about {hours} h {minutes} min left").format(hours=minutes // 60, minutes=minutes % 60)


def _looks_of(run: Run) -> list[int]:
    looks = run.plan.get("looks")
    return [int(step) for step in looks] if isinstance(looks, list) else []


def _marks(run: Run, job: Job | None) -> tuple[PhaseMark, ...]:
    words = {
        "load": tr("Load"), "before": tr("Before"), "train": tr("Train"), "after": tr("After"), "verdict": tr("Verdict"),
    }  # fmt: skip
    at = len(PHASES) if run.state is State.FINISHED else _AT.get(run.state, 3 if run.results.get("learned") else 2)
    is_at_work = job is not None and not run.state.is_ended and run.state is not State.QUEUED
    marks = []
    for index, key in enumerate(PHASES):
        state: PhaseState = "done" if index < at else "now" if index == at and is_at_work else "next"
        marks.append(PhaseMark(key=key, words=words[key], state=state))
    return tuple(marks)
