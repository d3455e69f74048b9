"""The current model and the way back: a pointer, moved only to what its full fingerprint proves, journaled, undoable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from engine import durable
from engine.errors import MovedModel, UserError
from engine.models import fingerprint
from engine.records import CheckpointRow, ModelRow
from engine.store import checkpoints, history, models, runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.records import HistoryEntry
    from engine.store import Store

    #: Told how many bytes of how many were hashed.
    OnBytes = Callable[[int, int], None]

BASE = "base"
_PREFIX = "base:"


class Version(Struct, frozen=True, kw_only=True):
    """One model the project can point at: a base, or a checkpoint and the base under it."""

    base: ModelRow
    checkpoint: CheckpointRow | None = None

    @property
    def ref(self) -> str:
        """Its name in commands and in the journal: "base:NAME" or "RUN@STEP"."""
        return self.checkpoint.ref if self.checkpoint else f"{_PREFIX}{self.base.name}"

    @property
    def words(self) -> str:
        """Its name in a sentence: "base NAME" or "RUN@STEP"."""
        return said(self.ref)

    @property
    def fingerprint(self) -> str:
        """What its files must hash to: the base's fingerprint, or the SHA-256 of the checkpoint's manifest."""
        return self.checkpoint.manifest_sha256 if self.checkpoint else self.base.fingerprint


class Proof(Struct, frozen=True, kw_only=True):
    """What was hashed to show that a version is byte for byte what was recorded."""

    ref: str
    fingerprint: str
    files: int
    size_bytes: int

    def sentence(self) -> str:
        """Say what was verified: 4 files, 538.1 MB, fingerprint 0123456789ab…"""
        return (
            f"Verified {said(self.ref)}: {self.files} files, {self.size_bytes / 1e6:.1f} MB, "
            f"fingerprint {self.fingerprint[:12]}…"
        )


class Move(Struct, frozen=True, kw_only=True):
    """A change of the current model; `entry_id` is None when it already was the current one."""

    before: str
    after: str
    sentence: str
    proof: Proof
    entry_id: int | None


def said(ref: str) -> str:
    """A reference as a sentence has it: "base NAME", "RUN@STEP", or "no model"."""
    return f"base {ref.removeprefix(_PREFIX)}" if ref.startswith(_PREFIX) else ref or "no model"


def named(store: Store, ref: str) -> str:
    """A reference as the journal has it: a checkpoint by its run's name and step, "RUN @ STEP"."""
    run_id, sign, place = ref.partition("@")
    return f"{runs.get(store, int(run_id)).name} @ {place}" if sign and run_id.isdigit() else said(ref)


def current(store: Store) -> Version | None:
    """Return the current model, or None before any model was imported; nothing is hashed."""
    pointer = history.pointer(store)
    return resolve(store, pointer[0]) if pointer else None


def resolve(store: Store, ref: str) -> Version:
    """Return what a reference names: "base", "base:NAME" or "RUN@STEP" (RUN a number or a name).

    "base" is the base of the current model, or the only one there is. Raises `UserError` for anything unknown and for a
    checkpoint whose weights are gone.
    """
    if ref == BASE:
        return Version(base=_the_base(store))
    if ref.startswith(_PREFIX):
        return Version(base=models.get(store, ref.removeprefix(_PREFIX)))
    checkpoint = checkpoints.find(store, ref)
    run = runs.get(store, checkpoint.run_id)
    if checkpoint.state != "complete":
        gone = "were removed to save space" if checkpoint.state == "rotated" else "were found damaged"
        raise UserError(f"The weights of {checkpoint.ref} {gone}; its scores are still there.", field="model")
    return Version(base=models.get(store, run.recipe.base), checkpoint=checkpoint)


def folder_of(store: Store, version: Version) -> Path:
    """Return where a version's files lie; `UserError` if a base was moved away."""
    if version.checkpoint is not None:
        return runs.folder(store, version.checkpoint.run_id) / "checkpoints" / version.checkpoint.folder
    folder = Path(version.base.path)
    if not folder.is_dir():
        raise MovedModel(
            f"The folder of {version.base.name} is no longer at {folder}.",
            field="base",
            remedy=f"`palimpsest locate {version.base.name} FOLDER` names its new place.",
        )
    return folder


def verify(store: Store, version: Version, *, on_bytes: OnBytes = lambda done, total: None) -> Proof:
    """Hash everything a version consists of, from the disk, and compare: a checkpoint's files and its base's.

    Raises `UserError` naming what was changed; nothing is moved or deleted.
    """
    if version.checkpoint is not None:
        _verify_checkpoint(store, version, version.checkpoint)
    base_folder = folder_of(store, Version(base=version.base))
    fingerprint.verify(store, version.base, base_folder, on_bytes=on_bytes)
    files = version.base.files
    if version.checkpoint is not None:
        manifest = durable.read_manifest(folder_of(store, version))
        files = (*files, *(manifest.files if manifest else ()))
    size_bytes = sum(file.size_bytes for file in files)
    return Proof(ref=version.ref, fingerprint=version.fingerprint, files=len(files), size_bytes=size_bytes)


