"""A base model's fingerprint: the SHA-256 of each of its files, cached by device, inode, size and times. No torch."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from engine import durable
from engine.errors import UserError
from engine.records import FileHash, ModelRow
from engine.store import models

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.store import Store

#: Files that decide what a model says; READMEs, pictures and other frameworks' weights do not.
_DECIDING = ("*.safetensors", "*.json", "*.jinja", "*.model", "*.txt", "*.gguf")
_NOT_DECIDING = frozenset({durable.MANIFEST})


def deciding_files(folder: Path) -> list[Path]:
    """Return the model's files in the folder itself (not deeper), sorted by name."""
    found = {path for pattern in _DECIDING for path in folder.glob(pattern) if path.is_file()}
    return sorted(path for path in found if path.name not in _NOT_DECIDING)


def fingerprint(
    store: Store, folder: Path, *, on_bytes: Callable[[int, int], None] = lambda done, total: None, fresh: bool = False
) -> tuple[str, tuple[FileHash, ...]]:
    """Hash every deciding file and return (fingerprint, files).

    Known hashes are reused when device, inode, size and times are unchanged, unless `fresh`. `on_bytes(done, total)` is
    told how far it is, in bytes.
    """
    paths = deciding_files(folder)
    total = sum(path.stat().st_size for path in paths)
    done = 0
    files = []
    for path in paths:

        def count(number: int) -> None:
            nonlocal done
            done += number
            on_bytes(done, total)

        files.append(_file_hash(store, path, count, fresh=fresh))
    return combine(files), tuple(files)


def file_sha256(store: Store, path: Path) -> str:
    """Return one file's SHA-256, from the cache where nothing about the file changed."""
    return _file_hash(store, path, lambda count: None, fresh=False).sha256


def combine(files: list[FileHash] | tuple[FileHash, ...]) -> str:
    """Return the SHA-256 over names, sizes and sums: equal only if every file is equal."""
    lines = "".join(f"{file.name}\0{file.size_bytes}\0{file.sha256}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def verify(
    store: Store, model: ModelRow, folder: Path, *, on_bytes: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Hash a base model's files again, from the disk, and compare with its fingerprint.

    Raises `UserError` naming each file that was changed, removed or added, with both sums.
    """
    now, files = fingerprint(store, folder, on_bytes=on_bytes, fresh=True)
    if now != model.fingerprint:
        raise UserError(f"The base model {model.name} was changed: {'; '.join(differences(model.files, files))}.",
                        field="base", remedy="Restore those files, or import the folder again under another name.")  # fmt: skip
    models.set_verified(store, model.name)


def require_unchanged(store: Store, model: ModelRow, folder: Path) -> None:
    """The check before each load: a look at each file's size and times, and a full hash of what changed."""
    now, files = fingerprint(store, folder)
    if now != model.fingerprint:
        raise UserError(f"The base model {model.name} was changed: {'; '.join(differences(model.files, files))}.",
                        field="base", remedy="Restore those files, or import the folder again under another name.")  # fmt: skip


def differences(recorded: tuple[FileHash, ...], found: tuple[FileHash, ...]) -> list[str]:
    """Say what differs, file by file."""
    before = {file.name: file for file in recorded}
    after = {file.name: file for file in found}
    said = [f"{name} is missing" for name in before.keys() - after.keys()]
    said += [f"{name} was added" for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        old, new = before[name].sha256, after[name].sha256
        if old != new:
            said.append(f"{name} has SHA-256 {new[:16]}…, recorded was {old[:16]}…")
    return sorted(said)


def _file_hash(store: Store, path: Path, on_bytes: Callable[[int], None], *, fresh: bool) -> FileHash:
    before = path.stat()
    known = None if fresh else models.cached_hash(store, before)
    if known is not None:
        on_bytes(before.st_size)
        return FileHash(name=path.name, size_bytes=before.st_size, sha256=known)
    sha256 = durable.hash_file(path, on_bytes)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UserError(f"{path} changed while it was read.", remedy="Wait until it is complete, then try again.")
    models.remember_hash(store, after, sha256)
    return FileHash(name=path.name, size_bytes=after.st_size, sha256=sha256)
