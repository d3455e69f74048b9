"""What a client of the store (command line, notebook, test, window) does beside reading rows: see to a host, and wait.

A client queues a job, calls `ensure_host`, and follows the rows with `wait_for`; it may go away at any moment.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from engine import liveness, platform
from engine.errors import EnvironmentFailure, UserError
from engine.states import State
from engine.store import history, jobs, runs
from engine.store.database import Watch
from engine.work import StopSignals, Work, carry_out

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from engine.records import Job, Recipe, Run
    from engine.store import Store

LOOK_EVERY_S = 0.1
#: How often a waiting client makes sure that a host is still there.
HOST_LOOK_S = 1.0
HOST_START_S = 60.0
#: What one may ask of a run.
REQUESTS = ("pause", "resume", "stop", "cancel", "check")


def ensure_host(home: Path) -> None:
    """Start a host for the data folder if none is there, and return once one is.

    Raises `EnvironmentFailure` with the end of the host's log if it does not come up.
    """
    if liveness.host_is_alive(home):
        return
    log = liveness.log_path(home, "host")
    process = _start_host(home, log)
    deadline = time.monotonic() + HOST_START_S
    while not liveness.host_is_alive(home):
        returncode = process.poll()
        if returncode or time.monotonic() > deadline:
            platform.let_go(process)
            raise EnvironmentFailure(f"The host could not start: {liveness.tail(log, 1)}", remedy=f"{log} has more.")
        if returncode == 0:  # it met another host that was just about to end
            process = _start_host(home, log)
        time.sleep(LOOK_EVERY_S / 5)
    platform.let_go(process)


def _start_host(home: Path, log: Path) -> subprocess.Popen[bytes]:
    return platform.start_detached("engine.host", ["--home", str(home)], log=log, folder=home)


def queue_run(store: Store, recipe: Recipe, made: Mapping[str, Any]) -> tuple[int, int]:
    """Write the run, its job and the journal entry together; return (run id, job id). `made` is its plan."""
    with store.write():
        run_id = runs.create(store, recipe, plan=made)
        job_id = jobs.enqueue(store, "train", {}, run_id=run_id)
        name = runs.get(store, run_id).name
        history.append(store, "start", f"Started {name} from base {recipe.base}", details={"run_id": run_id})
    return run_id, job_id


def ask(store: Store, run_id: int, action: str) -> str:
    """Put a request to a run (pause, resume, stop, cancel, check) and return what was asked of it.

    "stop" cancels a run that has not trained yet, and "resume" queues one that has ended again, from its last checkpoint.
    Raises `UserError` with what it can be asked for now.
    """
    run, job = runs.get(store, run_id), jobs.latest_for_run(store, run_id)
    if action == "resume" and (job is None or job.state.is_ended):
        _queue_again(store, run, job)
        return action
    if job is None:
        raise UserError(
            f"Run {run.id} ({run.name}) has no job any more; it came from a rebuilt database.",
            remedy=f"`palimpsest resume {run.id}` queues one.",
        )
    if action == "stop" and "cancel" in job.state.actions:
        action = "cancel"
    if action not in job.state.actions:
        able = ", ".join(word for word in job.state.actions if word in REQUESTS) or "nothing"
        raise UserError(
            f"Run {run.id} ({run.name}) is {job.state.word.lower()}: it cannot {action} now.",
            remedy=f"Possible now: {able}.",
        )
    jobs.request(store, job.id, action)
    return action


def _queue_again(store: Store, run: Run, job: Job | None) -> None:
    if "resume" not in run.state.actions:
        raise UserError(
            f"Run {run.id} ({run.name}) is {run.state.word.lower()}: there is nothing to resume.",
            remedy="`palimpsest run` starts a new one.",
        )
    if job is None:
        jobs.enqueue(store, "train", {"resume": True}, run_id=run.id)
    else:
        jobs.requeue(store, job.id, {**job.payload, "resume": True})


def wait_for(
    store: Store,
    job_id: int,
    *,
    on_change: Callable[[Job], None] | None = None,
    timeout_s: float | None = None,
) -> Job:
    """Wait until a job has ended and return it; `on_change` sees its row each time it changed, first and last included.

    A host that vanished meanwhile is started again. After `timeout_s` the job is returned as it stands.
    """
    watch = Watch(store)
    try:
        return _follow(store, job_id, watch, on_change or (lambda job: None), timeout_s)
    finally:
        watch.close()


def _follow(store: Store, job_id: int, watch: Watch, on_change: Callable[[Job], None], timeout_s: float | None) -> Job:
    started_at = host_seen_at = time.monotonic()
    job = jobs.get(store, job_id)
    on_change(job)
    while not job.state.is_ended and (timeout_s is None or time.monotonic() - started_at < timeout_s):
        time.sleep(LOOK_EVERY_S)
        if watch.changed() and (now := jobs.get(store, job_id)).rev != job.rev:
            job = now
            on_change(job)
        if not job.state.is_ended and time.monotonic() - host_seen_at > HOST_LOOK_S:
            ensure_host(store.home)
            host_seen_at = time.monotonic()
    return job


def run_in_process(store: Store, job_id: int) -> Job:
    """Do a queued job in this process, for notebooks and debugging: same rows, same lock as a worker of its lane.

    Ctrl+C is a request to stop; a second one interrupts. A job that asked for a fresh process comes back queued.
    Raises `UserError` while the lane or the job is taken.
    """
    job = jobs.get(store, job_id)
    lock = platform.try_lock(liveness.lock_path(store.home, job.lane))
    if lock is None:
        raise UserError(_busy_sentence(store, job), remedy="Wait for it to end, stop it, or leave this job queued.")
    heart = liveness.Heart(lock)
    os.environ.update(platform.OFFLINE)
    try:
        return _claim_and_do(store, job, heart)
    finally:
        heart.stop()
        lock.release()


def _claim_and_do(store: Store, job: Job, heart: liveness.Heart) -> Job:
    claimed = jobs.claim_next(store, job.lane, job.id)
    if claimed is None:
        raise UserError(f"Job {job.id} is not queued ({job.state.word.lower()}).", remedy="Queue it again to run it.")
    signals = StopSignals() if threading.current_thread() is threading.main_thread() else None
    try:
        carry_out(Work(store, claimed, beat=heart.beat, take_signals=signals.take if signals else list))
    finally:
        if signals:
            signals.give_back()
        jobs.end(
            store, job.id, State.INTERRUPTED, reason="The program that ran it was stopped.", attempt=claimed.attempt
        )
    return jobs.get(store, job.id)


def _busy_sentence(store: Store, job: Job) -> str:
    at_work = jobs.active(store, job.lane)
    who = f"job {at_work[0].id} ({at_work[0].kind}, {at_work[0].state.word.lower()})" if at_work else "a worker"
    return f"The {job.lane} lane is busy with {who}; only one job at a time runs there."
