"""Runs in the Trash: out of sight, nothing deleted, one step to put them back. Every move is in the journal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.records import Run
from engine.store import history, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.store.database import Store


def put(store: Store, run_ids: Sequence[int]) -> list[int]:
    """Move runs to the Trash and return the journal's entries; `UserError` for a run at work or under the current model."""
    with store.write() as connection:
        entries = []
        for run_id in run_ids:
            run = runs.get(store, run_id)
            _check(store, run)
            connection.execute("UPDATE runs SET trashed_at = ? WHERE id = ?", (time.time(), run_id))
            said = f"Moved {run.name} to the Trash"
            entries.append(history.append(store, "trash", said, details={"run_id": run_id}))
    return entries


def put_back(store: Store, run_ids: Sequence[int]) -> list[int]:
    """Take runs out of the Trash and return the journal's entries."""
    with store.write() as connection:
        entries = []
        for run_id in run_ids:
            run = runs.get(store, run_id)
            connection.execute("UPDATE runs SET trashed_at = NULL WHERE id = ?", (run_id,))
            said = f"Put {run.name} back from the Trash"
            entries.append(history.append(store, "put_back", said, details={"run_id": run_id}))
    return entries


def contents(store: Store) -> list[Run]:
    """Return the runs in the Trash, newest first."""
    return store.records(Run, "SELECT * FROM runs WHERE trashed_at IS NOT NULL ORDER BY trashed_at DESC")


def size_bytes(store: Store) -> int:
    """Bytes of the weights of the runs in the Trash, by their rows."""
    rows = store.rows(
        "SELECT coalesce(sum(c.size_bytes), 0) AS total FROM checkpoints c JOIN runs r ON r.id = c.run_id "
        "WHERE r.trashed_at IS NOT NULL AND c.state = 'complete'"
    )
    return int(rows[0]["total"])


def _check(store: Store, run: Run) -> None:
    if not run.state.is_ended:
        raise UserError(f"{run.name} is {run.state.word.lower()}.", remedy="Stop it first.")
    pointer = history.pointer(store)
    if pointer is not None and pointer[0].rpartition("@")[0] == str(run.id):
        raise UserError(f"{run.name} holds the current model.", remedy="Roll back or make another model current first.")
