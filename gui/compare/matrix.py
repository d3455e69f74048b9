"""The Matrix tab: a sequence of runs, what each kept of the tasks before it, and whether one broke another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gui.charts.matrix import MatrixChart
from gui.compare.matrix_reading import TASK_SCORES, MatrixReading, read_matrix
from gui.i18n import tr
from gui.project import Action
from gui.run.parts import empty_layout
from gui.widgets.cards import ErrorCard, trouble_of
from gui.widgets.empty import Empty, EmptyState
from gui.widgets.form import Card, Tinted
from gui.widgets.text import PlainLabel, wrapped

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from engine.errors import PalimpsestError
    from engine.store import Store
    from gui.charts.matrix_rows import MatrixCell
    from gui.compare.matrix_reading import Broke
    from gui.project import Project

_ROW_HEIGHT = 44
_TOKENS = {"kept": "kept_text", "forgot": "forgot_text"}


class MatrixTab(QWidget):
    """Reads its sequence by itself when it comes to the front; `show_runs` says which runs are compared."""

    answers_requested = Signal(str, str)

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build it; nothing is read while it is hidden."""
        super().__init__(parent)
        self._project = project
        self._run_ids: tuple[int, ...] = ()
        self._wanted = 0
        self._is_stale = True
        self._is_reading = False
        self.reading = MatrixReading()
        self.sequence = QComboBox()
        self.sequence.setAccessibleName(tr("Sequence of runs"))
        self.sequence.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sequence.setMinimumContentsLength(24)
        self.score = QComboBox()
        self.score.setAccessibleName(tr("Tasks are told by"))
        for name, words in zip(TASK_SCORES, (tr("loss"), tr("exact answers"), tr("right fields")), strict=True):
            self.score.addItem(words, name)
        self.chart = MatrixChart()
        dialogs = getattr(project, "dialogs", None)
        if dialogs is not None:
            self.chart.set_dialogs(dialogs)
        self.verdicts = Card(tr("Did later training break what came before?"))
        self._broke = QVBoxLayout()
        self.verdicts.column.addLayout(self._broke)
        self.figures = Card(tr("In figures"))
        self._figures = QGridLayout()
        self._figures.setHorizontalSpacing(16)
        self._figures.setColumnStretch(2, 1)
        self.figures.column.addLayout(self._figures)
        self._places = QStackedLayout(self)
        self._blank = QWidget()
        self._content = self._build()
        self._instead: QWidget | None = None
        for page in (self._blank, self._content):
            self._places.addWidget(page)
        self.sequence.activated.connect(self._on_sequence_activated)
        self.score.activated.connect(self._on_score_activated)
        self.chart.point_activated.connect(self._on_cell_activated)

    def _build(self) -> QScrollArea:
        head = QHBoxLayout()
        for words, box in ((tr("Sequence"), self.sequence), (tr("tasks by"), self.score)):
            label = QLabel(words)
            label.setBuddy(box)
            head.addWidget(label)
            head.addWidget(box)
        head.addStretch(1)
        legend = tr(
            "Time runs down. ref: the score a change is counted from, of a task when it was learned, of a capability the "
            "base's; · not measured; ?: the interval holds the limit. Enter on a cell compares the answers."
        )
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.verdicts)
        column.addWidget(self.chart)
        column.addWidget(wrapped(legend, size="small", muted=True))
        column.addWidget(self.figures)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(tr("Sequence of runs"))
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        return area

    def focus_chain(self) -> list[QWidget]:
        """Selectors and chart, or the buttons of what is shown instead."""
        if isinstance(self._instead, EmptyState):
            return list(self._instead.buttons)
        return [self.sequence, self.score, self.chart]

    # ---- reading -----------------------------------------------------------------------------------------------------

    def show_runs(self, run_ids: list[int]) -> None:
        """Say which runs are compared, or that rows have changed; read at once if this is in front, else when it comes."""
        self._run_ids, self._is_stale = tuple(run_ids), True
        if self.isVisible():
            self._read()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what changed while hidden."""
        super().showEvent(event)
        self._read()

    def _read(self) -> None:
        if not self._is_stale or self._is_reading:
            return
        self._is_stale, self._is_reading = False, True
        work = _Read(self._run_ids, self._wanted, self.score.currentData())
        self._project.tasks.with_store(work, self._on_read, self._on_failed)

    def _on_read(self, reading: MatrixReading) -> None:
        self._is_reading = False
        self.reading = reading
        if reading.chains:
            self._show(reading)
        else:
            self._show_instead(EmptyState(self._nothing(reading)))
        if self.isVisible():
            self._read()  # what changed meanwhile

    def _on_failed(self, error: PalimpsestError) -> None:
        self._is_reading = False
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(24, 24, 24, 24)
        column.addWidget(ErrorCard(trouble_of(error, Action(text=tr("Try again"), do=self._try_again))))
        column.addStretch(1)
        self._show_instead(place)

    def _try_again(self) -> None:
        self._wanted = 0
        self.show_runs(list(self._run_ids))

    # ---- showing -----------------------------------------------------------------------------------------------------

    def _show(self, reading: MatrixReading) -> None:
        self._show_instead(None)
        self.sequence.clear()
        for run_id, words in reading.chains:
            self.sequence.addItem(words, run_id)
        self.sequence.setCurrentIndex(max(0, self.sequence.findData(reading.chosen)))
        self.sequence.setToolTip(self.sequence.currentText())
        self.chart.table().set_rows(reading.cells)
        self.chart.setMinimumHeight(110 + _ROW_HEIGHT * len(reading.stages))
        self.chart.set_caption(self.sequence.currentText())
        self.chart.set_footer("; ".join(f"{one.name} {one.value}" for one in reading.figures))
        self._show_broke(reading.broke, reading.notes)
        empty_layout(self._figures)
        for row, one in enumerate(reading.figures):
            self._figures.addWidget(PlainLabel(one.name), row, 0, Qt.AlignmentFlag.AlignTop)
            self._figures.addWidget(PlainLabel(one.value, bold=True), row, 1, Qt.AlignmentFlag.AlignTop)
            self._figures.addWidget(wrapped(one.meaning, size="small", muted=True), row, 2)

    def _show_broke(self, broke: tuple[Broke, ...], notes: tuple[str, ...]) -> None:
        empty_layout(self._broke)
        for one in broke:
            question = PlainLabel(one.question)
            self._broke.addWidget(question)
            self._broke.addWidget(Tinted(one.answer, _TOKENS.get(one.word, "text")))
        for note in notes:
            self._broke.addWidget(wrapped(note, muted=True))

    def _show_instead(self, widget: QWidget | None) -> None:
        old, self._instead = self._instead, widget
        if widget is not None:
            self._places.addWidget(widget)
        self._places.setCurrentWidget(widget or self._content)
        if old is not None:
            self._places.removeWidget(old)
            old.deleteLater()

    def _nothing(self, reading: MatrixReading) -> Empty:
        text = tr(
            "Needs a run trained on top of another: then this shows what the later training did to the earlier task, and to "
            "the base's abilities."
        )
        all_runs = Action(text=tr("Show all runs"), do=self._show_runs)
        if not reading.start_ref:
            return Empty(icon="table", title=tr("No sequence of runs yet"), text=text, action=all_runs)
        words = tr("Train on top of {run}…").format(run=reading.start_name)
        train = Action(text=words, do=self._train_on_top)
        return Empty(icon="table", title=tr("No sequence of runs yet"), text=text, action=train, second=all_runs)

    def _show_runs(self) -> None:
        self._project.navigate("runs")

    def _train_on_top(self) -> None:
        self._project.navigate("new_run", on_top_of=self.reading.start_ref)

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_sequence_activated(self, index: int) -> None:
        self._wanted = int(self.sequence.itemData(index))
        self.show_runs(list(self._run_ids))

    @Slot(int)
    def _on_score_activated(self, _index: int) -> None:
        self.show_runs(list(self._run_ids))

    @Slot(object)
    def _on_cell_activated(self, cell: MatrixCell) -> None:
        """Compare the answers of the cell's stage with those of the stage before it."""
        stage = self.reading.stages.index(cell.stage)
        if stage and self.reading.refs[stage] and self.reading.refs[stage - 1]:
            self.answers_requested.emit(self.reading.refs[stage - 1], self.reading.refs[stage])


class _Read:
    """Reads a sequence, in a thread."""

    def __init__(self, run_ids: tuple[int, ...], wanted: int, score: str) -> None:
        self._run_ids, self._wanted, self._score = run_ids, wanted, score

    def __call__(self, store: Store) -> MatrixReading:
        return read_matrix(store, self._run_ids, self._wanted, self._score)
