from __future__ import annotations

import json

import pytest

from engine.canaries.suite import load_suite
from engine.store import answers, history, jobs


def test_the_standard_suite_is_shown(palimpsest):
    told = palimpsest("suite").stdout
    assert told == palimpsest("suite", "standard").stdout
    assert told.startswith("standard, version ")
    assert any(line.split()[:2] == ["facts", "ref_nll"] for line in told.splitlines())


def test_power_and_items(palimpsest):
    assert "decides" in palimpsest("suite", "standard", "--power").stdout.splitlines()[0]
    assert palimpsest("suite", "--power").stdout == palimpsest("suite", "standard", "--power").stdout
    suite = load_suite("standard")
    assert len(palimpsest("suite", "--items", "facts").stdout.splitlines()) >= len(suite.of("facts"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("suite", "nothing"), "There is no suite 'nothing'."),
        (("suite", "--items", "magic"), "has no capability 'magic'"),
        (("suite", "draft", "none.jsonl"), "There is no file none.jsonl."),
        (("suite", "draft", "rows.jsonl", "--name", "My Suite"), "'My Suite' cannot name a suite."),
        (("suite", "draft", "rows.jsonl"), "Your rows become canaries only when you approve them."),
        (("suite", "draft", "empty.jsonl", "--yes"), "empty.jsonl"),
        (("score", "base"), "There is no base model yet."),
        (("score", "7@1"), "There is no run 7."),
    ],
)
def test_bad_input_is_one_sentence(palimpsest, project, tmp_path, words, said):
    (tmp_path / "rows.jsonl").write_text('{"prompt": "What is oat?", "completion": "A cereal."}\n')
    (tmp_path / "empty.jsonl").write_text("")
    told = palimpsest(*words)
    assert told.exit_code == 2, told.output
    assert said in told.stderr
    assert jobs.unfinished(project.store) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--suite", "nothing"), "There is no suite 'nothing'."),
        (("--capabilities", "facts,magic"), "has no capability 'magic'"),
        (("--generate", "some"), "'some' is not one of"),
        (("--verdict-items", "-1"), "-1 is not in the range"),
    ],
)
def test_scoring_refuses_before_any_job(palimpsest, trained, words, said):
    told = palimpsest("score", "base", *words)
    assert told.exit_code == 2
    assert said in told.stderr
    assert jobs.unfinished(trained.store) == []


def test_a_drafted_suite_can_be_used_by_its_name(palimpsest, project, tmp_path):
    rows = [
        {"prompt": f"What does part {n} of the engine do?", "completion": f"It turns wheel {n}."} for n in range(30)
    ]
    rows.append({"prompt": "no answer here"})
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "train.jsonl").write_text(json.dumps({"prompt": rows[0]["prompt"], "completion": "other"}) + "\n")
    told = palimpsest("suite", "draft", "rows.jsonl", "--name", "engines", "--exclude", "train.jsonl", "--yes")
    assert told.exit_code == 0, told.output
    assert "rows.jsonl, line 31 left out" in told.stdout
    assert "shares eight words in a row with the training rows" in told.stdout
    shown = palimpsest("suite", "engines")
    assert shown.stdout.startswith("engines, version seed-0: ")
    again = palimpsest("suite", "draft", "rows.jsonl", "--name", "engines", "--yes")
    assert again.exit_code == 2
    assert "exists already" in again.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Give a prompt, or --all"),
        (("hello", "--all"), "Give a prompt, or --all"),
        (("hello",), "Both sides are base tiny."),
        (("hello", "--b", "9@1"), "There is no run 9."),
        (("hello", "--a", "nobody", "--b", "1@40"), "'nobody' names no model."),
        (("--all", "--b", "1@40", "--suite", "nothing"), "There is no suite 'nothing'."),
        (("--all", "--b", "1@40", "--capabilities", "magic"), "has no capability 'magic'"),
    ],
)
def test_compare_refuses_before_any_job(palimpsest, trained, words, said):
    told = palimpsest("compare", *words)
    assert told.exit_code == 2
    assert said in told.stderr
    assert jobs.unfinished(trained.store) == []


def _sides(a, b):
    return {"sides": {"a": {"ref": "base:tiny", "fingerprint": "f" * 64, "answers": a},
                      "b": {"ref": "1@40", "fingerprint": "0" * 64, "answers": b}}}  # fmt: skip


def test_both_answers_are_streamed_and_name_their_models(trained, capsys):
    from engine.cli.compare import _Stream, _tell

    job_id = jobs.enqueue(trained.store, "answer", {})
    stream = _Stream(trained.store, job_id, {"a": "base:tiny", "b": "1@40"})
    for side, text in (("a", "The capital "), ("a", "is Paris."), ("b", '{"capital":'), ("b", ' "Paris\x1b"}')):
        answers.append(trained.store, job_id, side, text)
        stream.more()
    stream.more()
    _tell(_sides(["x"], ["y"]), ["What?"], (), with_answers=False)
    assert capsys.readouterr().out == (
        'A  base tiny\nThe capital is Paris.\n\nB  1@40\n{"capital": "Paris‹U+001B›"}'
        "A = base tiny, fingerprint ffffffffffff…\nB = 1@40, fingerprint 000000000000…\n"
    )


def test_over_canaries_every_answer_is_checked(trained, capsys):
    from engine.canaries.suite import select
    from engine.cli.compare import _tell

    suite = select(load_suite("standard"), ("arithmetic",), 3, 0)
    items = tuple(item for item in suite.items if item.split == "verdict" and item.check)
    right, wrong = [item.references[0] for item in items], ["no idea"] * len(items)
    _tell(_sides(right, wrong), [item.prompt for item in items], items, with_answers=True)
    told = capsys.readouterr().out
    assert told.count("  A ✓ ") == told.count("  B ✗ ") == len(items) > 0
    assert f"A = base tiny, fingerprint ffffffffffff…, {len(items)} of {len(items)} checked answers right" in told


def test_the_right_side_is_the_current_model(trained):
    from engine.cli.compare import _sides as sides_of

    history.set_pointer(trained.store, "1@40", "x")
    assert sides_of(trained.store, "base", "") == {"a": "base:tiny", "b": "1@40"}
