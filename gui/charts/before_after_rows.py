"""The rows of the before/after chart: what the engine decided about each capability, as the reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.verdict.sentences import amount, limit_text, shown
from gui.charts.model import ChartModel, Column
from gui.charts.words import GLYPHS, word_name
from gui.i18n import said, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.export.charts import Level
    from engine.verdict.records import CapabilityVerdict, CheckedResult, Kind
    from gui.charts.words import ShownWord


@dataclass(frozen=True, kw_only=True)
class CapabilityRow:
    """One capability. `change`, `worse`, `better` and `budget` are stored as the engine stores them: positive = worse.

    `worse` is the engine's upper bound and `better` its lower one; None where there is no bound. `budget` is None where
    nothing is limited (expendable, or the learned task). Levels are oriented so that right is better.
    """

    name: str
    n: int
    kind: Kind
    unit: str
    word: ShownWord
    change: float
    worse: float | None
    better: float | None
    budget: float | None
    before: Level | None = None
    after: Level | None = None
    forgotten: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_target(self) -> bool:
        """Whether this is the task that was to be learned."""
        return self.word == "learned"

    def seen(self, value: float) -> float:
        """A stored change as it is drawn: down is worse, points for 0/1 scores."""
        return shown(value, self.kind)

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The drawn bounds from left to right; None where the side is open."""
        low, high = (self.better, self.worse) if self.kind == "kl" else (self.worse, self.better)
        return (None if low is None else self.seen(low)), (None if high is None else self.seen(high))

    @property
    def unit_name(self) -> str:
        """The unit of a change: points for 0/1 scores, else the score's own."""
        return tr("points") if self.kind == "binary" else said(self.unit)

    def numbers(self, *, has_bounds: bool = True) -> str:
        """Change and bounds: −21.0 [−27.0, −15.0]."""
        if not has_bounds:
            return amount(self.change, self.kind)
        low, high = (self.better, self.worse) if self.kind == "kl" else (self.worse, self.better)
        parts = ["…" if value is None else amount(value, self.kind) for value in (low, high)]
        return f"{amount(self.change, self.kind)} [{parts[0]}, {parts[1]}]"

    def limit(self) -> str:
        """The budget as the reader sees it, empty if there is none."""
        return "" if self.budget is None else limit_text(self.budget, self.kind)


def row_of(
    verdict: CapabilityVerdict,
    *,
    before: Level | None = None,
    after: Level | None = None,
    checked: CheckedResult | None = None,
) -> CapabilityRow:
    """The row of one capability's verdict, bounds untouched."""
    return CapabilityRow(
        name=verdict.name,
        n=verdict.n,
        kind=verdict.kind,
        unit=verdict.unit,
        word=verdict.word,
        change=verdict.mean_change,
        worse=verdict.upper,
        better=verdict.lower,
        budget=None if verdict.role == "expendable" else verdict.budget,
        before=before,
        after=after,
        forgotten=tuple(checked.flips.forgotten) if checked else (),
        gained=tuple(checked.flips.gained) if checked else (),
        reason=said(verdict.reason),
    )


def axis_of(kind: Kind) -> str:
    """Scores of one axis can share a picture: points, nats per token, or a divergence."""
    return {"binary": "points", "kl": "divergence"}.get(kind, "nats")


def split_by_axis(rows: Sequence[CapabilityRow]) -> list[list[CapabilityRow]]:
    """The rows of each axis, the axis with the worst row (in budgets) first."""
    found: dict[str, list[CapabilityRow]] = {}
    for row in ordered(rows, "change"):
        found.setdefault(axis_of(row.kind), []).append(row)
    return list(found.values())


def ordered(rows: Sequence[CapabilityRow], order: str) -> list[CapabilityRow]:
    """Rows by worst change in budgets, name, or n (most first); the learned task always last."""
    keys = {
        "change": lambda row: (row.is_target, -_badness(row), row.name.casefold()),
        "name": lambda row: (row.is_target, row.name.casefold()),
        "n": lambda row: (row.is_target, -row.n, row.name.casefold()),
    }
    return sorted(rows, key=keys[order])


def _badness(row: CapabilityRow) -> float:
    """The change in units of the budget; without a budget, in units of the score."""
    return row.change / row.budget if row.budget else row.change


def _drawn(row: CapabilityRow, value: float | None) -> float | None:
    return None if value is None else row.seen(value)


def _level(name: str, side: str) -> Column[CapabilityRow]:
    def value(row: CapabilityRow) -> float | None:
        level = row.before if name.startswith("base") else row.after
        return None if level is None else getattr(level, side)

    titles = {"mean": lambda: tr("Base") if name == "base" else tr("Tuned"), "lower": lambda: tr("from"),
              "upper": lambda: tr("to")}  # fmt: skip
    suffix = {"mean": "", "lower": "_lower", "upper": "_upper"}[side]
    return Column(key=f"{name}{suffix}", title=titles[side], value=value, text=lambda row: _short(value(row)))


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".replace("-", "−")


class BeforeAfterModel(ChartModel[CapabilityRow]):
    """One row a capability; changes as drawn (down is worse, points for 0/1 scores)."""

    columns = (
        Column(key="capability", title=lambda: tr("Capability"), value=lambda row: row.name),
        Column(key="n", title=lambda: tr("n"), value=lambda row: row.n),
        Column(
            key="verdict",
            title=lambda: tr("Verdict"),
            value=lambda row: row.word,
            text=lambda row: f"{GLYPHS[row.word]} {word_name(row.word)}",
        ),
        Column(
            key="change",
            title=lambda: tr("Change"),
            value=lambda row: row.seen(row.change),
            text=lambda row: amount(row.change, row.kind),
        ),
        Column(
            key="change_lower",
            title=lambda: tr("from"),
            value=lambda row: row.ends[0],
            text=lambda row: _bound(row, 0),
        ),
        Column(
            key="change_upper",
            title=lambda: tr("to"),
            value=lambda row: row.ends[1],
            text=lambda row: _bound(row, 1),
        ),
        Column(
            key="budget",
            title=lambda: tr("Budget"),
            value=lambda row: _drawn(row, row.budget),
            text=lambda row: row.limit(),
        ),
        Column(key="unit", title=lambda: tr("Unit"), value=lambda row: row.unit_name),
        *(_level(name, side) for name in ("base", "tuned") for side in ("mean", "lower", "upper")),
        Column(
            key="right_to_wrong",
            title=lambda: tr("Right → wrong"),
            value=lambda row: len(row.forgotten),
        ),
        Column(
            key="wrong_to_right",
            title=lambda: tr("Wrong → right"),
            value=lambda row: len(row.gained),
        ),
    )


def _bound(row: CapabilityRow, side: int) -> str:
    low, high = (row.better, row.worse) if row.kind == "kl" else (row.worse, row.better)
    value = (low, high)[side]
    return "…" if value is None else amount(value, row.kind)
