"""Compare texts by their words: casefolded, without punctuation and articles, spaces collapsed (science §1).

Where a wanted value itself carries punctuation that means something (`max(scores)`, `-5`, `C++`), it is compared
literally instead, without case and with spaces collapsed: stripping would make it match almost anything.
"""

from __future__ import annotations

import re
import unicodedata

#: Characters of an answer that are looked at.
MAX_CHARS = 100_000

_ARTICLES = frozenset({"a", "an", "the"})
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "−": "-", "‐": "-", "‑": "-"})
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
# A word: letters and digits, with decimal points and apostrophes inside and a sign before a digit.
_WORD = re.compile(r"(?:(?<!\w)-(?=\d))?[^\W_]+(?:(?:(?<=\d)\.(?=\d)|'(?=[^\W\d_]))[^\W_]+)*")
_PLAIN_VALUE = re.compile(r"[\w\s'-]*")
_KEPT_CONTROLS = "\n\t"


def visible(text: str) -> str:
    """The text without control, bidirectional, zero-width and unpaired-surrogate characters, lines ending in \\n."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def light(text: str) -> str:
    """The text casefolded, with one kind of quote, dash, digit and space: nothing that carries meaning is lost."""
    folded = unicodedata.normalize("NFKC", visible(text)).translate(_STRAIGHT).casefold()
    return " ".join(_THOUSANDS.sub("", folded).split())


def words(text: str, *, articles: bool = False) -> list[str]:
    """The words of a text, casefolded and without punctuation; English articles dropped unless `articles`."""
    found = _WORD.findall(light(text))
    return found if articles else [word for word in found if word not in _ARTICLES]


def same(value: str, answer: str) -> bool:
    """Say whether the whole answer is the value."""
    if _is_plain(value):
        return words(value) == words(answer)
    return _bare(value) == _bare(answer)


def holds(answer: str, value: str) -> bool:
    """Say whether the value stands in the answer, starting at the start of a word.

    The end is open for letters ("root" is in "roots"), closed for digits ("19" is not in "1980").
    """
    if not _is_plain(value):
        return _bare(value) in light(answer)
    wanted, text = " ".join(words(value)), " ".join(words(answer))
    if _is_unspaced(wanted[0]):
        return wanted in text
    pattern = rf"(?<!\S){re.escape(wanted)}"
    return re.search(pattern + (r"(?![\d.])" if wanted[-1].isdigit() else ""), text) is not None


def _bare(text: str) -> str:
    """Light text without the closing full stop or the quotes and back-ticks around it."""
    return light(text).strip("\"'`").rstrip(".!?").rstrip("\"'`").strip()


def _is_plain(value: str) -> bool:
    """Say whether a value is only words, so that punctuation and articles may be ignored."""
    text = light(value).strip("\"'`.!?, ")
    signed = re.match(r"-\D|-$", text) or text.endswith("-")
    return (
        bool(words(value)) and not signed and _PLAIN_VALUE.fullmatch(re.sub(r"(?<=\d)\.(?=\d)", "", text)) is not None
    )


def _is_unspaced(letter: str) -> bool:
    """Say whether a letter belongs to a script written without spaces (Chinese, Japanese, Thai, Lao, Khmer …)."""
    return ord(letter) >= 0x2E80 or 0x0E00 <= ord(letter) <= 0x0EFF or 0x1780 <= ord(letter) <= 0x17FF
