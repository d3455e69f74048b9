"""The Canaries page against a real store: suites, budgets, edits with undo, import with line-numbered errors, testing."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine import suites
from engine.records import Budget
from engine.store import budgets, jobs, models
from gui.canaries.model import ItemModel, SuiteModel
from gui.canaries.presenter import Item, Line
from gui.page import PageState


def idle(qtbot, project):
    qtbot.waitUntil(lambda: project.tasks.is_idle, timeout=20_000)


@pytest.fixture
def page(qtbot, window, gui_project):
    window.show_page("canaries")
    qtbot.waitUntil(lambda: window.page.presenter.look is not None, timeout=20_000)
    idle(qtbot, gui_project)
    return window.page


@pytest.fixture
def own(qtbot, page, gui_project):
    """The page with an own copy open."""
    page.copy_button.click()
    qtbot.waitUntil(lambda: page.presenter.is_own, timeout=20_000)
    idle(qtbot, gui_project)
    return page


def folder_bytes(page):
    return {path.name: path.read_bytes() for path in sorted(Path(page.presenter.place).iterdir())}


def test_the_standard_suite_is_there_and_cannot_be_changed(page):
    assert page.state is PageState.READY
    assert page.suites.rows[0].name == "standard"
    assert page.items.rowCount() == len(page.presenter.look.own.suite.of("facts"))
    assert not page.add_button.isEnabled()
    assert "copy it" in page.hint.text()
    assert "could be called forgot" in page.power.text()


def test_a_capability_is_chosen_by_key_and_prompts_are_found(qtbot, page):
    page.suite_list.setFocus()
    qtbot.keyClick(page.suite_list, Qt.Key.Key_Down)
    assert page.presenter.capability == page.suites.rows[2].capability
    page.presenter.open("standard", "facts")
    page.filter.setText("Romeo")
    assert page.sorted.rowCount() == 1


def test_a_budget_is_kept_for_the_project_and_undone(qtbot, page, gui_project):
    page.role.setCurrentIndex(page.role.findData("tolerate"))
    page.limit.setText("0.2")
    page.reason.setText("rarely asked")
    page.reason.editingFinished.emit()
    assert page.presenter.budget() == Budget(role="tolerate", limit=0.2, reason="rarely asked")
    gui_project.undo_stack.undo()
    assert budgets.everything(gui_project.store) == []
    page.limit.setText("lots")
    page.limit.editingFinished.emit()
    assert "number" in page.limit_problem.text()
    assert budgets.everything(gui_project.store) == []


def test_adding_editing_and_disabling_are_undone_byte_for_byte(qtbot, own, gui_project):
    before = folder_bytes(own)
    own.add_button.click()
    qtbot.keyClicks(own.editor.prompt, "What is 6 times 7?")
    qtbot.keyClicks(own.editor.answers, "42")
    own.editor.check.setCurrentIndex(own.editor.check.findData("number"))
    own.editor.save.click()
    idle(qtbot, gui_project)
    assert own.items.rows[-1].canary.prompt == "What is 6 times 7?"
    own.table.selectRow(0)
    own.toggle_button.click()
    idle(qtbot, gui_project)
    assert own.items.rows[-1].is_disabled
    assert folder_bytes(own) != before
    gui_project.undo_stack.undo()
    gui_project.undo_stack.undo()
    idle(qtbot, gui_project)
    assert folder_bytes(own) == before


def test_the_editor_refuses_an_empty_prompt(own):
    own.add_button.click()
    own.editor.save.click()
    assert "needs a prompt" in own.editor.problem.text()
    own.editor.cancel.click()
    assert own.table.isVisible()


def test_a_bad_import_names_line_and_reason_and_imports_nothing(qtbot, page, gui_project, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"prompt": "x", "answer": "y"}\n{"answer": "y"}\n')
    page.drop([bad])
    qtbot.waitUntil(lambda: page.state is PageState.ERROR, timeout=20_000)
    idle(qtbot, gui_project)
    assert len(suites.known(gui_project.home)) == 1
    assert page.suite_list.isVisible()


def test_a_good_import_becomes_an_own_suite(qtbot, page, gui_project, tmp_path):
    good = tmp_path / "Trivia.csv"
    good.write_text("prompt,answer\nCapital of Peru?,Lima\nCapital of Cuba?,Havana\n")
    assert page.accepts_drop([good])
    page.drop([good])
    qtbot.waitUntil(lambda: page.presenter.is_own, timeout=20_000)
    idle(qtbot, gui_project)
    assert [item.canary.answers for item in page.items.rows] == [("Lima",), ("Havana",)]


def test_testing_on_the_base_queues_the_scoring(qtbot, page, gui_project, tmp_path):
    assert not page.test_button.isEnabled()
    models.add(gui_project.store, name="b", source="s", path=str(tmp_path), fingerprint="f" * 64, files=[],
               architecture="A", parameters=1, template="own")  # fmt: skip
    page.refresh(page.ALL)
    idle(qtbot, gui_project)
    page.test_button.click()
    (job,) = jobs.unfinished(gui_project.store)
    assert (job.kind, job.payload["model_ref"], job.payload["capabilities"]) == ("score", "base:b", ["facts"])
    assert page.state is PageState.PARTIAL
    assert not page.test_button.isEnabled()


def test_models_are_proper_tables(qtmodeltester):
    items, lines = ItemModel(), SuiteModel()
    canary = suites.load_suite("standard").items[0]
    items.set_rows([Item(canary=canary, seen=suites.Seen(value=0.5, passed=False, flags=("weak",)))])
    lines.set_rows([Line(place="standard", name="standard"), Line(place="standard", capability="facts", name="Facts")])
    for model in (items, lines):
        qtmodeltester.check(model)
    assert items.data(items.index(0, 3)) == "✗ 0.50"
    assert items.data(items.index(0, 4)) == "weak"
