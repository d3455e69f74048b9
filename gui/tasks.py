"""Short work off the GUI thread: hashing, reading a file, starting a host. Results come back on the GUI thread."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from engine.errors import PalimpsestError
from engine.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_logger = logging.getLogger(__name__)


class _Call:
    """One piece of work and where its result goes."""

    def __init__(
        self,
        function: Callable[[], Any],
        on_done: Callable[[Any], None] | None,
        on_error: Callable[[PalimpsestError], None] | None,
    ) -> None:
        self.function, self.on_done, self.on_error = function, on_done, on_error
        self.result: Any = None
        self.error: Exception | None = None


class Tasks(QObject):
    """Runs functions in two threads and hands each result to a bound method of a living QObject, on the GUI thread.

    A receiver that was deleted meanwhile is left alone. An expected failure goes to `on_error`, else to `failed`; anything
    else is a bug and is raised on the GUI thread.
    """

    failed = Signal(object)
    _ended = Signal(object)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        """Start no thread until the first call."""
        super().__init__(parent)
        self._home = home
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="gui-task")
        self._open = 0
        self._closed = False
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return self._open == 0

    def run(
        self,
        function: Callable[[], Any],
        on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[PalimpsestError], None] | None = None,
    ) -> None:
        """Call `function` in a thread; `on_done(result)` follows on this one. It must not touch widgets or our store."""
        if self._closed:
            return
        self._open += 1
        self._pool.submit(self._work, _Call(function, on_done, on_error))

    def with_store(
        self,
        function: Callable[[Store], Any],
        on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[PalimpsestError], None] | None = None,
    ) -> None:
        """As `run`, with a store of its own for the thread, closed afterwards: for reads too long for a frame."""
        self.run(lambda: _in_store(self._home, function), on_done, on_error)

    def close(self) -> None:
        """Wait for what is under way; nothing is delivered any more."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, call: _Call) -> None:
        try:
            call.result = call.function()
        except Exception as error:  # noqa: BLE001 - carried to the GUI thread and handled or raised there
            call.error = error
        if isValid(self):
            self._ended.emit(call)

    @Slot(object)
    def _on_ended(self, call: _Call) -> None:
        self._open -= 1
        if self._closed:
            return
        if call.error is None:
            _deliver(call.on_done, call.result)
        elif not isinstance(call.error, PalimpsestError):
            raise call.error
        elif call.on_error is not None:
            _deliver(call.on_error, call.error)
        else:
            self.failed.emit(call.error)


def _in_store(home: Path, function: Callable[[Store], Any]) -> Any:
    store = Store(home)
    try:
        return function(store)
    finally:
        store.close()


def _deliver(receiver: Callable[[Any], None] | None, value: Any) -> None:
    if receiver is None:
        return
    owner = getattr(receiver, "__self__", None)
    if isinstance(owner, QObject) and not isValid(owner):
        return
    receiver(value)
