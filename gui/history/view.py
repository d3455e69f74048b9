"""History: every action, newest first, each with its ways back. Restoring appends a line; nothing below disappears."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.store import history, trash
from gui.actions import trash as trash_actions
from gui.actions import versions
from gui.history.presenter import Day, Row, days
from gui.i18n import tr
from gui.page import Page
from gui.project import Action
from gui.widgets.buttons import QuietButton
from gui.widgets.cards import Trouble
from gui.widgets.empty import Empty
from gui.widgets.text import PlainLabel, fixed_font, heading, wrapped

if TYPE_CHECKING:
    from gui.project import Project

#: Entries shown at first, and how many more each time.
SHOWN = 100


class HistoryPage(Page):
    """The journal as a list of days."""

    NAME = "history"
    ICON = "history"
    TABLES = frozenset({"history", "pointer", "runs"})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the page around an empty list."""
        super().__init__(project, parent)
        self._limit = SHOWN
        self._shown: list[Day] = []
        self.rows: list[HistoryRow] = []
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(28, 22, 28, 12)
        column.setSpacing(6)
        column.addWidget(heading(tr("History"), size="title"))
        column.addWidget(
            wrapped(tr("Every action. Going back adds a line here; nothing is deleted by it."), muted=True)
        )
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setAccessibleName(tr("History"))
        column.addWidget(self._area, 1)
        self.set_content(content)

    def title(self) -> str:
        """Its name."""
        return tr("History")

    def refresh(self, changed: frozenset[str]) -> None:
        """Read the journal and show it."""
        store = self.project.store
        entries = history.entries(store, self._limit + 1)
        if not entries:
            self.show_empty(self._empty())
            return
        last = history.last_undoable(store)
        pointer = history.pointer(store)
        self._show_days(
            days(
                entries[: self._limit],
                undoable=last.id if last else None,
                current=pointer[0] if pointer else "",
                trashed=frozenset(run.id for run in trash.contents(store)),
                today=datetime.now().date(),
            ),
            has_more=len(entries) > self._limit,
        )
        if damaged := history.damaged(store):
            self.show_error(_altered(damaged), keep_content=True)
        else:
            self.show_ready()

    def _empty(self) -> Empty:
        return Empty(
            icon="history",
            title=tr("Nothing was done yet"),
            text=tr("Imports, runs, verdicts and every change of the current model are listed here, with a way back."),
            action=Action(text=tr("Go to Home"), do=lambda: self.project.navigate("home")),
        )

    def _show_days(self, shown: list[Day], *, has_more: bool) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        place = self._area.verticalScrollBar().value()
        self.rows = []
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 6, 12, 12)
        column.setSpacing(0)
        for day in shown:
            words = heading(day.words)
            words.setContentsMargins(0, 12, 0, 4)
            column.addWidget(words)
            for row in day.rows:
                self.rows.append(HistoryRow(row, self))
                column.addWidget(self.rows[-1])
        if has_more:
            more = QPushButton(tr("Show older"))
            more.clicked.connect(self._on_more_clicked)
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._area.setWidget(inside)
        self._area.verticalScrollBar().setValue(place)

    def save_state(self) -> dict[str, Any]:
        """How much of it was shown."""
        return {"limit": self._limit}

    def restore_state(self, state: dict[str, Any]) -> None:
        """The same again."""
        limit = state.get("limit")
        self._limit = min(limit, 1000) if isinstance(limit, int) and limit >= SHOWN else SHOWN

    def focus_chain(self) -> list[QWidget]:
        """The buttons, line by line."""
        return [button for row in self.rows for button in row.buttons]

    @Slot()
    def _on_more_clicked(self) -> None:
        self._limit += SHOWN
        self.refresh_soon()


class HistoryRow(QFrame):
    """One line: when, what, and the ways back."""

    def __init__(self, row: Row, page: HistoryPage) -> None:
        """Show `row`."""
        super().__init__()
        self.row, self._project = row, page.project
        self.buttons: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 1)
        line = QHBoxLayout()
        line.setSpacing(10)
        when = PlainLabel(row.when)
        when.setFont(fixed_font())
        when.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        line.addWidget(when)
        glyph = PlainLabel(row.glyph)
        glyph.setMinimumWidth(self.fontMetrics().averageCharWidth() * 3)
        glyph.setAlignment(Qt.AlignmentFlag.AlignCenter)
        line.addWidget(glyph)
        line.addWidget(wrapped(row.sentence), 1)
        for way in row.ways:
            self._add(line, way)
        self._details = wrapped(row.details, muted=True)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details.setContentsMargins(72, 0, 0, 6)
        self._details.hide()
        self._fold = QuietButton(tr("Details"), "down", show_text=False)
        self._fold.setAccessibleName(tr("Details of “{sentence}”").format(sentence=row.sentence))
        self._fold.setCheckable(True)
        self._fold.toggled.connect(self._details.setVisible)
        line.addWidget(self._fold)
        self.buttons.append(self._fold)
        column.addLayout(line)
        column.addWidget(self._details)

    def _add(self, line: QHBoxLayout, way: str) -> None:
        text, icon, do = {
            "undo": (tr("Undo"), "undo", self._on_undo_clicked),
            "restore": (tr("Restore before"), "rollback", self._on_restore_clicked),
            "put_back": (tr("Put back"), "undo", self._on_put_back_clicked),
            "show_run": (tr("Show run"), "right", self._on_show_run_clicked),
        }[way]
        button = QuietButton(text, icon)
        button.setAccessibleName(f"{text}: {self.row.sentence}")
        button.clicked.connect(do)
        line.addWidget(button)
        self.buttons.append(button)

    @Slot()
    def _on_undo_clicked(self) -> None:
        versions.undo(self._project)

    @Slot()
    def _on_restore_clicked(self) -> None:
        versions.roll_back(self._project, self.row.ref)

    @Slot()
    def _on_put_back_clicked(self) -> None:
        trash_actions.put_back(self._project, [self.row.run_id])

    @Slot()
    def _on_show_run_clicked(self) -> None:
        self._project.navigate("run", run_id=self.row.run_id)


def _altered(ids: list[int]) -> Trouble:
    listed = ", ".join(map(str, ids))
    return Trouble(
        happened=tr("Entries {ids} no longer match their own hash: they were altered.").format(ids=listed),
        why=tr("The database was changed by something other than Palimpsest. The models themselves are checked apart."),
        level="warning",
    )


PAGE = HistoryPage
