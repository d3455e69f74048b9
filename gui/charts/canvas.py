"""What every chart is drawn on: a quiet pyqtgraph canvas, plain axes, and text laid over data positions."""

from __future__ import annotations

import html
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPen

from gui.theme import color

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QContextMenuEvent, QPainter, QWheelEvent
    from PySide6.QtWidgets import QWidget

    from gui.theme import Theme

MINUS = "−"


class Canvas(pg.GraphicsLayoutWidget):
    """The drawing surface: the wheel scrolls the page unless Ctrl is held, and menus are left to the chart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """No frame, no focus of its own, narrow margins."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.ci.layout.setContentsMargins(4, 4, 8, 4)
        self.ci.layout.setSpacing(6)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl; without it the event goes up to the page."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            event.accept()
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The chart shows its own menu."""
        event.ignore()


class PlainAxis(pg.AxisItem):
    """Numbers with a real minus sign and no scaling by powers of ten, as many as have room.

    A title longer than the axis is broken, or, where an axis of fixed width has no room for two lines, shortened.
    """

    _title = _shown = _ink = ""
    _beside: PlainAxis | None = None
    #: Nothing lies between two whole numbers of what is counted along it.
    is_whole = False

    def __init__(self, orientation: str) -> None:
        """Ticks of one level only, pointing into the plot."""
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        self.setStyle(maxTickLevel=0, tickLength=-4, hideOverlappingLabels=False)
        if orientation == "left":
            self.setTickDensity(1.8)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Tick labels as pyqtgraph counts them, with a minus sign."""
        return [text.replace("-", MINUS) for text in super().tickStrings(values, scale, spacing)]

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """As pyqtgraph counts it; at whole numbers if so asked; on an upright axis so far apart that labels do not touch."""
        levels: list[tuple[float, float]] = super().tickSpacing(low, high, size)
        if not levels:
            return levels
        spacing, offset = levels[0]
        if self.is_whole:
            spacing = max(1.0, spacing)
        if self.orientation != "left":
            return [(spacing, offset)]
        while spacing * size < 1.1 * self._line() * abs(high - low) and spacing < abs(high - low):
            spacing *= 2
        return [(spacing, offset)]

    def _line(self) -> float:
        return QFontMetricsF(self.label.font()).height()

    def set_title(self, text: str, ink: str) -> None:
        """Say what is drawn along it, in a colour; the text may be anyone's."""
        self._title, self._ink = text, ink
        self._show_title()

    def stay_level(self, other: PlainAxis) -> None:
        """Take as many lines as `other` does, and it as many as this: the rows of two panels stay beside each other."""
        self._beside, other._beside = other, self

    def resizeEvent(self, event: Any = None) -> None:
        """Place the title, anew where it fits another number of lines."""
        super().resizeEvent(event)
        for axis in (self, self._beside):
            if axis is not None and axis._title and axis._fitted() != axis._shown:
                axis._show_title()

    def _lines(self) -> list[str]:
        room = self.size().width() if self.orientation in ("bottom", "top") else self.size().height()
        metrics = QFontMetricsF(self.label.font())
        return (
            broken(self._title, metrics, room) if self.fixedWidth is None else [shortened(self._title, metrics, room)]
        )

    def _fitted(self) -> str:
        lines = self._lines()
        if self._beside is not None and self._beside.isVisible():
            lines += [" "] * (len(self._beside._lines()) - len(lines))
        return "\n".join(lines)

    def _show_title(self) -> None:
        self._shown = self._fitted()
        lines = "<br>".join(html.escape(line).strip() or "&nbsp;" for line in self._shown.split("\n"))
        self.setLabel(f'<div align="center">{lines}</div>' if "\n" in self._shown else lines, color=self._ink)
        super().resizeEvent()


def broken(text: str, metrics: QFontMetricsF, room: float) -> list[str]:
    """The lines of a text, each that is wider than `room` pixels broken at the space nearest its middle."""
    lines = text.split("\n")
    return [
        part for line in lines for part in (_halves(line) if 0 < room < metrics.horizontalAdvance(line) else [line])
    ]


def shortened(text: str, metrics: QFontMetricsF, room: float) -> str:
    """As much of a title as `room` pixels take: all, what is before its unit, some letters, or nothing."""
    for part in (text, text.rpartition(", ")[0]):
        if part and metrics.horizontalAdvance(part) <= room:
            return part
    return (
        metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) if room > metrics.horizontalAdvance("mmm…") else ""
    )


