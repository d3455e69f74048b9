"""Handing a model on: a folder for other programs, with its model card. The work is a job beside training."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from engine.store import checkpoints, history, jobs, runs
from gui.i18n import tr
from gui.project import Action
from gui.shell.live_run import model_words
from gui.widgets.cards import trouble_of_job

if TYPE_CHECKING:
    from pathlib import Path

    from engine.records import Job
    from engine.store import Store
    from gui.project import Project


def model_of(store: Store, run_id: int) -> str:
    """Which of a run's models is handed on: the current one if it is of this run, else its newest checkpoint; or nothing."""
    pointer = history.pointer(store)
    if pointer is not None and pointer[0].startswith(f"{run_id}@"):
        return pointer[0]
    there = [row.ref for row in checkpoints.of_run(store, run_id) if row.state == "complete"]
    return there[-1] if there else ""


def ask_where(project: Project, run_id: int) -> None:
    """Ask for a folder and export the run's model into a new one in it; a toast says where there is none to export."""
    ref = model_of(project.store, run_id)
    name = runs.get(project.store, run_id).name
    if not ref:
        project.toast(tr("{run} has no checkpoint with its weights to export.").format(run=name))
        return
    title = tr("Choose where the folder of {model} goes").format(model=model_words(project.store, ref))
    project.dialogs.choose_folder("export", title, lambda folder: _queue(project, ref, folder / folder_name(name, ref)))


def folder_name(run: str, ref: str) -> str:
    """A new folder's name from the run's and the model's: lora-01-step-400x0.5."""
    plain = re.sub(r"[^\w.-]+", "-", run).strip("-.") or "model"
    return f"{plain}-step-{ref.rpartition('@')[2]}"


def _queue(project: Project, ref: str, to: Path) -> None:
    job_id = jobs.enqueue(project.store, "export", {"ref": ref, "to": str(to.absolute())})
    project.follow(job_id, lambda job: _on_exported(project, job, to))


def _on_exported(project: Project, job: Job, to: Path) -> None:
    ref = str(job.payload["ref"])
    if job.error_kind:
        again = Action(text=tr("Choose another folder…"), do=partial(ask_where, project, int(ref.partition("@")[0])))
        project.show_trouble(trouble_of_job(job, again))
    elif job.result:
        said = tr("Exported {model} to {folder}, with its model card.")
        show = Action(text=tr("Open folder"), do=partial(_open, to))
        project.toast(said.format(model=model_words(project.store, ref), folder=to.name), show)


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
