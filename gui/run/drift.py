"""The Drift tab: how far every weight moved, by layer and module; not a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from gui.charts.drift import DriftChart
from gui.charts.drift_rows import DriftCell, DriftModel, cell_of, levels_of
from gui.i18n import tr
from gui.project import Action
from gui.widgets.empty import Empty, EmptyState

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from engine.records import Drift
    from gui.dialogs import Dialogs


class DriftTab(QWidget):
    """A checkpoint's weights, by how far they moved. The chart is made when there is something to draw."""

    requested = Signal()

    def __init__(self, dialogs: Dialogs | None = None, parent: QWidget | None = None) -> None:
        """Build it with its empty state."""
        super().__init__(parent)
        self._dialogs = dialogs
        self._drift: dict[int, list[Drift]] = {}
        self._shown: dict[int, list[Drift]] = {}
        self.picture: DriftPicture | None = None
        self.empty = EmptyState(
            Empty(
                icon="chart", title=tr("No drift to show yet"),
                text=tr("How far each layer's weights moved from the base: a diagnosis, not a verdict."),
                action=Action(text=tr("Work out the drift"), do=self.requested.emit),
            )
        )  # fmt: skip
        self._places = QStackedLayout(self)
        self._places.addWidget(self.empty)

    def show_drift(self, drift: dict[int, list[Drift]]) -> None:
        """Show what there is, once somebody looks; the newest checkpoint first."""
        self._drift = drift
        if self.isVisible():
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while another tab was in front."""
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        if self._drift == self._shown:
            return
        self._shown = self._drift
        if self.picture is None:
            self.picture = DriftPicture(self._dialogs)
            self._places.addWidget(self.picture)
        self.picture.show_drift(self._drift)
        self._places.setCurrentWidget(self.picture if self._drift else self.empty)

    def focus_chain(self) -> list[QWidget]:
        """The button, or the checkpoint and then the chart."""
        return [*self.empty.buttons, *(self.picture.focus_chain() if self.picture is not None else [])]


class DriftPicture(QWidget):
    """The chart of one checkpoint, which is chosen above it."""

    def __init__(self, dialogs: Dialogs | None) -> None:
        """Build it without a checkpoint."""
        super().__init__()
        self._cells: dict[int, list[DriftCell]] = {}
        self.step = QComboBox()
        self.step.setAccessibleName(tr("Checkpoint"))
        self.step.activated.connect(self._on_step_activated)
        self.chart = DriftChart(DriftModel(self))
        if dialogs is not None:
            self.chart.set_dialogs(dialogs)
        row = QHBoxLayout()
        label = QLabel(tr("checkpoint"))
        label.setBuddy(self.step)
        row.addWidget(label)
        row.addWidget(self.step)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 12)
        column.addLayout(row)
        column.addWidget(self.chart, 1)

    def show_drift(self, drift: dict[int, list[Drift]]) -> None:
        """Show every checkpoint to choose from; the chosen one stays so."""
        self._cells = {step: [cell_of(row) for row in rows] for step, rows in drift.items()}
        chosen = self.step.currentData()
        self.step.clear()
        for step in sorted(drift, reverse=True):
            self.step.addItem(tr("step {step}").format(step=step), step)
        self.step.setCurrentIndex(max(0, self.step.findData(chosen)))
        self.chart.set_levels(*levels_of(cell for found in self._cells.values() for cell in found))
        self._show_step()

    def focus_chain(self) -> list[QWidget]:
        """The checkpoint, then the chart."""
        return [self.step, self.chart]

    def _show_step(self) -> None:
        self.chart.table().set_rows(self._cells.get(self.step.currentData(), []))

    @Slot(int)
    def _on_step_activated(self, _index: int) -> None:
        self._show_step()
