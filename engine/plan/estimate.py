"""The plan of one run: sizes, steps, disk, time, what the canaries can decide, and advice worked out by planning again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from engine import presets
from engine.plan import memory, protecting
from engine.plan.advice import advice_for, remedies_for
from engine.plan.records import CapabilityFacts, CapabilityPlan, Disk, Hardware, Plan, RowFacts, SuiteFacts
from engine.plan.rules import counsel_for
from engine.plan.shapes import Shapes, shapes_of
from engine.plan.timing import UNTIMED, operations_per_token, time_range
from engine.protection import require_ewc_fits
from engine.records import Budget, Recipe
from engine.training.schedule import look_steps
from engine.verdict.guard import guard_power
from engine.verdict.power import plan_power
from engine.verdict.records import DEFAULT_BUDGETS, TOLERATE_FACTOR
from engine.wording import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

DISK_MARGIN = 0.05


def plan(
    recipe: Recipe,
    *,
    config: Mapping[str, Any],
    parameters: int,
    rows: RowFacts,
    hardware: Hardware,
    suite: SuiteFacts,
    timings: Mapping[str, float] | None = None,
) -> Plan:
    """Work out what the run will cost and can decide.

    `config` is the model's config.json, `parameters` its parameter count (tied ones once). `timings` are what a
    calibration step or an earlier run measured, all optional: train_tokens_per_s, score_tokens_per_s,
    answer_tokens_per_s, load_s, save_s; without them the time is a stated rough range. The recipe's protection preset is
    written out first. Raises `UserError` only for a config that lacks a size, and for EWC of a model too large for it.
    """
    recipe = presets.resolved(recipe)
    require_ewc_fits(recipe, parameters)
    shapes = shapes_of(config, parameters)
    measured = selected(recipe, suite)
    first = _draft(recipe, shapes, rows, hardware, suite)
    time = time_range(first, recipe, shapes, hardware, measured, suite, timings or {})
    drafted = msgspec.structs.replace(
        first, time=time, capabilities=_capabilities(recipe, measured, _planned_looks(recipe, first))
    )
    if not drafted.memory.fits:
        remedies = remedies_for(
            recipe, rows, hardware, drafted, lambda changed: _draft(changed, shapes, rows, hardware, suite).memory
        )
        drafted = msgspec.structs.replace(drafted, remedies=remedies)
    counsel = counsel_for(recipe, rows, parameters=parameters, steps=drafted.steps)
    return msgspec.structs.replace(drafted, advice=advice_for(drafted, recipe, rows, hardware), counsel=counsel)


def selected(recipe: Recipe, suite: SuiteFacts) -> tuple[CapabilityFacts, ...]:
    """The suite's capabilities as the recipe selects them, with the numbers of items it takes of each."""
    wanted, canaries = set(recipe.canaries.capabilities), recipe.canaries
    return tuple(
        msgspec.structs.replace(
            capability,
            items=min(capability.items, canaries.verdict_items or capability.items),
            guard_items=min(capability.guard_items, canaries.guard_items or capability.guard_items),
        )
        for capability in suite.capabilities
        if not wanted or capability.name in wanted
    )


def precision_of(recipe: Recipe, hardware: Hardware) -> memory.Precision:
    """The arithmetic the device will choose: auto takes bf16 only where it is fast."""
    wanted = recipe.training.precision
    if wanted == "auto":
        return "bf16" if hardware.fast_bf16 else "fp32"
    return wanted


