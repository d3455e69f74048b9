"""Comparing methods is one action: from one recipe to a queue of runs, and from their rows to a recommendation. No torch.

A sweep is nothing but runs: each cell is queued like any other run, so a crash of one does not touch the next, and a cell
whose recipe was run before is taken over. The last job of the queue summarises what there is.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import time
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from msgspec import Struct

from engine import client, presets, settings
from engine.errors import UserError
from engine.plan.text import bytes_text
from engine.protection import Protection
from engine.records import Method, Recipe
from engine.states import State
from engine.store import history, jobs, runs, scores, sweeps
from engine.verdict.records import Verdict
from engine.verdict.tradeoff import Measure, Point, choose_measure, front, gain, recommend, worst_of
from engine.work import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan import Plan
    from engine.records import Run, Sweep
    from engine.store import Store
    from engine.work import Work

DEFAULT_METHODS: tuple[Method, ...] = ("prompt", "full", "lora", "qlora")
MOST_CELLS = 200
#: Which methods a setting has an effect on, by the first part of its path; a setting not named here concerns all of them.
_CONCERNS: dict[str, tuple[Method, ...]] = {
    "adapter": ("lora", "qlora"),
    "training": ("full", "lora", "qlora"),
    "protect": ("full", "lora", "qlora"),
    "protection": ("full", "lora", "qlora"),
    "checkpoints": ("full", "lora", "qlora"),
    "prompt": ("prompt",),
}
_FIXED = {"method", "start_from", "start_fingerprint", "name", "notes", "base", "base_fingerprint", "data.fingerprint"}
#: Runs in these states have said all they will; their rows are used as they are.
_DONE = frozenset({State.FINISHED, State.AUTO_STOPPED})
_WORKING = frozenset(state for state in State if not state.is_ended)


class Cell(Struct, frozen=True, kw_only=True):
    """One run of a sweep before it is queued: what is special about it, and its whole recipe."""

    label: str
    recipe: Recipe


class Summary(Struct, frozen=True, kw_only=True):
    """What a sweep came to: the points of the trade-off, the front, the recommended run and why, and what is missing."""

    measure: Measure | None
    points: tuple[Point, ...]
    front: tuple[int, ...]
    recommended: int | None
    sentence: str
    missing: tuple[str, ...] = ()


# ---- making the cells ------------------------------------------------------------------------------------------------


def parse_methods(text: str) -> tuple[Method, ...]:
    """Read a list of methods separated by commas, each once; `UserError` names one that does not exist."""
    known = get_args(Method)
    named = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [name for name in named if name not in known]
    if unknown or not named:
        said = f"There is no method {unknown[0]!r}." if unknown else "No method was named."
        raise UserError(said, field="methods", remedy=f"Choose from {', '.join(known)}.")
    return tuple(dict.fromkeys(named))  # type: ignore[arg-type]


def parse_grid(given: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Read SETTING=VALUE,VALUE… into {path: values}; `UserError` names a setting that does not exist or cannot vary."""
    grid: dict[str, tuple[Any, ...]] = {}
    for text in given:
        name, sign, values = text.partition("=")
        setting = settings.setting(name.strip())
        if setting.path in _FIXED:
            remedy = "Name the methods with --methods." if setting.path == "method" else "Leave it out."
            raise UserError(f"{setting.path} cannot vary within a sweep.", field=setting.path, remedy=remedy)
        parts = [part.strip() for part in values.split(",") if part.strip()]
        if not sign or not parts:
            raise UserError(
                f"{text!r} names no values.", field=setting.path, remedy=f"Write {setting.path}=VALUE,VALUE."
            )
        if setting.path in grid:
            raise UserError(
                f"{setting.path} was given twice.", field=setting.path, remedy="Give all its values at once."
            )
        grid[setting.path] = tuple(dict.fromkeys(settings.from_text(setting, part) for part in parts))
    return grid


