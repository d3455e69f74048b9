"""Load a canary suite by name or path, choose part of it, save it, and find what training text gives away."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import tomli_w

from engine.canaries.benchmark import canary_from_row
from engine.canaries.items import Canary, Capability, Primary, Suite
from engine.canaries.ngrams import overlap
from engine.canaries.reading import Problems, explained, read_rows
from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.canaries.reading import Row

__all__ = ["BUNDLED", "bundled_suites", "load_suite", "overlap", "save_items", "save_suite", "select"]

#: Where the suites that come with the program lie, in a checkout and in an installation alike.
BUNDLED = Path(__file__).resolve().parents[2] / "resources" / "canaries"
_MANIFEST = "suite.toml"

Placed = tuple[Path, int, Canary]


class _Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: str
    primary: Primary
    description: str = ""


class _Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """suite.toml: name, version and one [capabilities.NAME] table for each NAME.jsonl."""

    name: str
    version: str
    licence: str = ""
    capabilities: dict[str, _Described]


def bundled_suites() -> list[str]:
    """The names of the suites that come with the program."""
    return sorted(path.parent.name for path in BUNDLED.glob(f"*/{_MANIFEST}"))


def load_suite(path_or_name: str | Path) -> Suite:
    """Load a bundled suite by its name ("standard"), a suite folder, or one .jsonl or .csv file.

    A single file may hold canaries or benchmark rows (question or query or prompt or ctx; choices or endings or
    options; answer or gold or label) and becomes one capability named after the file unless its rows say otherwise.
    Raises `UserError` naming file, line, field and what was expected, for every bad line (the first 20 are listed).
    """
    if isinstance(path_or_name, str) and (BUNDLED / path_or_name / _MANIFEST).is_file():
        return _load_folder(BUNDLED / path_or_name)
    path = Path(path_or_name)
    if path.is_dir():
        return _load_folder(path)
    if path.is_file():
        return _load_file(path)
    names = ", ".join(bundled_suites()) or "none"
    raise UserError(
        f"There is no suite {str(path_or_name)!r}.",
        field="suite",
        remedy=f"Give a bundled suite ({names}), a folder with {_MANIFEST}, or a .jsonl or .csv file.",
    )


def _load_folder(folder: Path) -> Suite:
    manifest = _read_manifest(folder / _MANIFEST)
    problems = Problems()
    placed: list[Placed] = []
    for name in manifest.capabilities:
        placed += _placed(folder / f"{name}.jsonl", problems, lambda row, _: msgspec.convert(row[1], Canary))
    _check_together(placed, problems, known=set(manifest.capabilities))
    problems.raise_any(folder)
    capabilities = tuple(
        Capability(name=name, title=c.title, primary=c.primary, description=c.description)
        for name, c in manifest.capabilities.items()
    )
    items = tuple(item for _, _, item in placed)
    return Suite(
        name=manifest.name, version=manifest.version, licence=manifest.licence, capabilities=capabilities, items=items
    )


def _read_manifest(path: Path) -> _Manifest:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_Manifest)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror}.",
            field="suite",
            remedy=f"A suite folder has a {_MANIFEST} and one .jsonl file for each capability.",
        ) from error
    except msgspec.DecodeError as error:
        raise UserError(f"{path}: {explained(error)}", field="suite", remedy="Correct that line.") from error


def _load_file(path: Path) -> Suite:
    problems = Problems()
    name = _slug(path.stem)
    clusters: dict[str, int] = {}

    def read(row: Row, position: int) -> Canary:
        return canary_from_row(row[1], position=position, capability=name, clusters=clusters)

    placed = _placed(path, problems, read)
    _check_together(placed, problems, known=None)
    problems.raise_any(path)
    items = tuple(item for _, _, item in placed)
    version = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return Suite(name=path.stem, version=version, capabilities=capabilities_of(items), items=items)


def _placed(path: Path, problems: Problems, read: Callable[[Row, int], Canary]) -> list[Placed]:
    placed: list[Placed] = []
    for position, row in enumerate(read_rows(path, problems)):
        try:
            placed.append((path, row[0], read(row, position)))
        except (msgspec.ValidationError, ValueError) as error:
            problems.add(path, row[0], explained(error))
    return placed


def _check_together(placed: Sequence[Placed], problems: Problems, known: set[str] | None) -> None:
    """Note what is wrong between items: repeated ids, clusters in both splits, capabilities the suite does not list."""
    ids: dict[str, str] = {}
    splits: dict[str, str] = {}
    for path, line, item in placed:
        if (first := ids.setdefault(item.id, f"{path.name}, line {line}")) != f"{path.name}, line {line}":
            problems.add(path, line, f"field id: {item.id!r} is already used in {first}")
        if splits.setdefault(item.cluster, item.split) != item.split:
            problems.add(path, line, f"field split: cluster {item.cluster!r} is in both splits")
        if known is not None and item.capability != path.stem:
            problems.add(path, line, f"field capability: expected {path.stem!r}, got {item.capability!r}")


def capabilities_of(items: Iterable[Canary]) -> tuple[Capability, ...]:
    """One capability for each name in the items, its primary score following from the kinds of its items.

    All choice: choice_margin; all open chat: kl (change only); otherwise ref_nll.
    """
    kinds: dict[str, set[str]] = {}
    for item in items:
        kinds.setdefault(item.capability, set()).add(item.kind)
    return tuple(
        Capability(name=name, title=name.replace("_", " ").capitalize(), primary=_primary(found))
        for name, found in kinds.items()
    )


def _primary(kinds: set[str]) -> Primary:
    if kinds == {"choice"}:
        return "choice_margin"
    return "kl" if kinds == {"chat"} else "ref_nll"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "_", text.casefold()).strip("_-")[:64] or "custom"


def select(suite: Suite, capabilities: Sequence[str] = (), verdict_items: int = 0, guard_items: int = 0) -> Suite:
    """Part of a suite: these capabilities (none given: all), at most so many items a split of each (0: all).

    The choice is by a hash of the ids, one item of each cluster first, so it is the same every time and a smaller
    selection is part of a larger one. A capability with fewer items gives all it has. Unknown names raise `UserError`.
    """
    known = [c.name for c in suite.capabilities]
    if unknown := [name for name in capabilities if name not in known]:
        raise UserError(
            f"Suite {suite.name!r} has no capability {', '.join(map(repr, unknown))}.",
            field="capabilities",
            remedy=f"It has {', '.join(known)}.",
        )
    wanted = [name for name in known if not capabilities or name in capabilities]
    kept: set[str] = set()
    limits: tuple[tuple[Literal["verdict", "guard"], int], ...] = (("verdict", verdict_items), ("guard", guard_items))
    for name in wanted:
        for split, limit in limits:
            kept |= {item.id for item in _spread(suite.of(name, split))[: limit or None]}
    items = tuple(item for item in suite.items if item.id in kept)
    chosen = tuple(c for c in suite.capabilities if c.name in wanted)
    return msgspec.structs.replace(suite, capabilities=chosen, items=items)


def _spread(items: Sequence[Canary]) -> list[Canary]:
    """Items in a fixed random-looking order in which the first of each cluster come before the second."""
    shuffled = sorted(items, key=lambda item: hashlib.sha256(item.id.encode()).digest())
    turn: dict[str, int] = {}
    ranked = []
    for item in shuffled:
        turn[item.cluster] = turn.get(item.cluster, -1) + 1
        ranked.append((turn[item.cluster], item))
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def save_items(items: Iterable[Canary], path: Path) -> None:
    """Write items to a JSONL file, one a line; an existing file is replaced only when all of it is written."""
    _write_whole(path, "".join(f"{item.to_line()}\n" for item in items))


def save_suite(suite: Suite, folder: Path) -> None:
    """Write a suite as a folder that `load_suite` reads back equal: suite.toml and one JSONL file a capability."""
    folder.mkdir(parents=True, exist_ok=True)
    for capability in suite.capabilities:
        save_items(suite.of(capability.name), folder / f"{capability.name}.jsonl")
    tables = {
        c.name: {"title": c.title, "primary": c.primary, "description": c.description} for c in suite.capabilities
    }
    manifest = {"name": suite.name, "version": suite.version, "licence": suite.licence, "capabilities": tables}
    _write_whole(folder / _MANIFEST, tomli_w.dumps(manifest))


def _write_whole(path: Path, text: str) -> None:
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
