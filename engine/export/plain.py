"""Text that is safe to show and to hand on: hidden characters made visible, local folders taken out. And numbers in words."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from engine.verdict import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.verdict.records import Kind

#: Characters that reverse or hide text, besides the control characters.
_HIDDEN = frozenset(
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_PATH = re.compile(r"""(?<![\w./\\:])(?:[A-Za-z]:[\\/]+|\\\\+|/)(?:[^\s"'<>|\\/]+[\\/]+)+([^\s"'<>|\\/]*)""")


def visible(text: str) -> str:
    """Show control, bidirectional and invisible characters as ‹U+202E›; line ends and tabs stay."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    is_tag = 0xE0000 <= ord(character) <= 0xE007F
    if character in _HIDDEN or is_tag or unicodedata.category(character) in {"Cc", "Cs"}:
        return f"‹U+{ord(character):04X}›"
    return character


def without_folders(text: str, folders: Iterable[Path]) -> str:
    """Replace each folder's path, however its separators are written, by "…"; the longest first."""
    for folder in sorted(map(str, folders), key=len, reverse=True):
        for written in {folder, folder.replace("\\", "/"), folder.replace("\\", "\\\\")}:
            if len(written) > 1:
                text = text.replace(written, "…")
    return text


def without_paths(text: str) -> str:
    """Reduce every absolute path in a text to its last name: …/tickets.jsonl."""
    return _PATH.sub(lambda match: f"…/{match.group(1)}", text)


def last_name(path: str) -> str:
    """The file's name of a path written in either way; anything that is no absolute path stays."""
    if not (path.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[\\/]", path)):
        return path
    return "…/" + re.split(r"[\\/]", path.rstrip("/\\"))[-1]


def number(value: Any, digits: int = 2) -> str:
    """A number with a real minus sign, or a dash where there is none."""
    if not isinstance(value, (int, float)) or value != value:
        return "–"
    text = f"{abs(value):.{digits}f}"
    return f"−{text}" if value < 0 and float(text) else text


def interval(lower: float | None, upper: float | None, kind: Kind) -> str:
    """The bounds that decide as the reader sees them, smaller number first: [−0.27, −0.15]; "…" where there is none."""
    low, high = (lower, upper) if kind == "kl" else (upper, lower)
    low_text, high_text = ("…" if v is None else sentences.amount(v, kind) for v in (low, high))
    return f"[{low_text}, {high_text}]"
