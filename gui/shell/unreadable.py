"""Shown instead of the window when the data folder cannot be opened: which file, why, and two ways on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QVBoxLayout

from gui.dialogs import NativeDialogs
from gui.i18n import tr
from gui.preferences import Preferences
from gui.project import Action
from gui.widgets.cards import ErrorCard, trouble_of
from gui.widgets.text import wrapped

if TYPE_CHECKING:
    from pathlib import Path

    from engine.errors import PalimpsestError
    from gui.dialogs import Dialogs


class Unreadable(QDialog):
    """Names the file; `chosen` is the folder to open instead, once accepted."""

    def __init__(self, error: PalimpsestError, home: Path, dialogs: Dialogs | None = None) -> None:
        """Build it; `dialogs` is for tests."""
        super().__init__()
        self.setWindowTitle("Palimpsest")
        self.setMinimumWidth(560)
        self.chosen: Path | None = None
        self._home = home
        self._dialogs = dialogs or NativeDialogs(self, Preferences(home / "window.ini", self))
        column = QVBoxLayout(self)
        folder = Action(text=tr("Open folder"), do=self.open_folder)
        start = Action(text=tr("Start a new project…"), do=self.start_new)
        self.card = ErrorCard(trouble_of(error, folder, start))
        column.addWidget(self.card)
        column.addWidget(wrapped(tr("Nothing was changed or deleted."), muted=True))

    def open_folder(self) -> None:
        """Show the data folder in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._home)))

    def start_new(self) -> None:
        """Ask for an empty folder and open it instead."""
        self._dialogs.choose_folder("project", tr("Choose an empty folder for the new project"), self._on_chosen)

    def _on_chosen(self, folder: Path) -> None:
        self.chosen = folder
        self.accept()
