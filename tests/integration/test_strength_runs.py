"""The strength slider after real runs of the tiny model: scored, proposed, written, confirmed, current, undone, rebuilt."""

import itertools

import msgspec
import pytest
from training_runs import STEPS, make_project, queue

from engine import client, durable, reindex, settings, versions
from engine.device import CpuDevice
from engine.models.load import load_reference
from engine.records import Adapter
from engine.states import State
from engine.store import Store, checkpoints, history, jobs, runs, scores
from engine.store import strength as points
from engine.verdict.strength import proposed


@pytest.fixture
def project(store, tiny_base, tmp_path):
    recipe = make_project(store, tiny_base, tmp_path)
    return msgspec.structs.replace(recipe, protect="off")


def trained(store, project, method):
    """A finished run that forgot something; returns its id."""
    lr = {"full": 2e-3, "lora": 1e-2}[method]
    recipe = msgspec.structs.replace(
        project, method=method, adapter=Adapter(rank=8, alpha=16),
        training=msgspec.structs.replace(project.training, lr=lr),
    )  # fmt: skip
    run_id, job_id = queue(store, recipe)
    job = client.run_in_process(store, job_id)
    assert job.state is State.FINISHED, job.details
    return run_id


def strengthen(store, ref, **more):
    job = client.run_in_process(store, jobs.enqueue(store, "strength", {"ref": ref, **more}))
    assert job.state is State.FINISHED, (job.reason, job.details)
    return job.result


@pytest.mark.parametrize("method", ["full", "lora"])
def test_score_propose_apply_undo(store, home, project, method):
    run_id = trained(store, project, method)
    ref = f"{run_id}@{STEPS}"
    original = checkpoints.find(store, ref)
    folder = runs.folder(store, run_id) / "checkpoints"
    looks = [row.id for row in scores.of_run(store, run_id) if row.moment == "look"]

    said = strengthen(store, ref)
    found = points.points(store, run_id, STEPS)
    assert [point.alpha for point in found] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [one.mean for one in found[0].changes] == [0.0] * 4
    kl = [point.kl for point in found]
    assert all(one < two for one, two in itertools.pairwise(kl))
    assert found[-1].learned_nll < found[0].learned_nll
    assert said["proposed"] == (best.alpha if (best := proposed(found)) else None)
    assert [
        row.id for row in scores.of_run(store, run_id) if row.moment == "look"
    ] == looks  # the timeline is as it was

    pointer = history.pointer(store)
    said = strengthen(store, ref, alphas=[], apply=0.05)
    made = checkpoints.find(store, f"{ref}x0.05")
    assert said["version"] == made.ref
    assert scores.verdicts_on(store, run_id, STEPS, "x0.05")[-1]["payload"]["word"] == said["overall"]
    assert len(scores.verdicts(store, run_id)) == 1  # the run's own verdict stands
    assert durable.damage(folder / original.folder, original.manifest_sha256) is None
    assert said["made_current"] is (said["overall"] != "forgot")
    if said["made_current"]:
        assert history.pointer(store)[0] == made.ref
        versions.undo(store)
    assert history.pointer(store) == pointer
    assert versions.make_current(store, made.ref).after == made.ref
    assert load_reference(store, made.ref, CpuDevice(), "fp32").fingerprint == made.manifest_sha256

    again = strengthen(store, ref, alphas=[], apply=0.05)
    assert len(scores.verdicts_on(store, run_id, STEPS, "x0.05")) == 1  # the verdict set is touched once
    assert again["overall"] == said["overall"]
    reindex.reindex(home, force=True)
    rebuilt = Store(home)
    assert checkpoints.find(rebuilt, made.ref).manifest_sha256 == made.manifest_sha256
    assert checkpoints.find(rebuilt, made.ref).strength["alpha"] == 0.05
    assert checkpoints.find(rebuilt, ref).manifest_sha256 == original.manifest_sha256
    assert [(p.alpha, p.kl) for p in points.points(rebuilt, run_id, STEPS)] == [(p.alpha, p.kl) for p in found]
    assert len(scores.verdicts_on(rebuilt, run_id, STEPS, "x0.05")) == 1
    rebuilt.close()


def test_single_blocks_and_values_between_on_demand(store, project):
    run_id = trained(store, project, "full")
    strengthen(store, f"{run_id}@{STEPS}", alphas=[0.4], blocks={"0": 0.0})
    strengthen(store, f"{run_id}@{STEPS}", alphas=[0.4])
    found = points.points(store, run_id, STEPS)
    assert [(point.alpha, point.blocks) for point in found] == [(0.4, {}), (0.4, {"0": 0.0})]
    assert found[1].kl != found[0].kl


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"alphas": [1.5]}, "alpha"), ({"apply": 1.0}, "apply"), ({"apply": 0.0}, "apply"),
        ({"blocks": {"1": 3.0}}, "blocks"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_before_any_work(store, project, payload, field):
    run_id = trained(
        store, msgspec.structs.replace(project, training=msgspec.structs.replace(project.training, max_steps=2)), "lora"
    )
    job = client.run_in_process(store, jobs.enqueue(store, "strength", {"ref": f"{run_id}@2", **payload}))
    assert (job.state, job.error_kind, job.result["field"]) == (State.FAILED, "user", field)
    assert points.points(store, run_id, 2) == []
    assert checkpoints.variants(store, run_id) == []


def test_every_run_stores_its_drift_and_any_checkpoint_may_be_asked_for(store, project):
    run_id = trained(store, project, "lora")
    rows = points.drift(store, run_id, STEPS)
    assert {row.layer for row in rows} == {0, 1}
    assert all(0 < row.value < 1 for row in rows)
    earlier = next(row for row in checkpoints.of_run(store, run_id) if row.state == "complete" and row.step < STEPS)
    job = client.run_in_process(store, jobs.enqueue(store, "drift", {"ref": earlier.ref}))
    assert job.state is State.FINISHED, job.details
    assert job.result["overall"] > 0
    assert points.drift_steps(store, run_id) == [earlier.step, STEPS]


def test_careful_scores_smaller_strengths_after_the_run(store, project):
    recipe = settings.apply(project, {"protect": "custom", "slider_after": True})
    run_id, job_id = queue(store, recipe)
    assert client.run_in_process(store, job_id).state is State.FINISHED
    (job,) = [one for one in jobs.changed_since(store, 0) if one.kind == "strength"]
    assert (job.state, job.payload["ref"]) == (State.QUEUED, f"{run_id}@{STEPS}")
    pointer = history.pointer(store)
    done = client.run_in_process(store, job.id)
    assert done.state is State.FINISHED, done.details
    assert [point.alpha for point in points.points(store, run_id, STEPS)] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert "version" not in done.result
    assert history.pointer(store) == pointer


def test_a_run_that_asks_for_none_queues_no_strengths(store, project):
    trained(store, project, "lora")
    dora = msgspec.structs.replace(project, method="lora", adapter=Adapter(rank=4, alpha=8, dora=True))
    run_id, job_id = queue(store, settings.apply(dora, {"protect": "custom", "slider_after": True}))
    assert client.run_in_process(store, job_id).state is State.FINISHED
    assert [one for one in jobs.changed_since(store, 0) if one.kind == "strength"] == []
    assert any("has none" in line.message for line in runs.log_since(store, 0, run_id=run_id))
