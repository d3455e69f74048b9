"""How long a phase will take on, and how one says a time; for the command line's bars and the window's."""

from __future__ import annotations

import statistics
from collections import deque

#: The time left is shown only after so many parts (steps) and seconds, from the median of the newest part times.
ETA_FROM_PARTS, ETA_FROM_S, ETA_WINDOW = 5, 3.0, 30


class Eta:
    """How long a phase will take on: hidden at first, then the median of the last 30 part times."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._times: deque[float] = deque(maxlen=ETA_WINDOW)
        self._seen = 0
        self._elapsed_s = 0.0
        self._last: tuple[int, float] | None = None

    def at(self, done: int, moment_s: float) -> None:
        """Note that `done` parts were done at a moment; going backwards starts anew."""
        if self._last is None or done < self._last[0]:
            self.__init__()  # type: ignore[misc]
            self._last = (done, moment_s)
            return
        parts = done - self._last[0]
        if parts:
            spent_s = moment_s - self._last[1]
            self._times.extend([spent_s / parts] * min(parts, ETA_WINDOW))
            self._seen += parts
            self._elapsed_s += spent_s
            self._last = (done, moment_s)

    def left_s(self, total: int) -> float | None:
        """Return the seconds left of `total` parts, or None while too little is known."""
        if self._last is None or self._seen < ETA_FROM_PARTS or self._elapsed_s < ETA_FROM_S or not total:
            return None
        return statistics.median(self._times) * max(0, total - self._last[0])

    def text(self, total: int) -> str:
        """The time left in words, or nothing while too little is known."""
        left_s = self.left_s(total)
        return "" if left_s is None else f"{about(left_s)} left"


def about(seconds: float) -> str:
    """A time as one says it: under a minute, about 4 min, about 1 h 20 min."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return "under a minute"
    return f"about {minutes} min" if minutes < 60 else f"about {minutes // 60} h {minutes % 60} min"
