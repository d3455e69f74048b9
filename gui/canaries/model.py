"""The Canaries page's lists as Qt models: suites with capabilities, and the prompts of one capability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from gui.canaries.presenter import Item, Line
from gui.i18n import tr
from gui.widgets.tables import RowModel

if TYPE_CHECKING:
    from engine.suites import Canary


class SuiteModel(RowModel[Line]):
    """Suites, and the capabilities of the open one below it."""

    def titles(self) -> list[str]:
        """The headings."""
        return [tr("Suite"), tr("Prompts")]

    def text(self, row: Line, column: int) -> str:
        """A name, and how many prompts."""
        if column == 1:
            return str(row.count) if row.capability else ""
        if row.capability:
            return f"    {row.name}"
        return tr("{name} (yours)").format(name=row.name) if row.is_own else row.name

    def is_number(self, column: int) -> bool:
        """The count."""
        return column == 1

    def extra(self, row: Line, column: int, role: int) -> Any:
        """Suites in bold."""
        if role == Qt.ItemDataRole.FontRole and not row.capability:
            font = QFont()
            font.setBold(True)
            return font
        return None


class ItemModel(RowModel[Item]):
    """The prompts of one capability: what is expected, how it is checked, what the base scores, what is odd."""

    def titles(self) -> list[str]:
        """The headings."""
        return [tr("Prompt"), tr("Expected"), tr("Check"), tr("Base"), tr("Flags")]

    def text(self, row: Item, column: int) -> str:
        """One cell."""
        if column == 0:
            return " ".join(row.canary.prompt.split())
        if column == 1:
            return " ".join(row.canary.answers[0].split()) if row.canary.answers else "–"
        if column == 2:
            return check_words(row.canary)
        return _base_words(row) if column == 3 else _flag_words(row)

    def sort_key(self, row: Item, column: int) -> Any:
        """The base's score by number."""
        return row.seen.value if column == 3 and row.seen.value is not None else self.text(row, column)

    def tip(self, row: Item, column: int) -> str:
        """All of the text, and what the flags mean."""
        if column == 4:
            return "\n".join(_flag_meaning(name) for name in row.seen.flags)
        return (row.canary.prompt, "\n".join(row.canary.answers), row.canary.id, "", "")[column]

    def extra(self, row: Item, column: int, role: int) -> Any:
        """Disabled ones struck through."""
        if role == Qt.ItemDataRole.FontRole and row.is_disabled:
            font = QFont()
            font.setStrikeOut(True)
            return font
        return None


def check_words(canary: Canary) -> str:
    """How an item is judged."""
    if canary.kind == "choice":
        return tr("choice of {n}").format(n=len(canary.choices))
    if canary.kind == "chat":
        return tr("change only")
    names = {
        "exact": tr("exact"), "contains": tr("contains"), "number": tr("number"), "regex": tr("pattern"),
        "follows": tr("follows rules"), "json_schema": tr("JSON"), "rouge_l": tr("overlap"), "chrf": tr("overlap"),
    }  # fmt: skip
    return names.get(canary.check.type, canary.check.type) if canary.check else tr("likelihood")


def _base_words(row: Item) -> str:
    mark = {True: "✓ ", False: "✗ ", None: ""}[row.seen.passed]
    return f"{mark}{row.seen.value:.2f}" if row.seen.value is not None else mark.strip()


def _flag_words(row: Item) -> str:
    names = {"weak": tr("weak"), "flaky": tr("flaky"), "duplicate": tr("duplicate"), "overlap": tr("overlaps")}
    flags = [names[name] for name in row.seen.flags]
    return ", ".join([tr("disabled"), *flags] if row.is_disabled else flags)


def _flag_meaning(name: str) -> str:
    return {
        "weak": tr("weak: the base fails it already, so it cannot show a loss"),
        "flaky": tr("flaky: two measurements of the base disagree"),
        "duplicate": tr("duplicate: nearly the same as an earlier prompt"),
        "overlap": tr("overlaps: shares eight words in a row with the newest run's training rows"),
    }[name]
