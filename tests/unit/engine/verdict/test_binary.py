"""Tango, Wilson and McNemar to many decimals, and exact error rates of the bounds that decide by enumeration."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from scipy.special import gammaln, xlogy

from engine.verdict import binary as b
from engine.verdict.power import clean_items_for_kept

Z95 = stats.norm.isf(0.05)


def rows(lost, gained, n):
    return [1] * lost + [-1] * gained + [0] * (n - lost - gained)


def singles(n):
    return [str(i) for i in range(n)]


def bounds(lost, gained, n, limit=0.05, alpha_lower=0.05):
    return b.binary_bounds(rows(lost, gained, n), singles(n), limit=limit, alpha_lower=alpha_lower, alpha_upper=0.05)


def test_tango_at_no_difference_is_mcnemar_z():
    # at Δ = 0 the statistic is (x − y)/√(x + y)
    assert b.tango_statistic(9, 4, 50, 0.0) == pytest.approx(5 / math.sqrt(13), abs=1e-14)


def test_tango_without_flips_has_a_closed_form():
    # x = y = 0: z² = nΔ/(1 − Δ), so the upper bound is z²/(n + z²)
    assert b.tango_upper(0, 0, 59, Z95) == pytest.approx(Z95**2 / (59 + Z95**2), abs=1e-12)
    assert b.tango_lower(0, 0, 59, Z95) == pytest.approx(-(Z95**2) / (59 + Z95**2), abs=1e-12)


def test_tango_published_example():
    # Bentur et al. 2009 as analysed by Fagerland et al. 2014: 1 and 7 discordant of 21, 95 % interval .026 to .517
    z = stats.norm.isf(0.025)
    assert b.tango_lower(7, 1, 21, z) == pytest.approx(0.026, abs=5e-4)
    assert b.tango_upper(7, 1, 21, z) == pytest.approx(0.517, abs=5e-4)


@pytest.mark.parametrize(("x", "y", "n"), [(1, 0, 44), (12, 4, 60), (3, 9, 25), (0, 7, 30)])
@pytest.mark.parametrize("difference", [-0.3, 0.02, 0.05, 0.4])
def test_tango_statistic_against_a_numerical_maximum(x, y, n, difference):
    # q̂ maximises the trinomial likelihood with loss = q + Δ; the score variance is n(2q̂ + Δ − Δ²)
    def minus_log_likelihood(q):
        return -(xlogy(x, q + difference) + xlogy(y, q) + xlogy(n - x - y, 1 - 2 * q - difference))

    low, high = max(0.0, -difference), (1 - difference) / 2
    found = optimize.minimize_scalar(
        minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-12}
    )
    best = min((found.x, low, high), key=minus_log_likelihood)
    expected = (x - y - n * difference) / math.sqrt(n * (2 * best + difference - difference**2))
    assert b.tango_statistic(x, y, n, difference) == pytest.approx(expected, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 40), st.sampled_from([0.0, 0.5, 1.0]))
def test_tango_bounds_solve_the_score_equation_and_mirror(lost, gained, rest, correction):
    n = lost + gained + rest
    if n == 0:
        return
    lower = b.tango_lower(lost, gained, n, Z95, correction=correction)
    assert b.tango_upper(gained, lost, n, Z95, correction=correction) == -lower
    if lower > -1 + 1e-9:
        assert b.tango_statistic(lost, gained, n, lower, correction=-correction) == pytest.approx(Z95, abs=1e-5)
    assert -1 <= lower <= (lost - gained) / n


@pytest.mark.parametrize(("clean", "kept"), [(15, False), (58, False), (59, True)])
def test_fifty_nine_clean_items_are_needed_for_five_points(clean, kept):
    assert (bounds(0, 0, clean).upper < 0.05) is kept
    assert clean_items_for_kept(0.05) == 59


def test_fifteen_clean_items_still_allow_eighteen_percent():
    assert b.binary_bounds(
        [0] * 15, singles(15), limit=0.05, alpha_lower=0.05, alpha_upper=0.05
    ).upper == pytest.approx(0.17, abs=0.012)
    assert pytest.approx(0.181, abs=5e-4) == 1 - 0.05 ** (1 / 15)


def _outcomes(n, loss, gain):
    x, y = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    inside = x + y <= n
    x, y = x[inside], y[inside]
    log_p = gammaln(n + 1) - gammaln(x + 1) - gammaln(y + 1) - gammaln(n - x - y + 1)
    log_p = log_p + xlogy(x, loss) + xlogy(y, gain) + xlogy(n - x - y, 1 - loss - gain)
    return x, y, np.exp(log_p)


def _error_rates(n, budget, gain, alpha):
    """Exact chance of *kept* and of *forgot* when the true loss is exactly the budget."""
    x, y, chance = _outcomes(n, gain + budget, gain)
    kept = forgot = 0.0
    for i in np.flatnonzero(chance > 1e-7):
        found = bounds(int(x[i]), int(y[i]), n, budget, alpha)
        kept += chance[i] * (found.upper < budget - 1e-9)
        forgot += chance[i] * (found.p <= alpha)
    return kept, forgot


@pytest.mark.parametrize("n", [20, 59])
@pytest.mark.parametrize("gain", [0.0, 0.05])
def test_exact_error_rates_stay_at_or_below_five_percent(n, gain):
    kept, forgot = _error_rates(n, 0.05, gain, 0.05)
    assert kept <= 0.05
    assert forgot <= 0.05


@pytest.mark.long
@pytest.mark.parametrize("n", [20, 59, 60, 100])
@pytest.mark.parametrize("budget", [0.05, 0.15])
@pytest.mark.parametrize("alpha", [0.05, 0.0125])
def test_exact_error_rates_over_gains(n, budget, alpha):
    for gain in (0.0, 0.01, 0.05, 0.1, 0.3):
        kept, forgot = _error_rates(n, budget, gain, alpha)
        assert kept <= 0.05
        assert forgot <= alpha


def test_plain_tango_would_not_keep_the_promise():
    # the reason for the corrections: 52 clean items pass the plain bound at 5 points, with a chance of .95^52
    assert b.tango_upper(0, 0, 52, Z95) < 0.05
    assert 0.95**52 > 0.069
    assert bounds(0, 0, 52).upper > 0.05


def test_full_copies_in_clusters_count_once():
    values = rows(3, 1, 20)
    copied, clusters = values * 3, singles(20) * 3
    assert b.design_effect(copied, clusters) == 3.0  # four flipped clusters: taken as copies
    thrice = b.binary_bounds(copied, clusters, limit=0.05, alpha_lower=0.05, alpha_upper=0.05)
    once = b.tango_upper(3, 1, 20, float(stats.t.isf(0.05, 19)), correction=0.5)
    assert thrice.upper == pytest.approx(once, abs=1e-12)


def test_design_effect_is_one_without_clusters_and_never_below():
    assert b.design_effect(rows(9, 3, 40), singles(40)) == 1.0
    spread = [1, 0] * 20  # every cluster holds one loss: less variable than independent
    assert b.design_effect(spread, [str(i // 2) for i in range(40)]) == 1.0


def test_clustered_losses_keep_five_percent():
    rng = np.random.default_rng(11)
    kept = forgot = 0
    trials = 400
    clusters = [str(i // 3) for i in range(90)]
    for _ in range(trials):
        rate = rng.choice([0.0, 0.25], p=[0.8, 0.2], size=30).repeat(3)  # mean loss .05, whole templates go bad
        lost = (rng.random(90) < rate).astype(int).tolist()
        found = b.binary_bounds(lost, clusters, limit=0.05, alpha_lower=0.05, alpha_upper=0.05)
        kept += found.upper < 0.05
        forgot += found.p <= 0.05
    slack = 3 * math.sqrt(0.05 * 0.95 / trials)
    assert kept / trials <= 0.05 + slack
    assert forgot / trials <= 0.05 + slack


def test_wilson_by_hand():
    interval = b.wilson_interval(8, 10)
    # textbook: (.8 + 1.92073/10 ± 1.95996√(.016 + .0096037...))/(1.384146)
    assert interval.lower == pytest.approx(0.4901624715, abs=1e-9)
    assert interval.upper == pytest.approx(0.9433178485, abs=1e-9)
    for k in range(11):
        reference = stats.binomtest(k, 10).proportion_ci(0.95, method="wilson")
        ours = b.wilson_interval(k, 10)
        assert (ours.lower, ours.upper) == pytest.approx((reference.low, reference.high), abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(-1, 10), (11, 10), (0, 0)])
def test_wilson_refuses_what_is_no_share(k, n):
    with pytest.raises(ValueError, match="is not a share"):
        b.wilson_interval(k, n)


@pytest.mark.parametrize(
    ("lost", "gained", "p"), [(0, 0, 1.0), (5, 0, 0.0625), (9, 2, 0.0654296875), (3, 3, 1.0), (10, 1, 0.01171875)]
)
def test_mcnemar_exact(lost, gained, p):
    assert b.mcnemar_p(lost, gained) == pytest.approx(p, abs=1e-15)
    assert b.mcnemar_p(gained, lost) == b.mcnemar_p(lost, gained)
