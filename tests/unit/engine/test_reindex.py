from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys

import pytest

from engine import durable, platform, versions
from engine.errors import UserError
from engine.liveness import WORKING_LOCKS, lock_path
from engine.records import Score, Step
from engine.reindex import reindex
from engine.states import State
from engine.store import Store, checkpoints, history, jobs, models, runs, scores


def _copy_rows(project, run_id):
    """Write what the worker keeps beside each run: every row of it as it stands in the database."""
    for table, column in (
        ("runs", "id"), ("measurements", "run_id"), ("steps", "run_id"), ("checkpoints", "run_id"), ("verdicts", "run_id"),
    ):  # fmt: skip
        for row in project.store.rows(f"SELECT * FROM {table} WHERE {column} = ?", (run_id,)):
            project.append_row(run_id, table, row)
    sql = "SELECT s.* FROM scores s JOIN measurements m ON m.id = s.measurement_id WHERE m.run_id = ?"
    for row in project.store.rows(sql, (run_id,)):
        project.append_row(run_id, "scores", row)


def _fill(project, run_id):
    runs.add_steps(
        project.store,
        [Step(run_id=run_id, step=n, loss=1 / n, lr=1e-4, grad_norm=1, tokens=9, elapsed_s=n) for n in range(1, 41)],
    )
    measured = scores.begin(
        project.store, run_id=run_id, moment="after", step=40, model_ref=f"{run_id}@40", fingerprint="f", suite="standard",
        suite_hash="h", settings={"precision": "fp32"},
    )  # fmt: skip
    item = Score(item_id="facts-1", capability="facts", split="verdict", cluster="c", score="ref_nll", value=0.5)
    scores.add(project.store, measured, [item])
    scores.finish(project.store, measured)
    scores.add_verdict(project.store, run_id=run_id, step=40, split="verdict", overall="kept", payload={"word": "kept"})


def _everything(store):
    return {
        "runs": runs.everything(store),
        "steps": runs.steps(store, 1),
        "checkpoints": checkpoints.of_run(store, 1),
        "measurements": scores.of_run(store, 1),
        "scores": scores.scores(store, 1),
        "verdicts": [(v["overall"], v["payload"]) for v in scores.verdicts(store, 1)],
        "models": [(m.name, m.path, m.fingerprint, m.files) for m in models.everything(store)],
    }


def _without_rev(value):
    text = json.dumps(value, default=lambda o: {f: getattr(o, f) for f in o.__struct_fields__})

    def drop(tree):
        return {k: v for k, v in tree.items() if k != "rev"}

    return json.loads(text, object_hook=drop)


def _destroy(store):
    store.truncate_log()
    store.close()
    with store.path.open("r+b") as stream:
        stream.write(b"\0" * 4096)


def test_a_damaged_database_is_set_aside_and_every_row_of_the_runs_comes_back(trained, home):
    _fill(trained, 1)
    _copy_rows(trained, 1)
    shutil.copytree(trained.outside / "tiny", home / "models" / "tiny")
    _give_manifest(home / "models" / "tiny")
    models.move(trained.store, "tiny", str(home / "models" / "tiny"))
    before = _without_rev(_everything(trained.store))
    _destroy(trained.store)
    spoiled = (home / "palimpsest.db").read_bytes()

    report = reindex(home)

    assert (report.runs, report.checkpoints, report.bad_checkpoints, report.models) == (1, 1, 0, 1)
    (aside,) = home.glob("palimpsest.db.bad-*[0-9]")
    assert aside.read_bytes() == spoiled
    assert str(aside) in report.sentence()
    rebuilt = Store(home)
    assert _without_rev(_everything(rebuilt)) == before
    assert history.pointer(rebuilt)[0] == "base:tiny"
    assert versions.make_current(rebuilt, "1@40").after == "1@40"
    rebuilt.close()


