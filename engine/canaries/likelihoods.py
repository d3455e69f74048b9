"""From log-probabilities to scores: references, choices, change against the base. Pure numbers, no torch.

Definitions are those of science §1. `acc` and `acc_norm` follow lm-evaluation-harness: the choice with the largest summed
log-likelihood, and the largest one per *character* of the choice; ties go to the first.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How many of the base's likeliest tokens are kept for each position; the rest is one bucket.
TOP_TOKENS = 64
#: Smallest probability given to that bucket: below it, it is rounding noise of fp32.
TAIL_FLOOR = 1e-6


class Top(Struct, frozen=True, kw_only=True, eq=False):
    """The likeliest tokens of each position of an answer and their log-probabilities, K = min(64, vocabulary)."""

    ids: NDArray[np.int32]  # (n, K)
    log_probs: NDArray[np.float32]  # (n, K)


class Segment(Struct, frozen=True, kw_only=True, eq=False):
    """One continuation of a prompt: the tokens whose likelihood is wanted.

    `record_top` asks for the likeliest tokens at each position; `top` asks for this model's log-probabilities of those.
    """

    targets: tuple[int, ...]
    record_top: bool = False
    top: Top | None = None


class Task(Struct, frozen=True, kw_only=True, eq=False):
    """A prompt and the continuations scored after it, each as if it stood there alone."""

    prompt: tuple[int, ...]
    segments: tuple[Segment, ...]


class SegmentScore(Struct, frozen=True, kw_only=True, eq=False):
    """What a model says of one segment: log p of each target, and what was asked for beside it."""

    log_probs: NDArray[np.float64]  # (n,)
    top: Top | None = None
    watched: NDArray[np.float32] | None = None  # (n, K) log-probabilities of the segment's `top.ids`


class ReferenceScore(Struct, frozen=True, kw_only=True):
    """The likeliest of an item's references: nats per token without the closing token, which is reported apart."""

    nll: float
    eos_nll: float | None
    bits_per_byte: float
    n_tokens: int
    index: int


class ChoiceScore(Struct, frozen=True, kw_only=True):
    """An item's choices: summed log-likelihoods, the accuracies of lm-evaluation-harness, and the budgeted margin."""

    log_likelihoods: tuple[float, ...]
    acc: float
    acc_norm: float
    acc_bytes: float
    margin: float
    n_tokens: int


def reference_score(
    scores: Sequence[SegmentScore], texts: Sequence[str], *, has_closing: Sequence[bool]
) -> ReferenceScore:
    """Mean −log p over a reference's tokens, the smallest over the references (science §1, `ref_nll`).

    `has_closing[i]` says that the last target of reference i is the token that closes the turn.
    """
    made = []
    for index, (score, text, closed) in enumerate(zip(scores, texts, has_closing, strict=True)):
        log_probs = score.log_probs[:-1] if closed else score.log_probs
        total = -float(log_probs.sum())
        made.append(
            ReferenceScore(
                nll=total / len(log_probs),
                eos_nll=-float(score.log_probs[-1]) if closed else None,
                bits_per_byte=total / math.log(2) / len(text.encode()),
                n_tokens=len(log_probs),
                index=index,
            )
        )
    return min(made, key=lambda one: one.nll)


def choice_score(scores: Sequence[SegmentScore], texts: Sequence[str], gold: int) -> ChoiceScore:
    """Score an item's choices from their log-probabilities; see `choice_score_from`."""
    return choice_score_from(
        [float(score.log_probs.sum()) for score in scores], texts, gold, [len(score.log_probs) for score in scores]
    )


def choice_score_from(
    log_likelihoods: Sequence[float], texts: Sequence[str], gold: int, n_tokens: Sequence[int]
) -> ChoiceScore:
    """acc, acc_norm (per character), per UTF-8 byte, and the margin: ll_gold/tokens − the best other's, nats/token.

    The margin is positive where the right choice is the likeliest per token; higher is better.
    """
    sums = np.asarray(log_likelihoods, dtype=np.float64)
    characters = np.array([len(text) for text in texts])
    n_bytes = np.array([len(text.encode()) for text in texts])
    per_token = sums / np.asarray(n_tokens)
    return ChoiceScore(
        log_likelihoods=tuple(map(float, sums)),
        acc=float(np.argmax(sums) == gold),
        acc_norm=float(np.argmax(sums / characters) == gold),
        acc_bytes=float(np.argmax(sums / n_bytes) == gold),
        margin=float(per_token[gold] - np.delete(per_token, gold).max()),
        n_tokens=int(n_tokens[gold]),
    )


def self_nll(score: SegmentScore) -> float:
    """Mean −log p of the base's own answer, nats per token."""
    return -float(score.log_probs.mean())


def kl(base: Top, watched: NDArray[np.float32]) -> float:
    """Mean over positions of KL(base ‖ tuned), over the base's likeliest tokens and one bucket for all others.

    A lower bound of the exact divergence (merging outcomes never raises it), never negative. `watched` (n, K) holds the
    tuned model's log-probabilities of `base.ids`.
    """
    log_p, log_q = base.log_probs.astype(np.float64), watched.astype(np.float64)
    p_tail, q_tail = _tail(log_p), _tail(log_q)
    each = (np.exp(log_p) * (log_p - log_q)).sum(axis=1) + p_tail * np.log(p_tail / q_tail)
    return max(0.0, float(each.mean()))


def _tail(log_probs: NDArray[np.float64]) -> NDArray[np.float64]:
    tail: NDArray[np.float64] = np.maximum(1.0 - np.exp(log_probs).sum(axis=1), TAIL_FLOOR)
    return tail
