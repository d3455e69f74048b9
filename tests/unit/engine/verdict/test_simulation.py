"""How often the verdict is wrong when the truth is known: normal, skewed and clustered differences, seeded.

Thousands of data sets are judged at once by a vectorised copy of the rule (shared resampling weights), which
`test_the_vectorised_rule_is_the_engine_rule` compares with the engine. Rates may exceed their level by three Monte-Carlo
standard errors, no more.
"""

import math
import tracemalloc

import numpy as np
import pytest
from scipy import stats

from engine.verdict import statistics as s
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput

BUDGET = 0.1
SD = 0.3
SHAPES = {
    "normal": lambda rng, size: rng.normal(size=size),
    "lognormal .5": lambda rng, size: _standard_lognormal(rng, size, 0.5),
    "lognormal 1": lambda rng, size: _standard_lognormal(rng, size, 1.0),
    "left lognormal .5": lambda rng, size: -_standard_lognormal(rng, size, 0.5),
    "left lognormal 1": lambda rng, size: -_standard_lognormal(rng, size, 1.0),
}


def _standard_lognormal(rng, size, sigma):
    variance = (math.exp(sigma**2) - 1) * math.exp(sigma**2)
    return (rng.lognormal(0, sigma, size) - math.exp(sigma**2 / 2)) / math.sqrt(variance)


def draw(rng, shape, n, per_cluster, trials, mean):
    """Differences (trials, n) with the given true mean; half the variance is shared within a cluster."""
    own = SHAPES[shape](rng, (trials, n))
    if per_cluster > 1:
        shared = SHAPES[shape](rng, (trials, n // per_cluster)).repeat(per_cluster, axis=1)
        own = math.sqrt(0.5) * (own + shared)
    return mean + SD * own


def judge(differences, per_cluster, alpha_lower, resamples, rng):
    """The engine's rule for n ≥ 20, every data set at once: arrays of kept and of forgot."""
    trials, n = differences.shape
    clusters = n // per_cluster
    sums = differences.reshape(trials, clusters, per_cluster).sum(axis=2)
    mean = differences.mean(axis=1)
    residuals = sums - per_cluster * mean[:, None]
    second = (residuals**2).mean(axis=1)
    se = np.sqrt(second * clusters**2 / (clusters - 1)) / n
    skew = (residuals**3).mean(axis=1) / second**1.5
    t = (mean - BUDGET) / se
    margin = s.FEW_CLUSTERS_MARGIN if clusters < min(n, s.FEW_CLUSTERS) else s.SKEW_MARGIN
    kept = _corrected(t, skew, clusters, margin) < -stats.t.isf(0.05, clusters - 1)
    forgot = _corrected(-t, -skew, clusters, margin) < -stats.t.isf(alpha_lower, clusters - 1)
    low, high = _pivot_quantiles(residuals / per_cluster, se, alpha_lower, resamples, rng)
    kept &= t < low
    if alpha_lower >= s.ANALYTIC_BELOW_ALPHA:
        forgot &= t > high
    return kept, forgot


def _corrected(t, skew, clusters, margin):
    root = math.sqrt(clusters)
    adverse = (np.maximum(skew, 0) * (1 + s.SKEW_INFLATION / root) + margin * math.sqrt(6) / root) / root
    vertex = np.where(t < 0, (t * t / 3 + 1 / 6) / (2 * np.abs(t) ** 3 / 27 + 1e-300), np.inf)
    a = np.minimum(adverse, vertex)
    return t + a * (t * t / 3 + 1 / 6) + a * a * t**3 / 27


def _pivot_quantiles(means, se, alpha_lower, resamples, rng):
    trials, clusters = means.shape
    weights = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples).astype(np.float64)
    low, high = np.empty(trials), np.empty(trials)
    last_low, last_high = (math.floor(a * (resamples + 1)) - 1 for a in (0.05, alpha_lower))
    for at in range(0, trials, 500):
        block = means[at : at + 500].T
        centre = weights @ block / clusters
        spread = np.sqrt(np.maximum(weights @ block**2 / clusters - centre**2, 0) / (clusters - 1))
        pivots = np.sort(centre / np.maximum(spread, s.SE_FLOOR_SHARE * se[at : at + 500]), axis=0)
        low[at : at + 500], high[at : at + 500] = pivots[last_low], pivots[-1 - max(last_high, 0)]
    return low, high


def _slack(level, trials):
    return 3 * math.sqrt(level * (1 - level) / trials)


def rates(shape, n, per_cluster, alpha_lower, trials, *, mean=BUDGET, resamples=None):
    rng = np.random.default_rng([n, per_cluster, trials])
    differences = draw(rng, shape, n, per_cluster, trials, mean)
    kept, forgot = judge(differences, per_cluster, alpha_lower, resamples or s.resamples_for(0.05), rng)
    return kept.mean(), forgot.mean()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("n", "per_cluster"), [(20, 1), (60, 1), (200, 1), (60, 3), (200, 5)])
def test_false_words_at_the_budget_stay_at_or_below_five_percent(shape, n, per_cluster):
    kept, forgot = rates(shape, n, per_cluster, 0.05, 2000)
    assert kept <= 0.05 + _slack(0.05, 2000)
    assert forgot <= 0.05 + _slack(0.05, 2000)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [20, 60, 200])
