"""The main window: sidebar, the page in front, the bars around it, and how it was left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from gui.shell import pages
from gui.shell.sidebar import Sidebar

if TYPE_CHECKING:
    from gui.page import Page
    from gui.project import Project


class MainWindow(QMainWindow):
    """One window over one project."""

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the shell; the first page is made when the window is shown."""
        super().__init__(parent)
        self.setObjectName("main_window")
        self.project = project
        self.setMinimumSize(960, 640)
        self.resize(1280, 800)
        self._pages: dict[str, Page] = {}
        self._stack = QStackedWidget()
        self.sidebar = Sidebar()
        self.sidebar.page_requested.connect(self.show_page)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self._stack, 1)
        self.setCentralWidget(middle)
        project.navigation_requested.connect(self._on_navigation_requested)

    @property
    def page(self) -> Page:
        """The page in front."""
        return self._stack.currentWidget()  # type: ignore[return-value]

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Bring a page to the front, building it on its first visit."""
        self._show(name, {})

    @Slot(str, object)
    def _on_navigation_requested(self, name: str, args: dict[str, Any]) -> None:
        self._show(name, args)

    def _show(self, name: str, args: dict[str, Any]) -> None:
        if name not in self._pages:
            page = pages.entry(name).make(self.project)
            page.restore_state(self.project.preferences.state(f"page/{name}"))
            self._pages[name] = page
            self._stack.addWidget(page)
        page = self._pages[name]
        page.open(**args)
        self._stack.setCurrentWidget(page)
        self.sidebar.mark(name)
        self.setWindowTitle(f"{page.title()} — Palimpsest")
