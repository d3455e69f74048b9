"""Chart (b): the front, labels apart, intervals only for one point, measures and budgets (19)."""

import itertools
import random

import chart_examples as examples
import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.charts.tradeoff import TradeoffChart
from gui.charts.tradeoff_rows import Retained, TradeoffRow, shown


@pytest.fixture
def chart(shown):
    made = TradeoffChart()
    made.table().set_rows(examples.tradeoff_rows())
    return shown(made)


def _row(run, gain, *changes, step=10, **more):
    kept = tuple(
        Retained(capability=f"c{at}", change=c, budget=-5.0, kind="binary", n=100) for at, c in enumerate(changes)
    )
    return TradeoffRow(run=run, step=step, gain=gain, retained=kept, **more)


@pytest.mark.parametrize("seed", range(5))
def test_the_front_is_the_brute_force_set_of_points_inside_their_budgets(shown, seed):
    noise = random.Random(seed)
    rows = [
        _row(f"r{at % 4}", noise.uniform(0, 50), noise.uniform(-8, 1), noise.uniform(-8, 1), step=at)
        for at in range(40)
    ]
    chart = TradeoffChart()
    chart.table().set_rows(rows)
    shown(chart)
    height = {id(row): min(one.change for one in row.retained) for row in rows}
    inside = [row for row in rows if height[id(row)] >= -5.0]
    expected = [
        row for row in inside
        if not any(o.gain >= row.gain and height[id(o)] >= height[id(row)] and o is not row for o in inside)
    ]  # fmt: skip
    assert chart.front_rows() == sorted(expected, key=lambda row: row.gain)


def test_labels_of_five_runs_ending_together_do_not_overlap(shown):
    rows = [_row(f"a run with a long name {at}", 50 + 0.1 * at, -3 + 0.02 * at, is_final=True) for at in range(5)]
    chart = TradeoffChart()
    chart.table().set_rows([*rows, _row("far", 1, -20)])
    shown(chart)
    for zoom in (None, chart.zoom_out, chart.zoom_out, chart.zoom_in):
        if zoom:
            zoom()
        boxes = chart.label_boxes()
        assert len(boxes) == 6 + len(chart.notes)
        assert chart.notes
        for one, other in itertools.combinations(boxes, 2):
            cut = one.intersected(other)
            assert cut.width() * cut.height() < 1e-6
    assert any(abs(label.dy) > 4 for label in chart.labels)


@pytest.mark.parametrize("is_narrowed", [False, True])
def test_names_are_never_cut_off_by_the_panel(shown, is_narrowed):
    """Long names get room on the right; where a zoom takes it, they stand to the left of their points."""
    rows = [_row("demo-full-standard", 73, -0.2), _row("demo-full", 78, -26), _row("demo-lora-standard", 70, -0.3)]
    chart = TradeoffChart()
    chart.table().set_rows(rows)
    shown(chart)
    if is_narrowed:
        chart.plot.getViewBox().setXRange(-5, 85, padding=0)
    panel = chart.plot.getViewBox().sceneBoundingRect()
    boxes = chart.label_boxes()[:3]
    assert len(chart.labels) == 3
    assert all(panel.left() <= box.left() and box.right() <= panel.right() for box in boxes)
    assert {label.align for label in chart.labels} == ({1} if is_narrowed else {0})
    assert "points" in chart.plot.getAxis("bottom").labelText


def test_a_name_that_fits_on_neither_side_is_shortened(shown):
    rows = [_row("a-run-with-a-name-of-its-own " * 4, 40, -0.2), _row("b", 78, -26)]
    chart = TradeoffChart()
    chart.table().set_rows(rows)
    shown(chart)
    chart.resize(420, 400)
    QApplication.processEvents()
    panel = chart.plot.getViewBox().sceneBoundingRect()
    assert all(panel.left() <= box.left() and box.right() <= panel.right() for box in chart.label_boxes())
    long, short = sorted((label.text for label in chart.labels), reverse=True, key=len)
    assert "…" in long
    assert short == "b"


