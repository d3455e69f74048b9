"""What a job sees while it runs: its row, its requests, and the ways to say how far it is. No processes, no torch."""

from __future__ import annotations

import errno
import importlib
import logging
import os
import signal
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, Literal, cast

import msgspec

from engine import run_folder
from engine.errors import DiskFull, EnvironmentFailure, PalimpsestError, UserError
from engine.states import State
from engine.store import jobs, runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from engine.records import Job
    from engine.store import Store

#: Where each kind of job is done, as module:function; imported only in the worker that needs it.
TASKS = {
    "train": "engine.training.job:run",
    "calibrate": "engine.training.calibrate:run",
    "score": "engine.canaries.job:run",
    "answer": "engine.compare:run",
    "import": "engine.models.jobs:run_import",
    "verify": "engine.models.jobs:run_verify",
    "inspect": "engine.data.job:run",
    "strength": "engine.strength.job:run",
    "drift": "engine.strength.drift:run",
    "export": "engine.export.model:run",
    "roll_back": "engine.model_moves:run_roll_back",
    "make_current": "engine.model_moves:run_make_current",
    "undo": "engine.model_moves:run_undo",
    "sweep": "engine.sweeps:run",
    "pilot": "engine.training.pilot:run",
    "gate": "engine.gate:run",
    "echo": "engine.work:echo",
}
_logger = logging.getLogger(__name__)
#: How `carry_out` left the process: fit for another job, or to be replaced by a fresh one.
Aftermath = Literal["clean", "replace"]
#: Rows are written at most this often; the first and last of a phase always.
FLUSH_EVERY_S = 0.25


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a job ended by its own account."""

    state: State = State.FINISHED
    reason: str = ""
    result: dict[str, Any] = {}


class Cancelled(Exception):
    """The user cancelled the job; nothing of it is to be kept."""


class Replace(Exception):
    """The worker must be replaced: end this process and queue the job again with another payload."""

    def __init__(self, payload: dict[str, Any], reason: str) -> None:
        """Keep the payload of the next attempt and the sentence for the user."""
        super().__init__(reason)
        self.payload = payload
        self.reason = reason


class Work:
    """One claimed job in the process that does it.

    A task is a function `(work: Work) -> Outcome`. It may raise `Cancelled`, `Replace`, a `PalimpsestError` (shown to the
    user) or anything else (a bug, reported with its traceback).
    """

    def __init__(
        self,
        store: Store,
        job: Job,
        *,
        beat: Callable[[], None] = lambda: None,
        take_signals: Callable[[], list[str]] = list,
    ) -> None:
        """Bind to a store and a claimed job.

        `beat` marks progress for the liveness watch; `take_signals` gives the requests that came as signals ("stop").
        """
        self.store = store
        self.job = job
        self._beat = beat
        self._take_signals = take_signals
        self._phase = ""
        self._written_at = 0.0

    def phase(self, name: str, done: int = 0, total: int = 0) -> None:
        """Say what is being done and how far it is; also marks progress."""
        self._beat()
        now = time.monotonic()
        if name == self._phase and done != total and now - self._written_at < FLUSH_EVERY_S:
            return
        self._phase, self._written_at = name, now
        jobs.set_phase(self.store, self.job.id, name, done, total)

    def log(self, message: str, level: str = "info") -> None:
        """Append a line to the run's log."""
        runs.add_log(self.store, message, level=level, job_id=self.job.id, run_id=self.job.run_id)

    def set_state(self, state: State) -> None:
        """Move the job and its run to another state."""
        jobs.set_state(self.store, self.job.id, state)

    def take_requests(self) -> list[str]:
        """Return what the user asked for since the last call; also marks progress."""
        self._beat()
        return self._take_signals() + jobs.take_requests(self.store, self.job.id)

    def stop_if_cancelled(self) -> None:
        """Raise `Cancelled` if the user asked to cancel or stop; for jobs with nothing worth saving."""
        if {"cancel", "stop"} & set(self.take_requests()):
            raise Cancelled


