"""Try all from the window's own action, over a real host: every method run, one crash, to the recommended run."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
import processes
import pytest
from training_runs import make_project

from engine import presets
from engine.records import PromptPlan
from engine.states import State
from engine.store import jobs, runs, sweeps
from gui.new_run.view import NewRunPage
from gui.project import Project
from gui.shell import pages
from gui.shell.main_window import MainWindow
from gui.theme import LIGHT, apply_theme

LONG_MS = 400_000


@pytest.fixture
def window(qtbot, qapp, home, store, tiny_base, tmp_path):
    """The window over the tiny base and a recipe for it; its host is held back until the test starts it."""
    apply_theme(qapp, LIGHT)
    made = presets.released(make_project(store, tiny_base, tmp_path))
    training = msgspec.structs.replace(made.training, lr=0.0, max_steps=6)
    opened = Project(home, keep_host=True)
    prompt = PromptPlan(examples=2)  # the tiny model reads no more
    opened.recipe = msgspec.structs.replace(made, method="lora", protect="off", training=training, prompt=prompt)
    shown = MainWindow(opened)
    shown.show()
    yield shown
    shown.leave()
    opened.close()
    processes.end(home)


def test_from_the_action_to_the_recommended_run_with_one_crash_on_the_way(qtbot, window):
    project = window.project
    assert pages.entry("new_run").exists
    window.show_page("new_run")
    page = window.page
    assert isinstance(page, NewRunPage)
    page.open(recipe=project.recipe)
    window.actions_by_name["try_all"].trigger()
    qtbot.waitUntil(lambda: page.try_all.note.count == 4 and not page.try_all.note.problem, timeout=60_000)
    page.sweep.arms["qlora"].box.click()
    qtbot.waitUntil(lambda: page.try_all.note.count == 3, timeout=60_000)
    page.sweep.together.start.click()
    qtbot.waitUntil(lambda: window.front == "compare", timeout=60_000)
    compare, store = window.page, project.store
    (sweep,) = sweeps.everything(store)
    qtbot.waitUntil(lambda: compare.tab == "progress" and compare.sweep.model.rowCount() == 3, timeout=20_000)
    assert "0 of 3" in compare.sweep.far.text()
    crashing = sweeps.cells(store, sweep.id)[1].run_id
    with store.write() as connection:  # this one's base will not be the one it was queued with: it fails at once
        connection.execute(
            "UPDATE runs SET recipe = json_set(recipe, '$.base_fingerprint', 'x') WHERE id = ?", (crashing,)
        )
    project.live.start()
    qtbot.waitUntil(lambda: compare.tab == "tradeoff", timeout=LONG_MS)  # by itself, when the last run has ended
    states = {cell.label: runs.get(store, cell.run_id).state for cell in sweeps.cells(store, sweep.id)}
    assert states == {"prompt": State.FINISHED, "full": State.FAILED, "lora": State.FINISHED}
    (failed,) = compare._reading.sweep.missing
    assert failed.run_id == crashing
    assert failed.reason
    recommended = compare._reading.recommended
    assert recommended in {cell.run_id for cell in sweeps.cells(store, sweep.id)}
    assert compare.tradeoff.why.text() == compare._reading.why
    assert compare.tradeoff.details.title.text().removeprefix("★ ") == runs.get(store, recommended).name
    # what is missing is queued again by one button; what is done is not run again
    compare.turn_to("progress")
    compare.sweep.resume.click()
    again = [runs.get(store, cell.run_id) for cell in sweeps.cells(store, sweep.id)]
    assert [run.state.is_ended for run in again] == [True, False, True]
    assert len([run for run in runs.everything(store) if run.state.is_ended]) == 2
    qtbot.waitUntil(lambda: not [job for job in jobs.unfinished(store) if job.kind != "inspect"], timeout=LONG_MS)
    qtbot.waitUntil(lambda: project.tasks.is_idle, timeout=20_000)
