from __future__ import annotations

import shutil

import pytest

from engine.store import jobs, models


def test_models_lists_bases_and_marks_the_current_one(palimpsest, project):
    assert "no base model yet" in palimpsest("models").stdout
    project.add_base("tiny")
    project.add_base("other", b"others")
    header, *lines = palimpsest("models").stdout.splitlines()
    assert header.split()[:3] == ["name", "architecture", "parameters"]
    assert lines[0].startswith("tiny (current)  LlamaForCausalLM")
    assert lines[1].startswith("other  ")


def test_a_base_that_moved_is_marked_and_can_be_located(palimpsest, trained):
    new = trained.outside / "moved"
    shutil.move(trained.outside / "tiny", new)
    assert "(no longer there)" in palimpsest("models").stdout
    told = palimpsest("locate", "tiny", new)
    assert told.exit_code == 0
    assert f"tiny is at {new} now" in told.stdout
    assert models.get(trained.store, "tiny").path == str(new)


@pytest.mark.parametrize("harm", ["other folder", "changed", "nowhere"])
def test_locate_refuses_what_is_not_that_model(palimpsest, trained, harm):
    place = trained.outside / "copy"
    if harm != "nowhere":
        shutil.copytree(trained.outside / "tiny", place)
        (place / ("model.safetensors" if harm == "changed" else "more.json")).write_bytes(b"x")
    told = palimpsest("locate", "tiny", place)
    assert told.exit_code == 2
    assert ("There is no folder" if harm == "nowhere" else "is not tiny:") in told.stderr
    assert models.get(trained.store, "tiny").path != str(place)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "/nowhere/model"), "There is no file or folder /nowhere/model."),
        (("verify", "huge"), "There is no base model called 'huge'."),
        (("locate", "huge", "."), "There is no base model called 'huge'."),
        (("inspect", "nothing.jsonl"), "There is no file"),
        (("inspect", "nothing.jsonl", "--base", "huge"), "There is no base model called 'huge'."),
        (("inspect", "nothing.jsonl", "--max-length", "3"), "3 is not in the range"),
    ],
)
def test_bad_input_is_refused_before_any_job(palimpsest, trained, words, said):
    told = palimpsest(*words)
    assert told.exit_code == 2
    assert said in told.stderr
    assert [job.kind for job in jobs.unfinished(trained.store)] == []


def test_inspect_without_a_base_says_how_to_get_one(palimpsest, project, tmp_path):
    (tmp_path / "rows.jsonl").write_text("{}")
    told = palimpsest("inspect", tmp_path / "rows.jsonl")
    assert told.exit_code == 2
    assert "`palimpsest import starter` brings one" in told.stderr
