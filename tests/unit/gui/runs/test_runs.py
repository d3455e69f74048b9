"""The list of runs: filter language, sorting with live runs on top, edits that undo, 500 runs in a second."""

import time

import pytest
from PySide6.QtCore import Qt
from speed import bar

from engine.records import Recipe
from engine.store import jobs, runs
from gui.actions import trash
from gui.runs import edits
from gui.runs.filters import fits, unknown_keys
from gui.runs.lines import read_lines
from gui.runs.model import NAME, STARTED, VERDICT, WORST, RunsModel, RunsProxy
from gui.runs.view import RunsPage


@pytest.fixture
def lines(store, many):
    many(store, 8)
    runs.update(store, 2, tags=("tickets", "v2"), note="kept for Monday")
    return read_lines(store)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 9), ("verdict:forgot", 3), ("verdict:cant", 2), ("verdict:can't", 2), ("method:lora", 3),
        ("verdict:kept method:lora", 1), ("tag:tick", 1), ("monday", 1), ("state:finished", 9), ("state:training", 0),
        ("worst:arith", 9), ("nothing-like-this", 0), ("base:start name:full", 3),
    ],
)  # fmt: skip
def test_the_filter_language(lines, text, count):
    assert sum(fits(line, text) for line in lines) == count


def test_a_key_that_means_nothing_is_named():
    assert unknown_keys("verdict:kept colour:red") == ["colour"]


def test_a_line_carries_the_worst_capability_with_its_bounds(lines):
    first = lines[-1]
    assert first.worst_name == "arithmetic"
    assert first.worst == pytest.approx(-0.55, abs=0.02)
    assert first.worst_text.startswith("−0.5")
    assert "[" in first.worst_text
    assert round(first.gain) == 93  # right fields, as Compare counts it


def test_a_live_run_stays_on_top_whichever_way_one_sorts(store, lines):
    live = runs.create(store, Recipe(name="aaa", base="starter"))
    jobs.enqueue(store, "train", run_id=live)
    model, proxy = RunsModel(), RunsProxy()
    proxy.setSourceModel(model)
    model.set_rows(read_lines(store))
    for column in (NAME, VERDICT, WORST, STARTED):
        for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
            proxy.sort(column, order)
            assert proxy.line(0).run.id == live
    proxy.sort(NAME, Qt.SortOrder.AscendingOrder)
    names = [proxy.line(row).run.name for row in range(1, proxy.rowCount())]
    assert names == sorted(names)


def test_the_model_keeps_qts_rules(qtmodeltester, lines):
    model, proxy = RunsModel(), RunsProxy()
    proxy.setSourceModel(model)
    model.set_rows(lines)
    qtmodeltester.check(model)
    qtmodeltester.check(proxy)


def test_the_current_model_is_flagged(store, lines):
    from engine.store import history

    history.set_pointer(store, "3@75", "f" * 64)
    flagged = [line.run.id for line in read_lines(store) if line.is_current]
    assert flagged == [3]


@pytest.fixture
def page(qtbot, gui_project, many):
    many(gui_project.store, 5)
    made = RunsPage(gui_project)
    made.resize(1080, 700)
    made.show()
    qtbot.waitUntil(lambda: made.state.value == "ready" and gui_project.tasks.is_idle)
    yield made
    qtbot.waitUntil(lambda: gui_project.tasks.is_idle)
    made.close()
    made.deleteLater()


def rows_of(project):
    """Everything about runs but the revision."""
    return [
        {k: v for k, v in row.items() if k != "rev"} for row in project.store.rows("SELECT * FROM runs ORDER BY id")
    ]


@pytest.mark.parametrize(
    "edit",
    [
        lambda project, run: edits.set_note(project, run.id, "a note"),
        lambda project, run: edits.set_tags(project, run.id, "a, b, a"),
        lambda project, run: trash.put(project, [run.id]),
    ],
)
def test_undo_restores_the_very_same_rows(gui_project, page, edit):
    before = rows_of(gui_project)
    edit(gui_project, runs.get(gui_project.store, 2))
    assert rows_of(gui_project) != before
    gui_project.undo_stack.undo()
    assert rows_of(gui_project) == before


@pytest.mark.parametrize("leave", [True, False])
def test_a_note_being_typed_is_not_lost_to_a_new_reading(qtbot, gui_project, page, leave):
    page.activateWindow()
    page.table.selectRow(0)
    note = page.preview.note
    qtbot.waitUntil(lambda: page.preview.run_id is not None and gui_project.tasks.is_idle)
    run_id = page.preview.run_id
    note.setFocus()
    qtbot.keyClicks(note, "for Monday")
    if leave:
        page.compare.setFocus()
        page.table.setFocus()
    page.preview.show_run(runs.get(gui_project.store, run_id))
    assert note.toPlainText() == "for Monday"
    assert (runs.get(gui_project.store, run_id).note == "for Monday") is leave
    page.deactivated()
    assert runs.get(gui_project.store, run_id).note == "for Monday"


