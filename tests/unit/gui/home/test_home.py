"""Home: the first visit, the run at work, crash banners, and the demo as a chain of jobs read off the rows."""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "engine" / "export"))

import filled_store as filled

from engine.plan import demo as planned
from engine.states import State
from engine.store import checkpoints, jobs, models, runs, sweeps
from gui.home import demo
from gui.home.presenter import minutes_of, read_home
from gui.home.view import HomePage

TIMED = {"step_s": 0.5, "score_item_s": 0.02, "answer_s": 0.1, "load_s": 1.0, "tokens_per_row": 82.0}


def live_run(store, step=41):
    run_id = filled.new_run(store, name="lora-04")
    filled.add_steps(store, run_id, step)
    filled.measure(store, run_id, "before", 0, 0.0)
    filled.measure(store, run_id, "look", 15, 0.15)
    job_id = jobs.enqueue(store, "train", run_id=run_id)
    jobs.claim_next(store, "heavy", job_id)
    jobs.set_state(store, job_id, State.TRAINING)
    return run_id, job_id


def interrupted_run(store):
    run_id, job_id = live_run(store)
    checkpoints.add(store, run_id=run_id, step=38, folder="step-38", manifest_sha256="1" * 64, size_bytes=9)
    jobs.end(store, job_id, State.INTERRUPTED, reason="The worker ended with signal 9.", error_kind="environment")
    return run_id


def import_ended(store, mark):
    """The rows an import of the starter leaves."""
    job_id = jobs.enqueue(store, "import", {"source": "starter", "name": planned.STARTER_NAME, demo.MARK: mark})
    jobs.claim_next(store, "interactive", job_id)
    models.add(
        store, name=planned.STARTER_NAME, source="starter", path="/nowhere", fingerprint="f" * 64, files=[],
        architecture="LlamaForCausalLM", parameters=134_515_008, template="own",
    )  # fmt: skip
    jobs.end(store, job_id, State.FINISHED, result={"name": planned.STARTER_NAME})


# ---- what it says ----------------------------------------------------------------------------------------------------


def test_nothing_was_run_yet(store):
    view = read_home(store)
    assert view.is_new
    assert not view.has_models


def test_the_run_at_work_names_its_worst_canary_against_its_limit(store):
    filled.add_base(store)
    live_run(store)
    live = read_home(store).live
    assert live.run.name == "lora-04"
    assert live.canaries.startswith("worst canary arithmetic −0.0")
    assert "of −0.1 nats/token at step 15" in live.canaries
    assert not live.is_beyond


def test_an_interrupted_run_offers_its_last_good_checkpoint(store):
    filled.add_base(store)
    interrupted_run(store)
    (stopped,) = read_home(store).stopped
    assert stopped.sentence == "lora-04 stopped unexpectedly at step 41. Last good checkpoint: 38."
    assert stopped.last == 38


def test_a_run_in_the_trash_is_not_shown(store):
    filled.add_base(store)
    runs.trash(store, interrupted_run(store), at=time.time())
    assert read_home(store).is_new


@pytest.mark.parametrize(("seconds", "minutes"), [(10, 1), (89, 1), (95, 2), (350, 6)])
def test_minutes_are_whole_and_never_none(seconds, minutes):
    assert minutes_of(seconds) == minutes


# ---- the demo --------------------------------------------------------------------------------------------------------


def test_the_expected_time_comes_from_an_earlier_timing_of_this_machine(store):
    import_ended(store, 1.0)
    base = models.get(store, planned.STARTER_NAME)
    recipe = planned.recipe(base, demo._CHOSEN)
    job_id = jobs.enqueue(store, "calibrate", {"recipe": recipe.to_toml()})
    jobs.claim_next(store, "heavy", job_id)
    jobs.end(store, job_id, State.FINISHED, result=TIMED)
    assert 30 < demo.expected_s(store) <= 360


def test_without_one_it_is_guessed_from_this_machines_arithmetic(store):
    fast, slow = (planned.guessed_timing(speed) for speed in (4e11, 1e11))
    assert slow["step_s"] == 4 * fast["step_s"]
    assert planned.whole_s(fast, 5.0, 360, is_imported=True) < planned.whole_s(fast, 5.0, 360, is_imported=False)
    assert planned.matrix_speed(size=128, rounds=2) > 0


@pytest.fixture
def chain(gui_project):
    return demo.Demo(gui_project, gui_project)


def test_one_click_queues_the_import(gui_project, chain):
    chain.start()
    (job,) = jobs.unfinished(gui_project.store)
    assert (job.kind, job.payload["source"]) == ("import", "starter")
    chain.start()
    assert len(jobs.unfinished(gui_project.store)) == 1


def test_with_the_starter_there_it_begins_with_the_timing(gui_project, chain):
    import_ended(gui_project.store, 1.0)
    runs_before = jobs.unfinished(gui_project.store)
    chain.start()
    (job,) = [job for job in jobs.unfinished(gui_project.store) if job not in runs_before]
    assert job.kind == "calibrate"
    assert 'protect = "off"' in job.payload["recipe"]


def test_a_window_opened_later_takes_the_chain_up(gui_project):
    import_ended(gui_project.store, time.time())
    demo.Demo(gui_project, gui_project)
    (job,) = jobs.unfinished(gui_project.store)
    assert job.kind == "calibrate"


