"""Advice before a run: what would make it fit, worked out by planning again, and what else is worth knowing. Never blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from engine.plan.records import Hardware, Memory, Plan, Remedy, RowFacts
from engine.plan.text import bytes_text
from engine.training.schedule import peak_lr
from engine.wording import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.records import Recipe

Change = tuple[str, dict[str, Any]]


def remedies_for(
    recipe: Recipe, rows: RowFacts, hardware: Hardware, plan: Plan, memory_of: Callable[[Recipe], Memory]
) -> tuple[Remedy, ...]:
    """Changes that save memory, the most telling first, each planned alone; if none is enough, all of them together."""
    before = plan.memory.peak_bytes
    tried = [
        _remedy(title, changes, recipe, before, memory_of)
        for title, changes in _changes(recipe, rows, hardware, plan, memory_of)
    ]
    useful = [remedy for remedy in tried if remedy.saving_bytes > 0]
    if len(useful) > 1 and not any(remedy.fits for remedy in useful):
        together: dict[str, Any] = {}
        for remedy in useful:  # QLoRA comes after LoRA and so replaces it
            together |= remedy.changes
        useful.append(_remedy("All of these together", together, recipe, before, memory_of))
    return tuple(useful)


def changed(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Return the recipe with settings changed by dotted path."""
    for path, value in changes.items():
        *above, leaf = path.split(".")
        if not above:
            recipe = msgspec.structs.replace(recipe, **{leaf: value})
        else:
            inner = msgspec.structs.replace(getattr(recipe, above[0]), **{leaf: value})
            recipe = msgspec.structs.replace(recipe, **{above[0]: inner})
    return recipe


def at_half_the_rate(recipe: Recipe) -> Recipe:
    """Return the recipe at half its learning rate: what to try after a loss that was no number."""
    return changed(recipe, {"training.lr": float(f"{peak_lr(recipe) / 2:.3g}")})


def _changes(
    recipe: Recipe, rows: RowFacts, hardware: Hardware, plan: Plan, memory_of: Callable[[Recipe], Memory]
) -> list[Change]:
    changes: list[Change] = []
    if recipe.method == "full":
        changes.append((f"LoRA of rank {recipe.adapter.rank}", {"method": "lora"}))
    if recipe.method != "qlora":
        changes.append(("QLoRA (4-bit base)", {"method": "qlora"}))
    if plan.micro_batch > 1:
        micro = _smaller_micro_batch(recipe, plan, memory_of)
        steps = recipe.training.batch_size // micro
        changes.append(
            (f"Micro-batch {plan.micro_batch} → {micro}, accumulate × {steps}", {"training.micro_batch": micro})
        )
    if (shorter := _shorter(rows, plan.longest_tokens)) < plan.longest_tokens:
        title = f"max_length {plan.longest_tokens} → {shorter} tokens"
        changes.append((title, {"data.max_length": shorter}))
    if not recipe.training.gradient_checkpointing:
        changes.append(("Gradient checkpointing (about a third slower)", {"training.gradient_checkpointing": True}))
    if hardware.kind == "cuda" and recipe.training.optimiser == "adamw":
        changes.append(("8-bit AdamW", {"training.optimiser": "adamw_8bit"}))
    return changes


def _smaller_micro_batch(recipe: Recipe, plan: Plan, memory_of: Callable[[Recipe], Memory]) -> int:
    """The largest divisor of the batch that makes the run fit, or the next smaller one where none does."""
    sizes = [size for size in range(plan.micro_batch - 1, 0, -1) if recipe.training.batch_size % size == 0]
    return next((s for s in sizes if memory_of(changed(recipe, {"training.micro_batch": s})).fits), sizes[0])


