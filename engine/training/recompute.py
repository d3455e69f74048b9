"""Normalisations that run again in the backward pass instead of keeping what they computed.

One keeps its input divided by its size, as large as the input, for the gradient of its scale; running it again costs next to
nothing. Unlike gradient checkpointing no matrix product is computed twice. Measured on the starter, full fine-tuning of 8 rows:
100 MiB less at the peak of 3.2 GiB; gradients are the same bit for bit.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import nn
from torch.utils.checkpoint import checkpoint

from engine.models.forward import base_of


def recompute_norms(model: Any) -> int:
    """Let every normalisation that an architecture wrote in Python be run again; return how many there are.

    PyTorch's own keep no more than their input, so they stay as they are.
    """
    found = [module for module in base_of(model).modules() if _keeps_too_much(module)]
    for module in found:
        module.forward = partial(
            checkpoint, module.forward, use_reentrant=False, preserve_rng_state=False, determinism_check="none"
        )
    return len(found)


def _keeps_too_much(module: nn.Module) -> bool:
    return type(module).__name__.endswith("RMSNorm") and not isinstance(module, nn.RMSNorm)
