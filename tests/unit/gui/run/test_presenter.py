"""What can be done with a run in each of its states (ux §4.13)."""

import msgspec
import pytest

from engine.records import CheckpointRow, Recipe
from engine.states import State
from engine.store import runs
from gui.run import presenter


@pytest.fixture
def run(store):
    return runs.get(store, runs.create(store, Recipe(name="a", base="b", method="lora")))


def keys(run, state, **waits):
    return [one.key for one in presenter.buttons(msgspec.structs.replace(run, state=state, step=41), **waits)]


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (State.QUEUED, ["cancel"]),
        (State.PREPARING, ["cancel"]),
        (State.MEASURING_BEFORE, ["cancel"]),
        (State.TRAINING, ["pause", "stop", "check"]),
        (State.PAUSING, ["resume", "stop"]),
        (State.PAUSED, ["resume", "stop", "free"]),
        (State.STOPPING, ["force"]),
        (State.FINISHED, ["compare", "export"]),
        (State.STOPPED, ["compare", "resume", "export"]),
        (State.FAILED, ["resume", "log"]),
        (State.INTERRUPTED, ["resume", "log"]),
        (State.CANCELLED, []),
    ],
)
def test_each_state_offers_what_it_allows(run, state, wanted):
    assert keys(run, state) == wanted


def test_a_stop_can_be_forced_after_twenty_seconds_and_says_what_is_lost(run):
    stopping = msgspec.structs.replace(run, state=State.STOPPING, step=41)
    (early,) = presenter.buttons(stopping, saved_step=38, stopping_for_s=19.0)
    (late,) = presenter.buttons(stopping, saved_step=38, stopping_for_s=21.0)
    assert early.obstacle
    assert not late.obstacle
    assert "3" in late.tip


def test_one_resumes_from_the_newest_whole_checkpoint():
    def row(step, state="complete", has_optimiser=True):
        return CheckpointRow(
            id=step, run_id=1, step=step, folder="", manifest_sha256="", size_bytes=1, state=state,
            has_optimiser=has_optimiser, created_at=0, rev=0,
        )  # fmt: skip

    assert presenter.saved_step([row(10), row(20), row(30, "bad"), row(40, has_optimiser=False)]) == 20
    assert presenter.saved_step([]) == 0


def test_a_press_is_acknowledged_in_words(run):
    assert presenter.after_press(run, "pause") == "‖ Pausing after this step"
    assert presenter.after_press(run, "log") == ""


def test_the_page_opens_on_the_verdict_once_there_is_one(run):
    assert presenter.first_tab(run, has_verdict=False) == "timeline"
    assert presenter.first_tab(run, has_verdict=True) == "verdict"


@pytest.mark.parametrize("state", [State.FAILED, State.INTERRUPTED, State.STOPPED])
def test_without_a_checkpoint_one_starts_again_and_with_one_one_resumes(run, state):
    def said(saved_step):
        run_ = msgspec.structs.replace(run, state=state)
        return [one.text for one in presenter.buttons(run_, saved_step=saved_step) if one.key == "resume"]

    assert said(0) == ["Start again"]
    assert said(3) == ["Resume"]
