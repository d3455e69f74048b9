"""The tabs of a page: named, flat, and without the trap that Qt's own set for the Tab key."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget, QWidget


class Tabs(QTabWidget):
    """Tabs over the parts of a page. Put `tabBar()` into the page's focus chain.

    A `QTabWidget` itself takes the focus too and hands it to its bar: with the bar moved to another place in the order, Tab
    would come back to the bar for ever.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Begin without tabs; `name` is what a screen reader calls them."""
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabBar().setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.tabBar().setAccessibleName(name)
