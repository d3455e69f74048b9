"""The Progress tab: the runs of a comparison of methods while they go on, what is missing, and what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.compare.sweep_model import LABEL, SweepModel
from gui.i18n import tr
from gui.run.parts import tight
from gui.theme import theme_of
from gui.widgets.buttons import PrimaryButton
from gui.widgets.form import Card, Tinted
from gui.widgets.tables import fit_height, plain_table
from gui.widgets.text import ElidedLabel, PlainLabel, heading, wrapped

if TYPE_CHECKING:
    from gui.compare.sweep_reading import SweepLine, SweepView

MOST_ROWS = 14


class SweepTab(QScrollArea):
    """Shows a `SweepView`; asks to open a run, to cancel the rest, to queue the missing again, and for the trade-off."""

    open_requested = Signal(int)
    cancel_requested = Signal()
    resume_requested = Signal()
    tradeoff_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Progress of the comparison"))
        self.name = ElidedLabel("")
        self.far = PlainLabel("", bold=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of the comparison"))
        self.model = SweepModel(self)
        self.table = plain_table(self.model, tr("Runs of this comparison"))
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(LABEL, QHeaderView.ResizeMode.Stretch)
        self.failed = tight(Tinted("", "error_text"))
        self.open = QPushButton(tr("Open run"))
        self.cancel = QPushButton(tr("Cancel the rest"))
        self.cancel.setToolTip(tr("Runs that wait are cancelled; the one at work goes on. Can be undone."))
        self.resume = QPushButton(tr("Queue the missing runs again"))
        self.hint = tight(wrapped(tr(
            "You can close the window or do other things. A run that fails does not stop the others; when all have ended, "
            "this page turns to the trade-off."
        ), muted=True))  # fmt: skip
        self.advice = Card(tr("Recommended"))
        self.why = tight(wrapped(""))
        self.tradeoff = PrimaryButton(tr("Show the trade-off"))
        self.advice.add(self.why)
        self.advice.add_row(self.tradeoff)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        title = heading(tr("Comparing methods"))
        head.addWidget(title)
        head.addWidget(self.name, 1)
        head.addWidget(self.far)
        buttons = QHBoxLayout()
        for button in (self.open, self.cancel, self.resume):
            buttons.addWidget(button)
        buttons.addStretch(1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.table)
        column.addWidget(self.failed)
        column.addLayout(buttons)
        column.addWidget(self.hint)
        column.addWidget(self.advice)
        column.addStretch(1)
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)

    def _connect(self) -> None:
        self.table.activated.connect(self._on_open_clicked)
        self.table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.open.clicked.connect(self._on_open_clicked)
        self.cancel.clicked.connect(self.cancel_requested)
        self.resume.clicked.connect(self.resume_requested)
        self.tradeoff.clicked.connect(self.tradeoff_requested)

    # ---- show --------------------------------------------------------------------------------------------------------

    def show_sweep(self, view: SweepView, why: str) -> None:
        """Show how it stands; `why` is the recommendation so far, if there is one."""
        self.name.setText(view.name)
        self.far.setText(view.headline())
        self.bar.setValue(round(1000 * view.share))
        self.bar.setAccessibleDescription(view.headline())
        self.bar.setVisible(not view.is_over)
        self.model.wear(theme_of(self.palette()))
        self.model.set_rows(view.lines)
        fit_height(self.table, MOST_ROWS)
        said = [f"✗ {one.label}: {one.reason}" for one in view.missing if one.reason]
        self.failed.setText("\n".join(said))
        self.failed.setVisible(bool(said))
        self.cancel.setVisible(not view.is_over)
        self.cancel.setEnabled(view.waiting > 0)
        self.resume.setVisible(bool(view.missing))
        self.hint.setVisible(not view.is_over)
        self.advice.setVisible(bool(why))
        self.advice.title.setText(tr("Recommended") if view.is_over else tr("Recommended so far"))
        self.why.setText(f"★ {why}" if any(one.is_best for one in view.lines) else why)
        if not self.table.currentIndex().isValid() and view.lines:
            self.table.selectRow(0)
        self._show_open()

    def chosen(self) -> SweepLine | None:
        """The selected run."""
        row = self.table.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def _show_open(self) -> None:
        line = self.chosen()
        self.open.setEnabled(line is not None and not line.is_in_trash)

    def focus_chain(self) -> list[QWidget]:
        """Table, buttons."""
        return [self.table, self.open, self.cancel, self.resume, self.tradeoff]

    def changeEvent(self, event: QEvent) -> None:
        """Recolour with the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "model"):
            self.model.wear(theme_of(self.palette()))

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_open()

    @Slot()
    def _on_open_clicked(self) -> None:
        line = self.chosen()
        if line is not None and not line.is_in_trash:
            self.open_requested.emit(line.run_id)
