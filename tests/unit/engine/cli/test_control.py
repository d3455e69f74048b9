from __future__ import annotations

import pytest

from engine.states import State
from engine.store import jobs, runs


@pytest.mark.parametrize(
    ("state", "word", "request_kind", "said"),
    [
        (State.TRAINING, "pause", "pause", "it pauses after this step"),
        (State.PAUSED, "resume", "resume", "it goes on"),
        (State.PAUSING, "resume", "resume", "it goes on"),
        (State.TRAINING, "stop", "stop", "it stops and keeps what there is"),
        (State.PAUSED, "stop", "stop", "it stops and keeps what there is"),
        (State.MEASURING_BEFORE, "stop", "cancel", "it is cancelled"),
        (State.TRAINING, "check", "check", "canaries are checked after this step"),
    ],
)
def test_a_request_is_put_to_the_running_job(palimpsest, project, state, word, request_kind, said):
    project.add_base()
    project.add_run(state=state)
    told = palimpsest(word, "lora-01")
    assert told.exit_code == 0, told.output
    assert said in told.stdout
    assert jobs.take_requests(project.store, 1) == [request_kind]


@pytest.mark.parametrize(
    ("state", "word", "said"),
    [
        (State.FINISHED, "pause", "is finished: it cannot pause now. Possible now: nothing."),
        (State.PAUSED, "pause", "is paused: it cannot pause now. Possible now: resume, stop."),
        (State.PREPARING, "check", "is preparing: it cannot check now. Possible now: cancel."),
        (State.TRAINING, "resume", "is training: it cannot resume now. Possible now: pause, stop, check."),
        (State.FINISHED, "resume", "is finished: there is nothing to resume."),
        (State.CANCELLED, "resume", "is cancelled: there is nothing to resume."),
        (State.STOPPING, "stop", "is saving checkpoint: it cannot stop now."),
    ],
)
def test_what_cannot_be_asked_now_is_refused(palimpsest, project, state, word, said):
    project.add_base()
    project.add_run(state=state)
    told = palimpsest(word, "1")
    assert told.exit_code == 2
    assert said in told.stderr
    assert jobs.take_requests(project.store, 1) == []


@pytest.mark.parametrize("word", ["pause", "resume", "stop", "check", "follow", "log", "show", "report"])
def test_an_unknown_run_is_refused(palimpsest, project, word):
    for name in ("7", "nobody"):
        told = palimpsest(word, name)
        assert told.exit_code == 2
        assert "There is no run" in told.stderr


def test_a_queued_run_is_cancelled_at_once(palimpsest, project):
    project.add_base()
    project.add_run(state=State.QUEUED)
    assert palimpsest("stop", "1").exit_code == 0
    assert runs.get(project.store, 1).state is State.CANCELLED


@pytest.mark.parametrize("state", [State.INTERRUPTED, State.STOPPED, State.FAILED])
def test_an_ended_run_is_queued_again_from_its_checkpoint(palimpsest, project, state, monkeypatch):
    homes = []
    monkeypatch.setattr("engine.client.ensure_host", homes.append)
    project.add_base()
    project.add_run(state=state)
    told = palimpsest("resume", "1")
    assert told.exit_code == 0
    job = jobs.latest_for_run(project.store, 1)
    assert (job.state, job.payload) == (State.QUEUED, {"resume": True})
    assert runs.get(project.store, 1).state is State.QUEUED
    assert homes == [project.home]


def test_a_run_of_a_rebuilt_database_gets_a_job(palimpsest, project, monkeypatch):
    monkeypatch.setattr("engine.client.ensure_host", lambda home: None)
    project.add_base()
    project.add_run(state=State.INTERRUPTED)
    with project.store.write() as connection:
        connection.execute("DELETE FROM jobs")
    assert "`palimpsest resume 1` queues one" in palimpsest("follow", "1").stderr
    palimpsest("resume", "1")
    assert jobs.latest_for_run(project.store, 1).payload == {"resume": True}


def test_the_log_is_printed_with_what_ended_the_run(palimpsest, project):
    project.add_base()
    run_id = project.add_run(state=State.TRAINING)
    runs.add_log(project.store, "600 rows", run_id=run_id, job_id=1)
    runs.add_log(project.store, "hot \x1b[31m", level="warning", run_id=run_id, job_id=1)
    jobs.end(project.store, 1, State.FAILED, reason="loss was NaN at step 3", error_kind="environment", details="where")
    lines = palimpsest("log", "1").stdout.splitlines()
    assert lines[0].endswith("info     600 rows")
    assert lines[1].endswith("warning  hot ‹U+001B›[31m")
    assert lines[2:] == ["Failed: loss was NaN at step 3", "where"]


@pytest.mark.parametrize(
    ("state", "kind", "code"),
    [
        (State.FINISHED, "", 0),
        (State.STOPPED, "", 0),
        (State.FAILED, "user", 2),
        (State.FAILED, "environment", 3),
        (State.FAILED, "bug", 1),
        (State.INTERRUPTED, "", 1),
        (State.CANCELLED, "", 1),
    ],
)
def test_following_an_ended_run_ends_as_it_did(palimpsest, project, state, kind, code):
    project.add_base()
    project.add_run(state=State.TRAINING)
    jobs.end(project.store, 1, state, reason="because", error_kind=kind)
    told = palimpsest("follow", "1")
    assert told.exit_code == code
    assert ("because" in told.stderr) == (code != 0)
    assert ("`palimpsest resume 1`" in told.stderr) == (state in (State.FAILED, State.INTERRUPTED))
