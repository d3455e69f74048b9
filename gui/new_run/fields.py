"""One field of the form for any declared setting: its label, a control of its kind, unit, help and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gui.i18n import said, tr
from gui.new_run import words
from gui.widgets.form import Problem
from gui.widgets.text import PlainLabel, wrapped

if TYPE_CHECKING:
    from engine.settings import Setting

#: Room for a label, in average letters.
LABEL_LETTERS = 22


class SettingField(QWidget):
    """Shows and edits one setting. `typed` follows every key; `committed` comes when one is done with the field."""

    typed = Signal(str, object)
    committed = Signal(str)

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        """Build the control that the setting's kind asks for."""
        super().__init__(parent)
        self.setting = setting
        self.setObjectName(f"field_{setting.path}")
        name = words.label_of(setting)
        self.control = self._make_control()
        self.control.setObjectName(f"control_{setting.path}")
        self.control.setAccessibleName(name)
        self.control.setAccessibleDescription(said(setting.help))
        self.control.setToolTip(f"{setting.path} · {said(setting.expected())}")
        label = PlainLabel(name)
        label.setBuddy(self.control)
        self.problem = Problem()
        label.setFixedWidth(label.fontMetrics().averageCharWidth() * LABEL_LETTERS)
        label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(label)
        row.addWidget(self.control)
        row.addWidget(PlainLabel(said(setting.unit)))
        row.addStretch(1)
        below = QVBoxLayout()
        below.setContentsMargins(label.width() + 12, 0, 0, 0)
        below.addWidget(self.problem)
        below.addWidget(wrapped(self._help(), size="small", muted=True))
        column.addLayout(row)
        column.addLayout(below)

    def show_value(self, value: Any, problem: str = "") -> None:
        """Show a value (a text still waiting included) and what is wrong with it."""
        self.problem.say(problem)
        control = self.control
        if isinstance(control, QCheckBox):
            control.setChecked(value is True or value == "yes")
        elif isinstance(control, QComboBox):
            control.setCurrentIndex(control.findData(str(value)))
        elif isinstance(control, QLineEdit):
            text = words.value_text(self.setting, value)
            if control.text() != text and not (control.hasFocus() and control.isModified()):
                control.setText(text)

    def _help(self) -> str:
        explained, default = said(self.setting.help), words.default_text(self.setting)
        return f"{explained} " + tr("Default: {value}.").format(value=default) if default else explained

    def _make_control(self) -> QWidget:
        if self.setting.kind == "flag":
            box = QCheckBox()
            box.clicked.connect(self._on_box_clicked)
            return box
        if self.setting.choices:
            picker = QComboBox()
            for choice in self.setting.choices:
                picker.addItem(words.choice_text(self.setting, choice), choice)
            picker.activated.connect(self._on_choice_activated)
            picker.setMinimumContentsLength(12)
            return picker
        line = QLineEdit()
        line.setMinimumWidth(110 if self.setting.kind in ("integer", "number") else 220)
        line.textEdited.connect(self._on_text_edited)
        line.editingFinished.connect(self._on_editing_finished)
        return line

    def _on_box_clicked(self, is_on: bool) -> None:
        self.typed.emit(self.setting.path, is_on)
        self.committed.emit(self.setting.path)

    def _on_choice_activated(self, index: int) -> None:
        self.typed.emit(self.setting.path, self.control.itemData(index))  # type: ignore[attr-defined]
        self.committed.emit(self.setting.path)

    def _on_text_edited(self, text: str) -> None:
        self.typed.emit(self.setting.path, text)

    def _on_editing_finished(self) -> None:
        self.control.setModified(False)  # type: ignore[attr-defined]
        self.committed.emit(self.setting.path)
