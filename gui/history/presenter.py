"""What History says of each entry and which ways back it offers; plain functions of the journal's rows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale

from engine.verdict.sentences import GLYPHS as WORD_GLYPHS
from gui.i18n import said, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import HistoryEntry

#: Signs of the actions; an unknown one gets a dot, a verdict the sign of its word.
GLYPHS = {
    "rollback": "↺", "undo": "↶", "make_current": "⚑", "import": "+", "reindex": "⚙", "start": "▶",
    "trash": "⌫", "put_back": "⌦", "keep": "✓", "export": "⇧", "merge": "⊕", "sweep": "≡",
}  # fmt: skip
#: Small edits, shown as one line when several follow each other.
SMALL = frozenset({"rename", "note", "tag"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of History; `ways` are the buttons it offers, of "undo", "restore", "put_back", "show_run"."""

    id: int
    when: str
    glyph: str
    sentence: str
    ways: tuple[str, ...] = ()
    ref: str = ""
    run_id: int = 0
    details: str = ""


@dataclass(frozen=True, kw_only=True)
class Day:
    """The lines of one day under its heading."""

    words: str
    rows: tuple[Row, ...]


def days(
    entries: Sequence[HistoryEntry], *, undoable: int | None, current: str, trashed: frozenset[int], today: date
) -> list[Day]:
    """Group entries (newest first) by day.

    `undoable` is the entry that Undo would reverse, `current` the current model, `trashed` the runs in the Trash.
    """
    grouped = groupby(entries, key=lambda entry: datetime.fromtimestamp(entry.created_at).date())
    return [
        Day(words=day_words(day, today), rows=tuple(_rows(list(group), undoable, current, trashed)))
        for day, group in grouped
    ]


def _rows(entries: list[HistoryEntry], undoable: int | None, current: str, trashed: frozenset[int]) -> list[Row]:
    rows = []
    for is_small, group in groupby(entries, key=lambda entry: entry.action in SMALL):
        together = list(group)
        if is_small and len(together) > 1:
            rows.append(_folded(together))
        else:
            rows += [_row(entry, undoable, current, trashed) for entry in together]
    return rows


def _folded(entries: list[HistoryEntry]) -> Row:
    lines = "\n".join(f"{_clock(entry)}  {said(entry.sentence)}" for entry in entries)
    count = tr("%n small edit(s)", "", len(entries))
    return Row(id=entries[0].id, when=_clock(entries[0]), glyph="✎", sentence=count, details=lines)


def _row(entry: HistoryEntry, undoable: int | None, current: str, trashed: frozenset[int]) -> Row:
    run_id = _run_of(entry)
    ways: list[str] = []
    if entry.id == undoable and entry.before:
        ways.append("undo")
    elif entry.before and entry.before != current:
        ways.append("restore")
    if entry.action == "trash" and run_id in trashed:
        ways.append("put_back")
    elif run_id and run_id not in trashed:
        ways.append("show_run")
    sentence = said(entry.sentence) + (tr(" (undone)") if entry.undone_by else "")
    return Row(
        id=entry.id,
        when=_clock(entry),
        glyph=_glyph(entry),
        sentence=sentence,
        ways=tuple(ways),
        ref=entry.before,
        run_id=run_id,
        details=details_text(entry),
    )


def _run_of(entry: HistoryEntry) -> int:
    """The run an entry is about; a verdict may name it only by the model it is on."""
    owner = entry.after.partition("@")[0] if entry.action == "verdict" else ""
    return int(entry.details.get("run_id") or (owner if owner.isdigit() else 0))


def _glyph(entry: HistoryEntry) -> str:
    if entry.action == "verdict":
        word = entry.details.get("overall") or entry.sentence.rpartition(": ")[2]
        return next((sign for one, sign in WORD_GLYPHS.items() if one == word), "·")
    return GLYPHS.get(entry.action, "✎" if entry.action in SMALL else "·")


def details_text(entry: HistoryEntry) -> str:
    """All an entry holds, as lines."""
    facts = [(tr("Entry"), str(entry.id)), (tr("Before"), entry.before), (tr("After"), entry.after)]
    facts += [(name, str(value)) for name, value in entry.details.items()]
    return "\n".join(f"{name}: {value}" for name, value in facts if value)


def day_words(day: date, today: date) -> str:
    """A day as people say it."""
    ago = (today - day).days
    if ago == 0:
        return tr("Today")
    if ago == 1:
        return tr("Yesterday")
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)


def _clock(entry: HistoryEntry) -> str:
    return time.strftime("%H:%M", time.localtime(entry.created_at))
