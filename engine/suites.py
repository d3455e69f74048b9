"""The canary suites of a project as a client sees and edits them: files in the data folder, versioned, written whole. No torch.

A bundled suite is never changed: editing begins with a copy of one's own. What is disabled lies beside the items in
`disabled.jsonl` and is not measured.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from engine import durable
from engine.canaries.items import Canary, Capability, Check, Suite
from engine.canaries.ngrams import near_duplicates, overlap
from engine.canaries.suite import bundled_suites, capabilities_of, load_suite, save_suite
from engine.errors import UserError
from engine.store import scores

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.records import Answer, Measurement
    from engine.store import Store
    from engine.verdict.power import Power

__all__ = ["Canary", "Capability", "Check", "Own", "Place", "Seen", "Suite", "known", "load_suite", "place_of_suite"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DISABLED = "disabled.jsonl"
#: Prompts that share so much of their word triples are called duplicates.
DUPLICATE = 0.8


class Place(Struct, frozen=True, kw_only=True):
    """A suite one can choose: its name, what a recipe calls it (`place`), and whether it is the user's own."""

    name: str
    place: str
    is_own: bool


class Own(Struct, frozen=True, kw_only=True):
    """A suite with what is disabled in it; `folder` is empty for one that cannot be changed."""

    suite: Suite
    disabled: tuple[Canary, ...] = ()
    folder: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it may be changed."""
        return bool(self.folder)


class Seen(Struct, frozen=True, kw_only=True):
    """What a base model's last measurement says of one item, and what is odd about the item."""

    value: float | None = None
    passed: bool | None = None
    flags: tuple[str, ...] = ()


def known(home: Path) -> list[Place]:
    """Return the bundled suites, then those in the data folder's `suites/`."""
    bundled = [Place(name=name, place=name, is_own=False) for name in bundled_suites()]
    folder = home / "suites"
    own = sorted(path.parent for path in folder.glob("[!.]*/suite.toml")) if folder.is_dir() else []
    return bundled + [Place(name=path.name, place=str(path), is_own=True) for path in own]


def place_of_suite(home: Path, name: str) -> str:
    """Return a bundled suite's name as it is, anything else as an absolute path where there is one."""
    if name in bundled_suites():
        return name
    own = home / "suites" / name
    if _NAME.fullmatch(name) and own.is_dir():
        return str(own)
    return str(Path(name).expanduser().absolute()) if Path(name).expanduser().exists() else name


# ---- reading and writing ---------------------------------------------------------------------------------------------


def read(home: Path, place: str) -> Own:
    """Read a suite and what is disabled in it; `UserError` names file, line and field."""
    suite = load_suite(place)
    folder = Path(place)
    if folder.parent != home / "suites":
        return Own(suite=suite)
    path = folder / _DISABLED
    lines = path.read_bytes().splitlines() if path.is_file() else []
    disabled = tuple(msgspec.json.decode(line, type=Canary) for line in lines)
    return Own(suite=suite, disabled=disabled, folder=str(folder))


def write(own: Own) -> None:
    """Write an own suite whole, in place of the older version; equal suites give equal bytes."""
    folder = Path(own.folder)
    with durable.new_folder(folder, {"kind": "suite", "version": own.suite.version}) as temporary:
        save_suite(own.suite, temporary)
        if own.disabled:
            (temporary / _DISABLED).write_text("".join(f"{item.to_line()}\n" for item in own.disabled), "utf-8")


def copy(home: Path, suite: Suite, name: str) -> Own:
    """Return an own suite with the items of another, version 1; `UserError` for a name that is taken or cannot be one."""
    if not _NAME.fullmatch(name) or name in bundled_suites():
        raise UserError(
            f"{name!r} cannot name a suite.", field="name", remedy="Use a–z, 0–9, - and _; not a bundled name."
        )
    folder = home / "suites" / name
    if folder.exists():
        raise UserError(f"There is a suite {name!r} already.", field="name", remedy="Choose another name.")
    return Own(suite=msgspec.structs.replace(suite, name=name, version="1"), folder=str(folder))


