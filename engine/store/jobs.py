"""The queue: jobs, the requests made to running ones, and the claims of workers."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from engine.errors import UserError
from engine.records import Job, JobKind, Lane
from engine.states import ACTIVE, State
from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.database import Store

#: The lane each kind of job runs in: heavy ones one at a time in a fresh worker, interactive ones in a warm one.
LANES: dict[JobKind, Lane] = {
    "train": "heavy", "calibrate": "heavy", "score": "heavy", "answer": "interactive", "import": "interactive", "verify": "interactive",
    "inspect": "interactive", "roll_back": "interactive", "make_current": "interactive", "undo": "interactive",
    "sweep": "heavy", "pilot": "heavy", "gate": "heavy", "echo": "interactive",
    "strength": "heavy", "drift": "interactive", "export": "interactive",
}  # fmt: skip


def enqueue(
    store: Store,
    kind: JobKind,
    payload: Mapping[str, Any] | None = None,
    *,
    run_id: int | None = None,
    lane: Lane | None = None,
) -> int:
    """Queue a job and return its id; the host starts it when its lane (its kind's, unless named) is free."""
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO jobs (kind, lane, state, run_id, payload, created_at) VALUES (?, ?, 'queued', ?, ?, ?)",
            (kind, lane or LANES[kind], run_id, to_json(payload or {}), time.time()),
        )
        return int(cursor.lastrowid or 0)


def get(store: Store, job_id: int) -> Job:
    """Return one job; `UserError` if there is none."""
    job = store.one(Job, "SELECT * FROM jobs WHERE id = ?", (job_id,))
    if job is None:
        raise UserError(f"There is no job {job_id}.")
    return job


def changed_since(store: Store, rev: int) -> list[Job]:
    """Return jobs changed after revision `rev`."""
    return store.records(Job, "SELECT * FROM jobs WHERE rev > ? ORDER BY rev", (rev,))


def latest_for_run(store: Store, run_id: int) -> Job | None:
    """Return the newest job of a run."""
    return store.one(Job, "SELECT * FROM jobs WHERE run_id = ? ORDER BY id DESC LIMIT 1", (run_id,))


def newest_marked(store: Store, mark: str) -> Job | None:
    """Return the newest job whose payload has that key, or None."""
    return store.one(
        Job, "SELECT * FROM jobs WHERE json_extract(payload, ?) IS NOT NULL ORDER BY id DESC LIMIT 1", (f"$.{mark}",)
    )


def unfinished(store: Store) -> list[Job]:
    """Return queued and active jobs, oldest first."""
    marks = ", ".join("?" for _ in ACTIVE)
    sql = f"SELECT * FROM jobs WHERE state = 'queued' OR state IN ({marks}) ORDER BY id"
    return store.records(Job, sql, tuple(ACTIVE))


def active(store: Store, lane: Lane) -> list[Job]:
    """Return the jobs of a lane that a living worker should be at; at most one, unless something went wrong."""
    marks = ", ".join("?" for _ in ACTIVE)
    return store.records(Job, f"SELECT * FROM jobs WHERE state IN ({marks}) AND lane = ? ORDER BY id", (*ACTIVE, lane))


def next_queued(store: Store, lane: Lane) -> Job | None:
    """Return the job of a lane that would be claimed next, or None."""
    return store.one(Job, "SELECT * FROM jobs WHERE state = 'queued' AND lane = ? ORDER BY id LIMIT 1", (lane,))


def finished(store: Store, kind: JobKind, payload: Mapping[str, Any] | None = None) -> list[Job]:
    """Return the finished jobs of a kind, or only those with exactly this payload, oldest first."""
    return store.records(
        Job,
        "SELECT * FROM jobs WHERE kind = ? AND state = 'finished' AND (? IS NULL OR payload = ?) ORDER BY id",
        (kind, None if payload is None else to_json(payload), None if payload is None else to_json(payload)),
    )


def finished_payloads(store: Store, kind: JobKind) -> list[dict[str, Any]]:
    """Return the payloads of the finished jobs of a kind, newest first; their results, which may be large, are not read."""
    rows = store.rows("SELECT payload FROM jobs WHERE kind = ? AND state = 'finished' ORDER BY id DESC", (kind,))
    return [json.loads(row["payload"]) for row in rows]


def last_device(store: Store) -> dict[str, Any] | None:
    """Return what a job last said of the machine's device, or None."""
    rows = store.rows(
        "SELECT json_extract(result, '$.device') AS device FROM jobs "
        "WHERE json_type(result, '$.device') = 'object' ORDER BY rev DESC LIMIT 1"
    )
    return json.loads(rows[0]["device"]) if rows else None


