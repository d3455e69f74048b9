"""The Timeline tab: chart (c), live, with its controls above and the checkpoint under the cursor below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gui.charts.timeline import TimelineChart
from gui.charts.timeline_rows import CheckRow, EventRow, StepRow, TimelineModel
from gui.charts.timeline_runs import TimelinePlan
from gui.i18n import tr
from gui.widgets.buttons import QuietButton
from gui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from gui.dialogs import Dialogs


class TimelineTab(QWidget):
    """Controls, chart, and what can be done with the checkpoint nearest to the cursor."""

    restore_requested = Signal(int)
    answers_requested = Signal(int)
    smoothing_changed = Signal(int)

    def __init__(self, dialogs: Dialogs | None = None, parent: QWidget | None = None) -> None:
        """Build it with an empty chart."""
        super().__init__(parent)
        self.model = TimelineModel(self)
        self.chart = TimelineChart(self.model)
        if dialogs is not None:
            self.chart.set_dialogs(dialogs)
        self.axis = QComboBox()
        for words, code in (
            (tr("Step"), "step"),
            (tr("Tokens"), "tokens"),
            (tr("Time"), "time"),
            (tr("Epoch"), "epoch"),
        ):
            self.axis.addItem(words, code)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 99)
        self.smoothing.setMaximumWidth(120)
        self.raw = QCheckBox(tr("raw"))
        self.raw.setChecked(True)
        self.log = QCheckBox(tr("log loss"))
        self.capability = QComboBox()
        self.capability.addItem(tr("Worst"), "")
        self.live = QuietButton(tr("↦ Live"))
        self.live.setToolTip(tr("Follow the newest steps again"))
        self.live.hide()
        self._saved: set[int] = set()
        self._at: int | None = None
        self.place = ElidedLabel("")
        self.restore = QPushButton(tr("Restore"))
        self.restore.setToolTip(tr("Make this checkpoint the current model; nothing is deleted"))
        self.compare = QPushButton(tr("Compare answers"))
        self._name()
        self._lay_out()
        self._connect()

    def _name(self) -> None:
        for widget, words in (
            (self.axis, tr("Horizontal axis")), (self.smoothing, tr("Smoothing of the loss")), (self.raw, tr("Show raw loss")),
            (self.log, tr("Logarithmic loss axis")), (self.capability, tr("Capability shown")),
        ):  # fmt: skip
            widget.setAccessibleName(words)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        for words, widget in (("x", self.axis), (tr("smooth"), self.smoothing)):
            label = QLabel(words)
            label.setBuddy(widget)
            row.addWidget(label)
            row.addWidget(widget)
        row.addWidget(self.raw)
        row.addWidget(self.log)
        label = QLabel(tr("capability"))
        label.setBuddy(self.capability)
        row.addWidget(label)
        row.addWidget(self.capability)
        row.addStretch(1)
        row.addWidget(self.live)
        below = QHBoxLayout()
        below.addWidget(self.place, 1)
        below.addWidget(self.restore)
        below.addWidget(self.compare)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 12)
        column.addLayout(row)
        column.addWidget(self._room(), 1)
        column.addLayout(below)
        self._show_place(None)

    def _room(self) -> QScrollArea:
        """Where the chart is: it fills it, and scrolls where it would get too low to read."""
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.chart)
        return area

    def _connect(self) -> None:
        self.axis.activated.connect(self._on_axis_activated)
        self.smoothing.valueChanged.connect(self._on_smoothing_changed)
        self.raw.toggled.connect(self.chart.set_raw)
        self.log.toggled.connect(self.chart.set_log)
        self.capability.activated.connect(self._on_capability_activated)
        self.chart.capabilities_changed.connect(self._on_capabilities_changed)
        self.chart.following_changed.connect(self._on_following_changed)
        self.live.clicked.connect(self.chart.follow_live)
        self.chart.point_selected.connect(self._on_point_selected)
        self.restore.clicked.connect(self._on_restore_clicked)
        self.compare.clicked.connect(self._on_compare_clicked)

    # ---- show --------------------------------------------------------------------------------------------------------

    def show_plan(self, steps_total: int, checks: tuple[int, ...], waiting: str) -> None:
        """Say how far it will go, where checks will be, and why there is nothing yet."""
        self.chart.set_plan(TimelinePlan(steps_total=steps_total, checkpoints=checks, waiting=waiting))

    def show_rows(self, steps: list[StepRow], checks: list[CheckRow], events: list[EventRow], saved: set[int]) -> None:
        """Show all rows; what is already drawn stays. `saved` are the steps whose weights are on disk."""
        self._saved = saved
        self.model.set_parts(steps, checks, events)
        self._show_place(self._at)

    def set_smoothing(self, percent: int) -> None:
        """Take the preferred smoothing."""
        self.smoothing.setValue(percent)
        self.chart.set_smoothing(percent / 100)

    def focus_chain(self) -> list[QWidget]:
        """Controls, chart, buttons."""
        return [self.axis, self.smoothing, self.raw, self.log, self.capability, self.live, self.chart, self.restore,
                self.compare]  # fmt: skip

    def _show_place(self, step: int | None) -> None:
        """Offer the checkpoint at or before a step."""
        self._at = max((saved for saved in self._saved if step is not None and saved <= step), default=None)
        has_place = self._at is not None
        words = tr("Checkpoint at step {step}").format(step=self._at)
        self.place.setText(words if has_place else tr("Select a step to restore or compare its checkpoint."))
        self.restore.setEnabled(has_place)
        self.compare.setEnabled(has_place)

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_axis_activated(self, _index: int) -> None:
        self.chart.set_axis(self.axis.currentData())

    @Slot(int)
    def _on_smoothing_changed(self, percent: int) -> None:
        self.chart.set_smoothing(percent / 100)
        self.smoothing.setToolTip(f"{percent / 100:.2f}")
        self.smoothing_changed.emit(percent)

    @Slot(int)
    def _on_capability_activated(self, _index: int) -> None:
        self.chart.set_capability(self.capability.currentData())

    @Slot(object)
    def _on_capabilities_changed(self, names: list[str]) -> None:
        chosen = self.capability.currentData()
        self.capability.clear()
        self.capability.addItem(tr("Worst"), "")
        for name in names:
            self.capability.addItem(name, name)
        self.capability.setCurrentIndex(max(0, self.capability.findData(chosen)))

    @Slot(bool)
    def _on_following_changed(self, is_following: bool) -> None:
        self.live.setVisible(not is_following)

    @Slot(object)
    def _on_point_selected(self, key: object) -> None:
        step = key if isinstance(key, int) else getattr(key, "step", None)
        self._show_place(step)

    @Slot()
    def _on_restore_clicked(self) -> None:
        if self._at is not None:
            self.restore_requested.emit(self._at)

    @Slot()
    def _on_compare_clicked(self) -> None:
        if self._at is not None:
            self.answers_requested.emit(self._at)
