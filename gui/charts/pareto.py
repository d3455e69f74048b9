"""Which points no other beats, and where labels can stand without covering one another. Numbers in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the non-dominated points (more is better on both axes), by rising x.

    A point is dominated if another is at least as good on both axes and better on one. Of equal points all stay.
    """
    order = sorted(range(len(points)), key=lambda at: (-points[at][0], -points[at][1]))
    kept: list[int] = []
    best = float("-inf")
    for at in order:
        y = points[at][1]
        if y > best or (kept and points[kept[-1]] == points[at]):
            kept.append(at)
            best = max(best, y)
    return kept[::-1]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A label's rectangle in pixels, y downward."""

    left: float
    top: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        is_above = self.top >= other.top + other.height or other.top >= self.top + self.height
        return not (self.is_beside(other) or is_above)

    def is_beside(self, other: Box) -> bool:
        """Whether the two cannot meet however one is moved up or down."""
        return self.left >= other.left + other.width or other.left >= self.left + self.width

    def moved(self, dy: float) -> Box:
        """The same box lower by `dy`."""
        return Box(left=self.left, top=self.top + dy, width=self.width, height=self.height)


def spread(boxes: Sequence[Box], low: float, high: float, fixed: Sequence[Box] = ()) -> list[Box]:
    """The boxes moved up or down as little as needed so that no two overlap, nor one a `fixed` box; greedily from the top.

    They stay between `low` and `high` while there is room; without room they run below `high` rather than overlap.
    """
    placed: dict[int, Box] = {}
    for at in sorted(range(len(boxes)), key=lambda at: (boxes[at].top, at)):
        placed[at] = _nearest_free(boxes[at], [*fixed, *placed.values()], low, high)
    return [placed[at] for at in range(len(boxes))]


def _nearest_free(box: Box, taken: Sequence[Box], low: float, high: float) -> Box:
    """The free place closest to where the box wants to be: there, or directly above or below a taken one."""
    wanted = [box.top]
    taken = [other for other in taken if not box.is_beside(other)]
    for other in taken:
        wanted += [other.top - box.height, other.top + other.height]
    wanted.sort(key=lambda top: abs(top - box.top))
    inside = [top for top in wanted if low <= top <= high - box.height]
    for top in [*inside, *wanted]:
        moved = box.moved(top - box.top)
        if not any(moved.overlaps(other) for other in taken):
            return moved
    lowest = max((other.top + other.height for other in taken), default=box.top)
    return box.moved(lowest - box.top)
