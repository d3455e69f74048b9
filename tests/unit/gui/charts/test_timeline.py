"""Chart (c): markers with text, smoothing, gaps, follow, axes, and the repaint budget of a long run (20, 24)."""

import itertools
import time
from dataclasses import replace

import chart_examples as examples
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QFontMetricsF
from speed import bar

from gui.charts.labels import box_of, boxes, marks
from gui.charts.timeline import TimelineChart
from gui.charts.timeline_rows import CheckRow, StepRow
from gui.charts.timeline_runs import TimelinePlan


@pytest.fixture
def chart(shown):
    made = TimelineChart()
    made.table().set_parts(*examples.timeline_parts())
    return shown(made)


def _texts(chart):
    return " | ".join(label.text for label in (*chart.check_texts.labels, *chart.loss_texts.labels))


def test_budget_best_kept_and_auto_stop_are_there_with_words(chart):
    assert chart.shown_capability() == "Arithmetic"
    assert chart.budget.isVisible()
    assert chart.budget.value() == -5.0
    assert "budget −5.0 points" in _texts(chart)
    assert "★ best kept: step 400" in _texts(chart)
    assert "■ auto-stopped at 560" in [label.text for label in chart.loss_texts.labels]
    for name, step in (("best", 400), ("stop", 560)):
        for line in chart._uprights[name]:
            assert line.isVisible()
            assert line.value() == step


@pytest.mark.parametrize("size", [(900, 620), (640, 320), (560, 900)])
def test_no_text_covers_another_a_mark_or_the_loss(chart, qtbot, size):
    far, near = {"Reading": -3.1, "Code": -3.0, "Facts": -2.9, "Sums": -2.4}, "Knowledge"
    steps, checks, events = examples.timeline_parts()
    more = [replace(c, capability=name, change=end * c.step / 640) for name, end in far.items() for c in checks
            if c.capability == near]  # fmt: skip
    chart.table().set_parts(steps, [*checks, *more], events)
    chart.refresh()
    chart.resize(*size)
    qtbot.wait(50)
    view, texts = chart.checks.getViewBox(), chart.check_texts
    found = [box_of(rect) for rect in boxes(texts.labels, view, texts.font)]
    assert {"Multilingual", "budget −5.0 points", "★ best kept: step 400"} <= {label.text for label in texts.labels}
    for one, other in itertools.combinations(found, 2):
        assert not one.overlaps(other)
    points = zip(*chart.points.getData(), strict=True)
    assert not any(one.overlaps(mark) for one in found for mark in marks(points, view, 8))
    view, caption = chart.losses.getViewBox(), chart.loss_texts.labels[-1]
    (box,) = boxes([caption], view, chart.loss_texts.font)
    _x, y = chart.raw.getData()
    assert view.mapViewToScene(QPointF(0, np.nanmax(y))).y() >= box.bottom()


@pytest.mark.parametrize(("height", "points"), [(620, 9), (330, 9), (330, 15), (900, 15)])
def test_titles_and_ticks_of_the_axes_have_room_or_are_shortened(chart, qtbot, height, points):
    font = chart.font()
    font.setPointSizeF(points)
    chart.setFont(font)
    chart.resize(700, height)
    qtbot.wait(50)
    for panel in (chart.losses, chart.checks):
        axis = panel.getAxis("left")
        line = QFontMetricsF(axis.label.font()).height()
        high = axis.size().height()
        assert axis.label.boundingRect().width() <= high + 8
        assert axis.label.boundingRect().height() < 2 * line + 8  # one line, in its margin
        low, top = panel.getViewBox().viewRange()[1]
        (spacing, _), *_ = axis.tickSpacing(low, top, high)
        assert spacing / (top - low) * high >= line
    assert chart.losses.size().height() + chart.checks.size().height() > 8 * line


