"""What the Answers tab says and decides: which items pass, whose answer stands where, votes and their tally. No Qt widgets."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.verdict.preference import LEAST_DECIDED, Tally
from gui.charts.answer_pane import Answer
from gui.charts.model import cell_text
from gui.compare.answers_items import token_scores
from gui.i18n import tr
from gui.run.answers_model import change_words
from gui.run.answers_model import chosen as chosen_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.store.votes import Choice, Place, Vote
    from gui.compare.answers_items import Item

LETTERS = {"a": "A", "b": "B", "c": "C"}
#: What begins the next prompt in the composer, alone on its line.
SEPARATOR = "---"
#: What the keys 1, 2, 3 and 0 say.
PICKS = ("left", "right", "tie", "bad")


def split_prompts(text: str) -> list[str]:
    """The prompts written in the composer: a line of three hyphens begins another; empty ones are left out."""
    prompts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip() == SEPARATOR:
            prompts.append([])
        else:
            prompts[-1].append(line)
    joined = ("\n".join(lines).strip() for lines in prompts)
    return [prompt for prompt in joined if prompt]


def join_prompts(prompts: Sequence[str]) -> str:
    """Prompts as the composer shows them."""
    return f"\n{SEPARATOR}\n".join(prompts)


def chosen(items: Sequence[Item], shown: str, capability: str, text: str) -> list[Item]:
    """The items a filter lets through; "worse", "different" and capabilities are of stored canary answers only."""
    stored = [item.shown for item in items if item.shown is not None]
    passing = {one.item_id for one in chosen_answers(stored, shown, capability, text)}
    wanted = text.casefold()
    return [
        item
        for item in items
        if (item.item_id in passing if item.shown is not None else wanted in _all_text(item))
    ]  # fmt: skip


def _all_text(item: Item) -> str:
    return "\n".join((item.prompt, *(reply.text for reply in item.replies.values()))).casefold()


# ---- answers ---------------------------------------------------------------------------------------------------------


def answer_of(
    item: Item, side: str, name: str, *, letter: str = "", is_left: bool = False, is_named: bool = True
) -> Answer:
    """A side's answer as a pane shows it; with `is_named` off the model's name is left to the picker above it."""
    reply = item.reply(side)
    has_answer = side in item.replies and reply.failure is None
    seed, temperature = (item.settings.get(one) if has_answer else None for one in ("seed", "temperature"))
    return Answer(
        model=name, text=reply.text, letter=letter or LETTERS[side], passed=reply.passed, n_tokens=reply.n_tokens,
        mean_logprob=reply.mean_logprob, fingerprint=reply.fingerprint, hit_limit=reply.hit_limit,
        tokens=token_scores(item, side, is_left=is_left), is_named=is_named,
        seed=int(seed) if seed is not None else None,
        temperature=float(temperature) if temperature is not None else None,
    )  # fmt: skip


def facts_of(item: Item, place: int, count: int, *, is_hidden: bool = False) -> str:
    """The line above the panes: which of how many, what was expected, and (not before a blind vote) how the score moved."""
    parts = [tr("{place} of {count}").format(place=place + 1, count=count)]
    if item.capability:
        parts.append(item.capability)
    if item.item_id:
        parts.append(item.item_id)
    if item.expected:
        parts.append(tr("expected: {answer}").format(answer=item.expected))
    if item.shown is not None and item.shown.change is not None and not is_hidden:
        parts.append(change_words(item.shown))
    return " · ".join(parts)


# ---- blind -----------------------------------------------------------------------------------------------------------


def left_of(seed: int, item: Item, taken_back: int = 0) -> Place:
    """Whose answer stands left in blind mode: a fair draw by seed and item, drawn anew for each vote taken back."""
    said = "\x1f".join((str(seed), item.prompt, item.reply("a").text, item.reply("b").text, str(taken_back)))
    return "first" if hashlib.sha256(said.encode()).digest()[0] & 1 else "second"


def votes_on(votes: Sequence[Vote], item: Item) -> list[Vote]:
    """The votes on exactly these two answers to this prompt, oldest first."""
    texts = frozenset((item.reply("a").text, item.reply("b").text))
    return [one for one in votes if one.prompt == item.prompt and {one.first_text, one.second_text} == texts]


def standing(votes: Sequence[Vote], item: Item) -> Vote | None:
    """The vote on an item that counts, if there is one."""
    found = [one for one in votes_on(votes, item) if not one.removed]
    return found[-1] if found else None


def left_side(item: Item, vote: Vote | None, seed: int, taken_back: int) -> str:
    """The side that stands left in blind mode: as drawn, or as it stood when it was voted on."""
    if vote is None:
        return "a" if left_of(seed, item, taken_back) == "first" else "b"
    return "a" if (vote.first_ref == item.refs.get("a")) == (vote.shown_left == "first") else "b"


def choice_of(pick: str, left: Place) -> Choice:
    """What a key means for the models, given whose answer stood left."""
    if pick in ("left", "right"):
        return "first" if (pick == "left") == (left == "first") else "second"
    return "tie" if pick == "tie" else "bad"


def tally(votes: Sequence[Vote], first_ref: str) -> Tally:
    """Count the votes that stand, from the point of view of `first_ref`."""
    counts = {"first": 0, "second": 0, "tie": 0, "bad": 0}
    for one in votes:
        if not one.removed:
            is_turned = one.first_ref != first_ref
            counts[{"first": "second", "second": "first"}.get(one.choice, one.choice) if is_turned else one.choice] += 1
    return Tally(first=counts["first"], second=counts["second"], ties=counts["tie"], bad=counts["bad"])


def tally_words(counted: Tally, first: str, second: str) -> str:
    """The tally in a sentence, with what the exact sign test makes of it."""
    total = counted.decided + counted.ties + counted.bad
    if not total:
        return tr("No votes between these two models yet.")
    said = tr("%n vote(s)", "", total)
    parts = tr("{first} preferred {wins}, {second} preferred {losses}, ties {ties}, both bad {bad}").format(
        first=first, second=second, wins=counted.first, losses=counted.second, ties=counted.ties, bad=counted.bad
    )
    return f"{said}: {parts}. {_test_words(counted, first, second)}"


def _test_words(counted: Tally, first: str, second: str) -> str:
    if counted.decided < LEAST_DECIDED:
        said = tr(
            "The exact sign test needs at least {least} votes for one of the two; ties and both bad do not count."
        )
        return said.format(least=LEAST_DECIDED)
    p = f"{counted.p:.3f}".lstrip("0") if counted.p >= 0.001 else "< .001"
    p = f"= {p}" if counted.p >= 0.001 else p
    tested = tr("Exact sign test over %n decided vote(s), ties and both bad left out", "", counted.decided)
    if counted.preferred:
        winner = first if counted.preferred == "first" else second
        return f"{tested}: p {p}. " + tr("{model} is preferred.").format(model=winner)
    return f"{tested}: p {p}. " + tr("The votes can't tell.")


def revealed_words(vote: Vote, names: Mapping[str, str]) -> str:
    """Who was who, after the vote."""
    left, right = vote.first_ref, vote.second_ref
    if vote.shown_left == "second":
        left, right = right, left
    who = tr("A was {left}, B was {right}.").format(left=names.get(left, left), right=names.get(right, right))
    if vote.choice == "tie":
        return f"{tr('You called it a tie.')} {who}"
    if vote.choice == "bad":
        return f"{tr('You found both bad.')} {who}"
    winner = vote.first_ref if vote.choice == "first" else vote.second_ref
    return f"{tr('You preferred {model}.').format(model=names.get(winner, winner))} {who}"


@dataclass(frozen=True, kw_only=True)
class _Column:
    """One column of the votes' CSV."""

    key: str
    value: Callable[[Vote], object]


