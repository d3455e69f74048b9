"""What one may wish of a sweep, and what is said of it. No Qt, nothing that takes long to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.records import Method

#: Settings one can vary here; any other one by `palimpsest try-all --grid`.
VARIED = ("training.lr", "adapter.rank", "protect")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be tried: the methods (None: all that fit) and, by setting, a text of values separated by commas."""

    methods: tuple[Method, ...] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One method: what a run of it takes, or why there can be none (`obstacle`) or should be none (`warning`)."""

    method: Method
    name: str
    time: str = ""
    memory: str = ""
    disk: str = ""
    warning: str = ""
    obstacle: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class SweepNote:
    """Everything the panel shows; with a `problem` nothing can be queued, and `field` says where it is."""

    arms: tuple[Arm, ...] = ()
    runs: tuple[tuple[str, str, str], ...] = ()
    headline: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    problem: str = ""
    field: str = ""

    @property
    def count(self) -> int:
        """How many runs the sweep has."""
        return len(self.runs)
