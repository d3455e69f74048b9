"""A disk that is full while a checkpoint is written: tried once more, then paused with the bytes needed, then gone on."""

import errno
import threading

import msgspec
import pytest
from training_runs import make_project, queue

from engine import client, durable
from engine.states import State
from engine.store import Store, checkpoints, jobs, runs


@pytest.fixture
def project(store, tiny_base, tmp_path):
    recipe = make_project(store, tiny_base, tmp_path)
    return msgspec.structs.replace(recipe, protect="off")


class FullDisk:
    """Fails the writing of a checkpoint's state `times` times, whatever the file system says is free."""

    def __init__(self, times):
        self.left = self.times = times

    def __call__(self, name, path):
        if name == "write" and path.name == "state.json" and self.left:
            self.left -= 1
            raise OSError(errno.ENOSPC, "No space left on device", str(path))


def test_one_failure_is_tried_again_without_a_pause(store, project, monkeypatch):
    monkeypatch.setattr(durable, "before_call", full := FullDisk(1))
    run_id, job_id = queue(store, project)
    job = client.run_in_process(store, job_id)
    assert job.state is State.FINISHED, job.details
    assert full.left == 0
    assert not any("Paused" in line.message for line in runs.log_since(store, 0, run_id=run_id))


def test_a_lasting_one_pauses_with_the_bytes_and_goes_on_when_asked(store, home, project, monkeypatch, until):
    """The disk has room by its own count (a quota): the run does not fail, it waits for the user."""
    monkeypatch.setattr(durable, "before_call", full := FullDisk(2))
    run_id, job_id = queue(store, project)
    states = []
    helper = threading.Thread(target=_resume_once_paused, args=(home, job_id, until, states))
    helper.start()
    job = client.run_in_process(store, job_id)
    helper.join()
    assert states == [State.PAUSED]
    assert job.state is State.FINISHED, job.details
    assert full.left == 0
    said = [line.message for line in runs.log_since(store, 0, run_id=run_id) if line.message.startswith("Paused")]
    assert len(said) == 1
    assert "A checkpoint takes about" in said[0]
    assert all(row.state == "complete" for row in checkpoints.of_run(store, run_id)[-2:])


def _resume_once_paused(home, job_id, until, states):
    own = Store(home)
    until(lambda: jobs.get(own, job_id).state is State.PAUSED, 60)
    states.append(jobs.get(own, job_id).state)
    jobs.request(own, job_id, "resume")
    own.close()


def test_stopping_while_it_waits_says_what_happened(store, home, project, monkeypatch, until):
    monkeypatch.setattr(durable, "before_call", FullDisk(1000))
    _, job_id = queue(store, project)
    helper = threading.Thread(target=_stop_once_paused, args=(home, job_id, until))
    helper.start()
    job = client.run_in_process(store, job_id)
    helper.join()
    assert (job.state, job.error_kind) == (State.FAILED, "environment")
    assert "disk is full" in job.reason


def _stop_once_paused(home, job_id, until):
    own = Store(home)
    until(lambda: jobs.get(own, job_id).state is State.PAUSED, 60)
    jobs.request(own, job_id, "stop")
    own.close()
