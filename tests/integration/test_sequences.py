"""Training B on top of A on top of the base: bound to its checkpoint, measured on A's rows after, judged, and shown."""

import json

import msgspec
import pytest
import tiny_model
import torch
from click.testing import CliRunner
from safetensors.torch import load_file
from training_runs import make_project, queue

from engine import client, presets, sequences
from engine.cli import main
from engine.errors import UserError
from engine.records import Adapter
from engine.states import State
from engine.store import checkpoints, runs, scores

torch.set_num_threads(1)


@pytest.fixture
def recipe(store, tiny_base, tmp_path):
    made = presets.released(make_project(store, tiny_base, tmp_path))
    training = msgspec.structs.replace(made.training, lr=5e-3, max_steps=30)
    return msgspec.structs.replace(made, name="A", protect="off", training=training, adapter=Adapter(rank=8, alpha=16))


def other_rows(folder):
    """Another task: shouting colours."""
    colours = ["red", "blue", "green", "black", "white", "pink", "grey", "brown"]
    rows = [
        {"messages": [{"role": "user", "content": f"Paint {n} {c}."}, {"role": "assistant", "content": f"{c.upper()} {n}!"}]}
        for c in colours for n in range(6)
    ]  # fmt: skip
    return str(tiny_model.write_rows(folder / "other.jsonl", rows))


def do(store, recipe):
    """Do a run here and return it."""
    run_id, job_id = queue(store, recipe)
    job = client.run_in_process(store, job_id)
    assert job.state is State.FINISHED, (job.reason, job.details)
    return runs.get(store, run_id)


def second(store, recipe, first, tmp_path):
    step = checkpoints.of_run(store, first.id)[-1].step
    data = msgspec.structs.replace(recipe.data, path=other_rows(tmp_path))
    return msgspec.structs.replace(recipe, name="B", data=data, start_from=f"A@{step}")


@pytest.mark.parametrize("method", ["full", "lora"])
def test_b_on_a_on_base(store, recipe, tmp_path, method):
    recipe = msgspec.structs.replace(recipe, method=method)
    a = do(store, recipe)
    bound = sequences.started(store, second(store, recipe, a, tmp_path))
    assert bound.start_from == f"{a.id}@30"
    b = do(store, bound)
    assert [one.id for one in sequences.lineage(store, b)] == [a.id, b.id]
    # A's rows were measured again with B's weights, and its canaries still against the one base
    was, now = (sequences.heldout_of(store, one, a.id) for one in (a.id, b.id))
    assert was.suite_hash == now.suite_hash
    assert now.settings["of_run"] == a.id
    (judged,) = [row for row in scores.verdicts(store, b.id) if row["split"] == "heldout"]
    assert [one["name"] for one in judged["payload"]["capabilities"]] == ["A"]
    found = sequences.matrix_of(store, sequences.chain_of(store, ["B"]))
    assert found.stages == ("base", "after A", "after B")
    assert found.tasks == ("A", "B")
    assert set(found.capabilities) == {"capitals", "opposites", "sums", "spelling"}
    a_column = [row[0] for row in found.values]
    assert a_column[1] > a_column[0]  # A was learned
    assert a_column[2] < a_column[1]  # and B, which never saw it, lost some of it
    assert found.values[1][1] is not None  # B's rows, measured before B: with A's weights
    assert found.values[0][1] is None
    told = CliRunner().invoke(main, ["--data-dir", str(store.home), "matrix", "B"])
    assert told.exit_code == 0, told.output
    assert "Did B break A?" in told.stdout
    assert "Backward transfer" in told.stdout
    assert "Forgetting, best earlier − last (Chaudhry 2018)" in told.stdout


def test_b_begins_with_a_s_weights_exactly(store, recipe, tmp_path):
    recipe = msgspec.structs.replace(recipe, method="lora")
    a = do(store, recipe)
    later = second(store, recipe, a, tmp_path)
    tiny_step = msgspec.structs.replace(later.training, max_steps=1, lr=1e-12)
    b = do(store, sequences.started(store, msgspec.structs.replace(later, training=tiny_step)))
    weights = [
        load_file(runs.folder(store, run.id) / "checkpoints" / f"step-{step}" / "adapter_model.safetensors")
        for run, step in ((a, 30), (b, 1))
    ]
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.allclose(weights[0][name], weights[1][name], atol=1e-9) for name in weights[0])
    assert b.results["learned"]["nll_before"] == pytest.approx(b.results["learned"]["nll_after"], abs=1e-5)


def test_what_cannot_go_on_is_refused_with_what_differs(store, recipe, tmp_path):
    a = do(store, msgspec.structs.replace(recipe, method="lora"))
    later = second(store, recipe, a, tmp_path)
    with pytest.raises(UserError, match="method is full, there lora") as refused:
        sequences.started(store, later)
    assert refused.value.field == "start_from"
    other = msgspec.structs.replace(later, method="lora", adapter=Adapter(rank=4, alpha=16))
    with pytest.raises(UserError, match=r"adapter\.rank is 4, there 8"):
        sequences.started(store, other)
    with pytest.raises(UserError, match="no checkpoint at step 7"):
        sequences.started(store, msgspec.structs.replace(later, start_from="A@7"))
    with pytest.raises(UserError, match="from its base anyway"):
        sequences.started(store, msgspec.structs.replace(later, start_from="base:tiny"))
    assert json.loads(msgspec.json.encode(sequences.started(store, recipe))) == json.loads(msgspec.json.encode(recipe))
