"""The Answers tab at work: reads, follows what is being written, asks, browses, votes."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction

from engine.errors import UserError
from engine.store import answers, jobs, prompt_sets, votes
from gui.compare import answers_commands as commands
from gui.compare import answers_desk as desk
from gui.compare import answers_presenter as presenter
from gui.compare.answers_items import Item, Stream, of_job, with_scores
from gui.compare.answers_reading import AnswersReading, read
from gui.compare.answers_show import Shower
from gui.compare.answers_view import AnswersPanel
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QHideEvent, QShowEvent
    from PySide6.QtWidgets import QWidget

    from engine.errors import PalimpsestError
    from engine.records import Job
    from gui.project import Project

#: Changes of these tables make the tab read anew, off the GUI thread; what is being written is followed piece by piece.
READ_ON = frozenset({"*", "measurements", "checkpoints", "models"})
TABLES = READ_ON | {"jobs", "answer_chunks", "votes", "prompt_sets"}
_SIDES = ("a", "b", "c")


def _draw_seed() -> int:
    return secrets.randbits(31)


class AnswersTab(AnswersPanel):
    """Two or three models side by side: `open(a=…, b=…, c=…, prompt=…, item=…)` says which and what."""

    def __init__(
        self, project: Project, draw_seed: Callable[[], int] = _draw_seed, parent: QWidget | None = None
    ) -> None:
        """Build it; `draw_seed` gives the seed by which sides are drawn in blind mode."""
        super().__init__(project.tasks, parent)
        self.project = project
        self.refs: dict[str, str] = {}
        self.reading: AnswersReading | None = None
        self.items: list[Item] = []
        self.seed = draw_seed()
        self._key = ""
        self._wanted: dict[str, str] = {}
        self._scored: dict[str, dict[str, Any]] = {}
        self._scoring: dict[int, str] = {}
        self._is_reading = self._read_again = False
        self._live: dict[int, Stream] = {}
        self._ended: dict[str, Item] = {}
        self._show = Shower(self)
        self.commands = commands.of_tab(self)
        self._connect()

    def _connect(self) -> None:
        self.model_chosen.connect(self._on_model_chosen)
        for box in (self.source, self.shown, self.capability):
            box.activated.connect(self._on_filter_changed)
        self.search.textChanged.connect(self._on_filter_changed)
        self.next.clicked.connect(self.go_next)
        self.previous.clicked.connect(self.go_previous)
        self.blind.toggled.connect(self._on_blind_toggled)
        self.shade.activated.connect(self._on_shade_chosen)
        self.third.toggled.connect(self._on_third_toggled)
        self.flip.clicked.connect(self.flip_sides)
        self.difference.clicked.connect(self.pair.next_difference)
        self.again.clicked.connect(self.ask_again)
        self.locked.toggled.connect(self.pair.set_locked)
        self.modes.triggered.connect(self._on_mode_chosen)
        self.ballot.voted.connect(self.vote)
        self.ballot.export_requested.connect(self.export_votes)
        self.composer.asked.connect(self.ask)
        self.composer.stopped.connect(self.stop)
        self.composer.save_requested.connect(self._on_save_requested)
        self.composer.delete_requested.connect(self._on_delete_requested)

    def showEvent(self, event: QShowEvent) -> None:
        """Its keys work while it is in front."""
        super().showEvent(event)
        for action in self.commands:
            action.setEnabled(True)
        self.refresh(READ_ON)

    def hideEvent(self, event: QHideEvent) -> None:
        """They belong to others otherwise."""
        super().hideEvent(event)
        for action in self.commands:
            action.setEnabled(False)

    # ---- where one comes from, and how it was left ---------------------------------------------------------------------

    def open(self, **args: Any) -> None:
        """Take models, a prompt and an item from whoever leads here; what is not named stays."""
        named = {side: str(args[side]) for side in _SIDES if args.get(side)}
        wanted = {**self.refs, **named}
        if args.get("c") == "":  # a third model is not wanted, whoever stood there
            wanted.pop("c", None)
        if args.get("source"):
            self._turn_source(str(args["source"]))
        if wanted != self.refs:
            self.refs = wanted
            self.third.setChecked("c" in self.refs)
            self._forget()
        self._wanted = {name: str(args[name]) for name in ("prompt", "item") if args.get(name)}
        if self._wanted.get("prompt"):
            self.composer.set_prompts([self._wanted["prompt"]])
        if self.reading is not None and self._wanted:
            self._take_wanted()

    def save_state(self) -> dict[str, Any]:
        """Models, filters, sampling, and the prompt as it was being written."""
        return {
            "refs": self.refs, "source": self.source.currentData(), "shown": self.shown.currentData(),
            "settings": self.composer.settings(), "text": self.composer.text.toPlainText(),
            "blind": self.blind.isChecked(), "key": self._key,
        }  # fmt: skip

    def restore_state(self, state: dict[str, Any]) -> None:
        """Come back to them; what is missing or bad is left out."""
        refs = state.get("refs")
        if isinstance(refs, dict):
            self.refs = {side: str(refs[side]) for side in _SIDES if isinstance(refs.get(side), str)}
            self.third.setChecked("c" in self.refs)
        for box, name in ((self.source, "source"), (self.shown, "shown")):
            box.setCurrentIndex(max(0, box.findData(state.get(name))))
        self.composer.set_settings(state.get("settings"))
        self.composer.text.setPlainText(str(state.get("text") or ""))
        self.blind.setChecked(state.get("blind") is True)
        self._key = str(state.get("key") or "")

    def _forget(self) -> None:
        """Other models: what was read is of no use any more."""
        self.reading, self.items = None, []
        self._live, self._ended, self._scored, self._scoring = {}, {}, {}, {}
        if self.isVisible():
            self._read()

    # ---- reading -----------------------------------------------------------------------------------------------------

    def refresh(self, changed: frozenset[str]) -> None:
        """Follow the rows: pieces of answers at once, everything else by reading anew beside."""
        if "*" in changed and self._is_reading:
            return  # it was begun as the tab came to the front
        if self.reading is None or changed & READ_ON or ("jobs" in changed and self._has_new_job()):
            self._read()
        elif self._live and changed & {"jobs", "answer_chunks"}:
            self._follow()
        elif "votes" in changed or ("jobs" in changed and self.is_empty):
            self._show.everything()
        if "prompt_sets" in changed:
            self.composer.show_sets(prompt_sets.everything(self.project.store))

    def _has_new_job(self) -> bool:
        """Whether somebody else (or this window before it was closed) put a prompt to these models."""
        at_work = [job for job in jobs.unfinished(self.project.store) if job.kind == "answer"]
        return any(job.id not in self._live and self._is_ours(job) for job in at_work)

    def _is_ours(self, job: Job) -> bool:
        payload = job.payload
        return not payload.get("given") and all(payload.get(side, "") == self.refs.get(side, "") for side in ("a", "b"))

    def _read(self) -> None:
        if self._is_reading:
            self._read_again = True
            return
        self._is_reading = True
        self.project.tasks.with_store(partial(_read, dict(self.refs)), self._on_read, self._on_read_failed)

    def _on_read(self, reading: AnswersReading) -> None:
        self._is_reading = False
        named = {side: ref for side, ref in self.refs.items() if ref}
        if any(reading.refs.get(side) != ref for side, ref in named.items()):
            self._read_again = True  # other models were chosen meanwhile
        if self._read_again:
            self._read_again = False
            self._read()
            return
        self.reading, self.refs = reading, dict(reading.refs)
        self._live |= reading.streams  # what was asked while this was read is not in it
        self.show_choices(reading.choices, self.refs)
        self.composer.show_sets(prompt_sets.everything(self.project.store))
        self._follow()
        self._take_wanted()

    def _on_read_failed(self, error: PalimpsestError) -> None:
        self._is_reading = False
        self.composer.problem.say(error.sentence())

    def _follow(self) -> None:
        """Take the new pieces of what is being written, and show."""
        words = ""
        for job_id, stream in list(self._live.items()):
            stream.take(answers.since(self.project.store, job_id, stream.rev))
            job = jobs.get(self.project.store, job_id)
            for item in of_job(job, stream):
                self._ended[item.key] = item
            if job.state.is_ended:
                del self._live[job_id]
            else:
                words = words or self._show.phase_words(job)
        self.composer.show_busy(is_busy=bool(self._live), words=words)
        self._filter()

    # ---- browsing ----------------------------------------------------------------------------------------------------

    def all_items(self) -> Sequence[Item]:
        """What the chosen source holds, before any filter."""
        if self.reading is None:
            return ()
        if self.source.currentData() == "canaries":
            return [self._with_scores(item) for item in self.reading.stored]
        known = {item.key for item in self.reading.asked}
        asked = [self._ended.get(item.key, item) for item in self.reading.asked]
        return [*asked, *(item for key, item in self._ended.items() if key not in known)]

    def _with_scores(self, item: Item) -> Item:
        return with_scores(item, self._scored[item.key]) if item.key in self._scored else item

    @property
    def item(self) -> Item | None:
        """The one in front."""
        return next((one for one in self.items if one.key == self._key), None)

    @property
    def place(self) -> int:
        """Its place among those that pass the filters."""
        return next((at for at, one in enumerate(self.items) if one.key == self._key), 0)

    def _filter(self) -> None:
        found = self.all_items()
        is_stored = self.source.currentData() == "canaries"
        self.show_capabilities(sorted({one.capability for one in found if one.capability}))
        self.items = presenter.chosen(
            found, self.shown.currentData(), self.capability.currentData() or "", self.search.text().strip()
        )
        self.show_filters(is_stored=is_stored)
        if self.item is None:
            self._key = (self.items[0] if is_stored else self.items[-1]).key if self.items else ""
        self._show.everything()

    @Slot()
    def go_next(self) -> None:
        """J: the next answer."""
        self._move(1)

    @Slot()
    def go_previous(self) -> None:
        """K: the previous answer."""
        self._move(-1)

    def _move(self, by: int) -> None:
        place = self.place + by
        if 0 <= place < len(self.items):
            self.choose(self.items[place].key)

    def choose(self, key: str) -> None:
        """Show an item."""
        self._key = key
        self._show.everything()

    def _take_wanted(self) -> None:
        """Show what was asked for from outside: a canary by its name or its prompt, else the composer."""
        wanted, self._wanted = self._wanted, {}
        if not wanted or self.reading is None:
            return
        found = next(
            (
                one
                for one in self.reading.stored
                if one.item_id == wanted.get("item") or one.prompt == wanted.get("prompt")
            ),
            None,
        )
        self._turn_source("canaries" if found is not None else "asked")
        if found is not None:
            self.shown.setCurrentIndex(self.shown.findData("all"))
            self.capability.setCurrentIndex(0)
            self.search.clear()
            self._key = found.key
        self._filter()
        if wanted.get("prompt"):
            self.composer.text.setFocus()

    def _turn_source(self, source: str) -> None:
        self.source.setCurrentIndex(self.source.findData(source))

    # ---- asking ------------------------------------------------------------------------------------------------------

    @Slot()
    def ask(self) -> None:
        """Ask the chosen models what is written in the composer."""
        prompts = self.composer.prompts()
        if not prompts:
            self.composer.problem.say(tr("Write a prompt first."))
            return
        self._ask(prompts)

    @Slot()
    def ask_again(self) -> None:
        """Ask the chosen models the prompt that is shown, with the sampling set below."""
        if self.item is not None:
            self._ask([self.item.prompt])

    def _ask(self, prompts: Sequence[str]) -> None:
        refs = {side: ref for side, ref in self.refs.items() if ref}
        if self.reading is None or not refs:
            self.composer.problem.say(tr("Choose a model first."))
            return
        by_prompt = {one.prompt: one.item_id for one in self.reading.stored}
        names = [by_prompt.get(prompt, "") for prompt in prompts]
        self.composer.problem.say("")
        job_id = desk.ask(
            self.project, refs, prompts, self.composer.settings(), on_end=self._on_answered,
            suite=self.reading.suite, items=names if any(names) else (),
        )  # fmt: skip
        self._live[job_id] = Stream(job_id)
        self._turn_source("asked")
        self.search.clear()
        self._key = f"{job_id}:0"
        self._follow()

    @Slot()
    def stop(self) -> None:
        """Stop what is being written; what there is stays."""
        desk.stop(self.project, list(self._live))

    def _on_answered(self, job: Job) -> None:
        if job.id in self._live:
            self._follow()

    def generate(self) -> None:
        """Let both models answer every canary."""
        if self.reading is not None:
            refs: dict[str, str] = {side: self.refs[side] for side in ("a", "b") if side in self.refs}
            desk.generate(self.project, refs, self.reading.suite)
            self._show.everything()

    def show_models_page(self) -> None:
        """Go to the models."""
        self.project.navigate("models")

    @Slot()
    def show_all(self) -> None:
        """Take the filters away."""
        self.shown.setCurrentIndex(self.shown.findData("all"))
        self.capability.setCurrentIndex(0)
        self.search.clear()
        self._filter()

    def generation(self) -> Job | None:
        """The measuring of one of the models that is under way or waits, if there is one."""
        refs = set(self.refs.values())
        at_work = (job for job in jobs.unfinished(self.project.store) if job.kind == "score")
        return next((job for job in at_work if job.payload.get("model_ref") in refs), None)

    @Slot()
    def stop_generation(self) -> None:
        """Stop it; what was measured whole stays."""
        if (job := self.generation()) is not None:
            desk.stop(self.project, [job.id])

    # ---- looking -----------------------------------------------------------------------------------------------------

    @Slot()
    def flip_sides(self) -> None:
        """Show A and B in each other's place, or back."""
        self._show.flip()

    @Slot()
    def next_shading(self) -> None:
        """T: no shading, surprise, what changed."""
        self.shade.setCurrentIndex((self.shade.currentIndex() + 1) % self.shade.count())
        self._on_shade_chosen()

    @Slot()
    def _on_shade_chosen(self, _index: int = 0) -> None:
        self.pair.set_shading(self.shade.currentData())
        self._show.everything()

    def score_soon(self, item: Item) -> None:
        """Let the models say how sure they were of stored answers, once; the shading follows."""
        if item.key not in self._scored and item.key not in self._scoring.values():
            self._scoring[desk.score(self.project, item, self._on_scored)] = item.key

    def _on_scored(self, job: Job) -> None:
        key = self._scoring.pop(job.id, "")
        if not key:
            return
        self._scored[key] = (job.result or {}).get("sides", {})
        if job.error_kind:
            self.composer.problem.say(job.reason)
        self._filter()

    def is_scoring(self, item: Item) -> bool:
        """Whether its token probabilities are being worked out."""
        return item.key in self._scoring.values()

    def was_scored(self, item: Item) -> bool:
        """Whether they were asked for already."""
        return item.key in self._scored

    # ---- votes -------------------------------------------------------------------------------------------------------

    def votes_of_pair(self) -> list[votes.Vote]:
        """The votes between the two models, those taken back included."""
        first, second = self.refs.get("a", ""), self.refs.get("b", "")
        return votes.of_pair(self.project.store, first, second) if first and second else []

    @Slot(str)
    def vote(self, pick: str) -> None:
        """1, 2, 3, 0: vote on what is shown blind, once; then the names are shown."""
        item, seen = self.item, self._show.seen
        if item is None or not seen.can_vote:
            return
        left = "first" if seen.left == "a" else "second"
        desk.vote(self.project, item, presenter.choice_of(pick, left), left, self.seed, self._show.everything)  # type: ignore[arg-type]

    @Slot()
    def vote_a(self) -> None:
        """1: the left answer is better."""
        self.vote("left")

    @Slot()
    def vote_b(self) -> None:
        """2: the right answer is better."""
        self.vote("right")

    @Slot()
    def vote_tie(self) -> None:
        """3: both are as good."""
        self.vote("tie")

    @Slot()
    def vote_bad(self) -> None:
        """0: both are bad."""
        self.vote("bad")

    @Slot()
    def export_votes(self) -> None:
        """Write the votes between the two models into a file."""
        desk.export_votes(self.project, self.votes_of_pair())

    # ---- intents -----------------------------------------------------------------------------------------------------

    @Slot(str, str)
    def _on_model_chosen(self, side: str, ref: str) -> None:
        if ref:
            self.refs[side] = ref
        else:
            self.refs.pop(side, None)
        if side == "c" and not ref:
            self.third.setChecked(False)
        self._forget()

    @Slot()
    def _on_filter_changed(self, _value: object = None) -> None:
        self._filter()

    @Slot(bool)
    def _on_blind_toggled(self, _is_blind: bool) -> None:
        self._show.everything()

    @Slot(bool)
    def _on_third_toggled(self, is_wanted: bool) -> None:
        if not is_wanted and self.refs.pop("c", ""):
            self._forget()
        self._show.everything()
        if is_wanted and "c" not in self.refs:
            self.pickers["c"].box.setFocus()

    @Slot(QAction)
    def _on_mode_chosen(self, action: QAction) -> None:
        self.pair.set_mode(action.data())

    @Slot(str)
    def _on_save_requested(self, name: str) -> None:
        try:
            desk.save_set(self.project, name, self.composer.prompts())
        except UserError as error:
            self.composer.problem.say(error.sentence())

    @Slot(int, str)
    def _on_delete_requested(self, set_id: int, name: str) -> None:
        desk.delete_set(self.project, set_id, name)


def _read(refs: dict[str, str], store: Any) -> AnswersReading:
    return read(store, refs.get("a", ""), refs.get("b", ""), refs.get("c", ""))
