"""Prompts saved under a name, to be asked again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.errors import UserError
from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.store.database import Store

MOST_LETTERS = 80


class PromptSet(Struct, frozen=True, kw_only=True):
    """A named list of prompts."""

    id: int
    name: str
    prompts: tuple[str, ...]
    removed: bool = False
    created_at: float
    changed_at: float
    rev: int


def everything(store: Store) -> list[PromptSet]:
    """Return the sets by name, without removed ones."""
    return store.records(PromptSet, "SELECT * FROM prompt_sets WHERE removed = 0 ORDER BY name COLLATE NOCASE, id")


def named(store: Store, name: str) -> PromptSet | None:
    """Return the set with that name, or None."""
    return store.one(PromptSet, "SELECT * FROM prompt_sets WHERE name = ? AND removed = 0", (name,))


def add(store: Store, name: str, prompts: Sequence[str]) -> int:
    """Save prompts under a name that is free and return the set's id; `UserError` for a bad name or no prompt."""
    name = name.strip()
    if not name or len(name) > MOST_LETTERS:
        raise UserError(f"A name has 1 to {MOST_LETTERS} letters.", field="name")
    if not prompts:
        raise UserError("There is no prompt to save.", field="prompt", remedy="Write one first.")
    if named(store, name) is not None:
        raise UserError(f"There is a set called {name} already.", field="name", remedy="Choose another name.")
    now = time.time()
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO prompt_sets (name, prompts, created_at, changed_at) VALUES (?, ?, ?, ?)",
            (name, to_json(list(prompts)), now, now),
        )
        return int(cursor.lastrowid or 0)


def put(store: Store, set_id: int, prompts: Sequence[str]) -> None:
    """Give a set other prompts."""
    with store.write() as connection:
        connection.execute(
            "UPDATE prompt_sets SET prompts = ?, changed_at = ? WHERE id = ?",
            (to_json(list(prompts)), time.time(), set_id),
        )


def set_removed(store: Store, set_id: int, *, removed: bool) -> None:
    """Take a set away, or put it back."""
    with store.write() as connection:
        connection.execute(
            "UPDATE prompt_sets SET removed = ?, changed_at = ? WHERE id = ?", (removed, time.time(), set_id)
        )
