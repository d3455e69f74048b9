"""The vote in blind mode: four keys, who was who afterwards, and how the votes stand."""

from __future__ import annotations

from PySide6.QtCore import QSignalMapper, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.compare.answers_presenter import PICKS
from gui.i18n import tr
from gui.widgets.buttons import QuietButton
from gui.widgets.flow import Flow
from gui.widgets.text import wrapped


class Ballot(QWidget):
    """Emits "left", "right", "tie" or "bad"; says who was who once there is a vote."""

    voted = Signal(str)
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it; nothing can be voted on yet."""
        super().__init__(parent)
        words = (tr("A is better (1)"), tr("B is better (2)"), tr("Tie (3)"), tr("Both bad (0)"))
        self.buttons = [QPushButton(text) for text in words]
        self.revealed = wrapped("")
        self.tally = wrapped("", size="small", muted=True)
        self.export = QuietButton(tr("Export votes…"), "export")
        self._mapper = QSignalMapper(self)
        row = Flow(gap=6)
        for button, pick in zip(self.buttons, PICKS, strict=True):
            self._mapper.setMapping(button, pick)
            button.clicked.connect(self._mapper.map)
            row.addWidget(button)
        below = QHBoxLayout()
        below.addWidget(self.tally, 1)
        below.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.revealed)
        column.addLayout(below)
        self._mapper.mappedString.connect(self.voted)
        self.export.clicked.connect(self.export_requested)

    def show_vote(self, revealed: str, *, can_vote: bool) -> None:
        """Offer the vote, or say what it was."""
        for button in self.buttons:
            button.setVisible(not revealed)
            button.setEnabled(can_vote)
        self.revealed.setText(revealed)
        self.revealed.setVisible(bool(revealed))

    def show_tally(self, words: str, *, has_votes: bool) -> None:
        """Say how the votes stand."""
        self.tally.setText(words)
        self.export.setEnabled(has_votes)

    def focus_chain(self) -> list[QWidget]:
        """The four buttons and the export."""
        return [*self.buttons, self.export]
