"""The verifiable instructions of `follows` checks: counts, keywords, case, ends and marks, without any downloads.

Words are what spaces separate, so counts mean little in scripts written without spaces. Sentences are found by their
end marks with a short list of English abbreviations.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from engine.canaries.wording import holds, light

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.canaries.items import Rule

_FENCE = re.compile(r"\s*```[\w+-]*[ \t]*\n(.*?)\n?[ \t]*```\s*", re.DOTALL)
_BULLET = re.compile(r"[ \t]*[-*+•‣◦–][ \t]+\S")
_NUMBERED = re.compile(r"[ \t]*\d{1,4}[.)][ \t]+\S")
_LIST_MARK = re.compile(r"^[ \t]*(?:[-*+•‣◦–]|\d{1,4}[.)]|#{1,6})[ \t]+", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]*_`]*(?=\s|$)|[。！？]+[」』”’]*")
# A title or an initial never ends a sentence; other abbreviations do unless a small letter or a digit follows.
_TITLE = re.compile(r"(?:^|[\s(\"'])(?:(?i:mr|mrs|ms|dr|prof|st|vs|e\.g|i\.e|no|approx|fig)|[A-HJ-Z])\.$")
_ABBREVIATION = re.compile(r"(?:^|[\s(\"'])(?:(?i:etc|jr|sr|ca|inc|ltd|co)|(?:[A-Za-z]\.)+[A-Za-z])\.$")
_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "nor",
        "of",
        "off",
        "on",
        "or",
        "over",
        "per",
        "the",
        "to",
        "up",
        "via",
        "vs",
        "with",
    ]
)


def obeys(rule: Rule, answer: str) -> bool:
    """Say whether the answer keeps one rule."""
    return _RULES[rule.rule](rule, answer)


def parse_json(answer: str) -> Any:
    """The JSON value an answer consists of, one code fence around it stripped; `ValueError` if there is none.

    Stricter than Python's own reader: NaN and infinities are refused.
    """
    fenced = _FENCE.fullmatch(answer)
    try:
        return json.loads(fenced[1] if fenced else answer, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:20]} is too large")
    return value


def word_count(text: str) -> int:
    """Words: what spaces separate and has a letter or digit in it ("well-known" is one)."""
    return sum(any(c.isalnum() for c in word) for word in text.split())


def sentence_count(text: str) -> int:
    """Sentences: runs ended by . ! ? … or a blank line or a list line; list numbers and abbreviations end none."""
    blocks = re.split(r"\n\s*\n|\n(?=[ \t]*(?:[-*+•‣◦–]|\d{1,4}[.)])[ \t])", text)
    return sum(_sentences_in(_LIST_MARK.sub("", block)) for block in blocks)


def _sentences_in(block: str) -> int:
    count, start = 0, 0
    for end in _SENTENCE_END.finditer(block):
        if _goes_on(block[max(start, end.end() - 12) : end.end()], block[end.end() : end.end() + 2].strip()):
            continue
        count += any(c.isalnum() for c in block[start : end.end()])
        start = end.end()
    return count + any(c.isalnum() for c in block[start:])


def _goes_on(ending: str, following: str) -> bool:
    """Say whether a full stop belongs to an abbreviation in the middle of its sentence."""
    if not following:
        return False
    is_within = following[0].islower() or following[0].isdigit()
    return bool(_TITLE.search(ending)) or (is_within and bool(_ABBREVIATION.search(ending)))


def paragraph_count(text: str) -> int:
    """Paragraphs: blocks separated by blank lines."""
    return sum(bool(block.strip()) for block in re.split(r"\n[ \t]*\n", text))


def bullet_count(text: str) -> int:
    """Lines that start with a bullet."""
    return sum(_BULLET.match(line) is not None for line in text.splitlines())


def numbered_count(text: str) -> int:
    """Lines that start with a number and a full stop or bracket."""
    return sum(_NUMBERED.match(line) is not None for line in text.splitlines())


def _within(rule: Rule, count: int) -> bool:
    return (rule.min is None or count >= rule.min) and (rule.max is None or count <= rule.max)


def _is_json(rule: Rule, answer: str) -> bool:
    try:
        parse_json(answer)
    except ValueError:
        return False
    return True


def _letter_count(rule: Rule, answer: str) -> bool:
    return _within(rule, answer.casefold().count((rule.letter or "").casefold()))


def _case(rule: Rule, answer: str) -> bool:
    if not any(c.isalpha() for c in answer):
        return False
    if rule.is_ == "title":
        return _is_title(answer)
    return answer == (answer.lower() if rule.is_ == "lower" else answer.upper())


def _is_title(answer: str) -> bool:
    """Every word starts with a capital; short linking words after the first may be small."""
    first_letters = [re.search(r"[^\W\d_]+", word) for word in answer.split()]
    lettered = [match[0] for match in first_letters if match]
    return all(not w[0].islower() or (i > 0 and w in _SMALL_WORDS) for i, w in enumerate(lettered))


def _quoted(rule: Rule, answer: str) -> bool:
    text = answer.strip()
    return len(text) > 2 and (text[0], text[-1]) in {('"', '"'), ("“", "”"), ("„", "“"), ("«", "»")}


_RULES: dict[str, Callable[[Rule, str], bool]] = {
    "word_count": lambda rule, answer: _within(rule, word_count(answer)),
    "sentence_count": lambda rule, answer: _within(rule, sentence_count(answer)),
    "paragraph_count": lambda rule, answer: _within(rule, paragraph_count(answer)),
    "bullet_count": lambda rule, answer: _within(rule, bullet_count(answer)),
    "numbered_count": lambda rule, answer: _within(rule, numbered_count(answer)),
    "is_json": _is_json,
    "keywords_in": lambda rule, answer: all(holds(answer, word) for word in rule.words),
    "keywords_out": lambda rule, answer: not any(holds(answer, word) for word in rule.words),
    "letter_count": _letter_count,
    "case": _case,
    "starts_with": lambda rule, answer: light(answer).startswith(light(rule.text or "")),
    "ends_with": lambda rule, answer: light(answer).endswith(light(rule.text or "")),
    "no_comma": lambda rule, answer: not any(comma in answer for comma in ",，、،"),
    "title_marks": lambda rule, answer: re.search(r"<<[^\S\n]*[^<>\s][^<>\n]*>>", answer) is not None,
    "quoted": _quoted,
}