def make_current(store: Store, ref: str, *, on_bytes: OnBytes = lambda done, total: None, by: str = "you") -> Move:
    """Verify a model by its full fingerprint, then make it the current one; the base and all else stay as they are.

    `by` says in the journal whose doing it was, where it was not the user's own.
    """
    return _move(store, resolve(store, ref), "make_current", on_bytes, by=by)


def roll_back(store: Store, to: str = BASE, *, on_bytes: OnBytes = lambda done, total: None) -> Move:
    """Verify an earlier model by its full fingerprint, then point back at it; nothing is deleted."""
    return _move(store, resolve(store, to), "rollback", on_bytes)


def undo(store: Store, *, on_bytes: OnBytes = lambda done, total: None) -> Move:
    """Reverse the newest change of the current model that still stands, by appending an entry that points back."""
    entry = _undoable(store)
    version = resolve(store, entry.before)
    proof = verify(store, version, on_bytes=on_bytes)
    with store.write():
        now = history.last_undoable(store)
        if now is None or now.id != entry.id:
            raise UserError(
                "The current model was changed meanwhile.", remedy="Look at `palimpsest history`, try again."
            )
        sentence = f"Undid “{entry.sentence}”: back at {named(store, version.ref)}"
        entry_id = history.append(
            store, "undo", sentence, before=entry.after, after=version.ref, details=_details(proof), undoes=entry.id
        )
        history.set_pointer(store, version.ref, version.fingerprint)
    return Move(before=entry.after, after=version.ref, sentence=sentence, proof=proof, entry_id=entry_id)


def _undoable(store: Store) -> HistoryEntry:
    entry = history.last_undoable(store)
    if entry is None:
        raise UserError("There is nothing to undo: the current model was never changed.")
    if not entry.before:
        raise UserError(
            f"“{entry.sentence}” cannot be undone: there was no current model before it.",
            remedy="`palimpsest rollback --to base` points at the base.",
        )
    return entry


def _move(store: Store, version: Version, action: str, on_bytes: OnBytes, *, by: str = "you") -> Move:
    proof = verify(store, version, on_bytes=on_bytes)
    with store.write():
        pointer = history.pointer(store)
        before = pointer[0] if pointer else ""
        sentence = _sentence(store, action, before, version.ref)
        entry_id = None
        if before != version.ref:
            sentence += "" if by == "you" else f" ({by})"
            entry_id = history.append(
                store, action, sentence, before=before, after=version.ref, details=_details(proof)
            )
            history.set_pointer(store, version.ref, version.fingerprint)
    return Move(before=before, after=version.ref, sentence=sentence, proof=proof, entry_id=entry_id)


def _sentence(store: Store, action: str, before: str, after: str) -> str:
    if before == after:
        return f"{named(store, after)} already is the current model; nothing was moved"
    if action == "rollback":
        return f"Rolled back from {named(store, before)} to {named(store, after)}"
    return f"Made {named(store, after)} the current model; before it was {named(store, before)}"


def _details(proof: Proof) -> dict[str, object]:
    return {"fingerprint": proof.fingerprint, "files": proof.files, "size_bytes": proof.size_bytes}


def _verify_checkpoint(store: Store, version: Version, checkpoint: CheckpointRow) -> None:
    wrong = durable.damage(folder_of(store, version), checkpoint.manifest_sha256)
    if wrong is not None:
        raise UserError(
            f"Checkpoint {checkpoint.ref} is damaged: {wrong}.", field="model",
            remedy=f"Choose another; `palimpsest show {checkpoint.run_id}` lists them.",
        )  # fmt: skip
    recorded = runs.get(store, checkpoint.run_id).recipe.base_fingerprint
    if recorded and recorded != version.base.fingerprint:
        raise UserError(
            f"Checkpoint {checkpoint.ref} was trained on another {version.base.name} (fingerprint {recorded[:12]}…; "
            f"now {version.base.fingerprint[:12]}…).",
            field="model",
            remedy="Import that base again under this name.",
        )


def _base_name(store: Store, ref: str) -> str:
    """The base under a reference, also where the checkpoint itself is damaged or gone: the way back must stay open."""
    if ref.startswith(_PREFIX):
        return ref.removeprefix(_PREFIX)
    return runs.find(store, ref.rpartition("@")[0]).recipe.base


def _the_base(store: Store) -> ModelRow:
    pointer = history.pointer(store)
    if pointer is not None:
        return models.get(store, _base_name(store, pointer[0]))
    known = models.everything(store)
    if not known:
        raise UserError("There is no base model yet.", field="base", remedy="`palimpsest import starter` brings one.")
    if len(known) > 1:
        names = ", ".join(f"base:{row.name}" for row in known)
        raise UserError("There are several base models.", field="base", remedy=f"Name one: {names}.")
    return known[0]
