"""Learned against forgot: which runs no other beats, and which one to take. Pure functions of stored verdicts and results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from engine.verdict.records import Verdict, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Measure = Literal["keys", "exact", "nll"]
#: What each measure of learning is called, and its unit.
MEASURES: dict[Measure, tuple[str, str]] = {
    "keys": ("fields right on held-out rows", "points"),
    "exact": ("exact answers on held-out rows", "points"),
    "nll": ("fall of the held-out loss", "nats/token"),
}
#: Gains this close (a point, or a hundredth of a nat) count as equal; then the one that lost least, then the quickest wins.
TIE = 0.01
#: Where nothing was surely kept, only runs with at least this share of the best gain are considered.
ENOUGH_SHARE = 0.5


class Point(Struct, frozen=True, kw_only=True):
    """One run in the trade-off.

    `gain` is what was learned, up is better (a share for 0/1 measures, nats per token for the loss). `worst` is the largest
    loss of a judged capability in units of its limit, positive = worse: 1 is the limit itself.
    """

    run_id: int
    label: str
    method: str
    word: Word
    gain: float
    worst: float
    worst_name: str
    mean: float
    elapsed_s: float = 0.0
    peak_bytes: int = 0
    trains: bool = True


class Recommendation(Struct, frozen=True, kw_only=True):
    """Which run to take and why; no run where none learned anything."""

    run_id: int | None
    sentence: str


def choose_measure(learned: Sequence[Mapping[str, Any]]) -> Measure | None:
    """The one measure of learning that all runs have: fields, exact answers where any was right, else the loss."""
    measures: tuple[Measure, ...] = ("keys", "exact", "nll")
    for name in measures:
        pairs = [(one.get(f"{name}_before"), one.get(f"{name}_after")) for one in learned]
        if not pairs or any(before is None or after is None for before, after in pairs):
            continue
        if name == "nll" or any(before or after for before, after in pairs):
            return name
    return None


def gain(learned: Mapping[str, Any], measure: Measure) -> float:
    """What was learned by one measure, up is better."""
    change = float(learned[f"{measure}_after"]) - float(learned[f"{measure}_before"])
    return -change if measure == "nll" else change


def worst_of(verdict: Verdict) -> tuple[float, str, float]:
    """The largest loss among judged capabilities in units of its limit, whose it is, and the mean over all of them."""
    judged = [one for one in verdict.capabilities if one.role != "expendable"]
    if not judged:
        return 0.0, "", 0.0
    losses = [(one.mean_change / one.budget, one.name) for one in judged]
    worst, name = max(losses)
    return worst, name, sum(loss for loss, _ in losses) / len(losses)


def front(points: Sequence[Point]) -> tuple[Point, ...]:
    """The runs inside their budgets (*kept*) that no other such run beats in both learning and keeping, by gain."""
    kept = [one for one in points if one.word == "kept"]
    return tuple(sorted((one for one in kept if not any(_beats(other, one) for other in kept)), key=_by_gain))


def recommend(points: Sequence[Point], measure: Measure) -> Recommendation:
    """The run that learned most among those that kept everything; else the one that lost least of those that learned.

    Gains within a point (or a hundredth of a nat) are equal: then what trains nothing comes first, then what lost least.
    """
    learned = [one for one in points if one.gain > TIE]
    if not learned:
        return Recommendation(run_id=None, sentence="No run learned the task, so none is recommended.")
    kept = [one for one in learned if one.word == "kept"]
    if kept:
        best = _most_learned(kept)
        others = (
            f" Of the {len(kept)} runs that kept everything it learned most."
            if len(kept) > 1
            else " No other run learned and kept everything."
        )
        return Recommendation(
            run_id=best.run_id,
            sentence=f"{best.label}: {gain_text(best.gain, measure)} with everything kept.{others}{_prompt_note(best)}",
        )
    most = max(one.gain for one in learned)
    enough = [one for one in learned if one.gain >= ENOUGH_SHARE * most]
    best = min(enough, key=lambda one: (one.worst, one.elapsed_s))
    return Recommendation(
        run_id=best.run_id,
        sentence=f"No run surely kept everything. {best.label} lost least (worst {best.worst_name}, {best.worst:.1f} times its "
        f"limit; verdict {best.word}) of those that learned at least half as much as the best: "
        f"{gain_text(best.gain, measure)}.",
    )


def gain_text(value: float, measure: Measure) -> str:
    """A gain as a reader takes it in: +96 points, +1.20 nats/token."""
    unit = MEASURES[measure][1]
    said = f"{100 * value:+.0f} points" if unit == "points" else f"{value:+.2f} nats/token"
    return said.replace("-", "−", 1) if value < 0 else said


def _most_learned(points: Sequence[Point]) -> Point:
    most = max(one.gain for one in points)
    equal = [one for one in points if one.gain >= most - TIE]
    return min(equal, key=lambda one: (one.trains, one.worst, one.elapsed_s))


def _prompt_note(best: Point) -> str:
    return "" if best.trains else " It changes no weight: training is not needed for this."


def _beats(one: Point, other: Point) -> bool:
    at_least = one.gain >= other.gain and one.worst <= other.worst
    return at_least and (one.gain > other.gain or one.worst < other.worst)


def _by_gain(one: Point) -> float:
    return one.gain
