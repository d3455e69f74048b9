"""The copy of a run's rows that is kept in its folder, from which a lost database is rebuilt (`engine.reindex`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import durable
from engine.store import journal, runs, to_json

if TYPE_CHECKING:
    from engine.store import Store

ROWS = "rows.jsonl"


def append_rows(store: Store, run_id: int, since_rev: int = 0) -> int:
    """Append the run's rows newer than a revision to its folder; return the revision up to which all are there."""
    rev = store.rev()
    lines = [to_json(row) for row in journal.rows_since(store, run_id, since_rev)]
    if lines:
        durable.append_line(runs.folder(store, run_id) / ROWS, "\n".join(lines))
    return rev


def keep_state(store: Store, run_id: int) -> None:
    """Append the run's own row as it stands: how it ended is known only after its last rows were kept.

    A run that kept nothing has nothing to be rebuilt from, and is left alone. Raises `OSError` for a full disk.
    """
    if (path := runs.folder(store, run_id) / ROWS).is_file():
        durable.append_line(path, "\n".join(to_json(row) for row in journal.run_row(store, run_id)))
