"""The timeline's rows as arrays, one bundle a run. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from engine.export.series import smoothed
from gui.charts.timeline_rows import CheckRow, StepRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from gui.charts.timeline_rows import TimelineRow

    Floats: TypeAlias = NDArray[np.float64]

Axis: TypeAlias = Literal["step", "tokens", "time", "epoch"]
MOST_RUNS = 6


@dataclass(frozen=True, kw_only=True)
class TimelinePlan:
    """What is known before and besides the rows: total steps, planned checkpoints, and words for an empty picture."""

    steps_total: int = 0
    checkpoints: tuple[int, ...] = ()
    waiting: str = ""


@dataclass(kw_only=True)
class Run:
    """One run's numbers as arrays, made once a refresh."""

    name: str
    x: dict[str, Floats] = field(default_factory=dict)
    loss: Floats = field(default_factory=lambda: np.empty(0))
    smooth: Floats = field(default_factory=lambda: np.empty(0))
    breaks: list[int] = field(default_factory=list)
    checks: list[CheckRow] = field(default_factory=list)

    def at(self, step: float, axis: Axis) -> float:
        """Where a step lies on an axis."""
        steps = self.x["step"]
        return float(np.interp(step, steps, self.x[axis])) if axis != "step" and len(steps) else float(step)


def read_runs(rows: Sequence[TimelineRow], weight: float, axis: Axis) -> list[Run]:
    """The first six runs among the rows, in the order they appear, along `axis`; losses smoothed with `weight`."""
    steps: dict[str, list[StepRow]] = {}
    checks: dict[str, list[CheckRow]] = {}
    pauses: dict[str, set[int]] = {}
    for row in rows:
        if isinstance(row, StepRow):
            steps.setdefault(row.run, []).append(row)
        elif isinstance(row, CheckRow):
            checks.setdefault(row.run, []).append(row)
        elif row.kind in ("pause", "interrupted"):
            pauses.setdefault(row.run, set()).add(row.step)
    names = list(dict.fromkeys([*steps, *checks]))[:MOST_RUNS]
    return [
        _run(steps.get(name, []), Run(name=name, checks=sorted(checks.get(name, []), key=lambda check: check.step)),
             sorted(pauses.get(name, set())), weight, axis)
        for name in names
    ]  # fmt: skip


def _run(steps: list[StepRow], run: Run, pauses: list[int], weight: float, axis: Axis) -> Run:
    """Fill a run's arrays: steps, the asked axis, losses."""
    run.x = {"step": _column(steps, "step")}
    if axis != "step":
        scale = 1 / 60 if axis == "time" else 1.0
        run.x[axis] = _column(steps, {"tokens": "tokens", "time": "elapsed_s", "epoch": "epoch"}[axis]) * scale
    run.loss = _column(steps, "loss")
    run.smooth = run.loss if weight == 0 else np.array(smoothed(run.loss.tolist(), weight), dtype=float)
    run.breaks = [int(np.searchsorted(run.x["step"], step, side="right")) for step in pauses]
    return run


def _column(steps: list[StepRow], name: str) -> Floats:
    return np.fromiter(map(attrgetter(name), steps), dtype=float, count=len(steps))


def worst_capability(checks: Sequence[CheckRow]) -> str:
    """The capability whose last check lost most, in units of its budget; empty without checks."""
    last = {check.capability: check for check in checks}
    return max(last.values(), key=_badness).capability if last else ""


def _badness(check: CheckRow) -> float:
    return check.change / check.budget if check.budget else -check.change


def separate_lines(checks: Sequence[CheckRow], x_of: Callable[[int], float]) -> tuple[list[float], list[float]]:
    """Several capabilities' checks as one curve, with a NaN between two lines."""
    xs: list[float] = []
    ys: list[float] = []
    for name in dict.fromkeys(check.capability for check in checks):
        line = [check for check in checks if check.capability == name]
        xs += [*(x_of(check.step) for check in line), x_of(line[-1].step)]
        ys += [*(check.change for check in line), float("nan")]
    return xs, ys
