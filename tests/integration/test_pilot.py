"""The pilot: real first steps of a recipe, measured and extrapolated, and nothing left behind."""

import msgspec
import pytest
import torch
from training_runs import make_project

from engine import client, presets
from engine.cli.pilot import pilot_lines
from engine.records import Adapter, Recipe, Training
from engine.states import State
from engine.store import jobs, runs
from engine.training.pilot import STEPS, growth
from engine.training.schedule import lr_at

torch.set_num_threads(1)


@pytest.fixture
def recipe(store, tiny_base, tmp_path):
    made = presets.released(make_project(store, tiny_base, tmp_path))
    return msgspec.structs.replace(made, protect="off", adapter=Adapter(rank=8, alpha=16))


def do(store, recipe):
    return client.run_in_process(store, jobs.enqueue(store, "pilot", {"recipe": recipe.to_toml()}))


def with_lr(recipe, lr, **more):
    return msgspec.structs.replace(
        recipe, training=msgspec.structs.replace(recipe.training, lr=lr, max_steps=60), **more
    )


def test_growth_is_the_ratio_of_summed_rates():
    recipe = Recipe(method="lora", training=Training(lr=1e-3, warmup_ratio=0.0, schedule="constant"))
    assert growth(recipe, 20, 100) == pytest.approx(5.0)
    falling = Recipe(method="lora", training=Training(lr=1e-3))
    rates = [lr_at(step, 60, peak=1e-3, warmup_ratio=0.1, schedule="linear") for step in range(1, 61)]
    assert growth(falling, 20, 60) == pytest.approx(sum(rates) / sum(rates[:20]))
    assert growth(falling, 60, 60) == pytest.approx(1.0)


def test_a_harsh_recipe_shows_more_change_than_a_gentle_one(store, recipe):
    found = {}
    for lr in (1e-6, 1e-2):
        job = do(store, with_lr(recipe, lr))
        assert job.state is State.FINISHED, (job.reason, job.details)
        found[lr] = job.result
    gentle, harsh = found[1e-6], found[1e-2]
    assert (harsh["steps"], harsh["steps_total"]) == (STEPS, 60)
    assert gentle["base_nll"] == pytest.approx(harsh["base_nll"], abs=1e-5)
    assert gentle["kl"] < 0.01 < harsh["kl"]
    assert harsh["kl_estimate"] == pytest.approx(harsh["kl"] * harsh["factor"])
    assert harsh["pilot_nll"] < harsh["base_nll"]
    assert 0 <= harsh["unlikely_share"] <= 1
    names = {one["name"] for one in harsh["capabilities"]}
    assert names == {"capitals", "opposites", "sums", "spelling"}
    assert max(one["change"] for one in harsh["capabilities"]) > max(
        abs(one["change"]) for one in gentle["capabilities"]
    )
    assert runs.everything(store) == []
    assert not list(store.home.glob("tmp*"))
    said = "\n".join(pilot_lines(harsh, recipe, 100_000))
    assert "An estimate, not a prediction" in said
    assert "beyond its limit" in said


def test_the_pilot_is_trained_as_the_run_would_be_protections_included(store, recipe):
    off = do(store, with_lr(recipe, 1e-2, method="full"))
    held = do(store, with_lr(recipe, 1e-2, method="full", protect="standard"))
    assert held.state is State.FINISHED, (held.reason, held.details)
    assert held.result["kl"] < off.result["kl"]


def test_a_prompt_has_nothing_to_pilot(store, recipe):
    job = do(store, msgspec.structs.replace(recipe, method="prompt"))
    assert (job.state, job.error_kind, job.result["field"]) == (State.FAILED, "user", "method")
