"""Chart (a): drawn bounds are the engine's, word and position agree, Wilson stays in range, order (15, 17, 18)."""

import itertools
import random

import chart_examples as examples
import msgspec
import pytest
from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPen

from engine.export.charts import Level
from engine.verdict.binary import wilson_interval
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput, CapabilityVerdict
from gui.charts.before_after import BeforeAfterChart
from gui.charts.before_after_rows import CapabilityRow, ordered, row_of, split_by_axis
from gui.charts.words import GLYPHS, SYMBOLS


def _verdict(word, better, worse, *, kind="nll", budget=0.10, role="protect", change=None):
    middle = change if change is not None else ((better or 0.0) + (worse or 0.0)) / 2
    return CapabilityVerdict(
        name="arithmetic", score="s", unit="nats/token", kind=kind, role=role, word=word, reason="", n=62, clusters=62,
        mean_change=middle, sd=0.1, lower=better, upper=worse, alpha_lower=0.0125, alpha_upper=0.05, p=0.5,
        p_adjusted=0.5, budget=budget, noise_floor=0.0, method="test",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "better", "worse", "kind", "budget"),
    [
        ("forgot", 0.15, 0.60, "nll", 0.10),
        ("forgot", 0.1001, 0.2, "nll", 0.10),
        ("can't tell", 0.10, 0.60, "nll", 0.10),
        ("can't tell", -0.05, 0.10, "nll", 0.10),
        ("can't tell", -0.05, 0.11, "nll", 0.10),
        ("kept", -0.05, 0.0999, "nll", 0.10),
        ("forgot", 0.15, 0.27, "binary", 0.05),
        ("can't tell", 0.005, 0.115, "binary", 0.05),
        ("kept", -0.005, 0.035, "binary", 0.05),
        ("changed", 0.25, 0.9, "kl", 0.20),
    ],
)
def test_word_and_position_agree(shown, word, better, worse, kind, budget):
    """The whole interval lies beyond the budget exactly for forgot (or changed), inside for kept, across it else."""
    chart = BeforeAfterChart()
    chart.table().set_rows([row_of(_verdict(word, better, worse, kind=kind, budget=budget))])
    shown(chart)
    left, right = _drawn_span(chart, word)
    scale = {"nll": -1.0, "binary": -100.0, "kl": 1.0}[kind]
    assert sorted((left, right)) == pytest.approx(sorted((scale * better, scale * worse)))
    ((_, limit),) = chart._limits.limits
    assert limit == pytest.approx(scale * budget)
    beyond = (lambda x: x > limit + 1e-9) if kind == "kl" else (lambda x: x < limit - 1e-9)
    inside = (lambda x: x < limit - 1e-9) if kind == "kl" else (lambda x: x > limit + 1e-9)
    expected = "beyond" if word in {"forgot", "changed"} else "inside" if word == "kept" else "across"
    ends = (left, right)
    place = "beyond" if all(map(beyond, ends)) else "inside" if all(map(inside, ends)) else "across"
    assert place == expected
    assert chart.change_marks.data["symbol"][0] == SYMBOLS[word]
    assert GLYPHS[word] in chart.numbers.texts()[0]


def test_bounds_of_real_verdicts_are_drawn_untouched(shown):
    noise = random.Random(5)
    inputs = []
    for name, mean in (("lost", 0.5), ("same", 0.0), ("between", 0.1)):
        before = [2 + noise.gauss(0, 0.4) for _ in range(60)]
        after = [value + noise.gauss(mean, 0.15) for value in before]
        ids = [f"{name}-{at}" for at in range(60)]
        inputs.append(CapabilityInput(name=name, before=before, after=after, item_ids=ids, cluster_ids=ids))
    verdict = decide(inputs, noise_floor=0.0001, checked=[])
    chart = BeforeAfterChart()
    chart.table().set_rows([row_of(one) for one in verdict.capabilities])
    shown(chart)
    by_name = {one.name: one for one in verdict.capabilities}
    assert {one.word for one in verdict.capabilities} == {"forgot", "kept", "can't tell"}
    for row in chart.drawn():
        one = by_name[row.name]
        assert row.ends == pytest.approx((-one.upper, -one.lower))
        assert _drawn_span(chart, one.word) == pytest.approx((-one.upper, -one.lower))


