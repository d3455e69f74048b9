"""Fusion with ticks, rings and progress bars one can see on a dark ground (it draws their outline darker than the window),
and quiet scroll bars without arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QProxyStyle, QStyle, QWidget

from gui.theme import mixed, theme_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QStyleOption, QStyleOptionComplex

_BOX = QStyle.PrimitiveElement.PE_IndicatorCheckBox
_ITEM_BOX = QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck
_LINE_EDIT = QStyle.PrimitiveElement.PE_FrameLineEdit
_FRAME = QStyle.PrimitiveElement.PE_Frame
#: Shortest handle of a scroll bar, in pixels.
LEAST_HANDLE = 28
_TROUGH = QStyle.ControlElement.CE_ProgressBarGroove
_RING = QStyle.PrimitiveElement.PE_IndicatorRadioButton


class Style(QProxyStyle):
    """Draws check boxes, radio buttons, progress troughs, edges and scroll bars from the theme; all else is Fusion's."""

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
        elif element in (_LINE_EDIT, _FRAME):
            _draw_frame(element, option, painter)
        else:
            super().drawPrimitive(element, option, painter, widget)

    def drawControl(
        self,
        element: QStyle.ControlElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw a simple widget or its largest part."""
        if element == _TROUGH:
            _draw_trough(option, painter)
        else:
            super().drawControl(element, option, painter, widget)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw a compound widget."""
        if control == QStyle.ComplexControl.CC_ScrollBar:
            handle = self.subControlRect(control, option, QStyle.SubControl.SC_ScrollBarSlider, widget)
            _draw_scroll_bar(option, painter, handle)
        else:
            super().drawComplexControl(control, option, painter, widget)

    def subControlRect(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        part: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        """Where a part of a compound widget is: scroll bars have no arrows, the handle has all the room."""
        if control != QStyle.ComplexControl.CC_ScrollBar:
            return super().subControlRect(control, option, part, widget)  # type: ignore[arg-type]
        return _part_of_scroll_bar(option, part)


def _draw_frame(element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter) -> None:
    """The edge of a text field or a framed area; in the accent colour while a text field has the focus."""
    any_option: Any = option
    theme = theme_of(any_option.palette)
    is_focused = bool(any_option.state & QStyle.StateFlag.State_HasFocus) and element == _LINE_EDIT
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.focus if is_focused else theme.border), 1.6 if is_focused else 1))
    painter.drawRoundedRect(QRectF(any_option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.restore()


def _draw_trough(option: QStyleOption, painter: QPainter) -> None:
    """What a progress bar fills: seen while it is empty, too."""
    any_option: Any = option
    theme = theme_of(any_option.palette)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(mixed(theme.border, theme.text, 0.35)))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(QRectF(any_option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    painter.restore()


def _part_of_scroll_bar(option: QStyleOptionComplex, part: QStyle.SubControl) -> QRect:
    bar: Any = option
    is_upright = bar.orientation == Qt.Orientation.Vertical
    room = bar.rect.height() if is_upright else bar.rect.width()
    span = bar.maximum - bar.minimum
    length = room if span <= 0 else max(LEAST_HANDLE, room * bar.pageStep // (span + max(1, bar.pageStep)))
    start = QStyle.sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition, room - length, bar.upsideDown)
    from_to = {
        QStyle.SubControl.SC_ScrollBarSlider: (start, length),
        QStyle.SubControl.SC_ScrollBarGroove: (0, room),
        QStyle.SubControl.SC_ScrollBarSubPage: (0, start),
        QStyle.SubControl.SC_ScrollBarAddPage: (start + length, room - start - length),
    }.get(part)
    if from_to is None:
        return QRect()
    begin, extent = from_to
    if is_upright:
        return QRect(bar.rect.left(), bar.rect.top() + begin, bar.rect.width(), extent)
    return QRect(bar.rect.left() + begin, bar.rect.top(), extent, bar.rect.height())


def _draw_scroll_bar(option: QStyleOptionComplex, painter: QPainter, handle: QRect) -> None:
    bar: Any = option
    theme = theme_of(bar.palette)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(bar.rect, bar.palette.window())
    if bar.maximum > bar.minimum:
        is_held = bool(bar.state & (QStyle.StateFlag.State_Sunken | QStyle.StateFlag.State_MouseOver))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mixed(theme.border, theme.text, 0.35 if is_held else 0.15)))
        radius = (min(handle.width(), handle.height()) - 6) / 2
        painter.drawRoundedRect(QRectF(handle).adjusted(3, 3, -3, -3), radius, radius)
    painter.restore()


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
