"""L2-SP for full fine-tuning: after the step every weight goes a share of the way back to the base's (Li et al. 2018).

θ += λ_t(θ0 − θ), decoupled from the gradient as AdamW decouples weight decay, with θ0 streamed from the base's files.
λ_t = 1 − exp(−Λ·lr_t/Σlr): over the run it adds up to Λ, whatever the number of steps. A λ fixed by the step would do
little in a short run and, under a falling rate, bring a long one all the way back: its change is about lr/λ, and lr ends at 0.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.training.protections.base_tensors import BaseTensors


def pull_share(strength: float, rates: Sequence[float], step: int) -> float:
    """λ_t = 1 − exp(−Λ·lr_t/Σlr) for a step (1-based): the share of the way back that belongs to it (derived)."""
    return 1 - math.exp(-strength * rates[step - 1] / sum(rates))


class Pull:
    """Pulls the trained weights back; a pure function of the step, so there is no state to save."""

    def __init__(
        self,
        parameters: list[tuple[str, torch.nn.Parameter]],
        base: BaseTensors,
        *,
        share_at: Callable[[int], float],
        every_steps: int,
        steps_total: int,
    ) -> None:
        """`share_at(step)` is the share of the way back that belongs to a step."""
        self.parameters, self.base = parameters, base
        self.share_at, self.every_steps, self.steps_total = share_at, every_steps, steps_total

    def share_due(self, step: int) -> float:
        """The share of the way back to go after a step: 1 − Π(1 − λ_t) over the steps since the last time, 0 if not due."""
        if step % self.every_steps and step != self.steps_total:
            return 0.0
        since = range((step - 1) // self.every_steps * self.every_steps + 1, step + 1)
        return 1 - math.prod(1 - self.share_at(one) for one in since)

    def after_update(self, step: int) -> None:
        """Pull if it is due."""
        share = self.share_due(step)
        if not share:
            return
        with torch.no_grad():
            for name, parameter in self.parameters:
                for piece, base in self.base.pieces(name, parameter.data):
                    piece.lerp_(base, share)
