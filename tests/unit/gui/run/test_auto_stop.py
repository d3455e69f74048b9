"""Criterion 12: on a recorded stream of looks the guard fires exactly by its rule, and the timeline's marker sits there."""

import random

import filled_store as filled
import pytest

from engine import client
from engine.records import CanaryPlan, Score
from engine.states import State
from engine.store import events, jobs, runs, scores
from engine.training.guarding import Guarding
from engine.work import Work

STEPS = (20, 40, 60, 80, 100)
BUDGET = 0.10
ITEMS = 16


def record_look(store, run_id, step, means):
    """Rows as a worker writes them at a look: guard items of two capabilities, worse by these means in nats/token."""
    measurement = scores.begin(
        store, run_id=run_id, moment="before" if step == 0 else "look", step=step, model_ref=f"{run_id}@{step}",
        fingerprint="f" * 64, suite="standard", suite_hash="9" * 64, settings=filled.SETTINGS,
    )  # fmt: skip
    rows = []
    for name, mean in means.items():
        noise = random.Random(f"{name} {step}")
        spread = [noise.gauss(0, 0.04) for _ in range(ITEMS)]
        middle = sum(spread) / ITEMS
        for number, one in enumerate(spread):
            value = 1.5 + 0.01 * number + (0.0 if step == 0 else mean + one - middle)
            item = f"{name}-{number:03d}"
            rows.append(Score(item_id=item, capability=name, split="guard", cluster=item, score="ref_nll", value=value))
    scores.add(store, measurement, rows, [])
    scores.finish(store, measurement, noise_floor=0.0004)
    return measurement


def train_through(store, losses, guard="stop"):
    """Feed the stream to the guard as the loop does: each look measured, then read, until it stops. (run, step it stopped)"""
    recipe = filled.recipe(canaries=CanaryPlan(looks=(0.2, 0.4, 0.6, 0.8, 1.0), guard=guard))
    run_id, job_id = client.queue_run(store, recipe, {})
    runs.update(store, run_id, steps_total=100)
    work = Work(store, jobs.get(store, job_id))
    guarding = Guarding(work, runs.get(store, run_id).recipe, STEPS)
    before = record_look(store, run_id, 0, {"arithmetic": 0.0, "facts": 0.0})
    for step, loss in zip(STEPS, losses, strict=True):
        filled_steps(store, run_id, step)
        look = record_look(store, run_id, step, {"arithmetic": loss, "facts": 0.01})
        if guarding.look(step, before, look).action == "stop":
            filled.set_state(store, run_id, State.AUTO_STOPPED)
            return run_id, step
    return run_id, None


def filled_steps(store, run_id, upto):
    known = len(runs.steps(store, run_id))
    filled.add_steps(store, run_id, upto) if not known else None
    if known:
        rows = [filled.Step(run_id=run_id, step=n, loss=0.4, lr=1e-4, grad_norm=1.0, tokens=600, elapsed_s=4.0 * n)
                for n in range(known + 1, upto + 1)]  # fmt: skip
        runs.add_steps(store, rows)
    runs.update(store, run_id, step=upto)


@pytest.mark.parametrize(
    ("losses", "fires_at", "kind"),
    [
        pytest.param(
            (0.0, 0.18, 0.02, 0.19, 0.18), 100, "two looks", id="beyond at 80 and 100, at 40 alone is not enough"
        ),
        pytest.param((0.18, 0.19, 0.2, 0.2, 0.2), 40, "two looks", id="beyond at the first two looks"),
        pytest.param((0.0, 0.05, 0.45, 0.0, 0.0), 60, "severe", id="three budgets at once"),
        pytest.param((0.09, 0.09, 0.09, 0.09, 0.09), None, "", id="a mean inside the budget never fires"),
        pytest.param((0.18, 0.0, 0.18, 0.0, 0.18), None, "", id="every second look is not two in a row"),
    ],
)
def test_the_stop_and_its_marker_are_at_the_step_the_rule_says(gui_project, open_page, losses, fires_at, kind):
    store = gui_project.store
    run_id, stopped = train_through(store, losses)
    assert stopped == fires_at
    marks = [one for one in events.of_run(store, run_id) if one.kind == "tripped"]
    assert [(one.step, one.capability, one.details["kind"]) for one in marks] == (
        [(fires_at, "arithmetic", kind)] if fires_at else []
    )
    page = open_page(run_id, tab="timeline")
    chart = page.timeline.chart
    uprights = chart._uprights["stop"]
    assert [line.isVisible() for line in uprights] == [bool(fires_at)] * len(uprights)
    if fires_at:
        assert {line.value() for line in uprights} == {fires_at}
        (said,) = [label for label in chart.loss_texts.labels if label.text.startswith("■")]
        assert said.x == fires_at
        assert f"auto-stopped at {fires_at}" in said.text


def test_the_marker_stays_where_it_was_when_the_run_goes_on(gui_project, open_page):
    store = gui_project.store
    run_id, stopped = train_through(store, (0.18, 0.19, 0.2, 0.2, 0.2))
    filled_steps(store, run_id, 73)
    filled.set_state(store, run_id, State.FINISHED)
    chart = open_page(run_id, tab="timeline").timeline.chart
    assert {line.value() for line in chart._uprights["stop"]} == {stopped}


def test_a_rule_that_only_warns_marks_the_same_step_and_goes_on(gui_project, open_page):
    store = gui_project.store
    run_id, stopped = train_through(store, (0.18, 0.19, 0.2, 0.2, 0.2), guard="warn")
    assert stopped is None
    assert [one.step for one in events.of_run(store, run_id) if one.kind == "tripped"] == [40]
    chart = open_page(run_id, tab="timeline").timeline.chart
    assert {line.value() for line in chart._uprights["stop"]} == {40}
    said = " | ".join(label.text for label in chart.loss_texts.labels)
    assert "⚠ guard's warning at 40" in said
    assert "auto-stopped" not in said
