"""Recipes: TOML there and back, equal hashes for equal recipes, errors that name the field."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import settings
from engine.errors import UserError
from engine.records import (
    Adapter,
    Budget,
    CanaryPlan,
    CheckpointPlan,
    DataSpec,
    Mapping,
    Recipe,
    Training,
    check_recipe,
    recipe_from_toml,
)

# TOML allows every character but the surrogates; control characters travel as escapes.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
share = st.floats(0, 0.5)
batches = st.integers(1, 64).flatmap(
    lambda size: st.tuples(st.just(size), st.sampled_from([0, *(n for n in range(1, size + 1) if size % n == 0)]))
)
recipes = st.builds(
    Recipe,
    name=text,
    base=text,
    method=st.sampled_from(["full", "lora", "qlora"]),
    data=st.builds(
        DataSpec,
        path=text,
        heldout_fraction=share,
        max_length=st.integers(16, 4096),
        mapping=st.builds(Mapping, columns=st.dictionaries(text, text, max_size=3)),
    ),
    adapter=st.builds(
        Adapter, rank=st.integers(1, 1024), targets=st.lists(text, max_size=3).map(tuple), rslora=st.booleans()
    ),
    training=batches.flatmap(
        lambda pair: st.builds(
            Training,
            lr=st.floats(0, 1),
            epochs=st.floats(0, 1000, exclude_min=True),
            batch_size=st.just(pair[0]),
            micro_batch=st.just(pair[1]),
            seed=st.integers(0, 2**31 - 1),
        )
    ),
    canaries=st.builds(
        CanaryPlan,
        looks=st.lists(st.floats(0, 1), max_size=4).map(tuple),
        budgets=st.dictionaries(text, st.builds(Budget, limit=st.floats(0, 10), reason=text), max_size=2),
    ),
    checkpoints=st.builds(CheckpointPlan, keep=st.integers(1, 9)),
    notes=text,
)


@given(recipes)
def test_toml_there_and_back_is_equal(recipe):
    again = recipe_from_toml(recipe.to_toml())
    assert again == recipe
    assert again.hash() == recipe.hash()


@given(recipes, text)
def test_name_and_notes_decide_nothing(recipe, other):
    assert Recipe.hash(recipe) == recipe_from_toml(f"{recipe.to_toml()}").hash()
    renamed = recipe_from_toml(Recipe(name=other, notes=other).to_toml())
    assert renamed.hash() == Recipe().hash()


def test_what_decides_changes_the_hash():
    assert len({Recipe().hash(), Recipe(method="full").hash(), Recipe(training=Training(seed=1)).hash()}) == 3


@pytest.mark.parametrize(
    ("toml", "field"),
    [
        ("[training]\nlr = 2.0", "training.lr"),
        ("[training]\nseed = 'three'", "training.seed"),
        ("[training]\nbatch_size = 8\nmicro_batch = 3", "training.micro_batch"),
        ("[adapter]\nrank = 0", "adapter.rank"),
        ("[canaries]\nlooks = [0.5, 1.5]", "canaries.looks"),
        ("method = 'magic'", "method"),
    ],
)
def test_a_wrong_value_names_its_field(toml, field):
    with pytest.raises(UserError) as refused:
        recipe_from_toml(toml, source="recipe.toml")
    assert refused.value.field == field
    assert refused.value.kind == "user"


def test_a_misspelt_setting_is_named():
    with pytest.raises(UserError, match="learning_rate"):
        recipe_from_toml("[training]\nlearning_rate = 1e-4")


def test_broken_toml_says_where():
    with pytest.raises(UserError, match=r"recipe\.toml is not valid TOML: .+"):
        recipe_from_toml("method = 'lora'\n[training", source="recipe.toml")


def test_the_defaults_are_a_valid_recipe():
    check_recipe(Recipe())
    assert recipe_from_toml("") == Recipe()


def test_settings_that_came_later_leave_the_hash_of_earlier_recipes():
    """A new setting belongs into `_LATER`, or runs from before it can neither be resumed nor found again in a sweep."""
    recipe = Recipe()
    assert recipe.hash() == "4e2accb23dd657a00ba1c331ac1cad23a9370e91c8a1cde2d28d144aae5efd68"
    for changed in (Adapter(kind="osf"), Adapter(preserved=0.6), Adapter(start="corda")):
        assert msgspec.structs.replace(recipe, adapter=changed).hash() != recipe.hash()
    assert settings.apply(recipe, {"protection.general.near": 0.5}).hash() != recipe.hash()
