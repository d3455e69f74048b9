"""Token weighting: target tokens the base finds very unlikely are left out, or weigh less.

Either a mask, 1 where the token's perplexity under the base is at most a limit, or the weight p^(1/τ) (science §3). Such
tokens pull the model furthest from what it was; leaving them out keeps the old, and may learn less of the new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import UserError
from engine.training import objectives
from engine.training.batches import Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.data.render import Example
    from engine.protection import TokenWeighting

Weights = dict[int, NDArray[np.float32]]


def weights_of(nll: NDArray[np.float32], settings: TokenWeighting) -> NDArray[np.float32]:
    """Return each token's weight in 0..1 from −log p under the base (n,), in nats."""
    if settings.max_perplexity:
        return (nll <= np.log(settings.max_perplexity)).astype(np.float32)
    return np.exp(-nll / settings.tau).astype(np.float32)


def base_nll(
    model: Any, examples: Sequence[Example], rows: Iterable[int], *, pad_id: int, device: torch.device, size: int,
    on_rows: Callable[[int], None] = lambda count: None,
) -> Weights:  # fmt: skip
    """Return −log p of every trained token of the rows under the model as it is, by row number: (n,) fp32 each."""
    found: Weights = {}
    order = sorted(rows, key=lambda row: len(examples[row].ids))
    was_training = model.training
    model.eval()
    with torch.no_grad():
        for start in range(0, len(order), size):
            part = order[start : start + size]
            batch = Batch([examples[row] for row in part], pad_id, device)
            nll = objectives.answer_nll(model, batch).float().cpu().numpy()
            ends = np.cumsum([examples[row].trained_tokens for row in part])[:-1]
            found.update(zip(part, np.split(nll, ends), strict=True))
            on_rows(len(found))
    model.train(was_training)
    return found


def token_weights(nll: Weights, settings: TokenWeighting) -> tuple[Weights, float]:
    """Return every row's weights and the share of tokens' weight that is left; `UserError` if nothing is."""
    made = {row: weights_of(values, settings) for row, values in nll.items()}
    left = sum(float(weights.sum()) for weights in made.values())
    if not left:
        raise UserError(
            f"Every target token has a perplexity above {settings.max_perplexity:g} under the base: nothing is left to learn.",
            field="protection.token_weighting.max_perplexity", remedy="Raise it, or use tau.",
        )  # fmt: skip
    return made, left / sum(len(weights) for weights in made.values())
