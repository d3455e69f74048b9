"""Beside the panel of Try all: what all runs take together, each of them in a table, and the button that queues them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QHeaderView, QScrollArea, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.run.parts import empty_layout
from gui.widgets.buttons import PrimaryButton
from gui.widgets.form import Card, Fold, Problem, Tinted
from gui.widgets.tables import RowModel, fit_height, plain_table
from gui.widgets.text import PlainLabel, heading, wrapped

if TYPE_CHECKING:
    from gui.new_run.sweep_note import SweepNote

MOST_ROWS = 12


class SweepRunModel(RowModel[tuple[str, str, str]]):
    """One row a run: what is special about it, its time, its disk."""

    def titles(self) -> list[str]:
        """The headings."""
        return [tr("Run"), tr("Time"), tr("Disk")]

    def text(self, row: tuple[str, str, str], column: int) -> str:
        """A cell."""
        return row[column]

    def sort_key(self, row: tuple[str, str, str], column: int) -> Any:
        """By its text."""
        return row[column]

    def tip(self, row: tuple[str, str, str], column: int) -> str:
        """The whole row: the column may be narrow."""
        return " · ".join(part for part in row if part)


class SweepRuns(QWidget):
    """The right side; `start_requested` asks to queue."""

    start_requested = Signal()

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        """Build it with nothing planned."""
        super().__init__(parent)
        self.setFixedWidth(width)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 22, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._card(), 1)
        column.addWidget(self._foot())

    def _card(self) -> QScrollArea:
        card = Card(tr("All together"))
        self.headline = heading("")
        self.headline.setWordWrap(True)
        card.add(self.headline)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(12)
        self._facts.setColumnStretch(1, 1)
        card.column.addLayout(self._facts)
        self.warnings = Tinted("", "warning_text", size="small")
        card.add(self.warnings)
        self.fold = Fold(tr("Each run"))
        self.fold.opened.connect(self._fit_table)
        self.model = SweepRunModel(self)
        self.table = plain_table(self.model, tr("Each run"))
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.fold.inside_column.setContentsMargins(0, 4, 0, 4)
        self.fold.inside_column.addWidget(self.table)
        card.add(self.fold)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 12)
        column.addWidget(card)
        column.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName(tr("All together"))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        return area

    def _foot(self) -> QWidget:
        foot = QWidget()
        layout = QVBoxLayout(foot)
        layout.setContentsMargins(0, 0, 12, 12)
        layout.setSpacing(4)
        self.reason = Problem()
        self.busy = wrapped("", muted=True)
        self.busy.hide()
        self.start = PrimaryButton(tr("Queue the runs"))
        self.start.setObjectName("queue_sweep")
        self.start.setToolTip("Ctrl+Enter")
        self.start.clicked.connect(self._on_start_clicked)
        hint = tr("Ctrl+Enter. They wait their turn if a run is training; one step undoes it.")
        for widget in (self.reason, self.busy, self.start, wrapped(hint, size="small", muted=True)):
            layout.addWidget(widget)
        return foot

    def show_note(self, note: SweepNote) -> None:
        """Show what the runs take; with a problem there is nothing to queue."""
        self.headline.setText(note.headline or tr("Nothing to queue yet"))
        empty_layout(self._facts)
        for row, (name, value) in enumerate(note.facts):
            label = PlainLabel(name)
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            self._facts.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(wrapped(value), row, 1)
        self.warnings.setText("\n".join(f"⚠ {line}" for line in note.warnings))
        self.warnings.setVisible(bool(note.warnings))
        self.model.set_rows(note.runs)
        self.fold.setVisible(bool(note.runs))
        self._fit_table()
        self.reason.say(note.problem)
        words = tr("Queue %n run(s)", "", note.count) if note.count else tr("Queue the runs")
        self.start.setText(words)
        self.start.setAccessibleName(words)
        self._enable(can_start=bool(note.count) and not note.problem)

    def show_busy(self, words: str) -> None:
        """Say what is being done before they are queued; an empty text when it is over."""
        self.busy.setText(words)
        self.busy.setVisible(bool(words))
        self._enable(can_start=bool(self.model.rows) and not self.reason.text())

    def _enable(self, *, can_start: bool) -> None:
        self.start.setEnabled(can_start and not self.busy.text())

    def focus_chain(self) -> list[QWidget]:
        """The fold, the button."""
        return [self.fold.button, self.table, self.start]

    @Slot()
    def _fit_table(self) -> None:
        fit_height(self.table, MOST_ROWS)

    @Slot()
    def _on_start_clicked(self) -> None:
        self.start_requested.emit()