def test_intervals_are_drawn_for_the_cursor_only(chart):
    chart.set_cursor(None)
    assert len(chart.crosses.getData()[0] if chart.crosses.getData()[0] is not None else []) == 0
    chart.set_cursor(3)
    row = chart.stop_key(3)
    x, y = chart.crosses.getData()
    assert x[:2].tolist() == [row.gain_lower, row.gain_upper]
    assert x[2] == x[3] == row.gain
    worst = next(one for one in row.retained if one.capability == "Arithmetic")
    assert y[2:].tolist() == pytest.approx([worst.lower / 5, worst.upper / 5])
    assert "n=200" in chart.readout(3)


def test_the_best_inside_budget_has_a_star_and_words(chart):
    assert "star" in [str(symbol) for symbol in chart.points.data["symbol"]]
    assert any(label.text == "best inside budget" for label in chart.texts.labels)
    assert chart.title() == "+53.8 points inside the budget: replay, step 640"


def test_measures_change_height_table_and_limit(chart):
    row = chart.rows[7]
    assert shown(row, "worst").value == pytest.approx(row.retained[0].change / 5)
    assert shown(row, "mean").value == pytest.approx((row.retained[0].change + row.retained[1].change) / 10)
    assert chart.budget.value() == -1.0
    chart.set_measure("Knowledge")
    assert chart.budget.value() == -5.0
    assert shown(row, "Knowledge").value == row.retained[1].change
    column = [c.key for c in chart.table().columns].index("capability")
    assert {chart.table().index(at, column).data() for at in range(chart.table().rowCount())} == {"Knowledge"}


def test_a_divergence_is_turned_so_that_up_is_better():
    row = TradeoffRow(
        run="r", step=1, gain=1.0, retained=(Retained(capability="chat", change=0.9, budget=0.2, kind="kl"),)
    )
    assert shown(row, "worst").value == pytest.approx(-4.5)
    assert shown(row, "chat").value == -0.9
    assert not shown(row, "worst").is_inside


def test_more_than_six_runs_are_grey_but_all_are_drawn(shown):
    rows = [_row(f"r{at}", 10 + at, -1 - at / 10, is_final=True) for at in range(9)]
    chart = TradeoffChart()
    chart.table().set_rows(rows)
    shown(chart)
    assert len(chart.points.data) == 9
    colors = {brush.color().name().upper() for brush in chart.points.data["brush"]}
    assert colors == {one.color for one in chart.theme.series} | {chart.theme.rest}
    assert len(chart.labels) == 6


def test_clicking_near_a_point_finds_it(chart):
    view = chart.plot.getViewBox()
    for stop in (0, 11, chart.stop_count() - 1):
        row, found = chart._points[stop]
        assert chart.stop_at(view.mapViewToScene(QPointF(row.gain, found.value))) is not None
    assert chart.stop_at(QRectF(chart.canvas.rect()).bottomRight()) is None


def test_when_nothing_stays_inside_that_is_said(shown):
    chart = TradeoffChart()
    chart.table().set_rows([_row("full", 50, -9), _row("lora", 40, -7)])
    shown(chart)
    assert chart.front_rows() == []
    assert chart.title() == "Nothing learned stayed inside the budget"


def test_a_rectangle_drawn_with_shift_names_the_points_inside(chart, qtbot):
    view, target = chart.plot.getViewBox(), chart.canvas.viewport()
    before = view.viewRange()
    corners = [view.mapViewToScene(QPointF(x, y)).toPoint() for x, y in ((30.0, 0.05), (60.0, -0.5))]
    middle = (corners[0] + corners[1]) / 2
    shift, left = Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton
    with qtbot.waitSignal(chart.points_brushed) as caught:
        QTest.mousePress(target, left, shift, corners[0])
        for at in (middle, corners[1]):
            _move(target, at, shift)
        QTest.mouseRelease(target, left, shift, corners[1])
    found = caught.args[0]
    inside = [row for row, found_ in chart._points if 30 < row.gain < 60 and -0.5 < found_.value < 0.05]
    assert found == inside != []
    assert view.viewRange() == before


def _move(target, at, modifiers):
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), QPointF(target.mapToGlobal(at)), Qt.MouseButton.NoButton,
                        Qt.MouseButton.LeftButton, modifiers)  # fmt: skip
    QApplication.sendEvent(target, event)
