"""Tables: a model over a list of frozen rows that keeps selection when rows change, and a plain view of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QAbstractItemModel, QObject

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
ROW_ROLE = Qt.ItemDataRole.UserRole + 2
NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowModel(QAbstractTableModel, Generic[R]):
    """Rows as a table. A subclass says its `titles()`, the `text` of a cell, and may say more.

    `set_rows` replaces what changed in place where the number of rows stays, so that a live table keeps its selection.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._rows: list[R] = []

    @property
    def rows(self) -> list[R]:
        """The rows as they are; not to be changed from outside."""
        return self._rows

    def titles(self) -> list[str]:
        """The column headings."""
        raise NotImplementedError

    def text(self, row: R, column: int) -> str:
        """What a cell shows."""
        raise NotImplementedError

    def sort_key(self, row: R, column: int) -> Any:
        """What a column is sorted by: a number or a text."""
        return self.text(row, column)

    def tip(self, row: R, column: int) -> str:
        """A cell's tooltip."""
        return ""

    def is_number(self, column: int) -> bool:
        """Whether a column is set to the right."""
        return False

    def extra(self, row: R, column: int, role: int) -> Any:
        """Anything else a view asks for."""
        return None

    def set_rows(self, rows: Sequence[R]) -> None:
        """Show these rows."""
        new = list(rows)
        if new == self._rows:
            return
        same = min(len(new), len(self._rows))
        changed = [row for row in range(same) if self._rows[row] != new[row]]
        self._rows[:same] = new[:same]
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], self.columnCount() - 1))
        if len(new) > same:
            self.beginInsertRows(QModelIndex(), same, len(new) - 1)
            self._rows += new[same:]
            self.endInsertRows()
        elif len(self._rows) > same:
            self.beginRemoveRows(QModelIndex(), same, len(self._rows) - 1)
            del self._rows[same:]
            self.endRemoveRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Qt: how many rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Qt: how many columns."""
        return 0 if parent.isValid() else len(self.titles())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: a heading."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.titles()[section] if 0 <= section < len(self.titles()) else None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: a cell."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.titles()[column]}: {self.text(row, column)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tip(row, column) or None
        if role == Qt.ItemDataRole.TextAlignmentRole and self.is_number(column):
            return int(NUMBER)
        if role == SORT_ROLE:
            return self.sort_key(row, column)
        if role == ROW_ROLE:
            return row
        return self.extra(row, column, role)


def plain_table(model: QAbstractItemModel, name: str) -> QTableView:
    """A table view: whole rows, no grid, no row numbers, Tab leaves it."""
    view = QTableView()
    view.setModel(model)
    view.setAccessibleName(name)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setShowGrid(False)
    view.setTabKeyNavigation(False)
    view.setWordWrap(False)
    view.setAlternatingRowColors(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 10)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setTextElideMode(Qt.TextElideMode.ElideRight)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setStretchLastSection(True)
    header.setAccessibleName(tr("Columns"))
    return view


def fit_columns(view: QTableView, least: Sequence[int]) -> None:
    """Make each column at least so wide, and as wide as its heading in this language and text size."""
    header = view.horizontalHeader()
    for column, width in enumerate(least):
        view.setColumnWidth(column, max(width, header.sectionSizeHint(column)))


def fit_height(view: QTableView, most: int) -> None:
    """Make a table as high as its rows, up to `most` of them; beyond that it scrolls."""
    rows = min(most, max(1, view.model().rowCount()))
    view.setFixedHeight(
        view.horizontalHeader().sizeHint().height() + rows * view.verticalHeader().defaultSectionSize() + 4
    )
