"""Streamed text: append-only chunks, so that a half-written answer is seen as it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.store.database import Store


def append(store: Store, job_id: int, side: str, text: str) -> None:
    """Append a piece of an answer; `side` is "a", "b" …"""
    with store.write("normal") as connection:
        connection.execute("INSERT INTO answer_chunks (job_id, side, text) VALUES (?, ?, ?)", (job_id, side, text))


def since(store: Store, job_id: int, rev: int = 0) -> list[dict[str, Any]]:
    """Return the pieces newer than a revision: side, text, rev; in order."""
    return store.rows(
        "SELECT side, text, rev FROM answer_chunks WHERE job_id = ? AND rev > ? ORDER BY id", (job_id, rev)
    )
