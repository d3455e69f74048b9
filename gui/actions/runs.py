"""Actions on runs: queue, pause, resume, stop, cancel, check now. Each writes one row; the views follow the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import client
from engine.errors import UserError
from engine.store import runs
from gui.i18n import tr
from gui.project import Action

if TYPE_CHECKING:
    from gui.project import Project


def ask(project: Project, run_id: int, action: str) -> bool:
    """Ask something of a run ("pause", "resume", "stop", "cancel", "check"); a refusal becomes a toast. Says whether done."""
    try:
        client.ask(project.store, run_id, action)
    except UserError as error:
        project.tell_error(error)
        return False
    said = _said(action)
    if said:
        project.toast(said.format(run=runs.get(project.store, run_id).name))
    return True


def pause(project: Project, run_id: int) -> bool:
    """Pause after the step at hand; a checkpoint is written."""
    return ask(project, run_id, "pause")


def resume(project: Project, run_id: int) -> bool:
    """Go on with a paused run, or with a stopped, failed or interrupted one from its last checkpoint."""
    return ask(project, run_id, "resume")


def check_now(project: Project, run_id: int) -> bool:
    """Look at the canaries after this step."""
    return ask(project, run_id, "check")


def stop(project: Project, run_id: int) -> bool:
    """Stop after the step at hand and keep a checkpoint; the toast offers Resume. No dialog: nothing is lost."""
    try:
        client.ask(project.store, run_id, "stop")
    except UserError as error:
        project.tell_error(error)
        return False
    name = runs.get(project.store, run_id).name
    project.toast(
        tr("Stopping {run}; it keeps a checkpoint.").format(run=name),
        Action(text=tr("Resume"), do=lambda: resume(project, run_id)),
    )
    return True


def _said(action: str) -> str:
    return {
        "pause": tr("{run} pauses after this step."),
        "resume": tr("{run} goes on."),
        "check": tr("{run}: canaries are checked after this step."),
        "cancel": tr("{run} is cancelled; nothing was trained yet."),
    }.get(action, "")
