"""Whole runs with protections through a real host and worker: they keep what the plain run forgets, and resume exactly."""

import os
import signal

import msgspec
import processes
import pytest
from training_runs import finish, losses, make_project, queue

from engine import client, platform, settings
from engine.errors import UserError
from engine.models.load import load_weights
from engine.protection import Protection
from engine.records import Adapter
from engine.states import State
from engine.store import checkpoints, jobs, runs, scores
from engine.store.strength import drift
from engine.training.protections import building


@pytest.fixture
def project(store, tiny_base, tmp_path):
    """A recipe on the tiny base; the host and workers of the folder end with the test."""
    recipe = make_project(store, tiny_base, tmp_path)
    yield recipe
    processes.end(store.home)


def _with(recipe, method, protect="off", *, steps=24, lr=3e-3, **changes):
    changed = msgspec.structs.replace(
        recipe, method=method, adapter=Adapter(rank=8, alpha=16, dropout=0.1), protect=protect
    )
    sizes = {"training.max_steps": steps, "training.lr": lr}
    return settings.apply(changed, {**sizes, **changes})


def _change(store, run_id, score="ref_nll"):
    """Mean change of a score over the verdict items."""
    values: dict[str, dict[str, float]] = {"before": {}, "after": {}}
    for measured in scores.of_run(store, run_id):
        if measured.moment in values:
            rows = scores.scores(store, measured.id)
            values[measured.moment] |= {r.item_id: r.value for r in rows if (r.score, r.split) == (score, "verdict")}
    return sum(values["after"][name] - values["before"][name] for name in values["after"]) / len(values["after"])


@pytest.mark.parametrize("method", ["full", "lora"])
def test_standard_keeps_what_the_plain_run_forgets_and_learns_all_the_same(store, project, method):
    found = {}
    for protect in ("off", "standard"):
        run_id, job_id = queue(store, _with(project, method, protect, steps=30, lr=3e-3))
        job = finish(store, job_id)
        assert job.state is State.FINISHED, (job.reason, job.details)
        run = runs.get(store, run_id)
        assert run.recipe.protect == protect
        assert (run.recipe.protection == Protection()) == (protect == "off")
        learned = run.results["learned"]
        found[protect] = _change(store, run_id), learned["nll_before"] - learned["nll_after"]
    assert found["off"][0] > 0.5, "the plain run must have something to keep"
    assert found["standard"][0] < 0.6 * found["off"][0]
    assert found["standard"][1] > 0.6 * found["off"][1]


ALL = {
    "full": {"kl_beta": 1, "replay_weight": 0.5, "kl_auto": True, "l2sp_strength": 0.02, "l2sp_every_steps": 5, "sam_rho": 0.1,
             "token_weighting_tau": 8.0, "prompt_kl_beta": 0.1},
    "lora": {"kl_beta": 1, "replay_weight": 0.5, "kl_auto": True, "l2sp_strength": 0.01, "activation_strength": 0.01,
             "sam_rho": 0.02, "token_weighting_max_perplexity": 1e6, "prompt_kl_beta": 0.1},
    "qlora": {"kl_beta": 1, "replay_weight": 0.5, "kl_auto": True, "l2sp_strength": 0.01, "activation_strength": 0.01,
              "sam_rho": 0.02, "prompt_kl_beta": 0.1},
    "lora as osf": {"kl_beta": 1, "replay_weight": 0.5, "sam_rho": 0.02, "kind": "osf", "dropout": 0.0},
    "lora as corda": {"kl_beta": 1, "replay_weight": 0.5, "sam_rho": 0.02, "start": "corda"},
}  # fmt: skip


