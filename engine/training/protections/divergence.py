"""How far the model's next-token predictions are from the base's: KL(base ‖ model) by position, in nats, with gradients.

KL to the base as a training loss: science §3 (distillation; arXiv 2512.22337 for replay contexts, SelfAug for prompts).
With an adapter the teacher is the same model with the adapter off, and the divergence is exact. With full fine-tuning the
base is gone after the first step, so its 64 likeliest tokens and one bucket for the rest were kept: a lower bound.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from engine.canaries.likelihoods import TAIL_FLOOR, TOP_TOKENS
from engine.canaries.scoring import scoring_mode
from engine.models.forward import head_of, hidden_states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from engine.training.batches import Batch

    Head = Callable[[torch.Tensor], torch.Tensor]

#: Positions whose logits (teacher's and student's) exist at once.
CHUNK_TOKENS = 256


class Teacher(Protocol):
    """Knows the base's predictions."""

    def divergence(self, model: Any, hidden: torch.Tensor, batch: Batch, positions: torch.Tensor) -> torch.Tensor:
        """Return KL(base ‖ model) at flat positions (N,) of a batch, given the model's states (B, T, D): (N,) fp32."""


class AdapterOff:
    """The base is the model with its adapter off: nothing is stored and the divergence is exact."""

    def divergence(self, model: Any, hidden: torch.Tensor, batch: Batch, positions: torch.Tensor) -> torch.Tensor:
        """See `Teacher`; costs one forward pass without gradients."""
        with adapter_off(model):
            base = (
                hidden_states(model, batch.ids, batch.attention, shared=batch.shared)
                .flatten(0, 1)
                .index_select(0, positions)
            )
        student = hidden.flatten(0, 1).index_select(0, positions)
        heads = head_of(model), head_of(model, adapted=False)
        return in_chunks(lambda s, b: exact_kl(heads[0](s), heads[1](b)), student, base)


class Stored:
    """The base's likeliest tokens at each wanted position of each row, kept before the first step."""

    def __init__(self, ids: Sequence[torch.Tensor], log_probs: Sequence[torch.Tensor]) -> None:
        """`ids` and `log_probs` hold (n, K) for each row, positions in order."""
        self.ids, self.log_probs = ids, log_probs

    def divergence(self, model: Any, hidden: torch.Tensor, batch: Batch, positions: torch.Tensor) -> torch.Tensor:
        """See `Teacher`; the batch's `indices` say which rows are meant."""
        student = hidden.flatten(0, 1).index_select(0, positions)
        ids = torch.cat([self.ids[i] for i in batch.indices]).to(student.device, torch.int64)
        log_probs = torch.cat([self.log_probs[i] for i in batch.indices]).to(student.device)
        head = head_of(model)
        return in_chunks(lambda s, i, p: bucketed_kl(head(s), i, p), student, ids, log_probs)


def exact_kl(logits: torch.Tensor, base_logits: torch.Tensor) -> torch.Tensor:
    """Return Σ_v p(v)·(log p(v) − log q(v)) for base p and model q, from logits (N, V): (N,) fp32."""
    log_q = logits.float().log_softmax(dim=-1)
    log_p = base_logits.detach().float().log_softmax(dim=-1)
    return functional.kl_div(log_q, log_p, reduction="none", log_target=True).sum(dim=-1)


def bucketed_kl(logits: torch.Tensor, ids: torch.Tensor, log_p: torch.Tensor) -> torch.Tensor:
    """Return the divergence over the base's likeliest tokens (N, K) and one bucket for all others: (N,) fp32.

    Merging outcomes never raises a divergence, so this is a lower bound of the exact one; the same as the canaries' `kl`.
    """
    logits = logits.float()
    log_q = logits.gather(1, ids) - logits.logsumexp(dim=-1, keepdim=True)
    p_tail, q_tail = ((1 - values.exp().sum(dim=1)).clamp(min=TAIL_FLOOR) for values in (log_p, log_q))
    return (log_p.exp() * (log_p - log_q)).sum(dim=1) + p_tail * (p_tail / q_tail).log()


def likeliest(model: Any, batch: Batch, positions: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the model's likeliest tokens at flat positions and their log-probabilities, (N, K) each, on the processor."""
    with torch.no_grad():
        states = (
            hidden_states(model, batch.ids, batch.attention, shared=batch.shared)
            .flatten(0, 1)
            .index_select(0, positions)
        )
        head = head_of(model)
        k = min(TOP_TOKENS, head(states[:1]).shape[-1])
        made = [head(part).float().log_softmax(dim=-1).topk(k, dim=-1) for part in states.split(CHUNK_TOKENS)]
    return (
        torch.cat([top.indices for top in made]).to("cpu", torch.int32),
        torch.cat([top.values for top in made]).cpu(),
    )


def in_chunks(function: Callable[..., torch.Tensor], *tensors: torch.Tensor) -> torch.Tensor:
    """Apply a function of (n, …) tensors part by part, so that only one part's logits exist at once, backwards too."""
    if len(tensors[0]) <= CHUNK_TOKENS:
        return function(*tensors)
    parts = zip(*(tensor.split(CHUNK_TOKENS) for tensor in tensors), strict=True)
    return torch.cat([checkpoint(function, *part, use_reentrant=False) for part in parts])


@contextmanager
def adapter_off(model: Any) -> Iterator[None]:
    """The base model inside: adapter off, dropout off, no gradients; every module is as it was at the end."""
    with scoring_mode(model), model.disable_adapter():
        yield
