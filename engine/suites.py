"""The canary suites a project can use, as a client sees them: which there are, what is in them, what is odd. No torch."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from engine.canaries.items import Canary, Capability, Check, Suite
from engine.canaries.suite import bundled_suites, load_suite

__all__ = ["Canary", "Capability", "Check", "Place", "Suite", "known", "load_suite", "place_of_suite"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Place(Struct, frozen=True, kw_only=True):
    """A suite one can choose: its name, what a recipe calls it (`place`), and whether it is the user's own."""

    name: str
    place: str
    is_own: bool


def known(home: Path) -> list[Place]:
    """Return the bundled suites, then those in the data folder's `suites/`."""
    bundled = [Place(name=name, place=name, is_own=False) for name in bundled_suites()]
    folder = home / "suites"
    own = sorted(path.parent for path in folder.glob("*/suite.toml")) if folder.is_dir() else []
    return bundled + [Place(name=path.name, place=str(path), is_own=True) for path in own]


def place_of_suite(home: Path, name: str) -> str:
    """Return a bundled suite's name as it is, anything else as an absolute path where there is one."""
    if name in bundled_suites():
        return name
    own = home / "suites" / name
    if _NAME.fullmatch(name) and own.is_dir():
        return str(own)
    return str(Path(name).expanduser().absolute()) if Path(name).expanduser().exists() else name
