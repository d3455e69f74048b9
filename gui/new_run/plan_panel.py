"""The panel beside the form: does it fit, how long, what it can decide, and the Start button with the reason if it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QGridLayout, QHeaderView, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.new_run.model import DecisionModel
from gui.theme import theme_of
from gui.widgets.buttons import PrimaryButton, QuietButton
from gui.widgets.form import GAP, Card, Fold, Problem, Tinted
from gui.widgets.tables import fit_height, plain_table
from gui.widgets.text import PlainLabel, heading, wrapped

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from gui.new_run.pilot import PilotNote
    from gui.new_run.plan_words import Fix, PlanNote

FACTS = 8


class MemoryBar(QWidget):
    """How much of the free memory the run needs: a bar with tenths, red when it does not fit; its words stand beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._share, self._fits = 0.0, True
        self.setMinimumHeight(12)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_share(self, share: float, words: str, *, fits: bool) -> None:
        """Show a share from 0 to 1."""
        self._share, self._fits = share, fits
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        gap = 3.0
        width = (self.width() - gap * 9) / 10
        filled = QColor(theme.accent if self._fits else theme.forgot_mark)
        for number in range(10):
            part = min(1.0, max(0.0, self._share * 10 - number))
            left = number * (width + gap)
            painter.setBrush(QColor(theme.border))
            painter.drawRoundedRect(QRectF(left, 2, width, self.height() - 4), 2, 2)
            painter.setBrush(filled)
            painter.drawRoundedRect(QRectF(left, 2, width * part, self.height() - 4), 2, 2)


class FixButton(QPushButton):
    """One change of the form that needs less memory."""

    def __init__(self, fix: Fix, parent: QWidget | None = None) -> None:
        """Say what it does and saves."""
        super().__init__(fix.text, parent)
        self.fix = fix
        self.setAccessibleName(fix.text)
        if fix.fits:
            self.setToolTip(tr("Then it fits."))


