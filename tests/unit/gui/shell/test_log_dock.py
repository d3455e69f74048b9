"""The log: in batches, following its end until one scrolls up, filtered, searched, copied without private paths."""

import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from speed import bar

from engine.store import runs


@pytest.fixture
def dock(qtbot, window, gui_project, make_run):
    run_id = make_run(name="lora-04")
    for number in range(200):
        level = "error" if number == 150 else "warning" if number % 50 == 0 else "info"
        runs.add_log(gui_project.store, f"line {number} of {Path.home()}", run_id=run_id, level=level)
    window.show_page("settings")
    window.toggle_log()
    qtbot.waitUntil(window.log_dock.isVisible)
    return window.log_dock


def _lines(dock):
    return dock.pane.view.toPlainText().splitlines()


def test_it_shows_every_line_with_level_and_run(dock):
    assert len(_lines(dock)) == 200
    assert "lora-04" in _lines(dock)[0]
    assert "warning" in _lines(dock)[0]


def test_new_lines_come_once_and_it_follows_the_end(dock, gui_project):
    runs.add_log(gui_project.store, "the newest")
    dock.read_new()
    dock.read_new()
    assert len(_lines(dock)) == 201
    bar = dock.pane.view.verticalScrollBar()
    assert bar.value() == bar.maximum()


def test_scrolled_up_it_stays_and_counts_what_is_new(dock, gui_project):
    dock.pane.view.verticalScrollBar().setValue(0)
    for number in range(37):
        runs.add_log(gui_project.store, f"new {number}")
    dock.read_new()
    assert dock.pane.view.verticalScrollBar().value() == 0
    assert "37" in dock.pane.newer.text()
    dock.pane.newer.click()
    assert dock.pane.view.verticalScrollBar().value() == dock.pane.view.verticalScrollBar().maximum()
    assert not dock.pane.newer.isVisible()


def test_the_level_filters_and_comes_back(dock):
    dock.pane.level.setCurrentIndex(dock.pane.level.findData("warning"))
    assert len(_lines(dock)) == 4
    dock.pane.level.setCurrentIndex(dock.pane.level.findData("error"))
    assert len(_lines(dock)) == 1
    dock.pane.level.setCurrentIndex(dock.pane.level.findData("info"))
    assert len(_lines(dock)) == 200


def test_search_goes_on_from_the_top(dock):
    dock.pane.search.setText("line 150 ")
    dock.pane.find_next()
    first = dock.pane.view.textCursor().blockNumber()
    dock.pane.find_next()
    assert first == dock.pane.view.textCursor().blockNumber() == 150


def test_copying_leaves_the_home_folder_out(dock):
    dock.pane.copy.click()
    text = QApplication.clipboard().text()
    assert "line 199" in text
    assert str(Path.home()) not in text


def test_20000_lines_are_shown_without_a_stall(dock):
    began = time.process_time()
    dock.pane.view.append([f"step {number}: loss 1.234" for number in range(20_000)])
    assert time.process_time() - began < bar(2.0)
    assert dock.pane.view.blockCount() <= 10_000
