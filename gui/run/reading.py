"""Everything a run's page shows beside its live steps, read from the store at once; called off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.store import events, history, runs, strength

if TYPE_CHECKING:
    from engine.export.gather import Facts, ShownAnswer
    from engine.records import CheckpointRow, Drift, RunEvent, Step, StrengthPoint
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
    strengths: list[StrengthPoint] = field(default_factory=list)
    current: str = ""

    @property
    def newest_ref(self) -> str:
        """The run's newest checkpoint with its weights, as commands name it; empty if there is none."""
        there = [row.ref for row in self.facts.checkpoints if row.state == "complete"]
        return there[-1] if there else ""


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
        strengths=strength.points(store, run_id, newest.step) if (newest := _newest(facts)) else [],
        current=pointer[0] if pointer else "",
    )


def _newest(facts: Facts) -> CheckpointRow | None:
    return next((row for row in reversed(facts.checkpoints) if row.state == "complete"), None)
