"""The log: every line the runs wrote, at the bottom of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDockWidget, QWidget

from engine.store import logs, runs
from gui.i18n import tr
from gui.widgets.buttons import QuietButton
from gui.widgets.log_pane import LINES, LogPane

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent

    from engine.records import LogLine
    from gui.project import Project


class LogDock(QDockWidget):
    """The dock with the log of all runs, and the way to its files."""

    resized = Signal()

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Read nothing until first shown."""
        super().__init__(tr("Log"), parent)
        self.setObjectName("log_dock")
        self.setAllowedAreas(Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self._project = project
        self._rev = -1
        self._names: dict[int, str] = {}
        folder = QuietButton(tr("Open folder"), "folder")
        folder.clicked.connect(self._on_folder_clicked)
        self.pane = LogPane((8, 4, 8, 6), name=self._name, buttons=[folder])
        self.setWidget(self.pane)
        self.setFocusProxy(self.pane.search)
        project.live.changed.connect(self._on_rows_changed)

    def showEvent(self, event: QEvent) -> None:
        """Read what came while hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.read_new()

    def hideEvent(self, event: QEvent) -> None:
        """Give the room back."""
        super().hideEvent(event)  # type: ignore[arg-type]
        self.resized.emit()

    def resizeEvent(self, event: QEvent) -> None:
        """Tell how high it is now."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.resized.emit()

    def read_new(self) -> None:
        """Read and append the lines that are new."""
        store = self._project.store
        lines = logs.newest(store, LINES) if self._rev < 0 else runs.log_since(store, self._rev)
        self._rev = max([self._rev, 0, *(line.rev for line in lines)])
        self.pane.add(lines)

    def _name(self, line: LogLine) -> str:
        """The run a line is of, in a column of its own."""
        name = ""
        if line.run_id is not None:
            if line.run_id not in self._names:
                self._names[line.run_id] = runs.get(self._project.store, line.run_id).name
            name = self._names[line.run_id]
        return f"{name:<14}  "

    @Slot(object)
    def _on_rows_changed(self, changed: frozenset[str]) -> None:
        if "log" in changed and self.isVisible():
            self.read_new()

    @Slot()
    def _on_folder_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._project.home / "logs")))
