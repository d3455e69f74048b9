"""Following a job: one bar a phase with the time left on a terminal, plain lines elsewhere; Ctrl+C asks what to do."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol

import click

from engine import client
from engine.cli import output
from engine.plan.eta import Eta
from engine.states import State
from engine.store import jobs, runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from engine.records import Job
    from engine.store import Store

LOOK_EVERY_S = 0.5
TRAINING = "training"


class Left(Exception):
    """The user left the job running."""


class View(Protocol):
    """Where progress is shown."""

    def line(self, text: str) -> None:
        """Show a sentence that stays."""

    def phase(self, name: str, done: int, total: int, left: str) -> None:
        """Show how far a phase is; a total of 0 means unknown."""


class PlainView:
    """Lines for files and pipes: one when a phase begins, one each tenth of it, no control characters."""

    def __init__(self) -> None:
        """Begin with no phase."""
        self._said: tuple[str, int] = ("", -1)

    def line(self, text: str) -> None:
        """Print the sentence."""
        output.say(text)

    def phase(self, name: str, done: int, total: int, left: str) -> None:
        """Print a line when there is news worth one."""
        tenth = 10 * done // total if total else 0
        known, before = self._said
        if name == known and tenth <= before and done:
            return
        if (name, tenth) != self._said:
            self._said = (name, tenth)
            output.say(f"{name}: {done}/{total}" + (f", {left}" if left else "") if total else f"{name} …")

    def __enter__(self) -> PlainView:
        """Nothing to set up."""
        return self

    def __exit__(self, *details: object) -> None:
        """Nothing to take down."""


class BarView:
    """Bars for a terminal, one a phase; what stays is printed above them."""

    def __init__(self) -> None:
        """Begin with no bar; rich is imported only here."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

        self._bars = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[left]}", markup=False), refresh_per_second=4,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}

    def line(self, text: str) -> None:
        """Print above the bars."""
        self._bars.console.print(output.visible(text), markup=False, highlight=False, soft_wrap=True)

    def phase(self, name: str, done: int, total: int, left: str) -> None:
        """Move the phase's bar; a phase that begins again gets its bar anew."""
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(output.visible(name), total=total or None, left="")
        self._bars.update(self._tasks[name], completed=done, total=total or None, left=left)

    def __enter__(self) -> BarView:
        """Start drawing."""
        self._bars.start()
        return self

    def __exit__(self, *details: object) -> None:
        """Stop drawing; the bars stay as they are."""
        self._bars.stop()


def open_view() -> PlainView | BarView:
    """Return bars on a terminal, lines elsewhere."""
    return BarView() if sys.stdout.isatty() else PlainView()


class Feed:
    """Turns the rows of one job into what a view shows; each row is told once."""

    def __init__(self, store: Store, job: Job, view: View, looks: Callable[[], list[str]] = list) -> None:
        """Bind to a job; `looks` returns the canary looks that are new since it was last called, as sentences."""
        self.store, self.view, self._looks = store, view, looks
        self._state = job.state
        self._log_rev = self._step_rev = store.rev() if job.attempt else 0
        self._etas: dict[str, Eta] = {}

    def show(self, job: Job) -> None:
        """Show everything that is new: log lines, looks, the state, the phase."""
        for entry in runs.log_since(self.store, self._log_rev, job_id=job.id):
            self._log_rev = entry.rev
            self.view.line(entry.message if entry.level == "info" else f"{entry.level}: {entry.message}")
        for sentence in self._looks():
            self.view.line(sentence)
        if job.state is not self._state:
            self._state = job.state
            if job.state in (State.PAUSED, State.QUEUED):
                self.view.line(job.sentence())
        if job.phase:
            self.view.phase(job.phase, job.phase_done, job.phase_total, self._left(job))

    def _left(self, job: Job) -> str:
        eta = self._etas.setdefault(job.phase, Eta())
        if job.phase == TRAINING and job.run_id is not None:
            for step in runs.steps(self.store, job.run_id, self._step_rev):
                self._step_rev = max(self._step_rev, step.rev)
                eta.at(step.step, step.elapsed_s)
        else:
            eta.at(job.phase_done, time.monotonic())
        return eta.text(job.phase_total)


def follow(store: Store, job_id: int, *, looks: Callable[[], list[str]] = list) -> Job:
    """Follow a job to its end and return it. Ctrl+C asks: leave it running (raises `Left`), stop and keep, go on."""
    view = open_view()
    feed = Feed(store, jobs.get(store, job_id), view, looks)
    while True:
        try:
            return _watch(store, job_id, feed, view)
        except KeyboardInterrupt:
            if ask_what_now(store, job_id) == "l":
                output.say(leaving_text(jobs.get(store, job_id)))
                raise Left from None


def _watch(store: Store, job_id: int, feed: Feed, view: AbstractContextManager[object]) -> Job:
    job = jobs.get(store, job_id)
    with view:
        while not job.state.is_ended:
            client.ensure_host(store.home)
            job = client.wait_for(store, job_id, on_change=feed.show, timeout_s=LOOK_EVERY_S)
        feed.show(job)
    return job


def ask_what_now(store: Store, job_id: int) -> str:
    """Ask after Ctrl+C and do it: "l" leave it running, "s" stop and keep, "c" continue. Without a terminal: leave."""
    if not sys.stdin.isatty():
        return "l"
    try:
        answer = click.prompt(
            "[l]eave it running, [s]top it and keep what there is, [c]ontinue following",
            type=click.Choice(["l", "s", "c"]), show_choices=False, default="l",
        )  # fmt: skip
    except (KeyboardInterrupt, click.Abort):
        return "l"
    if answer == "s":
        stop(store, job_id)
    return str(answer)


def stop(store: Store, job_id: int) -> None:
    """Ask a job to stop and keep what there is, or to cancel where there is nothing to keep yet."""
    job = jobs.get(store, job_id)
    if job.state.is_ended:
        return
    jobs.request(store, job_id, "cancel" if "cancel" in job.state.actions else "stop")


def leaving_text(job: Job) -> str:
    """Say that it goes on, and how to get back to it."""
    again = f"`palimpsest follow {job.run_id}`" if job.run_id is not None else "the same command"
    return f"It goes on without this terminal; {again} shows it again."


def require_finished(job: Job) -> Job:
    """Return a finished job; tell why it is not otherwise, with the exit code that belongs to it."""
    if job.state is not State.FINISHED:
        output.warn(f"Error: {job.sentence()}")
        click.get_current_context().exit(output.exit_code(job.error_kind))
    return job


def work(store: Store, job_id: int) -> Job:
    """Follow a job and return it finished, or end the command as its failure or Ctrl+C says."""
    try:
        job = follow(store, job_id)
    except Left:
        click.get_current_context().exit(output.EXIT_INTERRUPTED)
    return require_finished(job)


def hashing(total_hint: str, view: View) -> Callable[[int, int], None]:
    """Return a callback for hashing that moves a bar in megabytes."""

    def on_bytes(done: int, total: int) -> None:
        view.phase(total_hint, done // 10**6, max(1, total // 10**6), "")

    return on_bytes
