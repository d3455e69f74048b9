"""Adapters that keep the base's strong directions, OSF and the CorDA start: the base stays, peft agrees, resumes are exact."""

import msgspec
import pytest
import torch
from peft import LoraConfig, PeftModel
from peft.tuners.lora.config import CordaConfig
from transformers import AutoModelForCausalLM

from engine import settings
from engine.errors import UserError
from engine.models.forward import hidden_states
from engine.records import Recipe
from engine.strength.drift import adapter_drift
from engine.strength.weights import Dial
from engine.training import checkpoints, loop, methods
from engine.training.batches import Batch
from engine.training.protections import corda, subspace
from engine.training.protections.assembled import Protections
from engine.training.protections.penalties import adapted_layers
from engine.training.protections.subspace import Subspace
from engine.verdict.strength import Strength

CPU = torch.device("cpu")
IDS = torch.arange(3, 35).reshape(2, 16)
OSF, CORDA = {"kind": "osf"}, {"start": "corda"}
KINDS = pytest.mark.parametrize(
    "adapter", [OSF, CORDA, {**CORDA, "rslora": True}], ids=["osf", "corda", "corda rslora"]
)


def logits(model):
    model.eval()
    with torch.no_grad():
        return model(input_ids=IDS).logits


def made(bench, recipe):
    """A model as a run makes it: trainable, with its start, and the protections that belong to it."""
    model = bench.model(recipe)
    if recipe.adapter.start == "corda":
        batches = lambda: [Batch(bench.examples(8, seed=9), 0, CPU)]  # noqa: E731
        corda.start(model, batches, recipe.adapter.rank, lambda: None)
    return model, Protections(subspace=Subspace(model) if recipe.adapter.kind == "osf" else None)


def task_of(bench, recipe, *, steps=6, **more):
    model, protections = made(bench, recipe)
    return bench.task(recipe, model=model, steps=steps, protections=protections, **more)


def trained(bench, recipe, **more):
    task = task_of(bench, recipe, **more)
    loop.train(task, bench.Recorder())
    return task.model


# ---- the base stays --------------------------------------------------------------------------------------------------


@KINDS
def test_it_starts_as_the_base_and_off_is_the_base_exactly(bench, adapter):
    model, _ = made(bench, bench.recipe(adapter=adapter))
    base = logits(bench.base())
    torch.testing.assert_close(logits(model), base, rtol=1e-5, atol=1e-4)
    with model.disable_adapter():
        assert torch.equal(logits(model), base)
    tuned = trained(bench, bench.recipe(adapter=adapter, lr=5e-3))
    assert (logits(tuned) - base).abs().max() > 0.1
    with tuned.disable_adapter():
        assert torch.equal(logits(tuned), base)


@KINDS
def test_base_weights_do_not_move(bench, weights, adapter):
    before = bench.base().state_dict()
    model = trained(bench, bench.recipe(adapter=adapter, lr=5e-3))
    for name, module in model.get_base_model().named_modules():
        if hasattr(module, "base_layer"):
            assert torch.equal(module.base_layer.weight, before[f"{name}.weight"]), name


@pytest.mark.parametrize("adapter", [{"kind": "lora", "start": "zero"}, {"preserved": 0.9}])
def test_off_is_the_plain_adapter_bit_for_bit(bench, adapter):
    recorders = []
    for given in ({}, adapter):
        task = task_of(bench, bench.recipe(adapter=given))
        recorders.append(bench.Recorder())
        loop.train(task, recorders[-1])
    assert recorders[0].losses == recorders[1].losses


@KINDS
def test_on_changes_the_run(bench, adapter):
    plain, other = bench.Recorder(), bench.Recorder()
    loop.train(task_of(bench, bench.recipe()), plain)
    loop.train(task_of(bench, bench.recipe(adapter=adapter)), other)
    assert plain.losses[-1] != other.losses[-1]


# ---- checkpoints -----------------------------------------------------------------------------------------------------


@KINDS
def test_a_checkpoint_gives_the_model_back_here_and_in_plain_peft(bench, tmp_path, adapter):
    recipe = bench.recipe(adapter=adapter, lr=5e-3)
    model = trained(bench, recipe)
    methods.save_weights(model, recipe, tmp_path)
    again = methods.with_checkpoint(bench.base(), recipe, tmp_path)
    torch.testing.assert_close(logits(again), logits(model), rtol=1e-4, atol=1e-4)
    plain = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(bench.folder), tmp_path)
    torch.testing.assert_close(logits(plain), logits(again), rtol=1e-5, atol=1e-5)


@KINDS
def test_a_resumed_run_goes_on_exactly(bench, tmp_path, adapter):
    recipe = bench.recipe(adapter=adapter, lr=5e-3)
    whole = bench.Recorder()
    loop.train(task_of(bench, recipe, steps=8), whole)

    first = task_of(bench, recipe, steps=8, looks={4})

    def save(step):
        checkpoints.save(tmp_path, first.model, first.optimiser, recipe, bench.device, bench.state(step))

    loop.train(first, bench.Recorder(at_look=save, stop_at_look=True))
    rest = task_of(bench, recipe, steps=8)
    state = checkpoints.restore(tmp_path / "step-4", rest.model, rest.optimiser, recipe, bench.device)
    rest.start_step = state.step
    recorder = bench.Recorder()
    loop.train(rest, recorder)
    assert recorder.losses == whole.losses[4:]


