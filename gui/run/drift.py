"""The Drift tab: how far every weight moved, by layer and module; not a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from gui.charts.model import ChartModel, Column
from gui.i18n import tr
from gui.widgets.empty import Empty, EmptyState
from gui.widgets.tables import plain_table
from gui.widgets.text import wrapped

if TYPE_CHECKING:
    from engine.records import CheckpointRow, Drift
    from gui.dialogs import Dialogs


class DriftModel(ChartModel["Drift"]):
    """One row a weight, the farthest moved first."""

    columns = (
        Column(key="layer", title=lambda: tr("Layer"), value=lambda row: row.layer,
               text=lambda row: str(row.layer) if row.layer >= 0 else tr("outside")),
        Column(key="module", title=lambda: tr("Module"), value=lambda row: row.module),
        Column(key="relative_change", title=lambda: tr("‖ΔW‖ / ‖W‖"), value=lambda row: row.value,
               text=lambda row: f"{row.value:.2e}".replace("-", "−")),
        Column(key="name", title=lambda: tr("Weight"), value=lambda row: row.name),
    )  # fmt: skip


class DriftTab(QWidget):
    """A checkpoint's weights, by how far they moved."""

    def __init__(self, dialogs: Dialogs | None = None, parent: QWidget | None = None) -> None:
        """Build it with its empty state."""
        super().__init__(parent)
        self._dialogs = dialogs
        self._drift: dict[int, list[Drift]] = {}
        self.step = QComboBox()
        self.step.setAccessibleName(tr("Checkpoint"))
        self.step.activated.connect(self._on_step_activated)
        self.model = DriftModel(self)
        self.table = plain_table(self.model, tr("How far each weight moved"))
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
        column.addWidget(self.table, 1)
        column.addWidget(wrapped(tr("How far weights moved, not what was lost."), muted=True))
        self._content = content
        self.empty = EmptyState(
            Empty(
                icon="chart", title=tr("No drift to show yet"),
                text=tr("How far each layer moved is worked out when a checkpoint is opened in the strength slider."),
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
        """The checkpoint, then the table."""
        return [self.step, self.table]

    def _show_step(self) -> None:
        rows = self._drift.get(self.step.currentData(), [])
        self.model.set_rows(sorted(rows, key=lambda row: -row.value))

    @Slot(int)
    def _on_step_activated(self, _index: int) -> None:
        self._show_step()
