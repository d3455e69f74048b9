"""The process that does the work: `python -m engine.worker --home DIR --lane heavy|interactive [--job ID]`.

It holds the lock of its lane for life (`engine.liveness` says what its two times mean: the heart's thread always touches
it, and the work's own beats set the time of the last progress, so a slow step, a long load and a hang can be told apart).
A heavy worker does one job and ends, which gives all memory back; an interactive one stays warm for more.

It is started with its input closed, its output in a log file and a clean environment with every hub offline
(`platform.start_detached`), forks no helpers, and imports a job's code only when the job is claimed.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine import liveness, platform
from engine.errors import PalimpsestError
from engine.store import Store, jobs
from engine.store.database import Watch
from engine.work import StopSignals, Work, carry_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import Job, Lane

COULD_NOT_START = 1
LOOK_EVERY_S = 0.05

_logger = logging.getLogger("worker")


class Worker:
    """One lane's worker in this process: claims jobs one after the other and carries them out."""

    def __init__(self, store: Store, lane: Lane, *, heart: liveness.Heart, signals: StopSignals) -> None:
        """Bind to an open store; the caller holds the lane's lock."""
        self._store = store
        self._lane: Lane = lane
        self._heart = heart
        self._signals = signals

    def do_one(self, job_id: int | None = None) -> bool:
        """Claim and do the next job (or just `job_id`); say whether this process is fit for another."""
        job = jobs.claim_next(self._store, self._lane, job_id)
        return job is None or self._carry_out(job)

    def stay_warm(self, warm_for_s: float) -> None:
        """Do job after job until `warm_for_s` idle seconds have passed, a signal comes or a job leaves damage."""
        watch = Watch(self._store)
        idle_since = time.monotonic()
        while not self._signals.came.is_set() and time.monotonic() - idle_since < warm_for_s:
            if not watch.changed() or jobs.next_queued(self._store, self._lane) is None:
                self._heart.beat()
                self._signals.came.wait(LOOK_EVERY_S)
            elif self.do_one():
                idle_since = time.monotonic()
                watch.forget()
            else:
                break
        watch.close()

    def _carry_out(self, job: Job) -> bool:
        _logger.info("job %d (%s), attempt %d", job.id, job.kind, job.attempt)
        work = Work(self._store, job, beat=self._heart.beat, take_signals=self._signals.take)
        aftermath = carry_out(work)
        _logger.info("job %d: %s", job.id, jobs.get(self._store, job.id).sentence())
        return aftermath == "clean"


def main(arguments: Sequence[str] | None = None) -> int:
    """Work until the lane's rule says that it is done; return the process's exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    options = _parser().parse_args(arguments)
    lock = platform.try_lock(liveness.lock_path(options.home, options.lane))
    if lock is None:
        return liveness.LANE_BUSY
    # Both are so already when the host started us; a worker started by hand must be no different.
    platform.close_input()
    os.environ.update(platform.OFFLINE)
    heart = liveness.Heart(lock)
    signals = StopSignals()
    _logger.info("worker of the %s lane starts as process %d", options.lane, os.getpid())
    try:
        _work(options, heart, signals)
    except PalimpsestError as error:
        _logger.error("%s", error.sentence())  # noqa: TRY400 - a sentence for a person, not a traceback
        return COULD_NOT_START
    return 0


def _work(options: argparse.Namespace, heart: liveness.Heart, signals: StopSignals) -> None:
    store = Store(options.home)
    try:
        worker = Worker(store, options.lane, heart=heart, signals=signals)
        if options.lane == "heavy" or options.job is not None:
            worker.do_one(options.job)
        else:
            worker.stay_warm(options.warm_for_s)
    finally:
        store.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engine.worker", description="Do the jobs of one lane.")
    parser.add_argument("--home", type=Path, required=True, help="data folder")
    parser.add_argument("--lane", choices=liveness.LANES, required=True)
    parser.add_argument("--job", type=int, help="do just this job")
    parser.add_argument(
        "--warm-for-s", type=float, default=liveness.WARM_FOR_S, help="interactive: end after so many idle seconds"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
