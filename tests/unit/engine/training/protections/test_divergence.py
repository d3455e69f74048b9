"""KL to the base: its numbers by hand, its gradients by autograd and finite differences, and what it never builds."""

import math

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from engine.canaries import likelihoods
from engine.models.forward import head_of, hidden_states
from engine.training.batches import Batch
from engine.training.methods import trainable_parameters
from engine.training.protections import divergence
from engine.training.protections.divergence import AdapterOff, Stored, bucketed_kl, exact_kl, likeliest

CPU = torch.device("cpu")


def stirred(bench, method):
    """A model that has moved away from its base a little."""
    model = bench.model(bench.recipe(method))
    torch.manual_seed(5)
    with torch.no_grad():
        for name, parameter in trainable_parameters(model):
            if "lora_A" not in name:
                parameter.add_(torch.randn_like(parameter) * 0.03)
    return model


def test_exact_kl_by_hand():
    p, q = torch.tensor([[0.5, 0.25, 0.25]]), torch.tensor([[0.25, 0.5, 0.25]])
    wanted = 0.5 * math.log(2) + 0.25 * math.log(0.5)  # .1733
    assert exact_kl(q.log(), p.log()).item() == pytest.approx(wanted, abs=1e-7)
    assert exact_kl(p.log() + 3, p.log()).item() == pytest.approx(0, abs=1e-7), "logits are known up to a constant"


def test_bucketed_kl_by_hand_and_as_the_canaries_count_it():
    p, q = torch.tensor([[0.5, 0.25, 0.15, 0.1]]), torch.tensor([[0.25, 0.5, 0.05, 0.2]])
    ids, log_p = torch.tensor([[0, 1]]), p[:, :2].log()
    wanted = 0.5 * math.log(2) + 0.25 * math.log(0.5) + 0.25 * math.log(0.25 / 0.25)
    found = bucketed_kl(q.log(), ids, log_p).item()
    assert found == pytest.approx(wanted, abs=1e-6)
    assert found <= exact_kl(q.log(), p.log()).item()
    base = likelihoods.Top(ids=ids.numpy(), log_probs=log_p.numpy())
    assert found == pytest.approx(likelihoods.kl(base, q[:, :2].log().numpy()), abs=1e-6)


@pytest.mark.parametrize("kind", ["exact", "bucketed"])
def test_gradients_by_finite_differences(kind):
    torch.manual_seed(0)
    logits = torch.randn(3, 9, requires_grad=True)
    base = torch.randn(3, 9)
    top = base.log_softmax(-1).topk(4)

    def value(x):
        return (exact_kl(x, base) if kind == "exact" else bucketed_kl(x, top.indices, top.values)).sum()

    value(logits).backward()
    for place in [(0, 0), (1, 4), (2, 8), (0, 5)]:
        step = torch.zeros(3, 9)
        step[place] = 1e-2
        slope = (value(logits.detach() + step) - value(logits.detach() - step)) / 2e-2
        assert logits.grad[place].item() == pytest.approx(slope.item(), abs=2e-4)


def test_gradient_of_the_exact_one_is_q_minus_p():
    torch.manual_seed(1)
    logits, base = torch.randn(4, 7, requires_grad=True), torch.randn(4, 7)
    exact_kl(logits, base).sum().backward()
    torch.testing.assert_close(logits.grad, logits.detach().softmax(-1) - base.softmax(-1), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_adapter_off_is_the_base_by_dense_logits(bench, method):
    model, base = stirred(bench, method), bench.base(method)
    batch = Batch(bench.examples(5), 0, CPU)
    hidden = hidden_states(model, batch.ids, batch.attention)
    found = AdapterOff().divergence(model, hidden, batch, batch.positions)
    logits = [m(input_ids=batch.ids, attention_mask=batch.attention).logits.flatten(0, 1) for m in (model, base)]
    wanted = exact_kl(*(one[batch.positions] for one in logits))
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)
    assert found.mean() > 0.01
    assert all(p.requires_grad for n, p in model.named_parameters() if "lora_" in n), "switching off must not freeze"


@pytest.mark.parametrize("checkpointing", [False, True])
def test_gradient_through_the_model_equals_the_dense_one(bench, checkpointing):
    """Chunks, teacher switched off and on in between, recomputed activations: the gradient is the plain one."""
    found = {}
    for dense in (False, True):
        torch.manual_seed(0)
        model = bench.model(bench.recipe(gradient_checkpointing=checkpointing and not dense))
        with torch.no_grad():
            for name, parameter in trainable_parameters(model):
                if "lora_B" in name:
                    parameter.normal_(std=0.05)
        model.train()
        batch = Batch(bench.examples(6), 0, CPU)
        if dense:
            base = bench.base()(input_ids=batch.ids, attention_mask=batch.attention).logits.flatten(0, 1)
            own = model(input_ids=batch.ids, attention_mask=batch.attention).logits.flatten(0, 1)
            value = exact_kl(own[batch.positions], base[batch.positions]).mean()
        else:
            hidden = hidden_states(model, batch.ids, batch.attention)
            value = AdapterOff().divergence(model, hidden, batch, batch.positions).mean()
            assert model.training
        value.backward()
        found[dense] = {n: p.grad.clone() for n, p in trainable_parameters(model)}
    assert max(g.abs().max() for g in found[True].values()) > 1e-4
    for name, gradient in found[True].items():
        torch.testing.assert_close(found[False][name], gradient, rtol=1e-4, atol=1e-6)


