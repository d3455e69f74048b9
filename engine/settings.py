"""Every setting of a recipe as one flat list, derived from the recipe's own declarations: for options, help and the form.

A setting's type, default, bounds, unit and help text are written once, on the field of the record in `engine.records`.
"""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import NODEFAULT, Struct, inspect

from engine.errors import UserError
from engine.records import Recipe, check_recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Literal["text", "integer", "number", "choice", "flag", "texts", "numbers", "table", "budgets"]

#: Settings the program fills in itself when a run is queued: shown, never asked for.
AUTOMATIC = frozenset({"base_fingerprint", "start_fingerprint", "data.fingerprint"})
#: Options whose leaf name alone would not say what they are about.
_OPTIONS = {
    "data.path": "--data", "data.heldout_path": "--heldout", "adapter.kind": "--adapter-kind",
    "adapter.start": "--adapter-start",
}  # fmt: skip
_TRUE, _FALSE = {"yes", "true", "on", "1"}, {"no", "false", "off", "0"}


class Setting(Struct, frozen=True, kw_only=True):
    """One setting: where it stands in the recipe, how it is asked for on the command line, and what it may be."""

    path: str
    option: str
    kind: Kind
    default: Any
    choices: tuple[str, ...] = ()
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    unit: str = ""
    help: str = ""

    @property
    def leaf(self) -> str:
        """The setting's short name, unique over the recipe."""
        return _short(self.path)

    @property
    def is_automatic(self) -> bool:
        """Whether the program sets it, not the user."""
        return self.path in AUTOMATIC

    def expected(self) -> str:
        """Say what a value must be: "a number, at least 0, at most 1"."""
        noun = _NOUNS[self.kind]
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        bounds = (
            ("at least {0}", self.at_least), ("above {0}", self.above), ("at most {0}", self.at_most), ("below {0}", self.below),
        )  # fmt: skip
        return ", ".join([noun, *(words.format(_number(bound)) for words, bound in bounds if bound is not None)])

    def default_text(self) -> str:
        """The default as it would be typed; empty for an empty one."""
        if self.kind == "flag":
            return "yes" if self.default else "no"
        if self.kind in ("texts", "numbers"):
            return ",".join(_number(item) if isinstance(item, float) else item for item in self.default)
        if self.kind in ("table", "budgets"):
            return ""
        return _number(self.default) if isinstance(self.default, (int, float)) else str(self.default)


_NOUNS: dict[Kind, str] = {
    "text": "a text", "integer": "a whole number", "number": "a number", "choice": "a choice", "flag": "yes or no",
    "texts": "names separated by commas", "numbers": "numbers separated by commas",
    "table": "NAME=VALUE, several separated by commas",
    "budgets": "CAPABILITY=LIMIT, CAPABILITY=ROLE or CAPABILITY=ROLE:LIMIT (LIMIT at least 0), several separated by commas",
}  # fmt: skip


def settings() -> tuple[Setting, ...]:
    """Return every setting of a recipe in the order they are declared."""
    return _ALL


def setting(name: str) -> Setting:
    """Return the setting with that path ("training.lr") or leaf name ("lr"); `UserError` with the nearest if none."""
    for found in _ALL:
        if name in (found.path, found.leaf):
            return found
    near = difflib.get_close_matches(name, [s.path for s in _ALL] + [s.leaf for s in _ALL], n=1)
    remedy = f"Did you mean {near[0]}?" if near else "`palimpsest recipe --help-all` lists all settings."
    raise UserError(f"A recipe has no setting {name!r}.", field=name, remedy=remedy)


