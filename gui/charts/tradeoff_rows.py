"""The rows of the trade-off: what each checkpoint learned, and what it kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gui.charts.model import ChartModel, Column
from gui.i18n import tr
from gui.widgets.text import signed

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from engine.verdict.records import Kind

WORST, MEAN = "worst", "mean"


@dataclass(frozen=True, kw_only=True)
class Retained:
    """One capability's change at a checkpoint as drawn (down is worse, except a divergence), with bounds and budget."""

    capability: str
    change: float
    lower: float | None = None
    upper: float | None = None
    budget: float | None = None
    kind: Kind = "nll"
    unit: str = "nats/token"
    n: int = 0

    @property
    def limits(self) -> float | None:
        """The loss in units of the budget: 1 is the limit itself, below 0 is a gain; None without a budget."""
        return self.change / self.budget if self.budget else None

    @property
    def is_inside(self) -> bool:
        """Whether the mean is inside the budget."""
        return self.limits is None or self.limits <= 1.0

    @property
    def up(self) -> float:
        """The change with up = better."""
        return -self.change if self.kind == "kl" else self.change

    def span(self) -> tuple[float, float] | None:
        """Both bounds with up = better, the lower first; None where one is missing."""
        if self.lower is None or self.upper is None:
            return None
        return (-self.upper, -self.lower) if self.kind == "kl" else (self.lower, self.upper)


@dataclass(frozen=True, kw_only=True)
class TradeoffRow:
    """One checkpoint of a run. `gain` is the target task's change (up is better) in `unit`."""

    run: str
    step: int
    gain: float
    gain_lower: float | None = None
    gain_upper: float | None = None
    unit: str = "points"
    retained: tuple[Retained, ...] = ()
    is_final: bool = False
    is_best: bool = False


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a row's height means under a measure: value with up = better, its bounds, whose it is, n, and inside or not."""

    value: float
    lower: float | None
    upper: float | None
    capability: str
    n: int
    budget: float | None
    unit: str
    is_inside: bool


def shown(row: TradeoffRow, measure: str) -> Shown | None:
    """The height of a point: "worst" and "mean" in units of the budget (−1 is the limit), else one capability's change."""
    limited = [one for one in row.retained if one.limits is not None]
    if measure == MEAN and limited:
        mean = sum(one.limits or 0.0 for one in limited) / len(limited)
        return Shown(value=-mean, lower=None, upper=None, capability=tr("mean"), n=sum(one.n for one in limited), budget=-1.0,
                     unit=tr("limits"), is_inside=all(one.is_inside for one in limited))  # fmt: skip
    if measure == WORST and limited:
        worst = max(limited, key=lambda one: one.limits or 0.0)
        scale = abs(worst.budget or 1.0)
        span = worst.span()
        low, high = (None, None) if span is None else (span[0] / scale, span[1] / scale)
        return Shown(value=-(worst.limits or 0.0), lower=low, upper=high, capability=worst.capability, n=worst.n, budget=-1.0,
                     unit=tr("limits"), is_inside=worst.is_inside)  # fmt: skip
    return _one(next((one for one in row.retained if one.capability == measure), None))


def _one(found: Retained | None) -> Shown | None:
    if found is None:
        return None
    low, high = found.span() or (None, None)
    budget = None if found.budget is None else -abs(found.budget)
    unit = tr("points") if found.kind == "binary" else found.unit
    return Shown(value=found.up, lower=low, upper=high, capability=found.capability, n=found.n, budget=budget, unit=unit,
                 is_inside=found.is_inside)  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else signed(value, 2)


class TradeoffModel(ChartModel[TradeoffRow]):
    """One row a checkpoint; the canary columns follow the chosen measure."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Shows the worst capability at first."""
        super().__init__(parent)
        self.measure = WORST
        self.columns = _columns(self)  # type: ignore[misc]  # the columns read this model's measure

    def set_measure(self, measure: str) -> None:
        """Change what the canary columns mean."""
        self.measure = measure
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))

    def shown(self, row: TradeoffRow) -> Shown | None:
        """The row under the chosen measure."""
        return shown(row, self.measure)


def _columns(model: TradeoffModel) -> tuple[Column[Any], ...]:
    def of_canary(key: str, name: str, title: str) -> Column[Any]:
        def value(row: TradeoffRow) -> Any:
            found = model.shown(row)
            return None if found is None else getattr(found, name)

        def text(row: TradeoffRow) -> str:
            found = value(row)
            return _number(found) if isinstance(found, float) else "" if found is None else str(found)

        titles = {"capability": tr("Capability"), "change": tr("Canary change"), "from": tr("from"), "to": tr("to"),
                  "budget": tr("Budget"), "unit": tr("Unit"), "n": tr("n")}  # fmt: skip
        return Column(key=key, title=lambda: titles[title], value=value, text=text)

    def of_gain(key: str, title: str) -> Column[Any]:
        titles = {"gain": tr("Gain"), "from": tr("from"), "to": tr("to")}
        return Column(key=key, title=lambda: titles[title], value=lambda row: getattr(row, key),
                      text=lambda row: _number(getattr(row, key)))  # fmt: skip

    return (
        Column(key="run", title=lambda: tr("Run"), value=lambda row: row.run),
        Column(key="step", title=lambda: tr("Step"), value=lambda row: row.step),
        of_gain("gain", "gain"),
        of_gain("gain_lower", "from"),
        of_gain("gain_upper", "to"),
        Column(key="gain_unit", title=lambda: tr("Unit"), value=lambda row: row.unit),
        of_canary("capability", "capability", "capability"),
        of_canary("change", "value", "change"),
        of_canary("change_lower", "lower", "from"),
        of_canary("change_upper", "upper", "to"),
        of_canary("budget", "budget", "budget"),
        of_canary("change_unit", "unit", "unit"),
        of_canary("n", "n", "n"),
    )
