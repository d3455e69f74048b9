"""The Setup tab: the recipe as it ran, what differs from the defaults, versions, and memory predicted and measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFrame,
    QGridLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr
from gui.run.parts import empty_layout, tight
from gui.widgets.flow import Flow
from gui.widgets.form import Card, Fold
from gui.widgets.text import PlainLabel, breakable, fixed_font, wrapped

if TYPE_CHECKING:
    from gui.run.setup_words import SetupView


class SetupTab(QScrollArea):
    """A read-only form."""

    again_requested = Signal()
    on_top_requested = Signal()
    try_all_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Setup"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view: SetupView | None = None
        self.everything = QCheckBox(tr("Show every setting"))
        self.copy = QPushButton(tr("Copy as TOML"))
        self.again = QPushButton(tr("New run with this recipe"))
        self.on_top = QPushButton(tr("Train on top of this run…"))
        self.try_all = QPushButton(tr("Try all methods…"))
        self.settings = Card(tr("Settings that differ from the defaults"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(20)
        self._grid.setColumnStretch(1, 1)
        self.settings.column.addLayout(self._grid)
        self.machine = Card(tr("Plan and result"))
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(20)
        self._facts.setColumnStretch(1, 1)
        self.machine.column.addLayout(self._facts)
        self.toml = Fold(tr("The recipe as TOML"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        self.text.setAccessibleName(tr("The recipe as TOML"))
        self.text.setMinimumHeight(320)
        self.toml.inside_column.addWidget(self.text)
        self._lay_out()
        self.everything.toggled.connect(self._on_everything_toggled)
        self.copy.clicked.connect(self._on_copy_clicked)
        self.again.clicked.connect(self.again_requested)
        self.on_top.clicked.connect(self.on_top_requested)
        self.try_all.clicked.connect(self.try_all_requested)

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        for widgets in ((self.again, self.on_top, self.try_all), (self.copy, self.everything)):
            row = Flow()
            for widget in widgets:
                row.addWidget(widget)
            column.addLayout(row)
        for part in (self.settings, self.machine, self.toml):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(page)

    def show_setup(self, view: SetupView) -> None:
        """Show a recipe, unless it is shown already."""
        if view == self._view:
            return
        self._view = view
        self.text.setPlainText(view.toml)
        self._show_settings()
        _fill(self._facts, [(name, text, "") for name, text in view.facts])
        self.machine.setVisible(bool(view.facts))

    def focus_chain(self) -> list[QWidget]:
        """Top to bottom."""
        return [self.again, self.on_top, self.try_all, self.copy, self.everything, self.toml.button, self.text]

    def _show_settings(self) -> None:
        if self._view is None:
            return
        is_all = self.everything.isChecked()
        title = tr("Every setting") if is_all else tr("Settings that differ from the defaults")
        self.settings.title.setText(title)
        rows = [one for one in self._view.settings if is_all or one.is_changed]
        _fill(self._grid, [(one.label, one.value, one.default if one.is_changed else "") for one in rows])

    @Slot(bool)
    def _on_everything_toggled(self, _is_all: bool) -> None:
        self._show_settings()

    @Slot()
    def _on_copy_clicked(self) -> None:
        QApplication.clipboard().setText(self.text.toPlainText())


def _fill(grid: QGridLayout, rows: list[tuple[str, str, str]]) -> None:
    """Name, value, and what the default would have been."""
    empty_layout(grid)
    for number, (name, value, default) in enumerate(rows):
        grid.addWidget(PlainLabel(name, bold=bool(default)), number, 0, Qt.AlignmentFlag.AlignTop)
        label = tight(wrapped(breakable(value)))
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(label, number, 1)
        if default:
            note = PlainLabel(tr("default {value}").format(value=default))
            note.setForegroundRole(note.palette().ColorRole.PlaceholderText)
            grid.addWidget(note, number, 2, Qt.AlignmentFlag.AlignTop)