def make_cells(recipe: Recipe, methods: Sequence[Method], grid: Mapping[str, Sequence[Any]]) -> tuple[Cell, ...]:
    """Every combination of method and grid that differs in what it does, in a fixed order.

    The recipe's own method keeps its learning rate; the others take their standard one unless the grid names
    `training.lr`, and the preset is written out for each. A setting varies only for methods that it concerns. Raises
    `UserError` for a setting that concerns none of them, and for values that contradict a method.
    """
    for path in grid:
        if not any(_concerns(path, method) for method in methods):
            raise UserError(
                f"{path} has no effect on {', '.join(methods)}.",
                field=path,
                remedy="Add a method it concerns to --methods.",
            )
    count = sum(math.prod(len(v) for path, v in grid.items() if _concerns(path, method)) for method in methods)
    if count > MOST_CELLS:
        raise UserError(
            f"This sweep has {count} runs; {MOST_CELLS} is the most.", field="grid", remedy="Name fewer values."
        )
    cells: dict[str, Cell] = {}
    for method in methods:
        concerned = {path: values for path, values in grid.items() if _concerns(path, method)}
        for values in itertools.product(*concerned.values()):
            cell = _cell(recipe, method, dict(zip(concerned, values, strict=True)))
            cells.setdefault(cell.recipe.hash(), cell)
    return tuple(cells.values())


def _concerns(path: str, method: Method) -> bool:
    return method in _CONCERNS.get(path.partition(".")[0], get_args(Method))


def _cell(recipe: Recipe, method: Method, changes: Mapping[str, Any]) -> Cell:
    """The recipe with a method and settings, its preset written out for that method."""
    preset = str(changes.get("protect", recipe.protect))
    single = {path: value for path, value in changes.items() if path.startswith("protection.")}
    others = {path: value for path, value in changes.items() if path not in single and path != "protect"}
    made = recipe if method == recipe.method else _as_method(recipe, method)
    made = settings.apply(made, others) if others else made
    is_as_it_was = method == recipe.method and preset == recipe.protect
    if preset in presets.NAMES and not is_as_it_was and method != "prompt":
        made = presets.chosen(made, preset)
    made = presets.with_changes(presets.resolved(made), single)
    label = ", ".join([method, *(f"{path.rpartition('.')[2]} {_said(value)}" for path, value in changes.items())])
    return Cell(label=label, recipe=msgspec.structs.replace(made, name=""))


def _as_method(recipe: Recipe, method: Method) -> Recipe:
    """The recipe for another method at that method's standard learning rate, its preset to be written out anew."""
    if recipe.protect == "custom" and method != "prompt":
        training = msgspec.structs.replace(recipe.training, lr=0.0)
        made = msgspec.structs.replace(recipe, method=method, training=training)
        settings.apply(made, {})  # refuses protections of the recipe's own that this method cannot have
        return made
    preset = "off" if method == "prompt" else recipe.protect
    training = msgspec.structs.replace(recipe.training, lr=0.0)
    return msgspec.structs.replace(recipe, method=method, protect=preset, protection=Protection(), training=training)


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


# ---- queueing --------------------------------------------------------------------------------------------------------


def require_room(store: Store, cells: Sequence[Cell], plans: Sequence[Plan]) -> None:
    """Refuse a sweep whose runs still to be done need more disk than is free, naming both figures."""
    to_do = [plan for cell, plan in zip(cells, plans, strict=True) if done(store, cell) is None]
    needed = sum(plan.disk.total_bytes for plan in to_do)
    free = min((plan.disk.free_bytes for plan in to_do), default=0)
    if needed > free:
        raise UserError(
            f"This sweep's {len(to_do)} runs need about {bytes_text(needed)} of disk; {bytes_text(free)} are free.",
            field="checkpoints.keep", remedy="Keep fewer checkpoints, leave runs out, or free some space.",
        )  # fmt: skip


