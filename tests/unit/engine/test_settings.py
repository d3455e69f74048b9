from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from engine import settings
from engine.errors import UserError
from engine.records import Budget, Recipe, recipe_from_toml


def _leaves(record: object) -> list[str]:
    found = []
    for name, value in ((f.name, getattr(record, f.name)) for f in msgspec.structs.fields(type(record))):
        if isinstance(value, msgspec.Struct):
            found += [f"{name}.{leaf}" for leaf in _leaves(value)]
        else:
            found.append(name)
    return found


def test_every_field_of_the_recipe_is_listed_once_in_order():
    assert [s.path for s in settings.settings()] == _leaves(Recipe())


def test_leaf_names_and_options_are_unique():
    names = [s.leaf for s in settings.settings()]
    options = [s.option for s in settings.settings()]
    assert len(set(names)) == len(names)
    assert len(set(options)) == len(options)


def test_every_setting_has_help():
    assert [s.path for s in settings.settings() if not s.help] == []


@pytest.mark.parametrize("chosen", settings.settings(), ids=lambda s: s.path)
def test_default_is_the_recipes_and_can_be_typed(chosen):
    assert settings.value_of(Recipe(), chosen) == chosen.default
    if chosen.default_text():
        assert settings.apply(Recipe(), {chosen.path: chosen.default_text()}) == Recipe()


def test_a_declaration_carries_its_bounds_and_unit():
    lr = settings.setting("lr")
    assert (lr.path, lr.option, lr.kind) == ("training.lr", "--lr", "number")
    assert (lr.at_least, lr.at_most) == (0, 1)
    assert settings.setting("training.max_steps").unit == "steps"
    assert settings.setting("alpha").expected() == "a number, above 0, at most 4096"
    assert settings.setting("max_length").expected() == "a whole number, at least 16, at most 1048576"
    assert settings.setting("method").choices == ("full", "lora", "prompt", "qlora")


def test_apply_changes_what_was_named_and_nothing_else():
    recipe = settings.apply(
        Recipe(name="x"),
        {"training.lr": "1e-4", "rank": 8, "capabilities": "facts, grammar", "dora": "yes", "looks": "0,.5,1"},
    )
    assert {s.path for s, _, _ in settings.changed_settings(Recipe(name="x"), recipe)} == {
        "training.lr",
        "adapter.rank",
        "canaries.capabilities",
        "adapter.dora",
        "canaries.looks",
    }
    assert recipe.training.lr == 1e-4
    assert recipe.canaries.capabilities == ("facts", "grammar")
    assert recipe.canaries.looks == (0, 0.5, 1)
    assert recipe_from_toml(recipe.to_toml()) == recipe


def test_budgets_take_a_limit_a_role_or_both():
    recipe = settings.apply(Recipe(), {"budgets": "facts=0.2, safety=expendable, code=tolerate:.3"})
    assert recipe.canaries.budgets == {
        "facts": Budget(limit=0.2),
        "safety": Budget(role="expendable"),
        "code": Budget(role="tolerate", limit=0.3),
    }


def test_columns_are_pairs():
    recipe = settings.apply(Recipe(), {"columns": "prompt=question,completion=reply"})
    assert recipe.data.mapping.columns == {"prompt": "question", "completion": "reply"}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"lr": "2"}, "training.lr", "training.lr cannot be 2.0: expected a number, at least 0, at most 1."),
        ({"lr": "fast"}, "training.lr", "training.lr cannot be 'fast'"),
        ({"lr": "nan"}, "training.lr", "training.lr cannot be 'nan'"),
        ({"rank": "1.5"}, "adapter.rank", "expected a whole number, at least 1, at most 1024"),
        ({"method": "dpo"}, "method", "method cannot be 'dpo': expected one of full, lora, prompt, qlora."),
        ({"dora": "perhaps"}, "adapter.dora", "expected yes or no"),
        ({"looks": "0,soon"}, "canaries.looks", "expected numbers separated by commas"),
        ({"looks": "0,2"}, "canaries.looks", "between 0 and 1"),
        ({"budgets": "facts=sometimes"}, "canaries.budgets", "expected CAPABILITY=LIMIT"),
        ({"budgets": "facts"}, "canaries.budgets", "expected CAPABILITY=LIMIT"),
        ({"columns": "question"}, "data.mapping.columns", "expected NAME=VALUE"),
        ({"micro_batch": "3"}, "training.micro_batch", "does not divide"),
        ({"capabilities": ["facts", 1]}, "canaries.capabilities", "expected names"),
    ],
)
def test_a_bad_value_is_refused_with_the_fields_name(change, field, words):
    with pytest.raises(UserError) as caught:
        settings.apply(Recipe(), change)
    assert caught.value.field == field
    assert words in str(caught.value)


def test_an_unknown_setting_is_refused_with_the_nearest_one():
    with pytest.raises(UserError, match="no setting 'bach_size'") as caught:
        settings.apply(Recipe(), {"bach_size": 4})
    assert caught.value.remedy == "Did you mean batch_size?"


def test_the_list_needs_no_torch():
    code = "import engine.settings, engine.versions, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
