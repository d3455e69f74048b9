"""Read suite files line by line, collecting every problem with its file, line and field before giving up."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Longest line of a suite file; one item is rarely over a few kilobytes.
MAX_LINE_BYTES = 1_000_000
#: How many bad lines a message lists.
LISTED = 20

Row = tuple[int, dict[str, Any]]
_EXPECTED = {"str": "text", "int": "a whole number", "float": "a number", "array": "a list", "bool": "true or false"}


class Problems:
    """The bad lines of the files read so far; `raise_any` turns them into one `UserError`."""

    def __init__(self) -> None:
        """Start with none."""
        self.lines: list[str] = []

    def add(self, path: Path, line: int, text: str) -> None:
        """Note what is wrong on a line (1-based)."""
        self.lines.append(f"{path.name}, line {line}: {text}")

    def raise_any(self, where: Path) -> None:
        """Raise `UserError` naming the first `LISTED` bad lines and how many more there are, if there are any."""
        if not self.lines:
            return
        shown = "\n".join(f"  {line}" for line in self.lines[:LISTED])
        more = len(self.lines) - LISTED
        tail = f"\n  … and {more} more" if more > 0 else ""
        count = "1 problem" if len(self.lines) == 1 else f"{len(self.lines)} problems"
        raise UserError(
            f"{where}: {count}\n{shown}{tail}", field="suite", remedy="Correct these lines and load the suite again."
        )


def read_rows(path: Path, problems: Problems) -> list[Row]:
    """The rows of a .jsonl or .csv file with their line numbers; bad lines go to `problems`.

    Raises `UserError` when the file is missing, empty or of another kind.
    """
    suffix = path.suffix.lower()
    if suffix not in {".jsonl", ".csv"}:
        raise UserError(f"{path} is not a suite file.", field="suite", remedy="Give a .jsonl or .csv file or a folder.")
    before = len(problems.lines)
    rows = _csv_rows(path, problems) if suffix == ".csv" else list(_json_rows(path, problems))
    if not rows and len(problems.lines) == before:
        raise UserError(f"{path} has no items.", field="suite", remedy="Put one item on each line.")
    return rows


def _lines(path: Path, problems: Problems) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, decoded; a line that is too long ends the file."""
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(raw) > MAX_LINE_BYTES:
                    problems.add(path, number, f"longer than {MAX_LINE_BYTES:,} bytes; the rest was not read")
                    return
                try:
                    yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    problems.add(path, number, f"not UTF-8 text (byte {error.start + 1}); save the file as UTF-8")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.", field="suite") from error


def _json_rows(path: Path, problems: Problems) -> Iterator[Row]:
    for number, text in _lines(path, problems):
        if not text.strip():
            continue
        try:
            row = json.loads(text, parse_constant=_no_constant)
        except RecursionError:
            problems.add(path, number, "nested too deeply")
        except ValueError as error:
            problems.add(path, number, f"not JSON: {error}")
        else:
            if isinstance(row, dict):
                yield number, row
            else:
                problems.add(path, number, "expected a JSON object {…} on each line")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _csv_rows(path: Path, problems: Problems) -> list[Row]:
    text = "".join(line for _, line in _lines(path, problems))
    if problems.lines:
        return []
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        for row in reader:
            if None in row:
                problems.add(path, reader.line_num, f"more cells than the {len(reader.fieldnames or [])} columns")
            else:
                rows.append((reader.line_num, {k.strip(): v for k, v in row.items() if v not in (None, "")}))
    except csv.Error as error:
        problems.add(path, reader.line_num, f"not CSV: {error}")
    return rows


def explained(error: Exception) -> str:
    """A validation error as 'field x: what was expected' in words a suite's author knows."""
    message, _, place = str(error).partition(" - at `$")
    field = place.rstrip("`").lstrip(".")
    if missing := re.fullmatch(r"Object missing required field `(.+)`", message):
        return f"field {_inside(field, missing[1])}: missing"
    if unknown := re.fullmatch(r"Object contains unknown field `(.+)`", message):
        return f"field {_inside(field, unknown[1])}: unknown field"
    message = re.sub(r"`(str|int|float|array|bool)( \| null)?`", lambda m: _EXPECTED[m[1]], message)
    message = message[:1].lower() + message[1:] if message.startswith("Expected") else message
    return f"field {field}: {message}" if field else message


def _inside(outer: str, inner: str) -> str:
    return f"{outer}.{inner}" if outer else inner
