"""Marks on a run's timeline: what the guard saw and did, at which step."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from engine.records import RunEvent
from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.database import Store


def add(
    store: Store,
    *,
    run_id: int,
    step: int,
    kind: str,
    sentence: str,
    capability: str = "",
    details: Mapping[str, Any] | None = None,
) -> int:
    """Append a mark and return its id."""
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO events (run_id, step, kind, capability, sentence, details, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (run_id, step, kind, capability, sentence, to_json(details or {}), time.time()),
        )
        return int(cursor.lastrowid or 0)


def of_run(store: Store, run_id: int, since_rev: int = 0) -> list[RunEvent]:
    """Return a run's marks newer than a revision, oldest first."""
    sql = "SELECT * FROM events WHERE run_id = ? AND rev > ? AND dropped = 0 ORDER BY id"
    return store.records(RunEvent, sql, (run_id, since_rev))


def drop_after(store: Store, run_id: int, step: int) -> None:
    """Take back the marks beyond a checkpoint that is resumed from: those looks will be made again."""
    with store.write() as connection:
        connection.execute(
            "UPDATE events SET dropped = 1 WHERE run_id = ? AND step > ? AND dropped = 0", (run_id, step)
        )
