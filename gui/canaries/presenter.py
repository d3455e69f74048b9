"""What the Canaries page decides: which suite is open, edits as new versions, budgets, tests on the base. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from engine import suites
from engine.errors import UserError
from engine.records import Budget
from engine.store import budgets, history, jobs, models, runs
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.errors import PalimpsestError
    from engine.records import Job, ModelRow
    from engine.store import Store
    from engine.suites import Canary, Capability, Own, Place, Seen
    from gui.project import Project


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the list at the left: a suite, or a capability of the open one."""

    place: str
    capability: str = ""
    name: str = ""
    count: int = 0
    is_own: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One canary as the table shows it."""

    canary: Canary
    seen: Seen
    is_disabled: bool = False


@dataclass(frozen=True, kw_only=True)
class Power:
    """What a capability can decide, and how often the base passes its checks."""

    smallest_drop: float = 0.0
    smallest_budget: float = 0.0
    items_needed: int = 0
    can_keep: bool = True
    n: int = 0
    passes: tuple[float, float, float, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was worked out of the open suite off the GUI thread."""

    own: Own
    seen: dict[str, Seen] = field(default_factory=dict)
    power: dict[str, Power] = field(default_factory=dict)
    is_measured: bool = False
    is_stale: bool = False


class View(Protocol):
    """What the page shows when told."""

    def show_suite(self) -> None:
        """The open suite, its scores or its budgets changed."""

    def show_problem(self, error: PalimpsestError) -> None:
        """A suite cannot be read or imported."""


class Canaries:
    """One open suite and capability; `view` is told what to show."""

    def __init__(self, project: Project, view: View) -> None:
        """Begin with the standard suite."""
        self.project, self.view = project, view
        self.place, self.capability = "standard", ""
        self.look: Look | None = None

    # ---- reading -----------------------------------------------------------------------------------------------------

    @property
    def places(self) -> list[Place]:
        """The suites there are."""
        return suites.known(self.project.home)

    def lines(self) -> list[Line]:
        """Suites, the open one with its capabilities below."""
        found = []
        for place in self.places:
            found.append(Line(place=place.place, name=place.name, is_own=place.is_own))
            if place.place == self.place and self.look is not None:
                own = self.look.own
                found += [
                    Line(place=place.place, capability=one.name, name=one.title, count=len(own.suite.of(one.name)))
                    for one in own.suite.capabilities
                ]
        return found

    def open(self, place: str, capability: str = "") -> None:
        """Open a suite, or another capability of it."""
        if place != self.place or self.look is None:
            self.place, self.look = place, None
            self.capability = capability
            self.read()
        else:
            self.capability = capability or self.capability
            self.view.show_suite()

    def read(self) -> None:
        """Read the open suite, its scores and flags, off this thread."""
        work = _Looking(self.project.home, self.place)
        self.project.tasks.with_store(work, self._on_read, self.view.show_problem)

    def _on_read(self, looked: tuple[str, Look]) -> None:
        place, look = looked
        if place != self.place:
            return
        self.look = look
        names = [one.name for one in look.own.suite.capabilities]
        if self.capability not in names:
            self.capability = names[0] if names else ""
        self.view.show_suite()

    def items(self) -> list[Item]:
        """The open capability's items, the disabled ones last."""
        if self.look is None:
            return []
        own, seen = self.look.own, self.look.seen
        live = [Item(canary=one, seen=seen.get(one.id, suites.Seen())) for one in own.suite.of(self.capability)]
        off = [one for one in own.disabled if one.capability == self.capability]
        return live + [Item(canary=one, seen=suites.Seen(), is_disabled=True) for one in off]

    @property
    def shown(self) -> Capability | None:
        """The open capability."""
        if self.look is None or not self.capability:
            return None
        return self.look.own.suite.capability(self.capability)

    # ---- budgets -----------------------------------------------------------------------------------------------------

    def budget(self) -> Budget:
        """The project's budget of the open capability; protect with the score's default where none is set."""
        rows = budgets.everything(self.project.store)
        return next((row.budget for row in rows if row.capability == self.capability), Budget())

    def set_budget(self, budget: Budget) -> None:
        """Set it for every recipe that says nothing else; undoable."""
        before, name = self.budget(), self.capability
        if budget != before and name:
            self.project.change(
                tr("Change the budget of {name}").format(name=name),
                lambda: self._put_budget(name, budget),
                lambda: self._put_budget(name, before),
            )

    def _put_budget(self, name: str, budget: Budget) -> None:
        if budget == Budget():
            budgets.remove(self.project.store, name)
        else:
            budgets.put(self.project.store, name, budget)
        self.view.show_suite()

    # ---- edits -------------------------------------------------------------------------------------------------------

    @property
    def is_own(self) -> bool:
        """Whether the open suite may be changed."""
        return self.look is not None and self.look.own.is_own

    def add(self, prompt: str, answers: Sequence[str], check: str) -> bool:
        """Put a new item into the open capability; says whether it was possible."""
        capability = self.shown
        if capability is None:
            return False
        return self._edit(
            tr("Add a canary"),
            lambda own: suites.with_item(own, suites.item_of(capability, own, prompt, answers, check)),
        )

    def change(self, canary: Canary, prompt: str, answers: Sequence[str], check: str) -> bool:
        """Change an item; says whether it was possible."""
        return self._edit(
            tr("Edit a canary"),
            lambda own: suites.with_item(own, suites.changed_item(canary, prompt, answers, check), replaces=canary.id),
        )

    def toggle(self, item: Item) -> None:
        """Disable an item, or enable it again."""
        if item.is_disabled:
            self._edit(tr("Enable a canary"), lambda own: suites.enabled(own, item.canary.id))
        else:
            self._edit(tr("Disable a canary"), lambda own: suites.disabled(own, item.canary.id))

    def copy_suite(self) -> None:
        """Make an own copy of the open suite, to be edited."""
        if self.look is None:
            return
        name = suites.free_name(self.project.home, f"my-{self.look.own.suite.name}")
        own = suites.copy(self.project.home, self.look.own.suite, name)
        suites.write(own)
        self.project.toast(tr("Made {name}: yours to edit.").format(name=name))
        self.open(own.folder, self.capability)

    def import_file(self, path: Path) -> None:
        """Import a JSONL or CSV file or a suite folder as an own suite; a bad line is told and nothing is imported."""
        home = self.project.home
        self.project.tasks.run(lambda: _imported(home, path), self._on_imported, self.view.show_problem)

    def _on_imported(self, own: Own) -> None:
        count = tr("%n canary(ies)", "", len(own.suite.items))
        self.project.toast(tr("Imported {name}: {count}.").format(name=own.suite.name, count=count))
        self.open(own.folder)

    def _edit(self, words: str, edit: Callable[[Own], Own]) -> bool:
        if self.look is None or not self.is_own:
            return False
        before = self.look.own
        try:
            after = edit(before)
        except UserError as error:
            self.project.tell_error(error)
            return False
        self.project.change(words, lambda: self._write(after), lambda: self._write(before))
        return True

    def _write(self, own: Own) -> None:
        suites.write(own)
        if self.look is not None and own.folder == self.place:
            self.look = Look(own=own, seen=self.look.seen, power=self.look.power, is_measured=self.look.is_measured,
                             is_stale=self.look.is_measured)  # fmt: skip
            self.view.show_suite()
            self.read()

    # ---- testing -----------------------------------------------------------------------------------------------------

    def base(self) -> ModelRow | None:
        """The base that canaries are tested on: the current model's, else the first."""
        return current_base(self.project.store)

    def test(self) -> None:
        """Score the open capability on the base; the column fills when it is done."""
        base = self.base()
        if base is None or not self.capability:
            self.project.toast(tr("Import a base model first."), level="warning")
            return
        payload: dict[str, Any] = {
            "model_ref": f"base:{base.name}", "suite": self.place, "capabilities": [self.capability], "generate": "all",
        }  # fmt: skip
        self.project.follow(jobs.enqueue(self.project.store, "score", payload), self._on_tested)
        self.view.show_suite()

    def _on_tested(self, job: Job) -> None:
        if job.error_kind:
            self.project.toast(job.reason, level="error")
        self.read()

    def test_under_way(self) -> Job | None:
        """The scoring of the open suite at work or waiting, if there is one."""
        waiting = jobs.unfinished(self.project.store)
        return next((job for job in waiting if job.kind == "score" and job.payload.get("suite") == self.place), None)


