from __future__ import annotations

from pathlib import Path

import pytest

from engine.store import history, models


def test_the_whole_way_there_and_back(palimpsest, trained):
    assert palimpsest("current").stdout.startswith("base tiny, fingerprint ")
    there = palimpsest("make-current", "1@40")
    assert there.exit_code == 0
    assert "Made lora-01 @ 40 the current model; before it was base tiny." in there.stdout
    assert palimpsest("current").stdout.startswith("1@40, fingerprint ")
    back = palimpsest("rollback", "--to", "base")
    assert "Verified base tiny: 3 files" in back.stdout
    assert "Rolled back from lora-01 @ 40 to base tiny." in back.stdout
    undone = palimpsest("undo")
    assert "Undid “Rolled back from lora-01 @ 40 to base tiny”: back at lora-01 @ 40." in undone.stdout
    told = palimpsest("history").stdout.splitlines()
    assert [line.split("  ")[-1] for line in told][-1].endswith("before it was base tiny")
    assert "Rolled back from lora-01 @ 40 to base tiny  (undone by 3)" in told[1]
    assert history.pointer(trained.store)[0] == "1@40"


def test_rollback_goes_to_the_base_by_default(palimpsest, trained):
    palimpsest("make-current", "1@40")
    assert "Rolled back from lora-01 @ 40 to base tiny." in palimpsest("rollback").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rollback", "--to", "9@1"), "There is no run 9."),
        (("rollback", "--to", "1@41"), "Run 1 has no checkpoint at step 41. It has: 40."),
        (("rollback", "--to", "base:huge"), "There is no base model called 'huge'."),
        (("rollback", "--to", "yesterday"), "'yesterday' names no model."),
        (("make-current", "nonsense"), "'nonsense' names no model."),
        (("undo",), "There is nothing to undo"),
    ],
)
def test_a_wrong_name_is_one_sentence_and_moves_nothing(palimpsest, trained, words, said):
    told = palimpsest(*words)
    assert told.exit_code == 2
    assert said in told.stderr
    assert history.pointer(trained.store)[0] == "base:tiny"
    assert history.entries(trained.store) == []


def test_an_altered_base_is_named_and_the_pointer_stays(palimpsest, trained):
    palimpsest("make-current", "1@40")
    (Path(models.get(trained.store, "tiny").path) / "config.json").write_text('{"model_type": "other"}')
    told = palimpsest("rollback")
    assert told.exit_code == 2
    assert "The base model tiny was changed: config.json has SHA-256" in told.stderr
    assert history.pointer(trained.store)[0] == "1@40"


def test_history_warns_of_an_altered_entry(palimpsest, trained):
    palimpsest("make-current", "1@40")
    with trained.store.write() as connection:
        connection.execute("UPDATE history SET after = 'base:tiny'")
    assert "entries 1 no longer match their own hash" in palimpsest("history").stderr


def test_before_any_model(palimpsest, project):
    assert "no current model yet" in palimpsest("current").stdout
    assert "Nothing was done yet." in palimpsest("history").stdout
    assert palimpsest("rollback").exit_code == 2


@pytest.mark.parametrize(("word", "glyph"), [("kept", "●"), ("forgot", "▼"), ("can't tell", "◆")])
def test_a_verdict_in_the_history_wears_the_sign_of_its_word(palimpsest, project, word, glyph):
    with project.store.write():
        history.append(project.store, "verdict", f"Verdict of lora-01 @ 40: {word}", details={"overall": word})
    assert f"{glyph} Verdict of lora-01" in palimpsest("history").stdout
