"""The little of SVG that the charts need: escaped text, scales and ticks. Colours come from the page's style sheet."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.export.plain import number, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Scale(Struct, frozen=True, kw_only=True):
    """Maps values to pixels along one axis; values outside are drawn at the edge."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self, about: int = 5) -> list[float]:
        """Return round values inside the scale, about that many."""
        step = nice_step((self.high - self.low) / about)
        first = math.ceil(self.low / step - 1e-9)
        return [round(n * step, 10) for n in range(first, math.floor(self.high / step + 1e-9) + 1)]

    def label(self, value: float, about: int = 5) -> str:
        """Write a tick's value with as many digits as the ticks differ by."""
        step = nice_step((self.high - self.low) / about)
        return number(value, max(0, -math.floor(math.log10(step) + 1e-9)))


def nice_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5 × 10ⁿ that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))


def scale_over(values: Iterable[float], start: float, end: float, *, margin: float = 0.06) -> Scale:
    """Return a scale over all values with a margin on both sides."""
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    room = (high - low) * margin or max(abs(low) * 0.1, 0.1)
    return Scale(low=low - room, high=high + room, start=start, end=end)


def text(x: float, y: float, words: str, *, css: str = "", anchor: str = "start") -> str:
    """A piece of text with hidden characters shown and markup escaped."""
    return f'<text x="{x}" y="{y}" class="{css}" text-anchor="{anchor}">{escape(visible(words))}</text>'


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A straight line."""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{css}"/>'


def box(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A rectangle between two corners; nothing where it would be empty."""
    width, height = round(abs(x2 - x1), 2), round(abs(y2 - y1), 2)
    return f'<rect x="{min(x1, x2)}" y="{min(y1, y2)}" width="{width}" height="{height}" class="{css}"/>'


def path(points: Sequence[tuple[float, float]], css: str) -> str:
    """A line through points."""
    return f'<polyline points="{" ".join(f"{x},{y}" for x, y in points)}" class="{css}"/>'


def mark(x: float, y: float, shape: str, css: str, size: float = 5.5) -> str:
    """A verdict's mark: triangle (forgot), diamond (can't tell, changed), circle (kept), ring (base, measured)."""
    corners: dict[str, list[tuple[float, float]]] = {
        "triangle": [(-1, -0.8), (1, -0.8), (0, 1)],
        "diamond": [(0, -1.1), (1.1, 0), (0, 1.1), (-1.1, 0)],
        "star": [(math.sin(math.pi * i / 5) * r, -math.cos(math.pi * i / 5) * r) for i in range(10) for r in [(1.3, 0.55)[i % 2]]],
        "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        "tick": [(0, -1), (0.9, 0.8), (-0.9, 0.8)],
    }  # fmt: skip
    if shape in corners:
        points = " ".join(f"{x + size * dx:.2f},{y + size * dy:.2f}" for dx, dy in corners[shape])
        return f'<polygon points="{points}" class="{css}"/>'
    return f'<circle cx="{x}" cy="{y}" r="{size}" class="{css}"/>'


def picture(width: float, height: float, summary: str, parts: Iterable[str]) -> str:
    """The whole drawing; `summary` is what a screen reader says of it."""
    said = escape(visible(summary))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{said}">'
        f"<title>{said}</title>{''.join(parts)}</svg>"
    )
