"""What trying every method would take: each method, all runs together, and why it cannot be queued. Off the GUI thread only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from engine import budgets, drafts, settings, sweeps
from engine.errors import UserError
from engine.plan import bytes_text, duration_text
from gui.i18n import said, tr
from gui.new_run import words
from gui.new_run.binding import bound
from gui.new_run.sweep_note import Arm, SweepNote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan import Plan, RowFacts
    from engine.records import Method, Recipe
    from engine.store import Store
    from engine.sweeps import Cell
    from gui.new_run.sweep_note import Wish


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A sweep made whole: the recipe as it will run, its cells, the plan of each."""

    recipe: Recipe
    methods: tuple[Method, ...]
    grid: Mapping[str, tuple[Any, ...]]
    cells: tuple[Cell, ...]
    plans: tuple[Plan, ...]


def made(store: Store, recipe: Recipe, rows: RowFacts, wish: Wish) -> tuple[Sweep | None, SweepNote]:
    """Make the sweep and its note; without a sweep the note says why. Off the GUI thread."""
    try:
        recipe = budgets.resolved(store, bound(store, recipe))
    except UserError as error:
        return None, SweepNote(problem=error.sentence(), field=error.field or "")
    arms = tuple(_arm(store, recipe, method, rows, wish) for method in sweeps.DEFAULT_METHODS)
    chosen = tuple(one.method for one in arms if one.is_chosen)
    try:
        sweep = _sweep(store, recipe, chosen, wish, rows)
        sweeps.require_room(store, sweep.cells, sweep.plans)
    except UserError as error:
        return None, SweepNote(arms=arms, problem=_said(error), field=error.field or "")
    return sweep, _note(store, arms, sweep)


def _sweep(store: Store, recipe: Recipe, methods: tuple[Method, ...], wish: Wish, rows: RowFacts) -> Sweep:
    if not methods:
        raise UserError(tr("Choose at least one method."), field="methods")
    grid = sweeps.parse_grid([f"{path}={text}" for path, text in wish.texts.items() if text.strip(" ,")])
    cells = sweeps.make_cells(recipe, methods, grid)
    _require_start(store, recipe, cells)
    plans = tuple(_plan(store, cell.recipe, rows) for cell in cells)
    return Sweep(recipe=recipe, methods=methods, grid=grid, cells=cells, plans=plans)


def _require_start(store: Store, recipe: Recipe, cells: Sequence[Cell]) -> None:
    """Refuse cells that cannot go on from the checkpoint that the recipe starts from."""
    if recipe.start_from:
        from engine import sequences

        for cell in cells:
            sequences.started(store, cell.recipe)


def _plan(store: Store, recipe: Recipe, rows: RowFacts) -> Plan:
    return drafts.draft_plan(store, recipe, rows, drafts.measured_timings(store, recipe))


def _arm(store: Store, recipe: Recipe, method: Method, rows: RowFacts, wish: Wish) -> Arm:
    name = words.choice_text(settings.setting("method"), method)
    try:
        (cell,) = sweeps.make_cells(recipe, (method,), {})
        _require_start(store, recipe, (cell,))
        plan = _plan(store, cell.recipe, rows)
    except UserError as error:
        return Arm(method=method, name=name, obstacle=said(error.message))
    warning = _warning(plan)
    is_chosen = not warning if wish.methods is None else method in wish.methods
    return Arm(
        method=method, name=name, time=span_text(plan.time.low_s, plan.time.high_s), warning=warning, is_chosen=is_chosen,
        memory=bytes_text(plan.memory.peak_bytes), disk=bytes_text(plan.disk.total_bytes),
    )  # fmt: skip


def _warning(plan: Plan) -> str:
    if not plan.memory.fits:
        need, free = bytes_text(plan.memory.peak_bytes), bytes_text(plan.memory.free_bytes)
        return tr("Does not seem to fit: needs about {need}, {free} free").format(need=need, free=free)
    return "" if plan.disk.fits else tr("Not enough disk space for the checkpoints")


def span_text(low_s: float, high_s: float) -> str:
    """A time from the quickest to the slowest."""
    low, high = duration_text(low_s), duration_text(high_s)
    return tr("about {text}").format(text=low) if low == high else tr("{low} to {high}").format(low=low, high=high)


def _note(store: Store, arms: tuple[Arm, ...], sweep: Sweep) -> SweepNote:
    known = [sweeps.done(store, cell) for cell in sweep.cells]
    to_do = [plan for plan, run in zip(sweep.plans, known, strict=True) if run is None]
    low, high = (sum(getattr(plan.time, name) for plan in to_do) for name in ("low_s", "high_s"))
    free = min((plan.disk.free_bytes for plan in sweep.plans), default=0)
    disk = tr("{need} of {free} free").format(
        need=bytes_text(sum(plan.disk.total_bytes for plan in to_do)), free=bytes_text(free)
    )
    facts = [(tr("Runs"), str(len(sweep.cells))), (tr("Time"), span_text(low, high) if to_do else tr("none"))]
    facts.append((tr("Disk"), disk))
    if count := len(known) - len(to_do):
        facts.append((tr("Done before"), tr("%n run(s), taken over", "", count)))
    unfit = sum(not plan.memory.fits for plan in to_do)
    warnings = [tr("Too large for the memory, it seems: %n run(s).", "", unfit)] if unfit else []
    if not all(plan.time.is_measured for plan in to_do):
        warnings.append(tr("The time is a rough range: not every method was timed on this machine yet."))
    return SweepNote(
        arms=arms, headline=tr("%n run(s), one after the other", "", len(sweep.cells)), facts=tuple(facts),
        warnings=tuple(warnings),
        runs=tuple(
            (words.label_text(cell.label), *_costs(plan, run.name if run is not None else ""))
            for cell, plan, run in zip(sweep.cells, sweep.plans, known, strict=True)
        ),
    )  # fmt: skip


def _costs(plan: Plan, before: str) -> tuple[str, str]:
    if before:
        return tr("done: {run}").format(run=before), ""
    return span_text(plan.time.low_s, plan.time.high_s), bytes_text(plan.disk.total_bytes)


def _said(error: UserError) -> str:
    """A refusal in the window's words: what one types here is not a command line."""
    sentence = error.message
    if error.field == "grid":
        return f"{said(sentence)} {tr('Name fewer values.')}"
    if error.field == "checkpoints.keep":
        return f"{said(sentence)} {tr('Leave methods or values out, or keep fewer checkpoints.')}"
    if "has no effect on" in sentence:
        return f"{said(sentence)} {tr('Choose a method it concerns, or leave it empty.')}"
    return sentence


def queued(store: Store, sweep: Sweep, name: str) -> int:
    """Queue a sweep under a name and return its id; off the GUI thread, with a store of its own."""
    recipe = msgspec.structs.replace(sweep.recipe, name=name)
    return sweeps.queue(store, recipe, sweep.cells, sweep.plans, methods=sweep.methods, grid=sweep.grid)
