"""What the charts compute without Qt: fronts, label places, thinning, word differences, averages (criteria 19, 22, 23)."""

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.charts.matrix_rows import MatrixCell, average_final, backward_transfer
from gui.charts.pareto import Box, front, spread
from gui.charts.series import decimated, drawn, log_ticks, nearest, snapped, visible
from gui.charts.shading import change_step, surprise_step, visible_blanks
from gui.charts.worddiff import MOST_WORDS, difference, folded, words

# ---- fronts and labels ---------------------------------------------------------------------------------------------

COORDINATES = st.integers(-6, 6).map(float) | st.floats(-100, 100, allow_nan=False)


def _dominated(one, other):
    return other[0] >= one[0] and other[1] >= one[1] and other != one


@given(st.lists(st.tuples(COORDINATES, COORDINATES), max_size=40))
def test_the_front_is_the_brute_force_pareto_set(points):
    expected = {at for at, one in enumerate(points) if not any(_dominated(one, other) for other in points)}
    found = front(points)
    assert set(found) == expected
    assert len(found) == len(set(found))
    assert [points[at][0] for at in found] == sorted(points[at][0] for at in found)


BOXES = st.builds(
    Box, left=st.floats(0, 50), top=st.floats(-50, 350), width=st.floats(20, 90), height=st.floats(10, 20)
)


@given(st.lists(BOXES, max_size=12))
def test_spread_boxes_never_overlap_and_keep_their_size(boxes):
    placed = spread(boxes, 0, 300)
    for one, other in itertools.combinations(placed, 2):
        assert not one.overlaps(other)
    assert [(b.left, b.width, b.height) for b in placed] == [(b.left, b.width, b.height) for b in boxes]


def test_boxes_with_room_stay_where_they_were():
    boxes = [Box(left=0, top=20 * at, width=50, height=15) for at in range(5)]
    assert spread(boxes, 0, 300) == boxes


# ---- series ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000), st.integers(20, 400))
def test_thinning_keeps_order_ends_and_extremes(values, most):
    x, y = np.arange(len(values), dtype=float), np.array(values)
    kept_x, kept_y = decimated(x, y, most)
    assert len(kept_x) <= max(2 * most, most + 40)
    assert (np.diff(kept_x) > 0).all()
    assert kept_x[0] == x[0]
    assert kept_x[-1] == x[-1]
    assert kept_y.min() == y.min()
    assert kept_y.max() == y.max()
    assert (y[kept_x.astype(int)] == kept_y).all()


def test_a_pause_is_a_gap_and_not_a_bridge():
    x, y = np.arange(10.0), np.arange(10.0)
    got_x, got_y = drawn(x, y, [4], 100)
    assert np.isnan(got_y).sum() == 1
    assert np.isnan(got_y[4])
    assert got_x[4] == 3.0
    assert got_y[~np.isnan(got_y)].tolist() == y.tolist()


def test_visible_reaches_one_point_beyond_each_edge():
    x = np.arange(10.0)
    assert x[visible(x, 2.5, 5.5)].tolist() == [2, 3, 4, 5, 6]
    assert x[visible(x, -9, 99)].tolist() == x.tolist()


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=50, unique=True), st.floats(-10, 1010))
def test_nearest_is_nearest(steps, value):
    x = np.array(sorted(steps), dtype=float)
    assert abs(x[nearest(x, value)] - value) == min(abs(x - value))


def test_log_ticks_are_round():
    assert log_ticks(0.09, 11) == pytest.approx([0.1, 0.2, 0.5, 1, 2, 5, 10])


@given(st.floats(-1e4, 1e4), st.floats(0.001, 1e4), st.sampled_from([0.0, 0.06, 0.12]))
def test_a_snapped_range_holds_the_range_and_is_hardly_larger(low, wide, room):
    start, end = snapped(low, low + wide, room)
    slack = 1e-6 * max(abs(low), wide)
    assert start <= low - room * wide + slack
    assert end >= low + wide + room * wide - slack
    assert end - start <= (1 + 2 * room + 0.3) * wide + slack


# ---- differences -----------------------------------------------------------------------------------------------------

TEXTS = st.lists(
    st.sampled_from(["a", "b", "the ", "cat\n", " ", "\n", "\t", "Zug ", "🦊 ", "<b>", "x  "]), max_size=40
).map("".join)


