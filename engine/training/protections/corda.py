"""CorDA, knowledge-preserved (Yang et al. 2024, arXiv 2406.05223): an adapter starts in the directions general text uses least.

There W·C, C being the covariance of the layer's inputs on general text, is taken apart, and the part of its smallest
singular values becomes the adapter's start s·B₀A₀. The paper (and peft) take that part out of the base's weight. Here the
base stays as it is and the start is subtracted from what the adapter says, s·BA − s·B₀A₀, which is the same function: the
adapter off is the base, and a checkpoint is a plain LoRA of twice the rank, [B, −B₀]·[A; A₀].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from engine.errors import UserError
from engine.training.protections.penalties import Adapted, adapted_layers, mean_over_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.training.batches import Batch

#: Covariances in memory at once; more layers than fit are measured in further passes.
COVARIANCE_BYTES = 2 * 2**30
#: How far C·C⁻¹ may be from the identity before C is damped more (peft's own bound).
MOST_INVERSE_ERROR = 0.05
_A, _B = ".lora_A.weight", ".lora_B.weight"


def start(model: Any, batches: Callable[[], Iterable[Batch]], rank: int, on_batch: Callable[[], None]) -> None:
    """Give every adapted layer its start, from general rows read with the adapter off; `UserError` for too high a rank."""
    for group in _groups(list(adapted_layers(model))):
        found = covariances(model, group, batches(), on_batch)
        for one in group:
            weight = one.module.get_base_layer().weight.detach().float()
            if rank > min(weight.shape):
                raise UserError(
                    f"{one.name} has only {min(weight.shape)} directions.",
                    field="adapter.rank",
                    remedy="Choose a lower rank.",
                )
            a, b = least_used(weight, found[one.name], rank)
            with torch.no_grad():
                one.a.copy_(a / one.scale**0.5)
                one.b.copy_(b / one.scale**0.5)
            _subtract(one.module, one.a.detach().clone(), one.b.detach().clone())


def least_used(weight: torch.Tensor, covariance: torch.Tensor, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return A₀ (r, in) and B₀ (out, r), B₀A₀ being the part of W (out, in) with the smallest singular values of W·C.

    W·C = UΣVᵀ, so W = UΣVᵀC⁻¹; the last r triples are kept, each half getting √Σ. C is damped by 1 % of its mean
    variance, more where its inverse would be inexact.
    """
    c = covariance.float()
    damp = 0.01
    while True:
        damped = c + damp * c.diagonal().mean() * torch.eye(len(c), device=c.device)
        inverse = torch.linalg.inv(damped)
        if torch.dist(damped @ inverse, torch.eye(len(c), device=c.device)) < MOST_INVERSE_ERROR:
            break
        damp *= 2
    u, s, vh = torch.linalg.svd(weight @ damped, full_matrices=False)
    root = s[-rank:].sqrt()
    return root.unsqueeze(1) * (vh[-rank:] @ inverse), u[:, -rank:] * root


def covariances(
    model: Any, layers: Sequence[Adapted], batches: Iterable[Batch], on_batch: Callable[[], None]
) -> dict[str, torch.Tensor]:
    """Return E[x·xᵀ] (in, in) of each layer's input over all tokens of general rows; padding has no part in it."""
    return mean_over_inputs(model, layers, batches, lambda rows: rows.float().T @ rows.float(), on_batch)


def has_start(model: Any) -> bool:
    """Whether a model's adapter has a start that is subtracted."""
    return any(hasattr(one.module, "corda_a") for one in adapted_layers(model))


def joined(model: Any, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return an adapter's tensors with its start in them: a plain LoRA of twice the rank, [A; A₀] and [B, −B₀]."""
    whole = dict(tensors)
    for one in adapted_layers(model):
        whole[one.name + _A] = torch.cat([tensors[one.name + _A], one.module.corda_a])
        whole[one.name + _B] = torch.cat([tensors[one.name + _B], -one.module.corda_b], dim=1)
    return whole


def put_back(model: Any, tensors: dict[str, torch.Tensor]) -> None:
    """Put what `joined` gave into a model that has a start: the trained halves and the start's."""
    with torch.no_grad():
        for one in adapted_layers(model):
            a, b = tensors[one.name + _A], tensors[one.name + _B]
            one.a.copy_(a[: len(one.a)])
            one.b.copy_(b[:, : len(one.a)])
            one.module.corda_a.copy_(a[len(one.a) :])
            one.module.corda_b.copy_(-b[:, len(one.a) :])


def _groups(layers: list[Adapted]) -> list[list[Adapted]]:
    """Layers whose covariances fit together, in order."""
    groups: list[list[Adapted]] = []
    left = 0
    for one in layers:
        size = 4 * one.a.shape[1] ** 2
        if not groups or size > left:
            groups.append([])
            left = COVARIANCE_BYTES
        groups[-1].append(one)
        left -= size
    return groups


def _subtract(module: Any, a: torch.Tensor, b: torch.Tensor) -> None:
    module.register_buffer("corda_a", a, persistent=False)
    module.register_buffer("corda_b", b, persistent=False)
    module.register_forward_hook(_less_start)


def _less_start(module: Any, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
    """What the layer says less s·B₀A₀x; nothing where the adapter is off."""
    if module.disable_adapters:
        return output
    x = inputs[0].to(module.corda_a.dtype)
    part = functional.linear(functional.linear(x, module.corda_a), module.corda_b)
    return output - (module.scaling["default"] * part).to(output.dtype)
