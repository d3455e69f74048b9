"""Advice after a run: each rule fires on its pattern and on no other, and every rule is documented."""

import re
from pathlib import Path

import pytest

from engine import presets
from engine.records import CanaryPlan, Recipe, Training
from engine.verdict import advice
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput

LEARNED = {"learned": {"exact_before": 0.0, "exact_after": 0.96, "nll_before": 2.0, "nll_after": 0.3}}
NOT_LEARNED = {"learned": {"exact_before": 0.02, "exact_after": 0.1, "nll_before": 2.0, "nll_after": 1.9}}


def verdict(change, *, kind="nll", n=60, spread=0.1, role="protect"):
    """A real verdict over one capability whose items moved by `change` on average."""
    moves = [change + spread * (-1 if index % 2 else 1) for index in range(n)]
    sign = -1.0 if kind == "margin" else 1.0
    one = CapabilityInput(
        name="facts", kind=kind, score="kl" if kind == "kl" else "ref_nll", role=role,
        before=[2.0] * n, after=[2.0 + sign * move for move in moves],
        item_ids=[str(index) for index in range(n)], cluster_ids=[str(index) for index in range(n)],
    )  # fmt: skip
    return decide([one])


def ids(found):
    return [one.id for one in found]


def test_forgot_and_learned_asks_for_the_slider_then_protection():
    (one,) = advice.advise(verdict(0.6), LEARNED, Recipe(method="full", protect="off"))
    assert one.id == "forgot-learned"
    assert one.recipe.protect == "standard"
    assert one.recipe.protection.kl.beta > 0
    assert "strength" in one.sentence
    assert "facts was forgotten" in one.sentence
    stored = presets.resolved(Recipe(method="lora", protect="standard"))
    (next_one,) = advice.advise(verdict(0.6), LEARNED, stored)
    assert next_one.recipe.protect == "careful"
    assert next_one.recipe.training.lr < 2e-4


def test_what_a_lower_strength_cannot_mend_is_trained_again():
    (mild,) = advice.advise(verdict(0.9), LEARNED, Recipe(method="lora", protect="off"))
    (severe,) = advice.advise(verdict(1.1), LEARNED, Recipe(method="lora", protect="off"))
    assert "first turn this run's strength down" in mild.sentence
    assert "by more than a lower strength mends: train again with protection standard" in severe.sentence
    assert "strength down" not in severe.sentence
    assert mild.recipe == severe.recipe


def test_forgot_with_protected_full_goes_to_lora_at_matched_lr():
    recipe = Recipe(method="full", protect="standard", training=Training(lr=4e-6))
    (one,) = advice.advise(verdict(0.6), LEARNED, recipe)
    assert one.id == "forgot-full"
    assert one.recipe.method == "lora"
    assert one.recipe.training.lr == pytest.approx(8e-5)
    assert one.recipe.protection.kl.beta > 0
    (capped,) = advice.advise(
        verdict(0.6), LEARNED, Recipe(method="full", protect="careful", training=Training(lr=1e-4))
    )
    assert capped.recipe.training.lr == 2e-4


def test_forgot_under_the_strongest_protection_lowers_the_rate():
    (one,) = advice.advise(verdict(0.6), LEARNED, Recipe(method="lora", protect="careful", training=Training(lr=3e-4)))
    assert (one.id, one.recipe.training.lr) == ("forgot-protected", pytest.approx(1e-4))


def test_forgot_without_learning_lowers_the_rate():
    (one,) = advice.advise(verdict(0.6), NOT_LEARNED, Recipe(method="lora"))
    assert one.id == "forgot-not-learned"
    assert one.recipe.training.lr == pytest.approx(2e-4 / 3, rel=1e-2)


def test_forgot_without_learning_and_without_protection_is_protected_at_the_same_rate():
    (one,) = advice.advise(verdict(0.6), NOT_LEARNED, Recipe(method="full", protect="off", training=Training(lr=1e-5)))
    assert (one.id, one.recipe.protect, one.recipe.training.lr) == ("forgot-not-learned", "standard", 1e-5)
    assert "full at 1e-5" in one.evidence


def test_kept_without_learning_trains_longer_with_a_higher_rank_at_the_same_step_size():
    (one,) = advice.advise(verdict(0.0), NOT_LEARNED, Recipe(method="lora"))
    assert one.id == "kept-not-learned"
    assert (one.recipe.training.epochs, one.recipe.adapter.rank) == (2.0, 32)
    before, after = Recipe().adapter, one.recipe.adapter
    assert after.alpha / after.rank == before.alpha / before.rank
    (full,) = advice.advise(verdict(0.0), NOT_LEARNED, Recipe(method="full", training=Training(max_steps=40)))
    assert (full.recipe.training.max_steps, full.recipe.adapter) == (80, Recipe().adapter)