def test_false_words_away_from_the_budget_are_rare(shape, n):
    kept_beyond, _ = rates(shape, n, 1, 0.05, 2000, mean=1.5 * BUDGET)
    _, forgot_at_zero = rates(shape, n, 1, 0.05, 2000, mean=0.0)
    assert kept_beyond <= 0.05
    assert forgot_at_zero <= 0.05
    if n >= 60:
        assert forgot_at_zero <= 0.005


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("alpha_lower", [0.05, 0.0125, 0.05 / 12])
@pytest.mark.parametrize(
    ("n", "per_cluster"),
    [(20, 1), (30, 1), (60, 1), (100, 1), (200, 1), (60, 2), (60, 3), (120, 4), (200, 5), (200, 10), (60, 5)],
)
def test_false_words_at_the_budget_with_many_trials(shape, n, per_cluster, alpha_lower):
    trials = 20_000
    kept, forgot = rates(
        shape, n, per_cluster, alpha_lower, trials, resamples=s.resamples_for(max(alpha_lower, 0.0125))
    )
    assert kept <= 0.05 + _slack(0.05, trials)
    # twenty or fewer clusters of several items and sigma = 1 is the known limit at corrected levels: at most doubled
    known_limit = shape == "left lognormal 1" and n // per_cluster <= 20 and per_cluster > 1 and alpha_lower < 0.05
    assert forgot <= alpha_lower * (2 if known_limit else 1) + _slack(alpha_lower, trials)


def test_bootstrap_t_alone_would_not_keep_the_promise():
    # why the wider of two bounds decides: the same data, bootstrap-t by itself
    rng = np.random.default_rng(5)
    differences = draw(rng, "lognormal 1", 20, 1, 4000, 0.0)
    mean = differences.mean(axis=1)
    se = differences.std(axis=1, ddof=1) / math.sqrt(20)
    low, _ = _pivot_quantiles(differences - mean[:, None], se, 0.05, 2000, rng)
    assert (mean / se < low).mean() > 0.08


def test_the_vectorised_rule_is_the_engine_rule():
    rng = np.random.default_rng(9)
    for shape, n, per_cluster in (("lognormal 1", 40, 1), ("left lognormal 1", 60, 3), ("normal", 24, 2)):
        differences = draw(rng, shape, n, per_cluster, 60, BUDGET)
        differences += rng.choice([-0.2, 0.0, 0.25], size=(60, 1))
        kept, forgot = judge(differences, per_cluster, 0.0125, 8000, rng)
        clusters = [str(i // per_cluster) for i in range(n)]
        found = [
            s.decision_bounds(s.group(row, clusters), limit=BUDGET, alpha_lower=0.0125, alpha_upper=0.05)
            for row in differences.tolist()
        ]
        disagree = sum(k != (f.upper < BUDGET) for k, f in zip(kept, found, strict=True))
        disagree += sum(k != (f.p <= 0.0125) for k, f in zip(forgot, found, strict=True))
        assert disagree <= 3  # resampling noise at the edge
        assert 0 < kept.sum() < 60


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [8, 12])
def test_fewer_than_twenty_items_keep_their_levels(shape, n):
    trials, clusters = 400, [str(i) for i in range(n)]
    rng = np.random.default_rng(n)
    found = np.array(
        [
            s.decision_bounds(s.group(row, clusters), limit=BUDGET, alpha_lower=0.05, alpha_upper=0.05).p
            for row in draw(rng, shape, n, 1, trials, BUDGET).tolist()
        ]
    )
    for alpha in (0.05, 0.0125):
        assert (found <= alpha).mean() <= alpha + _slack(alpha, trials)


def _run(rng, means, n, shape):
    ids = [str(i) for i in range(n)]
    return decide(
        [
            CapabilityInput(
                name=f"c{k}",
                before=[0.0] * n,
                after=draw(rng, shape, n, 1, 1, mean)[0].tolist(),
                item_ids=ids,
                cluster_ids=ids,
            )
            for k, mean in enumerate(means)
        ]
    )


def _family_rate(shape, n, means, trials, word):
    rng = np.random.default_rng([n, trials])
    return sum(_run(rng, means, n, shape).word == word for _ in range(trials)) / trials


@pytest.mark.parametrize("shape", ["normal", "lognormal 1"])
def test_harmless_runs_are_not_called_forgot(shape):
    assert _family_rate(shape, 60, (0.0,) * 4, 80, "forgot") == 0.0


def test_real_damage_is_found_and_real_safety_is_said():
    # conservative is not silent: power at plain differences
    assert _family_rate("normal", 60, (0.0, 0.0, 0.0, 0.35), 60, "forgot") >= 0.9
    assert _family_rate("normal", 200, (0.0, 0.0), 60, "kept") >= 0.9


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [20, 60])
def test_engine_family_rates(shape, n):
    trials = 300
    assert _family_rate(shape, n, (BUDGET,) * 4, trials, "forgot") <= 0.05 + _slack(0.05, trials)
    assert _family_rate(shape, n, (0.0,) * 4, trials, "forgot") <= 0.005 + _slack(0.005, trials)


def test_resampling_stays_under_200_megabytes():
    groups = s.group(np.random.default_rng(0).normal(size=20_000).tolist(), [str(i) for i in range(20_000)])
    tracemalloc.start()
    s.pivots(groups, 2_000)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 200e6
