"""What the buttons of a run's page do: each one operation and what to say when it worked. No widgets."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

import msgspec

from engine import client, liveness
from engine.errors import UserError
from engine.store import history, jobs, runs
from gui.actions import runs as run_actions
from gui.actions import versions
from gui.i18n import tr
from gui.project import Action
from gui.widgets.cards import trouble_of_job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.records import CanaryPlan, Job, Recipe
    from engine.store import Store
    from engine.verdict.advice import Advice
    from gui.project import Project
    from gui.run.recovery import CardButton
    from gui.run.verdict_words import VerdictButton


def press(project: Project, run_id: int, key: str, turn_to: Callable[[str], None]) -> bool:
    """Do what a button of the head asks for; says whether something was asked of the worker."""
    if key in ("pause", "resume", "cancel", "check"):
        return run_actions.ask(project, run_id, key)
    if key in ("stop", "free"):
        return run_actions.stop(project, run_id)
    if key == "force":
        return _force(project, run_id)
    if key == "log":
        turn_to("log")
    elif key == "compare":
        project.navigate("compare", run_ids=[run_id])
    elif key == "export":
        export_report(project, run_id)
    return False


def _force(project: Project, run_id: int) -> bool:
    """End the worker of a run that hangs in a stop; the host records the run as interrupted."""
    job = jobs.latest_for_run(project.store, run_id)
    if job is None or job.state.is_ended:
        return False

    def tell(command: str | None) -> None:
        ended, gone = tr("The worker was ended; the last checkpoint stays."), tr("The worker had gone already.")
        project.toast(ended if command else gone)

    lane = job.lane
    project.tasks.run(lambda: liveness.end_worker(project.home, lane), tell)
    return True


def press_verdict(
    project: Project, run_id: int, button: VerdictButton, advice: tuple[Advice, ...], turn_to: Callable[[str], None]
) -> None:
    """Do what a button under the verdict asks for."""
    if button.key == "roll_back":
        versions.roll_back(project, button.ref)
    elif button.key == "make_current":
        versions.make_current(project, button.ref)
    elif button.key == "strength":
        turn_to("strength")
    elif button.key == "try_again":
        chosen = next((one for one in advice if one.id == button.advice), None)
        if chosen is not None and chosen.recipe is not None:
            start_again(project, run_id, chosen.recipe)


def keep_anyway(project: Project, run_id: int, ref: str, reason: str) -> None:
    """Make a model current in spite of its verdict; the reason goes into the history once the move is made."""

    def note(job: Job) -> None:
        if not job.error_kind:
            name = runs.get(project.store, run_id).name
            history.append(project.store, "keep", f"Kept {name} in spite of its verdict: {reason}", after=ref)

    versions.make_current(project, ref, note)


def press_card(project: Project, run_id: int, button: CardButton, turn_to: Callable[[str], None]) -> None:
    """Do what a button of a recovery card asks for."""
    if button.key == "resume":
        run_actions.resume(project, run_id)
    elif button.key == "edit" and button.recipe is not None:
        project.navigate("new_run", recipe=msgspec.structs.replace(button.recipe, name=""))
    elif button.key == "start" and button.recipe is not None:
        start_again(project, run_id, button.recipe)
    elif button.key == "locate":
        locate(project, run_id)
    elif button.key == "data":
        project.navigate("data", path=runs.get(project.store, run_id).recipe.data.path)
    elif button.key == "storage":
        project.navigate("models")
    elif button.key == "log":
        turn_to("log")


def locate(project: Project, run_id: int) -> None:
    """Ask where a moved base lies now; its fingerprint is checked by the job that imports it again."""
    base = runs.get(project.store, run_id).recipe.base
    project.dialogs.choose_folder(
        "model", tr("Where is {name} now?").format(name=base), lambda folder: _located(project, base, folder)
    )


def _located(project: Project, base: str, folder: Path) -> None:
    from gui.actions import models

    models.import_model(project, folder, base)


def score_strengths(project: Project, ref: str) -> int:
    """Queue the scoring of weaker versions of a checkpoint; returns the job's id."""
    from engine.verdict.strength import ALPHAS

    payload: dict[str, Any] = {"ref": ref, "alphas": list(ALPHAS), "blocks": {}, "apply": None, "make_current": False}
    project.toast(tr("The curve is worked out next."))
    return jobs.enqueue(project.store, "strength", payload)


def apply_strength(project: Project, ref: str, alpha: float, blocks: dict[str, float] | None = None) -> int:
    """Queue the writing of one strength as a version of its own, made current unless it forgot; Undo points back.

    `blocks` gives single blocks another strength than `alpha`.
    """
    payload: dict[str, Any] = {
        "ref": ref, "alphas": [alpha], "blocks": blocks or {}, "apply": alpha, "make_current": True,
    }  # fmt: skip
    job_id = jobs.enqueue(project.store, "strength", payload)

    def tell(job: Job) -> None:
        result = job.result or {}
        if job.error_kind:
            project.show_trouble(trouble_of_job(job))
        elif result.get("made_current"):
            project.moved(result["sentence"], lambda: _undo(project), lambda: _again(project, result["version"]))
        elif result.get("version"):
            words = tr("Wrote {version}; the current model stays.")
            project.toast(words.format(version=result["version"]))

    project.follow(job_id, tell)
    project.toast(tr("Strength {alpha} is written next.").format(alpha=f"{alpha:g}"))
    return job_id


