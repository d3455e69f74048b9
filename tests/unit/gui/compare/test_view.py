"""The page Compare over a real store: shows, emits, stays quick."""

import time

import compared_runs
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from speed import bar

from engine.store import jobs
from gui.compare.model import OverviewModel
from gui.compare.presenter import lines
from gui.compare.reading import read


def test_the_overviews_model_is_a_sound_model(qtmodeltester, gui_project, five):
    model = OverviewModel()
    qtmodeltester.check(model)
    model.set_rows(lines(read(gui_project.store, five)))
    qtmodeltester.check(model)
    assert model.rowCount() == 6


def test_five_runs_are_there_within_a_second(open_compare, five):
    began = time.process_time()
    page = open_compare(run_ids=five)
    assert time.process_time() - began < bar(1.0)
    assert [row.name for row in page.overview.model.rows] == [
        "starter", "full-02", "lora-03", "qlora-01", "lora-04", "prompt-01",
    ]  # fmt: skip
    assert page.overview.model.rows[1].against.startswith("worst −")
    assert page.state.value == "ready"


def test_nothing_chosen_offers_the_last_runs(qtbot, open_compare, gui_project, five):
    page = open_compare()
    assert page.state.value == "empty"
    page.compare_last()
    qtbot.waitUntil(lambda: page.state.value == "ready" and gui_project.tasks.is_idle, timeout=10_000)
    assert sorted(page.run_ids) == five


def test_the_recommended_run_is_chosen_at_first_and_make_current_is_one_click(open_compare, gui_project, five):
    page = open_compare(run_ids=five, tab="tradeoff")
    assert page.tabs.currentWidget() is page.tradeoff
    assert page.tradeoff.details.title.text() == "★ lora-03"
    assert not page.tradeoff.current.isEnabled()  # it is current already
    page.tradeoff.chart.select(0)
    row = page.tradeoff.chart.stop_key(0)
    assert page.tradeoff.details.title.text() == row.run == "full-02"
    page.tradeoff.current.click()
    made = jobs.unfinished(gui_project.store)[-1]
    assert (made.kind, made.payload) == ("make_current", {"ref": f"{five[0]}@75"})


@pytest.mark.parametrize("without", ["verdicts", "checkpoints"])
def test_only_a_run_with_a_verdict_and_a_checkpoint_can_be_made_current(open_compare, gui_project, five, without):
    with gui_project.store.write() as connection:
        connection.execute(f"DELETE FROM {without} WHERE run_id = ?", (five[0],))
    page = open_compare(run_ids=five)
    page.overview.table.selectRow(1)
    assert page.overview.chosen().id == five[0]
    assert not page.overview.current.isEnabled()
    assert page.overview.current.toolTip()
    page.overview.table.selectRow(3)
    assert page.overview.current.isEnabled()


def test_the_answers_open_with_the_runs_compared(qtbot, open_compare, gui_project, five):
    page = open_compare(run_ids=[five[3], five[2]], tab="answers")
    qtbot.waitUntil(lambda: page.answers.reading is not None and gui_project.tasks.is_idle)
    assert page.answers.refs == {"a": f"{five[3]}@75", "b": f"{five[2]}@75"}
    page.open(run_ids=[five[4]])
    qtbot.waitUntil(lambda: page.answers.refs.get("b") == f"{five[4]}@75" and gui_project.tasks.is_idle)
    assert page.answers.refs["a"] == "base:starter"


def test_whoever_leads_to_the_answers_of_two_models_gets_these(qtbot, open_compare, gui_project, five):
    page = open_compare(run_ids=five, tab="answers", a="base:starter", b=f"{five[3]}@75")
    qtbot.waitUntil(lambda: page.answers.reading is not None and gui_project.tasks.is_idle)
    assert page.answers.refs == {"a": "base:starter", "b": f"{five[3]}@75"}


def test_no_heading_is_cut(open_compare, five):
    table = open_compare(run_ids=five).overview.table
    header = table.horizontalHeader()
    assert [at for at in range(header.count()) if header.sectionSize(at) < header.sectionSizeHint(at)] == []
    assert header.textElideMode() == Qt.TextElideMode.ElideRight


def test_another_baseline_rewrites_the_deltas(open_compare, five):
    page = open_compare(run_ids=five)
    box = page.overview.baseline
    box.activated.emit(box.findData(five[1]))
    assert page.overview.model.rows[2].against == "baseline"
    assert page.overview.model.rows[0].against.endswith("gain −83.0")


def test_leaving_a_run_out_and_adding_it_again(qtbot, open_compare, gui_project, five):
    page = open_compare(run_ids=five)
    page.overview.table.selectRow(1)
    page.overview.remove.click()
    qtbot.waitUntil(lambda: len(page.overview.model.rows) == 5 and gui_project.tasks.is_idle, timeout=10_000)
    assert page.run_ids == five[1:]
    add = page.overview.add
    add.activated.emit(add.findData(five[0]))
    qtbot.waitUntil(lambda: len(page.overview.model.rows) == 6 and gui_project.tasks.is_idle, timeout=10_000)


def test_what_waits_for_its_verdict_is_said(open_compare, gui_project, five):
    with gui_project.store.write() as connection:
        connection.execute("DELETE FROM verdicts WHERE run_id = ?", (five[0],))
    page = open_compare(run_ids=five)
    assert page.state.value == "partial"


