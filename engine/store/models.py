"""Base models: where they lie and the fingerprint they had when imported; plus the cache of file hashes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.records import FileHash, ModelRow
from engine.store.database import to_json

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from engine.store.database import Store


def add(  # noqa: PLR0913 - one argument a column
    store: Store,
    *,
    name: str,
    source: str,
    path: str,
    fingerprint: str,
    files: Sequence[FileHash],
    architecture: str,
    parameters: int,
    template: str,
    note: str = "",
) -> ModelRow:
    """Add a base model; the same name with another fingerprint is refused, with the same it is found again."""
    known = store.one(ModelRow, "SELECT * FROM models WHERE name = ?", (name,))
    if known is not None and known.fingerprint != fingerprint:
        raise UserError(
            f"A different base model is already called {name!r} (fingerprint {known.fingerprint[:12]}…).",
            field="name",
            remedy="Give this one another name with --name.",
        )
    with store.write() as connection:
        connection.execute(
            "INSERT INTO models (name, source, path, fingerprint, files, architecture, parameters, template, note, "
            "created_at, verified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
            "path = excluded.path, verified_at = excluded.verified_at, trashed_at = NULL, emptied_at = NULL",
            (name, source, path, fingerprint, to_json(list(files)), architecture, parameters, template, note, time.time(),
             time.time()),
        )  # fmt: skip
    return get(store, name)


def get(store: Store, name: str) -> ModelRow:
    """Return a base model by name; `UserError` if there is none."""
    model = store.one(ModelRow, "SELECT * FROM models WHERE name = ?", (name,))
    if model is None:
        known = ", ".join(row.name for row in everything(store)) or "none yet"
        raise UserError(
            f"There is no base model called {name!r}.",
            field="base",
            remedy=f"Known: {known}. `palimpsest import` adds one.",
        )
    return model


def by_fingerprint(store: Store, fingerprint: str) -> ModelRow | None:
    """Return the base model with that fingerprint, or None."""
    return store.one(ModelRow, "SELECT * FROM models WHERE fingerprint = ? ORDER BY id LIMIT 1", (fingerprint,))


def everything(store: Store) -> list[ModelRow]:
    """Return all base models in order of import, but those in the Trash."""
    return store.records(ModelRow, "SELECT * FROM models WHERE trashed_at IS NULL ORDER BY id")


def set_verified(store: Store, name: str) -> None:
    """Record that the files were hashed again and equal the fingerprint."""
    with store.write() as connection:
        connection.execute("UPDATE models SET verified_at = ? WHERE name = ?", (time.time(), name))


def move(store: Store, name: str, path: str) -> None:
    """Record where a moved model lies now (its fingerprint was checked by the caller)."""
    with store.write() as connection:
        connection.execute("UPDATE models SET path = ? WHERE name = ?", (path, name))


def cached_hash(store: Store, stat: os.stat_result) -> str | None:
    """Return the SHA-256 known for a file with exactly this device, inode, size and times, or None."""
    rows = store.rows(
        "SELECT sha256 FROM file_hashes WHERE device = ? AND inode = ? AND size_bytes = ? AND mtime_ns = ? AND ctime_ns = ?",
        (_signed(stat.st_dev), _signed(stat.st_ino), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns),
    )
    return rows[0]["sha256"] if rows else None


def remember_hash(store: Store, stat: os.stat_result, sha256: str) -> None:
    """Remember a file's SHA-256 under its device, inode, size and times."""
    with store.write() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO file_hashes VALUES (?, ?, ?, ?, ?, ?)",
            (_signed(stat.st_dev), _signed(stat.st_ino), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, sha256),
        )


def _signed(number: int) -> int:
    """SQLite integers are signed 64-bit; Windows file ids can be larger."""
    return number - 2**64 if number >= 2**63 else number
