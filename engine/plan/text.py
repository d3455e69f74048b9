"""A plan as plain text, with the arithmetic of every part: what `palimpsest plan --explain` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.verdict.sentences import unit_text
from engine.wording import percent

if TYPE_CHECKING:
    from engine.plan.records import CapabilityPlan, Phase, Plan, ProtectionCost
    from engine.verdict.advice import Advice
    from engine.verdict.guard import GuardPower
    from engine.verdict.power import Power

_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def bytes_text(size_bytes: float) -> str:
    """Bytes as a reader takes them in, in decimal units: 1.4 GB; what is taken off has a minus sign."""
    if size_bytes < 0:
        return f"−{bytes_text(-size_bytes)}"
    for size, unit in _UNITS:
        if size_bytes >= size:
            return f"{size_bytes / size:.1f} {unit}"
    return f"{size_bytes:.0f} B"


def duration_text(seconds: float) -> str:
    """Seconds as a reader takes them in: 40 s, 6 min, 2.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def explain(plan: Plan) -> str:
    """Write the whole plan, largest phase first, each part with its formula, as plain text lines."""
    return "\n".join(
        [
            f"{plan.method}, {plan.precision}, {plan.trainable:,} of {plan.parameters:,} parameters trained, on {plan.device}",
            "",
            *_memory_lines(plan),
            "",
            f"Disk    about {bytes_text(plan.disk.total_bytes)} of {bytes_text(plan.disk.free_bytes)} free = {plan.disk.formula}",
            f"Steps   {plan.steps:,}, {plan.batch_size} rows each (micro-batch {plan.micro_batch}), about {plan.tokens:,} tokens",
            f"Checks  before, after and at {len(plan.looks)} looks (steps {_listed(plan.looks)})",
            f"Time    {duration_text(plan.time.low_s)} to {duration_text(plan.time.high_s)} ({plan.time.basis})",
            *protection_lines(plan),
            *power_lines(plan),
            *guard_lines(plan),
            *(["", "Advice", *(f"- {line}" for line in plan.advice)] if plan.advice else []),
            *(
                ["", "Before you start", *(line for one in plan.counsel for line in _counsel(one))]
                if plan.counsel
                else []
            ),
        ]
    )


def _counsel(one: Advice) -> list[str]:
    return [f"- {one.sentence}", f"  {one.evidence} ({one.docs})"]


def _memory_lines(plan: Plan) -> list[str]:
    memory = plan.memory
    fit = "fits" if memory.fits else "does not fit"
    lines = [
        f"Memory  about {bytes_text(memory.peak_bytes)} while {memory.peak_phase}, of {bytes_text(memory.free_bytes)} free "
        f"({bytes_text(memory.total_bytes)} in all): {fit}"
    ]
    for phase in sorted(memory.phases, key=lambda phase: -phase.size_bytes):
        lines += _phase_lines(phase)
    return lines


def protection_lines(plan: Plan) -> list[str]:
    """What each protection costs, in time as shares of the training without it, and in memory."""
    if not plan.protections:
        return []
    return ["", f"Protection: {plan.protect}", *(f"  {cost.name}: {_cost_text(cost)}" for cost in plan.protections)]


def _cost_text(cost: ProtectionCost) -> str:
    parts = [f"{_share_text(cost.time_share)} of each step"] if cost.time_share else []
    parts += [f"once {_share_text(cost.once_share)} of the training"] if cost.once_share else []
    parts += [f"{bytes_text(cost.size_bytes)} more memory"] if cost.size_bytes else []
    return f"{cost.what}: {', '.join(parts)} = {cost.formula}"


def protection_sentence(plan: Plan) -> str:
    """The cost of all protections in one sentence; empty where there are none."""
    if not plan.protections:
        return "Protection off: forgetting is only measured." if plan.steps else ""
    each, once = (sum(getattr(cost, name) for cost in plan.protections) for name in ("time_share", "once_share"))
    size = sum(cost.size_bytes for cost in plan.protections)
    parts = [f"{_share_text(each)} time a step"]
    parts += [f"{_share_text(once)} once before the first step"] if once else []
    parts += [f"{bytes_text(size)} more memory"] if size else []
    return f"Protection {plan.protect}: {', '.join(parts)} (part of the time and memory above)."


def _share_text(share: float) -> str:
    return f"+{percent(share)}" if share >= 0.01 else "under +1%"


def _phase_lines(phase: Phase) -> list[str]:
    width = max(len(part.label) for part in phase.parts)
    return [
        f"  {phase.name}: {bytes_text(phase.size_bytes)}",
        *(f"    {part.label:<{width}}  {bytes_text(part.size_bytes):>9} = {part.formula}" for part in phase.parts),
    ]


def power_lines(plan: Plan) -> list[str]:
    """What the verdict will be able to say of each capability, and how many more canaries it would need to say more."""
    if not plan.capabilities:
        return []
    width = max(len(capability.name) for capability in plan.capabilities)
    return [
        "",
        "What the canaries can decide (power .80; * spread assumed, not measured)",
        *(f"  {capability.name:<{width}}  {_decides(capability)}" for capability in plan.capabilities),
    ]


def _decides(capability: CapabilityPlan) -> str:
    if capability.role == "expendable":
        return "expendable: measured, never judged"
    if (power := capability.power) is None:
        return "no items"
    scale, digits = (100, 1) if capability.kind == "binary" else (1, 2)
    drop, kept = (scale * v for v in (power.smallest_drop_called_forgot, power.smallest_budget_called_kept))
    word = "changed" if capability.kind == "kl" else "forgot"
    unit = unit_text(capability.kind, "nats/token")
    return (
        f"{power.n} items: a loss from {drop:.{digits}f} would be called {word}, a budget from {kept:.{digits}f} could be "
        f"kept ({unit}; budget {scale * power.budget:g}){'*' if power.is_sd_assumed else ''}{_more(power, word)}"
    )


def _more(power: Power, word: str) -> str:
    """How many more items either word needs at this budget; nothing where there are enough."""
    needs = [f"{power.more_for_kept} more for kept"] if power.more_for_kept else []
    if power.more_for_forgot:
        needs.append(f"{power.more_for_forgot} more for {word} at twice the budget")
    return f"; {', '.join(needs)}" if needs else ""


def guard_lines(plan: Plan) -> list[str]:
    """What the guard will be able to see while training; nothing where it is off."""
    watched = [(one.name, one.guard) for one in plan.capabilities if one.guard is not None]
    if not watched:
        return []
    width = max(len(name) for name, _ in watched)
    return [
        "",
        f"What the guard can see at {watched[0][1].planned_looks} looks (power .80 at one look; two in a row stop the run)",
        *(f"  {name:<{width}}  {_sees(guard)}" for name, guard in watched),
    ]


def _sees(guard: GuardPower) -> str:
    if guard.smallest_drop is None:
        return f"{guard.n} guard items: nothing, it takes {guard.items_to_trip} of them to trip"
    return f"{guard.n} guard items: a loss from {guard.smallest_drop:.2f}"


def _listed(steps: tuple[int, ...]) -> str:
    return ", ".join(map(str, steps)) or "none"