def test_a_sweep_that_is_gone_is_an_error_card(open_compare, five):
    page = open_compare(sweep_id=77)
    assert page.state.value == "error"


def test_it_comes_back_as_it_was_left(open_compare, five):
    page = open_compare(run_ids=five[:2], tab="tradeoff")
    kept = page.save_state()
    again = open_compare()
    again.restore_state(kept)
    assert again.run_ids == five[:2]
    assert again.tabs.currentWidget() is again.tradeoff


def test_runs_of_another_version_of_the_canaries_are_measured_again_on_the_newest(open_compare, gui_project, five):
    store = gui_project.store
    newer = compared_runs.add(store, "lora-05", "lora", 0.1, 0.9, 2e-4, 100, 1e9, suite_hash="8" * 64)
    with store.write() as connection:
        sql = "UPDATE runs SET recipe = json_set(recipe, '$.canaries.suite', '/suites/newer') WHERE id = ?"
        connection.execute(sql, (newer,))
    page = open_compare(run_ids=[five[1], newer])
    button = page.overview.measure
    assert button.text() == "Re-measure lora-03 on standard 88888888"
    assert not button.isHidden()
    button.click()
    (job,) = [one for one in jobs.unfinished(store) if one.kind == "score"]
    assert job.payload["model_ref"] == f"{five[1]}@75"
    assert job.payload["suite"] == "/suites/newer"
    assert job.payload["verdict"] is True


def test_a_run_whose_weights_are_gone_says_that_it_cannot_be_measured(open_compare, gui_project, five):
    store = gui_project.store
    newer = compared_runs.add(store, "lora-05", "lora", 0.1, 0.9, 2e-4, 100, 1e9, suite_hash="8" * 64)
    with store.write() as connection:
        connection.execute("UPDATE checkpoints SET state = 'rotated' WHERE run_id = ?", (five[1],))
    page = open_compare(run_ids=[five[1], newer])
    told = []
    gui_project.toast_requested.connect(lambda toast: told.append(toast.text))
    page.overview.measure.click()
    assert told == ["lora-03 has no checkpoint on disk to measure."]
    assert not [one for one in jobs.unfinished(store) if one.kind == "score"]


def test_the_trade_off_leads_to_the_answers_of_base_chosen_and_recommended_run(open_compare, five):
    page = open_compare(run_ids=five, tab="tradeoff")
    page.tradeoff.choose(five[0])
    page.tradeoff.answers.click()
    assert page.tab == "answers"
    assert page.answers.refs == {"a": "base:starter", "b": f"{five[0]}@75", "c": f"{five[1]}@75"}
    page.turn_to("tradeoff")
    page.tradeoff.choose(five[1])
    page.tradeoff.answers.click()
    assert page.answers.refs == {"a": "base:starter", "b": f"{five[1]}@75"}
    assert not page.answers.third.isChecked()


def test_the_report_is_a_new_folder_with_page_numbers_and_picture(qtbot, open_compare, gui_project, five, tmp_path):
    page = open_compare(run_ids=five)
    written = ("comparison", "comparison-2")
    for name in written:
        gui_project.dialogs.paths = [tmp_path]
        page.overview.report.click()
        qtbot.waitUntil(lambda name=name: (tmp_path / name).is_dir() and gui_project.tasks.is_idle, timeout=10_000)
    assert gui_project.dialogs.asked == ["report", "report"]
    for name in written:
        files = {file.name for file in (tmp_path / name).iterdir()}
        assert files == {"comparison.html", "comparison.csv", "trade-off.png"}
    assert "★ lora-03" in (tmp_path / "comparison" / "comparison.html").read_text("utf-8")
    picture = QImage(str(tmp_path / "comparison" / "trade-off.png"))
    assert picture.width() > 2400
    assert picture.pixelColor(3, 3).name() == "#ffffff"


def test_a_report_that_cannot_be_written_says_so(qtbot, open_compare, gui_project, five, tmp_path):
    page = open_compare(run_ids=five)
    (tmp_path / "file").write_text("")
    gui_project.dialogs.paths = [tmp_path / "file"]
    with qtbot.waitSignal(gui_project.tasks.failed, timeout=10_000) as failed:
        page.export_report()
    assert failed.args[0].message.startswith("The report could not be written: ")


def test_without_runs_there_is_no_report(open_compare, gui_project):
    page = open_compare()
    page.export_report()
    assert gui_project.dialogs.asked == []
    assert not page.page_actions()[-1].isEnabled()


def test_two_runs_of_one_name_are_two_points_with_a_label_each(five, gui_project, open_compare):
    """They were drawn as one run that wandered, and only one of them was named."""
    with gui_project.store.write() as connection:
        connection.execute("UPDATE runs SET name = 'demo' WHERE id IN (?, ?)", five[:2])
    page = open_compare(run_ids=five[:3], tab="tradeoff")
    wanted = [f"demo #{five[0]}", f"demo #{five[1]}", "qlora-01"]
    assert sorted(page.tradeoff.chart.runs()) == sorted(wanted)
    assert sorted(label.text for label in page.tradeoff.chart.labels) == sorted(wanted)
    page.tradeoff.choose(five[0])
    assert page.tradeoff.details.title.text() == wanted[0]
