"""From rows with columns to conversations: detect the shape of a file, or follow the mapping the user gave.

Parts a mapping may name (`Mapping.columns`), by shape, with the column each takes unless named:

- messages: messages, role, content (the last two name keys inside a message), system
- sharegpt: conversations, from, value (likewise), system
- alpaca: instruction, input, output, system
- prompt_completion: prompt, completion, system
- text: text
- every shape: cluster (rows of one cluster never sit on both sides of the held-out split)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from engine.data.rows import Problem, Row, excerpt
from engine.errors import UserError
from engine.records import Mapping

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Conversation", "Conversations", "Mapping", "Message", "detect", "resolve", "to_conversations"]

Speaker = Literal["system", "user", "assistant", "tool", "text"]

_PARTS: dict[str, dict[str, str]] = {
    "messages": {"messages": "messages", "role": "role", "content": "content", "system": "system"},
    "sharegpt": {"conversations": "conversations", "from": "from", "value": "value", "system": "system"},
    "alpaca": {"instruction": "instruction", "input": "input", "output": "output", "system": "system"},
    "prompt_completion": {"prompt": "prompt", "completion": "completion", "system": "system"},
    "text": {"text": "text"},
}
_OPTIONAL = {"system", "input", "cluster"}
_CLUSTER_NAMES = ("cluster", "cluster_id")
_PAIRS = (
    ("prompt", "completion"), ("prompt", "response"), ("prompt", "answer"), ("question", "answer"),
    ("question", "response"), ("input", "output"), ("instruction", "response"), ("instruction", "completion"),
)  # fmt: skip
_SPEAKERS: dict[str, Speaker] = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "assistant": "assistant",
    "gpt": "assistant", "chatgpt": "assistant", "model": "assistant", "bot": "assistant", "tool": "tool",
}  # fmt: skip
_LOOKED_AT = 200


def parts_of(shape: str) -> dict[str, str]:
    """Return the parts a mapping of that shape may name, each with the column it takes unless named; none for "auto"."""
    return {**_PARTS[shape], "cluster": "cluster"} if shape in _PARTS else {}


class Message(Struct, frozen=True, kw_only=True):
    """One turn. `trained` is false for an assistant turn the file gives weight 0."""

    role: Speaker
    content: str
    trained: bool = True


class Conversation(Struct, frozen=True, kw_only=True):
    """One row as turns (or one turn of role "text" for raw text), with the line it came from."""

    messages: tuple[Message, ...]
    line: int
    cluster: str = ""

    @property
    def is_raw(self) -> bool:
        """Say whether this is text to learn as it stands, not a dialogue."""
        return self.messages[0].role == "text"


class Conversations(Struct, frozen=True, kw_only=True):
    """All rows of a file: each is in `items` or, with its reason, in `problems`."""

    items: list[Conversation]
    problems: list[Problem]
    mapping: Mapping


class _Unusable(ValueError):
    def __init__(self, kind: str, field: str, expected: str, found: str) -> None:
        super().__init__(expected)
        self.kind, self.field, self.expected, self.found = kind, field, expected, found


# ---- detect ----------------------------------------------------------------------------------------------------------


def detect(rows: Sequence[Row]) -> Mapping:
    """Find out from the first rows which of the five shapes a file has; `UserError` names the columns where none fits."""
    looked = rows[:_LOOKED_AT]
    columns = list(dict.fromkeys(name for row in looked for name in row.values))
    found = _detect_turns(looked, columns) or _detect_columns(columns)
    if found is None:
        raise UserError(
            f"None of the known shapes fits the columns {', '.join(map(repr, columns)) or '(none)'}.",
            field="data.mapping",
            remedy=(
                "Known are messages, conversations (from/value), instruction/input/output, prompt/completion and text; "
                "name the columns in the mapping."
            ),
        )
    return _with_cluster(found, columns)


def _detect_turns(rows: Sequence[Row], columns: list[str]) -> Mapping | None:
    """A column that holds lists of turns, recognised by the turns' keys."""
    for column in columns:
        value = next((row.values[column] for row in rows if row.values.get(column)), None)
        if not (isinstance(value, list) and isinstance(value[0], dict)):
            continue
        keys = value[0].keys()
        if {"role", "content"} <= keys:
            return Mapping(shape="messages", columns={"messages": column} if column != "messages" else {})
        if {"from", "value"} <= keys:
            return Mapping(shape="sharegpt", columns={"conversations": column} if column != "conversations" else {})
    return None