def _give_manifest(folder):
    """Make a folder as `durable.new_folder` leaves it."""
    loose = folder.with_name("loose")
    folder.rename(loose)
    with durable.new_folder(folder, {"source": "tiny.gguf"}) as temporary:
        for path in loose.iterdir():
            shutil.copyfile(path, temporary / path.name)
    shutil.rmtree(loose)


def test_a_readable_part_of_the_old_database_keeps_journal_pointer_and_bases(trained, home):
    versions.make_current(trained.store, "1@40")
    base = models.get(trained.store, "tiny")
    trained.store.close()
    with sqlite3.connect(home / "palimpsest.db") as connection:
        connection.execute("DROP TABLE log")
    connection.close()

    report = reindex(home)

    rebuilt = Store(home)
    assert report.journal_entries == 1
    assert [entry.action for entry in history.entries(rebuilt)] == ["reindex", "make_current"]
    assert history.damaged(rebuilt) == []
    assert history.pointer(rebuilt)[0] == "1@40"
    assert models.get(rebuilt, "tiny").fingerprint == base.fingerprint
    assert versions.roll_back(rebuilt).after == "base:tiny"
    rebuilt.close()


def test_an_altered_journal_entry_is_named(trained, home):
    versions.make_current(trained.store, "1@40")
    with trained.store.write() as connection:
        connection.execute("UPDATE history SET sentence = 'Nothing happened'")
    trained.store.close()
    assert any("altered: 1" in note for note in reindex(home, force=True).notes)


def test_a_sound_database_is_left_alone(trained, home):
    trained.store.close()
    before = (home / "palimpsest.db").read_bytes()
    with pytest.raises(UserError, match="nothing to rebuild"):
        reindex(home)
    assert (home / "palimpsest.db").read_bytes() == before
    assert list(home.glob("*.bad-*")) == []


@pytest.mark.parametrize("state", [State.TRAINING, State.QUEUED])
def test_a_run_that_was_active_comes_back_interrupted(project, home, state):
    project.add_base()
    run_id = project.add_run(state=state)
    _copy_rows(project, run_id)
    _destroy(project.store)
    reindex(home)
    rebuilt = Store(home)
    assert runs.get(rebuilt, run_id).state is State.INTERRUPTED
    rebuilt.close()


def test_a_run_with_its_verdict_comes_back_finished(project, home):
    project.add_base()
    run_id = project.add_run(state=State.MEASURING_AFTER)
    _fill(project, run_id)
    _copy_rows(project, run_id)
    _destroy(project.store)
    reindex(home)
    rebuilt = Store(home)
    assert runs.get(rebuilt, run_id).state is State.FINISHED
    rebuilt.close()


def test_a_deleted_database_is_rebuilt_from_recipes_and_manifests_alone(trained, home):
    recipe = runs.get(trained.store, 1).recipe
    trained.store.close()
    for side in ("", "-wal", "-shm"):
        (home / f"palimpsest.db{side}").unlink(missing_ok=True)
    report = reindex(home)
    rebuilt = Store(home)
    assert runs.get(rebuilt, 1).recipe == recipe
    assert checkpoints.get(rebuilt, 1, 40).state == "complete"
    assert report.set_aside == ""
    assert any("palimpsest import FOLDER --name tiny" in note for note in report.notes)
    rebuilt.close()


def test_a_new_empty_database_beside_old_runs_is_rebuilt_without_force(trained, home):
    trained.store.close()
    for side in ("", "-wal", "-shm"):
        (home / f"palimpsest.db{side}").unlink(missing_ok=True)
    Store(home).close()
    assert reindex(home).runs == 1


def test_damaged_and_removed_checkpoints_are_told_apart(trained, home):
    trained.add_checkpoint(1, 60)
    trained.add_checkpoint(1, 80)
    _copy_rows(trained, 1)
    folder = runs.folder(trained.store, 1) / "checkpoints"
    (folder / "000060" / "adapter.safetensors").write_bytes(b"ADAPTER")
    shutil.rmtree(folder / "000080")
    (folder / ".partial-000099-abc").mkdir()
    _destroy(trained.store)
    report = reindex(home)
    rebuilt = Store(home)
    assert [(c.step, c.state) for c in checkpoints.of_run(rebuilt, 1)] == [
        (40, "complete"),
        (60, "bad"),
        (80, "rotated"),
    ]
    assert (report.checkpoints, report.bad_checkpoints) == (1, 1)
    assert "Checkpoint 1@60 is damaged." in report.notes
    rebuilt.close()


