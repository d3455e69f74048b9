"""JSON as data files may use it: bounded nesting, no NaN or infinity, no key twice, no half characters.

Python's own parser does the parsing; what it would accept in silence is refused here, with words a user can act on.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from engine.data.rows import ReadLimits

# A string (perhaps unterminated: matching to the end keeps the scan linear) or one bracket.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
# Where the splitter of a list's items must look: a string's end, or structure.
_IN_STRING = re.compile(rb'["\\]')
_OUTSIDE = re.compile(rb'["\[\]{},]')
_SPACE = b" \t\r\n"
_CHUNK_BYTES = 1 << 20


class Refusal(ValueError):
    """A value that is not strict JSON; carries what `Problem` needs."""

    def __init__(self, kind: str, expected: str, found: str, field: str = "") -> None:
        """Keep the parts of the sentence apart."""
        super().__init__(f"expected {expected}, found {found}")
        self.kind, self.expected, self.found, self.field = kind, expected, found, field


def parse_object(text: str, limits: ReadLimits) -> dict[str, Any]:
    """Parse one row, which must be an object; raise `Refusal` for anything else."""
    check_nesting(text, limits.nesting)
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise Refusal("json", "one JSON object", f"invalid JSON ({error.msg}, character {error.pos + 1})") from error
    if not isinstance(value, dict):
        raise Refusal("json", "one JSON object", f"a {type(value).__name__}")
    if len(value) > limits.columns:
        raise Refusal("columns", f"at most {limits.columns} columns", f"{len(value)}")
    if "\\u" in text:
        _check_characters(value)
    return value


def check_nesting(text: str, limit: int) -> None:
    """Refuse deep nesting before any parser recurses into it."""
    depth = 0
    for match in _TOKEN.finditer(text):
        character = match.group()[0]
        if character in "[{":
            depth += 1
            if depth > limit:
                raise Refusal("nesting", f"at most {limit} levels of nesting", "more")
        elif character in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Refusal("duplicate_key", "every key once", f"the key {twice!r} twice", twice)
    return record


def _no_constant(name: str) -> NoReturn:
    raise Refusal("not_finite", "a number JSON knows", name)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise Refusal("not_finite", "a finite number", digits[:30])
    return value


def _integer(digits: str) -> int:
    if len(digits) > 400:
        raise Refusal("number", "a number of at most 400 digits", f"{len(digits)} digits")
    return int(digits)


def _check_characters(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Refusal("text", "whole characters", "half of a surrogate pair (\\ud800 to \\udfff)") from error


class OverlongItem:
    """Stands for an item of a list that is longer than the cap and was skipped."""


def split_list(stream: BinaryIO, row_bytes: int) -> Iterator[tuple[int, bytes | OverlongItem]]:
    """Yield (line, raw bytes) of each item of a top-level JSON list, holding at most one item in memory.

    Raises `Refusal` where the file is not one list. Items are cut out by brackets and strings only; whether each is valid
    JSON is for `parse_object` to say.
    """
    return _Splitter(row_bytes).run(stream)


class _Splitter:
    """The state of `split_list`: where in the list we are and what of the current item was seen."""

    def __init__(self, row_bytes: int) -> None:
        self.row_bytes = row_bytes
        self.depth = 0
        self.in_string = False
        self.escaped = False
        self.ended = False
        self.after_comma = False
        self.line = self.item_line = 1
        self.item = bytearray()
        self.overlong = False

    def run(self, stream: BinaryIO) -> Iterator[tuple[int, bytes | OverlongItem]]:
        chunk = stream.read(_CHUNK_BYTES).removeprefix(codecs.BOM_UTF8)
        while chunk:
            yield from self._feed(chunk)
            chunk = stream.read(_CHUNK_BYTES)
        if not self.ended:
            raise Refusal("json", "a list closed by ']'", "the end of the file")

    def _feed(self, chunk: bytes) -> Iterator[tuple[int, bytes | OverlongItem]]:
        position = 0
        while position < len(chunk):
            if self.escaped:
                self._keep(chunk[position : position + 1])
                self.escaped = False
                position += 1
                continue
            match = (_IN_STRING if self.in_string else _OUTSIDE).search(chunk, position)
            if match is None:
                self._keep(chunk[position:])
                return
            self._keep(chunk[position : match.start()])
            position = match.end()
            yield from self._step(match.group())

    def _step(self, character: bytes) -> Iterator[tuple[int, bytes | OverlongItem]]:
        if self.in_string:
            self._keep(character)
            self.in_string = character != b'"'
            self.escaped = character == b"\\"
        elif character == b'"':
            self._keep(character)
            self.in_string = True
        elif self.depth == 1 and character in b",]":
            yield from self._close_item(character)
        else:
            self._bracket(character)

    def _bracket(self, character: bytes) -> None:
        opening = character in b"[{"
        if self.depth == 0 and opening and not self.ended and character == b"[":
            self.depth = 1
            return
        self._keep(character)
        self.depth += 1 if opening else -1 if character in b"]}" else 0
        if self.depth < 1:
            raise Refusal("json", "brackets that match", f"{character.decode()!r} on line {self.line}")

    def _close_item(self, character: bytes) -> Iterator[tuple[int, bytes | OverlongItem]]:
        raw = bytes(self.item).strip(_SPACE)
        is_last = character == b"]"
        if raw or self.overlong:
            yield self.item_line, OverlongItem() if self.overlong else raw
        elif not is_last or self.after_comma:
            raise Refusal("json", "an item between commas", f"nothing on line {self.line}")
        self.item.clear()
        self.overlong, self.after_comma = False, not is_last
        if is_last:
            self.depth, self.ended = 0, True

    def _keep(self, part: bytes) -> None:
        if self.depth == 0:
            if part.strip(_SPACE):
                raise Refusal("json", "one list of objects and nothing else", f"other text on line {self.line}")
        elif not self.overlong:
            self._append(part)
        self.line += part.count(b"\n")

    def _append(self, part: bytes) -> None:
        if not self.item:
            body = part.lstrip(_SPACE)
            self.item_line = self.line + part[: len(part) - len(body)].count(b"\n")
            part = body
        self.item += part
        if len(self.item) > self.row_bytes:
            self.item.clear()
            self.overlong = True
