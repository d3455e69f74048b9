"""Three models asked at once, in a real worker's code: shared, alone, damaged, gone; tokens, checks and scorings."""

import math

import pytest
import tiny_model
from training_runs import train_adapter

from engine import client
from engine.states import State
from engine.store import answers, checkpoints, jobs, models, runs

CAPITAL = "What is the capital of Peru?"


@pytest.fixture
def trained(store, tiny_base, tmp_path):
    """The tiny base and one adapter on it; its reference."""
    return train_adapter(store, tiny_base, tmp_path)


def ask(store, **payload):
    return client.run_in_process(store, jobs.enqueue(store, "answer", payload))


def damage(store, ref):
    row = checkpoints.find(store, ref)
    path = next((runs.folder(store, row.run_id) / "checkpoints" / row.folder).glob("adapter*.safetensors"))
    path.write_bytes(b"not what it was")


def test_answers_tokens_checks_and_one_sided_failures(store, trained, tmp_path):
    suite = str(tiny_model.write_rows(tmp_path / "asked.jsonl", tiny_model.suite_items()))
    item = next(one["id"] for one in tiny_model.suite_items() if one["prompt"] == CAPITAL)
    done = ask(store, a="base:tiny", b=trained, c="9@9", prompts=[CAPITAL], suite=suite, items=[item])
    assert done.state is State.FINISHED, done.details
    sides = done.result["sides"]
    assert sides["a"]["answers"] == ["The capital of Peru is Lima."]
    assert sides["a"]["fingerprint"] == models.get(store, "tiny").fingerprint
    assert sides["b"]["fingerprint"] == checkpoints.find(store, trained).manifest_sha256
    assert sides["c"]["error"]["kind"] == "user"
    assert done.result["first"] == "a"
    (facts,) = sides["a"]["written"]
    assert facts["passed"] is True
    assert not facts["hit_limit"]
    assert "".join(text for text, _, _ in facts["tokens"]) == "The capital of Peru is Lima."
    assert all(value <= 0 for _, value, _ in facts["tokens"])
    (other,) = sides["b"]["written"]
    assert len(other["first"]) == len(facts["tokens"])
    assert sum(other["first"]) < sum(value for _, value, _ in facts["tokens"])  # the base is surer of its own answer
    pieces = answers.since(store, done.id)
    assert (
        "".join(one["text"] for one in pieces if (one["side"], one["kind"]) == ("a", "text"))
        == sides["a"]["answers"][0]
    )
    assert [one["side"] for one in pieces if one["kind"] == "model"] == ["a", "b"]
    assert [one["side"] for one in pieces if one["kind"] == "error"] == ["c"]


def test_a_damaged_adapter_is_told_for_its_side_and_the_base_still_answers(store, trained):
    damage(store, trained)
    done = ask(store, a="base:tiny", b=trained, prompts=[CAPITAL])
    assert done.state is State.FINISHED
    assert done.result["sides"]["a"]["answers"] == ["The capital of Peru is Lima."]
    assert "damaged" in done.result["sides"]["b"]["error"]["message"]


def test_if_nobody_can_answer_the_job_fails_with_the_reason(store, trained):
    damage(store, trained)
    done = ask(store, a=trained, b="9@9", prompts=[CAPITAL])
    assert done.state is State.FAILED
    assert done.error_kind == "user"
    assert "damaged" in done.reason


def test_given_texts_are_scored_by_every_side_and_nothing_is_written(store, trained):
    right, wrong = "The capital of Peru is Lima.", "The capital of Peru is Rome."
    done = ask(store, a="base:tiny", b=trained, prompts=[CAPITAL], given={"a": [right], "b": [wrong]})
    sides = done.result["sides"]
    likely, unlikely = sides["a"]["scored"][0]["a"], sides["a"]["scored"][0]["b"]
    assert "".join(text for text, _, _ in unlikely) == wrong
    assert math.exp(min(value for _, value, _ in likely)) > 0.3
    assert math.exp(min(value for _, value, _ in unlikely)) < 0.1
    assert [one for one in answers.since(store, done.id) if one["kind"] == "text"] == []


def test_the_first_sides_log_probabilities_are_those_of_a_scoring(store, trained):
    written = ask(store, a="base:tiny", b=trained, prompts=[CAPITAL]).result["sides"]
    text = written["a"]["answers"][0]
    scored = ask(store, a="base:tiny", b=trained, prompts=[CAPITAL], given={"a": [text]}).result["sides"]
    own = [value for _, value, _ in written["a"]["written"][0]["tokens"]]
    assert own == pytest.approx([value for _, value, _ in scored["a"]["scored"][0]["a"]], abs=1e-3)
    assert written["b"]["written"][0]["first"] == pytest.approx(
        [value for _, value, _ in scored["b"]["scored"][0]["a"]], abs=1e-3
    )