def test_a_side_without_a_bound_runs_to_the_edge_without_a_cap(shown):
    chart = BeforeAfterChart()
    chart.table().set_rows([row_of(_verdict("can't tell", -0.10, None, change=0.15))])
    shown(chart)
    x, y = chart._bounds["can't tell"].getData()
    assert x[0] == chart.change_range[0]
    assert (y != 0).sum() == 2  # one cap, at the known bound
    assert set(x[y != 0]) == {0.10}
    assert "[…, +0.10]" in chart.numbers.texts()[0]


def test_an_expendable_capability_has_no_limit(shown):
    chart = BeforeAfterChart()
    chart.table().set_rows([row_of(_verdict("measured", 0.1, 0.9, role="expendable"))])
    shown(chart)
    assert chart._limits.limits == []


@pytest.mark.parametrize(("right", "n"), [(0, 20), (20, 20), (0, 1), (1, 1), (199, 200)])
def test_wilson_limits_stay_on_the_axis(shown, right, n):
    span = wilson_interval(right, n)
    level = Level(mean=right / n, lower=span.lower, upper=span.upper)
    row = examples.capability_rows()[0]
    row = CapabilityRow(
        **{name: getattr(row, name) for name in row.__dataclass_fields__} | {"before": level, "after": level}
    )
    chart = BeforeAfterChart()
    chart.table().set_rows([row])
    shown(chart)
    x, _ = chart._base_spans.getData()
    assert x.min() >= 0.0
    assert x.max() <= 1.0
    assert chart.scores.getViewBox().viewRange()[0][0] <= 0
    assert chart.scores.getViewBox().viewRange()[0][1] >= 1


@pytest.mark.parametrize("order", ["change", "name", "n"])
def test_the_worst_is_on_top_and_the_target_last_in_any_order(shown, order):
    rows = examples.capability_rows()
    random.Random(1).shuffle(rows)
    chart = BeforeAfterChart()
    chart.table().set_rows(rows)
    shown(chart)
    chart.set_order(order)
    drawn = chart.drawn()
    assert drawn[-1].word == "learned"
    assert drawn == ordered(rows, order)
    if order == "change":
        assert drawn[0].name == "Arithmetic"
        losses = [row.change / row.budget for row in drawn[:-1] if row.budget]
        assert losses == sorted(losses, reverse=True)
    assert [text.split("  ")[0] for text in chart.names.texts()] == [row.name for row in drawn]


def test_every_score_carries_n_and_an_interval(shown):
    chart = BeforeAfterChart()
    chart.table().set_rows(examples.capability_rows())
    shown(chart)
    for stop, row in enumerate(chart.drawn()):
        for text in (chart.readout(stop), f"{chart.names.texts()[stop]} {chart.numbers.texts()[stop]}"):
            assert f"n={row.n}" in text
            assert "[" in text
            assert "]" in text
        assert f"{row.name}: " in chart.summary()
    assert chart.summary().count("n=") == len(chart.rows)


def test_the_read_out_names_flips_and_examples(shown):
    chart = BeforeAfterChart()
    chart.table().set_rows(examples.capability_rows())
    shown(chart)
    said = chart.readout(0)
    assert "right→wrong 3, wrong→right 1" in said
    assert "arithmetic-017, arithmetic-031" in said


def test_scores_of_different_axes_make_different_pictures():
    rows = [
        *examples.likelihood_rows(),
        *examples.capability_rows(),
        row_of(_verdict("changed", 0.3, 0.9, kind="kl", budget=0.2)),
    ]
    groups = split_by_axis(rows)
    assert sorted(len(group) for group in groups) == [1, 4, 8]
    assert {id(row) for group in groups for row in group} == {id(row) for row in rows}


def test_space_leaves_the_scores_out_and_brings_them_back(shown, qtbot):
    chart = BeforeAfterChart()
    chart.table().set_rows(examples.capability_rows())
    shown(chart)
    wide = chart.changes.getViewBox().width()
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: chart.changes.getViewBox().width() > 1.5 * wide)
    assert not chart.scores.isVisible()
    qtbot.keyClick(chart, Qt.Key.Key_Space)
    assert chart.scores.isVisible()


