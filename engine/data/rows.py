"""What a data file is read into: rows, and for every row that cannot be used the reason and the place."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Format = Literal["jsonl", "json", "csv", "parquet", "text"]

#: Longest excerpt of the user's own text inside a message, in characters.
EXCERPT_CHARACTERS = 60


class ReadLimits(Struct, frozen=True, kw_only=True):
    """Caps on what a data file may contain; beyond them it is refused rather than read into memory."""

    row_bytes: int = 8 * 1024 * 1024
    nesting: int = 32
    columns: int = 256
    rows: int = 2_000_000


class Row(Struct, frozen=True, kw_only=True):
    """One usable row: its columns, and the line it starts at (1-based; the row number where a format has no lines)."""

    line: int
    values: dict[str, Any]


class Problem(Struct, frozen=True, kw_only=True):
    """One row that cannot be used: which line, which field, what was expected and what was found."""

    line: int
    kind: str
    expected: str
    found: str
    field: str = ""

    def sentence(self) -> str:
        """Say it in one line."""
        place = f"line {self.line}, field {self.field!r}" if self.field else f"line {self.line}"
        return f"{place}: expected {self.expected}, found {self.found}"


class ReadResult(Struct, frozen=True, kw_only=True):
    """All of a file: every row is either in `rows` or, with its reason, in `problems`."""

    path: str
    format: Format
    rows: list[Row]
    problems: list[Problem]
    columns: tuple[str, ...]
    has_more: bool = False


def excerpt(value: object, limit: int = EXCERPT_CHARACTERS) -> str:
    """Shorten a value for a message; control characters are escaped, so that nothing hides in it."""
    text = value if isinstance(value, str) else repr(value)
    shown = "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in text[: limit * 2]
    )
    return shown if len(text) <= limit and len(shown) <= limit else shown[: limit - 1] + "…"


def list_problems(problems: list[Problem], limit: int = 20) -> str:
    """One problem a line, at most `limit` of them and then how many more there are."""
    lines = [problem.sentence() for problem in problems[:limit]]
    if len(problems) > limit:
        lines.append(f"… and {len(problems) - limit} more")
    return "\n".join(lines)
