"""Sweeps: several runs made from one recipe to be compared, and which run each of their cells is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from engine.errors import UserError
from engine.records import Recipe, Sweep, SweepCell
from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.store.database import Store


def create(
    store: Store, *, name: str, key: str, recipe: Recipe, methods: Sequence[str], grid: Mapping[str, Sequence[Any]]
) -> int:
    """Write a new sweep without cells and return its id."""
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO sweeps (name, key, recipe, methods, grid, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (name, key, to_json(recipe), to_json(tuple(methods)), to_json(dict(grid)), time.time()),
        )
        return int(cursor.lastrowid or 0)


def put_cell(
    store: Store, sweep_id: int, *, position: int, label: str, recipe_hash: str, run_id: int, is_reused: bool
) -> None:
    """Say which run a cell is; a cell that had another run before (a cancelled one) now has this."""
    with store.write() as connection:
        connection.execute(
            "INSERT INTO sweep_cells (sweep_id, position, label, recipe_hash, run_id, is_reused) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (sweep_id, position) DO UPDATE SET run_id = excluded.run_id, is_reused = excluded.is_reused",
            (sweep_id, position, label, recipe_hash, run_id, is_reused),
        )


def update(store: Store, sweep_id: int, *, job_id: int | None = None, summary: Mapping[str, Any] | None = None) -> None:
    """Set the job that will summarise a sweep, or its summary."""
    with store.write() as connection:
        if job_id is not None:
            connection.execute("UPDATE sweeps SET job_id = ? WHERE id = ?", (job_id, sweep_id))
        if summary is not None:
            connection.execute("UPDATE sweeps SET summary = ? WHERE id = ?", (to_json(dict(summary)), sweep_id))


def get(store: Store, sweep_id: int) -> Sweep:
    """Return one sweep; `UserError` if there is none."""
    found = store.one(Sweep, "SELECT * FROM sweeps WHERE id = ?", (sweep_id,))
    if found is None:
        raise UserError(f"There is no sweep {sweep_id}.", remedy="`palimpsest sweeps` lists them.")
    return found


def with_key(store: Store, key: str) -> Sweep | None:
    """Return the sweep that is the same set of runs, or None."""
    return store.one(Sweep, "SELECT * FROM sweeps WHERE key = ? ORDER BY id DESC LIMIT 1", (key,))


def everything(store: Store) -> list[Sweep]:
    """Return all sweeps, newest first."""
    return store.records(Sweep, "SELECT * FROM sweeps ORDER BY id DESC")


def changed_since(store: Store, rev: int) -> list[Sweep]:
    """Return sweeps changed after revision `rev`."""
    return store.records(Sweep, "SELECT * FROM sweeps WHERE rev > ? ORDER BY rev", (rev,))


def cells(store: Store, sweep_id: int) -> list[SweepCell]:
    """Return a sweep's cells in order."""
    return store.records(SweepCell, "SELECT * FROM sweep_cells WHERE sweep_id = ? ORDER BY position", (sweep_id,))


def of_run(store: Store, run_id: int) -> Sweep | None:
    """Return the newest sweep that a run is part of, or None."""
    sql = (
        "SELECT sweeps.* FROM sweeps JOIN sweep_cells ON sweep_cells.sweep_id = sweeps.id "
        "WHERE sweep_cells.run_id = ? ORDER BY sweeps.id DESC LIMIT 1"
    )
    return store.one(Sweep, sql, (run_id,))
