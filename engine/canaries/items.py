"""The records of a canary suite: one item, its check, a capability and the suite itself, as they stand in JSONL."""

from __future__ import annotations

import hashlib
import math
import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from engine.canaries.patterns import check_pattern

Kind = Literal["reference", "choice", "chat"]
Split = Literal["verdict", "guard"]
Source = Literal["hand", "paraphrase", "generator", "user", "domain"]
Primary = Literal["ref_nll", "choice_margin", "kl"]
CheckType = Literal["exact", "contains", "regex", "number", "follows", "json_schema", "rouge_l", "chrf"]
JsonType = Literal["string", "number", "boolean", "array", "object"]
RuleName = Literal[
    "word_count",
    "sentence_count",
    "paragraph_count",
    "bullet_count",
    "numbered_count",
    "is_json",
    "keywords_in",
    "keywords_out",
    "letter_count",
    "case",
    "starts_with",
    "ends_with",
    "no_comma",
    "title_marks",
    "quoted",
]

Count = Annotated[int, Meta(ge=0)]
Text = Annotated[str, Meta(min_length=1)]
Name = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]*$", max_length=64)]

_RANGE = {"min", "max"}
_RULE_FIELDS: dict[str, set[str]] = {
    "word_count": _RANGE,
    "sentence_count": _RANGE,
    "paragraph_count": _RANGE,
    "bullet_count": _RANGE,
    "numbered_count": _RANGE,
    "letter_count": {"letter", *_RANGE},
    "keywords_in": {"words"},
    "keywords_out": {"words"},
    "case": {"is"},
    "starts_with": {"text"},
    "ends_with": {"text"},
}
_CHECK_FIELDS: dict[str, set[str]] = {
    "exact": {"values"},
    "contains": {"values"},
    "regex": {"pattern"},
    "number": {"value"},
    "follows": {"rules"},
    "json_schema": {"required"},
    "rouge_l": {"min"},
    "chrf": {"min"},
}


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One verifiable instruction, such as "at most 20 words"; which arguments it takes depends on `rule`."""

    rule: RuleName
    min: Count | None = None
    max: Count | None = None
    words: tuple[Text, ...] = ()
    letter: Annotated[str, Meta(min_length=1, max_length=1)] | None = None
    is_: Literal["lower", "upper", "title"] | None = msgspec.field(default=None, name="is")
    text: Text | None = None

    def __post_init__(self) -> None:
        """Refuse missing, superfluous and contradictory arguments (`ValueError`)."""
        given = set(msgspec.to_builtins(self)) - {"rule"}
        wanted = _RULE_FIELDS.get(self.rule, set())
        _refuse_extra(given, wanted, self.rule)
        if wanted >= _RANGE:
            _need_range(self.min, self.max, self.rule)
        missing = sorted(wanted - given - _RANGE)
        if missing:
            raise ValueError(f"rule {self.rule!r} needs {_listed(missing)}")


class Check(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a written answer is judged right or wrong; which fields it has depends on `type`."""

    type: CheckType
    values: tuple[Text, ...] = ()
    pattern: Text | None = None
    value: int | float | None = None
    required: dict[str, JsonType] = {}
    rules: tuple[Rule, ...] = ()
    min: float | None = None

    def __post_init__(self) -> None:
        """Refuse a check that lacks its argument, has another's, or could never be decided (`ValueError`)."""
        given = set(msgspec.to_builtins(self)) - {"type"}
        wanted = _CHECK_FIELDS[self.type]
        _refuse_extra(given, wanted, self.type)
        if wanted - given:
            raise ValueError(f"check {self.type!r} needs {_listed(sorted(wanted - given))}")
        if self.pattern is not None:
            check_pattern(self.pattern)
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError("check 'number' needs a finite value")
        self._check_min()

    def _check_min(self) -> None:
        top = {"rouge_l": 1, "chrf": 100}.get(self.type)
        if top is not None and not 0 <= (self.min or 0) <= top:
            raise ValueError(f"check {self.type!r} needs min between 0 and {top}, got {self.min}")


