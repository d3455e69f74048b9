"""The Answers tab's widgets: what to browse, models, prompt, panes, tools, ballot and composer. It decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.charts.answers import AnswersView
from gui.compare.answers_items import SIDES
from gui.compare.ballot import Ballot
from gui.compare.composer import Composer
from gui.i18n import tr
from gui.widgets.empty import Empty, EmptyState
from gui.widgets.flow import Flow, together
from gui.widgets.form import ElidedBox
from gui.widgets.text import ElidedLabel, PlainLabel, fixed_font

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gui.compare.answers_reading import Choice
    from gui.tasks import Tasks

#: A prompt is shown in so many lines at most; a longer one scrolls.
PROMPT_LINES = 3


class AnswersPanel(QWidget):
    """Built once; the tab fills it."""

    model_chosen = Signal(str, str)

    def __init__(self, tasks: Tasks | None = None, parent: QWidget | None = None) -> None:
        """Build it empty; long answers are compared by `tasks`, off the GUI thread."""
        super().__init__(parent)
        self.source = _box(tr("What to show"), (tr("Canaries"), "canaries"), (tr("Asked prompts"), "asked"))
        self.shown = _box(
            tr("Answers to show"), (tr("Got worse"), "worse"), (tr("Different"), "different"), (tr("All"), "all")
        )
        self.capability = _box(tr("Capability"), (tr("All capabilities"), ""))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find in prompts and answers"))
        self.search.setAccessibleName(tr("Find in prompts and answers"))
        self.search.setClearButtonEnabled(True)
        self.previous, self.next = QPushButton("◀ K"), QPushButton("J ▶")
        self.previous.setAccessibleName(tr("Previous answer"))
        self.next.setAccessibleName(tr("Next answer"))
        self.pickers = {side: Picker(side) for side in SIDES}
        self.prompt = PromptBox()
        self.facts = ElidedLabel("")
        self.facts.setForegroundRole(self.facts.palette().ColorRole.PlaceholderText)
        self.pair = AnswersView(tasks)
        self.blind = QCheckBox(tr("Blind (B)"))
        self.shade = _box(
            tr("Token shading"), (tr("No shading"), "off"), (tr("Shade: surprise"), "surprise"),
            (tr("Shade: what changed"), "change"),
        )  # fmt: skip
        self.third = QCheckBox(tr("Third model"))
        self.flip = QPushButton(tr("Flip (\\)"))
        self.difference = QPushButton(tr("Next difference (N)"))
        self.again = QPushButton(tr("Ask again"))
        self.view_button, self.locked, self.modes = self._view_menu()
        self.ballot = Ballot()
        self.composer = Composer()
        self._places = QStackedLayout()
        self._empty: QWidget | None = None
        self._says: Empty | None = None
        self._lay_out()
        for picker in self.pickers.values():
            picker.chosen.connect(self.model_chosen)

    def _view_menu(self) -> tuple[QToolButton, QAction, QActionGroup]:
        button = QToolButton()
        button.setText(tr("View"))
        button.setAccessibleName(tr("View"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(button)
        modes = QActionGroup(menu)
        for words, mode in (
            (tr("Compare by words"), "words"), (tr("Compare by lines"), "lines"), (tr("Do not compare"), "off"),
        ):  # fmt: skip
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(mode == "words")
            action.setData(mode)
            modes.addAction(action)
        menu.addSeparator()
        locked = menu.addAction(tr("Scroll together"))
        locked.setCheckable(True)
        locked.setChecked(True)
        button.setMenu(menu)
        return button, locked, modes

    # ---- layout ------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 8, 16, 10)
        column.setSpacing(6)
        filters = Flow(gap=6)
        for box in (self.source, self.shown, self.capability):
            filters.addWidget(box)
        filters.add_wide(self.search)
        filters.addWidget(together(self.previous, self.next))
        column.addLayout(filters)
        self._models = QWidget()
        models = QHBoxLayout(self._models)
        models.setContentsMargins(0, 0, 0, 0)
        for picker in self.pickers.values():
            models.addWidget(picker, 1)
        self.pickers["c"].hide()
        column.addWidget(self._models)
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        inner.addWidget(self.prompt)
        inner.addLayout(_row(self.facts, self.again, wide=self.facts))
        inner.addWidget(self.pair, 1)
        tools = Flow(gap=6)
        for tool in (self.blind, self.shade, self.view_button, self.third, self.flip, self.difference):
            tools.addWidget(tool)
        inner.addLayout(tools)
        inner.addWidget(self.ballot)
        self.ballot.hide()
        self._content = content
        column.addLayout(self._places, 1)
        self._places.addWidget(content)  # which shows it: only now it has a place
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setForegroundRole(line.palette().ColorRole.Mid)
        column.addWidget(line)
        column.addWidget(self.composer)
        area = QScrollArea()  # only where the window is too small for large text
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        area.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    # ---- show --------------------------------------------------------------------------------------------------------

    def show_choices(self, choices: Sequence[Choice], refs: Mapping[str, str]) -> None:
        """Offer models on every side."""
        for side, picker in self.pickers.items():
            picker.show_choices(choices, refs.get(side, ""))

    def show_models(self, *, has_third: bool, is_hidden: bool) -> None:
        """Show the pickers, but not while names are hidden or stand in the panes."""
        self.pickers["c"].setVisible(has_third)
        self._models.setVisible(not is_hidden)

    def show_capabilities(self, names: Sequence[str]) -> None:
        """Offer these capabilities; the chosen one stays if it is still there."""
        known = [self.capability.itemData(at) for at in range(1, self.capability.count())]
        if known != list(names):
            wanted = self.capability.currentData()
            while self.capability.count() > 1:
                self.capability.removeItem(1)
            for name in names:
                self.capability.addItem(name, name)
            self.capability.setCurrentIndex(max(0, self.capability.findData(wanted)))

    def show_filters(self, *, is_stored: bool) -> None:
        """Filters by change and capability are for stored canary answers."""
        for widget in (self.shown, self.capability):
            widget.setVisible(is_stored)

    def show_content(self) -> None:
        """Show the panes."""
        self._places.setCurrentWidget(self._content)

    def show_empty(self, empty: Empty) -> None:
        """Show a designed empty state in the panes' place."""
        if empty == self._says and self._empty is not None:
            self._places.setCurrentWidget(self._empty)
            return
        fresh, self._says = EmptyState(empty), empty
        if self._empty is not None:
            self._places.removeWidget(self._empty)
            self._empty.deleteLater()
        self._empty = fresh
        self._places.addWidget(fresh)
        self._places.setCurrentWidget(fresh)

    @property
    def is_empty(self) -> bool:
        """Whether the empty state stands in the panes' place."""
        return self._places.currentWidget() is not self._content

    def focus_chain(self) -> list[QWidget]:
        """From what to browse to Ask."""
        empty = getattr(self._empty, "buttons", []) if self.is_empty else []
        return [
            self.source, self.shown, self.capability, self.search, self.previous, self.next,
            *(picker.box for picker in self.pickers.values()), *empty, self.prompt, self.again,
            *(pane.view for pane in self.pair.panes), self.blind, self.shade, self.view_button, self.third, self.flip,
            self.difference, *self.ballot.focus_chain(), *self.composer.focus_chain(),
        ]  # fmt: skip


