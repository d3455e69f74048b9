"""The queue: claims are exclusive, ends are final, requests arrive once."""

import os
import subprocess
import sys
from typing import get_args

import pytest

from engine import platform
from engine.errors import UserError
from engine.records import JobKind, Recipe
from engine.states import State
from engine.store import Store, jobs, runs
from engine.work import TASKS


def test_every_kind_has_a_lane_and_a_task():
    assert set(jobs.LANES) == set(TASKS) == set(get_args(JobKind))


def test_oldest_first_each_lane_for_itself(store):
    first, second = jobs.enqueue(store, "echo"), jobs.enqueue(store, "echo")
    heavy = jobs.enqueue(store, "echo", lane="heavy")
    assert jobs.next_queued(store, "interactive").id == first
    assert [jobs.claim_next(store, "interactive").id for _ in range(2)] == [first, second]
    assert jobs.claim_next(store, "interactive") is None
    assert jobs.claim_next(store, "heavy").id == heavy
    assert [job.id for job in jobs.active(store, "interactive")] == [first, second]


def test_a_claim_begins_an_attempt_afresh(store):
    job_id = jobs.enqueue(store, "echo")
    first = jobs.claim_next(store, "interactive", job_id)
    assert (first.state, first.attempt) == (State.PREPARING, 1)
    jobs.set_phase(store, job_id, "counting", 3, 4)
    jobs.end(store, job_id, State.FAILED, reason="broke", error_kind="bug", details="…", result={"field": "x"})
    jobs.requeue(store, job_id)
    second = jobs.claim_next(store, "interactive", job_id)
    assert second.attempt == 2
    assert second.started_at == first.started_at
    blank = (second.reason, second.error_kind, second.details, second.phase, second.phase_done, second.result)
    assert blank == ("", "", "", "", 0, None)


def test_one_job_is_claimed_by_one_of_many(home, store):
    code = (
        "import sys; from pathlib import Path; from engine.store import Store, jobs\n"
        "store = Store(Path(sys.argv[1]))\n"
        "mine = []\n"
        "while (job := jobs.claim_next(store, 'heavy')): mine.append(job.id)\n"
        "print(*mine); store.close()\n"
    )
    queued = [jobs.enqueue(store, "echo", lane="heavy") for _ in range(120)]
    environment = platform.clean_environment(os.environ)
    claimants = [
        subprocess.Popen([sys.executable, "-c", code, str(home)], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    claimed = [int(word) for process in claimants for word in process.communicate(timeout=60)[0].split()]
    assert sorted(claimed) == queued


def test_a_run_follows_its_job(store):
    run_id = runs.create(store, Recipe(method="lora"))
    job_id = jobs.enqueue(store, "train", run_id=run_id)
    assert runs.get(store, run_id).name == "lora-01"
    jobs.claim_next(store, "heavy")
    assert runs.get(store, run_id).state is State.PREPARING
    jobs.set_state(store, job_id, State.TRAINING)
    assert runs.get(store, run_id).state is State.TRAINING
    jobs.end(store, job_id, State.INTERRUPTED)
    assert runs.get(store, run_id).state is State.INTERRUPTED
    assert runs.get(store, run_id).ended_at == jobs.get(store, job_id).ended_at
    jobs.requeue(store, job_id)
    assert (runs.get(store, run_id).state, runs.get(store, run_id).ended_at) == (State.QUEUED, None)
    assert jobs.latest_for_run(store, run_id).id == job_id


def test_an_end_is_final(store):
    job_id = jobs.enqueue(store, "echo")
    jobs.claim_next(store, "interactive")
    assert jobs.end(store, job_id, State.FINISHED, result={"n": 1})
    assert not jobs.end(store, job_id, State.INTERRUPTED, reason="too late")
    job = jobs.get(store, job_id)
    assert (job.state, job.reason, job.result) == (State.FINISHED, "", {"n": 1})
    with pytest.raises(ValueError, match="cannot become"):
        jobs.set_state(store, job_id, State.TRAINING)
    with pytest.raises(UserError, match="cannot be resumed"):
        jobs.requeue(store, job_id)


def test_a_watcher_cannot_end_another_attempt(store):
    job_id = jobs.enqueue(store, "echo")
    seen = jobs.claim_next(store, "interactive")
    jobs.requeue(store, job_id, {"micro_batch": 4}, reason="fresh worker")
    assert not jobs.end(store, job_id, State.INTERRUPTED, attempt=seen.attempt)
    again = jobs.claim_next(store, "interactive")
    assert not jobs.end(store, job_id, State.INTERRUPTED, attempt=seen.attempt)
    assert (again.state, again.payload) == (State.PREPARING, {"micro_batch": 4})
    assert jobs.end(store, job_id, State.INTERRUPTED, attempt=again.attempt)


def test_requests_arrive_once_and_in_order(home, store):
    job_id = jobs.enqueue(store, "echo")
    jobs.claim_next(store, "interactive")
    window = Store(home)
    for kind in ("pause", "check", "resume"):
        jobs.request(window, job_id, kind)
    window.close()
    assert jobs.take_requests(store, job_id) == ["pause", "check", "resume"]
    assert jobs.take_requests(store, job_id) == []


def test_a_request_of_an_ended_job_is_refused(store):
    job_id = jobs.enqueue(store, "echo")
    jobs.request(store, job_id, "cancel")
    job = jobs.get(store, job_id)
    assert (job.state, job.attempt) == (State.CANCELLED, 0)
    with pytest.raises(UserError, match="nothing to stop"):
        jobs.request(store, job_id, "stop")


def test_an_unknown_job_is_named(store):
    with pytest.raises(UserError, match="no job 7"):
        jobs.get(store, 7)
