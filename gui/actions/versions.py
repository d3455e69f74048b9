"""Actions on the current model: roll back, make current, undo, verify. They hash files, so each is a job beside training.

When the move is done, a toast offers Undo and Ctrl+Z reverses it; no file is deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.store import jobs
from gui.i18n import tr
from gui.widgets.cards import trouble_of_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.records import Job
    from gui.project import Project


def roll_back(project: Project, ref: str = "base", on_end: Callable[[Job], None] | None = None) -> int:
    """Point the current model back at "base", "base:NAME" or "RUN@STEP"; returns the job's id."""
    return _move(project, "roll_back", ref, on_end)


def make_current(project: Project, ref: str, on_end: Callable[[Job], None] | None = None) -> int:
    """Make a checkpoint or a base the current model; returns the job's id."""
    return _move(project, "make_current", ref, on_end)


def verify_bases(project: Project, names: list[str], on_end: Callable[[Job], None] | None = None) -> int:
    """Hash base models again from the disk; returns the job's id."""
    return _queue(project, "verify", {"names": names}, lambda job: _on_verified(project, job, on_end))


def _move(project: Project, kind: Any, ref: str, on_end: Callable[[Job], None] | None) -> int:
    return _queue(project, kind, {"ref": ref}, lambda job: _on_moved(project, job, kind, on_end))


def _queue(project: Project, kind: Any, payload: dict[str, Any], on_end: Callable[[Job], None]) -> int:
    job_id = jobs.enqueue(project.store, kind, payload)
    project.follow(job_id, on_end)
    return job_id


def _on_moved(project: Project, job: Job, kind: str, on_end: Callable[[Job], None] | None) -> None:
    result = job.result or {}
    if job.error_kind or "sentence" not in result:
        project.show_trouble(trouble_of_job(job))
    elif result.get("entry_id") is None:
        project.toast(result["sentence"] + ".")
    else:
        after = result["after"]
        project.moved(result["sentence"], lambda: undo(project), lambda: _again(project, kind, after))
    if on_end is not None:
        on_end(job)


def undo(project: Project) -> int:
    """Reverse the newest change of the current model that still stands; returns the job's id."""
    return _queue(project, "undo", {}, lambda job: _on_undone(project, job))


def _again(project: Project, kind: Any, ref: str) -> None:
    _queue(project, kind, {"ref": ref}, lambda job: _on_undone(project, job))


def _on_undone(project: Project, job: Job) -> None:
    if job.error_kind:
        project.show_trouble(trouble_of_job(job))
    else:
        project.toast((job.result or {})["sentence"] + ".")


def _on_verified(project: Project, job: Job, on_end: Callable[[Job], None] | None) -> None:
    if job.error_kind:
        project.show_trouble(trouble_of_job(job))
    else:
        names = ", ".join((job.result or {}).get("verified", []))
        project.toast(tr("Verified {names}: byte for byte as recorded.").format(names=names))
    if on_end is not None:
        on_end(job)
