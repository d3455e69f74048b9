"""Long series for the screen: thinned to what the eye can see, broken where training paused. Numbers in, numbers out."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def decimated(x: Floats, y: Floats, most: int) -> tuple[Floats, Floats]:
    """At most about `most` points: first, last, and each stretch's smallest and largest, in order, so no spike is lost.

    `x` rises; both (N,). Shorter series come back as they are.
    """
    if len(x) <= most:
        return x, y
    size = -(-2 * len(x) // most)
    whole = len(x) // size * size
    starts = np.arange(0, whole, size)
    blocks = y[:whole].reshape(-1, size)
    lows = starts + np.argmin(np.where(np.isnan(blocks), np.inf, blocks), axis=1)
    highs = starts + np.argmax(np.where(np.isnan(blocks), -np.inf, blocks), axis=1)
    kept = np.unique(np.concatenate(([0], lows, highs, np.arange(whole, len(x)), [len(x) - 1])))
    return x[kept], y[kept]


def visible(x: Floats, low: float, high: float) -> slice:
    """The part of a rising `x` inside a range, with one point beyond each end so that lines reach the edge."""
    start = max(int(np.searchsorted(x, low)) - 1, 0)
    return slice(start, min(int(np.searchsorted(x, high, side="right")) + 1, len(x)))


def drawn(x: Floats, y: Floats, breaks: Sequence[int], most: int) -> tuple[Floats, Floats]:
    """Each unbroken stretch decimated, with a NaN between stretches; `breaks` are indices that begin a new one."""
    if not len(x):
        return x, y
    edges = sorted({0, *(at for at in breaks if 0 < at < len(x)), len(x)})
    xs: list[Floats] = []
    ys: list[Floats] = []
    for start, stop in pairwise(edges):
        share = max(8, most * (stop - start) // len(x))
        part_x, part_y = decimated(x[start:stop], y[start:stop], share)
        xs += [part_x, np.array([part_x[-1]])]
        ys += [part_y, np.array([np.nan])]
    return np.concatenate(xs[:-1]), np.concatenate(ys[:-1])


def nearest(x: Floats, value: float) -> int:
    """The index of the entry of a rising, non-empty `x` that lies nearest to `value`."""
    at = int(np.searchsorted(x, value))
    if at == 0:
        return 0
    if at == len(x):
        return at - 1
    return at if x[at] - value < value - x[at - 1] else at - 1


def log_ticks(low: float, high: float) -> list[float]:
    """Round values 1, 2, 5 × 10ⁿ inside a range of positive numbers."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    ticks = [m * 10.0**n for n in range(first, last + 1) for m in (1, 2, 5)]
    return [tick for tick in ticks if low <= tick <= high]


def snapped(low: float, high: float, room: float) -> tuple[float, float]:
    """A range with `room` (a share of it) at both ends, rounded outward to its 40ths or so.

    A live chart's axes then stand still most of the time; redrawing them is the dearest part of a repaint.
    """
    wide = high - low or abs(high) or 1.0
    low, high = low - room * wide, high + room * wide
    unit = 10.0 ** np.floor(np.log10(wide / 4))
    unit = unit / 4 if wide / unit < 10 else unit / 2
    return float(np.floor(low / unit + 1e-9) * unit), float(np.ceil(high / unit - 1e-9) * unit)
