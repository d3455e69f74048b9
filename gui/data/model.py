"""The Data page's lists as Qt models: files, unusable rows, lengths."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

from gui.data.presenter import Dataset
from gui.i18n import said, tr
from gui.widgets.tables import RowModel


class DatasetModel(RowModel[Dataset]):
    """The files, one a row."""

    def titles(self) -> list[str]:
        """The headings."""
        return [tr("File"), tr("Runs")]

    def text(self, row: Dataset, column: int) -> str:
        """Name, and in how many runs it was used."""
        if column == 1:
            return str(row.runs) if row.runs else ""
        return row.name if row.is_there else f"{row.name} {tr('(gone)')}"

    def tip(self, row: Dataset, column: int) -> str:
        """Where it lies."""
        return row.path

    def is_number(self, column: int) -> bool:
        """The runs."""
        return column == 1


class ProblemModel(RowModel[dict[str, Any]]):
    """Rows that cannot be used: line, field, what was expected and found."""

    def titles(self) -> list[str]:
        """The headings."""
        return [tr("Line"), tr("Field"), tr("Expected"), tr("Found")]

    def text(self, row: dict[str, Any], column: int) -> str:
        """One part of the problem."""
        name = ("line", "field", "expected", "found")[column]
        return said(str(row[name])) if column > 1 else str(row[name])

    def sort_key(self, row: dict[str, Any], column: int) -> Any:
        """The line by number."""
        return row["line"] if column == 0 else self.text(row, column)

    def tip(self, row: dict[str, Any], column: int) -> str:
        """All of a cell that may be cut."""
        return self.text(row, column)

    def is_number(self, column: int) -> bool:
        """The line."""
        return column == 0


class BinModel(RowModel[tuple[int, int, int]]):
    """The histogram's numbers: from, to, rows."""

    def titles(self) -> list[str]:
        """The headings."""
        return [tr("Tokens"), tr("Rows")]

    def text(self, row: tuple[int, int, int], column: int) -> str:
        """A step of lengths, or its count."""
        low, high, count = row
        if column == 1:
            return str(count)
        return str(low) if high == low + 1 else f"{low}–{high - 1}"

    def is_number(self, column: int) -> bool:
        """Both."""
        return True

    def extra(self, row: tuple[int, int, int], column: int, role: int) -> Any:
        """The numbers themselves, for the picture."""
        return row if role == Qt.ItemDataRole.UserRole else None
