"""`run` and `plan`: from a recipe to a queued run, followed to its verdict."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from engine import client, plan
from engine.cli import output, planning, progress, show
from engine.cli.main import Desk, pass_desk
from engine.cli.options import build_recipe, recipe_options
from engine.drafts import with_data_fingerprint
from engine.errors import UserError
from engine.states import State
from engine.store import Store, jobs, runs

if TYPE_CHECKING:
    from engine.records import Job

_FILE = click.argument("file", required=False, metavar="[RECIPE.toml]", type=click.Path(path_type=Path))


@click.command("plan")
@_FILE
@click.option("--explain", is_flag=True, help="Show the arithmetic of every part.")
@recipe_options
@pass_desk
def plan_command(desk: Desk, file: Path | None, explain: bool, **given: Any) -> None:
    """Say what a run would need and could decide, before it runs."""
    store = desk.store()
    made = planning.make_plan(store, with_data_fingerprint(build_recipe(store, file, given)))
    output.say(plan.explain(made) if explain else planning.short_text(made))


@click.command("run")
@_FILE
@click.option("--in-process", is_flag=True, help="Do the work in this process (for debugging), not in a worker.")
@click.option("--detach", is_flag=True, help="Queue it and return at once.")
@recipe_options
@pass_desk
def run_command(desk: Desk, file: Path | None, in_process: bool, detach: bool, **given: Any) -> None:
    """Fine-tune: measure before, train, measure after, and say what was kept and what was forgotten."""
    if in_process and detach:
        raise UserError("--in-process and --detach contradict each other.", remedy="Choose one.")
    store = desk.store()
    recipe = with_data_fingerprint(build_recipe(store, file, given))
    made = planning.make_plan(store, recipe)
    output.say(planning.short_text(made))
    run_id, job_id = client.queue_run(store, recipe, msgspec.to_builtins(made))
    name = runs.get(store, run_id).name
    if detach:
        client.ensure_host(desk.home)
        output.say(f"Run {run_id} ({name}) is queued. `palimpsest follow {run_id}` shows it.")
        return
    output.say(f"Run {run_id} ({name}) is queued.")
    if in_process:
        end_of_run(store, run_id, run_here(store, run_id, job_id))
    else:
        follow_run(store, run_id, job_id)


def follow_run(store: Store, run_id: int, job_id: int) -> None:
    """Follow a run to its end, its looks told as they come, then tell how it ended; ends the command."""
    try:
        job = progress.follow(store, job_id, looks=show.Looks(store, run_id).new)
    except progress.Left:
        click.get_current_context().exit(output.EXIT_INTERRUPTED)
    end_of_run(store, run_id, job)


def run_here(store: Store, run_id: int, job_id: int) -> Job:
    """Do a run in this process while a second thread shows it, with a store of its own."""
    ended = threading.Event()
    watcher = threading.Thread(target=_show_until, args=(store.home, run_id, job_id, ended), daemon=True)
    watcher.start()
    try:
        job = client.run_in_process(store, job_id)
        while job.state is State.QUEUED:  # it asked for a fresh process; this one is the only one there is
            job = client.run_in_process(store, job_id)
        return job
    finally:
        ended.set()
        watcher.join()


def _show_until(home: Path, run_id: int, job_id: int, ended: threading.Event) -> None:
    store = Store(home)
    try:
        with progress.open_view() as view:
            feed = progress.Feed(store, jobs.get(store, job_id), view, show.Looks(store, run_id).new)
            while not ended.wait(progress.LOOK_EVERY_S):
                feed.show(jobs.get(store, job_id))
            feed.show(jobs.get(store, job_id))
    finally:
        store.close()


def end_of_run(store: Store, run_id: int, job: Job) -> None:
    """Tell how a run ended and what it gave; a failed one ends the command with its exit code."""
    output.say()
    show.tell_run(store, run_id)
    if job.state is State.FINISHED and runs.get(store, run_id).recipe.protection.slider_after:
        output.say(
            f"Smaller strengths of the change are scored next; `palimpsest strength {run_id}` shows what they keep."
        )
    if job.state in (State.FAILED, State.INTERRUPTED, State.CANCELLED):
        output.warn(f"Error: {job.sentence()}")
        if "resume" in job.state.actions:
            output.warn(
                f"`palimpsest resume {run_id}` goes on from the last checkpoint; `palimpsest log {run_id}` has more."
            )
        click.get_current_context().exit(output.exit_code(job.error_kind))


COMMANDS = (plan_command, run_command)
