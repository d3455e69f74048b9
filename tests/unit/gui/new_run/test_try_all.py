"""Try all from the form: every method planned, refused with a reason, queued whole, and taken back by one undo."""

import pytest
from PySide6.QtCore import Qt

from engine.records import Adapter, Recipe
from engine.states import State
from engine.store import checkpoints, jobs, runs, sweeps
from gui.new_run.sweep_runs import SweepRunModel


@pytest.fixture
def panel(qtbot, window, page, rows, idle):
    """The panel over forty rows, planned."""
    window.take_paths([rows])
    idle()
    qtbot.mouseClick(page.plan.try_all_button, Qt.MouseButton.LeftButton)
    idle()
    assert page.sweep.isVisible()
    return page.sweep


def said(panel):
    return panel.together.reason.text()


def test_every_method_is_planned_and_all_are_queued_at_once(qtbot, page, panel, idle, gui_project):
    assert list(panel.arms) == ["prompt", "full", "lora", "qlora"]
    assert all(row.box.isChecked() and row.costs[1].text() for row in panel.arms.values())
    assert panel.together.start.text().startswith("Queue 4 run")
    assert not said(panel)
    opened = []
    gui_project.navigation_requested.connect(lambda page, args: opened.append((page, args)))
    panel.together.start.click()
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    idle()
    (sweep,) = sweeps.everything(gui_project.store)
    assert sweep.name == "tickets"
    assert opened[0] == ("compare", {"sweep_id": sweep.id})
    found = [runs.get(gui_project.store, cell.run_id) for cell in sweeps.cells(gui_project.store, sweep.id)]
    assert [run.recipe.method for run in found] == ["prompt", "full", "lora", "qlora"]
    assert all(run.recipe.base_fingerprint and run.recipe.data.fingerprint and run.plan for run in found)
    kinds = [job.kind for job in jobs.unfinished(gui_project.store) if job.kind in ("train", "sweep")]
    assert kinds == ["train"] * 4 + ["sweep"]
    # one undo takes all of it back, one redo queues it again
    gui_project.undo_stack.undo()
    assert runs.everything(gui_project.store) == []
    assert not [job for job in jobs.unfinished(gui_project.store) if job.kind in ("train", "sweep")]
    gui_project.undo_stack.redo()
    assert [run.state for run in runs.everything(gui_project.store)] == [State.QUEUED] * 4


def test_unticking_and_a_grid_change_what_is_queued(qtbot, page, panel, idle):
    panel.arms["prompt"].box.click()
    panel.arms["qlora"].box.click()
    idle()
    assert panel.together.start.text().startswith("Queue 2 run")
    qtbot.keyClicks(panel.lines["training.lr"], "1e-4, 3e-4")
    qtbot.keyClicks(panel.lines["adapter.rank"], "8,16")
    panel.protections.boxes["off"].click()
    panel.protections.boxes["standard"].click()
    idle()
    # full: 2 rates × 2 presets; LoRA: 2 rates × 2 ranks × 2 presets
    assert panel.together.start.text().startswith("Queue 12 run")
    labels = [row[0] for row in panel.together.model.rows]
    assert "LoRA, lr 0.0003, rank 8, protect off" in labels
    assert any(name == "Time" and value for name, value in page.try_all.note.facts)


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("training.lr", "fast", "expected a number"),
        ("training.lr", ",".join(f"{n}e-6" for n in range(1, 202)), "200 is the most. Name fewer values."),
        ("adapter.rank", "0", "at least"),
    ],
)
def test_what_cannot_be_queued_is_said_beside_its_field_and_the_button_waits(panel, idle, path, text, reason):
    panel.lines[path].setText(text)
    panel.lines[path].textEdited.emit(text)
    idle()
    assert reason in said(panel)
    assert not panel.together.start.isEnabled()
    if "most" not in reason:
        assert reason in panel.problems[path].text()
    panel.lines[path].setText("")
    panel.lines[path].textEdited.emit("")
    idle()
    assert panel.together.start.isEnabled()


def test_nothing_ticked_is_a_reason_too(panel, idle):
    for row in panel.arms.values():
        if row.box.isChecked():
            row.box.click()
            idle()
    assert "Choose at least one method." in said(panel)
    assert not panel.together.start.isEnabled()


def test_a_method_that_does_not_fit_is_left_out_with_the_reason(page, panel, idle, gui_project):
    jobs_store = gui_project.store
    device = {"kind": "cuda", "name": "small", "free_bytes": 20_000_000, "total_bytes": 30_000_000, "fast_bf16": True}
    job_id = jobs.enqueue(jobs_store, "echo", {})
    jobs.end(jobs_store, job_id, State.FINISHED, result={"device": device})
    page.presenter.type("training.batch_size", "64")
    page.try_all.plan_soon()
    idle()
    unfit = [row for row in panel.arms.values() if "Does not seem to fit: needs about" in row.against.text()]
    assert unfit
    assert all(not row.box.isChecked() and row.box.isEnabled() for row in unfit)


