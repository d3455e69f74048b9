"""The one list of states a job or run can be in, what may follow what, and what the user may ask for in each."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class _Face(NamedTuple):
    glyph: str
    word: str
    actions: tuple[str, ...]


class State(StrEnum):
    """A state of a job; active ones belong to a living worker, ended ones stay."""

    QUEUED = "queued"
    PREPARING = "preparing"
    MEASURING_BEFORE = "measuring_before"
    TRAINING = "training"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"
    MEASURING_AFTER = "measuring_after"
    FINISHED = "finished"
    AUTO_STOPPED = "auto_stopped"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def word(self) -> str:
        """The state as the user reads it."""
        return _FACES[self].word

    @property
    def glyph(self) -> str:
        """The state's sign, so that colour is never alone."""
        return _FACES[self].glyph

    @property
    def actions(self) -> tuple[str, ...]:
        """What the user may ask for now."""
        return _FACES[self].actions

    @property
    def is_active(self) -> bool:
        """Whether a worker should be alive for it."""
        return self in ACTIVE

    @property
    def is_ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in ENDED

    def may_become(self, other: State) -> bool:
        """Whether `other` may follow; staying the same is always allowed."""
        return other is self or other in TRANSITIONS[self]


S = State
ACTIVE = frozenset({S.PREPARING, S.MEASURING_BEFORE, S.TRAINING, S.PAUSING, S.PAUSED, S.STOPPING, S.MEASURING_AFTER})
ENDED = frozenset({S.FINISHED, S.AUTO_STOPPED, S.STOPPED, S.CANCELLED, S.FAILED, S.INTERRUPTED})

_FACES = {
    S.QUEUED: _Face("○", "Queued", ("cancel",)),
    S.PREPARING: _Face("◌", "Preparing", ("cancel",)),
    S.MEASURING_BEFORE: _Face("◔", "Measuring before", ("cancel",)),
    S.TRAINING: _Face("▶", "Training", ("pause", "stop", "check")),
    S.PAUSING: _Face("‖", "Pausing after this step", ("resume", "stop")),
    S.PAUSED: _Face("‖", "Paused", ("resume", "stop")),
    S.STOPPING: _Face("◼", "Saving checkpoint", ()),
    S.MEASURING_AFTER: _Face("◔", "Measuring after", ("stop",)),
    S.FINISHED: _Face("✓", "Finished", ("rollback", "compare", "export")),
    S.AUTO_STOPPED: _Face("■", "Auto-stopped", ("rollback", "compare", "resume", "export")),
    S.STOPPED: _Face("■", "Stopped", ("rollback", "compare", "resume", "export")),
    S.CANCELLED: _Face("○", "Cancelled", ()),
    S.FAILED: _Face("✗", "Failed", ("resume", "log")),
    S.INTERRUPTED: _Face("⚡", "Interrupted", ("resume", "log")),
}

_WORK = {S.PREPARING, S.MEASURING_BEFORE, S.TRAINING, S.PAUSING, S.PAUSED, S.STOPPING, S.MEASURING_AFTER}
TRANSITIONS: dict[State, frozenset[State]] = {
    S.QUEUED: frozenset({S.PREPARING, S.CANCELLED}),
    **{
        state: frozenset((_WORK | ENDED | {S.QUEUED}) - {state})  # a replaced worker (out of memory) queues again
        for state in _WORK
    },
    **{
        state: frozenset({S.QUEUED})  # resume
        for state in (S.AUTO_STOPPED, S.STOPPED, S.FAILED, S.INTERRUPTED)
    },
    S.FINISHED: frozenset(),
    S.CANCELLED: frozenset(),
}
