"""The one place that writes files which must survive a crash: flush, manifest last, rename, flush the folder.

A folder is trusted only if it holds a manifest whose SHA-256 sums match. `before_call` lets a fault test fail or kill at
the Nth durable call.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from engine import platform
from engine.errors import DiskFull
from engine.records import FileHash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MANIFEST = "manifest.json"
PARTIAL = ".partial-"
#: What was at a folder's place while a new one takes it; put back if the new one never came.
OLD = ".partial-old-"
CHUNK_BYTES = 4 * 2**20

#: Called with the operation's name and path before every durable call; tests replace it.
before_call: Callable[[str, Path], None] = lambda name, path: None  # noqa: E731 - a hook, meant to be replaced


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Every file of a folder with its size and SHA-256, and what the folder says about itself."""

    files: tuple[FileHash, ...]
    about: dict[str, object] = {}


def hash_file(path: Path, on_bytes: Callable[[int], None] = lambda count: None) -> str:
    """Return a file's SHA-256 in hex; `on_bytes` is told of every chunk read."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            on_bytes(len(chunk))
    return digest.hexdigest()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file and flush it to the disk."""
    before_call("write", path)
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """Replace a small file as a whole: the old content or the new, never a mixture."""
    temporary = path.with_name(f"{PARTIAL}{path.name}")
    try:
        write_bytes(temporary, content)
        before_call("rename", path)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    platform.flush_folder(path.parent)


def append_line(path: Path, line: str) -> None:
    """Append one line and flush it; if that fails the file ends where it ended before."""
    before_call("append", path)
    with path.open("ab") as stream:
        end = stream.tell()
        try:
            stream.write(line.encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            stream.truncate(end)
            raise


def flush_file(path: Path) -> None:
    """Flush a file that a library wrote."""
    before_call("flush", path)
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def make_folders(folder: Path) -> None:
    """Make a folder and those above it that are missing, private, their names flushed: a power cut leaves all or none."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
        platform.flush_folder(place.parent)


@contextmanager
def new_folder(final: Path, about: dict[str, object]) -> Iterator[Path]:
    """Give a temporary folder to fill; at the end it gets its manifest and becomes `final`, or nothing is left.

    Files are flushed, the manifest is written last, then the folder is renamed. An existing `final` is set aside and
    removed only after the new one is in place. A full disk raises `EnvironmentFailure` and leaves `final` as it was.
    """
    temporary = final.parent / f"{PARTIAL}{final.name}-{uuid.uuid4().hex[:8]}"
    try:
        before_call("mkdir", temporary)
        make_folders(final.parent)
        temporary.mkdir(mode=0o700)
        yield temporary
        _publish(temporary, final, about)
    except BaseException as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if is_disk_full(error):
            raise disk_full(final) from error
        raise


def _publish(temporary: Path, final: Path, about: dict[str, object]) -> None:
    names = sorted(p.relative_to(temporary).as_posix() for p in temporary.rglob("*") if p.is_file())
    for name in names:
        flush_file(temporary / name)
    files = tuple(
        FileHash(name=name, size_bytes=(temporary / name).stat().st_size, sha256=hash_file(temporary / name))
        for name in names
    )
    write_bytes(temporary / MANIFEST, msgspec.json.encode(Manifest(files=files, about=about)))
    platform.flush_folder(temporary)
    old = final.with_name(f"{OLD}{final.name}-{uuid.uuid4().hex[:8]}") if final.exists() else None
    if old is not None:
        before_call("set aside", final)
        final.rename(old)
    try:
        before_call("rename", final)
        temporary.rename(final)
    except BaseException:
        if old is not None:
            old.rename(final)
        raise
    platform.flush_folder(final.parent)
    if old is not None:
        before_call("remove", old)
        shutil.rmtree(old, ignore_errors=True)


def is_disk_full(error: BaseException) -> bool:
    """Whether an error is a full disk; libraries written in Rust only say it in words."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return "No space left on device" in str(error) or "os error 28" in str(error)


def disk_full(where: Path, needed_bytes: int | None = None) -> DiskFull:
    """Say that the disk is full, with the bytes needed and free where they are known."""
    free = platform.free_bytes(where.parent) / 1e9
    return DiskFull(
        f"The disk is full: writing {where.name} needs {needed_bytes / 1e9:.2f} GB, {free:.2f} GB are free."
        if needed_bytes
        else f"The disk is full: writing {where.name}, {free:.2f} GB are free.",
        remedy="Free some space, then resume; nothing written earlier was harmed.",
    )


def manifest_sha256(folder: Path) -> str:
    """Return the SHA-256 of a folder's manifest: the folder's fingerprint."""
    return hash_file(folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest | None:
    """Return a folder's manifest, or None if it is missing or unreadable."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def damage(folder: Path, expected_sha256: str | None = None) -> str | None:
    """Say what is wrong with a manifested folder, or return None if every file is as recorded."""
    manifest = read_manifest(folder)
    if manifest is None:
        return "its manifest is missing or unreadable"
    if expected_sha256 is not None and manifest_sha256(folder) != expected_sha256:
        return "its manifest is not the recorded one"
    for file in manifest.files:
        path = folder / file.name
        if not is_plain_name(file.name) or not path.is_file():
            return f"{file.name} is missing"
        if path.stat().st_size != file.size_bytes or hash_file(path) != file.sha256:
            return f"{file.name} was changed"
    return None


def is_plain_name(name: str) -> bool:
    """Whether a name from a file stays inside its folder: no parent, absolute path, drive or backslash."""
    parts = name.split("/")
    return bool(name) and "\\" not in name and ":" not in name and not any(part in ("", ".", "..") for part in parts)


def remove_leftovers(parent: Path) -> int:
    """Delete temporaries of writes that never finished and return how many; a folder that lost its place gets it back."""
    leftovers = list(parent.glob(f"{PARTIAL}*")) if parent.exists() else []
    for path in leftovers:
        place = path.with_name(path.name.removeprefix(OLD).rpartition("-")[0])
        if path.name.startswith(OLD) and not place.exists():
            path.rename(place)
        elif path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(leftovers)


def set_aside(folder: Path) -> Path:
    """Rename a damaged folder to `.bad-…` beside it and return its new place."""
    place = folder.with_name(f".bad-{folder.name}-{uuid.uuid4().hex[:8]}")
    folder.rename(place)
    return place
