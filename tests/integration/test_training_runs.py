"""Whole runs through a real host and worker on the tiny model: trained, measured, judged; paused, killed, resumed."""

import json
import os
import signal

import msgspec
import processes
import pytest
from training_runs import STEPS, finish, losses, make_project, queue

from engine import client, durable, platform
from engine.plan import hardware_facts
from engine.records import Adapter
from engine.states import State
from engine.store import checkpoints, history, jobs, models, runs, scores

METHODS = ["full", "lora", "qlora"]


@pytest.fixture
def project(store, tiny_base, tmp_path):
    """A recipe on the tiny base; the host and workers of the folder end with the test."""
    recipe = make_project(store, tiny_base, tmp_path)
    yield recipe
    processes.end(store.home)


def _with(recipe, method, **training):
    adapter = Adapter(rank=8, alpha=16, dropout=0.1)
    return msgspec.structs.replace(
        recipe, method=method, adapter=adapter, training=msgspec.structs.replace(recipe.training, **training)
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_run_is_trained_measured_and_judged(store, project, tiny_base, method):
    files = {path.name: durable.hash_file(path) for path in tiny_base.iterdir()}
    run_id, job_id = queue(store, _with(project, method))
    job = finish(store, job_id)
    assert job.state is State.FINISHED, (job.reason, job.details)
    run = runs.get(store, run_id)
    assert [step for step, _, _ in losses(store, run_id)] == list(range(1, STEPS + 1))
    verdict = scores.verdicts(store, run_id)[-1]["payload"]
    assert {one["name"] for one in verdict["capabilities"]} == {"capitals", "opposites", "sums", "spelling"}
    assert job.result["overall"] == verdict["word"]
    assert run.results["learned"]["nll_after"] < run.results["learned"]["nll_before"]
    assert run.results["base"]["unchanged"]
    assert run.peak_bytes > 0
    assert {path.name: durable.hash_file(path) for path in tiny_base.iterdir()} == files
    looks = [m.step for m in scores.of_run(store, run_id) if m.moment == "look"]
    assert looks == [3, 6]
    assert history.entries(store)[0].action == "verdict"
    saved = checkpoints.of_run(store, run_id)[-1]
    state = json.loads((runs.folder(store, run_id) / "checkpoints" / saved.folder / "state.json").read_text("utf-8"))
    assert {"torch", "peft", "numpy"} <= state["identity"]["versions"].keys()


def test_jobs_that_look_at_the_machine_tell_its_device_to_the_plan(store, project, tmp_path):
    client.ensure_host(store.home)
    looks = [
        jobs.enqueue(store, "calibrate", {"recipe": project.to_toml()}),
        jobs.enqueue(store, "inspect", {"base": "tiny", "path": project.data.path}),
    ]
    for job_id in looks:
        job = client.wait_for(store, job_id, timeout_s=120)
        assert job.state is State.FINISHED, job.details
        assert job.result["device"]["kind"] in {"cpu", "cuda"}
        assert job.result["device"]["total_bytes"] > 2**30
        assert hardware_facts(tmp_path, job.result["device"]).name == job.result["device"]["name"]


def test_full_training_at_a_high_rate_forgets(store, project):
    _, job_id = queue(store, _with(project, "full", lr=5e-3, max_steps=30))
    assert finish(store, job_id).result["overall"] == "forgot"


def test_two_equal_recipes_give_equal_losses(store, project):
    first, job_one = queue(store, project)
    second, job_two = queue(store, project)
    client.ensure_host(store.home)
    for job_id in (job_one, job_two):
        assert client.wait_for(store, job_id, timeout_s=180).state is State.FINISHED
    assert losses(store, first) == losses(store, second)
    before = [scores.scores(store, m.id) for m in scores.of_run(store, first) if m.moment == "before"]
    assert before == [scores.scores(store, m.id) for m in scores.of_run(store, second) if m.moment == "before"]


def test_what_the_base_answers_to_held_out_rows_is_asked_once(store, project):
    first, job_id = queue(store, project)
    finish(store, job_id)
    with store.write() as changes:  # a mark shows what is taken over
        changes.execute(
            "UPDATE answers SET text = 'marked' WHERE measurement_id = ?", (_heldout_before(store, first).id,)
        )
    others = msgspec.structs.replace(project.data, heldout_rows=4)
    for recipe, is_taken_over in (
        (_with(project, "full"), True),
        (msgspec.structs.replace(project, data=others), False),
    ):
        run_id, job_id = queue(store, recipe)
        finish(store, job_id)
        texts = {answer.text for answer in scores.answers(store, _heldout_before(store, run_id).id)}
        assert (texts == {"marked"}) is is_taken_over
        learned = [runs.get(store, one).results["learned"]["nll_before"] for one in (first, run_id)]
        assert (learned[0] == learned[1]) is is_taken_over


def _heldout_before(store, run_id):
    return next(m for m in scores.of_run(store, run_id) if m.moment == "before" and m.suite == "held-out rows")


@pytest.mark.skipif(platform.IS_WINDOWS, reason="uses POSIX signals")
@pytest.mark.parametrize("method", METHODS)
def test_killed_in_the_middle_and_resumed_it_logs_the_same_losses(store, project, until, method):
    recipe = _with(project, method, max_steps=24)
    whole, job_whole = queue(store, recipe)
    assert finish(store, job_whole).state is State.FINISHED
    broken, job_id = queue(store, recipe)
    client.ensure_host(store.home)
    until(lambda: any(c.step >= 6 for c in checkpoints.of_run(store, broken)), 120)
    os.kill(processes.worker(store.home).pid, signal.SIGKILL)
    job = until(lambda: (j := jobs.get(store, job_id)).state.is_ended and j, 30)
    assert job.state is State.INTERRUPTED
    assert "SIGKILL" in job.reason
    jobs.requeue(store, job_id, {**job.payload, "resume": True})
    assert finish(store, job_id).state is State.FINISHED
    assert losses(store, broken) == losses(store, whole)
    assert any("Going on from the checkpoint" in line.message for line in runs.log_since(store, 0, run_id=broken))
    folder = runs.folder(store, broken) / "checkpoints"
    assert not list(folder.glob(f"{durable.PARTIAL}*"))


def test_pause_check_resume_and_stop(store, project, until):
    run_id, job_id = queue(store, _with(project, "full", max_steps=2000))
    client.ensure_host(store.home)
    until(lambda: runs.get(store, run_id).step >= 2, 120)
    jobs.request(store, job_id, "pause")
    until(lambda: jobs.get(store, job_id).state is State.PAUSED, 20)
    paused_at = runs.get(store, run_id).step
    assert checkpoints.of_run(store, run_id)[-1].step == paused_at
    jobs.request(store, job_id, "resume")
    until(lambda: runs.get(store, run_id).step > paused_at, 20)
    looks = len(scores.of_run(store, run_id))
    jobs.request(store, job_id, "check")
    until(lambda: len(scores.of_run(store, run_id)) > looks, 30)
    jobs.request(store, job_id, "stop")
    job = until(lambda: (j := jobs.get(store, job_id)).state.is_ended and j, 30)
    assert job.state is State.STOPPED
    last = checkpoints.of_run(store, run_id)[-1]
    assert last.step == runs.get(store, run_id).step > paused_at
    assert durable.damage(runs.folder(store, run_id) / "checkpoints" / last.folder, last.manifest_sha256) is None


def test_an_answer_streams_while_a_run_trains(store, project, until):
    run_id, job_id = queue(store, _with(project, "full", max_steps=5000))
    client.ensure_host(store.home)
    until(lambda: runs.get(store, run_id).step >= 2, 120)
    answer = jobs.enqueue(store, "answer", {"a": "base:tiny", "prompts": ["What is the capital of France?"]})
    done = client.wait_for(store, answer, timeout_s=120)
    assert done.state is State.FINISHED, done.details
    assert jobs.get(store, job_id).state is State.TRAINING
    assert done.result["sides"]["a"]["answers"] == ["The capital of France is Paris."]
    assert done.result["sides"]["a"]["fingerprint"] == models.get(store, "tiny").fingerprint
    jobs.request(store, job_id, "stop")
    until(lambda: jobs.get(store, job_id).state.is_ended, 30)


def test_compare_shows_base_and_tuned_side_by_side(store, project):
    run_id, job_id = queue(store, _with(project, "lora", lr=1e-2, max_steps=100))
    assert finish(store, job_id).state is State.FINISHED
    prompts = ["What is the capital of Peru?", "My lamp is broken."]
    payload = {"a": "base:tiny", "b": f"{run_id}@100", "prompts": prompts}
    sides = client.wait_for(store, jobs.enqueue(store, "answer", payload), timeout_s=120).result["sides"]
    assert sides["a"]["answers"][0] == "The capital of Peru is Lima."
    assert sides["b"]["answers"][1].startswith('{"item":')
    assert not sides["a"]["answers"][1].startswith("{")
    assert sides["a"]["fingerprint"] != sides["b"]["fingerprint"]


def test_cancel_before_training_leaves_no_checkpoint(store, project, until):
    run_id, job_id = queue(store, project)
    jobs.request(store, job_id, "cancel")
    assert jobs.get(store, job_id).state is State.CANCELLED
    assert checkpoints.of_run(store, run_id) == []
    assert until(lambda: runs.get(store, run_id).state is State.CANCELLED)


def test_rows_changed_since_queueing_are_refused(store, project):
    recipe = msgspec.structs.replace(project, data=msgspec.structs.replace(project.data, fingerprint="0" * 64))
    _, job_id = queue(store, recipe)
    job = finish(store, job_id)
    assert job.state is State.FAILED
    assert job.error_kind == "user"
    assert "content changed" in job.reason


def test_a_changed_base_is_refused_with_the_file_named(store, project, tmp_path, tiny_base):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in tiny_base.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    models.move(store, "tiny", str(copy))
    config = copy / "config.json"
    config.write_text(config.read_text().replace('"max_position_embeddings": 256', '"max_position_embeddings": 255'))
    _, job_id = queue(store, project)
    job = finish(store, job_id)
    assert job.state is State.FAILED
    assert "config.json has SHA-256" in job.reason
