"""Earlier stages measured again: the held-out rows of every run that this one stands on, with the weights as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine import sequences
from engine.errors import PalimpsestError
from engine.store import runs
from engine.training import heldout, results
from engine.training.setup import prepare_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.training.setup import Session
    from engine.work import Work


def measure_earlier(
    work: Work, session: Session, run_id: int, step: int, on_progress: Callable[[str], Callable[[int, int], None]]
) -> None:
    """Measure and store the held-out rows of each earlier stage; one whose file is gone or changed is said and left out."""
    for stage in sequences.lineage(work.store, runs.get(work.store, run_id))[:-1]:
        try:
            prepared = prepare_rows(stage.recipe, session.loaded.tokenizer)
        except PalimpsestError as error:
            work.log(f"The held-out rows of {stage.name} cannot be measured again: {error.sentence()}", "warning")
            continue
        theirs = msgspec.structs.replace(session, recipe=stage.recipe, prepared=prepared)
        learned = heldout.measure(
            theirs, session.loaded.model, on_progress=on_progress(f"held-out rows of {stage.name}")
        )
        results.store_learned(work.store, theirs, run_id, "after", step, learned, of_run=stage.id)
