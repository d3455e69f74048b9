"""The New run page: the form on the left, the plan on the right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine import settings
from engine.errors import UserError
from engine.records import recipe_from_toml
from engine.store import runs
from gui.actions import models as model_actions
from gui.i18n import tr
from gui.new_run import words
from gui.new_run.form import Form
from gui.new_run.pilot import Pilot
from gui.new_run.plan_panel import PlanPanel
from gui.new_run.presenter import NewRun
from gui.new_run.try_all import TryAll
from gui.new_run.try_all_view import TryAllPanel
from gui.page import Page
from gui.project import Action
from gui.widgets.empty import Empty

if TYPE_CHECKING:
    from engine.records import Job, Method
    from gui.new_run.plan_words import Fix, PlanNote
    from gui.new_run.presenter import DataNote
    from gui.new_run.sweep_note import SweepNote
    from gui.project import Project

PLAN_WIDTH = 320
DATA_FILTER = "*.jsonl *.ndjson *.json *.csv *.tsv *.parquet *.txt"
#: Tables that the form and its plan depend on; a change of others only says how far a pilot is.
OF_THE_FORM = frozenset({"models", "pointer", "budgets"})


class NewRunPage(Page):
    """Drafts a recipe and queues it."""

    NAME = "new_run"
    ICON = "plus"
    TABLES = OF_THE_FORM | {"jobs"}

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the form and its presenter."""
        super().__init__(project, parent)
        self.presenter = NewRun(project, self)
        self.try_all = TryAll(project, self, self.presenter)
        self.form, self.plan, self.sweep = Form(), PlanPanel(), TryAllPanel(PLAN_WIDTH)
        self.pilot = Pilot(project, self.plan)
        single = QWidget()
        row = QHBoxLayout(single)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.form, 1)
        row.addWidget(self._side())
        self.stack = QStackedWidget()
        self.stack.addWidget(single)
        self.stack.addWidget(self.sweep)
        self.set_content(self.stack)
        self._connect()

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(PLAN_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 22, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.plan, 1)
        column.addWidget(self.plan.foot)
        return side

    def _connect(self) -> None:
        self.form.typed.connect(self._on_typed)
        self.form.committed.connect(self._on_committed)
        self.form.edited.connect(self._on_edited)
        self.form.toml_edited.connect(self._on_toml_edited)
        self.form.browse_requested.connect(self._on_browse_requested)
        self.form.import_requested.connect(self._on_import_requested)
        self.form.data_requested.connect(self._on_data_requested)
        self.form.canaries_requested.connect(self._on_canaries_requested)
        self.plan.start_requested.connect(self._on_start_requested)
        self.plan.timing_requested.connect(self._on_timing_requested)
        self.plan.fix_requested.connect(self._on_fix_requested)
        self.plan.try_all_requested.connect(self._on_try_all_requested)
        self.plan.pilot_requested.connect(self._on_pilot_requested)
        self.sweep.method_chosen.connect(self._on_method_chosen)
        self.sweep.varied.connect(self._on_varied)
        self.sweep.start_requested.connect(self._on_start_requested)
        self.sweep.closed.connect(self._on_try_all_closed)
        self._make_actions()

    def _make_actions(self) -> None:
        self._start_action = QAction(tr("Start the run"), self)
        self._start_action.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        self._start_action.triggered.connect(self._on_start_requested)
        self._reset_action = QAction(tr("Reset the form"), self)
        self._reset_action.triggered.connect(self._on_reset_triggered)
        self._open_action = QAction(tr("Open a recipe…"), self)
        self._open_action.triggered.connect(self._on_open_triggered)
        self._back_action = QAction(tr("Back to one run"), self)
        self._back_action.setShortcut(QKeySequence("Esc"))
        self._back_action.setEnabled(False)
        self._back_action.triggered.connect(self._on_try_all_closed)

    # ---- the page ----------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """Its name."""
        return tr("New run")

    def refresh(self, changed: frozenset[str]) -> None:
        """Read which bases there are, and how far a pilot is; without a base, offer the starter."""
        self.pilot.refresh()
        if not changed & (OF_THE_FORM | self.ALL):
            return
        self.presenter.begin()
        if not self.presenter.bases:
            self.show_empty(self._no_base())
            return
        self.show_ready()

    def _no_base(self) -> Empty:
        return Empty(
            icon="model",
            title=tr("First a base model"),
            text=tr(
                "A run starts from a base model, which is never changed. The starter is small and comes with the program."
            ),
            action=Action(text=tr("Import the starter"), do=self._import_starter),
            second=Action(text=tr("Choose a model folder…"), do=self._on_import_requested),
        )

    def open(self, **args: Any) -> None:
        """Fill the form: `data_path`, `recipe_path`, `recipe` (a `Recipe`), `like` (a run's id), `base`, `mapping`;

        `on_top_of` (RUN@STEP) begins a run that goes on from a checkpoint; `try_all` opens the panel that tries every method.
        """
        if (recipe := args.get("recipe")) is not None:
            self.presenter.take_recipe(recipe, tr("Take over a recipe"))
        if (run_id := args.get("like")) is not None:
            self.presenter.take_recipe(runs.get(self.project.store, run_id).recipe, tr("Take over a run's recipe"))
        if (ref := args.get("on_top_of")) is not None:
            self.presenter.train_on_top(str(ref))
        if (path := args.get("recipe_path")) is not None:
            self.presenter.open_recipe(Path(path))
        changes = {"data.path": args.get("data_path"), "base": args.get("base")}
        wanted: dict[str, Any] = {path: str(value) for path, value in changes.items() if value is not None}
        if (mapping := args.get("mapping")) is not None:
            wanted |= {"data.mapping.shape": mapping.shape, "data.mapping.columns": mapping.columns}
        if wanted:
            self.presenter.edit(tr("training rows"), wanted)
        if args.get("try_all") is not None:
            self.show_try_all(is_open=bool(args["try_all"]))

    def save_state(self) -> dict[str, Any]:
        """The draft as TOML, and what is open."""
        return {"recipe": self.presenter.draft.recipe.to_toml(), "advanced": self.form.advanced.is_open}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take the draft up again; one that is no longer valid is left."""
        try:
            self.presenter.draft.recipe = recipe_from_toml(str(state.get("recipe", "")))
        except UserError:
            return
        self.form.advanced.set_open(state.get("advanced") is True)

    def focus_chain(self) -> list[QWidget]:
        """The form, then the plan."""
        if self.try_all.is_open:
            return self.sweep.focus_chain()
        return [*self.form.focus_chain(), *self.plan.focus_chain()]

    def page_actions(self) -> list[QAction]:
        """Start, reset, open a recipe, back from the panel of all methods."""
        return [self._start_action, self._reset_action, self._open_action, self._back_action]

    # ---- what the presenter tells ------------------------------------------------------------------------------------

    def show_draft(self) -> None:
        """Show the recipe, its errors, and why Start waits."""
        self.form.show_bases(self.presenter.bases, self.presenter.suites)
        self.form.show_draft(self.presenter.draft)
        self.form.show_start(self.presenter.start_words, self.presenter.start_problem)
        self._show_reason()
        self.pilot.show_for(self.presenter.draft.recipe)
        self.try_all.plan_soon()

    def show_data(self, note: DataNote) -> None:
        """Show what is known of the file."""
        self.form.show_data(note)
        self._show_reason()

    def show_plan(self, note: PlanNote | None, problem: str) -> None:
        """Show the plan, or why there is none: then Start waits too."""
        self.plan.show_note(note, problem)
        self._show_reason()
        self.try_all.plan_soon()

    def show_try_all(self, *, is_open: bool) -> None:
        """Put the panel that tries every method in the form's place, or the form back."""
        if is_open == self.try_all.is_open:
            return
        self._back_action.setEnabled(is_open)
        if is_open:
            self.sweep.show_recipe(words.recipe_text(self.presenter.draft.recipe))
            self.sweep.show_texts(dict(self.try_all.wish.texts))
            self.try_all.open()
        else:
            self.try_all.close()
        self.stack.setCurrentIndex(int(is_open))
        self._order_tabs()

    def show_sweep(self, note: SweepNote) -> None:
        """Show what trying every method takes."""
        self.sweep.show_recipe(words.recipe_text(self.presenter.draft.recipe))
        self.sweep.show_note(note)
        self._order_tabs()

    def show_sweep_busy(self, words: str) -> None:
        """Say what is being done before the runs are queued."""
        self.sweep.together.show_busy(words)

    def show_toml_problem(self, problem: str) -> None:
        """Show what is wrong with the TOML text."""
        self.form.toml_problem.say(problem)

    def show_started(self, run_id: int) -> None:
        """The run is queued: keep the draft for the next one."""
        self.project.preferences.keep_state("page/new_run", self.save_state())

    def show_busy(self, words: str) -> None:
        """Say what is being done."""
        self.plan.show_busy(words)

    def _show_reason(self) -> None:
        obstacles = self.presenter.obstacles()
        is_old = bool(self.presenter.draft.errors)
        self.plan.show_reason(obstacles[0][1] if obstacles else "", is_old=is_old)

    # ---- what the user did -------------------------------------------------------------------------------------------

    @Slot(str, object)
    def _on_typed(self, path: str, value: object) -> None:
        self.presenter.type(path, value)

    @Slot(str)
    def _on_committed(self, path: str) -> None:
        self.presenter.commit(words.label_of(settings.setting(path)))

    @Slot(str, object)
    def _on_edited(self, path: str, value: object) -> None:
        self.presenter.edit(words.label_of(settings.setting(path)), {path: value})

    @Slot(str)
    def _on_toml_edited(self, text: str) -> None:
        self.presenter.take_toml(text)

    @Slot()
    def _on_browse_requested(self) -> None:
        title = tr("Training rows")
        self.project.dialogs.choose_file("data", title, f"{title} ({DATA_FILTER})", self._on_data_chosen)

    def _on_data_chosen(self, path: Path) -> None:
        self.presenter.edit(tr("training rows"), {"data.path": str(path)})

    @Slot()
    def _on_import_requested(self) -> None:
        self.project.dialogs.choose_folder("model", tr("Import a base model"), self._on_model_chosen)

    def _on_model_chosen(self, folder: Path) -> None:
        model_actions.import_model(self.project, folder, on_end=self._on_imported)

    def _import_starter(self) -> None:
        model_actions.import_model(self.project, model_actions.STARTER, on_end=self._on_imported)
        self.show_loading()

    def _on_imported(self, job: Job) -> None:
        if job.result and not job.error_kind:
            self.presenter.begin()
            self.presenter.edit(tr("base model"), {"base": job.result["name"]})
        self.refresh_soon()

    @Slot()
    def _on_data_requested(self) -> None:
        recipe = self.presenter.draft.recipe
        mapping = msgspec.to_builtins(recipe.data.mapping)
        self.project.navigate("data", path=recipe.data.path, base=recipe.base, mapping=mapping)

    @Slot()
    def _on_canaries_requested(self) -> None:
        self.project.navigate("canaries", suite=self.presenter.draft.recipe.canaries.suite)

    @Slot()
    def _on_start_requested(self) -> None:
        if self.try_all.is_open:
            self.try_all.start()
        else:
            self.presenter.start()

    @Slot()
    def _on_pilot_requested(self) -> None:
        if self.presenter.obstacles():
            self._show_reason()
        else:
            self.pilot.start(self.presenter.draft.recipe)

    @Slot()
    def _on_try_all_requested(self) -> None:
        self.show_try_all(is_open=True)
        self.sweep.back.setFocus()

    @Slot()
    def _on_try_all_closed(self) -> None:
        self.show_try_all(is_open=False)
        self.plan.try_all_button.setFocus()

    @Slot(str, bool)
    def _on_method_chosen(self, method: Method, is_on: bool) -> None:
        self.try_all.choose(method, is_wanted=is_on)

    @Slot(str, str)
    def _on_varied(self, path: str, text: str) -> None:
        self.try_all.vary(path, text)

    @Slot()
    def _on_timing_requested(self) -> None:
        self.presenter.measure_time()

    @Slot(object)
    def _on_fix_requested(self, fix: Fix) -> None:
        self.presenter.edit(fix.text, dict(fix.changes))

    @Slot()
    def _on_reset_triggered(self) -> None:
        self.presenter.reset()

    @Slot()
    def _on_open_triggered(self) -> None:
        title = tr("Open a recipe")
        self.project.dialogs.choose_file("recipe", title, f"{title} (*.toml)", self.presenter.open_recipe)


PAGE = NewRunPage
