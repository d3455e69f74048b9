"""The journeys of the design by keyboard alone, with the real host, worker and a tiny trained model (criteria 28 and 40)."""

import json
import math
import os
import shutil
from pathlib import Path

import msgspec
import processes
import pytest
from keyboard import CTRL, SHIFT, name_of
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from training_runs import make_project, queue

from engine import __version__, client, suites
from engine.drafts import suite_facts
from engine.errors import DeviceLost, OutOfMemory
from engine.models.importing import import_model
from engine.models.inspect import read_config
from engine.plan import Hardware, RowFacts, plan
from engine.plan import demo as planned
from engine.plan.advice import changed
from engine.states import State
from engine.store import checkpoints, history, jobs, models, runs, scores
from engine.suites import load_suite
from engine.training import loop
from gui.widgets.text import bytes_text

LONG_S = 240


@pytest.fixture
def tiny_starter(store, tiny_base):
    """A data folder that knows the tiny model by the starter's name, so that the demo takes it and is over soon."""
    import_model(store, str(tiny_base), name=planned.STARTER_NAME)
    history.set_pointer(store, f"base:{planned.STARTER_NAME}", models.everything(store)[0].fingerprint)


@pytest.fixture
def recipe(store, tiny_base, tmp_path, home):
    """The tiny base, rows that make it forget, and its skills as a suite of one's own; a recipe of them."""
    made = make_project(store, Path(shutil.copytree(tiny_base, tmp_path / "base")), tmp_path)
    suites.write(suites.copy(home, load_suite(made.canaries.suite), "skills"))
    canaries = msgspec.structs.replace(made.canaries, suite=str(home / "suites" / "skills"))
    return msgspec.structs.replace(made, canaries=canaries)


@pytest.fixture
def too_large(store, recipe):
    """Rows of a run that had no room on a small GPU, with the plan that was made for it; the plan's fixes."""
    base = models.everything(store)[0]
    room = Hardware(kind="cuda", name="a small GPU", free_bytes=200_000_000, total_bytes=300_000_000)
    rows = RowFacts(count=60, p50=40, p95=60, max=64, mean=40)
    made = plan(
        recipe, config=read_config(Path(base.path)), parameters=base.parameters, rows=rows, hardware=room,
        suite=suite_facts(load_suite(recipe.canaries.suite)),
    )  # fmt: skip
    error = OutOfMemory("Not enough GPU memory.")
    run_id = runs.create(store, msgspec.structs.replace(recipe, name="too-large"), plan=msgspec.to_builtins(made))
    job_id = jobs.enqueue(store, "train", run_id=run_id)
    with store.write() as connection:
        connection.execute("UPDATE runs SET state = 'failed' WHERE id = ?", (run_id,))
        connection.execute(
            "UPDATE jobs SET state = 'failed', error_kind = 'environment', reason = ?, result = ? WHERE id = ?",
            (error.message, json.dumps(error.facts()), job_id),
        )
    return made.remedies


@pytest.fixture
def broken_at(store, recipe, monkeypatch):
    """`broken_at(step, what)` trains for real, before the window is there, until the learning rate is asked for; its run.

    `what` is the rate then, or what is raised instead.
    """

    def make(step, what):
        true_rate = loop.lr_at

        def rate(at, *more, **named):
            if at != step:
                return true_rate(at, *more, **named)
            if isinstance(what, Exception):
                raise what
            return what

        training = msgspec.structs.replace(recipe.training, max_steps=12, lr=1e-5)
        run_id, job_id = queue(store, msgspec.structs.replace(recipe, name="broken", training=training))
        with monkeypatch.context() as patched:
            patched.setattr(loop, "lr_at", rate)
            client.run_in_process(store, job_id)
        assert runs.get(store, run_id).state is State.FAILED
        return run_id

    return make


@pytest.fixture
def unstable(broken_at):
    """A run whose loss was no number, because one step's rate was infinite."""
    return broken_at(5, math.inf)


@pytest.fixture
def without_gpu(broken_at):
    """A run whose GPU went away."""
    return broken_at(6, DeviceLost("The GPU reported an error: CUDA error: unspecified launch failure"))


#: Read by every Python that starts with it on its path: while a file is there, no checkpoint's state can be written.
FULL_DISK = """import errno, os
from engine import durable
def full(name, path):
    if name == "write" and path.name == "state.json" and os.path.exists(os.environ["PALIMPSEST_FULL"]):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))
durable.before_call = full
"""


