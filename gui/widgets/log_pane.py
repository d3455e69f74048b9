"""Lines of a log as one reads them: level, search, copy; the end is followed until one scrolls up."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.widgets.buttons import QuietButton
from gui.widgets.cards import redacted
from gui.widgets.text import fixed_font

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.records import LogLine

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


class LogPane(QWidget):
    """Level, search, what is new, copy and buttons of one's own above the lines."""

    def __init__(
        self,
        margins: tuple[int, int, int, int],
        *,
        name: Callable[[LogLine], str] = lambda line: "",
        buttons: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        """Begin empty; `name` says whose line it is, in front of what it says."""
        super().__init__(parent)
        self._kept: deque[LogLine] = deque(maxlen=LINES)
        self._name = name
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
        self.copy = QuietButton(tr("Copy all"), "copy")
        self.buttons = list(buttons)
        row = QHBoxLayout()
        row.addWidget(self.level)
        row.addWidget(self.search, 1)
        for button in (self.newer, self.copy, *self.buttons):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*margins)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        self.level.currentIndexChanged.connect(self._on_level_changed)
        self.search.returnPressed.connect(self.find_next)
        self.newer.clicked.connect(self.view.to_end)
        self.view.tail_moved.connect(self._on_tail_moved)
        self.copy.clicked.connect(self._on_copy_clicked)

    def clear(self) -> None:
        """Forget every line."""
        self._kept.clear()
        self.view.clear()

    def add(self, lines: Sequence[LogLine]) -> None:
        """Append new lines."""
        self._kept.extend(lines)
        self._show(lines)

    @property
    def lines(self) -> list[LogLine]:
        """The newest lines, as many as are kept."""
        return list(self._kept)

    @Slot()
    def find_next(self) -> None:
        """Go to the next place of what is searched, from the top again at the end."""
        if self.search.text() and not self.view.find(self.search.text()):
            self.view.moveCursor(QTextCursor.MoveOperation.Start)
            self.view.find(self.search.text())

    def focus_chain(self) -> list[QWidget]:
        """Left to right, then the lines."""
        return [self.level, self.search, self.newer, self.copy, *self.buttons, self.view]

    def _show(self, lines: Sequence[LogLine]) -> None:
        least = LEVELS[self.level.currentData()]
        self.view.append([self._said(line) for line in lines if LEVELS[line.level] >= least])

    def _said(self, line: LogLine) -> str:
        when = time.strftime("%H:%M:%S", time.localtime(line.at))
        return f"{when}  {line.level:<8}{self._name(line)}{line.message}"

    @Slot()
    def _on_level_changed(self) -> None:
        self.view.clear()
        self._show(self.lines)
        self.view.to_end()

    @Slot()
    def _on_tail_moved(self) -> None:
        self.newer.setVisible(self.view.unseen > 0)
        self.newer.setText(tr("↓ %n new", "", self.view.unseen))

    @Slot()
    def _on_copy_clicked(self) -> None:
        QApplication.clipboard().setText(redacted(self.view.toPlainText()))
