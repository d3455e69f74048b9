"""The loss: equal to the dense one it replaces, whatever the padding, the chunks and the parts, and never as large."""

import msgspec
import numpy as np
import pytest
import torch
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from engine.models.forward import base_of, learn_sharing
from engine.training import loop, objectives
from engine.training.batches import Batch
from engine.training.methods import trainable_parameters

CPU = torch.device("cpu")
METHODS = ("full", "lora")


def dense_nll(model, rows):
    """The plain loss: all logits of one row at a time, shifted, summed where the mask says."""
    total = torch.zeros(())
    for row in rows:
        ids = torch.from_numpy(row.ids).long()[None]
        logits = model(input_ids=ids).logits[0, :-1].float()
        wanted = torch.from_numpy(row.mask)[1:]
        total = total + functional.cross_entropy(logits[wanted], ids[0, 1:][wanted], reduction="sum")
    return total


def gradients(model, loss):
    model.zero_grad(set_to_none=True)
    loss.backward()
    return {
        name: parameter.grad.clone() for name, parameter in trainable_parameters(model) if parameter.grad is not None
    }


def awake(bench, method):
    """A model of which every trainable weight matters: an adapter at its start gives its A no gradient."""
    model = bench.model(bench.recipe(method))
    torch.manual_seed(5)
    with torch.no_grad():
        for name, parameter in trainable_parameters(model):
            if "lora_B" in name:
                parameter.normal_(std=0.05)
    return model


def assert_same(found, wanted):
    assert found.keys() == wanted.keys()
    for name, gradient in wanted.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-5, atol=1e-6, msg=lambda text, name=name: name + text)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("chunk", [512, 7, 1])
def test_loss_and_gradients_equal_the_dense_ones(bench, monkeypatch, method, chunk):
    monkeypatch.setattr(objectives, "CHUNK_TOKENS", chunk)
    model, rows = awake(bench, method), bench.examples(5)
    batch = Batch(rows, 0, CPU)
    ours = objectives.answer_nll(model, batch).sum() / batch.n_trained
    dense = dense_nll(model, rows) / batch.n_trained
    assert ours.item() == pytest.approx(dense.item(), rel=1e-6)
    found, wanted = gradients(model, ours), gradients(model, dense)
    assert len(wanted) > 5
    assert_same(found, wanted)


def test_each_tokens_loss_stands_at_its_place(bench):
    model, rows = awake(bench, "full"), bench.examples(3)
    batch = Batch(rows, 0, CPU)
    per_row = torch.zeros(3).index_add_(0, batch.rows, objectives.answer_nll(model, batch).detach())
    for row, found in zip(rows, per_row.tolist(), strict=True):
        assert found == pytest.approx(dense_nll(model, [row]).item(), rel=1e-5)