@pytest.fixture
def full_disk(tmp_path, monkeypatch):
    """The processes of this test have no room for checkpoints as long as this file is there."""
    folder, sign = tmp_path / "full_disk", tmp_path / "full"
    folder.mkdir()
    sign.touch()
    (folder / "sitecustomize.py").write_text(FULL_DISK, "utf-8")
    monkeypatch.setenv("PALIMPSEST_FULL", str(sign))
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    return sign


def copy_file(path):
    """What Ctrl+C in a file manager leaves on the clipboard."""
    copied = QMimeData()
    copied.setUrls([QUrl.fromLocalFile(str(path))])
    QGuiApplication.clipboard().setMimeData(copied)


def current(store):
    return history.pointer(store)[0]


def weights(home):
    return sorted(path for path in home.rglob("checkpoints/*/*") if path.is_file())


def ended(keyboard, store):
    """Nothing may be under way when a journey is over."""
    keyboard.until(lambda: not jobs.unfinished(store) and keyboard.app.project.tasks.is_idle, 60)


def test_j1_from_the_demo_to_the_first_verdict_and_back(no_network, tiny_starter, keyboard, store, home):
    keyboard.wait_for("Welcome to Palimpsest")
    keyboard.push("Run the demo")
    keyboard.wait_for("▶ Training", 120)
    assert keyboard.tab_in_front() == "Timeline"
    keyboard.until(lambda: keyboard.tab_in_front() == "Verdict", LONG_S)
    keyboard.until(lambda: runs.get(store, 1).state is State.FINISHED)
    base, files = f"base:{planned.STARTER_NAME}", weights(home)

    keyboard.push("Make current")
    keyboard.until(lambda: current(store) == "1@60")
    keyboard.wait_for("⚑ This is the project's current model.")
    keyboard.push("Roll back to the base")
    keyboard.until(lambda: current(store) == base)
    keyboard.wait_for(f"Rolled back from {runs.get(store, 1).name} @ 60")  # the toast, with its Undo
    keyboard.press(Qt.Key.Key_Z, CTRL)
    keyboard.until(lambda: current(store) == "1@60")
    keyboard.press(Qt.Key.Key_Z, CTRL | SHIFT)
    keyboard.until(lambda: current(store) == base)
    assert weights(home) == files
    ended(keyboard, store)


def test_j2_and_j4_a_run_of_ones_own_then_another_and_the_better_one_made_current(
    recipe, keyboard, store, home, tmp_path
):
    copy_file(recipe.data.path)
    keyboard.press(Qt.Key.Key_V, CTRL)
    keyboard.wait_for("60 rows")
    keyboard.mark("Method", "Full")
    keyboard.mark("Protection", "Off")
    keyboard.choose("Canary suite", "skills")
    keyboard.push("Advanced")
    keyboard.push("Training")
    for field, value in (("Learning rate", "0.002"), ("Most steps", "12")):
        keyboard.tab_to(field)
        keyboard.press(Qt.Key.Key_A, CTRL)
        keyboard.type(value)
    keyboard.wait_for("what can be told".capitalize())
    keyboard.press(Qt.Key.Key_Return, CTRL)
    keyboard.wait_for("▶ Training", 120)
    keyboard.press(Qt.Key.Key_2, CTRL)  # away, and back when it is over
    keyboard.wait_for("is ready", LONG_S)
    first = runs.everything(store)[0]
    assert (first.recipe.method, first.recipe.training.lr, first.step) == ("full", 0.002, 12)
    keyboard.command(first.name)
    keyboard.wait_for("▼ Forgot")
    assert keyboard.tab_in_front() == "Verdict"

    keyboard.turn_to("Answers")
    keyboard.choose("Answers to show", "All")
    table = keyboard.app.window.page.answers.table
    everything = table.model().rowCount()
    keyboard.choose("Answers to show", "Got worse")
    assert 0 < table.model().rowCount() <= everything
    keyboard.tab_to_widget(table)
    before = keyboard.app.window.page.answers.prompt.text()
    keyboard.press(Qt.Key.Key_J)
    assert keyboard.app.window.page.answers.prompt.text() != before

    keyboard.turn_to("Verdict")
    keyboard.push("Try again")
    keyboard.until(lambda: len(runs.everything(store)) == 2)
    keyboard.wait_for("Started")
    keyboard.until(lambda: len(scores.verdicts(store, 2)) == 1, LONG_S)

    keyboard.press(Qt.Key.Key_2, CTRL)
    table = keyboard.tab_to("Runs")
    keyboard.until(lambda: table.model().rowCount() == 2)
    keyboard.press(Qt.Key.Key_Home, CTRL)
    keyboard.press(Qt.Key.Key_Down, SHIFT)
    keyboard.wait_for("Compare (2)")
    keyboard.tab_to("Note")
    keyboard.type("for the support desk")
    keyboard.push("Compare (2)")
    keyboard.wait_for("What differs")
    assert "for the support desk" in [run.note for run in runs.everything(store)]
    keyboard.turn_to("Trade-off")
    chart = keyboard.app.window.page.tradeoff.chart
    keyboard.until(lambda: chart.stop_count() > 0)
    keyboard.tab_to_widget(chart)
    keyboard.press(Qt.Key.Key_End)
    keyboard.press(Qt.Key.Key_Space)
    assert chart.readout_bar.text()
    keyboard.push("Compare answers")  # base, the chosen run and the other: the same canary side by side
    answers = keyboard.app.window.page.answers
    keyboard.until(lambda: keyboard.tab_in_front() == "Answers" and len(set(answers.refs.values())) == 3)
    keyboard.choose("Answers to show", "All")
    keyboard.until(lambda: answers.item is not None and keyboard.app.project.tasks.is_idle)
    shown = answers.item
    assert shown.prompt == answers.prompt.toPlainText()
    assert shown.refs == answers.refs
    said = [pane.view.toPlainText().translate({ord(mark): None for mark in "⟦⟧"}) for pane in answers.pair.panes]
    assert said == [shown.replies[side].text for side in "abc"]  # with marks around the words that differ
    keyboard.turn_to("Trade-off")
    keyboard.push("Make current")
    keyboard.until(lambda: current(store) != "base:tiny")
    keyboard.wait_for("the current model; before it was base tiny")
    keyboard.press(Qt.Key.Key_Z, CTRL)
    keyboard.until(lambda: current(store) == "base:tiny")

    keyboard.turn_to("Overview")
    keyboard.push("Export report")
    keyboard.type(str(tmp_path))
    keyboard.press(Qt.Key.Key_Return)
    keyboard.wait_for("Wrote the report into comparison.")
    report = tmp_path / "comparison"
    assert sorted(path.name for path in report.iterdir()) == ["comparison.csv", "comparison.html", "trade-off.png"]
    page = (report / "comparison.html").read_text("utf-8")
    assert all(run.name in page for run in runs.everything(store))
    ended(keyboard, store)


