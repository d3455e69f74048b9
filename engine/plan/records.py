"""What goes into a plan and what comes out: frozen, typed, units in the names."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from engine.records import Role
from engine.verdict.advice import Advice
from engine.verdict.guard import GuardPower
from engine.verdict.power import Power
from engine.verdict.records import Kind


class RowFinding(Struct, frozen=True, kw_only=True):
    """One thing the dataset doctor warns of, and what would mend it."""

    kind: str
    sentence: str
    fix: str = ""


class RowFacts(Struct, frozen=True, kw_only=True):
    """The prepared rows: how many train, how many are held out, and their lengths in tokens before any cut.

    `prefix_share` and `findings` come from examining them; `base_nll` (nats a target token) and `unlikely_share` (of target
    tokens with p under .4) from a pilot, None where there was none.
    """

    count: int
    heldout: int = 0
    p50: int
    p95: int
    max: int
    mean: float
    prefix_share: float = 0.0
    findings: tuple[RowFinding, ...] = ()
    base_nll: float | None = None
    unlikely_share: float | None = None


class Hardware(Struct, frozen=True, kw_only=True):
    """The device a run would use; for a GPU, bytes are the GPU's own. `cores` only roughens or refines the time."""

    kind: Literal["cpu", "cuda"]
    name: str
    free_bytes: int
    total_bytes: int
    fast_bf16: bool = False
    disk_free_bytes: int = 0
    cores: int = 1


class CapabilityFacts(Struct, frozen=True, kw_only=True):
    """One capability of the suite; `sd` is the spread of its differences in the last comparable run, if there was one."""

    name: str
    items: int
    guard_items: int = 0
    kind: Kind = "nll"
    sd: float | None = None


class SuiteFacts(Struct, frozen=True, kw_only=True):
    """The canaries as the suite has them; the recipe's selection is applied to it.

    `batch_tokens` is how many tokens, padding included, the scorer puts into one forward pass; 0 takes the device's default.
    """

    capabilities: tuple[CapabilityFacts, ...] = ()
    mean_tokens: float = 60.0
    batch_tokens: int = 0
    answer_tokens: float = 48.0


class Part(Struct, frozen=True, kw_only=True):
    """One part of the memory, with the arithmetic in one line."""

    key: str
    label: str
    size_bytes: int
    formula: str


class Phase(Struct, frozen=True, kw_only=True):
    """One phase of the run: the parts that are in memory together."""

    name: Literal["loading", "scoring", "training", "saving"]
    size_bytes: int
    parts: tuple[Part, ...]


class Memory(Struct, frozen=True, kw_only=True):
    """Predicted memory on the device; the peak is the largest phase."""

    phases: tuple[Phase, ...]
    peak_phase: str
    peak_bytes: int
    free_bytes: int
    total_bytes: int
    fits: bool

    def part(self, key: str, phase: str = "training") -> Part | None:
        """Return a part of a phase by its key, or None where that phase has none."""
        return next((p for f in self.phases if f.name == phase for p in f.parts if p.key == key), None)


class Disk(Struct, frozen=True, kw_only=True):
    """Predicted disk use of the run's folder."""

    checkpoint_bytes: int
    kept: int
    final_bytes: int
    total_bytes: int
    free_bytes: int
    formula: str
    fits: bool


class TimeRange(Struct, frozen=True, kw_only=True):
    """From the quickest to the slowest the run may take, by phase, and what that rests on."""

    low_s: float
    high_s: float
    train_s: tuple[float, float]
    score_s: tuple[float, float]
    is_measured: bool
    basis: str


class CapabilityPlan(Struct, frozen=True, kw_only=True):
    """What the canaries of one capability will be able to decide; changes in the score's unit, positive = worse."""

    name: str
    role: Role
    kind: Kind
    power: Power | None
    guard: GuardPower | None = None


class Remedy(Struct, frozen=True, kw_only=True):
    """One way to need less memory: which settings change (dotted path → value) and what planning again says it saves."""

    title: str
    changes: dict[str, Any]
    saving_bytes: int
    peak_bytes: int
    fits: bool


class ProtectionCost(Struct, frozen=True, kw_only=True):
    """What one protection costs: time as shares of the training's own (beside each step, and once before), and memory."""

    name: str
    what: str
    time_share: float = 0.0
    once_share: float = 0.0
    size_bytes: int = 0
    formula: str = ""


class Plan(Struct, frozen=True, kw_only=True):
    """Everything known about a run before it starts."""

    method: str
    precision: Literal["fp32", "bf16"]
    device: str
    parameters: int
    trainable: int
    batch_size: int
    micro_batch: int
    longest_tokens: int
    rows_cut_share: float
    tokens: int
    steps: int
    looks: tuple[int, ...]
    checkpoints: int
    memory: Memory
    disk: Disk
    time: TimeRange
    capabilities: tuple[CapabilityPlan, ...]
    protect: str = "off"
    protections: tuple[ProtectionCost, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    advice: tuple[str, ...] = ()
    counsel: tuple[Advice, ...] = ()