def test_smoothing_of_zero_is_the_raw_line_and_never_touches_the_rows(chart):
    before = chart.table().to_csv()
    chart.set_smoothing(0.0)
    run = chart._runs[0]
    assert (run.smooth == run.loss).all()
    chart.set_smoothing(0.95)
    run = chart._runs[0]
    assert np.abs(np.diff(run.smooth)).mean() < 0.2 * np.abs(np.diff(run.loss)).mean()
    assert chart.table().to_csv() == before
    raw = f"{chart.rows[-1].loss:.3f}"
    assert f"loss {raw} (smoothed" in chart.readout(chart.stop_count() - 1)


def test_intervals_are_drawn_at_every_check(chart):
    x, y = chart.spans.getData()
    checks = [row for row in chart.rows if isinstance(row, CheckRow) and row.capability == "Arithmetic"]
    drawn = {(round(a, 6), round(b, 6), round(c, 6)) for a, b, c in zip(x[::6], y[::6], y[1::6], strict=True)}
    assert drawn == {(row.step, round(row.lower, 6), round(row.upper, 6)) for row in checks}


def test_a_pause_breaks_the_line(chart):
    _, y = chart.raw.getData()
    assert np.isnan(y).sum() == 1
    assert any(label.text == "‖" for label in chart.loss_texts.labels)


def test_keys_move_by_check_and_the_read_out_has_both_losses_and_the_check(chart, qtbot):
    chart.setFocus()
    for _ in range(2):
        qtbot.keyClick(chart, Qt.Key.Key_Right)
    first, chart_step = chart.stop_key(chart.cursor_stop), chart.readout_bar.text()
    assert first % 80 == 0 or first == 1
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.stop_key(chart.cursor_stop) == first + 80 if first % 80 == 0 else 80
    assert "loss" in chart_step
    assert "Arithmetic" in chart.readout_bar.text()
    assert "n=75" in chart.readout_bar.text()


def test_a_pan_stops_following_and_live_returns(chart):
    changes = []
    chart.following_changed.connect(changes.append)
    whole = chart.losses.getViewBox().viewRange()[0]
    chart.zoom_in()
    assert not chart.is_following
    assert chart.losses.getViewBox().viewRange()[0] != whole
    zoomed = chart.losses.getViewBox().viewRange()[0]
    chart.refresh()
    assert chart.losses.getViewBox().viewRange()[0] == zoomed
    chart.follow_live()
    assert chart.losses.getViewBox().viewRange()[0] == whole
    assert changes == [False, True]


@pytest.mark.parametrize(
    ("axis", "end"), [("step", 640), ("tokens", 640 * 512), ("time", 640 * 0.4 / 60), ("epoch", 640 / 330)]
)
def test_every_axis_puts_checks_where_their_steps_are(chart, axis, end):
    chart.set_axis(axis)
    assert chart.points.data["x"].max() == pytest.approx(end)
    low, high = chart.losses.getViewBox().viewRange()[0]
    assert low < 0 < end < high


def test_a_log_axis_is_for_the_loss_only(chart):
    before = chart.checks.getViewBox().viewRange()[1]
    chart.set_log(True)
    _, y = chart.raw.getData()
    losses = [row.loss for row in chart.rows if isinstance(row, StepRow)]
    assert np.nanmax(y) == pytest.approx(np.log10(max(losses)))
    assert chart.checks.getViewBox().viewRange()[1] == before


def test_the_worst_capability_is_by_budget_and_can_be_chosen(chart):
    assert chart.capabilities() == ["Arithmetic", "Multilingual", "Knowledge"]
    chart.set_capability("Knowledge")
    assert "Knowledge" in chart.title()
    chart.set_capability("")
    assert chart.title() == "Arithmetic −7.2 points at step 640, beyond its budget (n=75 guard items)"


