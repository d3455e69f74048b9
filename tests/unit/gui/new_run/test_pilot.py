"""Twenty steps first: queued bound to the files, shown as an estimate beside the plan, kept by recipe, cancelled."""

import pytest

from engine.records import recipe_from_toml
from engine.states import State
from engine.store import jobs
from gui.new_run.pilot import note_of

FOUND = {
    "steps": 20, "steps_total": 90, "factor": 4.2, "rows": 36, "kl": 0.05, "kl_estimate": 0.21, "base_nll": 3.1,
    "pilot_nll": 2.4, "unlikely_share": 0.3,
    "capabilities": [
        {"name": "facts", "n": 16, "limit": 0.1, "change": 0.001, "estimate": 0.004},
        {"name": "arithmetic", "n": 15, "limit": 0.1, "change": 0.031, "estimate": 0.13},
    ],
}  # fmt: skip


@pytest.fixture
def planned(window, page, rows, idle, qtbot, gui_project):
    """New run over forty rows, planned, in a window that looks for changes."""
    gui_project.live.start()
    window.take_paths([rows])
    idle()
    qtbot.waitUntil(lambda: page.presenter.plan is not None, timeout=20_000)
    return page


def pilots(project):
    return [job for job in jobs.unfinished(project.store) if job.kind == "pilot"]


def end(qtbot, project, state, **columns):
    (job,) = pilots(project)
    jobs.end(project.store, job.id, state, **columns)
    qtbot.waitUntil(lambda: project.tasks.is_idle, timeout=10_000)


def test_the_worst_is_first_and_what_would_be_beyond_is_marked():
    note = note_of(FOUND)
    assert note.headline == "After 20 of 90 steps: loss 3.10 → 2.40 nats/token."
    assert note.lines == (
        "▼ arithmetic: −0.031 now, about −0.13 at the end (limit −0.1, n=15)",
        "○ facts: −0.001 now, about 0.00 at the end (limit −0.1, n=16)",
    )
    assert note.beyond == 1


def test_its_result_is_shown_as_an_estimate_and_belongs_to_its_recipe(qtbot, planned, idle, gui_project):
    page = planned
    page.plan.pilot_button.click()
    idle()
    (job,) = pilots(gui_project)
    assert recipe_from_toml(job.payload["recipe"]).data.fingerprint
    assert page.plan.pilot_button.text() == "Cancel the 20 steps"
    assert "wait their turn" in page.plan.pilot.text()
    jobs.set_phase(gui_project.store, job.id, "measuring before", 30, 120)
    qtbot.waitUntil(lambda: "measuring before, 25 %" in page.plan.pilot.text(), timeout=10_000)
    end(qtbot, gui_project, State.FINISHED, result=FOUND)
    qtbot.waitUntil(lambda: page.plan.pilot_title.isVisible(), timeout=10_000)
    assert "Estimate" in page.plan.pilot_title.text()
    assert page.plan.pilot_caution.isVisible()
    assert "arithmetic" in page.plan.pilot_lines.text()
    assert page.plan.pilot_beyond.isVisible()
    page.presenter.edit("Epochs", {"training.epochs": "9"})
    assert not page.plan.pilot_title.isVisible()
    gui_project.undo_stack.undo()
    assert page.plan.pilot_title.isVisible()
    idle()


def test_it_can_be_cancelled_and_a_failure_is_told(qtbot, planned, idle, gui_project):
    page = planned
    page.plan.pilot_button.click()
    idle()
    page.plan.pilot_button.click()
    assert pilots(gui_project) == []  # it waited: cancelled at once
    qtbot.waitUntil(lambda: page.plan.pilot_button.text() == "Try 20 steps first", timeout=10_000)
    assert not page.plan.pilot_problem.isVisible()  # one's own wish is no problem
    page.plan.pilot_button.click()
    idle()
    end(qtbot, gui_project, State.FAILED, reason="out of memory")
    qtbot.waitUntil(lambda: "out of memory" in page.plan.pilot_problem.text(), timeout=10_000)


def test_prompt_only_has_nothing_to_try(planned, idle):
    assert planned.plan.pilot_button.isVisible()
    planned.form.method.buttons["prompt"].click()
    idle()
    assert not planned.plan.pilot_button.isVisible()
