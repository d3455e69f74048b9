"""The run's page: shows, emits, disables; the item models under qtmodeltester."""

import re

import filled_store as filled
import msgspec
from PySide6.QtWidgets import QLabel

from engine.errors import NonFinite
from engine.records import Step
from engine.states import State
from engine.store import jobs, runs
from gui.run import setup_words, timeline_words
from gui.run.answers_model import AnswersModel, chosen


def test_a_finished_run_opens_on_its_verdict(open_page, shown_run):
    page = open_page(shown_run)
    assert page.state.value == "ready"
    assert page.tabs.tabText(page.tabs.currentIndex()) == "Verdict"
    assert page.verdict.headline.text().startswith("▼ Forgot arithmetic")
    assert page.verdict.buttons[0].objectName() == "verdict_roll_back"
    assert page.title() == "triage-full"


def test_a_row_of_the_chart_filters_the_answers(open_page, shown_run):
    page = open_page(shown_run)
    chart = page.verdict.charts[0]
    chart.point_selected.emit(chart.rows[0])
    assert page.tabs.tabText(page.tabs.currentIndex()) == "Answers"
    assert {one.capability for one in page.answers.model.rows} == {chart.rows[0].name}


def test_an_answer_that_got_worse_says_how(open_page, shown_run):
    answers = open_page(shown_run, tab="answers").answers
    shown = [answers.model.index(row, 4).data() for row in range(answers.model.rowCount())]
    turned = [text for text, one in zip(shown, answers.model.rows, strict=True) if one.before.passed]
    assert turned
    assert all(text.startswith("✓→✗") for text in turned)
    assert re.search(r"· change [−+]\d\.\d+ nats/token$", answers.facts.text())


def test_answers_are_gone_through_by_key(qtbot, open_page, shown_run):
    page = open_page(shown_run, tab="answers")
    answers = page.answers
    assert len(answers.model.rows) == 5  # got worse
    answers.choose(shown="all", capability="")
    assert len(answers.model.rows) == 12
    answers.table.selectRow(0)
    first = answers.prompt.text()
    answers.table.setFocus()
    qtbot.keyClick(answers.table, "J")
    assert answers.prompt.text() != first
    qtbot.keyClick(answers.table, "K")
    assert answers.prompt.text() == first


def test_the_timeline_offers_the_checkpoint_at_the_selected_step(qtbot, open_page, shown_run):
    page = open_page(shown_run, tab="timeline")
    assert not page.timeline.restore.isEnabled()
    page.timeline.chart.point_selected.emit(20)
    assert page.timeline.place.text() == "Checkpoint at step 15"
    with qtbot.waitSignal(page.timeline.restore_requested) as asked:
        page.timeline.restore.click()
    assert asked.args == [15]


def test_a_check_rests_on_its_guard_items(reading):
    checks = timeline_words.check_rows(reading.facts)
    assert checks
    assert all(check.items() == f"n={check.n} guard items" for check in checks)


def test_restoring_queues_a_job_that_makes_it_current(gui_project, open_page, shown_run):
    page = open_page(shown_run, tab="timeline")
    page.timeline.chart.point_selected.emit(20)
    page.timeline.restore.click()
    (job,) = jobs.unfinished(gui_project.store)
    assert (job.kind, job.payload["ref"]) == ("make_current", f"{shown_run}@15")


def test_roll_back_is_one_click(gui_project, open_page, shown_run):
    page = open_page(shown_run)
    page.verdict.buttons[0].click()
    (job,) = jobs.unfinished(gui_project.store)
    assert (job.kind, job.payload["ref"]) == ("roll_back", f"{shown_run}@15")


def test_new_steps_arrive_without_reading_everything_again(gui_project, open_page, shown_run):
    page = open_page(shown_run, tab="timeline")
    assert page._steps[-1].step == 75
    step = Step(run_id=shown_run, step=76, loss=0.2, lr=1e-4, grad_norm=1, tokens=600, elapsed_s=310)
    runs.add_steps(gui_project.store, [step])
    page.refresh(frozenset({"steps", "runs"}))
    assert page._steps[-1].step == 76
    assert page.timeline.model.rows[-1].step == 76


def test_pause_is_acknowledged_at_once(qtbot, gui_project, open_page, shown_run):
    job_id = jobs.enqueue(gui_project.store, "train", run_id=shown_run)
    jobs.claim_next(gui_project.store, "heavy", job_id)
    jobs.set_state(gui_project.store, job_id, State.TRAINING)
    page = open_page(shown_run)
    pause = next(one for one in page.header.buttons if one.objectName() == "run_pause")
    pause.click()
    assert page.header.state.text() == "‖ Pausing after this step"
    assert not any(one.isEnabled() for one in page.header.buttons)
    assert jobs.take_requests(gui_project.store, job_id) == ["pause"]