def test_beyond_fourteen_rows_the_chart_scrolls(shown):
    chart = BeforeAfterChart()
    rows = [CapabilityRow(**{n: getattr(r, n) for n in r.__dataclass_fields__} | {"name": f"{r.name} {at}"})
            for at in range(3) for r in examples.capability_rows()[:7]]  # fmt: skip
    chart.table().set_rows(rows)
    shown(chart)
    assert chart.canvas.minimumHeight() > chart._area.minimumHeight()
    assert chart.canvas.minimumHeight() >= 42 * 21


def test_a_capability_named_like_markup_stays_text(shown, tmp_path):
    row = examples.capability_rows()[0]
    row = CapabilityRow(**{n: getattr(row, n) for n in row.__dataclass_fields__} | {"name": "<b>x</b> {0}=cmd"})
    chart = BeforeAfterChart()
    chart.table().set_rows([row])
    shown(chart)
    assert chart.names.texts()[0].startswith("<b>x</b> {0}=cmd")
    assert "<b>" not in chart.table().to_html()
    assert chart.headline.textFormat() == Qt.TextFormat.PlainText


def test_the_row_keeps_what_the_record_says():
    verdict = _verdict("kept", -0.05, 0.02)
    row = row_of(verdict)
    assert (row.better, row.worse, row.budget, row.word) == (verdict.lower, verdict.upper, verdict.budget, verdict.word)
    assert msgspec.to_builtins(verdict)["n"] == row.n


def test_verdicts_differ_by_shape_and_glyph_without_any_colour():
    """In one ink, as in greyscale or to a colour-blind eye: no two verdicts share a drawn shape or a glyph."""
    words = ("kept", "forgot", "can't tell", "changed", "learned")
    pictures = []
    for word in words:
        image = QImage(40, 40, QImage.Format.Format_Grayscale8)
        image.fill(255)
        painter = QPainter(image)
        painter.translate(20, 20)
        drawSymbol(painter, SYMBOLS[word], 24, QPen(Qt.GlobalColor.black), QBrush(Qt.GlobalColor.black))
        painter.end()
        pictures.append(image)
    for one, other in itertools.combinations(pictures, 2):
        differing = sum(one.pixel(x, y) != other.pixel(x, y) for x in range(40) for y in range(40))
        assert differing > 40
    assert len({GLYPHS[word] for word in words}) == len(words)


def _drawn_span(chart, word):
    """The horizontal stroke of a word's interval."""
    x, y = chart._bounds[word].getData()
    assert y[0] == y[1]
    return float(x[0]), float(x[1])


@pytest.mark.parametrize("width", range(640, 1240, 50))
def test_the_rows_of_both_panels_are_level_at_every_width(shown, qtbot, width):
    """Also where the title of one takes three lines and that of the other two."""
    chart, level = BeforeAfterChart(), Level(mean=-1.8, lower=-1.9, upper=-1.7)
    rows = [row_of(_verdict("kept", -0.05, 0.05), before=level, after=level)] * 5
    chart.table().set_rows(rows)
    shown(chart)
    chart.resize(width, 500)
    qtbot.wait(50)
    for row in (0, len(chart.rows) - 1):
        places = [item.getViewBox().mapViewToScene(QPointF(0, row)).y() for item in (chart.scores, chart.changes)]
        assert not chart.scores.isVisible() or places[0] == pytest.approx(places[1], abs=0.5)


@pytest.mark.parametrize(
    ("width", "has_levels", "has_bounds"), [(1000, True, True), (640, False, True), (480, False, False)]
)
def test_what_has_no_room_is_left_out(shown, qtbot, width, has_levels, has_bounds):
    chart = BeforeAfterChart()
    chart.table().set_rows(examples.capability_rows())
    shown(chart)
    chart.resize(width, 500)
    qtbot.wait(50)
    assert chart.scores.isVisible() is has_levels
    assert ("[" in chart.numbers.texts()[0]) is has_bounds
    chart.resize(1000, 500)
    qtbot.wait(50)
    assert chart.scores.isVisible()
    assert "[" in chart.numbers.texts()[0]