def test_padding_and_neighbours_leak_nothing(bench):
    """What a row loses must not depend on which rows share its batch, nor on what the padding says."""
    model, rows = awake(bench, "full"), sorted(bench.examples(6), key=lambda row: len(row.ids))
    short = rows[0]
    alone = objectives.answer_nll(model, Batch([short], 0, CPU))
    among = Batch([short, rows[-1]], 0, CPU)
    other = Batch([short, rows[-2]], 7, CPU)
    for batch in (among, other):
        found = objectives.answer_nll(model, batch)[batch.rows == 0]
        torch.testing.assert_close(found, alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("micro_batch", [1, 2, 3, 5, 8])
def test_any_micro_batch_gives_the_same_step(bench, method, micro_batch):
    """Rows of very different numbers of trained tokens: averaging averages would be caught."""
    rows = bench.examples(8, shortest=4, longest=40)
    recipe = bench.recipe(method, batch_size=8, max_grad_norm=0.0, warmup_ratio=0.0)
    found = {}
    for size in (8, micro_batch):
        model = awake(bench, method)
        task = bench.task(recipe, examples=rows, model=model, steps=1, micro_batch=size)
        task.optimiser = _Keep(model)
        recorder = bench.Recorder()
        loop.train(task, recorder)
        found[size] = task.optimiser.gradients, recorder.losses[0]
    assert found[micro_batch][1] == pytest.approx(found[8][1], rel=1e-6)
    assert_same(found[micro_batch][0], found[8][0])


class _Keep:
    """An optimiser that changes nothing and keeps the gradients it was given."""

    def __init__(self, model):
        self.model, self.param_groups, self.gradients = model, [{"lr": 0.0}], {}

    def step(self):
        self.gradients = {name: parameter.grad.clone() for name, parameter in trainable_parameters(self.model)}

    def zero_grad(self, set_to_none=True):
        pass


class _Sizes(TorchDispatchMode):
    """Notes the largest number of elements of any tensor an operation makes."""

    largest = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        sizes = [leaf.numel() for leaf in tree_leaves(result) if isinstance(leaf, torch.Tensor)]
        self.largest = max([self.largest, *sizes])
        return result


@pytest.mark.parametrize("method", METHODS)
def test_no_tensor_of_batch_by_length_by_vocabulary(bench, monkeypatch, method):
    monkeypatch.setattr(objectives, "CHUNK_TOKENS", 16)
    model = awake(bench, method)
    vocabulary = model.config.vocab_size
    rows = bench.examples(16, shortest=60, longest=64)
    batch = Batch(rows, 0, CPU)
    dense = batch.ids.numel() * vocabulary
    with _Sizes() as ours:
        objectives.answer_nll(model, batch).sum().backward()
    assert batch.n_trained > 10 * 16, "the test needs many chunks"
    # Activations of the feed-forward part (B·T·160) and the embedding's own gradient remain; nothing near the logits.
    assert ours.largest <= max(batch.ids.numel() * 160, vocabulary * 64)
    with _Sizes() as watched:
        model(input_ids=batch.ids)
    assert watched.largest >= dense, "the watcher must see the dense tensor where it is made"


def test_only_trained_positions_reach_the_head(bench):
    model = awake(bench, "full")
    seen = []
    head = model.get_output_embeddings()
    handle = head.register_forward_hook(lambda module, inputs, output: seen.append(len(inputs[0])))
    batch = Batch(bench.examples(6), 0, CPU)
    objectives.answer_nll(model, batch)
    handle.remove()
    assert seen == [batch.n_trained]


# ---- a beginning that all rows share is run once ----------------------------------------------------------------------


def with_beginning(rows, beginning):
    """The rows, each after the same tokens without loss."""
    head = np.asarray(beginning, dtype=np.int32)
    return [
        msgspec.structs.replace(
            row, ids=np.concatenate([head, row.ids]), mask=np.concatenate([np.zeros(len(head), bool), row.mask])
        )
        for row in rows
    ]


def tokens_run(model, action):
    """How many tokens the model's decoder was given while `action` ran."""
    seen = []
    hook = (
        base_of(model)
        .get_decoder()
        .register_forward_pre_hook(
            lambda module, args, kwargs: seen.append(kwargs["input_ids"].numel()), with_kwargs=True
        )
    )
    action()
    hook.remove()
    return sum(seen)


@pytest.mark.parametrize("method", METHODS)
def test_a_shared_beginning_is_run_once_with_the_same_loss_and_gradients(bench, method):
    model, rows = awake(bench, method), with_beginning(bench.examples(5), range(3, 15))
    batch = Batch(rows, 0, CPU)
    assert batch.shared == 12
    dense = dense_nll(model, rows) / batch.n_trained
    wanted = gradients(model, dense)
    ours = objectives.answer_nll(model, batch).sum() / batch.n_trained
    torch.testing.assert_close(ours, dense, rtol=1e-6, atol=1e-6)
    assert_same(gradients(model, ours), wanted)
    assert tokens_run(model, lambda: objectives.answer_nll(model, batch)) == batch.ids.numel() - 4 * 12


def test_rows_that_share_little_or_nothing_run_as_they_are(bench):
    assert Batch(bench.examples(5), 0, CPU).shared == 0
    rows = with_beginning(bench.examples(5), range(3, 15))
    assert Batch(rows[:1], 0, CPU).shared == 0  # a row alone shares with nobody
    long = [msgspec.structs.replace(r, ids=np.tile(r.ids, 9), mask=np.tile(r.mask, 9)) for r in bench.examples(5)]
    assert Batch(with_beginning(long, [3]), 0, CPU).shared == 0


def test_the_same_row_twice_leaves_each_a_token_of_its_own(bench):
    row = bench.examples(1)[0]
    assert Batch([row, row], 0, CPU).shared == len(row.ids) - 1


def test_dropout_draws_for_each_row_so_nothing_is_shared(bench):
    model = bench.model(bench.recipe("lora", adapter={"dropout": 0.1}))
    batch = Batch(with_beginning(bench.examples(5), range(3, 15)), 0, CPU)
    assert tokens_run(model, lambda: objectives.answer_nll(model, batch)) == batch.ids.numel()


def test_a_model_whose_states_differ_with_a_cache_is_left_alone(bench):
    """An architecture that counts positions from where a pass begins would be wrong after a shared beginning."""
    model = bench.base()
    decoder = model.get_decoder()
    decoder.register_forward_pre_hook(
        lambda module, args, kwargs: (
            args,
            kwargs | {"position_ids": torch.arange(kwargs["input_ids"].shape[1])[None]},
        ),
        with_kwargs=True,
    )
    assert not learn_sharing(model)
    batch = Batch(with_beginning(bench.examples(5), range(3, 15)), 0, CPU)
    assert tokens_run(model, lambda: objectives.answer_nll(model, batch)) == batch.ids.numel()