def test_a_failed_run_keeps_its_chart_under_the_card(gui_project, open_page, shown_run):
    job_id = jobs.enqueue(gui_project.store, "train", run_id=shown_run)
    jobs.claim_next(gui_project.store, "heavy", job_id)
    error = NonFinite("Training became unstable.", step=70, last_good_step=38)
    jobs.end(
        gui_project.store, job_id, State.FAILED, reason=error.message, error_kind="environment", result=error.facts()
    )
    page = open_page(shown_run, tab="timeline")
    assert page.state.value == "error"
    assert page.timeline.chart.isVisible()
    assert [one.objectName() for one in page.header.buttons] == ["run_log"]  # resuming would end just the same
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append((name, args)))
    page.press_card(next(one for one in page._card.buttons if one.key == "edit"))
    assert went[0][0] == "new_run"
    assert went[0][1]["recipe"].training.lr == 5e-5


def test_keeping_anyway_asks_for_a_reason_first(gui_project, open_page, shown_run):
    page = open_page(shown_run)
    keep = next(one for one in page.verdict.buttons if one.objectName() == "verdict_keep")
    keep.click()
    assert page.keep.isVisible()
    assert not page.keep.keep.isEnabled()
    page.keep.reason.setText("only for tickets")
    page.keep.keep.click()
    (job,) = jobs.unfinished(gui_project.store)
    assert job.payload["ref"] == f"{shown_run}@75"


def test_another_run_begins_at_the_top_of_its_tabs(qtbot, gui_project, open_page, shown_run):
    other, _ = filled.full_run(gui_project.store)
    page = open_page(shown_run)
    page.resize(900, 420)
    for tab, part in (("setup", page.setup), ("verdict", page.verdict)):
        page.turn_to(tab)
        bar = part.verticalScrollBar()
        qtbot.waitUntil(lambda bar=bar: bar.maximum() > 0)
        bar.setValue(bar.maximum())
    page.open(run_id=other)
    qtbot.waitUntil(lambda: page.state.value != "loading" and gui_project.tasks.is_idle)
    assert page.run_id == other
    assert [part.verticalScrollBar().value() for part in (page.verdict, page.setup)] == [0, 0]


def test_a_run_that_is_gone_says_so(open_page):
    assert open_page(99).state.value == "error"


def test_renaming_can_be_undone(gui_project, open_page, shown_run):
    from gui.run import desk

    desk.rename(gui_project, shown_run, "tickets")
    assert runs.get(gui_project.store, shown_run).name == "tickets"
    gui_project.undo_stack.undo()
    assert runs.get(gui_project.store, shown_run).name == "triage-full"


def test_the_setup_shows_what_differs_and_then_everything(open_page, shown_run):
    page = open_page(shown_run, tab="setup")
    few = page.setup._grid.rowCount()
    page.setup.everything.setChecked(True)
    assert page.setup._grid.rowCount() > few + 20
    assert 'method = "full"' in page.setup.text.toPlainText()


def test_the_item_models_keep_qts_rules(qtmodeltester, reading):
    model = AnswersModel()
    model.set_rows(chosen(reading.answers, "all"))
    qtmodeltester.check(model)


def test_filters_tell_worse_from_different(reading):
    assert len(chosen(reading.answers, "worse")) == 5
    assert len(chosen(reading.answers, "different")) == 5
    assert len(chosen(reading.answers, "all")) == 12
    assert len(chosen(reading.answers, "all", "facts")) == 6
    assert len(chosen(reading.answers, "all", "", "what is 3 +")) == 2


def test_the_setup_says_noughts_times_and_precision_in_words(reading):
    run = msgspec.structs.replace(reading.facts.run, elapsed_s=276.0, plan={"time": {"train_s": [200, 400]}})
    view = setup_words.view_of(run, reading.facts)
    defaults = {one.path: one.default for one in view.settings}
    assert defaults["training.lr"] == "the method's standard"
    assert defaults["training.max_steps"] == "by epochs"
    assert defaults["protection.kl.beta"] == "off"
    assert defaults["training.seed"] == "0"
    facts = dict(view.facts)
    assert facts["Training time"] == "predicted 3 min to 7 min, took 5 min"
    assert facts["Precision"] == "fp32, sdpa on cpu"
    assert "Arithmetic" not in facts


