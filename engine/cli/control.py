"""`pause`, `resume`, `stop`, `check`, `follow`, `log`, `kill`: steering a run that another process does."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from engine import client, liveness
from engine.cli import output, progress
from engine.cli.main import Desk, pass_desk
from engine.cli.run import follow_run
from engine.errors import UserError
from engine.states import State
from engine.store import Store, jobs, runs

if TYPE_CHECKING:
    from engine.records import Job, Run

#: A host that was asleep needs a moment to start and to record how the worker ended.
KILLED_WITHIN_S = 30.0
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


@click.command()
@click.argument("run", required=False)
@click.option("--job", "job_id", type=int, help="A job's number, for one that belongs to no run.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@pass_desk
def kill(desk: Desk, run: str | None, job_id: int | None, yes: bool) -> None:
    """End a worker that hangs, at once; the steps since the last checkpoint are lost, and the run can be resumed."""
    if (run is None) == (job_id is None):
        raise UserError("Name a run, or a job with --job.", remedy="`palimpsest runs` lists the runs.")
    store = desk.store()
    job = _run_and_job(store, run)[1] if run is not None else jobs.get(store, int(job_id or 0))
    if job.state.is_ended or job.state is State.QUEUED or not liveness.lane_is_held(store.home, job.lane):
        raise UserError(f"Job {job.id} ({job.kind}) is {job.state.word.lower()}: no worker is at it.")
    output.say(f"Job {job.id} ({job.kind}) is {job.state.word.lower()}. {liveness.pulse_text(store.home, job.lane)}")
    if not yes:
        click.confirm("End its worker at once?", abort=True)
    if liveness.end_worker(store.home, job.lane) is None:
        raise UserError(
            "The job is done by a program of yours (--in-process), not by a worker.", remedy="End that program itself."
        )
    client.ensure_host(store.home)
    ended = client.wait_for(store, job.id, timeout_s=KILLED_WITHIN_S)
    output.say(ended.sentence())
    if run is not None and "resume" in ended.state.actions:
        output.say(f"`palimpsest resume {run}` goes on from the last checkpoint.")


COMMANDS = (kill, pause, resume, stop, check, follow, log)