class Picker(QWidget):
    """A side's letter and the model on it."""

    chosen = Signal(str, str)

    def __init__(self, side: str, parent: QWidget | None = None) -> None:
        """Build it for a side."""
        super().__init__(parent)
        self.side = side
        letter = PlainLabel(side.upper(), bold=True)
        self.box = ElidedBox()
        self.box.setAccessibleName(tr("Model {letter}").format(letter=side.upper()))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self.box.setMaxVisibleItems(20)
        letter.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(letter)
        row.addWidget(self.box, 1)
        self.box.activated.connect(self._on_activated)

    def show_choices(self, choices: Sequence[Choice], ref: str) -> None:
        """Offer models; with none chosen the first line says so."""
        entries = [(f"{one.words}  ⚠ {one.problem}" if one.problem else one.words, one.ref) for one in choices]
        if not ref or self.side == "c":
            entries.insert(0, (tr("no model"), ""))
        known = [(self.box.itemText(at), self.box.itemData(at)) for at in range(self.box.count())]
        if known != entries:
            self.box.clear()
            for words, value in entries:
                self.box.addItem(words, value)
        self.box.setCurrentIndex(max(0, self.box.findData(ref)))
        chosen = next((one for one in choices if one.ref == ref), None)
        said = tr("fingerprint {whole}").format(whole=chosen.fingerprint) if chosen and chosen.fingerprint else ""
        self.box.setToolTip("\n".join(part for part in (self.box.currentText(), said) if part))
        self.box.setAccessibleDescription(said)

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        self.chosen.emit(self.side, str(self.box.itemData(index)))


class PromptBox(QPlainTextEdit):
    """A prompt to read: as high as its lines, at most three; Tab leaves it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(tr("The prompt"))
        self.setFont(fixed_font())
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def sizeHint(self) -> QSize:
        """Small: its height is fixed by its text."""
        return QSize(200, self.minimumHeight())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.setFont(fixed_font())
            self._fit()

    @Slot()
    def _fit(self) -> None:
        lines = max(1, round(self.document().size().height()))
        frame = 2 * self.frameWidth() + 2 * round(self.document().documentMargin()) + 2
        self.setFixedHeight(min(PROMPT_LINES, lines) * self.fontMetrics().lineSpacing() + frame)
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if lines > PROMPT_LINES else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)


def _box(name: str, *entries: tuple[str, str]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for words, value in entries:
        box.addItem(words, value)
    return box


def _row(*widgets: QWidget, wide: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 1 if widget is wide else 0)
    return row
