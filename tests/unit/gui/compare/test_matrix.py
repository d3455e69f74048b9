"""The Matrix tab: cells, figures, whether one training broke another, and its empty and error states."""

import chains
import compared_runs as examples
import pytest

from engine.store import runs
from gui.compare.matrix_reading import read_matrix


@pytest.fixture
def pair(gui_project):
    """A, and B on top of it, in the window's project."""
    return chains.fill(gui_project.store)


def cell(reading, stage, column):
    return next(one for one in reading.cells if (one.stage, one.column) == (stage, column))


def settle(qtbot, project):
    qtbot.waitUntil(lambda: project.tasks.is_idle, timeout=10_000)


def test_cells_are_changes_from_when_a_task_was_learned_or_from_the_base(store):
    a, b = chains.fill(store)
    reading = read_matrix(store, [b])
    assert reading.stages == ("base model", "after law", "after medicine")
    assert reading.chosen == b
    assert reading.chains == ((b, "law → medicine"),)
    assert reading.refs == ("base:starter", f"{a}@75", f"{b}@75")
    assert cell(reading, "after law", "law").text() == "ref"
    lost = cell(reading, "after medicine", "law")
    assert lost.change == pytest.approx(-0.3, abs=1e-6)
    assert lost.text() == "−0.30"
    assert lost.lower < -0.3 < lost.upper < lost.budget
    assert lost.n == chains.ROWS
    assert cell(reading, "base model", "medicine").text() == "·"  # its rows were first measured with A's weights
    assert cell(reading, "base model", "arithmetic").is_reference
    assert cell(reading, "after medicine", "arithmetic").change == pytest.approx(-0.053, abs=0.02)
    assert "open chat" not in {one.column for one in reading.cells}  # a change by itself has no score of its own


def test_figures_carry_their_definitions_and_equal_what_the_hand_computes(store):
    chains.fill(store)
    figures = {one.name: one for one in read_matrix(store, []).figures}
    assert figures["Average at the end"].value == "−0.60 nats/token"  # (−0.8 − 0.4) / 2
    assert figures["Backward transfer"].value == "−0.30 nats/token"
    assert figures["Forgetting, from the best"].value == "+0.30 nats/token"
    assert figures["Forgetting, from the first"].value == "+0.30 nats/token"
    assert "Chaudhry" in figures["Forgetting, from the best"].meaning
    assert "Avalanche" in figures["Forgetting, from the first"].meaning
    in_points = {one.name: one.value for one in read_matrix(store, [], score="exact").figures}
    assert in_points["Backward transfer"] == "−30.0 points"


@pytest.mark.parametrize(
    ("change", "spread", "glyph", "said"),
    [
        (0.3, 0.05, "▼", "Yes: it was forgotten."),
        (0.0, 0.02, "●", "No: it was kept."),
        (0.1, 0.3, "◆", "We can't tell."),
    ],
)
def test_did_b_break_a_is_the_verdict_over_a_s_rows(store, change, spread, glyph, said):
    a, b = chains.fill(store)
    judged = chains.judge(store, b, a, change, spread)
    (told,) = read_matrix(store, [b]).broke
    assert told.question == "Did medicine break law?"
    assert told.word == judged.word
    assert told.answer.startswith(f"{glyph} {said}")
    assert f"n={chains.ROWS}" in told.answer
    assert "[" in told.answer


def test_without_a_sequence_one_can_train_on_top_of_what_there_is(qtbot, open_compare, gui_project):
    ids = examples.fill(gui_project.store, 2)
    page = open_compare(run_ids=ids[:1], tab="matrix")
    settle(qtbot, gui_project)
    assert page.tab == "matrix"
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append((name, args)))
    train, all_runs = page.matrix._instead.buttons
    assert train.text() == "Train on top of full-02…"
    train.click()
    all_runs.click()
    assert went == [("new_run", {"on_top_of": f"{ids[0]}@75"}), ("runs", {})]


def test_the_tab_shows_the_chart_the_answer_and_the_figures(qtbot, open_compare, gui_project, pair):
    page = open_compare(run_ids=list(pair), tab="matrix")
    settle(qtbot, gui_project)
    tab = page.matrix
    assert tab.chart.stages() == ["base model", "after law", "after medicine"]
    assert "Backward transfer −0.30 nats/token" in tab.chart.footer.text()
    assert tab.reading.broke
    shown = tab._broke.itemAt(1).widget().text()
    assert shown == tab.reading.broke[0].answer
    asked = []
    tab.answers_requested.connect(lambda before, after: asked.append((before, after)))
    tab.chart.point_activated.emit(cell(tab.reading, "after medicine", "law"))
    assert asked == [(f"{pair[0]}@75", f"{pair[1]}@75")]
    tab.score.setCurrentIndex(tab.score.findData("exact"))
    tab.score.activated.emit(tab.score.currentIndex())
    settle(qtbot, gui_project)
    assert cell(tab.reading, "after medicine", "law").text() == "−30"


def test_a_sequence_that_cannot_be_read_is_an_error_card_with_a_way_on(qtbot, open_compare, gui_project, pair):
    with gui_project.store.write() as connection:
        sql = "UPDATE runs SET recipe = json_set(recipe, '$.start_from', '77@5') WHERE id = ?"
        connection.execute(sql, (pair[1],))
    page = open_compare(run_ids=list(pair), tab="matrix")
    settle(qtbot, gui_project)
    from gui.widgets.cards import ErrorCard

    (card,) = page.matrix._instead.findChildren(ErrorCard)
    assert "no run 77" in card.trouble.happened
    with gui_project.store.write() as connection:
        sql = "UPDATE runs SET recipe = json_set(recipe, '$.start_from', ?) WHERE id = ?"
        connection.execute(sql, (f"{pair[0]}@75", pair[1]))
    card.buttons[0].click()
    settle(qtbot, gui_project)
    assert page.matrix.reading.chosen == pair[1]


def test_nothing_is_read_while_it_is_hidden(qtbot, open_compare, gui_project, pair):
    page = open_compare(run_ids=list(pair), tab="overview")
    settle(qtbot, gui_project)
    assert page.matrix.reading.chains == ()
    page.turn_to("matrix")
    settle(qtbot, gui_project)
    assert page.matrix.reading.chosen == pair[1]
    assert runs.get(gui_project.store, pair[1]).recipe.start_from
