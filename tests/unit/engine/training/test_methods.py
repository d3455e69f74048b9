"""What is trained by each method, what a checkpoint of it holds, and that plain libraries can open it."""

import json
import shutil

import msgspec
import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from engine.errors import UserError
from engine.training import loop, methods

ADAPTERS = {
    "plain": {},
    "rslora": {"rslora": True},
    "dora": {"dora": True},
    "two targets": {"targets": ("q_proj", "v_proj")},
    "dropout": {"dropout": 0.1},
}
IDS = torch.arange(3, 35).reshape(2, 16)


def logits(model):
    model.eval()
    with torch.no_grad():
        return model(input_ids=IDS).logits


def trained(bench, recipe, *, steps=3):
    """A model after a few real steps, so that nothing is at its start."""
    task = bench.task(recipe, steps=steps)
    loop.train(task, bench.Recorder())
    return task.model.eval()


def adapted(model):
    """The modules that carry an adapter, by the base's own names."""
    return {
        name.removeprefix("base_model.model.") for name, module in model.named_modules() if hasattr(module, "lora_A")
    }


def linear_layers(bench):
    return {name for name, module in bench.base("full").named_modules() if isinstance(module, torch.nn.Linear)}


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_an_adapter_starts_as_the_base_exactly(bench, adapter):
    if adapter.get("dora"):
        pytest.skip("DoRA divides by a norm and multiplies by it again: equal to rounding only, tested below")
    base = logits(bench.base())
    assert torch.equal(logits(bench.model(bench.recipe(adapter=adapter))), base)


def test_dora_starts_as_the_base_to_rounding(bench):
    torch.testing.assert_close(
        logits(bench.model(bench.recipe(adapter={"dora": True}))), logits(bench.base()), rtol=1e-5, atol=1e-5
    )


def test_all_linear_takes_every_linear_layer_but_the_head(bench):
    model = bench.model(bench.recipe())
    assert adapted(model) == linear_layers(bench) - {"lm_head"}
    assert len(adapted(model)) == 14
    assert {name.split(".")[-3] for name, _ in methods.trainable_parameters(model)} == {"lora_A", "lora_B"}


def test_named_targets_are_the_only_ones(bench):
    model = bench.model(bench.recipe(adapter={"targets": ("q_proj", "down_proj")}))
    assert {name.rpartition(".")[2] for name in adapted(model)} == {"q_proj", "down_proj"}


def test_full_trains_everything_once(bench):
    model = bench.model(bench.recipe("full"))
    parameters = [parameter for _, parameter in methods.trainable_parameters(model)]
    assert len({id(parameter) for parameter in parameters}) == len(parameters) == len(list(model.parameters()))
    assert all(parameter.dtype == torch.float32 for parameter in parameters)


@pytest.mark.parametrize(("rslora", "scale"), [(False, 8 / 4), (True, 8 / 2)])
def test_scale_of_the_update(bench, rslora, scale):
    model = bench.model(bench.recipe(adapter={"rslora": rslora}))
    assert {module.scaling["default"] for module in model.modules() if hasattr(module, "lora_A")} == {scale}


def test_dora_learns_magnitudes_too(bench):
    model = bench.model(bench.recipe(adapter={"dora": True}))
    assert any("lora_magnitude_vector" in name for name, _ in methods.trainable_parameters(model))


def test_adapter_start_is_the_seeds_and_nothing_elses(bench, weights):
    first = weights(bench.model(bench.recipe(seed=1)))
    torch.rand(100)
    again, other = weights(bench.model(bench.recipe(seed=1))), weights(bench.model(bench.recipe(seed=2)))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_only_matrices_decay(bench):
    decaying, plain = methods.parameter_groups(bench.model(bench.recipe("full")), 0.1)
    assert (decaying["weight_decay"], plain["weight_decay"]) == (0.1, 0.0)
    assert {p.ndim for p in decaying["params"]} == {2}
    assert {p.ndim for p in plain["params"]} == {1}


