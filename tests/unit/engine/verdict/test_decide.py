"""Words at their boundaries, roles, refusals, the pooled verdict, and properties that hold for any scores."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.verdict.decide import decide, flips
from engine.verdict.records import CapabilityInput, CheckedAnswers, Verdict


def capability(differences, *, name="facts", clusters=None, **fields):
    n = len(differences)
    return CapabilityInput(
        name=name,
        before=[1.0] * n,
        after=[1.0 + d for d in differences],
        item_ids=[f"{name}-{i}" for i in range(n)],
        cluster_ids=clusters or [f"{name}-{i}" for i in range(n)],
        **fields,
    )


def spread(mean, sd, n, seed=0):
    x = np.random.default_rng(seed).normal(size=n)
    return ((x - x.mean()) / x.std(ddof=1) * sd + mean).tolist()


def answers(lost, gained, n, *, name="facts", role="protect", clusters=None):
    return CheckedAnswers(
        name=name,
        role=role,
        before=[1] * lost + [0] * gained + [1] * (n - lost - gained),
        after=[0] * lost + [1] * gained + [1] * (n - lost - gained),
        item_ids=[f"{name}-{i}" for i in range(n)],
        cluster_ids=clusters or [str(i) for i in range(n)],
    )


def one(differences, **fields):
    noise_floor = fields.pop("noise_floor", 0.0)
    return decide([capability(differences, **fields)], noise_floor=noise_floor).capabilities[0]


@pytest.mark.parametrize(
    ("mean", "sd", "n", "kind", "word"),
    [
        (0.0, 0.2, 60, "nll", "kept"),
        (-0.5, 0.2, 60, "nll", "kept"),
        (0.1, 0.2, 60, "nll", "can't tell"),
        (0.5, 0.3, 60, "nll", "forgot"),
        (0.0, 0.2, 19, "nll", "can't tell"),  # fewer than 20: never kept
        (0.8, 0.2, 19, "nll", "forgot"),
        (0.8, 0.2, 8, "nll", "forgot"),
        (0.8, 0.2, 7, "nll", "can't tell"),  # fewer than 8 clusters
        (0.0, 0.2, 60, "kl", "kept"),
        (0.9, 0.3, 60, "kl", "changed"),
        (0.2, 0.3, 60, "kl", "can't tell"),
    ],
)
def test_words(mean, sd, n, kind, word):
    assert one(spread(mean, sd, n), kind=kind).word == word


@pytest.mark.parametrize("kind", ["nll", "margin", "kl"])
def test_a_bound_equal_to_the_budget_is_cant_tell(kind):
    # identical differences: both bounds are the mean, and the mean is the budget up to rounding
    sign = -1 if kind == "margin" else 1
    values = [sign * 0.1] * 30
    assert one(values, kind=kind, budget=0.1).word == "can't tell"
    assert one(values, kind=kind, budget=0.1 + 1e-6).word == "kept"
    assert one(values, kind=kind, budget=0.1 - 1e-6).word == ("changed" if kind == "kl" else "forgot")


def test_budget_exactly_at_the_upper_bound_is_cant_tell_and_just_above_is_kept():
    values = spread(0.02, 0.2, 40)
    upper = one(values).upper
    assert one(values, budget=upper).word == "can't tell"
    assert one(values, budget=upper + 1e-6).word == "kept"


def test_budget_exactly_at_the_lower_bound_is_cant_tell_and_just_below_is_forgot():
    values = spread(0.6, 0.2, 40)
    lower = one(values).lower
    assert one(values, budget=lower).word == "can't tell"
    assert one(values, budget=lower - 1e-6).word == "forgot"


@pytest.mark.parametrize(("kind", "better"), [("margin", +1), ("binary", +1), ("nll", -1), ("kl", -1)])
def test_kind_says_which_way_is_worse(kind, better):
    worse = CapabilityInput(
        name="x",
        kind=kind,
        before=[1.0 if better > 0 else 0.0] * 30,
        after=[0.0 if better > 0 else 1.0] * 30,
        item_ids=[str(i) for i in range(30)],
        cluster_ids=[str(i) for i in range(30)],
    )
    assert worse.differences == [1.0] * 30
    assert decide([worse]).capabilities[0].mean_change == 1.0


@pytest.mark.parametrize(
    ("kind", "role", "budget", "limit"),
    [
        ("nll", "protect", None, 0.10),
        ("nll", "tolerate", None, 0.30),
        ("nll", "tolerate", 0.15, 0.15),
        ("kl", "protect", 0.0, 0.20),
        ("binary", "expendable", None, 0.05),
    ],
)
def test_default_budgets(kind, role, budget, limit):
    assert capability([0.0], kind=kind, role=role, budget=budget).limit == pytest.approx(limit, abs=1e-15)


def test_expendable_is_measured_never_alarms_and_costs_no_correction():
    verdict = decide(
        [
            capability(spread(2.0, 0.2, 40), name="chat", role="expendable"),
            capability(spread(0.0, 0.2, 40), name="facts"),
        ]
    )
    chat, facts = verdict.capabilities
    assert (chat.word, chat.p_adjusted, facts.word) == ("measured", None, "kept")
    assert (verdict.word, verdict.judged, facts.alpha_lower) == ("kept", 1, 0.05)
    assert decide([capability(spread(2.0, 0.2, 40), role="expendable")]).word == "measured"


@pytest.mark.parametrize(
    ("means", "word"),
    [((0.0, 0.1, 0.9), "forgot"), ((0.0, 0.1), "can't tell"), ((0.0, -0.3), "kept"), ((0.1, 0.9), "forgot")],
)
def test_overall_is_the_worst_word(means, word):
    inputs = [
        capability(spread(m, 0.2, 60, seed=i), name=f"c{i}", role="tolerate" if i == 9 else "protect")
        for i, m in enumerate(means)
    ]
    assert decide(inputs).word == word


def test_changed_ranks_between_forgot_and_cant_tell():
    changed = capability(spread(0.9, 0.2, 60), name="chat", kind="kl")
    unsure = capability(spread(0.1, 0.2, 60), name="facts")
    forgot = capability(spread(0.9, 0.2, 60), name="code")
    assert decide([changed, unsure]).word == "changed"
    assert decide([changed, unsure, forgot]).word == "forgot"


def test_holm_corrects_over_the_judged_and_bounds_are_bonferroni():
    inputs = [capability(spread(m, 0.3, 40, seed=i), name=f"c{i}") for i, m in enumerate((0.3, 0.27, 0.0, 0.1))]
    verdicts = decide(inputs).capabilities
    assert {v.alpha_lower for v in verdicts} == {0.0125}
    assert {v.alpha_upper for v in verdicts} == {0.05}
    raw = sorted(v.p for v in verdicts)
    assert verdicts[0].p == raw[0]
    assert verdicts[0].p_adjusted == pytest.approx(4 * raw[0])
    alone = decide(inputs[:1]).capabilities[0]
    assert alone.upper == verdicts[0].upper or alone.upper == pytest.approx(verdicts[0].upper, abs=0.01)
    assert alone.lower > verdicts[0].lower


def test_many_capabilities_use_the_analytic_test():
    inputs = [capability(spread(0.0, 0.3, 40, seed=i), name=f"c{i}") for i in range(12)]
    assert {v.method for v in decide(inputs).capabilities} == {"skewness-corrected t"}


def test_untestable_capability_still_counts_in_the_correction():
    lonely = capability([0.4, 0.5, 0.3], name="lonely", clusters=["t", "t", "t"])
    verdict = decide([lonely, capability(spread(0.9, 0.2, 40), name="code")])
    first, second = verdict.capabilities
    assert (first.word, first.lower, first.upper, first.p, first.p_adjusted) == ("can't tell", None, None, None, 1.0)
    assert "1 independent source " in first.reason
    assert second.alpha_lower == 0.025
    assert verdict.word == "forgot"


def test_clusters_of_copies_cannot_make_certainty():
    values = spread(0.2, 0.3, 10)
    alone = one(values * 6, clusters=[str(i) for i in range(60)])
    clustered = one(values * 6, clusters=[str(i) for i in range(10)] * 6)
    assert alone.lower > clustered.lower
    assert alone.upper < clustered.upper
    assert clustered.clusters == 10


@pytest.mark.parametrize(("floor", "word"), [(0.0, "forgot"), (0.16, "forgot"), (0.17, "can't tell")])
def test_never_alarm_below_three_times_the_noise_floor(floor, word):
    # mean .5: three times .17 is more
    found = one(spread(0.5, 0.1, 40), noise_floor=floor)
    assert found.word == word
    assert ("scoring the same model twice" in found.reason) is (word == "can't tell")


def test_noise_floor_by_name():
    inputs = [capability(spread(0.5, 0.1, 40), name=name) for name in ("a", "b")]
    assert [v.word for v in decide(inputs, noise_floor={"b": 0.2}).capabilities] == ["forgot", "can't tell"]


def test_n_needed_by_formula_and_too_close():
    found = one(spread(0.05, 0.4, 40))
    # ((1.645 + .842)·.4/.05)² = 395.85…
    assert (found.word, found.n_needed, found.is_too_close) == ("can't tell", 396, False)
    close = one(spread(0.09, 0.4, 40))
    assert (close.word, close.n_needed, close.is_too_close) == ("can't tell", None, True)
    above = one(spread(0.15, 0.4, 40))
    assert above.n_needed == math.ceil(((1.6448536269514722 + 0.842) * 0.4 / 0.05) ** 2)
    assert one(spread(0.0, 0.1, 60)).n_needed is None


# --- binary and pooled -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lost", "gained", "n", "word"),
    [
        (0, 0, 15, "can't tell"),
        (0, 0, 58, "can't tell"),
        (0, 0, 59, "kept"),
        (2, 0, 60, "can't tell"),
        (12, 1, 60, "forgot"),
        (3, 12, 100, "kept"),
    ],
)
def test_pooled_verdict(lost, gained, n, word):
    pooled = decide([], checked=[answers(lost, gained, n)]).pooled
    assert (pooled.word, pooled.lost, pooled.gained, pooled.n) == (word, lost, gained, n)
    assert pooled.mean_change == pytest.approx((lost - gained) / n)


def test_pool_takes_protected_capabilities_only_and_keeps_their_clusters_apart():
    verdict = decide(
        [],
        checked=[
            answers(0, 0, 30, name="a"),
            answers(0, 0, 30, name="b"),
            answers(30, 0, 30, name="c", role="tolerate"),
            answers(30, 0, 30, name="d", role="expendable"),
        ],
    )
    assert verdict.pooled.capabilities == ["a", "b"]
    assert (verdict.pooled.n, verdict.pooled.clusters, verdict.pooled.word) == (60, 60, "kept")
    assert [c.name for c in verdict.checked] == ["a", "b", "c", "d"]
    assert verdict.checked[2].flips.forgotten == [f"c-{i}" for i in range(30)]
    assert (verdict.checked[2].right_before, verdict.checked[2].right_after) == (30, 0)


def test_pooled_verdict_does_not_touch_the_overall_word():
    verdict = decide([capability(spread(0.0, 0.2, 40))], checked=[answers(30, 0, 60)])
    assert (verdict.pooled.word, verdict.word) == ("forgot", "kept")
    assert decide([]).pooled is None


def test_binary_primary_is_judged_by_tango():
    found = CapabilityInput(
        name="quiz",
        kind="binary",
        unit="points",
        before=[1.0] * 60,
        after=[0.0] * 20 + [1.0] * 40,
        item_ids=[str(i) for i in range(60)],
        cluster_ids=[str(i) for i in range(60)],
    )
    verdict = decide([found]).capabilities[0]
    assert (verdict.word, verdict.method, verdict.budget) == ("forgot", "Tango score", 0.05)


def test_flips_by_name():
    found = flips(["a", "b", "c", "d", "e"], [1, 0, 1, 0, 1], [0, 1, 1, 0, 0])
    assert (found.forgotten, found.gained, found.mcnemar_p) == (["a", "e"], ["b"], 1.0)


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("when", ["before", "after"])
def test_scores_that_are_not_numbers_are_refused_by_item(bad, when):
    broken = capability([0.1] * 30)
    values = list(getattr(broken, when))
    values[7] = bad
    with pytest.raises(UserError, match=f"facts: the score of item facts-7 {when} training is"):
        decide([msgspec.structs.replace(broken, **{when: values})])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"after": [1.0] * 29}, "29 scores after"),
        ({"cluster_ids": []}, "0 cluster ids"),
        ({"item_ids": ["x"] * 30}, "item x was given twice"),
        ({"before": [], "after": [], "item_ids": [], "cluster_ids": []}, "no items were measured"),
        ({"budget": -0.1}, "budget -0.1"),
        ({"budget": math.nan}, "budget nan"),
        ({"kind": "binary", "before": [0.5] * 30}, "a checked answer is 0 or 1"),
    ],
)
def test_broken_inputs_are_refused(change, message):
    with pytest.raises(UserError, match=message) as refused:
        decide([msgspec.structs.replace(capability([0.0] * 30), **change)])
    assert refused.value.field == "facts"


def test_a_name_given_twice_is_refused():
    with pytest.raises(UserError, match="facts was given twice"):
        decide([capability([0.0] * 30), capability([0.0] * 30)])


def test_checked_answers_must_be_zero_or_one():
    with pytest.raises(UserError, match="0 or 1"):
        decide([], checked=[msgspec.structs.replace(answers(0, 0, 3), after=[1, 2, 1])])


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_levels_outside_reason_are_a_bug(alpha):
    with pytest.raises(ValueError, match="not a level"):
        decide([], alpha=alpha)


# --- properties ------------------------------------------------------------------------------------------------------

SEVERITY = {"kept": 0, "can't tell": 1, "changed": 2, "forgot": 2}
scores = st.lists(st.floats(-1, 1), min_size=5, max_size=45)


@settings(max_examples=40, deadline=None)
@given(scores, st.lists(st.floats(0.001, 1), min_size=2, max_size=4), st.sampled_from(["nll", "kl"]))
def test_a_larger_budget_never_makes_the_word_worse(values, budgets, kind):
    words = [one(values, budget=b, kind=kind).word for b in sorted(budgets)]
    severities = [SEVERITY[w] for w in words]
    assert severities == sorted(severities, reverse=True)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.lists(st.floats(0.001, 0.9), min_size=2, max_size=4))
def test_a_larger_budget_never_makes_a_pooled_word_worse(lost, gained, budgets):
    found = [decide([], checked=[answers(lost, gained, 70)], pooled_budget=b).pooled.word for b in sorted(budgets)]
    severities = [SEVERITY[w] for w in found]
    assert severities == sorted(severities, reverse=True)


@settings(max_examples=25, deadline=None)
@given(scores, st.randoms())
def test_permuting_items_changes_nothing(values, random):
    clusters = [str(random.randrange(12)) for _ in values]
    order = list(range(len(values)))
    random.shuffle(order)
    original = decide([capability(values, clusters=clusters)])
    shuffled = decide([capability([values[i] for i in order], clusters=[clusters[i] for i in order])])
    assert msgspec.json.encode(original) == msgspec.json.encode(shuffled)


@settings(max_examples=20, deadline=None)
@given(scores, st.sampled_from(["nll", "margin", "kl"]))
def test_same_rows_same_verdict_and_it_travels_as_json(values, kind):
    rows = [capability(values, kind=kind), capability(values[::-1], kind=kind, name="other")]
    first = decide(rows, checked=[answers(2, 1, 30)])
    assert msgspec.json.encode(first) == msgspec.json.encode(decide(rows, checked=[answers(2, 1, 30)]))
    assert msgspec.json.decode(msgspec.json.encode(first), type=Verdict) == first


@settings(max_examples=40, deadline=None)
@given(scores)
def test_a_change_score_is_never_called_forgot(values):
    assert one([abs(v) * 5 for v in values], kind="kl").word in {"kept", "changed", "can't tell"}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=5, max_size=19), st.floats(0.01, 0.5))
def test_shifting_every_item_towards_worse_never_helps(values, shift):
    # fewer than 20 items: no resampling, so exact
    assert SEVERITY[one([v + shift for v in values]).word] >= SEVERITY[one(values).word]
