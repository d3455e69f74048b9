"""The overview's rows as an item model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont

from gui.charts.words import word_text
from gui.compare.presenter import Line, duration
from gui.i18n import tr
from gui.theme import LIGHT, Theme
from gui.widgets.tables import RowModel
from gui.widgets.text import bytes_text, signed

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

NAME, VERDICT, WORST, MEAN, GAIN, AGAINST, TIME, MEMORY = range(8)


class OverviewModel(RowModel[Line]):
    """One row a run, the base first."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin empty, coloured for the light theme."""
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.unit = ""

    def titles(self) -> list[str]:
        """Headings."""
        gain = tr("Gain ({unit})").format(unit=self.unit) if self.unit else tr("Gain")
        return [
            tr("Run"), tr("Verdict"), tr("Worst change"), tr("Mean loss"), gain, tr("Against the baseline"), tr("Time"),
            tr("Memory"),
        ]  # fmt: skip

    def text(self, row: Line, column: int) -> str:
        """A cell."""
        if column == NAME:
            return " ".join(
                part for part in (row.name, "⚑" if row.is_current else "", "★" if row.is_best else "") if part
            )
        if column == VERDICT:
            return row.verdict
        if column == WORST:
            return f"{row.worst} {row.worst_name}".strip()
        if column == MEAN:
            return "" if row.mean is None else tr("{value} × limit").format(value=signed(row.mean, 1).removeprefix("+"))
        if column == GAIN:
            return row.gain_text
        if column == TIME:
            return duration(row.elapsed_s) if row.elapsed_s else ""
        if column == MEMORY:
            return bytes_text(row.peak_bytes) if row.peak_bytes else ""
        return row.against

    def is_number(self, column: int) -> bool:
        """Numbers stand to the right."""
        return column in (MEAN, GAIN, TIME, MEMORY)

    def tip(self, row: Line, column: int) -> str:
        """What a mark means, else the whole words."""
        if column == NAME and (row.is_best or row.is_current):
            best = tr("★ learned most inside every budget") if row.is_best else ""
            current = tr("⚑ the project's current model") if row.is_current else ""
            return "\n".join(part for part in (best, current) if part)
        return self.text(row, column)

    def extra(self, row: Line, column: int, role: int) -> Any:
        """The verdict in its colour, the baseline in italics."""
        if role == Qt.ItemDataRole.ForegroundRole and column == VERDICT and row.word is not None:
            return QBrush(QColor(word_text(row.word, self.theme)))
        if role == Qt.ItemDataRole.FontRole and row.is_baseline:
            font = QFont()
            font.setItalic(True)
            return font
        return None

    def show_unit(self, unit: str) -> None:
        """Name the gain's unit in its heading."""
        if unit != self.unit:
            self.unit = unit
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, GAIN, GAIN)

    def wear(self, theme: Theme) -> None:
        """Recolour the verdicts."""
        if theme is not self.theme:
            self.theme = theme
            if self.rows:
                last = self.index(len(self.rows) - 1, VERDICT)
                self.dataChanged.emit(self.index(0, VERDICT), last, [Qt.ItemDataRole.ForegroundRole])
