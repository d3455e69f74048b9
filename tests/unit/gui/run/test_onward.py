"""From a run's page to the next run: on top of it, all methods, the sequence."""

import pytest

from engine.store import checkpoints
from gui.run.onward import Onward
from gui.runs.view import RunsPage


@pytest.fixture
def onward(qtbot, gui_project, make_run):
    """The actions of a page that shows a finished run, and where they lead."""
    page = RunsPage(gui_project)
    qtbot.addWidget(page)
    page.run_id = make_run(name="law")
    made = Onward(page)
    made.went, made.told = [], []
    gui_project.navigation_requested.connect(lambda name, args: made.went.append((name, args)))
    gui_project.toast_requested.connect(lambda toast: made.told.append(toast.text))
    return made


def test_each_leads_on_with_this_run(onward, gui_project):
    run_id = onward._run_id
    for step, variant in ((10, ""), (30, ""), (30, "x0.5")):
        checkpoints.add(
            gui_project.store, run_id=run_id, step=step, folder=f"step-{step}{variant}", manifest_sha256="1" * 64,
            size_bytes=9, variant=variant,
        )  # fmt: skip
    for action in onward.actions:
        action.trigger()
    assert onward.went == [
        ("new_run", {"on_top_of": f"{run_id}@30"}),
        ("new_run", {"like": run_id, "try_all": True}),
        ("compare", {"run_ids": [run_id], "tab": "matrix"}),
    ]


def test_without_a_checkpoint_it_says_so(onward):
    onward.on_top.trigger()
    assert onward.went == []
    assert onward.told == ["No checkpoint of law is on disk to train on top of."]