_COLUMNS = (
    _Column(
        key="voted_at_utc", value=lambda one: datetime.fromtimestamp(one.created_at, UTC).isoformat("T", "seconds")
    ),
    _Column(key="prompt", value=lambda one: one.prompt),
    _Column(key="canary", value=lambda one: one.item_id),
    _Column(key="first_model", value=lambda one: one.first_ref),
    _Column(key="first_fingerprint", value=lambda one: one.first_fingerprint),
    _Column(key="second_model", value=lambda one: one.second_ref),
    _Column(key="second_fingerprint", value=lambda one: one.second_fingerprint),
    _Column(key="vote", value=lambda one: one.choice),
    _Column(key="shown_left", value=lambda one: one.shown_left),
    _Column(key="side_seed", value=lambda one: one.side_seed),
    _Column(key="seed", value=lambda one: one.settings.get("seed", "")),
    _Column(key="temperature", value=lambda one: one.settings.get("temperature", "")),
    _Column(key="first_answer", value=lambda one: one.first_text),
    _Column(key="second_answer", value=lambda one: one.second_text),
)


def votes_csv(votes: Sequence[Vote]) -> str:
    """The votes that stand as CSV, one a row; votes taken back are left out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.key for column in _COLUMNS)
    for one in votes:
        if not one.removed:
            writer.writerow(cell_text(column.value(one)) for column in _COLUMNS)
    return out.getvalue()
