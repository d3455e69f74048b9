"""The window's pages over real hosts and workers on the tiny model: live to the verdict, killed, resumed, stopped, rolled back."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
import processes
import pytest
from training_runs import make_project, queue

from engine.states import State
from engine.store import checkpoints, history, jobs, runs, scores
from gui.actions import runs as run_actions
from gui.home.view import HomePage
from gui.project import Project
from gui.run.view import RunPage

LONG_S = 240_000


@pytest.fixture
def project(qapp, home, store, tiny_base, tmp_path):
    """A window's project over the tiny base, with a recipe; its processes end with the test."""
    recipe = make_project(store, tiny_base, tmp_path)
    opened = Project(home, keep_host=True)
    opened.live.start()
    opened.recipe = recipe
    yield opened
    opened.close()
    processes.end(home)


@pytest.fixture
def shown(qtbot, project):
    """`shown(page)` shows a page at the size of a small window and closes it with the test."""
    pages = []

    def show(page):
        pages.append(page)
        page.resize(1080, 700)
        page.show()
        return page

    yield show
    for page in pages:
        page.close()
    qtbot.waitUntil(lambda: project.tasks.is_idle, timeout=20_000)
    for page in pages:
        page.deleteLater()


def recipe_of(project, **training):
    return msgspec.structs.replace(
        project.recipe, name="tiny-run", training=msgspec.structs.replace(project.recipe.training, **training)
    )


def open_run(project, shown, run_id):
    page = RunPage(project)
    page.open(run_id=run_id)
    return shown(page)


def tab_of(page):
    return page.tabs.tabText(page.tabs.currentIndex())


def test_a_run_is_followed_live_and_opens_on_its_verdict_by_itself(qtbot, project, shown):
    run_id, _ = queue(project.store, recipe_of(project))
    page = open_run(project, shown, run_id)
    qtbot.waitUntil(lambda: page.state.value == "ready", timeout=LONG_S)
    assert tab_of(page) == "Timeline"
    qtbot.waitUntil(lambda: len(page._steps) >= 2, timeout=LONG_S)
    later = open_run(project, shown, run_id)  # a window opened meanwhile shows the same steps, without a gap
    qtbot.waitUntil(lambda: page.verdict.headline.text()[:1] in "●▼◆≠○" and tab_of(page) == "Verdict", timeout=LONG_S)
    steps = [row.step for row in page._steps]
    assert steps == list(range(1, 13))
    qtbot.waitUntil(lambda: [row.step for row in later._steps] == steps, timeout=20_000)
    stored = scores.verdicts(project.store, run_id)[-1]["payload"]
    drawn = {row.name: row.worse for chart in page.verdict.charts for row in chart.rows}
    assert drawn == {one["name"]: one["upper"] for one in stored["capabilities"]}

    files = sorted(path for path in (project.home / "runs").rglob("*") if path.is_file())
    make_current = next(one for one in page.verdict.buttons if one.objectName() == "verdict_make_current")
    make_current.click()
    qtbot.waitUntil(lambda: history.pointer(project.store)[0] == f"{run_id}@12", timeout=LONG_S)
    qtbot.waitUntil(lambda: project.undo_stack.canUndo(), timeout=20_000)
    project.undo_stack.undo()
    qtbot.waitUntil(lambda: history.pointer(project.store)[0] == "base:tiny", timeout=LONG_S)
    assert sorted(path for path in (project.home / "runs").rglob("*") if path.is_file()) == files
    qtbot.waitUntil(lambda: not jobs.unfinished(project.store), timeout=20_000)


def test_a_killed_worker_shows_a_banner_and_resumes_from_the_last_whole_checkpoint(qtbot, project, shown):
    run_id, _ = queue(project.store, recipe_of(project, max_steps=400))
    home_page = shown(HomePage(project))
    store = project.store

    def saved():
        return [row for row in checkpoints.of_run(store, run_id) if row.state == "complete"]

    qtbot.waitUntil(lambda: len(saved()) >= 1 and runs.get(store, run_id).state is State.TRAINING, timeout=LONG_S)
    last = saved()[-1].step
    processes.worker(project.home).kill()
    qtbot.waitUntil(lambda: bool(home_page._shown_banners), timeout=15_000)
    (banner,) = home_page._shown_banners
    last = max(last, *(row.step for row in saved()))
    assert banner.resume.text() == f"Resume from step {last}"
    banner.resume.click()
    wanted = f"Going on from the checkpoint at step {last}."
    qtbot.waitUntil(
        lambda: wanted in [line.message for line in runs.log_since(store, 0, run_id=run_id)], timeout=LONG_S
    )
    qtbot.waitUntil(lambda: not home_page._shown_banners, timeout=20_000)

    assert run_actions.stop(project, run_id)  # no dialog, and a checkpoint one can go back to
    qtbot.waitUntil(lambda: runs.get(store, run_id).state is State.STOPPED, timeout=LONG_S)
    assert saved()[-1].step == runs.get(store, run_id).step


def test_a_paused_run_gives_its_memory_back_and_a_stopped_one_can_be_measured(qtbot, project, shown):
    run_id, _ = queue(project.store, recipe_of(project, max_steps=400))
    store, page = project.store, open_run(project, shown, run_id)

    def button(key):
        return next((one for one in page.header.buttons if one.objectName() == f"run_{key}" and one.isEnabled()), None)

    qtbot.waitUntil(lambda: button("pause") is not None and len(page._steps) > 0, timeout=LONG_S)
    button("pause").click()
    assert page.header.state.text() == "‖ Pausing after this step"
    qtbot.waitUntil(lambda: button("free") is not None, timeout=LONG_S)
    assert processes.worker(project.home) is not None
    button("free").click()
    qtbot.waitUntil(lambda: runs.get(store, run_id).state is State.STOPPED, timeout=LONG_S)
    qtbot.waitUntil(lambda: processes.worker(project.home) is None, timeout=30_000)
    qtbot.waitUntil(lambda: page.verdict.measure.isVisibleTo(page.verdict), timeout=20_000)
    assert page.verdict.headline.text().startswith("No verdict")
    page.verdict.measure.click()
    qtbot.waitUntil(lambda: bool(scores.verdicts(store, run_id)), timeout=LONG_S)
    qtbot.waitUntil(lambda: page.verdict.headline.text()[:1] in "●▼◆≠○", timeout=20_000)
    assert tab_of(page) == "Verdict"
    qtbot.waitUntil(lambda: not jobs.unfinished(store), timeout=30_000)
