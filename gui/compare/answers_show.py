"""Puts the item in front on the Answers tab: whose answer stands where, cards, chips, ballot, and what is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gui.charts.answers import Answer
from gui.compare import answers_presenter as presenter
from gui.compare.answers_items import Item
from gui.i18n import said, tr
from gui.project import Action
from gui.widgets.cards import ErrorCard, Trouble
from gui.widgets.empty import Empty

if TYPE_CHECKING:
    from engine.records import Job
    from engine.store.votes import Vote
    from gui.compare.answers import AnswersTab
    from gui.compare.answers_items import Failure


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How the item in front is shown: which side stands left, whether names are hidden, and the vote on it."""

    left: str = "a"
    is_hidden: bool = False
    can_vote: bool = False
    vote: Vote | None = None


class Shower:
    """Shows what the tab holds; keeps only what is on screen."""

    def __init__(self, tab: AnswersTab) -> None:
        """Bind to the tab."""
        self._tab = tab
        self._cards: dict[int, object] = {}
        self._is_flipped = False
        self._shown_key = ""
        self._now: tuple[object, ...] = ()
        self.seen = Seen()

    def everything(self) -> None:
        """Show the item in front, or why there is none."""
        tab = self._tab
        item = tab.item
        if item is None or item.key != self._shown_key:
            self._shown_key = item.key if item is not None else ""
            self._is_flipped = False
        tab.previous.setEnabled(tab.place > 0)
        tab.next.setEnabled(tab.place < len(tab.items) - 1)
        self.seen = self._see(item)
        self._show_tools(item)
        if item is None:
            self._show_nothing()
        else:
            tab.show_content()
            self._show_item(item)
        self._show_ballot(item)

    def flip(self) -> None:
        """Exchange the two answers' places, or put them back."""
        if not self._tab.blind.isChecked():
            self._is_flipped = not self._is_flipped
            self.everything()

    # ---- deciding ----------------------------------------------------------------------------------------------------

    def _see(self, item: Item | None) -> Seen:
        tab = self._tab
        if item is None or not tab.blind.isChecked() or "b" not in item.refs:
            return Seen()
        found = presenter.votes_on(tab.votes_of_pair(), item)
        vote = presenter.standing(found, item)
        left = presenter.left_side(item, vote, tab.seed, sum(one.removed for one in found))
        is_open = vote is None and (item.is_complete or item.is_writing)
        return Seen(left=left, is_hidden=is_open, can_vote=is_open and item.is_complete, vote=vote)

    # ---- showing -----------------------------------------------------------------------------------------------------

    def _show_tools(self, item: Item | None) -> None:
        tab = self._tab
        is_blind = tab.blind.isChecked()
        tab.third.setEnabled(not is_blind)
        tab.flip.setEnabled(not is_blind and item is not None)
        for tool in (tab.shade, tab.difference):
            tool.setEnabled(not self.seen.is_hidden)
        tab.again.setEnabled(item is not None)
        tab.show_models(has_third=tab.third.isChecked() and not is_blind, is_hidden=is_blind and item is not None)

    def _show_nothing(self) -> None:
        tab = self._tab
        tab.prompt.setPlainText("")
        tab.facts.setText("")
        self._now = ()
        for place, key in list(self._cards.items()):
            if key is not None:
                self._cards[place] = None
                tab.pair.panes[place].cover(None)
        if tab.reading is None:
            nothing = [Answer(model="", text="", letter=letter) for letter in ("A", "B")]
            tab.pair.set_answers(nothing[0], nothing[1], is_compared=False)
            tab.show_content()
            return
        if not tab.reading.choices:
            start = Action(text=tr("Show models"), do=tab.show_models_page)
            tab.show_empty(
                Empty(icon="model", title=tr("No model yet"), text=tr("Import a base model to ask it."), action=start)
            )
        elif tab.source.currentData() == "asked":
            tab.show_empty(
                Empty(icon="compare", title=tr("Nothing asked yet"),
                      text=tr("Write a prompt below: every model above answers it with the same seed and sampling."))
            )  # fmt: skip
        elif tab.all_items():
            text = tr("No answer passes this filter.")
            action = Action(text=tr("Show all"), do=tab.show_all)
            tab.show_empty(Empty(icon="filter", title=tr("Nothing here"), text=text, action=action))
        else:
            self._show_no_answers()

    def _show_no_answers(self) -> None:
        tab = self._tab
        if (job := tab.generation()) is not None:
            words = (
                tr("{done} of {total}").format(done=job.phase_done, total=job.phase_total) if job.phase_total else ""
            )
            stop = Action(text=tr("Stop"), do=tab.stop_generation)
            title = tr("The canaries are being answered") if job.state.is_active else tr("Waits for its turn")
            tab.show_empty(Empty(icon="compare", title=title, text=words, action=stop))
            return
        can = "b" in tab.refs and tab.refs["a"] != tab.refs["b"]
        text = (
            tr("These two models have not written out their answers to the same canaries.")
            if can
            else tr("Choose two different models above.")
        )
        generate = Action(text=tr("Generate for both"), do=tab.generate) if can else None
        tab.show_empty(Empty(icon="compare", title=tr("No answers stored"), text=text, action=generate))

    def _show_item(self, item: Item) -> None:
        tab = self._tab
        if tab.prompt.toPlainText() != item.prompt:
            tab.prompt.setPlainText(item.prompt)
        is_blind, seen = tab.blind.isChecked() and "b" in item.refs, self.seen
        tab.facts.setText(presenter.facts_of(item, tab.place, len(tab.items), is_hidden=seen.is_hidden))
        order = (seen.left, "b" if seen.left == "a" else "a")
        has_third = tab.third.isChecked() and not is_blind
        is_named = is_blind or self._is_flipped
        shown = [
            self._answer(item, side, letter if is_blind else "", is_left=at == 0, is_named=is_named)
            for at, (side, letter) in enumerate(zip(order, ("A", "B"), strict=True))
        ]
        third = self._answer(item, "c", "", is_left=False, is_named=is_named) if has_third else None
        now = (*shown, third, item.is_writing, seen.is_hidden, self._is_flipped)
        if now != self._now:  # shown again it would jump back to its beginning
            self._now = now
            tab.pair.set_view(is_blind=seen.is_hidden, is_flipped=self._is_flipped)
            tab.pair.set_answers(shown[0], shown[1], third, is_writing=item.is_writing, is_compared=item.is_complete)
        for place, side in enumerate((*order, "c")):
            pane = 1 - place if self._is_flipped and place < 2 else place
            self._cover(pane, item, side, item.reply(side).failure)
        self._show_scoring(item)

    def _answer(self, item: Item, side: str, letter: str, *, is_left: bool, is_named: bool) -> Answer:
        tab = self._tab
        assert tab.reading is not None
        ref = item.refs.get(side, "")
        if self.seen.is_hidden and item.is_writing:
            item = Item(key=item.key, prompt=item.prompt, refs=item.refs)
        name = tab.reading.name_of(ref) if ref else tr("no model")
        return presenter.answer_of(item, side, name, letter=letter, is_left=is_left, is_named=is_named)

    def _cover(self, place: int, item: Item, side: str, failure: Failure | None) -> None:
        """Put an error card into one pane, once; the others stay as they are."""
        key = (item.key, side, failure) if failure is not None else None
        if self._cards.get(place) == key:
            return
        self._cards[place] = key
        self._tab.pair.panes[place].cover(None if failure is None else self._card(item, side, failure))

    def _card(self, item: Item, side: str, failure: Failure) -> ErrorCard:
        tab = self._tab
        actions = [Action(text=tr("Ask again"), do=tab.ask_again)]
        if failure.cause == "moved_model":
            actions.insert(0, Action(text=tr("Show models"), do=tab.show_models_page))
        name = tab.reading.name_of(item.refs.get(side, "")) if tab.reading is not None else ""
        happened = tr("{model} could not answer: {reason}").format(model=name, reason=said(failure.message))
        return ErrorCard(Trouble(happened=happened, why=failure.remedy, actions=tuple(actions)))

    def _show_scoring(self, item: Item) -> None:
        """Stored answers have no token probabilities of their own: with shading on they are worked out now."""
        tab = self._tab
        if tab.shade.currentData() == "off" or self.seen.is_hidden or item.is_writing or item.reply("a").tokens:
            return
        if item.shown is not None and not tab.was_scored(item):
            tab.score_soon(item)
            tab.pair.note.setText(tr("Working out how sure each model was of every token…"))
        else:
            tab.pair.note.setText(tr("No token probabilities are stored for these answers; ask again to get them."))

    def _show_ballot(self, item: Item | None) -> None:
        tab = self._tab
        is_shown = tab.blind.isChecked() and item is not None and "b" in item.refs
        tab.ballot.setVisible(is_shown)
        if not is_shown or item is None or tab.reading is None:
            return
        names = {ref: tab.reading.name_of(ref) for ref in item.refs.values()}
        vote = self.seen.vote
        tab.ballot.show_vote(presenter.revealed_words(vote, names) if vote else "", can_vote=self.seen.can_vote)
        found = tab.votes_of_pair()
        counted = presenter.tally(found, tab.refs.get("a", ""))
        words = presenter.tally_words(counted, names[item.refs["a"]], names[item.refs["b"]])
        tab.ballot.show_tally(words, has_votes=any(not one.removed for one in found))

    def phase_words(self, job: Job) -> str:
        """What is being done for the prompts that were asked."""
        if job.phase.startswith("loading"):
            return tr("Loading a model…")
        if job.phase.startswith("answering"):
            if self._tab.blind.isChecked():
                return tr("The models are writing…")
            letter = job.phase.partition("(")[2].rstrip(")").upper()
            return tr("{letter} is writing…").format(letter=letter)
        return tr("Waiting…")
