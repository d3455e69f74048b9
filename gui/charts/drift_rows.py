"""How far each weight moved, cell by cell, and the colour levels a whole project shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gui.charts.model import ChartModel, Column
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.records import Drift

OUTSIDE = -1
#: What well-known modules are called for short, by the last part of their names.
_SHORT = {
    "q_proj": "q", "k_proj": "k", "v_proj": "v", "o_proj": "o", "gate_proj": "gate", "up_proj": "up", "down_proj": "down",
    "q_norm": "q norm", "k_norm": "k norm", "input_layernorm": "norm 1", "post_attention_layernorm": "norm 2",
    "pre_feedforward_layernorm": "norm 3", "post_feedforward_layernorm": "norm 4", "ln_1": "norm 1", "ln_2": "norm 2",
    "ln_f": "norm", "embed_tokens": "embed", "wte": "embed", "wpe": "places", "lm_head": "head",
}  # fmt: skip
#: Short names in the order of a block; other modules follow by name.
_ORDER = ("q", "k", "v", "o", "gate", "up", "down", "q norm", "k norm", "norm 1", "norm 2", "norm 3", "norm 4", "norm")


@dataclass(frozen=True, kw_only=True)
class DriftCell:
    """One weight at a checkpoint: ‖ΔW‖/‖W‖ (Frobenius), None where it was not trained; layer −1 lies outside the blocks."""

    step: int
    layer: int
    module: str
    name: str = ""
    value: float | None = None
    run: str = ""

    @property
    def level(self) -> float | None:
        """log10 of the value; None where nothing moved."""
        return math.log10(self.value) if self.value else None


def cell_of(drift: Drift, run: str = "") -> DriftCell:
    """The engine's record as a cell; a weight that did not move at all was frozen."""
    return DriftCell(
        step=drift.step, layer=drift.layer, module=drift.module, name=drift.name, value=drift.value or None, run=run
    )


def short_name(module: str) -> str:
    """A module's name where there is little room: "q" for "self_attn.q_proj"; others' last part."""
    if module.endswith(".bias"):
        return f"{short_name(module.removesuffix('.bias'))} bias"
    last = module.rpartition(".")[2]
    return _SHORT.get(last, last)


def in_order(modules: Iterable[str]) -> list[str]:
    """A block's modules as it goes through them."""

    def place(module: str) -> tuple[int, str]:
        short = short_name(module)
        return (_ORDER.index(short) if short in _ORDER else len(_ORDER), module)

    return sorted(modules, key=place)


def levels_of(cells: Iterable[DriftCell]) -> tuple[float, float]:
    """The 2nd and 98th percentile of log10 over all these cells: use a project's, so that its runs compare."""
    found = [cell.level for cell in cells if cell.level is not None]
    if not found:
        return -4.0, -1.0
    low, high = (float(value) for value in np.percentile(found, [2, 98]))
    return (low, high) if high - low > 1e-6 else (low - 0.5, high + 0.5)


class DriftModel(ChartModel[DriftCell]):
    """One row a weight and checkpoint."""

    columns = (
        Column(key="step", title=lambda: tr("Step"), value=lambda cell: cell.step),
        Column(
            key="layer",
            title=lambda: tr("Layer"),
            value=lambda cell: cell.layer,
            text=lambda cell: tr("outside") if cell.layer == OUTSIDE else str(cell.layer),
        ),
        Column(key="module", title=lambda: tr("Module"), value=lambda cell: cell.module),
        Column(
            key="relative_change",
            title=lambda: tr("‖ΔW‖/‖W‖"),
            value=lambda cell: cell.value,
            text=lambda cell: tr("frozen") if cell.value is None else f"{cell.value:.2e}".replace("-", "−"),
        ),
        Column(key="weight", title=lambda: tr("Weight"), value=lambda cell: cell.name),
        Column(key="run", title=lambda: tr("Run"), value=lambda cell: cell.run),
    )
