"""A chart's numbers as a Qt table: the picture, the table twin, CSV and the clipboard all read this one model."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QObject

R = TypeVar("R")
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
_ALIGN_NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ALIGN_TEXT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, kw_only=True)
class Column(Generic[R]):
    """One column: `key` names it in the CSV (with its unit), `title` is the heading, `value` the exact number or text."""

    key: str
    title: Callable[[], str]
    value: Callable[[R], float | int | str | None]
    text: Callable[[R], str] | None = None

    def shown(self, row: R) -> str:
        """The cell as a person reads it; empty where there is no value."""
        if self.text is not None:
            return self.text(row)
        value = self.value(row)
        return "" if value is None else str(value)


class ChartModel(QAbstractTableModel, Generic[R]):
    """Typed rows under named columns; subclasses declare `columns`.

    `set_rows` keeps what is equal at both ends, so that a live chart appends without losing a selection.
    """

    columns: ClassVar[tuple[Column[Any], ...]] = ()

    def __init__(self, parent: QObject | None = None) -> None:
        """Empty at first."""
        super().__init__(parent)
        self._rows: list[R] = []

    @property
    def rows(self) -> list[R]:
        """The rows as they are now; not to be changed from outside."""
        return self._rows

    def set_rows(self, rows: Sequence[R]) -> None:
        """Show these rows: equal rows at the start and the end stay, those between are replaced."""
        new, old = list(rows), self._rows
        shorter = min(len(new), len(old))
        start = next((at for at in range(shorter) if not _same(new[at], old[at])), shorter)
        room = shorter - start
        end = next((at for at in range(room) if not _same(new[-1 - at], old[-1 - at])), room)
        self._replace(start, len(old) - end, new[start : len(new) - end])

    def _replace(self, start: int, stop: int, rows: list[R]) -> None:
        kept = min(stop - start, len(rows))
        if kept:
            self._rows[start : start + kept] = rows[:kept]
            self.dataChanged.emit(self.index(start, 0), self.index(start + kept - 1, len(self.columns) - 1))
        if stop > start + kept:
            self.beginRemoveRows(QModelIndex(), start + kept, stop - 1)
            del self._rows[start + kept : stop]
            self.endRemoveRows()
        if len(rows) > kept:
            self.beginInsertRows(QModelIndex(), start + kept, start + len(rows) - 1)
            self._rows[start + kept : start + kept] = rows[kept:]
            self.endInsertRows()

    # ---- Qt's side ---------------------------------------------------------------------------------------------------

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Rows; none below a cell."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Columns; none below a cell."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell: as text, as its exact value (`SORT_ROLE`), and with its heading for a screen reader."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        column, row = self.columns[index.column()], self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.shown(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title()}: {column.shown(row)}"
        if role == SORT_ROLE:
            return column.value(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGN_TEXT if isinstance(column.value(row), str) else _ALIGN_NUMBER
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Column headings and row numbers."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return section + 1
        return self.columns[section].title() if 0 <= section < len(self.columns) else None

    # ---- as text -----------------------------------------------------------------------------------------------------

    def to_csv(self) -> str:
        """Every row with its exact numbers, so that reading it back gives what was plotted."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(column.key for column in self.columns)
        for row in self._rows:
            writer.writerow(cell_text(column.value(row)) for column in self.columns)
        return out.getvalue()

    def to_tsv(self) -> str:
        """Every row as shown, for pasting into a sheet; tabs and line ends inside cells become spaces."""
        heads = [column.title() for column in self.columns]
        lines = [heads, *([column.shown(row) for column in self.columns] for row in self._rows)]
        return "\n".join("\t".join(" ".join(cell.split()) for cell in line) for line in lines) + "\n"

    def to_html(self) -> str:
        """Every row as shown, as a table for pasting into a text; everything is escaped."""
        head = "".join(f"<th>{html.escape(column.title())}</th>" for column in self.columns)
        body = "".join(
            f"<tr>{''.join(f'<td>{html.escape(column.shown(row))}</td>' for column in self.columns)}</tr>"
            for row in self._rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _same(one: object, other: object) -> bool:
    return one is other or one == other


def cell_text(value: object) -> str:
    """A CSV cell: floats to the last bit, nothing for None, and no text that a sheet would run as a formula."""
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
