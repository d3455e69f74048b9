"""What `plan` prints and `run` stores: the facts of data, model, suite and machine put before `engine.plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import versions
from engine.canaries.power import KIND_OF_PRIMARY, deciding_items
from engine.canaries.suite import load_suite, select
from engine.cli.models import examine
from engine.data.read import read_rows
from engine.errors import UserError
from engine.models import inspect
from engine.plan import Plan, bytes_text, duration_text, hardware_facts, plan
from engine.plan.text import guard_lines, power_lines
from engine.store import models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.canaries.items import Suite
    from engine.records import Recipe
    from engine.store import Store


def chosen_suite(recipe: Recipe) -> Suite:
    """Return the recipe's canaries; `UserError` for an unknown suite or capability, budgets included."""
    canaries = recipe.canaries
    suite = load_suite(canaries.suite)
    known = {capability.name for capability in suite.capabilities}
    if unknown := sorted(set(canaries.budgets) - known):
        raise UserError(
            f"Suite {suite.name!r} has no capability {', '.join(map(repr, unknown))}.",
            field="canaries.budgets",
            remedy=f"It has {', '.join(sorted(known))}.",
        )
    return select(suite, canaries.capabilities, canaries.verdict_items, canaries.guard_items)


def make_plan(store: Store, recipe: Recipe, timings: Mapping[str, float] | None = None) -> Plan:
    """Examine the rows through a job and plan the run; `UserError` for rows, canaries or a base that cannot be used."""
    suite = chosen_suite(recipe)
    base = models.get(store, recipe.base)
    config = inspect.read_config(versions.folder_of(store, versions.Version(base=base)))
    data = recipe.data
    mapping = msgspec.to_builtins(data.mapping) if data.mapping.shape != "auto" or data.mapping.columns else None
    found = examine(store, base.name, _path(data.path), max_length=data.max_length, mapping=mapping)
    heldout = len(read_rows(_path(data.heldout_path)).rows) if data.heldout_path else data.heldout_fraction
    return plan(
        recipe,
        config=config,
        parameters=base.parameters,
        rows=row_facts(found, heldout),
        hardware=hardware_facts(store.home, recorded_device(store)),
        suite=suite_facts(suite),
        timings=timings,
    )


def _path(name: str) -> Path:
    if not name:
        raise UserError("No training rows were named.", field="data.path", remedy="Give --data FILE.")
    return Path(name)


def row_facts(found: Mapping[str, Any], heldout: float) -> RowFacts:
    """Return what a plan needs to know of the rows, from their examination.

    `heldout` below 1 is the share of them that is held out; else the number of held-out rows that come beside them.
    """
    taken = round(found["rows"] * heldout) if heldout < 1 else 0
    return RowFacts(
        count=max(1, found["rows"] - taken),
        heldout=taken or int(heldout),
        p50=found["length_p50"],
        p95=found["length_p95"],
        max=found["length_max"],
        mean=found["tokens"] / max(1, found["rows"]),
    )


def suite_facts(suite: Suite) -> SuiteFacts:
    """Return what a plan needs to know of the canaries."""
    return SuiteFacts(
        capabilities=tuple(
            CapabilityFacts(
                name=capability.name,
                items=len(deciding_items(suite, capability)),
                guard_items=len(suite.of(capability.name, "guard")),
                kind=KIND_OF_PRIMARY[capability.primary],
            )
            for capability in suite.capabilities
        )
    )


def recorded_device(store: Store) -> dict[str, Any] | None:
    """Return what a worker last said of its device, or None if none did: only a worker can ask a GPU."""
    said = [job.result["device"] for job in jobs.changed_since(store, 0) if job.result and "device" in job.result]
    return said[-1] if said and isinstance(said[-1], dict) else None


def short_text(made: Plan) -> str:
    """The plan in a few lines: memory, disk, steps, time, advice."""
    memory, disk = made.memory, made.disk
    fit = "fits" if memory.fits else "does not seem to fit"
    lines = [
        f"Plan: {made.method}, {made.precision}, on {made.device}; {made.steps} steps of {made.batch_size} rows, "
        f"{made.trainable:,} of {made.parameters:,} parameters trained.",
        f"Memory about {bytes_text(memory.peak_bytes)} of {bytes_text(memory.free_bytes)} free: {fit}. Disk about "
        f"{bytes_text(disk.total_bytes)} of {bytes_text(disk.free_bytes)} free.",
        f"Time {duration_text(made.time.low_s)} to {duration_text(made.time.high_s)} ({made.time.basis}); canaries are "
        f"measured before, after and at {len(made.looks)} looks.",
        *power_lines(made),
        *guard_lines(made),
        *(["", *(f"Advice: {line}" for line in made.advice)] if made.advice else []),
        *(f"Needs less memory: {remedy.title} (about {bytes_text(remedy.peak_bytes)})." for remedy in made.remedies),
    ]
    return "\n".join(lines)
