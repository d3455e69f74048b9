"""Measuring before, at looks and after: what is stored, what is reused, what is refused."""

import shutil

import msgspec
import numpy as np
import pytest
import torch

from engine.canaries.baseline import baseline_folder, check_base_equal, read_baseline
from engine.canaries.items import Canary, Capability, Suite
from engine.canaries.measure import Canaries
from engine.canaries.pairing import checked_answers, compare_inputs, secondary_changes
from engine.canaries.suite import save_suite
from engine.errors import EnvironmentFailure, NonFinite, UserError
from engine.records import Budget, CanaryPlan, Recipe
from engine.store import runs
from engine.store import scores as score_rows
from engine.verdict.decide import decide

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")  # peft asks transformers

ANIMALS = ["spider", "horse", "robin", "beetle", "lizard", "goat", "duck", "crab", "mouse", "sparrow", "ant", "camel"]
GIVEN_AWAY = "How many legs has a grown spider got when it walks home?"


def make_suite():
    items = []
    for i, animal in enumerate(ANIMALS):
        split = "guard" if i % 3 == 2 else "verdict"
        shared = {"split": split, "source": "hand"}
        items += [
            Canary(
                id=f"facts-{i:02d}", cluster=f"facts-{i:02d}", capability="facts", kind="reference",
                prompt=f"How many legs has a grown {animal} got when it walks home?", references=("It has eight.", "Eight"),
                check={"type": "contains", "values": ["eight"]}, **shared,
            ),
            Canary(
                id=f"sense-{i:02d}", cluster=f"sense-{i:02d}", capability="sense", kind="choice",
                prompt=f"It rains. What does the {animal} do?",
                choices=("It gets wet.", "It turns into salt.", "It sings a song about the sea."), gold=i % 3, **shared,
            ),
            Canary(
                id=f"chat-{i:02d}", cluster=f"chat-{i:02d}", capability="chat", kind="chat",
                prompt=f"Tell me about your {animal}", **shared,
            ),
        ]  # fmt: skip
    capabilities = (
        Capability(name="facts", title="Facts", primary="ref_nll"),
        Capability(name="sense", title="Common sense", primary="choice_margin"),
        Capability(name="chat", title="Chat", primary="kl"),
    )
    return Suite(name="little", version="1", capabilities=capabilities, items=tuple(items))


@pytest.fixture(scope="module")
def suite_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suite") / "little"
    made = make_suite()
    items = tuple(msgspec.convert(msgspec.to_builtins(item), Canary) for item in made.items)
    save_suite(msgspec.structs.replace(made, items=items), folder)
    return folder


@pytest.fixture
def build(store, suite_folder, tokenizer, device):
    """build(**changes): the canaries of a run, its plan and settings changed as named."""

    def make(*, settings=None, training_texts=(), training_prefix=(), fingerprint="base-print", **plan):
        return Canaries(
            store, CanaryPlan(suite=str(suite_folder), **plan), tokenizer, device, settings or {},
            base_fingerprint=fingerprint, base_ref="base:tiny", training_texts=training_texts,
            training_prefix=training_prefix,
        )  # fmt: skip

    return make


@pytest.fixture
def run_id(store):
    return runs.create(store, Recipe(base="tiny"))


@pytest.fixture
def other(tiny, tokenizer):
    return tiny["build_model"](seed=1, vocabulary=len(tokenizer))


class Untouchable(torch.nn.Module):
    """A model that fails when it is run."""

    def __init__(self, model):
        super().__init__()
        self.inner = model

    def forward(self, *args, **kwargs):
        raise AssertionError("the model was run")


def values(store, measurement, score):
    return {row.item_id: row.value for row in score_rows.scores(store, measurement) if row.score == score}


def after(canaries, model, run_id, **changes):
    given = {"run_id": run_id, "step": 10, "model_ref": f"{run_id}@10", "fingerprint": "tuned", **changes}
    return canaries.after(model, **given)