def test_the_timing_becomes_a_run_of_what_fits(qtbot, gui_project, tiny_base):
    store, mark = gui_project.store, time.time()
    import_ended(store, mark)
    models.move(store, planned.STARTER_NAME, str(tiny_base))
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append((name, args)))
    chain = demo.Demo(gui_project, gui_project)
    (job,) = jobs.unfinished(store)
    jobs.claim_next(store, "heavy", job.id)
    jobs.end(store, job.id, State.FINISHED, result=TIMED)
    chain._on_ended(jobs.get(store, job.id))
    qtbot.waitUntil(lambda: bool(went), timeout=20_000)
    (run,) = runs.everything(store)
    assert went == [("run", {"run_id": run.id, "tab": "timeline"})]
    assert run.recipe.training.max_steps == planned.WANTED_STEPS
    assert run.plan[demo.MARK] == mark
    assert run.plan["memory"]["peak_bytes"] > 0
    demo.Demo(gui_project, gui_project)  # a second window does not start it twice
    qtbot.waitUntil(lambda: gui_project.tasks.is_idle)
    assert len(runs.everything(store)) == 1


def test_it_can_be_cancelled_before_its_run_begins(gui_project, chain):
    chain.start()
    chain.cancel()
    assert demo.status(gui_project.store) is None
    assert runs.everything(gui_project.store) == []


# ---- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_home(qtbot, gui_project):
    pages = []

    def show():
        page = HomePage(gui_project)
        pages.append(page)
        page.resize(1080, 700)
        page.show()
        qtbot.waitUntil(lambda: page.state.value == "ready" and gui_project.tasks.is_idle, timeout=20_000)
        return page

    yield show
    qtbot.waitUntil(lambda: gui_project.tasks.is_idle, timeout=20_000)
    for page in pages:
        page.close()
        page.deleteLater()


def test_the_first_visit_offers_the_demo_with_its_time(gui_project, open_home):
    page = open_home()
    assert page.welcome.isVisible()
    assert page.run_demo.isVisible()
    assert "minute" in page.demo_time.text()
    page.run_demo.click()
    assert not page.run_demo.isEnabled()
    assert jobs.unfinished(gui_project.store)[0].kind == "import"


def test_the_run_at_work_can_be_paused_and_opened(gui_project, open_home):
    filled.add_base(gui_project.store)
    run_id, job_id = live_run(gui_project.store)
    page = open_home()
    assert page.now.isVisible()
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append((name, args)))
    page.now.pause.click()
    page.now.open_button.click()
    assert jobs.take_requests(gui_project.store, job_id) == ["pause"]
    assert went == [("run", {"run_id": run_id})]


def test_a_crash_banner_resumes_and_can_be_left(gui_project, open_home):
    filled.add_base(gui_project.store)
    run_id = interrupted_run(gui_project.store)
    page = open_home()
    (banner,) = page._shown_banners
    assert banner.resume.text() == "Resume from step 38"
    banner.leave.click()
    assert page._shown_banners == []
    other = open_home()
    other.restore_state(page.save_state())
    other._show_banners()
    assert other._shown_banners == []
    run = runs.get(gui_project.store, run_id)
    assert run.state is State.INTERRUPTED  # nothing resumed by itself
    banner_again = open_home()._shown_banners[0]
    banner_again.resume.click()
    assert runs.get(gui_project.store, run_id).state is State.QUEUED


def test_recent_runs_open_by_a_click(gui_project, open_home):
    run_id, _ = filled.full_run(gui_project.store)
    page = open_home()
    assert [line.run.id for line in page.recent_model.rows] == [run_id]
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append((name, args)))
    page.recent_table.clicked.emit(page.recent_model.index(0, 0))
    assert went == [("run", {"run_id": run_id})]


def test_a_chosen_file_opens_a_new_run(gui_project, open_home, tmp_path):
    page = open_home()
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append((name, args)))
    gui_project.dialogs.paths = [tmp_path / "rows.jsonl"]
    page.drop_zone.browse.click()
    assert went == [("new_run", {"data_path": tmp_path / "rows.jsonl"})]


def test_a_run_of_a_comparison_says_so_and_leads_to_it(qtbot, gui_project):
    store = gui_project.store
    filled.add_base(store)
    run_id, _ = live_run(store)
    recipe = runs.get(store, run_id).recipe
    sweep_id = sweeps.create(store, name="tickets", key="k", recipe=recipe, methods=("full", "lora"), grid={})
    other = filled.new_run(store, name="full-01")
    for position, one in enumerate((other, run_id)):
        sweeps.put_cell(
            store, sweep_id, position=position, label="lora", recipe_hash="h", run_id=one, is_reused=False
        )  # fmt: skip
    page = HomePage(gui_project)
    qtbot.addWidget(page)
    page.resize(1080, 700)
    page.show()
    qtbot.waitUntil(lambda: page.state.value == "ready" and gui_project.tasks.is_idle, timeout=10_000)
    assert "2 of 2, comparing methods on tickets" in page.now.about.text()
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append((name, args)))
    page.now.sweep.click()
    assert went == [("compare", {"sweep_id": sweep_id})]
