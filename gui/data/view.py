"""The Data page: the files on the left; on the right one file as the model sees it, what is odd, lengths and mapping."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.data.mapping import parts_of
from engine.records import Mapping
from gui.data.lengths import Lengths
from gui.data.model import DatasetModel, ProblemModel
from gui.data.presenter import Data, datasets
from gui.data.preview import Preview
from gui.i18n import said, tr
from gui.page import Page
from gui.project import Action
from gui.widgets.buttons import PrimaryButton, QuietButton
from gui.widgets.cards import ErrorCard, Trouble
from gui.widgets.empty import Empty
from gui.widgets.form import Card, Tinted
from gui.widgets.tables import ROW_ROLE, fit_height, plain_table
from gui.widgets.text import PlainLabel, heading, wrapped

if TYPE_CHECKING:
    from gui.data.presenter import Note
    from gui.project import Project

FILTER = "*.jsonl *.ndjson *.json *.csv *.tsv *.parquet *.txt"
#: Lines of the list of unusable rows before it scrolls.
PROBLEM_LINES = 8
SHAPES = ("auto", "messages", "sharegpt", "alpaca", "prompt_completion", "text")


class DataPage(Page):
    """Looks at data files."""

    NAME = "data"
    ICON = "data"
    TABLES = frozenset({"runs", "models", "jobs"})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build both sides."""
        super().__init__(project, parent)
        self.presenter = Data(project, self)
        self._trouble: ErrorCard | None = None
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(28, 22, 12, 0)
        column.addWidget(heading(tr("Data"), size="title"))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setObjectName("data_splitter")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._list_side())
        self.splitter.addWidget(self._file_side())
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([230, 700])
        column.addWidget(self.splitter, 1)
        self.set_content(content)
        self._open_action = QAction(tr("Open a data file…"), self)
        self._open_action.setShortcut("Ctrl+O")
        self._open_action.triggered.connect(self._on_open_clicked)

    # ---- building ----------------------------------------------------------------------------------------------------

    def _list_side(self) -> QWidget:
        side = QWidget()
        side.setMinimumWidth(150)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 8, 12)
        self.files = DatasetModel(self)
        self.list = plain_table(self.files, tr("Data files"))
        header = self.list.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.open_button = QuietButton(tr("Open a file…"), "folder")
        self.open_button.clicked.connect(self._on_open_clicked)
        column.addWidget(self.list, 1)
        column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)
        return side

    def _file_side(self) -> QWidget:
        self._area = QScrollArea()
        self._area.setAccessibleName(tr("Data"))
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(8, 0, 12, 20)
        self._column.setSpacing(12)
        self._build_head()
        self._build_preview()
        self._build_findings()
        self._build_lengths()
        self._build_mapping()
        self._column.addStretch(1)
        self._area.setWidget(inside)
        return self._area

    def _build_head(self) -> None:
        self.name = heading("")
        self.facts = wrapped("", muted=True)
        self.base = QComboBox()
        self.base.setAccessibleName(tr("As seen by"))
        self.base.activated.connect(self._on_base_activated)
        self.use_button = PrimaryButton(tr("Use in a new run"))
        self.use_button.clicked.connect(self._on_use_clicked)
        row = QHBoxLayout()
        label = PlainLabel(tr("As seen by"))
        label.setBuddy(self.base)
        for widget in (label, self.base):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.use_button)
        self._column.addWidget(self.name)
        self._column.addWidget(self.facts)
        self._column.addLayout(row)

    def _build_preview(self) -> None:
        self._preview_card = Card(tr("As the model sees it"))
        self.preview = Preview()
        self._preview_card.add(self.preview)
        self._column.addWidget(self._preview_card)

    def _build_findings(self) -> None:
        self._findings_card = Card(tr("What is odd"))
        self._findings = QVBoxLayout()
        self._findings.setSpacing(10)
        self._findings_card.column.addLayout(self._findings)
        self._column.addWidget(self._findings_card)
        self._problems_card = Card(tr("Rows that cannot be used"))
        self.problems = ProblemModel(self)
        self.problem_table = plain_table(self.problems, tr("Rows that cannot be used"))
        self._problems_card.add(self.problem_table)
        self._column.addWidget(self._problems_card)

    def _build_lengths(self) -> None:
        self._lengths_card = Card(tr("Lengths"))
        self.lengths = Lengths()
        self._lengths_card.add(self.lengths)
        self._column.addWidget(self._lengths_card)

    def _build_mapping(self) -> None:
        self._mapping_card = Card(tr("Mapping"))
        about = tr("Which columns mean what. Shape auto looks at the first rows.")
        self._mapping_card.add(wrapped(about, size="small", muted=True))
        self._mapping = QFormLayout()
        self._mapping.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self._mapping_card.column.addLayout(self._mapping)
        self.shape = QComboBox()
        self.shape.setAccessibleName(tr("Shape"))
        for shape in SHAPES:
            self.shape.addItem(_shape_words(shape), shape)
        self.shape.activated.connect(self._on_shape_activated)
        self._mapping.addRow(tr("Shape"), self.shape)
        self.columns: dict[str, QComboBox] = {}
        self._column.addWidget(self._mapping_card)

    # ---- the page ----------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """Its name."""
        return tr("Data")

    def refresh(self, changed: frozenset[str]) -> None:
        """Read which files there are."""
        found = datasets(self.project.store)
        if self.presenter.path and all(one.path != self.presenter.path for one in found):
            from gui.data.presenter import Dataset

            found.insert(0, Dataset(path=self.presenter.path, is_there=Path(self.presenter.path).is_file()))
        self.files.set_rows(found)
        if not found:
            self.show_empty(self._empty())
            return
        self._show_bases()
        if not self.presenter.path:
            self.list.selectRow(0)
        self._mark_row()
        if self.presenter.note.waiting and self.presenter.path:
            self.show_partial(self.presenter.note.waiting)
        else:
            self.show_ready()

    def _empty(self) -> Empty:
        return Empty(
            icon="data",
            title=tr("No data files yet"),
            text=tr("Open or drop a .jsonl, .json, .csv, .parquet or .txt file to see it as the model will."),
            action=Action(text=tr("Open a file…"), do=self._on_open_clicked),
        )

    def open(self, **args: Any) -> None:
        """Show a file: `path`, seen by `base`, mapped by `mapping` (as in a recipe)."""
        if path := str(args.get("path", "")):
            mapping = msgspec.convert(args["mapping"], Mapping) if args.get("mapping") else None
            self.presenter.open(path, base=str(args.get("base", "")), mapping=mapping)
            self.refresh_soon()

    def accepts_drop(self, paths: list[Path]) -> str | None:
        """Leave drops to the window: data opens New run from any page."""
        return None

    def save_state(self) -> dict[str, Any]:
        """The open file and the splitter."""
        return {"path": self.presenter.path, "sizes": self.splitter.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take both up again."""
        sizes = state.get("sizes")
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(size, int) and size > 0 for size in sizes):
            self.splitter.setSizes(sizes)
        path = str(state.get("path", ""))
        if path and Path(path).is_file():
            self.presenter.open(path)

    def focus_chain(self) -> list[QWidget]:
        """List, head, preview, table, lengths, mapping."""
        return [self.list, self.open_button, self.base, self.use_button, self.preview.back, self.preview.forth,
                self.preview.text, self.problem_table, self.lengths.bars, self.lengths.button, self.shape,
                *self.columns.values()]  # fmt: skip

    def page_actions(self) -> list[QAction]:
        """Open a file."""
        return [self._open_action]

    # ---- showing -----------------------------------------------------------------------------------------------------

    def show_note(self, note: Note) -> None:
        """Show what is known of the open file."""
        self.name.setText(Path(note.path).name)
        self.name.setToolTip(note.path)
        self.facts.setText(note.facts)
        self.facts.setVisible(bool(note.facts))
        self.preview.show_rows(note.rows, is_models_view=note.is_models_view)
        self.preview.setVisible(bool(note.rows))
        self._show_trouble(note.problem)
        self._show_findings(note)
        self.problems.set_rows(note.problems)
        self.problem_table.resizeColumnsToContents()
        fit_height(self.problem_table, PROBLEM_LINES)
        self._problems_card.setVisible(bool(note.problems))
        self.lengths.show_bins(note.bins, note.lengths)
        self._lengths_card.setVisible(bool(note.bins))
        self._mapping_card.setVisible(not note.problem or self.presenter.mapping != Mapping())
        self._show_mapping()
        self.use_button.setEnabled(bool(note.path) and not note.problem)
        if self.isVisible():
            self.show_partial(note.waiting) if note.waiting and note.path else self.show_ready()

    def _show_trouble(self, problem: str) -> None:
        if self._trouble is not None:
            self._column.removeWidget(self._trouble)
            self._trouble.deleteLater()
            self._trouble = None
        self._preview_card.setVisible(not problem and bool(self.presenter.note.rows))
        if problem:
            again = Action(text=tr("Choose another file…"), do=self._on_open_clicked)
            self._trouble = ErrorCard(Trouble(happened=problem, actions=(again,)))
            self._column.insertWidget(3, self._trouble)

    def _show_findings(self, note: Note) -> None:
        while (item := self._findings.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._findings_card.setVisible(note.is_models_view)
        if note.is_models_view and not note.findings:
            self._findings.addWidget(
                wrapped(tr("Nothing: no repeats, no canaries, no secrets, nothing cut."), muted=True)
            )
        for one in note.findings:
            self._findings.addWidget(_FindingLines(one))

    def _show_bases(self) -> None:
        rows = self.presenter.bases
        if [self.base.itemData(i) for i in range(self.base.count())] != [row.name for row in rows]:
            self.base.clear()
            for row in rows:
                self.base.addItem(row.name, row.name)
        self.base.setCurrentIndex(self.base.findData(self.presenter.base))
        self.base.setEnabled(bool(rows))

    def _show_mapping(self) -> None:
        self.shape.setCurrentIndex(self.shape.findData(self.presenter.mapping.shape))
        mapping, look = self.presenter.shown_mapping, self.presenter.look
        parts = parts_of(mapping.shape)
        if list(self.columns) != list(parts):
            for picker in self.columns.values():
                self._mapping.removeRow(picker)
            self.columns = {}
            for part in parts:
                picker = QComboBox()
                picker.setAccessibleName(tr("Column for {part}").format(part=part))
                picker.setProperty("part", part)
                picker.activated.connect(self._on_column_activated)
                self.columns[part] = picker
                self._mapping.addRow(part, picker)
        for part, picker in self.columns.items():
            picker.clear()
            picker.addItem(tr("{column} (usual)").format(column=parts[part]), "")
            for column in look.columns if look else ():
                if column != parts[part]:
                    picker.addItem(column, column)
            picker.setCurrentIndex(max(0, picker.findData(mapping.columns.get(part, ""))))

    def _mark_row(self) -> None:
        for number, row in enumerate(self.files.rows):
            if row.path == self.presenter.path and self.list.currentIndex().row() != number:
                self.list.selectRow(number)

    # ---- what the user did -------------------------------------------------------------------------------------------

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = current.data(ROW_ROLE) if current.isValid() else None
        if row is not None and row.path != self.presenter.path:
            self.presenter.open(row.path)

    @Slot()
    def _on_open_clicked(self) -> None:
        title = tr("Open a data file")
        self.project.dialogs.choose_file("data", title, f"{tr('Data files')} ({FILTER})", self._on_file_chosen)

    def _on_file_chosen(self, path: Path) -> None:
        self.presenter.open(str(path))
        self.refresh_soon()

    @Slot(int)
    def _on_base_activated(self, index: int) -> None:
        self.presenter.choose_base(self.base.itemData(index))

    @Slot()
    def _on_use_clicked(self) -> None:
        presenter = self.presenter
        mapping = presenter.mapping if presenter.mapping != Mapping() else None
        self.project.navigate("new_run", data_path=presenter.path, base=presenter.base or None, mapping=mapping)

    @Slot(int)
    def _on_shape_activated(self, index: int) -> None:
        self.presenter.choose_shape(self.shape.itemData(index))

    @Slot(int)
    def _on_column_activated(self, index: int) -> None:
        picker = self.sender()
        self.presenter.choose_column(picker.property("part"), picker.itemData(index))  # type: ignore[attr-defined]


class _FindingLines(QWidget):
    """One finding: what it is, what helps, and up to three examples with their lines."""

    def __init__(self, finding: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        glyph, token = ("⚠", "warning_text") if finding["is_warning"] else ("·", "text")
        column.addWidget(Tinted(f"{glyph} {said(finding['sentence'])}", token))
        if finding.get("fix"):
            column.addWidget(wrapped(tr("What helps: {fix}").format(fix=said(finding["fix"]))))
        lines = [tr("line {line}: {text}").format(line=one["line"], text=one["text"]) for one in finding["examples"]]
        column.addWidget(wrapped("\n".join(lines), size="small", muted=True))


def _shape_words(shape: str) -> str:
    return {
        "auto": tr("auto"),
        "messages": tr("chat messages"),
        "sharegpt": tr("conversations (from, value)"),
        "alpaca": tr("instruction, input, output"),
        "prompt_completion": tr("prompt and completion"),
        "text": tr("plain text"),
    }[shape]


PAGE = DataPage
