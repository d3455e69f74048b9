"""The log: every line the runs wrote, at the bottom of the window; it follows the end until one scrolls up."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QTextCursor
from PySide6.QtWidgets import QComboBox, QDockWidget, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from engine.store import logs, runs
from gui.i18n import tr
from gui.widgets.buttons import QuietButton
from gui.widgets.text import fixed_font

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent

    from engine.records import LogLine
    from gui.project import Project

#: Lines kept and shown.
LINES = 10_000
LEVELS = {"info": 0, "warning": 1, "error": 2}


class LogView(QPlainTextEdit):
    """The lines; `following` while the end is in sight."""

    tail_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(fixed_font())
        self.setMaximumBlockCount(LINES)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(tr("Log"))
        self.following = True
        self.unseen = 0
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    def append(self, lines: list[str]) -> None:
        """Append lines in one go."""
        if not lines:
            return
        bar = self.verticalScrollBar()
        place, following = bar.value(), self.following
        self.appendPlainText("\n".join(lines))
        if following:
            bar.setValue(bar.maximum())
            self.following = True
        else:
            bar.setValue(place)
            self.following = False
            self.unseen += len(lines)
        self.tail_moved.emit()

    @Slot()
    def to_end(self) -> None:
        """Follow the end again."""
        self.unseen = 0
        self.following = True
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self.tail_moved.emit()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self.following = value >= self.verticalScrollBar().maximum() - 1
        if self.following:
            self.unseen = 0
        self.tail_moved.emit()


class LogDock(QDockWidget):
    """The dock with the log of all runs: level, search, copy, the file."""

    resized = Signal()

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Read nothing until first shown."""
        super().__init__(tr("Log"), parent)
        self.setObjectName("log_dock")
        self.setAllowedAreas(Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self._project = project
        self._rev = -1
        self._kept: deque[LogLine] = deque(maxlen=LINES)
        self._names: dict[int, str] = {}
        self.view = LogView()
        self.level = QComboBox()
        self.level.setAccessibleName(tr("Lines to show"))
        for words, code in (
            (tr("Everything"), "info"),
            (tr("Warnings and errors"), "warning"),
            (tr("Errors"), "error"),
        ):
            self.level.addItem(words, code)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find in the log"))
        self.search.setAccessibleName(tr("Find in the log"))
        self.newer = QuietButton("")
        self.newer.hide()
        self._lay_out()
        self.level.currentIndexChanged.connect(self._on_level_changed)
        self.search.returnPressed.connect(self.find_next)
        self.newer.clicked.connect(self.view.to_end)
        self.view.tail_moved.connect(self._on_tail_moved)
        project.live.changed.connect(self._on_rows_changed)

    def _lay_out(self) -> None:
        copy = QuietButton(tr("Copy all"), "copy")
        copy.clicked.connect(self._on_copy_clicked)
        folder = QuietButton(tr("Open folder"), "folder")
        folder.clicked.connect(self._on_folder_clicked)
        content = QWidget()
        row = QHBoxLayout()
        row.addWidget(self.level)
        row.addWidget(self.search, 1)
        for button in (self.newer, copy, folder):
            row.addWidget(button)
        column = QVBoxLayout(content)
        column.setContentsMargins(8, 4, 8, 6)
        column.addLayout(row)
        column.addWidget(self.view)
        self.setWidget(content)
        self.setFocusProxy(self.search)

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
        self._kept.extend(lines)
        self.view.append([self._said(line) for line in lines if self._is_wanted(line)])

    @Slot()
    def find_next(self) -> None:
        """Go to the next place of what is searched, from the top again at the end."""
        if self.search.text() and not self.view.find(self.search.text()):
            self.view.moveCursor(QTextCursor.MoveOperation.Start)
            self.view.find(self.search.text())

    def _said(self, line: LogLine) -> str:
        when = time.strftime("%H:%M:%S", time.localtime(line.at))
        return f"{when}  {line.level:<8}{self._name(line.run_id):<14}  {line.message}"

    def _name(self, run_id: int | None) -> str:
        if run_id is None:
            return ""
        if run_id not in self._names:
            self._names[run_id] = runs.get(self._project.store, run_id).name
        return self._names[run_id]

    def _is_wanted(self, line: LogLine) -> bool:
        return LEVELS[line.level] >= LEVELS[self.level.currentData()]

    @Slot(object)
    def _on_rows_changed(self, changed: frozenset[str]) -> None:
        if "log" in changed and self.isVisible():
            self.read_new()

    @Slot()
    def _on_level_changed(self) -> None:
        self.view.clear()
        self.view.append([self._said(line) for line in self._kept if self._is_wanted(line)])
        self.view.to_end()

    @Slot()
    def _on_tail_moved(self) -> None:
        self.newer.setVisible(self.view.unseen > 0)
        self.newer.setText(tr("↓ %n new", "", self.view.unseen))

    @Slot()
    def _on_copy_clicked(self) -> None:
        from PySide6.QtWidgets import QApplication

        from gui.widgets.cards import redacted

        QApplication.clipboard().setText(redacted(self.view.toPlainText()))

    @Slot()
    def _on_folder_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._project.home / "logs")))
