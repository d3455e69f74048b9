"""The form: purpose, base, data, method, protection and canaries first; every other setting under Advanced; TOML below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine import settings
from gui.i18n import said, tr
from gui.new_run import words
from gui.new_run.fields import SettingField
from gui.widgets.buttons import QuietButton
from gui.widgets.flow import Flow, together
from gui.widgets.form import Card, Fold, Problem, Tinted
from gui.widgets.text import PlainLabel, fixed_font, heading, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import ModelRow
    from engine.suites import Place
    from gui.new_run.draft import Draft
    from gui.new_run.presenter import DataNote

#: Settings with a place of their own above Advanced.
_OWN = {"base", "data.path", "method", "protect", "canaries.suite", "canaries.purpose"}
#: Settings shown as plain fields above Advanced, by card.
_SIMPLE = {"protect": ("canaries.guard",), "name": ("name", "notes")}
TOML_SETTLES_MS = 400


class Choices(QWidget):
    """Radio buttons side by side, with a sentence about the chosen one."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        """`choices` are (value, words, sentence)."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._sentences = {value: sentence for value, _, sentence in choices}
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QRadioButton] = {}
        self._about = wrapped("", size="small", muted=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        card = _Row()
        for value, text, sentence in choices:
            button = QRadioButton(text)
            button.setAccessibleName(f"{name}: {text}")
            button.setAccessibleDescription(sentence)
            button.setProperty("value", value)
            button.clicked.connect(self._on_clicked)
            self._group.addButton(button)
            self.buttons[value] = button
            card.row.addWidget(button)
        column.addWidget(card)
        column.addWidget(self._about)

    def show_value(self, value: str) -> None:
        """Mark a choice."""
        if value in self.buttons:
            self.buttons[value].setChecked(True)
        for name, button in self.buttons.items():  # Tab comes to the chosen one, the arrows go on from there
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if name == value else Qt.FocusPolicy.ClickFocus)
        self._about.setText(self._sentences.get(value, ""))

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self.sender().property("value"))