def test_before_writes_every_score(store, build, model, run_id):
    seen = []
    canaries = build()
    found = score_rows.get(
        store, canaries.before(model, run_id=run_id, on_progress=lambda done, total: seen.append((done, total)))
    )
    assert (found.moment, found.fingerprint, found.complete) == ("before", "base-print", True)
    assert set(values(store, found.id, "ref_nll")) == {f"facts-{i:02d}" for i in range(12)}
    assert values(store, found.id, "eos_nll").keys() == values(store, found.id, "bits_per_byte").keys()
    for score in ("choice_margin", "choice_acc", "choice_acc_norm"):
        assert set(values(store, found.id, score)) == {f"sense-{i:02d}" for i in range(12)}
    for score in ("self_nll", "kl", "degenerate"):
        assert len(values(store, found.id, score)) == 36
    assert set(values(store, found.id, "kl").values()) == {0.0}
    assert len(values(store, found.id, "check")) == 12
    assert len(score_rows.answers(store, found.id)) == 36
    assert found.settings["batch_layout"].startswith("tree")
    assert 0 <= found.noise_floor < 1e-4
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1]
    assert all(done <= total for done, total in seen)


def test_the_same_weights_show_no_change(store, build, model, run_id):
    canaries = build()
    first = canaries.before(model, run_id=run_id)
    second = after(canaries, model, run_id)
    assert max(values(store, second, "kl").values()) < 1e-6
    for name, changes in secondary_changes(store, first, second, "verdict").items():
        for score, found in changes.items():
            assert max(map(abs, found)) < 1e-5, (name, score)
    assert decide(compare_inputs(store, first, second, "verdict", {})).word != "forgot"


def test_other_weights_change_every_score(store, build, model, other, run_id):
    canaries = build()
    first = canaries.before(model, run_id=run_id)
    second = after(canaries, other, run_id)
    assert min(values(store, second, "kl").values()) > 0.01
    inputs = {one.name: one for one in compare_inputs(store, first, second, "verdict", {"facts": Budget(limit=0.3)})}
    assert {name: one.score for name, one in inputs.items()} == {
        "facts": "ref_nll", "sense": "choice_margin", "chat": "kl",
    }  # fmt: skip
    assert [inputs[name].kind for name in ("facts", "sense", "chat")] == ["nll", "margin", "kl"]
    assert inputs["facts"].budget == 0.3
    assert len(inputs["facts"].before) == 8
    assert inputs["facts"].before == [values(store, first, "ref_nll")[name] for name in inputs["facts"].item_ids]
    verdict = decide(list(inputs.values()), checked=checked_answers(store, first, second, "verdict", {}))
    assert {one.name for one in verdict.capabilities} == {"facts", "sense", "chat"}
    assert [one.n for one in verdict.checked] == [8]


def test_a_look_scores_the_guard_items_and_writes_six_answers(store, build, model, other, run_id):
    canaries = build()
    canaries.before(model, run_id=run_id)
    look = canaries.look(other, run_id=run_id, step=3, model_ref=f"{run_id}@3", fingerprint="x")
    rows = score_rows.scores(store, look)
    assert {row.split for row in rows} == {"guard"}
    assert len(values(store, look, "ref_nll")) == 4
    answers = score_rows.answers(store, look)
    assert [len(answers), len(values(store, look, "degenerate"))] == [6, 6]
    assert {answer.item_id for answer in answers} == set(canaries.sentinel_ids)
    assert all(answer.n_tokens <= 32 for answer in answers)
    assert values(store, look, "check") == {}
    one = canaries.look(model, run_id=run_id, step=4, model_ref=f"{run_id}@4", fingerprint="y")
    assert max(values(store, one, "kl").values()) < 1e-6


def test_a_look_needs_the_base_first(build, model):
    with pytest.raises(ValueError, match="measure the base first"):
        build().look(model, run_id=None, step=0, model_ref="", fingerprint="")


