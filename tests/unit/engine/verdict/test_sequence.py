"""Figures of a sequence of runs, against values worked out by hand."""

import pytest

from engine.verdict import sequence
from engine.verdict.sequence import Matrix

#: Rows: base, after A, after B, after C; columns A, B, C. Up is better.
R = ((0.10, 0.20, 0.30), (0.90, 0.25, 0.30), (0.70, 0.80, 0.35), (0.75, 0.60, 0.95))


def test_average_is_the_last_row_s_mean():
    assert sequence.average(R) == pytest.approx((0.75 + 0.60 + 0.95) / 3)


def test_backward_transfer_compares_with_when_each_was_learned():
    # A: .75 − .90 = −.15; B: .60 − .80 = −.20; C was learned last and does not count
    assert sequence.backward_transfer(R) == pytest.approx((-0.15 - 0.20) / 2)


def test_both_definitions_of_forgetting():
    # best earlier − last: A .90 − .75, B .80 − .60
    assert sequence.forgetting_from_best(R) == pytest.approx((0.15 + 0.20) / 2)
    assert sequence.forgetting_from_first(R) == pytest.approx(0.175)
    improved = ((0.1, 0.2, 0.3), (0.5, 0.2, 0.3), (0.9, 0.8, 0.3), (0.7, 0.8, 0.9))
    # A was best after B: best − last is .2, first − last is −.2 (it improved since it was learned)
    assert sequence.forgetting_from_best(improved) == pytest.approx((0.2 + 0.0) / 2)
    assert sequence.forgetting_from_first(improved) == pytest.approx((-0.2 + 0.0) / 2)


def test_general_ability_is_against_the_base():
    rows = ((-1.0, 0.5), (-1.2, 0.4), (-1.3, 0.7))
    assert sequence.general_ability_delta(rows) == pytest.approx((-0.3 + 0.2) / 2)
    assert sequence.general_ability_delta(((), ())) is None


def test_one_task_has_no_earlier_one():
    one = ((0.1,), (0.9,))
    assert sequence.average(one) == 0.9
    assert sequence.backward_transfer(one) is None
    assert sequence.forgetting_from_best(one) is None


def test_a_cell_that_was_not_measured_gives_no_figure_that_needs_it():
    holed = ((None, None, None), (0.9, None, None), (None, 0.8, None), (0.75, 0.60, 0.95))
    assert sequence.average(holed) == pytest.approx(2.3 / 3)
    assert sequence.backward_transfer(holed) == pytest.approx(-0.175)
    assert sequence.forgetting_from_best(holed) == pytest.approx(0.175)
    lost = (*holed[:3], (None, 0.60, 0.95))
    assert sequence.average(lost) is None
    assert sequence.backward_transfer(lost) is None
    assert sequence.forgetting_from_best(lost) is None


def test_a_cell_is_shown_against_its_column_s_reference():
    values = ((0.1, None, -1.0), (0.9, 0.2, -1.1), (0.7, 0.8, -1.4))
    found = Matrix(
        stages=("base", "after A", "after B"), tasks=("A", "B"), capabilities=("facts",), values=values, score="exact"
    )
    assert found.columns == ("A", "B", "facts")
    assert found.change(2, 0) == pytest.approx(-0.2)  # against A when learned
    assert found.change(0, 0) == pytest.approx(-0.8)
    assert found.change(0, 1) is None
    assert found.change(2, 2) == pytest.approx(-0.4)  # against the base
    assert found.of_tasks() == ((0.1, None), (0.9, 0.2), (0.7, 0.8))
    assert found.of_capabilities() == ((-1.0,), (-1.1,), (-1.4,))
