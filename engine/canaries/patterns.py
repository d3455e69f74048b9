"""Run a suite author's regular expression without letting it run away: it gets half a second."""

from __future__ import annotations

import regex

#: Longest a pattern may search one answer.
TIME_LIMIT_S = 0.5
#: Longest pattern accepted from a suite file.
MAX_PATTERN_CHARS = 2_000


class PatternTooSlow(Exception):
    """The pattern did not finish in time; the answer counts as a miss."""


def check_pattern(pattern: str) -> None:
    """Raise `ValueError` saying what is wrong when `pattern` is not a usable regular expression."""
    if len(pattern) > MAX_PATTERN_CHARS:
        raise ValueError(f"pattern is {len(pattern)} characters long; at most {MAX_PATTERN_CHARS} are allowed")
    try:
        regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ValueError(f"pattern is not a regular expression: {error}") from error


def found(pattern: str, text: str, *, limit_s: float = TIME_LIMIT_S) -> bool:
    """Say whether `pattern` occurs anywhere in `text` (case matters unless the pattern says `(?i)`).

    Raises `PatternTooSlow` after `limit_s` seconds.
    """
    try:
        return regex.search(pattern, text, timeout=limit_s) is not None
    except TimeoutError as error:
        raise PatternTooSlow(f"the pattern took longer than {limit_s} s") from error
