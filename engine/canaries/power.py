"""What a suite can decide before anything is trained: the table of `palimpsest suite --power`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from engine.canaries.items import Primary
from engine.verdict.power import Power, plan_power
from engine.verdict.records import DEFAULT_BUDGETS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.canaries.items import Canary, Capability, Suite

#: Which kind of difference a primary score gives (it sets the default budget).
KIND_OF_PRIMARY: dict[Primary, Kind] = {"ref_nll": "nll", "choice_margin": "margin", "kl": "kl"}
_ITEM_KIND = {"ref_nll": "reference", "choice_margin": "choice", "kl": "chat"}
_HEADER = ("capability", "primary", "items", "clusters", "budget", "s_d", "smallest kept", "smallest forgot", "decides")


class CapabilityPower(Struct, frozen=True, kw_only=True):
    """What the verdict items of one capability can decide; `power.n` counts each cluster once."""

    capability: str
    primary: Primary
    items: int
    clusters: int
    power: Power | None


def deciding_items(suite: Suite, capability: Capability) -> tuple[Canary, ...]:
    """The verdict items the capability's primary score is computed on (open chat's kl takes every kind of item)."""
    items = suite.of(capability.name, "verdict")
    if capability.primary == "kl":
        return items
    return tuple(item for item in items if item.kind == _ITEM_KIND[capability.primary])


def suite_power(
    suite: Suite, *, sd: Mapping[str, float] | None = None, budgets: Mapping[str, float] | None = None
) -> list[CapabilityPower]:
    """Both ends of what each capability can decide, Holm's correction counted over all of them.

    `sd` holds the spread of the differences by capability from the last comparable run, in the primary's unit; others
    take the stated default. Items of one cluster are counted once: the cautious end, since how alike they answer is
    unknown before a run.
    """
    judged = max(1, len(suite.capabilities))
    rows = []
    for capability in suite.capabilities:
        items = deciding_items(suite, capability)
        clusters = len({item.cluster for item in items})
        budget = (budgets or {}).get(capability.name, DEFAULT_BUDGETS[KIND_OF_PRIMARY[capability.primary]])
        power = plan_power(clusters, budget, sd=(sd or {}).get(capability.name), judged=judged) if clusters else None
        row = CapabilityPower(
            capability=capability.name, primary=capability.primary, items=len(items), clusters=clusters, power=power
        )
        rows.append(row)
    return rows


def power_text(rows: list[CapabilityPower]) -> str:
    """The rows as a plain-text table with one line of explanation under it."""
    cells = [_HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(_HEADER))]
    table = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    note = (
        "nats/token, power .80. smallest kept: the smallest budget at which no change would be called kept; smallest "
        "forgot: the smallest\ntrue drop that would be called forgot (open chat: changed). * s_d assumed, not measured. "
        "Each cluster counts as one item."
    )
    return "\n".join([*table, "", note])


def _cells(row: CapabilityPower) -> tuple[str, ...]:
    start = (row.capability, row.primary, str(row.items), str(row.clusters))
    if (power := row.power) is None:
        return (*start, "-", "-", "-", "-", "no: no items")
    decides = "yes" if power.can_keep else f"no: needs {power.items_for_kept} items"
    sd = f"{power.sd:.2f}{'*' if power.is_sd_assumed else ''}"
    numbers = (power.budget, power.smallest_budget_called_kept, power.smallest_drop_called_forgot)
    budget, kept, forgot = (f"{number:.3f}" for number in numbers)
    return (*start, budget, sd, kept, forgot, decides)