def test_base_weights_do_not_move_under_an_adapter(bench, weights):
    recipe = bench.recipe()
    task = bench.task(recipe, steps=4)
    before = weights(task.model)
    loop.train(task, bench.Recorder())
    after = weights(task.model)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved == {name for name, _ in methods.trainable_parameters(task.model)}


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_saved_adapter_opens_with_plain_peft(bench, tmp_path, adapter):
    recipe = bench.recipe(adapter=adapter)
    model = trained(bench, recipe)
    wanted = logits(model)
    methods.save_weights(model, recipe, tmp_path)
    plain = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(bench.folder), tmp_path)
    assert not torch.equal(wanted, logits(bench.base())), "nothing was learned, so the test would prove nothing"
    assert torch.equal(logits(plain), wanted)


def test_saved_full_weights_open_with_plain_transformers(bench, tmp_path):
    recipe = bench.recipe("full")
    model = trained(bench, recipe)
    methods.save_weights(model, recipe, tmp_path)
    shutil.copy(bench.folder / "config.json", tmp_path)
    plain, report = AutoModelForCausalLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert torch.equal(logits(plain), logits(model))


def test_adapter_config_names_no_place_on_this_machine(bench, tmp_path):
    recipe = bench.recipe()
    methods.save_weights(bench.model(recipe), recipe, tmp_path)
    text = (tmp_path / methods.ADAPTER_CONFIG).read_text("utf-8")
    assert json.loads(text)["base_model_name_or_path"] == "tiny"
    assert str(bench.folder) not in text
    assert "/" not in text.replace("\\/", "/")


@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
def test_a_checkpoint_gives_the_trained_model_back(bench, tmp_path, method):
    recipe = bench.recipe(method)
    model = trained(bench, recipe)
    methods.save_weights(model, recipe, tmp_path)
    again = methods.with_checkpoint(bench.base(method), recipe, tmp_path)
    assert not torch.equal(logits(model), logits(bench.base(method)))
    assert torch.equal(logits(again), logits(model))
    assert not again.training


@pytest.mark.parametrize("method", ["full", "lora"])
def test_weights_of_another_model_are_refused(bench, tmp_path, method):
    recipe = bench.recipe(method)
    other = msgspec.structs.replace(recipe, adapter=msgspec.structs.replace(recipe.adapter, targets=("q_proj",)))
    methods.save_weights(bench.model(other if method == "lora" else recipe), other, tmp_path)
    if method == "full":
        tensors = methods.load_file(tmp_path / methods.FULL_WEIGHTS)
        tensors.pop(sorted(tensors)[0])
        methods.save_file(tensors, tmp_path / methods.FULL_WEIGHTS)
    with pytest.raises(UserError, match="does not fit this model"):
        methods.load_weights(bench.model(recipe), recipe, tmp_path)


def test_qlora_is_four_bit_and_learns(bench):
    recipe = bench.recipe("qlora", lr=5e-3)
    task = bench.task(recipe, steps=24)
    quantised = {name for name, module in task.model.named_modules() if type(module).__name__ == "Params4bit"}
    kinds = {type(parameter).__name__ for parameter in task.model.parameters()}
    assert "Params4bit" in kinds, (kinds, quantised)
    states = [p.quant_state for p in task.model.parameters() if type(p).__name__ == "Params4bit"]
    assert {(state.quant_type, state.nested) for state in states} == {("nf4", True)}
    assert len(states) == 14, "every linear layer but the head"
    recorder = bench.Recorder()
    loop.train(task, recorder)
    assert sum(recorder.losses[-4:]) < 0.92 * sum(recorder.losses[:4]), recorder.losses  # steps of other rows each


def test_qlora_never_moves_its_quantised_weights(bench, weights):
    task = bench.task(bench.recipe("qlora"), steps=3)
    before = weights(task.model)
    loop.train(task, bench.Recorder())
    after = weights(task.model)
    assert all(torch.equal(before[name], after[name]) for name in before if "lora_" not in name)


@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
def test_gradient_checkpointing_changes_memory_only(bench, method):
    losses = {}
    for recompute in (False, True):
        recipe = bench.recipe(method, gradient_checkpointing=recompute, adapter={"dropout": 0.1})
        recorder = bench.Recorder()
        task = bench.task(recipe, steps=4)
        assert task.model.is_activation_checkpointing == recompute
        torch.manual_seed(7)
        loop.train(task, recorder)
        losses[recompute] = recorder.losses
    assert losses[True] == pytest.approx(losses[False], rel=1e-6)