@pytest.mark.skipif(platform.IS_WINDOWS, reason="uses POSIX signals")
@pytest.mark.parametrize("name", sorted(ALL))
def test_with_everything_on_killed_and_resumed_it_logs_the_same_losses(store, project, until, name):
    method = name.partition(" ")[0]
    recipe = _with(project, method, "custom", general_rows=12, general_answer_tokens=8, **ALL[name])
    whole, job_whole = queue(store, recipe)
    job = finish(store, job_whole)
    assert job.state is State.FINISHED, (job.reason, job.details)
    broken, job_id = queue(store, recipe)
    client.ensure_host(store.home)
    until(lambda: any(c.step >= 6 for c in checkpoints.of_run(store, broken)), 300)
    worker = processes.worker(store.home)
    os.kill(worker.pid, signal.SIGKILL)
    until(lambda: jobs.get(store, job_id).state.is_ended, 30)
    jobs.requeue(store, job_id, {**jobs.get(store, job_id).payload, "resume": True})
    job = finish(store, job_id)
    assert job.state is State.FINISHED, (job.reason, job.details)
    assert losses(store, broken) == losses(store, whole)
    said = [line.message for line in runs.log_since(store, 0, run_id=broken)]
    assert any("general rows (answered by the base itself)" in line for line in said)
    assert len(list((store.home / "protection").iterdir())) >= 1
    assert runs.get(store, whole).results["base"]["unchanged"]
    assert drift(store, whole, 24)


IDLE = {"general_share": 0.5, "general_rows": 3, "kl_target": 0.5, "sam_every_steps": 1}


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("full", {"l2sp_every_steps": 2, "ewc_sequences": 3}),
        ("lora", {"activation_sequences": 3, "preserved": 0.9}),
        ("qlora", {}),
    ],
)
def test_every_weight_at_0_gives_the_run_without_protection_bit_for_bit(store, project, method, more):
    """Whatever the other settings of protections whose weight is 0 say."""
    found = []
    for protect, changes in (("off", {}), ("custom", {**IDLE, **more})):
        run_id, job_id = queue(store, _with(project, method, protect, steps=6, **changes))
        job = client.run_in_process(store, job_id)
        assert job.state is State.FINISHED, (job.reason, job.details)
        folder = runs.folder(store, run_id) / "checkpoints" / "step-6"
        (weights,) = (path for path in folder.glob("*model.safetensors"))
        found.append((losses(store, run_id), weights.read_bytes()))
    assert found[0] == found[1]
    assert len(found[0][0]) == 6


def test_ewc_runs(store, project):
    recipe = _with(project, "full", "custom", ewc_strength=100.0, ewc_sequences=6, general_source="bundled", steps=6)
    run_id, job_id = queue(store, recipe)
    job = finish(store, job_id)
    assert job.state is State.FINISHED, (job.reason, job.details)
    assert len(losses(store, run_id)) == 6


def test_a_file_of_canaries_ends_the_run_before_training_naming_the_field(store, project, tmp_path):
    suite_rows = tmp_path / "rows_of_canaries.jsonl"
    lines = [
        {"prompt": f"What is the capital of {c}?", "completion": "x"} for c in ("France", "Italy", "Spain", "Japan")
    ]
    suite_rows.write_text("".join(msgspec.json.encode(line).decode() + "\n" for line in lines))
    recipe = _with(project, "lora", "custom", kl_beta=1, general_source="file", general_path=str(suite_rows))
    run_id, job_id = queue(store, recipe)
    job = finish(store, job_id)
    assert (job.state, job.error_kind) == (State.FAILED, "user")
    assert "overlap canaries" in job.reason
    assert losses(store, run_id) == []


def test_an_adapter_whose_off_is_not_the_base_is_refused(bench_model, tiny_base):
    model, recipe, baseline = bench_model
    building.require_off_is_base(model, recipe, baseline)
    next(p for n, p in model.named_parameters() if "q_proj.base_layer" in n).data.add_(0.1)
    with pytest.raises(UserError, match="switched off is not the base") as caught:
        building.require_off_is_base(model, recipe, baseline)
    assert caught.value.field == "protection.kl.beta"


@pytest.fixture
def bench_model(tiny_base, project):
    """A LoRA model of the tiny base, a recipe with KL, and the base's stored logits."""
    from engine.canaries.baseline import Baseline, reference_logits
    from engine.device import CpuDevice
    from engine.training import methods

    recipe = _with(project, "lora", "custom", kl_beta=1)
    base = load_weights(tiny_base, CpuDevice(), "fp32")
    prompts = ((5, 6, 7), (8, 9))
    baseline = Baseline(
        key="k", answers={}, tops={}, prompts=prompts, logits=reference_logits(base, prompts), noise_floor=0.0
    )
    return methods.make_trainable(base, recipe), recipe, baseline
