"""Edits of runs: tags and note. Each is one undoable step; nothing here touches a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.store import runs
from gui.i18n import tr

if TYPE_CHECKING:
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
