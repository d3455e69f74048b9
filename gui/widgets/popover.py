"""A small framed window over the page, closed by Escape or a click elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.widgets.panel import Panel

if TYPE_CHECKING:
    from PySide6.QtCore import QSize

GAP = 6


class Popover(Panel):
    """Opens above (or below) the widget it belongs to, inside the same window's screen."""

    def __init__(self, owner: QWidget, name: str) -> None:
        """Build it empty; `column` takes the contents. `name` is its accessible name."""
        super().__init__(owner, Qt.WindowType.Popup)
        self._owner = owner
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(name)
        self.setWindowTitle(name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(14, 12, 14, 12)

    def open(self) -> None:
        """Show it beside its owner."""
        self.adjustSize()
        self.move(self._place(self.size()))
        self.show()
        self.setFocus()

    def _place(self, size: QSize) -> QPoint:
        corner = self._owner.mapToGlobal(QPoint(0, 0))
        screen = self._owner.screen().availableGeometry()
        x = min(max(corner.x(), screen.left() + GAP), screen.right() - size.width() - GAP)
        y = corner.y() - size.height() - GAP
        return QPoint(x, y if y > screen.top() else corner.y() + self._owner.height() + GAP)
