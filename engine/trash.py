"""Emptying the Trash: the one action that deletes. What is still needed is left in it and named. No torch."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.records import ModelRow, Run
from engine.store import history, jobs, runs, trash

if TYPE_CHECKING:
    from engine.store import Store


class Contents(Struct, frozen=True, kw_only=True):
    """What lies in the Trash: runs, base models, and the bytes that emptying would free."""

    runs: tuple[Run, ...] = ()
    models: tuple[ModelRow, ...] = ()
    size_bytes: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.runs or self.models)


class Emptied(Struct, frozen=True, kw_only=True):
    """What emptying deleted, and what it left because something still needs it (name and why)."""

    runs: tuple[str, ...]
    models: tuple[str, ...]
    freed_bytes: int
    left: tuple[tuple[str, str], ...] = ()


def contents(store: Store) -> Contents:
    """Look into the Trash."""
    models = trash.models_in_it(store)
    own = sum(sum(file.size_bytes for file in row.files) for row in models if _is_ours(store, row))
    return Contents(runs=tuple(trash.contents(store)), models=tuple(models), size_bytes=trash.size_bytes(store) + own)


def empty(store: Store) -> Emptied:
    """Delete for good what lies in the Trash: run folders, and models this program wrote; other folders are only forgotten."""
    found = contents(store)
    needed = {run.id: why for run in found.runs if (why := _needed_by(store, run))}
    left = [(run.name, needed[run.id]) for run in found.runs if run.id in needed]
    gone = [run for run in found.runs if run.id not in needed]
    before = found.size_bytes
    for run in gone:
        shutil.rmtree(runs.folder(store, run.id), ignore_errors=True)
    if gone:
        trash.mark_emptied(store, [run.id for run in gone], [], _sentence(gone, ()))
    free = [row for row in found.models if not trash.uses_of_model(store, row.name)]
    left += [(row.name, ", ".join(trash.uses_of_model(store, row.name))) for row in found.models if row not in free]
    for row in free:
        if _is_ours(store, row):
            shutil.rmtree(row.path, ignore_errors=True)
    if free:
        trash.mark_emptied(store, [], [row.name for row in free], _sentence((), free))
    return Emptied(
        runs=tuple(run.name for run in gone),
        models=tuple(row.name for row in free),
        freed_bytes=before - contents(store).size_bytes,
        left=tuple(left),
    )


def _sentence(gone: list[Run] | tuple[()], free: list[ModelRow] | tuple[()]) -> str:
    names = [*(run.name for run in gone), *(row.name for row in free)]
    return f"Emptied the Trash: deleted {', '.join(names)}"


def _needed_by(store: Store, run: Run) -> str:
    """Why a run's files are still needed; empty if they are not."""
    pointer = history.pointer(store)
    if pointer is not None and pointer[0].rpartition("@")[0] == str(run.id):
        return "the current model"
    if any(job.run_id == run.id for job in jobs.unfinished(store)):
        return "a job at work"
    later = [
        other.name for other in runs.everything(store) if other.recipe.start_from.rpartition("@")[0] == str(run.id)
    ]
    return ", ".join(later)


def _is_ours(store: Store, row: ModelRow) -> bool:
    """Whether the model's folder was written by this program, inside the data folder."""
    return Path(row.path).parent == store.home / "models"
