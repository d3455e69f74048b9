"""The process that hands out jobs: `python -m engine.host --home DIR`. It computes nothing and imports no torch.

One host serves a data folder, told by the lock `locks/host.lock`; a second one ends at once with code 0. Every 80 ms it
looks, cheaply, whether a lane is free and a job waits for it, and starts a worker then. When a worker ended and left a job
unfinished, the host records how. Workers that outlived an earlier host are watched by their lane's lock just the same.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from engine import liveness, platform
from engine.errors import PalimpsestError
from engine.states import State
from engine.store import Store, jobs, runs
from engine.store.database import Watch

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from engine.records import Job, Lane

LOOK_EVERY_S = 0.08
#: Rows are read again after this long even when nothing seems to have changed.
LOOK_ANYWAY_S = 1.0
IDLE_EXIT_S = 600.0
#: A worker must look hung for this long before it is said: after the machine slept, every heartbeat is old for a moment.
SURE_AFTER_S = 2.5
LOG_LIMIT_BYTES = 4_000_000

_logger = logging.getLogger("host")


class LaneKeeper:
    """What the host knows of one lane, and what it does about it."""

    def __init__(self, store: Store, lane: Lane, *, warm_for_s: float, hung_after_s: float) -> None:
        """Begin with no worker of our own; one that is at work already is noticed at the first look."""
        self._store = store
        self._lane: Lane = lane
        self._warm_for_s = warm_for_s
        self._hung_after_s = hung_after_s
        self._process: subprocess.Popen[bytes] | None = None
        self._started_for: Job | None = None
        self._was_held = False
        self._silent_since: float | None = None
        self._hang_was_told = False

    @property
    def is_busy(self) -> bool:
        """Whether a worker, ours or not, had the lane at the last look."""
        return self._process is not None or self._was_held

    def look(self, *, rows_changed: bool) -> None:
        """Notice a worker's end, watch a living one, and start one where a job waits."""
        ended = False
        if self._process is not None:
            returncode = self._process.poll()
            if returncode is None:
                self._watch_pulse()
                return
            ended, self._process = True, None
            self._record_end(returncode)
        held = liveness.lane_is_held(self._store.home, self._lane)
        freed, self._was_held = self._was_held and not held, held
        if held:
            self._watch_pulse()
        elif rows_changed or freed or ended:
            self._settle(seen_alive=freed)
            self._start_if_waited_for()

    def _record_end(self, returncode: int) -> None:
        """Our own worker has gone: say how, for a job that it left unfinished or never took."""
        self._silent_since, self._hang_was_told = None, False
        how = platform.signal_word(returncode)
        _logger.info("worker of the %s lane ended: %s", self._lane, how)
        if returncode == liveness.LANE_BUSY:
            return
        killed = returncode == -9
        hint = " The system kills so when memory runs out; someone may also have done it by hand." if killed else ""
        self._interrupt(f"The worker ended with {how}.{hint}", self._active_if_free())
        if returncode != 0 and self._started_for is not None:
            self._give_up_if_untaken(self._started_for, f"The worker ended before it took the job: {how}.")

    def _give_up_if_untaken(self, job: Job, reason: str) -> None:
        """End a job whose worker died before claiming it: starting one after the other would not help."""
        now = jobs.get(self._store, job.id)
        if now.state is State.QUEUED and now.attempt == job.attempt:
            claimed = jobs.claim_next(self._store, self._lane, job.id)
            self._interrupt(reason, [claimed] if claimed else [])

    def _settle(self, *, seen_alive: bool) -> None:
        """The lane is free: jobs that count as active were left by a worker we have no exit code of."""
        left = self._active_if_free()
        if seen_alive:
            self._interrupt("The worker ended without a record; cause unknown.", left)
            return
        for job in left:
            self._interrupt(_cause_of_old_end(job), [job])

    def _active_if_free(self) -> list[Job]:
        """Read the active jobs first and ask for the lock then: a job taken up in between is not among them."""
        active = jobs.active(self._store, self._lane)
        return [] if active and liveness.lane_is_held(self._store.home, self._lane) else active

    def _interrupt(self, reason: str, left: list[Job]) -> None:
        for job in left:
            details = liveness.tail(liveness.log_path(self._store.home, self._lane, job.id))
            if jobs.end(
                self._store, job.id, State.INTERRUPTED, reason=reason, error_kind="environment", details=details,
                attempt=job.attempt,
            ):  # fmt: skip
                self._tell(job, reason, "error")

    def _start_if_waited_for(self) -> None:
        job = jobs.next_queued(self._store, self._lane)
        if job is None:
            return
        arguments = ["--home", str(self._store.home), "--lane", self._lane]
        if self._lane == "heavy":
            arguments += ["--job", str(job.id)]
        else:
            arguments += ["--warm-for-s", str(self._warm_for_s)]
        log = liveness.log_path(self._store.home, self._lane, job.id)
        _shorten(log)
        self._process = platform.start_detached("engine.worker", arguments, log=log, folder=self._store.home)
        self._started_for = job
        _logger.info("job %d: started a worker of the %s lane, process %d", job.id, self._lane, self._process.pid)

    def _watch_pulse(self) -> None:
        """Say once that the worker stands still, and once that it moves again."""
        home = self._store.home
        if not liveness.lane_is_held(home, self._lane) or liveness.silent_for_s(home, self._lane) < self._hung_after_s:
            self._silent_since = None
            if self._hang_was_told:
                self._hang_was_told = False
                self._tell_active("The worker shows signs of life again.", "info")
            return
        now = time.monotonic()
        self._silent_since = self._silent_since or now
        if now - self._silent_since >= SURE_AFTER_S and not self._hang_was_told:
            self._hang_was_told = True
            silent_s = liveness.silent_for_s(home, self._lane)
            self._tell_active(
                f"The worker has shown no sign of life for {silent_s:.0f} s: it hangs or was stopped. Wait for it, or end "
                "its process and resume from the last checkpoint.",
                "warning",
            )

    def _tell_active(self, message: str, level: str) -> None:
        for job in jobs.active(self._store, self._lane):
            self._tell(job, message, level)

    def _tell(self, job: Job, message: str, level: str) -> None:
        _logger.warning("job %d: %s", job.id, message)
        runs.add_log(self._store, message, level=level, job_id=job.id, run_id=job.run_id)


