"""The Trade-off tab: what each run learned against what it kept, and the chosen point in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gui.charts.tradeoff import TradeoffChart
from gui.charts.tradeoff_rows import MEAN, WORST
from gui.compare import presenter
from gui.i18n import tr
from gui.run.parts import empty_layout, tight
from gui.widgets.buttons import PrimaryButton
from gui.widgets.flow import Flow
from gui.widgets.form import Card, Tinted
from gui.widgets.text import PlainLabel, wrapped

if TYPE_CHECKING:
    from gui.charts.tradeoff_rows import TradeoffRow
    from gui.compare.reading import Compared, Reading
    from gui.dialogs import Dialogs


class TradeoffTab(QWidget):
    """Shows the chart beside the recommendation; emits what is wanted of the chosen run, with its id."""

    current_requested = Signal(int)
    open_requested = Signal(int)
    answers_requested = Signal(int)

    def __init__(self, dialogs: Dialogs | None = None, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self._reading: Reading | None = None
        self._chosen: Compared | None = None
        self.measure = QComboBox()
        self.measure.setAccessibleName(tr("What is drawn upwards"))
        self.chart = TradeoffChart()
        if dialogs is not None:
            self.chart.set_dialogs(dialogs)
        self.advice = Card(tr("Recommended"))
        self.why = tight(wrapped(""))
        self.missing = tight(Tinted("", "warning_text"))
        self.advice.add(self.why)
        self.advice.add(self.missing)
        self.details = Card(" ")
        self._facts = QGridLayout()
        self._facts.setColumnStretch(1, 1)
        self._facts.setHorizontalSpacing(12)
        self.details.column.addLayout(self._facts)
        self.current = PrimaryButton(tr("Make current"))
        self.open = QPushButton(tr("Open run"))
        self.answers = QPushButton(tr("Compare answers"))
        buttons = Flow()
        for button in (self.current, self.open, self.answers):
            buttons.addWidget(button)
        self.details.column.addLayout(buttons)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        label = QLabel(tr("upwards"))
        label.setBuddy(self.measure)
        head.addWidget(label)
        head.addWidget(self.measure)
        head.addStretch(1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.chart, 1)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 0, 0, 0)
        column.addWidget(self.advice)
        column.addWidget(self.details)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(max(260, area.fontMetrics().averageCharWidth() * 42))
        area.setAccessibleName(tr("Recommended run and chosen point"))
        area.setWidget(side)
        area.viewport().setAutoFillBackground(False)
        side.setAutoFillBackground(False)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(area)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(splitter)

    def _connect(self) -> None:
        self.measure.activated.connect(self._on_measure_activated)
        self.chart.point_selected.connect(self._on_point_selected)
        self.chart.point_activated.connect(self._on_point_activated)
        self.current.clicked.connect(self._on_current_clicked)
        self.open.clicked.connect(self._on_open_clicked)
        self.answers.clicked.connect(self._on_answers_clicked)

    # ---- show --------------------------------------------------------------------------------------------------------

    def show_reading(self, reading: Reading) -> None:
        """Show the points; the recommended run is the chosen one at first."""
        self._reading = reading
        self._fill_measures(presenter.capabilities(reading))
        self.chart.table().set_rows(presenter.tradeoff_rows(reading))
        self.chart.set_caption(", ".join(one.run.name for one in reading.compared))
        self.why.setText(reading.why or tr("Nothing to recommend yet: no run was measured before and after training."))
        said = tr("Still missing: {runs}.").format(runs=", ".join(reading.missing)) if reading.missing else ""
        self.missing.setText(said)
        self.missing.setVisible(bool(said))
        kept = self._chosen.run.id if self._chosen is not None else reading.recommended
        found = {one.run.id: one for one in reading.compared}
        first = next((one for one in reading.compared if one.verdict is not None), None)
        self._show_chosen(found.get(kept or 0, first))

    def choose(self, run_id: int) -> None:
        """Show a run's point in words."""
        found = self._reading.compared if self._reading is not None else ()
        self._show_chosen(next((one for one in found if one.run.id == run_id), None))

    def _fill_measures(self, names: list[str]) -> None:
        entries = [
            (tr("worst capability"), WORST),
            (tr("mean of capabilities"), MEAN),
            *((name, name) for name in names),
        ]
        if [self.measure.itemData(at) for at in range(self.measure.count())] == [value for _, value in entries]:
            return
        wanted = self.measure.currentData()
        self.measure.clear()
        for words, value in entries:
            self.measure.addItem(words, value)
        self.measure.setCurrentIndex(max(0, self.measure.findData(wanted)))
        self.chart.set_measure(self.measure.currentData())

    def _show_chosen(self, one: Compared | None) -> None:
        self._chosen = one
        self.details.setVisible(one is not None)
        if one is None or self._reading is None:
            return
        star = "★ " if one.run.id == self._reading.best else ""
        self.details.title.setText(f"{star}{one.run.name}")
        empty_layout(self._facts)
        for number, (name, text) in enumerate(presenter.point_facts(one, self._reading)):
            self._facts.addWidget(PlainLabel(name, bold=True), number, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(tight(wrapped(text)), number, 1, Qt.AlignmentFlag.AlignTop)
        self.current.setEnabled(one.can_be_current)
        self.answers.setEnabled(bool(one.ref))
        self.current.setToolTip(presenter.unable(one))

    def focus_chain(self) -> list[QWidget]:
        """Selector, chart, buttons."""
        return [self.measure, self.chart, self.current, self.open, self.answers]

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_measure_activated(self, index: int) -> None:
        self.chart.set_measure(str(self.measure.itemData(index)))

    @Slot(object)
    def _on_point_selected(self, row: TradeoffRow) -> None:
        self._show_chosen(self._of(row))

    @Slot(object)
    def _on_point_activated(self, row: TradeoffRow) -> None:
        if (one := self._of(row)) is not None:
            self.open_requested.emit(one.run.id)

    def _of(self, row: TradeoffRow) -> Compared | None:
        found = self._reading.compared if self._reading is not None else ()
        return next((one for one in found if one.run.name == row.run), None)

    @Slot()
    def _on_current_clicked(self) -> None:
        if self._chosen is not None:
            self.current_requested.emit(self._chosen.run.id)

    @Slot()
    def _on_open_clicked(self) -> None:
        if self._chosen is not None:
            self.open_requested.emit(self._chosen.run.id)

    @Slot()
    def _on_answers_clicked(self) -> None:
        if self._chosen is not None:
            self.answers_requested.emit(self._chosen.run.id)
