"""Phases, the bar that never goes backwards, and a time left worth believing (ux §5.7, criterion 13)."""

import itertools

import msgspec
import pytest

from engine.records import Step
from engine.states import State
from engine.store import jobs, runs
from gui.run.progress import Progress, doing, left_text


@pytest.fixture
def run_and_job(store):
    from engine.records import Recipe

    run_id = runs.create(store, Recipe(name="a", base="b"))
    runs.update(store, run_id, steps_total=100)
    job_id = jobs.enqueue(store, "train", run_id=run_id)
    return runs.get(store, run_id), jobs.get(store, job_id)


def at(run_and_job, state, step=0, phase="training", done=0, total=100):
    run, job = run_and_job
    return (
        msgspec.structs.replace(run, state=state, step=step),
        msgspec.structs.replace(job, state=state, phase=phase, phase_done=done, phase_total=total),
    )


def steps(first, last, step_s):
    return [
        Step(run_id=1, step=n, loss=1, lr=1, grad_norm=1, tokens=1, elapsed_s=n * step_s)
        for n in range(first, last + 1)
    ]


def test_the_time_left_is_hidden_for_the_first_five_steps(run_and_job):
    progress = Progress()
    for n in range(1, 6):
        run, job = at(run_and_job, State.TRAINING, n)
        assert progress.see(run, job, steps(n, n, 2.0), n * 2.0).left == ""
    run, job = at(run_and_job, State.TRAINING, 6)
    assert progress.see(run, job, steps(6, 6, 2.0), 12.0).left == "about 3 min left"


@pytest.mark.parametrize("step_s", [0.7, 2.0, 13.0])
def test_at_half_way_of_a_constant_rate_the_time_left_is_within_a_fifth(run_and_job, step_s):
    progress = Progress()
    for n in range(1, 51):
        run, job = at(run_and_job, State.TRAINING, n)
        progress.see(run, job, steps(n, n, step_s), n * step_s)
    left = progress._steps.left_s(100)
    assert left == pytest.approx(50 * step_s, rel=0.2)


def test_the_checks_to_come_are_counted_as_long_as_the_one_seen_took(run_and_job):
    progress = Progress()
    run, job = run_and_job
    run = msgspec.structs.replace(run, plan={"looks": [10, 50, 90, 100]})
    progress.see(*at((run, job), State.TRAINING, 10), steps(1, 10, 1.0), 10.0)
    progress.see(*at((run, job), State.TRAINING, 10, "checking canaries at step 10", 0, 9), [], 10.0)
    progress.see(*at((run, job), State.TRAINING, 10), [], 70.0)
    said = progress.see(*at((run, job), State.TRAINING, 11), steps(11, 11, 1.0), 80.0)
    assert said.left == "about 4 min left"  # 89 steps and three checks of a minute each


def test_the_words_change_at_most_every_five_seconds(run_and_job):
    progress = Progress()
    said = [
        progress.see(*at(run_and_job, State.TRAINING, n), steps(n, n, 2.0 if n < 12 else 60.0), 100 + n * 0.5).left
        for n in range(1, 30)
    ]
    changes = [number for number, (one, two) in enumerate(itertools.pairwise(said)) if one != two]
    assert len(changes) <= 4
    assert all(b - a >= 10 for a, b in itertools.pairwise(changes))


def test_the_bar_never_goes_backwards(run_and_job):
    progress = Progress()
    shares = []
    for step in (1, 5, 20, 19, 12, 30):
        shares.append(progress.see(*at(run_and_job, State.TRAINING, step), [], float(step)).share)
    assert shares == sorted(shares)
    assert shares[-1] == 0.3


def test_each_phase_begins_its_own_bar(run_and_job):
    progress = Progress()
    before = progress.see(*at(run_and_job, State.MEASURING_BEFORE, 0, "measuring before", 40, 40), [], 1.0)
    training = progress.see(*at(run_and_job, State.TRAINING, 1), [], 2.0)
    assert (before.share, training.share) == (1.0, 0.01)
    assert [mark.state for mark in training.marks] == ["done", "done", "now", "next", "next"]


def test_a_run_that_waits_is_at_no_phase(run_and_job):
    said = Progress().see(*at(run_and_job, State.QUEUED), [], 1.0)
    assert {mark.state for mark in said.marks} == {"next"}


def test_an_ended_run_has_no_bar(run_and_job):
    said = Progress().see(*at(run_and_job, State.FINISHED, 100), [], 1.0)
    assert said.share is None
    assert all(mark.state == "done" for mark in said.marks)


def test_what_is_done_is_said_with_its_numbers(run_and_job):
    assert doing(*at(run_and_job, State.TRAINING, 41)) == "step 41 of 100"
    assert doing(*at(run_and_job, State.MEASURING_BEFORE, 0, "measuring before", 14, 40)) == "14 of 40"
    assert doing(*at(run_and_job, State.QUEUED)) == "waiting for its turn"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(10, "under a minute left"), (61, "about 1 min left"), (240, "about 4 min left"), (4800, "about 1 h 20 min left")],
)
def test_times_are_rounded_as_one_says_them(seconds, words):
    assert left_text(seconds) == words