def _detect_columns(columns: list[str]) -> Mapping | None:
    by_name = {name.strip().lower(): name for name in reversed(columns)}
    if {"instruction", "output"} <= by_name.keys():
        return Mapping(shape="alpaca", columns=_renamed(by_name, ("instruction", "input", "output", "system")))
    for prompt, completion in _PAIRS:
        if {prompt, completion} <= by_name.keys():
            named = {"prompt": by_name[prompt], "completion": by_name[completion]}
            named = {part: column for part, column in named.items() if part != column}
            return Mapping(shape="prompt_completion", columns=named | _renamed(by_name, ("system",)))
    for name in ("text", "content"):
        if name in by_name:
            return Mapping(shape="text", columns={} if by_name[name] == "text" else {"text": by_name[name]})
    return None


def _renamed(by_name: dict[str, str], parts: tuple[str, ...]) -> dict[str, str]:
    return {part: by_name[part] for part in parts if part in by_name and by_name[part] != part}


def _with_cluster(mapping: Mapping, columns: list[str]) -> Mapping:
    name = next((name for name in _CLUSTER_NAMES if name in columns), None)
    if name is None or name == "cluster" or "cluster" in mapping.columns:
        return mapping
    return Mapping(shape=mapping.shape, columns={**mapping.columns, "cluster": name})


def resolve(mapping: Mapping | None, rows: Sequence[Row]) -> Mapping:
    """Settle the mapping: detected where the user gave none, checked against the columns where they did."""
    if mapping is None or mapping.shape == "auto":
        found = detect(rows) if rows else Mapping(shape="text")
        named = mapping.columns if mapping else {}
        mapping = Mapping(shape=found.shape, columns={**found.columns, **named})
    parts = {**_PARTS[mapping.shape], "cluster": "cluster"}
    unknown = sorted(mapping.columns.keys() - parts.keys())
    if unknown:
        raise UserError(
            f"The shape {mapping.shape} has no part {unknown[0]!r}.", field="data.mapping",
            remedy=f"Its parts are {', '.join(parts)}.",
        )  # fmt: skip
    _check_columns(mapping, rows)
    return mapping


def _check_columns(mapping: Mapping, rows: Sequence[Row]) -> None:
    """A column named on purpose must exist somewhere."""
    present = {name for row in rows for name in row.values}
    inner = {"role", "content", "from", "value"} if mapping.shape in ("messages", "sharegpt") else set()
    for part, column in mapping.columns.items():
        if rows and part not in inner and column not in present:
            raise UserError(
                f"The mapping names the column {column!r} for {part}, but no row has it.", field="data.mapping",
                remedy=f"Columns found: {', '.join(sorted(present))}.",
            )  # fmt: skip


# ---- map -------------------------------------------------------------------------------------------------------------


def to_conversations(rows: Sequence[Row], mapping: Mapping | None = None) -> Conversations:
    """Turn rows into conversations; each row that cannot be one is listed with its line, field and what was expected."""
    settled = resolve(mapping, rows)
    parts = {**_PARTS[settled.shape], "cluster": "cluster", **settled.columns}
    items, problems = [], []
    for row in rows:
        try:
            messages = _BUILDERS[settled.shape](row.values, parts)
            _check_order(messages, parts)
            items.append(Conversation(messages=messages, line=row.line, cluster=_cluster(row.values, parts)))
        except _Unusable as why:
            problems.append(
                Problem(line=row.line, kind=why.kind, field=why.field, expected=why.expected, found=why.found)
            )
    return Conversations(items=items, problems=problems, mapping=settled)


def _text(values: dict[str, Any], field: str, *, optional: bool = False) -> str:
    """Give a column's text; refuse what is missing, no text, or blank."""
    value = values.get(field)
    if value is None:
        if optional:
            return ""
        raise _Unusable("missing", field, "text", "null" if field in values else "no such field")
    if not isinstance(value, str):
        raise _Unusable("type", field, "text", f"{_json_name(value)} {excerpt(value, 30)}")
    if not value.strip() and not optional:
        raise _Unusable("empty", field, "text", "nothing but blanks" if value else "empty text")
    return value