def claim_next(store: Store, lane: Lane, job_id: int | None = None) -> Job | None:
    """Take the oldest queued job of a lane (or just `job_id`), atomically; None if there is none."""
    now = time.time()
    with store.write() as connection:
        rows = connection.execute(
            "UPDATE jobs SET state = 'preparing', started_at = coalesce(started_at, ?), ended_at = NULL, reason = '', "
            "error_kind = '', details = '', phase = '', phase_done = 0, phase_total = 0, result = NULL, "
            "attempt = attempt + 1 WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND lane = ? "
            "AND (? IS NULL OR id = ?) ORDER BY id LIMIT 1) AND state = 'queued' RETURNING id, run_id",
            (now, lane, job_id, job_id),
        ).fetchall()
        for row in rows:
            connection.execute("UPDATE runs SET state = 'preparing', ended_at = NULL WHERE id = ?", (row["run_id"],))
    return get(store, rows[0]["id"]) if rows else None


def set_state(store: Store, job_id: int, state: State) -> None:
    """Move a job, and its run, to a state that may follow the present one."""
    with store.write() as connection:
        job = get(store, job_id)
        if not job.state.may_become(state):
            raise ValueError(f"a job that is {job.state} cannot become {state}")
        connection.execute("UPDATE jobs SET state = ? WHERE id = ?", (state, job_id))
        if job.run_id is not None:
            connection.execute("UPDATE runs SET state = ? WHERE id = ?", (state, job.run_id))


def set_phase(store: Store, job_id: int, phase: str, done: int, total: int) -> None:
    """Say what a job is doing and how far it is: `done` of `total` parts of the phase."""
    with store.write("normal") as connection:
        connection.execute(
            "UPDATE jobs SET phase = ?, phase_done = ?, phase_total = ? WHERE id = ?", (phase, done, total, job_id)
        )


def end(  # noqa: PLR0913 - one argument a column
    store: Store,
    job_id: int,
    state: State,
    *,
    reason: str = "",
    error_kind: str = "",
    details: str = "",
    result: Mapping[str, Any] | None = None,
    attempt: int | None = None,
) -> bool:
    """Record how a job ended, for the job and its run; say whether it was recorded.

    A job that has ended already is left alone; with `attempt` given, so is one whose present attempt is another, or that
    waits in the queue for its next one (so a watcher cannot end a job that was taken up anew behind its back).
    """
    now = time.time()
    with store.write() as connection:
        job = get(store, job_id)
        if job.state.is_ended or (attempt is not None and (job.attempt != attempt or not job.state.is_active)):
            return False
        connection.execute(
            "UPDATE jobs SET state = ?, reason = ?, error_kind = ?, details = ?, result = ?, ended_at = ? WHERE id = ?",
            (state, reason, error_kind, details, None if result is None else to_json(result), now, job_id),
        )
        connection.execute("UPDATE requests SET done_at = ? WHERE job_id = ? AND done_at IS NULL", (now, job_id))
        if job.run_id is not None:
            connection.execute("UPDATE runs SET state = ?, ended_at = ? WHERE id = ?", (state, now, job.run_id))
    return True


def requeue(store: Store, job_id: int, payload: Mapping[str, Any] | None = None, *, reason: str = "") -> None:
    """Put an ended or replaced job back in the queue (resume); `payload` replaces the old one if given."""
    with store.write() as connection:
        job = get(store, job_id)
        if not job.state.may_become(State.QUEUED):
            raise UserError(f"Job {job_id} is {job.state.word.lower()} and cannot be resumed.")
        connection.execute(
            "UPDATE jobs SET state = 'queued', payload = ?, reason = ?, error_kind = '', ended_at = NULL WHERE id = ?",
            (to_json(job.payload if payload is None else payload), reason, job_id),
        )
        if job.run_id is not None:
            connection.execute("UPDATE runs SET state = 'queued', ended_at = NULL WHERE id = ?", (job.run_id,))


def request(store: Store, job_id: int, kind: str) -> int:
    """Ask something of a job: pause, resume, stop, cancel, check. A queued job is cancelled at once."""
    with store.write() as connection:
        job = get(store, job_id)
        if job.state.is_ended:
            raise UserError(f"Job {job_id} has ended ({job.state.word.lower()}); there is nothing to {kind}.")
        cursor = connection.execute(
            "INSERT INTO requests (job_id, kind, created_at) VALUES (?, ?, ?)", (job_id, kind, time.time())
        )
        if job.state is State.QUEUED and kind in ("cancel", "stop"):
            end(store, job_id, State.CANCELLED, reason="cancelled before it started")
        return int(cursor.lastrowid or 0)


def take_requests(store: Store, job_id: int) -> list[str]:
    """Return the kinds of the requests not yet taken, oldest first, and mark them taken."""
    waiting = store.rows("SELECT id FROM requests WHERE job_id = ? AND done_at IS NULL LIMIT 1", (job_id,))
    if not waiting:
        return []
    with store.write() as connection:
        rows = connection.execute(
            "UPDATE requests SET done_at = ? WHERE job_id = ? AND done_at IS NULL RETURNING id, kind",
            (time.time(), job_id),
        ).fetchall()
    return [row["kind"] for row in sorted(rows, key=lambda row: row["id"])]
