"""The timeline's rows as arrays, one bundle a run. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from engine.export.series import smoothed
from gui.charts.timeline_rows import CheckRow, StepRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from gui.charts.timeline_rows import TimelineRow

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
    x: dict[str, NDArray[np.float64]]
    loss: NDArray[np.float64]
    smooth: NDArray[np.float64]
    breaks: list[int]
    checks: list[CheckRow] = field(default_factory=list)

    def at(self, step: float, axis: Axis) -> float:
        """Where a step lies on an axis."""
        steps = self.x["step"]
        return float(np.interp(step, steps, self.x[axis])) if axis != "step" and len(steps) else float(step)


def read_runs(rows: Sequence[TimelineRow], weight: float) -> list[Run]:
    """The first six runs among the rows, in the order they appear; losses smoothed with `weight`."""
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
    return [_run(name, steps.get(name, []), checks.get(name, []), pauses.get(name, set()), weight) for name in names]


def _run(name: str, steps: list[StepRow], checks: list[CheckRow], pauses: set[int], weight: float) -> Run:
    at = np.array([row.step for row in steps], dtype=float)
    loss = np.array([row.loss for row in steps], dtype=float)
    x = {
        "step": at,
        "tokens": np.array([row.tokens for row in steps], dtype=float),
        "time": np.array([row.elapsed_s for row in steps], dtype=float) / 60,
        "epoch": np.array([row.epoch for row in steps], dtype=float),
    }
    smooth = loss if weight == 0 else np.array(smoothed(loss.tolist(), weight), dtype=float)
    breaks = [int(np.searchsorted(at, step, side="right")) for step in sorted(pauses)]
    return Run(name=name, x=x, loss=loss, smooth=smooth, breaks=breaks, checks=sorted(checks, key=lambda c: c.step))


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
