"""The guard's decision at each planned look: has a capability surely lost more than its budget? Pure, no torch.

K planned looks share a level α = .025, so each has α_k = α/K, and the C judged capabilities share that again. (With α = .05
1.4 % of harmless runs are stopped where each look is nearly the one before; the promise is 1 %, so half of it is spent.) A
capability is *beyond* at a look when the lower bound of its mean change at level α_k/C lies above its budget. The guard
trips when one capability is beyond at two planned looks in a row, and at once when its mean is above three budgets and the
skewness-corrected bound, which is the more cautious one, is beyond as well: with a plain bound that single look alone would
stop up to 4 % of harmless runs. More than half of the fixed generations newly degenerate at two looks in a row trips it as well; a loss that is
not a number ends the run before any look (`engine.training.loop`).

The looks share their items, so methods for fresh evidence do not apply; plain multiplicity does. What it cannot do: with
so few guard items that no bound exists at this level (about log2(K·C/.025) of them), it can never trip; `engine.plan` says so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.verdict import sentences, statistics
from engine.verdict.distributions import stats
from engine.verdict.power import DEFAULT_SD, Z_POWER
from engine.verdict.records import CapabilityInput, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

ALPHA = 0.025
SEVERE_MULTIPLE = 3.0
NOISE_MULTIPLE = 3.0
DEGENERATE = "answers"

TripKind = Literal["two looks", "severe", "degenerate"]


class Reading(Struct, frozen=True, kw_only=True):
    """One capability at one look; changes are positive = worse, in the score's unit. `lower` is None without a bound."""

    name: str
    kind: Kind
    unit: str
    n: int
    mean: float
    lower: float | None
    budget: float
    is_beyond: bool
    is_severe: bool = False
    is_judged: bool = True

    @property
    def is_inside(self) -> bool:
        """Whether the mean is inside the budget: enough to choose what to go back to, not a verdict."""
        return not self.is_judged or self.mean <= self.budget


class Generations(Struct, frozen=True, kw_only=True):
    """How many of the fixed answers of a look show signs of damage that the base's answer to the same did not."""

    degenerate: int = 0
    total: int = 0

    @property
    def is_mostly_degenerate(self) -> bool:
        """More than half of them."""
        return 2 * self.degenerate > self.total


class Look(Struct, frozen=True, kw_only=True):
    """All that the guard sees at one look."""

    step: int
    readings: tuple[Reading, ...]
    generations: Generations = Generations()

    @property
    def is_inside(self) -> bool:
        """Whether every judged capability's mean is inside its budget and the answers are not mostly degenerate."""
        return all(one.is_inside for one in self.readings) and not self.generations.is_mostly_degenerate


class Trip(Struct, frozen=True, kw_only=True):
    """Why the guard tripped; `capability` is "answers" for degenerate generations."""

    kind: TripKind
    capability: str
    step: int
    sentence: str


class GuardState(Struct, frozen=True, kw_only=True):
    """What the guard must remember between looks; saved in every checkpoint, so that a resumed run decides alike.

    `step` is that of the last planned look: one look is never counted twice. `beyond` are the capabilities beyond at the last planned look; `told` those it has tripped for, which trip no more
    (after a warning, or when the user chose to go on).
    """

    looks: int = 0
    step: int = 0
    beyond: tuple[str, ...] = ()
    is_degenerate: bool = False
    told: tuple[str, ...] = ()


def level(planned_looks: int, judged: int) -> float:
    """The level of one capability's bound at one look: α_k/C = .025/(K·C)."""
    return ALPHA / (max(1, planned_looks) * max(1, judged))


def read_look(
    step: int,
    inputs: Sequence[CapabilityInput],
    *,
    planned_looks: int,
    generations: Generations | None = None,
    noise_floor: float = 0.0,
) -> Look:
    """Read every capability's guard items at a look; one whose mean is under three noise floors is never beyond."""
    alpha = level(planned_looks, sum(one.role != "expendable" for one in inputs))
    readings = tuple(_read(one, alpha, noise_floor) for one in inputs)
    return Look(step=step, readings=readings, generations=generations or Generations())


