from __future__ import annotations

import msgspec
import pytest

from engine.canaries.power import deciding_items
from engine.canaries.suite import load_suite, select
from engine.cli import demo
from engine.drafts import with_data_fingerprint
from engine.plan import demo as planned
from engine.records import recipe_from_toml
from engine.store import jobs

TIMED = {"step_s": 2.5, "score_item_s": 0.08, "answer_s": 0.4, "load_s": 6.0, "tokens_per_row": 82.0}


@pytest.fixture
def base(project):
    return msgspec.structs.replace(project.add_base(planned.STARTER_NAME), parameters=135_000_000)


def test_each_capability_has_enough_items_that_decide():
    suite = select(load_suite("standard"), planned.CAPABILITIES, *planned.ITEMS[-1])
    for capability in suite.capabilities:
        assert len(deciding_items(suite, capability)) >= 16
        assert len(suite.of(capability.name, "guard")) >= 6
    assert len(suite.capabilities) == 4


def test_with_time_to_spare_everything_is_measured(base):
    quick = {name: value / 50 for name, value in TIMED.items()} | {"tokens_per_row": 82.0}
    estimate = planned.fit(quick, 1.0, base.parameters, 360)
    assert (estimate.verdict_items, estimate.guard_items) == planned.ITEMS[0]
    assert estimate.steps == planned.WANTED_STEPS
    assert estimate.total_s <= 360


def test_steps_are_shortened_and_items_never(base):
    whole = planned.fit(TIMED, 5.0, base.parameters, 10_000)
    least = planned.fit(TIMED, 5.0, base.parameters, 1)
    assert (least.steps, least.verdict_items, least.guard_items) == (10, *planned.ITEMS[-1])
    middle = planned.fit(TIMED, 5.0, base.parameters, least.total_s + 20 * 2.5 * planned.MARGIN + 1)
    assert middle.steps == 30
    assert (middle.verdict_items, middle.guard_items) == planned.ITEMS[-1]
    assert whole.steps == planned.WANTED_STEPS


@pytest.mark.parametrize("available_s", range(150, 600, 50))
def test_what_fits_is_within_the_time(base, available_s):
    estimate = planned.fit(TIMED, 5.0, base.parameters, available_s)
    assert estimate.total_s <= available_s or estimate.steps == planned.FEWEST_STEPS


def test_slower_steps_take_longer(base):
    slower = planned._estimate({**TIMED, "step_s": 5.0}, 5.0, base.parameters, planned.ITEMS[-1], 60)
    assert slower.train_s == 2 * planned._estimate(TIMED, 5.0, base.parameters, planned.ITEMS[-1], 60).train_s


def test_the_recipe_says_what_the_demo_says(base):
    recipe = planned.recipe(base, {"method": "full", "protect": "off", "lr": "1e-4"})
    assert (recipe.method, recipe.training.lr, recipe.protect) == ("full", 1e-4, "off")
    assert recipe.canaries.generate == "shown"
    assert recipe.canaries.capabilities == planned.CAPABILITIES
    assert recipe_from_toml(recipe.to_toml()) == recipe
    assert with_data_fingerprint(recipe).data.fingerprint


def test_the_time_is_said_with_its_parts(base, capsys):
    estimate = planned.fit(TIMED, 5.0, base.parameters, 1)
    demo._say_how_long(estimate, 1)
    told = capsys.readouterr().out
    assert "20 verdict and 6 guard items of each capability; 10 training steps." in told
    assert "10 steps 28 s" in told
    assert "Steps were shortened from 60" in told
    assert "longer than asked for" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--method", "dpo"), "'dpo' is not one of"),
        (("--lr", "fast"), "training.lr cannot be 'fast'"),
        (("--lr", "2"), "training.lr cannot be 2.0"),
        (("--protect", "firm"), "protect cannot be 'firm'"),
        (("--minutes", "0"), "0.0 is not in the range"),
    ],
)
def test_bad_options_are_refused_before_anything_is_made(palimpsest, home, words, said):
    told = palimpsest("demo", *words)
    assert told.exit_code == 2
    assert said in told.stderr
    assert not home.exists()


def test_the_way_back_is_shown_and_proved(project, base, capsys):
    from engine.store import history

    run_id = project.add_run(planned.STARTER_NAME)
    project.add_checkpoint(run_id, 40)
    with project.store.write() as connection:
        connection.execute("UPDATE runs SET step = 40")
    demo._show_the_way_back(project.store, run_id, base)
    told = capsys.readouterr().out
    assert f"Made lora-01 @ 40 the current model; before it was base {planned.STARTER_NAME}." in told
    assert f"Rolled back from lora-01 @ 40 to base {planned.STARTER_NAME}." in told
    assert "Byte for byte what was imported." in told
    assert [entry.action for entry in history.entries(project.store)] == ["rollback", "make_current"]


def test_the_overhead_is_what_the_calibration_did_not_time(project):
    job_id = jobs.enqueue(project.store, "calibrate", {})
    job = msgspec.structs.replace(jobs.get(project.store, job_id), created_at=100.0, ended_at=125.0, result=TIMED)
    assert planned.overhead_s(job) == pytest.approx(25 - 6.0 - 18 * 0.08 - 16 * 0.4 - 3 * 2.5)
