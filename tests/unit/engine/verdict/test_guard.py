"""The guard: its rule at the boundaries, what it remembers, and how often it stops a run that is harmless in truth."""

import math

import numpy as np
import pytest
from scipy import stats

from engine.verdict import guard
from engine.verdict import statistics as s
from engine.verdict.guard import Generations, GuardState, Look, Reading
from engine.verdict.records import CapabilityInput

BUDGET = 0.1
LOOKS, ITEMS, CAPABILITIES, RUNS = 20, 15, 4, 400
MOST_FALSE_STOPS = 0.01


def given(differences, name="facts", **fields):
    n = len(differences)
    return CapabilityInput(
        name=name, before=[1.0] * n, after=[1.0 + d for d in differences], item_ids=[f"{name}-{i}" for i in range(n)],
        cluster_ids=[f"{name}-{i}" for i in range(n)], **fields,
    )  # fmt: skip


def spread(mean, sd, n=ITEMS, seed=0):
    x = np.random.default_rng(seed).normal(size=n)
    return ((x - x.mean()) / x.std(ddof=1) * sd + mean).tolist()


def bound(differences, alpha):
    return s.guard_bound(s.group(differences, [str(i) for i in range(len(differences))]), alpha)


def reading(name="facts", *, mean=0.2, beyond=False, **fields):
    plain = {"kind": "nll", "unit": "nats/token", "n": 15, "lower": 0.15 if beyond else None, "budget": BUDGET}
    return Reading(name=name, mean=mean, is_beyond=beyond, **{**plain, **fields})


def look(step, *readings, degenerate=0):
    return Look(step=step, readings=readings, generations=Generations(degenerate=degenerate, total=6))


# ---- the rule --------------------------------------------------------------------------------------------------------


def test_the_level_is_shared_by_looks_and_capabilities():
    assert guard.level(20, 5) == pytest.approx(0.025 / 100)
    assert guard.level(0, 0) == 0.025


def test_a_capability_is_beyond_exactly_when_its_corrected_bound_is():
    differences = spread(0.5, 0.2)
    read = guard.read_look(3, [given(differences), given(spread(0, 0.2), "sums")], planned_looks=8).readings[0]
    assert read.lower == pytest.approx(bound(differences, 0.025 / 16))
    assert read.lower > BUDGET
    assert read.is_beyond
    assert (
        not guard.read_look(3, [given(spread(0.3, 0.3)), given(spread(0, 0.2), "sums")], planned_looks=8)
        .readings[0]
        .is_beyond
    )


@pytest.mark.parametrize(("mean", "sd", "severe"), [(0.6, 0.05, True), (0.29, 0.01, False), (0.5, 0.2, False)])
def test_severe_takes_three_budgets_and_the_cautious_bound(mean, sd, severe):
    differences = spread(mean, sd)
    read = guard.read_look(1, [given(differences)], planned_looks=20).readings[0]
    assert read.is_beyond
    cautious = s.lower_bound(differences, [str(i) for i in range(ITEMS)], 0.025 / 20)
    assert read.is_severe is severe is (mean > 0.3 and cautious > BUDGET)


def test_the_bound_is_the_lesser_of_plain_t_and_sign_flips():
    differences = [0.31, 0.42, 0.35, 0.38, 0.51, 0.29, 0.44, 0.40, 0.33, 0.47]
    t = np.mean(differences) - stats.t.isf(0.004, 9) * np.std(differences, ddof=1) / math.sqrt(10)
    flips = sorted(np.mean([d for i, d in enumerate(differences) if m >> i & 1]) for m in range(1, 1024))[
        int(0.004 * 1024) - 1
    ]
    assert bound(differences, 0.004) == pytest.approx(min(t, flips), abs=1e-12)
    assert bound(differences, 0.0009) == -math.inf  # ten items have no such bound
    assert s.guard_bound(s.group(differences, ["one"] * 10), 0.01) == -math.inf


def test_expendable_capabilities_take_no_part_and_no_share_of_the_level():
    free = given(spread(3, 0.2), "free", role="expendable")
    seen = guard.read_look(1, [free, given(spread(0.5, 0.2))], planned_looks=8)
    assert [one.is_beyond for one in seen.readings] == [False, True]
    assert seen.readings[1].lower == pytest.approx(bound(spread(0.5, 0.2), 0.025 / 8))
    assert guard.read_look(1, [free], planned_looks=8).is_inside


def test_a_change_under_three_noise_floors_is_never_beyond():
    inputs = [given(spread(0.5, 0.02))]
    assert guard.read_look(1, inputs, planned_looks=8, noise_floor=0.16).readings[0].is_beyond
    assert not guard.read_look(1, inputs, planned_looks=8, noise_floor=0.17).readings[0].is_beyond