@given(TEXTS, TEXTS, st.sampled_from(["words", "lines"]), st.integers(1, 30))
def test_segments_join_to_both_texts_exactly(first, second, unit, most):
    segments = difference(first, second, unit, most).segments
    assert "".join(s.text for s in segments if s.kind != "added") == first
    assert "".join(s.text for s in segments if s.kind != "removed") == second
    assert all(s.text for s in segments)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_at_all_survives(first, second):
    segments = difference(first, second).segments
    assert "".join(s.text for s in segments if s.kind != "added") == first
    assert "".join(s.text for s in segments if s.kind != "removed") == second


@given(st.text(max_size=80))
def test_a_text_does_not_differ_from_itself(text):
    assert "".join(words(text)) == text
    assert difference(text, text).changes == 0


def test_only_what_changed_is_marked():
    found = difference("17 × 23 = 391. Sure.", "17 × 23 = 401. Sure.")
    assert [(s.kind, s.text) for s in found.segments] == [
        ("equal", "17 × 23 = "), ("removed", "391. "), ("added", "401. "), ("equal", "Sure."),
    ]  # fmt: skip
    assert found.changes == 1
    assert not found.is_capped


def test_beyond_the_cap_nothing_is_compared_and_that_is_said():
    noise = random.Random(3)
    first = " ".join(str(noise.random()) for _ in range(MOST_WORDS + 50))
    second = " ".join(str(noise.random()) for _ in range(MOST_WORDS + 50))
    found = difference(first, second)
    assert found.is_capped
    assert "".join(s.text for s in found.segments if s.kind != "added") == first
    assert not difference(first, first + " end").is_capped


def test_long_equal_runs_fold():
    text = " ".join(f"w{at}" for at in range(100))
    head, left_out, tail = folded(text)
    assert left_out == 84
    assert head.split() + tail.split() == [f"w{at}" for at in (*range(8), *range(92, 100))]
    assert folded("short text") == ("short text", 0, "")


@pytest.mark.parametrize(
    ("p", "step"), [(1.0, 0), (0.5, 0), (0.49, 1), (0.2, 1), (0.19, 2), (0.05, 2), (0.04, 3), (0.009, 4)]
)
def test_surprise_has_five_steps(p, step):
    assert surprise_step(math.log(p) + (1e-12 if p in {0.5, 0.2, 0.05} else 0)) == step


def test_changes_have_a_direction_and_unknown_is_unshaded():
    assert change_step(-0.1, -3.5) == -4
    assert change_step(-3.5, -0.1) == 4
    assert change_step(-1.0, -1.05) == 0
    assert change_step(None, -1.0) == surprise_step(None) == 0
    assert visible_blanks("a b\n") == "a·b↵\n"


# ---- averages --------------------------------------------------------------------------------------------------------


def test_averages_by_hand():
    def cell(stage, column, score, reference, **more):
        change = None if score is None else score - reference
        return MatrixCell(stage=stage, column=column, score=score, reference=reference, change=change, **more)

    cells = [
        cell("base", "base", 70.0, 70.0, is_reference=True), cell("base", "law", None, 60.0), cell("base", "code", None, 50.0),
        cell("after law", "base", 68.0, 70.0), cell("after law", "law", 60.0, 60.0, is_reference=True),
        cell("after law", "code", None, 50.0),
        cell("after code", "base", 66.0, 70.0), cell("after code", "law", 51.0, 60.0),
        cell("after code", "code", 50.0, 50.0, is_reference=True),
    ]  # fmt: skip
    assert average_final(cells) == pytest.approx((66 + 51 + 50) / 3)
    assert backward_transfer(cells) == pytest.approx(-9.0)
    assert average_final([]) is None
    assert backward_transfer(cells[:3]) is None


@pytest.mark.parametrize(
    ("lower", "upper", "text"), [(-9.0, -5.1, "−7"), (-9.0, -5.0, "−7?"), (-5.0, 1.0, "−7?"), (-4.9, 1.0, "−7")]
)
def test_a_cell_whose_interval_holds_the_budget_has_a_question_mark(lower, upper, text):
    assert MatrixCell(stage="s", column="c", change=-7.0, lower=lower, upper=upper, budget=-5.0).text() == text
