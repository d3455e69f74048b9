"""Penalties on an adapter's change, against the change written out."""

import pytest
import torch

from engine.models.forward import hidden_states
from engine.training.batches import Batch
from engine.training.methods import trainable_parameters
from engine.training.protections import penalties

CPU = torch.device("cpu")


def test_squared_change_by_hand():
    a, b = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [1.0]])  # BA = [[3, 6], [1, 2]]
    assert penalties.squared_change(a, b, 1.0).item() == 9 + 36 + 1 + 4
    assert penalties.squared_change(a, b, 2.0).item() == 4 * 50
    c = torch.tensor([10.0, 1.0])
    assert penalties.squared_change(a, b, 1.0, c).item() == 10 * (9 + 1) + (36 + 4)


@pytest.mark.parametrize("weighted", [False, True])
def test_value_and_gradient_equal_the_written_out_change(weighted):
    torch.manual_seed(2)
    a, b = torch.randn(4, 30, requires_grad=True), torch.randn(20, 4, requires_grad=True)
    c = torch.rand(30) if weighted else None
    found = penalties.squared_change(a, b, 1.7, c)
    change = 1.7 * b @ a
    dense = (change**2 * (1.0 if c is None else c)).sum()
    assert found.item() == pytest.approx(dense.item(), rel=1e-5)
    for one, other in zip(torch.autograd.grad(found, (a, b)), torch.autograd.grad(dense, (a, b)), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_decaying_a_and_b_apart_is_not_the_same():
    """B's rows may cancel in BA: the change is nothing while both matrices are large."""
    a, b = torch.tensor([[1.0, 1.0], [1.0, 1.0]]), torch.tensor([[5.0, -5.0]])
    assert penalties.squared_change(a, b, 1.0).item() == 0
    assert (a**2).sum() + (b**2).sum() > 50


@pytest.mark.parametrize("rslora", [False, True])
@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_penalty_over_the_model_is_the_difference_merging_makes(bench, method, rslora):
    model = bench.model(bench.recipe(method, adapter={"rslora": rslora}))
    torch.manual_seed(3)
    total = 0.0
    with torch.no_grad():
        for one in penalties.adapted_layers(model):
            one.b.normal_(std=0.1)
            total += float(one.module.get_delta_weight("default").square().sum())
    found = penalties.ChangePenalty("l2sp", model, 0.5)
    assert len(found.layers) == 14
    assert found.value().item() == pytest.approx(0.5 * total, rel=1e-4)


def test_inputs_are_measured_without_padding_and_equal_a_plain_mean(bench):
    model = bench.model(bench.recipe())
    rows = bench.examples(9)
    batches = [Batch(rows[i : i + 4], 0, CPU) for i in range(0, 9, 4)]
    found = penalties.mean_squared_inputs(model, batches)
    assert len(found) == 14
    seen = {}
    handles = [
        one.module.register_forward_pre_hook(lambda m, x, name=one.name: seen.setdefault(name, []).append(x[0][0]))
        for one in penalties.adapted_layers(model)
    ]
    with torch.no_grad():
        for row in rows:
            hidden_states(model, torch.from_numpy(row.ids).long()[None])
    for handle in handles:
        handle.remove()
    for name, c in found.items():
        torch.testing.assert_close(c, torch.cat(seen[name]).square().mean(0), rtol=1e-4, atol=1e-5)


def test_weighted_penalty_is_the_mean_change_of_the_output():
    """For inputs of uncorrelated components: E‖ΔW·x‖², here with x one axis at a time."""
    torch.manual_seed(4)
    a, b, scales = torch.randn(2, 6), torch.randn(5, 2), torch.rand(6) + 0.5
    inputs = torch.diag(scales) * 6**0.5  # six inputs, each along one axis: E[x_j²] = scales²
    outputs = inputs @ (b @ a).T
    assert outputs.square().sum(1).mean().item() == pytest.approx(
        penalties.squared_change(a, b, 1.0, scales**2).item(), rel=1e-5
    )


def test_a_penalty_gives_the_adapter_a_gradient(bench):
    model = bench.model(bench.recipe())
    with torch.no_grad():
        for one in penalties.adapted_layers(model):
            one.b.fill_(0.01)
    penalties.ChangePenalty("l2sp", model, 1.0).value().backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for _, p in trainable_parameters(model))