def test_it_trips_at_the_second_look_in_a_row_and_not_for_two_capabilities_in_turn():
    state, trips = guard.observe(GuardState(), look(1, reading("facts", beyond=True)))
    assert (trips, state.beyond, state.looks) == ([], ("facts",), 1)
    _, in_turn = guard.observe(state, look(2, reading("facts"), reading("sums", beyond=True)))
    assert in_turn == []
    _, again = guard.observe(state, look(2, reading("facts", beyond=True)))
    assert [(trip.kind, trip.capability, trip.step) for trip in again] == [("two looks", "facts", 2)]
    assert "two looks in a row" in again[0].sentence
    rested, _ = guard.observe(state, look(2, reading("facts")))
    assert guard.observe(rested, look(3, reading("facts", beyond=True)))[1] == []


@pytest.mark.parametrize("severe", [True, False])
def test_it_trips_at_once_when_the_loss_is_severe(severe):
    _, found = guard.observe(GuardState(), look(1, reading(mean=0.6, beyond=True, is_severe=severe)))
    assert [trip.kind for trip in found] == ["severe"] * severe


def test_it_trips_when_most_answers_are_degenerate_twice():
    for counts, trips in (((4, 4), 1), ((3, 4), 0), ((4, 3), 0), ((6, 6), 1)):
        state, _ = guard.observe(GuardState(), look(1, degenerate=counts[0]))
        _, found = guard.observe(state, look(2, degenerate=counts[1]))
        assert len(found) == trips, counts


def test_what_it_tripped_for_once_it_does_not_trip_for_again():
    state = GuardState(beyond=("facts",), is_degenerate=True)
    state, trips = guard.observe(state, look(5, reading(beyond=True), degenerate=6))
    assert [trip.capability for trip in trips] == ["facts", guard.DEGENERATE]
    state, again = guard.observe(
        state, look(6, reading(beyond=True), reading("sums", beyond=True, is_severe=True), degenerate=6)
    )
    assert [trip.capability for trip in again] == ["sums"]


def test_a_look_is_inside_when_every_judged_mean_is():
    assert look(1, reading(mean=0.1), reading("free", mean=9, is_judged=False)).is_inside
    assert not look(1, reading(mean=0.11)).is_inside
    assert not look(1, reading(mean=0.0), degenerate=4).is_inside


# ---- what it can see -------------------------------------------------------------------------------------------------


def test_six_items_a_capability_cannot_trip_it_whatever_happens():
    power = guard.guard_power(6, BUDGET, planned_looks=8, judged=13)
    assert (power.can_trip, power.items_to_trip) == (False, 13)
    ruin = [given(spread(50, 0.1, 6), f"c{i}") for i in range(13)]
    assert not any(one.is_beyond for one in guard.read_look(1, ruin, planned_looks=8).readings)


@pytest.mark.parametrize("judged", [1, 4, 13])
def test_the_fewest_items_can_trip_it_and_one_less_cannot(judged):
    fewest = guard.guard_power(1, BUDGET, planned_looks=8, judged=judged).items_to_trip
    for n, can in ((fewest, True), (fewest - 1, False)):
        ruin = [given(spread(50, 0.1, n), f"c{i}") for i in range(judged)]
        assert guard.read_look(1, ruin, planned_looks=8).readings[0].is_beyond is can
        assert guard.guard_power(n, BUDGET, planned_looks=8, judged=judged).can_trip is can


def test_the_stated_drop_is_seen_four_times_in_five():
    power = guard.guard_power(ITEMS, BUDGET, planned_looks=8, judged=4, sd=0.3)
    draws = np.random.default_rng(1).normal(power.smallest_drop, 0.3, (4000, ITEMS))
    seen = beyond(draws, guard.level(8, 4))[0].mean()
    assert 0.7 < seen < 0.9


# ---- false stops, simulated ------------------------------------------------------------------------------------------


SUBSETS = ((np.arange(1, 2**ITEMS)[:, None] >> np.arange(ITEMS)) & 1).astype(np.float64)  # (2^n − 1, n)


def beyond(differences, alpha):
    """Both bounds for unclustered items of fewer than 20, every data set (…, n) at once: above the budget? cautiously?"""
    *shape, n = differences.shape
    d = differences.reshape(-1, n)
    mean, se = d.mean(axis=1), d.std(axis=1, ddof=1) / math.sqrt(n)
    t = (mean - BUDGET) / se
    plain = t > stats.t.isf(alpha, n - 1)
    candidates = np.flatnonzero(plain)
    for at in range(0, candidates.size, 500):
        rows = candidates[at : at + 500]
        inside = ((d[rows] - BUDGET) @ SUBSETS.T <= 0).sum(axis=1)  # subset means that do not exceed the budget
        plain[rows] = inside < math.floor(alpha * 2**n + 1e-9)
    cautious = plain & (corrected(-t, d, mean) < -stats.t.isf(alpha, n - 1))
    return plain.reshape(shape), cautious.reshape(shape)


def corrected(t, d, mean):
    """Hall's transform at the least favourable skew, as `statistics` does it for one data set."""
    residuals = d - mean[:, None]
    skew = -(residuals**3).mean(axis=1) / (residuals**2).mean(axis=1) ** 1.5
    root = math.sqrt(d.shape[1])
    adverse = (np.maximum(skew, 0) * (1 + s.SKEW_INFLATION / root) + s.SKEW_MARGIN * math.sqrt(6) / root) / root
    a = np.minimum(adverse, np.where(t < 0, (t * t / 3 + 1 / 6) / (2 * np.abs(t) ** 3 / 27 + 1e-300), np.inf))
    return t + a * (t * t / 3 + 1 / 6) + a * a * t**3 / 27


