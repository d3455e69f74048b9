"""Penalties on an adapter's change ΔW = s·BA, computed from its two thin matrices alone: L2-SP, and weighted by activations.

Both are scalars added to the loss. Decaying A and B apart would not be the same: it also shrinks what cancels in BA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from msgspec import Struct

from engine.models.forward import hidden_states
from engine.training.protections.divergence import adapter_off

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from engine.training.batches import Batch


class Adapted(Struct, frozen=True, eq=False):
    """One layer with its adapter: A (r, in), B (out, r) and the scale s of the update."""

    name: str
    module: Any
    a: torch.Tensor
    b: torch.Tensor
    scale: float


def adapted_layers(model: Any) -> Iterator[Adapted]:
    """Give each linear layer that has an adapter, in a fixed order."""
    for name, module in model.named_modules():
        if hasattr(module, "lora_A") and "default" in module.lora_A:
            a, b = module.lora_A["default"].weight, module.lora_B["default"].weight
            yield Adapted(name, module, a, b, float(module.scaling["default"]))


def squared_change(a: torch.Tensor, b: torch.Tensor, scale: float, c: torch.Tensor | None = None) -> torch.Tensor:
    """Return s²·tr((BᵀB)(A·diag(c)·Aᵀ)) = ‖s·BA·diag(√c)‖², by r × r matrices only (science §3, derived).

    Without `c` (in,) this is the squared Frobenius norm of the change. With c_j = E[x_j²] it is, for inputs x whose
    components are uncorrelated, the mean squared change of the layer's output.
    """
    a, b = a.float(), b.float()
    weighted = a if c is None else a * c
    return scale**2 * ((b.T @ b) * (weighted @ a.T)).sum()


class ChangePenalty:
    """strength · Σ over layers of `squared_change`; `c` by layer name, or None for plain L2-SP."""

    def __init__(self, name: str, model: Any, strength: float, c: dict[str, torch.Tensor] | None = None) -> None:
        """Find the adapter's layers once."""
        self.name, self.strength = name, strength
        self.layers = [(one, None if c is None else c[one.name]) for one in adapted_layers(model)]

    def value(self) -> torch.Tensor:
        """The penalty now, with its gradient."""
        parts = [squared_change(one.a, one.b, one.scale, c) for one, c in self.layers]
        return self.strength * torch.stack(parts).sum()


def mean_squared_inputs(
    model: Any, batches: Iterable[Batch], on_batch: Callable[[], None] = lambda: None
) -> dict[str, torch.Tensor]:
    """Return c_j = E[x_j²] of the input of every layer that has an adapter, over all tokens of the batches: (in,) fp32."""
    squares = mean_over_inputs(
        model, list(adapted_layers(model)), batches, lambda rows: rows.double().square().sum(0), on_batch
    )
    return {name: mean.float() for name, mean in squares.items()}


def mean_over_inputs(
    model: Any, layers: Sequence[Adapted], batches: Iterable[Batch], summed: Callable[[torch.Tensor], torch.Tensor],
    on_batch: Callable[[], None],
) -> dict[str, torch.Tensor]:  # fmt: skip
    """Return, by layer, the mean per token of what `summed` makes of the layer's inputs (N, in), the adapter off.

    Over all tokens of the batches; padding has no part in it.
    """
    sums: dict[str, torch.Tensor] = {}
    shown: list[torch.Tensor] = []
    count = 0

    def watch(name: str) -> Callable[[Any, tuple[torch.Tensor, ...]], None]:
        def note(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
            sums[name] = summed(inputs[0].detach().flatten(0, 1)[shown[0]]) + sums.get(name, 0.0)

        return note

    handles = [one.module.register_forward_pre_hook(watch(one.name)) for one in layers]
    try:
        with adapter_off(model):
            for batch in batches:
                shown[:] = [real_positions(batch)]
                count += len(shown[0])
                hidden_states(model, batch.ids, batch.attention)
                on_batch()
    finally:
        for handle in handles:
            handle.remove()
    return {name: total / max(1, count) for name, total in sums.items()}


def real_positions(batch: Batch) -> torch.Tensor:
    """Return the flat positions (N,) of a batch that are no padding."""
    if batch.attention is None:
        return torch.arange(batch.ids.numel(), device=batch.ids.device)
    return batch.attention.flatten().nonzero()[:, 0]
