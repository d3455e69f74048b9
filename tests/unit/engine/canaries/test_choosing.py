"""Which items are scored and answered."""

import pytest

from engine.canaries import choosing
from engine.canaries.suite import load_suite
from engine.canaries.tokens import ItemTokens, tokenise_items
from engine.records import CanaryPlan

PLAN = CanaryPlan(capabilities=("facts", "commonsense", "chat", "safety"), verdict_items=16, guard_items=6)


@pytest.fixture(scope="module")
def chosen():
    return choosing.choose(load_suite("standard"), PLAN, ())[0]


def test_sentinels_are_six_guard_items_of_different_capabilities(chosen):
    ids = choosing.sentinels(chosen)
    by_id = {item.id: item for item in chosen.items}
    assert len(ids) == len(set(ids)) == 6
    assert {by_id[name].split for name in ids} == {"guard"}
    assert {by_id[name].capability for name in ids} == set(PLAN.capabilities)


def test_shown_items_are_checked_ones_first(chosen):
    ids = choosing.shown(chosen)
    by_id = {item.id: item for item in chosen.items}
    assert len(ids) == 8
    assert {by_id[name].split for name in ids} == {"verdict"}
    assert all(by_id[name].check is not None for name in ids if by_id[name].capability == "facts")


def test_an_item_given_away_is_replaced_by_another_of_its_capability(chosen):
    suite = load_suite("standard")
    lost = next(item for item in chosen.of("facts", "verdict") if len(item.prompt.split()) > 8)
    kept, left_out = choosing.choose(suite, PLAN, [f"Question: {lost.prompt} Answer: no idea"])
    assert lost.id in left_out
    assert lost.id not in {item.id for item in kept.items}
    assert len(kept.of("facts", "verdict")) == 16


@pytest.mark.parametrize("generate", ["all", "shown", "none"])
def test_whatever_is_written_after_was_frozen_before(chosen, generate):
    frozen = choosing.frozen(chosen, generate)
    assert choosing.written_after(chosen, generate) <= frozen
    assert set(choosing.sentinels(chosen)) <= frozen
    assert {item.id for item in chosen.of("chat")} <= frozen


def test_an_answer_may_be_as_long_as_its_check_needs(chosen):
    checked = next(item for item in chosen.items if item.check is not None)
    free = next(item for item in chosen.items if item.kind == "chat")

    def limit(item, n):
        return choosing.answer_limit(ItemTokens(item=item, prompt=(1,), answers=(tuple(range(n)),)))

    assert [limit(checked, n) for n in (4, 40, 400)] == [48, 60, 96]
    assert limit(free, 400) == 48


def test_a_model_without_template_closes_with_its_end_token(tiny, chosen):
    tokenizer = tiny["build_tokenizer"]()
    tokenizer.chat_template = None
    made = tokenise_items(chosen.items[:2], tokenizer)
    assert made.closing == tokenizer.eos_token_id
    assert tokenizer.decode(made.items[0].prompt).endswith("### Assistant:\n")


def test_a_template_with_another_closing_token_is_followed(tiny, chosen):
    tokenizer = tiny["build_tokenizer"]()
    tokenizer.chat_template = tokenizer.chat_template.replace("<|im_end|>", "<|endoftext|>")
    made = tokenise_items(chosen.items[:2], tokenizer)
    assert made.closing == tokenizer.convert_tokens_to_ids("<|endoftext|>") != tokenizer.eos_token_id
