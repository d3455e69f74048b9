"""Which checkpoints' weights may go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records import CheckpointRow
from engine.store import checkpoints, history, runs
from engine.training.rotation import protected_refs, rotate, to_remove


def row(step, **changed):
    return CheckpointRow(
        **{
            "id": step, "run_id": 1, "step": step, "folder": f"step-{step}", "manifest_sha256": "", "size_bytes": 1,
            "created_at": 0.0, "rev": 0, **changed,
        }
    )  # fmt: skip


def steps(rows, **more):
    return [gone.step for gone in to_remove(rows, **{"keep": 2, "best_step": None, "protected": (), **more})]


ROWS = [row(step) for step in (10, 20, 30, 40, 50)]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [10, 20, 30]),
        ({"keep": 1}, [10, 20, 30, 40]),
        ({"keep": 9}, []),
        ({"best_step": 20}, [10, 30]),
        ({"best_step": 50}, [10, 20, 30]),
        ({"protected": {"1@10", "2@20"}}, [20, 30]),
    ],
)
def test_choice_by_hand(settings, expected):
    assert steps(ROWS, **settings) == expected


def test_pinned_ones_stay_and_lost_ones_count_for_nothing():
    rows = [row(10, pinned=True), row(20), row(30), row(40, state="bad"), row(50, state="rotated")]
    assert steps(rows, keep=1) == [20]


def test_order_of_the_rows_does_not_matter():
    assert sorted(steps(ROWS[::-1])) == steps(ROWS)


@given(
    st.lists(st.integers(1, 60), unique=True, min_size=1),
    st.integers(1, 5),
    st.integers(0, 60),
    st.sets(st.integers(1, 60)),
)
def test_newest_best_and_protected_never_go(numbers, keep, best, protected):
    rows = [row(step) for step in numbers]
    gone = set(steps(rows, keep=keep, best_step=best, protected={f"1@{step}" for step in protected}))
    assert not gone & ({best} | protected | set(sorted(numbers)[-keep:]))
    assert gone == set(numbers) - {best} - protected - set(sorted(numbers)[-keep:])


@pytest.fixture
def parent(project):
    """A run with five checkpoints on disk."""
    project.add_base()
    run_id = project.add_run()
    for step in (10, 20, 30, 40, 50):
        project.add_checkpoint(run_id, step)
    return runs.folder(project.store, run_id) / "checkpoints"


def standing(store, parent):
    """Steps whose weights are there, by the rows and by the disk."""
    listed = [row.step for row in checkpoints.of_run(store, 1) if row.state == "complete"]
    return listed, sorted(int(path.name) for path in parent.iterdir())


def test_rows_stay_when_weights_go(project, parent):
    assert rotate(project.store, parent, 1, keep=2, best_step=20) == [10, 30]
    assert standing(project.store, parent) == ([20, 40, 50], [20, 40, 50])
    gone = checkpoints.get(project.store, 1, 10)
    assert (gone.state, gone.has_optimiser, gone.size_bytes) == ("rotated", False, 0)
    assert rotate(project.store, parent, 1, keep=2, best_step=20) == []


def test_what_the_pointer_or_the_history_names_stays(project, parent):
    history.append(project.store, "use", "Switched", before="1@10", after="1@30")
    history.set_pointer(project.store, "1@20", "x")
    assert protected_refs(project.store) >= {"1@10", "1@20", "1@30"}
    assert rotate(project.store, parent, 1, keep=1, best_step=None) == [40]


def test_weights_that_a_killed_rotation_left_go_the_next_time(project, parent):
    kept = checkpoints.get(project.store, 1, 10)
    checkpoints.set_state(
        project.store, kept.id, "rotated", size_bytes=0, has_optimiser=False, manifest_sha256=kept.manifest_sha256
    )
    assert rotate(project.store, parent, 1, keep=4, best_step=None) == []
    assert standing(project.store, parent) == ([20, 30, 40, 50], [20, 30, 40, 50])
