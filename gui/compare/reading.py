"""What Compare shows of its runs, read from the store at once; called off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import sweeps
from engine.store import checkpoints, history, runs, scores
from engine.store import sweeps as sweep_rows
from engine.verdict import tradeoff
from gui.compare.sweep_reading import SweepView, read_sweep
from gui.i18n import said, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import CheckpointRow, Measurement, Run
    from engine.store import Store
    from engine.verdict.records import Verdict
    from engine.verdict.tradeoff import Measure

#: Measurements of held-out rows carry this suite name; they are no canaries.
HELDOUT_SUITE = "held-out rows"
#: How many runs are compared at least and at most, beside the baseline.
LEAST, MOST = 1, 6
SUGGESTED = 5


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One run of a comparison; `gain` is in the comparison's one measure of learning, up is better."""

    run: Run
    verdict: Verdict | None = None
    measured: Measurement | None = None
    saved: CheckpointRow | None = None
    gain: float | None = None
    is_current: bool = False

    @property
    def ref(self) -> str:
        """The model it ended with, or nothing if none is on disk."""
        return self.saved.ref if self.saved is not None else ""

    @property
    def can_be_current(self) -> bool:
        """Whether it may be made the current model: judged, on disk, and not current already."""
        return bool(self.ref) and self.verdict is not None and not self.is_current


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A comparison: its runs in the order asked for, the measure of learning all of them have, and the recommendation.

    `others` are runs that could be added, newest first; `missing` says which runs of a sweep cannot be compared yet.
    """

    compared: tuple[Compared, ...] = ()
    measure: Measure | None = None
    recommended: int | None = None
    why: str = ""
    missing: tuple[str, ...] = ()
    others: tuple[Run, ...] = ()
    sweep: SweepView | None = None

    @property
    def best(self) -> int | None:
        """The recommended run, if it kept everything: what a ★ marks."""
        kept = {one.run.id for one in self.compared if one.verdict is not None and one.verdict.word == "kept"}
        return self.recommended if self.recommended in kept else None


def read(store: Store, run_ids: Sequence[int], sweep_id: int | None = None) -> Reading:
    """Read the named runs (of a sweep: all of its runs); runs that are gone are left out."""
    known = {run.id: run for run in runs.everything(store)}
    sweep: SweepView | None = None
    missing: tuple[str, ...] = ()
    if sweep_id is not None:
        sweep = read_sweep(store, sweep_id)
        missing = tuple(map(said, sweeps.summarise(store, sweep_rows.get(store, sweep_id)).missing))
        run_ids = [cell.run_id for cell in sweep_rows.cells(store, sweep_id)]
    chosen = runs.told_apart([known[one] for one in dict.fromkeys(run_ids) if one in known])
    pointer = history.pointer(store)
    found = [_one(store, run, pointer[0] if pointer else "") for run in chosen]
    measure = tradeoff.choose_measure([one.run.results["learned"] for one in found if _has_learned(one)])
    compared = tuple(_with_gain(one, measure) for one in found)
    points = [_point(one) for one in compared if one.verdict is not None and one.gain is not None]
    is_fair = _are_comparable(compared)
    advised = tradeoff.recommend(points, measure) if measure is not None and points and is_fair else None
    unfair = tr("Nothing is recommended: these runs were not measured on the same canaries of the same base.")
    return Reading(
        compared=compared, measure=measure, recommended=advised.run_id if advised else None,
        why=said(advised.sentence) if advised else "" if is_fair else unfair, missing=missing, sweep=sweep,
        others=tuple(run for run in known.values() if run.id not in {one.id for one in chosen}),
    )  # fmt: skip


def _are_comparable(compared: Sequence[Compared]) -> bool:
    """Whether all that were judged were measured on one version of the canaries, against one base."""
    judged = [one for one in compared if one.verdict is not None]
    bases = {one.run.recipe.base_fingerprint or one.run.recipe.base for one in judged}
    return len(bases) < 2 and len({one.measured.suite_hash for one in judged if one.measured is not None}) < 2


def suggested(store: Store) -> list[int]:
    """The last runs that have a verdict, newest first."""
    judged = scores.newest_verdicts(store)
    return [run.id for run in runs.everything(store) if run.id in judged][:SUGGESTED]


def _one(store: Store, run: Run, current: str) -> Compared:
    measured = [row for row in scores.of_run(store, run.id) if row.suite != HELDOUT_SUITE and row.moment == "after"]
    saved = [row for row in checkpoints.of_run(store, run.id) if row.state == "complete"]
    return Compared(
        run=run, verdict=sweeps.last_verdict(store, run.id), measured=measured[-1] if measured else None,
        saved=saved[-1] if saved else None, is_current=current.partition("@")[0] == str(run.id),
    )  # fmt: skip


def _has_learned(one: Compared) -> bool:
    return bool(one.run.results.get("learned"))


def _with_gain(one: Compared, measure: Measure | None) -> Compared:
    if measure is None or not _has_learned(one):
        return one
    return Compared(
        run=one.run, verdict=one.verdict, measured=one.measured, saved=one.saved, is_current=one.is_current,
        gain=tradeoff.gain(one.run.results["learned"], measure),
    )  # fmt: skip


def _point(one: Compared) -> tradeoff.Point:
    assert one.verdict is not None
    assert one.gain is not None
    worst, name, mean = tradeoff.worst_of(one.verdict)
    return tradeoff.Point(
        run_id=one.run.id, label=one.run.name, method=one.run.recipe.method, word=one.verdict.word, gain=one.gain,
        worst=worst, worst_name=name, mean=mean, elapsed_s=one.run.elapsed_s, peak_bytes=one.run.peak_bytes,
        trains=one.run.recipe.method != "prompt",
    )  # fmt: skip
