"""The open data folder as the window's parts see it: store, live changes, undo, background work, and ways to ask and tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.store import Store
from gui.live import Live
from gui.preferences import Preferences
from gui.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.errors import PalimpsestError
    from engine.records import Job
    from gui.dialogs import Dialogs
    from gui.widgets.cards import Trouble


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button on a toast, card or bar: its words (a verb and an object) and what it does."""

    text: str
    do: Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Toast:
    """One short message; six seconds on screen, then only in the bell's list."""

    text: str
    action: Action | None = None
    level: str = "info"  # info, warning, error
    page: str = ""
    args: dict[str, Any] = field(default_factory=dict)


class _Change(QUndoCommand):
    """One undoable edit as two functions; it was done already when it is pushed."""

    def __init__(self, text: str, do: Callable[[], object], undo: Callable[[], object]) -> None:
        super().__init__(text)
        self._do, self._undo, self._is_done = do, undo, True

    def redo(self) -> None:
        if not self._is_done:
            self._do()
        self._is_done = False

    def undo(self) -> None:
        self._undo()


class _Moved(QUndoCommand):
    """A change that was made already, by a job or in a thread; undo and redo are functions."""

    def __init__(self, text: str, undo: Callable[[], object], redo: Callable[[], object]) -> None:
        super().__init__(text)
        self._undo, self._redo, self._is_made = undo, redo, True

    def redo(self) -> None:
        if not self._is_made:
            self._redo()
        self._is_made = False

    def undo(self) -> None:
        self._undo()


class Project(QObject):
    """One data folder, open in a window. Pages get it whole and use nothing global.

    `store` is for the GUI thread: short reads and single-row writes only; longer reads go through `tasks.with_store`.
    Set `dialogs` before a page can ask anything (the window does).
    """

    navigation_requested = Signal(str, object)
    toast_requested = Signal(object)
    undo_withdrawn = Signal(object)
    trouble_told = Signal(object)

    dialogs: Dialogs

    def __init__(self, home: Path, *, keep_host: bool = True, parent: QObject | None = None) -> None:
        """Open (or create) the data folder; raises what `engine.store.Store` raises."""
        super().__init__(parent)
        self.home = home
        self.store = Store(home)
        self.preferences = Preferences(home / "window.ini", self)
        self.tasks = Tasks(home, self)
        self.tasks.failed.connect(self.tell_error)
        self.live = Live(self.store, self.tasks, keep_host=keep_host, parent=self)
        self.live.host_failed.connect(self.tell_error)
        self.undo_stack = QUndoStack(self)
        self._offered: Toast | None = None
        self.undo_stack.indexChanged.connect(self._on_undo_moved)

    def navigate(self, page: str, **args: Any) -> None:
        """Ask the window to show a page ("runs", "run", run_id=3, tab="timeline" …)."""
        self.navigation_requested.emit(page, args)

    def toast(self, text: str, action: Action | None = None, *, level: str = "info") -> None:
        """Tell the user in one sentence, with at most one button; what the engine said comes in the user's language."""
        from gui.i18n import said

        self.toast_requested.emit(Toast(text=said(text), action=action, level=level))

    def tell_error(self, error: PalimpsestError) -> None:
        """Tell an expected failure that has no better place."""
        self.toast(error.sentence(), level="error")

    def show_trouble(self, trouble: Trouble) -> None:
        """Tell a failure with details that has no page of its own: an error card the user can open and copy."""
        self.trouble_told.emit(trouble)

    def moved(self, sentence: str, undo: Callable[[], object], redo: Callable[[], object]) -> None:
        """Say that something was done (a job moved the current model, runs were queued); Undo and Ctrl+Z call `undo`."""
        from gui.i18n import said

        self.undo_stack.push(_Moved(said(sentence), undo, redo))
        self._offer_undo(said(sentence + "."))

    def change(self, text: str, do: Callable[[], object], undo: Callable[[], object], *, tell: str = "") -> None:
        """Do an edit that Ctrl+Z reverses; with `tell` a toast says so and offers Undo. An edit that raises is not kept."""
        do()
        self.undo_stack.push(_Change(text, do, undo))
        if tell:
            self._offer_undo(tell)

    def _offer_undo(self, text: str) -> None:
        """Say what was done last, with the button that reverses it."""
        from gui.i18n import tr

        self._offered = Toast(text=text, action=Action(text=tr("Undo"), do=self.undo_stack.undo))
        self.toast_requested.emit(self._offered)

    @Slot()
    def _on_undo_moved(self) -> None:
        """It was undone, or something else was done since: that button would reverse another edit now."""
        if self._offered is not None:
            offered, self._offered = self._offered, None
            self.undo_withdrawn.emit(offered)

    def follow(self, job_id: int, on_end: Callable[[Job], None]) -> None:
        """Call `on_end(job)` once a job has ended."""
        self.live.follow(job_id, on_end)

    def close(self) -> None:
        """Stop watching, wait for background work and close the store."""
        self.live.close()
        self.tasks.close()
        self.store.close()
