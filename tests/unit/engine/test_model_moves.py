"""The jobs that move the current model: same rows as the command line's moves, reversible, done by a worker."""

from engine import client
from engine.states import State
from engine.store import history, jobs


def _do(store, kind, payload=None):
    return client.run_in_process(store, jobs.enqueue(store, kind, payload))


def test_a_move_and_its_undo_go_there_and_back_and_delete_nothing(trained):
    store = trained.store
    files = sorted(path for path in store.home.rglob("checkpoints/*/*"))
    moved = _do(store, "make_current", {"ref": "1@40"})
    assert moved.state is State.FINISHED
    assert moved.result["before"] == "base:tiny"
    assert history.pointer(store)[0] == moved.result["after"] == "1@40"
    undone = _do(store, "undo")
    assert history.pointer(store)[0] == undone.result["after"] == "base:tiny"
    assert sorted(path for path in store.home.rglob("checkpoints/*/*")) == files


def test_roll_back_goes_to_the_base_unless_told_otherwise(trained):
    _do(trained.store, "make_current", {"ref": "1@40"})
    assert _do(trained.store, "roll_back").result["after"] == "base:tiny"


def test_a_damaged_checkpoint_is_refused_and_nothing_moves(trained):
    (trained.home / "runs/1/checkpoints/000040/adapter.safetensors").write_bytes(b"changed")
    job = _do(trained.store, "make_current", {"ref": "1@40"})
    assert (job.state, job.error_kind) == (State.FAILED, "user")
    assert history.pointer(trained.store)[0] == "base:tiny"
