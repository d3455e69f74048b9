"""Paired right/wrong answers: Tango's score bounds with a flip of caution, Wilson intervals, McNemar's exact test.

`lost` counts 1→0 flips, `gained` 0→1; the change is (lost − gained)/n, positive = worse. Exact enumeration (see the
tests) shows Tango's plain bound missing 5 % by up to 2 points with few flips; the corrections here keep the level.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.verdict.distributions import optimize, stats
from engine.verdict.statistics import BOUND_TOLERANCE, Bounds, estimate, group

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOWER_CORRECTION = 1.0  # flips: before "forgot" is said
UPPER_CORRECTION = 0.5  # flips: before "kept" is said
MIN_FLIPPED_CLUSTERS = 5


class Interval(Struct, frozen=True, kw_only=True):
    """A two-sided interval of a share."""

    lower: float
    upper: float


def tango_statistic(lost: float, gained: float, n: float, difference: float, *, correction: float = 0.0) -> float:
    """Tango's score statistic of (lost − gained)/n against `difference` (Tango 1998), shifted by `correction` flips.

    z = (x − y − nΔ + c)/√(n(2q̂ + Δ(1 − Δ))), with q̂ the restricted estimate of the gain rate given Δ.
    """
    b = -lost - gained + (2 * n - lost + gained) * difference
    c = -gained * difference * (1 - difference)
    root = math.sqrt(max(b * b - 8 * n * c, 0.0))
    # the larger root of 2n·q² + b·q + c = 0, in the form that does not cancel
    gain_rate = (root - b) / (4 * n) if b <= 0 else (-2 * c / (root + b) if root + b > 0 else 0.0)
    variance = n * (2 * gain_rate + difference * (1 - difference))
    distance = lost - gained - n * difference + correction
    if variance <= 0.0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)


def tango_lower(lost: float, gained: float, n: float, quantile: float, *, correction: float = 0.0) -> float:
    """Lower score bound: the difference at which the statistic, `correction` flips lower, equals `quantile`."""
    start = (lost - gained - correction) / n
    if start <= -1.0:
        return -1.0
    return _crossing(lambda d: tango_statistic(lost, gained, n, d, correction=-correction) - quantile, start, -1.0)


def tango_upper(lost: float, gained: float, n: float, quantile: float, *, correction: float = 0.0) -> float:
    """Upper score bound; the mirror image of the lower one with gains and losses exchanged."""
    return -tango_lower(gained, lost, n, quantile, correction=correction)


def _crossing(excess: Callable[[float], float], start: float, end: float) -> float:
    if excess(end) <= 0.0:
        return end
    return float(optimize.brentq(excess, start, end, xtol=1e-14, rtol=1e-13))


def binary_bounds(
    lost_by_item: Sequence[int], cluster_ids: Sequence[str], *, limit: float, alpha_lower: float, alpha_upper: float
) -> Bounds:
    """Both one-sided bounds on the loss rate and the p-value of "loss ≤ limit"; `lost_by_item` holds 1, 0 or −1.

    Real clusters shrink the counts by their design effect and use t with clusters − 1 degrees of freedom. With not a
    single loss the upper bound may be the exact 1 − α^(1/n), so that 59 clean items are enough for 5 points.
    """
    groups = group(lost_by_item, cluster_ids)
    lost, gained = sum(v > 0 for v in lost_by_item), sum(v < 0 for v in lost_by_item)
    effect = design_effect(lost_by_item, cluster_ids)
    x, y, n = lost / effect, gained / effect, groups.n / effect
    degrees = groups.clusters - 1 if groups.clusters < groups.n else math.inf
    lower = tango_lower(x, y, n, float(stats.t.isf(alpha_lower, degrees)), correction=LOWER_CORRECTION)
    upper = tango_upper(x, y, n, float(stats.t.isf(alpha_upper, degrees)), correction=UPPER_CORRECTION)
    if lost == 0:
        upper = min(upper, 1 - alpha_upper ** (1 / groups.clusters))
    statistic = tango_statistic(x, y, n, min(limit + BOUND_TOLERANCE, 1.0), correction=-LOWER_CORRECTION)
    return Bounds(lower=lower, upper=upper, p=float(stats.t.sf(statistic, degrees)), method="Tango score")


def design_effect(values: Sequence[float], cluster_ids: Sequence[str]) -> float:
    """How many clustered items carry the information of one independent item; 1 without clusters, never less.

    The ratio of the cluster-robust to the independent variance; with fewer than five clusters that changed at all
    that ratio is noise, and items of a cluster are taken to be copies of each other (Σm²/n).
    """
    groups = group(values, cluster_ids)
    if groups.clusters == groups.n:
        return 1.0
    changed = {c for v, c in zip(values, cluster_ids, strict=True) if v != 0}
    if len(changed) < MIN_FLIPPED_CLUSTERS:
        return float((groups.sizes**2).sum() / groups.n)
    est = estimate(groups)
    independent = est.sd**2 / est.n
    return max(1.0, est.se**2 / independent) if independent > 0 else 1.0


def wilson_interval(successes: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Wilson's two-sided score interval of a share; unlike ±1.96·SE it never leaves [0, 1] (Wilson 1927)."""
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} of {n} is not a share")
    z = float(stats.norm.isf((1 - confidence) / 2))
    share, spread = successes / n, 1 + z * z / n
    centre = (share + z * z / (2 * n)) / spread
    half = z / spread * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(lower=max(0.0, centre - half), upper=min(1.0, centre + half))


def mcnemar_p(lost: int, gained: int) -> float:
    """Exact two-sided McNemar p-value: are losses and gains equally likely? 1 when nothing flipped."""
    flips = lost + gained
    return min(1.0, 2 * float(stats.binom.cdf(min(lost, gained), flips, 0.5))) if flips else 1.0
