"""What each capability's canaries can decide, as a table."""

from __future__ import annotations

from typing import Any

from gui.i18n import tr
from gui.new_run.plan_words import Decision
from gui.widgets.tables import RowModel


class DecisionModel(RowModel[Decision]):
    """One row a capability: items, the smallest drop called forgot, the smallest budget called kept."""

    def titles(self) -> list[str]:
        """The headings."""
        return [tr("Capability"), "n", tr("forgot from"), tr("kept from")]

    def text(self, row: Decision, column: int) -> str:
        """What a cell shows."""
        if column == 0:
            return row.capability + ("" if row.can_keep or row.role == "expendable" else " *")
        if column == 1:
            return str(row.items)
        if row.role == "expendable":
            return "–"
        return f"{row.smallest_drop:.2f}" if column == 2 else f"{row.smallest_budget:.2f}"

    def sort_key(self, row: Decision, column: int) -> Any:
        """Numbers by number."""
        return (row.capability, row.items, row.smallest_drop, row.smallest_budget)[column]

    def tip(self, row: Decision, column: int) -> str:
        """The budget, and how many items it would need."""
        if row.role == "expendable":
            return tr("Expendable: measured, never judged.")
        budget = tr("Budget {budget:.2f} {unit}.").format(budget=row.budget, unit=row.unit)
        need = tr("Needs {n} items to be called kept.").format(n=row.items_needed)
        return budget if row.can_keep else f"{budget} {need}"

    def is_number(self, column: int) -> bool:
        """All but the name."""
        return column > 0
