"""Sentences of the engine in another language: whole ones looked up, those with values by their pattern. No Qt.

The engine speaks English everywhere, so that what a background worker stored can be shown in any language later. A file
gives the translation of a pattern, "{0} is in use by {1}.": what stands for a placeholder is translated too where it is
known, else kept, as numbers and names are. `packaging/translations.py` checks the file against the engine's code.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: A placeholder of a pattern.
FIELD = re.compile(r"\{(\w+)\}")
#: Where a text falls into parts that may be known one by one.
_PARTS = (
    re.compile(r"(\n+)"),
    re.compile(r"((?<=[.!?])\s+)"),
    re.compile(r"(;\s+)"),
    re.compile(r"(,\s+)"),
    re.compile(r"(:\s+)"),
)
#: Patterns that begin with words are found by so many letters of them.
_BEGIN = 4


class Said(NamedTuple):
    """A text in the other language, and how many of its letters are still English."""

    text: str
    left: int


class Pattern:
    """One sentence with placeholders, in both languages."""

    def __init__(self, text: str, translation: str) -> None:
        """Take it apart at its placeholders."""
        parts = FIELD.split(text)
        self.names, self.literals, self.translation = parts[1::2], parts[::2], translation
        self.longest = max(self.literals, key=len)
        self.weight = sum(map(len, self.literals))
        begins, ends = len(self.literals[0]) >= _BEGIN, self.literals[-1].endswith((".", ")"))
        #: Others, such as "{0} were", are parts of a sentence: they only count inside another.
        self.is_sentence = begins or self.weight >= 16 or (ends and self.weight >= 7)

    def values(self, text: str) -> dict[str, str] | None:
        """What stands for each placeholder, each as short as can be; None if the text is not of this pattern."""
        first, *inner, last = self.literals
        if self.longest not in text or not (text.startswith(first) and text.endswith(last)) or len(text) < self.weight:
            return None
        found, at, end = [], len(first), len(text) - len(last)
        for literal in inner:
            place = text.find(literal, at, end)
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(literal)
        found.append(text[at:end])
        if self.weight < 5 and any(" " in value for value in found):
            return None
        return dict(zip(self.names, found, strict=True))


class Phrases:
    """What the engine says, by its English; empty until a file was read."""

    def __init__(self) -> None:
        """Begin with nothing: every text stays as it is."""
        self._exact: dict[str, str] = {}
        self._beginning: dict[str, list[Pattern]] = {}
        self._others: list[Pattern] = []
        self.said = lru_cache(maxsize=4096)(self._said)

    def read(self, path: Path) -> None:
        """Take another file of translations in place of the last; nothing where there is none."""
        known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self._exact = {text: said for text, said in known.items() if not FIELD.search(text)}
        patterns = [Pattern(text, said) for text, said in known.items() if FIELD.search(text)]
        self._beginning, self._others = {}, []
        for pattern in sorted(patterns, key=lambda one: -one.weight):
            begins = pattern.literals[0][:_BEGIN]
            (self._beginning.setdefault(begins, []) if len(begins) == _BEGIN else self._others).append(pattern)
        self.said.cache_clear()

    def _said(self, text: str) -> str:
        found = _Reading(self).of(text, is_whole=True) if self._exact else None
        return found.text if found else text

    def exactly(self, core: str) -> str | None:
        """A phrase without values; its first letter is a capital where the text begins with it."""
        found = self._exact.get(core)
        if found is None and (small := self._exact.get(_small(core))):
            return _capital(small)
        return found

    def fitting(self, core: str) -> Iterator[tuple[Pattern, dict[str, str]]]:
        """Every pattern a text may be of, with what stands for its placeholders."""
        for pattern in (*self._beginning.get(core[:_BEGIN], ()), *self._others):
            if (values := pattern.values(core)) is not None:
                yield pattern, values


class _Reading:
    """One text being read: each part of it once."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._read: dict[tuple[str, bool], Said | None] = {}

    def of(self, text: str, *, is_whole: bool = False) -> Said | None:
        """The text in the other language, as far as any of it is known; None if nothing is."""
        core = text.strip()
        if not any(map(str.isalpha, core)):
            return None
        key = core, is_whole
        if key not in self._read:
            self._read[key] = None  # while it is read
            if (exact := self._phrases.exactly(core)) is not None:
                self._read[key] = Said(exact, 0)
            else:
                self._read[key] = min(self._readings(core, is_whole), key=lambda one: one.left, default=None)
        found = self._read[key]
        return found and Said(text.replace(core, found.text, 1), found.left)

    def _readings(self, core: str, is_whole: bool) -> Iterator[Said]:
        """What it may be made of: a sentence with values, several sentences, clauses or names, more in brackets."""
        for pattern, values in self._phrases.fitting(core):
            if pattern.is_sentence or not is_whole:
                yield self._filled(pattern, values)
        if (small := _small(core)) != core:
            for pattern, values in self._phrases.fitting(small):
                if pattern.is_sentence or not is_whole:
                    said = self._filled(pattern, values)
                    yield Said(_capital(said.text), said.left)
        for separator in _PARTS:
            yield from self._of_parts(separator.split(core), is_whole)
        if core.endswith("."):
            yield from self._of_parts([core[:-1], "."], is_whole)
        if core.endswith(")") and " (" in core:
            before, _, inside = core[:-1].rpartition(" (")
            yield from self._of_parts([before, " (", inside, ")"], is_whole)

    def _filled(self, pattern: Pattern, values: dict[str, str]) -> Said:
        known = {name: self.of(value) or _unknown(value) for name, value in values.items()}
        text = FIELD.sub(lambda field: known[field[1]].text, pattern.translation)
        return Said(text, sum(one.left for one in known.values()))

    def _of_parts(self, parts: list[str], is_whole: bool) -> Iterator[Said]:
        """Part by part, what is not known as it is; nothing where no part is known.

        A single word of a whole text is no phrase of the engine's: it may as well be a name, or a word of that language.
        """
        if len(parts) > 1:
            found = [
                None if is_whole and " " not in part.strip() else self.of(part, is_whole=is_whole) for part in parts
            ]
            if any(found):
                said = [new or _unknown(old) for new, old in zip(found, parts, strict=True)]
                yield Said("".join(one.text for one in said), sum(one.left for one in said))


def _unknown(text: str) -> Said:
    return Said(text, sum(map(str.isalpha, text)))


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
