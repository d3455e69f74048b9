"""Signs that a model's writing broke, whatever it says: emptiness, loops, runaway length, script switch, one format.

Sentinels are alarms, not verdicts: a terse but right answer can trip the length ratio.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Hashable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from engine.canaries.wording import MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Sequence

Sign = Literal["empty", "repeats", "ran_to_limit", "length", "script"]

#: Science §1: more than half of the 4-grams are repeats; length outside [1/3, 3] of the base's answer.
MAX_REPEATED_SHARE = 0.5
MAX_LENGTH_RATIO = 3.0
PREFIX_TOKENS = 3
_NGRAM = 4
#: Unicode names start with the script; these are written together, so a change among them is no switch.
_TOGETHER = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HALFWIDTH": "CJK", "FULLWIDTH": "LATIN", "IDEOGRAPHIC": "CJK"}


class Generation(Struct, frozen=True, kw_only=True):
    """A generated answer and whether it was cut off by the length limit."""

    text: str
    hit_limit: bool = False


class Capture(Struct, frozen=True, kw_only=True):
    """The training set's commonest opening, how common it is there, and how many outputs now start with it (0..1)."""

    prefix: tuple[Hashable, ...]
    training_share: float
    output_share: float


def degenerate_signs(output: Generation, base: Generation) -> tuple[Sign, ...]:
    """Which signs of breakage an output shows against the base model's answer to the same prompt; empty if none."""
    if not output.text.strip():
        return () if not base.text.strip() else ("empty",)
    signs: list[Sign] = []
    if repeated_share(units(output.text)) > MAX_REPEATED_SHARE:
        signs.append("repeats")
    if output.hit_limit and not base.hit_limit:
        signs.append("ran_to_limit")
    if base.text.strip() and not 1 / MAX_LENGTH_RATIO <= length_ratio(output.text, base.text) <= MAX_LENGTH_RATIO:
        signs.append("length")
    if switched_script(output.text, base.text):
        signs.append("script")
    return tuple(signs)


def units(text: str) -> list[str]:
    """What repetition is counted in: words, or characters where the text is one long run (no spaces, "hahaha…")."""
    text = text[:MAX_CHARS]
    found = text.split()
    return [c for c in text if not c.isspace()] if len(text) > 20 * max(1, len(found)) else found


def repeated_share(tokens: Sequence[Hashable], n: int = _NGRAM) -> float:
    """Share of n-grams that are repeats of an earlier one, 0..1; 0 for texts shorter than n. Words or token ids."""
    total = len(tokens) - n + 1
    if total < 1:
        return 0.0
    return 1 - len({tuple(tokens[i : i + n]) for i in range(total)}) / total


def length_ratio(text: str, base_text: str) -> float:
    """Length of a text over that of the base's answer, in characters without spaces."""
    return len("".join(text.split())) / max(1, len("".join(base_text.split())))


def main_script(text: str) -> str | None:
    """The script most of the letters are in ("LATIN", "CYRILLIC", "CJK" …), None without letters.

    Looks at the first 2000 characters. Cannot tell two languages of one script apart.
    """
    counts = Counter(_script(c) for c in text[:2000] if c.isalpha())
    return max(counts, key=lambda script: (counts[script], script)) if counts else None


def _script(letter: str) -> str:
    script = unicodedata.name(letter, "UNKNOWN").split()[0]
    return _TOGETHER.get(script, script)


def switched_script(text: str, base_text: str) -> bool:
    """Say whether the answer is mostly in another script than the base's; False where either has no letters."""
    before, after = main_script(base_text), main_script(text)
    return None not in (before, after) and before != after


def commonest_prefix(
    targets: Sequence[Sequence[Hashable]], n: int = PREFIX_TOKENS
) -> tuple[tuple[Hashable, ...], float]:
    """The commonest first n tokens of the training targets and the share of targets that start so.

    Targets shorter than n do not vote but count in the share. Ties go to the one seen first; no targets give ((), 0).
    """
    counts = Counter(tuple(target[:n]) for target in targets if len(target) >= n)
    if not counts:
        return (), 0.0
    prefix, count = counts.most_common(1)[0]
    return prefix, count / len(targets)


def format_capture(outputs: Sequence[Sequence[Hashable]], targets: Sequence[Sequence[Hashable]]) -> Capture:
    """How many outputs start with the training set's commonest three tokens (science §1). Both by the same tokeniser."""
    prefix, share = commonest_prefix(targets)
    if not prefix or not outputs:
        return Capture(prefix=prefix, training_share=share, output_share=0.0)
    captured = sum(tuple(output[: len(prefix)]) == prefix for output in outputs)
    return Capture(prefix=prefix, training_share=share, output_share=captured / len(outputs))
