"""Paired statistics for mean differences: cluster-robust errors, one-sided bounds that hold under skew, sign-flips, Holm.

Everything takes differences oriented so that positive is worse. Items of one cluster (one template, one passage) count
as one independent unit; an unclustered item is a cluster of its own, so one set of formulas serves both.

What this cannot do: no bound on a mean from n items is valid for every distribution. The bounds here hold their level in
the simulations of tests/unit/engine/verdict (normal, lognormal up to sigma 1, clustered); a rare large loss that hits
none of twenty items stays invisible to any method.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from engine.verdict.distributions import optimize, stats

if TYPE_CHECKING:
    from collections.abc import Sequence

Array: TypeAlias = NDArray[np.float64]

RESAMPLES_PER_ALPHA = 50
MIN_RESAMPLES = 2_000
CHUNK_CELLS = 2_000_000  # resampling weights held at once: 16 MB as float64, a few copies of it in all
ANALYTIC_BELOW_ALPHA = 0.01
SMALL_N = 20
SE_FLOOR_SHARE = 0.05  # a resample that misses every extreme item has no spread; this keeps its pivot finite
SKEW_INFLATION = 10.0  # a sample understates the skew of its population; simulated so that .05 stays .05
SKEW_MARGIN = 1.0  # standard errors of a sample skewness to allow for on top
FEW_CLUSTERS_MARGIN = 1.5  # the same for fewer than 30 clusters of several items
FEW_CLUSTERS = 30
BOUND_TOLERANCE = 1e-9  # a bound closer to the limit than this is equal to it


class Groups(Struct, frozen=True, kw_only=True, eq=False):
    """Differences gathered by cluster, in an order that does not depend on how the items came in."""

    values: Array  # (n,) sorted
    sums: Array  # (C,)
    sizes: Array  # (C,)

    @property
    def n(self) -> int:
        """How many items."""
        return int(self.values.size)

    @property
    def clusters(self) -> int:
        """How many independent units."""
        return int(self.sums.size)


class Estimate(Struct, frozen=True, kw_only=True):
    """A mean difference and how uncertain it is; `skew` is that of the clusters' contributions."""

    n: int
    clusters: int
    mean: float
    sd: float
    se: float
    skew: float

    @property
    def df(self) -> int:
        """Degrees of freedom of the t distribution: clusters − 1."""
        return self.clusters - 1


class Bounds(Struct, frozen=True, kw_only=True):
    """One-sided bounds on a mean difference, each with its own level, and the p-value of "mean ≤ limit"."""

    lower: float
    upper: float
    p: float
    method: str


def group(differences: Sequence[float], cluster_ids: Sequence[str]) -> Groups:
    """Gather differences by cluster id; renaming clusters or shuffling items changes nothing."""
    values = np.asarray(differences, dtype=np.float64)
    codes = np.unique(np.asarray(cluster_ids, dtype=np.str_), return_inverse=True)[1]
    order = np.lexsort((values, codes))
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    sums = np.add.reduceat(values[order], starts)
    sizes = np.diff(np.append(starts, values.size)).astype(np.float64)
    canonical = np.lexsort((sums, sizes))
    return Groups(values=np.sort(values), sums=sums[canonical], sizes=sizes[canonical])


def estimate(groups: Groups) -> Estimate:
    """Mean, standard deviation of items and cluster-robust standard error.

    SE = (1/n)·√(Σ_c(Σ_{i∈c}(d_i − d̄))² · C/(C−1)); with one item per cluster this is s_d/√n exactly.
    """
    mean = float(groups.sums.sum() / groups.n)
    residuals = groups.sums - groups.sizes * mean
    second = float(np.mean(residuals**2))
    count = groups.clusters
    se = math.sqrt(second * count * count / (count - 1)) / groups.n if count > 1 else math.inf
    if se < 1e-12 * max(1.0, float(np.max(np.abs(groups.values)))):
        se = 0.0  # identical differences: what is left is rounding
    skew = float(np.mean(residuals**3)) / second**1.5 if 0.0 < se < math.inf else 0.0
    sd = float(np.std(groups.values, ddof=1)) if groups.n > 1 else 0.0
    return Estimate(n=groups.n, clusters=count, mean=mean, sd=sd, se=se, skew=skew)


