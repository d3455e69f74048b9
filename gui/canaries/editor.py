"""The small form for one canary: prompt, expected answers, check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QPushButton, QWidget

from gui.i18n import tr
from gui.widgets.buttons import PrimaryButton
from gui.widgets.form import Card, Problem
from gui.widgets.text import PlainLabel, wrapped

if TYPE_CHECKING:
    from engine.suites import Canary

CHECKS = ("none", "exact", "contains", "number")


class Editor(Card):
    """Edits one item, or a new one. `saved` carries prompt, answers and check."""

    saved = Signal(str, object, str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begin with a new item."""
        super().__init__(tr("New canary"), parent)
        self.canary: Canary | None = None
        self.prompt = self._text(tr("Prompt"), 3)
        self.answers = self._text(tr("Expected answers, one a line"), 3)
        self._about = wrapped("", size="small", muted=True)
        self.add(self._about)
        self.check = QComboBox()
        self.check.setAccessibleName(tr("Check"))
        names = (tr("likelihood only"), tr("exact"), tr("contains"), tr("number"))
        for check, words in zip(CHECKS, names, strict=True):
            self.check.addItem(words, check)
        self.problem = Problem()
        self.save = PrimaryButton(tr("Save"))
        self.cancel = QPushButton(tr("Cancel"))
        self.save.clicked.connect(self._on_save_clicked)
        self.cancel.clicked.connect(self._on_cancel_clicked)
        label = PlainLabel(tr("Check"))
        label.setBuddy(self.check)
        self.add_row(label, self.check)
        self.add(self.problem)
        self.add_row(self.save, self.cancel)
        self.column.addStretch(1)

    def _text(self, name: str, lines: int) -> QPlainTextEdit:
        label = PlainLabel(name)
        box = QPlainTextEdit()
        box.setAccessibleName(name)
        box.setTabChangesFocus(True)
        box.setFixedHeight(box.fontMetrics().lineSpacing() * lines + 14)
        label.setBuddy(box)
        self.add(label)
        self.add(box)
        return box

    def open(self, canary: Canary | None) -> None:
        """Edit an item, or a new one."""
        self.canary = canary
        self.problem.say("")
        self.title.setText(tr("New canary") if canary is None else canary.id)
        self.prompt.setPlainText(canary.prompt if canary else "")
        is_choice = canary is not None and canary.kind == "choice"
        lines: list[str] = []
        if canary is not None:
            lines = list(canary.references)
            if canary.gold is not None:
                right = canary.choices[canary.gold]
                lines = [right, *(one for one in canary.choices if one != right)]
        self.answers.setPlainText("\n".join(lines))
        self._about.setText(
            tr("The right choice first, then the wrong ones.")
            if is_choice
            else tr("Without an answer it is open chat: only a change from the base is measured.")
        )
        kind = canary.check.type if canary and canary.check else "none"
        while self.check.count() > len(CHECKS):
            self.check.removeItem(len(CHECKS))
        if kind not in CHECKS:
            self.check.addItem(tr("as it is ({kind})").format(kind=kind), "keep")
        self.check.setCurrentIndex(self.check.findData(kind if kind in CHECKS else "keep"))
        self.check.setEnabled(not is_choice)
        self.prompt.setFocus()

    @Slot()
    def _on_save_clicked(self) -> None:
        prompt = self.prompt.toPlainText().strip()
        if not prompt:
            self.problem.say(tr("A canary needs a prompt."))
            return
        answers = [line.strip() for line in self.answers.toPlainText().splitlines() if line.strip()]
        self.saved.emit(prompt, answers, str(self.check.currentData()))

    @Slot()
    def _on_cancel_clicked(self) -> None:
        self.closed.emit()
