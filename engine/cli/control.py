"""`pause`, `resume`, `stop`, `check`, `follow`, `log`: steering a run that another process does."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from engine import client
from engine.cli import output, progress
from engine.cli.main import Desk, pass_desk
from engine.cli.run import follow_run
from engine.errors import UserError
from engine.states import State
from engine.store import Store, jobs, runs

if TYPE_CHECKING:
    from engine.records import Job, Run

_DONE = {
    "pause": "It pauses after this step, with a checkpoint.",
    "resume": "It goes on.",
    "stop": "It stops and keeps what there is.",
    "cancel": "It is cancelled; nothing was trained yet.",
    "check": "Its canaries are checked after this step.",
}


def _run_and_job(store: Store, name: str) -> tuple[Run, Job]:
    run = runs.find(store, name)
    job = jobs.latest_for_run(store, run.id)
    if job is None:
        raise UserError(
            f"Run {run.id} ({run.name}) has no job any more; it came from a rebuilt database.",
            remedy=f"`palimpsest resume {run.id}` queues one.",
        )
    return run, job


def _ask(desk: Desk, name: str, action: str) -> None:
    """Put a request to a run, or refuse with what it can be asked for now."""
    run = runs.find(desk.store(), name)
    done = _DONE[client.ask(desk.store(), run.id, action)]
    output.say(f"Run {run.id} ({run.name}): {done[0].lower()}{done[1:]}")


@click.command()
@click.argument("run")
@pass_desk
def pause(desk: Desk, run: str) -> None:
    """Pause a run after the step at hand; it writes a checkpoint and waits."""
    _ask(desk, run, "pause")


@click.command()
@click.argument("run")
@pass_desk
def stop(desk: Desk, run: str) -> None:
    """Stop a run after the step at hand and keep a checkpoint; a run that has not trained yet is cancelled."""
    _ask(desk, run, "stop")


@click.command()
@click.argument("run")
@pass_desk
def check(desk: Desk, run: str) -> None:
    """Check a training run's canaries now."""
    _ask(desk, run, "check")


@click.command()
@click.argument("run")
@pass_desk
def resume(desk: Desk, run: str) -> None:
    """Go on with a paused run, or with a stopped, failed or interrupted one from its last checkpoint."""
    store = desk.store()
    found = runs.find(store, run)
    if not found.state.is_ended:
        _ask(desk, run, "resume")
        return
    client.ask(store, found.id, "resume")
    client.ensure_host(desk.home)
    output.say(f"Run {found.id} ({found.name}) is queued again. `palimpsest follow {found.id}` shows it.")


@click.command()
@click.argument("run")
@pass_desk
def follow(desk: Desk, run: str) -> None:
    """Follow a run to its end; one that has ended is shown."""
    store = desk.store()
    found, job = _run_and_job(store, run)
    follow_run(store, found.id, job.id)


@click.command()
@click.argument("run")
@click.option("-f", "--follow", "following", is_flag=True, help="Go on printing until the run ends.")
@pass_desk
def log(desk: Desk, run: str, following: bool) -> None:
    """Print a run's log."""
    store = desk.store()
    found = runs.find(store, run)
    rev = _print_log(store, found.id, 0)
    while following and not runs.get(store, found.id).state.is_ended:
        time.sleep(progress.LOOK_EVERY_S)
        rev = _print_log(store, found.id, rev)
    job = jobs.latest_for_run(store, found.id)
    if job is not None and job.state in (State.FAILED, State.INTERRUPTED):
        output.say(job.sentence())
        output.say(job.details)


def _print_log(store: Store, run_id: int, rev: int) -> int:
    for entry in runs.log_since(store, rev, run_id=run_id):
        rev = max(rev, entry.rev)
        when = datetime.fromtimestamp(entry.at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        output.say(f"{when}  {entry.level:7}  {entry.message}")
    return rev


COMMANDS = (pause, resume, stop, check, follow, log)
