"""Who is alive, told by held locks and never by process numbers: a number can be reused, or belong to a zombie.

Host and workers each hold the operating-system lock of a file in `locks/` for as long as they live; the kernel drops it
however they die. Two times of that file say more about a worker:

- *modified*: set every 2 s by a thread of the worker. Old while the lock is held = the whole process stands still (stopped,
  or a library sits on the interpreter): **hung**.
- *accessed*: the moment of the last progress, a step or a phase's part (`Work` beats). Old while *modified* is fresh = a
  long step, a slow load, or a loop that leads nowhere: **no progress**, for a person to judge; the phase is in the job's row.

Lock free and a job still active = **interrupted**.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, get_args

import psutil

from engine import platform
from engine.records import Lane

if TYPE_CHECKING:
    from pathlib import Path

HEARTBEAT_S = 2.0
#: Six missed heartbeats and the host's second look together stay within the 15 s that reliability promises.
HUNG_AFTER_S = 12.0
#: A worker's exit code for "someone else has the lane"; the job stays queued.
LANE_BUSY = 75
#: How long the interactive worker waits for another job.
WARM_FOR_S = 300.0
TAIL_LINES = 20
LANES: tuple[Lane, ...] = get_args(Lane)
#: Every lock of a process that works with the database for long.
WORKING_LOCKS = ("host", *LANES)


def lock_path(home: Path, name: str) -> Path:
    """Return the lock file of "host" or of a lane."""
    return home / "locks" / f"{name}.lock"


def host_is_alive(home: Path) -> bool:
    """Whether a host serves this data folder."""
    return platform.is_locked(lock_path(home, "host"))


def lane_is_held(home: Path, lane: Lane) -> bool:
    """Whether a worker, or a program that runs a job in its own process, has the lane."""
    return platform.is_locked(lock_path(home, lane))


def silent_for_s(home: Path, lane: Lane) -> float:
    """Return for how many seconds the lane's worker has shown no sign of life."""
    return time.time() - platform.lock_times(lock_path(home, lane))[0]


def no_progress_for_s(home: Path, lane: Lane) -> float:
    """Return for how many seconds the lane's worker has shown no progress: a step, or a phase's part."""
    return time.time() - platform.lock_times(lock_path(home, lane))[1]


def pulse_text(home: Path, lane: Lane) -> str:
    """Say what a worker's two times mean, for somebody about to end it."""
    silent, still = silent_for_s(home, lane), no_progress_for_s(home, lane)
    if silent > HUNG_AFTER_S:
        return f"It has shown no sign of life for {silent:.0f} s: it hangs or was stopped."
    return f"It is alive ({silent:.0f} s ago), and last showed progress {still:.0f} s ago: it may only be slow."


def end_worker(home: Path, lane: Lane) -> str | None:
    """End the lane's worker at once, as `kill -9` does, and return the command it was; None if there is none of ours.

    A program that runs a job in its own process holds the same lock and is left alone.
    """
    process = platform.lock_holder(lock_path(home, lane))
    try:
        words = process.cmdline() if process is not None else []
        if process is None or "engine.worker" not in words or str(home) not in words:
            return None
        process.kill()
        process.wait(10)
    except psutil.NoSuchProcess:
        return None
    return " ".join(words)


def log_path(home: Path, name: str, job_id: int | None = None) -> Path:
    """Return the file with a process's output: one a job in the heavy lane, one in all for "host" and "interactive"."""
    return home / "logs" / (f"heavy-{job_id}.log" if name == "heavy" else f"{name}.log")


def tail(path: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log file, or nothing if there is none."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 16_384))
            text = log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


class Heart:
    """Beats for one held lock from a thread of its own until `stop`; `beat` marks progress from the work itself."""

    def __init__(self, lock: platform.HeldLock, *, every_s: float = HEARTBEAT_S) -> None:
        """Start beating at once."""
        self._lock = lock
        self._every_s = every_s
        self._progress_at = time.time()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)
        self._thread.start()

    def beat(self) -> None:
        """Mark progress; costs nothing, the thread writes it with its next touch."""
        self._progress_at = time.time()

    def stop(self) -> None:
        """Stop beating; the lock stays held."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._lock.touch(self._progress_at)
            self._stopped.wait(self._every_s)
