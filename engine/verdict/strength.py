"""How strong a version of a checkpoint is: one number for all weights, or one for single blocks. Pure, no torch.

θ(α) = θ0 + α(θ − θ0): α = 0 is the base, 1 what was trained (science §3, after model interpolation, e.g. Wortsman 2022).
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import StrengthPoint

#: Scored without being asked for; values between on demand.
ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
#: What stands under every picture of drift.
DRIFT_CAPTION = (
    "How far the weights moved: a diagnosis, not a verdict. Small drift can forget much, and large drift little."
)
_BLOCK = re.compile(r"(?:^|\.)(?:layers|h|blocks|block)\.(\d+)\.")
_RANGE = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?=(\d*\.?\d+)")


class Strength(Struct, frozen=True, kw_only=True):
    """The strength of all weights (`alpha`), and of single blocks where it differs; keys are block numbers as text."""

    alpha: float
    blocks: dict[str, float] = {}

    def of(self, name: str) -> float:
        """Return the strength of a weight by its name."""
        block = block_of(name)
        return self.alpha if block is None else self.blocks.get(str(block), self.alpha)

    @property
    def variant(self) -> str:
        """What its version is called behind RUN@STEP: x0.5, with six letters more where blocks differ."""
        mark = hashlib.sha256(repr(sorted(self.blocks.items())).encode()).hexdigest()[:6] if self.blocks else ""
        return f"x{self.alpha:g}{f'-{mark}' if mark else ''}"

    @property
    def is_whole(self) -> bool:
        """Whether it is what was trained, unchanged."""
        return self.alpha == 1.0 and all(value == 1.0 for value in self.blocks.values())


def checked(alpha: float, blocks: dict[str, float]) -> Strength:
    """Return a strength; `UserError` naming the field unless every number is between 0 and 1."""
    if not 0 <= alpha <= 1:
        raise UserError(f"A strength is between 0 (the base) and 1 (as trained), not {alpha:g}.", field="alpha")
    for block, value in blocks.items():
        if not block.isdigit() or not 0 <= value <= 1:
            raise UserError(f"Block {block} cannot have the strength {value:g}: it is 0 to 1.", field="blocks")
    return Strength(alpha=round(alpha, 6), blocks={block: round(value, 6) for block, value in blocks.items()})


def read_blocks(text: str) -> dict[str, float]:
    """Read "0-5=0.5,6=1" into strengths by block; `UserError` says what was expected."""
    blocks: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise UserError(f"{part!r} is not BLOCK=STRENGTH or FROM-TO=STRENGTH.", field="blocks")
        first, last = int(found[1]), int(found[2] or found[1])
        blocks |= {str(block): float(found[3]) for block in range(first, last + 1)}
    return blocks


def block_of(name: str) -> int | None:
    """Return the number of the block a weight belongs to, or None for one outside (embeddings, head, last norm)."""
    found = _BLOCK.search(name)
    return int(found[1]) if found else None


def proposed(points: Sequence[StrengthPoint]) -> StrengthPoint | None:
    """Return the strongest point at which every judged capability's guard-set mean is inside its budget.

    Points of single blocks are left out; None where even the weakest point above the base is outside.
    """
    inside = [point for point in points if point.is_inside and not point.blocks and point.alpha > 0]
    return max(inside, key=lambda point: point.alpha, default=None)
