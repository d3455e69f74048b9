"""Which of two models was preferred in blind votes: an exact sign test. Pure functions of counts."""

from __future__ import annotations

import math
from fractions import Fraction

from msgspec import Struct

#: Below this p the votes prefer one model.
ALPHA = 0.05
#: With fewer decided votes no outcome, however one-sided, has p < .05: 2 · ½⁵ = .0625, 2 · ½⁶ = .03125.
LEAST_DECIDED = 6


class Tally(Struct, frozen=True, kw_only=True):
    """How often each model won, and how often neither did."""

    first: int = 0
    second: int = 0
    ties: int = 0
    bad: int = 0

    @property
    def decided(self) -> int:
        """Votes that the test counts."""
        return self.first + self.second

    @property
    def p(self) -> float:
        """The sign test's p-value."""
        return sign_test(self.first, self.second)

    @property
    def preferred(self) -> str:
        """ "first" or "second" where the votes tell, else nothing."""
        if self.p >= ALPHA:
            return ""
        return "first" if self.first > self.second else "second"


def sign_test(wins: int, losses: int) -> float:
    """Two-sided p-value of "either model is as likely to be preferred": min(1, 2·P(X ≤ min(wins, losses))), X ~ Bin(n, ½).

    Ties and "both bad" are left out, as in Dixon and Mood, The statistical sign test, JASA 41 (1946) 557–566: the test is
    conditional on the decided votes and says nothing of how often the models were alike. It takes each vote for an
    independent one; votes on variants of one prompt are not. Computed exactly, in integers. 1 when nothing was decided.
    """
    if wins < 0 or losses < 0:
        raise ValueError(f"{wins} wins and {losses} losses are not counts")
    n = wins + losses
    tail = sum(math.comb(n, k) for k in range(min(wins, losses) + 1))
    return float(min(Fraction(1), Fraction(2 * tail, 2**n)))
