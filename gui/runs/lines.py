"""What the list of runs shows of each: its verdict, worst capability, gain, size. Read at once, off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from engine.store import checkpoints, history, jobs, runs, scores
from engine.verdict import tradeoff
from engine.verdict.records import Verdict
from engine.verdict.sentences import amount, shown

if TYPE_CHECKING:
    from engine.records import Job, Run
    from engine.store import Store
    from engine.verdict.records import CapabilityVerdict, Word


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """One run in a line. `worst` is its worst judged capability's change as shown (down is worse), `gain` in points."""

    run: Run
    word: Word | None = None
    worst: float | None = None
    worst_text: str = ""
    worst_name: str = ""
    gain: float | None = None
    size_bytes: int = 0
    is_current: bool = False
    share: float | None = None

    @property
    def is_live(self) -> bool:
        """Whether it waits or is at work."""
        return not self.run.state.is_ended


def read_lines(store: Store) -> list[RunLine]:
    """Read every run that is not in the Trash, newest first."""
    verdicts, sizes = scores.newest_verdicts(store), checkpoints.sizes(store)
    pointer = history.pointer(store)
    current = pointer[0].partition("@")[0] if pointer else ""
    live = {job.run_id: job for job in jobs.unfinished(store) if job.kind == "train"}
    decoder = msgspec.json.Decoder(Verdict)
    return [
        line_of(
            run, decoder.decode(verdicts[run.id]) if run.id in verdicts else None, size_bytes=sizes.get(run.id, 0),
            is_current=current == str(run.id), job=live.get(run.id),
        )
        for run in runs.everything(store)
    ]  # fmt: skip


def line_of(run: Run, verdict: Verdict | None, *, size_bytes: int, is_current: bool, job: Job | None) -> RunLine:
    """Put one run into a line."""
    worst = worst_of(verdict)
    return RunLine(
        run=run,
        word=verdict.word if verdict else None,
        worst=None if worst is None else shown(worst.mean_change, worst.kind),
        worst_text="" if worst is None else with_bounds(worst),
        worst_name="" if worst is None else worst.name,
        gain=gain_of(run),
        size_bytes=size_bytes,
        is_current=is_current,
        share=_share(run, job),
    )


def worst_of(verdict: Verdict | None) -> CapabilityVerdict | None:
    """The judged capability that lost most, in units of its limit."""
    judged = [one for one in verdict.capabilities if one.role != "expendable" and one.budget] if verdict else []
    return max(judged, key=lambda one: one.mean_change / one.budget, default=None)


def with_bounds(one: CapabilityVerdict) -> str:
    """A change with the bounds that decided: −0.53 [−0.61, −0.45]."""
    low, high = (one.lower, one.upper) if one.kind == "kl" else (one.upper, one.lower)
    ends = ", ".join("…" if value is None else amount(value, one.kind) for value in (low, high))
    return f"{amount(one.mean_change, one.kind)} [{ends}]"


def gain_of(run: Run) -> float | None:
    """What was learned, in points of right fields (else of right answers) on the held-out rows; as Compare counts it."""
    learned = run.results.get("learned") or {}
    measure = tradeoff.choose_measure([learned])
    return 100 * tradeoff.gain(learned, measure) if measure in ("keys", "exact") else None


def _share(run: Run, job: Job | None) -> float | None:
    if job is None:
        return None
    if run.steps_total and run.step:
        return run.step / run.steps_total
    return job.phase_done / job.phase_total if job.phase_total else None
