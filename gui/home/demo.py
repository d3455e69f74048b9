"""The demo as a chain of jobs: bring the starter model, time this machine, run; each step follows from the rows alone.

A window that was closed in between takes the chain up again where it stands. No torch: the planning is `engine.plan.demo`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, Slot

from engine import client, drafts, settings
from engine.plan import RowFacts
from engine.plan import demo as planned
from engine.records import recipe_from_toml
from engine.states import State
from engine.store import jobs, models, runs
from gui.i18n import said, tr
from gui.project import Action
from gui.widgets.cards import trouble_of_job

if TYPE_CHECKING:
    from engine.records import Job, Recipe, Run
    from engine.store import Store
    from gui.project import Project

MINUTES = 6.0
#: The payload's key that marks a job of the demo, and the plan's key that marks its run; the value is when it was clicked.
MARK = "demo"
_CHOSEN = {
    "method": "full",
    "protect": "off",
    "lr": str(planned.FULL_LR),
    "notes": "The demo: nothing protects this run.",
}


@dataclass(frozen=True, kw_only=True)
class DemoStatus:
    """How far the demo is before its run begins: what is being done, how far, and the job that does it."""

    words: str
    share: float | None
    job: Job


def status(store: Store) -> DemoStatus | None:
    """The step at work, or None: not started, failed, or already a run."""
    job = jobs.newest_marked(store, MARK)
    if job is None or job.state.is_ended:
        return None
    words = tr("Bringing the starter model") if job.kind == "import" else tr("Timing this machine")
    share = job.phase_done / job.phase_total if job.phase_total else None
    return DemoStatus(words=f"{words} · {said(job.phase)}" if job.phase else words, share=share, job=job)


def expected_s(store: Store) -> float:
    """Seconds from the click to the verdict: from an earlier timing of this machine, else from its arithmetic."""
    is_imported = any(row.name == planned.STARTER_NAME for row in models.everything(store))
    for job in reversed(jobs.finished(store, "calibrate")):
        if job.result and recipe_from_toml(job.payload["recipe"]).base == planned.STARTER_NAME:
            timed, start_s = job.result, planned.overhead_s(job)
            break
    else:
        timed, start_s = planned.guessed_timing(planned.matrix_speed()), planned.guessed_start_s()
    return planned.whole_s(timed, start_s, MINUTES * 60, is_imported=is_imported)


def prepared(store: Store, job: Job) -> tuple[Recipe, dict[str, Any]]:
    """The recipe and plan of the run, from the ended timing; the time left decides how much is measured."""
    draft = recipe_from_toml(job.payload["recipe"])
    base, timed = models.get(store, draft.base), job.result or {}
    left_s = MINUTES * 60 - (time.time() - float(job.payload[MARK]))
    estimate = planned.fit(timed, planned.overhead_s(job), base.parameters, left_s)
    recipe = drafts.with_data_fingerprint(settings.apply(draft, planned.sizes(estimate)))
    length, longest = round(timed["tokens_per_row"]), recipe.data.max_length
    count = int(timed.get("rows", 0)) or 400
    rows = RowFacts(count=count, heldout=planned.HELDOUT_ROWS, p50=length, p95=longest, max=longest, mean=length)
    plan = drafts.draft_plan(store, recipe, rows, drafts.timings_of(timed, recipe.training.batch_size))
    return recipe, {**msgspec.to_builtins(plan), MARK: job.payload[MARK], "expected_s": estimate.total_s}


def run_of(store: Store, mark: float) -> Run | None:
    """The run that a click became."""
    return next((run for run in runs.everything(store) if run.plan.get(MARK) == mark), None)


class Demo(QObject):
    """Drives the chain while the window is open; one a project."""

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        """Take up a chain that an earlier window began."""
        super().__init__(parent)
        self._project = project
        self._followed: set[int] = set()
        self.take_up()

    def start(self) -> None:
        """Begin, unless it is under way."""
        store = self._project.store
        if status(store) is not None:
            return
        mark = time.time()
        if any(row.name == planned.STARTER_NAME for row in models.everything(store)):
            self._time_machine(mark)
            return
        payload = {"source": "starter", "name": planned.STARTER_NAME, MARK: mark}
        self._follow(jobs.enqueue(store, "import", payload))

    def cancel(self) -> None:
        """Stop before the run begins."""
        now = status(self._project.store)
        if now is not None:
            jobs.request(self._project.store, now.job.id, "cancel")

    def take_up(self) -> None:
        """Go on where the rows stand: follow the step at work, or do the next one."""
        job = jobs.newest_marked(self._project.store, MARK)
        if job is None or run_of(self._project.store, job.payload[MARK]) is not None:
            return
        if not job.state.is_ended:
            self._follow(job.id)
        elif job.state is State.FINISHED:
            self._go_on(job)

    def _follow(self, job_id: int) -> None:
        if job_id not in self._followed:
            self._followed.add(job_id)
            self._project.follow(job_id, self._on_ended)

    @Slot(object)
    def _on_ended(self, job: Job) -> None:
        if job.state is State.FINISHED:
            self._go_on(job)
        elif job.state is not State.CANCELLED:
            again = Action(text=tr("Run the demo again"), do=self.start)
            self._project.show_trouble(trouble_of_job(job, again))

    def _go_on(self, job: Job) -> None:
        if job.kind == "import":
            self._time_machine(float(job.payload[MARK]))
        elif job.kind == "calibrate":
            self._project.tasks.with_store(lambda store: prepared(store, job), self._on_prepared)

    def _time_machine(self, mark: float) -> None:
        base = models.get(self._project.store, planned.STARTER_NAME)
        payload = {"recipe": planned.recipe(base, _CHOSEN).to_toml(), MARK: mark}
        self._follow(jobs.enqueue(self._project.store, "calibrate", payload))

    def _on_prepared(self, made: tuple[Recipe, dict[str, Any]]) -> None:
        recipe, plan = made
        if run_of(self._project.store, plan[MARK]) is None:
            run_id, _ = client.queue_run(self._project.store, recipe, plan)
            self._project.navigate("run", run_id=run_id, tab="timeline")
