"""The exact sign test against values worked out by hand."""

import pytest

from engine.verdict.preference import ALPHA, LEAST_DECIDED, Tally, sign_test


@pytest.mark.parametrize(
    ("wins", "losses", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),  # 2 · 1/2
        (5, 0, 0.0625),  # 2 / 2^5
        (6, 0, 0.03125),  # 2 / 2^6
        (9, 1, 22 / 1024),  # 2 · (1 + 10) / 2^10
        (8, 2, 112 / 1024),  # 2 · (1 + 10 + 45) / 2^10
        (3, 3, 1.0),  # 2 · (1 + 6 + 15 + 20) / 64 is more than 1
        (15, 5, 2 * 21700 / 2**20),  # 1 + 20 + 190 + 1140 + 4845 + 15504 = 21700
    ],
)
def test_hand_computed_values(wins, losses, p):
    assert sign_test(wins, losses) == p
    assert sign_test(losses, wins) == p


def test_many_votes_stay_exact():
    assert 0 < sign_test(400, 600) < 1e-9
    assert sign_test(1000, 1000) == 1.0


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="not counts"):
        sign_test(-1, 3)


def test_ties_and_both_bad_are_left_out():
    few, many = Tally(first=6, second=0), Tally(first=6, second=0, ties=50, bad=20)
    assert few.p == many.p == 0.03125
    assert many.decided == 6
    assert many.preferred == "first"
    assert Tally(first=1, second=9).preferred == "second"


def test_fewer_decided_votes_than_the_least_can_never_tell():
    assert sign_test(LEAST_DECIDED - 1, 0) >= ALPHA
    assert sign_test(LEAST_DECIDED, 0) < ALPHA
    assert Tally(first=5).preferred == ""
