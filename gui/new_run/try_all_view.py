"""The panel of Try all: which methods, what else to vary, and what all runs together take. It takes the form's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QPalette
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from engine import presets, settings
from gui.i18n import tr
from gui.new_run import words
from gui.new_run.sweep_note import VARIED
from gui.new_run.sweep_runs import SweepRuns
from gui.run.parts import empty_layout
from gui.widgets.buttons import QuietButton
from gui.widgets.form import Card, Problem, Tinted
from gui.widgets.text import PlainLabel, heading, wrapped

if TYPE_CHECKING:
    from gui.new_run.sweep_note import Arm, SweepNote

_TIME, _MEMORY, _DISK = 1, 2, 3


class ArmRow:
    """One method's line in the grid: a tick, what a run of it takes, and below it what speaks against it."""

    def __init__(self, arm: Arm, grid: QGridLayout, row: int) -> None:
        """Build it in two rows of `grid`."""
        self.box = QCheckBox(arm.name)
        self.box.setProperty("method", arm.method)
        self.costs = {column: PlainLabel("") for column in (_TIME, _MEMORY, _DISK)}
        self.against = Tinted("", "warning_text", size="small")
        grid.addWidget(self.box, row, 0)
        for column, label in self.costs.items():
            grid.addWidget(label, row, column)
        grid.addWidget(self.against, row + 1, 0, 1, 4)

    def show_arm(self, arm: Arm) -> None:
        """Show what is planned of it."""
        said = arm.obstacle or arm.warning
        self.box.setChecked(arm.is_chosen)
        self.box.setEnabled(not arm.obstacle)
        self.box.setAccessibleName(arm.name)
        self.box.setAccessibleDescription(said or f"{arm.time}, {arm.memory}, {arm.disk}")
        for column, text in ((_TIME, arm.time), (_MEMORY, arm.memory), (_DISK, arm.disk)):
            self.costs[column].setText(text or "–")
        self.against.setText(f"⚠ {said}" if said else "")
        self.against.setVisible(bool(said))


