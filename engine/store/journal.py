"""A run's rows as plain data, for the copy kept in its folder from which a lost database is rebuilt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.store.database import Store

_BY_RUN = ("steps", "checkpoints", "measurements", "verdicts", "events", "strength_points", "drift")
_OF_MEASUREMENT = ("scores", "answers")


def run_row(store: Store, run_id: int) -> list[dict[str, Any]]:
    """Return the run's own row in the same form, or nothing if there is none."""
    return [{"table": "runs", "row": row} for row in store.rows("SELECT * FROM runs WHERE id = ?", (run_id,))]


def rows_since(store: Store, run_id: int, rev: int) -> list[dict[str, Any]]:
    """Return every row of the run newer than `rev` as {"table": name, "row": {...}}, parents before children."""
    found: list[dict[str, Any]] = [
        {"table": "runs", "row": row}
        for row in store.rows("SELECT * FROM runs WHERE id = ? AND rev > ?", (run_id, rev))
    ]
    for table in _BY_RUN:
        rows = store.rows(f"SELECT * FROM {table} WHERE run_id = ? AND rev > ? ORDER BY rowid", (run_id, rev))
        found += [{"table": table, "row": row} for row in rows]
    measurements = [item["row"]["id"] for item in found if item["table"] == "measurements"]
    for table in _OF_MEASUREMENT:
        for number in measurements:
            rows = store.rows(f"SELECT * FROM {table} WHERE measurement_id = ?", (number,))
            found += [{"table": table, "row": row} for row in rows]
    return found
