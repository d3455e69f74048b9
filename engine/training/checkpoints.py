"""Checkpoints on disk: everything a bit-exact resume needs, written whole or not at all.

A checkpoint is `checkpoints/step-<n>/` with the trained weights, the optimiser's state, every random state, a `state.json`
that says what it belongs to, and a manifest of SHA-256 sums written last (`engine.durable`).
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import torch
from safetensors.torch import load_file, save_file

from engine import durable
from engine.errors import UserError
from engine.records import recipe_from_toml
from engine.training import methods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.device import CpuDevice
    from engine.records import Recipe

STATE = "state.json"
RECIPE = "recipe.toml"
OPTIMISER = "optimiser.safetensors"
RANDOM = "random.safetensors"
PREFIX = "step-"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What a resumed run must share with the one that wrote the checkpoint, or the result would silently differ."""

    recipe_hash: str
    base_fingerprint: str
    data_fingerprint: str
    tokenizer_hash: str
    precision: str
    quantisation: str
    attention_kernel: str
    device: str
    threads: int
    versions: dict[str, str]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Where training stood: always just after an optimiser step."""

    step: int
    steps_total: int
    tokens_seen: int
    elapsed_s: float
    identity: Identity
    python_random: list[Any]
    numpy_random: list[Any]
    optimiser_scalars: dict[str, Any] = {}
    guard: dict[str, Any] = {}
    protection: dict[str, Any] = {}


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint that is complete on disk."""

    folder: Path
    manifest_sha256: str
    size_bytes: int


def save(
    parent: Path,
    model: Any,
    optimiser: torch.optim.Optimizer,
    recipe: Recipe,
    device: CpuDevice,
    state: State,
) -> Saved:
    """Write a checkpoint into `parent` and return it; a full disk raises `EnvironmentFailure` and leaves nothing behind."""
    final = parent / f"{PREFIX}{state.step}"
    device.synchronise()
    with durable.new_folder(final, {"step": state.step, "recipe": recipe.hash()}) as folder:
        methods.save_weights(model, recipe, folder)
        tensors, scalars = _flatten(optimiser)
        save_file(tensors, folder / OPTIMISER)
        save_file(device.rng_state(), folder / RANDOM)
        filled = msgspec.structs.replace(state, optimiser_scalars=scalars)
        durable.write_bytes(folder / STATE, msgspec.json.encode(filled))
        durable.write_bytes(folder / RECIPE, recipe.to_toml().encode())
    return describe(final)


def random_state() -> tuple[list[Any], list[Any]]:
    """Return Python's and NumPy's random states as plain lists."""
    numpy_state = np.random.get_state(legacy=True)
    return list(random.getstate()), [part.tolist() if isinstance(part, np.ndarray) else part for part in numpy_state]


def describe(folder: Path) -> Saved:
    """Return a complete checkpoint's manifest sum and size."""
    size = sum(path.stat().st_size for path in folder.iterdir())
    return Saved(folder=folder, manifest_sha256=durable.manifest_sha256(folder), size_bytes=size)


def read_state(folder: Path) -> State:
    """Return what a checkpoint says about itself."""
    return msgspec.json.decode((folder / STATE).read_bytes(), type=State)


def restore(folder: Path, model: Any, optimiser: torch.optim.Optimizer, recipe: Recipe, device: CpuDevice) -> State:
    """Put weights, optimiser and every random state back; the model and optimiser are of the same recipe."""
    state = read_state(folder)
    methods.load_weights(model, recipe, folder)
    _unflatten(optimiser, load_file(folder / OPTIMISER), state.optimiser_scalars)
    restore_random(folder, state, device)
    return state


def restore_random(folder: Path, state: State, device: CpuDevice) -> None:
    """Put every random state back; the last thing before the next step."""
    device.set_rng_state(load_file(folder / RANDOM))
    version, numbers, gauss = state.python_random
    random.setstate((version, tuple(numbers), gauss))
    name, keys, *rest = state.numpy_random
    np.random.set_state((name, np.asarray(keys, dtype=np.uint32), *rest))


def require_sound(folder: Path, manifest_sha256: str | None = None) -> None:
    """Raise `UserError` unless every file of the checkpoint is as it was written."""
    if (damage := durable.damage(folder, manifest_sha256)) is not None:
        raise UserError(f"The checkpoint {folder.name} is damaged: {damage}.", remedy="Use an earlier one.")


def require_same(found: Identity, wanted: Identity, *, recipe_changes: Sequence[str] = ()) -> None:
    """Refuse to resume when something differs that would change the result, and list it.

    `recipe_changes` names the settings behind another recipe hash (`recipe_changes`), in place of two hashes.
    """
    before, after = msgspec.to_builtins(found), msgspec.to_builtins(wanted)
    before, after = {**before, **before.pop("versions")}, {**after, **after.pop("versions")}
    if before["recipe_hash"] != after["recipe_hash"] and recipe_changes:
        del after["recipe_hash"]
    else:
        recipe_changes = ()
    differing = [f"{key} was {before.get(key)}, now {after[key]}" for key in after if before.get(key) != after[key]]
    if differing := [*recipe_changes, *differing]:
        raise UserError(
            f"This run cannot be resumed exactly: {'; '.join(differing)}.",
            remedy="Start a new run instead; the checkpoint's weights stay usable.",
        )


def recipe_changes(folder: Path, recipe: Recipe) -> list[str]:
    """Name the settings that differ between a checkpoint's own recipe and this one: "training.lr was 0.001, now 0.002"."""
    try:
        own = recipe_from_toml((folder / RECIPE).read_text("utf-8"), source=RECIPE)
    except (OSError, UserError):  # written by a version with other settings: the hashes are all there is to say
        return []
    before, after = (_flat(msgspec.to_builtins(one)) for one in (own, recipe))
    return [
        f"{name} was {before.get(name)!r}, now {after.get(name)!r}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _flat(tree: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Nested dictionaries as one, its keys dotted."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, dict) and value else {f"{above}{name}": value}
    return flat


def step_of(folder: Path) -> int:
    """Return the step a checkpoint's folder is named after."""
    return int(folder.name.removeprefix(PREFIX))


def _flatten(optimiser: torch.optim.Optimizer) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    tensors: dict[str, torch.Tensor] = {}
    scalars: dict[str, Any] = {}
    for index, values in optimiser.state_dict()["state"].items():
        for name, value in _unwrapped(values).items():
            if isinstance(value, torch.Tensor):
                tensors[f"{index}.{name}"] = value.detach().cpu().clone().contiguous()
            else:
                scalars[f"{index}.{name}"] = value
    return tensors, scalars


def _unflatten(optimiser: torch.optim.Optimizer, tensors: dict[str, torch.Tensor], scalars: dict[str, Any]) -> None:
    state: dict[int, dict[str, Any]] = {}
    for key, value in [*tensors.items(), *scalars.items()]:
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    if getattr(optimiser, "is_paged", False):
        _page_again(optimiser)


def _unwrapped(values: dict[str, Any]) -> dict[str, Any]:
    """Undo the inner dictionary in which bitsandbytes hides its 8-bit moments from sharded training."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat.update(value if isinstance(value, dict) else {name: value})
    return flat


def _page_again(optimiser: Any) -> None:
    """Move loaded moments into memory that the driver may page out, as they were before (bitsandbytes loads them plain)."""
    for parameter, values in optimiser.state.items():
        for name in ("state1", "state2"):
            if isinstance(values.get(name), torch.Tensor):
                paged = optimiser.get_state_buffer(parameter, dtype=values[name].dtype)
                paged.copy_(values[name])
                values[name] = paged
