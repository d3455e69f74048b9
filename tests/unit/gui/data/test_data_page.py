"""The Data page against a real store: files, the model's view with its loss mask, findings, mapping, lengths."""

import json

import pytest
from PySide6.QtCore import Qt

from engine import client
from engine.records import DataSpec, Mapping, Recipe
from engine.store import jobs, runs
from gui.data.model import BinModel, DatasetModel, ProblemModel
from gui.data.presenter import Dataset, datasets
from gui.page import PageState


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "tickets.jsonl"
    lines = [json.dumps({"question": f"Order {n}?", "answer": f"It is {n}."}) for n in range(30)]
    lines[6] = '{"question": "Order 6?"}'
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def tiny(gui_project, tiny_base):
    """The tiny trained model, imported by the real job."""
    job = jobs.enqueue(gui_project.store, "import", {"source": str(tiny_base), "name": "tiny"})
    assert not client.run_in_process(gui_project.store, job).error_kind
    return "tiny"


@pytest.fixture
def page(window):
    window.show_page("data")
    return window.page


def idle(qtbot, project):
    qtbot.waitUntil(lambda: project.tasks.is_idle, timeout=20_000)


def test_files_of_runs_come_first_then_the_samples(gui_project, rows):
    runs.create(gui_project.store, Recipe(base="b", data=DataSpec(path=str(rows))))
    runs.create(gui_project.store, Recipe(base="b", data=DataSpec(path=str(rows))))
    found = datasets(gui_project.store)
    assert found[0] == Dataset(path=str(rows), runs=2)
    assert any(one.is_sample and "support-desk" in one.name for one in found)


def test_without_a_model_the_rows_are_shown_as_read(qtbot, page, gui_project, rows):
    gui_project.navigate("data", path=str(rows))
    idle(qtbot, gui_project)
    assert page.state is PageState.PARTIAL
    assert "Order 0?" in page.preview.text.toPlainText()
    assert page.problems.rows[0]["line"] == 7
    assert page.presenter.note.waiting


def test_the_model_sees_the_rows_with_what_it_learns_shaded(qtbot, page, gui_project, tiny, rows):
    gui_project.navigate("data", path=str(rows), base=tiny)
    idle(qtbot, gui_project)
    (job,) = [job for job in jobs.unfinished(gui_project.store) if job.kind == "inspect"]
    client.run_in_process(gui_project.store, job.id)
    page.presenter._on_inspected(jobs.get(gui_project.store, job.id))
    assert page.state is PageState.READY
    assert "<|im_start|>user" in page.preview.text.toPlainText()
    assert page.preview.shaded().startswith("It is 0.")
    assert page.lengths.model.rowCount() > 0
    assert sum(count for _, _, count in page.lengths.model.rows) == 29
    qtbot.keyClick(page.preview.text, Qt.Key.Key_J)
    assert "Order 1?" in page.preview.text.toPlainText()
    qtbot.keyClick(page.preview.text, Qt.Key.Key_K)
    assert "Order 0?" in page.preview.text.toPlainText()


def test_a_second_look_at_the_same_file_takes_the_first_ones_result(qtbot, page, gui_project, tiny, rows):
    gui_project.navigate("data", path=str(rows), base=tiny)
    idle(qtbot, gui_project)
    (job,) = [job for job in jobs.unfinished(gui_project.store) if job.kind == "inspect"]
    client.run_in_process(gui_project.store, job.id)
    page.presenter.open(str(rows), base=tiny)
    idle(qtbot, gui_project)
    assert page.presenter.note.is_models_view
    assert not jobs.unfinished(gui_project.store)


def test_an_unreadable_file_is_a_card_and_the_list_stays(qtbot, page, gui_project, tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_text('{"x": 1}\n')
    gui_project.navigate("data", path=str(path))
    idle(qtbot, gui_project)
    assert "known shapes" in page._trouble.trouble.happened
    assert not page.use_button.isEnabled()
    assert page.list.isVisible()


def test_the_mapping_is_edited_and_undone(qtbot, page, gui_project, tmp_path):
    path = tmp_path / "columns.jsonl"
    path.write_text('{"a": "ask", "b": "say"}\n')
    gui_project.navigate("data", path=str(path))
    idle(qtbot, gui_project)
    page.presenter.choose_mapping(Mapping(shape="prompt_completion", columns={"prompt": "a", "completion": "b"}))
    idle(qtbot, gui_project)
    assert "ask" in page.preview.text.toPlainText()
    assert page.columns["prompt"].currentData() == "a"
    page.presenter.choose_column("prompt", "b")
    idle(qtbot, gui_project)
    assert "user: say" in page.preview.text.toPlainText()
    gui_project.undo_stack.undo()
    idle(qtbot, gui_project)
    assert "user: ask" in page.preview.text.toPlainText()
    gui_project.undo_stack.undo()
    idle(qtbot, gui_project)
    assert page.presenter.note.problem


def test_use_in_a_new_run_hands_over_file_and_mapping(qtbot, page, gui_project, rows):
    gui_project.navigate("data", path=str(rows))
    idle(qtbot, gui_project)
    asked = []
    gui_project.navigation_requested.connect(lambda name, args: asked.append((name, args)))
    page.use_button.click()
    name, args = asked[0]
    assert (name, args["data_path"]) == ("new_run", str(rows))
    idle(qtbot, gui_project)


def test_the_histogram_reads_out_and_has_a_table_twin(qtbot, page, gui_project):
    page.lengths.show_bins(((0, 10, 3), (10, 20, 7)), "words")
    bars = page.lengths.bars
    assert "7" in bars.words.text()
    bars.show_stop(0)
    assert "0 to 9" in bars.words.text()
    page.lengths.button.click()
    assert page.lengths.table.model().index(1, 1).data() == "7"
    idle(qtbot, gui_project)


@pytest.mark.parametrize(
    ("model", "row"),
    [
        (DatasetModel, Dataset(path="/tmp/x.jsonl", runs=2)),
        (ProblemModel, {"line": 3, "field": "a", "expected": "text", "found": "null"}),
        (BinModel, (0, 10, 4)),
    ],
)
def test_models_are_proper_tables(qtmodeltester, model, row):
    table = model()
    table.set_rows([row])
    qtmodeltester.check(table)
    table.set_rows([])
    qtmodeltester.check(table)
