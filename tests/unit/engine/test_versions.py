from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine import versions
from engine.errors import UserError
from engine.store import checkpoints, history, models, runs


def _all_bytes(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _pointer(project):
    return history.pointer(project.store)[0]


def test_no_current_model_before_any_import(project):
    assert versions.current(project.store) is None


def test_the_current_model_is_what_the_pointer_names(trained):
    assert versions.current(trained.store).ref == "base:tiny"
    versions.make_current(trained.store, "1@40")
    now = versions.current(trained.store)
    assert (now.ref, now.base.name, now.checkpoint.step) == ("1@40", "tiny", 40)


def test_make_current_and_roll_back_move_the_pointer_and_write_the_journal(trained):
    there = versions.make_current(trained.store, "1@40")
    back = versions.roll_back(trained.store, "base")
    assert there.sentence == "Made lora-01 @ 40 the current model; before it was base tiny"
    assert back.sentence == "Rolled back from lora-01 @ 40 to base tiny"
    assert _pointer(trained) == "base:tiny"
    newest, older = history.entries(trained.store)
    assert (newest.action, newest.before, newest.after) == ("rollback", "1@40", "base:tiny")
    assert (older.action, older.before, older.after) == ("make_current", "base:tiny", "1@40")
    assert newest.sentence == back.sentence
    assert history.damaged(trained.store) == []


def test_moving_changes_and_deletes_no_byte(trained):
    places = [trained.outside, trained.home / "runs"]
    before = [_all_bytes(place) for place in places]
    versions.make_current(trained.store, "1@40")
    versions.roll_back(trained.store, "base")
    versions.undo(trained.store)
    assert [_all_bytes(place) for place in places] == before


def test_the_proof_names_files_bytes_and_the_recorded_fingerprint(trained):
    base = models.get(trained.store, "tiny")
    proof = versions.roll_back(trained.store, "base").proof
    assert proof.fingerprint == base.fingerprint
    assert (proof.files, proof.size_bytes) == (3, sum(file.size_bytes for file in base.files))
    assert "Verified base tiny: 3 files" in proof.sentence()
    of_checkpoint = versions.make_current(trained.store, "1@40").proof
    assert of_checkpoint.fingerprint == checkpoints.get(trained.store, 1, 40).manifest_sha256
    assert of_checkpoint.files == 5


def test_progress_reaches_the_total(trained):
    seen = []
    versions.roll_back(trained.store, on_bytes=lambda done, total: seen.append((done, total)))
    assert seen
    assert seen[-1][0] == seen[-1][1] > 0


def test_rolling_back_to_where_one_is_verifies_and_writes_nothing(trained):
    move = versions.roll_back(trained.store, "base")
    assert move.entry_id is None
    assert "already is the current model" in move.sentence
    assert history.entries(trained.store) == []


def test_roll_back_to_an_earlier_checkpoint(trained):
    trained.add_checkpoint(1, 80, b"later")
    versions.make_current(trained.store, "1@80")
    assert versions.roll_back(trained.store, "1@40").sentence == "Rolled back from lora-01 @ 80 to lora-01 @ 40"


def test_a_run_can_be_named_by_its_name(trained):
    assert versions.resolve(trained.store, "lora-01@40").ref == "1@40"


def test_undo_appends_an_entry_and_points_back(trained):
    moved = versions.make_current(trained.store, "1@40")
    undone = versions.undo(trained.store)
    assert _pointer(trained) == "base:tiny"
    newest, older = history.entries(trained.store)
    assert (newest.action, newest.undoes, newest.after) == ("undo", moved.entry_id, "base:tiny")
    assert older.undone_by == undone.entry_id
    assert undone.sentence == f"Undid “{moved.sentence}”: back at base tiny"


def test_undo_twice_goes_back_two_moves_and_then_says_so(trained):
    trained.add_checkpoint(1, 80, b"later")
    versions.make_current(trained.store, "1@40")
    versions.make_current(trained.store, "1@80")
    assert versions.undo(trained.store).after == "1@40"
    assert versions.undo(trained.store).after == "base:tiny"
    with pytest.raises(UserError, match="nothing to undo"):
        versions.undo(trained.store)


def test_undo_without_a_model_before_says_why(trained):
    with trained.store.write() as connection:
        connection.execute("DELETE FROM pointer")
    versions.make_current(trained.store, "1@40")
    with pytest.raises(UserError, match="no current model before"):
        versions.undo(trained.store)


@pytest.mark.parametrize("harm", ["change", "remove", "add"])
def test_a_harmed_base_is_refused_and_the_pointer_stays(trained, harm):
    versions.make_current(trained.store, "1@40")
    weights = Path(models.get(trained.store, "tiny").path) / "model.safetensors"
    if harm == "change":
        weights.write_bytes(b"WEIGHTS")
    elif harm == "remove":
        weights.unlink()
    else:
        (weights.parent / "more.safetensors").write_bytes(b"x")
    with pytest.raises(UserError, match="base model tiny was changed"):
        versions.roll_back(trained.store, "base")
    assert _pointer(trained) == "1@40"
    assert len(history.entries(trained.store)) == 1


def test_a_change_that_keeps_size_and_time_is_seen(trained):
    weights = Path(models.get(trained.store, "tiny").path) / "model.safetensors"
    stat = weights.stat()
    weights.write_bytes(weights.read_bytes()[:-1] + b"S")
    os.utime(weights, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(UserError, match=r"model\.safetensors has SHA-256"):
        versions.roll_back(trained.store, "base")


@pytest.mark.parametrize("harm", ["change", "remove", "manifest"])
def test_a_harmed_checkpoint_is_refused_and_the_pointer_stays(trained, harm):
    folder = runs.folder(trained.store, 1) / "checkpoints" / "000040"
    if harm == "change":
        (folder / "adapter.safetensors").write_bytes(b"ADAPTER")
    elif harm == "remove":
        (folder / "adapter.safetensors").unlink()
    else:
        (folder / "manifest.json").write_text("{}")
    with pytest.raises(UserError, match="Checkpoint 1@40 is damaged"):
        versions.make_current(trained.store, "1@40")
    assert _pointer(trained) == "base:tiny"


def test_the_way_back_is_open_even_if_the_current_checkpoint_is_gone(trained):
    versions.make_current(trained.store, "1@40")
    shutil.rmtree(runs.folder(trained.store, 1) / "checkpoints" / "000040")
    with trained.store.write() as connection:
        connection.execute("UPDATE checkpoints SET state = 'bad'")
    assert versions.roll_back(trained.store, "base").after == "base:tiny"


def test_a_checkpoint_of_another_base_of_the_same_name_is_refused(trained):
    with trained.store.write() as connection:
        connection.execute("UPDATE runs SET recipe = json_set(recipe, '$.base_fingerprint', 'feed')")
    with pytest.raises(UserError, match="was trained on another tiny"):
        versions.make_current(trained.store, "1@40")


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("", "names no model"),
        ("tiny", "names no model"),
        ("1@", "names no model"),
        ("1@last", "names no model"),
        ("@40", "names no model"),
        ("base:huge", "no base model called 'huge'"),
        ("7@40", "There is no run 7"),
        ("full-9@40", "no run called 'full-9'"),
        ("1@41", "Run 1 has no checkpoint at step 41"),
    ],
)
def test_an_unknown_reference_is_refused(trained, ref, words):
    with pytest.raises(UserError, match=words) as caught:
        versions.resolve(trained.store, ref)
    assert caught.value.remedy


