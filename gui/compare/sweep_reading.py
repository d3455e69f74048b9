"""How a comparison of methods stands: each run's state, outcome and time, what is missing, and how long the rest takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import sweeps
from engine.states import State
from engine.store import jobs, runs
from engine.store import sweeps as rows
from engine.verdict import tradeoff
from gui.charts.words import GLYPHS, word_name
from gui.compare import presenter
from gui.i18n import said, tr
from gui.new_run.words import label_text
from gui.shell.live_run import LiveRun, state_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.records import Job, Run, SweepCell
    from engine.store import Store
    from engine.verdict.records import Verdict, Word
    from engine.verdict.tradeoff import Measure

#: Runs in these states did all they should.
_WELL = frozenset({State.FINISHED, State.AUTO_STOPPED})


@dataclass(frozen=True, kw_only=True)
class SweepLine:
    """One run of the comparison; `share` is how far a live one is, None where that is not known."""

    run_id: int
    label: str
    name: str
    state: State
    state_text: str
    word: Word | None = None
    verdict: str = ""
    learned: str = ""
    time: str = ""
    reason: str = ""
    share: float | None = None
    is_best: bool = False
    is_in_trash: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether it ended without doing all it should, so that it can be queued again."""
        return self.is_in_trash or (self.state.is_ended and self.state not in _WELL)


@dataclass(frozen=True, kw_only=True)
class SweepView:
    """All runs of a comparison, and what is said of them together; times are the quickest and the slowest left."""

    id: int
    name: str
    lines: tuple[SweepLine, ...] = ()
    left_s: tuple[float, float] = (0.0, 0.0)

    @property
    def done(self) -> int:
        """How many ended as they should."""
        return sum(one.state in _WELL and not one.is_in_trash for one in self.lines)

    @property
    def missing(self) -> tuple[SweepLine, ...]:
        """Those to be queued again."""
        return tuple(one for one in self.lines if one.is_missing)

    @property
    def waiting(self) -> int:
        """How many wait in the queue."""
        return sum(one.state is State.QUEUED and not one.is_in_trash for one in self.lines)

    @property
    def is_over(self) -> bool:
        """Whether no run waits or is at work any more."""
        return all(one.state.is_ended or one.is_in_trash for one in self.lines)

    @property
    def share(self) -> float:
        """How much of all runs is over, 0 to 1."""
        parts = [1.0 if one.state.is_ended else one.share or 0.0 for one in self.lines]
        return sum(parts) / len(parts) if parts else 0.0

    def headline(self) -> str:
        """How many are done, how long the rest takes, how many are missing."""
        parts = [tr("{done} of {all} runs done").format(done=self.done, all=len(self.lines))]
        if self.missing:
            parts.append(tr("%n missing", "", len(self.missing)))
        if not self.is_over and self.left_s[1]:
            low, high = (presenter.duration(seconds) for seconds in self.left_s)
            left = tr("about {time} left").format(time=low) if low == high else tr("{low} to {high} left")
            parts.append(left.format(low=low, high=high))
        return " · ".join(parts)


def read_sweep(store: Store, sweep_id: int) -> SweepView:
    """Read it; called off the GUI thread. Raises `UserError` for a sweep that is not there."""
    sweep = rows.get(store, sweep_id)
    cells = rows.cells(store, sweep_id)
    there = {run.id for run in runs.everything(store)}
    found = [(cell, runs.get(store, cell.run_id)) for cell in cells]
    verdicts = {run.id: sweeps.last_verdict(store, run.id) for _, run in found}
    live = {job.run_id: job for job in jobs.unfinished(store) if job.kind == "train"}
    measure = _measure(found, verdicts)
    best = sweeps.summarise(store, sweep).recommended
    lines = tuple(
        _line(store, cell, run, verdicts[run.id], live.get(run.id), measure, is_best=run.id == best and _is_kept(verdicts[run.id]), is_there=run.id in there)
        for cell, run in found
    )  # fmt: skip
    return SweepView(id=sweep_id, name=sweep.name, lines=lines, left_s=_left(found, lines))


def _is_kept(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.word == "kept"


def _measure(found: Sequence[tuple[SweepCell, Run]], verdicts: dict[int, Verdict | None]) -> Measure | None:
    learned = [
        run.results["learned"] for _, run in found if run.results.get("learned") and verdicts[run.id] is not None
    ]
    return tradeoff.choose_measure(learned)


def _line(  # noqa: PLR0913 - one argument a source of what the line says
    store: Store,
    cell: SweepCell,
    run: Run,
    verdict: Verdict | None,
    job: Job | None,
    measure: Measure | None,
    *,
    is_best: bool,
    is_there: bool,
) -> SweepLine:
    is_well, learned = run.state in _WELL, run.results.get("learned")
    share = LiveRun(run, job).share if job is not None and run.state.is_active else None
    return SweepLine(
        run_id=run.id, label=label_text(cell.label), name=run.name, state=run.state,
        state_text=_state_text(run, share, is_there=is_there), word=verdict.word if verdict else None,
        verdict=f"{GLYPHS[verdict.word]} {word_name(verdict.word)}" if verdict else "", share=share,
        learned=_learned_text(learned, measure) if learned and measure and verdict else "",
        time=_time_text(run), reason="" if is_well or not run.state.is_ended else _reason(store, run), is_best=is_best,
        is_in_trash=not is_there,
    )  # fmt: skip


def _learned_text(learned: Mapping[str, Any], measure: Measure) -> str:
    return f"{presenter.gain_text(tradeoff.gain(learned, measure), measure)} {presenter.gain_unit(measure)}"


def _state_text(run: Run, share: float | None, *, is_there: bool) -> str:
    if not is_there:
        return f"○ {tr('In the Trash')}"
    far = f" {share * 100:.0f} %" if share is not None else ""
    return f"{run.state.glyph} {state_word(run.state)}{far}"


def _time_text(run: Run) -> str:
    """How long it took, or for one that has not begun how long it is planned to take."""
    if run.elapsed_s or run.state.is_ended:
        return presenter.duration(run.elapsed_s) if run.elapsed_s else ""
    low, high = _planned(run)
    if not high:
        return ""
    words = tr("planned: {time}")
    ends = dict.fromkeys((presenter.duration(low), presenter.duration(high)))
    return words.format(time=" – ".join(ends))


def _planned(run: Run) -> tuple[float, float]:
    time = run.plan.get("time") or {}
    return float(time.get("low_s", 0.0)), float(time.get("high_s", 0.0))


def _left(found: Sequence[tuple[SweepCell, Run]], lines: Sequence[SweepLine]) -> tuple[float, float]:
    """What the plans say of the runs that wait, and of the rest of the one at work."""
    low = high = 0.0
    for (_, run), line in zip(found, lines, strict=True):
        if line.state.is_ended or line.is_in_trash:
            continue
        rest = 1.0 - (line.share or 0.0)
        planned = _planned(run)
        low, high = low + rest * planned[0], high + rest * planned[1]
    return low, high


def _reason(store: Store, run: Run) -> str:
    job = jobs.latest_for_run(store, run.id)
    return said(job.reason) if job is not None else ""
