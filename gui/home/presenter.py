"""What Home says: the run at work, runs that need someone, recent runs, and whether there is anything yet. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.states import State
from engine.store import checkpoints, jobs, models, sweeps
from engine.verdict.sentences import limit_text
from gui.home import demo
from gui.i18n import said, tr
from gui.run.presenter import saved_step, subtitle
from gui.run.recovery import stopped_words
from gui.run.verdict_words import so_far
from gui.runs.lines import read_lines
from gui.widgets.text import signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.export.gather import Facts
    from engine.records import Job, Run, Sweep
    from engine.store import Store
    from gui.home.demo import DemoStatus
    from gui.runs.lines import RunLine

MOST_RECENT = 6


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """A run that ended unexpectedly: what happened, and from where it can go on (0: from the start)."""

    run: Run
    sentence: str
    reason: str
    last: int

    @property
    def key(self) -> str:
        """What remembers that this banner was left; a later interruption of the same run is another."""
        return f"{self.run.id}@{self.run.ended_at}"


@dataclass(frozen=True, kw_only=True)
class Live:
    """The run at work: its rows, what its canaries say so far, how many runs wait behind it, the comparison it is part of."""

    run: Run
    job: Job
    about: str
    canaries: str
    is_beyond: bool
    waiting: int
    sweep_id: int = 0
    sweep: str = ""


@dataclass(frozen=True, kw_only=True)
class HomeView:
    """Everything Home shows."""

    live: Live | None = None
    demo: DemoStatus | None = None
    stopped: tuple[Stopped, ...] = ()
    recent: tuple[RunLine, ...] = ()
    has_models: bool = False
    minutes: int | None = field(default=None, compare=False)

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever run here."""
        return self.live is None and self.demo is None and not self.recent


def read_home(store: Store) -> HomeView:
    """Read it all, off the GUI thread."""
    lines = read_lines(store)
    return HomeView(
        live=_live(store, lines),
        demo=demo.status(store),
        stopped=tuple(_stopped(store, line.run) for line in lines if line.run.state is State.INTERRUPTED),
        recent=tuple(line for line in lines if line.run.state.is_ended)[:MOST_RECENT],
        has_models=bool(models.everything(store)),
    )


def _live(store: Store, lines: Sequence[RunLine]) -> Live | None:
    waiting = [job for job in jobs.unfinished(store) if job.kind == "train" and job.run_id is not None]
    waiting.sort(key=lambda job: not job.state.is_active)
    by_id = {line.run.id: line.run for line in lines}
    found = next((job for job in waiting if job.run_id in by_id), None)
    if found is None or found.run_id is None:
        return None
    from engine.export.gather import gather  # brings the statistics library: not into the GUI thread

    run = by_id[found.run_id]
    try:
        facts = gather(store, run.id)
    except UserError:
        return None
    beyond = list(so_far(facts))
    sweep = sweeps.of_run(store, run.id)
    return Live(
        run=run, job=found, about=subtitle(run), canaries=canary_words(facts), is_beyond=bool(beyond),
        waiting=len(waiting) - 1, sweep_id=sweep.id if sweep else 0, sweep=_place_in(store, sweep, run) if sweep else "",
    )  # fmt: skip


def _place_in(store: Store, sweep: Sweep, run: Run) -> str:
    """Which run of a comparison of methods it is: "2 of 4, comparing methods on tickets"."""
    ids = [cell.run_id for cell in sweeps.cells(store, sweep.id)]
    words = tr("{number} of {all}, comparing methods on {name}")
    return words.format(number=ids.index(run.id) + 1, all=len(ids), name=sweep.name)


def canary_words(facts: Facts) -> str:
    """The worst capability at the last check against its limit: "worst canary arithmetic −0.31 of −0.10 nats/token"."""
    points = [(line, line.points[-1]) for line in facts.timeline.lines if len(line.points) > 1 and line.budget]
    if not points:
        return tr("no canary check yet")
    line, point = max(points, key=lambda pair: pair[1].change / pair[0].budget)
    digits = 1 if line.kind == "binary" else 2
    unit = tr("points") if line.kind == "binary" else tr("nats/token")
    limit = limit_text(abs(line.budget) / 100 if line.kind == "binary" else abs(line.budget), line.kind)
    words = tr("worst canary {name} {change} of {limit} {unit} at step {step}")
    return words.format(name=line.name, change=signed(point.change, digits), limit=limit, unit=unit, step=point.step)


def _stopped(store: Store, run: Run) -> Stopped:
    job = jobs.latest_for_run(store, run.id)
    last = saved_step(checkpoints.of_run(store, run.id))
    sentence = stopped_words(run, last)
    return Stopped(run=run, sentence=sentence, reason=said(job.reason) if job else "", last=last)


def minutes_of(seconds: float) -> int:
    """Whole minutes, never fewer than one."""
    return max(1, round(seconds / 60))
