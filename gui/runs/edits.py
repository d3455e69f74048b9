"""Edits of runs: name, tags, note, Trash. Each is one undoable step; nothing here touches a file."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.store import runs
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import Run
    from gui.project import Project


def set_note(project: Project, run_id: int, note: str) -> None:
    """Write a run's note."""
    old = runs.get(project.store, run_id)
    if note.strip() == old.note:
        return
    project.change(
        tr("Note on {name}").format(name=old.name),
        lambda: runs.update(project.store, run_id, note=note.strip()),
        lambda: runs.update(project.store, run_id, note=old.note),
    )


def set_tags(project: Project, run_id: int, text: str) -> None:
    """Set a run's tags from words separated by commas."""
    old, tags = runs.get(project.store, run_id), tags_of(text)
    if tags == old.tags:
        return
    project.change(
        tr("Tags of {name}").format(name=old.name),
        lambda: runs.update(project.store, run_id, tags=tags),
        lambda: runs.update(project.store, run_id, tags=old.tags),
    )


def tags_of(text: str) -> tuple[str, ...]:
    """Words between commas, each once, in the order typed."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def move_to_trash(project: Project, chosen: Sequence[Run]) -> bool:
    """Move ended runs to the Trash, undoably; live ones stay and are named. Says whether any was moved."""
    live = [run for run in chosen if not run.state.is_ended]
    if live:
        names = ", ".join(run.name for run in live)
        project.toast(tr("{names}: still at work. Stop it first.").format(names=names), level="warning")
    ids = [run.id for run in chosen if run.state.is_ended]
    if not ids:
        return False
    names = ", ".join(run.name for run in chosen if run.id in ids)

    def put(at: float | None) -> None:
        with project.store.write():
            for run_id in ids:
                runs.trash(project.store, run_id, at=at)

    project.change(
        tr("Move {names} to Trash").format(names=names), lambda: put(time.time()), lambda: put(None),
        tell=tr("Moved {names} to Trash; nothing was deleted.").format(names=names),
    )  # fmt: skip
    return True