class PlanPanel(QScrollArea):
    """Shows a `PlanNote`; asks to start, to time, and to apply a fix."""

    start_requested = Signal()
    timing_requested = Signal()
    fix_requested = Signal(object)
    try_all_requested = Signal()
    pilot_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it with nothing planned."""
        super().__init__(parent)
        self.setAccessibleName(tr("Plan"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 12)
        column.setSpacing(GAP)
        self._card = Card(tr("Plan"))
        column.addWidget(self._card)
        column.addStretch(1)
        self._build_plan()
        self._build_start()
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)

    def _build_plan(self) -> None:
        card = self._card
        self.waiting = wrapped("", muted=True)
        self.old = wrapped(tr("Of the last values that could be read:"), muted=True)
        self.headline = Tinted("", "text")
        self.bar = MemoryBar()
        for widget in (self.waiting, self.old, self.headline, self.bar):
            card.add(widget)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._names, self._values = [], []
        for row in range(FACTS):
            name, value = PlainLabel(""), wrapped("")
            name.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1)
            self._names.append(name)
            self._values.append(value)
        card.column.addLayout(self._grid)
        self.basis = wrapped("", size="small", muted=True)
        card.add(self.basis)
        self.time_button = QuietButton(tr("Time it on this machine"), "run")
        self.time_button.clicked.connect(self._on_time_clicked)
        card.add_row(self.time_button)
        self._build_pilot()
        self._fixes = QVBoxLayout()
        self._fix_buttons: list[FixButton] = []  # not asked of the layout: PySide's wrappers of its items outlive them
        card.column.addLayout(self._fixes)
        self._power_title = heading(tr("What can be told"))
        self.power = wrapped("")
        self.details = Fold(tr("Each capability"))
        self.details.opened.connect(self._fill_details)
        self.decisions = DecisionModel(self)
        self.table = plain_table(self.decisions, tr("What each capability's canaries can decide"))
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for policy in (self.table.setVerticalScrollBarPolicy, self.table.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.details.inside_column.addWidget(self.table)
        unit = tr("In nats/token (checked answers: points). * has too few items to be called kept at its budget.")
        self.details.inside_column.addWidget(wrapped(unit, size="small", muted=True))
        self.advice = wrapped("", size="small")
        told: tuple[QWidget, ...] = (self._power_title, self.power, self.details, self.advice)
        for one in told:
            card.add(one)
        self._note: PlanNote | None = None
        self.old.hide()
        self.show_note(None, "")

    def _build_pilot(self) -> None:
        self.pilot_button = QuietButton(tr("Try 20 steps first"), "play")
        self.pilot_button.setToolTip(tr("Twenty real steps of this recipe; nothing of them is kept"))
        self.pilot_button.clicked.connect(self._on_pilot_clicked)
        self.pilot_title = heading(tr("Estimate from 20 steps"))
        self.pilot = wrapped("")
        self.pilot_beyond = Tinted("", "warning_text")
        self.pilot_lines = wrapped("", size="small")
        said = tr("An estimate, not a prediction: nobody can tell forgetting from a few steps with known accuracy.")
        self.pilot_caution = wrapped(said, size="small", muted=True)
        self.pilot_problem = Problem()
        self._card.add_row(self.pilot_button)
        for widget in (self.pilot_problem, self.pilot_title, self.pilot, self.pilot_beyond, self.pilot_lines,
                       self.pilot_caution):  # fmt: skip
            self._card.add(widget)
        self.show_pilot(None, waiting="", problem="")

    def show_pilot(self, note: PilotNote | None, *, waiting: str, problem: str) -> None:
        """Show what twenty steps came to, or how far those being tried are."""
        is_running = bool(waiting)
        self.pilot_button.setText(tr("Cancel the 20 steps") if is_running else tr("Try 20 steps first"))
        self.pilot_button.setAccessibleName(self.pilot_button.text())
        self.pilot_problem.say(problem)
        self.pilot.setText(waiting or (note.headline if note else ""))
        self.pilot.setVisible(bool(self.pilot.text()))
        for widget in (self.pilot_title, self.pilot_lines, self.pilot_caution):
            widget.setVisible(note is not None and not is_running)
        self.pilot_beyond.setVisible(note is not None and not is_running and note.beyond > 0)
        if note is not None:
            self.pilot_lines.setText("\n".join(note.lines))
            self.pilot_beyond.setText("⚠ " + tr("%n capability(ies) would be beyond the limit", "", note.beyond))

    def _build_start(self) -> None:
        self.start_button = PrimaryButton(tr("Start"))
        self.start_button.setObjectName("start")
        self.start_button.setToolTip("Ctrl+Enter")
        self.start_button.clicked.connect(self._on_start_clicked)
        self.reason = Problem()
        self.busy = wrapped("", muted=True)
        self.busy.hide()
        column = self.foot = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 12, 12)
        layout.setSpacing(4)
        layout.addWidget(self.reason)
        layout.addWidget(self.busy)
        layout.addWidget(self.start_button)
        self.try_all_button = QuietButton(tr("Try all methods…"), "compare")
        self.try_all_button.setToolTip(tr("Prompt only, full, LoRA and QLoRA from this recipe, and which one to take"))
        self.try_all_button.clicked.connect(self._on_try_all_clicked)
        self.try_all_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout.addWidget(self.try_all_button)
        hint = wrapped(tr("Ctrl+Enter. It waits its turn if a run is training."), size="small", muted=True)
        layout.addWidget(hint)

    def show_note(self, note: PlanNote | None, problem: str) -> None:
        """Show a plan; without one say what it waits for, or why there is none."""
        self._note = note
        self.waiting.setText(problem or tr("Choose a base model and training rows: the plan follows as you edit."))
        self.waiting.setVisible(note is None)
        for widget in (self.headline, self.bar, self.basis, self._power_title, self.power, self.details):
            widget.setVisible(note is not None)
        self._show_facts(note.facts if note else ())
        self._show_fixes(note.fixes if note else ())
        self.time_button.setVisible(note is not None and not note.is_time_measured)
        self.pilot_button.setVisible(note is not None and note.can_pilot)
        self.advice.setVisible(bool(note and note.advice))
        if note is None:
            return
        self.headline.setText(("✓ " if note.fits else "⚠ ") + note.headline)
        self.headline.set_token("kept_text" if note.fits else "forgot_text")
        self.bar.show_share(note.memory_share, note.headline, fits=note.fits)
        self.basis.setText(note.basis)
        self.basis.setVisible(bool(note.basis))
        self.power.setText(note.power)
        self.advice.setText("\n".join(f"⚠ {line}" for line in note.advice))
        if self.details.is_open:
            self._fill_details()

    def show_reason(self, reason: str, *, is_old: bool = False) -> None:
        """Say why Start waits (an empty text lets it go), and whether the plan leaves out what cannot be read yet."""
        self.reason.say(reason)
        self.old.setVisible(is_old and self._note is not None)
        self.start_button.setEnabled(not reason and not self.busy.isVisibleTo(self.foot))

    def show_busy(self, words: str) -> None:
        """Say what is being done before the run is queued; an empty text when it is over."""
        self.busy.setText(words)
        self.busy.setVisible(bool(words))
        self.start_button.setEnabled(not words and not self.reason.text())
        self.time_button.setEnabled(not words)

    def fix_buttons(self) -> list[FixButton]:
        """The fixes offered now, in order."""
        return list(self._fix_buttons)

    def focus_chain(self) -> list[QWidget]:
        """Top to bottom."""
        return [
            self.time_button,
            self.pilot_button,
            *self.fix_buttons(),
            self.details.button,
            self.start_button,
            self.try_all_button,
        ]

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        for row in range(FACTS):
            name, value = facts[row] if row < len(facts) else ("", "")
            self._names[row].setText(name)
            self._values[row].setText(value)
            self._names[row].setVisible(bool(name))
            self._values[row].setVisible(bool(name))

    def _show_fixes(self, fixes: tuple[Fix, ...]) -> None:
        if [button.fix for button in self.fix_buttons()] == list(fixes):
            return
        for button in self._fix_buttons:
            self._fixes.removeWidget(button)
            button.deleteLater()
        self._fix_buttons = [FixButton(fix) for fix in fixes]
        for button in self._fix_buttons:
            button.clicked.connect(self._on_fix_clicked)
            self._fixes.addWidget(button)

    @Slot()
    def _fill_details(self) -> None:
        self.decisions.set_rows(self._note.decisions if self._note else ())
        fit_height(self.table, 40)

    @Slot()
    def _on_start_clicked(self) -> None:
        self.start_requested.emit()

    @Slot()
    def _on_pilot_clicked(self) -> None:
        self.pilot_requested.emit()

    @Slot()
    def _on_try_all_clicked(self) -> None:
        self.try_all_requested.emit()

    @Slot()
    def _on_time_clicked(self) -> None:
        self.timing_requested.emit()

    @Slot()
    def _on_fix_clicked(self) -> None:
        self.fix_requested.emit(self.sender().fix)  # type: ignore[attr-defined]
