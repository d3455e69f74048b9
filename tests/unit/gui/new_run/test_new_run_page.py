"""The New run page against a real store: it reads, plans, validates, queues, and takes dropped files."""

import json
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from speed import bar

from engine.records import recipe_from_toml
from engine.store import jobs, models, runs
from gui.new_run.model import DecisionModel
from gui.new_run.plan_words import Decision
from gui.page import PageState


def idle(qtbot, project):
    qtbot.waitUntil(lambda: project.tasks.is_idle, timeout=20_000)


def test_without_a_base_it_offers_the_starter(qtbot, window):
    window.show_page("new_run")
    assert window.page.state is PageState.EMPTY


def test_a_dropped_file_fills_the_form_and_plans(qtbot, window, page, rows, gui_project):
    window.take_paths([rows])
    idle(qtbot, gui_project)
    assert page.form.path.text() == str(rows)
    assert "40" in page.form.facts.text()
    qtbot.waitUntil(lambda: page.presenter.plan is not None, timeout=20_000)
    assert page.plan.headline.text().startswith("✓")
    assert page.plan.start_button.isEnabled()
    assert not page.plan.reason.text()


def test_what_cannot_be_planned_cannot_be_started(qtbot, window, page, rows, gui_project):
    """The base's folder was moved away: Start waits and says why, and goes once it is back."""
    window.take_paths([rows])
    qtbot.waitUntil(lambda: page.presenter.plan is not None, timeout=20_000)
    place = Path(models.everything(gui_project.store)[0].path)
    place.rename(place.with_name("elsewhere"))
    page.presenter.plan_soon()
    idle(qtbot, gui_project)
    assert not page.plan.start_button.isEnabled()
    assert "no longer at" in page.plan.reason.text()
    page.presenter.start()
    assert runs.everything(gui_project.store) == []
    place.with_name("elsewhere").rename(place)
    page.presenter.plan_soon()
    idle(qtbot, gui_project)
    assert page.plan.start_button.isEnabled()


def test_an_error_calls_a_field_as_the_page_does_and_the_plan_says_it_is_of_before(
    qtbot, window, page, rows, gui_project
):
    window.take_paths([rows])
    qtbot.waitUntil(lambda: page.presenter.plan is not None, timeout=20_000)
    assert not page.plan.old.isVisible()
    page.presenter.type("training.lr", "abc")
    idle(qtbot, gui_project)
    assert page.plan.reason.text() == "✗ Learning rate cannot be 'abc': expected a number, at least 0, at most 1."
    assert page.plan.old.isVisible()
    page.presenter.type("training.lr", "1e-4")
    idle(qtbot, gui_project)
    assert not page.plan.old.isVisible()


def test_ten_megabytes_are_there_within_a_second(qtbot, window, page, tmp_path, gui_project):
    big = tmp_path / "big.jsonl"
    line = json.dumps({"prompt": "My order has not come. " * 8, "completion": "I am sorry to hear that. " * 8}) + "\n"
    big.write_text(line * (10_000_000 // len(line)))
    began = time.monotonic()
    window.take_paths([big])
    qtbot.waitUntil(lambda: bool(page.form.facts.text()) and not page.presenter.obstacles(), timeout=5000)
    assert time.monotonic() - began <= bar(1.0)
    idle(qtbot, gui_project)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"prompt": 1, "completion": "b"}\n', "line 1"),
        ("not json\n", "line 1"),
        ("", "empty"),
        ('{"a": "b"}\n', "None of the known shapes"),
    ],
)
def test_an_unusable_file_is_told_with_line_and_reason(qtbot, window, page, tmp_path, gui_project, content, said):
    bad = tmp_path / "bad.jsonl"
    bad.write_text(content)
    window.take_paths([bad])
    idle(qtbot, gui_project)
    assert said in page.presenter.data.problem or any(said in line.lower() for line in page.presenter.data.warnings)
    assert page.presenter.data.problem or page.presenter.data.warnings


def test_a_bad_row_deep_in_the_file_names_its_line(qtbot, window, page, tmp_path, gui_project):
    lines = [json.dumps({"prompt": "a", "completion": "b"})] * 318
    lines[317] = '{"prompt": "a"}'
    path = tmp_path / "late.jsonl"
    path.write_text("\n".join(lines))
    window.take_paths([path])
    qtbot.waitUntil(lambda: any("Line 318" in line for line in page.presenter.data.warnings), timeout=10_000)
    assert "1 of 318" in page.form.warnings.text()
    idle(qtbot, gui_project)