def test_a_sweep_bigger_than_the_disk_is_refused_with_both_figures(page, panel, idle, gui_project):
    with gui_project.store.write() as connection:
        connection.execute("UPDATE models SET parameters = 20000000000000")
    page.presenter.type("checkpoints.keep", "9")
    idle()
    full = panel.arms["full"]
    assert full.against.text()
    assert not full.box.isChecked()
    full.box.click()
    idle()
    assert "runs need about" in said(panel)
    assert "are free. Leave methods or values out, or keep fewer checkpoints." in said(panel)
    assert not panel.together.start.isEnabled()


def test_escape_and_ctrl_enter_work_and_the_form_is_as_it_was(qtbot, window, page, panel, idle, gui_project):
    with qtbot.waitActive(window):
        window.activateWindow()
    panel.back.setFocus()
    qtbot.keyClick(panel.back, Qt.Key.Key_Escape)
    assert page.form.isVisible()
    assert not page.try_all.is_open
    page.open(try_all=True)
    idle()
    panel.back.setFocus()
    qtbot.keyClick(panel.back, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(runs.everything(gui_project.store)) == 4, timeout=20_000)
    idle()


def test_a_draft_that_cannot_start_says_so_here_too(page, idle):
    page.open(try_all=True)
    idle()
    assert "Choose training rows." in said(page.sweep)
    assert not page.sweep.together.start.isEnabled()


def test_finished_runs_are_taken_over(page, panel, idle, gui_project):
    panel.together.start.click()
    idle()
    first = runs.everything(gui_project.store)[-1]
    with gui_project.store.write() as connection:
        connection.execute("UPDATE runs SET state = 'finished' WHERE id = ?", (first.id,))
    page.try_all.plan_soon()
    idle()
    assert dict(page.try_all.note.facts)["Done before"].startswith("1 run")
    assert panel.together.model.rows[0][1] == f"done: {first.name}"


def test_the_runs_are_a_proper_table(qtmodeltester):
    model = SweepRunModel()
    model.set_rows([("LoRA", "about 3 min", "1.4 GB"), ("Full", "done: full-02", "")])
    qtmodeltester.check(model)


@pytest.fixture
def trained(gui_project, base):
    """A finished LoRA run on the base with a checkpoint on disk; its reference."""
    store = gui_project.store
    recipe = Recipe(name="law", base="small", method="lora", adapter=Adapter(rank=8, alpha=16))
    run_id = runs.create(store, recipe)
    checkpoints.add(store, run_id=run_id, step=30, folder="step-30", manifest_sha256="1" * 64, size_bytes=9)
    with store.write() as connection:
        connection.execute("UPDATE runs SET state = 'finished' WHERE id = ?", (run_id,))
    return f"{run_id}@30"


def test_training_on_top_takes_over_method_and_adapter_and_asks_for_other_rows(
    window, page, trained, idle, gui_project
):
    gui_project.navigate("new_run", on_top_of=trained)
    idle()
    recipe = page.presenter.draft.recipe
    assert (recipe.start_from, recipe.method, recipe.adapter.rank, recipe.data.path) == (trained, "lora", 8, "")
    assert page.form.start.text() == "law @ 30"
    assert page.form.start.isVisible()
    assert [path for path, _ in page.presenter.obstacles()] == ["data.path"]
    page.form.from_base.click()
    assert page.presenter.draft.recipe.start_from == ""
    assert not page.form.start.isVisible()
    gui_project.undo_stack.undo()
    assert page.presenter.draft.recipe.start_from == trained
    idle()


def test_what_cannot_go_on_from_the_checkpoint_is_refused_in_the_form_and_in_try_all(page, rows, trained, idle):
    page.open(on_top_of=trained)
    page.open(data_path=rows)
    idle()
    assert page.plan.start_button.isEnabled()
    page.form.method.buttons["full"].click()
    idle()
    assert "method is full, there lora" in page.plan.reason.text()
    assert not page.plan.start_button.isEnabled()
    page.form.method.buttons["lora"].click()
    idle()
    assert page.plan.start_button.isEnabled()
    page.open(try_all=True)
    idle()
    against = {name: row.against.text() for name, row in page.sweep.arms.items()}
    assert "method is full, there lora" in against["full"]
    assert "method is qlora, there lora" in against["qlora"]
    assert not against["lora"]
    assert not page.sweep.arms["full"].box.isEnabled()
    assert page.sweep.together.start.text().startswith("Queue 1 run")


def test_a_started_run_is_bound_to_the_checkpoint(qtbot, page, rows, trained, idle, gui_project):
    page.open(on_top_of=trained)
    page.open(data_path=rows)
    idle()
    page.plan.start_button.click()
    qtbot.waitUntil(lambda: len(runs.everything(gui_project.store)) == 2, timeout=20_000)
    run = runs.everything(gui_project.store)[0]
    assert (run.recipe.start_from, run.recipe.start_fingerprint) == (trained, "1" * 64)
    idle()


def test_asked_twice_it_is_queued_once(page, panel, idle, gui_project):
    page.try_all.start()
    page.try_all.start()
    idle()
    assert len(runs.everything(gui_project.store)) == 4
    assert gui_project.undo_stack.undoText() == "Queue 4 run(s)"
    gui_project.undo_stack.undo()
    assert runs.everything(gui_project.store) == []
