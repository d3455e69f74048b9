"""Watching the store: which tables changed, at most four times a second, and a host kept alive while jobs wait."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from shiboken6 import isValid

from engine import client, liveness
from engine.store import jobs
from engine.store.database import Watch, changed_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.errors import PalimpsestError
    from engine.records import Job
    from engine.store import Store
    from gui.tasks import Tasks

LOOK_EVERY_MS = 100
#: Views hear of changes at most this often.
TELL_EVERY_S = 0.25
HOST_LOOK_S = 1.0


class Live(QObject):
    """Looks at the store every 100 ms and says which tables have newer rows.

    `changed(frozenset of table names)` comes at most four times a second, the first at once. Read `rows WHERE rev > ?` of
    what you show, with a revision of your own. `follow` tells when a job has ended. `host_failed` carries the error when no
    host could be started for waiting jobs.
    """

    changed = Signal(object)
    host_failed = Signal(object)

    def __init__(self, store: Store, tasks: Tasks, *, keep_host: bool = True, parent: QObject | None = None) -> None:
        """Begin at the store's present revision; nothing is told before `start`."""
        super().__init__(parent)
        self._store, self._tasks, self._keep_host = store, tasks, keep_host
        self._watch = Watch(store)
        self._watch.changed()
        self.rev = store.rev()
        self._waiting: set[str] = set()
        self._told_at = 0.0
        self._host_seen_at = 0.0
        self._host_is_starting = False
        self._followed: dict[int, list[Callable[[Job], None]]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to look."""
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Look once, now; also called by the timer."""
        if self._watch.changed():
            self.rev, tables = changed_tables(self._store, self.rev)
            self._waiting |= tables
        now = time.monotonic()
        if self._waiting and now - self._told_at >= TELL_EVERY_S:
            told, self._waiting, self._told_at = frozenset(self._waiting), set(), now
            if "jobs" in told:
                self._tell_followers()
            self.changed.emit(told)
        if self._keep_host and now - self._host_seen_at >= HOST_LOOK_S:
            self._host_seen_at = now
            self._see_to_host()

    def follow(self, job_id: int, on_end: Callable[[Job], None]) -> None:
        """Call `on_end(job)` once the job has ended; a host is seen to at once."""
        self._followed.setdefault(job_id, []).append(on_end)
        self._host_seen_at = 0.0
        self._watch.forget()
        self._waiting.add("jobs")

    def close(self) -> None:
        """Stop looking."""
        self._timer.stop()
        self._followed.clear()
        self._watch.close()

    def _tell_followers(self) -> None:
        for job_id in list(self._followed):
            job = jobs.get(self._store, job_id)
            if job.state.is_ended:
                for on_end in self._followed.pop(job_id):
                    owner = getattr(on_end, "__self__", None)
                    if not isinstance(owner, QObject) or isValid(owner):
                        on_end(job)

    def _see_to_host(self) -> None:
        home = self._store.home
        if self._host_is_starting or not jobs.unfinished(self._store) or liveness.host_is_alive(home):
            return
        self._host_is_starting = True
        self._tasks.run(lambda: client.ensure_host(home), self._on_host_started, self._on_host_failed)

    @Slot(object)
    def _on_host_started(self, _result: object) -> None:
        self._host_is_starting = False

    @Slot(object)
    def _on_host_failed(self, error: PalimpsestError) -> None:
        self._host_is_starting = False
        self._host_seen_at = time.monotonic() + 30.0  # not again at once
        self.host_failed.emit(error)
