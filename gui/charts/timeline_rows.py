"""The rows of the live timeline: logged steps, canary checks and what happened when, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from gui.charts.model import ChartModel, Column
from gui.i18n import said, tr
from gui.widgets.text import signed

if TYPE_CHECKING:
    from engine.verdict.records import Kind

#: Where a check lies to its budget: wholly inside, wholly beyond, its interval on both sides of it, or without one.
Place: TypeAlias = Literal["inside", "beyond", "unsure", "free"]
EventKind: TypeAlias = Literal["checkpoint", "best", "auto_stop", "warned", "stopped", "pause", "interrupted"]
EVENT_GLYPHS: dict[EventKind, str] = {
    "checkpoint": "▲", "best": "★", "auto_stop": "■", "warned": "⚠", "stopped": "■", "pause": "‖", "interrupted": "⚡",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRow:
    """One logged step: loss in nats per token; tokens, training seconds (pauses left out) and epochs since the start."""

    step: int
    loss: float
    tokens: int = 0
    elapsed_s: float = 0.0
    epoch: float = 0.0
    run: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckRow:
    """One capability's guard items at one canary check, as drawn: down is worse (`LookPoint` of the engine).

    The budget is signed the same way.
    """

    step: int
    capability: str
    change: float
    lower: float | None = None
    upper: float | None = None
    budget: float | None = None
    kind: Kind = "nll"
    unit: str = "nats/token"
    n: int = 0
    run: str = ""

    @property
    def unit_name(self) -> str:
        """Points for 0/1 scores, else the score's unit."""
        return tr("points") if self.kind == "binary" else said(self.unit)

    def text(self, value: float) -> str:
        """A change of this row with sign: one digit for points, two for nats."""
        return signed(value, 1 if self.kind == "binary" else 2)

    def place(self) -> Place:
        """Where the whole interval lies; the change alone where no end of it is known."""
        if self.budget is None:
            return "free"
        ends = (self.lower, self.upper) if (self.lower, self.upper) != (None, None) else (self.change, self.change)
        worse, better = ends[::-1] if self.kind == "kl" else ends
        sign = -1.0 if self.kind == "kl" else 1.0
        if worse is not None and sign * (worse - self.budget) >= 0:
            return "inside"
        return "beyond" if better is not None and sign * (better - self.budget) < 0 else "unsure"

    def items(self) -> str:
        """How many items it rests on; empty where that is not known."""
        return tr("n={n} guard items").format(n=self.n) if self.n else ""

    def numbers(self) -> str:
        """Change and interval."""
        ends = ["…" if end is None else self.text(end) for end in (self.lower, self.upper)]
        both_open = self.lower is None and self.upper is None
        return self.text(self.change) if both_open else f"{self.text(self.change)} [{ends[0]}, {ends[1]}]"

    def said(self) -> str:
        """Capability, change, interval and items in one phrase."""
        return ", ".join(filter(None, (f"{self.capability} {self.numbers()} {self.unit_name}", self.items())))


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRow:
    """Something that happened at a step; `note` says it in words ("two checks in a row beyond −5 points")."""

    step: int
    kind: EventKind
    note: str = ""
    run: str = ""


TimelineRow: TypeAlias = StepRow | CheckRow | EventRow


def _kind(row: TimelineRow) -> str:
    if isinstance(row, StepRow):
        return "loss"
    return row.kind if isinstance(row, EventRow) else "check"


def _kind_text(row: TimelineRow) -> str:
    return {
        "loss": tr("loss"),
        "check": tr("canary check"),
        "checkpoint": tr("checkpoint"),
        "best": tr("best kept"),
        "auto_stop": tr("auto-stop"),
        "warned": tr("guard's warning"),
        "stopped": tr("stopped"),
        "pause": tr("paused"),
        "interrupted": tr("interrupted"),
    }[_kind(row)]


def _value(row: TimelineRow) -> float | None:
    if isinstance(row, StepRow):
        return row.loss
    return row.change if isinstance(row, CheckRow) else None


def _value_text(row: TimelineRow) -> str:
    if isinstance(row, StepRow):
        return f"{row.loss:.4f}"
    return row.text(row.change) if isinstance(row, CheckRow) else ""


def _of_check(name: str, title: str) -> Column[TimelineRow]:
    def value(row: TimelineRow) -> float | None:
        return getattr(row, name) if isinstance(row, CheckRow) else None

    def text(row: TimelineRow) -> str:
        number = value(row)
        return row.text(number) if isinstance(row, CheckRow) and number is not None else ""

    titles = {"lower": lambda: tr("from"), "upper": lambda: tr("to"), "budget": lambda: tr("Budget")}
    return Column(key=title, title=titles[name], value=value, text=text)


def _of_step(name: str) -> Column[TimelineRow]:
    titles = {
        "tokens": lambda: tr("Tokens"), "elapsed_s": lambda: tr("Training time, s"), "epoch": lambda: tr("Epoch"),
    }  # fmt: skip
    return Column(key=name, title=titles[name], value=lambda row: getattr(row, name, None))


def _words(row: TimelineRow) -> str:
    if isinstance(row, CheckRow):
        return row.capability
    return row.note if isinstance(row, EventRow) else ""


class TimelineModel(ChartModel[TimelineRow]):
    """Events and checks first, then the logged steps, so that a live run appends at the end."""

    columns = (
        Column(key="mark", title=lambda: tr("Mark"), value=_kind, text=_kind_text),
        Column(key="step", title=lambda: tr("Step"), value=lambda row: row.step),
        Column(key="capability_or_note", title=lambda: tr("Capability or note"), value=_words),
        Column(key="value", title=lambda: tr("Value"), value=_value, text=_value_text),
        _of_check("lower", "lower"),
        _of_check("upper", "upper"),
        _of_check("budget", "budget"),
        Column(
            key="unit",
            title=lambda: tr("Unit"),
            value=lambda row: (
                row.unit_name if isinstance(row, CheckRow) else "nats/token" if isinstance(row, StepRow) else ""
            ),
        ),
        Column(key="n", title=lambda: tr("n"), value=lambda row: row.n if isinstance(row, CheckRow) else None),
        _of_step("tokens"),
        _of_step("elapsed_s"),
        _of_step("epoch"),
        Column(key="run", title=lambda: tr("Run"), value=lambda row: row.run),
    )

    def set_parts(self, steps: list[StepRow], checks: list[CheckRow], events: list[EventRow]) -> None:
        """Show these; what is already shown stays."""
        self.set_rows([*events, *checks, *steps])
