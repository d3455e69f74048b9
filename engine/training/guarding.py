"""The guard of one run: reads every look, marks the timeline, and does what the recipe's rule says (`engine.verdict.guard`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from engine import versions
from engine.canaries.pairing import compare_inputs
from engine.store import checkpoints, events, runs, scores
from engine.verdict.guard import Generations, GuardState, Trip, first_sentence, observe, read_look

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.records import Recipe
    from engine.verdict.guard import Look
    from engine.work import Work

Action = Literal["go", "pause", "stop"]
_ACTIONS: dict[str, Action] = {"off": "go", "warn": "go", "pause": "pause", "stop": "stop", "automatic": "stop"}
_SAID = {
    "warn": "Your rule is to warn: the run goes on.",
    "pause": "The run pauses, as your rule says.",
    "stop": "The run stops, as your rule says.",
    "automatic": "The run stops, as your rule says.",
}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a look means for the run: whether every judged mean was inside its budget, a trip if any, and what to do."""

    is_inside: bool
    action: Action = "go"
    trip: Trip | None = None


class Guarding:
    """Remembers between looks (`state`, saved in checkpoints), tells the store, and offers a way back after a trip."""

    def __init__(self, work: Work, recipe: Recipe, planned: Collection[int]) -> None:
        """Bind to the run; `planned` are the steps of the planned looks, all others (asked for) raise no alarm."""
        self.work, self.recipe, self.planned = work, recipe, frozenset(planned)
        self.run_id = int(work.job.run_id or 0)
        self.state = GuardState()
        self.stopped_by: Trip | None = None

    def dump(self) -> dict[str, Any]:
        """Return the state as a checkpoint keeps it."""
        return dict(msgspec.to_builtins(self.state))

    def restore(self, kept: dict[str, Any] | None, step: int) -> None:
        """Take up the state a checkpoint kept, and take back what was marked after it."""
        self.state = msgspec.convert(kept or {}, GuardState)
        events.drop_after(self.work.store, self.run_id, step)

    def look(self, step: int, before_id: int, look_id: int) -> Seen:
        """Read a look that was measured, mark what is beyond, and say what to do."""
        seen = self._read(step, before_id, look_id)
        is_counted = step in self.planned and step > self.state.step  # not what the user asks to see once more
        if not is_counted or self.recipe.canaries.guard == "off":
            return Seen(is_inside=seen.is_inside)
        was_beyond = {*self.state.beyond, *self.state.told}
        self.state, trips = observe(self.state, seen)
        tripped = {trip.capability for trip in trips}
        for one in seen.readings:
            if one.is_beyond and one.name not in was_beyond | tripped:
                self._mark("beyond", step, first_sentence(one, step), one.name, {"reading": msgspec.to_builtins(one)})
        for trip in trips:
            self._trip(trip, seen)
        if not trips:
            return Seen(is_inside=seen.is_inside)
        action = _ACTIONS[self.recipe.canaries.guard]
        self.stopped_by = trips[0] if action == "stop" else None
        return Seen(is_inside=seen.is_inside, action=action, trip=trips[0])

    def offer(self, step: int, best_step: int | None, *, kind: str, sentence: str, capability: str = "") -> str:
        """Write into the run's results what to go back to, make it current if the rule says so, and return its name.

        That is the newest saved checkpoint that was inside every budget at its look; the base counts as one.
        """
        store, rule = self.work.store, self.recipe.canaries.guard
        ref = self._offered(best_step)
        made_current = False
        if rule == "automatic":
            move = versions.make_current(store, ref, by="the guard, by your rule")
            made_current = move.entry_id is not None
            self.work.log(move.sentence + ".")
        told = {
            "rule": rule, "step": step, "kind": kind, "capability": capability, "sentence": sentence, "offered": ref,
            "made_current": made_current,
        }  # fmt: skip
        runs.update(store, self.run_id, results={**runs.get(store, self.run_id).results, "guard": told})
        return ref

    def non_finite(self, step: int, sentence: str) -> None:
        """Mark the step at which loss or gradient was not a finite number."""
        self._mark("non_finite", step, sentence, "", {})

    def _offered(self, best_step: int | None) -> str:
        complete = {row.step for row in checkpoints.of_run(self.work.store, self.run_id) if row.state == "complete"}
        if best_step in complete:
            return f"{self.run_id}@{best_step}"
        return f"base:{self.recipe.base}"

    def _read(self, step: int, before_id: int, look_id: int) -> Look:
        store = self.work.store
        before = scores.get(store, before_id)
        return read_look(
            step,
            compare_inputs(store, before_id, look_id, "guard", self.recipe.canaries.budgets),
            planned_looks=len(self.planned),
            generations=self._generations(before_id, look_id),
            noise_floor=before.noise_floor if before else 0.0,
        )

    def _generations(self, before_id: int, look_id: int) -> Generations:
        """Count the look's answers with signs of damage; those whose base answer showed one already do not count."""
        old, new = (_degenerate(scores.scores(self.work.store, number)) for number in (before_id, look_id))
        return Generations(degenerate=sum(new[item] and not old.get(item) for item in new), total=len(new))

    def _trip(self, trip: Trip, look: Look) -> None:
        rule = self.recipe.canaries.guard
        details = {
            "kind": trip.kind, "rule": rule, "look": self.state.looks, "planned_looks": len(self.planned),
            "readings": msgspec.to_builtins(look.readings), "generations": msgspec.to_builtins(look.generations),
        }  # fmt: skip
        self._mark("tripped", trip.step, f"{trip.sentence} {_SAID[rule]}", trip.capability, details)

    def _mark(self, kind: str, step: int, sentence: str, capability: str, details: dict[str, Any]) -> None:
        events.add(
            self.work.store, run_id=self.run_id, step=step, kind=kind, sentence=sentence, capability=capability,
            details=details,
        )  # fmt: skip
        self.work.log(f"Guard: {sentence}", "warning")


def _degenerate(rows: list[Any]) -> dict[str, bool]:
    return {row.item_id: bool(row.value) for row in rows if row.score == "degenerate"}
