from __future__ import annotations

import io
import time

import pytest

from engine.cli import progress
from engine.plan.eta import Eta, about
from engine.records import Step
from engine.states import State
from engine.store import jobs, runs


class Seen:
    """A view that remembers."""

    def __init__(self):
        self.lines, self.phases = [], []

    def line(self, text):
        self.lines.append(text)

    def phase(self, name, done, total, left):
        self.phases.append((name, done, total, left))


def test_the_time_left_is_hidden_for_five_steps_and_three_seconds():
    eta = Eta()
    for step in range(5):
        eta.at(step, 10.0 * step)
        assert eta.text(100) == ""
    eta.at(5, 50.0)
    assert eta.left_s(100) == 950.0
    quick = Eta()
    for step in range(20):
        quick.at(step, 0.1 * step)
    assert quick.text(1000) == ""


def test_the_time_left_is_the_median_of_the_last_thirty():
    eta = Eta()
    moment = 0.0
    for step in range(61):
        eta.at(step, moment)
        moment += 9.0 if step < 30 else (100.0 if step == 45 else 2.0)
    assert eta.left_s(160) == pytest.approx(200.0)


def test_parts_done_together_share_their_time():
    eta = Eta()
    eta.at(0, 0.0)
    eta.at(10, 20.0)
    assert eta.left_s(20) == pytest.approx(20.0)


def test_a_phase_that_begins_again_forgets_the_old_times():
    eta = Eta()
    eta.at(0, 0.0)
    eta.at(10, 20.0)
    eta.at(0, 30.0)
    assert eta.left_s(20) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under a minute"),
        (59, "under a minute"),
        (61, "about 1 min"),
        (250, "about 4 min"),
        (4800, "about 1 h 20 min"),
    ],
)
def test_times_in_words(seconds, words):
    assert about(seconds) == words


def test_plain_lines_come_at_each_tenth_and_hold_no_control_characters(capsys):
    view = progress.PlainView()
    with view:
        for done in range(101):
            view.phase("training", done, 100, "about 4 min left" if done > 5 else "")
        view.phase("saving", 0, 0, "")
        view.line("a sentence")
    told = capsys.readouterr().out
    assert told.splitlines()[:2] == ["training: 0/100", "training: 10/100, about 4 min left"]
    assert len(told.splitlines()) == 13
    assert told.endswith("saving …\na sentence\n")
    assert all(character == "\n" or character.isprintable() for character in told)


def test_bars_are_drawn_one_a_phase(monkeypatch):
    from rich.console import Console

    view = progress.BarView()
    drawn = io.StringIO()
    view._bars.live.console = Console(file=drawn, force_terminal=True, width=100)
    with view:
        view.phase("measuring before", 3, 10, "")
        view.phase("training", 7, 60, "about 4 min left")
        view.line("Step 5: [facts] −0.10")
    with view:  # as after a Ctrl+C that was answered with "continue"
        view.phase("training", 8, 60, "about 4 min left")
    text = drawn.getvalue()
    assert "measuring before" in text
    assert "7/60" in text
    assert "8/60" in text
    assert "about 4 min left" in text
    assert "Step 5: [facts] −0.10" in text


def test_a_pipe_gets_lines_and_a_terminal_bars(monkeypatch):
    assert isinstance(progress.open_view(), progress.PlainView)
    monkeypatch.setattr("sys.stdout", type("Terminal", (io.StringIO,), {"isatty": lambda self: True})())
    assert isinstance(progress.open_view(), progress.BarView)


def test_the_feed_tells_each_row_once(project):
    project.add_base()
    run_id = project.add_run(state=State.QUEUED)
    job = jobs.latest_for_run(project.store, run_id)
    looks = iter([["Step 0: facts 0"], [], []])
    seen = Seen()
    feed = progress.Feed(project.store, job, seen, lambda: next(looks))
    jobs.claim_next(project.store, "heavy")
    runs.add_log(project.store, "600 training rows", job_id=job.id, run_id=run_id)
    runs.add_log(project.store, "Line 3 left out", level="warning", job_id=job.id, run_id=run_id)
    runs.add_log(project.store, "another job's", job_id=job.id + 1)
    jobs.set_phase(project.store, job.id, "reading rows", 5, 0)
    feed.show(jobs.get(project.store, job.id))
    feed.show(jobs.get(project.store, job.id))
    assert seen.lines == ["600 training rows", "warning: Line 3 left out", "Step 0: facts 0"]
    assert seen.phases == [("reading rows", 5, 0, "")] * 2
    jobs.set_state(project.store, job.id, State.TRAINING)
    jobs.set_state(project.store, job.id, State.PAUSED)
    feed.show(jobs.get(project.store, job.id))
    assert seen.lines[3:] == ["Paused"]


