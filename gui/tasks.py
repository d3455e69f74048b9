"""Short work off the GUI thread: hashing, reading a file, starting a host. Results come back on the GUI thread."""

from __future__ import annotations

import itertools
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from engine.errors import PalimpsestError
from engine.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_logger = logging.getLogger(__name__)


class _Receivers(NamedTuple):
    """Where a result goes, or a failure that was to be expected."""

    on_done: Callable[[Any], None] | None
    on_error: Callable[[PalimpsestError], None] | None


class Tasks(QObject):
    """Runs functions in two threads and hands each result to a bound method of a living QObject, on the GUI thread.

    A receiver that was deleted meanwhile is left alone. An expected failure goes to `on_error`, else to `failed`; anything
    else is a bug and is raised on the GUI thread.
    """

    failed = Signal(object)
    _ended = Signal(int, object, object)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        """Start no thread until the first call."""
        super().__init__(parent)
        self._home = home
        self._numbers = itertools.count()
        #: Of what is under way. They stay on this thread: the last hold on a page must not be let go by another one.
        self._receivers: dict[int, _Receivers] = {}
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="gui-task")
        self._closed = False
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._receivers

    def run(
        self,
        function: Callable[[], Any],
        on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[PalimpsestError], None] | None = None,
    ) -> None:
        """Call `function` in a thread; `on_done(result)` follows on this one. It must not touch widgets or our store."""
        if self._closed:
            return
        number = next(self._numbers)
        self._receivers[number] = _Receivers(on_done, on_error)
        self._pool.submit(self._work, number, function)

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

    def _work(self, number: int, function: Callable[[], Any]) -> None:
        result, error = None, None
        try:
            result = function()
        except Exception as raised:  # noqa: BLE001 - carried to the GUI thread and handled or raised there
            error = raised
        if isValid(self):
            self._ended.emit(number, result, error)

    @Slot(int, object, object)
    def _on_ended(self, number: int, result: Any, error: Exception | None) -> None:
        receivers = self._receivers.pop(number)
        if self._closed:
            return
        if error is None:
            _deliver(receivers.on_done, result)
        elif not isinstance(error, PalimpsestError):
            raise error
        elif receivers.on_error is not None:
            _deliver(receivers.on_error, error)
        else:
            self.failed.emit(error)


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