def test_bad_lines_are_counted_and_the_rest_is_used(trained, home):
    _fill(trained, 1)
    _copy_rows(trained, 1)
    path = runs.folder(trained.store, 1) / "rows.jsonl"
    foreign = {"table": "runs", "row": {"id": 9, "name": "x"}}
    unknown = {"table": "sqlite_master", "row": {"name": "x"}}
    for line in ("{half a li", '{"table": "steps"}', "[]", json.dumps(foreign), json.dumps(unknown)):
        durable.append_line(path, line)
    _destroy(trained.store)
    report = reindex(home)
    rebuilt = Store(home)
    assert any("3 lines could not be read" in note for note in report.notes)
    assert len(runs.steps(rebuilt, 1)) == 40
    assert [run.id for run in runs.everything(rebuilt)] == [1]
    rebuilt.close()


def test_a_later_row_replaces_an_earlier_one(trained, home):
    step = {"run_id": 1, "step": 1, "loss": 2.0, "lr": 0.1, "grad_norm": 1.0, "tokens": 5, "elapsed_s": 1.0}
    trained.append_row(1, "steps", step)
    trained.append_row(1, "steps", {**step, "loss": 1.5, "column_of_the_future": "x"})
    _destroy(trained.store)
    reindex(home)
    rebuilt = Store(home)
    assert [s.loss for s in runs.steps(rebuilt, 1)] == [1.5]
    rebuilt.close()


def test_a_run_without_a_readable_recipe_is_left_out_and_named(trained, home):
    (runs.folder(trained.store, 1) / "recipe.toml").write_text("method = 'dpo'")
    _destroy(trained.store)
    report = reindex(home)
    assert report.runs == 0
    assert any("Run 1 was left out" in note for note in report.notes)


def test_new_runs_get_numbers_after_the_rebuilt_ones(trained, home):
    _copy_rows(trained, 1)
    recipe = runs.get(trained.store, 1).recipe
    _destroy(trained.store)
    reindex(home)
    rebuilt = Store(home)
    assert runs.create(rebuilt, recipe) == 2
    assert jobs.unfinished(rebuilt) == []
    rebuilt.close()


@pytest.mark.parametrize("name", WORKING_LOCKS)
def test_it_refuses_while_a_host_or_worker_is_at_work(trained, home, name):
    _destroy(trained.store)
    before = (home / "palimpsest.db").read_bytes()
    code = (
        "import sys, pathlib; from engine import platform\n"
        "lock = platform.try_lock(pathlib.Path(sys.argv[1])); print(bool(lock), flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(lock_path(home, name))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "True\n"
        with pytest.raises(UserError, match=f"while the {name} process is at work"):
            reindex(home)
    finally:
        holder.communicate()
    assert (home / "palimpsest.db").read_bytes() == before
    assert not any(platform.is_locked(lock_path(home, each)) for each in WORKING_LOCKS)


def test_a_database_of_a_newer_program_is_refused_not_rebuilt(trained, home):
    with trained.store.write() as connection:
        connection.execute("PRAGMA user_version = 999")
    trained.store.close()
    with pytest.raises(UserError, match="newer Palimpsest"):
        reindex(home, force=True)
    assert list(home.glob("*.bad-*")) == []


def test_a_rebuilding_that_fails_leaves_the_old_database_in_place(trained, home):
    _destroy(trained.store)
    before = (home / "palimpsest.db").read_bytes()

    def fail(line):
        if line.startswith("Checking"):
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        reindex(home, say=fail)
    assert (home / "palimpsest.db").read_bytes() == before
    assert list(home.glob("*.bad-*")) == []
