"""The learning rate at each step: a pure function, so that there is no schedule state to save or lose. No torch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import Recipe

STANDARD_LR = {"full": 1e-5, "lora": 2e-4, "qlora": 2e-4, "prompt": 0.0}


def peak_lr(recipe: Recipe) -> float:
    """Return the recipe's learning rate, or the method's standard one where it is 0."""
    return recipe.training.lr or STANDARD_LR[recipe.method]


def lr_at(step: int, total: int, *, peak: float, warmup_ratio: float, schedule: str) -> float:
    """Return the learning rate of a step (1-based): linear warm-up, then linear, cosine or no decay towards 0."""
    warmup = math.ceil(total * warmup_ratio - 1e-9)  # 70 × .1 is a little more than 7 in binary
    if step <= warmup:
        return peak * step / warmup
    if schedule == "constant":
        return peak
    done = (step - warmup - 1) / max(1, total - warmup)  # 0 at the first step after warm-up, below 1 at the last
    return peak * (1 - done if schedule == "linear" else 0.5 * (1 + math.cos(math.pi * done)))


def look_steps(total: int, looks: Sequence[float]) -> list[int]:
    """Return the steps after which canaries are looked at; step 0 is the baseline itself and not among them."""
    return sorted({min(total, max(1, round(look * total))) for look in looks if look > 0})
