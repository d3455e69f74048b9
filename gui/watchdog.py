"""Notices when the GUI thread stands still, and writes down where: for development, tests and bug reports."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Slot

from engine import platform

TICK_MS = 20
#: A stall longer than this is logged with the stack (ux §8); tests fail from `FAIL_S`.
LOG_S = 0.1
FAIL_S = 0.25

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stall:
    """One time the GUI thread did not come round: how long, and where it was when noticed.

    `kept_waiting_s` of it a thread of this process was ready but other processes had the processors; `busy_s` of it the GUI
    thread computed.
    """

    seconds: float
    stack: str
    kept_waiting_s: float = 0.0
    busy_s: float = 0.0

    @property
    def own_s(self) -> float:
        """What remains when the machine's other work is taken off."""
        return max(0.0, self.seconds - self.kept_waiting_s)

    def is_felt(self, limit_s: float = FAIL_S) -> bool:
        """Whether a person would have felt it: computing beyond the limit, or standing still for twice that.

        The rest is what a crowded machine does to anyone: pages read back from the disk, threads of ours kept waiting in turn.
        """
        return self.busy_s > limit_s or self.own_s > 2 * limit_s


class Watchdog(QObject):
    """Ticks every 20 ms on the GUI thread while a second thread looks whether it still does."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Watch from `start` on, in the thread this is made in."""
        super().__init__(parent)
        self.stalls: list[Stall] = []
        self._thread_id = threading.get_ident()
        self._ticked_at = time.monotonic()
        self._stack = ""
        self._waits: dict[int, float] = {}
        self._busy = 0.0
        self._stopped = threading.Event()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._looker = threading.Thread(target=self._look, name="watchdog", daemon=True)

    @property
    def is_on(self) -> bool:
        """Whether it watches."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin."""
        self._ticked_at = time.monotonic()
        self._waits, self._busy = platform.kept_waiting_s(), time.thread_time()
        self._timer.start()
        self._looker.start()

    def stop(self) -> list[Stall]:
        """End, and return the stalls there were."""
        self._on_tick()
        self._timer.stop()
        self._stopped.set()
        self._looker.join()
        return self.stalls

    @Slot()
    def _on_tick(self) -> None:
        now, waits = time.monotonic(), platform.kept_waiting_s()
        late = now - self._ticked_at - TICK_MS / 1000
        kept = max((waited - self._waits.get(thread, 0.0) for thread, waited in waits.items()), default=0.0)
        busy = time.thread_time() - self._busy
        self._ticked_at, self._waits, self._busy = now, waits, self._busy + busy
        if late > LOG_S:
            stall = Stall(late, self._stack or "(over before it was looked at)", kept, busy)
            self.stalls.append(stall)
            words = "the GUI thread stood still for %.0f ms (%.0f of them waiting for a processor) at\n%s"
            _logger.warning(words, late * 1000, kept * 1000, stall.stack)
        self._stack = ""

    def _look(self) -> None:
        while not self._stopped.wait(TICK_MS / 1000):
            if not self._stack and time.monotonic() - self._ticked_at > LOG_S:
                self._stack = "".join(traceback.format_list(_places(self._thread_id)))


def _places(thread_id: int) -> list[traceback.FrameSummary]:
    """Where a thread is. Its frames are let go at once, before any file is read for the lines.

    While a frame is held here, what its function leaves behind lives on and ends in this thread: a painter that should have
    ended with its paintEvent would still be active, or be deleted where Qt does not expect it.
    """
    frame, found = sys._current_frames().get(thread_id), []
    while frame is not None:
        found.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return [traceback.FrameSummary(*place) for place in reversed(found)]