def _shorter(rows: RowFacts, longest: int) -> int:
    """A length that cuts few rows: the 95th percentile if that is shorter, else half; at least the 16 a recipe allows."""
    wanted = 16 * -(-rows.p95 // 16) if rows.p95 < longest else longest // 2
    return max(16, wanted)


def _remedy(
    title: str, changes: dict[str, Any], recipe: Recipe, before: int, memory_of: Callable[[Recipe], Memory]
) -> Remedy:
    after = memory_of(changed(recipe, changes))
    return Remedy(
        title=title,
        changes=changes,
        saving_bytes=before - after.peak_bytes,
        peak_bytes=after.peak_bytes,
        fits=after.fits,
    )


def advice_for(plan: Plan, recipe: Recipe, rows: RowFacts, hardware: Hardware) -> tuple[str, ...]:
    """Everything worth saying before the run starts, the most pressing first."""
    return tuple(
        [*_about_memory(plan), *_about_disk(plan), *_about_arithmetic(plan, recipe, hardware), *_about_rows(plan, rows),
         *_about_power(plan)]
    )  # fmt: skip


def _about_memory(plan: Plan) -> list[str]:
    memory = plan.memory
    if memory.fits:
        return []
    said = [
        f"This run needs about {bytes_text(memory.peak_bytes)} while {memory.peak_phase}; {bytes_text(memory.free_bytes)} "
        f"of {bytes_text(memory.total_bytes)} are free on {plan.device}."
    ]
    said += [_saves(remedy) for remedy in plan.remedies]
    if not any(remedy.fits for remedy in plan.remedies):
        said.append("None of these is enough: choose a smaller base model.")
    return said


def _saves(remedy: Remedy) -> str:
    saving = bytes_text(remedy.saving_bytes)
    if remedy.fits:
        return f"{remedy.title}: saves about {saving}, then it fits."
    return f"{remedy.title}: saves about {saving}, then it needs {bytes_text(remedy.peak_bytes)}."


def _about_disk(plan: Plan) -> list[str]:
    disk = plan.disk
    if disk.fits:
        return []
    return [
        f"The run's folder needs about {bytes_text(disk.total_bytes)}; {bytes_text(disk.free_bytes)} are free. Free some "
        "space, or keep fewer checkpoints."
    ]


def _about_arithmetic(plan: Plan, recipe: Recipe, hardware: Hardware) -> list[str]:
    said = []
    if recipe.training.precision == "bf16" and not hardware.fast_bf16:
        said.append(f"bf16 is slow on {hardware.name}: precision auto takes fp32 here.")
    if recipe.training.optimiser != "adamw" and hardware.kind == "cpu":
        said.append(f"The optimiser {recipe.training.optimiser} needs an NVIDIA GPU: choose adamw here.")
    if recipe.method == "qlora" and hardware.kind == "cpu" and plan.memory.fits:
        said.append("QLoRA is slower than LoRA on a processor; it pays where memory is short.")
    return said


def _about_rows(plan: Plan, rows: RowFacts) -> list[str]:
    said = []
    if plan.rows_cut_share >= 0.05:
        said.append(f"At least {percent(plan.rows_cut_share)} of the rows are longer than max_length and will be cut.")
    if rows.heldout == 0:
        said.append("No rows are held out, so what was learned cannot be measured beside what was forgotten.")
    return said


def _about_power(plan: Plan) -> list[str]:
    """Which judged capabilities could not be called kept even if nothing changed."""
    if not plan.capabilities:
        return ["No canaries are measured, so there will be no verdict."]
    return [*_about_verdict(plan), *_about_guard(plan)]


def _about_guard(plan: Plan) -> list[str]:
    """Capabilities of which the guard sees nothing, whatever happens."""
    blind = [one for one in plan.capabilities if one.guard is not None and not one.guard.can_trip]
    if not blind or blind[0].guard is None:
        return []
    names, needed = ", ".join(one.name for one in blind), blind[0].guard.items_to_trip
    return [
        f"The guard cannot stop this run for {names}: with so few guard items no loss is ever sure enough. It takes "
        f"{needed} of each at {blind[0].guard.planned_looks} looks (its hard limits on the loss and on broken answers still hold)."
    ]


def _about_verdict(plan: Plan) -> list[str]:
    judged = [capability for capability in plan.capabilities if capability.role != "expendable"]
    empty = [capability.name for capability in judged if capability.power is None]
    said = [f"No items to decide {', '.join(empty)}."] if empty else []
    for capability in judged:
        power = capability.power
        if power is None or power.can_keep:
            continue
        if power.smallest_budget_called_kept <= power.budget:
            said.append(f"{capability.name}: kept is never said of {power.n} items; it needs {power.items_for_kept}.")
            continue
        said.append(
            f"{capability.name}: with {power.n} items the smallest budget that could be called kept is "
            f"{power.smallest_budget_called_kept:.2f}; it needs {power.items_for_kept} for {power.budget:.2f}."
        )
    return said
