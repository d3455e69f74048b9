"""A framed ground that shows its edge in both themes; a stripe at its left says how serious it is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from gui.theme import theme_of

RADIUS = 6
STRIPE = 4


class Panel(QFrame):
    """A frame on the raised ground; `level` is "", "info", "warning" or "error"."""

    def __init__(
        self, parent: QWidget | None = None, flags: Qt.WindowType = Qt.WindowType.Widget, *, level: str = ""
    ) -> None:
        """Build it empty."""
        super().__init__(parent, flags)
        self._level = level

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, edge and stripe."""
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(place, RADIUS, RADIUS)
        stripe = {"warning": theme.warning_mark, "error": theme.error_mark, "info": theme.accent}.get(self._level)
        if stripe is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(stripe))
            painter.drawRoundedRect(QRectF(1, 1, STRIPE, self.height() - 2), 2, 2)