def free_name(home: Path, wish: str) -> str:
    """Return a name like `wish` that no suite has yet."""
    slug = re.sub(r"[^a-z0-9_-]+", "-", wish.casefold()).strip("-_")[:48] or "mine"
    taken = {place.name for place in known(home)}
    return next(name for name in (slug, *(f"{slug}-{n}" for n in range(2, 1000))) if name not in taken)


# ---- edits: each gives the next version ------------------------------------------------------------------------------


def with_item(own: Own, item: Canary, *, replaces: str = "") -> Own:
    """Return the suite with an item put in, or in the place of the one with the id `replaces`."""
    items = list(own.suite.items)
    at = next((i for i, one in enumerate(items) if one.id == replaces), None)
    if any(one.id == item.id and one.id != replaces for one in items):
        raise UserError(f"The id {item.id!r} is taken.", field="id", remedy="Choose another.")
    if at is None:
        items.append(item)
    else:
        items[at] = item
    return _next(own, items, own.disabled)


def with_items(own: Own, items: Iterable[Canary]) -> Own:
    """Return the suite with several items put in; ids that are taken get a number behind."""
    taken = {one.id for one in (*own.suite.items, *own.disabled)}
    fresh = []
    for item in items:
        name = item.id
        number = 2
        while name in taken:
            name, number = f"{item.id}-{number}", number + 1
        taken.add(name)
        fresh.append(msgspec.structs.replace(item, id=name))
    return _next(own, [*own.suite.items, *fresh], own.disabled)


def disabled(own: Own, item_id: str) -> Own:
    """Return the suite with an item taken out of measuring; it stays in the file beside."""
    gone = [one for one in own.suite.items if one.id == item_id]
    return _next(own, [one for one in own.suite.items if one.id != item_id], (*own.disabled, *gone))


def enabled(own: Own, item_id: str) -> Own:
    """Return the suite with a disabled item measured again."""
    back = [one for one in own.disabled if one.id == item_id]
    return _next(own, [*own.suite.items, *back], tuple(one for one in own.disabled if one.id != item_id))


def _next(own: Own, items: Sequence[Canary], disabled: tuple[Canary, ...]) -> Own:
    """The next version: a capability that is new gets its entry, one without items stays."""
    names = {one.name for one in own.suite.capabilities}
    fresh = tuple(one for one in capabilities_of(items) if one.name not in names)
    number = int(own.suite.version) + 1 if own.suite.version.isdigit() else 1
    suite = msgspec.structs.replace(
        own.suite, version=str(number), items=tuple(items), capabilities=(*own.suite.capabilities, *fresh)
    )
    return msgspec.structs.replace(own, suite=suite, disabled=disabled)


def item_of(capability: Capability, own: Own, prompt: str, answers: Sequence[str], check: str) -> Canary:
    """Make a new item of what was typed; `UserError` says what is missing."""
    number = 1 + max((_number(one.id) for one in (*own.suite.items, *own.disabled) if one.capability == capability.name),
                     default=0)  # fmt: skip
    name = f"{capability.name}-u{number:03d}"
    split = "guard" if number % 5 == 0 else "verdict"
    parts = {
        "id": name, "capability": capability.name, "kind": "reference" if answers else "chat", "prompt": prompt,
        "cluster": name, "split": split, "source": "user",
    }  # fmt: skip
    return changed_item(parts, prompt, answers, check)


def changed_item(item: Canary | Mapping[str, object], prompt: str, answers: Sequence[str], check: str) -> Canary:
    """Return an item with another prompt, other answers (of a choice: the choices, the right one first) and check."""
    parts = dict(item) if not isinstance(item, Canary) else msgspec.to_builtins(item)
    parts["prompt"] = prompt.strip()
    if parts["kind"] == "choice":
        parts |= {"choices": list(answers), "gold": 0}
    elif answers:
        before = item if isinstance(item, Canary) else None
        parts |= {"kind": "reference", "references": list(answers), "check": _check_after(before, check, answers)}
    else:
        parts |= {"kind": "chat", "references": [], "check": None}
    try:
        return msgspec.convert(parts, Canary)
    except msgspec.ValidationError as error:
        raise UserError(f"This cannot be a canary: {str(error).partition(' - at')[0]}.", field="prompt") from error


