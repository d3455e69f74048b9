"""Where prompts are written and asked: text, sampling, saved sets, Ask and Stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.compare.answers_presenter import join_prompts, split_prompts
from gui.i18n import tr
from gui.widgets.buttons import PrimaryButton
from gui.widgets.flow import Flow, together
from gui.widgets.form import Problem
from gui.widgets.text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.store.prompt_sets import PromptSet

#: Lines of text the editor has room for.
_LINES = 2
_MOST_SEED = 999_999


class Composer(QWidget):
    """Emits what the user wants; shows saved sets and whether something is being written."""

    asked = Signal()
    stopped = Signal()
    save_requested = Signal(str)
    delete_requested = Signal(int, str)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self._sets: tuple[PromptSet, ...] = ()
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(tr("Prompt"))
        self.text.setPlaceholderText(tr("Write a prompt for the models above. A line of --- begins another one."))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * _LINES + 14)
        self.seed = QSpinBox()
        self.seed.setRange(0, _MOST_SEED)
        self.tokens = QSpinBox()
        self.tokens.setRange(1, 4096)
        self.tokens.setValue(256)
        self.temperature = QDoubleSpinBox()
        self.temperature.setRange(0.0, 5.0)
        self.temperature.setSingleStep(0.1)
        self.temperature.setDecimals(2)
        self.temperature.setLocale(QLocale.c())  # a point, as every other number here has
        self.temperature.setToolTip(tr("0 takes the likeliest token each time."))
        self.sets = QToolButton()
        self.sets.setText(tr("Prompt sets"))
        self.sets.setAccessibleName(tr("Prompt sets"))
        self.sets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.sets.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu = QMenu(self.sets)
        self.sets.setMenu(self.menu)
        self.name = _NameRow()
        self.status = PlainLabel("", size="small")
        self.status.setForegroundRole(self.status.palette().ColorRole.PlaceholderText)
        self.problem = Problem()
        self.ask = PrimaryButton(tr("Ask"))
        self.ask.setToolTip(tr("Ctrl+Enter"))
        self.stop = QPushButton(tr("Stop"))
        self._lay_out()
        self._connect()
        self.show_busy(is_busy=False)

    def _lay_out(self) -> None:
        row = Flow(gap=6)
        for words, widget in (
            (tr("Seed"), self.seed), (tr("Most tokens"), self.tokens), (tr("Temperature"), self.temperature),
        ):  # fmt: skip
            label = PlainLabel(words)
            label.setBuddy(widget)
            widget.setAccessibleName(words)
            row.addWidget(together(label, widget))
        row.addWidget(self.sets)
        row.add_wide(self.status)
        row.addWidget(together(self.stop, self.ask))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.text)
        column.addWidget(self.problem)
        column.addWidget(self.name)
        column.addLayout(row)

    def _connect(self) -> None:
        self.ask.clicked.connect(self.asked)
        self.stop.clicked.connect(self.stopped)
        self.text.textChanged.connect(self._on_text_changed)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.menu.triggered.connect(self._on_menu_triggered)
        self.name.named.connect(self.save_requested)

    # ---- what it holds -----------------------------------------------------------------------------------------------

    def prompts(self) -> list[str]:
        """The prompts as written."""
        return split_prompts(self.text.toPlainText())

    def set_prompts(self, prompts: Sequence[str]) -> None:
        """Write prompts into it."""
        self.text.setPlainText(join_prompts(prompts))

    def settings(self) -> dict[str, int | float]:
        """How answers are drawn."""
        return {
            "seed": self.seed.value(), "max_new_tokens": self.tokens.value(),
            "temperature": round(self.temperature.value(), 2),
        }  # fmt: skip

    def set_settings(self, settings: object) -> None:
        """Take up kept settings; what is missing or bad stays."""
        known = settings if isinstance(settings, dict) else {}
        for name, box in (("seed", self.seed), ("max_new_tokens", self.tokens)):
            if isinstance(known.get(name), int):
                box.setValue(known[name])
        if isinstance(known.get("temperature"), (int, float)):
            self.temperature.setValue(float(known["temperature"]))

    def show_sets(self, sets: Sequence[PromptSet]) -> None:
        """Offer these sets."""
        self._sets = tuple(sets)

    def show_busy(self, *, is_busy: bool, words: str = "") -> None:
        """Say what is being written; Stop works while something is."""
        self.stop.setEnabled(is_busy)
        self.status.setText(words)

    def ask_for_name(self) -> None:
        """Open the line that asks under which name to save."""
        if self.prompts():
            self.name.open()
        else:
            self.problem.say(tr("Write a prompt first."))

    def focus_chain(self) -> list[QWidget]:
        """From the text to Ask."""
        return [
            self.text, *self.name.focus_chain(), self.seed, self.tokens, self.temperature, self.sets, self.stop, self.ask,
        ]  # fmt: skip

    # ---- sets --------------------------------------------------------------------------------------------------------

    @Slot()
    def _fill_menu(self) -> None:
        self.menu.clear()
        save = self.menu.addAction(tr("Save these prompts…"))
        save.setData(("save", 0))
        if not self._sets:
            nothing = self.menu.addAction(tr("No saved prompts yet"))
            nothing.setEnabled(False)
            return
        self.menu.addSeparator()
        for one in self._sets:
            words = f"{one.name} ({len(one.prompts)})".replace("&", "&&")
            self.menu.addAction(words).setData(("load", one.id))
        away = self.menu.addMenu(tr("Delete a set"))
        for one in self._sets:
            away.addAction(one.name.replace("&", "&&")).setData(("delete", one.id))

    @Slot(QAction)
    def _on_menu_triggered(self, action: QAction) -> None:
        kind, set_id = action.data() or ("", 0)
        one = next((one for one in self._sets if one.id == set_id), None)
        if kind == "save":
            self.ask_for_name()
        elif kind == "load" and one is not None:
            self.set_prompts(one.prompts)
            self.text.setFocus()
        elif kind == "delete" and one is not None:
            self.delete_requested.emit(one.id, one.name)

    @Slot()
    def _on_text_changed(self) -> None:
        self.problem.say("")
        self.changed.emit()


class _NameRow(QWidget):
    """One line that asks for a name; hidden until opened."""

    named = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit()
        self.edit.setAccessibleName(tr("Name of the prompt set"))
        self.edit.setPlaceholderText(tr("a name that is taken gets these prompts instead"))
        self.edit.setMaxLength(80)
        self.save = QPushButton(tr("Save prompts"))
        self.cancel = QPushButton(tr("Cancel"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        label = PlainLabel(tr("Name"))
        label.setBuddy(self.edit)
        for widget in (label, self.edit, self.save, self.cancel):
            row.addWidget(widget, 1 if widget is self.edit else 0)
        self.edit.returnPressed.connect(self._on_save_clicked)
        self.save.clicked.connect(self._on_save_clicked)
        self.cancel.clicked.connect(self.hide)
        self.hide()

    def open(self) -> None:
        self.edit.clear()
        self.show()
        self.edit.setFocus()

    def focus_chain(self) -> list[QWidget]:
        return [self.edit, self.save, self.cancel]

    @Slot()
    def _on_save_clicked(self) -> None:
        if self.edit.text().strip():
            self.hide()
            self.named.emit(self.edit.text().strip())
