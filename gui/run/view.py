"""The page of one run: head, recovery card, and the tabs Verdict, Timeline, Answers, Drift, Setup and Log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QInputDialog, QScrollArea, QVBoxLayout, QWidget

from engine import liveness
from engine.errors import PalimpsestError, UserError
from engine.store import checkpoints, jobs, runs
from gui.i18n import tr
from gui.page import Page
from gui.project import Action
from gui.run import desk, presenter, recovery, setup_words, timeline_words, verdict_words
from gui.run.answers import AnswersTab
from gui.run.drift import DriftTab
from gui.run.header import RunHeader
from gui.run.keep import KeepRow
from gui.run.onward import Onward
from gui.run.progress import Progress
from gui.run.reading import RunReading, read
from gui.run.setup import SetupTab
from gui.run.strength import StrengthTab
from gui.run.timeline import TimelineTab
from gui.run.verdict import VerdictTab
from gui.shell.live_run import state_word
from gui.widgets.cards import Trouble
from gui.widgets.empty import Empty
from gui.widgets.log_pane import LogPane
from gui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from engine.records import Job, Run
    from engine.states import State
    from gui.charts.timeline_rows import StepRow
    from gui.project import Project
    from gui.run.recovery import CardButton, RecoveryCard
    from gui.run.verdict_words import VerdictButton

#: Changes of these tables make the page read everything but steps anew, off the GUI thread.
_READ_ON = frozenset({
    "*", "measurements", "verdicts", "checkpoints", "answers", "pointer", "events", "drift", "models", "strength_points",
})  # fmt: skip
TICK_MS = 1000


class RunPage(Page):
    """One run. `open(run_id=…, tab=…, item=…)` says which; without a number the last one shown stays."""

    NAME = "run"
    ICON = "run"
    TABLES = frozenset({"runs", "jobs", "steps", "log", *_READ_ON})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the head and the tabs, empty."""
        super().__init__(project, parent)
        self.run_id: int | None = None
        self._run: Run | None = None
        self._job: Job | None = None
        self._reading: RunReading | None = None
        self._is_reading = self._read_again = self._had_verdict = False
        self._wanted_tab = ""
        self._wanted_item = ""
        self._last_state: State | None = None
        self._stopping_since: float | None = None
        self._card: RecoveryCard | None = None
        self._steps: list[StepRow] = []
        self._step_rev = self._log_rev = 0
        self._pace = Progress()
        dialogs = getattr(project, "dialogs", None)
        self.header = RunHeader()
        self.verdict = VerdictTab(dialogs)
        self.keep = KeepRow()
        self.timeline = TimelineTab(dialogs)
        self.answers = AnswersTab(project.tasks)
        self.strength = StrengthTab()
        self.drift = DriftTab(dialogs)
        self.setup = SetupTab()
        self.log = LogPane((16, 8, 16, 12))
        self.tabs = Tabs(tr("Parts of the run"))
        self._lay_out()
        self._connect()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._rename = QAction(tr("Rename run"), self)
        self._rename.setShortcut(QKeySequence("F2"))
        self._rename.triggered.connect(self._on_rename_requested)
        self.onward = Onward(self)
        self.setup.on_top_requested.connect(self.onward.on_top.trigger)
        self.setup.try_all_requested.connect(self.onward.try_all.trigger)

    def _lay_out(self) -> None:
        words = (tr("Verdict"), tr("Timeline"), tr("Answers"), tr("Strength"), tr("Drift"), tr("Setup"), tr("Log"))
        verdict = QWidget()
        column = QVBoxLayout(verdict)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.keep)
        column.addWidget(self.verdict, 1)
        parts = (verdict, self.timeline, self.answers, self.strength, self.drift, self.setup, self.log)
        for words_of, part in zip(words, parts, strict=True):
            self.tabs.addTab(part, words_of)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.header)
        column.addWidget(self.tabs, 1)
        self.set_content(content)

    def _connect(self) -> None:
        self.header.pressed.connect(self._on_head_pressed)
        self.header.rename_requested.connect(self._on_rename_requested)
        self.verdict.button_pressed.connect(self._on_verdict_pressed)
        self.verdict.answers_requested.connect(self._on_answers_requested)
        self.verdict.answer_requested.connect(self._on_answer_requested)
        self.verdict.canaries_requested.connect(self._on_canaries_requested)
        self.verdict.measure_requested.connect(self._on_measure_requested)
        self.keep.kept.connect(self._on_kept)
        self.timeline.restore_requested.connect(self._on_restore_requested)
        self.timeline.answers_requested.connect(self._on_checkpoint_answers_requested)
        self.timeline.set_smoothing(self.project.preferences.smoothing_percent)
        self.timeline.smoothing_changed.connect(self._on_smoothing_changed)
        self.answers.side_by_side_requested.connect(self._on_side_by_side_requested)
        self.setup.again_requested.connect(self._on_again_requested)
        self.strength.curve_requested.connect(self._on_curve_requested)
        self.strength.apply_requested.connect(self._on_apply_requested)
        self.drift.requested.connect(self._on_drift_requested)

    # ---- page --------------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """The run's name."""
        return self._run.name if self._run is not None else tr("Run")

    def open(self, **args: Any) -> None:
        """Show another run, or another tab of this one."""
        run_id = args.get("run_id")
        self._wanted_tab = str(args.get("tab") or "")
        self._wanted_item = str(args.get("item") or "")
        if run_id is not None and int(run_id) != self.run_id:
            self._begin(int(run_id))
        if self.isVisible():
            self.refresh(self.ALL)

    def _begin(self, run_id: int) -> None:
        self.run_id = run_id
        self._run = self._reading = self._last_state = self._card = None
        self._steps, self._step_rev, self._log_rev = [], 0, 0
        self._pace = Progress()
        self._stopping_since = None
        self.log.clear()
        self.keep.close_row()
        for part in self.tabs.findChildren(QScrollArea):
            part.verticalScrollBar().setValue(0)
        self.show_loading()
        self.refresh_soon()

    def refresh(self, changed: frozenset[str]) -> None:
        """Show the run as it stands; what takes long is read beside."""
        if self.run_id is None:
            self.show_empty(self._nothing())
            return
        try:
            self._run = runs.get(self.project.store, self.run_id)
        except UserError as error:
            self.show_error(Trouble(happened=error.message, actions=(self._all_runs(),)))
            return
        self._job = jobs.latest_for_run(self.project.store, self.run_id)
        self._take_log()
        new_steps = self._take_steps() if changed & {"*", "steps"} and self._reading is not None else []
        self._show_head(new_steps)
        if changed & _READ_ON or self._reading is None or self._has_just_ended():
            self._read()
        elif self._reading is not None:
            self._show_live()
        self._last_state = self._run.state

    def activated(self) -> None:
        """Follow heartbeats and waits while in front."""
        self._tick.start()

    def deactivated(self) -> None:
        """Nothing ticks while hidden."""
        self._tick.stop()

    def save_state(self) -> dict[str, Any]:
        """Which run and which tab."""
        return {"run": self.run_id, "tab": self._tab_name(), "answers": self.answers.splitter.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Come back to it; a run that is gone is left."""
        if isinstance(state.get("run"), int) and self.run_id is None:
            self.run_id = state["run"]
            self._wanted_tab = str(state.get("tab") or "")
        sizes = state.get("answers")
        if isinstance(sizes, list) and all(isinstance(one, int) for one in sizes):
            self.answers.splitter.setSizes(sizes)

    def focus_chain(self) -> list[QWidget]:
        """The head, the tab bar, and the tab in front."""
        parts = (self.verdict, self.timeline, self.answers, self.strength, self.drift, self.setup, self.log)
        part = parts[self.tabs.currentIndex()]
        return [*self.header.focus_chain(), self.tabs.tabBar(), *part.focus_chain()]

    def page_actions(self) -> list[QAction]:
        """Rename, and what leads to the next run."""
        return [self._rename, *self.onward.actions]

    def search(self) -> None:
        """The search of the tab in front."""
        if self._tab_name() == "log":
            self.log.search.setFocus()
            return
        self.turn_to("answers")
        self.answers.search.setFocus()

    def turn_to(self, tab: str) -> None:
        """Bring a tab to the front."""
        if tab in presenter.TABS:
            self.tabs.setCurrentIndex(presenter.TABS.index(tab))

    # ---- reading -----------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        if self._is_reading:
            self._read_again = True
            return
        self._is_reading, run_id = True, self.run_id
        self.project.tasks.with_store(lambda store: read(store, run_id), self._on_read, self._on_read_failed)  # type: ignore[arg-type]

    def _on_read(self, reading: RunReading) -> None:
        self._is_reading = False
        if self._read_again or reading.facts.run.id != self.run_id:
            self._read_again = False
            self._read()
            if reading.facts.run.id != self.run_id:
                return
        is_first, self._reading = self._reading is None, reading
        self._run = runs.get(self.project.store, reading.facts.run.id)
        last = self._steps[-1].step if self._steps else 0
        if is_first or (reading.steps and reading.steps[-1].step < last) or len(self._steps) < len(reading.steps):
            self._steps = timeline_words.step_rows(reading.steps, self._run)
            self._step_rev = max((step.rev for step in reading.steps), default=0)
        self._show_reading(is_first=is_first)

    def _on_read_failed(self, error: PalimpsestError) -> None:
        self._is_reading = False
        self.show_error(Trouble(happened=error.message, why=error.remedy or "", actions=(self._all_runs(),)))

    def _take_steps(self) -> list[Any]:
        assert self._run is not None
        new = runs.steps(self.project.store, self._run.id, self._step_rev)
        if not new:
            return []
        self._step_rev = max(step.rev for step in new)
        if self._steps and new[0].step <= self._steps[-1].step:  # resumed: these steps are logged again
            self._steps = [row for row in self._steps if row.step < new[0].step]
        tokens = self._steps[-1].tokens if self._steps else 0
        self._steps = [*self._steps, *timeline_words.step_rows(new, self._run, tokens=tokens)]
        return new

    def _take_log(self) -> None:
        lines = runs.log_since(self.project.store, self._log_rev, run_id=self.run_id)
        if lines:
            self._log_rev = max(line.rev for line in lines)
            self.log.add(lines)

    def _has_just_ended(self) -> bool:
        assert self._run is not None
        return self._last_state is not None and not self._last_state.is_ended and self._run.state.is_ended

    # ---- showing -----------------------------------------------------------------------------------------------------

    def _show_head(self, new_steps: list[Any]) -> None:
        run = self._run
        assert run is not None
        state = f"{run.state.glyph} {state_word(run.state)}"
        if self._job is not None and not run.state.is_ended:
            silent = self._silent_s()
            if presenter.is_hung(self._job, silent, liveness.HUNG_AFTER_S):
                state += f"  ⚠ {tr('no sign of life for {seconds} s').format(seconds=round(silent))}"
        self.header.show_run(run.name, state, presenter.subtitle(run))
        self.header.show_progress(self._pace.see(run, self._job, new_steps, time.monotonic()))
        rows = checkpoints.of_run(self.project.store, run.id)
        wait_s = self._stopping_for_s()
        self.header.show_buttons(
            presenter.buttons(run, self._job, saved_step=presenter.saved_step(rows), stopping_for_s=wait_s)
        )

    def _show_live(self) -> None:
        """What moves while a run is at work: the timeline and the card."""
        assert self._reading is not None
        assert self._run is not None
        reading, run = self._reading, self._run
        saved = {row.step for row in reading.facts.checkpoints if row.state == "complete"}
        waiting = timeline_words.waiting_words(run, self._job)
        self.timeline.show_plan(run.steps_total, timeline_words.planned_checks(run), waiting)
        events = timeline_words.event_rows(reading, run, self._job)
        self.timeline.show_rows(self._steps, timeline_words.check_rows(reading.facts), events, saved)
        self._show_card()

    def _show_reading(self, *, is_first: bool) -> None:
        assert self._reading is not None
        assert self._run is not None
        reading, run = self._reading, self._run
        view = verdict_words.view_of(reading)
        can_measure = verdict_words.can_measure_now(run, reading.facts.checkpoints)
        self.verdict.show_verdict(view, reading, can_measure=can_measure)
        self._show_answers()
        self.strength.show_points(reading.strengths, can_score=run.state.is_ended and bool(reading.newest_ref))
        self.drift.show_drift(reading.drift)
        self.setup.show_setup(setup_words.view_of(run, reading.facts))
        self._show_live()
        if self.state.value == "loading" or self._card is None:
            self.show_ready()
        self._choose_tab(is_first=is_first, has_verdict=reading.facts.verdict is not None)
        if self._wanted_item:
            self._on_answer_requested(self._wanted_item)
            self._wanted_item = ""

    def _choose_tab(self, *, is_first: bool, has_verdict: bool) -> None:
        assert self._run is not None
        if self._wanted_tab:
            self.turn_to(self._wanted_tab)
            self._wanted_tab = ""
        elif is_first:
            self.turn_to(presenter.first_tab(self._run, has_verdict=has_verdict))
        elif has_verdict and not self._had_verdict:
            self.turn_to("verdict")
        self._had_verdict = has_verdict

    def _show_answers(self) -> None:
        assert self._reading is not None
        assert self._run is not None
        if self._run.state.is_ended:
            nothing = tr("This run's answers were not written out before and after training.")
        else:
            nothing = tr("Answers written before are compared with those after training, once both are there.")
        self.answers.show_answers(self._reading.answers, nothing)

    def _show_card(self) -> None:
        assert self._run is not None
        rows = self._reading.facts.checkpoints if self._reading else []
        card = recovery.card_of(self._run, self._job, rows, self.log.lines)
        if card == self._card:
            return
        self._card = card
        if card is None:
            self.show_ready()
            return
        actions = tuple(Action(text=one.text, do=_Press(self, one)) for one in card.buttons)
        trouble = Trouble(happened=card.happened, why=card.why, actions=actions, details=card.details, level=card.level)
        self.show_error(trouble, keep_content=True)

    def press_card(self, button: CardButton) -> None:
        """Do what a button of the recovery card asks for."""
        assert self.run_id is not None
        desk.press_card(self.project, self.run_id, button, self.turn_to)

    # ---- small things ------------------------------------------------------------------------------------------------

    def _tab_name(self) -> str:
        return presenter.TABS[self.tabs.currentIndex()]

    def _silent_s(self) -> float:
        try:
            return liveness.silent_for_s(self.project.home, "heavy")
        except OSError:
            return 0.0

    def _stopping_for_s(self) -> float:
        assert self._run is not None
        if self._run.state.value != "stopping":
            self._stopping_since = None
            return 0.0
        self._stopping_since = self._stopping_since or time.monotonic()
        return time.monotonic() - self._stopping_since

    def _nothing(self) -> Empty:
        return Empty(
            icon="run", title=tr("No run chosen"), text=tr("Choose one in the list of runs."), action=self._all_runs()
        )

    def _all_runs(self) -> Action:
        return Action(text=tr("Show all runs"), do=_Navigate(self.project, "runs"))

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_tick(self) -> None:
        if self._run is not None and not self._run.state.is_ended:
            self._show_head([])

    @Slot(str)
    def _on_head_pressed(self, key: str) -> None:
        assert self._run is not None
        words = presenter.after_press(self._run, key)
        if desk.press(self.project, self._run.id, key, self.turn_to):
            self.header.acknowledge(words)

    @Slot(object)
    def _on_verdict_pressed(self, button: VerdictButton) -> None:
        assert self.run_id is not None
        if button.key == "keep":
            self.keep.ask(button.ref)
            return
        advice = self._reading.advice if self._reading else ()
        desk.press_verdict(self.project, self.run_id, button, advice, self.turn_to)

    @Slot(str, str)
    def _on_kept(self, ref: str, reason: str) -> None:
        assert self.run_id is not None
        desk.keep_anyway(self.project, self.run_id, ref, reason)

    @Slot(str)
    def _on_answers_requested(self, capability: str) -> None:
        self.turn_to("answers")
        self.answers.choose(shown="all", capability=capability)

    @Slot(str)
    def _on_answer_requested(self, item_id: str) -> None:
        self.turn_to("answers")
        self.answers.choose(shown="all", capability="", item_id=item_id)

    @Slot(str, int)
    def _on_canaries_requested(self, capability: str, add: int) -> None:
        assert self._run is not None
        self.project.navigate("canaries", suite=self._run.recipe.canaries.suite, capability=capability, add=add)

    @Slot()
    def _on_measure_requested(self) -> None:
        assert self.run_id is not None
        self.verdict.measure.setEnabled(False)
        desk.measure_now(self.project, self.run_id)

    @Slot(int)
    def _on_restore_requested(self, step: int) -> None:
        from gui.actions import versions

        versions.make_current(self.project, f"{self.run_id}@{step}")

    @Slot(int)
    def _on_checkpoint_answers_requested(self, step: int) -> None:
        assert self._run is not None
        self.project.navigate("compare", tab="answers", a=f"base:{self._run.recipe.base}", b=f"{self.run_id}@{step}")

    @Slot(str)
    def _on_side_by_side_requested(self, prompt: str) -> None:
        assert self._run is not None
        newest = self._reading.newest_ref if self._reading is not None else ""
        ref = newest or f"{self.run_id}@{self._run.step}"
        self.project.navigate("compare", tab="answers", a=f"base:{self._run.recipe.base}", b=ref, prompt=prompt)

    @Slot()
    def _on_again_requested(self) -> None:
        self.project.navigate("new_run", like=self.run_id)

    @Slot()
    def _on_curve_requested(self) -> None:
        if self._reading is not None and self._reading.newest_ref:
            desk.score_strengths(self.project, self._reading.newest_ref)

    @Slot(float, dict)
    def _on_apply_requested(self, alpha: float, blocks: dict[str, float]) -> None:
        if self._reading is not None and self._reading.newest_ref:
            desk.apply_strength(self.project, self._reading.newest_ref, alpha, blocks)

    @Slot()
    def _on_drift_requested(self) -> None:
        if self._reading is not None and self._reading.newest_ref:
            desk.work_out_drift(self.project, self._reading.newest_ref)

    @Slot(int)
    def _on_smoothing_changed(self, percent: int) -> None:
        self.project.preferences.smoothing_percent = percent

    @Slot()
    def _on_rename_requested(self) -> None:
        if self._run is None:
            return
        dialog = QInputDialog(self)
        dialog.setWindowTitle(tr("Rename run"))
        dialog.setLabelText(tr("Name"))
        dialog.setTextValue(self._run.name)
        dialog.textValueSelected.connect(self._on_renamed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_renamed(self, name: str) -> None:
        assert self.run_id is not None
        desk.rename(self.project, self.run_id, name)


class _Press:
    """Presses one button of the card."""

    def __init__(self, page: RunPage, button: CardButton) -> None:
        self._page, self._button = page, button

    def __call__(self) -> None:
        self._page.press_card(self._button)


class _Navigate:
    """Goes to a page."""

    def __init__(self, project: Project, page: str) -> None:
        self._project, self._page = project, page

    def __call__(self) -> None:
        self._project.navigate(self._page)


PAGE = RunPage
