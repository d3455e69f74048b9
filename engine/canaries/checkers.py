"""Judge a written answer: exact, contains, regex, number, follows, JSON schema, ROUGE-L and chrF (science §1).

Every checker is a plain function of the answer's text. None of them understands meaning: `contains` is fooled by an
answer that echoes the question, and ROUGE-L and chrF are noisy below some thirty items.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.canaries import follows
from engine.canaries.patterns import PatternTooSlow, found
from engine.canaries.wording import MAX_CHARS, holds, same, visible, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.canaries.items import Canary, Check

#: How far the last number may be from the wanted one.
NUMBER_TOLERANCE = 1e-6
#: Words and characters of an answer that the overlap measures look at; beyond, the answer is hopeless anyway.
MAX_ROUGE_WORDS = 4_000
MAX_CHRF_CHARS = 20_000


class CheckResult(Struct, frozen=True, kw_only=True):
    """What a checker said: passed or not, its measure in 0..1 (chrF in 0..100), and why in a few words."""

    passed: bool
    score: float
    reason: str


def check_answer(check: Check, answer: str, references: Sequence[str] = ()) -> CheckResult:
    """Judge `answer` by `check`; `references` are needed by rouge_l and chrf only.

    Never raises for anything an answer may contain; answers beyond `MAX_CHARS` characters are judged by their start.
    """
    return _CHECKERS[check.type](check, visible(answer[:MAX_CHARS]), references)


def check_item(item: Canary, answer: str) -> CheckResult | None:
    """Judge an answer to one canary; None where the item has no check."""
    return None if item.check is None else check_answer(item.check, answer, item.references)


def _outcome(passed: bool, reason: str) -> CheckResult:
    return CheckResult(passed=passed, score=float(passed), reason="" if passed else reason)


def _exact(check: Check, answer: str, references: Sequence[str]) -> CheckResult:
    hit = any(same(value, answer) for value in check.values)
    return _outcome(hit, f"is not {_either(check.values)}")


def _contains(check: Check, answer: str, references: Sequence[str]) -> CheckResult:
    hit = any(holds(answer, value) for value in check.values)
    return _outcome(hit, f"does not contain {_either(check.values)}")


def _either(values: Sequence[str]) -> str:
    return " or ".join(repr(value) for value in values)


def _regex(check: Check, answer: str, references: Sequence[str]) -> CheckResult:
    try:
        hit = found(check.pattern or "", answer)
    except PatternTooSlow as slow:
        return _outcome(False, str(slow))
    return _outcome(hit, f"does not match {check.pattern}")


# A fraction is matched first, so that neither of its halves is taken for a number.
_NUMBER = re.compile(
    r"(?P<fraction>(?<!\w)\d++[ ]?[/⁄][ ]?\d++)"
    r"|(?P<number>(?:(?<![\w)])[-+−]|(?<!\w))(?:"
    r"\d{1,3}(?:(?:,\d{3})++|(?:_\d{3})++|(?:['’]\d{3})++|(?:[\u00a0\u2009\u202f]\d{3})++)(?!\d)(?:\.\d++)?"
    r"|\d++(?:\.\d++)?|\.\d++)(?:[eE][-+]?\d{1,4}(?!\w))?)"
)


def last_number(text: str) -> float | None:
    """The last number written in `text`, or None.

    Reads signs, decimals, exponents and thousands separators (comma, underscore, apostrophe, thin or fixed space).
    Does not read fractions (3/4 and ¾ are no number, and neither are their halves), number words, or decimal commas.
    """
    last = None
    for match in _NUMBER.finditer(text):
        last = match
    if last is None or last["fraction"]:
        return None
    after = text[last.end() : last.end() + 2].lstrip()[:1]
    if "⁄" in unicodedata.normalize("NFKD", after):  # 3¾: a fraction in one character
        return None
    value = float(re.sub(r"[,_'’\u00a0\u2009\u202f]", "", last["number"]).replace("−", "-"))
    return value if math.isfinite(value) else None


def _number(check: Check, answer: str, references: Sequence[str]) -> CheckResult:
    got = last_number(answer)
    if got is None:
        return _outcome(False, "has no number at its end")
    wanted = float(check.value or 0)
    return _outcome(abs(got - wanted) <= NUMBER_TOLERANCE, f"its last number is {got:g}, not {wanted:g}")


def _follows(check: Check, answer: str, references: Sequence[str]) -> CheckResult:
    broken = [rule.rule for rule in check.rules if not follows.obeys(rule, answer)]
    score = 1 - len(broken) / len(check.rules)
    return CheckResult(passed=not broken, score=score, reason=f"breaks {', '.join(broken)}" if broken else "")


def _json_schema(check: Check, answer: str, references: Sequence[str]) -> CheckResult:
    try:
        value = follows.parse_json(answer)
    except ValueError as error:
        return _outcome(False, f"is not JSON: {error}")
    if not isinstance(value, dict):
        return _outcome(False, "is JSON but not an object")
    wrong = [key for key, kind in check.required.items() if key not in value or not _is_a(value[key], kind)]
    return _outcome(not wrong, f"missing or of the wrong type: {', '.join(wrong)}")


def _is_a(value: Any, kind: str) -> bool:
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, {"string": str, "boolean": bool, "array": list, "object": dict}[kind])


def rouge_l(answer: str, reference: str) -> float:
    """ROUGE-L F1 in 0..1: longest common subsequence of words (Lin 2004), without case, punctuation and articles."""
    got, wanted = words(answer)[:MAX_ROUGE_WORDS], words(reference)[:MAX_ROUGE_WORDS]
    if not got or not wanted:
        return 0.0
    return 2 * _lcs_length(got, wanted) / (len(got) + len(wanted))


def _lcs_length(left: Sequence[str], right: Sequence[str]) -> int:
    short, long = sorted((left, right), key=len)
    row = [0] * (len(short) + 1)
    for word in long:
        diagonal = 0
        for i, other in enumerate(short, start=1):
            above = row[i]
            row[i] = diagonal + 1 if word == other else max(above, row[i - 1])
            diagonal = above
    return row[-1]


def _rouge_l(check: Check, answer: str, references: Sequence[str]) -> CheckResult:
    return _measured(max((rouge_l(answer, r) for r in references), default=0.0), check, "ROUGE-L")


def chrf(answer: str, references: Sequence[str]) -> float:
    """ChrF in 0..100 by sacrebleu (character 6-grams, β = 2), the best over the references."""
    from sacrebleu.metrics.chrf import CHRF

    if not answer.strip() or not references:
        return 0.0
    return float(CHRF().sentence_score(answer[:MAX_CHRF_CHARS], list(references)).score)


def _chrf(check: Check, answer: str, references: Sequence[str]) -> CheckResult:
    return _measured(chrf(answer, references), check, "chrF")


def _measured(score: float, check: Check, name: str) -> CheckResult:
    wanted = check.min or 0.0
    passed = score >= wanted
    return CheckResult(passed=passed, score=score, reason="" if passed else f"{name} {score:.3g} is below {wanted:g}")


_CHECKERS: dict[str, Callable[[Check, str, Sequence[str]], CheckResult]] = {
    "exact": _exact,
    "contains": _contains,
    "regex": _regex,
    "number": _number,
    "follows": _follows,
    "json_schema": _json_schema,
    "rouge_l": _rouge_l,
    "chrf": _chrf,
}
