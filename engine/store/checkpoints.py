"""Rows of checkpoints; the files are `engine.training.checkpoints`' business."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from engine.errors import UserError
from engine.records import CheckpointRow
from engine.store import runs
from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.database import Store

#: What follows the @ of a reference: the step, and what was made of it.
_PLACE = re.compile(r"(?P<step>\d{1,12})(?P<variant>(?:x[0-9a-z.-]{1,40})?)")


def add(  # noqa: PLR0913 - one argument a column
    store: Store,
    *,
    run_id: int,
    step: int,
    folder: str,
    manifest_sha256: str,
    size_bytes: int,
    variant: str = "",
    strength: Mapping[str, Any] | None = None,
) -> None:
    """Make a complete checkpoint visible; a same-numbered one of an earlier attempt is replaced.

    A `variant` ("x0.5") is a version made from the checkpoint of that step; it has no optimiser state. Raises
    `EnvironmentFailure` if the database file is no longer the one this store opened.
    """
    store.check_file()
    with store.write() as connection:
        connection.execute(
            "INSERT INTO checkpoints (run_id, step, folder, manifest_sha256, size_bytes, variant, strength, has_optimiser, "
            "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, step, variant) DO UPDATE SET "
            "folder = excluded.folder, manifest_sha256 = excluded.manifest_sha256, size_bytes = excluded.size_bytes, "
            "state = 'complete', has_optimiser = excluded.has_optimiser, strength = excluded.strength, "
            "created_at = excluded.created_at",
            (
                run_id,
                step,
                folder,
                manifest_sha256,
                size_bytes,
                variant,
                to_json(strength or {}),
                not variant,
                time.time(),
            ),
        )


def of_run(store: Store, run_id: int) -> list[CheckpointRow]:
    """Return a run's checkpoints as they were trained, in step order."""
    sql = "SELECT * FROM checkpoints WHERE run_id = ? AND variant = '' ORDER BY step"
    return store.records(CheckpointRow, sql, (run_id,))


def variants(store: Store, run_id: int) -> list[CheckpointRow]:
    """Return the versions made from a run's checkpoints by the strength slider, oldest first."""
    sql = "SELECT * FROM checkpoints WHERE run_id = ? AND variant != '' ORDER BY id"
    return store.records(CheckpointRow, sql, (run_id,))


def everything(store: Store) -> dict[int, list[CheckpointRow]]:
    """Return all checkpoints by run, in step order."""
    found: dict[int, list[CheckpointRow]] = {}
    for row in store.records(CheckpointRow, "SELECT * FROM checkpoints ORDER BY run_id, step, id"):
        found.setdefault(row.run_id, []).append(row)
    return found


def get(store: Store, run_id: int, step: int, variant: str = "") -> CheckpointRow:
    """Return one checkpoint; `UserError` if there is none."""
    row = store.one(
        CheckpointRow,
        "SELECT * FROM checkpoints WHERE run_id = ? AND step = ? AND variant = ?",
        (run_id, step, variant),
    )
    if row is None:
        known = ", ".join(f"{c.step}{c.variant}" for c in [*of_run(store, run_id), *variants(store, run_id)]) or "none"
        raise UserError(f"Run {run_id} has no checkpoint at step {step}{variant}.", remedy=f"It has: {known}.")
    return row


def find(store: Store, ref: str) -> CheckpointRow:
    """Return the checkpoint called RUN@STEP or RUN@STEPxSTRENGTH (RUN a number or a name); `UserError` if there is none."""
    name, separator, place = ref.rpartition("@")
    parsed = _PLACE.fullmatch(place)
    if not separator or not name or parsed is None:
        raise UserError(
            f"{ref!r} names no model.", field="model", remedy="Write base, base:NAME, or RUN@STEP such as 3@40."
        )
    return get(store, runs.find(store, name).id, int(parsed["step"]), parsed["variant"])


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


def sizes(store: Store) -> dict[int, int]:
    """Return the bytes every run's checkpoints take on disk, by run."""
    rows = store.rows(
        "SELECT run_id, sum(size_bytes) AS size FROM checkpoints WHERE state = 'complete' GROUP BY run_id"
    )
    return {int(row["run_id"]): int(row["size"] or 0) for row in rows}
