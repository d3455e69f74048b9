"""Runs, their steps and their log lines."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from engine import budgets, presets
from engine.errors import UserError
from engine.records import LogLine, Recipe, Run, Step
from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from engine.states import State
    from engine.store.database import Store


def create(store: Store, recipe: Recipe, *, plan: Mapping[str, Any] | None = None) -> int:
    """Write a new run in state queued and return its id; the recipe's protection preset and budgets are written out first."""
    recipe = budgets.resolved(store, presets.resolved(recipe))
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO runs (name, recipe, recipe_hash, state, plan, created_at) VALUES (?, ?, ?, 'queued', ?, ?)",
            (recipe.name, to_json(recipe), recipe.hash(), to_json(plan or {}), time.time()),
        )
        run_id = int(cursor.lastrowid or 0)
        if not recipe.name:
            connection.execute("UPDATE runs SET name = ? WHERE id = ?", (f"{recipe.method}-{run_id:02d}", run_id))
    return run_id


def get(store: Store, run_id: int) -> Run:
    """Return one run; `UserError` if there is none."""
    run = store.one(Run, "SELECT * FROM runs WHERE id = ?", (run_id,))
    if run is None:
        raise UserError(f"There is no run {run_id}.", remedy="`palimpsest runs` lists them.")
    return run


def find(store: Store, name_or_id: str) -> Run:
    """Return the run with that number or (newest with that) name; `UserError` if there is none."""
    if name_or_id.isdigit():
        return get(store, int(name_or_id))
    run = store.one(Run, "SELECT * FROM runs WHERE name = ? ORDER BY id DESC LIMIT 1", (name_or_id,))
    if run is None:
        raise UserError(f"There is no run called {name_or_id!r}.", remedy="`palimpsest runs` lists them.")
    return run


def with_hash(store: Store, recipe_hash: str) -> list[Run]:
    """Return the runs of one recipe (name and notes aside), newest first."""
    return store.records(
        Run, "SELECT * FROM runs WHERE recipe_hash = ? AND trashed_at IS NULL ORDER BY id DESC", (recipe_hash,)
    )


def everything(store: Store) -> list[Run]:
    """Return all runs, newest first."""
    return store.records(Run, "SELECT * FROM runs WHERE trashed_at IS NULL ORDER BY id DESC")


def told_apart(found: Sequence[Run]) -> list[Run]:
    """Return the runs as they are shown side by side: those that share a name with another carry their number in it."""
    times = Counter(run.name for run in found)
    return [msgspec.structs.replace(run, name=f"{run.name} #{run.id}") if times[run.name] > 1 else run for run in found]


def trash(store: Store, run_id: int, *, at: float | None) -> None:
    """Move a run to the Trash, or take it out again with `at` None; its files stay where they are."""
    with store.write() as connection:
        connection.execute("UPDATE runs SET trashed_at = ? WHERE id = ?", (at, run_id))


def trashed(store: Store) -> list[Run]:
    """Return the runs in the Trash, newest first."""
    return store.records(Run, "SELECT * FROM runs WHERE trashed_at IS NOT NULL ORDER BY id DESC")


def changed_since(store: Store, rev: int) -> list[Run]:
    """Return runs changed after revision `rev`."""
    return store.records(Run, "SELECT * FROM runs WHERE rev > ? ORDER BY rev", (rev,))


def folder(store: Store, run_id: int) -> Path:
    """Return the run's folder, `runs/<id>` under the data folder."""
    return store.home / "runs" / str(run_id)


def update(store: Store, run_id: int, **values: Any) -> None:
    """Set columns of a run; dictionaries and lists are stored as JSON."""
    unknown = set(values) - {
        "steps_total",
        "plan",
        "results",
        "peak_bytes",
        "elapsed_s",
        "step",
        "name",
        "tags",
        "note",
    }
    if unknown:
        raise ValueError(f"not columns to set: {sorted(unknown)}")
    columns = ", ".join(f"{name} = ?" for name in values)
    encoded = [to_json(value) if isinstance(value, (dict, list, tuple)) else value for value in values.values()]
    with store.write() as connection:
        connection.execute(f"UPDATE runs SET {columns} WHERE id = ?", (*encoded, run_id))


def set_state(store: Store, run_id: int, state: State) -> None:
    """Move a run that has no job of ours (another program trains it) to a state; one that ends gets its time."""
    ended_at = time.time() if state.is_ended else None
    with store.write() as connection:
        connection.execute("UPDATE runs SET state = ?, ended_at = ? WHERE id = ?", (state, ended_at, run_id))


def add_steps(store: Store, steps: Sequence[Step]) -> None:
    """Append steps (replacing same-numbered ones of an earlier attempt) and move the run's position."""
    if not steps:
        return
    with store.write("normal") as connection:
        connection.executemany(
            "INSERT INTO steps (run_id, step, loss, lr, grad_norm, tokens, elapsed_s) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (run_id, step) DO UPDATE SET loss = excluded.loss, lr = excluded.lr, "
            "grad_norm = excluded.grad_norm, tokens = excluded.tokens, elapsed_s = excluded.elapsed_s, dropped = 0",
            [(s.run_id, s.step, s.loss, s.lr, s.grad_norm, s.tokens, s.elapsed_s) for s in steps],
        )
        last = steps[-1]
        connection.execute(
            "UPDATE runs SET step = ?, elapsed_s = ? WHERE id = ?", (last.step, last.elapsed_s, last.run_id)
        )


def drop_steps_after(store: Store, run_id: int, step: int) -> None:
    """Forget logged steps beyond a checkpoint that is resumed from: they will be logged again.

    A view that shows them notices by the run's `step` going back.
    """
    with store.write() as connection:
        connection.execute("UPDATE steps SET dropped = 1 WHERE run_id = ? AND step > ? AND dropped = 0", (run_id, step))
        connection.execute("UPDATE runs SET step = ? WHERE id = ?", (step, run_id))


def steps(store: Store, run_id: int, since_rev: int = 0) -> list[Step]:
    """Return a run's steps newer than a revision, in step order."""
    return store.records(
        Step,
        "SELECT * FROM steps WHERE run_id = ? AND rev > ? AND dropped = 0 ORDER BY step",
        (run_id, since_rev),
    )


def add_log(
    store: Store, message: str, *, level: str = "info", job_id: int | None = None, run_id: int | None = None
) -> None:
    """Append a log line."""
    with store.write("normal") as connection:
        connection.execute(
            "INSERT INTO log (job_id, run_id, level, message, at) VALUES (?, ?, ?, ?, ?)",
            (job_id, run_id, level, message, time.time()),
        )


def log_since(store: Store, rev: int, *, job_id: int | None = None, run_id: int | None = None) -> list[LogLine]:
    """Return log lines newer than a revision, optionally of one job or run."""
    return store.records(
        LogLine,
        "SELECT * FROM log WHERE rev > ? AND (? IS NULL OR job_id = ?) AND (? IS NULL OR run_id = ?) ORDER BY id",
        (rev, job_id, job_id, run_id, run_id),
    )