def stored_of(model, rows, places):
    parts = []
    for i, row in enumerate(rows):
        batch = Batch([row], 0, CPU, indices=[i])
        parts.append(likeliest(model, batch, places(batch)))
    return Stored([ids for ids, _ in parts], [values for _, values in parts])


@pytest.mark.parametrize("places", [lambda b: b.positions, lambda b: b.prompt_positions()], ids=["answers", "prompts"])
def test_stored_predictions_meet_their_positions(bench, places):
    """Kept row by row, asked for in another order and padding."""
    rows, base, model = bench.examples(7), bench.base("full"), stirred(bench, "full")
    teacher = stored_of(base, rows, places)
    order = [4, 0, 6, 2]
    batch = Batch([rows[i] for i in order], 0, CPU, indices=order)
    positions = places(batch)
    for tuned, least in ((base, 0.0), (model, 0.01)):
        hidden = hidden_states(tuned, batch.ids, batch.attention)
        found = teacher.divergence(tuned, hidden, batch, positions)
        logits = [m(input_ids=batch.ids, attention_mask=batch.attention).logits.flatten(0, 1) for m in (tuned, base)]
        exact = exact_kl(*(one[positions] for one in logits))
        assert len(found) == len(exact)
        assert bool((found <= exact + 1e-4).all()), "merging outcomes never raises a divergence"
        top = logits[1][positions].float().log_softmax(-1).topk(64)
        wanted = bucketed_kl(logits[0][positions], top.indices, top.values)
        torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-5)
        assert found.mean() >= least - 1e-6


def test_prompt_positions_are_all_the_others(bench):
    rows = bench.examples(4)
    batch = Batch(rows, 0, CPU)
    width = batch.ids.shape[1]
    real = {r * width + t for r, row in enumerate(rows) for t in range(len(row.ids) - 1)}
    prompts, answers = set(batch.prompt_positions().tolist()), set(batch.positions.tolist())
    assert prompts | answers == real
    assert not prompts & answers
    assert batch.prompt_positions().tolist() == sorted(prompts)


def test_chunks_change_nothing(bench, monkeypatch):
    model = stirred(bench, "lora")
    batch = Batch(bench.examples(6), 0, CPU)
    hidden = hidden_states(model, batch.ids, batch.attention)
    whole = AdapterOff().divergence(model, hidden, batch, batch.positions)
    monkeypatch.setattr(divergence, "CHUNK_TOKENS", 5)
    torch.testing.assert_close(AdapterOff().divergence(model, hidden, batch, batch.positions), whole)


class _Sizes(TorchDispatchMode):
    largest = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        sizes = [leaf.numel() for leaf in tree_leaves(result) if isinstance(leaf, torch.Tensor)]
        self.largest = max([self.largest, *sizes])
        return result


def test_no_tensor_of_batch_by_length_by_vocabulary(bench, monkeypatch):
    monkeypatch.setattr(divergence, "CHUNK_TOKENS", 16)
    model = stirred(bench, "lora")
    vocabulary = model.config.vocab_size
    batch = Batch(bench.examples(16, shortest=60, longest=64), 0, CPU)
    with _Sizes() as watch:
        hidden = hidden_states(model, batch.ids, batch.attention)
        AdapterOff().divergence(model, hidden, batch, batch.positions).mean().backward()
    assert batch.n_trained > 10 * 16
    assert watch.largest <= max(batch.ids.numel() * 160, vocabulary * 64) < batch.ids.numel() * vocabulary


@pytest.mark.filterwarnings("ignore:Model has `tie_word_embeddings")
def test_the_head_without_its_adapter(bench):
    """A head that itself has an adapter: the teacher's logits must not go through it."""
    model = bench.model(bench.recipe(adapter={"targets": ("q_proj", "lm_head")}))
    head, plain = head_of(model), head_of(model, adapted=False)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lm_head" in name and "lora_B" in name:
                parameter.normal_()
    states = torch.randn(3, 64)
    assert not torch.allclose(head(states), plain(states))
    torch.testing.assert_close(plain(states), head_of(bench.base())(states))
