"""Runs, steps and log lines as rows."""

import pytest

from engine import presets
from engine.errors import UserError
from engine.records import Answer, DataSpec, Recipe, Score, Step
from engine.store import checkpoints, runs, scores


@pytest.fixture
def run_id(store):
    return runs.create(store, Recipe(name="one", data=DataSpec(path="rows.jsonl")), plan={"steps": 3})


def steps_of(run_id, numbers, loss):
    return [
        Step(run_id=run_id, step=n, loss=loss, lr=1e-4, grad_norm=1.0, tokens=10, elapsed_s=float(n)) for n in numbers
    ]


def test_a_run_comes_back_as_written(store, run_id):
    run = runs.get(store, run_id)
    assert run.recipe == presets.resolved(Recipe(name="one", data=DataSpec(path="rows.jsonl")))
    assert (run.recipe_hash, run.plan) == (run.recipe.hash(), {"steps": 3})
    assert runs.find(store, "one") == runs.find(store, str(run_id)) == run
    with pytest.raises(UserError, match="called 'two'"):
        runs.find(store, "two")


def test_runs_of_one_name_are_told_apart_by_number(store, run_id):
    again, other = runs.create(store, Recipe(name="one")), runs.create(store, Recipe(name="two"))
    found = runs.told_apart([runs.get(store, one) for one in (run_id, again, other)])
    assert [run.name for run in found] == [f"one #{run_id}", f"one #{again}", "two"]
    assert [run.id for run in found] == [run_id, again, other]


def test_resuming_drops_later_steps_without_deleting(store, run_id):
    runs.add_steps(store, steps_of(run_id, (1, 2, 3), loss=2.0))
    seen = store.rev()
    runs.drop_steps_after(store, run_id, 1)
    assert [s.step for s in runs.steps(store, run_id)] == [1]
    assert runs.get(store, run_id).step == 1
    assert [run.id for run in runs.changed_since(store, seen)] == [run_id]
    runs.add_steps(store, steps_of(run_id, (2,), loss=1.5))
    assert [(s.step, s.loss) for s in runs.steps(store, run_id)] == [(1, 2.0), (2, 1.5)]
    assert len(store.rows("SELECT * FROM steps")) == 3


def test_only_known_columns_are_set(store, run_id):
    runs.update(store, run_id, results={"verdict": "kept"}, peak_bytes=5)
    assert runs.get(store, run_id).results == {"verdict": "kept"}
    with pytest.raises(ValueError, match="not columns"):
        runs.update(store, run_id, **{"state = 'finished', name": "x"})


def test_hostile_names_are_only_names(store):
    name = "'); DROP TABLE runs; --"
    runs.create(store, Recipe(name=name))
    assert runs.find(store, name).name == name


def test_a_replaced_checkpoint_keeps_its_row(store, run_id):
    for manifest in ("old", "new"):
        checkpoints.add(store, run_id=run_id, step=5, folder="f", manifest_sha256=manifest, size_bytes=1)
    assert [(row.manifest_sha256, row.ref) for row in checkpoints.of_run(store, run_id)] == [("new", f"{run_id}@5")]
    with pytest.raises(UserError) as refused:
        checkpoints.get(store, run_id, 6)
    assert "no checkpoint at step 6. It has: 5." in refused.value.sentence()


def test_scores_and_answers_come_back_and_a_rewritten_answer_keeps_its_row(store, run_id):
    measurement = scores.begin(
        store, run_id=run_id, moment="before", step=0, model_ref="base:a", fingerprint="f", suite="standard",
        suite_hash="h", settings={"dtype": "fp32"}, cache_key="key",
    )  # fmt: skip
    score = Score(
        item_id="i", capability="c", split="verdict", cluster="k", score="ref_nll", value=0.1 + 0.2, n_tokens=3
    )
    answers = [
        Answer(item_id="i", capability="c", split="verdict", prompt="p", text=text, passed=True) for text in ("a", "b")
    ]
    assert scores.cached(store, "key") is None
    scores.add(store, measurement, [score], answers[:1])
    scores.add(store, measurement, [score], answers[1:])
    scores.finish(store, measurement, noise_floor=0.01)
    assert scores.scores(store, measurement) == [score]
    assert scores.answers(store, measurement) == answers[1:]
    assert [row["id"] for row in store.rows("SELECT id FROM answers")] == [1]
    assert scores.cached(store, "key") == scores.get(store, measurement) == scores.of_run(store, run_id)[0]