def test_a_run_at_work_is_not_moved_to_the_trash(gui_project, page):
    jobs.enqueue(gui_project.store, "train", run_id=runs.create(gui_project.store, Recipe(name="live", base="starter")))
    live = runs.everything(gui_project.store)[0]
    assert not trash.put(gui_project, [live.id])
    assert runs.trashed(gui_project.store) == []


def test_two_to_six_selected_runs_are_compared(qtbot, gui_project, page):
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append((name, args)))
    page.table.selectRow(0)
    assert not page.compare.isEnabled()
    page.table.selectAll()
    assert page.compare.text() == "Compare (6)"
    page.compare.click()
    assert went == [("compare", {"run_ids": [6, 5, 4, 3, 2, 1]})]


def test_the_selected_run_is_previewed(qtbot, gui_project, page):
    page.table.selectRow(5)
    qtbot.waitUntil(lambda: page.preview.headline.text() != "")
    assert page.preview.name.text() == "triage-full"
    assert page.preview.chart.isVisible()


def test_enter_opens_and_space_hides_the_preview(qtbot, gui_project, page):
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append((name, args)))
    page.table.selectRow(0)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert not page.preview.isVisible()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert went == [("run", {"run_id": 6})]


def test_a_run_that_is_filtered_away_is_no_longer_selected_or_previewed(qtbot, gui_project, page):
    page.table.selectRow(0)
    assert page.trash.isEnabled()
    page.filter.setText("verdict:nothing")
    assert not page.preview.isVisible()
    assert not page.rename.isEnabled()
    assert not page.trash.isEnabled()
    page.none_fits.buttons[0].click()
    assert page.filter.text() == ""
    assert page.table.isVisible()
    assert page.proxy.rowCount() == 6


def test_after_the_trash_the_neighbour_is_selected_and_after_undo_the_run_that_came_back(qtbot, gui_project, page):
    page.table.sortByColumn(STARTED, Qt.SortOrder.DescendingOrder)
    page.table.selectRow(2)
    gone, below = (page.proxy.line(row).run.id for row in (2, 3))
    page.trash.click()
    assert [run.id for run in page.selected()] == [below]
    qtbot.waitUntil(lambda: page.proxy.rowCount() == 5 and gui_project.tasks.is_idle)
    assert [run.id for run in page.selected()] == [below]
    gui_project.undo_stack.undo()
    page.refresh_soon()
    qtbot.waitUntil(lambda: page.proxy.rowCount() == 6 and gui_project.tasks.is_idle)
    assert [run.id for run in page.selected()] == [gone]


def test_columns_filter_and_splitter_survive(qtbot, gui_project, page):
    page.table.horizontalHeader().moveSection(2, 0)
    page.filter.setText("verdict:kept")
    state = page.save_state()
    other = RunsPage(gui_project)
    qtbot.addWidget(other)
    other.restore_state(state)
    assert other.filter.text() == "verdict:kept"
    assert other.table.horizontalHeader().visualIndex(2) == 0


def test_no_heading_is_cut_however_the_columns_were_left(page):
    header = page.table.horizontalHeader()
    header.resizeSection(WORST, 20)
    page.restore_state(page.save_state())
    assert [at for at in range(header.count()) if header.sectionSize(at) < header.sectionSizeHint(at)] == []


def test_a_window_left_with_nothing_selected_opens_the_preview_in_full(qtbot, gui_project, page):
    state = page.save_state()
    assert 0 in state["splitter"]
    heights = []
    for one in ({**state, "splitter": None}, state):
        made = RunsPage(gui_project)
        made.restore_state(one)
        made.resize(1080, 700)
        made.show()
        qtbot.waitUntil(lambda made=made: made.state.value == "ready" and gui_project.tasks.is_idle)
        made.table.selectRow(0)
        qtbot.wait(50)
        heights.append(made.preview.height())
        qtbot.waitUntil(lambda: gui_project.tasks.is_idle)
        made.close()
        made.deleteLater()
    assert heights[0] == heights[1] > 150


def test_an_empty_project_says_what_a_run_is(qtbot, gui_project):
    made = RunsPage(gui_project)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.state.value == "empty" and gui_project.tasks.is_idle)


def test_five_hundred_runs_open_within_a_second(qtbot, gui_project, many):
    many(gui_project.store, 500)
    made = RunsPage(gui_project)
    qtbot.addWidget(made)
    began = time.monotonic()
    made.show()
    qtbot.waitUntil(lambda: made.state.value == "ready", timeout=10_000)
    took = time.monotonic() - began
    assert len(made.model.rows) == 501
    assert took <= bar(1.0), f"{took:.2f} s"
    qtbot.waitUntil(lambda: gui_project.tasks.is_idle)