@pytest.mark.parametrize(("generate", "frozen", "written"), [("shown", 22, 8), ("none", 16, 0)])
def test_fewer_answers_are_written_where_the_plan_says_so(
    store, build, model, other, run_id, generate, frozen, written
):
    canaries = build(generate=generate)
    first = canaries.before(model, run_id=run_id)
    # all chat items, whose primary is kl, then sentinels and shown ones
    kept = {row.item_id for row in score_rows.answers(store, first)}
    assert {f"chat-{i:02d}" for i in range(12)} <= kept
    assert len(kept) <= frozen
    assert len(kept) < 36
    second = after(canaries, other, run_id)
    assert len(score_rows.answers(store, second)) == written
    assert len(compare_inputs(store, first, second, "verdict", {})) == 3


def test_the_plan_limits_items(build):
    canaries = build(capabilities=("facts",), verdict_items=5, guard_items=2)
    assert [len(canaries.suite.of("facts", split)) for split in ("verdict", "guard")] == [5, 2]
    assert canaries.count_tokens("look").total < canaries.count_tokens("after").total
    assert canaries.count_tokens("after").total < canaries.count_tokens("before").total


# ---- reuse -----------------------------------------------------------------------------------------------------------


def test_a_cached_baseline_is_taken_over_by_another_run(store, build, model, run_id, monkeypatch):
    first = build().before(model, run_id=run_id)
    second_run = runs.create(store, Recipe(base="tiny"))
    canaries = build()
    monkeypatch.setattr(Canaries, "_measure_base", lambda *args: pytest.fail("measured again"))
    second = canaries.before(model, run_id=second_run)
    assert second != first
    assert score_rows.get(store, second).run_id == second_run
    assert score_rows.scores(store, second) == score_rows.scores(store, first)
    assert score_rows.answers(store, second) == score_rows.answers(store, first)


def test_a_resumed_run_does_not_touch_the_model(store, build, model, run_id):
    first = build().before(model, run_id=run_id)
    canaries = build()
    assert canaries.before(Untouchable(model), run_id=run_id) == first
    assert canaries.baseline is not None
    look = canaries.look(model, run_id=run_id, step=1, model_ref="", fingerprint="")
    assert max(values(store, look, "kl").values()) < 1e-6


@pytest.mark.parametrize(
    "changes", [{"fingerprint": "other"}, {"settings": {"precision": "bf16"}}, {"verdict_items": 3}]
)
def test_what_decides_the_baseline_makes_a_new_one(store, build, model, run_id, changes):
    first = build().before(model, run_id=run_id)
    second = build(**changes).before(model, run_id=None)
    keys = store.rows("SELECT cache_key FROM measurements WHERE id IN (?, ?)", (first, second))
    assert len({row["cache_key"] for row in keys}) == 2


def test_a_damaged_baseline_is_made_again(store, home, build, model, run_id):
    canaries = build()
    canaries.before(model, run_id=run_id)
    key = canaries.baseline.key
    folder = baseline_folder(home, key)
    tensors = folder / "tensors.safetensors"
    content = bytearray(tensors.read_bytes())
    content[-1] ^= 1
    tensors.write_bytes(bytes(content))
    again = build()
    again.before(model, run_id=run_id)
    assert list((home / "baselines").glob(".bad-*"))
    made = read_baseline(home, key)
    assert made is not None
    assert np.array_equal(made.logits, canaries.baseline.logits)
    assert {name: answer.ids for name, answer in made.answers.items()} == {
        name: answer.ids for name, answer in canaries.baseline.answers.items()
    }


def test_a_removed_baseline_is_made_again(store, home, build, model, run_id):
    canaries = build()
    canaries.before(model, run_id=run_id)
    shutil.rmtree(home / "baselines")
    build().before(model, run_id=run_id)
    assert read_baseline(home, canaries.baseline.key) is not None


