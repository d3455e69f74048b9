"""Turn a row of a user's suite or of a benchmark file (the shapes lm-evaluation-harness tasks read) into a canary."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from engine.canaries.items import Canary

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROMPT_KEYS = ("prompt", "question", "query", "ctx", "question_stem")
_CHOICE_KEYS = ("choices", "endings", "options")
_GOLD_KEYS = ("gold", "answer", "label", "answerKey")
_REFERENCE_KEYS = ("references", "reference", "answer", "completion", "target")
_OWN_KEYS = ("id", "cluster", "author", "reviewer", "capability", "split", "source")
_LETTERS = "ABCDEFGHIJ"
#: Without a split of its own, every fifth cluster of a file becomes a guard item.
GUARD_EVERY = 5


def canary_from_row(row: Mapping[str, Any], *, position: int, capability: str, clusters: dict[str, int]) -> Canary:
    """A canary from a lenient row; what it does not say is filled in (source "user", its own cluster, a split).

    `position` counts the rows from 0; `clusters` numbers the clusters met so far and is added to, so that a cluster
    never lands in both splits. Raises `ValueError` or `msgspec.ValidationError` naming the field and what was
    expected. Columns that mean nothing here are ignored.
    """
    record: dict[str, Any] = {"id": f"{capability}-{position + 1:04d}", "capability": capability, "source": "user"}
    record |= {key: row[key] for key in _OWN_KEYS if row.get(key) not in (None, "")}
    record["id"] = str(record["id"])
    record.setdefault("cluster", record["id"])
    number = clusters.setdefault(str(record["cluster"]), len(clusters))
    record.setdefault("split", "guard" if number % GUARD_EVERY == GUARD_EVERY - 1 else "verdict")
    record["prompt"] = _text(*_first(row, _PROMPT_KEYS))
    record |= _scored_part(row)
    return msgspec.convert(record, Canary)


def _scored_part(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the answer is scored against: choices and gold, references and check, or nothing (open chat)."""
    texts, labels = _choices(row)
    if texts:
        key, value = _first(row, _GOLD_KEYS)
        return {"kind": "choice", "choices": texts, "gold": _gold(key, value, texts, labels)}
    references = _references(row)
    if not references:
        if row.get("kind", "chat") != "chat":
            raise ValueError("field references: expected a list of right answers, or choices with an answer")
        return {"kind": "chat"}
    return {"kind": "reference", "references": references, "check": _check(row.get("check"))}


def _first(row: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[str, Any]:
    for key in keys:
        if row.get(key) is not None:
            return key, row[key]
    raise ValueError(f"field {keys[0]}: missing; expected one of {', '.join(keys)}")


def _text(key: str, value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError(f"field {key}: expected text that is not blank, got {_shown(value)}")


def _texts(key: str, value: Any) -> list[str]:
    """A list of texts; in CSV one cell holds a JSON list or texts separated by " | "."""
    if isinstance(value, str):
        value = _json_cell(key, value) if value.lstrip().startswith("[") else [v.strip() for v in value.split(" | ")]
    if not isinstance(value, list):
        raise ValueError(f"field {key}: expected a list of texts, got {_shown(value)}")
    return [_text(f"{key}[{i}]", text) for i, text in enumerate(value)]


def _choices(row: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The choices and their labels (A, B … unless the row names them); two empty lists where there are none."""
    for key in _CHOICE_KEYS:
        value = row.get(key)
        if isinstance(value, dict):
            texts, labels = _texts(f"{key}.text", value.get("text")), _texts(f"{key}.label", value.get("label"))
            if len(texts) != len(labels):
                raise ValueError(f"field {key}: {len(texts)} texts but {len(labels)} labels")
            return texts, labels
        if value is not None:
            return (texts := _texts(key, value)), list(_LETTERS[: len(texts)])
    columns = [letter for letter in _LETTERS if letter in row]
    if columns[:2] == ["A", "B"]:
        return [_text(letter, row[letter]) for letter in columns], columns
    return [], []


def _gold(key: str, value: Any, texts: list[str], labels: list[str]) -> int:
    """The 0-based index of the right choice from an index, a digit string, a label or letter, or its text."""
    if isinstance(value, int) and not isinstance(value, bool):
        meant = {value}
    elif isinstance(value, str):
        meant = _meant(value.strip(), texts, labels)
    else:
        meant = set()
    if len(meant) > 1:
        raise ValueError(f"field {key}: {value!r} could be an index or a choice's text; give the index as a number")
    if len(meant) == 1 and 0 <= (index := meant.pop()) < len(texts):
        return index
    raise ValueError(
        f"field {key}: expected an index from 0 to {len(texts) - 1} or one of {', '.join(labels)}, got {_shown(value)}"
    )


def _meant(value: str, texts: list[str], labels: list[str]) -> set[int]:
    if value.upper() in (upper := [label.upper() for label in labels]):
        return {upper.index(value.upper())}
    meant = {i for i, text in enumerate(texts) if text.strip() == value}
    return meant | ({int(value)} if re.fullmatch(r"[0-9]{1,3}", value) else set())


def _references(row: Mapping[str, Any]) -> list[str]:
    for key in _REFERENCE_KEYS:
        value = row.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return [str(value)]
        if isinstance(value, str) and not (key == "references" and value.lstrip().startswith("[")):
            return [_text(key, value)]
        if value is not None:
            return _texts(key, value)
    return []


def _check(value: Any) -> Any:
    """The check as it stands; in CSV its cell holds JSON."""
    return _json_cell("check", value) if isinstance(value, str) else value


def _json_cell(key: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"field {key}: expected JSON: {error}") from error


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
