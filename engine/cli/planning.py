"""What `plan` prints and `run` stores: the facts of data, model, suite and machine put before `engine.plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import versions
from engine.cli.models import examine
from engine.data.read import read_rows
from engine.drafts import chosen_suite, measured_spread, recorded_device, row_facts, suite_facts
from engine.errors import UserError
from engine.models import inspect
from engine.plan import Plan, bytes_text, duration_text, hardware_facts, plan
from engine.plan.text import guard_lines, power_lines, protection_sentence
from engine.store import models

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.records import Recipe
    from engine.store import Store


def make_plan(store: Store, recipe: Recipe, timings: Mapping[str, float] | None = None) -> Plan:
    """Examine the rows through a job and plan the run; `UserError` for rows, canaries or a base that cannot be used."""
    chosen_suite(recipe)  # refused before the rows are read
    return _plan(store, recipe, _examined(store, recipe), timings)


def make_plans(store: Store, recipes: Sequence[Recipe]) -> list[Plan]:
    """Plan several runs of one base and data file, whose rows are examined once; refusals as `make_plan`'s."""
    for recipe in recipes:
        chosen_suite(recipe)
    found = _examined(store, recipes[0])
    return [_plan(store, recipe, found, None) for recipe in recipes]


def _examined(store: Store, recipe: Recipe) -> dict[str, Any]:
    data = recipe.data
    mapping = msgspec.to_builtins(data.mapping) if data.mapping.shape != "auto" or data.mapping.columns else None
    return examine(store, recipe.base, _path(data.path), max_length=data.max_length, mapping=mapping)


def _plan(store: Store, recipe: Recipe, found: Mapping[str, Any], timings: Mapping[str, float] | None) -> Plan:
    """Plan one run; the lengths in `found` are those before any cut, so they hold for every `max_length`."""
    suite = chosen_suite(recipe)
    base = models.get(store, recipe.base)
    data = recipe.data
    heldout = len(read_rows(_path(data.heldout_path)).rows) if data.heldout_path else data.heldout_fraction
    return plan(
        recipe,
        config=inspect.read_config(versions.folder_of(store, versions.Version(base=base))),
        parameters=base.parameters,
        rows=row_facts(found, heldout),
        hardware=hardware_facts(store.home, recorded_device(store)),
        suite=suite_facts(suite, measured_spread(store, recipe)),
        timings=timings,
    )


def _path(name: str) -> Path:
    if not name:
        raise UserError("No training rows were named.", field="data.path", remedy="Give --data FILE.")
    return Path(name)


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
        *([protection_sentence(made)] if protection_sentence(made) else []),
        *power_lines(made),
        *guard_lines(made),
        *(["", *(f"Advice: {line}" for line in made.advice)] if made.advice else []),
        *(f"Before you start: {one.sentence} ({one.docs})" for one in made.counsel),
        *(f"Needs less memory: {remedy.title} (about {bytes_text(remedy.peak_bytes)})." for remedy in made.remedies),
    ]
    return "\n".join(lines)
