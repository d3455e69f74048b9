"""The Overview tab: one row a run against the baseline, and what differs between the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.compare import presenter
from gui.compare.model import OverviewModel
from gui.i18n import tr
from gui.run.parts import empty_layout, tight
from gui.theme import theme_of
from gui.widgets.buttons import QuietButton
from gui.widgets.form import Card, Tinted
from gui.widgets.tables import fit_columns, fit_height, plain_table
from gui.widgets.text import wrapped

if TYPE_CHECKING:
    from gui.compare.presenter import Difference, Line
    from gui.compare.reading import Reading

#: Room between columns, and the most that cells may ask for.
_GAP, _WIDEST = 12, 300


class OverviewTab(QWidget):
    """Shows lines and differences; emits what the user wants, each with a run's id."""

    baseline_chosen = Signal(int)
    add_requested = Signal(int)
    remove_requested = Signal(int)
    open_requested = Signal(int)
    current_requested = Signal(int)
    measure_requested = Signal()
    report_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.baseline = QComboBox()
        self.baseline.setAccessibleName(tr("Baseline"))
        self.add = QComboBox()
        self.add.setAccessibleName(tr("Add a run"))
        self.report = QPushButton(tr("Export report…"))
        self.model = OverviewModel(self)
        self.table = plain_table(self.model, tr("Compared runs"))
        self.open = QPushButton(tr("Open run"))
        self.current = QPushButton(tr("Make current"))
        self.remove = QuietButton(tr("Leave out"), "close")
        self.why = wrapped("")
        self.missing = Tinted("", "warning_text")
        self.differs = Card(tr("What differs"))
        self._differs = QVBoxLayout()
        self.differs.column.addLayout(self._differs)
        self.measure = QPushButton()
        self.differs.column.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignLeft)
        self.differs.column.addStretch(1)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        label = QLabel(tr("Baseline"))
        label.setBuddy(self.baseline)
        for widget in (label, self.baseline, self.add):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.report)
        buttons = QHBoxLayout()
        for button in (self.open, self.current, self.remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.table)
        column.addLayout(buttons)
        column.addWidget(tight(self.why))
        column.addWidget(tight(self.missing))
        column.addWidget(self.differs)
        column.addStretch(1)

    def _connect(self) -> None:
        self.baseline.activated.connect(self._on_baseline_activated)
        self.add.activated.connect(self._on_add_activated)
        self.table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.table.activated.connect(self._on_open_clicked)
        self.open.clicked.connect(self._on_open_clicked)
        self.current.clicked.connect(self._on_current_clicked)
        self.remove.clicked.connect(self._on_remove_clicked)
        self.measure.clicked.connect(self.measure_requested)
        self.report.clicked.connect(self.report_requested)

    # ---- show --------------------------------------------------------------------------------------------------------

    def show_reading(self, reading: Reading, baseline: int) -> None:
        """Show everything anew; the selection stays."""
        rows = presenter.lines(reading, baseline)
        self.model.wear(theme_of(self.palette()))
        self.model.show_unit(presenter.gain_unit(reading.measure) if reading.measure else "")
        is_other = [one.name for one in rows] != [one.name for one in self.model.rows]
        self.model.set_rows(rows)
        if is_other:
            self._fit_columns()
        fit_height(self.table, 8)
        self.table.setFixedHeight(self.table.maximumHeight() + self.table.horizontalScrollBar().sizeHint().height())
        self._fill(self.baseline, [(one.name, one.id) for one in rows], next(one.id for one in rows if one.is_baseline))
        self._fill(self.add, [(tr("+ Add run…"), 0), *((run.name, run.id) for run in reading.others)], 0)
        self.add.setEnabled(bool(reading.others))
        self.why.setText(f"★ {reading.why}" if reading.best is not None else reading.why)
        self.why.setVisible(bool(reading.why))
        said = tr("Still missing: {runs}.").format(runs=", ".join(reading.missing)) if reading.missing else ""
        self.missing.setText(said)
        self.missing.setVisible(bool(said))
        self._show_differences(presenter.differences(reading))
        self.measure.setText(presenter.remeasure_text(reading))
        self.measure.setAccessibleName(self.measure.text())
        self.measure.setVisible(bool(self.measure.text()))
        if not self.table.currentIndex().isValid() and len(rows) > 1:
            best = next((at for at, one in enumerate(rows) if one.is_best), 1)
            self.table.selectRow(best)
        self._show_buttons()

    def _fit_columns(self) -> None:
        """Give headings and cells their room."""
        wanted = (self.table.sizeHintForColumn(column) + _GAP for column in range(self.model.columnCount()))
        fit_columns(self.table, [min(width, _WIDEST) for width in wanted])

    def _fill(self, box: QComboBox, entries: list[tuple[str, int]], chosen: int) -> None:
        box.clear()
        for words, value in entries:
            box.addItem(words, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))

    def _show_differences(self, found: list[Difference]) -> None:
        empty_layout(self._differs)
        self.differs.setVisible(bool(found))
        for one in found:
            if one.level:
                self._differs.addWidget(tight(Tinted(f"⚠ {one.text}", "warning_text")))
        plain = "\n".join(one.text for one in found if not one.level)
        if plain:
            self._differs.addWidget(tight(wrapped(plain)))

    def _show_buttons(self) -> None:
        line = self.chosen()
        is_run = line is not None and line.id != presenter.BASE
        for button in (self.open, self.remove):
            button.setEnabled(is_run)
        self.current.setEnabled(line is not None and line.can_be_current)
        self.current.setToolTip(line.unable if line is not None else "")

    def chosen(self) -> Line | None:
        """The selected row."""
        row = self.table.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def focus_chain(self) -> list[QWidget]:
        """Selectors, table, buttons."""
        return [
            self.baseline, self.add, self.report, self.table, self.open, self.current, self.remove, self.measure,
        ]  # fmt: skip

    def changeEvent(self, event: QEvent) -> None:
        """Recolour the verdicts with the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "model"):
            self.model.wear(theme_of(self.palette()))

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_baseline_activated(self, index: int) -> None:
        self.baseline_chosen.emit(int(self.baseline.itemData(index)))

    @Slot(int)
    def _on_add_activated(self, index: int) -> None:
        if run_id := int(self.add.itemData(index)):
            self.add_requested.emit(run_id)

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_buttons()

    @Slot()
    def _on_open_clicked(self) -> None:
        self._emit(self.open_requested)

    @Slot()
    def _on_current_clicked(self) -> None:
        self._emit(self.current_requested)

    @Slot()
    def _on_remove_clicked(self) -> None:
        self._emit(self.remove_requested)

    def _emit(self, signal: SignalInstance) -> None:
        line = self.chosen()
        if line is not None and line.id != presenter.BASE:
            signal.emit(line.id)
