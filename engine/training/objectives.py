"""The loss: cross-entropy on the answer's tokens, with logits computed there and nowhere else, in chunks.

A dense loss holds (batch × length × vocabulary) numbers in fp32 several times over; this one holds at most
`CHUNK_TOKENS` × vocabulary, once, and recomputes a chunk's logits in the backward pass when there is more than one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.function import once_differentiable
from torch.utils.checkpoint import checkpoint

from engine.models.forward import head_of, hidden_states

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.training.batches import Batch

CHUNK_TOKENS = 512


def answer_nll(model: Any, batch: Batch, hidden: torch.Tensor | None = None) -> torch.Tensor:
    """Return −log p of every trained token, in nats: (N,) fp32; `hidden` (B, T, D) spares the forward pass."""
    if hidden is None:
        hidden = hidden_states(model, batch.ids, batch.attention, shared=batch.shared)  # (B, T, D)
    wanted = hidden.flatten(0, 1).index_select(0, batch.positions)  # (N, D)
    head = head_of(model)
    if len(wanted) <= CHUNK_TOKENS:
        return _nll(head, wanted, batch.labels)
    parts = [
        checkpoint(_nll, head, states, labels, use_reentrant=False)
        for states, labels in zip(wanted.split(CHUNK_TOKENS), batch.labels.split(CHUNK_TOKENS), strict=True)
    ]
    return torch.cat(parts)


def weighted_sum(nll: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Sum a batch's token losses (N,), each times its weight where there are weights."""
    return nll.sum() if batch.weights is None else (nll * batch.weights).sum()


def _nll(head: Callable[[torch.Tensor], torch.Tensor], states: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return _TokenNll.apply(head(states).float(), labels)  # type: ignore[no-any-return, no-untyped-call]


class _TokenNll(torch.autograd.Function):
    """Cross-entropy of logits (N, V) and labels (N,), each token's own (N,), written over the logits in the backward pass.

    The gradient is softmax(logits) less one at the label; nobody needs the logits themselves after it.
    """

    @staticmethod
    def forward(ctx: Any, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return log Σ exp(logits) − logits[label]."""
        total = logits.logsumexp(dim=-1)
        ctx.save_for_backward(logits, total, labels)
        return total - logits.gather(1, labels[:, None]).squeeze(1)

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        """Turn the saved logits into their gradient."""
        logits, total, labels = ctx.saved_tensors
        logits.sub_(total[:, None]).exp_()
        logits[torch.arange(len(labels), device=labels.device), labels] -= 1
        return logits.mul_(gradient[:, None]), None
