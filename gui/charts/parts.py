"""The frame around every chart: the finding as a title that can be dragged out, the read-out bar, the focus ring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gui.theme import color, theme_of
from gui.widgets.text import ElidedLabel, scaled_font

if TYPE_CHECKING:
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QMouseEvent, QPaintEvent


class Headline(ElidedLabel):
    """The chart's title; dragging it drags the picture out."""

    drag_began = Signal()

    def __init__(self, parent: QWidget) -> None:
        """Bold, one line, the whole text as tooltip."""
        super().__init__("", parent)
        self.setFont(scaled_font(1.08, bold=True))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._pressed: QPointF | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag would begin."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = event.position() if is_left else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin to drag once the pointer has moved far enough."""
        if self._pressed is None:
            return
        if (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self.drag_began.emit()


class Readout(ElidedLabel):
    """One line below the picture that says what the cursor is on; it keeps its height when empty."""

    def __init__(self, parent: QWidget) -> None:
        """Empty at first."""
        super().__init__("", parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A line's height, whatever the text."""
        hint = super().sizeHint()
        hint.setHeight(round(self.fontMetrics().height() * 1.4))
        return hint


class FocusFrame(QWidget):
    """A ring around the chart while it has the keyboard; it lies over everything and takes no clicks."""

    def __init__(self, chart: QWidget) -> None:
        """Follow the chart's size and focus."""
        super().__init__(chart)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        chart.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep size and visibility in step with the chart."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        elif event.type() == QEvent.Type.FocusIn:
            self.raise_()
            self.show()
        elif event.type() == QEvent.Type.FocusOut:
            self.hide()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(theme_of(self.palette()).focus), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
