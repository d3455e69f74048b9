"""The journal of actions and the one pointer they move. Entries are appended, hashed and never changed."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

from engine.records import HistoryEntry
from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.database import Store

_WITH_UNDONE = "SELECT h.*, (SELECT max(u.id) FROM history u WHERE u.undoes = h.id) AS undone_by FROM history h "


def append(
    store: Store,
    action: str,
    sentence: str,
    *,
    before: str = "",
    after: str = "",
    details: Mapping[str, Any] | None = None,
    undoes: int | None = None,
) -> int:
    """Append an entry and return its id; call inside `store.write()` to commit it with the change it records."""
    now = time.time()
    row_sha256 = _row_hash(action, sentence, before, after, to_json(details or {}), undoes, now)
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO history (action, sentence, before, after, details, undoes, row_sha256, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (action, sentence, before, after, to_json(details or {}), undoes, row_sha256, now),
        )
        return int(cursor.lastrowid or 0)


def entries(store: Store, limit: int = 100) -> list[HistoryEntry]:
    """Return the newest entries, newest first."""
    return store.records(HistoryEntry, _WITH_UNDONE + "ORDER BY h.id DESC LIMIT ?", (limit,))


def of(store: Store, action: str, after: str) -> list[HistoryEntry]:
    """Return the entries of one action about one model, oldest first."""
    return store.records(
        HistoryEntry, _WITH_UNDONE + "WHERE h.action = ? AND h.after = ? ORDER BY h.id", (action, after)
    )


def last_undoable(store: Store) -> HistoryEntry | None:
    """Return the newest change of the pointer that was not undone and is not itself an undo, or None."""
    return store.one(
        HistoryEntry,
        _WITH_UNDONE
        + "WHERE h.action IN ('make_current', 'rollback') AND undone_by IS NULL ORDER BY h.id DESC LIMIT 1",
    )


def damaged(store: Store) -> list[int]:
    """Return the ids of entries whose content no longer matches their own hash."""
    rows = store.rows("SELECT * FROM history")
    keys = ("action", "sentence", "before", "after", "details", "undoes", "created_at")
    return [row["id"] for row in rows if _row_hash(*(row[key] for key in keys)) != row["row_sha256"]]


def pointer(store: Store) -> tuple[str, str] | None:
    """Return the current model as (name, fingerprint): "base:NAME" or "RUN@STEP"; None before any model."""
    rows = store.rows("SELECT target, fingerprint FROM pointer")
    return (rows[0]["target"], rows[0]["fingerprint"]) if rows else None


def set_pointer(store: Store, target: str, fingerprint: str) -> None:
    """Move the pointer; call inside the same `store.write()` as `append`."""
    with store.write() as connection:
        connection.execute(
            "INSERT INTO pointer (id, target, fingerprint, changed_at) VALUES (1, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "target = excluded.target, fingerprint = excluded.fingerprint, changed_at = excluded.changed_at",
            (target, fingerprint, time.time()),
        )


def _row_hash(*parts: object) -> str:
    return hashlib.sha256(to_json([None if p is None else str(p) for p in parts]).encode()).hexdigest()
