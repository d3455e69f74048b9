"""The sizes promised in the design, and both ends of what a suite can decide."""

import math

import pytest
from scipy import stats

from engine.verdict import power


@pytest.mark.parametrize(("sd", "items"), [(0.2, 25), (0.3, 56), (0.5, 155), (0.05, 20)])
def test_items_for_kept_at_a_tenth_of_a_nat(sd, items):
    assert power.items_for_kept(0.1, sd=sd) == items


@pytest.mark.parametrize(("budget", "items"), [(0.05, 59), (0.1, 29), (0.18, 16)])
def test_clean_items(budget, items):
    assert power.clean_items_for_kept(budget) == items
    assert (1 - budget) ** items < 0.05 <= (1 - budget) ** (items - 1)


def test_smallest_budget_and_drop_by_hand():
    assert power.smallest_budget_called_kept(60) == pytest.approx(2.487 * 0.3 / math.sqrt(60), abs=1e-12)
    z = stats.norm.isf(0.05 / 12)
    assert power.smallest_drop_called_forgot(60, 0.1, judged=12) == pytest.approx(
        0.1 + (z + 0.842) * 0.3 / math.sqrt(60), abs=1e-12
    )


def test_plan_states_its_assumption():
    assumed = power.plan_power(60, 0.1, judged=4)
    assert (assumed.sd, assumed.is_sd_assumed, assumed.can_keep, assumed.items_for_kept) == (0.3, True, True, 56)
    known = power.plan_power(60, 0.1, sd=0.5, judged=4)
    assert (known.is_sd_assumed, known.can_keep, known.items_for_kept) == (False, False, 155)
    assert power.plan_power(19, 0.5).can_keep is False
    assert assumed.alpha_lower == 0.0125


@pytest.mark.parametrize(
    ("mean", "needed"), [(0.0, 56), (0.05, 223), (0.079, 1263), (0.081, None), (0.1, None), (0.119, None), (0.5, 20)]
)
def test_n_needed(mean, needed):
    assert power.n_needed(mean, 0.1, 0.3, alpha_lower=0.05) == needed


def test_n_needed_above_the_budget_uses_the_corrected_level():
    z = stats.norm.isf(0.0125)
    assert power.n_needed(0.2, 0.1, 0.3, alpha_lower=0.0125) == math.ceil(((z + 0.842) * 0.3 / 0.1) ** 2)


@pytest.mark.parametrize("judged", [1, 13])
def test_items_for_forgot_see_a_loss_of_twice_the_budget(judged):
    n = power.items_for_forgot(0.1, sd=0.3, judged=judged)
    assert power.smallest_drop_called_forgot(n, 0.1, sd=0.3, judged=judged) <= 0.2
    assert power.smallest_drop_called_forgot(n - 1, 0.1, sd=0.3, judged=judged) > 0.2


def test_how_many_more_items_either_word_needs():
    made = power.plan_power(40, 0.1, judged=13)
    assert made.more_for_kept == 56 - 40
    assert made.more_for_forgot == power.items_for_forgot(0.1, judged=13) - 40 > 0
    assert (power.plan_power(500, 0.1).more_for_kept, power.plan_power(500, 0.1).more_for_forgot) == (0, 0)
