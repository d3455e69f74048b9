"""The Log tab: the lines one run wrote."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.shell.log_dock import LEVELS, LogView
from gui.widgets.buttons import QuietButton
from gui.widgets.cards import redacted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import LogLine


class LogTab(QWidget):
    """Level, search, lines; it follows the end until one scrolls up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self._kept: list[LogLine] = []
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
        row = QHBoxLayout()
        row.addWidget(self.level)
        row.addWidget(self.search, 1)
        row.addWidget(self.newer)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 12)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        self.level.currentIndexChanged.connect(self._on_level_changed)
        self.search.returnPressed.connect(self.find_next)
        self.newer.clicked.connect(self.view.to_end)
        self.view.tail_moved.connect(self._on_tail_moved)
        self.copy.clicked.connect(self._on_copy_clicked)

    def clear(self) -> None:
        """Forget another run's lines."""
        self._kept = []
        self.view.clear()

    def add(self, lines: Sequence[LogLine]) -> None:
        """Append new lines."""
        self._kept.extend(lines)
        self.view.append([_said(line) for line in lines if self._is_wanted(line)])

    @property
    def lines(self) -> list[LogLine]:
        """Every line read so far."""
        return self._kept

    @Slot()
    def find_next(self) -> None:
        """Go to the next place of what is searched, from the top again at the end."""
        from PySide6.QtGui import QTextCursor

        if self.search.text() and not self.view.find(self.search.text()):
            self.view.moveCursor(QTextCursor.MoveOperation.Start)
            self.view.find(self.search.text())

    def focus_chain(self) -> list[QWidget]:
        """Left to right."""
        return [self.level, self.search, self.newer, self.copy, self.view]

    def _is_wanted(self, line: LogLine) -> bool:
        return LEVELS[line.level] >= LEVELS[self.level.currentData()]

    @Slot(int)
    def _on_level_changed(self, _index: int) -> None:
        self.view.clear()
        self.view.append([_said(line) for line in self._kept if self._is_wanted(line)])
        self.view.to_end()

    @Slot()
    def _on_tail_moved(self) -> None:
        self.newer.setVisible(self.view.unseen > 0)
        self.newer.setText(tr("↓ %n new", "", self.view.unseen))

    @Slot()
    def _on_copy_clicked(self) -> None:
        QApplication.clipboard().setText(redacted(self.view.toPlainText()))


def _said(line: LogLine) -> str:
    return f"{time.strftime('%H:%M:%S', time.localtime(line.at))}  {line.level:<8}{line.message}"
