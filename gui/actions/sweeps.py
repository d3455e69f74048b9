"""Actions on sweeps: queued, taken back, the rest cancelled, the missing queued again. Each is one undoable step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import sweeps
from gui.i18n import tr

if TYPE_CHECKING:
    from gui.project import Project


def queued(project: Project, sweep_id: int, count: int) -> None:
    """A sweep was queued: show it, and let Undo take it back."""
    project.moved(
        tr("Queue %n run(s)", "", count), lambda: take_back(project, sweep_id), lambda: again(project, sweep_id)
    )
    project.navigate("compare", sweep_id=sweep_id)


def take_back(project: Project, sweep_id: int) -> None:
    """Stop the sweep's own runs and move them to the Trash."""
    count = len(sweeps.take_back(project.store, sweep_id))
    project.toast(tr("Moved %n cancelled run(s) to the Trash.", "", count))


def again(project: Project, sweep_id: int) -> None:
    """Queue a sweep again that was taken back."""
    count = len(sweeps.resume(project.store, sweep_id))
    project.toast(tr("Queued %n run(s) again.", "", count))


def cancel_rest(project: Project, sweep_id: int) -> None:
    """Cancel the runs that wait; the one at work goes on. Undo queues them again."""
    cancelled = sweeps.cancel_rest(project.store, sweep_id)
    if not cancelled:
        project.toast(tr("No run of this comparison waits."))
        return
    project.moved(
        tr("Cancelled %n waiting run(s)", "", len(cancelled)),
        lambda: sweeps.resume(project.store, sweep_id, cancelled),
        lambda: sweeps.cancel_rest(project.store, sweep_id),
    )


def resume(project: Project, sweep_id: int) -> None:
    """Queue what is missing again. Undo cancels what still waits of it."""
    found = sweeps.resume(project.store, sweep_id)
    if not found:
        project.toast(tr("Nothing is missing: every run has ended well or waits its turn."))
        return
    project.moved(
        tr("Queue %n run(s) again", "", len(found)),
        lambda: sweeps.cancel_rest(project.store, sweep_id),
        lambda: sweeps.resume(project.store, sweep_id),
    )
