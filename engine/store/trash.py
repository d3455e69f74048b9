"""Runs in the Trash: out of sight, nothing deleted, one step to put them back. Every move is in the journal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.records import ModelRow, Run
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
    return store.records(
        Run, "SELECT * FROM runs WHERE trashed_at IS NOT NULL AND emptied_at IS NULL ORDER BY trashed_at DESC"
    )


def size_bytes(store: Store) -> int:
    """Bytes of the weights of the runs in the Trash, by their rows."""
    rows = store.rows(
        "SELECT coalesce(sum(c.size_bytes), 0) AS total FROM checkpoints c JOIN runs r ON r.id = c.run_id "
        "WHERE r.trashed_at IS NOT NULL AND r.emptied_at IS NULL AND c.state = 'complete'"
    )
    return int(rows[0]["total"])


def models_in_it(store: Store) -> list[ModelRow]:
    """Return the base models in the Trash, newest first."""
    return store.records(
        ModelRow, "SELECT * FROM models WHERE trashed_at IS NOT NULL AND emptied_at IS NULL ORDER BY trashed_at DESC"
    )


def uses_of_model(store: Store, name: str) -> list[str]:
    """Say what uses a base model: runs that were not deleted (those in the Trash too), and the current model."""
    rows = store.rows("SELECT name FROM runs WHERE emptied_at IS NULL AND json_extract(recipe, '$.base') = ?", (name,))
    used = [row["name"] for row in rows]
    pointer = history.pointer(store)
    return [*used, "the current model"] if pointer is not None and pointer[0] == f"base:{name}" else used


def put_model(store: Store, name: str) -> int:
    """Move a base model to the Trash and return the journal's entry; `UserError` says what still uses it."""
    with store.write() as connection:
        if used := uses_of_model(store, name):
            more = f" and {len(used) - 3} more" if len(used) > 3 else ""
            raise UserError(
                f"{name} is in use by {', '.join(used[:3])}{more}.", field="base",
                remedy="Delete those runs first, or make another model current.",
            )  # fmt: skip
        connection.execute("UPDATE models SET trashed_at = ? WHERE name = ?", (time.time(), name))
        return history.append(store, "trash", f"Moved {name} to the Trash", details={"model": name})


def put_model_back(store: Store, name: str) -> int:
    """Take a base model out of the Trash and return the journal's entry."""
    with store.write() as connection:
        connection.execute("UPDATE models SET trashed_at = NULL WHERE name = ? AND emptied_at IS NULL", (name,))
        return history.append(store, "put_back", f"Put {name} back from the Trash", details={"model": name})


def mark_emptied(store: Store, run_ids: Sequence[int], names: Sequence[str], sentence: str) -> None:
    """Record that files of runs and models were deleted for good; their names become free, their journal stays."""
    now = time.time()
    with store.write() as connection:
        for run_id in run_ids:
            connection.execute("UPDATE runs SET emptied_at = ? WHERE id = ?", (now, run_id))
            connection.execute("UPDATE checkpoints SET state = 'rotated', size_bytes = 0 WHERE run_id = ?", (run_id,))
        for name in names:
            connection.execute(
                "UPDATE models SET emptied_at = ?, name = name || ' (deleted ' || id || ')' WHERE name = ?", (now, name)
            )
        history.append(store, "empty_trash", sentence, details={"run_ids": list(run_ids), "models": list(names)})


def _check(store: Store, run: Run) -> None:
    if not run.state.is_ended:
        raise UserError(f"{run.name} is {run.state.word.lower()}.", remedy="Stop it first.")
    pointer = history.pointer(store)
    if pointer is not None and pointer[0].rpartition("@")[0] == str(run.id):
        raise UserError(f"{run.name} holds the current model.", remedy="Roll back or make another model current first.")
