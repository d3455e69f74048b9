"""Actions on base models: import one. The work is a job beside training; toasts say how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.store import jobs
from gui.i18n import tr
from gui.project import Action
from gui.widgets.cards import trouble_of_job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.records import Job
    from gui.project import Project

#: The source that names the bundled starter model.
STARTER = "starter"


def import_model(
    project: Project, source: Path | str, name: str = "", on_end: Callable[[Job], None] | None = None
) -> int:
    """Import a folder, a .gguf file, or the word "starter"; returns the job's id. The first base becomes the current model."""
    job_id = jobs.enqueue(project.store, "import", {"source": str(source), "name": name})
    project.follow(job_id, lambda job: _on_imported(project, job, on_end))
    return job_id


def _on_imported(project: Project, job: Job, on_end: Callable[[Job], None] | None) -> None:
    if job.error_kind:
        project.show_trouble(trouble_of_job(job))
    elif job.result:
        show = Action(text=tr("Show models"), do=lambda: project.navigate("models"))
        project.toast(tr("Imported {name}.").format(name=job.result["name"]), show)
    if on_end is not None:
        on_end(job)


def locate(project: Project, name: str, folder: Path) -> int:
    """Say where a moved base model lies now: its files are hashed and must be the recorded ones; returns the job's id."""
    job_id = jobs.enqueue(project.store, "verify", {"names": [name], "at": str(folder)})
    project.follow(job_id, lambda job: _on_located(project, job, name))
    return job_id


def _on_located(project: Project, job: Job, name: str) -> None:
    if job.error_kind:
        project.show_trouble(trouble_of_job(job))
    elif job.result:
        said = tr("{name} is at {path} now, byte for byte as recorded.")
        project.toast(said.format(name=name, path=job.result.get("path", "")))
