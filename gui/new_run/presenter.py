"""What New run decides: it reads the chosen file, has it inspected, plans with every change, and queues the run. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from engine import client, drafts, suites
from engine.errors import UserError
from engine.records import DataSpec, Recipe, recipe_from_toml
from engine.store import jobs, models, runs
from gui.i18n import said, tr
from gui.new_run.binding import bound
from gui.new_run.draft import Draft, Snapshot
from gui.new_run.plan_words import PlanNote, note_of
from gui.shell.live_run import model_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.drafts import FirstLook
    from engine.errors import PalimpsestError
    from engine.plan import Plan, RowFacts
    from engine.records import Job, ModelRow
    from engine.store import Store
    from gui.project import Project

#: Findings told beside the data field; all of them are on the Data page.
FINDINGS_SHOWN = 3
#: Findings that reading the file has told already, with the line.
_TOLD_BY_LOOK = ("unusable", "empty")


@dataclass(frozen=True, kw_only=True)
class DataNote:
    """What is known of the chosen file: a line of facts, what is wrong with it, and what is odd about it."""

    facts: str = ""
    problem: str = ""
    warnings: tuple[str, ...] = ()
    is_reading: bool = False


class View(Protocol):
    """What the page shows when told."""

    def show_draft(self) -> None:
        """The recipe or an error changed."""

    def show_data(self, note: DataNote) -> None:
        """What is known of the file changed."""

    def show_plan(self, note: PlanNote | None, problem: str) -> None:
        """A plan was made, or could not be."""

    def show_toml_problem(self, problem: str) -> None:
        """The TOML text is wrong, or right again (an empty text)."""

    def show_started(self, run_id: int) -> None:
        """The run is queued."""

    def show_busy(self, words: str) -> None:
        """Starting or timing takes a moment; an empty text when it is over."""


class NewRun:
    """One draft, and everything that follows from it. `view` is told what to show."""

    def __init__(self, project: Project, view: View, recipe: Recipe | None = None) -> None:
        """Begin with a recipe; nothing is read before `begin`."""
        self.project, self.view = project, view
        self.draft = Draft(recipe)
        self.bases: list[ModelRow] = []
        self.suites: list[suites.Place] = []
        self.data = DataNote()
        self.plan: Plan | None = None
        self.plan_problem = ""
        self._look: FirstLook | None = None
        self._looking_at: tuple[str, str] = ("", "")
        self._found: dict[str, Any] | None = None
        self._found_for: dict[str, Any] = {}
        self._inspect_job = 0
        self._plan_runs = self._plan_again = self._is_starting = False
        self._before_edit: Snapshot | None = None
        self._start_asked: tuple[Any, ...] = ("",)
        self.start_problem = ""

    # ---- what there is to choose -------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Read which bases and suites there are and take the obvious base; then show everything."""
        store = self.project.store
        self.bases, self.suites = models.everything(store), suites.known(self.project.home)
        names = [row.name for row in self.bases]
        if self.draft.recipe.base not in names:
            self.draft.type("base", self._obvious_base(names))
        self._changed()

    def _obvious_base(self, names: list[str]) -> str:
        from engine.store import history

        pointer = history.pointer(self.project.store)
        target = pointer[0].removeprefix("base:") if pointer else ""
        if target and target not in names and "@" in target:
            target = self._base_of_run(target.partition("@")[0])
        return target if target in names else names[0] if names else ""

    def _base_of_run(self, name: str) -> str:
        try:
            return runs.find(self.project.store, name).recipe.base
        except UserError:
            return ""

    # ---- edits -------------------------------------------------------------------------------------------------------

    def type(self, path: str, value: Any) -> None:
        """A key was pressed in a field: try the value, show, plan."""
        if self._before_edit is None:
            self._before_edit = self.draft.snapshot()
        self.draft.set_preset(value) if path == "protect" else self.draft.type(path, value)
        self._changed()

    def commit(self, words: str) -> None:
        """One is done with a field: what changed since becomes one undoable edit."""
        before, self._before_edit = self._before_edit, None
        after = self.draft.snapshot()
        if before is None or before == after:
            return
        self.project.change(
            tr("Change {field}").format(field=words), lambda: self._restore(after), lambda: self._restore(before)
        )

    def edit(self, words: str, changes: dict[str, Any]) -> None:
        """Change fields at once as one undoable edit (a fix's button, a choice)."""
        self.commit(words)
        before = self.draft.snapshot()
        for path, value in changes.items():
            self.draft.set_preset(value) if path == "protect" else self.draft.type(path, value)
        self._before_edit = before
        self.commit(words)
        self._changed()

    def take_recipe(self, recipe: Recipe, words: str) -> None:
        """Replace the whole draft, undoably; what a queued run was bound to is left out."""
        data = msgspec.structs.replace(recipe.data, fingerprint="")
        fresh = msgspec.structs.replace(recipe, base_fingerprint="", start_fingerprint="", data=data)
        before, after = self.draft.snapshot(), Snapshot(recipe=fresh)
        if before != after:
            self.project.change(words, lambda: self._restore(after), lambda: self._restore(before))

    def train_on_top(self, ref: str) -> None:
        """Begin a run that goes on from a checkpoint: its run's base, method and adapter, other rows to be chosen."""
        try:
            was = runs.find(self.project.store, ref.rpartition("@")[0])
        except UserError as error:
            self.project.tell_error(error)
            return
        recipe = msgspec.structs.replace(was.recipe, start_from=ref, name="", notes="", data=DataSpec())
        self.take_recipe(recipe, tr("Train on top of {run}").format(run=was.name))

    def _check_start(self) -> None:
        """Ask, off this thread, whether the recipe can go on from the checkpoint it names."""
        recipe = self.draft.recipe
        asked = (recipe.start_from, recipe.base, recipe.method, recipe.adapter)
        if asked == self._start_asked:
            return
        self._start_asked, self.start_problem = asked, ""
        if recipe.start_from:
            self.project.tasks.with_store(
                _Starting(recipe), lambda _: None, lambda error: self._on_start_refused(asked, error)
            )

    def _on_start_refused(self, asked: tuple[Any, ...], error: PalimpsestError) -> None:
        if asked == self._start_asked:
            self.start_problem = error.sentence()
            self.view.show_draft()

    @property
    def start_words(self) -> str:
        """The checkpoint that the run starts from, as people say it; empty for the base."""
        ref = self.draft.recipe.start_from
        return model_words(self.project.store, ref) if ref else ""

    def reset(self) -> None:
        """Back to an empty form with the same base; undoable."""
        self.take_recipe(Recipe(base=self.draft.recipe.base), tr("Reset the form"))

    def take_toml(self, text: str) -> None:
        """The TOML view was edited: take it if it is right, else say where it is not."""
        try:
            recipe = recipe_from_toml(text)
        except UserError as error:
            self.view.show_toml_problem(error.sentence())
            return
        self.view.show_toml_problem("")
        self.take_recipe(recipe, tr("Edit the recipe as TOML"))

    def open_recipe(self, path: Path) -> None:
        """Fill the form from a recipe file; what is wrong with it is told."""
        try:
            recipe = recipe_from_toml(path.read_text("utf-8"), source=path.name)
        except UserError as error:
            self.project.tell_error(error)
            return
        except (OSError, UnicodeDecodeError) as error:
            self.project.toast(tr("{file} cannot be read: {why}").format(file=path.name, why=error), level="error")
            return
        self.take_recipe(recipe, tr("Open {file}").format(file=path.name))

    def _restore(self, snapshot: Snapshot) -> None:
        self._before_edit = None
        self.draft.restore(snapshot)
        self._changed()

    def _changed(self) -> None:
        self._check_start()
        self.view.show_draft()
        self._read_if_new()
        self._inspect_if_new()
        self.plan_soon()

    # ---- the rows ----------------------------------------------------------------------------------------------------

    def _read_if_new(self) -> None:
        """Read the file's first rows, then all of it, off this thread."""
        data = self.draft.recipe.data
        wanted = (data.path, repr(data.mapping))
        if wanted == self._looking_at:
            return
        self._looking_at, self._look, self._found, self._found_for = wanted, None, None, {}
        self._say_data(DataNote(is_reading=bool(data.path)))
        if data.path:
            self._read(wanted, first=drafts.FIRST_ROWS)

    def _read(self, wanted: tuple[str, str], first: int | None) -> None:
        path, mapping = Path(self.draft.recipe.data.path), self.draft.recipe.data.mapping
        self.project.tasks.run(
            lambda: drafts.first_look(path, mapping, first=first),
            lambda look: self._on_read(wanted, look),
            lambda error: self._on_unreadable(wanted, error),
        )

    def _on_read(self, wanted: tuple[str, str], look: FirstLook) -> None:
        if wanted != self._looking_at:
            return
        self._look = look
        self._say_data(self._note_of_look(look))
        self._inspect_if_new()
        self.plan_soon()
        if look.has_more:
            self._read(wanted, first=None)

    def _on_unreadable(self, wanted: tuple[str, str], error: PalimpsestError) -> None:
        if wanted == self._looking_at:
            self._look = None
            self._say_data(DataNote(problem=error.sentence()))
            self.plan_soon()

    def _note_of_look(self, look: FirstLook) -> DataNote:
        count = tr("first %n row(s)", "", look.rows) if look.has_more else tr("%n row(s)", "", look.rows)
        facts = f"{count} · {_shape_words(look.mapping.shape)}"
        return DataNote(facts=facts, warnings=_problem_words(look), is_reading=look.has_more)

    def _say_data(self, note: DataNote) -> None:
        self.data = note
        self.view.show_data(note)

    # ---- the inspection by the model's tokenizer ---------------------------------------------------------------------

    def _inspect_if_new(self) -> None:
        """Have the whole file looked at as the base sees it; an earlier look at the same file is taken over."""
        recipe, look = self.draft.recipe, self._look
        if look is None or look.has_more or not any(row.name == recipe.base for row in self.bases):
            return
        payload = drafts.inspection_payload(
            recipe.base, look, recipe.data.mapping, max_length=recipe.data.max_length, suite=recipe.canaries.suite
        )
        if payload == self._found_for:
            return
        self._found_for, self._found = payload, None
        done = jobs.finished(self.project.store, "inspect", payload)
        if done:
            self._on_inspected(done[-1])
            return
        self._inspect_job = jobs.enqueue(self.project.store, "inspect", payload)
        self.project.follow(self._inspect_job, self._on_inspected)

    def _on_inspected(self, job: Job) -> None:
        if job.payload != self._found_for:
            return
        if job.error_kind or not job.result:
            self._say_data(DataNote(facts=self.data.facts, problem=job.reason, warnings=self.data.warnings))
            return
        self._found = job.result
        look = self._look
        odd = [one for one in job.result["findings"] if one["is_warning"] and one["kind"] not in _TOLD_BY_LOOK]
        warnings = [said(one["sentence"]) for one in odd][:FINDINGS_SHOWN]
        tokens = tr("{count} tokens").format(count=f"{job.result['tokens']:,}")
        facts = f"{tr('%n row(s)', '', job.result['rows'])} · {tokens} · {_shape_words(job.result['mapping']['shape'])}"
        first = _problem_words(look) if look else ()
        self._say_data(DataNote(facts=facts, warnings=(*first, *warnings)))
        self.plan_soon()

    # ---- the plan ----------------------------------------------------------------------------------------------------

    def plan_soon(self) -> None:
        """Plan off this thread; while one is being made only the newest wish is kept."""
        if self._plan_runs:
            self._plan_again = True
            return
        recipe, rows = self.draft.recipe, self.row_facts()
        if rows is None or not recipe.base:
            self._show_no_plan("")
            return
        self._plan_runs = True
        work = _Planning(recipe, rows, is_guessed=self._found is None)
        self.project.tasks.with_store(work, self._on_planned, self._on_plan_failed)

    def row_facts(self) -> Callable[[], RowFacts] | None:
        """A function that gives what is known of the rows; None while the file is not read."""
        recipe, look, found = self.draft.recipe, self._look, self._found
        if found is not None:
            heldout = recipe.data.heldout_fraction
            return lambda: drafts.row_facts(found, heldout)
        if look is not None:
            return lambda: drafts.guessed_row_facts(look, recipe.data)
        return None

    def _on_planned(self, made: tuple[Plan, PlanNote]) -> None:
        self._plan_runs = False
        if self._plan_again:
            self._plan_again = False
            self.plan_soon()
            return
        if not self.draft.recipe.base or self.row_facts() is None:
            return
        self.plan, note = made
        self.plan_problem = ""
        self.view.show_plan(note, "")

    def _show_no_plan(self, problem: str) -> None:
        self.plan, self.plan_problem = None, problem
        self.view.show_plan(None, problem)

    def _on_plan_failed(self, error: PalimpsestError) -> None:
        """What cannot be planned cannot be started either: its base is gone, say."""
        self._plan_runs = False
        self._show_no_plan(said(error.sentence()))
        if self._plan_again:
            self._plan_again = False
            self.plan_soon()

    # ---- starting ----------------------------------------------------------------------------------------------------

    def obstacles(self) -> list[tuple[str, str]]:
        """What stands in the way, in words, the first first."""
        words = {"no_base": tr("Choose a base model."), "no_data": tr("Choose training rows.")}
        found = [(path, words.get(sentence, sentence)) for path, sentence in self.draft.obstacles()]
        if self.start_problem:
            found.append(("start_from", self.start_problem))
        if self.data.problem:
            found.append(("data.path", self.data.problem))
        elif self.draft.recipe.data.path and self._look is None:
            found.append(("data.path", tr("The file is still being read.")))
        if self.plan_problem:
            found.append(("base", self.plan_problem))
        return found

    def start(self) -> None:
        """Bind the recipe to its files (hashed off this thread), queue the run, and show it."""
        self.commit(tr("field"))
        if self._is_starting:
            return
        if self.obstacles():
            self.view.show_draft()
            return
        self._is_starting = True
        self.view.show_busy(tr("Reading the files…"))
        self.project.tasks.with_store(_Binding(self.draft.recipe), self._on_bound, self._on_start_failed)

    def _on_bound(self, recipe: Recipe) -> None:
        self._is_starting = False
        made = msgspec.to_builtins(self.plan) if self.plan is not None else {}
        run_id, _ = client.queue_run(self.project.store, recipe, made)
        self.view.show_busy("")
        name = runs.get(self.project.store, run_id).name
        self.project.toast(tr("{run} is queued.").format(run=name))
        self.forget_name()
        self.view.show_started(run_id)
        self.project.navigate("run", run_id=run_id)

    def forget_name(self) -> None:
        """The name was used: the next run gets another."""
        self.draft.type("name", "")

    def _on_start_failed(self, error: PalimpsestError) -> None:
        self._is_starting = False
        self.view.show_busy("")
        self.project.tell_error(error)

    def measure_time(self) -> None:
        """Time a few real steps and scores with this recipe, so that the time said is measured."""
        recipe = self.draft.recipe
        job_id = jobs.enqueue(self.project.store, "calibrate", {"recipe": recipe.to_toml()})
        self.view.show_busy(tr("Timing a few steps on this machine…"))
        self.project.follow(job_id, self._on_timed)

    def _on_timed(self, job: Job) -> None:
        self.view.show_busy("")
        if job.error_kind:
            self.project.toast(job.reason, level="error")
        self.plan_soon()


