"""The retention matrix's cells, and the two averages under it. No Qt beyond the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gui.charts.model import ChartModel, Column
from gui.i18n import tr
from gui.widgets.text import signed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, kw_only=True)
class MatrixCell:
    """One stage evaluated on one task or capability: `change` from the column's reference, down is worse.

    `is_reference` where the column was first learned (or is the base itself). Numbers are None where nothing was measured.
    `digits` are those in the cell, and `full_scale` is the change at which its colour is full: both go with the unit.
    """

    stage: str
    column: str
    score: float | None = None
    reference: float | None = None
    change: float | None = None
    lower: float | None = None
    upper: float | None = None
    budget: float | None = None
    n: int = 0
    is_reference: bool = False
    unit: str = "points"
    digits: int = 0
    full_scale: float = 15.0

    @property
    def is_unsure(self) -> bool:
        """Whether the interval holds the budget, so that inside and beyond are both possible."""
        if self.budget is None or self.lower is None or self.upper is None:
            return False
        return self.lower <= self.budget <= self.upper

    def text(self) -> str:
        """What the cell says: −14, ref, or · where nothing was measured; "?" after it where the interval holds the budget."""
        if self.is_reference:
            return tr("ref")
        if self.change is None:
            return "·"
        return signed(self.change, self.digits) + ("?" if self.is_unsure else "")


def average_final(cells: Sequence[MatrixCell]) -> float | None:
    """Mean score of the last stage over the columns it was measured on; None without any."""
    last = cells[-1].stage if cells else ""
    scores = [cell.score for cell in cells if cell.stage == last and cell.score is not None]
    return sum(scores) / len(scores) if scores else None


def backward_transfer(cells: Sequence[MatrixCell]) -> float | None:
    """Mean of R[T, i] − R[i, i] over the tasks learned before the last one (Lopez-Paz and Ranzato 2017); None without any.

    The base's own column is left out: it was not learned in the sequence.
    """
    stages = list(dict.fromkeys(cell.stage for cell in cells))
    if len(stages) < 2:
        return None
    learned = {cell.column for cell in cells if cell.is_reference and cell.stage != stages[0]}
    changes = [
        cell.change
        for cell in cells
        if cell.stage == stages[-1] and not cell.is_reference and cell.column in learned and cell.change is not None
    ]
    return sum(changes) / len(changes) if changes else None


def _column(key: str, title: Callable[[], str], name: str) -> Column[Any]:
    def text(cell: MatrixCell) -> str:
        value = getattr(cell, name)
        return "" if value is None else signed(value, cell.digits + 1) if isinstance(value, float) else str(value)

    return Column(key=key, title=title, value=lambda cell: getattr(cell, name), text=text)


class MatrixModel(ChartModel[MatrixCell]):
    """One row a cell, stage by stage."""

    columns = (
        Column(key="stage", title=lambda: tr("Stage"), value=lambda cell: cell.stage),
        Column(key="evaluated_on", title=lambda: tr("Evaluated on"), value=lambda cell: cell.column),
        Column(key="cell", title=lambda: tr("Cell"), value=lambda cell: cell.text()),
        _column("change", lambda: tr("Change"), "change"),
        _column("change_lower", lambda: tr("from"), "lower"),
        _column("change_upper", lambda: tr("to"), "upper"),
        _column("budget", lambda: tr("Budget"), "budget"),
        _column("score", lambda: tr("Score"), "score"),
        _column("reference_score", lambda: tr("Reference"), "reference"),
        Column(key="unit", title=lambda: tr("Unit"), value=lambda cell: cell.unit),
        Column(key="n", title=lambda: tr("n"), value=lambda cell: cell.n),
    )