def _json_name(value: object) -> str:
    names = {bool: "true/false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def _cluster(values: dict[str, Any], parts: dict[str, str]) -> str:
    value = values.get(parts["cluster"])
    if value is None or isinstance(value, (str, int)):
        return "" if value is None else str(value)
    raise _Unusable("type", parts["cluster"], "text or a whole number", _json_name(value))


def _system(values: dict[str, Any], parts: dict[str, str]) -> tuple[Message, ...]:
    text = _text(values, parts["system"], optional=True)
    return (Message(role="system", content=text),) if text.strip() else ()


def _from_alpaca(values: dict[str, Any], parts: dict[str, str]) -> tuple[Message, ...]:
    question, context = _text(values, parts["instruction"]), _text(values, parts["input"], optional=True)
    question = f"{question}\n\n{context}" if context.strip() else question
    answer = Message(role="assistant", content=_text(values, parts["output"]))
    return (*_system(values, parts), Message(role="user", content=question), answer)


def _from_pair(values: dict[str, Any], parts: dict[str, str]) -> tuple[Message, ...]:
    question = Message(role="user", content=_text(values, parts["prompt"]))
    answer = Message(role="assistant", content=_text(values, parts["completion"]))
    return (*_system(values, parts), question, answer)


def _from_text(values: dict[str, Any], parts: dict[str, str]) -> tuple[Message, ...]:
    return (Message(role="text", content=_text(values, parts["text"])),)


def _from_messages(values: dict[str, Any], parts: dict[str, str]) -> tuple[Message, ...]:
    return _from_turns(values, parts, parts["messages"], parts["role"], parts["content"])


def _from_sharegpt(values: dict[str, Any], parts: dict[str, str]) -> tuple[Message, ...]:
    return _from_turns(values, parts, parts["conversations"], parts["from"], parts["value"])


def _from_turns(
    values: dict[str, Any], parts: dict[str, str], column: str, role_key: str, content_key: str
) -> tuple[Message, ...]:
    turns = values.get(column)
    if not isinstance(turns, list) or not turns:
        found = "no such field" if column not in values else "an empty list" if turns == [] else _json_name(turns)
        raise _Unusable("missing" if column not in values else "type", column, "a list of turns", found)
    messages = tuple(_turn(turn, f"{column}[{index}]", role_key, content_key) for index, turn in enumerate(turns))
    return messages if messages[0].role == "system" else (*_system(values, parts), *messages)


def _turn(turn: object, place: str, role_key: str, content_key: str) -> Message:
    if not isinstance(turn, dict):
        raise _Unusable("type", place, f"an object with {role_key!r} and {content_key!r}", _json_name(turn))
    role = _SPEAKERS.get(str(turn.get(role_key)).lower())
    if role is None:
        known = ", ".join(_SPEAKERS)
        raise _Unusable("role", f"{place}.{role_key}", f"one of {known}", excerpt(turn.get(role_key), 30))
    return Message(role=role, content=_content(turn, place, content_key, role), trained=turn.get("weight") != 0)


def _content(turn: dict[str, Any], place: str, key: str, role: Speaker) -> str:
    """Text of a turn; a list of text parts is joined, any other kind of part is refused."""
    value = turn.get(key)
    if (
        isinstance(value, list)
        and value
        and all(isinstance(part, dict) and part.get("type") == "text" for part in value)
    ):
        value = "".join(str(part.get("text", "")) for part in value)
    try:
        return _text({key: value}, key, optional=role == "system" and isinstance(value, str))
    except _Unusable as why:
        found = "a tool call without text" if value is None and turn.get("tool_calls") else why.found
        raise _Unusable(why.kind, f"{place}.{key}", why.expected, found) from why


def _check_order(messages: tuple[Message, ...], parts: dict[str, str]) -> None:
    if messages[0].role == "text":
        return
    field = parts.get("messages") or parts.get("conversations") or ""
    if messages[0].role == "assistant":
        raise _Unusable("order", field, "a system or user turn first", "an assistant turn")
    if not any(message.role == "assistant" for message in messages):
        raise _Unusable("order", field, "at least one assistant turn to learn from", "none")


_BUILDERS = {
    "messages": _from_messages, "sharegpt": _from_sharegpt, "alpaca": _from_alpaca,
    "prompt_completion": _from_pair, "text": _from_text,
}  # fmt: skip