def test_drift_is_empty_until_it_was_worked_out(gui_project, open_page, shown_run):
    from engine.store import strength

    page = open_page(shown_run, tab="drift")
    assert page.drift.empty.isVisible()
    rows = [
        (layer, module, f"{layer}.{module}", 0.01 * (layer + 1), 1.0) for layer in range(3) for module in ("q", "k")
    ]
    strength.set_drift(gui_project.store, shown_run, 75, rows)
    other = open_page(shown_run, tab="drift")
    assert other.drift.picture.chart.isVisible()
    assert len(other.drift.picture.chart.rows) == 6
    notes = [one.text() for one in other.drift.findChildren(QLabel)]
    assert notes.count("How far weights moved, not what was lost.") == 1


def test_the_strength_slider_proposes_and_writes(gui_project, open_page, shown_run):
    from engine.records import StrengthChange
    from engine.store import strength

    page = open_page(shown_run, tab="strength")
    page.strength.empty.buttons[0].click()
    (job,) = jobs.unfinished(gui_project.store)
    assert (job.kind, job.payload["ref"], len(job.payload["alphas"])) == ("strength", f"{shown_run}@75", 5)
    for alpha in (0.0, 0.5, 1.0):
        change = StrengthChange(name="facts", kind="nll", role="protect", n=16, mean=0.15 * alpha, budget=0.1)
        strength.add_point(
            gui_project.store, run_id=shown_run, step=75, alpha=alpha, blocks={}, measurement_id=1, learned_nll=1.0 - alpha,
            learned_exact=alpha, kl=alpha, changes=[change],
        )  # fmt: skip
    other = open_page(shown_run, tab="strength")
    assert other.strength.alpha == 0.5
    assert "right answers 50 %" in other.strength.said.text()
    other.strength.slider.setValue(100)
    assert not other.strength.apply.isEnabled()  # as trained: there is nothing to write
    assert "beyond a limit" in other.strength.said.text()
    assert other.strength.table.currentIndex().row() == 2
    other.strength.slider.setValue(60)  # a strength that was not scored has no row
    assert not other.strength.table.selectionModel().hasSelection()
    other.strength.table.selectRow(1)
    other.strength.apply.click()
    job = jobs.unfinished(gui_project.store)[-1]
    assert (job.payload["apply"], job.payload["make_current"]) == (0.5, True)


def test_drift_is_worked_out_on_request(gui_project, open_page, shown_run):
    page = open_page(shown_run, tab="drift")
    page.drift.empty.buttons[0].click()
    (job,) = jobs.unfinished(gui_project.store)
    assert (job.kind, job.payload) == ("drift", {"ref": f"{shown_run}@75"})


def test_ctrl_e_exports_the_chart_with_the_focus_else_the_first(gui_project, open_page, shown_run):
    page = open_page(shown_run, tab="verdict")
    page.export()
    page.turn_to("timeline")
    page.export()
    assert gui_project.dialogs.asked == ["charts", "charts"]
    page.turn_to("setup")
    page.export()
    assert len(gui_project.dialogs.asked) == 2


def test_single_blocks_may_have_another_strength(gui_project, open_page, shown_run):
    from engine.records import StrengthChange
    from engine.store import strength

    change = StrengthChange(name="facts", kind="nll", role="protect", n=16, mean=0.02, budget=0.1)
    strength.add_point(
        gui_project.store, run_id=shown_run, step=75, alpha=1.0, blocks={}, measurement_id=1, learned_nll=0.1,
        learned_exact=1.0, kl=0.1, changes=[change],
    )  # fmt: skip
    tab = open_page(shown_run, tab="strength").strength
    assert not tab.apply.isEnabled()  # as trained: there is nothing to write
    tab.fold.button.click()
    tab.blocks.setText("0-x=1")
    assert "is not BLOCK=STRENGTH" in tab.problem.text()
    assert tab.problem.isVisible()
    assert not tab.apply.isEnabled()
    tab.blocks.setText("0-1=0.5, 12=2")
    assert "12" in tab.problem.text()
    assert "right answers 100 %" in tab.said.text()
    tab.blocks.setText("0-1=0.5, 12=0")
    assert not tab.problem.isVisible()
    assert tab.said.text() == "Strength 1 with these blocks: not scored yet; writing it scores it."
    assert tab.apply.text() == "Write strength 1 with these blocks and make it current"
    tab.apply.click()
    job = jobs.unfinished(gui_project.store)[-1]
    assert (job.payload["apply"], job.payload["blocks"]) == (1.0, {"0": 0.5, "1": 0.5, "12": 0.0})
