"""When a run ends: a toast, and a notification of the system only while the window is not in front; once per run and end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QStyle, QSystemTrayIcon, QWidget

from engine.states import State
from engine.store import runs
from gui.i18n import tr
from gui.project import Action

if TYPE_CHECKING:
    from engine.records import Run
    from gui.project import Project


class Messenger(Protocol):
    """Reaches the person outside the window."""

    def send(self, title: str, text: str, run_id: int) -> None:
        """Show a notification of the system; a click opens the run."""


class TrayMessenger(QObject):
    """The system's tray where there is one; else the window asks for attention."""

    def __init__(self, window: QWidget, project: Project) -> None:
        """Make the tray icon only when first needed."""
        super().__init__(window)
        self._window, self._project = window, project
        self._tray: QSystemTrayIcon | None = None
        self._run_id = 0

    def send(self, title: str, text: str, run_id: int) -> None:
        """Notify."""
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            QApplication.alert(self._window)
            return
        if self._tray is None:
            icon = self._window.windowIcon()
            fallback = self._window.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxInformation)
            self._tray = QSystemTrayIcon(fallback if icon.isNull() else icon, self)
            self._tray.messageClicked.connect(self._on_message_clicked)
        self._run_id = run_id
        self._tray.show()
        self._tray.showMessage(title, text)

    @Slot()
    def _on_message_clicked(self) -> None:
        self._window.activateWindow()
        self._window.raise_()
        self._project.navigate("run", run_id=self._run_id)


class RunNotices(QObject):
    """Follows the runs' states and tells of each end once."""

    def __init__(self, project: Project, window: QWidget, messenger: Messenger) -> None:
        """Runs that have ended already are not told."""
        super().__init__(window)
        self._project, self._window, self._messenger = project, window, messenger
        self._rev = 0
        self._states: dict[int, State] = {}
        for run in self._new():
            self._states[run.id] = run.state
        project.live.changed.connect(self._on_rows_changed)

    def _new(self) -> list[Run]:
        found = runs.changed_since(self._project.store, self._rev)
        self._rev = max([self._rev, *(run.rev for run in found)])
        return found

    @Slot(object)
    def _on_rows_changed(self, changed: frozenset[str]) -> None:
        if "runs" not in changed:
            return
        for run in self._new():
            before, self._states[run.id] = self._states.get(run.id), run.state
            if run.state.is_ended and before is not run.state and before is not None:
                self._tell(run)

    def _tell(self, run: Run) -> None:
        words = end_words(run)
        if not words:
            return
        level = "error" if run.state in (State.FAILED, State.INTERRUPTED) else "info"
        show = Action(text=tr("Show run"), do=lambda: self._project.navigate("run", run_id=run.id))
        self._project.toast(words, show, level=level)
        if self._project.preferences.notify and not self._window.isActiveWindow():
            self._messenger.send(run.name, words, run.id)


def end_words(run: Run) -> str:
    """How a run ended, in one sentence; nothing for one the user cancelled."""
    return {
        State.FINISHED: tr("{run} has finished: its verdict is ready."),
        State.AUTO_STOPPED: tr("{run} was stopped by its guard: a capability left its budget."),
        State.STOPPED: tr("{run} has stopped and kept a checkpoint."),
        State.FAILED: tr("{run} failed. Its page says why."),
        State.INTERRUPTED: tr("{run} was interrupted. Its page says why."),
    }.get(run.state, "").format(run=run.name)
