"""Everything a run's page shows beside its live steps, read from the store at once; called off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.store import events, history, runs, strength

if TYPE_CHECKING:
    from engine.export.gather import Facts, ShownAnswer
    from engine.records import Drift, RunEvent, Step
    from engine.store import Store
    from engine.verdict.advice import Advice


@dataclass(frozen=True, kw_only=True)
class RunReading:
    """What is known of a run. `current` names the project's current model; `drift` is by step."""

    facts: Facts
    answers: list[ShownAnswer] = field(default_factory=list)
    advice: tuple[Advice, ...] = ()
    events: list[RunEvent] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    drift: dict[int, list[Drift]] = field(default_factory=dict)
    current: str = ""


def read(store: Store, run_id: int) -> RunReading:
    """Read a run; `UserError` if there is none. The statistics library is imported here, not in the GUI thread."""
    from engine.export.gather import all_answers, gather
    from engine.verdict.advice import advise

    facts = gather(store, run_id)
    pointer = history.pointer(store)
    return RunReading(
        facts=facts,
        answers=all_answers(store, run_id),
        advice=advise(facts.verdict, facts.run.results, facts.run.recipe),
        events=events.of_run(store, run_id),
        steps=runs.steps(store, run_id),
        drift={step: strength.drift(store, run_id, step) for step in strength.drift_steps(store, run_id)},
        current=pointer[0] if pointer else "",
    )
