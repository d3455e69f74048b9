"""The runs as an item model, and the proxy that filters, sorts and keeps live ones on top."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QBrush, QColor

from gui.charts.words import GLYPHS, word_name, word_text
from gui.i18n import tr
from gui.runs.filters import fits
from gui.shell.live_run import state_word
from gui.theme import LIGHT, Theme
from gui.widgets.tables import ROW_ROLE, SORT_ROLE, RowModel
from gui.widgets.text import bytes_text, signed

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from gui.runs.lines import RunLine

NAME, VERDICT, WORST, GAIN, METHOD, BASE, SIZE, STARTED, TAGS = range(9)
_NONE = -1e12


class RunsModel(RowModel["RunLine"]):
    """One row a run."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin empty, coloured for the light theme."""
        super().__init__(parent)
        self.theme: Theme = LIGHT

    def titles(self) -> list[str]:
        """Headings."""
        return [
            tr("Run"), tr("Verdict"), tr("Worst change"), tr("Gain"), tr("Method"), tr("Base"), tr("On disk"),
            tr("Started"), tr("Tags"),
        ]  # fmt: skip

    def text(self, row: RunLine, column: int) -> str:
        """A cell."""
        run = row.run
        if column == NAME:
            return f"⚑ {run.name}" if row.is_current else run.name
        if column == VERDICT:
            return verdict_text(row)
        if column == WORST:
            return f"{row.worst_text} {row.worst_name}".strip()
        if column == GAIN:
            return "" if row.gain is None else signed(row.gain, 0)
        if column == METHOD:
            return {"full": tr("full"), "lora": "LoRA", "qlora": "QLoRA"}.get(run.recipe.method, run.recipe.method)
        if column == BASE:
            return run.recipe.base
        if column == SIZE:
            return bytes_text(row.size_bytes) if row.size_bytes else ""
        if column == STARTED:
            return time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created_at))
        return ", ".join(run.tags)

    def sort_key(self, row: RunLine, column: int) -> Any:
        """Numbers as numbers; a run without one comes last when the largest is first."""
        keys: dict[int, Any] = {
            VERDICT: {"forgot": 0, "changed": 1, "can't tell": 2, "measured": 3, "kept": 4}.get(row.word or "", 5),
            WORST: _NONE if row.worst is None else row.worst,
            GAIN: _NONE if row.gain is None else row.gain,
            SIZE: row.size_bytes,
            STARTED: row.run.created_at,
            NAME: row.run.name.casefold(),
        }
        return keys.get(column, self.text(row, column).casefold())

    def tip(self, row: RunLine, column: int) -> str:
        """The note on the name, the whole words elsewhere."""
        return row.run.note if column == NAME else self.text(row, column)

    def is_number(self, column: int) -> bool:
        """Gain and size stand to the right."""
        return column in (GAIN, SIZE)

    def extra(self, row: RunLine, column: int, role: int) -> Any:
        """The verdict in its colour."""
        if role == Qt.ItemDataRole.ForegroundRole and column == VERDICT and row.word is not None and not row.is_live:
            return QBrush(QColor(word_text(row.word, self.theme)))
        return None

    def wear(self, theme: Theme) -> None:
        """Recolour the verdicts."""
        if theme is not self.theme:
            self.theme = theme
            if self.rows:
                last = self.index(len(self.rows) - 1, VERDICT)
                self.dataChanged.emit(self.index(0, VERDICT), last, [Qt.ItemDataRole.ForegroundRole])


def verdict_text(row: RunLine) -> str:
    """Glyph and word of the verdict, or of the state of a run without one."""
    if row.is_live or row.word is None:
        far = f" {row.share * 100:.0f} %" if row.share is not None and row.is_live else ""
        return f"{row.run.state.glyph} {state_word(row.run.state)}{far}"
    return f"{GLYPHS[row.word]} {word_name(row.word)}"


class RunsProxy(QSortFilterProxyModel):
    """Filters by the filter language; a live run stays on top, whichever way one sorts."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin without a filter."""
        super().__init__(parent)
        self._filter = ""
        self.setSortRole(SORT_ROLE)

    def set_filter(self, text: str) -> None:
        """Show runs that fit."""
        self._filter = text
        self.invalidate()

    def line(self, row: int) -> RunLine:
        """The run in a shown row."""
        found: RunLine = self.index(row, 0).data(ROW_ROLE)
        return found

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Whether the run fits."""
        return fits(self.sourceModel().index(row, 0, parent).data(ROW_ROLE), self._filter)

    def lessThan(self, left: QModelIndex | QPersistentModelIndex, right: QModelIndex | QPersistentModelIndex) -> bool:
        """Live ones first in both directions, then by the column, then the newest."""
        one, two = left.data(ROW_ROLE), right.data(ROW_ROLE)
        if one.is_live != two.is_live:
            return bool(one.is_live) == (self.sortOrder() == Qt.SortOrder.AscendingOrder)
        first, second = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if first == second:
            return bool(one.run.id > two.run.id)
        return bool(first < second)