# ---- OSF -------------------------------------------------------------------------------------------------------------


def test_osf_changes_nothing_in_the_strong_directions(bench):
    """Where AdamW alone leaves the space (see `subspace`): the test sees it without the projection."""
    recipe = bench.recipe(adapter=OSF, lr=5e-3)
    shares = []
    for protections in (lambda model: Protections(), lambda model: Protections(subspace=Subspace(model))):
        model = bench.model(recipe)
        loop.train(bench.task(recipe, model=model, steps=6, protections=protections(model)), bench.Recorder())
        worst = 0.0
        for _, module in subspace.layers(model):
            u, _, vh = torch.linalg.svd(module.base_layer.weight.data, full_matrices=False)
            kept = module.effective_rank["default"]
            change = module.get_delta_weight("default").detach()
            left, right = u[:, :kept].T @ change, change @ vh[:kept].T
            worst = max(worst, float(max(left.norm(), right.norm()) / change.norm()))
        shares.append(worst)
    assert shares[0] > 0.05
    assert shares[1] < 1e-4


def test_osf_trains_what_the_plan_says(bench):
    from engine.plan.shapes import shapes_of

    recipe = bench.recipe(adapter={**OSF, "preserved": 0.7})
    model = bench.model(recipe)
    config = model.get_base_model().config.to_dict()
    planned = shapes_of(config, sum(p.numel() for p in bench.base().parameters())).adapter_parameters(recipe.adapter)
    assert planned == sum(p.numel() for _, p in methods.trainable_parameters(model))


def test_osf_drift_is_that_of_the_whole_weights(bench, tmp_path):
    recipe = bench.recipe(adapter=OSF, lr=5e-3)
    model = trained(bench, recipe)
    methods.save_weights(model, recipe, tmp_path)
    rows = {row[2]: row for row in adapter_drift(tmp_path, bench.folder, lambda done, total: None)}
    named = dict(subspace.layers(model))
    assert len(rows) == len(named)
    for name, module in named.items():
        change, size = rows[f"{name.removeprefix('base_model.model.')}.weight"][3:]
        assert change == pytest.approx(module.get_delta_weight("default").norm().item(), rel=1e-3)
        assert size == pytest.approx(module.base_layer.weight.norm().item(), rel=1e-5)


def test_osf_has_no_weaker_versions(bench, tmp_path):
    with pytest.raises(UserError, match="An OSF adapter has no weaker versions") as caught:
        Dial(bench.base(), bench.recipe(adapter=OSF), tmp_path, bench.folder)
    assert caught.value.field == "adapter.kind"


# ---- CorDA -----------------------------------------------------------------------------------------------------------


def test_the_start_by_hand():
    """Inputs of equal size: the smallest singular values of W itself; all of them: W. A loud input's column is left alone."""
    weight = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
    u, s, vh = torch.linalg.svd(weight, full_matrices=False)
    a, b = corda.least_used(weight, torch.eye(4), 1)
    torch.testing.assert_close(b @ a, s[-1] * u[:, -1:] @ vh[-1:], rtol=1e-4, atol=1e-5)
    a, b = corda.least_used(weight, torch.eye(4), 4)
    torch.testing.assert_close(b @ a, weight, rtol=1e-4, atol=1e-5)
    a, b = corda.least_used(weight, torch.diag(torch.tensor([100.0, 0.1, 0.1, 0.1])), 1)
    assert (b @ a)[:, 0].norm() < 0.02 * weight[:, 0].norm()


def test_the_start_is_pefts_for_the_same_covariance(bench):
    pytest.importorskip("attr", reason="peft's own CorDA needs the package attrs")
    from peft.tuners.lora import corda as peft_corda

    batch = Batch(bench.examples(8, seed=9), 0, CPU)
    recipe = bench.recipe(adapter=CORDA)
    model = bench.model(recipe)
    layers = list(adapted_layers(model))
    found = corda.covariances(model, layers, [batch], lambda: None)
    one = next(one for one in layers if one.name.endswith("layers.1.mlp.down_proj"))
    linear = one.module.get_base_layer()
    linear.covariance_matrix, linear.corda_method, linear.rank = found[one.name], "kpm", 4
    config = LoraConfig(
        r=4, target_modules=["down_proj"], init_lora_weights="corda", corda_config=CordaConfig(corda_method="kpm")
    )
    eigens = peft_corda.collect_eigens_for_layer(linear, config)
    theirs = (eigens.U_WC[:, -4:] * eigens.S_WC[-4:]) @ eigens.V_WC[:, -4:].T
    a, b = corda.least_used(linear.weight.detach(), found[one.name], 4)
    torch.testing.assert_close(b @ a, theirs, rtol=1e-3, atol=1e-6)


