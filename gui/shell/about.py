"""About Palimpsest, the keys, and the diagnostics one can copy into a report."""

from __future__ import annotations

import platform as machine
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QScrollArea, QVBoxLayout, QWidget

from engine import __version__
from engine.platform import free_bytes
from engine.store import jobs, logs
from engine.store.database import schema_version
from gui.i18n import tr
from gui.shell.gpu import Gpu, NoGpu
from gui.widgets.cards import redacted
from gui.widgets.text import PlainLabel, bytes_text, heading, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QAction

    from gui.project import Project

LOG_LINES = 50


def diagnostics(project: Project, reading: Gpu | NoGpu | None) -> str:
    """Versions, machine, GPU, store and the last 50 log lines, without the home folder's name or any token."""
    lines = [
        f"Palimpsest {__version__}, schema {schema_version()}",
        f"Python {machine.python_version()}, Qt {qVersion()}, PySide6 {PySide6.__version__}, {machine.platform()}",
        f"GPU: {_gpu_line(reading)}",
        f"Data folder: {project.home}, {bytes_text(free_bytes(project.home))} free",
        f"Unfinished jobs: {[(job.id, job.kind, str(job.state)) for job in jobs.unfinished(project.store)]}",
        "",
        *(f"{line.level}: {line.message}" for line in logs.newest(project.store, LOG_LINES)),
    ]
    return redacted("\n".join(lines))


def _gpu_line(reading: Gpu | NoGpu | None) -> str:
    if isinstance(reading, Gpu):
        total = bytes_text(reading.total_bytes) if reading.total_bytes else "memory unknown"
        return f"{reading.name}, {total}"
    return "not read yet" if reading is None else f"{reading.reason} {reading.details}".strip()


class About(QDialog):
    """What this is, which version, under which licence."""

    def __init__(self, parent: QWidget) -> None:
        """Build it."""
        super().__init__(parent)
        self.setWindowTitle(tr("About Palimpsest"))
        column = QVBoxLayout(self)
        column.addWidget(heading("Palimpsest", size="title"))
        column.addWidget(wrapped(tr("Fine-tune language models on your own GPU and see, measured, what they forgot.")))
        column.addWidget(PlainLabel(tr("Version {version}, Apache License 2.0").format(version=__version__)))
        column.addWidget(
            wrapped(tr("Nothing leaves this machine; there is no telemetry and no update check."), muted=True)
        )
        column.addWidget(_close_row(self))


class Keys(QDialog):
    """Every key, by action."""

    def __init__(self, groups: Sequence[tuple[str, Sequence[QAction]]], parent: QWidget) -> None:
        """`groups` are headings with their actions."""
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        inside = QWidget()
        form = QFormLayout(inside)
        for words, actions in groups:
            form.addRow(heading(words))
            for action in actions:
                if not action.shortcut().isEmpty():
                    key = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
                    form.addRow(PlainLabel(key), PlainLabel(plain(action.text())))
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setAccessibleName(tr("Keyboard shortcuts"))
        column = QVBoxLayout(self)
        column.addWidget(area)
        column.addWidget(_close_row(self))
        self.resize(480, 560)


def _close_row(dialog: QDialog) -> QDialogButtonBox:
    row = QDialogButtonBox()
    row.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
    row.rejected.connect(dialog.reject)
    return row


def plain(text: str) -> str:
    """An action's text without its mnemonic sign."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
