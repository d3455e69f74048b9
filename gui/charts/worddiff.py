"""What changed between two answers, word by word. Pure text in, segments out; slow for long texts, so call it off the GUI.

Equal and removed segments join to the first text, equal and added ones to the second, to the last blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SegmentKind: TypeAlias = Literal["equal", "removed", "added"]
Unit: TypeAlias = Literal["words", "lines"]
MOST_WORDS = 800
LONG_EQUAL = 40
_WORD = re.compile(r"\s+|\S+\s*")


@dataclass(frozen=True)
class Segment:
    """A run of text that is in both, only in the first, or only in the second."""

    kind: SegmentKind
    text: str


@dataclass(frozen=True)
class Difference:
    """Segments in reading order; `is_capped` when what lies beyond 800 differing words was not compared."""

    segments: tuple[Segment, ...]
    is_capped: bool = False

    @property
    def changes(self) -> int:
        """How many places differ."""
        runs = [segment.kind != "equal" for segment in self.segments]
        return sum(is_change and not before for is_change, before in zip(runs, [False, *runs], strict=False))


def words(text: str) -> list[str]:
    """A text cut into words with the blanks after them; joined they are the text."""
    return _WORD.findall(text)


def difference(first: str, second: str, unit: Unit = "words", most: int = MOST_WORDS) -> Difference:
    """Compare two answers: lines first, then words inside the lines that changed.

    Equal ends are taken off before; of what is left, the first `most` words of each are compared.
    """
    if unit == "lines":
        return Difference(_merged(_compare(first.splitlines(keepends=True), second.splitlines(keepends=True))))
    a, b = words(first), words(second)
    start = _common(a, b)
    end = _common(a[start:][::-1], b[start:][::-1])
    head, tail = a[:start], a[len(a) - end :]
    a, b = a[start : len(a) - end], b[start : len(b) - end]
    middle = list(_by_lines("".join(a[:most]), "".join(b[:most])))
    beyond = [Segment("removed", "".join(a[most:])), Segment("added", "".join(b[most:]))]
    segments = [Segment("equal", "".join(head)), *middle, *beyond, Segment("equal", "".join(tail))]
    return Difference(_merged(segments), is_capped=max(len(a), len(b)) > most)


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    shorter = min(len(a), len(b))
    return next((at for at in range(shorter) if a[at] != b[at]), shorter)


def _by_lines(first: str, second: str) -> Iterator[Segment]:
    a, b = first.splitlines(keepends=True), second.splitlines(keepends=True)
    for tag, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Segment("equal", "".join(a[a0:a1]))
        else:
            yield from _compare(words("".join(a[a0:a1])), words("".join(b[b0:b1])))


def _compare(a: list[str], b: list[str]) -> Iterator[Segment]:
    for tag, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Segment("equal", "".join(a[a0:a1]))
        else:
            yield Segment("removed", "".join(a[a0:a1]))
            yield Segment("added", "".join(b[b0:b1]))


def _merged(segments: Sequence[Segment] | Iterator[Segment]) -> tuple[Segment, ...]:
    """Empty segments left out, neighbours of one kind joined; within a change, what was removed comes first."""
    result: list[Segment] = []
    removed = added = ""

    def close() -> None:
        nonlocal removed, added
        result.extend(Segment(kind, text) for kind, text in (("removed", removed), ("added", added)) if text)  # type: ignore[arg-type]
        removed = added = ""

    for segment in segments:
        if segment.kind == "removed":
            removed += segment.text
        elif segment.kind == "added":
            added += segment.text
        elif segment.text:
            close()
            if result and result[-1].kind == "equal":
                result[-1] = Segment("equal", result[-1].text + segment.text)
            else:
                result.append(segment)
    close()
    return tuple(result)


def folded(text: str, most: int = LONG_EQUAL) -> tuple[str, int, str]:
    """A long equal run as its beginning, how many words are left out, and its end; 0 left out where it is short."""
    found = words(text)
    if len(found) <= most:
        return text, 0, ""
    return "".join(found[:8]), len(found) - 16, "".join(found[-8:])