class _Starting:
    """Refuses a recipe that cannot go on from the checkpoint it names, in a thread."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def __call__(self, store: Store) -> None:
        from engine import sequences

        sequences.started(store, self._recipe)


class _Binding:
    """Binds a recipe to its files and versions, in a thread with a store of its own."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def __call__(self, store: Store) -> Recipe:
        return bound(store, self._recipe)


class _Planning:
    """One plan, made in a thread with a store of its own."""

    def __init__(self, recipe: Recipe, rows: Callable[[], RowFacts], *, is_guessed: bool) -> None:
        self._recipe, self._rows, self._is_guessed = recipe, rows, is_guessed

    def __call__(self, store: Store) -> tuple[Plan, PlanNote]:
        from engine import budgets, presets

        recipe, rows = budgets.resolved(store, presets.resolved(self._recipe)), self._rows()
        made = drafts.draft_plan(store, recipe, rows, drafts.measured_timings(store, recipe))
        return made, note_of(made, rows, rows_are_guessed=self._is_guessed)


def _shape_words(shape: str) -> str:
    return {
        "messages": tr("chat messages"),
        "sharegpt": tr("conversations"),
        "alpaca": tr("instructions"),
        "prompt_completion": tr("prompts and completions"),
        "text": tr("plain text"),
    }.get(shape, shape)


def _problem_words(look: FirstLook) -> tuple[str, ...]:
    """The first bad row with its line and reason, and how many there are."""
    if not look.problems:
        return ()
    first = said(look.problems[0].sentence())
    count = tr("{bad} of {all} rows are unusable and left out.").format(
        bad=f"{len(look.problems):,}", all=f"{look.rows:,}"
    )
    return (f"{first[:1].upper()}{first[1:]}. {count}",)