def test_kept_and_learned_needs_no_advice():
    assert advice.advise(verdict(0.0), LEARNED, Recipe()) == ()
    assert advice.advise(None, LEARNED, Recipe()) == ()


def test_nothing_is_said_of_learning_that_was_not_measured():
    assert advice.advise(verdict(0.6), {}, Recipe()) == ()
    assert advice.advise(verdict(0.0), {}, Recipe()) == ()


def test_changed_answers_are_to_be_read():
    (one,) = advice.advise(verdict(0.9, kind="kl"), LEARNED, Recipe())
    assert one.id == "changed"
    assert "side by side" in one.sentence


def test_cant_tell_says_how_many_canaries_and_measures_all():
    found = verdict(0.06, spread=0.25, n=40)
    assert found.word == "can't tell"
    needed = found.capabilities[0].n_needed
    (one,) = advice.advise(found, LEARNED, Recipe(canaries=CanaryPlan(verdict_items=40)))
    assert one.id == "cant-tell"
    assert f"facts about {needed} (has 40)" in one.sentence
    assert one.recipe.canaries.verdict_items == 0
    (all_used,) = advice.advise(found, LEARNED, Recipe())
    assert all_used.recipe is None
    close = verdict(0.1, spread=0.25, n=40)
    assert "too close to the limit" in advice.advise(close, LEARNED, Recipe())[0].sentence


def test_format_capture_comes_beside_the_main_advice():
    signs = {"sentinels": {"format_capture_before": 0.0, "format_capture_after": 0.9}}
    found = advice.advise(verdict(0.6), {**NOT_LEARNED, **signs}, Recipe())
    assert ids(found) == ["forgot-not-learned", "format-capture"]
    replay = found[1].recipe.protection
    assert (replay.replay.weight, replay.general.share) == (1.0, 0.3333)  # what KL draws already stays
    more = advice.advise(verdict(0.6), {**NOT_LEARNED, **signs}, found[1].recipe)[1].recipe.protection
    assert more.general.share == advice.MOST_REPLAY
    off = advice.advise(verdict(0.6), {**NOT_LEARNED, **signs}, Recipe(protect="off"))[1].recipe.protection
    assert (off.replay.weight, off.general.share) == (1.0, 0.1)
    little = {"sentinels": {"format_capture_before": 0.5, "format_capture_after": 0.6}}
    assert ids(advice.advise(verdict(0.0), {**LEARNED, **little}, Recipe())) == []
    assert advice.captured_rise({}) == 0.0


@pytest.mark.parametrize(
    ("learned", "share"),
    [
        ({"keys_before": 0.2, "keys_after": 0.6, "exact_before": 0.0, "exact_after": 0.1}, 0.5),
        ({"exact_before": 0.5, "exact_after": 1.0}, 1.0),
        ({"exact_before": 0.5, "exact_after": 0.4}, -0.2),
        ({"exact_before": 0.0, "exact_after": 0.0, "nll_before": 2.0, "nll_after": 1.4}, 0.5),
        ({"exact_before": 0.98, "exact_after": 1.0}, None),
        ({"nll_before": None, "nll_after": None}, None),
        ({}, None),
    ],
)
def test_learned_share(learned, share):
    found = advice.learned_share(learned)
    assert found is None if share is None else found == pytest.approx(share)


def test_every_rule_is_documented_and_no_other():
    text = (Path(__file__).parents[4] / advice.DOCS).read_text("utf-8")
    section = text.split("## After a run", 1)[1]
    assert set(re.findall(r"^### (\S+)$", section, re.M)) == set(advice.RULE_IDS)


def test_evidence_is_one_sentence_everywhere():
    seen = [
        advice.advise(found, results, recipe)
        for found in (verdict(0.6), verdict(0.0), verdict(0.9, kind="kl"), verdict(0.06, spread=0.25))
        for results in (LEARNED, NOT_LEARNED)
        for recipe in (Recipe(), Recipe(method="full"))
    ]
    for one in (one for found in seen for one in found):
        assert one.evidence.endswith(".")
        assert not re.search(r"[a-z]\. [A-Z]", one.evidence)
        assert one.docs == f"docs/advice.md#{one.id}"