def queue(
    store: Store,
    recipe: Recipe,
    cells: Sequence[Cell],
    plans: Sequence[Plan],
    *,
    methods: Sequence[Method],
    grid: Mapping[str, Sequence[Any]],
) -> int:
    """Queue what is still to be done of a sweep, and a last job that summarises it; return the sweep's id.

    The same sweep asked for again is continued: finished cells stay, interrupted ones go on, others are queued anew.
    """
    key = hashlib.sha256("\n".join(cell.recipe.hash() for cell in cells).encode()).hexdigest()
    known = sweeps.with_key(store, key)
    with store.write():
        name = recipe.name or f"{len(cells)} runs"
        sweep_id = known.id if known else sweeps.create(
            store, name=name, key=key, recipe=recipe, methods=methods, grid=grid
        )  # fmt: skip
        for position, (cell, plan) in enumerate(zip(cells, plans, strict=True)):
            run_id, is_reused = _run_of(store, cell.recipe.hash(), cell.recipe, msgspec.to_builtins(plan))
            sweeps.put_cell(
                store, sweep_id, position=position, label=cell.label, recipe_hash=cell.recipe.hash(), run_id=run_id,
                is_reused=is_reused,
            )  # fmt: skip
        sweeps.update(store, sweep_id, job_id=jobs.enqueue(store, "sweep", {"sweep_id": sweep_id}))
        history.append(
            store,
            "sweep",
            f"Queued sweep {sweep_id}: {len(cells)} runs from base {recipe.base}",
            details={"sweep": sweep_id},
        )
    return sweep_id


def _run_of(store: Store, recipe_hash: str, recipe: Recipe, plan: Mapping[str, Any]) -> tuple[int, bool]:
    """The run that is a cell, and whether it was there before: finished, at work, or taken up again; else a new one."""
    found = runs.with_hash(store, recipe_hash)
    for run in found:
        if run.state in _DONE or not run.state.is_ended:
            return run.id, True
    for run in found:
        if "resume" in run.state.actions:
            client.ask(store, run.id, "resume")
            return run.id, True
    run_id, _ = client.queue_run(store, recipe, plan)
    return run_id, False


def done(store: Store, cell: Cell) -> Run | None:
    """The run that did a cell already, or None."""
    return next((run for run in runs.with_hash(store, cell.recipe.hash()) if run.state in _DONE), None)


def cancel_rest(store: Store, sweep_id: int) -> tuple[int, ...]:
    """Cancel the sweep's runs that still wait and return their ids; one at work goes on, and the summing up stays queued."""
    with store.write():
        waiting = [one for one in _runs_of(store, sweep_id) if one.state is State.QUEUED]
        for one in waiting:
            client.ask(store, one.id, "cancel")
        if waiting:
            said = f"Cancelled {len(waiting)} waiting runs of sweep {sweep_id}"
            history.append(store, "sweep", said, details={"sweep": sweep_id})
    return tuple(one.id for one in waiting)


def resume(store: Store, sweep_id: int, only: Sequence[int] | None = None) -> tuple[int, ...]:
    """Queue again what a sweep is missing, each with the plan it had, and the summing up; return the ids of those runs.

    A run that was stopped, failed or interrupted goes on where it can; a cancelled one or one in the Trash is queued anew.
    With `only`, no others than these runs are.
    """
    queued = []
    with store.write():
        for cell in sweeps.cells(store, sweep_id):
            if only is not None and cell.run_id not in only:
                continue
            was = runs.get(store, cell.run_id)
            known = {one.id for one in runs.with_hash(store, cell.recipe_hash) if one.state in _WORKING | _DONE}
            run_id, is_reused = _run_of(store, cell.recipe_hash, was.recipe, was.plan)
            if run_id not in known:
                queued.append(run_id)
            sweeps.put_cell(
                store, sweep_id, position=cell.position, label=cell.label, recipe_hash=cell.recipe_hash, run_id=run_id,
                is_reused=is_reused and cell.is_reused,
            )  # fmt: skip
        if queued:
            _sum_up_last(store, sweep_id)
            said = f"Queued {len(queued)} runs of sweep {sweep_id} again"
            history.append(store, "sweep", said, details={"sweep": sweep_id})
    return tuple(queued)


