"""Read a data file row by row, under caps, refusing what cannot be trusted and listing every row that cannot be used.

Whole files are refused (`UserError`) for a wrong path, a wrong encoding, an unknown or broken container and too many rows.
Single rows end up in `ReadResult.problems`. Nothing here imports torch or transformers, so the window may use it.
"""

from __future__ import annotations

import codecs
import csv
import math
import stat
from typing import TYPE_CHECKING, Any, cast

from engine.data.rows import Format, Problem, ReadLimits, ReadResult, Row, excerpt, list_problems
from engine.data.strict_json import OverlongItem, Refusal, parse_object, split_list
from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO, TextIO

__all__ = ["Format", "Problem", "ReadLimits", "ReadResult", "Row", "iter_rows", "list_problems", "read_rows"]

_CHUNK_BYTES = 1 << 20
_GROUP_BYTES = 4 << 30
_SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "csv",
    ".parquet": "parquet", ".txt": "text", ".text": "text", ".md": "text",
}  # fmt: skip
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"BZh": "bzip2",
    b"7z\xbc\xaf": "7z",
}
_UTF16_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def read_rows(path: Path, *, limits: ReadLimits | None = None, first: int | None = None) -> ReadResult:
    """Read a whole data file (or only its `first` rows, for a preview) into rows and problems.

    Raises `UserError` where the file as a whole cannot be read.
    """
    form, has_more = _format_of(path), False
    rows: list[Row] = []
    problems: list[Problem] = []
    columns: dict[str, None] = {}
    for found in iter_rows(path, limits=limits):
        if first is not None and len(rows) + len(problems) >= first:
            has_more = True
            break
        if isinstance(found, Row):
            rows.append(found)
            columns.update(dict.fromkeys(found.values))
        else:
            problems.append(found)
    return ReadResult(
        path=str(path), format=form, rows=rows, problems=problems, columns=tuple(columns), has_more=has_more
    )


def iter_rows(path: Path, *, limits: ReadLimits | None = None) -> Iterator[Row | Problem]:
    """Yield each row, or the problem that stands in its place, holding one row in memory at a time."""
    caps = limits or ReadLimits()
    form = _format_of(path)
    if form != "parquet":
        _check_encoding(path)
    count = 0
    for item in _READERS[form](path, caps):
        count += 1
        if count > caps.rows:
            raise UserError(
                f"{path.name} has more than {caps.rows:,} rows.",
                field="data.path",
                remedy="Split it, or take a sample.",
            )
        yield item
    if not count:
        raise UserError(f"{path.name} has no rows.", field="data.path", remedy="Choose a file with at least one row.")


# ---- the file as a whole ---------------------------------------------------------------------------------------------


def _format_of(path: Path) -> Format:
    """Decide the format by suffix, then by the first bytes; refuse what is no readable data file."""
    head = _head(path)
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            raise UserError(f"{path.name} is packed ({name}).", field="data.path", remedy="Unpack it first.")
    form = _SUFFIXES.get(path.suffix.lower())
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if head.startswith(b"PAR1"):
        return "parquet"
    if form == "parquet":
        raise UserError(
            f"{path.name} is not a Parquet file: it starts with {head[:4]!r}, not b'PAR1'.",
            field="data.path", remedy="Export it again.",
        )  # fmt: skip
    if form in ("json", "jsonl", None) and text[:1] in (b"[", b"{"):
        return "json" if text[:1] == b"[" else "jsonl"
    if form is None:
        known = ", ".join(_SUFFIXES)
        raise UserError(f"{path.name}: unknown kind of file.", field="data.path", remedy=f"Use one of {known}.")
    return form