def test_a_baseline_reads_back_equal(home, build, model, run_id):
    canaries = build()
    canaries.before(model, run_id=run_id)
    found, made = read_baseline(home, canaries.baseline.key), canaries.baseline
    assert found.answers == made.answers
    assert found.prompts == made.prompts
    assert found.noise_floor == made.noise_floor
    assert found.tops.keys() == made.tops.keys()
    for name, top in made.tops.items():
        assert np.array_equal(found.tops[name].ids, top.ids)
        assert np.array_equal(found.tops[name].log_probs, top.log_probs)


# ---- what must not happen --------------------------------------------------------------------------------------------


def test_items_the_training_text_gives_away_are_left_out_and_named(build):
    canaries = build(training_texts=["Tell me. " + GIVEN_AWAY])
    assert canaries.left_out == ("facts-00",)
    assert "facts-00" not in {item.id for item in canaries.suite.items}
    assert build().left_out == ()


def test_a_changed_setting_is_refused_and_named(store, build, model, run_id):
    canaries = build()
    first = canaries.before(model, run_id=run_id)
    changed = build(settings={"precision": "bf16"})
    changed.before(model, run_id=None)
    with pytest.raises(UserError, match="the precision was fp32, now bf16"):
        compare_inputs(store, first, after(changed, model, run_id), "verdict", {})


def test_other_items_are_refused(store, build, model, run_id):
    first = build().before(model, run_id=run_id)
    fewer = build(verdict_items=3)
    fewer.before(model, run_id=None)
    with pytest.raises(UserError, match="the prompts were"):
        compare_inputs(store, first, after(fewer, model, run_id), "verdict", {})


def test_an_unfinished_measurement_is_refused(store, build, model, run_id):
    first = build().before(model, run_id=run_id)
    with pytest.raises(UserError, match="was not finished"):
        compare_inputs(store, first, first + 100, "verdict", {})


def test_the_base_equals_its_baseline_and_others_do_not(build, model, other, run_id):
    from peft import LoraConfig, get_peft_model

    canaries = build()
    canaries.before(model, run_id=run_id)
    assert check_base_equal(model, canaries.baseline) == 0.0
    with pytest.raises(EnvironmentFailure, match="differs from it"):
        check_base_equal(other, canaries.baseline)
    wrapped = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
    with pytest.raises(EnvironmentFailure):
        check_base_equal(wrapped, canaries.baseline)
    with wrapped.disable_adapter():
        assert check_base_equal(wrapped, canaries.baseline) <= 1e-4


def test_a_start_that_changes_the_base_is_noticed(build, model, run_id):
    from peft import LoraConfig, get_peft_model

    canaries = build()
    canaries.before(model, run_id=run_id)
    wrapped = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", init_lora_weights="pissa"))
    with wrapped.disable_adapter(), pytest.raises(EnvironmentFailure):
        check_base_equal(wrapped, canaries.baseline)


def test_broken_weights_are_told_by_item(build, model, run_id):
    canaries = build()
    canaries.before(model, run_id=run_id)
    with torch.no_grad():
        model.model.norm.weight.fill_(float("nan"))
    with pytest.raises(NonFinite, match=r"canary facts-\d\d at step 10"):
        after(canaries, model, run_id)


def test_format_capture_counts_answers_with_the_training_opening(store, build, model, run_id):
    canaries = build()
    first = canaries.before(model, run_id=run_id)
    assert values(store, first, "format_capture") == {}
    ids = canaries.baseline.answers["chat-00"].ids
    assert len(ids) >= 3
    with_opening = build(training_prefix=ids[:3])
    second_run = runs.create(store, Recipe(base="tiny"))
    before = values(store, with_opening.before(model, run_id=second_run), "format_capture")
    captured = {name for name, one in canaries.baseline.answers.items() if one.ids[:3] == ids[:3]}
    assert {name for name, value in before.items() if value == 1.0} == captured
    assert "chat-00" in captured
    assert len(before) == 36
