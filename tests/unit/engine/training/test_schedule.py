"""The learning rate of each step, worked out by hand."""

import math

import pytest

from engine.records import Recipe, Training
from engine.training.schedule import look_steps, lr_at, peak_lr


def rates(total, *, warmup_ratio, schedule, peak=1.0):
    return [lr_at(step, total, peak=peak, warmup_ratio=warmup_ratio, schedule=schedule) for step in range(1, total + 1)]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("linear", [0.5, 1.0, 1.0, 0.75, 0.5, 0.25]),
        ("cosine", [0.5, 1.0, 1.0, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2]),
        ("constant", [0.5, 1.0, 1.0, 1.0, 1.0, 1.0]),
    ],
)
def test_six_steps_by_hand(schedule, expected):
    assert rates(6, warmup_ratio=1 / 3, schedule=schedule) == pytest.approx(expected, abs=1e-12)


def test_without_warm_up_the_first_step_is_the_peak():
    assert rates(4, warmup_ratio=0, schedule="linear", peak=2e-4) == pytest.approx([2e-4, 1.5e-4, 1e-4, 5e-5])


def test_warm_up_of_seventy_steps_at_a_tenth_is_seven():
    found = rates(70, warmup_ratio=0.1, schedule="constant")
    assert found[:8] == pytest.approx([1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7, 6 / 7, 1, 1])


def test_warm_up_rounds_up():
    assert rates(5, warmup_ratio=0.25, schedule="constant") == [0.5, 1, 1, 1, 1]


@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant"])
@pytest.mark.parametrize("warmup_ratio", [0.0, 0.03, 0.5])
@pytest.mark.parametrize("total", [1, 2, 3, 100])
def test_no_step_is_wasted_and_none_exceeds_the_peak(schedule, warmup_ratio, total):
    found = rates(total, warmup_ratio=warmup_ratio, schedule=schedule)
    assert all(0 < rate <= 1 for rate in found)
    assert max(found) == 1
    top = found.index(1.0)
    assert found[top:] == sorted(found[top:], reverse=True)


def test_zero_means_the_methods_standard_rate():
    assert [peak_lr(Recipe(method=method)) for method in ("full", "lora", "qlora")] == [1e-5, 2e-4, 2e-4]
    assert peak_lr(Recipe(training=Training(lr=3e-5))) == 3e-5


@pytest.mark.parametrize(
    ("total", "looks", "expected"),
    [
        (100, (0.0, 0.02, 0.05, 0.5, 1.0), [2, 5, 50, 100]),
        (3, (0.0, 0.02, 0.05, 0.10, 0.20, 0.30, 0.50, 0.75, 1.0), [1, 2, 3]),
        (10, (), []),
        (10, (0.0,), []),
        (1, (0.5, 1.0), [1]),
    ],
)
def test_looks_by_hand(total, looks, expected):
    assert look_steps(total, looks) == expected
