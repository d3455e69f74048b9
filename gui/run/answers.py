"""The Answers tab: every canary's answer before and after, filtered, with what was added and what is gone marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.charts.answers import Answer, AnswersView
from gui.i18n import tr
from gui.run.answers_model import AnswersModel, change_words, chosen
from gui.widgets.empty import Empty, EmptyState
from gui.widgets.text import PlainLabel, wrapped

if TYPE_CHECKING:
    from engine.export.gather import ShownAnswer
    from gui.project import Action
    from gui.tasks import Tasks


class AnswersTab(QWidget):
    """A list on the left, the chosen answer's two versions on the right."""

    side_by_side_requested = Signal(str)

    def __init__(self, tasks: Tasks | None = None, parent: QWidget | None = None) -> None:
        """Build it empty; long answers are compared by `tasks`, off the GUI thread."""
        super().__init__(parent)
        self._answers: list[ShownAnswer] = []
        self.shown = QComboBox()
        for words, code in ((tr("Got worse"), "worse"), (tr("Different"), "different"), (tr("All"), "all")):
            self.shown.addItem(words, code)
        self.shown.setAccessibleName(tr("Answers to show"))
        self.capability = QComboBox()
        self.capability.setAccessibleName(tr("Capability"))
        self.capability.addItem(tr("All capabilities"), "")
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find in prompts and answers"))
        self.search.setAccessibleName(tr("Find in prompts and answers"))
        self.search.setClearButtonEnabled(True)
        self.count = PlainLabel("")
        self.model = AnswersModel(self)
        self.table = self._table()
        self.prompt = wrapped("")
        self.prompt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts = wrapped("", muted=True)
        self.pair = AnswersView(tasks)
        self.open_both = QPushButton(tr("Ask both models…"))
        self._places = QStackedLayout(self)
        self._lay_out()
        self._actions = self._keys()
        self._connect()

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(tr("Answers"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setWordWrap(False)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        for column in (2, 3):
            table.hideColumn(column)
        header = table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(4, QHeaderView.ResizeMode.ResizeToContents)
        return table

    def _lay_out(self) -> None:
        content = QWidget()
        row = QHBoxLayout()
        label = QLabel(tr("show"))
        label.setBuddy(self.shown)
        for widget in (label, self.shown, self.capability):
            row.addWidget(widget)
        row.addWidget(self.search, 1)
        row.addWidget(self.count)
        right = QWidget()
        inner = QVBoxLayout(right)
        inner.setContentsMargins(8, 0, 0, 0)
        inner.addWidget(self.prompt)
        inner.addWidget(self.facts)
        inner.addWidget(self.pair, 1)
        below = QHBoxLayout()
        below.addWidget(self.open_both)
        below.addStretch(1)
        below.addWidget(wrapped(tr("J, K next, previous · N next difference"), muted=True, size="small"))
        inner.addLayout(below)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setObjectName("answers_splitter")
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)
        self.splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 8, 16, 12)
        column.addLayout(row)
        column.addWidget(self.splitter, 1)
        self._content = content
        self._places.addWidget(content)
        self._empty: QWidget = QWidget()
        self._places.addWidget(self._empty)

    def _keys(self) -> list[QAction]:
        found = []
        for words, key, slot in (
            (tr("Next answer"), "J", self.go_next), (tr("Previous answer"), "K", self.go_previous),
            (tr("Next difference"), "N", self.pair.next_difference),
        ):  # fmt: skip
            action = QAction(words, self)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            for place in (self.table, *self._panes()):
                place.addAction(action)
            found.append(action)
        return found

    def _connect(self) -> None:
        self.shown.activated.connect(self._on_filter_changed)
        self.capability.activated.connect(self._on_filter_changed)
        self.search.textChanged.connect(self._on_filter_changed)
        self.table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.open_both.clicked.connect(self._on_open_both_clicked)

    # ---- show --------------------------------------------------------------------------------------------------------

    def show_answers(self, answers: list[ShownAnswer], nothing: str, generate: Action | None = None) -> None:
        """Show these; `nothing` says why there are none, with one thing to do about it."""
        self._answers = answers
        if not answers:
            self._show_empty(nothing, generate)
            return
        self._places.setCurrentWidget(self._content)
        known = [self.capability.itemData(index) for index in range(1, self.capability.count())]
        names = sorted({one.capability for one in answers})
        if known != names:
            wanted = self.capability.currentData()
            while self.capability.count() > 1:
                self.capability.removeItem(1)
            for name in names:
                self.capability.addItem(name, name)
            self.capability.setCurrentIndex(max(0, self.capability.findData(wanted)))
        self._filter()

    def choose(self, shown: str = "", capability: str | None = None, item_id: str = "") -> None:
        """Set the filters and select an item from outside (a row of the chart, a worst answer)."""
        if shown:
            self.shown.setCurrentIndex(max(0, self.shown.findData(shown)))
        if capability is not None:
            self.capability.setCurrentIndex(max(0, self.capability.findData(capability)))
            self.search.clear()
        self._filter()
        row = next((at for at, one in enumerate(self.model.rows) if one.item_id == item_id), None)
        if row is not None:
            self.table.selectRow(row)

    @Slot()
    def go_next(self) -> None:
        """J: the next answer."""
        self._move(1)

    @Slot()
    def go_previous(self) -> None:
        """K: the previous answer."""
        self._move(-1)

    def focus_chain(self) -> list[QWidget]:
        """Filters, list, panes."""
        return [self.shown, self.capability, self.search, self.table, *self._panes(), self.open_both]

    def _panes(self) -> list[QWidget]:
        return [self.pair.base.view, self.pair.tuned.view]

    def _move(self, by: int) -> None:
        row = self.table.currentIndex().row() + by
        if 0 <= row < len(self.model.rows):
            self.table.selectRow(row)

    def _filter(self) -> None:
        current = self.table.currentIndex().row()
        kept = self.model.rows[current].item_id if 0 <= current < len(self.model.rows) else ""
        rows = chosen(
            self._answers, self.shown.currentData(), self.capability.currentData() or "", self.search.text().strip()
        )
        self.model.set_rows(rows)
        words = tr("{shown} of {all}").format(shown=len(rows), all=len(self._answers))
        self.count.setText(words)
        if rows:
            self.table.selectRow(next((at for at, one in enumerate(rows) if one.item_id == kept), 0))
        self._show_chosen()

    def _show_chosen(self) -> None:
        row = self.table.currentIndex().row()
        one = self.model.rows[row] if 0 <= row < len(self.model.rows) else None
        self.open_both.setEnabled(one is not None)
        if one is None:
            self.prompt.setText("")
            self.facts.setText(tr("No answer passes this filter."))
            self.pair.set_answers(Answer(model=tr("base"), text=""), Answer(model=tr("tuned"), text="", letter="B"))
            return
        self.prompt.setText(one.prompt)
        parts = [tr("expected: {answer}").format(answer=one.expected) if one.expected else "", one.item_id]
        if one.change is not None:
            parts.append(change_words(one))
        self.facts.setText(" · ".join(part for part in parts if part))
        self.pair.set_answers(
            Answer(model=tr("base"), text=one.before.text, passed=one.before.passed, n_tokens=one.before.n_tokens),
            Answer(
                model=tr("tuned"), text=one.after.text, letter="B", passed=one.after.passed, n_tokens=one.after.n_tokens
            ),
        )

    def _show_empty(self, nothing: str, generate: Action | None) -> None:
        fresh = EmptyState(Empty(icon="compare", title=tr("No answers stored"), text=nothing, action=generate))
        self._places.removeWidget(self._empty)
        self._empty.deleteLater()
        self._empty = fresh
        self._places.addWidget(fresh)
        self._places.setCurrentWidget(fresh)

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_filter_changed(self) -> None:
        self._filter()

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_chosen()

    @Slot()
    def _on_open_both_clicked(self) -> None:
        row = self.table.currentIndex().row()
        if 0 <= row < len(self.model.rows):
            self.side_by_side_requested.emit(self.model.rows[row].prompt)