class _Looking:
    """Reads a suite with its scores, flags and power, in a thread with a store of its own."""

    def __init__(self, home: Path, place: str) -> None:
        self._home, self._place = home, place

    def __call__(self, store: Store) -> tuple[str, Look]:
        from engine.store import scores

        own = suites.read(self._home, self._place)
        base = current_base(store)
        print_ = base.fingerprint if base else ""
        last = scores.of_fingerprint(store, print_, self._place) if print_ else []
        seen = suites.seen(store, own.suite, self._place, print_, training_texts(store))
        changed_at = Path(own.folder).stat().st_mtime if own.folder else 0.0
        look = Look(
            own=own, seen=seen, power=_power(own, seen), is_measured=bool(last),
            is_stale=bool(last) and last[0].created_at < changed_at,
        )  # fmt: skip
        return self._place, look


def _power(own: Own, seen: dict[str, Seen]) -> dict[str, Power]:
    return {
        name: Power(
            smallest_drop=power.smallest_drop_called_forgot, smallest_budget=power.smallest_budget_called_kept,
            items_needed=power.items_for_kept, can_keep=power.can_keep, n=power.n, passes=passes,
        )
        for name, power, passes in suites.powers(own.suite, seen)
    }  # fmt: skip


def _imported(home: Path, path: Path) -> Own:
    suite = suites.load_suite(path)
    own = suites.copy(home, suite, suites.free_name(home, suite.name))
    suites.write(own)
    return own


def current_base(store: Store) -> ModelRow | None:
    """The base under the current model, else the first one, else none."""
    rows = models.everything(store)
    pointer = history.pointer(store)
    target = pointer[0] if pointer else ""
    name = target.removeprefix("base:")
    if "@" in target:
        try:
            name = runs.find(store, target.partition("@")[0]).recipe.base
        except UserError:
            name = ""
    return next((row for row in rows if row.name == name), rows[0] if rows else None)


def training_texts(store: Store) -> list[str]:
    """The texts of the newest run's training rows; none where there is no run or its file is gone."""
    from engine import drafts

    newest = next((run for run in runs.everything(store) if Path(run.recipe.data.path).is_file()), None)
    if newest is None:
        return []
    try:
        look = drafts.first_look(Path(newest.recipe.data.path), newest.recipe.data.mapping)
    except UserError:
        return []
    return [message.content for item in look.conversations for message in item.messages]
