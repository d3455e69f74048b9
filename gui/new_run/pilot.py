"""Trying twenty steps first: the job, and what it measured in words, always as an estimate. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from engine.states import State
from engine.store import jobs
from gui.i18n import said, tr
from gui.new_run.binding import bound
from gui.widgets.text import MINUS, signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.errors import PalimpsestError
    from engine.records import Job, Recipe
    from engine.store import Store
    from gui.project import Project


@dataclass(frozen=True, kw_only=True)
class PilotNote:
    """What a pilot came to: a headline, a line each capability (worst first), and how many are beyond their limit."""

    headline: str
    lines: tuple[str, ...]
    beyond: int


class View(Protocol):
    """What the panel shows when told."""

    def show_pilot(self, note: PilotNote | None, *, waiting: str, problem: str) -> None:
        """A pilot is at work (`waiting` says how far it is), has ended, failed, or there is none of this recipe."""


class Pilot:
    """One pilot at a time; results are kept by recipe, so that coming back to a recipe shows its own again."""

    def __init__(self, project: Project, view: View) -> None:
        """Begin without any."""
        self.project, self.view = project, view
        self._notes: dict[str, PilotNote] = {}
        self._job = 0
        self._is_starting = False
        self._shown = ""
        self._problem = ""

    @property
    def is_running(self) -> bool:
        """Whether one waits or is at work."""
        return self._is_starting or bool(self._job)

    def show_for(self, recipe: Recipe) -> None:
        """Show what is known of a recipe."""
        key = recipe.hash()
        if key != self._shown:
            self._shown, self._problem = key, ""
        self._show()

    def start(self, recipe: Recipe) -> None:
        """Queue one; while one is at work, cancel it instead."""
        if self._job:
            jobs.request(self.project.store, self._job, "cancel")
            return
        if self._is_starting:
            return
        self._is_starting, self._shown, self._problem = True, recipe.hash(), ""
        self._show()
        self.project.tasks.with_store(_Queueing(recipe), self._on_queued, self._on_refused)

    def _on_queued(self, queued: tuple[str, int]) -> None:
        key, self._job = queued
        self._is_starting = False
        self.project.follow(self._job, lambda job: self._on_ended(key, job))
        self._show()

    def _on_refused(self, error: PalimpsestError) -> None:
        self._is_starting, self._problem = False, error.sentence()
        self._show()

    def _on_ended(self, key: str, job: Job) -> None:
        self._job = 0
        if job.result:
            self._notes[key] = note_of(job.result)
        elif job.state is not State.CANCELLED:
            self._problem = job.reason
        self._show()

    def refresh(self) -> None:
        """Say how far the one at work is."""
        if self._job:
            self._show()

    def _show(self) -> None:
        self.view.show_pilot(self._notes.get(self._shown), waiting=self._waiting(), problem=self._problem)

    def _waiting(self) -> str:
        if not self.is_running:
            return ""
        job = jobs.get(self.project.store, self._job) if self._job else None
        if job is None or not job.phase:
            return tr("Twenty steps are being tried; they wait their turn if a run is training.")
        words = said(job.phase)
        if job.phase_total:
            words = f"{words}, {100 * job.phase_done // job.phase_total} %"
        return tr("Twenty steps are being tried: {phase}. How the base scores is kept for the run itself.").format(
            phase=words
        )


def note_of(found: Mapping[str, Any]) -> PilotNote:
    """A pilot's result in words: what changed in its steps, and what that would come to over the whole run."""
    headline = tr("After {steps} of {total} steps: loss {before} → {after} nats/token.").format(
        steps=found["steps"], total=found["steps_total"], before=f"{found['base_nll']:.2f}", after=f"{found['pilot_nll']:.2f}"
    )  # fmt: skip
    ordered = sorted(found["capabilities"], key=lambda one: -one["estimate"] / one["limit"])
    beyond = sum(one["estimate"] > one["limit"] for one in ordered)
    return PilotNote(headline=headline, lines=tuple(_line(one) for one in ordered), beyond=beyond)


def _line(one: Mapping[str, Any]) -> str:
    glyph = "▼" if one["estimate"] > one["limit"] else "○"
    words = tr("{name}: {now} now, about {end} at the end (limit {limit}, n={n})")
    return f"{glyph} " + words.format(
        name=one["name"], now=signed(-one["change"], 3), end=signed(-one["estimate"], 2), n=one["n"],
        limit=f"{MINUS}{one['limit']:g}",
    )  # fmt: skip


class _Queueing:
    """Binds a recipe and queues its pilot, in a thread; gives the draft's hash and the job's id."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def __call__(self, store: Store) -> tuple[str, int]:
        recipe = bound(store, self._recipe)
        return self._recipe.hash(), jobs.enqueue(store, "pilot", {"recipe": recipe.to_toml()})