class StopSignals:
    """SIGTERM and SIGINT taken as a request to stop; a second one ends the process at once."""

    def __init__(self) -> None:
        """Take over both signals."""
        self.came = threading.Event()
        self._untaken = False
        self._before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}

    def take(self) -> list[str]:
        """Return ["stop"] once after a signal, as a request of the job at work."""
        untaken, self._untaken = self._untaken, False
        return ["stop"] if untaken else []

    def give_back(self) -> None:
        """Restore what the signals did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._untaken = True
        self.came.set()
        self.give_back()


def carry_out(work: Work) -> Aftermath:
    """Do a claimed job and record how it ended, whatever happens short of the process's death.

    A worker that met a bug or a failure of the machine is not trusted with another job: "replace".
    """
    job, store = work.job, work.store
    try:
        outcome = _task(job.kind)(work)
        jobs.end(store, job.id, outcome.state, reason=outcome.reason, result=outcome.result)
    except Cancelled:
        jobs.end(store, job.id, State.CANCELLED, reason="cancelled by you")
    except Replace as replacement:
        work.log(replacement.reason, level="warning")
        jobs.requeue(store, job.id, replacement.payload, reason=replacement.reason)
        return "replace"
    except Exception as error:  # noqa: BLE001 - the one place where any failure of a task becomes the job's record
        return _record_failure(work, error)
    finally:
        _keep_end(work)
        store.truncate_log()
    return "clean"


def _keep_end(work: Work) -> None:
    """Copy how the run ended into its folder, so that a rebuilt database knows it; a full disk only costs that."""
    if work.job.run_id is None:
        return
    try:
        run_folder.keep_state(work.store, work.job.run_id)
    except OSError as error:
        _logger.warning("how run %d ended could not be kept in its folder: %s", work.job.run_id, error)


def _task(kind: str) -> Callable[[Work], Outcome]:
    module, _, name = TASKS[kind].partition(":")
    return cast("Callable[[Work], Outcome]", getattr(importlib.import_module(module), name))


def _record_failure(work: Work, error: Exception) -> Aftermath:
    known = _as_palimpsest_error(error)
    kind = known.kind if known else "bug"
    sentence = known.sentence() if known else f"{type(error).__name__}: {error}"
    details = "".join(traceback.format_exception(error))
    _logger.error("job %d failed (%s): %s\n%s", work.job.id, kind, sentence, details)
    work.log(sentence, level="error")
    result = known.facts() if known else {}
    jobs.end(
        work.store, work.job.id, State.FAILED, reason=sentence, error_kind=kind, details=details, result=result or None
    )
    return "clean" if kind == "user" else "replace"


def _as_palimpsest_error(error: Exception) -> PalimpsestError | None:
    """Sort the machine's plain failures; None for a bug."""
    if isinstance(error, PalimpsestError):
        return error
    if isinstance(error, MemoryError):
        return EnvironmentFailure("There was not enough memory.", remedy="Close other programs, or take a smaller job.")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" holding {error.filename}" if error.filename else ""
        return DiskFull(f"The disk{where} is full.", remedy="Free some space, then resume.")
    return None


def echo(work: Work) -> Outcome:
    """A trivial job: count to `steps`, `step_s` seconds each, and give back `text`; the host's own test.

    `then` names how it ends instead: "exit" (code 3), "signal" (9), "user", "environment", "bug" or "replace" (once).
    """
    payload = work.job.payload
    steps = int(payload.get("steps", 1))
    for done in range(steps):
        work.stop_if_cancelled()
        work.phase("counting", done, steps)
        time.sleep(float(payload.get("step_s", 0.1)))
    work.phase("counting", steps, steps)
    if then := payload.get("then"):
        _logger.warning("echo ends by %s", then)
        _END_BY[then](payload)
    return Outcome(result={"text": payload.get("text", ""), "process": os.getpid()})


def _end_by_user_error(payload: dict[str, Any]) -> None:
    raise UserError("This text cannot be echoed.", field="text", remedy="Choose another.")


def _end_by_failure(payload: dict[str, Any]) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "somewhere")


def _end_by_bug(payload: dict[str, Any]) -> None:
    raise ZeroDivisionError("an echo has no divisor")


def _end_by_replacement(payload: dict[str, Any]) -> None:
    raise Replace({**payload, "then": ""}, "a fresh worker is needed")


_END_BY: dict[str, Callable[[dict[str, Any]], None]] = {
    "exit": lambda payload: os._exit(3),
    "signal": lambda payload: os.kill(os.getpid(), signal.SIGKILL),
    "user": _end_by_user_error,
    "environment": _end_by_failure,
    "bug": _end_by_bug,
    "replace": _end_by_replacement,
}
