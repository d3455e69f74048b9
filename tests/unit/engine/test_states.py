"""The transition table: complete, with an end for everything and no way out of what is over."""

from engine.states import ACTIVE, ENDED, TRANSITIONS, State


def test_every_state_is_queued_active_or_ended():
    assert ACTIVE | ENDED | {State.QUEUED} == set(State)
    assert not ACTIVE & ENDED
    assert set(TRANSITIONS) == set(State)


def test_every_state_has_a_face():
    assert all(state.word and len(state.glyph) == 1 for state in State)
    assert len({state.word for state in State}) == len(State)


def test_a_queued_job_starts_or_is_cancelled():
    assert TRANSITIONS[State.QUEUED] == {State.PREPARING, State.CANCELLED}


def test_whatever_works_can_end_in_any_way_or_queue_again():
    for state in ACTIVE:
        assert ENDED | {State.QUEUED} <= TRANSITIONS[state]
        assert state not in TRANSITIONS[state]
        assert state.may_become(state)


def test_only_what_says_resume_may_be_resumed():
    resumable = {state for state in ENDED if "resume" in state.actions}
    assert {state for state in ENDED if TRANSITIONS[state]} == resumable
    assert all(TRANSITIONS[state] == {State.QUEUED} for state in resumable)


def test_what_ended_never_goes_on_by_itself():
    for state in ENDED:
        assert not any(state.may_become(other) for other in (ACTIVE | ENDED) - {state})
