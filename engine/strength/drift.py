"""How far each weight moved, ‖ΔW‖/‖W‖, read from files piece by piece. A picture for diagnosis, never a verdict.

Science §0.10: a relative drift of .26 % accompanied a catastrophic run; small drift proves nothing.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from engine import run_folder
from engine.models.load import base_folder
from engine.store import checkpoints, models, runs
from engine.store import strength as rows
from engine.training import checkpoints as files
from engine.training import methods
from engine.training.protections import subspace
from engine.training.protections.base_tensors import BaseTensors
from engine.verdict.strength import DRIFT_CAPTION, block_of
from engine.work import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine.records import CheckpointRow
    from engine.store import Store
    from engine.work import Work

_PEFT = "base_model.model."
#: layer, module, name, ‖ΔW‖, ‖W‖
Row = tuple[int, str, str, float, float]


def run(work: Work) -> Outcome:
    """Compute and store the drift of the checkpoint named by the payload's `ref`."""
    row = checkpoints.find(work.store, str(work.job.payload["ref"]))
    rev = work.store.rev()

    def say(done: int, total: int) -> None:
        work.stop_if_cancelled()
        work.phase("comparing weights", done, total)

    found = record(work.store, row, on_tensors=say)
    run_folder.append_rows(work.store, row.run_id, rev)
    return Outcome(result={"ref": row.ref, "tensors": len(found), "overall": overall(found), "caption": DRIFT_CAPTION})


def record(
    store: Store, row: CheckpointRow, *, on_tensors: Callable[[int, int], None] = lambda done, total: None
) -> list[Row]:
    """Compute the drift of a checkpoint, store it and return its rows; `UserError` if the checkpoint is damaged."""
    recipe = runs.get(store, row.run_id).recipe
    folder = runs.folder(store, row.run_id) / "checkpoints" / row.folder
    files.require_sound(folder, row.manifest_sha256)
    base = base_folder(models.get(store, recipe.base))
    found = list(
        full_drift(folder, base, on_tensors) if recipe.method == "full" else adapter_drift(folder, base, on_tensors)
    )
    rows.set_drift(store, row.run_id, row.step, found, variant=row.variant)
    return found


def overall(found: list[Row]) -> float:
    """Return the relative change of all listed weights together."""
    size = math.fsum(row[4] ** 2 for row in found)
    return math.sqrt(math.fsum(row[3] ** 2 for row in found) / size) if size else 0.0


def full_drift(folder: Path, base: Path, on_tensors: Callable[[int, int], None]) -> Iterator[Row]:
    """Give the drift of every weight of a full checkpoint, one tensor in memory at a time."""
    origin = BaseTensors(base)
    with safe_open(folder / methods.FULL_WEIGHTS, framework="pt") as trained:
        names = sorted(trained.keys())
        for done, name in enumerate(names, start=1):
            change = size = 0.0
            for piece, before in origin.pieces(name, trained.get_tensor(name)):
                change += _square(piece.double() - before.double())
                size += _square(before.double())
            yield _row(name, math.sqrt(change), math.sqrt(size))
            on_tensors(done, len(names))


def adapter_drift(folder: Path, base: Path, on_tensors: Callable[[int, int], None]) -> Iterator[Row]:
    """Give the drift of every adapted weight: ‖s·B·A‖² = s²·tr((BᵀB)(AAᵀ)), r×r products only; DoRA's by its own form."""
    config = json.loads((folder / methods.ADAPTER_CONFIG).read_text("utf-8"))
    if config["peft_type"] == "OSF":
        yield from _osf_drift(load_file(folder / methods.ADAPTER_WEIGHTS), BaseTensors(base), on_tensors)
        return
    scale = config["lora_alpha"] / (math.sqrt(config["r"]) if config.get("use_rslora") else config["r"])
    tensors = load_file(folder / methods.ADAPTER_WEIGHTS)
    origin = BaseTensors(base)
    names = sorted(name for name in tensors if name.endswith(".lora_A.weight"))
    for done, name in enumerate(names, start=1):
        stem = name.removesuffix(".lora_A.weight")
        a, b = tensors[name].double(), tensors[f"{stem}.lora_B.weight"].double()
        magnitude = tensors.get(f"{stem}.lora_magnitude_vector")
        target = f"{stem.removeprefix(_PEFT)}.weight"
        shape = torch.empty(b.shape[0], a.shape[1], device="meta")
        if magnitude is None:
            change = abs(scale) * math.sqrt(max(0.0, float(((b.T @ b) * (a @ a.T)).sum())))
            size = math.sqrt(sum(_square(piece) for piece in _base_pieces(origin, target, shape)))
        else:
            weight = torch.cat(list(_base_pieces(origin, target, shape)))
            moved = weight + scale * (b @ a)
            moved *= (magnitude.double().view(-1) / moved.norm(dim=1)).unsqueeze(1)
            change, size = math.sqrt(_square(moved - weight)), math.sqrt(_square(weight))
        yield _row(target, change, size)
        on_tensors(done, len(names))


def _osf_drift(
    tensors: dict[str, torch.Tensor], origin: BaseTensors, on_tensors: Callable[[int, int], None]
) -> Iterator[Row]:
    """The drift of weights that were taken apart by singular values; each is taken apart again."""
    parts = subspace.trained_parts(tensors)
    for done, (stem, trained) in enumerate(parts.items(), start=1):
        shape = torch.empty(len(trained["U_low"]), trained["V_low"].shape[1], device="meta")
        target = f"{stem.removeprefix(_PEFT)}.weight"
        weight = torch.cat(list(_base_pieces(origin, target, shape)))
        yield _row(target, math.sqrt(_square(subspace.change(weight, trained))), math.sqrt(_square(weight)))
        on_tensors(done, len(parts))


def _base_pieces(origin: BaseTensors, name: str, shape: torch.Tensor) -> Iterator[torch.Tensor]:
    """Give the base's weight piece by piece, in fp64."""
    like: Any = torch.empty((1, 1), dtype=torch.float64).expand(shape.shape)  # its shape, type and device only
    for _, piece in origin.pieces(name, like):
        yield piece


def _square(tensor: torch.Tensor) -> float:
    return float((tensor * tensor).sum())


def _row(name: str, change: float, size: float) -> Row:
    block = block_of(name)
    module = name.removesuffix(".weight")
    if block is not None:
        module = module.partition(f".{block}.")[2]
    return (-1 if block is None else block, module, name, change, size)
