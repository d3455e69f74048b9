"""The list of runs: filter, sort, preview, compare, rename, tag, Trash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QEvent, QItemSelection, QModelIndex, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.actions import trash
from gui.i18n import tr
from gui.page import Page
from gui.project import Action
from gui.run import desk, verdict_words
from gui.run.reading import read
from gui.runs import edits
from gui.runs.filters import unknown_keys
from gui.runs.lines import read_lines
from gui.runs.model import NAME, STARTED, RunsModel, RunsProxy
from gui.runs.preview import Preview
from gui.theme import theme_of
from gui.widgets.buttons import QuietButton
from gui.widgets.cards import Trouble
from gui.widgets.empty import Empty, EmptyState
from gui.widgets.tables import fit_columns, plain_table
from gui.widgets.text import PlainLabel

if TYPE_CHECKING:
    from engine.errors import PalimpsestError
    from engine.records import Run
    from engine.store import Store
    from gui.project import Project
    from gui.run.reading import RunReading
    from gui.runs.lines import RunLine

COMPARE = (2, 6)
_WIDTHS = (170, 130, 240, 60, 70, 130, 80, 130)


class RunsPage(Page):
    """Every run that is not in the Trash."""

    NAME = "runs"
    ICON = "runs"
    TABLES = frozenset({"runs", "jobs", "verdicts", "checkpoints", "pointer"})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the table and its preview."""
        super().__init__(project, parent)
        self._is_reading = self._read_again = False
        self._previewed: int | None = None
        self._put_away: set[int] = set()
        self.model = RunsModel(self)
        self.proxy = RunsProxy(self)
        self.proxy.setSourceModel(self.model)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("filter: verdict:forgot method:lora tag:tickets …"))
        self.filter.setAccessibleName(tr("Filter runs"))
        self.filter.setClearButtonEnabled(True)
        self.hint = PlainLabel("")
        self.compare = QPushButton(tr("Compare"))
        self.rename = QuietButton(tr("Rename"), "edit")
        self.trash = QuietButton(tr("Move to Trash"), "trash")
        self.table = self._table()
        self.none_fits = self._none_fits()
        self.rows = QStackedWidget()
        self.preview = Preview(getattr(project, "dialogs", None))
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setObjectName("runs_splitter")
        self._lay_out()
        self._actions = self._make_actions()
        self._connect()

    def _table(self) -> QTableView:
        table = plain_table(self.proxy, tr("Runs"))
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setSortingEnabled(True)
        table.sortByColumn(STARTED, Qt.SortOrder.DescendingOrder)
        table.setAlternatingRowColors(True)
        header = table.horizontalHeader()
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(True)
        fit_columns(table, _WIDTHS)
        table.installEventFilter(self)
        return table

    def _none_fits(self) -> EmptyState:
        clear = Action(text=tr("Clear filter"), do=self._clear_filter)
        said = tr("No run fits what the filter says.")
        return EmptyState(Empty(icon="filter", title=tr("Nothing here"), text=said, action=clear))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.filter, 1)
        for widget in (self.hint, self.compare, self.rename, self.trash):
            row.addWidget(widget)
        self.rows.addWidget(self.table)
        self.rows.addWidget(self.none_fits)
        self.splitter.addWidget(self.rows)
        self.splitter.addWidget(self.preview)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setChildrenCollapsible(False)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 12, 16, 8)
        column.addLayout(row)
        column.addWidget(self.splitter, 1)
        self.set_content(content)

    def _make_actions(self) -> list[QAction]:
        found = []
        for words, keys, slot in (
            (tr("Rename run"), QKeySequence("F2"), self._on_rename),
            (tr("Move runs to Trash"), QKeySequence(QKeySequence.StandardKey.Delete), self._on_trash),
            (tr("Compare the selected runs"), QKeySequence("Ctrl+Shift+M"), self._on_compare),
        ):
            action = QAction(words, self)
            action.setShortcut(keys)
            action.triggered.connect(slot)
            found.append(action)
        found[1].setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # never while a text is being edited
        self.table.addAction(found[1])
        return found

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._on_filter_changed)
        self.table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.table.activated.connect(self._on_activated)
        self.compare.clicked.connect(self._on_compare)
        self.rename.clicked.connect(self._on_rename)
        self.trash.clicked.connect(self._on_trash)
        self.preview.tags_edited.connect(self._on_tags_edited)
        self.preview.note_edited.connect(self._on_note_edited)
        self.preview.open_requested.connect(self._open_run)

    # ---- page --------------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """Its name."""
        return tr("Runs")

    def refresh(self, changed: frozenset[str]) -> None:
        """Read the lines beside; the table stays usable meanwhile."""
        if self._is_reading:
            self._read_again = True
            return
        self._is_reading = True
        if not self.model.rows:
            self.show_loading()
        self.project.tasks.with_store(read_lines, self._on_lines, self._on_failed)

    def save_state(self) -> dict[str, Any]:
        """Columns, sorting, filter, splitter and selection."""
        header = bytes(self.table.horizontalHeader().saveState().toBase64().data()).decode()
        return {
            "header": header, "filter": self.filter.text(), "splitter": self.splitter.sizes(),
            "selected": [run.id for run in self.selected()],
        }  # fmt: skip

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take it up again, each part alone."""
        if isinstance(state.get("header"), str) and state["header"]:
            self.table.horizontalHeader().restoreState(QByteArray.fromBase64(state["header"].encode()))
            widths = [self.table.columnWidth(column) for column in range(self.proxy.columnCount())]
            fit_columns(self.table, widths)  # it may have been left in another language
        self.filter.setText(str(state.get("filter", "")))
        sizes = state.get("splitter")
        if isinstance(sizes, list) and all(isinstance(one, int) and one for one in sizes):  # 0: nothing was selected
            self.splitter.setSizes(sizes)

    def deactivated(self) -> None:
        """What was typed into the note is kept."""
        self.preview.keep_note()

    def focus_chain(self) -> list[QWidget]:
        """Filter, buttons, table (or the way out of a filter that nothing fits), preview."""
        fits = self.rows.currentWidget() is self.table
        rows: list[QWidget] = [self.table] if fits else [*self.none_fits.buttons]
        return [self.filter, self.compare, self.rename, self.trash, *rows, *self.preview.focus_chain()]

    def page_actions(self) -> list[QAction]:
        """Rename, Trash, compare."""
        return self._actions

    def search(self) -> None:
        """Ctrl+F: the filter."""
        self.filter.setFocus()
        self.filter.selectAll()

    def selected(self) -> list[Run]:
        """The selected runs, from top to bottom."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows(NAME))
        return [self.proxy.line(row).run for row in rows]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space shows or hides the preview; Enter opens the run."""
        if watched is self.table and event.type() == QEvent.Type.KeyPress:
            key = event.key()  # type: ignore[attr-defined]
            if key == Qt.Key.Key_Space:
                self.preview.setVisible(not self.preview.isVisible() and self.preview.run_id is not None)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected():
                self._open_run(self.selected()[0].id)
                return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Recolour the verdicts with the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "model"):
            self.model.wear(theme_of(self.palette()))

    # ---- reading -----------------------------------------------------------------------------------------------------

    def _on_lines(self, lines: list[RunLine]) -> None:
        self._is_reading = False
        if self._read_again:
            self._read_again = False
            self.refresh(self.ALL)
        if not lines:
            self.model.set_rows([])
            self.show_empty(self._nothing())
            return
        self.model.wear(theme_of(self.palette()))
        chosen = {run.id for run in self.selected()}
        was = [line.run.id for line in self.model.rows]
        self.model.set_rows(lines)
        back = self._put_away & {line.run.id for line in lines}
        self._put_away -= back
        if self.state.value != "ready":
            self.show_ready()
        if was != [line.run.id for line in lines]:
            self._select(back or chosen)
        self._show_filtered()

    def _on_failed(self, error: PalimpsestError) -> None:
        self._is_reading = False
        self.show_error(Trouble(happened=error.message, why=error.remedy or ""))

    def _select(self, ids: set[int]) -> None:
        selection, model = QItemSelection(), self.table.selectionModel()
        rows = [row for row in range(self.proxy.rowCount()) if self.proxy.line(row).run.id in ids]
        for row in rows:
            selection.select(self.proxy.index(row, 0), self.proxy.index(row, self.proxy.columnCount() - 1))
        model.select(selection, model.SelectionFlag.ClearAndSelect)
        if rows:
            model.setCurrentIndex(self.proxy.index(rows[0], NAME), model.SelectionFlag.NoUpdate)

    def _neighbour(self) -> set[int]:
        """The run below the selected ones, or above them where there is none below."""
        rows = [index.row() for index in self.table.selectionModel().selectedRows(NAME)]
        below, above = max(rows) + 1, min(rows) - 1
        at = below if below < self.proxy.rowCount() else above
        return {self.proxy.line(at).run.id} if at >= 0 else set()

    def _show_filtered(self) -> None:
        """Show the rows that fit, or that none does, and what is selected among them."""
        self.rows.setCurrentWidget(self.table if self.proxy.rowCount() or not self.model.rows else self.none_fits)
        self._show_selection()

    def _show_selection(self) -> None:
        runs = self.selected()
        least, most = COMPARE
        self.compare.setText(tr("Compare ({count})").format(count=len(runs)) if len(runs) > 1 else tr("Compare"))
        self.compare.setEnabled(least <= len(runs) <= most)
        self.compare.setToolTip("" if self.compare.isEnabled() else tr("Select two to six runs (Ctrl+click, Shift+↓)"))
        self.rename.setEnabled(len(runs) == 1)
        self.trash.setEnabled(bool(runs))
        self.preview.show_run(runs[0] if runs else None)
        if not runs:
            self._previewed = None
        elif runs[0].id != self._previewed or not runs[0].state.is_ended:
            self._previewed = runs[0].id
            self.project.tasks.with_store(_Read(runs[0].id), self._on_preview, self._on_preview_failed)

    def _on_preview(self, reading: RunReading) -> None:
        if reading.facts.run.id == self._previewed:
            self.preview.show_verdict(verdict_words.view_of(reading))

    def _on_preview_failed(self, _error: PalimpsestError) -> None:
        """A run that went meanwhile needs no preview."""

    def _nothing(self) -> Empty:
        return Empty(
            icon="runs", title=tr("No runs yet"),
            text=tr("A run fine-tunes a base model on your rows and measures what it forgot."),
            action=Action(text=tr("Start a new run"), do=lambda: self.project.navigate("new_run")),
            second=Action(text=tr("Go home"), do=lambda: self.project.navigate("home")),
        )  # fmt: skip

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_filter_changed(self, text: str) -> None:
        self.proxy.set_filter(text)
        unknown = unknown_keys(text)
        known = tr("verdict, method, base, state, tag, protect, worst, name")
        self.hint.setText(tr("no such key; there are {keys}").format(keys=known) if unknown else "")
        self._show_filtered()

    def _clear_filter(self) -> None:
        self.filter.clear()
        self.filter.setFocus()

    @Slot()
    def _on_selection_changed(self) -> None:
        self._show_selection()

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self._open_run(self.proxy.line(index.row()).run.id)

    @Slot(int)
    def _open_run(self, run_id: int) -> None:
        self.project.navigate("run", run_id=run_id)

    @Slot()
    def _on_compare(self) -> None:
        ids = [run.id for run in self.selected()]
        if COMPARE[0] <= len(ids) <= COMPARE[1]:
            self.project.navigate("compare", run_ids=ids)

    @Slot()
    def _on_rename(self) -> None:
        runs = self.selected()
        if len(runs) != 1:
            return
        dialog = QInputDialog(self)
        dialog.setWindowTitle(tr("Rename run"))
        dialog.setLabelText(tr("Name"))
        dialog.setTextValue(runs[0].name)
        dialog.textValueSelected.connect(self._on_renamed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_renamed(self, name: str) -> None:
        runs = self.selected()
        if runs:
            desk.rename(self.project, runs[0].id, name)
            self.refresh_soon()

    @Slot()
    def _on_trash(self) -> None:
        chosen = [run.id for run in self.selected()]
        if chosen and trash.put(self.project, chosen):
            self._put_away |= set(chosen)
            self._select(self._neighbour())
            self.refresh_soon()

    @Slot(int, str)
    def _on_tags_edited(self, run_id: int, text: str) -> None:
        edits.set_tags(self.project, run_id, text)

    @Slot(int, str)
    def _on_note_edited(self, run_id: int, text: str) -> None:
        edits.set_note(self.project, run_id, text)


class _Read:
    """Reads one run, in a thread."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id

    def __call__(self, store: Store) -> RunReading:
        return read(store, self._run_id)


PAGE = RunsPage
