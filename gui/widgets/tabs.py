"""The tabs of a page: named, flat, and without the trap that Qt's own set for the Tab key."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QTabBar, QTabWidget, QWidget

#: Pixels Fusion draws a tab's words lower, and cuts them off by, where the tab is not in front; as many above.
_ROOM = 6


class _Bar(QTabBar):
    """Tabs high enough for descenders and umlauts."""

    def tabSizeHint(self, index: int) -> QSize:
        """What the style asks for, and the room it forgets."""
        return super().tabSizeHint(index) + QSize(0, _ROOM)


class Tabs(QTabWidget):
    """Tabs over the parts of a page. Put `tabBar()` into the page's focus chain.

    A `QTabWidget` itself takes the focus too and hands it to its bar: with the bar moved to another place in the order, Tab
    would come back to the bar for ever.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Begin without tabs; `name` is what a screen reader calls them."""
        super().__init__(parent)
        self.setTabBar(_Bar())
        self.setDocumentMode(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabBar().setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.tabBar().setAccessibleName(name)
