"""The jobs that move the current model: `roll_back`, `make_current`, `undo`. They hash whole models, so a worker does them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine import versions
from engine.work import Outcome, Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.versions import Move, OnBytes


def run_roll_back(work: Work) -> Outcome:
    """Point back at the payload's `ref` ("base" unless given)."""
    ref = str(work.job.payload.get("ref", versions.BASE))
    return _moved(work, lambda say: versions.roll_back(work.store, ref, on_bytes=say))


def run_make_current(work: Work) -> Outcome:
    """Make the payload's `ref` the current model."""
    ref = str(work.job.payload["ref"])
    return _moved(work, lambda say: versions.make_current(work.store, ref, on_bytes=say))


def run_undo(work: Work) -> Outcome:
    """Reverse the newest change of the current model that still stands."""
    return _moved(work, lambda say: versions.undo(work.store, on_bytes=say))


def _moved(work: Work, move: Callable[[OnBytes], Move]) -> Outcome:
    """Do the move with its progress shown; the job's result is the `Move`, so a client can say and undo it."""

    def say(done: int, total: int) -> None:
        work.phase("verifying", done, total)
        work.stop_if_cancelled()

    made = move(say)
    return Outcome(reason=made.sentence, result=msgspec.to_builtins(made))
