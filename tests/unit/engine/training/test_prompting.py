"""Prompt only: what stands before every question, and that it carries no loss and costs no held-out row."""

import numpy as np
import pytest
import tiny_model

from engine.data.dataset import prepare
from engine.data.mapping import Message
from engine.errors import UserError
from engine.records import DataSpec, PromptPlan, Recipe
from engine.training import prompting
from engine.training.heldout import TRAIN_ROWS


@pytest.fixture
def rows(tmp_path):
    return tiny_model.write_rows(tmp_path / "rows.jsonl", tiny_model.narrow_rows(40))


def put(bench, rows, *, longest=256, **prompt):
    tokenizer = bench.tokenizer()
    prepared = prepare(rows, None, tokenizer, max_length=128, heldout_fraction=0.2)
    recipe = Recipe(method="prompt", protect="off", data=DataSpec(path=str(rows)), prompt=PromptPlan(**prompt))
    return prepared, prompting.put_prompt(recipe, prepared, tokenizer, longest=longest), tokenizer


def test_examples_stand_before_every_row_and_carry_no_loss(bench, rows):
    prepared, made, tokenizer = put(bench, rows, examples=3)
    assert [one.role for one in made.context] == ["user", "assistant"] * 3
    for before, after in zip(prepared.heldout, made.prepared.heldout, strict=True):
        assert after.line == before.line
        assert after.prompt_text.endswith(before.prompt_text)
        assert after.prompt_text.startswith("<|im_start|>user\nMy ")
        answer = tokenizer.decode(after.ids[after.mask].tolist())
        assert answer == tokenizer.decode(before.ids[before.mask].tolist())  # only the row's own answer is scored
        assert np.array_equal(after.ids[-len(before.ids) :], before.ids)


def test_rows_used_as_examples_are_not_measured_as_training_rows(bench, rows):
    prepared, made, _ = put(bench, rows, examples=4)
    used = {row.line for row in prepared.train} - {row.line for row in made.prepared.train}
    assert len(used) == 4
    assert len(made.prepared.train) == len(prepared.train) - 4 <= TRAIN_ROWS


def test_a_system_message_comes_first_once_and_joins_the_rows_own():
    context = prompting.context_of(" Answer as JSON. ", [])
    assert context == (Message(role="system", content="Answer as JSON.", trained=False),)
    turns = (Message(role="system", content="Be brief."), Message(role="user", content="Hi"))
    joined = prompting.joined(context, turns)
    assert [(one.role, one.content) for one in joined] == [("system", "Answer as JSON.\n\nBe brief."), ("user", "Hi")]
    assert prompting.joined((), turns[1:]) == turns[1:]


def test_examples_are_spread_over_the_file():
    assert prompting.examples_of(list(range(10)), 2) == [2, 7]
    assert prompting.examples_of([1, 2], 5) == [1, 2]
    assert prompting.examples_of([1, 2], 0) == []


def test_a_prompt_that_leaves_no_room_is_refused_with_the_figures(bench, rows):
    with pytest.raises(UserError, match=r"a row takes \d+ tokens; the model reads 64") as refused:
        put(bench, rows, examples=8, longest=64)
    assert refused.value.field == "prompt.examples"


def test_plain_text_is_refused(bench, tmp_path):
    text = tmp_path / "rows.txt"
    text.write_text("\n\n".join(f"Some words, number {n}." for n in range(20)))
    with pytest.raises(UserError, match="plain text") as refused:
        put(bench, text, examples=2)
    assert refused.value.field == "method"


def test_the_fingerprint_is_of_the_prompt(bench, rows):
    one, two, other = (put(bench, rows, examples=n)[1].fingerprint for n in (2, 2, 3))
    assert one == two != other
