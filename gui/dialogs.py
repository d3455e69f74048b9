"""The one seam where the window asks with a dialog: confirmations and files. Tests give answers instead."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QMessageBox

from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from gui.preferences import Preferences


@dataclass(frozen=True, kw_only=True)
class Question:
    """What to ask before something that cannot be undone: names object and size; Cancel is the default.

    `verb` labels the button that does it ("Delete 14 checkpoints"); `other` a second way, if there is one; `remember` the
    text of a tick box. `default` "yes" only where nothing is lost by it.
    """

    text: str
    details: str = ""
    verb: str
    other: str = ""
    remember: str = ""
    default: str = "cancel"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer: "yes", "other" or "cancel", and whether to remember it."""

    choice: str
    remembered: bool = False


class Dialogs(Protocol):
    """What pages may ask; every method returns at once and calls back."""

    def confirm(self, question: Question, on_reply: Callable[[Reply], None]) -> None:
        """Ask a question."""

    def choose_file(self, purpose: str, title: str, filters: str, on_chosen: Callable[[Path], None]) -> None:
        """Ask for an existing file; `purpose` remembers the last folder. Not called back when cancelled."""

    def choose_folder(self, purpose: str, title: str, on_chosen: Callable[[Path], None]) -> None:
        """Ask for an existing folder."""

    def save_file(self, purpose: str, title: str, name: str, filters: str, on_chosen: Callable[[Path], None]) -> None:
        """Ask where to write a file called `name`; the system asks before overwriting."""


class NativeDialogs:
    """The real ones: the system's file dialogs and one alert with verbs on its buttons."""

    def __init__(self, parent: QWidget, preferences: Preferences) -> None:
        """Open dialogs over `parent`; remember the last folder by purpose."""
        self._parent, self._preferences = parent, preferences

    def confirm(self, question: Question, on_reply: Callable[[Reply], None]) -> None:
        """Ask; Cancel is the default button."""
        Alert(question, on_reply, self._parent).open()

    def choose_file(self, purpose: str, title: str, filters: str, on_chosen: Callable[[Path], None]) -> None:
        """Ask for an existing file."""
        dialog = self._dialog(purpose, title, filters)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._open(dialog, purpose, on_chosen)

    def choose_folder(self, purpose: str, title: str, on_chosen: Callable[[Path], None]) -> None:
        """Ask for an existing folder."""
        dialog = self._dialog(purpose, title, "")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._open(dialog, purpose, on_chosen)

    def save_file(self, purpose: str, title: str, name: str, filters: str, on_chosen: Callable[[Path], None]) -> None:
        """Ask where to write."""
        dialog = self._dialog(purpose, title, filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        self._open(dialog, purpose, on_chosen)

    def _dialog(self, purpose: str, title: str, filters: str) -> QFileDialog:
        dialog = QFileDialog(self._parent, title, self._preferences.folder_for(purpose), filters)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        return dialog

    def _open(self, dialog: QFileDialog, purpose: str, on_chosen: Callable[[Path], None]) -> None:
        _Choice(dialog, purpose, self._preferences, on_chosen)
        dialog.open()


class _Choice(QObject):
    """Waits for one file dialog and hands over what was chosen; goes with the dialog."""

    def __init__(
        self, dialog: QFileDialog, purpose: str, preferences: Preferences, on_chosen: Callable[[Path], None]
    ) -> None:
        super().__init__(dialog)
        self._dialog, self._purpose, self._preferences, self._on_chosen = dialog, purpose, preferences, on_chosen
        dialog.finished.connect(self._on_finished)

    @Slot(int)
    def _on_finished(self, result: int) -> None:
        if result and self._dialog.selectedFiles():
            path = Path(self._dialog.selectedFiles()[0])
            self._preferences.remember_folder(self._purpose, str(path if path.is_dir() else path.parent))
            self._on_chosen(path)
        self._dialog.deleteLater()


class Alert(QMessageBox):
    """One question with verbs on its buttons; Cancel is default and Escape."""

    def __init__(self, question: Question, on_reply: Callable[[Reply], None], parent: QWidget | None = None) -> None:
        """Build it; `on_reply` is called once, when it closes."""
        super().__init__(parent)
        self._on_reply = on_reply
        self.setObjectName("alert")
        is_harmless = question.default == "yes"
        self.setIcon(QMessageBox.Icon.Question if is_harmless else QMessageBox.Icon.Warning)
        self.setWindowTitle(question.verb)
        self.setTextFormat(self.textFormat().PlainText)
        self.setText(question.text)
        self.setInformativeText(question.details)
        role = QMessageBox.ButtonRole.AcceptRole if is_harmless else QMessageBox.ButtonRole.DestructiveRole
        self._yes = self.addButton(question.verb, role)
        self._other = self.addButton(question.other, QMessageBox.ButtonRole.ActionRole) if question.other else None
        cancel = self.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self._yes if is_harmless else cancel)
        self.setEscapeButton(cancel)
        if question.remember:
            self.setCheckBox(QCheckBox(question.remember))
        self.finished.connect(self._on_finished)

    @Slot(int)
    def _on_finished(self, _result: int) -> None:
        pressed = self.clickedButton()
        choice = "yes" if pressed is self._yes else "other" if self._other and pressed is self._other else "cancel"
        box = self.checkBox()
        self._on_reply(Reply(choice=choice, remembered=box is not None and box.isChecked()))
        self.deleteLater()