def test_j3_a_killed_worker_is_told_and_the_run_goes_on(recipe, keyboard, store, home):
    training = msgspec.structs.replace(recipe.training, max_steps=400)
    run_id, _ = queue(store, msgspec.structs.replace(recipe, name="lora-03", training=training))

    def saved():
        return [row.step for row in checkpoints.of_run(store, run_id) if row.state == "complete"]

    keyboard.until(lambda: saved() and runs.get(store, run_id).state is State.TRAINING, LONG_S)
    processes.worker(home).kill()
    keyboard.wait_for("lora-03 stopped unexpectedly at step", 15)
    last = max(saved())
    keyboard.wait_for(f"Last good checkpoint: {last}.")
    keyboard.push(f"Resume from step {last}")
    wanted = f"Going on from the checkpoint at step {last}."
    keyboard.until(lambda: wanted in [line.message for line in runs.log_since(store, 0, run_id=run_id)], LONG_S)
    keyboard.until(lambda: not keyboard.says("stopped unexpectedly"))
    keyboard.push("Open run")
    keyboard.push("Stop")
    keyboard.until(lambda: runs.get(store, run_id).state is State.STOPPED, LONG_S)
    assert saved()[-1] == runs.get(store, run_id).step
    ended(keyboard, store)


def test_j5_a_moved_model_is_located_and_the_run_started_again(recipe, keyboard, store, tmp_path):
    place = models.everything(store)[0].path
    moved = tmp_path / "elsewhere"
    shutil.move(place, moved)
    run_id, _ = queue(store, msgspec.structs.replace(recipe, name="lost"))
    keyboard.until(lambda: runs.get(store, run_id).state is State.FAILED, 120)
    keyboard.command("lost")
    keyboard.wait_for("Locate…")
    keyboard.push("Locate")
    keyboard.type(str(moved))
    keyboard.press(Qt.Key.Key_Return)
    keyboard.until(lambda: models.everything(store)[0].path != place, 60)
    keyboard.push("Start again")
    keyboard.until(lambda: runs.get(store, run_id).state is State.FINISHED, LONG_S)
    ended(keyboard, store)


