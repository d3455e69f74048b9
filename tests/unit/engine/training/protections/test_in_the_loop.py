"""Protections inside the training loop: off is the plain run bit for bit, parts add up, a resume goes on exactly."""

import math

import msgspec
import pytest
import torch

from engine.models.forward import hidden_states
from engine.protection import TokenWeighting
from engine.training import checkpoints, loop, objectives
from engine.training.batches import Batch
from engine.training.methods import trainable_parameters
from engine.training.protections.assembled import PromptTerm, Protections, next_beta
from engine.training.protections.base_tensors import BaseTensors
from engine.training.protections.divergence import AdapterOff
from engine.training.protections.fisher import Consolidation
from engine.training.protections.penalties import ChangePenalty
from engine.training.protections.pull import Pull
from engine.training.protections.sharpness import Sam
from engine.training.protections.token_weights import base_nll, token_weights

METHODS = ("full", "lora", "qlora")
CPU = torch.device("cpu")


def ended(bench, recipe, make=None, *, steps=4, examples=None, micro_batch=4):
    """Losses and final weights of a run whose protections `make(model)` builds."""
    torch.manual_seed(0)
    model = bench.model(recipe)
    protections = make(model) if make else Protections()
    task = bench.task(
        recipe, model=model, steps=steps, protections=protections, examples=examples, micro_batch=micro_batch
    )
    recorder = bench.Recorder()
    torch.manual_seed(0)
    loop.train(task, recorder)
    weights = {name: p.detach().clone() for name, p in trainable_parameters(model)}
    return recorder, weights


def same(one, other):
    return one[0].losses == other[0].losses and all(torch.equal(one[1][name], other[1][name]) for name in one[1])


def parameters_of(model):
    return [p for _, p in trainable_parameters(model)]


def with_nothing(bench, general_term, method):
    """Every protection there is for the method, each with weight 0."""

    def make(model):
        named = trainable_parameters(model)
        rows = bench.examples()
        ones = {i: torch.ones(row.trained_tokens).numpy() for i, row in enumerate(rows)}
        parts = {"general": general_term(method), "weights": ones}
        if method == "full":
            base = BaseTensors(bench.folder)
            parts["pull"] = Pull(named, base, share_at=lambda step: 0.0, every_steps=1, steps_total=4)
            parts["consolidation"] = Consolidation(named, [torch.ones_like(p) for _, p in named], base, 0.0)
        else:
            parts["penalties"] = [ChangePenalty("l2sp", model, 0.0)]
            parts["prompts"] = PromptTerm(AdapterOff(), 0.0)
        return Protections(**parts)

    return make


@pytest.mark.parametrize("method", METHODS)
def test_weight_0_is_the_plain_run_bit_for_bit(bench, general_term, method):
    recipe = bench.recipe(method)
    assert same(ended(bench, recipe), ended(bench, recipe, with_nothing(bench, general_term, method)))


@pytest.mark.parametrize("method", METHODS)
def test_each_one_switched_on_changes_the_run(bench, general_term, method):
    """The equality above must be able to fail."""
    recipe = bench.recipe(method, lr=5e-3)
    plain = ended(bench, recipe)
    makers = {
        "replay": lambda model: Protections(general=general_term(method, replay=1.0)),
        "kl": lambda model: Protections(general=general_term(method, beta=1.0)),
        "sam": lambda model: Protections(sam=Sam(parameters_of(model), rho=0.05, every_steps=2)),
    }
    if method == "full":
        makers["pull"] = lambda model: Protections(
            pull=Pull(trainable_parameters(model), BaseTensors(bench.folder), share_at=lambda s: 0.1, every_steps=2, steps_total=4)
        )  # fmt: skip
    else:
        makers["l2sp"] = lambda model: Protections(penalties=[ChangePenalty("l2sp", model, 1.0)])
        makers["prompts"] = lambda model: Protections(prompts=PromptTerm(AdapterOff(), 1.0))
    for name, make in makers.items():
        assert not same(plain, ended(bench, recipe, make)), name


