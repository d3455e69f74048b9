"""How surely a model wrote each token, in five steps. Numbers in, steps out."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Probabilities at which the next step begins: at least .5 is unshaded, below .01 the strongest.
STEPS = (0.5, 0.2, 0.05, 0.01)
#: Changes of the log-probability (nats) at which the next step begins, in either direction.
DELTA_STEPS = (0.1, 0.5, 1.5, 3.0)
#: How strongly each step is tinted.
ALPHAS = (0.0, 0.12, 0.23, 0.34, 0.45)


@dataclass(frozen=True, kw_only=True)
class TokenScore:
    """One token of an answer; log-probabilities in nats under the base and the tuned model, None where not scored."""

    text: str
    base: float | None = None
    tuned: float | None = None
    alternatives: tuple[tuple[str, float], ...] = ()


def surprise_step(logprob: float | None) -> int:
    """0 (expected, p ≥ .5) to 4 (p < .01)."""
    if logprob is None:
        return 0
    probability = math.exp(min(logprob, 0.0))
    return sum(probability < edge for edge in STEPS)


def change_step(base: float | None, tuned: float | None) -> int:
    """−4 (became much less likely under the tuned model) to 4 (much likelier)."""
    if base is None or tuned is None:
        return 0
    change = tuned - base
    size = sum(abs(change) >= edge for edge in DELTA_STEPS)
    return -size if change < 0 else size


def visible_blanks(text: str) -> str:
    """Spaces as · and line ends as ↵ (which keep breaking the line)."""
    return text.replace(" ", "·").replace("\n", "↵\n")
