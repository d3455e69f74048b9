"""Rows of checkpoints; the files are `engine.training.checkpoints`' business."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.records import CheckpointRow

if TYPE_CHECKING:
    from engine.store.database import Store


def add(store: Store, *, run_id: int, step: int, folder: str, manifest_sha256: str, size_bytes: int) -> None:
    """Make a complete checkpoint visible; a same-numbered one of an earlier attempt is replaced.

    Raises `EnvironmentFailure` if the database file is no longer the one this store opened.
    """
    store.check_file()
    with store.write() as connection:
        connection.execute(
            "INSERT INTO checkpoints (run_id, step, folder, manifest_sha256, size_bytes, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, step) DO UPDATE SET folder = excluded.folder, "
            "manifest_sha256 = excluded.manifest_sha256, size_bytes = excluded.size_bytes, state = 'complete', "
            "has_optimiser = 1, created_at = excluded.created_at",
            (run_id, step, folder, manifest_sha256, size_bytes, time.time()),
        )


def of_run(store: Store, run_id: int) -> list[CheckpointRow]:
    """Return a run's checkpoints in step order."""
    return store.records(CheckpointRow, "SELECT * FROM checkpoints WHERE run_id = ? ORDER BY step", (run_id,))


def get(store: Store, run_id: int, step: int) -> CheckpointRow:
    """Return one checkpoint; `UserError` if there is none."""
    row = store.one(CheckpointRow, "SELECT * FROM checkpoints WHERE run_id = ? AND step = ?", (run_id, step))
    if row is None:
        known = ", ".join(str(c.step) for c in of_run(store, run_id)) or "none"
        raise UserError(f"Run {run_id} has no checkpoint at step {step}.", remedy=f"It has: {known}.")
    return row


def set_state(
    store: Store, checkpoint_id: int, state: str, *, size_bytes: int, has_optimiser: bool, manifest_sha256: str
) -> None:
    """Record that weights or optimiser state were removed, or that a checkpoint was found damaged."""
    with store.write() as connection:
        connection.execute(
            "UPDATE checkpoints SET state = ?, size_bytes = ?, has_optimiser = ?, manifest_sha256 = ? WHERE id = ?",
            (state, size_bytes, has_optimiser, manifest_sha256, checkpoint_id),
        )


def pin(store: Store, checkpoint_id: int, *, pinned: bool = True) -> None:
    """Keep a checkpoint from rotation, or let it go again."""
    with store.write() as connection:
        connection.execute("UPDATE checkpoints SET pinned = ? WHERE id = ?", (pinned, checkpoint_id))