def _read(given: CapabilityInput, alpha: float, noise_floor: float) -> Reading:
    differences, is_judged = given.differences, given.role != "expendable"
    mean = math.fsum(differences) / len(differences)
    beyond = given.limit + statistics.BOUND_TOLERANCE
    # The bound lies below the mean, so a mean inside the budget needs none: most looks of most capabilities.
    needs_bound = is_judged and mean > max(given.limit, NOISE_MULTIPLE * noise_floor)
    groups = statistics.group(differences, given.cluster_ids)
    lower = statistics.guard_bound(groups, alpha) if needs_bound else -math.inf
    may_be_severe = lower > beyond and mean > SEVERE_MULTIPLE * given.limit
    return Reading(
        name=given.name,
        kind=given.kind,
        unit=given.unit,
        n=len(differences),
        mean=mean,
        lower=lower if math.isfinite(lower) else None,
        budget=given.limit,
        is_beyond=lower > beyond,
        is_severe=may_be_severe and statistics.lower_bound(differences, given.cluster_ids, alpha) > beyond,
        is_judged=is_judged,
    )


def observe(state: GuardState, look: Look) -> tuple[GuardState, list[Trip]]:
    """Take in a planned look: the state after it, and the trips it causes, the gravest first."""
    beyond = [one for one in look.readings if one.is_beyond]
    degenerate = look.generations.is_mostly_degenerate
    trips = [
        _trip(one, look, state)
        for one in sorted(beyond, key=lambda one: -one.mean / one.budget)
        if one.name not in state.told and (one.is_severe or one.name in state.beyond)
    ]
    if degenerate and state.is_degenerate and DEGENERATE not in state.told:
        trips.append(_degenerate_trip(look))
    after = replace(
        state,
        looks=state.looks + 1,
        step=look.step,
        beyond=tuple(one.name for one in beyond),
        is_degenerate=degenerate,
        told=(*state.told, *(trip.capability for trip in trips)),
    )
    return after, trips


def _trip(one: Reading, look: Look, state: GuardState) -> Trip:
    kind: TripKind = "two looks" if one.name in state.beyond else "severe"
    said = _beyond_text(one, look.step)
    said = (
        f"{said} at two looks in a row." if kind == "two looks" else f"{said} and its mean is beyond three times that."
    )
    return Trip(kind=kind, capability=one.name, step=look.step, sentence=said)


def _degenerate_trip(look: Look) -> Trip:
    said = look.generations
    return Trip(
        kind="degenerate",
        capability=DEGENERATE,
        step=look.step,
        sentence=f"Step {look.step}: {said.degenerate} of {said.total} fixed answers are empty, repeating, running on, of "
        "quite another length or in another script than the base's, at two looks in a row.",
    )


def first_sentence(one: Reading, step: int) -> str:
    """Say that a capability is beyond its budget for the first time: the next look decides."""
    return f"{_beyond_text(one, step)}; the next look decides."


def _beyond_text(one: Reading, step: int) -> str:
    change = f"{sentences.amount(one.mean, one.kind)} {sentences.unit_text(one.kind, one.unit)}"
    bound = sentences.amount(one.lower, one.kind) if one.lower is not None else "–"
    said = f"{one.name} changed more than its limit" if one.kind == "kl" else f"{one.name} lost more than its limit"
    return (
        f"Step {step}: {said} ({change}, surely beyond {bound}; limit "
        f"{sentences.limit_text(one.budget, one.kind)}, {one.n} guard items)"
    )


# ---- before the run --------------------------------------------------------------------------------------------------


class GuardPower(Struct, frozen=True, kw_only=True):
    """What the guard can see with `n` independent guard items of one capability, in the score's unit.

    `smallest_drop` is the smallest true drop that a look calls beyond with a power of .80, None where the guard cannot
    trip at all; `items_to_trip` is the fewest items with which it can.
    """

    n: int
    planned_looks: int
    alpha: float
    items_to_trip: int
    smallest_drop: float | None

    @property
    def can_trip(self) -> bool:
        """Whether there are enough items for any bound at this level."""
        return self.smallest_drop is not None


def fewest_items(alpha: float) -> int:
    """The fewest independent items with which a lower bound at `alpha` exists: 2^n ≥ 1/α, and never fewer than 2."""
    return max(2, math.ceil(math.log2(1 / alpha) - 1e-12))


def guard_power(n: int, budget: float, *, planned_looks: int, judged: int, sd: float | None = None) -> GuardPower:
    """What `n` guard items can see: b + (t_{1−α, n−1} + .842)·s_d/√n, α = .025/(K·C)."""
    alpha = level(planned_looks, judged)
    fewest = fewest_items(alpha)
    drop = None
    if n >= fewest:
        spread = DEFAULT_SD if sd is None else sd
        drop = budget + (float(stats.t.isf(alpha, n - 1)) + Z_POWER) * spread / math.sqrt(n)
    return GuardPower(n=n, planned_looks=planned_looks, alpha=alpha, items_to_trip=fewest, smallest_drop=drop)
