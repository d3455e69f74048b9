"""Full fine-tuning, LoRA and QLoRA: what is trained, and how its weights are named in a checkpoint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file

from engine import platform
from engine.errors import UserError
from engine.models.forward import base_of, learn_sharing
from engine.training.protections import corda, subspace
from engine.training.recompute import recompute_norms

if TYPE_CHECKING:
    from pathlib import Path

    from peft import LoraConfig, OSFConfig

    from engine.records import Recipe

FULL_WEIGHTS = "model.safetensors"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"
#: Full fine-tuning on the CPU holds a gradient of each weight while activations come and go: blocks of this size and more are
#: given back at once. Measured on the starter: a tenth less memory at the peak, about a fifth more time; adapters, which
#: have small gradients, gain nothing.
FULL_RETURNED_BLOCK = 2**20


def make_trainable(model: Any, recipe: Recipe) -> Any:
    """Return the model with exactly the recipe's weights trainable; adapters start as zero change, seeded."""
    torch.manual_seed(recipe.training.seed)
    if recipe.method == "full":
        model.requires_grad_(True)
        if next(model.parameters()).device.type == "cpu":
            platform.return_blocks_from(FULL_RETURNED_BLOCK)
    else:
        import peft  # here, not above: full fine-tuning does without its 50 MiB

        model.requires_grad_(False)
        model = peft.get_peft_model(model, adapter_config(recipe))
        subspace.frozen_in_fp32(model)
    if recipe.training.gradient_checkpointing:
        base = base_of(model)
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        base.enable_input_require_grads()
    else:
        if recipe.method == "full" or not recipe.adapter.dropout:  # dropout draws for each row by itself
            learn_sharing(model)
        if recipe.method == "full":
            recompute_norms(model)
    return model


def adapter_config(recipe: Recipe, *, saved: bool = False) -> LoraConfig | OSFConfig:
    """Return peft's configuration of the recipe's adapter; "all-linear" leaves out the output head.

    `saved` gives the one of its checkpoints, which for an adapter with a CorDA start is a plain LoRA of twice the rank.
    """
    from peft import LoraConfig, OSFConfig

    adapter = recipe.adapter
    targets: Any = "all-linear" if adapter.targets == ("all-linear",) else list(adapter.targets)
    if adapter.kind == "osf":
        return OSFConfig(effective_rank=adapter.preserved, target_modules=targets, task_type="CAUSAL_LM")
    times = 2 if saved and adapter.start == "corda" else 1  # alpha grows so that the scale of the update stays
    return LoraConfig(
        r=times * adapter.rank, lora_alpha=adapter.alpha * (times**0.5 if adapter.rslora else times),  # type: ignore[arg-type]
        lora_dropout=adapter.dropout, target_modules=targets, use_rslora=adapter.rslora, use_dora=adapter.dora,
        task_type="CAUSAL_LM",
    )  # fmt: skip


def trainable_parameters(model: Any) -> list[tuple[str, torch.nn.Parameter]]:
    """Return the parameters that learn, in a fixed order; tied ones once."""
    return [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]


def parameter_groups(model: Any, weight_decay: float) -> list[dict[str, Any]]:
    """Split the parameters into those that decay (matrices) and those that do not (norms, biases)."""
    parameters = [parameter for _, parameter in trainable_parameters(model)]
    return [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]


def save_weights(model: Any, recipe: Recipe, folder: Path) -> None:
    """Write the trained weights: a peft adapter, or every parameter under the hub's own names."""
    if recipe.method == "full":
        tensors = {name: parameter.detach().cpu().contiguous() for name, parameter in trainable_parameters(model)}
        save_file(tensors, folder / FULL_WEIGHTS, metadata={"format": "pt"})
        return
    state = _adapter_state(model)
    state = corda.joined(model, state) if corda.has_start(model) else state
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    save_file(tensors, folder / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    config = adapter_config(recipe, saved=True).to_dict()
    config = {key: sorted(value) if isinstance(value, set) else value for key, value in config.items()}
    config["base_model_name_or_path"] = recipe.base  # the name, never a path of this machine
    (folder / ADAPTER_CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True, default=str), "utf-8")


def load_weights(model: Any, recipe: Recipe, folder: Path) -> None:
    """Put a checkpoint's weights into a model that `make_trainable` (or, for full, the loader) made."""
    if recipe.method == "full":
        tensors = load_file(folder / FULL_WEIGHTS)
        named = dict(model.named_parameters())
        _require_same_names(set(tensors), set(named), folder)
        with torch.no_grad():
            for name, tensor in tensors.items():
                named[name].copy_(tensor)
        return
    tensors = load_file(folder / ADAPTER_WEIGHTS)
    _require_same_names(set(tensors), set(_adapter_state(model)), folder)
    if corda.has_start(model):
        corda.put_back(model, tensors)
    else:
        from peft import set_peft_model_state_dict

        set_peft_model_state_dict(model, tensors)


def with_checkpoint(model: Any, recipe: Recipe, folder: Path) -> Any:
    """Return a loaded base model with a checkpoint's weights on or in it, in eval mode."""
    if recipe.method != "full":
        from peft import get_peft_model

        model = get_peft_model(model, adapter_config(recipe, saved=True))
        subspace.frozen_in_fp32(model)
    load_weights(model, recipe, folder)
    return model.eval()


def _adapter_state(model: Any) -> dict[str, torch.Tensor]:
    """Return the adapter's tensors. Left to itself peft would open the base's config to see whether the vocabulary grew."""
    from peft import get_peft_model_state_dict

    return dict(get_peft_model_state_dict(model, save_embedding_layers=False))


def _require_same_names(found: set[str], wanted: set[str], folder: Path) -> None:
    if found != wanted:
        odd = sorted(found ^ wanted)[:3]
        raise UserError(f"The checkpoint {folder.name} does not fit this model: {', '.join(odd)} differ.")
