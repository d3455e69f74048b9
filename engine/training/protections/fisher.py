"""EWC: (λ/2)·Σ F_i·(θ_i − θ0_i)², F the diagonal of the Fisher information on general rows (Kirkpatrick et al. 2017).

F_i is the mean over rows of the squared derivative of a row's log-likelihood. Where the answers are the base's own samples
this is the Fisher information itself; with given answers it is what is called the empirical one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from engine.training import objectives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from engine.training.batches import Batch
    from engine.training.protections.base_tensors import BaseTensors


class Consolidation:
    """Adds EWC's gradient λ·F·(θ − θ0) to the gradients of a step; θ0 is streamed, F is held (4 bytes a weight)."""

    def __init__(
        self,
        parameters: list[tuple[str, torch.nn.Parameter]],
        importance: list[torch.Tensor],
        base: BaseTensors,
        strength: float,
    ) -> None:
        """`importance` holds F of each parameter, in order."""
        self.parameters, self.importance, self.base, self.strength = parameters, importance, base, strength

    def add_gradients(self) -> torch.Tensor:
        """Add to `.grad` and return the penalty's value."""
        total = torch.zeros((), device=self.importance[0].device)
        for (name, parameter), importance in zip(self.parameters, self.importance, strict=True):
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            start = 0
            for piece, base in self.base.pieces(name, parameter.data):
                stop = start + len(piece)
                change = piece - base
                pulled = self.strength * importance[start:stop] * change
                parameter.grad[start:stop] += pulled
                total += 0.5 * (pulled * change).sum()
                start = stop
        return total


def importance_of(
    model: Any,
    parameters: list[tuple[str, torch.nn.Parameter]],
    rows: Iterable[Batch],
    arithmetic: Callable[[], AbstractContextManager[Any]],
    on_row: Callable[[], None] = lambda: None,
) -> list[torch.Tensor]:
    """Return F of each parameter (fp32), from batches of one row each; the model is the base and stays unchanged."""
    wanted = [parameter for _, parameter in parameters]
    sums = [torch.zeros_like(parameter, dtype=torch.float32) for parameter in wanted]
    count, was_training = 0, model.training
    model.eval()
    for row in rows:
        with arithmetic():
            log_likelihood = -objectives.answer_nll(model, row).sum()
        for total, gradient in zip(sums, torch.autograd.grad(log_likelihood, wanted, allow_unused=True), strict=True):
            if gradient is not None:
                total += gradient.float().square()
        count += 1
        on_row()
    model.train(was_training)
    return [total / max(1, count) for total in sums]
