"""A recipe being drafted: a first look at the rows, guesses until they are measured, timings, and the payload that is its own key."""

import json

import pytest

from engine import drafts
from engine.errors import UserError
from engine.records import DataSpec, Mapping, Recipe
from engine.store import jobs
from engine.training import calibrate


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"prompt": "x" * 40, "completion": "y" * 40}) for _ in range(300)]
    lines[250] = "not json"
    path.write_text("\n".join(lines))
    return path


def test_the_first_rows_say_that_there_are_more_and_all_rows_name_the_bad_line(rows):
    assert drafts.first_look(rows, first=10).has_more
    look = drafts.first_look(rows)
    assert (look.rows, len(look.conversations), look.has_more) == (300, 299, False)
    assert [problem.line for problem in look.problems] == [251]


@pytest.mark.parametrize("content", ['{"prompt": 1, "completion": "b"}\n', "nonsense\n"])
def test_a_file_without_a_usable_row_is_refused_with_its_line(tmp_path, content):
    path = tmp_path / "bad.jsonl"
    path.write_text(content)
    with pytest.raises(UserError, match="line 1"):
        drafts.first_look(path)


def test_guessed_lengths_are_characters_over_four_and_the_template(rows):
    facts = drafts.guessed_row_facts(drafts.first_look(rows), DataSpec(heldout_fraction=0.1))
    assert (facts.count, facts.heldout) == (269, 30)
    assert facts.p50 == facts.max == 80 / drafts.CHARACTERS_PER_TOKEN + drafts.TEMPLATE_TOKENS


def test_equal_wishes_give_equal_payloads_and_a_changed_file_another(rows):
    look = drafts.first_look(rows)
    one, same = (drafts.inspection_payload("base", look, Mapping(), max_length=64, suite="standard") for _ in range(2))
    assert one == same
    rows.write_text(rows.read_text() + "\n" + json.dumps({"prompt": "new", "completion": "row"}))
    later = drafts.inspection_payload("base", drafts.first_look(rows), Mapping(), max_length=64, suite="standard")
    assert later != one


def test_timings_are_tokens_a_second(store):
    found = {"load_s": 2.0, "score_item_s": 0.5, "answer_s": 2.0, "step_s": 4.0, "tokens_per_row": 50.0}
    timed = drafts.timings_of(found, batch_size=8)
    assert timed == {
        "train_tokens_per_s": 100.0, "score_tokens_per_s": 100.0, "answer_tokens_per_s": 12.0, "load_s": 2.0,
    }  # fmt: skip
    recipe = Recipe(base="b", method="lora")
    job = jobs.enqueue(store, "calibrate", {"recipe": recipe.to_toml()})
    assert drafts.measured_timings(store, recipe) == {}
    with store.write() as connection:
        connection.execute("UPDATE jobs SET state = 'finished', result = ? WHERE id = ?", (json.dumps(found), job))
    assert drafts.measured_timings(store, recipe) == timed
    assert drafts.measured_timings(store, Recipe(base="b", method="full")) == {}


def test_the_timed_answer_is_as_long_as_the_job_writes_it():
    assert drafts.TIMED_ANSWER_TOKENS == calibrate.ANSWER_TOKENS
