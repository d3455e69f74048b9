"""From a run's page to the next run: on top of it, all methods, the sequence."""

import pytest

from engine.states import State
from engine.store import checkpoints, history, jobs
from gui.actions import exporting
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


def test_the_model_is_handed_on_as_a_new_folder(onward, gui_project, tmp_path):
    store, run_id = gui_project.store, onward._run_id
    onward.export.trigger()
    assert onward.told == ["law has no checkpoint with its weights to export."]
    for step, variant in ((10, ""), (30, ""), (30, "x0.5")):
        checkpoints.add(
            store, run_id=run_id, step=step, folder=f"step-{step}{variant}", manifest_sha256="1" * 64, size_bytes=9,
            variant=variant,
        )  # fmt: skip
    gui_project.dialogs.paths = [tmp_path, tmp_path]
    onward.export.trigger()
    history.set_pointer(store, f"{run_id}@30x0.5", "f" * 64)  # the slider's version is the current model
    onward.export.trigger()
    asked = [(job.payload["ref"], job.payload["to"]) for job in jobs.unfinished(store) if job.kind == "export"]
    assert asked == [
        (f"{run_id}@30", str(tmp_path / "law-step-30")), (f"{run_id}@30x0.5", str(tmp_path / "law-step-30x0.5")),
    ]  # fmt: skip


def test_how_the_export_went_is_told(onward, gui_project, tmp_path):
    store, run_id = gui_project.store, onward._run_id
    checkpoints.add(store, run_id=run_id, step=3, folder="step-3", manifest_sha256="1" * 64, size_bytes=9)
    gui_project.dialogs.paths = [tmp_path]
    onward.export.trigger()
    (job,) = jobs.unfinished(store)
    exporting._on_exported(gui_project, jobs.get(store, job.id), tmp_path / "law-step-3")
    assert onward.told == []
    jobs.claim_next(store, "interactive", job.id)
    jobs.end(store, job.id, State.FINISHED, result={"ref": f"{run_id}@3"})
    exporting._on_exported(gui_project, jobs.get(store, job.id), tmp_path / "law-step-3")
    assert onward.told == ["Exported law @ 3 to law-step-3, with its model card."]


def test_an_export_that_failed_offers_another_folder(onward, gui_project, tmp_path):
    store, run_id = gui_project.store, onward._run_id
    checkpoints.add(store, run_id=run_id, step=3, folder="step-3", manifest_sha256="1" * 64, size_bytes=9)
    gui_project.dialogs.paths = [tmp_path]
    onward.export.trigger()
    (job,) = jobs.unfinished(store)
    jobs.claim_next(store, "interactive", job.id)
    jobs.end(store, job.id, State.FAILED, error_kind="user", reason=f"{tmp_path} exists already.")
    cards = []
    gui_project.trouble_told.connect(cards.append)
    exporting._on_exported(gui_project, jobs.get(store, job.id), tmp_path / "law-step-3")
    (again,) = cards[0].actions
    assert again.text == "Choose another folder…"
    gui_project.dialogs.paths = [tmp_path / "other"]
    again.do()
    assert jobs.unfinished(store)[-1].payload["to"] == str(tmp_path / "other" / "law-step-3")


@pytest.mark.parametrize(
    ("run", "name"), [("../a b/ü", "a-b-ü-step-4"), ("...", "model-step-4"), ("law-01", "law-01-step-4")]
)
def test_a_folder_name_is_a_plain_one(run, name):
    assert exporting.folder_name(run, "1@4") == name
