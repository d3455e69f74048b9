"""Texts beside a plot, one line a row, in aligned columns: names on the left, numbers and verdicts on the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from gui.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

_GAP = 10.0


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One text of a row."""

    text: str
    color: str
    is_bold: bool = False


class RowLabels(pg.GraphicsWidget):
    """A strip beside a plot whose rows are at y = 0, 1, 2…; `aligns` says for each column "left" or "right"."""

    def __init__(self, aligns: Sequence[str], most_width: float = 0.0) -> None:
        """Empty at first; `most_width` limits the first column (0: as wide as its texts)."""
        super().__init__()
        self._aligns = tuple(aligns)
        self._most_width = most_width
        self._rows: list[tuple[Cell, ...]] = []
        self._font = QFont()
        self._view: pg.ViewBox | None = None

    def follow(self, view: pg.ViewBox) -> None:
        """Take each row's height from this plot's view."""
        self._view = view
        view.sigRangeChanged.connect(self._on_view_changed)
        view.sigResized.connect(self._on_view_changed)

    def _on_view_changed(self, *_: Any) -> None:
        self.update()

    def set_rows(self, rows: Sequence[tuple[Cell, ...]], font: QFont) -> None:
        """Show these rows and take the width they need."""
        self._rows, self._font = list(rows), QFont(font)
        widths = self._widths()
        total = sum(widths) + _GAP * (len(widths) + 1)
        self.setMinimumWidth(total)
        self.setMaximumWidth(total)
        self.updateGeometry()
        self.update()

    def texts(self) -> list[str]:
        """Every row as one line, for tests and for reading aloud."""
        return ["  ".join(cell.text for cell in row) for row in self._rows]

    def _fonts(self) -> tuple[QFont, QFont]:
        bold = QFont(self._font)
        bold.setBold(True)
        return self._font, bold

    def _widths(self) -> list[float]:
        plain, bold = (QFontMetricsF(font) for font in self._fonts())
        widths = [0.0] * len(self._aligns)
        for row in self._rows:
            for at, cell in enumerate(row):
                widths[at] = max(widths[at], (bold if cell.is_bold else plain).horizontalAdvance(cell.text))
        if self._most_width and widths:
            widths[0] = min(widths[0], self._most_width)
        return widths

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw every row beside its data."""
        if self._view is None:
            return
        plain, bold = self._fonts()
        widths, height = self._widths(), QFontMetricsF(plain).height()
        for index, row in enumerate(self._rows):
            at = self._view.mapToItem(self, self._view.mapFromView(QPointF(0, index))).y()
            left = _GAP
            for cell, width, align in zip(row, widths, self._aligns, strict=True):
                font = bold if cell.is_bold else plain
                side = Qt.AlignmentFlag.AlignRight if align == "right" else Qt.AlignmentFlag.AlignLeft
                text = QFontMetricsF(font).elidedText(cell.text, Qt.TextElideMode.ElideRight, width + 0.5)
                painter.setFont(font)
                painter.setPen(color(cell.color))
                box = QRectF(left, at - height / 2, width, height)
                painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), text)
                left += width + _GAP
