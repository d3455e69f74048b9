"""The "export" job: a checkpoint or a weaker version of one as a folder that other programs load, with its model card.

An adapter stays one unless it is to be merged; full weights bring the base's configuration and tokenizer. The folder names
no path of this computer, and its files are readable as the umask says, unlike the data folder's own.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import durable, versions
from engine.errors import UserError
from engine.export.card import Form, model_card
from engine.store import history, runs
from engine.work import Outcome

if TYPE_CHECKING:
    from engine.records import CheckpointRow, Recipe
    from engine.store import Store
    from engine.versions import Version
    from engine.work import Work

CARD = "README.md"
_INDEX = "model.safetensors.index.json"
_TOKENIZER = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
    "vocab.json", "merges.txt", "tokenizer.model",
)  # fmt: skip
_MODEL = ("config.json", "generation_config.json", *_TOKENIZER)
#: Keys in which other programs note where a file came from.
_PLACES = ("_name_or_path", "name_or_path")
#: A merged model further than this from the adapter's, in nats after some token, is not handed on.
MERGED_MOST_KL = 0.01


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The payload: which model, the folder to make, and whether an adapter is written into the base's weights."""

    ref: str
    to: str
    merged: bool = False


def require_exportable(store: Store, request: Request) -> tuple[Version, CheckpointRow]:
    """Refuse, before any work, what cannot be exported; `UserError` names the field.

    Returns what the reference means, and its checkpoint.
    """
    version = versions.resolve(store, request.ref)
    if version.checkpoint is None:
        raise UserError(
            f"{version.words} is as it was imported: there is nothing to export.", field="ref",
            remedy=f"Its files are in {version.base.path}.",
        )  # fmt: skip
    recipe = runs.get(store, version.checkpoint.run_id).recipe
    if request.merged and recipe.method != "lora":
        raise _unmergeable(recipe)
    _require_place(store, version, Path(request.to))
    return version, version.checkpoint


def _unmergeable(recipe: Recipe) -> UserError:
    if recipe.method == "full":
        return UserError("Full fine-tuning has no adapter to merge: its weights are whole already.", field="merged")
    return UserError(
        "A QLoRA adapter was trained and measured over the 4-bit base. Written into the full-precision weights it would be "
        "a model that nobody measured.",
        field="merged", remedy="Export the adapter, and load the base in 4 bits.",
    )  # fmt: skip


def _require_place(store: Store, version: Version, to: Path) -> None:
    """A new folder, or an empty one, apart from the base and from the data folder."""
    if not to.is_absolute():
        raise UserError(f"{to} is no absolute path.", field="to")
    if to.is_file() or (to.is_dir() and any(to.iterdir())):
        raise UserError(f"{to} exists already.", field="to", remedy="Name a new folder, or an empty one.")
    place = to.resolve()
    for kept, what in ((Path(version.base.path), "the base model"), (store.home, "the data folder")):
        own = kept.resolve()
        if place.is_relative_to(own) or own.is_relative_to(place):
            raise UserError(f"{to} and {what} lie inside each other.", field="to", remedy="Name a folder elsewhere.")


def run(work: Work) -> Outcome:
    """Verify the model by its full fingerprint, then write the folder whole or not at all; the result says where."""
    request = msgspec.convert(work.job.payload, Request)
    version, row = require_exportable(work.store, request)
    versions.verify(work.store, version, on_bytes=lambda done, total: _tell(work, "verifying", done, total))
    to = Path(request.to)
    to.parent.mkdir(parents=True, exist_ok=True)
    about: dict[str, object] = {
        "exported": row.ref,
        "manifest_sha256": row.manifest_sha256,
        "base_fingerprint": version.base.fingerprint,
    }
    is_adapter = runs.get(work.store, row.run_id).recipe.method != "full" and not request.merged
    with durable.new_folder(to, about) as folder:
        said = _fill_merged(work, version, row, folder) if request.merged else _fill(work, version, row, folder)
        card = model_card(work.store, row, Form(is_adapter=is_adapter, merged=said))
        durable.write_bytes(folder / CARD, card.encode())
    _open_up(to)
    what = "adapter" if is_adapter else "model"
    sentence = (
        f"Exported {row.ref} as {'a merged' if request.merged else 'an' if is_adapter else 'a whole'} {what} to {to}"
    )
    history.append(work.store, "export", sentence, after=row.ref, details={"path": str(to), "merged": request.merged})
    size = sum(path.stat().st_size for path in to.iterdir())
    return Outcome(result={"path": str(to), "ref": row.ref, "size_bytes": size, "sentence": sentence, "said": said})