class _Row(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.row = Flow(self, gap=18)


class Form(QScrollArea):
    """Shows a draft. Says what was typed, chosen and asked for; decides nothing."""

    typed = Signal(str, object)
    committed = Signal(str)
    edited = Signal(str, object)
    toml_edited = Signal(str)
    browse_requested = Signal()
    import_requested = Signal()
    data_requested = Signal()
    canaries_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the simple part; Advanced and TOML are built when opened."""
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("New run"))
        self.fields: dict[str, SettingField] = {}
        self._problems: dict[str, Problem] = {}
        self._draft: Draft | None = None
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(28, 22, 8, 20)
        self._column.setSpacing(12)
        self._column.addWidget(heading(tr("New run"), size="title"))
        self._build_purpose()
        self._build_base_and_data()
        self._build_method()
        self._build_protection()
        self._build_name()
        self._build_advanced()
        self._build_toml()
        self._column.addStretch(1)
        self.setWidget(inside)

    # ---- building ----------------------------------------------------------------------------------------------------

    def _card(self, title: str) -> Card:
        card = Card(title)
        self._column.addWidget(card)
        return card

    def _build_purpose(self) -> None:
        card = self._card(tr("1  What is it for?"))
        general = tr("Whatever the base could do must stay inside its budget; a loss beyond it is called forgot.")
        single = tr("One job only: all capabilities but safety may be lost by design. They are measured, never judged.")
        self.purpose = Choices(
            tr("Purpose"),
            [("general", tr("Keep general abilities"), general), ("single", tr("Single purpose"), single)],
        )
        self.purpose.chosen.connect(self._on_purpose_chosen)
        card.add(self.purpose)

    def _build_base_and_data(self) -> None:
        card = self._card(tr("2  Base model and training rows"))
        self.base = QComboBox()
        self.base.setAccessibleName(tr("Base model"))
        self.base.setMinimumContentsLength(18)
        self.base.activated.connect(self._on_base_activated)
        self.import_button = QuietButton(tr("Import a model…"), "import")
        self.import_button.clicked.connect(self._on_import_clicked)
        card.add_row(_label(tr("Base model"), self.base), self.base)
        self._problem(card, "base")
        self.start = PlainLabel("", bold=True)
        self.from_base = QuietButton(tr("Start from the base instead"), "undo")
        self.from_base.clicked.connect(self._on_from_base_clicked)
        self._start_row = QWidget()
        beside = QHBoxLayout(self._start_row)
        beside.setContentsMargins(0, 0, 0, 0)
        for widget in (_label(tr("On top of"), self.from_base), self.start, self.from_base):
            beside.addWidget(widget)
        beside.addStretch(1)
        card.add(self._start_row)
        self._problem(card, "start_from")
        self.path = QLineEdit()
        self.path.setAccessibleName(tr("Training rows"))
        self.path.setPlaceholderText(tr("A .jsonl, .json, .csv, .parquet or .txt file: drop it here"))
        self.path.setMinimumWidth(160)
        self.path.textEdited.connect(self._on_path_edited)
        self.path.editingFinished.connect(self._on_path_finished)
        self.browse = QPushButton(tr("Browse…"))
        self.browse.clicked.connect(self._on_browse_clicked)
        row = card.add_row(_label(tr("Training rows"), self.path), self.path, self.browse, stretch=False)
        row.setStretch(1, 1)
        self._problem(card, "data.path")
        self.facts = wrapped("", muted=True)
        self.warnings = Tinted("", "warning_text")
        self.show_data_button = QuietButton(tr("Look at the rows"), "eye")
        self.show_data_button.clicked.connect(self._on_show_data_clicked)
        card.add(self.facts)
        card.add(self.warnings)
        card.add_flow(self.show_data_button, self.import_button)

    def _build_method(self) -> None:
        card = self._card(tr("3  Method"))
        about = {
            "lora": tr("A small update beside frozen weights: little memory, a small file, the usual choice."),
            "qlora": tr("LoRA over a 4-bit copy of the base: the least memory, a little slower."),
            "full": tr("Every weight is trained: the most memory, and the most that can be forgotten."),
            "prompt": tr("No weight is changed: a system message and examples before each question."),
        }
        order = [name for name in ("lora", "qlora", "full", "prompt") if name in settings.setting("method").choices]
        named = settings.setting("method")
        self.method = Choices(
            tr("Method"), [(name, words.choice_text(named, name), about.get(name, "")) for name in order]
        )
        self.method.chosen.connect(self._on_method_chosen)
        card.add(self.method)
        self._problem(card, "method")

    def _build_protection(self) -> None:
        from engine import presets

        card = self._card(tr("4  Protection and canaries"))
        named = settings.setting("protect")
        about = {name: said(presets.preset(name).about) for name in presets.NAMES}
        order = [name for name in ("off", "standard", "careful", "custom") if name in named.choices]
        about["custom"] = tr("The single protections under Advanced, as they are.")
        self.protect = Choices(
            tr("Protection"), [(name, words.choice_text(named, name), about.get(name, "")) for name in order]
        )
        self.protect.chosen.connect(self._on_protect_chosen)
        card.add(self.protect)
        self._problem(card, "protect")
        self.suite = QComboBox()
        self.suite.setAccessibleName(tr("Canary suite"))
        self.suite.setMinimumContentsLength(14)
        self.suite.activated.connect(self._on_suite_activated)
        self.canaries_button = QuietButton(tr("Canaries and budgets"), "canary")
        self.canaries_button.clicked.connect(self._on_canaries_clicked)
        card.add_flow(together(_label(tr("Canary suite"), self.suite), self.suite), self.canaries_button)
        explained = tr(
            "A canary is a prompt the base already answers well; if the answer gets worse, something was forgotten."
        )
        card.add(wrapped(explained, size="small", muted=True))
        self._problem(card, "canaries.suite")
        for path in _SIMPLE["protect"]:
            self._field(card.column, path)

    def _build_name(self) -> None:
        card = self._card(tr("5  Name"))
        for path in _SIMPLE["name"]:
            self._field(card.column, path)

    def _build_advanced(self) -> None:
        self.advanced = Fold(tr("Advanced: every setting"))
        self.advanced.opened.connect(self._on_advanced_opened)
        self._column.addWidget(self.advanced)

    def _build_toml(self) -> None:
        self.toml_fold = Fold(tr("Recipe as TOML"))
        self.toml_fold.opened.connect(self._on_toml_opened)
        self._column.addWidget(self.toml_fold)
        self.toml = QPlainTextEdit()
        self.toml.setAccessibleName(tr("Recipe as TOML"))
        self.toml.setFont(fixed_font())
        self.toml.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.toml.setTabChangesFocus(True)
        self.toml.setMinimumHeight(self.toml.fontMetrics().lineSpacing() * 18)
        self.toml_problem = Problem()
        explained = tr("Edit or paste here; the form follows as soon as it is valid.")
        self.toml_fold.inside_column.addWidget(wrapped(explained, size="small", muted=True))
        self.toml_fold.inside_column.addWidget(self.toml)
        self.toml_fold.inside_column.addWidget(self.toml_problem)
        self.copy_button = QuietButton(tr("Copy the recipe"), "copy")
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.toml_fold.inside_column.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._toml_timer = QTimer(self, singleShot=True, interval=TOML_SETTLES_MS)
        self._toml_timer.timeout.connect(self._on_toml_settled)
        self.toml.textChanged.connect(self._on_toml_changed)
        self._shows_toml = False

    def _problem(self, card: Card, path: str) -> None:
        self._problems[path] = Problem()
        card.add(self._problems[path])

    def _field(self, column: Any, path: str) -> None:
        field = SettingField(settings.setting(path))
        field.typed.connect(self.typed)
        field.committed.connect(self._on_field_committed)
        self.fields[path] = field
        column.addWidget(field)

    @Slot()
    def _on_advanced_opened(self) -> None:
        """One fold a record, filled when it is opened."""
        taken = _OWN | set(self.fields)
        groups: dict[str, list[str]] = {}
        for one in settings.settings():
            if one.path not in taken and not one.is_automatic:
                groups.setdefault(words.group_of(one), []).append(one.path)
        self.groups: list[Fold] = []
        for name, paths in groups.items():
            fold = Fold(words.group_title(name))
            fold.setProperty("paths", paths)
            fold.opened.connect(self._on_group_opened)
            self.advanced.inside_column.addWidget(fold)
            self.groups.append(fold)

    @Slot()
    def _on_group_opened(self) -> None:
        fold = self.sender()
        for path in fold.property("paths"):
            self._field(fold.inside_column, path)  # type: ignore[attr-defined]
        if self._draft is not None:
            self.show_draft(self._draft)

    # ---- showing -----------------------------------------------------------------------------------------------------

    def show_bases(self, bases: Sequence[ModelRow], suites: Sequence[Place]) -> None:
        """Fill the pickers."""
        self.base.clear()
        for row in bases:
            self.base.addItem(f"{row.name}  ({_millions(row.parameters)})", row.name)
        self.suite.clear()
        for place in suites:
            self.suite.addItem(
                place.name if not place.is_own else tr("{name} (yours)").format(name=place.name), place.place
            )

    def show_draft(self, draft: Draft) -> None:
        """Show every field of the draft and what is wrong with it."""
        self._draft = draft
        recipe = draft.recipe
        for path, picker in (("base", self.base), ("canaries.suite", self.suite)):
            _choose(picker, str(draft.shown(settings.setting(path))))
        for path, choices in (("canaries.purpose", self.purpose), ("method", self.method), ("protect", self.protect)):
            choices.show_value(str(draft.shown(settings.setting(path))))
        shown = str(draft.shown(settings.setting("data.path")))
        if self.path.text() != shown:
            self.path.setText(shown)
        for path, problem in self._problems.items():
            problem.say(draft.errors.get(path, ""))
        for path, field in self.fields.items():
            field.show_value(draft.shown(field.setting), draft.errors.get(path, ""))
        if self.toml_fold.is_open and not self.toml.hasFocus():
            self._show_toml(recipe.to_toml())

    def show_start(self, words: str, problem: str) -> None:
        """Show the checkpoint that the run goes on from, and why it cannot; nothing where it starts from the base."""
        self.start.setText(words)
        self._start_row.setVisible(bool(words))
        if problem or not words:
            self._problems["start_from"].say(problem)

    def show_data(self, note: DataNote) -> None:
        """Show what is known of the file."""
        self.facts.setText(note.facts or (tr("Reading…") if note.is_reading else ""))
        self.facts.setVisible(bool(self.facts.text()))
        self.warnings.setText("\n".join(f"⚠ {line}" for line in note.warnings))
        self.warnings.setVisible(bool(note.warnings))
        self._problems["data.path"].say(note.problem)
        self.show_data_button.setVisible(bool(note.facts or note.problem))

    def _show_toml(self, text: str) -> None:
        if self.toml.toPlainText() != text:
            self._shows_toml = True
            self.toml.setPlainText(text)
            self._shows_toml = False
        self.toml_problem.say("")

    def focus_chain(self) -> list[QWidget]:
        """Top to bottom."""
        chain: list[QWidget] = [*self.purpose.buttons.values(), self.base, self.from_base, self.path, self.browse,
                                self.show_data_button, self.import_button, *self.method.buttons.values(), *self.protect.buttons.values(),
                                self.suite, self.canaries_button]  # fmt: skip
        chain += [self.fields[path].control for group in _SIMPLE.values() for path in group]
        return [*chain, self.advanced.button, self.toml_fold.button]

    # ---- what the user did -------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_purpose_chosen(self, value: str) -> None:
        self.edited.emit("canaries.purpose", value)

    @Slot(str)
    def _on_method_chosen(self, value: str) -> None:
        self.edited.emit("method", value)

    @Slot(str)
    def _on_protect_chosen(self, value: str) -> None:
        self.edited.emit("protect", value)

    @Slot(int)
    def _on_base_activated(self, index: int) -> None:
        self.edited.emit("base", self.base.itemData(index))

    @Slot()
    def _on_from_base_clicked(self) -> None:
        self.edited.emit("start_from", "")

    @Slot(int)
    def _on_suite_activated(self, index: int) -> None:
        self.edited.emit("canaries.suite", self.suite.itemData(index))

    @Slot(str)
    def _on_path_edited(self, text: str) -> None:
        self.typed.emit("data.path", text.strip())

    @Slot()
    def _on_path_finished(self) -> None:
        self.committed.emit("data.path")

    @Slot(str)
    def _on_field_committed(self, path: str) -> None:
        self.committed.emit(path)

    @Slot()
    def _on_browse_clicked(self) -> None:
        self.browse_requested.emit()

    @Slot()
    def _on_import_clicked(self) -> None:
        self.import_requested.emit()

    @Slot()
    def _on_show_data_clicked(self) -> None:
        self.data_requested.emit()

    @Slot()
    def _on_canaries_clicked(self) -> None:
        self.canaries_requested.emit()

    @Slot()
    def _on_toml_opened(self) -> None:
        if self._draft is not None:
            self._show_toml(self._draft.recipe.to_toml())

    @Slot()
    def _on_toml_changed(self) -> None:
        if not self._shows_toml:
            self._toml_timer.start()

    @Slot()
    def _on_toml_settled(self) -> None:
        self.toml_edited.emit(self.toml.toPlainText())

    @Slot()
    def _on_copy_clicked(self) -> None:
        from PySide6.QtGui import QGuiApplication

        QGuiApplication.clipboard().setText(self.toml.toPlainText())


def _millions(parameters: int) -> str:
    return f"{parameters / 1e6:.0f} M" if parameters >= 10e6 else f"{parameters / 1e6:.1f} M"


def _label(text: str, buddy: QWidget) -> PlainLabel:
    label = PlainLabel(text)
    label.setBuddy(buddy)
    label.setMinimumWidth(max(label.sizeHint().width(), label.fontMetrics().averageCharWidth() * 15))
    return label


def _choose(picker: QComboBox, value: str) -> None:
    index = picker.findData(value)
    if index < 0 and value:
        picker.addItem(value, value)
        index = picker.count() - 1
    if picker.currentIndex() != index:
        picker.setCurrentIndex(index)
