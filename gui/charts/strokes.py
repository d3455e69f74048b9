"""Pieces of row charts: separate strokes as one curve, whiskers with caps, budgets row by row, a row highlighted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF

from gui.charts.canvas import line_pen
from gui.theme import color

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtGui import QPainter

#: Half a cap's height, in rows.
CAP = 0.11


class RowLimits(pg.GraphicsObject):
    """Each row's budget: the side beyond it tinted, the budget itself dashed; equal budgets join to one line."""

    def __init__(self) -> None:
        """Nothing to show at first."""
        super().__init__()
        self.limits: list[tuple[int, float]] = []
        self._edge = 0.0
        self._fill, self._pen = color("#000000", 0), line_pen("#000000")
        self.setZValue(-20)

    def set_limits(self, limits: Sequence[tuple[int, float]], edge: float) -> None:
        """Rows and their budgets; `edge` is the end of the axis on the worse side."""
        self.prepareGeometryChange()
        self.limits, self._edge = list(limits), edge
        self.update()

    def set_colors(self, fill: Any, pen: Any) -> None:
        """Tint and line."""
        self._fill, self._pen = fill, pen
        self.update()

    def boundingRect(self) -> QRectF:
        """From the worst edge to the mildest budget."""
        if not self.limits:
            return QRectF()
        xs = [self._edge, *(x for _, x in self.limits)]
        rows = [at for at, _ in self.limits]
        return QRectF(QPointF(min(xs), min(rows) - 0.5), QPointF(max(xs), max(rows) + 0.5))

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Tint and dash each row."""
        for at, x in self.limits:
            painter.fillRect(QRectF(QPointF(self._edge, at - 0.5), QPointF(x, at + 0.5)).normalized(), self._fill)
        painter.setPen(self._pen)
        for at, x in self.limits:
            painter.drawLine(QPointF(x, at - 0.5), QPointF(x, at + 0.5))


class RowBand(pg.GraphicsObject):
    """The row under the cursor, faintly filled across the panel."""

    def __init__(self) -> None:
        """Nothing to show at first."""
        super().__init__()
        self._row: int | None = None
        self._fill = color("#000000", 0)
        self.setZValue(-10)

    def set_row(self, row: int | None) -> None:
        """Mark a row, or none."""
        self.prepareGeometryChange()
        self._row = row
        self.update()

    def set_color(self, fill: Any) -> None:
        """The tint."""
        self._fill = fill
        self.update()

    def boundingRect(self) -> QRectF:
        """The row over the whole width."""
        view = self.viewRect()
        if self._row is None or view is None:
            return QRectF()
        return QRectF(view.left(), self._row - 0.5, view.width(), 1.0)

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Fill it."""
        painter.fillRect(self.boundingRect(), self._fill)


def stroke_curve(item: pg.PlotItem) -> pg.PlotCurveItem:
    """An empty curve of separate strokes in a plot."""
    curve = pg.PlotCurveItem(connect="pairs", antialias=True)
    item.addItem(curve)
    return curve


def set_strokes(curve: pg.PlotCurveItem, ends: Iterable[tuple[float, float, float, float]]) -> None:
    """Separate strokes (x0, y0, x1, y1) as one curve."""
    points = np.array([[(x0, y0), (x1, y1)] for x0, y0, x1, y1 in ends], dtype=float).reshape(-1, 2)
    curve.setData(points[:, 0], points[:, 1])


def whiskers(spans: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, float, float]]:
    """An interval (low, high, y) as three strokes: the span and its caps."""
    strokes: list[tuple[float, float, float, float]] = []
    for low, high, y in spans:
        strokes += [(low, y, high, y), (low, y - CAP, low, y + CAP), (high, y - CAP, high, y + CAP)]
    return strokes
