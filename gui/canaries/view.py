"""The Canaries page: suites on the left; on the right one capability with its budget, its prompts and what is odd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.records import Budget
from gui.canaries.editor import Editor
from gui.canaries.model import ItemModel, SuiteModel
from gui.canaries.presenter import Canaries, Item, Power
from gui.i18n import said, tr
from gui.page import Page
from gui.project import Action
from gui.widgets.buttons import QuietButton
from gui.widgets.cards import trouble_of
from gui.widgets.flow import Flow
from gui.widgets.form import Problem, Tinted
from gui.widgets.tables import ROW_ROLE, SORT_ROLE, plain_table
from gui.widgets.text import PlainLabel, heading, share, wrapped

if TYPE_CHECKING:
    from pathlib import Path

    from engine.errors import PalimpsestError
    from engine.suites import Canary
    from gui.project import Project

FILTER = "*.jsonl *.csv"


class CanariesPage(Page):
    """Suites, prompts, checks and budgets."""

    NAME = "canaries"
    ICON = "canary"
    TABLES = frozenset({"measurements", "budgets", "jobs", "models", "pointer"})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build both sides."""
        super().__init__(project, parent)
        self.presenter = Canaries(project, self)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(28, 22, 28, 12)
        column.addWidget(heading(tr("Canaries"), size="title"))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._suite_side())
        self.splitter.addWidget(self._item_side())
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([230, 700])
        column.addWidget(self.splitter, 1)
        self.set_content(content)
        self._connect()
        self._actions = self._make_actions()

    # ---- building ----------------------------------------------------------------------------------------------------

    def _suite_side(self) -> QWidget:
        side = QWidget()
        side.setMinimumWidth(side.fontMetrics().averageCharWidth() * 27)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 8, 0)
        self.suites = SuiteModel(self)
        self.suite_list = plain_table(self.suites, tr("Suites and capabilities"))
        header = self.suite_list.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.copy_button = QuietButton(tr("Copy to edit"), "copy")
        self.import_button = QuietButton(tr("Import a suite…"), "import")
        column.addWidget(self.suite_list, 1)
        column.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.import_button, 0, Qt.AlignmentFlag.AlignLeft)
        return side

    def _item_side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(6)
        self.name = heading("")
        self.about = wrapped("", muted=True)
        self.power = Tinted("", "text")
        for widget in (self.name, self.about, self.power):
            column.addWidget(widget)
        column.addLayout(self._budget_row())
        self.limit_problem = Problem()
        column.addWidget(self.limit_problem)
        self.items = ItemModel(self)
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.items)
        self.sorted.setSortRole(SORT_ROLE)
        self.sorted.setFilterKeyColumn(-1)
        self.sorted.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.table = plain_table(self.sorted, tr("Prompts"))
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Find in prompts"))
        self.filter.setAccessibleName(tr("Find in prompts"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self.sorted.setFilterFixedString)
        column.addWidget(self.filter)
        column.addWidget(self.table, 1)
        self._buttons = QWidget()
        self._buttons.setLayout(self._button_row())
        column.addWidget(self._buttons)
        self.editor = Editor()
        self.editor.closed.connect(self._on_editor_closed)
        self._editing = QScrollArea()
        self._editing.setAccessibleName(tr("Edit a canary"))
        self._editing.setWidgetResizable(True)
        self._editing.setFrameShape(QScrollArea.Shape.NoFrame)
        self._editing.setWidget(self.editor)
        self._editing.hide()
        column.addWidget(self._editing, 1)
        return side

    def _edit(self, canary: Canary | None) -> None:
        """Open the editor in the prompts' place."""
        self._show_editor(is_open=True)
        self.editor.open(canary)

    def _show_editor(self, *, is_open: bool) -> None:
        self._editing.setVisible(is_open)
        for widget in (self.filter, self.table, self._buttons):
            widget.setVisible(not is_open)

    @Slot()
    def _on_editor_closed(self) -> None:
        self._show_editor(is_open=False)
        self.table.setFocus()

    def _budget_row(self) -> QHBoxLayout:
        self.role = QComboBox()
        self.role.setAccessibleName(tr("Role"))
        roles = (("protect", tr("Protect")), ("tolerate", tr("Tolerate")), ("expendable", tr("Expendable")))
        for role, words in roles:
            self.role.addItem(words, role)
        self.limit = QLineEdit()
        self.limit.setAccessibleName(tr("Limit"))
        self.limit.setPlaceholderText(tr("default"))
        self.limit.setFixedWidth(self.limit.fontMetrics().averageCharWidth() * 10)
        self.limit.setToolTip(tr("Most it may lose, in nats a token; empty takes the default."))
        self.reason = QLineEdit()
        self.reason.setAccessibleName(tr("Reason"))
        self.reason.setPlaceholderText(tr("Why, in your words; printed in the report"))
        row = QHBoxLayout()
        row.setSpacing(8)
        for words, widget in ((tr("Budget"), self.role), (tr("Limit"), self.limit), (tr("Reason"), self.reason)):
            label = PlainLabel(words)
            label.setBuddy(widget)
            row.addWidget(label)
            row.addWidget(widget, 1 if widget is self.reason else 0)
        return row

    def _button_row(self) -> QVBoxLayout:
        self.add_button = QPushButton(tr("Add…"))
        self.edit_button = QPushButton(tr("Edit…"))
        self.toggle_button = QPushButton(tr("Disable"))
        self.test_button = QPushButton(tr("Test on base"))
        buttons = Flow()
        for button in (self.add_button, self.edit_button, self.toggle_button, self.test_button):
            buttons.addWidget(button)
        self.hint = wrapped("", size="small", muted=True)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(buttons)
        column.addWidget(self.hint)
        return column

    def _connect(self) -> None:
        self.suite_list.selectionModel().currentRowChanged.connect(self._on_line_changed)
        self.table.selectionModel().currentRowChanged.connect(self._on_item_changed)
        self.table.doubleClicked.connect(self._on_edit_clicked)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.import_button.clicked.connect(self._on_import_clicked)
        self.role.activated.connect(self._on_budget_edited)
        self.limit.editingFinished.connect(self._on_budget_edited)
        self.reason.editingFinished.connect(self._on_budget_edited)
        self.add_button.clicked.connect(self._on_add_clicked)
        self.edit_button.clicked.connect(self._on_edit_clicked)
        self.toggle_button.clicked.connect(self._on_toggle_clicked)
        self.test_button.clicked.connect(self._on_test_clicked)
        self.editor.saved.connect(self._on_saved)

    def _make_actions(self) -> list[QAction]:
        found = []
        wanted = (
            (tr("Import a canary suite…"), "", self._on_import_clicked),
            (tr("Edit the chosen canary"), "F2", self._on_edit_clicked),
            (tr("Disable or enable the chosen canary"), "Del", self._on_toggle_clicked),
            (tr("Test the canaries on the base"), "", self._on_test_clicked),
        )
        for words, key, slot in wanted:
            action = QAction(words, self)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(slot)
            found.append(action)
        return found

    # ---- the page ----------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """Its name."""
        return tr("Canaries")

    def refresh(self, changed: frozenset[str]) -> None:
        """Read the open suite again when its scores may have changed."""
        if self.presenter.look is None or changed & {"measurements", "models", "pointer", "*"}:
            self.presenter.read()
        if self.presenter.look is None:
            self.show_loading()
        else:
            self.show_suite()

    def open(self, **args: Any) -> None:
        """Open `suite` (as a recipe calls it), `capability` of it, or import `import_path`."""
        if (path := args.get("import_path")) is not None:
            self.presenter.import_file(path)
        elif suite := str(args.get("suite", "")):
            self.presenter.open(suite, str(args.get("capability", "")))

    def accepts_drop(self, paths: list[Path]) -> str | None:
        """A JSONL or CSV file dropped here is a suite."""
        is_suite = len(paths) == 1 and paths[0].is_file() and paths[0].suffix.lower() in (".jsonl", ".csv")
        return tr("Import as a canary suite") if is_suite else None

    def drop(self, paths: list[Path]) -> None:
        """Import it."""
        self.presenter.import_file(paths[0])

    def save_state(self) -> dict[str, Any]:
        """The open suite and capability, the splitter."""
        return {"suite": self.presenter.place, "capability": self.presenter.capability, "sizes": self.splitter.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take them up again; a suite that is gone is left."""
        sizes = state.get("sizes")
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(size, int) and size > 0 for size in sizes):
            self.splitter.setSizes(sizes)
        if any(place.place == state.get("suite") for place in self.presenter.places):
            self.presenter.place = str(state["suite"])
            self.presenter.capability = str(state.get("capability", ""))

    def focus_chain(self) -> list[QWidget]:
        """Suites, budget, prompts, buttons, editor."""
        return [self.suite_list, self.copy_button, self.import_button, self.role, self.limit, self.reason, self.filter,
                self.table, self.add_button, self.edit_button, self.toggle_button, self.test_button, self.editor.prompt,
                self.editor.answers, self.editor.check, self.editor.save, self.editor.cancel]  # fmt: skip

    def page_actions(self) -> list[QAction]:
        """Import, edit, disable, test."""
        return self._actions

    def search(self) -> None:
        """Ctrl+F."""
        self.filter.setFocus()

    # ---- showing -----------------------------------------------------------------------------------------------------

    def show_problem(self, error: PalimpsestError) -> None:
        """A suite cannot be read or imported: the card names lines; what was open stays."""
        again = Action(text=tr("Choose another file…"), do=self._on_import_clicked)
        self.show_error(trouble_of(error, again), keep_content=self.presenter.look is not None)

    def show_suite(self) -> None:
        """Show the open suite and capability."""
        presenter, look, shown = self.presenter, self.presenter.look, self.presenter.shown
        if look is None:
            return
        self.suites.set_rows(presenter.lines())
        self._mark_line()
        self.items.set_rows(presenter.items())
        self.name.setText(shown.title if shown else look.own.suite.name)
        self.about.setText(said(shown.description) if shown else "")
        self.about.setVisible(bool(self.about.text()))
        self.power.setText(self._power_words(look.power.get(presenter.capability)))
        self._show_budget(presenter.budget())
        self._fit_columns()
        self._show_buttons()
        job = presenter.test_under_way()
        if job is not None:
            share_done = f" {100 * job.phase_done // job.phase_total} %" if job.phase_total else ""
            self.show_partial(
                tr("Testing on the base: {phase}").format(phase=said(job.phase or job.state.word)) + share_done
            )
        else:
            self.show_ready()

    def _power_words(self, power: Power | None) -> str:
        look = self.presenter.look
        version = tr("version {version}").format(version=look.own.suite.version) if look else ""
        if power is None:
            return tr("Nothing to decide with: no verdict items.") + f" · {version}"
        said = tr("{n} verdict items; a loss from {drop:.2f} nats/token on could be called forgot").format(
            n=power.n, drop=power.smallest_drop
        )
        if not power.can_keep:
            said += ", " + tr("kept needs {n} items").format(n=power.items_needed)
        if power.passes:
            said += " · " + tr("base passes {share}").format(share=share(*power.passes))
        if look is not None and look.is_stale:
            said += " · ⚠ " + tr("scores are of an earlier version, not comparable")
        return f"{said} · {version}"

    def _show_budget(self, budget: Budget) -> None:
        self.role.setCurrentIndex(self.role.findData(budget.role))
        if not self.limit.hasFocus():
            self.limit.setText(f"{budget.limit:g}" if budget.limit else "")
        if not self.reason.hasFocus():
            self.reason.setText(budget.reason)
        self.limit_problem.say("")

    def _show_buttons(self) -> None:
        item, is_own = self._chosen(), self.presenter.is_own
        self.copy_button.setVisible(not is_own)
        self.add_button.setEnabled(is_own)
        self.edit_button.setEnabled(is_own and item is not None and not item.is_disabled)
        self.toggle_button.setEnabled(is_own and item is not None)
        self.toggle_button.setText(tr("Enable") if item is not None and item.is_disabled else tr("Disable"))
        base = self.presenter.base()
        self.test_button.setEnabled(base is not None and self.presenter.test_under_way() is None)
        self.test_button.setToolTip(
            tr("On {name}").format(name=base.name) if base else tr("Import a base model first.")
        )
        self.hint.setText("" if is_own else tr("A bundled suite is never changed: copy it to edit."))

    def _fit_columns(self) -> None:
        metrics = self.table.fontMetrics()
        for column, letters in ((1, 15), (2, 12), (3, 8), (4, 15)):
            self.table.setColumnWidth(column, metrics.averageCharWidth() * letters + 12)
        rows = self.items.rows
        has_scores = any(row.seen.value is not None or row.seen.passed is not None for row in rows)
        self.table.setColumnHidden(3, not has_scores)
        self.table.setColumnHidden(4, not any(row.seen.flags or row.is_disabled for row in rows))

    def _mark_line(self) -> None:
        for number, line in enumerate(self.suites.rows):
            is_shown = (line.place, line.capability) == (self.presenter.place, self.presenter.capability)
            if is_shown and self.suite_list.currentIndex().row() != number:
                self.suite_list.selectRow(number)

    def _chosen(self) -> Item | None:
        index = self.table.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    # ---- what the user did -------------------------------------------------------------------------------------------

    @Slot(QModelIndex, QModelIndex)
    def _on_line_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        line = current.data(ROW_ROLE) if current.isValid() else None
        here = (self.presenter.place, self.presenter.capability)
        if line is not None and (line.place, line.capability) != here and (line.capability or line.place != here[0]):
            self._show_editor(is_open=False)
            self.presenter.open(line.place, line.capability)

    @Slot(QModelIndex, QModelIndex)
    def _on_item_changed(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_buttons()

    @Slot()
    def _on_copy_clicked(self) -> None:
        self.presenter.copy_suite()

    @Slot()
    def _on_import_clicked(self) -> None:
        title = tr("Import a canary suite")
        self.project.dialogs.choose_file("suite", title, f"{tr('Suites')} ({FILTER})", self.presenter.import_file)

    @Slot()
    def _on_budget_edited(self) -> None:
        text = self.limit.text().strip()
        try:
            limit = float(text) if text else 0.0
        except ValueError:
            limit = -1.0
        if not 0 <= limit < float("inf"):
            self.limit_problem.say(tr("A limit is a number, at least 0; empty takes the default."))
            return
        self.presenter.set_budget(Budget(role=self.role.currentData(), limit=limit, reason=self.reason.text().strip()))

    @Slot()
    def _on_add_clicked(self) -> None:
        self._edit(None)

    @Slot()
    def _on_edit_clicked(self) -> None:
        item = self._chosen()
        if item is not None and self.presenter.is_own and not item.is_disabled:
            self._edit(item.canary)

    @Slot()
    def _on_toggle_clicked(self) -> None:
        item = self._chosen()
        if item is not None and self.presenter.is_own:
            self.presenter.toggle(item)

    @Slot()
    def _on_test_clicked(self) -> None:
        self.presenter.test()

    @Slot(str, object, str)
    def _on_saved(self, prompt: str, answers: object, check: str) -> None:
        lines = list(answers)  # type: ignore[call-overload]
        canary = self.editor.canary
        done = (
            self.presenter.add(prompt, lines, check)
            if canary is None
            else self.presenter.change(canary, prompt, lines, check)
        )
        if done:
            self._on_editor_closed()


PAGE = CanariesPage