def test_a_rotated_checkpoint_is_refused(trained):
    with trained.store.write() as connection:
        connection.execute("UPDATE checkpoints SET state = 'rotated'")
    with pytest.raises(UserError, match="were removed to save space"):
        versions.resolve(trained.store, "1@40")


def test_base_alone_needs_one_base_or_a_current_model(project):
    with pytest.raises(UserError, match="no base model yet"):
        versions.resolve(project.store, "base")
    project.add_base("one")
    project.add_base("two", b"others")
    assert versions.resolve(project.store, "base").ref == "base:one"
    with project.store.write() as connection:
        connection.execute("DELETE FROM pointer")
    with pytest.raises(UserError, match="several base models") as caught:
        versions.resolve(project.store, "base")
    assert "base:one, base:two" in caught.value.remedy


def test_base_is_the_one_under_the_current_model(project):
    project.add_base("one")
    project.add_base("two", b"others")
    project.add_checkpoint(project.add_run("two"), 5)
    versions.make_current(project.store, "1@5")
    assert versions.resolve(project.store, "base").ref == "base:two"


def test_a_moved_base_says_how_to_name_its_new_place(trained):
    shutil.move(trained.outside / "tiny", trained.outside / "away")
    with pytest.raises(UserError, match="no longer at") as caught:
        versions.roll_back(trained.store, "base")
    assert "palimpsest locate tiny FOLDER" in caught.value.remedy