def _tell(work: Work, phase: str, done: int, total: int) -> None:
    work.stop_if_cancelled()
    work.phase(phase, done, total)


def _fill(work: Work, version: Version, row: CheckpointRow, folder: Path) -> str:
    """Copy the weights as they are, and what they need to be loaded."""
    work.phase("copying")
    source = versions.folder_of(work.store, version)
    base = versions.folder_of(work.store, versions.Version(base=version.base))
    is_full = runs.get(work.store, row.run_id).recipe.method == "full"
    for name in ("model.safetensors",) if is_full else ("adapter_model.safetensors", "adapter_config.json"):
        shutil.copyfile(source / name, folder / name)
    _copy_beside(base, folder, _MODEL if is_full else _TOKENIZER, {"dtype": "float32"} if is_full else {})
    return ""


def _fill_merged(work: Work, version: Version, row: CheckpointRow, folder: Path) -> str:
    """Write base + change, load it once to prove that it says what the adapter says, and tell how near it is."""
    from engine.models import merging

    base = versions.folder_of(work.store, versions.Version(base=version.base))
    names = [file.name for file in version.base.files if file.name.endswith(".safetensors")]
    adapter = versions.folder_of(work.store, version)
    merging.write_merged(base, names, adapter, folder, lambda done, total: _tell(work, "merging", done, total))
    _copy_beside(base, folder, (*_MODEL, _INDEX), {})
    work.phase("comparing with the adapter")
    far = _distance(work, version, row, folder)
    if not far <= MERGED_MOST_KL:
        raise UserError(
            f"The merged model is not the tuned one: its predictions are up to {far:.2g} nats off, through rounding to the "
            "base's type or a layer that stores its weights otherwise.",
            field="merged", remedy="Export the adapter instead.",
        )  # fmt: skip
    return (
        f"The adapter was written into the base's weights, which rounds them: on four prompts the predictions are at most "
        f"{far:.1g} nats (KL) from the adapter's, which is what was measured."
    )


def _distance(work: Work, version: Version, row: CheckpointRow, folder: Path) -> float:
    from engine import device as hardware
    from engine.models import load, merging

    device = hardware.detect()
    precision = device.precision(runs.get(work.store, row.run_id).recipe.training.precision)
    tuned = load.load_reference(work.store, row.ref, device, precision)
    merged = load.load_weights(folder, device, precision)
    texts = ("The capital of France is", "2 + 2 =", "Once upon a time there was a", "Dear customer, thank you for")
    prompts = [ids for text in texts if (ids := tuned.tokenizer(text)["input_ids"])]
    return merging.difference(merged, tuned.model, prompts)


def _copy_beside(base: Path, folder: Path, names: tuple[str, ...], changes: dict[str, Any]) -> None:
    """Copy what stands beside the weights, notes of local places taken out; `changes` go into config.json."""
    for name in names:
        if not (base / name).is_file():
            continue
        if not name.endswith("config.json"):
            shutil.copyfile(base / name, folder / name)
            continue
        config = {
            key: value for key, value in json.loads((base / name).read_text("utf-8")).items() if key not in _PLACES
        }
        if name == "config.json" and changes:
            config = {key: value for key, value in config.items() if key != "torch_dtype"} | changes
        durable.write_bytes(folder / name, json.dumps(config, indent=2, ensure_ascii=False).encode())


def _open_up(folder: Path) -> None:
    """Give the folder and its files the modes that the umask says; the data folder's are private."""
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)
    for path in folder.iterdir():
        path.chmod(0o666 & ~mask)
