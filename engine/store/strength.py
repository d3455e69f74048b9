"""The learned-against-forgot curve of a checkpoint, and how far its weights moved."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.records import Drift, StrengthPoint
from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.records import StrengthChange
    from engine.store.database import Store


def add_point(  # noqa: PLR0913 - one argument a column
    store: Store,
    *,
    run_id: int,
    step: int,
    alpha: float,
    blocks: Mapping[str, float],
    measurement_id: int,
    learned_nll: float | None,
    learned_exact: float | None,
    kl: float | None,
    changes: Sequence[StrengthChange],
) -> None:
    """Write a point; one of the same strength is replaced."""
    with store.write() as connection:
        connection.execute(
            "INSERT INTO strength_points (run_id, step, alpha, blocks, measurement_id, learned_nll, learned_exact, kl, "
            "changes, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, step, alpha, blocks) DO UPDATE "
            "SET measurement_id = excluded.measurement_id, learned_nll = excluded.learned_nll, "
            "learned_exact = excluded.learned_exact, kl = excluded.kl, changes = excluded.changes, "
            "created_at = excluded.created_at",
            (run_id, step, alpha, to_json(dict(blocks)), measurement_id, learned_nll, learned_exact, kl,
             to_json(list(changes)), time.time()),
        )  # fmt: skip


def points(store: Store, run_id: int, step: int) -> list[StrengthPoint]:
    """Return a checkpoint's points by strength; those of single blocks last."""
    return store.records(
        StrengthPoint,
        "SELECT * FROM strength_points WHERE run_id = ? AND step = ? ORDER BY blocks != '{}', alpha, id",
        (run_id, step),
    )


def set_drift(
    store: Store, run_id: int, step: int, rows: Sequence[tuple[int, str, str, float, float]], *, variant: str = ""
) -> None:
    """Write how far each weight of a checkpoint moved: (layer, module, name, ‖ΔW‖, ‖W‖); earlier rows are replaced."""
    with store.write() as connection:
        connection.executemany(
            "INSERT INTO drift (run_id, step, variant, layer, module, name, change, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (run_id, step, variant, name) DO UPDATE SET layer = excluded.layer, module = excluded.module, "
            "change = excluded.change, size = excluded.size",
            [(run_id, step, variant, *row) for row in rows],
        )


def drift(store: Store, run_id: int, step: int, *, variant: str = "") -> list[Drift]:
    """Return how far each weight of a checkpoint moved, in the model's order of layers; empty where not computed."""
    return store.records(
        Drift,
        "SELECT * FROM drift WHERE run_id = ? AND step = ? AND variant = ? ORDER BY layer, module, name",
        (run_id, step, variant),
    )


def drift_steps(store: Store, run_id: int) -> list[int]:
    """Return the steps of a run whose drift was computed."""
    rows = store.rows("SELECT DISTINCT step FROM drift WHERE run_id = ? AND variant = '' ORDER BY step", (run_id,))
    return [int(row["step"]) for row in rows]