def _undo(project: Project) -> None:
    jobs.enqueue(project.store, "undo", {})


def _again(project: Project, ref: str) -> None:
    jobs.enqueue(project.store, "make_current", {"ref": ref})


def work_out_drift(project: Project, ref: str) -> int:
    """Queue the measuring of how far a checkpoint's weights moved."""
    return jobs.enqueue(project.store, "drift", {"ref": ref})


def measure_now(project: Project, run_id: int, plan: CanaryPlan | None = None) -> int:
    """Queue the measuring of a run's newest checkpoint, by its own canaries or by `plan`; returns the job's id.

    Without a checkpoint on disk it says so and returns 0.
    """
    from engine.store import checkpoints

    run = runs.get(project.store, run_id)
    rows = [row for row in checkpoints.of_run(project.store, run_id) if row.state == "complete"]
    if not rows:
        project.toast(tr("{name} has no checkpoint on disk to measure.").format(name=run.name), level="warning")
        return 0
    plan = plan or run.recipe.canaries
    payload = {
        "model_ref": rows[-1].ref, "suite": plan.suite, "capabilities": list(plan.capabilities),
        "verdict_items": plan.verdict_items, "guard_items": plan.guard_items, "generate": plan.generate, "verdict": True,
    }  # fmt: skip
    job_id = jobs.enqueue(project.store, "score", payload)
    project.toast(tr("{name}: its canaries are measured next.").format(name=run.name))
    return job_id


def rename(project: Project, run_id: int, name: str) -> None:
    """Give a run another name; Ctrl+Z gives the old one back."""
    old = runs.get(project.store, run_id).name
    if not name.strip() or name.strip() == old:
        return
    project.change(
        tr("Rename {name}").format(name=old),
        lambda: runs.update(project.store, run_id, name=name.strip()),
        lambda: runs.update(project.store, run_id, name=old),
    )


# ---- again -----------------------------------------------------------------------------------------------------------


def start_again(project: Project, run_id: int, recipe: Recipe) -> None:
    """Start a run of another recipe on the same rows, at once; the toast's Undo cancels it and puts it into the Trash."""
    old = runs.get(project.store, run_id)
    fresh = msgspec.structs.replace(recipe, name="", notes=tr("Tried again after {name}.").format(name=old.name))
    desk = _Starter(project)
    project.tasks.with_store(lambda store: prepared(store, fresh, old.plan), desk.start)


def prepared(store: Store, recipe: Recipe, old_plan: dict[str, Any]) -> tuple[Recipe, dict[str, Any]]:
    """Bind a recipe to its files and plan it, off the GUI thread; the rows' lengths are those of the earlier plan."""
    from engine import drafts, sequences
    from engine.plan import RowFacts

    recipe = sequences.started(store, drafts.with_data_fingerprint(recipe))
    longest, steps, batch = (int(old_plan.get(name, 0)) for name in ("longest_tokens", "steps", "batch_size"))
    if not (longest and steps and batch):
        return recipe, {}
    epochs = recipe.training.epochs
    count = max(1, round(steps * batch / epochs))
    mean = float(old_plan.get("tokens", 0)) / (steps * batch)
    rows = RowFacts(count=count, p50=round(mean), p95=longest, max=longest, mean=mean)
    plan = drafts.draft_plan(store, recipe, rows, drafts.measured_timings(store, recipe))
    return recipe, msgspec.to_builtins(plan)


class _Starter:
    """Queues a prepared run on the GUI thread."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def start(self, made: tuple[Recipe, dict[str, Any]]) -> None:
        queue(self._project, *made)


def queue(project: Project, recipe: Recipe, plan: dict[str, Any]) -> int:
    """Queue a run, show it, and let Undo take it back; returns its id."""
    run_id, _ = client.queue_run(project.store, recipe, plan)
    name = runs.get(project.store, run_id).name
    project.navigate("run", run_id=run_id, tab="timeline")
    undo = Action(text=tr("Undo"), do=lambda: take_back(project, run_id))
    project.toast(tr("Started {name}.").format(name=name), undo)
    return run_id


def take_back(project: Project, run_id: int) -> None:
    """Cancel or stop a run that was just started and put it into the Trash."""
    with contextlib.suppress(UserError):  # it has ended already
        client.ask(project.store, run_id, "stop")
    runs.trash(project.store, run_id, at=time.time())
    name = runs.get(project.store, run_id).name
    put_back = Action(text=tr("Put back"), do=lambda: runs.trash(project.store, run_id, at=None))
    project.toast(tr("{name} was cancelled and moved to the Trash.").format(name=name), put_back)
    project.navigate("runs")


def export_report(project: Project, run_id: int) -> None:
    """Ask where to write the result page and write it, off the GUI thread."""
    run = runs.get(project.store, run_id)
    filters = tr("Result page (*.html)")
    project.dialogs.save_file(
        "report", tr("Export report"), f"{run.name}.html", filters, lambda path: _write_report(project, run_id, path)
    )


def _write_report(project: Project, run_id: int, path: Path) -> None:
    def write(store: Store) -> Path:
        from engine.export.report import write_report

        write_report(store, run_id, path)
        return path

    def tell(written: Path) -> None:
        project.toast(tr("Wrote {file}.").format(file=written.name))

    project.tasks.with_store(write, tell)
