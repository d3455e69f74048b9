"""Sequences of runs: what each stage kept of the tasks learned before it. Pure functions of a matrix of scores.

R[i][j] is the score on task j after stage i, up is better; row 0 is the base, task j (counted from 0) is learned at stage
j + 1. None means not measured; a figure that needs such a cell is None.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

Row = Sequence[float | None]


class Matrix(Struct, frozen=True, kw_only=True):
    """Scores by stage and column, up is better: first one column a task, in the order learned, then the capabilities.

    `counts` has the number of items behind each score, 0 where nothing was measured; `primaries` names the score of each
    capability, as `score` does that of the tasks.
    """

    stages: tuple[str, ...]
    tasks: tuple[str, ...]
    capabilities: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    score: str
    counts: tuple[tuple[int, ...], ...] = ()
    primaries: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column's name, tasks first."""
        return (*self.tasks, *self.capabilities)

    def of_tasks(self) -> tuple[tuple[float | None, ...], ...]:
        """The part that concerns the tasks."""
        return tuple(row[: len(self.tasks)] for row in self.values)

    def of_capabilities(self) -> tuple[tuple[float | None, ...], ...]:
        """The part that concerns the capabilities."""
        return tuple(row[len(self.tasks) :] for row in self.values)

    def change(self, stage: int, column: int) -> float | None:
        """A cell against its column's reference: a task's own first-learned score, the base's for a capability."""
        reference = self.values[column + 1 if column < len(self.tasks) else 0][column]
        value = self.values[stage][column]
        return None if value is None or reference is None else value - reference


def average(scores: Sequence[Row]) -> float | None:
    """Mean score over all tasks after the last stage: (1/T)·Σ_j R_Tj (Lopez-Paz & Ranzato 2017)."""
    return _mean(scores[-1])


def backward_transfer(scores: Sequence[Row]) -> float | None:
    """Average change on earlier tasks: (1/(T−1))·Σ_{j<T}(R_Tj − R_jj) (Lopez-Paz & Ranzato 2017); negative = forgot."""
    return _mean([_minus(scores[-1][task], scores[task + 1][task]) for task in range(len(scores) - 2)])


def forgetting_from_best(scores: Sequence[Row]) -> float | None:
    """Mean over earlier tasks of max_{l<T} R_lj − R_Tj, l over stages (Chaudhry et al. 2018); 0 or less = nothing lost.

    The maximum is taken over the stages at which the task was measured; there must be one.
    """
    losses = []
    for task in range(len(scores) - 2):
        known = [row[task] for row in scores[1:-1]]
        measured = [value for value in known if value is not None]
        losses.append(_minus(max(measured), scores[-1][task]) if measured else None)
    return _mean(losses)


def forgetting_from_first(scores: Sequence[Row]) -> float | None:
    """Mean over earlier tasks of R_jj − R_Tj, first-learned minus last (as the Avalanche library's metric)."""
    change = backward_transfer(scores)
    return None if change is None else -change


def general_ability_delta(scores: Sequence[Row]) -> float | None:
    """Mean change of the capabilities after the last stage against the base (Wang et al. 2023, TRACE)."""
    return _mean([_minus(last, base) for last, base in zip(scores[-1], scores[0], strict=True)])


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if values and len(known) == len(values) else None
