"""Presets written out, and protections that are refused, each with its field."""

import msgspec
import pytest

from engine import presets, settings
from engine.errors import UserError
from engine.protection import EWC_LARGEST, Protection, Sam, require_ewc_fits
from engine.records import Adapter, PromptPlan, Recipe, Training, check_recipe, recipe_from_toml
from engine.store import runs


@pytest.mark.parametrize("name", presets.NAMES)
@pytest.mark.parametrize("method", ["full", "lora", "qlora", "prompt"])
def test_a_preset_written_out_is_valid_and_stays(name, method):
    recipe = presets.resolved(
        Recipe(protect=name, method=method, training=Training(lr=3e-5), prompt=PromptPlan(examples=2))
    )
    assert recipe.protect == name
    assert presets.resolved(recipe) == recipe
    check_recipe(recipe)
    assert recipe_from_toml(recipe.to_toml()) == recipe
    assert (recipe.protection == Protection()) == (name == "off" or method == "prompt")


def test_standard_is_the_default_and_says_what_it_does():
    lora, full = (presets.resolved(Recipe(method=method)).protection for method in ("lora", "full"))
    assert (lora.kl.beta, lora.general.share, lora.general.source) == (2, 0.3333, "self")
    assert full.kl.beta == 2  # as measured: every capability kept (docs/evidence.md)
    assert (lora.l2sp.strength, full.l2sp.strength) == (0, 0)


def test_careful_is_stronger_with_a_third_of_the_rate():
    careful = presets.resolved(Recipe(protect="careful", training=Training(lr=3e-4)))
    assert careful.training.lr == pytest.approx(1e-4)
    assert presets.resolved(Recipe(protect="careful", method="full")).training.lr == pytest.approx(1e-5 / 3)
    assert careful.protection.kl.beta > presets.resolved(Recipe()).protection.kl.beta
    assert careful.protection.slider_after


def test_single_changes_on_top_make_it_custom():
    changed = presets.with_changes(Recipe(), {"kl_beta": "3"})
    assert (changed.protect, changed.protection.kl.beta, changed.protection.general.share) == ("custom", 3, 0.3333)
    assert presets.with_changes(Recipe(), {"kl_beta": "2"}).protect == "standard"
    assert presets.with_changes(Recipe(protect="off"), {"replay_weight": "1"}).protect == "custom"


def test_another_method_or_preset_starts_from_the_name():
    full = presets.resolved(Recipe(method="full"))
    lora = presets.resolved(msgspec.structs.replace(presets.released(full), method="lora"))
    assert lora == presets.resolved(Recipe(method="lora"))
    assert presets.chosen(full, "off").protection == Protection()
    mine = presets.with_changes(Recipe(), {"kl_beta": "3"})
    assert presets.released(mine) == mine


def test_a_stored_run_says_what_ran(store):
    stored = runs.get(store, runs.create(store, Recipe(method="full"))).recipe
    assert stored.protect == "standard"
    assert stored.protection.kl.beta > 0
    odd = msgspec.structs.replace(stored, protection=Protection(sam=Sam(rho=2.0)))
    assert runs.get(store, runs.create(store, odd)).recipe.protect == "custom"


def test_an_unknown_preset_is_refused():
    with pytest.raises(UserError, match="no preset 'brave'"):
        presets.preset("brave")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"kl_beta": "-1"}, "protection.kl.beta", "at least 0"),
        ({"l2sp_strength": "-0.1"}, "protection.l2sp.strength", "at least 0"),
        ({"general_share": "1"}, "protection.general.share", "at most 0.9"),
        ({"sam_rho": "-2"}, "protection.sam.rho", "at least 0"),
        ({"activation_strength": "1", "method": "full"}, "protection.activation.strength", "adapter"),
        ({"ewc_strength": "1"}, "protection.ewc.strength", "an adapter does not train"),
        ({"ewc_strength": "1", "l2sp_strength": ".1", "method": "full"}, "protection.ewc.strength", "both"),
        ({"l2sp_strength": "1", "dora": "yes"}, "protection.l2sp.strength", "DoRA"),
        ({"activation_strength": "1", "dora": "yes"}, "protection.activation.strength", "DoRA"),
        ({"kl_auto": "yes"}, "protection.kl.auto", "which is 0"),
        ({"kl_beta": "1", "general_share": "0"}, "protection.general.share", "share is 0"),
        ({"replay_weight": "1", "general_share": "0"}, "protection.general.share", "share is 0"),
        ({"general_source": "file"}, "protection.general.path", "no file is named"),
        ({"general_path": "rows.jsonl"}, "protection.general.source", "source is self"),
        (
            {"token_weighting_max_perplexity": "2", "token_weighting_tau": "2"},
            "protection.token_weighting.tau",
            "either",
        ),
        ({"token_weighting_max_perplexity": "0.5"}, "protection.token_weighting.max_perplexity", "below 1"),
        ({"kl_beta": "1", "method": "prompt", "examples": "2"}, "protect", "no weight"),
    ],
)
def test_what_cannot_be_is_refused_naming_the_field(changes, field, words):
    with pytest.raises(UserError) as caught:
        settings.apply(Recipe(protect="custom"), changes)
    assert caught.value.field == field
    assert words in str(caught.value)


def test_off_with_protections_contradicts_itself():
    recipe = msgspec.structs.replace(presets.resolved(Recipe()), protect="off")
    with pytest.raises(UserError, match="protect is off") as caught:
        check_recipe(recipe)
    assert caught.value.field == "protect"


def test_ewc_of_a_large_model_is_refused_with_the_figure():
    recipe = settings.apply(Recipe(protect="custom", method="full"), {"ewc_strength": "10"})
    with pytest.raises(UserError, match=r"4 bytes for each of the 7\.0 billion weights: 28 GB") as caught:
        require_ewc_fits(recipe, 7_000_000_000)
    assert caught.value.field == "protection.ewc.strength"
    require_ewc_fits(recipe, EWC_LARGEST)
    require_ewc_fits(Recipe(adapter=Adapter()), 7_000_000_000)
