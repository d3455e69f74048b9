"""Measurements, their scores and answers, and verdicts: what every number on the screen is traced to."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from engine.records import Answer, Measurement, Score
from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.store.database import Store


def begin(  # noqa: PLR0913 - one argument a column
    store: Store,
    *,
    run_id: int | None,
    moment: str,
    step: int,
    model_ref: str,
    fingerprint: str,
    suite: str,
    suite_hash: str,
    settings: Mapping[str, Any],
    cache_key: str = "",
) -> int:
    """Open a measurement and return its id; it counts only once `finish`ed."""
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO measurements (run_id, moment, step, model_ref, fingerprint, suite, suite_hash, settings, "
            "cache_key, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                run_id,
                moment,
                step,
                model_ref,
                fingerprint,
                suite,
                suite_hash,
                to_json(settings),
                cache_key,
                time.time(),
            ),
        )
        return int(cursor.lastrowid or 0)


def add(store: Store, measurement_id: int, scores: Sequence[Score], answers: Sequence[Answer] = ()) -> None:
    """Append scores and answers to an open measurement."""
    with store.write() as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO scores (measurement_id, item_id, capability, split, cluster, score, value, n_tokens) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (measurement_id, s.item_id, s.capability, s.split, s.cluster, s.score, s.value, s.n_tokens)
                for s in scores
            ],
        )
        connection.executemany(
            "INSERT INTO answers (measurement_id, item_id, capability, split, prompt, text, expected, passed, n_tokens, "
            "hit_limit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (measurement_id, item_id) DO UPDATE SET "
            "text = excluded.text, passed = excluded.passed, n_tokens = excluded.n_tokens, "
            "hit_limit = excluded.hit_limit",
            [
                (measurement_id, a.item_id, a.capability, a.split, a.prompt, a.text, a.expected, a.passed, a.n_tokens,
                 a.hit_limit)
                for a in answers
            ],
        )  # fmt: skip


def finish(store: Store, measurement_id: int, *, noise_floor: float = 0.0) -> None:
    """Mark a measurement complete."""
    with store.write() as connection:
        connection.execute(
            "UPDATE measurements SET complete = 1, noise_floor = ? WHERE id = ?", (noise_floor, measurement_id)
        )


def cached(store: Store, cache_key: str) -> Measurement | None:
    """Return the newest complete measurement with that key, or None."""
    return store.one(
        Measurement,
        "SELECT * FROM measurements WHERE cache_key = ? AND complete = 1 ORDER BY id DESC LIMIT 1",
        (cache_key,),
    )


def of_run(store: Store, run_id: int) -> list[Measurement]:
    """Return a run's complete measurements, oldest first."""
    return store.records(
        Measurement, "SELECT * FROM measurements WHERE run_id = ? AND complete = 1 ORDER BY id", (run_id,)
    )


def get(store: Store, measurement_id: int) -> Measurement | None:
    """Return one measurement."""
    return store.one(Measurement, "SELECT * FROM measurements WHERE id = ?", (measurement_id,))


def of_fingerprint(store: Store, fingerprint: str, suite: str) -> list[Measurement]:
    """Return the complete measurements of unchanged weights on a suite (by its name), newest first."""
    return store.records(
        Measurement,
        "SELECT * FROM measurements WHERE fingerprint = ? AND suite = ? AND complete = 1 ORDER BY id DESC",
        (fingerprint, suite),
    )


def with_answers(store: Store, model_ref: str, *, most: int = 20) -> list[Measurement]:
    """Return the complete measurements of a model ("base:NAME" or "RUN@STEP") that wrote answers out, newest first."""
    return store.records(
        Measurement,
        "SELECT * FROM measurements WHERE model_ref = ? AND complete = 1 AND EXISTS "
        "(SELECT 1 FROM answers WHERE measurement_id = measurements.id) ORDER BY id DESC LIMIT ?",
        (model_ref, most),
    )


def scores(store: Store, measurement_id: int) -> list[Score]:
    """Return a measurement's scores ordered by capability, item and score."""
    return store.records(
        Score, "SELECT * FROM scores WHERE measurement_id = ? ORDER BY capability, item_id, score", (measurement_id,)
    )


def answers(store: Store, measurement_id: int) -> list[Answer]:
    """Return a measurement's answers ordered by capability and item."""
    return store.records(
        Answer, "SELECT * FROM answers WHERE measurement_id = ? ORDER BY capability, item_id", (measurement_id,)
    )


def add_verdict(
    store: Store, *, run_id: int, step: int, split: str, overall: str, payload: Any, variant: str = ""
) -> int:
    """Store a verdict with everything it was decided from; return its id. `variant` names a version of a checkpoint."""
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO verdicts (run_id, step, split, overall, payload, variant, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (run_id, step, split, overall, to_json(payload), variant, time.time()),
        )
        return int(cursor.lastrowid or 0)


def verdicts(store: Store, run_id: int) -> list[dict[str, Any]]:
    """Return the verdicts on what a run trained, oldest first, each with its payload decoded."""
    return _verdicts(store, "run_id = ? AND variant = ''", run_id)


def verdicts_on(store: Store, run_id: int, step: int, variant: str) -> list[dict[str, Any]]:
    """Return the verdicts on one version of a checkpoint, oldest first."""
    return _verdicts(store, "run_id = ? AND step = ? AND variant = ?", run_id, step, variant)


def _verdicts(store: Store, where: str, *params: Any) -> list[dict[str, Any]]:
    rows = store.rows(f"SELECT * FROM verdicts WHERE {where} ORDER BY id", params)
    return [{**row, "payload": json.loads(row["payload"])} for row in rows]


def newest_verdicts(store: Store) -> dict[int, str]:
    """Return the newest verdict over the verdict set of every run, by run, as the JSON text it was stored as."""
    rows = store.rows(
        "SELECT run_id, payload FROM verdicts WHERE id IN (SELECT max(id) FROM verdicts WHERE split = 'verdict' "
        "AND variant = '' GROUP BY run_id)"
    )
    return {int(row["run_id"]): row["payload"] for row in rows}
