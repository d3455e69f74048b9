"""Fusion with ticks and rings one can see on a dark ground: it draws their outline from the window's colour, darker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QProxyStyle, QStyle, QWidget

from gui.theme import theme_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QStyleOption

_BOX = QStyle.PrimitiveElement.PE_IndicatorCheckBox
_ITEM_BOX = QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck
_RING = QStyle.PrimitiveElement.PE_IndicatorRadioButton


class Style(QProxyStyle):
    """Draws check boxes and radio buttons from the theme; all else is Fusion's."""

    def __init__(self) -> None:
        """Over Fusion; named as it, so that the theme does not put Fusion in its place."""
        super().__init__("Fusion")
        self.setObjectName("fusion")

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw one part of a widget."""
        if element in (_BOX, _ITEM_BOX, _RING):
            _draw_indicator(element, option, painter)
        else:
            super().drawPrimitive(element, option, painter, widget)


def _draw_indicator(element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter) -> None:
    theme = theme_of(option.palette)  # type: ignore[attr-defined]
    state, flag = option.state, QStyle.StateFlag  # type: ignore[attr-defined]
    is_on, is_enabled = bool(state & flag.State_On), bool(state & flag.State_Enabled)
    box = QRectF(option.rect).adjusted(1, 1, -1, -1)  # type: ignore[attr-defined]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = QColor(theme.accent if is_enabled else theme.border)
    painter.setPen(QPen(ink if is_on else QColor(theme.muted if is_enabled else theme.border), 1.2))
    painter.setBrush(ink if is_on else QColor(theme.surface))
    if element == _RING:
        painter.drawEllipse(box)
    else:
        painter.drawRoundedRect(box, 2.5, 2.5)
    painter.setPen(QPen(QColor(theme.accent_text), 1.8))
    if is_on and element == _RING:
        painter.setBrush(QColor(theme.accent_text))
        painter.drawEllipse(box.center(), box.width() / 5, box.height() / 5)
    elif is_on:
        wide, high = box.width(), box.height()
        corners = ((0.22, 0.52), (0.43, 0.74), (0.79, 0.28))
        painter.drawPolyline([QPointF(box.left() + x * wide, box.top() + y * high) for x, y in corners])
    elif state & flag.State_NoChange:
        painter.setPen(QPen(ink, 2))
        painter.drawLine(QPointF(box.left() + 3, box.center().y()), QPointF(box.right() - 3, box.center().y()))
    painter.restore()


def wear(app: QApplication) -> None:
    """Give the application this style, once."""
    if not isinstance(app.style(), Style):
        app.setStyle(Style())
