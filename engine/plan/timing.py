"""How long a run may take: from measured speeds where there are any, else a rough range that says it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.records import CapabilityFacts, Hardware, Plan, SuiteFacts, TimeRange
from engine.wording import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.shapes import Shapes
    from engine.records import Recipe

#: Arithmetic a device really does in such models, in operations per second: (slowest, quickest) believable. A processor's
#: are for one core.
_RATES: dict[tuple[str, str], tuple[float, float]] = {
    ("cpu", "fp32"): (8e9, 60e9),
    ("cpu", "bf16"): (1e9, 200e9),
    ("cuda", "fp32"): (3e12, 30e12),
    ("cuda", "bf16"): (15e12, 300e12),
}
MEASURED_SPREAD = 0.2
UNTIMED = TimeRange(low_s=0, high_s=0, train_s=(0, 0), score_s=(0, 0), is_measured=False, basis="not worked out yet")


def time_range(
    plan: Plan,
    recipe: Recipe,
    shapes: Shapes,
    hardware: Hardware,
    measured: tuple[CapabilityFacts, ...],
    suite: SuiteFacts,
    timings: Mapping[str, float],
) -> TimeRange:
    """Return the range; measured speeds give ± 20 %, a speed nobody measured gives its rough bounds."""
    slow, quick = _RATES[hardware.kind, plan.precision]
    cores = hardware.cores if hardware.kind == "cpu" else 1
    protected = 1 + sum(cost.time_share + cost.once_share for cost in plan.protections)
    train_work = protected * plan.tokens * operations_per_token(recipe, shapes)
    train_s = _seconds(
        protected * plan.tokens, timings.get("train_tokens_per_s"), train_work, (slow * cores, quick * cores)
    )
    tokens, answers = scored_tokens(plan, recipe, measured, suite)
    forward = 2 * shapes.parameters
    score_s = _seconds(tokens, timings.get("score_tokens_per_s"), tokens * forward, (slow * cores, quick * cores))
    # answers are written token by token: reading the weights takes longer than the arithmetic
    answer_s = _seconds(
        answers, timings.get("answer_tokens_per_s"), 4 * answers * forward, (slow * cores, quick * cores)
    )
    load_s = _seconds(1, _inverse(timings.get("load_s")), 2.0, (0.2, 2.0))
    save_s = _seconds(plan.checkpoints, _inverse(timings.get("save_s")), plan.checkpoints * plan.disk.checkpoint_bytes,
                      (0.05e9, 1.5e9))  # fmt: skip
    parts = (train_s, score_s, answer_s, load_s, save_s)
    is_measured = {"train_tokens_per_s", "score_tokens_per_s"} <= timings.keys()
    return TimeRange(
        low_s=sum(low for low, _ in parts),
        high_s=sum(high for _, high in parts),
        train_s=train_s,
        score_s=(score_s[0] + answer_s[0], score_s[1] + answer_s[1]),
        is_measured=is_measured,
        basis=_basis(is_measured, bool(timings), hardware),
    )


def operations_per_token(recipe: Recipe, shapes: Shapes) -> int:
    """Multiplications and additions of one trained token.

    Two per weight forward, two for the gradient of its input, two for its own where it is trained; checkpointing
    computes the blocks forward once more.
    """
    per_weight = 6 if recipe.method == "full" else 4
    again = 2 if recipe.training.gradient_checkpointing else 0
    return per_weight * shapes.parameters + again * shapes.linear_parameters


def scored_tokens(
    plan: Plan, recipe: Recipe, measured: tuple[CapabilityFacts, ...], suite: SuiteFacts
) -> tuple[float, float]:
    """Tokens scored over the whole run (all items before and after, the guard's at each look), and tokens written."""
    items = sum(capability.items + capability.guard_items for capability in measured)
    guard = sum(capability.guard_items for capability in measured)
    scored = (2 * items + len(plan.looks) * guard) * suite.mean_tokens
    written_items = {"all": items, "shown": 2 * len(measured), "none": 0}[recipe.canaries.generate]
    return scored, 2 * written_items * suite.answer_tokens


def _seconds(amount: float, rate: float | None, work: float, bounds: tuple[float, float]) -> tuple[float, float]:
    if rate:
        return amount / rate * (1 - MEASURED_SPREAD), amount / rate * (1 + MEASURED_SPREAD)
    return work / bounds[1], work / bounds[0]


def _inverse(seconds: float | None) -> float | None:
    return 1 / seconds if seconds else None


def _basis(is_measured: bool, is_partly: bool, hardware: Hardware) -> str:
    if is_measured:
        return f"speeds measured on this {_machine(hardware)}, ± {percent(MEASURED_SPREAD)}"
    if is_partly:
        return f"some speeds measured on this {_machine(hardware)}, the rest rough bounds"
    return f"rough: nothing was timed on this {_machine(hardware)} yet"


def _machine(hardware: Hardware) -> str:
    return "GPU" if hardware.kind == "cuda" else "processor"
