"""Weaker versions of trained weights: exact at both ends, even between, written without a second copy in memory; drift."""

import copy
import itertools
import math
import subprocess
import sys

import msgspec
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import durable, platform
from engine.errors import UserError
from engine.strength import drift
from engine.strength.weights import Dial, write_version
from engine.training import loop, methods
from engine.verdict.strength import Strength

METHODS = ["full", "lora", "qlora"]
PROMPTS = ("What is the capital of France?", "Spell fish.", "What is 2 plus 3?")


@pytest.fixture(scope="module")
def trained(bench, tmp_path_factory):
    """`trained(method)`: (recipe, folder of the trained weights, the trained model), each made once."""
    made = {}

    def make(method, **adapter):
        key = (method, *sorted(adapter.items()))
        if key not in made:
            recipe = bench.recipe(method, adapter=adapter, lr=5e-3 if method == "full" else 2e-2)
            task = bench.task(recipe, steps=8)
            loop.train(task, bench.Recorder())
            folder = tmp_path_factory.mktemp(method) / "step-8"
            folder.mkdir()
            methods.save_weights(task.model, recipe, folder)
            made[key] = recipe, folder, task.model.eval()
        return made[key]

    return make


@torch.no_grad()
def logits(bench, model):
    tokenizer = bench.tokenizer()
    return torch.stack([model(**tokenizer(text, return_tensors="pt")).logits[0, -1] for text in PROMPTS])


def divergence(base, now):
    p = torch.log_softmax(base.double(), -1)
    return float((p.exp() * (p - torch.log_softmax(now.double(), -1))).sum(-1).mean())