def test_the_time_left_of_training_comes_from_the_steps_own_times(project):
    project.add_base()
    run_id = project.add_run(state=State.TRAINING)
    job = jobs.latest_for_run(project.store, run_id)
    seen = Seen()
    feed = progress.Feed(project.store, job, seen)

    def step(number):
        runs.add_steps(
            project.store,
            [Step(run_id=run_id, step=number, loss=1, lr=1, grad_norm=1, tokens=1, elapsed_s=60.0 * number)],
        )
        jobs.set_phase(project.store, job.id, "training", number, 60)
        feed.show(jobs.get(project.store, job.id))
        return seen.phases[-1][3]

    assert [step(number) for number in (1, 2, 3, 4, 5)] == [""] * 5
    assert step(6) == "about 54 min left"


def test_joining_a_running_job_starts_with_what_is_new(project):
    project.add_base()
    run_id = project.add_run(state=State.QUEUED)
    job = jobs.claim_next(project.store, "heavy")
    runs.add_log(project.store, "long ago", job_id=job.id, run_id=run_id)
    seen = Seen()
    feed = progress.Feed(project.store, job, seen)
    feed.show(job)
    assert seen.lines == []


def test_without_a_terminal_ctrl_c_leaves_the_job_running(project, monkeypatch):
    project.add_base()
    project.add_run(state=State.TRAINING)
    monkeypatch.setattr("sys.stdin", io.StringIO("s\n"))
    assert progress.ask_what_now(project.store, 1) == "l"
    assert jobs.take_requests(project.store, 1) == []


@pytest.mark.parametrize(("typed", "requests"), [("l", []), ("c", []), ("s", ["stop"]), ("x\nc", []), ("", [])])
def test_ctrl_c_asks_and_does_what_is_answered(project, monkeypatch, typed, requests):
    project.add_base()
    project.add_run(state=State.TRAINING)
    terminal = type("Terminal", (io.StringIO,), {"isatty": lambda self: True})
    monkeypatch.setattr("sys.stdin", terminal(f"{typed}\n"))
    answer = progress.ask_what_now(project.store, 1)
    assert answer == (typed[-1] if typed else "l")
    assert jobs.take_requests(project.store, 1) == requests


@pytest.mark.parametrize(
    ("state", "requests"),
    [(State.TRAINING, ["stop"]), (State.MEASURING_BEFORE, ["cancel"]), (State.FINISHED, [])],
)
def test_stop_asks_for_what_the_state_allows(project, state, requests):
    project.add_base()
    project.add_run(state=state)
    progress.stop(project.store, 1)
    assert jobs.take_requests(project.store, 1) == requests


def test_a_real_job_is_followed_to_its_end(store, hosts_end, capsys):
    job_id = jobs.enqueue(store, "echo", {"steps": 5, "step_s": 0.01, "text": "hello"})
    job = progress.follow(store, job_id)
    assert job.state is State.FINISHED
    assert job.result["text"] == "hello"
    assert "counting: 5/5" in capsys.readouterr().out


def test_ctrl_c_while_following_leaves_the_job_running(store, hosts_end, monkeypatch, capsys, until):
    job_id = jobs.enqueue(store, "echo", {"steps": 200, "step_s": 0.05})
    began = time.monotonic()

    def interrupt():
        if jobs.get(store, job_id).phase:
            raise KeyboardInterrupt
        return []

    with pytest.raises(progress.Left):
        progress.follow(store, job_id, looks=interrupt)
    assert "goes on without this terminal" in capsys.readouterr().out
    done = jobs.get(store, job_id).phase_done
    assert until(lambda: jobs.get(store, job_id).phase_done > done)
    assert time.monotonic() - began < 60
