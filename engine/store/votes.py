"""Votes between two answers whose models were hidden, each with all that is needed to look it over again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from engine.store.database import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.database import Store

#: Which answer was better: the first model's, the second's, neither's (both good), or both were bad.
Choice = Literal["first", "second", "tie", "bad"]
Place = Literal["first", "second"]


class Vote(Struct, frozen=True, kw_only=True):
    """One vote. `shown_left` says whose answer stood left, drawn from `side_seed`; `settings` are those of the answers."""

    id: int
    prompt: str
    item_id: str = ""
    first_ref: str
    second_ref: str
    first_fingerprint: str = ""
    second_fingerprint: str = ""
    first_text: str
    second_text: str
    choice: Choice
    shown_left: Place
    side_seed: int
    settings: dict[str, Any] = {}
    removed: bool = False
    created_at: float
    rev: int


def add(  # noqa: PLR0913 - one argument a column
    store: Store,
    *,
    prompt: str,
    item_id: str,
    refs: tuple[str, str],
    fingerprints: tuple[str, str],
    texts: tuple[str, str],
    choice: Choice,
    shown_left: Place,
    side_seed: int,
    settings: Mapping[str, Any],
) -> int:
    """Store a vote and return its id; pairs are (first, second)."""
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO votes (prompt, item_id, first_ref, second_ref, first_fingerprint, second_fingerprint, first_text, "
            "second_text, choice, shown_left, side_seed, settings, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                prompt, item_id, *refs, *fingerprints, *texts, choice, shown_left, side_seed, to_json(settings),
                time.time(),
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)


def set_removed(store: Store, vote_id: int, *, removed: bool) -> None:
    """Take a vote back, or let it count again."""
    with store.write() as connection:
        connection.execute("UPDATE votes SET removed = ? WHERE id = ?", (removed, vote_id))


def of_pair(store: Store, one: str, other: str) -> list[Vote]:
    """Return the votes between two models, whichever was named first, oldest first; those taken back included."""
    sql = (
        "SELECT * FROM votes WHERE (first_ref = ? AND second_ref = ?) OR (first_ref = ? AND second_ref = ?) ORDER BY id"
    )
    return store.records(Vote, sql, (one, other, other, one))
