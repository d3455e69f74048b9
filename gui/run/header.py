"""The head of a run's page: name, state, phases, how far and how long, and what can be asked of it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.widgets.buttons import QuietButton
from gui.widgets.text import ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from gui.run.presenter import Button
    from gui.run.progress import PhaseMark, ProgressView

_PHASE_GLYPHS = {"done": "✓", "now": "▶", "next": "○"}


class RunHeader(QWidget):
    """Shows what the presenter decided; `pressed(key)` asks for something, `rename_requested` for another name."""

    pressed = Signal(str)
    rename_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(parent)
        self.setObjectName("run_header")
        self.name = ElidedLabel("", size="title", bold=True)
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.rename = QuietButton(tr("Rename"), "edit", show_text=False)
        self.rename.clicked.connect(self.rename_requested)
        self.state = PlainLabel("", bold=True)
        self.subtitle = ElidedLabel("")
        self.subtitle.setForegroundRole(self.subtitle.palette().ColorRole.PlaceholderText)
        self.doing = PlainLabel("")
        self.left = PlainLabel("")
        self.phases = ElidedLabel("")
        self.phases.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of this phase"))
        self.buttons: list[QPushButton] = []
        self._keys: tuple[str, ...] = ()
        self._button_row = QHBoxLayout()
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(10)
        for widget in (self.name, self.rename, self.state):
            top.addWidget(widget)
        top.addWidget(self.subtitle, 1)
        top.addLayout(self._button_row)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.phases)
        below.addWidget(self.bar, 1)
        below.addWidget(self.doing)
        below.addWidget(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 14, 24, 6)
        column.setSpacing(6)
        column.addLayout(top)
        column.addLayout(below)

    def show_run(self, name: str, state: str, subtitle: str) -> None:
        """Name, state and the rest of the first line."""
        self.name.setText(name)
        self.state.setText(state)
        self.state.setAccessibleName(tr("State: {state}").format(state=state))
        self.subtitle.setText(subtitle)

    def show_progress(self, view: ProgressView) -> None:
        """Phases, bar and time left; the bar goes when nothing is under way."""
        is_live = bool(view.doing or view.share is not None)
        self.phases.setText(" — ".join(_mark(one) for one in view.marks))
        self.phases.setVisible(is_live)
        for part in (self.bar, self.doing, self.left):
            part.setVisible(is_live)
        self.bar.setValue(round(1000 * (view.share or 0.0)))
        self.doing.setText(view.doing)
        self.left.setText(view.left)
        self.bar.setAccessibleDescription(f"{view.doing} {view.left}".strip())

    def show_buttons(self, buttons: tuple[Button, ...]) -> None:
        """The buttons of the state; the same ones stay, so that focus is not lost."""
        keys = tuple(one.key for one in buttons)
        if keys != self._keys:
            self._keys = keys
            for old in self.buttons:
                self._button_row.removeWidget(old)
                old.deleteLater()
            self.buttons = [self._button(one.key) for one in buttons]
        for widget, one in zip(self.buttons, buttons, strict=True):
            widget.setText(one.text)
            widget.setToolTip(one.obstacle or one.tip)
            widget.setAccessibleName(one.text.replace("&&", "&"))
            widget.setAccessibleDescription(one.obstacle or one.tip)
            widget.setEnabled(not one.obstacle)

    def acknowledge(self, words: str) -> None:
        """Say at once that something was asked, and let it not be asked twice."""
        if words:
            self.state.setText(words)
            for button in self.buttons:
                button.setEnabled(False)

    def focus_chain(self) -> list[QWidget]:
        """Left to right."""
        return [self.rename, *self.buttons]

    def _button(self, key: str) -> QPushButton:
        button = QPushButton()
        button.setObjectName(f"run_{key}")
        button.setProperty("key", key)
        button.setAutoDefault(True)
        button.clicked.connect(self._on_clicked)
        self._button_row.addWidget(button)
        return button

    @Slot()
    def _on_clicked(self) -> None:
        self.pressed.emit(self.sender().property("key"))


def _mark(one: PhaseMark) -> str:
    return f"{_PHASE_GLYPHS[one.state]} {one.words}"