def simulated(rng, shape, sd, mean, correlation, pattern, runs):
    """Differences (runs, looks, capabilities, items) whose standard deviation is `sd`, alike from look to look.

    "shared": what an item has of its own is the same at every look; "drifting": each look is near the one before.
    """
    size = (runs, CAPABILITIES, ITEMS)
    shared = rng.normal(size=size)
    z = np.empty((LOOKS, *size))
    for k in range(LOOKS):
        fresh = rng.normal(size=size)
        if pattern == "shared":
            z[k] = math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * fresh
        else:
            z[k] = fresh if k == 0 else correlation * z[k - 1] + math.sqrt(1 - correlation**2) * fresh
    if shape.endswith("lognormal"):
        variance = (math.e - 1) * math.e
        z = (np.exp(z) - math.exp(0.5)) / math.sqrt(variance)
    if shape == "left lognormal":  # most items a little worse, a few much better
        z = -z
    return mean + sd * np.moveaxis(z, 0, 1)


def stopped(differences):
    """Which runs (the first axis) the guard stops: two looks in a row of one capability, or one severe look."""
    alpha = guard.level(LOOKS, CAPABILITIES)
    is_beyond, cautious = beyond(differences, alpha)
    severe = cautious & (differences.mean(axis=-1) > guard.SEVERE_MULTIPLE * BUDGET)
    twice = is_beyond[:, 1:] & is_beyond[:, :-1]
    return twice.any(axis=(1, 2)) | severe.any(axis=(1, 2))


def false_stops(shape, sd, mean, correlation, pattern, runs=RUNS, seed=0):
    rng = np.random.default_rng([seed, round(1000 * sd), round(1000 * mean), round(1000 * correlation)])
    return stopped(simulated(rng, shape, sd, mean, correlation, pattern, runs)).mean()


def test_the_vectorised_rule_is_the_guards():
    rng = np.random.default_rng(3)
    for shape in ("normal", "lognormal", "left lognormal"):
        data = simulated(rng, shape, 0.3, 0.35, 0.8, "drifting", 3)
        for run in data:
            state, is_stopped = GuardState(), False
            for step, at_look in enumerate(run):
                inputs = [given(rows.tolist(), f"c{i}") for i, rows in enumerate(at_look)]
                read = guard.read_look(step, inputs, planned_looks=LOOKS)
                plain, cautious = beyond(at_look, guard.level(LOOKS, CAPABILITIES))
                assert [one.is_beyond for one in read.readings] == plain.tolist()
                assert [one.is_severe for one in read.readings] == (cautious & (at_look.mean(axis=-1) > 0.3)).tolist()
                state, trips = guard.observe(state, read)
                is_stopped |= bool(trips)
            assert is_stopped == stopped(run[None])[0]


@pytest.mark.parametrize("shape", ["normal", "lognormal"])
@pytest.mark.parametrize("correlation", [0.5, 0.95])
def test_harmless_runs_are_rarely_stopped(shape, correlation):
    for sd in (0.2, 0.5):
        assert false_stops(shape, sd, BUDGET, correlation, "shared") <= MOST_FALSE_STOPS


@pytest.mark.long
@pytest.mark.parametrize("pattern", ["shared", "drifting"])
@pytest.mark.parametrize("shape", ["normal", "lognormal"])
@pytest.mark.parametrize("sd", [0.2, 0.5])
@pytest.mark.parametrize("mean", [0.0, BUDGET])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8, 0.95])
def test_harmless_runs_are_rarely_stopped_everywhere(shape, sd, mean, correlation, pattern):
    assert false_stops(shape, sd, mean, correlation, pattern) <= MOST_FALSE_STOPS


@pytest.mark.parametrize("sd", [0.2, 0.5])
def test_left_skewed_runs_without_a_loss_are_rarely_stopped(sd):
    assert false_stops("left lognormal", sd, 0.0, 0.5, "shared") <= 2 * MOST_FALSE_STOPS


def test_at_the_budget_heavy_left_skew_stops_as_many_runs_as_the_documentation_says():
    """A limit, not a promise: 15 items may hold none of the few that gain much, and no bound can know of them."""
    assert 0.05 < false_stops("left lognormal", 0.2, BUDGET, 0.5, "shared") < 0.2


def test_a_loss_of_six_budgets_is_seen_at_the_first_look():
    """What allowing for unseen left skew would cost: with three times the sample's own it would be seen in 72 %."""
    draws = np.random.default_rng(2).normal(6 * BUDGET, 0.2, (2000, ITEMS))
    assert beyond(draws, guard.level(LOOKS, CAPABILITIES))[0].mean() > 0.99


def test_lossy_runs_are_stopped():
    rng = np.random.default_rng(5)
    assert stopped(simulated(rng, "normal", 0.2, 0.45, 0.8, "shared", 50)).mean() > 0.95
