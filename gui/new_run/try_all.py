"""What Try all decides: it plans every method with each change of the form or of the wish, and queues the sweep. No Qt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gui.actions import sweeps as sweep_actions
from gui.i18n import tr
from gui.new_run.sweep_note import SweepNote, Wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.errors import PalimpsestError
    from engine.plan import RowFacts
    from engine.records import Method, Recipe
    from engine.store import Store
    from gui.new_run.presenter import NewRun
    from gui.new_run.sweep_plan import Sweep
    from gui.project import Project


class View(Protocol):
    """What the panel shows when told."""

    def show_sweep(self, note: SweepNote) -> None:
        """A sweep was planned, or could not be."""

    def show_sweep_busy(self, words: str) -> None:
        """Queueing takes a moment; an empty text when it is over."""


class TryAll:
    """One wish beside a draft; plans while it is open."""

    def __init__(self, project: Project, view: View, new_run: NewRun) -> None:
        """Begin closed, with the wish to try every method that fits."""
        self.project, self.view, self.new_run = project, view, new_run
        self.wish = Wish()
        self.note = SweepNote()
        self.is_open = False
        self._is_planning = self._plan_again = self._is_queueing = False

    def open(self) -> None:
        """Begin to plan."""
        self.is_open = True
        self.plan_soon()

    def close(self) -> None:
        """Plan no more; the wish stays."""
        self.is_open = False

    def choose(self, method: Method, *, is_wanted: bool) -> None:
        """Tick or untick a method."""
        shown = tuple(one.method for one in self.note.arms if one.is_chosen)
        chosen = set(shown if self.wish.methods is None else self.wish.methods) - {method}
        wanted = {*chosen, method} if is_wanted else chosen
        self.wish = replace(self.wish, methods=tuple(one.method for one in self.note.arms if one.method in wanted))
        self.plan_soon()

    def vary(self, path: str, text: str) -> None:
        """Name the values of a setting; an empty text leaves it as it is."""
        self.wish = replace(self.wish, texts={**self.wish.texts, path: text})
        self.plan_soon()

    # ---- planning ----------------------------------------------------------------------------------------------------

    def plan_soon(self) -> None:
        """Plan off this thread; while one is being made only the newest wish is kept."""
        if not self.is_open:
            return
        if self._is_planning:
            self._plan_again = True
            return
        rows = self.new_run.row_facts()
        obstacles = self.new_run.obstacles()
        if obstacles or rows is None:
            said = obstacles[0][1] if obstacles else tr("The file is still being read.")
            self._show(SweepNote(arms=self.note.arms, problem=said))
            return
        self._is_planning = True
        work = _Making(self.new_run.draft.recipe, rows, self.wish)
        self.project.tasks.with_store(work, self._on_planned, self._on_failed)

    def _on_planned(self, made: tuple[Sweep | None, SweepNote]) -> None:
        self._is_planning = False
        if self._plan_again:
            self._plan_again = False
            self.plan_soon()
            return
        self._show(made[1])

    def _on_failed(self, error: PalimpsestError) -> None:
        self._is_planning = self._plan_again = False
        self._show(SweepNote(arms=self.note.arms, problem=error.sentence()))

    def _show(self, note: SweepNote) -> None:
        self.note = note
        self.view.show_sweep(note)

    # ---- queueing ----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What the sweep is called: the name given in the form, else its rows."""
        recipe = self.new_run.draft.recipe
        return recipe.name or Path(recipe.data.path.replace("\\", "/")).stem

    def start(self) -> None:
        """Make it once more, bound to the files as they are now, queue it, and show it; asked twice, it is queued once."""
        if self._is_queueing:
            return
        rows = self.new_run.row_facts()
        if self.new_run.obstacles() or rows is None or self.note.problem:
            self.plan_soon()
            return
        self._is_queueing = True
        self.view.show_sweep_busy(tr("Reading the files…"))
        work = _Queueing(_Making(self.new_run.draft.recipe, rows, self.wish), self.name)
        self.project.tasks.with_store(work, self._on_queued, self._on_queue_failed)

    def _on_queued(self, done: tuple[int, SweepNote]) -> None:
        sweep_id, note = done
        self._is_queueing = False
        self.view.show_sweep_busy("")
        if not sweep_id:
            self._show(note)
            return
        self.new_run.forget_name()
        sweep_actions.queued(self.project, sweep_id, note.count)

    def _on_queue_failed(self, error: PalimpsestError) -> None:
        self._is_queueing = False
        self.view.show_sweep_busy("")
        self.project.tell_error(error)


class _Making:
    """Makes a sweep, in a thread with a store of its own."""

    def __init__(self, recipe: Recipe, rows: Callable[[], RowFacts], wish: Wish) -> None:
        self._recipe, self._rows, self._wish = recipe, rows, wish

    def __call__(self, store: Store) -> tuple[Sweep | None, SweepNote]:
        from gui.new_run import sweep_plan

        return sweep_plan.made(store, self._recipe, self._rows(), self._wish)


class _Queueing:
    """Makes a sweep and queues it, in a thread; the id is 0 where it was refused."""

    def __init__(self, making: _Making, name: str) -> None:
        self._making, self._name = making, name

    def __call__(self, store: Store) -> tuple[int, SweepNote]:
        from gui.new_run import sweep_plan

        sweep, note = self._making(store)
        return (0 if sweep is None else sweep_plan.queued(store, sweep, self._name)), note