# --- bootstrap-t -----------------------------------------------------------------------------------------------------


def seed_of(groups: Groups) -> int:
    """The resampling seed: a hash of the scores, so that the same rows give the same verdict."""
    digest = hashlib.sha256(groups.sums.tobytes() + groups.sizes.tobytes()).digest()
    return int.from_bytes(digest[:8], "little")


def pivots(groups: Groups, resamples: int) -> Array:
    """Studentised means of resampled clusters, sorted: t* = (d̄* − d̄)/SE*, shape (resamples,).

    Clusters are drawn whole. Work is done in chunks of resampling weights, and a mean and its error come from
    five weighted sums, so no resampled item is ever materialised.
    """
    est = estimate(groups)
    rng = np.random.default_rng(seed_of(groups))
    chunk = max(1, min(resamples, CHUNK_CELLS // groups.clusters))
    parts = [_pivot_chunk(groups, est, rng, min(chunk, resamples - at)) for at in range(0, resamples, chunk)]
    return np.sort(np.concatenate(parts))


def _pivot_chunk(groups: Groups, est: Estimate, rng: np.random.Generator, rows: int) -> Array:
    count = groups.clusters
    draws = rng.integers(0, count, size=(rows, count)) + np.arange(rows)[:, None] * count
    weights = np.bincount(draws.ravel(), minlength=rows * count).reshape(rows, count).astype(np.float64)  # (R, C)
    sizes = groups.sizes
    centred = groups.sums - sizes * est.mean
    total = weights @ sizes
    mean = weights @ centred / total
    squares = weights @ centred**2 - 2 * mean * (weights @ (centred * sizes)) + mean**2 * (weights @ sizes**2)
    se = np.sqrt(np.maximum(squares, 0.0) * count / (count - 1)) / total
    pivot: Array = mean / np.maximum(se, SE_FLOOR_SHARE * est.se)
    return pivot


def resamples_for(*alphas: float) -> int:
    """How many resamples the smallest of these levels needs: at least 50/α."""
    return max(MIN_RESAMPLES, math.ceil(RESAMPLES_PER_ALPHA / min(alphas)))


def _allowed_beyond(alpha: float, resamples: int) -> int:
    return math.floor(alpha * (resamples + 1) + BOUND_TOLERANCE) - 1


def bootstrap_upper(est: Estimate, sorted_pivots: Array, alpha: float) -> float:
    """One-sided upper bound by bootstrap-t."""
    return est.mean - est.se * float(sorted_pivots[_allowed_beyond(alpha, sorted_pivots.size)])


def bootstrap_lower(est: Estimate, sorted_pivots: Array, alpha: float) -> float:
    """One-sided lower bound by bootstrap-t."""
    return est.mean - est.se * float(sorted_pivots[-1 - _allowed_beyond(alpha, sorted_pivots.size)])


def bootstrap_p(est: Estimate, sorted_pivots: Array, limit: float) -> float:
    """p-value of "the mean is at most `limit`" by bootstrap-t."""
    if est.se == 0.0:
        return 0.0 if est.mean > limit else 1.0
    beyond = sorted_pivots.size - int(np.searchsorted(sorted_pivots, (est.mean - limit) / est.se, side="left"))
    return (1 + beyond) / (sorted_pivots.size + 1)


# --- analytic, skewness-corrected t ----------------------------------------------------------------------------------


def _adverse_skew(est: Estimate, skew: float) -> float:
    """Skew to allow for, over √C: the sample's (none if favourable), inflated, plus the error of a sample skewness.

    The inflation is ours, chosen by simulation: Hall's transform with the sample's own skew lets 7–11 % through where
    5 % was promised (lognormal, 20 to 60 items).
    """
    root = math.sqrt(est.clusters)
    margin = FEW_CLUSTERS_MARGIN if est.clusters < min(est.n, FEW_CLUSTERS) else SKEW_MARGIN
    return (max(skew, 0.0) * (1 + SKEW_INFLATION / root) + margin * math.sqrt(6) / root) / root


def _corrected(t: float, adverse: float) -> float:
    """Hall's cubic transform of t (Hall 1992), at the least favourable skew between none and `adverse`.

    t + a(t²/3 + 1/6) + a²t³/27 is quadratic in a, so the largest value on [0, a] is at a or at the vertex.
    """
    a = adverse
    if t < 0:
        a = min(a, (t * t / 3 + 1 / 6) / (-2 * t**3 / 27))
    return t + a * (t * t / 3 + 1 / 6) + a * a * t**3 / 27


def _skew_t_multiplier(est: Estimate, skew: float, alpha: float) -> float:
    """How many standard errors above the mean the upper bound lies when the clusters' skew is `skew`."""
    adverse = _adverse_skew(est, skew)
    quantile = float(stats.t.isf(alpha, est.df))
    far = 4 * quantile + 10
    return float(optimize.brentq(lambda u: _corrected(-u, adverse) + quantile, 1e-9, far, xtol=1e-12, rtol=1e-13))


def skew_t_upper(est: Estimate, alpha: float) -> float:
    """One-sided upper bound by the skewness-corrected t; never below the plain t bound."""
    return est.mean + est.se * _skew_t_multiplier(est, est.skew, alpha)


def skew_t_lower(est: Estimate, alpha: float) -> float:
    """One-sided lower bound by the skewness-corrected t; never above the plain t bound."""
    return est.mean - est.se * _skew_t_multiplier(est, -est.skew, alpha)


def skew_t_p(est: Estimate, limit: float) -> float:
    """p-value of "the mean is at most `limit`" by the skewness-corrected t."""
    if est.se == 0.0:
        return 0.0 if est.mean > limit else 1.0
    t = (est.mean - limit) / est.se
    return float(stats.t.cdf(_corrected(-t, _adverse_skew(est, -est.skew)), est.df))


# --- sign flips ------------------------------------------------------------------------------------------------------


def subset_means(groups: Groups) -> Array:
    """Means of every non-empty subset of clusters, sorted, shape (2^C − 1,); at most 19 clusters.

    Flipping the signs of a subset A of d − b keeps the mean at least as large exactly when mean(A) ≤ b, so these
    are the limits at which the exact sign-flip p-value steps (Hartigan 1969).
    """
    if groups.clusters >= SMALL_N:
        raise ValueError(f"sign-flips are for fewer than {SMALL_N} clusters, not {groups.clusters}")
    sums, sizes = np.zeros(1), np.zeros(1)
    for total, size in zip(groups.sums, groups.sizes, strict=True):
        sums, sizes = np.concatenate((sums, sums + total)), np.concatenate((sizes, sizes + size))
    return np.sort(sums[1:] / sizes[1:])


def sign_flip_p(means: Array, limit: float) -> float:
    """Exact p-value of "the mean is at most `limit`" by flipping the signs of d − limit."""
    return (1 + int(np.searchsorted(means, limit, side="right"))) / (means.size + 1)


def sign_flip_lower(means: Array, alpha: float) -> float:
    """One-sided lower bound that inverts the sign-flip test; −inf when there are too few clusters for this level."""
    index = _allowed_beyond(alpha, means.size)
    return float(means[index]) if index >= 0 else -math.inf


def sign_flip_upper(means: Array, alpha: float) -> float:
    """One-sided upper bound that inverts the sign-flip test; inf when there are too few clusters for this level."""
    index = _allowed_beyond(alpha, means.size)
    return float(means[-1 - index]) if index >= 0 else math.inf


# --- the bounds that decide ------------------------------------------------------------------------------------------


def decision_bounds(groups: Groups, *, limit: float, alpha_lower: float, alpha_upper: float) -> Bounds:
    """Both one-sided bounds and the p-value of "mean ≤ limit", by the method that keeps its level at this n.

    n ≥ 20: the wider of bootstrap-t and the skewness-corrected t (bootstrap-t alone gives 6–12 % where 5 % was
    promised on lognormal differences); below α = .01 the corrected t alone. n < 20: the wider of sign-flips and the
    corrected t (sign-flips alone give 10–22 % on left-skewed differences). Needs at least two clusters.
    """
    est = estimate(groups)
    beyond = limit + BOUND_TOLERANCE
    if est.se == 0.0:
        return Bounds(lower=est.mean, upper=est.mean, p=skew_t_p(est, beyond), method="identical differences")
    lower, upper, p = skew_t_lower(est, alpha_lower), skew_t_upper(est, alpha_upper), skew_t_p(est, beyond)
    if est.n < SMALL_N:
        means = subset_means(groups)
        lower = min(lower, sign_flip_lower(means, alpha_lower))
        upper = max(upper, sign_flip_upper(means, alpha_upper))
        return Bounds(lower=lower, upper=upper, p=max(p, sign_flip_p(means, beyond)), method="sign-flip")
    use_lower, use_upper = alpha_lower >= ANALYTIC_BELOW_ALPHA, alpha_upper >= ANALYTIC_BELOW_ALPHA
    levels = [a for a, use in ((alpha_lower, use_lower), (alpha_upper, use_upper)) if use]
    drawn = pivots(groups, resamples_for(*levels)) if levels else np.empty(0)
    if use_upper:
        upper = max(upper, bootstrap_upper(est, drawn, alpha_upper))
    if use_lower:
        lower = min(lower, bootstrap_lower(est, drawn, alpha_lower))
        p = max(p, bootstrap_p(est, drawn, beyond))
    return Bounds(lower=lower, upper=upper, p=p, method="bootstrap-t" if use_lower else "skewness-corrected t")


def lower_bound(differences: Sequence[float], cluster_ids: Sequence[str], alpha: float) -> float:
    """The one-sided lower bound on the mean a guard compares with its budget; −inf with fewer than two clusters."""
    groups = group(differences, cluster_ids)
    if groups.clusters < 2:
        return -math.inf
    return decision_bounds(groups, limit=0.0, alpha_lower=alpha, alpha_upper=alpha).lower


def guard_bound(groups: Groups, alpha: float) -> float:
    """The lower bound of a planned look that a second one must confirm: the plain t, and sign-flips under 20 items.

    Without the skewness correction of `lower_bound`, which at such levels and 15 items is so cautious that half of all
    losses of eight budgets go unseen; the second look in a row makes up for it (simulated: normal and right-skewed
    differences with their mean at the budget stop ≤ .3 % of runs of 20 looks of 4 capabilities). Not so for heavily
    left-skewed ones (lognormal), where most items lose more than the budget and a few gain so much that the mean does not:
    3 to 25 % (0 to 2 % with no change of the mean). 15 items may hold none of those few, so a bound that knew of them
    would have to allow for what it does not see: Hall's transform with three times the sample's own skew still stops .2 to
    4 % and sees a loss of six budgets at a look in 72 % instead of all cases. −inf where there is no bound.
    """
    if groups.clusters < 2:
        return -math.inf
    est = estimate(groups)
    lower = est.mean - est.se * float(stats.t.isf(alpha, est.df))
    if est.n < SMALL_N:
        lower = min(lower, sign_flip_lower(subset_means(groups), alpha))
    return lower


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p-values, in the order given (Holm 1979)."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = highest
    return adjusted
