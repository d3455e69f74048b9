"""Where the labels of a plot lie in pixels, and how they are kept apart from one another and from marks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from gui.charts.canvas import text_box
from gui.charts.pareto import Box, spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyqtgraph as pg
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QFont

    from gui.charts.canvas import Label


def boxes(labels: Sequence[Label], view: pg.ViewBox, font: QFont) -> list[QRectF]:
    """Where labels lie, in scene pixels."""
    return [text_box(one, view.mapViewToScene(QPointF(one.x, one.y)), font) for one in labels]


def apart(labels: Sequence[Label], view: pg.ViewBox, font: QFont, taken: Sequence[Box] = ()) -> list[Label]:
    """The labels, moved up or down where they would overlap one another or what is `taken`."""
    found, area = [box_of(rect) for rect in boxes(labels, view, font)], view.sceneBoundingRect()
    free = spread(found, area.top(), area.bottom(), taken)
    return [replace(one, dy=one.dy + new.top - box.top) for one, box, new in zip(labels, found, free, strict=True)]


def marks(points: Iterable[tuple[float, float]], view: pg.ViewBox, size: float) -> list[Box]:
    """Where marks of `size` pixels lie on data positions, in scene pixels."""
    centres = (view.mapViewToScene(QPointF(x, y)) for x, y in points)
    return [Box(left=at.x() - size / 2, top=at.y() - size / 2, width=size, height=size) for at in centres]


def box_of(rect: QRectF) -> Box:
    """A rectangle as what `spread` moves."""
    return Box(left=rect.left(), top=rect.top(), width=rect.width(), height=rect.height())
