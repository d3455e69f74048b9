"""A plan in the words of the panel beside the form: what it needs, how long it takes, what it can decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gui.i18n import said, tr

if TYPE_CHECKING:
    from engine.plan import CapabilityPlan, Plan, RowFacts


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the canaries of one capability will be able to decide."""

    capability: str
    role: str
    items: int
    budget: float
    smallest_drop: float
    smallest_budget: float
    unit: str
    can_keep: bool
    items_needed: int


@dataclass(frozen=True, kw_only=True)
class Fix:
    """A change that needs less memory, with what it saves."""

    text: str
    changes: tuple[tuple[str, Any], ...]
    fits: bool


@dataclass(frozen=True, kw_only=True)
class PlanNote:
    """Everything the panel shows of one plan."""

    fits: bool
    headline: str
    memory_share: float
    facts: tuple[tuple[str, str], ...]
    basis: str
    decisions: tuple[Decision, ...]
    power: str
    advice: tuple[str, ...]
    fixes: tuple[Fix, ...]
    is_time_measured: bool
    can_pilot: bool = True


def note_of(plan: Plan, rows: RowFacts, *, rows_are_guessed: bool) -> PlanNote:
    """Write a plan for the panel."""
    from engine.plan import bytes_text

    memory, decisions = plan.memory, tuple(_decision(one) for one in plan.capabilities if one.power is not None)
    fits = memory.fits and plan.disk.fits
    need, free = bytes_text(memory.peak_bytes), bytes_text(memory.free_bytes)
    headline = (
        tr("Fits: needs about {need} of {free} free").format(need=need, free=free)
        if memory.fits
        else tr("Does not seem to fit: needs about {need}, {free} free").format(need=need, free=free)
    )
    if memory.fits and not plan.disk.fits:
        headline = tr("Not enough disk space for the checkpoints")
    said_already = 0 if memory.fits else 1 + len(plan.remedies)
    return PlanNote(
        fits=fits,
        headline=headline,
        memory_share=min(1.0, memory.peak_bytes / max(1, memory.free_bytes)),
        facts=_facts(plan, rows, rows_are_guessed=rows_are_guessed),
        basis=_basis(plan, rows_are_guessed=rows_are_guessed),
        decisions=decisions,
        power=_power(decisions),
        advice=tuple(said(line) for line in plan.advice[said_already:] if "smallest budget that could" not in line),
        fixes=tuple(
            Fix(
                text=tr("{change}: −{saving}").format(change=said(one.title), saving=bytes_text(one.saving_bytes)),
                changes=tuple(one.changes.items()),
                fits=one.fits,
            )
            for one in plan.remedies
        ),
        is_time_measured=plan.time.is_measured,
        can_pilot=plan.steps > 0,
    )


def _facts(plan: Plan, rows: RowFacts, *, rows_are_guessed: bool) -> tuple[tuple[str, str], ...]:
    from engine.plan import bytes_text

    about = tr("about {text}")
    count = tr("{train} rows, {heldout} held out").format(train=f"{rows.count:,}", heldout=f"{rows.heldout:,}")
    length = tr("half up to {p50}, 95 % up to {p95} tokens").format(p50=rows.p50, p95=rows.p95)
    return (
        (tr("Time"), _time(plan)),
        (tr("Disk"), about.format(text=bytes_text(plan.disk.total_bytes)) + ", "
         + tr("%n checkpoint(s)", "", plan.disk.kept)),
        (tr("Steps"), tr("{steps}, {batch} rows each").format(steps=f"{plan.steps:,}", batch=plan.batch_size)),
        (tr("Checks"), tr("before, after and %n on the way", "", len(plan.looks))),
        (tr("Rows"), count),
        (tr("Lengths"), about.format(text=length) if rows_are_guessed else length),
        (tr("Trained"), tr("{part} of {all} million weights").format(
            part=f"{plan.trainable / 1e6:.1f}", all=f"{plan.parameters / 1e6:.1f}")),
        (tr("Runs on"), f"{plan.device}, {plan.precision}"),
    )  # fmt: skip


def _time(plan: Plan) -> str:
    from engine.plan import duration_text

    low, high = duration_text(plan.time.low_s), duration_text(plan.time.high_s)
    if low == high:
        return tr("about {text}").format(text=low)
    return tr("{low} to {high}").format(low=low, high=high)


def _basis(plan: Plan, *, rows_are_guessed: bool) -> str:
    said = []
    if not plan.time.is_measured:
        said.append(tr("The time is a rough range: nothing was timed on this machine yet."))
    if rows_are_guessed:
        said.append(tr("Lengths are guessed from characters until the rows are read with the model's tokenizer."))
    return " ".join(said)


def _decision(one: CapabilityPlan) -> Decision:
    power, scale = one.power, 100.0 if one.kind == "binary" else 1.0
    assert power is not None
    return Decision(
        capability=one.name,
        role=one.role,
        items=power.n,
        budget=power.budget * scale,
        smallest_drop=power.smallest_drop_called_forgot * scale,
        smallest_budget=power.smallest_budget_called_kept * scale,
        unit=tr("points") if one.kind == "binary" else tr("nats/token"),
        can_keep=power.can_keep,
        items_needed=power.items_for_kept,
    )


def _power(decisions: tuple[Decision, ...]) -> str:
    judged = [one for one in decisions if one.role != "expendable"]
    if not judged:
        return tr("Nothing is judged, so there will be no verdict.")
    drops = [one.smallest_drop for one in judged]
    able = sum(one.can_keep for one in judged)
    first = tr(
        "Losses from {low:.2f} to {high:.2f} {unit} on could be called forgot, depending on the capability."
    ).format(low=min(drops), high=max(drops), unit=judged[0].unit)
    if able == len(judged):
        return first + " " + tr("Each could be called kept at its limit.")
    needed = max(one.items_needed for one in judged if not one.can_keep)
    return (
        first
        + " "
        + tr("{able} of {all} could be called kept at their limit; the rest need up to {n} items each.").format(
            able=able, all=len(judged), n=needed
        )
    )
