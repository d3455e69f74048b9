"""What goes into a verdict and what comes out: frozen, typed, units in the names."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from engine.records import Role
from engine.verdict.binary import Interval

Kind: TypeAlias = Literal["nll", "margin", "kl", "binary"]
Word: TypeAlias = Literal["kept", "forgot", "changed", "can't tell", "measured"]

HIGHER_IS_BETTER: frozenset[Kind] = frozenset({"margin", "binary"})
DEFAULT_BUDGETS: dict[Kind, float] = {"nll": 0.10, "margin": 0.10, "kl": 0.20, "binary": 0.05}
TOLERATE_FACTOR = 3.0


class CapabilityInput(Struct, frozen=True, kw_only=True):
    """One capability's primary scores before and after, item by item, as they were measured.

    `before` and `after` are raw: `kind` says which way is worse (nll and kl: up; margin and binary: down). A budget of
    None or 0 takes the default of the kind, three times that when the role is "tolerate".
    """

    name: str
    score: str = "ref_nll"
    unit: str = "nats/token"
    kind: Kind = "nll"
    role: Role = "protect"
    budget: float | None = None
    before: list[float]
    after: list[float]
    item_ids: list[str]
    cluster_ids: list[str]

    @property
    def limit(self) -> float:
        """The budget that applies, in the score's unit."""
        if self.budget:
            return self.budget
        return DEFAULT_BUDGETS[self.kind] * (TOLERATE_FACTOR if self.role == "tolerate" else 1.0)

    @property
    def differences(self) -> list[float]:
        """d = change of each item, positive = worse."""
        sign = -1.0 if self.kind in HIGHER_IS_BETTER else 1.0
        return [sign * (float(a) - float(b)) for b, a in zip(self.before, self.after, strict=True)]


class CheckedAnswers(Struct, frozen=True, kw_only=True):
    """One capability's checked answers before and after: 1 right, 0 wrong, item by item."""

    name: str
    role: Role = "protect"
    before: list[int]
    after: list[int]
    item_ids: list[str]
    cluster_ids: list[str]


class Flips(Struct, frozen=True, kw_only=True):
    """Which answers went from right to wrong (forgotten) and from wrong to right (gained), by item id."""

    forgotten: list[str]
    gained: list[str]
    mcnemar_p: float


class CapabilityVerdict(Struct, frozen=True, kw_only=True):
    """What can be said about one capability. Changes are positive = worse, in `unit`.

    `lower` is one-sided at level `alpha_lower` (Bonferroni over the judged capabilities), `upper` at `alpha_upper`;
    None where so few items or clusters give no bound at all. `p` tests "change ≤ budget"; `p_adjusted` is Holm's,
    None for an expendable capability. `n_needed` is set when the word is "can't tell" and more items would settle it.
    """

    name: str
    score: str
    unit: str
    kind: Kind
    role: Role
    word: Word
    reason: str
    n: int
    clusters: int
    mean_change: float
    sd: float
    lower: float | None
    upper: float | None
    alpha_lower: float
    alpha_upper: float
    p: float | None
    p_adjusted: float | None
    budget: float
    noise_floor: float
    method: str
    n_needed: int | None = None
    is_too_close: bool = False


class CheckedResult(Struct, frozen=True, kw_only=True):
    """Checked answers of one capability: counts, levels with Wilson intervals, flips. Shown, never decides."""

    name: str
    role: Role
    n: int
    right_before: int
    right_after: int
    level_before: Interval
    level_after: Interval
    lower: float
    upper: float
    flips: Flips


class PooledVerdict(Struct, frozen=True, kw_only=True):
    """One verdict over the checked answers of all protected capabilities together; shares, positive = worse."""

    word: Word
    reason: str
    capabilities: list[str]
    n: int
    clusters: int
    lost: int
    gained: int
    mean_change: float
    lower: float
    upper: float
    alpha_lower: float
    alpha_upper: float
    p: float
    mcnemar_p: float
    budget: float


class Verdict(Struct, frozen=True, kw_only=True):
    """The whole answer: one word over the protected and tolerated capabilities, and everything it rests on."""

    word: Word
    reason: str
    alpha: float
    judged: int
    capabilities: list[CapabilityVerdict]
    checked: list[CheckedResult]
    pooled: PooledVerdict | None = None
