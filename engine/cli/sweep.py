"""`try-all`, `sweep`, `sweeps`: every method on the same rows and canaries, unattended, and which run to take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import client, sweeps
from engine.cli import output, planning, progress
from engine.cli.main import Desk, pass_desk
from engine.cli.options import build_recipe, recipe_options
from engine.drafts import with_data_fingerprint
from engine.errors import UserError
from engine.plan.text import bytes_text, duration_text
from engine.states import State
from engine.store import jobs, runs
from engine.store import sweeps as rows
from engine.verdict.sentences import GLYPHS
from engine.verdict.tradeoff import MEASURES, gain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import Recipe, Sweep
    from engine.store import Store
    from engine.sweeps import Cell, Summary


@click.command("try-all")
@click.argument("file", required=False, metavar="[RECIPE.toml]", type=click.Path(path_type=Path))
@click.option("--methods", default=",".join(sweeps.DEFAULT_METHODS), show_default=True, help="Methods to compare.")
@click.option(
    "--grid", multiple=True, metavar="SETTING=VALUE,…", help="Also vary a setting; may be given several times."
)
@click.option("--dry-run", is_flag=True, help="Say what would be run and stop.")
@click.option("--detach", is_flag=True, help="Queue it and return at once.")
@recipe_options
@pass_desk
def try_all(desk: Desk, file: Path | None, methods: str, grid: tuple[str, ...], **given: Any) -> None:
    """Run one recipe with every method, one after the other, and say which run to take.

    Given again, it goes on where it was: finished runs are not run again. A run that fails does not stop the others.
    """
    dry_run, detach = given.pop("dry_run"), given.pop("detach")
    store = desk.store()
    chosen, varied = sweeps.parse_methods(methods), sweeps.parse_grid(grid)
    recipe = with_data_fingerprint(build_recipe(store, file, given))
    cells = sweeps.make_cells(recipe, chosen, varied)
    plans = planning.make_plans(store, [cell.recipe for cell in cells])
    sweeps.require_room(store, cells, plans)
    _tell_cells(store, cells, sum(plan.time.high_s for plan in plans))
    if dry_run:
        return
    sweep_id = sweeps.queue(store, recipe, cells, plans, methods=chosen, grid=varied)
    output.say(f"Sweep {sweep_id} is queued. `palimpsest sweep {sweep_id}` shows it.")
    if detach:
        client.ensure_host(desk.home)
    else:
        _follow(store, sweep_id)
        _tell(store, rows.get(store, sweep_id), None)


def _tell_cells(store: Store, cells: Sequence[Cell], most_s: float) -> None:
    output.table(
        ("run", "method", "learning rate", "protection", "before"),
        [
            (cell.label, cell.recipe.method, _rate(cell.recipe), cell.recipe.protect, _known(store, cell))
            for cell in cells
        ],
    )
    output.say(f"{len(cells)} runs, at most about {duration_text(most_s)} together.")


def _rate(recipe: Recipe) -> str:
    from engine.training.schedule import peak_lr

    return "–" if recipe.method == "prompt" else f"{peak_lr(recipe):g}"


def _known(store: Store, cell: Cell) -> str:
    found = runs.with_hash(store, cell.recipe.hash())
    return f"run {found[0].id}, {found[0].state.word.lower()}" if found else "–"


def _follow(store: Store, sweep_id: int) -> None:
    """Follow every run of the sweep and the summing up; a run that fails is told and the next one follows."""
    for cell in rows.cells(store, sweep_id):
        job = jobs.latest_for_run(store, cell.run_id)
        if job is None or job.state.is_ended:
            continue
        output.say(f"{cell.label} (run {cell.run_id}):")
        ended = _to_its_end(store, job.id)
        if ended is not State.FINISHED:
            output.warn(f"Run {cell.run_id}: {jobs.get(store, job.id).sentence()}")
    last = rows.get(store, sweep_id).job_id
    if last is not None:
        progress.work(store, last)


def _to_its_end(store: Store, job_id: int) -> State:
    try:
        return progress.follow(store, job_id).state
    except progress.Left:
        click.get_current_context().exit(output.EXIT_INTERRUPTED)


@click.command("sweep")
@click.argument("sweep_id", type=int, metavar="SWEEP")
@click.option("--out", type=click.Path(path_type=Path), help="Also write the trade-off page (HTML) here.")
@pass_desk
def sweep_command(desk: Desk, sweep_id: int, out: Path | None) -> None:
    """Show a sweep as it stands: learned against forgot, and the recommended run."""
    store = desk.store()
    _tell(store, rows.get(store, sweep_id), out)


@click.command("sweeps")
@pass_desk
def sweeps_command(desk: Desk) -> None:
    """List the sweeps, newest first."""
    store = desk.store()
    found = rows.everything(store)
    if not found:
        output.say("There is no sweep yet. `palimpsest try-all RECIPE.toml` starts one.")
        return
    output.table(("sweep", "name", "runs", "outcome"), [_sweep_line(store, one) for one in found])


def _sweep_line(store: Store, one: Sweep) -> tuple[str, ...]:
    made = sweeps.summarise(store, one)
    count = len(rows.cells(store, one.id))
    return (str(one.id), one.name, f"{count - len(made.missing)} of {count}", made.sentence)


def _tell(store: Store, sweep: Sweep, out: Path | None) -> None:
    made = sweeps.summarise(store, sweep)
    output.say()
    if made.points:
        _tell_points(made)
    for missing in made.missing:
        output.say(f"Missing: {missing}.")
    output.say(made.sentence)
    if made.recommended is not None:
        output.say(f"`palimpsest show {made.recommended}` tells it in full.")
    if out is not None:
        output.say(str(write_page(store, sweep, out)))


def _tell_points(made: Summary) -> None:
    measure = made.measure
    if measure is None:
        return
    output.table(
        ("run", "what", "verdict", f"learned ({MEASURES[measure][0]})", "worst loss", "training", "memory", ""),
        [
            (str(one.run_id), one.label, f"{GLYPHS[one.word]} {one.word}", gain_text(one.gain, measure),
             f"{one.worst:.1f} × limit ({one.worst_name})", duration_text(one.elapsed_s), bytes_text(one.peak_bytes),
             _note(made, one.run_id))
            for one in sorted(made.points, key=lambda one: -one.gain)
        ],
    )  # fmt: skip


def _note(made: Summary, run_id: int) -> str:
    if run_id == made.recommended:
        return "★ recommended"
    return "on the front" if run_id in made.front else ""


def write_page(store: Store, sweep: Sweep, out: Path) -> Path:
    """Write the sweep's page and return its path; `UserError` if the place cannot be written to."""
    from engine.export.sweep import write_sweep_page

    path = out.absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_sweep_page(store, sweep.id, path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.", remedy="Choose another with --out.") from error


COMMANDS = (try_all, sweep_command, sweeps_command)
