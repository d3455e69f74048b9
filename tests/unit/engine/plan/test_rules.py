"""Advice before a run: each rule fires where it should, not where it should not, and is documented."""

import re
from pathlib import Path

import pytest

from engine import presets
from engine.plan import RowFacts, RowFinding
from engine.plan.rules import RULE_IDS, counsel_for
from engine.protection import L2sp, Protection
from engine.records import Adapter, Recipe, Training

CALM = RowFacts(count=5000, heldout=100, p50=20, p95=40, max=60, mean=25.0)
LARGE = 7_000_000_000


def counsel(recipe=None, *, parameters=LARGE, steps=100, **facts):
    rows = RowFacts(**{**{name: getattr(CALM, name) for name in CALM.__struct_fields__}, **facts})
    return {one.id: one for one in counsel_for(recipe or Recipe(), rows, parameters=parameters, steps=steps)}


def with_lr(method, lr, **more):
    return Recipe(method=method, training=Training(lr=lr), **more)


def test_a_calm_recipe_gets_no_advice():
    for method in ("lora", "qlora", "full", "prompt"):
        assert counsel(Recipe(method=method)) == {}


@pytest.mark.parametrize(
    ("method", "lr", "said"),
    [("full", 2e-5, None), ("full", 3e-5, "above"), ("full", 1e-4, "far above"), ("lora", 2e-4, None),
     ("qlora", 4e-4, "above"), ("lora", 1e-3, "far above")],
)  # fmt: skip
def test_high_learning_rates_by_method(method, lr, said):
    found = counsel(with_lr(method, lr)).get("lr-high")
    if said is None:
        assert found is None
    else:
        assert f"is {said} what usually" in found.sentence
        assert found.recipe.training.lr == {"full": 1e-5}.get(method, 2e-4)


@pytest.mark.parametrize(
    ("adapter", "alpha"),
    [
        (Adapter(rank=16, alpha=32), None), (Adapter(rank=16, alpha=64), 32.0), (Adapter(rank=64, alpha=32, rslora=True), None),
        (Adapter(rank=64, alpha=64, rslora=True), 32.0),
    ],
)  # fmt: skip
def test_the_scale_of_an_adapter_s_step(adapter, alpha):
    found = counsel(Recipe(adapter=adapter)).get("step-size")
    assert (found.recipe.adapter.alpha if found else None) == alpha
    assert "step-size" not in counsel(Recipe(method="full", adapter=Adapter(rank=4, alpha=400)))


def test_many_passes_over_few_rows():
    found = counsel(Recipe(training=Training(batch_size=8)), count=80, steps=100)["many-epochs"]
    assert "10.0 passes over 80 rows" in found.sentence
    assert (found.recipe.training.epochs, found.recipe.training.max_steps) == (3.0, 0)
    assert "many-epochs" not in counsel(count=80, steps=30)
    assert "many-epochs" not in counsel(count=1000, steps=1000)


def test_answers_that_begin_alike():
    pulled = Recipe(method="full", protect="custom", protection=Protection(l2sp=L2sp(strength=4.0)))
    found = counsel(pulled, prefix_share=0.9)["same-beginning"]
    assert found.recipe.protection.replay.weight == 1.0
    assert found.recipe.protection.general.share >= 0.1
    for method in ("full", "lora"):  # Standard draws general rows already
        assert "same-beginning" not in counsel(Recipe(method=method), prefix_share=0.9)
    assert "same-beginning" not in counsel(pulled, prefix_share=0.8)


def test_small_models_and_no_protection():
    found = counsel(Recipe(method="full"), parameters=135_000_000)["small-model"]
    assert (found.recipe.method, found.recipe.protect) == ("lora", "standard")
    assert found.recipe.protection.kl.beta > 0
    assert "conflicts" in found.evidence
    assert "small-model" not in counsel(Recipe(method="lora"), parameters=135_000_000)
    off = counsel(Recipe(method="full", protect="off"))["no-protection"]
    assert off.recipe.protection == presets.resolved(Recipe(method="full")).protection
    assert "no-protection" not in counsel(Recipe(method="full"))
    assert "no-protection" not in counsel(Recipe(protect="off", adapter=Adapter(kind="osf")))
    assert "no-protection" in counsel(Recipe(method="full", protect="off", adapter=Adapter(kind="osf")))


def test_what_a_pilot_shows_of_the_targets():
    assert set(counsel(base_nll=0.1)) == {"little-to-learn"}
    assert counsel(base_nll=0.2) == {}
    assert set(counsel(unlikely_share=0.6)) == {"unlikely-targets"}
    assert counsel(unlikely_share=0.5) == {}


def test_a_prompt_first_where_it_may_do():
    found = counsel(count=150, steps=10)["prompt-first"]
    assert (found.recipe.method, found.recipe.protect) == ("prompt", "off")
    assert "prompt-first" in counsel(prefix_share=0.9)
    assert "prompt-first" not in counsel(count=150, steps=10, heldout=0)
    assert "prompt-first" not in counsel(Recipe(method="prompt"), count=150)


def test_findings_of_the_dataset_doctor():
    findings = (
        RowFinding(kind="duplicate", sentence="3 row(s) repeat an earlier one.", fix="Remove the repeats."),
        RowFinding(kind="same_beginning", sentence="90 % begin alike."),
    )
    found = counsel(findings=findings)
    assert set(found) == {"dataset-findings"}
    assert found["dataset-findings"].sentence == "3 row(s) repeat an earlier one. Remove the repeats."


def test_every_rule_is_documented_and_no_other():
    text = (Path(__file__).parents[4] / "docs" / "advice.md").read_text("utf-8")
    section = text.split("## Before a run", 1)[1].split("## After a run", 1)[0]
    assert set(re.findall(r"^### (\S+)$", section, re.M)) == {*RULE_IDS, "pilot"}