def test_the_start_moves_general_text_least(bench):
    """The part that becomes the adapter matters less to general rows than the same number of any other directions."""
    batch = Batch(bench.examples(8, seed=9), 0, CPU)
    model = bench.model(bench.recipe(adapter=CORDA))
    layers = list(adapted_layers(model))
    found = corda.covariances(model, layers, [batch], lambda: None)
    one = layers[6]
    weight, c = one.module.get_base_layer().weight.detach(), found[one.name]
    a, b = corda.least_used(weight, c, 4)
    u, s, vh = torch.linalg.svd(weight, full_matrices=False)

    def moved(part):  # E‖part·x‖²
        return torch.trace(part @ c @ part.T).item()

    assert moved(b @ a) < moved((u[:, -4:] * s[-4:]) @ vh[-4:])
    assert moved(b @ a) < 0.01 * moved(weight)


def test_covariances_by_hand(bench):
    rows = bench.examples(5, seed=3)
    model = bench.model(bench.recipe(adapter={**CORDA, "targets": ("q_proj",)}))
    layers = list(adapted_layers(model))
    seen = []
    handle = layers[0].module.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0].detach()))
    with torch.no_grad():
        for row in rows:
            hidden_states(model, torch.tensor([row.ids.tolist()]))
    handle.remove()
    x = torch.cat(seen)
    found = corda.covariances(model, layers, [Batch(rows[:2], 0, CPU), Batch(rows[2:], 0, CPU)], lambda: None)
    torch.testing.assert_close(found[layers[0].name], x.T @ x / len(x), rtol=1e-4, atol=1e-5)


def test_layers_are_measured_in_passes_that_fit(bench, monkeypatch):
    recipe = bench.recipe(adapter=CORDA)
    whole, _ = made(bench, recipe)
    monkeypatch.setattr(corda, "COVARIANCE_BYTES", 4 * 64 * 64 * 3)
    parts, _ = made(bench, recipe)
    assert len(corda._groups(list(adapted_layers(parts)))) > 3
    for one, other in zip(adapted_layers(whole), adapted_layers(parts), strict=True):
        torch.testing.assert_close(one.b @ one.a, other.b @ other.a)


@pytest.mark.parametrize("rslora", [False, True])
def test_half_the_strength_is_half_the_change(bench, tmp_path, rslora):
    recipe = bench.recipe(adapter={**CORDA, "rslora": rslora}, lr=5e-3)
    model = trained(bench, recipe)
    methods.save_weights(model, recipe, tmp_path)
    dial = Dial(bench.base(), recipe, tmp_path, bench.folder)
    base = logits(bench.base())
    torch.testing.assert_close(logits(dial.turn(Strength(alpha=0.0))), base, rtol=1e-5, atol=1e-4)
    torch.testing.assert_close(logits(dial.turn(Strength(alpha=1.0))), logits(model), rtol=1e-4, atol=1e-4)
    dial.turn(Strength(alpha=0.5))
    for one, whole in zip(adapted_layers(dial.model), adapted_layers(model), strict=True):
        change = whole.scale * (whole.b @ whole.a - whole.module.corda_b @ whole.module.corda_a)
        torch.testing.assert_close(one.scale * one.b @ one.a, 0.5 * change, rtol=1e-3, atol=1e-6)


def test_too_high_a_rank_is_refused(bench):
    with pytest.raises(UserError, match="directions") as caught:
        made(bench, settings.apply(bench.recipe(adapter=CORDA), {"rank": 48}))
    assert caught.value.field == "adapter.rank"


# ---- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"method": "qlora", "adapter.kind": "osf"}, "adapter.kind"),
        ({"method": "qlora", "adapter.start": "corda"}, "adapter.start"),
        ({"adapter.kind": "osf", "adapter.start": "corda"}, "adapter.start"),
        ({"adapter.kind": "osf", "dora": True}, "adapter.dora"),
        ({"adapter.start": "corda", "dora": True}, "adapter.dora"),
        ({"adapter.kind": "osf", "rslora": True}, "adapter.rslora"),
        ({"adapter.kind": "osf", "dropout": 0.1}, "adapter.dropout"),
        ({"adapter.kind": "osf", "protect": "custom", "l2sp_strength": 1.0}, "protection.l2sp.strength"),
        ({"adapter.start": "corda", "protect": "custom", "activation_strength": 1.0}, "protection.activation.strength"),
        ({"adapter.kind": "osf", "preserved": 1.0}, "adapter.preserved"),
    ],
)
def test_what_does_not_go_together_is_refused(changes, field):
    with pytest.raises(UserError) as caught:
        settings.apply(Recipe(), changes)
    assert caught.value.field == field


def test_full_fine_tuning_takes_no_notice_of_the_adapter():
    recipe = Recipe(method="full", adapter=msgspec.structs.replace(Recipe().adapter, kind="osf"))
    assert settings.apply(recipe, {}) == recipe
