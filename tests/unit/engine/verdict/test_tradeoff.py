"""Which run to take: the front, the recommendation and its reasons."""

import pytest

from engine.verdict import tradeoff
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput
from engine.verdict.tradeoff import Point


def point(run_id, gain, worst, word="kept", **more):
    given = {"label": f"run-{run_id}", "method": "lora", "worst_name": "facts", "mean": worst / 2}
    return Point(run_id=run_id, gain=gain, worst=worst, word=word, **{**given, **more})


def test_the_front_has_only_kept_runs_that_no_other_beats():
    points = [
        point(1, 0.9, 0.8), point(2, 0.5, 0.1), point(3, 0.5, 0.3), point(4, 0.99, 5.0, "forgot"), point(5, 0.2, 0.2),
        point(6, 0.9, 0.8),
    ]  # fmt: skip
    assert [one.run_id for one in tradeoff.front(points)] == [2, 1, 6]


def test_most_learned_among_the_kept_is_recommended():
    found = tradeoff.recommend([point(1, 0.7, 0.5), point(2, 0.96, 3.0, "forgot"), point(3, 0.9, 0.9)], "exact")
    assert found.run_id == 3
    assert (
        found.sentence == "run-3: +90 points with everything kept. Of the 2 runs that kept everything it learned most."
    )


def test_equal_gains_prefer_what_trains_nothing_then_what_lost_least_then_the_quickest():
    prompt = point(1, 0.895, 0.9, trains=False)
    found = tradeoff.recommend([prompt, point(2, 0.9, 0.1)], "exact")
    assert found.run_id == 1
    assert "changes no weight" in found.sentence
    assert tradeoff.recommend([point(1, 0.9, 0.5), point(2, 0.895, 0.1)], "exact").run_id == 2
    same = [point(1, 0.9, 0.5, elapsed_s=9.0), point(2, 0.9, 0.5, elapsed_s=3.0)]
    assert tradeoff.recommend(same, "exact").run_id == 2
    assert tradeoff.recommend([prompt, point(2, 0.95, 0.1)], "exact").run_id == 2


def test_where_nothing_was_kept_the_least_loss_among_those_that_learned_enough():
    points = [point(1, 1.0, 8.0, "forgot"), point(2, 0.6, 1.4, "can't tell"), point(3, 0.1, 0.2, "can't tell")]
    found = tradeoff.recommend(points, "nll")
    assert found.run_id == 2
    assert "No run surely kept everything" in found.sentence
    assert "1.4 times its limit; verdict can't tell" in found.sentence
    assert "+0.60 nats/token" in found.sentence


def test_a_kept_run_that_learned_nothing_is_not_recommended():
    assert tradeoff.recommend([point(1, 0.0, 0.0)], "exact").run_id is None
    assert tradeoff.recommend([], "nll").run_id is None
    forgot = point(2, 0.9, 4.0, "forgot")
    assert tradeoff.recommend([point(1, 0.005, 0.0), forgot], "exact").run_id == 2


@pytest.mark.parametrize(
    ("learned", "measure"),
    [
        ([{"keys_before": 0.0, "keys_after": 0.4, "exact_before": 0.0, "exact_after": 0.0}], "keys"),
        ([{"exact_before": 0.0, "exact_after": 0.4}, {"exact_before": 0.0, "exact_after": 0.0}], "exact"),
        ([{"exact_before": 0.0, "exact_after": 0.0, "nll_before": 2.0, "nll_after": 1.0}], "nll"),
        ([{"keys_before": 0.0, "keys_after": 0.4, "nll_before": 2.0, "nll_after": 1.0}, {"nll_before": 2.0, "nll_after": 1.0}],
         "nll"),
        ([], None),
        ([{}], None),
    ],
)  # fmt: skip
def test_one_measure_that_every_run_has(learned, measure):
    assert tradeoff.choose_measure(learned) == measure


def test_gain_points_up_and_reads_with_its_unit():
    learned = {"nll_before": 2.0, "nll_after": 2.3, "exact_before": 0.25, "exact_after": 0.75}
    assert tradeoff.gain(learned, "exact") == 0.5
    assert tradeoff.gain(learned, "nll") == pytest.approx(-0.3)
    assert tradeoff.gain_text(tradeoff.gain(learned, "nll"), "nll") == "−0.30 nats/token"


def test_the_worst_capability_is_counted_in_its_own_limit():
    def one(name, change, role="protect", budget=None):
        ids = [f"{n}" for n in range(30)]
        return CapabilityInput(
            name=name, role=role, budget=budget, before=[1.0] * 30, after=[1.0 + change + n % 3 / 100 for n in range(30)],
            item_ids=ids, cluster_ids=ids,
        )  # fmt: skip

    verdict = decide([one("facts", 0.19), one("code", 0.29, "tolerate"), one("chat", 5.0, "expendable")])
    worst, name, mean = tradeoff.worst_of(verdict)
    assert name == "facts"
    assert worst == pytest.approx(2.0)
    assert mean == pytest.approx((2.0 + 1.0) / 2)
    assert tradeoff.worst_of(decide([one("chat", 5.0, "expendable")])) == (0.0, "", 0.0)
