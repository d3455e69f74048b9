"""The Models page: the lineage tree, the chosen model's facts and buttons, imports, and the Trash below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from engine import trash
from engine.store import trash as trash_rows
from gui.actions import models as model_actions
from gui.actions import trash as trash_actions
from gui.actions import versions
from gui.dialogs import Question, Reply
from gui.i18n import tr
from gui.models.model import NODE_ROLE, LineageModel
from gui.models.presenter import Node, ask_words, tree, used_bytes, work_under_way, work_words
from gui.page import Page
from gui.project import Action
from gui.widgets.buttons import PrimaryButton, QuietButton
from gui.widgets.empty import Empty
from gui.widgets.form import Card, Fold
from gui.widgets.text import PlainLabel, breakable, bytes_text, heading, wrapped

if TYPE_CHECKING:
    from pathlib import Path

    from engine.trash import Contents, Emptied
    from gui.models.presenter import Ask
    from gui.project import Project


class ModelsPage(Page):
    """Bases, what was tuned from them, and the Trash."""

    NAME = "models"
    ICON = "model"
    TABLES = frozenset({"models", "runs", "checkpoints", "pointer", "jobs", "history"})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the page."""
        super().__init__(project, parent)
        self._node: Node | None = None
        self._contents: Contents | None = None
        self.model = LineageModel(self)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(28, 22, 28, 12)
        column.setSpacing(10)
        column.addLayout(self._head())
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._tree_side())
        self.splitter.addWidget(self._facts_side())
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([620, 300])
        column.addWidget(self.splitter, 1)
        column.addWidget(self._trash_fold())
        self.set_content(content)
        self._import_action = QAction(tr("Import a model folder…"), self)
        self._import_action.triggered.connect(self._on_folder_clicked)
        self._delete_action = QAction(tr("Move the chosen model to Trash"), self)
        self._delete_action.setShortcut("Del")
        self._delete_action.triggered.connect(self._on_delete_triggered)

    # ---- building ----------------------------------------------------------------------------------------------------

    def _head(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(2)
        row = QHBoxLayout()
        row.addWidget(heading(tr("Models"), size="title"))
        row.addStretch(1)
        self.folder_button = QuietButton(tr("Import a folder…"), "folder")
        self.file_button = QuietButton(tr("Import a GGUF file…"), "import")
        self.starter_button = QuietButton(tr("Import the starter"), "plus")
        self.folder_button.clicked.connect(self._on_folder_clicked)
        self.file_button.clicked.connect(self._on_file_clicked)
        self.starter_button.clicked.connect(self._on_starter_clicked)
        for button in (self.folder_button, self.file_button, self.starter_button):
            row.addWidget(button)
        column.addLayout(row)
        self.usage = wrapped("", muted=True)
        column.addWidget(self.usage)
        return column

    def _tree_side(self) -> QWidget:
        self.view = QTreeView()
        self.view.setModel(self.model)
        self.view.setAccessibleName(tr("Models by lineage"))
        self.view.setUniformRowHeights(True)
        self.view.setMinimumWidth(360)
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.view.selectionModel().currentRowChanged.connect(self._on_row_changed)
        return self.view

    def _facts_side(self) -> QWidget:
        area = QScrollArea()
        area.setAccessibleName(tr("Models"))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setMinimumWidth(230)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 0, 0, 0)
        self._card = Card(" ")
        self._card.title.setWordWrap(True)
        self._facts = QFormLayout()
        self._facts.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._facts.setHorizontalSpacing(12)
        self._card.column.addLayout(self._facts)
        self._button_column = QVBoxLayout()
        self._buttons: list[QPushButton] = []  # not asked of the layout: PySide's wrappers of its items outlive them
        self._card.column.addLayout(self._button_column)
        column.addWidget(self._card)
        self._card.hide()
        column.addStretch(1)
        area.setWidget(inside)
        return area

    def _trash_fold(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        self.trash = Fold(tr("Trash"))
        self._trash_rows = QVBoxLayout()
        self.trash.inside_column.addLayout(self._trash_rows)
        self.empty_button = QPushButton(tr("Empty Trash…"))
        self.empty_button.clicked.connect(self._on_empty_clicked)
        row.addWidget(self.trash, 1)
        row.addWidget(self.empty_button, 0, Qt.AlignmentFlag.AlignTop)
        self._trash_box = box
        return box

    # ---- the page ----------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """Its name."""
        return tr("Models")

    def refresh(self, changed: frozenset[str]) -> None:
        """Read the lineage and the Trash; say what is being imported or verified."""
        store = self.project.store
        nodes, self._contents = tree(store), trash.contents(store)
        job = work_under_way(store)
        if not nodes and not self._contents and job is None:
            self.show_empty(self._empty())
            return
        self._show_tree(nodes)
        self._show_trash(self._contents)
        used = tr("{size} used").format(size=bytes_text(used_bytes(nodes)))
        self.usage.setText(used)
        if job is not None:
            self.show_partial(work_words(job))
        else:
            self.show_ready()

    def _empty(self) -> Empty:
        return Empty(
            icon="model",
            title=tr("No models yet"),
            text=tr("Import a base model: it is fingerprinted, only ever read, and what you train lies beside it."),
            action=Action(text=tr("Import the starter"), do=self._on_starter_clicked),
            second=Action(text=tr("Import a folder…"), do=self._on_folder_clicked),
        )

    def open(self, **args: Any) -> None:
        """Choose a model: `ref` is base:NAME or RUN@STEP."""
        if ref := str(args.get("ref", "")):
            self.refresh(self.ALL)
            self._choose(ref)

    def save_state(self) -> dict[str, Any]:
        """The chosen model and the splitter."""
        return {"node": self._node.key if self._node else "", "sizes": self.splitter.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take both up again."""
        sizes = state.get("sizes")
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(size, int) and size > 0 for size in sizes):
            self.splitter.setSizes(sizes)
        self.model.show_nodes(tree(self.project.store))
        self._choose(str(state.get("node", "")))

    def focus_chain(self) -> list[QWidget]:
        """Imports, tree, buttons, Trash."""
        return [self.folder_button, self.file_button, self.starter_button, self.view, *self.buttons(), self.trash.button,
                self.empty_button]  # fmt: skip

    def page_actions(self) -> list[QAction]:
        """Import, delete."""
        return [self._import_action, self._delete_action]

    def buttons(self) -> list[QPushButton]:
        """The chosen model's buttons, in order."""
        return list(self._buttons)

    # ---- showing -----------------------------------------------------------------------------------------------------

    def _show_tree(self, nodes: tuple[Node, ...]) -> None:
        key = self._node.key if self._node else ""
        is_new = self.model.show_nodes(nodes)
        if is_new or not key:  # `open` may have shown them already
            self.view.expandToDepth(0)
        if not self.model.index_of(key).isValid():
            key = next((node.key for node in _walk(nodes) if node.is_current), nodes[0].key if nodes else "")
        self._choose(key)

    def _choose(self, key: str) -> None:
        index = self.model.index_of(key)
        if index.isValid() and index != self.view.currentIndex():
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
        node = index.data(NODE_ROLE) if index.isValid() else None
        if node != self._node:
            self._show_node(node)

    def _show_node(self, node: Node | None) -> None:
        self._node = node
        self._card.setVisible(node is not None)
        if node is None:
            return
        self._card.title.setText(node.name + (f"  ⚑ {tr('current')}" if node.is_current else ""))
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for name, value in node.facts:
            label = PlainLabel(name)
            label.setForegroundRole(label.palette().ColorRole.PlaceholderText)
            words = wrapped(breakable(value))
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.setAccessibleName(f"{name}: {value}")
            self._facts.addRow(label, words)
        for button in self._buttons:
            self._button_column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for number, ask in enumerate(node.asks):
            kind = PrimaryButton if number == 0 and ask in ("make_current", "roll_back", "locate") else QPushButton
            button = kind(ask_words(ask, node))
            button.setProperty("ask", ask)
            button.clicked.connect(self._on_ask_clicked)
            self._buttons.append(button)
            self._button_column.addWidget(button)

    def _show_trash(self, contents: Contents) -> None:
        count = len(contents.runs) + len(contents.models)
        self._trash_box.setVisible(bool(contents))
        words = tr("Trash: %n item(s)", "", count) + f", {bytes_text(contents.size_bytes)}"
        self.trash.button.setText(words)
        self.trash.button.setAccessibleName(words)
        while (item := self._trash_rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for run in contents.runs:
            self._trash_rows.addWidget(_TrashLine(run.name, ("run", run.id), self))
        for row in contents.models:
            self._trash_rows.addWidget(_TrashLine(row.name, ("model", row.name), self))

    # ---- what the user did -------------------------------------------------------------------------------------------

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        node = current.data(NODE_ROLE) if current.isValid() else None
        if node is not None and node != self._node:
            self._show_node(node)

    @Slot()
    def _on_folder_clicked(self) -> None:
        self.project.dialogs.choose_folder("model", tr("Import a base model"), self._on_source_chosen)

    @Slot()
    def _on_file_clicked(self) -> None:
        title = tr("Import a GGUF file")
        self.project.dialogs.choose_file("model", title, "GGUF (*.gguf)", self._on_source_chosen)

    @Slot()
    def _on_starter_clicked(self) -> None:
        model_actions.import_model(self.project, model_actions.STARTER)

    def _on_source_chosen(self, path: Path) -> None:
        model_actions.import_model(self.project, path)

    @Slot()
    def _on_ask_clicked(self) -> None:
        self.do(self.sender().property("ask"))

    def do(self, ask: Ask) -> None:
        """Do what a button says with the chosen model."""
        node = self._node
        if node is None:
            return
        if ask == "make_current":
            versions.make_current(self.project, node.key)
        elif ask == "roll_back":
            versions.roll_back(self.project, node.key)
        elif ask == "verify":
            versions.verify_bases(self.project, [node.name])
        elif ask == "locate":
            self.project.dialogs.choose_folder(
                "model", tr("Where is {name} now?").format(name=node.name), self._on_located
            )
        elif ask == "use":
            self.project.navigate("new_run", base=node.name)
        elif ask == "on_top":
            self.project.navigate("new_run", on_top_of=node.key)
        elif ask == "show_run":
            self.project.navigate("run", run_id=node.run_id)
        else:
            self._move_to_trash(node)

    def _on_located(self, folder: Path) -> None:
        if self._node is not None:
            model_actions.locate(self.project, self._node.name, folder)

    def _move_to_trash(self, node: Node) -> None:
        if node.kind != "base":
            trash_actions.put(self.project, [node.run_id])
            return
        store, name = self.project.store, node.name
        if used := trash_rows.uses_of_model(store, name):
            said = tr("{name} is in use by {what}.").format(name=name, what=", ".join(used[:3]))
            more = " " + tr("And %n more.", "", len(used) - 3) if len(used) > 3 else ""
            self.project.toast(said + more, level="warning")
            return
        self.project.change(
            tr("Move to Trash"),
            lambda: trash_rows.put_model(store, name),
            lambda: trash_rows.put_model_back(store, name),
            tell=tr("Moved {name} to the Trash.").format(name=name),
        )
        self.refresh_soon()

    @Slot()
    def _on_delete_triggered(self) -> None:
        if self._node is not None and "trash" in self._node.asks:
            self._move_to_trash(self._node)

    def put_back(self, kind: str, which: Any) -> None:
        """Take a run or a model out of the Trash; undoable."""
        if kind == "run":
            trash_actions.put_back(self.project, [which])
        else:
            store = self.project.store
            self.project.change(
                tr("Put back"),
                lambda: trash_rows.put_model_back(store, which),
                lambda: trash_rows.put_model(store, which),
                tell=tr("Put {name} back.").format(name=which),
            )
        self.refresh_soon()

    @Slot()
    def _on_empty_clicked(self) -> None:
        contents = self._contents
        if not contents:
            return
        names = [*(run.name for run in contents.runs), *(row.name for row in contents.models)]
        size = bytes_text(contents.size_bytes)
        verb = tr("Delete %n item(s)", "", len(names)) + f", {size}"
        question = Question(
            text=tr("Delete what is in the Trash for good ({size})?").format(size=size),
            details=", ".join(names[:12]) + (" …" if len(names) > 12 else "")
            + "\n\n" + tr("This cannot be undone. Model folders outside the data folder are not touched."),
            verb=verb,
        )  # fmt: skip
        self.project.dialogs.confirm(question, self._on_empty_answered)

    def _on_empty_answered(self, reply: Reply) -> None:
        if reply.choice == "yes":
            self.project.tasks.with_store(trash.empty, self._on_emptied)

    def _on_emptied(self, done: Emptied) -> None:
        self.project.undo_stack.clear()  # nothing before this can be brought back
        said = tr("Deleted %n item(s)", "", len(done.runs) + len(done.models)) + f", {bytes_text(done.freed_bytes)}."
        left = "; ".join(tr("{name} stays: needed by {why}").format(name=name, why=why) for name, why in done.left)
        self.project.toast(f"{said} {left}".strip())
        self.refresh_soon()


class _TrashLine(QWidget):
    """One thing in the Trash with its way back."""

    def __init__(self, name: str, what: tuple[str, Any], page: ModelsPage) -> None:
        super().__init__()
        self._what, self._page = what, page
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(PlainLabel(name))
        self.button = QPushButton(tr("Put back"))
        self.button.setAccessibleName(tr("Put {name} back").format(name=name))
        self.button.clicked.connect(self._on_clicked)
        row.addWidget(self.button)
        row.addStretch(1)

    @Slot()
    def _on_clicked(self) -> None:
        self._page.put_back(*self._what)


def _walk(nodes: tuple[Node, ...]) -> list[Node]:
    return [found for node in nodes for found in (node, *_walk(node.children))]


PAGE = ModelsPage
