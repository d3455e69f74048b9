"""The draft: what is typed is tried at once, waits while it is wrong, and comes back whole."""

import pytest

from engine import settings
from engine.errors import UserError
from engine.records import Recipe
from gui.new_run.draft import Draft


def test_a_right_value_is_taken_and_a_wrong_one_waits_beside_its_field():
    draft = Draft()
    assert draft.type("training.lr", "2e-5")
    assert draft.recipe.training.lr == 2e-5
    assert not draft.type("training.lr", "fast")
    assert draft.recipe.training.lr == 2e-5
    assert "number" in draft.errors["training.lr"]
    assert draft.shown(settings.setting("training.lr")) == "fast"
    assert draft.type("training.lr", "1e-4")
    assert not draft.errors


def test_a_contradiction_is_told_at_the_field_at_fault_and_solves_itself():
    draft = Draft()
    assert draft.type("training.micro_batch", "4")
    assert not draft.type("training.batch_size", "6")
    assert set(draft.errors) == {"training.batch_size", "training.micro_batch"}
    assert draft.type("training.micro_batch", "3")
    assert draft.recipe.training.batch_size == 6
    assert not draft.errors


def test_a_single_protection_makes_the_preset_custom_and_a_preset_replaces_it():
    draft = Draft()
    assert draft.shown(settings.setting("protection.kl.beta")) > 0  # what the preset will set
    draft.type("protection.kl.beta", "3")
    assert draft.recipe.protect == "custom"
    assert draft.recipe.protection.kl.beta == 3
    draft.set_preset("off")
    assert draft.shown(settings.setting("protection.kl.beta")) == 0


def test_every_declared_setting_can_be_typed_as_it_is_shown():
    from gui.new_run import words

    draft = Draft()
    for one in settings.settings():
        if not one.is_automatic and one.path != "protect":
            assert words.label_of(one)
            fresh = Draft()
            assert fresh.type(one.path, words.value_text(one, draft.shown(one))), (one.path, fresh.errors)


def test_toml_goes_both_ways_and_a_wrong_text_leaves_the_draft():
    draft = Draft(Recipe(base="tiny", method="full"))
    text = draft.recipe.to_toml()
    draft.take_toml(text.replace('method = "full"', 'method = "lora"'))
    assert draft.recipe.method == "lora"
    with pytest.raises(UserError, match="method"):
        draft.take_toml(text.replace('method = "full"', 'method = "magic"'))
    assert draft.recipe.method == "lora"


def test_a_snapshot_brings_back_what_was_typed_wrong_too():
    draft = Draft()
    before = draft.snapshot()
    draft.type("training.epochs", "many")
    wrong = draft.snapshot()
    draft.restore(before)
    assert not draft.errors
    draft.restore(wrong)
    assert draft.errors


def test_nothing_can_start_without_a_base_and_rows():
    draft = Draft()
    assert [path for path, _ in draft.obstacles()] == ["base", "data.path"]
    draft.type("base", "tiny")
    draft.type("data.path", "rows.jsonl")
    assert draft.obstacles() == []
    draft.type("training.lr", "fast")
    assert [path for path, _ in draft.obstacles()] == ["training.lr"]
