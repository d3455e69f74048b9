"""Streamed text: append-only chunks, so that a half-written answer is seen as it grows; and what was asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.records import Job

if TYPE_CHECKING:
    from engine.store.database import Store

#: "text" is a piece of an answer, "model" the fingerprint of what answers, "error" why a side cannot, as JSON.
ChunkKind = Literal["text", "model", "error"]


def append(store: Store, job_id: int, side: str, text: str, *, prompt: int = 0, kind: ChunkKind = "text") -> None:
    """Append a piece of the answer to a prompt (by number); `side` is "a", "b" or "c"."""
    with store.write("normal") as connection:
        connection.execute(
            "INSERT INTO answer_chunks (job_id, side, text, prompt, kind) VALUES (?, ?, ?, ?, ?)",
            (job_id, side, text, prompt, kind),
        )


def since(store: Store, job_id: int, rev: int = 0) -> list[dict[str, Any]]:
    """Return the pieces newer than a revision: side, text, prompt, kind, rev; in order."""
    return store.rows(
        "SELECT side, text, prompt, kind, rev FROM answer_chunks WHERE job_id = ? AND rev > ? ORDER BY id",
        (job_id, rev),
    )


def asked(store: Store, a: str, b: str, *, most: int = 40) -> list[Job]:
    """Return the newest jobs that asked these two models (in these places), newest first, whatever became of them."""
    return store.records(
        Job,
        "SELECT * FROM jobs WHERE kind = 'answer' AND json_extract(payload, '$.a') = ? "
        "AND ifnull(json_extract(payload, '$.b'), '') = ? AND json_extract(payload, '$.given') IS NULL ORDER BY id DESC LIMIT ?",
        (a, b, most),
    )