def test_j5_bad_rows_are_named_by_line_and_shown(recipe, keyboard, store, tmp_path):
    lines = Path(recipe.data.path).read_text("utf-8").splitlines()
    bad = tmp_path / "bad.jsonl"
    bad.write_text("\n".join([*lines[:17], '{"messages": []}', *lines[17:]]) + "\n", "utf-8")
    copy_file(bad)
    keyboard.press(Qt.Key.Key_V, CTRL)
    keyboard.wait_for("Line 18, field 'messages'")
    keyboard.wait_for("1 of 61 rows are unusable and left out.")
    keyboard.push("Look at the rows")
    keyboard.wait_for("Rows that cannot be used")
    assert keyboard.app.window.front == "data"
    keyboard.push("Use in a new run")
    keyboard.until(lambda: keyboard.app.window.front == "new_run")
    ended(keyboard, store)


def test_j5_not_enough_memory_offers_fixes_that_edit_the_form(recipe, too_large, keyboard, store):
    assert len(too_large) >= 2
    fix = too_large[0]
    keyboard.command("too-large")
    keyboard.wait_for("Not enough memory: needs about")
    keyboard.push(f"{fix.title}  −{bytes_text(fix.saving_bytes)}")
    keyboard.wait_for("What can be told")
    draft = keyboard.app.window.page.presenter.draft.recipe
    assert draft == msgspec.structs.replace(changed(recipe, fix.changes), name="")
    keyboard.tab_to("Method: LoRA")
    assert keyboard.focus().isChecked()
    ended(keyboard, store)


def test_j5_an_unstable_run_goes_on_from_its_last_good_step_at_half_the_rate(recipe, unstable, keyboard, store):
    keyboard.command("broken")
    keyboard.wait_for("Training became unstable at step 6. Nothing after step 3 is usable.")
    keyboard.wait_for("The learning rate was probably too high for these rows.")
    keyboard.push("Resume from step 3 at half the learning rate")
    keyboard.until(lambda: len(runs.everything(store)) == 2)
    keyboard.wait_for("Started")
    keyboard.until(lambda: runs.everything(store)[0].state is State.FINISHED, LONG_S)
    new = runs.everything(store)[0]
    training = new.recipe.training
    assert (new.recipe.start_from, training.lr, training.max_steps, new.step) == (f"{unstable}@3", 5e-6, 9, 9)
    assert new.recipe.start_fingerprint == checkpoints.everything(store)[unstable][-1].manifest_sha256
    keyboard.wait_for("is ready")
    ended(keyboard, store)


def test_j5_a_full_disk_pauses_the_run_until_there_is_room(recipe, full_disk, keyboard, store):
    training = msgspec.structs.replace(recipe.training, max_steps=12, lr=1e-5)
    run_id, _ = queue(store, msgspec.structs.replace(recipe, name="no-room", training=training))
    keyboard.until(lambda: runs.get(store, run_id).state is State.PAUSED, LONG_S)
    keyboard.command("no-room")
    keyboard.wait_for("Paused: ")
    keyboard.wait_for("A checkpoint takes about")
    keyboard.wait_for("It goes on by itself as soon as there is room.")
    keyboard.push("Free space")
    keyboard.until(lambda: keyboard.app.window.front == "models")
    full_disk.unlink()
    keyboard.command("no-room")
    keyboard.tab_to("Free space")
    keyboard.press(Qt.Key.Key_Tab)
    assert name_of(keyboard.focus()) == "Resume"
    keyboard.press(Qt.Key.Key_Space)
    keyboard.until(lambda: runs.get(store, run_id).state is State.FINISHED, LONG_S)
    keyboard.until(lambda: not keyboard.says("Paused: "))
    ended(keyboard, store)


def test_j5_a_gpu_that_went_away_leaves_the_checkpoint_and_the_run_goes_on(recipe, without_gpu, keyboard, store, home):
    keyboard.command("broken")
    last = max(row.step for row in checkpoints.of_run(store, without_gpu) if row.state == "complete")
    keyboard.wait_for(f"The GPU or its driver stopped answering. Checkpoint {last} is safe.")
    keyboard.push("Copy")
    report = QGuiApplication.clipboard().text()
    assert "unspecified launch failure" in report
    assert __version__ in report
    assert str(Path.home()) not in report
    keyboard.push(f"Resume from step {last}")
    keyboard.until(lambda: runs.get(store, without_gpu).state is State.FINISHED, LONG_S)
    said = [line.message for line in runs.log_since(store, 0, run_id=without_gpu)]
    assert f"Going on from the checkpoint at step {last}." in said
    keyboard.until(lambda: not keyboard.says("stopped answering"))
    ended(keyboard, store)
