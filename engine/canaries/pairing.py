"""Two measurements side by side: what the verdict is decided from. Reads the store, no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import UserError
from engine.records import Budget
from engine.store import scores as score_rows
from engine.verdict.comparable import MeasurementSettings, require_comparable
from engine.verdict.records import CapabilityInput, CheckedAnswers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.records import Measurement, Score
    from engine.store import Store
    from engine.verdict.records import Kind

_KINDS: dict[str, Kind] = {"ref_nll": "nll", "choice_margin": "margin", "kl": "kl"}


def compare_inputs(
    store: Store, before_id: int, after_id: int, split: str, budgets: Mapping[str, Budget]
) -> list[CapabilityInput]:
    """One input for each capability: its primary score of every item of a split, before and after.

    The primary is the one the suite named when the items were measured. Raises `UserError` where the two were not
    measured the same way, saying what changed.
    """
    before, after = _comparable(store, before_id, after_id)
    old, new = _by_score(store, before.id, split), _by_score(store, after.id, split)
    made = []
    for capability, primary in before.settings.get("primaries", {}).items():
        pairs = _paired(old.get((capability, primary), {}), new.get((capability, primary), {}), capability)
        budget = budgets.get(capability, Budget())
        if pairs:
            made.append(
                CapabilityInput(
                    name=capability, score=primary, kind=_KINDS[primary], role=budget.role, budget=budget.limit,
                    before=[b.value for b, _ in pairs], after=[a.value for _, a in pairs],
                    item_ids=[b.item_id for b, _ in pairs], cluster_ids=[b.cluster for b, _ in pairs],
                )
            )  # fmt: skip
    return made


def checked_answers(
    store: Store, before_id: int, after_id: int, split: str, budgets: Mapping[str, Budget]
) -> list[CheckedAnswers]:
    """One input for each capability with answers checked both before and after: 1 right, 0 wrong, item by item."""
    before, after = _comparable(store, before_id, after_id)
    old, new = _by_score(store, before.id, split), _by_score(store, after.id, split)
    made = []
    for capability in before.settings.get("primaries", {}):
        first, second = old.get((capability, "check"), {}), new.get((capability, "check"), {})
        both = [(first[name], second[name]) for name in first if name in second]
        if both:
            made.append(
                CheckedAnswers(
                    name=capability, role=budgets.get(capability, Budget()).role,
                    before=[round(b.value) for b, _ in both], after=[round(a.value) for _, a in both],
                    item_ids=[b.item_id for b, _ in both], cluster_ids=[b.cluster for b, _ in both],
                )
            )  # fmt: skip
    return made


def secondary_changes(store: Store, before_id: int, after_id: int, split: str) -> dict[str, dict[str, list[float]]]:
    """after − before of every score of every capability, item by item: {capability: {score: [differences]}}."""
    before, after = _comparable(store, before_id, after_id)
    old, new = _by_score(store, before.id, split), _by_score(store, after.id, split)
    made: dict[str, dict[str, list[float]]] = {}
    for (capability, score), rows in old.items():
        other = new.get((capability, score), {})
        changes = [other[name].value - row.value for name, row in rows.items() if name in other]
        if changes:
            made.setdefault(capability, {})[score] = changes
    return made


def _comparable(store: Store, before_id: int, after_id: int) -> tuple[Measurement, Measurement]:
    before, after = (_finished(store, which) for which in (before_id, after_id))
    require_comparable(_settings(before), _settings(after))
    return before, after


def _finished(store: Store, measurement_id: int) -> Measurement:
    found = score_rows.get(store, measurement_id)
    if found is None or not found.complete:
        raise UserError(f"Measurement {measurement_id} was not finished.", remedy="Score the model again.")
    return found


def _settings(measurement: Measurement) -> MeasurementSettings:
    given: dict[str, Any] = measurement.settings
    return msgspec.convert(given, MeasurementSettings)


def _by_score(store: Store, measurement_id: int, split: str) -> dict[tuple[str, str], dict[str, Score]]:
    """{(capability, score): {item id: row}}, in the store's order."""
    made: dict[tuple[str, str], dict[str, Score]] = {}
    for row in score_rows.scores(store, measurement_id):
        if row.split == split:
            made.setdefault((row.capability, row.score), {})[row.item_id] = row
    return made


def _paired(old: dict[str, Score], new: dict[str, Score], capability: str) -> list[tuple[Score, Score]]:
    if old.keys() != new.keys():
        lacking = sorted(old.keys() ^ new.keys())
        raise UserError(
            f"{capability}: {len(lacking)} item(s) were measured only once (first {lacking[0]}).",
            remedy="Score the same items with both models.",
        )
    return [(old[name], new[name]) for name in old]