class Host:
    """Both lanes, looked after until nothing was to do for `idle_exit_s`."""

    def __init__(
        self,
        store: Store,
        *,
        idle_exit_s: float = IDLE_EXIT_S,
        warm_for_s: float = liveness.WARM_FOR_S,
        hung_after_s: float = liveness.HUNG_AFTER_S,
    ) -> None:
        """Bind to an open store; the caller holds the host's lock."""
        self._store = store
        self._idle_exit_s = idle_exit_s
        self._watch = Watch(store)
        self._lanes = [
            LaneKeeper(store, lane, warm_for_s=warm_for_s, hung_after_s=hung_after_s) for lane in liveness.LANES
        ]

    def serve(self, lock: platform.HeldLock, stop: threading.Event) -> None:
        """Look again and again until `stop` is set, nothing was to do for long, or the database is gone."""
        busy_at = read_at = touched_at = time.monotonic()
        self._watch.forget()
        while not stop.wait(LOOK_EVERY_S):
            now = time.monotonic()
            rows_changed = self._watch.changed() or now - read_at > LOOK_ANYWAY_S
            read_at = now if rows_changed else read_at
            if rows_changed and not self._store.is_same_file():
                _logger.error("%s was moved, replaced or removed; this host ends", self._store.path)
                return
            for lane in self._lanes:
                self._look(lane, rows_changed=rows_changed)
            if any(lane.is_busy for lane in self._lanes):
                busy_at = now
            elif now - busy_at > self._idle_exit_s:
                return
            if now - touched_at > liveness.HEARTBEAT_S:
                lock.touch()
                touched_at = now

    def _look(self, lane: LaneKeeper, *, rows_changed: bool) -> None:
        try:
            lane.look(rows_changed=rows_changed)
        except PalimpsestError as error:
            # A full disk or a long lock passes; what could not be recorded is found again at a later look.
            _logger.error("%s", error.sentence())  # noqa: TRY400 - a sentence for a person, not a traceback
            self._watch.forget()

    def close(self) -> None:
        """Let go of the watch; workers go on."""
        self._watch.close()


def _cause_of_old_end(job: Job) -> str:
    if job.started_at is not None and job.started_at < psutil.boot_time():
        return "The machine was switched off or restarted while the job was at work."
    return "Worker and host both ended without a record; cause unknown."


def _shorten(path: Path) -> None:
    """Set a log that has grown long aside, keeping one older generation."""
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".1.log"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the data folder until idle or told to stop; return the process's exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if liveness.host_is_alive(options.home):
        return 0
    try:
        store = Store(options.home)
        try:
            _serve_while_needed(store, options, stop)
        finally:
            store.close()
    except PalimpsestError as error:
        _logger.error("%s", error.sentence())  # noqa: TRY400 - a sentence for a person, not a traceback
        return 1
    return 0


def _serve_while_needed(store: Store, options: argparse.Namespace, stop: threading.Event) -> None:
    """Serve under the lock; a job queued just as we gave it back is still served, by us or by a newer host."""
    needed = True
    while needed and (lock := platform.try_lock(liveness.lock_path(store.home, "host"))) is not None:
        host = Host(
            store,
            idle_exit_s=options.idle_exit_s,
            warm_for_s=options.warm_for_s,
            hung_after_s=options.hung_after_s,
        )
        _logger.info("host serves %s", store.home)
        host.serve(lock, stop)
        host.close()
        lock.release()
        needed = (
            not stop.is_set() and store.is_same_file() and any(jobs.next_queued(store, lane) for lane in liveness.LANES)
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engine.host", description="Hand out the jobs of one data folder.")
    parser.add_argument("--home", type=Path, required=True, help="data folder")
    parser.add_argument("--idle-exit-s", type=float, default=IDLE_EXIT_S, help="end after so many idle seconds")
    parser.add_argument(
        "--warm-for-s", type=float, default=liveness.WARM_FOR_S, help="idle seconds of the interactive worker"
    )
    parser.add_argument("--hung-after-s", type=float, default=liveness.HUNG_AFTER_S, help="silence that counts as hung")
    return parser


if __name__ == "__main__":
    sys.exit(main())
