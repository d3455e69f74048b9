"""The answers of a run as a table: capability, prompt, both answers, and how much less likely the right one became."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.verdict.sentences import amount, unit_text
from gui.charts.model import ChartModel, Column
from gui.i18n import said, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.export.gather import ShownAnswer

FILTERS = ("worse", "different", "all")


def chosen(answers: Sequence[ShownAnswer], shown: str, capability: str = "", text: str = "") -> list[ShownAnswer]:
    """The answers a filter lets through: "worse" (right → wrong, or a loss), "different" (other words) or "all"."""
    wanted = text.casefold()
    return [
        one
        for one in answers
        if (not capability or one.capability == capability)
        and (shown != "worse" or is_worse(one))
        and (shown != "different" or one.before.text != one.after.text)
        and (not wanted or wanted in f"{one.prompt} {one.before.text} {one.after.text}".casefold())
    ]


def is_worse(one: ShownAnswer) -> bool:
    """Whether the answer went from right to wrong, or was checked neither time and its score fell."""
    if one.before.passed is not None and one.after.passed is not None:
        return bool(one.before.passed and not one.after.passed)
    return (one.change or 0) > 0 and one.before.text != one.after.text


def mark(passed: bool | None) -> str:
    """✓ right, ✗ wrong, nothing where no checker looked."""
    return "" if passed is None else "✓" if passed else "✗"


def one_line(text: str) -> str:
    """A text in one line, for a cell."""
    return " ".join(text.split())


def marked(text: str, passed: bool | None) -> str:
    """An answer with its mark in one line."""
    return f"{mark(passed)} {one_line(text)}".strip()


def change_of(one: ShownAnswer) -> str:
    """How the score of the right answer moved, as shown: down is worse."""
    return "" if one.change is None else amount(one.change, one.kind)


def change_words(one: ShownAnswer) -> str:
    """The change with its name and unit: "change −0.31 nats/token"."""
    return tr("change {change} {unit}").format(change=change_of(one), unit=said(unit_text(one.kind, "nats/token")))


def turned(one: ShownAnswer) -> str:
    """From right to wrong (✓→✗) or back, where the checker's word changed."""
    before, after = mark(one.before.passed), mark(one.after.passed)
    return f"{before}→{after}" if before and after and before != after else ""


class AnswersModel(ChartModel["ShownAnswer"]):
    """One row an answer."""

    columns = (
        Column(key="capability", title=lambda: tr("Capability"), value=lambda one: one.capability),
        Column(key="prompt", title=lambda: tr("Prompt"), value=lambda one: one_line(one.prompt)),
        Column(
            key="before", title=lambda: tr("Before"), value=lambda one: one.before.text,
            text=lambda one: marked(one.before.text, one.before.passed),
        ),
        Column(
            key="after", title=lambda: tr("After"), value=lambda one: one.after.text,
            text=lambda one: marked(one.after.text, one.after.passed),
        ),
        Column(
            key="change", title=lambda: tr("Change"), value=lambda one: one.change,
            text=lambda one: f"{turned(one)} {change_of(one)}".strip(),
        ),
    )  # fmt: skip
