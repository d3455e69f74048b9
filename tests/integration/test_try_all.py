"""Try all: every method from one recipe through a real host, one crash included, to a recommendation; then continued."""

import msgspec
import processes
import pytest
from click.testing import CliRunner
from training_runs import make_project

from engine import client, presets
from engine.cli import main
from engine.records import PromptPlan
from engine.states import State
from engine.store import jobs, runs, scores, sweeps


@pytest.fixture
def recipe(store, tiny_base, tmp_path):
    """A recipe file on the tiny base, and the command line; the host and its workers end with the test."""
    made = presets.released(make_project(store, tiny_base, tmp_path))
    training = msgspec.structs.replace(made.training, lr=0.0, max_steps=6)
    made = msgspec.structs.replace(made, method="lora", protect="off", training=training, prompt=PromptPlan(examples=2))
    path = tmp_path / "recipe.toml"
    path.write_text(made.to_toml())
    yield path
    processes.end(store.home)


def palimpsest(store, *words):
    return CliRunner().invoke(main, ["--data-dir", str(store.home), *map(str, words)])


def test_all_methods_are_run_compared_and_one_crash_stops_nothing(store, recipe, tmp_path):
    words = ("try-all", recipe, "--grid", "training.lr=2e-3", "--methods", "prompt,full,lora")
    dry = palimpsest(store, *words, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "3 runs" in dry.stdout
    assert runs.everything(store) == []
    assert palimpsest(store, *words, "--detach", "--name", "three ways").exit_code == 0
    (sweep,) = sweeps.everything(store)
    crashing = sweeps.cells(store, sweep.id)[1].run_id
    with store.write() as connection:  # this cell's base will not be the one it was queued with: it fails at once
        connection.execute(
            "UPDATE runs SET recipe = json_set(recipe, '$.base_fingerprint', 'x') WHERE id = ?", (crashing,)
        )
    assert client.wait_for(store, sweep.job_id, timeout_s=300).state is State.FINISHED
    ended = {cell.label: runs.get(store, cell.run_id) for cell in sweeps.cells(store, sweep.id)}
    assert [run.state for run in ended.values()].count(State.FINISHED) == 2
    assert runs.get(store, crashing).state is State.FAILED
    prompt = ended["prompt"]
    assert scores.verdicts(store, prompt.id)[-1]["overall"]
    learned = prompt.results["learned"]
    assert learned["nll_after"] != learned["nll_before"]  # the tiny model never saw two turns: it need not be better
    assert [one["role"] for one in prompt.results["prompt"]["messages"]] == ["user", "assistant"] * 2
    assert prompt.step == prompt.steps_total == 0
    summary = sweeps.get(store, sweep.id).summary
    assert len(summary["points"]) == 2
    assert len(summary["missing"]) == 1
    told = palimpsest(store, "sweep", sweep.id, "--out", tmp_path / "sweep.html")
    assert summary["sentence"] in told.stdout
    assert "<svg" in (tmp_path / "sweep.html").read_text("utf-8")
    assert "2 of 3" in palimpsest(store, "sweeps").stdout
    # asked for again, only what is missing is queued
    before = len(runs.everything(store))
    again = palimpsest(store, *words, "--detach", "--name", "three ways")
    assert again.exit_code == 0, again.output
    assert len(runs.everything(store)) == before
    assert {job.run_id for job in jobs.unfinished(store)} <= {crashing, None}
    assert client.wait_for(store, sweeps.get(store, sweep.id).job_id, timeout_s=300).state is State.FINISHED


def test_a_setting_that_does_not_exist_is_refused_before_anything(store, recipe):
    refused = palimpsest(store, "try-all", recipe, "--grid", "training.speed=1")
    assert refused.exit_code == 2
    assert "training.speed" in refused.stderr
    assert runs.everything(store) == []