def apply(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Return the recipe with settings changed; values may be texts as typed. `UserError` names the field at fault."""
    tree = msgspec.to_builtins(recipe)
    for name, value in changes.items():
        chosen = setting(name)
        _put(tree, chosen.path, from_text(chosen, value) if isinstance(value, str) else value)
    try:
        changed = msgspec.convert(tree, Recipe)
    except msgspec.ValidationError as error:
        raise _refusal(error, tree) from error
    check_recipe(changed)
    return changed


def from_text(chosen: Setting, text: str) -> Any:
    """Turn a typed text into the setting's value; `UserError` says what was expected."""
    try:
        return _READERS[chosen.kind](text)
    except ValueError as error:
        raise _unexpected(chosen, text) from error


def value_of(recipe: Recipe, chosen: Setting) -> Any:
    """Return a setting's value in a recipe."""
    value: Any = recipe
    for part in chosen.path.split("."):
        value = getattr(value, part)
    return value


def changed_settings(one: Recipe, other: Recipe) -> list[tuple[Setting, Any, Any]]:
    """Return the settings that differ between two recipes, with both values."""
    pairs = [(s, value_of(one, s), value_of(other, s)) for s in _ALL]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _put(tree: dict[str, Any], path: str, value: Any) -> None:
    *parents, leaf = path.split(".")
    for parent in parents:
        tree = tree[parent]
    tree[leaf] = value


def _refusal(error: msgspec.ValidationError, tree: dict[str, Any]) -> UserError:
    said, _, place = str(error).rpartition(" - at `$.")
    path = place.rstrip("`").split("[")[0]
    known = next((s for s in _ALL if s.path == path), None)
    if known is None:
        return UserError(f"{path or 'recipe'}: {said or error}.", field=path or None, remedy="Correct that field.")
    value: Any = tree
    for part in path.split("."):
        value = value[part]
    return _unexpected(known, value)


def _unexpected(chosen: Setting, value: Any) -> UserError:
    return UserError(f"{chosen.path} cannot be {value!r}: expected {chosen.expected()}.", field=chosen.path)


def _short(path: str) -> str:
    """The last part of a path; the last two of a single protection's, e.g. kl_beta: many of them have a strength."""
    parts = path.split(".")
    return "_".join(parts[-2:]) if len(parts) > 2 and parts[0] == "protection" else parts[-1]


def _number(value: float) -> str:
    """A bound or default without a superfluous fraction: 0, 0.1, 1048576."""
    return str(int(value)) if float(value).is_integer() else f"{value:g}"


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _flag(text: str) -> bool:
    word = text.strip().casefold()
    if word not in _TRUE | _FALSE:
        raise ValueError(text)
    return word in _TRUE


def _texts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _table(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in _texts(text)]
    if any(not name.strip() or not sign for name, sign, _ in pairs):
        raise ValueError(text)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _budgets(text: str) -> dict[str, dict[str, Any]]:
    return {name: _budget(value) for name, value in _table(text).items()}


def _budget(text: str) -> dict[str, Any]:
    role, _, limit = text.rpartition(":")
    if role:
        return {"role": role, "limit": _finite(limit)}
    return {"role": limit} if limit.isalpha() else {"limit": _finite(limit)}


_READERS: dict[Kind, Any] = {
    "text": str, "choice": str.strip, "integer": int, "number": _finite, "flag": _flag, "texts": _texts,
    "numbers": lambda text: [_finite(part) for part in _texts(text)], "table": _table, "budgets": _budgets,
}  # fmt: skip


def _walk(record: inspect.StructType, prefix: str = "") -> Iterator[Setting]:
    for field in record.fields:
        about = field.type if isinstance(field.type, inspect.Metadata) else inspect.Metadata(field.type)
        if isinstance(about.type, inspect.StructType):
            yield from _walk(about.type, f"{prefix}{field.name}.")
        else:
            yield _declared(f"{prefix}{field.name}", field, about)


def _declared(path: str, field: inspect.Field, about: inspect.Metadata) -> Setting:
    kind = about.type
    default = field.default if field.default is not NODEFAULT else field.default_factory()
    bounds = {
        ours: getattr(kind, theirs, None)
        for ours, theirs in (("at_least", "ge"), ("above", "gt"), ("at_most", "le"), ("below", "lt"))
    }
    return Setting(
        path=path,
        option=_OPTIONS.get(path, "--" + _short(path).replace("_", "-")),
        kind=_kind(kind),
        default=default,
        choices=tuple(map(str, kind.values)) if isinstance(kind, inspect.LiteralType) else (),
        unit=str((about.extra or {}).get("unit", "")),
        help=str((about.extra_json_schema or {}).get("description", "")),
        **bounds,
    )


def _kind(kind: inspect.Type) -> Kind:
    if isinstance(kind, (inspect.VarTupleType, inspect.ListType)):
        return "numbers" if isinstance(kind.item_type, inspect.FloatType) else "texts"
    if isinstance(kind, inspect.DictType):
        return "budgets" if isinstance(kind.value_type, inspect.StructType) else "table"
    return _PLAIN[type(kind)]


_PLAIN: dict[type[inspect.Type], Kind] = {
    inspect.StrType: "text", inspect.IntType: "integer", inspect.FloatType: "number", inspect.BoolType: "flag",
    inspect.LiteralType: "choice",
}  # fmt: skip
_RECIPE = inspect.type_info(Recipe)
assert isinstance(_RECIPE, inspect.StructType)
_ALL = tuple(_walk(_RECIPE))
