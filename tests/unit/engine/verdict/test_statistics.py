"""Hand-computed values, duality of bounds and p-values, and invariances of the continuous statistics."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from engine.verdict import statistics as s

ids = st.integers(2, 40)


def singles(n):
    return [f"c{i}" for i in range(n)]


def grouped(values, clusters=None):
    return s.group(values, clusters or singles(len(values)))


def test_unclustered_se_is_the_textbook_one():
    est = s.estimate(grouped([1.0, 2.0, 3.0, 4.0, 10.0]))
    assert est.mean == 4.0
    # Σ(d−4)² = 9+4+1+0+36 = 50; s = √12.5; SE = √2.5
    assert est.sd == pytest.approx(3.5355339059327378, abs=1e-15)
    assert est.se == pytest.approx(1.5811388300841898, abs=1e-15)
    # residual third moment (−27−8−1+0+216)/5 = 36, second 10 → 36/10^1.5
    assert est.skew == pytest.approx(1.1384199576606167, abs=1e-14)


def test_cluster_se_by_hand():
    est = s.estimate(grouped([1.0, 3.0, 2.0, 6.0, 3.0], ["a", "a", "b", "c", "c"]))
    # mean 3; cluster residual sums: a −2, b −1, c 3; Σ² = 14; SE = √(14·3/2)/5
    assert (est.n, est.clusters, est.mean, est.df) == (5, 3, 3.0, 2)
    assert est.se == pytest.approx(0.9165151389911680, abs=1e-15)


def test_copied_items_in_clusters_count_once():
    once = s.estimate(grouped([0.1, 0.4, -0.2, 0.9]))
    thrice = s.estimate(grouped([0.1, 0.4, -0.2, 0.9] * 3, singles(4) * 3))
    assert thrice.se == pytest.approx(once.se, abs=1e-15)
    assert thrice.mean == pytest.approx(once.mean, abs=1e-15)


def test_identical_differences_have_no_error_left_from_rounding():
    est = s.estimate(grouped([0.1] * 37))
    assert est.se == 0.0
    bounds = s.decision_bounds(grouped([0.1] * 37), limit=0.05, alpha_lower=0.05, alpha_upper=0.05)
    assert (bounds.lower, bounds.upper, bounds.p) == (est.mean, est.mean, 0.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=3, max_size=40), st.randoms())
def test_order_and_cluster_names_do_not_matter(values, random):
    clusters = [random.choice("abcdefgh") for _ in values]
    order = list(range(len(values)))
    random.shuffle(order)
    renamed = dict(zip("abcdefgh", random.sample("rstuvwxy", 8), strict=True))
    one = s.group(values, clusters)
    two = s.group([values[i] for i in order], [renamed[clusters[i]] for i in order])
    for field in ("values", "sums", "sizes"):
        assert getattr(one, field).tobytes() == getattr(two, field).tobytes()
    assert s.seed_of(one) == s.seed_of(two)


def test_pivots_are_the_resampled_t_statistics():
    values = [0.3, -0.1, 0.8, 0.2, 0.05, 1.1, -0.4]
    clusters = ["a", "a", "b", "c", "d", "d", "e"]
    groups = s.group(values, clusters)
    rng = np.random.default_rng(s.seed_of(groups))
    draws = rng.integers(0, 5, size=(200, 5))
    est = s.estimate(groups)
    expected = []
    for row in draws:
        sums, sizes = groups.sums[row], groups.sizes[row]
        mean = sums.sum() / sizes.sum()
        se = math.sqrt(((sums - sizes * mean) ** 2).sum() * 5 / 4) / sizes.sum()
        expected.append((mean - est.mean) / max(se, s.SE_FLOOR_SHARE * est.se))
    assert s.pivots(groups, 200) == pytest.approx(np.sort(expected), abs=1e-9)


def test_pivots_stay_within_their_chunk_and_repeat(monkeypatch):
    values = np.random.default_rng(3).lognormal(size=50).tolist()
    whole = s.pivots(grouped(values), 1000)
    assert np.array_equal(whole, s.pivots(grouped(values), 1000))
    cells = []
    original = s._pivot_chunk
    monkeypatch.setattr(s, "CHUNK_CELLS", 5_000)
    monkeypatch.setattr(s, "_pivot_chunk", lambda g, e, r, rows: cells.append(rows * 50) or original(g, e, r, rows))
    chunked = s.pivots(grouped(values), 1000)
    assert chunked.size == 1000
    assert max(cells) <= 5_000
    assert np.array_equal(whole, chunked)  # one stream of draws, whatever the chunk


def test_enough_resamples_for_the_level():
    assert s.resamples_for(0.05) == 2000
    assert s.resamples_for(0.05, 0.0125) == 4000
    assert s.resamples_for(0.01) == 5000


def test_hall_transform_at_no_skew_is_t_and_worst_case_grid():
    assert s._corrected(-2.0, 0.0) == -2.0
    for t, adverse in itertools.product((-0.1, -1.7, -4.0, -9.0), (0.05, 0.4, 1.5, 5.0)):
        grid = [t + a * (t * t / 3 + 1 / 6) + a * a * t**3 / 27 for a in np.linspace(0, adverse, 20001)]
        assert s._corrected(t, adverse) == pytest.approx(max(grid), abs=1e-6)


def test_skew_t_by_hand():
    # n = 100, no sample skew: adverse = √6/100; p solves the cubic at t = 2
    values = np.concatenate((np.full(50, 1.0), np.full(50, -1.0)))
    est = s.estimate(grouped(values.tolist()))
    assert est.skew == 0.0
    a = math.sqrt(6) / 100
    t = -2.0
    expected = stats.t.cdf(t + a * (t * t / 3 + 1 / 6) + a * a * t**3 / 27, 99)
    assert s.skew_t_p(est, -2.0 * est.se) == pytest.approx(expected, abs=1e-15)
    assert expected > stats.t.sf(2.0, 99)


@pytest.mark.parametrize("alpha", [0.05, 0.0125, 0.0042, 0.0005])
@pytest.mark.parametrize("sigma", [0.3, 1.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_skew_t_bounds_are_dual_to_the_p_value_and_wider_than_t(alpha, sigma, sign):
    values = (sign * np.random.default_rng(1).lognormal(0, sigma, 35)).tolist()
    est = s.estimate(grouped(values))
    lower = s.skew_t_lower(est, alpha)
    assert s.skew_t_p(est, lower) == pytest.approx(alpha, rel=1e-6)
    mirrored = s.estimate(grouped([-v for v in values]))
    assert s.skew_t_upper(mirrored, alpha) == pytest.approx(-lower, abs=1e-12)
    assert lower < est.mean - est.se * stats.t.isf(alpha, 34)


def test_sign_flip_against_brute_force():
    values = [0.31, -0.05, 0.22, 0.9, 0.14]
    means = s.subset_means(grouped(values))
    for limit in (-0.2, 0.0, 0.1, 0.25, 1.0):
        centred = np.array(values) - limit
        count = sum(np.dot(signs, centred) >= centred.sum() - 1e-12 for signs in itertools.product((1, -1), repeat=5))
        assert s.sign_flip_p(means, limit) == count / 32


def test_sign_flip_clusters_flip_together():
    means = s.subset_means(grouped([1.0, 2.0, 5.0], ["a", "a", "b"]))
    assert means.tolist() == [1.5, 8 / 3, 5.0]


def test_sign_flip_bounds_are_the_step_where_the_p_value_passes_alpha():
    values = np.random.default_rng(8).normal(0.2, 1, 11).tolist()
    means = s.subset_means(grouped(values))
    for alpha in (0.05, 0.0125):
        lower = s.sign_flip_lower(means, alpha)
        assert s.sign_flip_p(means, lower - 1e-12) <= alpha < s.sign_flip_p(means, lower)
        mirrored = s.subset_means(grouped([-v for v in values]))
        assert s.sign_flip_upper(mirrored, alpha) == pytest.approx(-lower, abs=1e-12)


def test_sign_flip_has_no_bound_when_too_few_to_reach_the_level():
    means = s.subset_means(grouped([0.5, 0.6, 0.7, 0.8]))  # smallest p is 1/16
    assert s.sign_flip_lower(means, 0.05) == -math.inf
    assert s.sign_flip_upper(means, 0.05) == math.inf
    assert s.sign_flip_lower(means, 0.0625) == 0.5


def test_sign_flip_refuses_twenty_clusters():
    with pytest.raises(ValueError, match="fewer than 20"):
        s.subset_means(grouped([0.0] * 20))


@pytest.mark.parametrize(("n", "alpha", "method"), [(12, 0.05, "sign-flip"), (30, 0.0125, "bootstrap-t")])
def test_bounds_agree_with_p(n, alpha, method):
    values = np.random.default_rng(4).normal(0.3, 0.4, n).tolist()
    bounds = s.decision_bounds(grouped(values), limit=0.0, alpha_lower=alpha, alpha_upper=0.05)
    assert bounds.method == method
    just_below, just_above = bounds.lower - 1e-6, bounds.lower + 1e-6
    assert s.decision_bounds(grouped(values), limit=just_below, alpha_lower=alpha, alpha_upper=0.05).p <= alpha
    assert s.decision_bounds(grouped(values), limit=just_above, alpha_lower=alpha, alpha_upper=0.05).p > alpha


def test_below_one_percent_the_analytic_bound_decides():
    values = np.random.default_rng(4).normal(0.3, 0.4, 40).tolist()
    est = s.estimate(grouped(values))
    bounds = s.decision_bounds(grouped(values), limit=0.1, alpha_lower=0.0099, alpha_upper=0.05)
    assert bounds.method == "skewness-corrected t"
    assert bounds.lower == s.skew_t_lower(est, 0.0099)
    assert bounds.p == s.skew_t_p(est, 0.1 + s.BOUND_TOLERANCE)


def test_one_extreme_item_leaves_a_finite_upper_bound_far_away():
    bounds = s.decision_bounds(grouped([0.0] * 59 + [6.0]), limit=0.1, alpha_lower=0.05, alpha_upper=0.05)
    assert 0.5 < bounds.upper < 10


def test_guard_bound_is_the_lower_decision_bound():
    values = np.random.default_rng(4).normal(0.3, 0.4, 40).tolist()
    expected = s.decision_bounds(grouped(values), limit=0.1, alpha_lower=0.001, alpha_upper=0.05).lower
    assert s.lower_bound(values, singles(40), 0.001) == expected
    assert s.lower_bound([0.4, 0.5], ["a", "a"], 0.05) == -math.inf


def test_holm_by_hand():
    assert s.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-15)
    assert s.holm([0.6, 0.7]) == [1.0, 1.0]
    assert s.holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_lies_between_the_raw_and_the_bonferroni_p(values):
    for raw, adjusted in zip(values, s.holm(values), strict=True):
        assert raw <= adjusted <= 1
    assert min(s.holm(values)) == pytest.approx(min(1.0, min(values) * len(values)))
