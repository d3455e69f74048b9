"""The Strength tab: turn down what a run learned until what it forgot is back; nothing is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from engine.errors import UserError
from engine.verdict.strength import checked, proposed, read_blocks
from gui.i18n import tr
from gui.project import Action
from gui.run.strength_model import StrengthModel, plain, sentence
from gui.widgets.buttons import PrimaryButton
from gui.widgets.empty import Empty, EmptyState
from gui.widgets.form import Fold, Problem
from gui.widgets.tables import plain_table
from gui.widgets.text import wrapped

if TYPE_CHECKING:
    from engine.records import StrengthPoint


class StrengthTab(QWidget):
    """Slider, curve as a table, and one button that writes a strength as a version of its own."""

    curve_requested = Signal()
    apply_requested = Signal(float, dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it with its empty state."""
        super().__init__(parent)
        self._points: list[StrengthPoint] = []
        self._mixed: list[StrengthPoint] = []
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setAccessibleName(tr("Strength, 0 the base, 100 as trained"))
        self.said = wrapped("")
        self.proposal = wrapped("", muted=True)
        self.apply = PrimaryButton("")
        self.again = QPushButton(tr("Score the curve again"))
        self.blocks = QLineEdit()
        self.blocks.setPlaceholderText(tr("e.g. 0-5=0.5, 12=0"))
        self.blocks.setAccessibleName(tr("Other strengths for single blocks"))
        self.problem = Problem()
        self.fold = Fold(tr("Advanced"))
        self.model = StrengthModel(self)
        self.table = plain_table(self.model, tr("Learned against forgotten by strength"))
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        text = tr("Mix base and tuned weights and score each mixture: how much of the task stays, how much comes back.")
        action = Action(text=tr("Work out the curve"), do=self.curve_requested.emit)
        self.empty = EmptyState(Empty(icon="shield", title=tr("No curve yet"), text=text, action=action))
        self._places = QStackedLayout(self)
        self._places.addWidget(self.empty)
        self._places.addWidget(self._content())
        self.slider.valueChanged.connect(self._on_slider_moved)
        self.table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.blocks.textChanged.connect(self._on_blocks_edited)
        self.apply.clicked.connect(self._on_apply_clicked)
        self.again.clicked.connect(self.curve_requested)

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(10)
        row = QHBoxLayout()
        for words, stretch in ((tr("base"), 0), ("", 1), (tr("as trained"), 0)):
            row.addWidget(QLabel(words) if words else self.slider, stretch)
        column.addLayout(row)
        column.addWidget(self.said)
        buttons = QHBoxLayout()
        buttons.addWidget(self.apply)
        buttons.addWidget(self.again)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addWidget(self._advanced())
        column.addWidget(self.proposal)
        column.addWidget(self.table, 1)
        note = tr("Guard items decide here; the version that is written is confirmed once on the verdict items.")
        column.addWidget(wrapped(note, muted=True))
        return content

    def _advanced(self) -> Fold:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 4, 0, 4)
        label = QLabel(tr("Other strengths for single blocks"))
        label.setBuddy(self.blocks)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.blocks, 1)
        column.addLayout(row)
        note = tr(
            "Blocks are numbered from 0; those not named take the slider's strength. Drift shows which moved most."
        )
        column.addWidget(wrapped(note, muted=True, size="small"))
        column.addWidget(self.problem)
        self.fold.inside_column.addWidget(inside)
        return self.fold

    def show_points(self, points: list[StrengthPoint], *, can_score: bool) -> None:
        """Show the curve; the proposed strength is chosen when it first appears."""
        mixed, points = [point for point in points if point.blocks], plain(points)
        for button in (*self.empty.buttons, self.again, self.apply):
            button.setEnabled(can_score)
        if (points, mixed) == (self._points, self._mixed):
            return
        is_first, self._points, self._mixed = not self._points, points, mixed
        self.model.set_rows(points)
        self._places.setCurrentIndex(1 if points else 0)
        found = proposed(points)
        none = tr("At no strength that was scored is every capability inside its limit.")
        words = tr("★ Proposed: {alpha}, the strongest inside every limit.")
        self.proposal.setText(none if found is None else words.format(alpha=f"{found.alpha:g}"))
        if is_first and points:
            self.slider.setValue(round(100 * (found.alpha if found is not None else points[-1].alpha)))
        self._show_alpha()

    @property
    def alpha(self) -> float:
        """The chosen strength."""
        return self.slider.value() / 100

    def chosen_blocks(self) -> dict[str, float] | None:
        """The strengths of single blocks; None where what is written there is none, which is then said."""
        try:
            return checked(self.alpha, read_blocks(self.blocks.text())).blocks
        except UserError as error:
            self.problem.say(error.message)
            return None

    def focus_chain(self) -> list[QWidget]:
        """Slider, buttons, single blocks, table."""
        return [
            *self.empty.buttons, self.slider, self.apply, self.again, self.fold.button, self.blocks, self.table,
        ]  # fmt: skip

    def _show_alpha(self) -> None:
        blocks = self.chosen_blocks()
        self._show_row()
        self.said.setText(self._words(blocks))
        text = (
            tr("Write strength {alpha} with these blocks and make it current")
            if blocks
            else tr("Write strength {alpha} and make it current")
        )
        self.apply.setText(text.format(alpha=f"{self.alpha:g}"))
        is_weaker = 0 < self.alpha < 1 or bool(blocks)
        self.apply.setEnabled(self.again.isEnabled() and blocks is not None and is_weaker)

    def _words(self, blocks: dict[str, float] | None) -> str:
        """What is known of the chosen strength, of the blocks as they are written too."""
        found = [point for point in (self._mixed if blocks else self._points) if point.blocks == (blocks or {})]
        scored = next((point for point in found if abs(point.alpha - self.alpha) < 0.005), None)
        if scored is not None:
            return sentence(scored)
        unscored = (
            tr("Strength {alpha} with these blocks: not scored yet; writing it scores it.")
            if blocks
            else tr("Strength {alpha}: not scored yet; writing it scores it.")
        )
        return unscored.format(alpha=f"{self.alpha:g}")

    def _show_row(self) -> None:
        """The row of the chosen strength is the selected one, if it was scored."""
        at = next((at for at, point in enumerate(self._points) if abs(point.alpha - self.alpha) < 0.005), None)
        if at is None:
            self.table.selectionModel().clear()
        elif self.table.currentIndex().row() != at or not self.table.selectionModel().hasSelection():
            self.table.selectRow(at)

    @Slot(int)
    def _on_slider_moved(self, _value: int) -> None:
        self._show_alpha()

    def _on_row_changed(self, current: object, _previous: object) -> None:
        row = current.row()  # type: ignore[attr-defined]
        if 0 <= row < len(self._points):
            self.slider.setValue(round(100 * self._points[row].alpha))

    @Slot()
    def _on_blocks_edited(self) -> None:
        self.problem.say("")
        self._show_alpha()

    @Slot()
    def _on_apply_clicked(self) -> None:
        blocks = self.chosen_blocks()
        if blocks is not None:
            self.apply_requested.emit(self.alpha, blocks)
