"""Exported folders of the tiny model's runs: other programs load them and get the very predictions; cards name no place."""

import json
import os
import stat

import msgspec
import pytest
import torch
from peft import PeftModel
from training_runs import STEPS, make_project, queue
from transformers import AutoModelForCausalLM, AutoTokenizer

from engine import client, durable
from engine.device import CpuDevice
from engine.models.load import load_reference
from engine.records import Adapter, Budget
from engine.states import State
from engine.store import checkpoints, history, jobs, runs

REASON = "tickets never ask for | capitals <b>"
IDS = torch.tensor([[5, 6, 7, 8, 9]])


@pytest.fixture
def project(store, tiny_base, tmp_path):
    recipe = make_project(store, tiny_base, tmp_path)
    budgets = {"capitals": Budget(role="tolerate", limit=0.5, reason=REASON)}
    canaries = msgspec.structs.replace(recipe.canaries, budgets=budgets, looks=(1.0,))
    return msgspec.structs.replace(recipe, canaries=canaries)


def trained(store, project, method, **adapter):
    recipe = msgspec.structs.replace(
        project, method=method, adapter=Adapter(rank=4, alpha=8, **adapter),
        training=msgspec.structs.replace(project.training, lr={"full": 2e-3}.get(method, 1e-2)),
    )  # fmt: skip
    run_id, job_id = queue(store, recipe)
    job = client.run_in_process(store, job_id)
    assert job.state is State.FINISHED, job.details
    return f"{run_id}@{STEPS}"


def export(store, ref, to, **more):
    return client.run_in_process(store, jobs.enqueue(store, "export", {"ref": ref, "to": str(to), **more}))


def exported(store, ref, to, **more):
    job = export(store, ref, to, **more)
    assert job.state is State.FINISHED, (job.reason, job.details)
    return job.result


def logits(model):
    with torch.no_grad():
        return model.eval()(input_ids=IDS).logits


def names_no_place(folder, *places):
    for path in folder.iterdir():
        content = path.read_bytes()
        for place in places:
            assert str(place).encode() not in content, (path.name, place)


def test_full_weights_load_anywhere_and_the_card_has_the_reason(store, home, project, tmp_path, tiny_base):
    ref = trained(store, project, "full")
    history.append(
        store, "keep", f"Kept full-01 in spite of its verdict: see {tmp_path}/why.txt, one purpose", after=ref
    )
    to = tmp_path / "out" / "mine"
    before = os.umask(0o027)
    try:
        exported(store, ref, to)
    finally:
        os.umask(before)
    model = AutoModelForCausalLM.from_pretrained(to)
    assert model.dtype == torch.float32
    assert torch.equal(logits(model), logits(load_reference(store, ref, CpuDevice(), "fp32").model))
    assert AutoTokenizer.from_pretrained(to).chat_template == AutoTokenizer.from_pretrained(tiny_base).chat_template
    assert {stat.S_IMODE(path.stat().st_mode) for path in to.iterdir()} == {0o640}
    assert stat.S_IMODE(to.stat().st_mode) == 0o750
    assert durable.damage(to) is None
    names_no_place(to, home, tmp_path, tiny_base)
    card = (to / "README.md").read_text("utf-8")
    assert 'base_model: "tiny"' in card
    assert r"tickets never ask for \| capitals &lt;b&gt;" in card
    assert "(tolerate)" in card
    assert "one purpose" in card
    assert checkpoints.find(store, ref).manifest_sha256 in card
    assert f"{runs.get(store, 1).results['learned']['n']} held-out rows: exact match" in card
    entry = history.entries(store, 1)[0]
    assert (entry.action, entry.after) == ("export", ref)


def test_an_adapter_stays_one_and_says_its_base(store, home, project, tmp_path, tiny_base):
    ref = trained(store, project, "lora")
    to = tmp_path / "adapter"
    exported(store, ref, to)
    assert json.loads((to / "adapter_config.json").read_text())["base_model_name_or_path"] == "tiny"
    names_no_place(to, home, tmp_path, tiny_base)
    base = AutoModelForCausalLM.from_pretrained(tiny_base)
    wanted = logits(load_reference(store, ref, CpuDevice(), "fp32").model)
    assert torch.equal(logits(PeftModel.from_pretrained(base, to)), wanted)
    assert "library_name: peft" in (to / "README.md").read_text("utf-8")


@pytest.mark.parametrize("adapter", [{}, {"rslora": True}, {"dora": True}, {"kind": "osf"}, {"start": "corda"}])
def test_merged_is_one_model_that_says_the_same(store, project, tmp_path, tiny_base, adapter):
    ref = trained(store, project, "lora", **adapter)
    to = tmp_path / "whole"
    result = exported(store, ref, to, merged=True)
    assert "written into the base's weights" in result["said"]
    assert result["said"] in (to / "README.md").read_text("utf-8").replace("\\", "")
    wanted = logits(load_reference(store, ref, CpuDevice(), "fp32").model)
    base = logits(AutoModelForCausalLM.from_pretrained(tiny_base))
    found = logits(AutoModelForCausalLM.from_pretrained(to))
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
    assert (base - wanted).abs().max() > 0.5, "there must be a change to merge"
    assert not (to / "adapter_config.json").exists()


def test_a_weaker_version_is_exported_with_its_own_verdict(store, project, tmp_path):
    ref = trained(store, project, "lora")
    job = client.run_in_process(store, jobs.enqueue(store, "strength", {"ref": ref, "alphas": [0.5], "apply": 0.5}))
    assert job.state is State.FINISHED, job.details
    to = tmp_path / "half"
    exported(store, f"{ref}x0.5", to)
    card = (to / "README.md").read_text("utf-8")
    assert "strength 0.5 is left" in card
    assert "Loss on held-out rows" in card
    assert "## What it kept" in card
    assert "No verdict" not in card


def test_what_cannot_be_exported_is_refused_before_anything_is_written(store, home, project, tmp_path, tiny_base):
    ref = trained(store, project, "qlora")
    to = tmp_path / "there"
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("mine")
    for given, field, said in (
        ({"ref": ref, "to": to, "merged": True}, "merged", "a model that nobody measured"),
        ({"ref": ref, "to": full}, "to", "exists already"),
        ({"ref": ref, "to": tiny_base / "sub"}, "to", "the base model lie inside each other"),
        ({"ref": ref, "to": home / "sub"}, "to", "the data folder lie inside each other"),
        ({"ref": "base:tiny", "to": to}, "ref", "nothing to export"),
        ({"ref": f"{ref}x0.5", "to": to}, None, ""),
        ({"ref": "9@1", "to": to}, None, ""),
    ):
        job = export(store, **given)
        assert (job.state, job.error_kind) == (State.FAILED, "user"), given
        assert said in job.reason
        if field:
            assert job.result["field"] == field
    assert not to.exists()
    assert [path.name for path in full.iterdir()] == ["letter.txt"]


def test_a_damaged_checkpoint_is_not_handed_on(store, project, tmp_path):
    ref = trained(store, project, "lora")
    weights = runs.folder(store, 1) / "checkpoints" / f"step-{STEPS}" / "adapter_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    job = export(store, ref, tmp_path / "bad")
    assert (job.state, job.error_kind) == (State.FAILED, "user")
    assert "was changed" in job.reason
    assert not (tmp_path / "bad").exists()
