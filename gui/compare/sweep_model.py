"""The runs of a comparison of methods as an item model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor

from gui.charts.words import word_text
from gui.i18n import tr
from gui.theme import LIGHT, Theme
from gui.widgets.tables import RowModel

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from gui.compare.sweep_reading import SweepLine

LABEL, STATE, VERDICT, LEARNED, TIME, RUN = range(6)


class SweepModel(RowModel["SweepLine"]):
    """One row a run, in the order they are done."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin empty, coloured for the light theme."""
        super().__init__(parent)
        self.theme: Theme = LIGHT

    def titles(self) -> list[str]:
        """Headings."""
        return [tr("What"), tr("State"), tr("Verdict"), tr("Learned"), tr("Time"), tr("Run")]

    def text(self, row: SweepLine, column: int) -> str:
        """A cell."""
        if column == LABEL:
            return f"★ {row.label}" if row.is_best else row.label
        return {
            STATE: row.state_text, VERDICT: row.verdict, LEARNED: row.learned, TIME: row.time, RUN: row.name,
        }[column]  # fmt: skip

    def sort_key(self, row: SweepLine, column: int) -> Any:
        """By its text."""
        return self.text(row, column)

    def is_number(self, column: int) -> bool:
        """What was learned stands to the right."""
        return column == LEARNED

    def tip(self, row: SweepLine, column: int) -> str:
        """Why a run failed on its state, the whole words elsewhere."""
        return row.reason if column == STATE and row.reason else self.text(row, column)

    def extra(self, row: SweepLine, column: int, role: int) -> Any:
        """The verdict in its colour, a failure in the error's."""
        if role != Qt.ItemDataRole.ForegroundRole:
            return None
        if column == VERDICT and row.word is not None:
            return QBrush(QColor(word_text(row.word, self.theme)))
        if column == STATE and row.reason:
            return QBrush(QColor(self.theme.error_text))
        return None

    def wear(self, theme: Theme) -> None:
        """Recolour."""
        if theme is not self.theme:
            self.theme = theme
            if self.rows:
                last = self.index(len(self.rows) - 1, VERDICT)
                self.dataChanged.emit(self.index(0, STATE), last, [Qt.ItemDataRole.ForegroundRole])