def _check_after(before: Canary | None, kind: str, answers: Sequence[str]) -> object:
    """The check after an edit: one of the same kind stays, unless it followed from the answers; then it follows again."""
    old = before.check if before is not None else None
    if before is None or old is None or kind not in ("keep", old.type):
        return _check(kind, answers)
    followed = kind in ("exact", "contains", "number") and before.references
    if followed and msgspec.convert(_check(kind, before.references), Check) == old:
        return _check(kind, answers)
    return msgspec.to_builtins(old)


def _check(kind: str, answers: Sequence[str]) -> dict[str, object] | None:
    if kind == "number":
        found = re.findall(r"-?\d+(?:\.\d+)?", answers[0])
        if not found:
            raise UserError("A number check needs a number in the expected answer.", field="check")
        return {"type": "number", "value": float(found[-1])}
    return {"type": kind, "values": list(answers)} if kind in ("exact", "contains") else None


def _number(name: str) -> int:
    found = re.search(r"(\d+)$", name)
    return int(found[1]) if found else 0


# ---- what is known of the items --------------------------------------------------------------------------------------


def seen(
    store: Store, suite: Suite, place: str, fingerprint: str, training_texts: Iterable[str] = ()
) -> dict[str, Seen]:
    """Return, by id, what the base with that fingerprint scored last on each item, and the item's flags.

    weak: the base's own answer fails the check, so a loss could not show; flaky: two measurements of the base disagree;
    duplicate: nearly the same prompt as an earlier item; overlap: shares eight words in a row with the training rows.
    """
    last = scores.of_fingerprint(store, fingerprint, place) if fingerprint else []
    primaries = {one.name: one.primary for one in suite.capabilities}
    values = _values(store, last[:1], primaries)
    answers = [_passed(store, one) for one in last[:2]]
    twice = _duplicates(suite)
    given_away = set(overlap(suite.items, training_texts))
    found = {}
    for item in suite.items:
        passed = answers[0].get(item.id) if answers else None
        before = answers[1].get(item.id) if len(answers) > 1 else None
        flags = [
            name
            for name, holds in (
                ("weak", passed is False),
                ("flaky", None not in (passed, before) and passed != before),
                ("duplicate", item.id in twice),
                ("overlap", item.id in given_away),
            )
            if holds
        ]
        found[item.id] = Seen(value=values.get(item.id), passed=passed, flags=tuple(flags))
    return found


def powers(suite: Suite, found: Mapping[str, Seen]) -> list[tuple[str, Power, tuple[float, float, float, int] | None]]:
    """Return, by capability, what its items can decide, and the share of checks the base passes with its 95 % interval and n."""
    from engine.canaries.power import suite_power
    from engine.verdict.binary import wilson_interval

    rows = []
    for one in suite_power(suite):
        known_here = [found[item.id].passed for item in suite.of(one.capability) if item.id in found]
        checked = [passed for passed in known_here if passed is not None]
        passes = None
        if checked:
            right = sum(checked)
            interval = wilson_interval(right, len(checked))
            passes = (right / len(checked), interval.lower, interval.upper, len(checked))
        if one.power is not None:
            rows.append((one.capability, one.power, passes))
    return rows


def _values(store: Store, last: Sequence[Measurement], primaries: Mapping[str, str]) -> dict[str, float]:
    found = [score for one in last for score in scores.scores(store, one.id)]
    return {score.item_id: score.value for score in found if primaries.get(score.capability) == score.score}


def _passed(store: Store, measurement: Measurement) -> dict[str, bool | None]:
    found: list[Answer] = scores.answers(store, measurement.id)
    return {answer.item_id: answer.passed for answer in found}


def _duplicates(suite: Suite) -> set[str]:
    """Items whose prompt is nearly that of an earlier one in their capability (for choices, the answers count too)."""
    twice: set[str] = set()
    for capability in suite.capabilities:
        items = suite.of(capability.name)
        groups = near_duplicates(["\n".join((one.prompt, *one.answers, *one.choices)) for one in items], DUPLICATE)
        twice |= {item.id for number, item in enumerate(items) if groups[number] != number}
    return twice
