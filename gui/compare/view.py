"""Compare: several runs against one baseline, in the tabs Overview and Trade-off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.actions import sweeps as sweep_actions
from gui.actions import versions
from gui.compare import answers, presenter, report
from gui.compare.matrix import MatrixTab
from gui.compare.overview import OverviewTab
from gui.compare.reading import MOST, Reading, read, suggested
from gui.compare.sweep import SweepTab
from gui.compare.sweep_reading import SweepView, read_sweep
from gui.compare.tradeoff import TradeoffTab
from gui.i18n import tr
from gui.page import Page
from gui.project import Action
from gui.run import desk
from gui.widgets.cards import Trouble
from gui.widgets.empty import Empty
from gui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from engine.errors import PalimpsestError
    from engine.store import Store
    from gui.compare.reading import Compared
    from gui.project import Project

#: Tabs that have something to show without runs to compare.
_ALONE = frozenset({"answers", "matrix"})
#: Changes of these tables make the page read its runs anew, off the GUI thread.
_READ_ON = frozenset({"*", "runs", "verdicts", "measurements", "checkpoints", "pointer", "sweeps", "sweep_cells"})


class ComparePage(Page):
    """`open(run_ids=[…])` or `open(sweep_id=…)` says what, `tab` where to begin."""

    NAME = "compare"
    ICON = "compare"
    TABLES = _READ_ON | {"jobs"} | answers.TABLES

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the tabs, empty."""
        super().__init__(project, parent)
        self.run_ids: list[int] = []
        self.sweep_id: int | None = None
        self.baseline = presenter.BASE
        self._reading: Reading | None = None
        self._is_reading = self._read_again = self._wants_tab = self._wants_pair = self._went_on = False
        dialogs = getattr(project, "dialogs", None)
        self.overview = OverviewTab()
        self.tradeoff = TradeoffTab(dialogs)
        self.tabs = Tabs(tr("Parts of the comparison"))
        self.parts: dict[str, QWidget] = {}
        self.sweep = SweepTab()
        self._add_tab("progress", tr("Progress"), self.sweep)
        self._add_tab("overview", tr("Overview"), self.overview)
        self._add_tab("tradeoff", tr("Trade-off"), self.tradeoff)
        self.answers = answers.AnswersTab(project)
        self._add_tab("answers", tr("Answers"), self.answers)
        self._side_by_side = QAction(tr("Ask models side by side"), self)
        self._report = QAction(tr("Export report of the comparison"), self)
        self._report.setEnabled(False)
        self.matrix = MatrixTab(project)
        self._add_tab("matrix", tr("Matrix"), self.matrix)
        self.tabs.setTabVisible(0, False)
        self.turn_to("overview")
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        self.set_content(content)
        self._connect()

    def _add_tab(self, name: str, words: str, part: QWidget) -> None:
        """A tab that `open(tab=name)` turns to."""
        self.parts[name] = part
        self.tabs.addTab(part, words)

    def _connect(self) -> None:
        self.overview.baseline_chosen.connect(self._on_baseline_chosen)
        self.overview.add_requested.connect(self._on_add_requested)
        self.overview.remove_requested.connect(self._on_remove_requested)
        self.overview.measure_requested.connect(self._on_measure_requested)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self._side_by_side.triggered.connect(self.show_answers)
        self._report.triggered.connect(self.export_report)
        self.overview.report_requested.connect(self.export_report)
        self.sweep.open_requested.connect(self._on_open_requested)
        self.sweep.cancel_requested.connect(self._on_cancel_rest_requested)
        self.sweep.resume_requested.connect(self._on_resume_requested)
        self.sweep.tradeoff_requested.connect(self._on_tradeoff_requested)
        self.matrix.answers_requested.connect(self._on_pair_requested)
        for part in (self.overview, self.tradeoff):
            part.open_requested.connect(self._on_open_requested)
            part.current_requested.connect(self._on_current_requested)
        self.tradeoff.answers_requested.connect(self._on_answers_requested)

    # ---- page --------------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """Its name."""
        return tr("Compare")

    def open(self, **args: Any) -> None:
        """Compare other runs, or turn to a tab."""
        if isinstance(args.get("run_ids"), (list, tuple)):
            self._choose([int(one) for one in args["run_ids"]])
        if args.get("sweep_id") is not None:
            self._choose([], sweep_id=int(args["sweep_id"]))
            self._wants_tab = not args.get("tab")  # while it goes on its progress, then the trade-off
        elif not self.run_ids and (owner := str(args.get("b") or "").partition("@")[0]).isdigit():
            self._choose([int(owner)])
        if args.get("tab"):
            self.turn_to(str(args["tab"]))
        if self.tab == "answers":
            self.answers.open(**args)
        if args.get("a") or args.get("b"):
            self._wants_pair = False  # whoever leads here has said whose answers
        if self.isVisible():
            self.refresh(self.ALL)

    def _choose(self, run_ids: list[int], sweep_id: int | None = None) -> None:
        self.run_ids, self.sweep_id = run_ids, sweep_id
        self._reading, self._wants_pair = None, True
        self.refresh_soon()

    def refresh(self, changed: frozenset[str]) -> None:
        """Read the runs beside; what is shown stays meanwhile. Of a sweep that only moved on, no more than its progress."""
        is_sweep = self._reading is not None and self._reading.sweep is not None
        if is_sweep and changed <= {"runs", "jobs"} and self.sweep_id is not None:
            if not self._is_reading:
                self.project.tasks.with_store(_ReadSweep(self.sweep_id), self._on_sweep_read, self._on_read_failed)
        elif changed & _READ_ON or self._reading is None:
            self._read()
        if self.answers.isVisible():
            self.answers.refresh(changed)

    def save_state(self) -> dict[str, Any]:
        """Which runs, which baseline and which tab."""
        return {
            "runs": self.run_ids, "sweep": self.sweep_id, "baseline": self.baseline,
            "tab": self.tab, "answers": self.answers.save_state(),
        }  # fmt: skip

    def restore_state(self, state: dict[str, Any]) -> None:
        """Come back to them; runs that are gone are left out."""
        kept = state.get("runs")
        if isinstance(kept, list) and all(isinstance(one, int) for one in kept) and not self.run_ids:
            self.run_ids = kept
        if isinstance(state.get("sweep"), int):
            self.sweep_id = state["sweep"]
        if isinstance(state.get("baseline"), int):
            self.baseline = state["baseline"]
        if isinstance(state.get("answers"), dict):
            self.answers.restore_state(state["answers"])
        self._wants_pair = not self.answers.refs
        self.turn_to(str(state.get("tab") or "overview"))

    def focus_chain(self) -> list[QWidget]:
        """The tab bar, and the tab in front."""
        part = self.tabs.currentWidget()
        return [self.tabs.tabBar(), *(part.focus_chain() if part is not None else [])]  # type: ignore[attr-defined]

    def page_actions(self) -> list[QAction]:
        """What the palette finds: the Answers tab's own (while it is in front), the way to it, and the report."""
        return [*self.answers.commands, self._side_by_side, self._report]

    def search(self) -> None:
        """Ctrl+F: the Answers tab's search."""
        if self.tab == "answers":
            self.answers.search.setFocus()

    def export(self) -> None:
        """Ctrl+E: the votes of the Answers tab."""
        if self.tab == "answers":
            self.answers.export_votes()
        else:
            super().export()

    @Slot()
    def export_report(self) -> None:
        """Write page, numbers and picture of the comparison into a folder."""
        if self._reading is not None and self._reading.compared:
            ids, rows = self.run_ids, presenter.tradeoff_rows(self._reading)
            report.ask_where(self.project, ids, rows, str(self.tradeoff.measure.currentData()))

    @Slot()
    def show_answers(self) -> None:
        """Turn to the Answers tab, whether runs are compared or not."""
        self.turn_to("answers")
        self.refresh(self.ALL)

    @Slot(int)
    def _on_tab_changed(self, _index: int) -> None:
        """Without runs to compare only the Answers tab has something to show."""
        if self._reading is not None and not self._reading.compared:
            self._show()

    def turn_to(self, tab: str) -> None:
        """Bring a tab to the front."""
        if tab in self.parts:
            self.tabs.setCurrentWidget(self.parts[tab])

    @property
    def tab(self) -> str:
        """The name of the tab in front."""
        return next(name for name, part in self.parts.items() if part is self.tabs.currentWidget())

    # ---- reading -----------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        if self._is_reading:
            self._read_again = True
            return
        self._is_reading = True
        if self._reading is None:
            self.show_loading()
        self.project.tasks.with_store(_Read(self.run_ids, self.sweep_id), self._on_read, self._on_read_failed)

    def _on_read(self, reading: Reading) -> None:
        self._is_reading = False
        if self._read_again:
            self._read_again = False
            self._read()
        self._reading = reading
        self.run_ids = [one.run.id for one in reading.compared]
        if self._wants_pair:
            self._wants_pair = False
            self.answers.open(**presenter.answering(reading))
        self._show()
        self._turn_with_sweep(reading)

    def _turn_with_sweep(self, reading: Reading) -> None:
        """Begin on the progress of a sweep, and turn from it to the trade-off once it is over."""
        sweep, was_going_on = reading.sweep, self._went_on
        self._went_on = sweep is not None and not sweep.is_over
        if sweep is None:
            return
        if self._wants_tab:
            self._wants_tab = False
            self.turn_to("tradeoff" if sweep.is_over and not sweep.missing else "progress")
        elif was_going_on and sweep.is_over and self.tab == "progress" and reading.recommended is not None:
            self.turn_to("tradeoff")
            self.tradeoff.choose(reading.recommended)

    def _on_sweep_read(self, view: SweepView) -> None:
        was = self._reading.sweep if self._reading is not None else None
        if self._reading is None or was is None or was.id != view.id:
            return
        self._reading = replace(self._reading, sweep=view)
        self.sweep.show_sweep(view, self._reading.why)
        if [one.state for one in was.lines] != [one.state for one in view.lines]:
            self._read()

    def _on_read_failed(self, error: PalimpsestError) -> None:
        self._is_reading = False
        self.show_error(Trouble(happened=error.message, why=error.remedy or "", actions=(self._all_runs(),)))

    def _show(self) -> None:
        assert self._reading is not None
        reading = self._reading
        self.tabs.setTabVisible(self.tabs.indexOf(self.sweep), reading.sweep is not None)
        self.matrix.show_runs(self.run_ids)
        self._report.setEnabled(bool(reading.compared))
        if reading.sweep is not None:
            self.sweep.show_sweep(reading.sweep, reading.why)
        if not reading.compared:
            if self.tab in _ALONE:
                self.show_ready()
            else:
                self.show_empty(self._nothing())
            return
        self.overview.show_reading(reading, self.baseline)
        self.tradeoff.show_reading(reading)
        waiting = [one.run.name for one in reading.compared if one.verdict is None]
        if waiting and reading.sweep is None:
            self.show_partial(tr("No verdict yet: {runs}.").format(runs=", ".join(waiting)))
        else:
            self.show_ready()

    def _nothing(self) -> Empty:
        return Empty(
            icon="compare", title=tr("Pick 2–6 runs"),
            text=tr("Runs are compared by what they learned and what they kept, against their base or one another."),
            action=self._all_runs(),
            second=Action(text=tr("Compare the last runs"), do=self.compare_last)
            if suggested(self.project.store)
            else Action(text=tr("Ask models side by side"), do=self.show_answers),
        )  # fmt: skip

    def compare_last(self) -> None:
        """Compare the last runs that have a verdict."""
        self._choose(suggested(self.project.store))

    def _all_runs(self) -> Action:
        return Action(text=tr("Show all runs"), do=self._show_runs)

    def _show_runs(self) -> None:
        self.project.navigate("runs")

    def _compared(self, run_id: int) -> Compared | None:
        found = self._reading.compared if self._reading is not None else ()
        return next((one for one in found if one.run.id == run_id), None)

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_baseline_chosen(self, run_id: int) -> None:
        self.baseline = run_id
        self._show()

    @Slot(int)
    def _on_add_requested(self, run_id: int) -> None:
        if len(self.run_ids) >= MOST:
            self.project.toast(tr("Six runs are compared at most: leave one out first."))
            return
        self._choose([*self.run_ids, run_id])

    @Slot(int)
    def _on_remove_requested(self, run_id: int) -> None:
        self._choose([one for one in self.run_ids if one != run_id])

    @Slot(int)
    def _on_open_requested(self, run_id: int) -> None:
        self.project.navigate("run", run_id=run_id)

    @Slot(int)
    def _on_current_requested(self, run_id: int) -> None:
        one = self._compared(run_id)
        if one is not None and one.ref:
            versions.make_current(self.project, one.ref)

    @Slot(int)
    def _on_answers_requested(self, run_id: int) -> None:
        one = self._compared(run_id)
        if one is not None and one.ref:
            other = presenter.beside(one, self._reading) if self._reading is not None else None
            self.answers.open(
                a=f"base:{one.run.recipe.base}", b=one.ref, c=other.ref if other is not None else "", source="canaries"
            )
            self.turn_to("answers")

    @Slot()
    def _on_cancel_rest_requested(self) -> None:
        if self.sweep_id is not None:
            sweep_actions.cancel_rest(self.project, self.sweep_id)

    @Slot()
    def _on_resume_requested(self) -> None:
        if self.sweep_id is not None:
            sweep_actions.resume(self.project, self.sweep_id)

    @Slot()
    def _on_tradeoff_requested(self) -> None:
        self.turn_to("tradeoff")

    @Slot(str, str)
    def _on_pair_requested(self, before: str, after: str) -> None:
        self.project.navigate("compare", tab="answers", a=before, b=after)

    @Slot()
    def _on_measure_requested(self) -> None:
        if self._reading is not None and (newest := presenter.newest_measured(self._reading)) is not None:
            for run_id in presenter.outdated(self._reading):
                desk.measure_now(self.project, run_id, newest.run.recipe.canaries)


class _Read:
    """Reads a comparison, in a thread; without a choice nothing is compared."""

    def __init__(self, run_ids: list[int], sweep_id: int | None) -> None:
        self._run_ids, self._sweep_id = list(run_ids), sweep_id

    def __call__(self, store: Store) -> Reading:
        return read(store, self._run_ids, self._sweep_id)


class _ReadSweep:
    """Reads how a sweep stands, in a thread."""

    def __init__(self, sweep_id: int) -> None:
        self._sweep_id = sweep_id

    def __call__(self, store: Store) -> SweepView:
        return read_sweep(store, self._sweep_id)


PAGE = ComparePage
