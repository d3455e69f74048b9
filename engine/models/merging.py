"""Writing an adapter into copies of its base's weights, file by file; the base's own files are only read.

W' = W + s·B·A, summed in fp32 and rounded once to the base's type; with DoRA each row gets its learned length. Rounding
and another order of sums make the result a slightly different model: `difference` says by how much.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import torch
from msgspec import Struct
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from engine.errors import UserError
from engine.training import methods
from engine.training.protections import subspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_PREFIX = "base_model.model."
_KNOWN = (".lora_A.weight", ".lora_B.weight", ".lora_magnitude_vector")


class Change(Struct, frozen=True, kw_only=True, eq=False):
    """What an adapter does to one weight: A (r, in), B (out, r), the scale, and DoRA's length of each row (out,) or None."""

    a: torch.Tensor
    b: torch.Tensor
    scale: float
    lengths: torch.Tensor | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Of the weight it is made for: (out, in)."""
        return len(self.b), self.a.shape[1]

    def on(self, weight: torch.Tensor) -> torch.Tensor:
        """Return the changed weight (out, in) in the type it came in."""
        moved = weight.float() + self.scale * (self.b.float() @ self.a.float())
        if self.lengths is not None:
            moved *= (self.lengths.float().view(-1) / moved.norm(dim=1)).unsqueeze(1)
        return moved.to(weight.dtype)


class OsfChange(Struct, frozen=True, kw_only=True, eq=False):
    """What OSF does to one weight: its trained U (out, r), S (r,) and V (r, in), by their names in the file."""

    trained: dict[str, torch.Tensor]

    @property
    def shape(self) -> tuple[int, int]:
        """Of the weight it is made for: (out, in)."""
        return len(self.trained["U_low"]), self.trained["V_low"].shape[1]

    def on(self, weight: torch.Tensor) -> torch.Tensor:
        """Return the changed weight (out, in) in the type it came in."""
        return (weight.double() + subspace.change(weight, self.trained)).to(weight.dtype)


def changes_of(adapter: Path) -> dict[str, Change] | dict[str, OsfChange]:
    """Return an adapter folder's changes by the name of the weight; `UserError` for parts that are no such change."""
    config = json.loads((adapter / methods.ADAPTER_CONFIG).read_text("utf-8"))
    if config["peft_type"] == "OSF":
        return {
            f"{stem.removeprefix(_PREFIX)}.weight": OsfChange(trained=trained)
            for stem, trained in subspace.trained_parts(load_file(adapter / methods.ADAPTER_WEIGHTS)).items()
        }
    scale = config["lora_alpha"] / (math.sqrt(config["r"]) if config.get("use_rslora") else config["r"])
    tensors = load_file(adapter / methods.ADAPTER_WEIGHTS)
    if odd := sorted(name for name in tensors if not name.endswith(_KNOWN)):
        raise UserError(f"The adapter's {odd[0]} cannot be written into a base's weights.", field="merged")
    stems = sorted(name.removesuffix(_KNOWN[0]) for name in tensors if name.endswith(_KNOWN[0]))
    return {
        f"{stem.removeprefix(_PREFIX)}.weight": Change(
            a=tensors[stem + _KNOWN[0]], b=tensors[stem + _KNOWN[1]], scale=scale, lengths=tensors.get(stem + _KNOWN[2])
        )
        for stem in stems
    }


def write_merged(
    base: Path, names: Sequence[str], adapter: Path, into: Path,
    on_file: Callable[[int, int], None] = lambda done, total: None,
) -> None:  # fmt: skip
    """Write the base's safetensors files `names` into a folder with the adapter's change in them, one in memory at a time.

    Raises `UserError` for a change whose weight is not in the files, or has another shape.
    """
    left: dict[str, Any] = dict(changes_of(adapter))
    for done, name in enumerate(names, start=1):
        with safe_open(base / name, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - safe_open is no mapping
        for key in left.keys() & tensors.keys():
            change = left.pop(key)
            if tensors[key].shape != change.shape:
                raise UserError(
                    f"{key} has another shape in the base's files, so nothing can be added.", field="merged"
                )
            tensors[key] = change.on(tensors[key])
        save_file(tensors, into / name, metadata={"format": "pt"})
        on_file(done, len(names))
    if left:
        raise UserError(
            f"The adapter changes {min(left)}, which the base's files do not hold by itself (a tied head?).",
            field="merged", remedy="Export the adapter instead.",
        )  # fmt: skip


@torch.no_grad()
def difference(merged: Any, tuned: Any, prompts: Sequence[Sequence[int]]) -> float:
    """Return the largest KL(tuned ‖ merged) after any token of the prompts, in nats: 0 where merging changed nothing."""
    worst = 0.0
    for prompt in prompts:
        ids = torch.tensor([list(prompt)], device=merged.get_input_embeddings().weight.device)
        log_p, log_q = (
            model(input_ids=ids, use_cache=False).logits[0].float().log_softmax(-1) for model in (tuned, merged)
        )
        worst = max(worst, float((log_p.exp() * (log_p - log_q)).sum(-1).max()))
    return worst
