"""SAM: descend by the gradient taken a step uphill (Foret et al. 2021), which prefers minima whose surroundings are flat.

ε = ρ·g/‖g‖ over all trained weights, a second forward and backward pass at θ + ε, back to θ exactly, then the usual step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Losses = tuple[torch.Tensor, torch.Tensor]


class Sam:
    """Does the backward passes of one part of a step; with accumulation each part climbs by its own gradient."""

    def __init__(self, parameters: Sequence[torch.nn.Parameter], *, rho: float, every_steps: int) -> None:
        """`rho` is the length of ε; only every `every_steps`-th step takes two passes."""
        self.parameters, self.rho, self.every_steps = list(parameters), rho, every_steps

    def is_due(self, step: int) -> bool:
        """Whether a step takes two passes."""
        return step % self.every_steps == 0

    def backward(self, losses_of: Callable[[], Losses]) -> torch.Tensor:
        """Add the uphill gradient of the first loss to `.grad`; return the second loss where the weights really are."""
        loss, told = losses_of()
        gradients = torch.autograd.grad(loss, self.parameters, allow_unused=True)
        kept = [parameter.detach().clone() for parameter in self.parameters]
        self._climb(gradients)
        try:
            losses_of()[0].backward()
        finally:
            with torch.no_grad():
                for parameter, value in zip(self.parameters, kept, strict=True):
                    parameter.copy_(value)
        return told.detach()

    def _climb(self, gradients: Sequence[torch.Tensor | None]) -> None:
        real = [gradient for gradient in gradients if gradient is not None]
        norm = torch.stack([gradient.float().norm() for gradient in real]).norm()
        scale = self.rho / norm.clamp(min=1e-12)
        with torch.no_grad():
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                if gradient is not None:
                    parameter.add_(gradient.to(parameter.dtype) * scale.to(parameter.dtype))