class Presets(QWidget):
    """Ticks for the protections to be compared; none means the form's own."""

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build them."""
        super().__init__(parent)
        named = settings.setting("protect")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(18)
        self.boxes: dict[str, QCheckBox] = {}
        for name in presets.NAMES:
            box = QCheckBox(words.choice_text(named, name))
            box.setAccessibleName(f"{words.label_of(named)}: {box.text()}")
            box.clicked.connect(self._on_clicked)
            self.boxes[name] = box
            row.addWidget(box)
        row.addStretch(1)

    def show_text(self, text: str) -> None:
        """Tick what a text of names says."""
        chosen = {part.strip() for part in text.split(",")}
        for name, box in self.boxes.items():
            box.setChecked(name in chosen)

    @Slot()
    def _on_clicked(self) -> None:
        self.changed.emit(",".join(name for name, box in self.boxes.items() if box.isChecked()))


class TryAllPanel(QWidget):
    """Shows a `SweepNote`; says what was ticked and typed, and asks to queue or to go back."""

    method_chosen = Signal(str, bool)
    varied = Signal(str, str)
    start_requested = Signal()
    closed = Signal()

    def __init__(self, side_width: int, parent: QWidget | None = None) -> None:
        """Build it empty; `side_width` is that of the plan beside the form."""
        super().__init__(parent)
        self.arms: dict[str, ArmRow] = {}
        self.lines: dict[str, QLineEdit] = {}
        self.problems: dict[str, Problem] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._left(), 1)
        self.together = SweepRuns(side_width)
        self.together.start_requested.connect(self.start_requested)
        row.addWidget(self.together)

    def _left(self) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(tr("Try all methods"))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(28, 22, 8, 20)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.addWidget(heading(tr("Try all methods"), size="title"))
        head.addStretch(1)
        self.back = QuietButton(tr("Back to one run"), "undo")
        self.back.setToolTip(QKeySequence("Esc").toString(QKeySequence.SequenceFormat.NativeText))
        self.back.clicked.connect(self.closed)
        head.addWidget(self.back)
        column.addLayout(head)
        about = tr(
            "The form's recipe with each method, one run after the other, unattended; one that fails does not stop the "
            "others. The trade-off then says which run to take, and why."
        )
        column.addWidget(wrapped(about, muted=True))
        self.recipe = wrapped("")
        column.addWidget(self.recipe)
        column.addWidget(self._methods())
        column.addWidget(self._grid())
        column.addStretch(1)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        return area

    def _methods(self) -> Card:
        card = Card(tr("Methods"))
        self._arms = QGridLayout()
        self._arms.setHorizontalSpacing(18)
        self._arms.setVerticalSpacing(4)
        self._arms.setColumnStretch(0, 1)
        for column, text in ((_TIME, tr("Time")), (_MEMORY, tr("Memory")), (_DISK, tr("Disk"))):
            label = PlainLabel(text, size="small")
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            self._arms.addWidget(label, 0, column)
        card.column.addLayout(self._arms)
        card.add(self._problem("methods"))
        return card

    def _grid(self) -> Card:
        card = Card(tr("Also vary (optional)"))
        said = tr("Values separated by commas; each is a run of its own with every method it concerns.")
        card.add(wrapped(said, size="small", muted=True))
        hints = {"training.lr": "1e-4, 3e-4", "adapter.rank": "8, 32"}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(1, 1)
        self.protections = Presets()
        self.protections.changed.connect(self._on_protections_changed)
        for number, path in enumerate(VARIED):
            label = PlainLabel(words.label_of(settings.setting(path)))
            grid.addWidget(label, 2 * number, 0)
            if path == "protect":
                grid.addWidget(self.protections, 2 * number, 1)
            else:
                line = self.lines[path] = QLineEdit()
                line.setProperty("path", path)
                line.setAccessibleName(label.text())
                line.setAccessibleDescription(said)
                line.setPlaceholderText(tr("e.g. {values}").format(values=hints[path]))
                line.textEdited.connect(self._on_text_edited)
                label.setBuddy(line)
                grid.addWidget(line, 2 * number, 1)
            grid.addWidget(self._problem(path), 2 * number + 1, 1)
        card.column.addLayout(grid)
        return card

    def _problem(self, field: str) -> Problem:
        self.problems[field] = Problem()
        return self.problems[field]

    # ---- showing -----------------------------------------------------------------------------------------------------

    def show_recipe(self, text: str) -> None:
        """Say in one line what is tried."""
        self.recipe.setText(text)

    def show_texts(self, texts: dict[str, str]) -> None:
        """Fill what is to vary."""
        for path, line in self.lines.items():
            line.setText(texts.get(path, ""))
        self.protections.show_text(texts.get("protect", ""))

    def show_note(self, note: SweepNote) -> None:
        """Show a plan of all runs, or what stands in its way."""
        if list(self.arms) != [arm.method for arm in note.arms]:
            self._build_arms(note.arms)
        for arm in note.arms:
            self.arms[arm.method].show_arm(arm)
        for field, problem in self.problems.items():
            problem.say(note.problem if field == note.field else "")
        self.together.show_note(note)

    def _build_arms(self, arms: tuple[Arm, ...]) -> None:
        empty_layout(self._arms, keep=3)
        self.arms = {}
        for number, arm in enumerate(arms):
            row = self.arms[arm.method] = ArmRow(arm, self._arms, 2 * number + 1)
            row.box.clicked.connect(self._on_box_clicked)

    def focus_chain(self) -> list[QWidget]:
        """Back, methods, what varies, the runs, the button."""
        boxes = [row.box for row in self.arms.values()]
        return [self.back, *boxes, *self.lines.values(), *self.protections.boxes.values(), *self.together.focus_chain()]

    # ---- what the user did -------------------------------------------------------------------------------------------

    @Slot(bool)
    def _on_box_clicked(self, is_on: bool) -> None:
        self.method_chosen.emit(self.sender().property("method"), is_on)

    @Slot(str)
    def _on_text_edited(self, text: str) -> None:
        self.varied.emit(self.sender().property("path"), text)

    @Slot(str)
    def _on_protections_changed(self, text: str) -> None:
        self.varied.emit("protect", text)
