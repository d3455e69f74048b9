"""The Drift tab: how far every weight moved, by layer and module; not a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from gui.charts.drift import DriftChart
from gui.charts.drift_rows import DriftModel, cell_of, levels_of
from gui.i18n import tr
from gui.project import Action
from gui.widgets.empty import Empty, EmptyState
from gui.widgets.text import wrapped

if TYPE_CHECKING:
    from engine.records import CheckpointRow, Drift
    from gui.dialogs import Dialogs


class DriftTab(QWidget):
    """A checkpoint's weights, by how far they moved."""

    requested = Signal()

    def __init__(self, dialogs: Dialogs | None = None, parent: QWidget | None = None) -> None:
        """Build it with its empty state."""
        super().__init__(parent)
        self._drift: dict[int, list[Drift]] = {}
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
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 8, 16, 12)
        column.addLayout(row)
        column.addWidget(self.chart, 1)
        column.addWidget(wrapped(tr("How far weights moved, not what was lost."), muted=True))
        self._content = content
        self.empty = EmptyState(
            Empty(
                icon="chart", title=tr("No drift to show yet"),
                text=tr("How far each layer's weights moved from the base: a diagnosis, not a verdict."),
                action=Action(text=tr("Work out the drift"), do=self.requested.emit),
            )
        )  # fmt: skip
        self._places = QStackedLayout(self)
        self._places.addWidget(self.empty)
        self._places.addWidget(content)

    def show_drift(self, drift: dict[int, list[Drift]], rows: list[CheckpointRow]) -> None:
        """Show what there is; the newest checkpoint first."""
        if drift == self._drift:
            return
        self._drift = drift
        self._places.setCurrentWidget(self._content if drift else self.empty)
        chosen = self.step.currentData()
        self.step.clear()
        for step in sorted(drift, reverse=True):
            self.step.addItem(tr("step {step}").format(step=step), step)
        self.step.setCurrentIndex(max(0, self.step.findData(chosen)))
        self._show_step()

    def focus_chain(self) -> list[QWidget]:
        """The checkpoint, then the chart."""
        return [*self.empty.buttons, self.step, self.chart]

    def _show_step(self) -> None:
        cells = {step: [cell_of(row) for row in rows] for step, rows in self._drift.items()}
        self.chart.set_levels(*levels_of(cell for found in cells.values() for cell in found))
        self.chart.table().set_rows(cells.get(self.step.currentData(), []))

    @Slot(int)
    def _on_step_activated(self, _index: int) -> None:
        self._show_step()