@pytest.mark.parametrize("method", METHODS)
def test_both_ends_are_the_base_and_the_checkpoint_and_kl_grows_between(bench, trained, method):
    recipe, folder, model = trained(method)
    base = logits(bench, bench.base(method))
    dial = Dial(bench.base(method), recipe, folder, bench.folder)
    found = [divergence(base, logits(bench, dial.turn(Strength(alpha=alpha)))) for alpha in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert found[-1] > 1e-3  # it did learn something
    assert all(one < two for one, two in itertools.pairwise(found))
    torch.testing.assert_close(logits(bench, dial.turn(Strength(alpha=0.0))), base, rtol=0, atol=1e-4)
    torch.testing.assert_close(logits(bench, dial.turn(Strength(alpha=1.0))), logits(bench, model), rtol=0, atol=1e-4)


def test_the_dial_may_be_turned_back_and_forth(bench, trained):
    recipe, folder, _ = trained("full")
    dial = Dial(bench.base("full"), recipe, folder, bench.folder)
    first = logits(bench, dial.turn(Strength(alpha=0.3))).clone()
    dial.turn(Strength(alpha=1.0))
    assert torch.equal(logits(bench, dial.turn(Strength(alpha=0.3))), first)


@pytest.mark.parametrize("method", METHODS)
def test_a_written_version_is_what_the_dial_showed_and_changes_nothing_else(bench, trained, tmp_path, method):
    recipe, folder, _ = trained(method)
    source = tmp_path / "checkpoints" / folder.name
    with durable.new_folder(source, {"step": 8}) as place:
        for path in folder.iterdir():
            (place / path.name).write_bytes(path.read_bytes())
    before = durable.manifest_sha256(source)
    strength = Strength(alpha=0.5, blocks={"1": 0.25})
    saved = write_version(source.parent, recipe, source, bench.folder, strength, {"step": 8})
    assert saved.folder.name == f"step-8{strength.variant}"
    assert durable.damage(saved.folder, saved.manifest_sha256) is None
    assert durable.damage(source, before) is None
    loaded = methods.with_checkpoint(bench.base(method), recipe, saved.folder)
    shown = Dial(bench.base(method), recipe, folder, bench.folder).turn(strength)
    assert torch.equal(logits(bench, loaded), logits(bench, shown))


def test_blocks_have_their_own_strength(bench, trained):
    recipe, folder, _ = trained("full")
    origin = {name: p.detach().clone() for name, p in bench.base("full").named_parameters()}
    goal = load_file(folder / methods.FULL_WEIGHTS)
    model = Dial(bench.base("full"), recipe, folder, bench.folder).turn(Strength(alpha=1.0, blocks={"0": 0.0}))
    for name, parameter in model.named_parameters():
        wanted = origin[name] if ".layers.0." in name else goal[name]
        assert torch.equal(parameter, wanted), name


def test_dora_has_no_weaker_versions(bench, trained, tmp_path):
    recipe, folder, _ = trained("lora", dora=True)
    with pytest.raises(UserError, match="DoRA"):
        Dial(bench.base("lora"), recipe, folder, bench.folder)
    with pytest.raises(UserError, match="DoRA"):
        write_version(tmp_path, recipe, folder, bench.folder, Strength(alpha=0.5), {})
    assert list(tmp_path.iterdir()) == []


BOUNDED = """
import sys
from pathlib import Path
import torch
from engine.strength import weights
from engine.training.protections import base_tensors
from engine.verdict.strength import Strength

def anonymous_kb():
    return int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0])

torch.set_num_threads(1)
base_tensors.PIECE_BYTES = 4 * 2**20
folder = Path(sys.argv[1])
write, seen = weights._write, []

def watched(out, piece):
    seen.append(anonymous_kb())
    write(out, piece)

weights._write = watched
torch.lerp(torch.zeros(2**20), torch.ones(2**20), 0.5)
before = anonymous_kb()
weights._write_full(folder / "out.safetensors", folder / "trained.safetensors", folder / "base", Strength(alpha=0.5))
sys.stdout.write(f"{len(seen)} {max(seen) - before}")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="uses /proc")
def test_full_weights_are_interpolated_without_a_copy_in_memory(tmp_path):
    """192 MB of weights, a tensor of which is 64 MB, take a few pieces of 4 MB beside what the kernel maps and may drop."""
    (tmp_path / "base").mkdir()
    names = [f"model.layers.{i}.weight" for i in range(3)]
    save_file(
        {name: torch.full((4096, 4096), float(i)) for i, name in enumerate(names)}, tmp_path / "base/model.safetensors"
    )
    save_file(
        {name: torch.full((4096, 4096), i + 1.0) for i, name in enumerate(names)}, tmp_path / "trained.safetensors"
    )
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(tmp_path)], capture_output=True, text=True, check=False,
        env=platform.clean_environment({"PATH": "/usr/bin", "OMP_NUM_THREADS": "1"}), cwd=".",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    count, grown_kb = map(int, done.stdout.split())
    assert count == 48
    assert grown_kb < 24 * 1024
    out = load_file(tmp_path / "out.safetensors")
    assert {name: (float(out[name].min()), float(out[name].max())) for name in names} == {
        name: (i + 0.5, i + 0.5) for i, name in enumerate(names)
    }


# ---- drift -----------------------------------------------------------------------------------------------------------


def found_by_name(rows):
    return {name: change / size for _, _, name, change, size in rows}


def test_drift_of_full_weights_is_the_relative_change_of_each(bench, trained):
    _, folder, _ = trained("full")
    seen = []
    rows = list(drift.full_drift(folder, bench.folder, lambda done, total: seen.append((done, total))))
    goal = load_file(folder / methods.FULL_WEIGHTS)
    found = found_by_name(rows)
    assert set(found) == set(goal)
    for name, parameter in bench.base("full").named_parameters():
        origin = parameter.detach()
        assert found[name] == pytest.approx(float((goal[name] - origin).norm() / origin.norm()), rel=1e-4), name
    assert {layer for layer, *_ in rows} == {-1, 0, 1}
    assert ("self_attn.q_proj") in {module for _, module, *_ in rows}
    assert seen[-1] == (len(goal), len(goal))


@pytest.mark.parametrize("adapter", [{}, {"rslora": True}, {"dora": True}])
def test_drift_of_an_adapter_is_that_of_the_merged_weights(bench, trained, adapter):
    _, folder, model = trained("lora", **adapter)
    rows = list(drift.adapter_drift(folder, bench.folder, lambda done, total: None))
    merged = dict(copy.deepcopy(model).merge_and_unload().named_parameters())
    assert len(rows) == 14  # seven linear layers in each of two blocks
    for name, origin in bench.base("lora").named_parameters():
        if name in found_by_name(rows):
            wanted = float(((merged[name] - origin).norm() / origin.norm()).detach())
            assert found_by_name(rows)[name] == pytest.approx(wanted, rel=1e-3), name


def test_overall_drift_weighs_by_size():
    rows = [(0, "a", "a.weight", 3.0, 10.0), (0, "b", "b.weight", 4.0, 0.0)]
    assert drift.overall(rows) == pytest.approx(0.5)
    assert drift.overall([]) == 0.0
    assert math.isfinite(drift.overall([(0, "b", "b", 1.0, 0.0)]))


def test_the_recipe_of_a_version_is_that_of_its_run(bench, trained, tmp_path):
    recipe, folder, _ = trained("lora")
    saved = write_version(tmp_path, recipe, folder, bench.folder, Strength(alpha=0.25), {"step": 8, "variant": "x0.25"})
    assert (saved.folder / "recipe.toml").read_text() == recipe.to_toml()
    told = msgspec.json.decode((saved.folder / "strength.json").read_bytes())
    assert told["strength"] == {"alpha": 0.25, "blocks": {}}