def _head(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UserError(f"{path} is a folder.", field="data.path", remedy="Name the data file inside it.")
        if not stat.S_ISREG(status.st_mode):
            raise UserError(f"{path} is not a regular file.", field="data.path", remedy="Copy the data into a file.")
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        is_missing = isinstance(error, FileNotFoundError)
        reason = f"{path} does not exist." if is_missing else f"{path} cannot be read ({error.strerror})."
        raise UserError(reason, field="data.path", remedy="Check the path.") from error
    if status.st_size <= len(head) and not head.removeprefix(codecs.BOM_UTF8).strip():
        raise UserError(f"{path.name} is empty.", field="data.path", remedy="Choose a file with at least one row.")
    return head


def _check_encoding(path: Path) -> None:
    """Read through the file once, a megabyte at a time, and refuse the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset, line = 0, 1
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            if offset == 0 and chunk.startswith(_UTF16_32):
                raise _not_utf8(path, chunk[0], 0, 1, "It looks like UTF-16 or UTF-32.")
            pending = len(decoder.getstate()[0])
            zero = chunk.find(0)
            try:
                decoder.decode(chunk if zero < 0 else chunk[:zero])
            except UnicodeDecodeError as error:
                at = error.start - pending
                place = line + chunk[: max(at, 0)].count(b"\n")
                raise _not_utf8(path, error.object[error.start], offset + at, place, "It may be Latin-1.") from error
            if zero >= 0:
                place = line + chunk[:zero].count(b"\n")
                raise _not_utf8(path, 0, offset + zero, place, "It may be UTF-16 or not text at all.")
            offset += len(chunk)
            line += chunk.count(b"\n")
    if rest := decoder.getstate()[0]:
        raise _not_utf8(path, rest[0], offset - len(rest), line, "The last character is cut off.")


def _not_utf8(path: Path, byte: int, offset: int, line: int, guess: str) -> UserError:
    return UserError(
        f"{path.name} is not UTF-8 text: byte 0x{byte:02x} at offset {offset} (line {line}). {guess}",
        field="data.path",
        remedy="Save it as UTF-8 and choose it again.",
    )


# ---- one reader a format ---------------------------------------------------------------------------------------------


def _read_jsonl(path: Path, limits: ReadLimits) -> Iterator[Row | Problem]:
    with path.open("rb") as stream:
        line = 0
        while raw := stream.readline(limits.row_bytes + 2):
            line += 1
            if line == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            if len(raw.rstrip(b"\r\n")) > limits.row_bytes:
                if not raw.endswith(b"\n"):
                    _skip_line(stream)
                yield _too_long(line, limits)
            elif raw.strip():
                yield _parsed(line, raw, limits)


def _skip_line(stream: BinaryIO) -> None:
    while part := stream.readline(_CHUNK_BYTES):
        if part.endswith(b"\n"):
            return


def _too_long(line: int, limits: ReadLimits) -> Problem:
    return Problem(
        line=line, kind="too_long", expected=f"a row of at most {limits.row_bytes:,} bytes", found="a longer one"
    )


def _parsed(line: int, raw: bytes, limits: ReadLimits) -> Row | Problem:
    try:
        return Row(line=line, values=parse_object(raw.decode(), limits))
    except Refusal as refusal:
        return Problem(
            line=line, kind=refusal.kind, expected=refusal.expected, found=refusal.found, field=refusal.field
        )


def _read_json(path: Path, limits: ReadLimits) -> Iterator[Row | Problem]:
    with path.open("rb") as stream:
        try:
            for line, item in split_list(stream, limits.row_bytes):
                yield _too_long(line, limits) if isinstance(item, OverlongItem) else _parsed(line, item, limits)
        except Refusal as refusal:
            raise UserError(
                f"{path.name} is not one JSON list of objects: {refusal}.",
                field="data.path",
                remedy="Correct it there, or use JSON Lines (one object a line).",
            ) from refusal


def _read_text(path: Path, limits: ReadLimits) -> Iterator[Row | Problem]:
    """A row is a paragraph: lines up to a blank one, as {"text": …}; its line is the first."""
    with path.open(encoding="utf-8-sig") as stream:
        lines: list[str] = []
        start, size = 1, 0
        for number, text in _bounded_lines(stream, limits):
            if text.strip():
                start = start if size else number
                size += len(text.encode())
                if size <= limits.row_bytes:
                    lines.append(text)
            elif size:
                yield _paragraph(lines, start, size, limits)
                lines, size = [], 0
        if size:
            yield _paragraph(lines, start, size, limits)


def _paragraph(lines: list[str], start: int, size: int, limits: ReadLimits) -> Row | Problem:
    if size > limits.row_bytes:
        return _too_long(start, limits)
    return Row(line=start, values={"text": "".join(lines).rstrip()})


def _bounded_lines(stream: TextIO, limits: ReadLimits) -> Iterator[tuple[int, str]]:
    """Yield numbered lines; the rest of one that is too long is passed over (what is yielded stays above the cap)."""
    number = 0
    while text := stream.readline(limits.row_bytes + 1):
        number += 1
        yield number, text
        while text and not text.endswith("\n"):
            text = stream.readline(_CHUNK_BYTES)


class _CsvLines:
    """Feeds the csv module line by line and stops a row that grows beyond the cap (a quote that is never closed)."""

    def __init__(self, path: Path, stream: TextIO, limits: ReadLimits) -> None:
        self.path, self.stream, self.limits = path, stream, limits
        self.line = self.row_line = self.size = 0

    def start_row(self) -> None:
        self.row_line, self.size = self.line + 1, 0

    def __iter__(self) -> Iterator[str]:
        while text := self.stream.readline(self.limits.row_bytes + 1):
            self.line += 1
            self.size += len(text.encode())
            if self.size > self.limits.row_bytes:
                raise UserError(
                    f"{self.path.name}: the row that starts on line {self.row_line} is longer than "
                    f"{self.limits.row_bytes:,} bytes.",
                    field="data.path",
                    remedy="Shorten it, or close a quotation mark that was left open there.",
                )
            yield text


def _read_csv(path: Path, limits: ReadLimits) -> Iterator[Row | Problem]:
    csv.field_size_limit(max(csv.field_size_limit(), limits.row_bytes))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = _CsvLines(path, stream, limits)
        lines.start_row()
        reader = csv.reader(iter(lines), delimiter=_delimiter(path), strict=True)
        header = _header(path, _next_csv(reader), limits)
        while True:
            lines.start_row()
            cells = _next_csv(reader)
            if cells is None:
                return
            if isinstance(cells, csv.Error):
                yield Problem(line=lines.row_line, kind="csv", expected="well-formed CSV", found=str(cells))
            elif cells:
                yield _csv_row(lines.row_line, header, cells)


def _next_csv(reader: Iterator[list[str]]) -> list[str] | csv.Error | None:
    """Give the next row, the error that stands in its place, or None at the end."""
    try:
        return next(reader, None)
    except csv.Error as error:
        return error


def _delimiter(path: Path) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    with path.open(encoding="utf-8-sig") as stream:
        first = stream.readline(_CHUNK_BYTES)
    return max(",;\t|", key=first.count) if any(sign in first for sign in ",;\t|") else ","


def _header(path: Path, cells: list[str] | csv.Error | None, limits: ReadLimits) -> list[str]:
    if not cells or isinstance(cells, csv.Error):
        raise UserError(
            f"{path.name}: line 1 must name the columns ({cells or 'it is blank'}).", field="data.path",
            remedy="Put the column names on the first line.",
        )  # fmt: skip
    if len(cells) > limits.columns:
        raise UserError(
            f"{path.name} has {len(cells)} columns; at most {limits.columns} are read.", field="data.path",
            remedy="Remove the ones that are not needed.",
        )  # fmt: skip
    names = [cell.strip() or f"column_{index}" for index, cell in enumerate(cells, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(
            f"{path.name}: line 1 names the column {twice[0]!r} twice.", field="data.path", remedy="Rename one of them."
        )
    return names


def _csv_row(line: int, header: list[str], cells: list[str]) -> Row | Problem:
    if len(cells) != len(header):
        return Problem(line=line, kind="columns", expected=f"{len(header)} fields", found=f"{len(cells)}")
    return Row(line=line, values=dict(zip(header, cells, strict=True)))


def _read_parquet(path: Path, limits: ReadLimits) -> Iterator[Row | Problem]:
    import pyarrow  # here, not above: a third of a second that other formats need not wait for
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _check_parquet(path, file, limits)
            line = 0
            for batch in file.iter_batches(batch_size=256):
                for values in batch.to_pylist():
                    line += 1
                    yield _parquet_row(line, values, limits)
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(
            f"{path.name} is not a whole Parquet file: {excerpt(str(error), 160)}", field="data.path",
            remedy="Export or copy it again.",
        ) from error  # fmt: skip


def _check_parquet(path: Path, file: Any, limits: ReadLimits) -> None:
    columns, metadata = len(file.schema_arrow), file.metadata
    found = ""
    if columns > limits.columns:
        found = f"{columns} columns; at most {limits.columns} are read"
    elif metadata.num_rows > limits.rows:
        found = f"{metadata.num_rows:,} rows; at most {limits.rows:,} are read"
    elif any(metadata.row_group(index).total_byte_size > _GROUP_BYTES for index in range(metadata.num_row_groups)):
        found = f"a row group of more than {_GROUP_BYTES:,} bytes"
    elif max(_type_depth(field.type) for field in file.schema_arrow) > limits.nesting:
        found = f"columns nested deeper than {limits.nesting} levels"
    if found:
        raise UserError(f"{path.name} has {found}.", field="data.path", remedy="Export a smaller or simpler file.")


def _type_depth(kind: Any) -> int:
    return 1 + max((_type_depth(kind.field(index).type) for index in range(kind.num_fields)), default=0)


def _parquet_row(line: int, values: dict[str, Any], limits: ReadLimits) -> Row | Problem:
    try:
        size = sum(_measure(value, name) for name, value in values.items())
    except Refusal as refusal:
        return Problem(
            line=line, kind=refusal.kind, expected=refusal.expected, found=refusal.found, field=refusal.field
        )
    return _too_long(line, limits) if size > limits.row_bytes else Row(line=line, values=values)


def _measure(value: object, field: str) -> int:
    """Size in bytes, roughly; refuses what JSON could not hold either."""
    if isinstance(value, (list, tuple)):
        return sum(_measure(item, field) for item in value)
    if isinstance(value, dict):
        return sum(len(str(key)) + _measure(item, field) for key, item in value.items())
    if isinstance(value, float) and not math.isfinite(value):
        raise Refusal("not_finite", "a finite number", str(value), field)
    return len(value.encode()) if isinstance(value, str) else len(value) if isinstance(value, bytes) else 8


_READERS = cast(
    "dict[Format, Callable[[Path, ReadLimits], Iterator[Row | Problem]]]",
    {"jsonl": _read_jsonl, "json": _read_json, "csv": _read_csv, "parquet": _read_parquet, "text": _read_text},
)
