"""The Trash: out of the list and back, refused where it would pull the ground away."""

import pytest

from engine.errors import UserError
from engine.records import Recipe
from engine.states import State
from engine.store import history, jobs, runs, trash


@pytest.fixture
def ended(store):
    run_id = runs.create(store, Recipe(name="one", base="tiny"))
    job_id = jobs.enqueue(store, "train", {}, run_id=run_id)
    jobs.end(store, job_id, State.FINISHED)
    return run_id


def test_a_run_goes_to_the_trash_and_comes_back_with_nothing_lost(store, ended):
    before = runs.get(store, ended)
    trash.put(store, [ended])
    assert runs.everything(store) == []
    assert [run.id for run in trash.contents(store)] == [ended]
    trash.put_back(store, [ended])
    after = runs.everything(store)[0]
    assert (after.recipe, after.name, after.state) == (before.recipe, before.name, before.state)
    assert [entry.action for entry in history.entries(store)] == ["put_back", "trash"]


def test_a_run_that_is_not_over_is_refused_and_nothing_moves(store, ended):
    waiting = runs.create(store, Recipe(name="two", base="tiny"))
    with pytest.raises(UserError, match="two is queued"):
        trash.put(store, [ended, waiting])
    assert len(runs.everything(store)) == 2


def test_the_run_under_the_current_model_is_refused(store, ended):
    history.set_pointer(store, f"{ended}@40", "f" * 64)
    with pytest.raises(UserError, match="holds the current model"):
        trash.put(store, [ended])