def _draft(recipe: Recipe, shapes: Shapes, rows: RowFacts, hardware: Hardware, suite: SuiteFacts) -> Plan:
    """Everything but time, power and advice."""
    training = recipe.training
    batch = min(training.batch_size, max(1, rows.count))
    micro = min(training.micro_batch or batch, batch)
    steps = training.max_steps or max(1, math.ceil(training.epochs * math.ceil(max(1, rows.count) / batch)))
    steps = 0 if recipe.method == "prompt" else steps
    looks = tuple(look_steps(steps, recipe.canaries.looks)) if steps else ()
    longest = max(1, min(rows.max, recipe.data.max_length))
    scoring_tokens = suite.batch_tokens or memory.SCORING_TOKENS[hardware.kind]
    load = memory.Load(micro_batch=micro, longest=longest, scoring_tokens=scoring_tokens)
    precision = precision_of(recipe, hardware)
    trainable, tokens = memory.trainable_parameters(recipe, shapes), round(steps * batch * min(rows.mean, longest))
    work = protecting.Work(
        recipe, shapes, trainable=trainable, tokens=tokens, steps=steps, batch=batch, rows=rows.count, kind=hardware.kind,
        per_token=operations_per_token(recipe, shapes),
    )  # fmt: skip
    costs = protecting.costs(work)
    return Plan(
        method=recipe.method,
        precision=precision,
        device=hardware.name,
        parameters=shapes.parameters,
        trainable=trainable,
        batch_size=batch,
        micro_batch=micro,
        longest_tokens=longest,
        rows_cut_share=_cut_share(rows, recipe.data.max_length),
        tokens=tokens,
        steps=steps,
        looks=looks,
        checkpoints=_checkpoints(recipe, steps, looks),
        memory=memory.predict(recipe, shapes, load, precision, hardware, protecting.memory_parts(costs)),
        disk=_disk(recipe, shapes, hardware, _checkpoints(recipe, steps, looks)),
        time=UNTIMED,
        capabilities=(),
        protect=recipe.protect,
        protections=costs,
    )


def _cut_share(rows: RowFacts, max_length: int) -> float:
    """At least this share of the rows is cut, as far as the three known lengths tell."""
    known = ((rows.p50, 0.5), (rows.p95, 0.05), (rows.max, 1 / max(1, rows.count)))
    return next((share for length, share in known if length > max_length), 0.0)


def _checkpoints(recipe: Recipe, steps: int, looks: tuple[int, ...]) -> int:
    if not steps:
        return 0
    wanted = {steps} | (set(looks) if recipe.checkpoints.at_looks else set())
    if every := recipe.checkpoints.every_steps:
        wanted |= set(range(every, steps + 1, every))
    return len(wanted)


def _disk(recipe: Recipe, shapes: Shapes, hardware: Hardware, written: int) -> Disk:
    """The newest checkpoints and the best one, each with weights and optimiser, and the final weights beside them."""
    weights = 4 * memory.trainable_parameters(recipe, shapes)
    each = weights + memory.optimiser_bytes(recipe, shapes, hardware)
    kept = min(written, recipe.checkpoints.keep + 1)
    total = round((each * kept + weights) * (1 + DISK_MARGIN))
    return Disk(
        checkpoint_bytes=each,
        kept=kept,
        final_bytes=weights,
        total_bytes=total,
        free_bytes=hardware.disk_free_bytes,
        formula=f"{kept} checkpoints × {each:,} B (weights and optimiser) + {weights:,} B final weights, + "
        f"{percent(DISK_MARGIN)}",
        fits=total <= hardware.disk_free_bytes,
    )


def _planned_looks(recipe: Recipe, draft: Plan) -> int:
    """The looks the guard's level is shared by: at the recipe's shares, at every checkpoint that is due, and the end."""
    every = recipe.checkpoints.every_steps
    due = range(every, draft.steps + 1, every) if every else ()
    return len({*draft.looks, *due, draft.steps})


def _capabilities(recipe: Recipe, measured: tuple[CapabilityFacts, ...], looks: int) -> tuple[CapabilityPlan, ...]:
    """What each capability can decide and the guard can see of it, each correction counted over those that are judged."""
    budgets = {capability.name: recipe.canaries.budgets.get(capability.name, Budget()) for capability in measured}
    judged = max(1, sum(budget.role != "expendable" for budget in budgets.values()))
    plans = []
    for capability in measured:
        budget = budgets[capability.name]
        factor = TOLERATE_FACTOR if budget.role == "tolerate" else 1.0
        limit = budget.limit or DEFAULT_BUDGETS[capability.kind] * factor
        power = plan_power(capability.items, limit, sd=capability.sd, judged=judged) if capability.items else None
        guard = None
        if recipe.canaries.guard != "off" and budget.role != "expendable":
            guard = guard_power(
                capability.guard_items, limit, planned_looks=looks, judged=judged, sd=capability.sd
            )  # fmt: skip
        plans.append(
            CapabilityPlan(name=capability.name, role=budget.role, kind=capability.kind, power=power, guard=guard)
        )
    return tuple(plans)
