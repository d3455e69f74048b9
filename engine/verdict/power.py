"""What a suite can decide before anything is trained, and how many items a "can't tell" would need after.

Formulas are normal approximations for the plain mean: an estimate to plan with, slightly optimistic under 40 items,
where the bounds that decide are wider.
"""

from __future__ import annotations

import math

from msgspec import Struct

from engine.verdict.distributions import stats

DEFAULT_SD = 0.3
POWER = 0.8
Z_POWER = 0.842  # power .80
Z_ONE_SIDED = 1.645  # one-sided 95 %
MIN_ITEMS = 20
MIN_CLUSTERS = 8
TOO_CLOSE_SHARE = 0.2
TOO_CLOSE = "too close to the limit for any reasonable number"


class Power(Struct, frozen=True, kw_only=True):
    """Both ends of what `n` items can decide, in the score's unit, with a power of .80."""

    n: int
    sd: float
    is_sd_assumed: bool
    budget: float
    alpha_lower: float
    smallest_drop_called_forgot: float
    smallest_budget_called_kept: float
    items_for_kept: int
    items_for_forgot: int

    @property
    def more_for_kept(self) -> int:
        """How many more items it takes for no change to be called kept at this budget; 0 if there are enough."""
        return max(0, self.items_for_kept - self.n)

    @property
    def more_for_forgot(self) -> int:
        """How many more items it takes for a loss of twice the budget to be called forgot; 0 if there are enough."""
        return max(0, self.items_for_forgot - self.n)

    @property
    def can_keep(self) -> bool:
        """Whether an unchanged capability would probably be called kept at this budget."""
        return self.n >= MIN_ITEMS and self.smallest_budget_called_kept <= self.budget


def smallest_drop_called_forgot(
    n: int, budget: float, *, sd: float = DEFAULT_SD, alpha: float = 0.05, judged: int = 1
) -> float:
    """The smallest true drop that would be called forgot: b + (z_{1−α'} + .842)·s_d/√n, α' = α/judged."""
    return budget + (_z(alpha / judged) + Z_POWER) * sd / math.sqrt(n)


def smallest_budget_called_kept(n: int, *, sd: float = DEFAULT_SD) -> float:
    """The smallest budget at which no change would be called kept: 2.487·s_d/√n."""
    return (Z_ONE_SIDED + Z_POWER) * sd / math.sqrt(n)


def items_for_kept(budget: float, *, sd: float = DEFAULT_SD) -> int:
    """Items needed so that no change is called kept: (2.487·s_d/b)², at least 20."""
    return max(MIN_ITEMS, math.ceil(((Z_ONE_SIDED + Z_POWER) * sd / budget) ** 2))


def items_for_forgot(budget: float, *, sd: float = DEFAULT_SD, alpha: float = 0.05, judged: int = 1) -> int:
    """Items needed so that a true loss of twice the budget is called forgot: ((z_{1−α'} + .842)·s_d/b)²."""
    return max(MIN_CLUSTERS, math.ceil(((_z(alpha / judged) + Z_POWER) * sd / budget) ** 2))


def clean_items_for_kept(budget: float, *, alpha: float = 0.05) -> int:
    """Checked answers needed so that not one loss shows the loss rate below `budget`: 59 for 5 points."""
    return math.floor(math.log(alpha) / math.log1p(-budget)) + 1


def plan_power(n: int, budget: float, *, sd: float | None = None, alpha: float = 0.05, judged: int = 1) -> Power:
    """Both ends before a run; `sd` comes from the last comparable run, None takes the stated default of .3."""
    spread = DEFAULT_SD if sd is None else sd
    return Power(
        n=n,
        sd=spread,
        is_sd_assumed=sd is None,
        budget=budget,
        alpha_lower=alpha / judged,
        smallest_drop_called_forgot=smallest_drop_called_forgot(n, budget, sd=spread, alpha=alpha, judged=judged),
        smallest_budget_called_kept=smallest_budget_called_kept(n, sd=spread),
        items_for_kept=items_for_kept(budget, sd=spread),
        items_for_forgot=items_for_forgot(budget, sd=spread, alpha=alpha, judged=judged),
    )


def is_too_close(mean_change: float, budget: float) -> bool:
    """Whether the change lies within a fifth of the budget around it, where no reasonable number of items decides."""
    return abs(budget - mean_change) < TOO_CLOSE_SHARE * budget


def n_needed(mean_change: float, budget: float, sd: float, *, alpha_lower: float) -> int | None:
    """Items that would settle it if the change stays what it is; None when it is too close to the limit.

    ((z + .842)·s_d/|b − d̄|)², z = 1.645 below the budget (to be kept), z_{1−α'} above it (to be forgot).
    """
    if is_too_close(mean_change, budget):
        return None
    z = Z_ONE_SIDED if mean_change < budget else _z(alpha_lower)
    return max(MIN_ITEMS, math.ceil(((z + Z_POWER) * sd / abs(budget - mean_change)) ** 2))


def _z(alpha: float) -> float:
    return float(stats.norm.isf(alpha))