def test_a_wrong_value_is_told_beside_its_field_and_start_says_why(qtbot, window, page, rows, gui_project):
    window.take_paths([rows])
    page.form.advanced.set_open(True)
    for fold in page.form.groups:
        fold.set_open(True)
    field = page.form.fields["training.lr"]
    field.control.setFocus()
    field.control.clear()
    qtbot.keyClicks(field.control, "fast")
    idle(qtbot, gui_project)
    assert "number" in field.problem.text()
    assert not page.plan.start_button.isEnabled()
    assert "Learning rate" in page.plan.reason.text()


def test_edits_are_undone_one_by_one(qtbot, window, page, gui_project):
    was = page.presenter.draft.snapshot()
    qtbot.mouseClick(page.form.method.buttons["full"], Qt.MouseButton.LeftButton)
    assert page.presenter.draft.recipe.method == "full"
    field = page.form.fields["name"]
    field.control.setFocus()
    qtbot.keyClicks(field.control, "mine")
    page.form.path.setFocus()
    assert page.presenter.draft.recipe.name == "mine"
    gui_project.undo_stack.undo()
    assert page.presenter.draft.recipe.name == ""
    gui_project.undo_stack.undo()
    assert page.presenter.draft.snapshot() == was
    idle(qtbot, gui_project)


def test_start_queues_the_run_bound_to_its_files(qtbot, window, page, rows, base, gui_project):
    window.take_paths([rows])
    idle(qtbot, gui_project)
    qtbot.waitUntil(lambda: page.presenter.plan is not None, timeout=20_000)
    with qtbot.waitActive(window):
        window.activateWindow()
    page.form.path.setFocus()
    qtbot.keyClick(page.form.path, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(runs.everything(gui_project.store)), timeout=10_000)
    (run,) = runs.everything(gui_project.store)
    assert run.recipe.base_fingerprint == base
    assert run.recipe.data.fingerprint
    assert run.plan["steps"] > 0
    assert [job.kind for job in jobs.unfinished(gui_project.store) if job.run_id == run.id] == ["train"]
    idle(qtbot, gui_project)


def test_the_toml_view_edits_the_form_and_says_what_is_wrong(qtbot, window, page, gui_project):
    page.form.toml_fold.set_open(True)
    text = page.form.toml.toPlainText()
    assert recipe_from_toml(text) == page.presenter.draft.recipe
    page.form.toml.setPlainText(text.replace('method = "lora"', 'method = "full"'))
    qtbot.waitUntil(lambda: page.presenter.draft.recipe.method == "full", timeout=3000)
    assert page.form.method.buttons["full"].isChecked()
    page.form.toml.setPlainText("method = 3")
    qtbot.waitUntil(lambda: "method" in page.form.toml_problem.text(), timeout=3000)
    assert page.presenter.draft.recipe.method == "full"
    idle(qtbot, gui_project)


def test_the_plan_follows_a_key_within_a_quarter_of_a_second(qtbot, window, page, rows, gui_project):
    window.take_paths([rows])
    idle(qtbot, gui_project)
    page.presenter.type("training.epochs", "2")  # what planning needs is imported by now
    idle(qtbot, gui_project)
    steps = page.presenter.plan.steps
    began = time.monotonic()
    page.presenter.type("training.epochs", "4")
    qtbot.waitUntil(lambda: page.presenter.plan.steps == 2 * steps, timeout=5000)
    assert time.monotonic() - began <= bar(0.25)


def test_the_draft_survives_a_restart(qtbot, window, page, gui_project):
    page.presenter.edit("Name", {"name": "kept"})
    state = page.save_state()
    page.presenter.edit("Name", {"name": "other"})
    page.restore_state(state)
    assert page.presenter.draft.recipe.name == "kept"
    page.restore_state({"recipe": "method = 4"})
    assert page.presenter.draft.recipe.name == "kept"
    idle(qtbot, gui_project)


def test_what_can_be_decided_is_a_proper_table(qtmodeltester):
    model = DecisionModel()
    one = Decision(capability="facts", role="protect", items=40, budget=0.1, smallest_drop=0.3, smallest_budget=0.12,
                   unit="nats/token", can_keep=False, items_needed=56)  # fmt: skip
    model.set_rows([one])
    qtmodeltester.check(model)
    assert model.data(model.index(0, 0)) == "facts *"


def test_every_control_has_a_name(page):
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit

    page.form.advanced.set_open(True)
    for fold in page.form.groups:
        fold.set_open(True)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
    for kind in kinds:
        for widget in page.findChildren(kind):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not widget.objectName().startswith("qt_"):
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget
