"""Weaker versions of trained weights: in a loaded model, and written as a checkpoint of their own.

Adapters are scaled exactly (s·B·A is linear in B); full weights are interpolated piece by piece between the base's files
and the checkpoint's, both memory-mapped, so that no second copy of a model is ever in memory.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from engine import durable
from engine.errors import UserError
from engine.training import checkpoints, methods
from engine.training.protections.base_tensors import BaseTensors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from engine.records import Recipe
    from engine.training.checkpoints import Saved
    from engine.verdict.strength import Strength

STRENGTH = "strength.json"


class Dial:
    """A loaded base model that can be turned to any strength of a checkpoint, again and again."""

    def __init__(self, model: Any, recipe: Recipe, checkpoint: Path, base_folder: Path) -> None:
        """Bind to a model as it was loaded; `UserError` where a weaker version does not exist (DoRA) or cannot be read."""
        self._recipe, self._checkpoint = recipe, checkpoint
        require_linear(recipe)
        if recipe.method == "full":
            self.model = model
            self._base = BaseTensors(base_folder)
            self._base.require(list(model.named_parameters()), "model")
        else:
            from peft import get_peft_model

            self.model = get_peft_model(model, methods.adapter_config(recipe, saved=True))
            self._trained = load_file(checkpoint / methods.ADAPTER_WEIGHTS)

    def turn(self, strength: Strength) -> Any:
        """Put θ0 + α(θ − θ0) into the model and return it, in eval mode."""
        if self._recipe.method == "full":
            self._interpolate(strength)
        else:
            from peft import set_peft_model_state_dict

            set_peft_model_state_dict(self.model, scaled(self._trained, strength))
        return self.model.eval()

    @torch.no_grad()
    def _interpolate(self, strength: Strength) -> None:
        with safe_open(self._checkpoint / methods.FULL_WEIGHTS, framework="pt") as trained:
            for name, parameter in self.model.named_parameters():
                _fill(parameter, self._base, name, trained.get_tensor(name), strength.of(name))


def scaled(tensors: dict[str, torch.Tensor], strength: Strength) -> dict[str, torch.Tensor]:
    """Return an adapter's tensors with each B multiplied by its strength, which scales s·B·A by just that."""
    return {name: tensor * strength.of(name) if _is_b(name) else tensor for name, tensor in tensors.items()}


def write_version(
    parent: Path, recipe: Recipe, checkpoint: Path, base_folder: Path, strength: Strength, about: dict[str, object]
) -> Saved:
    """Write a weaker version beside its checkpoint, whole or not at all, and return it; nothing is overwritten.

    `about` goes into the manifest. Raises `EnvironmentFailure` for a full disk.
    """
    require_linear(recipe)
    final = parent / f"{checkpoint.name}{strength.variant}"
    with durable.new_folder(final, about) as folder:
        if recipe.method == "full":
            _write_full(folder / methods.FULL_WEIGHTS, checkpoint / methods.FULL_WEIGHTS, base_folder, strength)
        else:
            trained = load_file(checkpoint / methods.ADAPTER_WEIGHTS)
            save_file(scaled(trained, strength), folder / methods.ADAPTER_WEIGHTS, metadata={"format": "pt"})
            shutil.copyfile(checkpoint / methods.ADAPTER_CONFIG, folder / methods.ADAPTER_CONFIG)
        durable.write_bytes(folder / STRENGTH, msgspec.json.encode({**about, "strength": strength}))
        durable.write_bytes(folder / "recipe.toml", recipe.to_toml().encode())
    return checkpoints.describe(final)


def has_weaker_versions(recipe: Recipe) -> bool:
    """Whether θ0 + α(θ − θ0) can be written in the form of what the recipe trains."""
    return recipe.method == "full" or not (recipe.adapter.dora or recipe.adapter.kind == "osf")


def require_linear(recipe: Recipe) -> None:
    """Refuse what has no weaker versions; `UserError` names the field."""
    if not has_weaker_versions(recipe):
        name, field = ("An OSF", "adapter.kind") if recipe.adapter.kind == "osf" else ("A DoRA", "adapter.dora")
        raise UserError(
            f"{name} adapter has no weaker versions: its change is not proportional to its weights.", field=field,
            remedy="Train a plain LoRA adapter, or with other settings.",
        )  # fmt: skip


def _is_b(name: str) -> bool:
    return ".lora_B." in name or ".lora_embedding_B" in name


# ---- full weights ----------------------------------------------------------------------------------------------------


def _write_full(path: Path, trained_path: Path, base_folder: Path, strength: Strength) -> None:
    """Write a safetensors file tensor by tensor: 8 bytes of header length, the header, then the numbers in its order."""
    base = BaseTensors(base_folder)
    with safe_open(trained_path, framework="pt") as trained, path.open("wb") as out:
        names = sorted(trained.keys())
        out.write(_header(trained, names))
        for name in names:
            for piece in _pieces(base, name, trained.get_tensor(name), strength.of(name)):
                _write(out, piece)


def _header(trained: Any, names: list[str]) -> bytes:
    at, header = 0, {"__metadata__": {"format": "pt"}}
    for name in names:
        part = trained.get_tensor(name)
        size = part.numel() * part.element_size()
        dtype = trained.get_slice(name).get_dtype()
        header[name] = {"dtype": dtype, "shape": list(part.shape), "data_offsets": [at, at + size]}  # type: ignore[dict-item]
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _write(out: BinaryIO, piece: torch.Tensor) -> None:
    out.write(piece.contiguous().view(-1).view(torch.uint8).numpy().data)


def _pieces(base: BaseTensors, name: str, trained: torch.Tensor, alpha: float) -> Iterator[torch.Tensor]:
    """Give base + α(trained − base) piece by piece; at 0 and 1 exactly the one and the other."""
    for piece, origin in base.pieces(name, trained):
        yield torch.lerp(origin, piece, alpha)


def _fill(parameter: torch.Tensor, base: BaseTensors, name: str, trained: torch.Tensor, alpha: float) -> None:
    at = 0
    for piece in _pieces(base, name, trained, alpha):
        parameter[at : at + len(piece)].copy_(piece)
        at += len(piece)
