"""What a run's strength slider shows: learned against forgotten at every strength that was scored. No Qt widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.verdict.sentences import amount
from gui.charts.model import ChartModel, Column
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import StrengthChange, StrengthPoint


def worst_of(point: StrengthPoint) -> StrengthChange | None:
    """The judged capability that lost most at a strength, in units of its limit."""
    judged = [one for one in point.changes if one.role != "expendable" and one.budget]
    return max(judged, key=lambda one: one.mean / one.budget, default=None)


def worst_text(point: StrengthPoint) -> str:
    """Its name, change and number of items."""
    worst = worst_of(point)
    if worst is None:
        return "–"
    return f"{worst.name} {amount(worst.mean, worst.kind)} (n={worst.n})"  # type: ignore[arg-type]


def inside_text(point: StrengthPoint) -> str:
    """Whether every capability is inside its limit."""
    return tr("● inside every limit") if point.is_inside else tr("▼ beyond a limit")


def sentence(point: StrengthPoint) -> str:
    """One strength in words, below the slider."""
    exact = "–" if point.learned_exact is None else f"{100 * point.learned_exact:.0f} %"
    words = tr("Strength {alpha}: right answers {exact}; worst {worst}; {inside}.")
    return words.format(alpha=f"{point.alpha:g}", exact=exact, worst=worst_text(point), inside=inside_text(point))


def plain(points: Sequence[StrengthPoint]) -> list[StrengthPoint]:
    """The points of one strength for all blocks, weakest first."""
    return sorted((point for point in points if not point.blocks), key=lambda point: point.alpha)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


class StrengthModel(ChartModel["StrengthPoint"]):
    """One row a strength."""

    columns = (
        Column(key="strength", title=lambda: tr("Strength"), value=lambda point: point.alpha,
               text=lambda point: f"{point.alpha:g}"),
        Column(key="heldout_nll", title=lambda: tr("Held-out loss"), value=lambda point: point.learned_nll,
               text=lambda point: _number(point.learned_nll)),
        Column(key="exact", title=lambda: tr("Right answers"), value=lambda point: point.learned_exact,
               text=lambda point: "–" if point.learned_exact is None else f"{100 * point.learned_exact:.0f} %"),
        Column(key="kl", title=lambda: tr("KL from the base"), value=lambda point: point.kl,
               text=lambda point: _number(point.kl)),
        Column(key="worst", title=lambda: tr("Worst capability"), value=worst_text),
        Column(key="inside", title=lambda: tr("Limits"), value=inside_text),
    )  # fmt: skip
