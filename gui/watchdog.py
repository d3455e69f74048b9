"""Notices when the GUI thread stands still, and writes down where: for development, tests and bug reports."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Slot

TICK_MS = 20
#: A stall longer than this is logged with the stack (ux §8); tests fail from `FAIL_S`.
LOG_S = 0.1
FAIL_S = 0.25

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stall:
    """One time the GUI thread did not come round: how long, and where it was when noticed."""

    seconds: float
    stack: str


class Watchdog(QObject):
    """Ticks every 20 ms on the GUI thread while a second thread looks whether it still does."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Watch from `start` on, in the thread this is made in."""
        super().__init__(parent)
        self.stalls: list[Stall] = []
        self._thread_id = threading.get_ident()
        self._ticked_at = time.monotonic()
        self._stack = ""
        self._stopped = threading.Event()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._looker = threading.Thread(target=self._look, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._ticked_at = time.monotonic()
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
        now = time.monotonic()
        late = now - self._ticked_at - TICK_MS / 1000
        self._ticked_at = now
        if late > LOG_S:
            stall = Stall(late, self._stack or "(over before it was looked at)")
            self.stalls.append(stall)
            _logger.warning("the GUI thread stood still for %.0f ms at\n%s", late * 1000, stall.stack)
        self._stack = ""

    def _look(self) -> None:
        while not self._stopped.wait(TICK_MS / 1000):
            if not self._stack and time.monotonic() - self._ticked_at > LOG_S:
                frame = sys._current_frames().get(self._thread_id)
                self._stack = "".join(traceback.format_stack(frame)) if frame else ""
