"""The Verdict tab: what was kept and what was forgotten, in a glance, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.charts.before_after import BeforeAfterChart
from gui.i18n import tr
from gui.run.answers_model import AnswersModel, is_worse
from gui.run.parts import empty_layout, tight
from gui.widgets.buttons import PrimaryButton, QuietButton
from gui.widgets.flow import Flow
from gui.widgets.form import Card, Fold, Tinted
from gui.widgets.text import PlainLabel, wrapped

if TYPE_CHECKING:
    from engine.verdict.records import Word
    from gui.dialogs import Dialogs
    from gui.run.reading import RunReading
    from gui.run.verdict_words import VerdictButton, VerdictView

_TOKENS: dict[str, str] = {
    "kept": "kept_text", "forgot": "forgot_text", "changed": "unsure_text", "can't tell": "unsure_text", "measured": "base",
}  # fmt: skip
#: Pixels a chart needs beside its rows: title, axis and read-out.
_CHART_FRAME, _ROW = 112, 42
MOST_WORST = 8


class VerdictTab(QScrollArea):
    """Shows a `VerdictView`; emits what the user wants."""

    button_pressed = Signal(object)
    answers_requested = Signal(str)
    answer_requested = Signal(str)
    canaries_requested = Signal(str, int)
    measure_requested = Signal()

    def __init__(self, dialogs: Dialogs | None = None, parent: QWidget | None = None) -> None:
        """Build the parts that are always there."""
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Verdict"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._dialogs = dialogs
        self.headline = tight(Tinted("", "text", size="title", bold=True))
        self.summary = tight(wrapped(""))
        self.current_note = wrapped("", muted=True)
        self.buttons: list[QPushButton] = []
        self._button_row = Flow()
        self.measure = PrimaryButton(tr("Measure now"))
        self.measure.clicked.connect(self.measure_requested)
        self.measure.hide()
        self.charts: list[BeforeAfterChart] = []
        self._charts = QVBoxLayout()
        self._charts.setSpacing(8)
        self.unsettled = Card(tr("◆ What cannot be told yet"))
        self.beside = Card(tr("Beside the verdict"))
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(16)
        self._facts.setColumnStretch(1, 1)
        self.beside.column.addLayout(self._facts)
        self.next = Card(tr("What to do next"))
        self.worst = self._worst_card()
        self.decided = Fold(tr("How this was decided"))
        self._decided = wrapped("", muted=True)
        self._decided.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.decided.inside_column.addWidget(self._decided)
        self._lay_out()

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        column.addWidget(self.headline)
        column.addWidget(self.summary)
        column.addWidget(self.current_note)
        column.addLayout(self._button_row)
        column.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._charts)
        for card in (self.unsettled, self.next, self.beside, self.worst):
            column.addWidget(card)
        column.addWidget(self.decided)
        column.addStretch(1)
        self.setWidget(page)

    def _worst_card(self) -> Card:
        card = Card(tr("Worst answers"))
        self.worst_model = AnswersModel(self)
        self.worst_table = QTableView()
        table = self.worst_table
        table.setModel(self.worst_model)
        table.setAccessibleName(tr("Worst answers"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setWordWrap(False)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        table.horizontalHeader().setStretchLastSection(True)
        table.activated.connect(self._on_worst_activated)
        card.add(table)
        self.see_all = QuietButton(tr("See all answers"))
        self.see_all.clicked.connect(self._on_see_all_clicked)
        card.column.addWidget(self.see_all, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    # ---- show --------------------------------------------------------------------------------------------------------

    def show_verdict(self, view: VerdictView, reading: RunReading, *, can_measure: bool) -> None:
        """Show everything anew."""
        self.headline.setText(view.headline)
        self.headline.set_token(_token(view.word))
        self.headline.setAccessibleName(view.headline)
        self.summary.setText(view.summary)
        self.summary.setVisible(bool(view.summary))
        self.current_note.setText(tr("⚑ This is the project's current model.") if view.is_current else "")
        self.current_note.setVisible(view.is_current)
        self.measure.setVisible(can_measure and view.word is None)
        self._show_buttons(view.buttons)
        self._show_charts(view)
        self._show_offers(view)
        self._show_facts(view)
        self._show_next(view)
        self._show_worst(reading)
        self._decided.setText("\n".join(view.decided))
        self.decided.setVisible(bool(view.decided))

    def _show_buttons(self, buttons: tuple[VerdictButton, ...]) -> None:
        if [button.property("verdict") for button in self.buttons] == list(buttons):
            return
        for old in self.buttons:
            self._button_row.removeWidget(old)
            old.deleteLater()
        while self._button_row.count():
            self._button_row.takeAt(0)
        self.buttons = []
        for one in buttons:
            button = PrimaryButton(one.text) if one.is_primary else QPushButton(one.text)
            button.setToolTip(one.tip)
            button.setAccessibleDescription(one.tip)
            button.setObjectName(f"verdict_{one.key}")
            button.setProperty("verdict", one)
            button.setAutoDefault(True)
            button.clicked.connect(self._on_button_clicked)
            self._button_row.addWidget(button)
            self.buttons.append(button)

    def _show_charts(self, view: VerdictView) -> None:
        while len(self.charts) > len(view.groups):
            old = self.charts.pop()
            self._charts.removeWidget(old)
            old.deleteLater()
        while len(self.charts) < len(view.groups):
            chart = BeforeAfterChart()
            if self._dialogs is not None:
                chart.set_dialogs(self._dialogs)
            chart.point_selected.connect(self._on_row_selected)
            self._charts.addWidget(chart)
            self.charts.append(chart)
        for chart, rows in zip(self.charts, view.groups, strict=True):
            chart.table().set_rows(rows)
            chart.setMinimumHeight(_CHART_FRAME + _ROW * min(len(rows), 14))

    def _show_offers(self, view: VerdictView) -> None:
        empty_layout(self.unsettled.column, keep=1)
        self.unsettled.setVisible(bool(view.offers))
        for one in view.offers:
            label = wrapped(one.text)
            widgets: list[QWidget] = [label]
            if one.add:
                button = QPushButton(tr("Add ~{count} canaries…").format(count=one.add))
                button.setAccessibleName(
                    tr("Add about {count} canaries to {name}").format(count=one.add, name=one.capability)
                )
                button.setProperty("offer", (one.capability, one.add))
                button.clicked.connect(self._on_offer_clicked)
                widgets.append(button)
            row = self.unsettled.add_row(*widgets, stretch=False)
            row.setStretch(0, 1)

    def _show_facts(self, view: VerdictView) -> None:
        empty_layout(self._facts)
        self.beside.setVisible(bool(view.beside))
        for number, (name, text) in enumerate(view.beside):
            self._facts.addWidget(PlainLabel(name, bold=True), number, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(tight(wrapped(text)), number, 1, Qt.AlignmentFlag.AlignTop)

    def _show_next(self, view: VerdictView) -> None:
        empty_layout(self.next.column, keep=1)
        self.next.setVisible(bool(view.next_steps))
        for sentence, evidence in view.next_steps:
            self.next.add(wrapped(sentence))
            self.next.add(wrapped(evidence, muted=True, size="small"))

    def _show_worst(self, reading: RunReading) -> None:
        rows = [one for one in reading.answers if is_worse(one)][:MOST_WORST]
        self.worst_model.set_rows(rows)
        self.worst.setVisible(bool(rows))
        self.see_all.setText(tr("See all %n answer(s)", "", len(reading.answers)))
        table = self.worst_table
        line = table.verticalHeader().defaultSectionSize()
        table.setFixedHeight(table.horizontalHeader().sizeHint().height() + line * len(rows) + 4)
        for column, share in enumerate((0.16, 0.24, 0.24, 0.24)):
            table.setColumnWidth(column, int(max(640, self.viewport().width() - 80) * share))

    # ---- intents -----------------------------------------------------------------------------------------------------

    def focus_chain(self) -> list[QWidget]:
        """Buttons, charts, offers, table."""
        return [*self.buttons, self.measure, *self.charts, self.worst_table, self.see_all, self.decided.button]

    def sizeHint(self) -> QSize:
        """Any size will do: it scrolls."""
        return QSize(640, 480)

    @Slot()
    def _on_button_clicked(self) -> None:
        self.button_pressed.emit(self.sender().property("verdict"))

    @Slot()
    def _on_offer_clicked(self) -> None:
        capability, add = self.sender().property("offer")
        self.canaries_requested.emit(capability, add)

    @Slot(object)
    def _on_row_selected(self, row: object) -> None:
        self.answers_requested.emit(getattr(row, "name", ""))

    @Slot()
    def _on_see_all_clicked(self) -> None:
        self.answers_requested.emit("")

    @Slot(QModelIndex)
    def _on_worst_activated(self, index: QModelIndex) -> None:
        self.answer_requested.emit(self.worst_model.rows[index.row()].item_id)


def _token(word: Word | None) -> str:
    return _TOKENS.get(word or "", "text")
