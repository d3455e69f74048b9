from __future__ import annotations

import json

import pytest

from engine.cli.options import build_recipe, read_recipe
from engine.client import queue_run
from engine.drafts import with_data_fingerprint
from engine.errors import UserError
from engine.records import Recipe, recipe_from_toml
from engine.states import State
from engine.store import history, jobs, runs


def test_the_default_recipe_can_be_saved_and_read(palimpsest):
    assert recipe_from_toml(palimpsest("recipe").stdout) == Recipe()


def test_every_setting_is_described(palimpsest):
    told = palimpsest("recipe", "--help-all").stdout
    assert "training.lr (--lr)" in told
    assert "adapter.rank (--rank)" in told
    assert "A whole number, at least 1, at most 1024. Default: 16." in told
    assert "base_fingerprint (set by the program)" in told


def test_methods_lists_them_all(palimpsest):
    assert [line.split()[0] for line in palimpsest("methods").stdout.splitlines()] == [
        "full",
        "lora",
        "prompt",
        "qlora",
    ]


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("missing.toml",), "The recipe missing.toml cannot be read"),
        (("broken.toml",), "broken.toml is not valid TOML"),
        (("wrong.toml",), "lr"),
        (("latin.toml",), "The recipe latin.toml cannot be read"),
        (("--data", "nothing.jsonl"), "nothing.jsonl."),
        ((), "No training rows were named. (setting data.path) Give --data FILE."),
        (("--data", "rows.jsonl", "--lr", "fast"), "training.lr cannot be 'fast'"),
        (("--data", "rows.jsonl", "--rank", "0"), "adapter.rank cannot be 0"),
        (("--data", "rows.jsonl", "--method", "dpo"), "expected one of full, lora, prompt, qlora"),
        (("--data", "rows.jsonl", "--protect", "brave"), "protect cannot be 'brave'"),
        (("--data", "rows.jsonl", "--base", "huge"), "There is no base model called 'huge'."),
        (("--data", "rows.jsonl", "--micro-batch", "3"), "does not divide"),
        (("--data", "rows.jsonl", "--suite", "nothing"), "There is no suite 'nothing'."),
        (("--data", "rows.jsonl", "--capabilities", "magic"), "has no capability 'magic'"),
        (("--data", "rows.jsonl", "--budgets", "magic=0.2"), "has no capability 'magic'"),
        (("--data", "rows.jsonl", "--heldout", "none.jsonl"), "none.jsonl."),
    ],
)
def test_bad_input_is_refused_before_anything_is_queued(palimpsest, project, tmp_path, command, words, said):
    project.add_base()
    (tmp_path / "rows.jsonl").write_text('{"prompt": "a", "completion": "b"}\n')
    (tmp_path / "broken.toml").write_text("method = [")
    (tmp_path / "wrong.toml").write_text("[training]\nlr = 3.0\n")
    (tmp_path / "latin.toml").write_bytes(b"notes = '\xe9'")
    told = palimpsest(command, *words)
    assert told.exit_code == 2, told.output
    assert said in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1
    assert runs.everything(project.store) == []
    assert jobs.unfinished(project.store) == []


def test_in_process_and_detach_exclude_each_other(palimpsest, trained):
    told = palimpsest("run", "--in-process", "--detach")
    assert told.exit_code == 2
    assert "contradict" in told.stderr


def test_options_go_over_the_file_and_paths_become_absolute(project, tmp_path, monkeypatch):
    base = project.add_base()
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "r.toml").write_text('method = "full"\n[data]\npath = "rows.jsonl"\n[training]\nlr = 1e-5\nseed = 3\n')
    monkeypatch.chdir(tmp_path)
    recipe = build_recipe(project.store, folder / "r.toml", {"lr": "2e-5", "rank": None, "heldout_path": "held.jsonl"})
    assert (recipe.method, recipe.training.lr, recipe.training.seed) == ("full", 2e-5, 3)
    assert recipe.data.path == str(folder / "rows.jsonl")
    assert recipe.data.heldout_path == str(tmp_path / "held.jsonl")
    assert (recipe.base, recipe.base_fingerprint) == ("tiny", base.fingerprint)


def test_a_suite_beside_the_recipe_is_found(tmp_path):
    (tmp_path / "mine.jsonl").write_text("")
    (tmp_path / "r.toml").write_text('[canaries]\nsuite = "mine.jsonl"\n')
    assert read_recipe(tmp_path / "r.toml").canaries.suite == str(tmp_path / "mine.jsonl")


def test_the_recipe_is_bound_to_the_data_as_it_is(project, tmp_path):
    project.add_base()
    rows = tmp_path / "rows.jsonl"
    rows.write_text("1")
    recipe = build_recipe(project.store, None, {"path": str(rows)})
    one = with_data_fingerprint(recipe)
    assert with_data_fingerprint(recipe) == one
    rows.write_text("2")
    assert with_data_fingerprint(recipe).data.fingerprint != one.data.fingerprint
    rows.unlink()
    with pytest.raises(UserError, match="There is no file") as caught:
        with_data_fingerprint(recipe)
    assert caught.value.field == "data.path"


def test_queueing_writes_run_job_and_journal_together(project):
    project.add_base()
    run_id, job_id = queue_run(project.store, Recipe(base="tiny"), {"steps": 7})
    run, job = runs.get(project.store, run_id), jobs.get(project.store, job_id)
    assert (run.state, run.plan, run.name) == (State.QUEUED, {"steps": 7}, "lora-01")
    assert (job.kind, job.lane, job.run_id) == ("train", "heavy", run_id)
    assert history.entries(project.store)[0].sentence == "Started lora-01 from base tiny"


def test_row_facts_come_from_the_examination():
    from engine.cli.planning import row_facts

    found = {"rows": 100, "tokens": 5000, "length_p50": 40, "length_p95": 90, "length_max": 120}
    shared, beside = row_facts(found, 0.1), row_facts(found, 40)
    assert (shared.count, shared.heldout, shared.mean, shared.max) == (90, 10, 50.0, 120)
    assert (beside.count, beside.heldout) == (100, 40)


def test_suite_facts_count_what_decides():
    from engine.canaries.suite import load_suite
    from engine.cli.planning import suite_facts

    facts = {one.name: one for one in suite_facts(load_suite("standard")).capabilities}
    assert facts["chat"].kind == "kl"
    assert facts["grammar"].items < 60 <= facts["facts"].items
    assert all(one.guard_items >= 15 for one in facts.values())
    json.dumps({name: one.items for name, one in facts.items()})