class Canary(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One prompt the base model answers well, and how to tell whether it still does."""

    id: Text
    capability: Name
    kind: Kind
    prompt: Text
    references: tuple[Text, ...] = ()
    choices: tuple[Text, ...] = ()
    gold: Count | None = None
    check: Check | None = None
    cluster: Text
    split: Split
    source: Source
    author: str = ""
    reviewer: str = ""

    def __post_init__(self) -> None:
        """Refuse an item whose parts do not belong to its kind (`ValueError`)."""
        if not self.prompt.strip():
            raise ValueError("prompt is blank")
        _KIND_CHECKS[self.kind](self)

    @property
    def answers(self) -> tuple[str, ...]:
        """The right answers whose likelihood can be scored: the references, or the right choice; empty for chat."""
        if self.gold is not None:
            return (self.choices[self.gold],)
        return self.references

    def to_line(self) -> str:
        """Write the item as one JSON line (no newline), keys in the documented order."""
        record = msgspec.to_builtins(self)
        for key in _UNUSED_KEYS[self.kind]:
            del record[key]
        return msgspec.json.encode(record).decode()


class Capability(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a group of canaries stands for, and the one score that decides its verdict (science §2)."""

    name: Name
    title: Text
    primary: Primary
    description: str = ""


class Suite(Struct, frozen=True, kw_only=True):
    """A named, versioned set of canaries; two suites with equal `hash` measure exactly the same thing."""

    name: Text
    version: Text
    licence: str = ""
    capabilities: tuple[Capability, ...]
    items: tuple[Canary, ...]

    @property
    def hash(self) -> str:
        """SHA-256 over the canonical JSON of all that can change a score (author and reviewer cannot)."""
        record = {
            "name": self.name,
            "version": self.version,
            "capabilities": [[c.name, c.primary] for c in self.capabilities],
            "items": [msgspec.structs.replace(item, author="", reviewer="") for item in self.items],
        }
        return hashlib.sha256(msgspec.json.encode(record, order="sorted")).hexdigest()

    def capability(self, name: str) -> Capability:
        """The capability called `name`; `KeyError` if the suite has none."""
        for capability in self.capabilities:
            if capability.name == name:
                return capability
        raise KeyError(name)

    def of(self, capability: str, split: Split | None = None) -> tuple[Canary, ...]:
        """The items of one capability, of one split or of both."""
        return tuple(i for i in self.items if i.capability == capability and split in (None, i.split))


def stem(prompt: str) -> str:
    """The first six words of a prompt without case and punctuation: two items with one stem are one template."""
    return " ".join(re.findall(r"[^\W_]+", prompt.casefold())[:6])


def _check_reference(item: Canary) -> None:
    if not item.references:
        raise ValueError("kind 'reference' needs references, a list of at least one answer")
    _refuse(bool(item.choices) or item.gold is not None, "kind 'reference' has no choices and no gold")


def _check_choice(item: Canary) -> None:
    if len(item.choices) < 2:
        raise ValueError("kind 'choice' needs choices, a list of at least two texts")
    if item.gold is None or item.gold >= len(item.choices):
        raise ValueError(f"gold must be a whole number from 0 to {len(item.choices) - 1}, got {item.gold}")
    _refuse(bool(item.references) or item.check is not None, "kind 'choice' has no references and no check")
    _refuse(len(set(item.choices)) < len(item.choices), "choices repeats a text")


def _check_chat(item: Canary) -> None:
    extra = item.references or item.choices or item.check or item.gold is not None
    _refuse(bool(extra), "kind 'chat' has no references, choices, gold or check")


_KIND_CHECKS = {"reference": _check_reference, "choice": _check_choice, "chat": _check_chat}
_UNUSED_KEYS: dict[str, tuple[str, ...]] = {
    "reference": ("choices", "gold"),
    "choice": ("references", "check"),
    "chat": ("references", "choices", "gold", "check"),
}


def _refuse(wrong: bool, message: str) -> None:
    if wrong:
        raise ValueError(message)


def _refuse_extra(given: set[str], wanted: set[str], name: str) -> None:
    if extra := sorted(given - wanted):
        takes = _listed(sorted(wanted)) if wanted else "no arguments"
        raise ValueError(f"{name!r} does not take {_listed(extra)}; it takes {takes}")


def _need_range(low: int | None, high: int | None, name: str) -> None:
    if low is None and high is None:
        raise ValueError(f"rule {name!r} needs min, max or both")
    if low is not None and high is not None and low > high:
        raise ValueError(f"rule {name!r} has min {low} above max {high}")


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
