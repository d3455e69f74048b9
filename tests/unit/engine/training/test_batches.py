"""Which rows a step sees, and how they become tensors."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.training.batches import Batch, Order, micro_batches

LENGTHS = np.random.default_rng(1).integers(4, 200, 137).tolist()
CPU = torch.device("cpu")
#: Two epochs of five rows, as numpy 2's generator shuffles them.
FIXED = [[4], [2, 3], [0, 1], [0, 1], [4], [2, 3]]


def padding(order, steps):
    """Cells computed on padding, over all steps."""
    rows = [order.lengths[order.rows(step)] for step in range(1, steps + 1)]
    return sum(int(part.max()) * len(part) - int(part.sum()) for part in rows)


def test_order_is_a_function_of_seed_and_step_whatever_was_asked_before():
    forwards = Order(LENGTHS, 8, seed=3)
    all_steps = {step: forwards.rows(step) for step in range(1, 60)}
    backwards = Order(LENGTHS, 8, seed=3)
    assert {step: backwards.rows(step) for step in reversed(range(1, 60))} == all_steps
    assert Order(LENGTHS, 8, seed=3).rows(41) == all_steps[41]


def test_order_is_the_same_in_every_version():
    """A resumed run may meet a newer numpy: if its shuffling changed, exact resume would break without a word."""
    assert [Order([5, 3, 9, 7, 1], 2, seed=0).rows(step) for step in range(1, 7)] == FIXED


def test_seeds_and_epochs_differ():
    order = Order(LENGTHS, 8, seed=3)
    first = [order.rows(step) for step in range(1, order.steps_per_epoch + 1)]
    second = [order.rows(step) for step in range(order.steps_per_epoch + 1, 2 * order.steps_per_epoch + 1)]
    other = [Order(LENGTHS, 8, seed=4).rows(step) for step in range(1, order.steps_per_epoch + 1)]
    assert first != second
    assert first != other


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 500), min_size=1, max_size=300),
    batch_size=st.integers(1, 40),
    seed=st.integers(0, 2**31 - 1),
    grouped=st.booleans(),
)
def test_each_row_once_an_epoch(lengths, batch_size, seed, grouped):
    order = Order(lengths, batch_size, seed, grouped=grouped)
    for epoch in range(2):
        first = epoch * order.steps_per_epoch + 1
        steps = [order.rows(step) for step in range(first, first + order.steps_per_epoch)]
        assert sorted(row for rows in steps for row in rows) == list(range(len(lengths)))
        sizes = [len(rows) for rows in steps]
        assert max(sizes) <= batch_size
        assert sum(size < order.batch_size for size in sizes) <= 1


def test_grouping_saves_most_of_the_padding():
    grouped, shuffled = Order(LENGTHS, 8, 0), Order(LENGTHS, 8, 0, grouped=False)
    steps = grouped.steps_per_epoch
    assert padding(grouped, steps) < 0.35 * padding(shuffled, steps)


def test_grouped_steps_come_in_no_order_of_length():
    order = Order(LENGTHS, 8, 0)
    longest = [int(order.lengths[order.rows(step)].max()) for step in range(1, order.steps_per_epoch + 1)]
    assert longest != sorted(longest)
    assert longest != sorted(longest, reverse=True)


def test_longest_row_first_so_that_memory_runs_out_at_once_or_never():
    order = Order(LENGTHS, 8, 0)
    for step in range(1, order.steps_per_epoch + 1):
        lengths = order.lengths[order.rows(step)].tolist()
        assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize(
    ("epochs", "max_steps", "expected"), [(1, 0, 18), (2, 0, 36), (0.5, 0, 9), (0.01, 0, 1), (1, 5, 5), (1, 500, 500)]
)
def test_number_of_steps(epochs, max_steps, expected):
    assert Order(LENGTHS, 8, 0).total_steps(epochs, max_steps) == expected


def test_batch_larger_than_the_data_takes_all_of_it():
    order = Order([5, 6, 7], 64, 0)
    assert order.steps_per_epoch == 1
    assert sorted(order.rows(9)) == [0, 1, 2]


@pytest.mark.parametrize(("size", "expected"), [(1, [1] * 5), (2, [2, 2, 1]), (4, [4, 1]), (5, [5]), (9, [5])])
def test_micro_batches_keep_every_row_in_order(size, expected):
    parts = micro_batches([7, 3, 5, 1, 0], size)
    assert [len(part) for part in parts] == expected
    assert [row for part in parts for row in part] == [7, 3, 5, 1, 0]


def test_batch_by_hand(bench):
    rows = bench.examples(2)
    a = type(rows[0])(
        ids=np.array([11, 12, 13], np.int32), mask=np.array([0, 1, 1], bool), line=1, prompt_text="", answer_text=""
    )
    b = type(rows[0])(
        ids=np.array([21, 22], np.int32), mask=np.array([0, 1], bool), line=2, prompt_text="", answer_text=""
    )
    batch = Batch([a, b], 0, CPU)
    assert batch.ids.tolist() == [[11, 12, 13], [21, 22, 0]]
    assert batch.attention.tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch.positions.tolist() == [0, 1, 3]  # the position before each target, in rows of three
    assert batch.labels.tolist() == [12, 13, 22]
    assert batch.rows.tolist() == [0, 0, 1]
    assert (batch.n_tokens, batch.n_trained) == (5, 3)


def test_rows_of_one_length_need_no_mask(bench):
    rows = bench.examples(4, shortest=9, longest=9)
    assert Batch(rows, 0, CPU).attention is None