def take_back(store: Store, sweep_id: int) -> tuple[int, ...]:
    """Undo the queueing of a sweep: stop its own runs and the summing up, and move those runs to the Trash; return their ids.

    Runs that were there before the sweep stay as they are. `resume` queues all of it again.
    """
    own = [cell.run_id for cell in sweeps.cells(store, sweep_id) if not cell.is_reused]
    job_id = sweeps.get(store, sweep_id).job_id
    with store.write():
        for run_id in own:
            if {"stop", "cancel"} & set(runs.get(store, run_id).state.actions):
                client.ask(store, run_id, "stop")
            runs.trash(store, run_id, at=time.time())
        if job_id is not None and not jobs.get(store, job_id).state.is_ended:
            jobs.request(store, job_id, "cancel")
        history.append(store, "sweep", f"Took back sweep {sweep_id}", details={"sweep": sweep_id})
    return tuple(own)


def _sum_up_last(store: Store, sweep_id: int) -> None:
    """Queue the summing up behind the runs that were just queued; one that waits in front of them is cancelled."""
    job_id = sweeps.get(store, sweep_id).job_id
    if job_id is not None and jobs.get(store, job_id).state is State.QUEUED:
        jobs.request(store, job_id, "cancel")
    sweeps.update(store, sweep_id, job_id=jobs.enqueue(store, "sweep", {"sweep_id": sweep_id}))


def _runs_of(store: Store, sweep_id: int) -> list[Run]:
    return [runs.get(store, cell.run_id) for cell in sweeps.cells(store, sweep_id)]


# ---- what it came to -------------------------------------------------------------------------------------------------


def run(work: Work) -> Outcome:
    """The last job of a sweep: summarise what its runs came to."""
    sweep = sweeps.get(work.store, int(work.job.payload["sweep_id"]))
    made = summarise(work.store, sweep)
    sweeps.update(work.store, sweep.id, summary=msgspec.to_builtins(made))
    return Outcome(reason=made.sentence, result={"sweep_id": sweep.id, "recommended": made.recommended})


def summarise(store: Store, sweep: Sweep) -> Summary:
    """The trade-off of a sweep's runs as they stand; a pure function of stored rows. What has no verdict is missing."""
    return sum_up(store, [(cell.label, runs.get(store, cell.run_id)) for cell in sweeps.cells(store, sweep.id)])


def sum_up(store: Store, told: Sequence[tuple[str, Run]]) -> Summary:
    """The trade-off of any runs, each with what it is called."""
    verdicts = {one.id: last_verdict(store, one.id) for _, one in told}
    ready = [
        (label, one, verdict) for label, one in told
        if (verdict := verdicts[one.id]) is not None and one.results.get("learned")
    ]  # fmt: skip
    missing = tuple(
        f"{label} (run {one.id}: {one.state.word.lower()})"
        for label, one in told
        if verdicts[one.id] is None or not one.results.get("learned")
    )
    measure = choose_measure([one.results["learned"] for _, one, _ in ready])
    if measure is None:
        return Summary(
            measure=None, points=(), front=(), recommended=None, sentence="No run can be compared yet.", missing=missing
        )
    points = tuple(_point(label, one, verdict, gain(one.results["learned"], measure)) for label, one, verdict in ready)
    advised = recommend(points, measure)
    return Summary(
        measure=measure, points=points, front=tuple(one.run_id for one in front(points)), recommended=advised.run_id,
        sentence=advised.sentence, missing=missing,
    )  # fmt: skip


def last_verdict(store: Store, run_id: int) -> Verdict | None:
    """A run's newest verdict over its verdict set, or None."""
    found = [row for row in scores.verdicts(store, run_id) if row["split"] == "verdict"]
    return msgspec.convert(found[-1]["payload"], Verdict) if found else None


def _point(label: str, one: Run, verdict: Verdict, gained: float) -> Point:
    worst, name, mean = worst_of(verdict)
    return Point(
        run_id=one.id, label=label, method=one.recipe.method, word=verdict.word, gain=gained, worst=worst, worst_name=name,
        mean=mean, elapsed_s=one.elapsed_s, peak_bytes=one.peak_bytes, trains=one.recipe.method != "prompt",
    )  # fmt: skip
