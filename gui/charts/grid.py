"""A grid of coloured cells with letters in them, in one graphics item; row 0 is where the axis says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF

from gui.charts.canvas import line_pen
from gui.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One cell at column x, row y: fill, letters (empty: none), and whether it is hatched."""

    x: int
    y: int
    fill: str
    text: str = ""
    ink: str = "#000000"
    is_hatched: bool = False


class Grid(pg.GraphicsObject):
    """Tiles of one unit by one unit around whole numbers, drawn in device space so that edges stay sharp."""

    def __init__(self) -> None:
        """No tiles at first."""
        super().__init__()
        self.tiles: list[Tile] = []
        self.font = QFont()
        self.gap = 1.0
        self._cursor: tuple[int, int] | None = None
        self._ring = "#000000"

    def set_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these."""
        self.prepareGeometryChange()
        self.tiles = list(tiles)
        self.update()

    def set_cursor(self, at: tuple[int, int] | None, ring: str) -> None:
        """Draw a ring around a cell (x, y)."""
        self._cursor, self._ring = at, ring
        self.update()

    def boundingRect(self) -> QRectF:
        """Around every tile."""
        if not self.tiles:
            return QRectF()
        xs, ys = [tile.x for tile in self.tiles], [tile.y for tile in self.tiles]
        return QRectF(QPointF(min(xs) - 0.5, min(ys) - 0.5), QPointF(max(xs) + 0.5, max(ys) + 0.5))

    def dataBounds(self, *_: Any) -> None:
        """The chart sets its ranges itself."""

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Fill, hatch, letter, ring."""
        to_device = painter.transform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(painter.RenderHint.Antialiasing, on=False)
        painter.setFont(self.font)
        for tile in self.tiles:
            self._draw(painter, tile, self._box(to_device, tile.x, tile.y))
        if self._cursor is not None:
            painter.setPen(line_pen(self._ring, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._box(to_device, *self._cursor).adjusted(1, 1, -1, -1))
        painter.restore()

    def _box(self, to_device: Any, x: int, y: int) -> QRectF:
        corner = to_device.map(QPointF(x - 0.5, y - 0.5))
        other = to_device.map(QPointF(x + 0.5, y + 0.5))
        return QRectF(corner, other).normalized().adjusted(0, 0, -self.gap, -self.gap)

    def _draw(self, painter: QPainter, tile: Tile, box: QRectF) -> None:
        painter.fillRect(box, color(tile.fill))
        if tile.is_hatched:
            painter.fillRect(box, QBrush(color(tile.ink, 0.2), Qt.BrushStyle.BDiagPattern))
        if tile.text and QFontMetricsF(self.font).horizontalAdvance(tile.text) <= box.width() - 2:
            painter.setPen(color(tile.ink))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tile.text)
