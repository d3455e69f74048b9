"""Numbers as every sentence of the engine says them."""

from __future__ import annotations


def percent(share: float | None) -> str:
    """A share as whole per cent: .57 is "57 %"; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %"