@pytest.mark.parametrize(
    ("lower", "upper", "kind", "budget", "place"),
    [
        (-0.7, 0.2, "nll", -0.1, "unsure"),
        (-0.7, -0.2, "nll", -0.1, "beyond"),
        (-0.05, 0.2, "nll", -0.1, "inside"),
        (None, None, "nll", -0.1, "beyond"),
        (None, 0.2, "nll", -0.1, "unsure"),
        (0.0, 0.3, "kl", 0.1, "unsure"),
        (0.2, 0.3, "kl", 0.1, "beyond"),
        (0.0, 0.05, "kl", 0.1, "inside"),
        (-0.7, -0.2, "nll", None, "free"),
    ],
)
def test_a_check_is_beyond_its_budget_only_with_its_whole_interval(shown, lower, upper, kind, budget, place):
    check = CheckRow(step=75, capability="sums", change=-0.5, lower=lower, upper=upper, budget=budget, kind=kind, n=8)
    assert check.place() == place
    chart = TimelineChart()
    chart.table().set_rows([check])
    shown(chart)
    ends = {"unsure": ", can't tell if beyond its budget", "beyond": ", beyond its budget",
            "inside": ", inside its budget", "free": ""}  # fmt: skip
    assert chart.title() == f"sums −0.50 nats/token at step 75{ends[place]} (n=8 guard items)"


def test_before_the_first_step_the_plan_is_there(shown):
    chart = TimelineChart()
    chart.set_plan(TimelinePlan(steps_total=660, checkpoints=(80, 160), waiting="Measuring before: 14/40"))
    shown(chart)
    assert chart.ticks.data["x"].tolist() == [80, 160]
    assert "Measuring before: 14/40" in _texts(chart)
    assert chart.losses.getViewBox().viewRange()[0][1] >= 660


def test_steps_of_an_empty_chart_are_whole(shown):
    chart = shown(TimelineChart())
    axis = chart.checks.getAxis("bottom")
    assert axis.tickSpacing(*chart.checks.getViewBox().viewRange()[0], axis.size().width())[0] == (1.0, 0)


def test_six_runs_overlay_and_are_named(shown):
    chart = TimelineChart()
    rows = [
        StepRow(step=at, loss=2.0 - 0.1 * run + 1 / at, run=f"run-{run}") for run in range(7) for at in range(1, 60)
    ]
    chart.table().set_rows(rows)
    shown(chart)
    assert [run.name for run in chart._runs] == [f"run-{at}" for at in range(6)]
    assert "run-5" in _texts(chart)
    assert all(len(curve.getData()[0]) for curve in chart.smooth)


class _Paints(QObject):
    """Counts and times the canvas's repaints."""

    def __init__(self, viewport):
        super().__init__(viewport)
        self.count = 0
        viewport.installEventFilter(self)

    def eventFilter(self, _watched, event):
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_a_long_run_stays_inside_the_repaint_budget(shown, qtbot):
    """20 000 steps, 3 capabilities: at most 4 repaints a second, each at most 100 ms (refresh and paint together)."""
    steps, checks, events = examples.timeline_parts(steps=20_000, every=500, stop=17_500)
    chart = TimelineChart()
    chart.table().set_parts(steps[:-200], checks, events)
    shown(chart)
    costs = []
    for at in range(7):
        chart.table().set_parts(steps[: -190 + at], checks, events)
        start = time.perf_counter()
        chart.refresh()
        chart.canvas.viewport().repaint()
        costs.append(time.perf_counter() - start)
    assert sorted(costs)[3] <= bar(0.100), f"one repaint took {[round(1000 * c) for c in costs]} ms"
    qtbot.wait(300)
    paints = _Paints(chart.canvas.viewport())
    begun = time.perf_counter()
    for at in range(20):
        chart.table().set_parts(steps[: -180 + at], checks, events)
        qtbot.wait(50)
    passed = time.perf_counter() - begun
    assert 1 <= paints.count <= 4 * passed + 2
    chart.hide()
    qtbot.wait(50)
    before = paints.count
    chart.table().set_parts(steps, checks, events)
    qtbot.wait(300)
    assert paints.count == before