class Keep:
    """An optimiser that changes nothing and keeps the gradients it was given."""

    def __init__(self, model):
        self.model, self.param_groups, self.gradients = model, [{"lr": 0.0}], {}

    def step(self):
        self.gradients = {n: p.grad.clone() for n, p in trainable_parameters(self.model) if p.grad is not None}

    def zero_grad(self, set_to_none=True):
        pass


def gradients(bench, method, make, micro_batch, rows):
    """The gradient of one step of a model away from its base."""
    recipe = bench.recipe(method, batch_size=8, max_grad_norm=0.0, warmup_ratio=0.0)
    model = bench.model(recipe)
    torch.manual_seed(5)
    with torch.no_grad():
        for name, parameter in trainable_parameters(model):
            if method == "full" or "lora_B" in name:
                parameter.add_(torch.randn_like(parameter) * 0.05)
    task = bench.task(recipe, examples=rows, model=model, steps=1, micro_batch=micro_batch, protections=make(model))
    task.optimiser = Keep(model)
    recorder = bench.Recorder()
    loop.train(task, recorder)
    return task.optimiser.gradients, recorder.reports[0]


@pytest.mark.parametrize("method", METHODS)
def test_any_micro_batch_gives_the_same_step(bench, general_term, method):
    rows = bench.examples(8, longest=40)

    def make(model):
        prompts = None if method == "full" else PromptTerm(AdapterOff(), 0.5)
        general = general_term(method, replay=0.7, beta=2.0, share=0.4, batch_size=8)
        return Protections(general=general, prompts=prompts)

    whole, told = gradients(bench, method, make, 8, rows)
    for size in (1, 3):
        parts, also = gradients(bench, method, make, size, rows)
        assert also.loss == pytest.approx(told.loss, rel=1e-5)
        assert also.protections == pytest.approx(told.protections, rel=1e-4)
        for name, gradient in whole.items():
            torch.testing.assert_close(parts[name], gradient, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_the_step_descends_the_written_out_loss(bench, general_term, method):
    """(Σ task + w·Σ replay)/(n_task + w·n_replay) + β·mean KL + β'·mean prompt KL, put together densely."""
    rows, w, beta, prompt_beta = bench.examples(8), 0.5, 2.0, 0.3
    general = {}

    def make(model):
        general["term"] = general_term(method, replay=w, beta=beta, share=0.5, batch_size=8)
        general["model"] = model
        prompts = PromptTerm(AdapterOff(), prompt_beta) if method == "lora" else None
        return Protections(general=general["term"], prompts=prompts)

    found, told = gradients(bench, method, make, 3, rows)
    model, term = general["model"], general["term"]
    task = Batch(rows, 0, CPU)
    drawn = term.draw.rows(1)
    assert len(drawn) == 8
    extra = Batch([term.examples[i] for i in drawn], 0, CPU, indices=drawn)
    nll, replay = objectives.answer_nll(model, task), objectives.answer_nll(model, extra)
    loss = (nll.sum() + w * replay.sum()) / (task.n_trained + w * extra.n_trained)
    hidden = hidden_states(model, extra.ids, extra.attention)
    kl = term.teacher.divergence(model, hidden, extra, extra.positions).mean()
    loss = loss + beta * kl
    if method == "lora":
        own = hidden_states(model, task.ids, task.attention)
        prompt_kl = AdapterOff().divergence(model, own, task, task.prompt_positions()).mean()
        loss = loss + prompt_beta * prompt_kl
        assert told.protections["prompt_kl"] == pytest.approx(prompt_kl.item(), rel=1e-4)
    model.zero_grad(set_to_none=True)
    loss.backward()
    for name, parameter in trainable_parameters(model):
        torch.testing.assert_close(found[name], parameter.grad, rtol=1e-3, atol=1e-5)
    assert told.loss == pytest.approx(nll.mean().item(), rel=1e-5), "the loss told is that of the training rows"
    assert told.protections["kl"] == pytest.approx(kl.item(), rel=1e-4)
    assert told.protections["replay"] == pytest.approx(replay.mean().item(), rel=1e-4)


def test_kl_holds_the_model_near_its_base(bench, general_term):
    recipe = bench.recipe(lr=1e-2)
    told = {}
    for beta in (1e-9, 5.0):
        recorder, _ = ended(
            bench, recipe, lambda model, b=beta: Protections(general=general_term("lora", beta=b)), steps=15
        )
        told[beta] = recorder.reports[-1].protections["kl"]
    assert told[5.0] < 0.3 * told[1e-9]


def test_a_pull_ends_nearer_to_the_base(bench):
    recipe = bench.recipe("full", lr=5e-3)
    base = dict(bench.base("full").named_parameters())
    far = {}
    for share in (0.0, 0.2):
        make = lambda model, s=share: Protections(  # noqa: E731
            pull=Pull(trainable_parameters(model), BaseTensors(bench.folder), share_at=lambda step: s, every_steps=1, steps_total=8)
        )  # fmt: skip
        _, weights = ended(bench, recipe, make, steps=8)
        far[share] = math.sqrt(sum(float((w - base[name].detach()).square().sum()) for name, w in weights.items()))
    assert 0 < far[0.2] < 0.6 * far[0.0]


# ---- SAM -------------------------------------------------------------------------------------------------------------


def test_sam_of_a_parabola_by_hand():
    """f = x² at x = 3: g = 6, ε = ρ, so the gradient taken is 2·(3 + .5) = 7 and x is 3 again; the loss told is 9."""
    x = torch.nn.Parameter(torch.tensor([3.0]))
    told = Sam([x], rho=0.5, every_steps=1).backward(lambda: ((x**2).sum(), (x**2).sum()))
    assert (x.grad.item(), x.item(), told.item()) == (7.0, 3.0, 9.0)


def test_sam_climbs_by_the_norm_over_all_weights_and_adds_to_what_is_there():
    x, y = torch.nn.Parameter(torch.tensor([3.0])), torch.nn.Parameter(torch.tensor([4.0]))
    x.grad = torch.tensor([100.0])
    Sam([x, y], rho=1.0, every_steps=1).backward(lambda: (((x**2) + (y**2)).sum() / 2, x.sum()))
    assert x.grad.item() == pytest.approx(100 + 3.6)  # g = (3, 4), ‖g‖ = 5, ε = (.6, .8)
    assert y.grad.item() == pytest.approx(4.8)


def test_sam_is_due_every_so_many_steps():
    sam = Sam([], rho=1.0, every_steps=3)
    assert [sam.is_due(step) for step in range(1, 8)] == [False, False, True, False, False, True, False]


@pytest.mark.parametrize("method", METHODS)
def test_sam_with_accumulation_climbs_for_each_part(bench, method):
    rows = bench.examples(8)
    make = lambda model: Protections(sam=Sam(parameters_of(model), rho=0.02, every_steps=1))  # noqa: E731
    for size in (8, 2):
        plain, _ = gradients(bench, method, lambda model: Protections(), size, rows)
        uphill, told = gradients(bench, method, make, size, rows)
        differs = max(float((uphill[n] - plain[n]).abs().max()) for n in plain)
        assert differs > 1e-5
        assert math.isfinite(told.loss)


# ---- token weighting -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [TokenWeighting(max_perplexity=50.0), TokenWeighting(tau=4.0)])
def test_weighted_tokens_give_the_weighted_mean(bench, settings):
    rows, base = bench.examples(8), bench.base("full")
    nll = base_nll(base, rows, range(8), pad_id=0, device=CPU, size=3)
    weights, left = token_weights(nll, settings)
    assert 0 < left < 1
    found, told = gradients(bench, "full", lambda model: Protections(weights=weights), 3, rows)
    model = bench.model(bench.recipe("full"))
    torch.manual_seed(5)
    with torch.no_grad():
        for _, parameter in trainable_parameters(model):
            parameter.add_(torch.randn_like(parameter) * 0.05)
    flat = torch.cat([torch.from_numpy(weights[i]) for i in range(8)])
    loss = (objectives.answer_nll(model, Batch(rows, 0, CPU)) * flat).sum() / flat.sum()
    loss.backward()
    assert told.loss == pytest.approx(loss.item(), rel=1e-4)
    for name, parameter in trainable_parameters(model):
        torch.testing.assert_close(found[name], parameter.grad, rtol=1e-3, atol=1e-5)


def test_a_step_whose_tokens_are_all_left_out_learns_nothing(bench, weights):
    rows = bench.examples(4)
    none = {i: torch.zeros(row.trained_tokens).numpy() for i, row in enumerate(rows)}
    recipe = bench.recipe("full")
    recorder, after = ended(bench, recipe, lambda model: Protections(weights=none), steps=1, examples=rows)
    before = weights(bench.base("full"))
    assert recorder.losses == [0.0]
    assert all(torch.equal(after[name], before[name]) for name in after)


# ---- beta by itself, and resuming ------------------------------------------------------------------------------------


def test_beta_follows_the_divergence_by_hand():
    assert next_beta(1.0, 0.1, 0.1) == 1.0
    assert next_beta(1.0, 0.2, 0.1) == pytest.approx(math.exp(0.2))
    assert next_beta(1.0, 0.0, 0.1) == pytest.approx(math.exp(-0.2))
    assert next_beta(9.9, 5.0, 0.1) == 10.0
    assert next_beta(0.0101, 0.0, 0.1) == 0.01
    assert next_beta(1.0, 1e9, 0.1) == 10.0


@pytest.mark.parametrize("method", METHODS)
def test_a_resumed_run_goes_on_with_its_beta_and_its_rows(bench, general_term, tmp_path, method):
    recipe = bench.recipe(method, lr=5e-3, adapter={"dropout": 0.1})

    def task_of(look=()):
        torch.manual_seed(0)
        model = bench.model(recipe)
        protections = Protections(
            general=general_term(method, replay=0.5, beta=1.0, auto=True, target=0.01, share=0.3),
            sam=Sam(parameters_of(model), rho=0.02, every_steps=3),
        )
        return bench.task(recipe, model=model, steps=8, looks=look, protections=protections)

    def save(task):
        def at_look(step):
            state = bench.state(step, protection=task.protections.state())
            checkpoints.save(tmp_path, task.model, task.optimiser, recipe, bench.device, state)

        return at_look

    whole = task_of(look={4})
    recorder = bench.Recorder(at_look=save(whole))
    torch.manual_seed(0)
    loop.train(whole, recorder)
    assert whole.protections.general.beta != 1.0

    resumed = task_of()
    state = checkpoints.restore(tmp_path / "step-4", resumed.model, resumed.optimiser, recipe, bench.device)
    resumed.protections.restore(state.protection)
    resumed.start_step = 4
    again = bench.Recorder()
    loop.train(resumed, again)
    assert again.losses == recorder.losses[4:]
    assert [r.protections for r in again.reports] == [r.protections for r in recorder.reports[4:]]
    ends = [{n: p for n, p in trainable_parameters(task.model)} for task in (whole, resumed)]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_other_general_rows_are_no_resume(general_term):
    from engine.errors import UserError

    one, other = (
        Protections(general=general_term("lora", beta=1.0)),
        Protections(general=general_term("lora", beta=1.0)),
    )
    other.general.digest = "0"
    with pytest.raises(UserError, match="not those it began with"):
        other.restore(one.state())
    Protections().restore(one.state())


def test_protections_survive_a_state_on_disk(bench, general_term):
    state = bench.state(4, protection=Protections(general=general_term("lora", beta=1.0)).state())
    again = msgspec.json.decode(msgspec.json.encode(state), type=checkpoints.State)
    assert again.protection == state.protection != {}
