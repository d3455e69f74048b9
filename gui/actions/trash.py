"""Actions on the Trash: move runs there, put them back. Nothing is deleted; Ctrl+Z and the toast reverse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.store import runs, trash
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.project import Project


def put(project: Project, run_ids: Sequence[int]) -> bool:
    """Move runs to the Trash; a refusal becomes a toast. Says whether it was done."""
    kept = tuple(run_ids)
    try:
        name = runs.get(project.store, kept[0]).name
        said = tr("Moved {run} to the Trash.").format(run=name)
        if len(kept) > 1:
            said = tr("Moved %n run(s) to the Trash.", "", len(kept))
        project.change(
            tr("Move to Trash"),
            lambda: trash.put(project.store, kept),
            lambda: trash.put_back(project.store, kept),
            tell=said,
        )
    except UserError as error:
        project.tell_error(error)
        return False
    return True


def put_back(project: Project, run_ids: Sequence[int]) -> None:
    """Take runs out of the Trash."""
    kept = tuple(run_ids)
    said = tr("Put %n run(s) back.", "", len(kept))
    project.change(
        tr("Put back"),
        lambda: trash.put_back(project.store, kept),
        lambda: trash.put(project.store, kept),
        tell=said,
    )
