"""Protections of full fine-tuning that read the base's weights from disk: the pull of L2-SP, and EWC."""

import json
import math

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.errors import UserError
from engine.training.batches import Batch
from engine.training.methods import trainable_parameters
from engine.training.protections import base_tensors, fisher
from engine.training.protections.base_tensors import BaseTensors
from engine.training.protections.pull import Pull, pull_share

CPU = torch.device("cpu")


def moved(bench, seed=0):
    """A full model a little away from its base, and its parameters."""
    model = bench.base("full")
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    model.requires_grad_(True)
    return model, trainable_parameters(model)


def pull_of(bench, parameters, *, share=lambda step: 0.25, every=1, total=10):
    return Pull(parameters, BaseTensors(bench.folder), share_at=share, every_steps=every, steps_total=total)


@pytest.mark.parametrize("piece_bytes", [64 * 2**20, 4096])
def test_a_pull_goes_the_share_of_the_way_back(bench, weights, monkeypatch, piece_bytes):
    monkeypatch.setattr(base_tensors, "PIECE_BYTES", piece_bytes)
    model, parameters = moved(bench)
    before, base = weights(model), weights(bench.base("full"))
    pull_of(bench, parameters).after_update(1)
    for name, now in weights(model).items():
        torch.testing.assert_close(now, before[name] + 0.25 * (base[name] - before[name]))


def test_a_pull_all_the_way_is_the_base(bench, weights):
    model, parameters = moved(bench)
    pull_of(bench, parameters, share=lambda step: 1.0).after_update(1)
    base = weights(bench.base("full"))
    assert all(torch.equal(now, base[name]) for name, now in weights(model).items())


def test_every_few_steps_adds_up_to_the_same_share():
    pull = Pull([], None, share_at=lambda step: step / 10, every_steps=3, steps_total=8)
    assert [pull.share_due(step) > 0 for step in range(1, 9)] == [False, False, True, False, False, True, False, True]
    assert pull.share_due(3) == pytest.approx(1 - 0.9 * 0.8 * 0.7)
    assert pull.share_due(6) == pytest.approx(1 - 0.6 * 0.5 * 0.4)
    assert pull.share_due(8) == pytest.approx(1 - 0.3 * 0.2), "the last steps are not left out"


@pytest.mark.parametrize("steps", [1, 8, 1000])
def test_the_pull_adds_up_to_its_strength_whatever_the_number_of_steps(steps):
    rates = [1 - i / steps for i in range(steps)]
    kept = math.prod(1 - pull_share(4.0, rates, step) for step in range(1, steps + 1))
    assert kept == pytest.approx(math.exp(-4))
    steady, drift = 1.0, 0.0  # every step moves by its rate in one direction: (1 − e^−Λ)/Λ of it stays
    for step in range(1, steps + 1):
        drift = (drift + steady * rates[step - 1]) * (1 - pull_share(4.0, rates, step))
    if steps == 1000:
        assert drift / sum(rates) == pytest.approx((1 - math.exp(-4)) / 4, rel=0.01)


def test_a_pull_by_hand():
    assert pull_share(3.0, [1.0, 0.5, 0.5], 1) == pytest.approx(1 - math.exp(-1.5))
    assert pull_share(0.0, [1.0, 0.5], 2) == 0


def test_tensors_not_in_the_files_are_refused_by_name(bench, tmp_path):
    _, parameters = moved(bench)
    tensors = load_file(bench.folder / "model.safetensors")
    tensors.pop("model.layers.1.mlp.up_proj.weight")
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(UserError, match=r"layers\.1\.mlp\.up_proj") as caught:
        BaseTensors(tmp_path).require(parameters, "protection.l2sp.strength")
    assert caught.value.field == "protection.l2sp.strength"


def test_a_sharded_base_is_read_through_its_index(bench, tmp_path, weights):
    tensors = load_file(bench.folder / "model.safetensors")
    names = sorted(tensors)
    parts = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for file, wanted in parts.items():
        save_file({name: tensors[name] for name in wanted}, tmp_path / file)
    index = {"weight_map": {name: file for file, wanted in parts.items() for name in wanted}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    _, parameters = moved(bench)
    base = BaseTensors(tmp_path)
    base.require(parameters, "x")
    for name, parameter in parameters:
        read = torch.cat([piece for _, piece in base.pieces(name, parameter.data)])
        assert torch.equal(read, tensors[name])


# ---- EWC -------------------------------------------------------------------------------------------------------------


def test_importance_of_a_coin_is_its_fisher_information():
    """One weight w, p(heads) = σ(w): F = p(1 − p). Both outcomes once each at w = 0 give (.5² + .5²)/2 = 1/4."""

    class Coin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.zeros(1))

    coin = Coin()
    rows = [Batch.__new__(Batch) for _ in range(2)]
    outcomes = iter([1.0, -1.0])

    def nll(model, row):
        return -torch.nn.functional.logsigmoid(next(outcomes) * model.w)

    from contextlib import nullcontext

    original = fisher.objectives.answer_nll
    fisher.objectives.answer_nll = nll
    try:
        found = fisher.importance_of(coin, [("w", coin.w)], rows, nullcontext)
    finally:
        fisher.objectives.answer_nll = original
    assert found[0].item() == pytest.approx(0.25)


def test_importance_is_the_mean_of_squared_row_gradients(bench):
    from contextlib import nullcontext

    from engine.training import objectives

    model, parameters = moved(bench)
    rows = bench.examples(3)
    batches = [Batch([row], 0, CPU) for row in rows]
    found = fisher.importance_of(model, parameters, batches, nullcontext)
    wanted = torch.zeros_like(parameters[3][1])
    for batch in batches:
        model.zero_grad()
        objectives.answer_nll(model, batch).sum().backward()
        wanted += parameters[3][1].grad ** 2 / 3
    torch.testing.assert_close(found[3], wanted, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("piece_bytes", [64 * 2**20, 4096])
def test_ewc_adds_its_gradient_and_tells_its_value(bench, weights, monkeypatch, piece_bytes):
    monkeypatch.setattr(base_tensors, "PIECE_BYTES", piece_bytes)
    _, parameters = moved(bench)
    base = weights(bench.base("full"))
    importance = [torch.rand_like(parameter) for _, parameter in parameters]
    term = fisher.Consolidation(parameters, importance, BaseTensors(bench.folder), 3.0)
    changes = [parameter - base[name] for name, parameter in parameters]
    value = 1.5 * sum((f * change**2).sum() for f, change in zip(importance, changes, strict=True))
    wanted = torch.autograd.grad(value, [parameter for _, parameter in parameters])
    parameters[0][1].grad = torch.ones_like(parameters[0][1])
    told = term.add_gradients()
    assert told.item() == pytest.approx(value.item(), rel=1e-4)
    for place, ((_, parameter), gradient) in enumerate(zip(parameters, wanted, strict=True)):
        torch.testing.assert_close(parameter.grad, gradient + (place == 0), rtol=1e-4, atol=1e-5)
    assert math.isfinite(told.item())