def _halves(line: str) -> list[str]:
    spaces = [at for at, letter in enumerate(line) if letter == " "]
    if not spaces:
        return [line]
    at = min(spaces, key=lambda at: abs(at - len(line) / 2))
    return [line[:at], line[at + 1 :]]


def plot(canvas: Canvas, row: int, col: int, *, view: pg.ViewBox | None = None) -> pg.PlotItem:
    """An empty plot with plain axes, no menu, no buttons; it stays still unless it gets a `view` that can be moved."""
    axes = {side: PlainAxis(side) for side in ("left", "bottom")}
    item = canvas.addPlot(row=row, col=col, axisItems=axes, viewBox=view, enableMenu=False)
    item.hideButtons()
    item.setMouseEnabled(view is not None, view is not None)
    item.getViewBox().setDefaultPadding(0.0)
    return item


def style_plot(item: pg.PlotItem, theme: Theme, font: QFont) -> None:
    """Axis lines, tick colours, and the letters of ticks and titles of one plot."""
    for side in ("left", "bottom", "right", "top"):
        axis = item.getAxis(side)
        axis.setPen(line_pen(theme.border))
        axis.setTextPen(pg.mkPen(theme.text))
        axis.setTickFont(font)
        axis.label.setFont(font)


#: Device pixels a point; cosmetic pens do not follow the painter's scale, so that fine screens and exports need it said.
_pen_scale = 1.0


@contextmanager
def pens_scaled(scale: float) -> Iterator[None]:
    """Pens made meanwhile are this many times as wide."""
    global _pen_scale
    before, _pen_scale = _pen_scale, scale
    try:
        yield
    finally:
        _pen_scale = before


def line_pen(name: str, width: float = 1.0, dash: Sequence[float] = (), alpha: float = 1.0) -> QPen:
    """A cosmetic pen; `dash` in pen widths."""
    pen = pg.mkPen(color(name, alpha), width=width * _pen_scale)
    if dash:
        pen.setDashPattern(list(dash))
    return pen


def tabular(font: QFont) -> QFont:
    """The same font with digits of one width, where the font has them."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


@dataclass(frozen=True, kw_only=True)
class Label:
    """Text at a data position; `dx`, `dy` in pixels; `align` from 0 (text starts there) to 1 (text ends there)."""

    x: float
    y: float
    text: str
    color: str
    dx: float = 0.0
    dy: float = 0.0
    align: float = 0.5
    is_bold: bool = False
    backdrop: str = ""


class TextLayer(pg.GraphicsObject):
    """All the texts of one plot in one item, drawn in device space: letters keep their size when the view zooms."""

    def __init__(self) -> None:
        """No texts at first."""
        super().__init__()
        self.labels: list[Label] = []
        self.font = QFont()
        self.setZValue(100)

    def set_labels(self, labels: Sequence[Label]) -> None:
        """Show these texts and no others."""
        self.labels = list(labels)
        self.update()

    def boundingRect(self) -> QRectF:
        """As large as the view: texts may lie anywhere in it."""
        return self.viewRect() or QRectF()

    def viewTransformChanged(self) -> None:
        """A zoom moves every text."""
        self.prepareGeometryChange()
        self.update()

    def dataBounds(self, *_: Any) -> None:
        """Texts never widen an axis."""

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw each text at its place."""
        to_device = painter.transform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(painter.RenderHint.TextAntialiasing)
        for label in self.labels:
            self._draw(painter, label, to_device.map(QPointF(label.x, label.y)))
        painter.restore()

    def _draw(self, painter: QPainter, label: Label, at: QPointF) -> None:
        font = QFont(self.font)
        font.setBold(label.is_bold)
        box = text_box(label, at, font)
        if label.backdrop:
            painter.fillRect(box.adjusted(-3, -1, 3, 1), color(label.backdrop, 0.85))
        painter.setFont(font)
        painter.setPen(color(label.color))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, label.text)


def text_box(label: Label, at: QPointF, font: QFont) -> QRectF:
    """Where a label's letters lie when its data position is `at` (pixels)."""
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(label.text), metrics.height()
    return QRectF(at.x() + label.dx - label.align * width, at.y() + label.dy - height / 2, width, height)
