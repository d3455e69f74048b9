"""The error card: what happened, likely why, what to do, details, and a copy without private paths or tokens."""

from __future__ import annotations

import platform as machine
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from engine import __version__
from gui.i18n import said, tr
from gui.widgets.buttons import ActionButton
from gui.widgets.flow import Flow
from gui.widgets.panel import Panel
from gui.widgets.text import WrappedLabel, fixed_font, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.errors import PalimpsestError
    from engine.records import Job
    from gui.project import Action

#: Things that look like access tokens: long words after a telling name, and the usual beginnings.
_TOKEN = re.compile(
    r"(?i)\b((?:token|secret|password|api[_-]?key|authorization)\b[\"']?\s*[:=]\s*[\"']?(?:bearer\s+)?)\S+"
)
_BEGINNING = re.compile(r"\b(?:hf|sk|ghp|gho|github_pat|glpat|xox[abp])[_-][A-Za-z0-9_-]{8,}")


def redacted(text: str, home: Path | None = None) -> str:
    """Return text fit for pasting into a report: the home folder as ~, tokens as [removed]."""
    folder = str(home or Path.home())
    if len(folder) > 1:
        text = text.replace(folder, "~")
    return _BEGINNING.sub("[removed]", _TOKEN.sub(r"\1[removed]", text))


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """The five parts of an error card; `actions` are one to three, the most helpful first."""

    happened: str
    why: str = ""
    actions: Sequence[Action] = ()
    details: str = ""
    level: str = "error"  # error or warning

    def report(self) -> str:
        """The text [Copy] gives: all parts, version and machine, redacted."""
        about = f"Palimpsest {__version__} · Python {machine.python_version()} · {machine.platform()}"
        return redacted("\n\n".join(part for part in (self.happened, self.why, about, self.details) if part))


def trouble_of(error: PalimpsestError, *actions: Action, details: str = "") -> Trouble:
    """An expected failure as a card."""
    return Trouble(happened=error.message, why=error.remedy or "", actions=actions, details=details)


def trouble_of_job(job: Job, *actions: Action) -> Trouble:
    """How a job failed, as a card."""
    return Trouble(happened=job.sentence(), actions=actions, details=job.details)


class ErrorCard(Panel):
    """Shows a `Trouble`; its details are folded until asked for."""

    def __init__(self, trouble: Trouble, parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(parent, level=trouble.level)
        self.setObjectName("error_card")
        self.trouble = trouble
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 12, 14, 12)
        title = WrappedLabel(said(trouble.happened), size="heading", bold=True)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        column.addLayout(top)
        if trouble.why:
            column.addWidget(wrapped(said(trouble.why)))
        column.addLayout(self._buttons())
        self._add_copy(top)  # last, so that Tab comes to what helps first
        self._details = QPlainTextEdit(trouble.details)
        self._details.setReadOnly(True)
        self._details.setFont(fixed_font())
        self._details.setAccessibleName(tr("Details"))
        self._details.hide()
        column.addWidget(self._details)

    def _buttons(self) -> Flow:
        row = Flow()
        self.buttons: list[QPushButton] = []
        for action in self.trouble.actions:
            button = ActionButton(action)
            row.addWidget(button)
            self.buttons.append(button)
        return row

    def _add_copy(self, row: QHBoxLayout) -> None:
        """Details and Copy, apart from what to do."""
        self._fold = QPushButton(tr("Details"))
        self._fold.setCheckable(True)
        self._fold.setFlat(True)
        self._fold.toggled.connect(self._on_fold_toggled)
        self.copy_button = QPushButton(tr("Copy"))
        self.copy_button.setFlat(True)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        for button in (self._fold, self.copy_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._fold.setVisible(bool(self.trouble.details))

    @Slot(bool)
    def _on_fold_toggled(self, shown: bool) -> None:
        self._details.setVisible(shown)

    @Slot()
    def _on_copy_clicked(self) -> None:
        QApplication.clipboard().setText(self.trouble.report())
