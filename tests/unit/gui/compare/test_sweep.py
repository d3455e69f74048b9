"""A comparison of methods on the page: its progress by run, what is missing, cancelled, queued again, and its end."""

import compared_runs as examples
import pytest

from engine import sweeps as engine_sweeps
from engine.states import State
from engine.store import jobs, runs, sweeps
from gui.compare.sweep_model import SweepModel
from gui.compare.sweep_reading import read_sweep

LABELS = ("prompt", "full", "lora", "qlora")


def put(store, run_id, state, reason=""):
    with store.write() as connection:
        connection.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run_id))
        connection.execute("UPDATE jobs SET state = ?, reason = ? WHERE run_id = ?", (state, reason, run_id))


def make(store):
    """Four runs of one sweep: one finished with a verdict, the others wait; the sweep's id and the runs' ids."""
    examples.filled.add_base(store)
    done = examples.add(store, "prompt-01", *examples.RUNS["prompt-01"])
    ids = [done]
    for method in LABELS[1:]:
        run_id = examples.filled.new_run(store, name=f"{method}-09", method=method)
        runs.update(store, run_id, plan={"time": {"low_s": 60.0, "high_s": 120.0}})
        jobs.enqueue(store, "train", {}, run_id=run_id)
        put(store, run_id, State.QUEUED)
        ids.append(run_id)
    recipe = runs.get(store, done).recipe
    sweep_id = sweeps.create(store, name="tickets", key="k", recipe=recipe, methods=LABELS, grid={})
    for position, (label, run_id) in enumerate(zip(LABELS, ids, strict=True)):
        sweeps.put_cell(
            store, sweep_id, position=position, label=label, recipe_hash=runs.get(store, run_id).recipe_hash, run_id=run_id,
            is_reused=False,
        )  # fmt: skip
    sweeps.update(store, sweep_id, job_id=jobs.enqueue(store, "sweep", {"sweep_id": sweep_id}))
    return sweep_id, ids


@pytest.fixture
def sweep(gui_project):
    return make(gui_project.store)


def settle(qtbot, project):
    qtbot.waitUntil(lambda: project.tasks.is_idle, timeout=10_000)


def test_each_run_has_a_line_with_state_verdict_gain_and_time(store):
    sweep_id, ids = make(store)
    put(store, ids[1], State.TRAINING)
    runs.update(store, ids[1], steps_total=100)
    with store.write() as connection:
        connection.execute("UPDATE runs SET step = 25 WHERE id = ?", (ids[1],))
    view = read_sweep(store, sweep_id)
    first, second, third, _ = view.lines
    assert (first.label, first.state_text, first.learned) == (
        "Prompt only",
        "✓ Finished",
        "+26.0 points of right fields",
    )
    assert first.verdict
    assert first.is_best
    assert second.state_text == "▶ Training 25 %"
    assert third.time == "planned: 60 s – 2 min"
    assert (view.done, view.waiting, view.missing, view.is_over) == (1, 2, (), False)
    assert view.left_s == (60 * 0.75 + 120, 120 * 0.75 + 240)
    assert view.share == pytest.approx((1 + 0.25) / 4)
    assert view.headline() == "1 of 4 runs done · 3 min to 6 min left"


def test_a_crash_is_told_with_its_reason_and_the_rest_goes_on(store):
    sweep_id, ids = make(store)
    put(store, ids[1], State.FAILED, "out of memory")
    view = read_sweep(store, sweep_id)
    assert [one.run_id for one in view.missing] == [ids[1]]
    assert view.missing[0].reason == "out of memory"
    assert not view.is_over
    for run_id in ids[2:]:
        put(store, run_id, State.CANCELLED)
    view = read_sweep(store, sweep_id)
    assert view.is_over
    assert len(view.missing) == 3
    assert "3 missing" in view.headline()
    runs.trash(store, ids[0], at=1.0)
    assert read_sweep(store, sweep_id).done == 0


def test_the_runs_are_a_sound_model(qtmodeltester, store):
    sweep_id, _ = make(store)
    model = SweepModel()
    qtmodeltester.check(model)
    model.set_rows(read_sweep(store, sweep_id).lines)
    qtmodeltester.check(model)
    assert model.data(model.index(0, 0)) == "★ Prompt only"


def test_a_sweep_going_on_opens_on_its_progress_and_turns_to_the_tradeoff_at_its_end(
    qtbot, open_compare, gui_project, sweep
):
    sweep_id, ids = sweep
    page = open_compare(sweep_id=sweep_id)
    assert page.tab == "progress"
    assert page.tabs.isTabVisible(page.tabs.indexOf(page.sweep))
    assert page.sweep.model.rowCount() == 4
    assert "1 of 4" in page.sweep.far.text()
    put(gui_project.store, ids[1], State.TRAINING)
    page.refresh(frozenset({"jobs"}))
    settle(qtbot, gui_project)
    assert page.sweep.model.rows[1].state is State.TRAINING
    for run_id in ids[1:]:
        put(gui_project.store, run_id, State.FAILED, "boom")
    page.refresh(frozenset({"runs"}))
    settle(qtbot, gui_project)
    assert page.tab == "tradeoff"
    assert "boom" in page.sweep.failed.text()
    assert not page.sweep.resume.isHidden()
    assert page.sweep.cancel.isHidden()


def test_the_rest_is_cancelled_and_undo_queues_it_again(qtbot, open_compare, gui_project, sweep):
    sweep_id, ids = sweep
    page = open_compare(sweep_id=sweep_id)
    page.sweep.cancel.click()
    store = gui_project.store
    assert [runs.get(store, one).state for one in ids[1:]] == [State.CANCELLED] * 3
    gui_project.undo_stack.undo()
    again = [cell.run_id for cell in sweeps.cells(store, sweep_id)]
    assert again[0] == ids[0]
    assert all(runs.get(store, one).state is State.QUEUED for one in again[1:])
    page.refresh(page.ALL)
    settle(qtbot, gui_project)


def test_the_missing_are_queued_again_by_one_button(qtbot, open_compare, gui_project, sweep):
    sweep_id, ids = sweep
    store = gui_project.store
    put(store, ids[1], State.FAILED, "boom")
    engine_sweeps.cancel_rest(store, sweep_id)
    page = open_compare(sweep_id=sweep_id)
    assert page.tab == "progress"  # it is over, but something is missing
    page.sweep.resume.click()
    states = [runs.get(store, cell.run_id).state for cell in sweeps.cells(store, sweep_id)]
    assert states == [State.FINISHED, *[State.QUEUED] * 3]
    gui_project.undo_stack.undo()
    states = [runs.get(store, cell.run_id).state for cell in sweeps.cells(store, sweep_id)]
    assert states == [State.FINISHED, *[State.CANCELLED] * 3]
    page.refresh(page.ALL)
    settle(qtbot, gui_project)


def test_runs_chosen_by_hand_have_no_progress(open_compare, gui_project, sweep):
    page = open_compare(run_ids=sweep[1][:1])
    assert not page.tabs.isTabVisible(page.tabs.indexOf(page.sweep))
    assert page.tab == "overview"
