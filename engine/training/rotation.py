"""Which checkpoints' weights may go: pure choice first, then the deleting. Scores of a removed one stay.

Kept are the newest (with optimiser state), the best, and all that something points to: the current model, an undoable
history entry, a pin. "Best" is the last look at which no capability's guard-set mean had lost more than its budget: a
choice of what to keep, not a verdict.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from engine.store import checkpoints, history

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from engine.records import CheckpointRow
    from engine.store import Store


def to_remove(
    rows: Sequence[CheckpointRow], *, keep: int, best_step: int | None, protected: Collection[str]
) -> list[CheckpointRow]:
    """Return the complete checkpoints to remove: all but the newest `keep`, the best, pinned and protected ones."""
    complete = [row for row in rows if row.state == "complete"]
    newest = {row.step for row in sorted(complete, key=lambda row: row.step)[-keep:]}
    return [
        row
        for row in complete
        if row.step not in newest and row.step != best_step and not row.pinned and row.ref not in protected
    ]


def protected_refs(store: Store) -> set[str]:
    """Return the names of all models the pointer or any history entry refers to."""
    refs = {ref for entry in history.entries(store, limit=100_000) for ref in (entry.before, entry.after)}
    pointer = history.pointer(store)
    return refs | ({pointer[0]} if pointer else set())


def rotate(store: Store, parent: Path, run_id: int, *, keep: int, best_step: int | None) -> list[int]:
    """Remove what may go and return its steps; the row is changed first, so that nothing listed is half there."""
    rows = checkpoints.of_run(store, run_id)
    gone = to_remove(rows, keep=keep, best_step=best_step, protected=protected_refs(store))
    for row in gone:
        checkpoints.set_state(
            store, row.id, "rotated", size_bytes=0, has_optimiser=False, manifest_sha256=row.manifest_sha256
        )
    for row in [*gone, *(row for row in rows if row.state == "rotated")]:  # also what a killed rotation left behind
        shutil.rmtree(parent / row.folder, ignore_errors=True)
    return [row.step for row in gone]
