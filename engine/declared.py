"""How a setting is declared on its field: help text, unit and bounds together. `engine.settings` reads the declarations."""

from __future__ import annotations

from typing import Any

from msgspec import Meta


def said(text: str, unit: str = "", **bounds: Any) -> Meta:
    """Return the declaration of one field: its help text, its unit, and its bounds (ge, gt, le, lt)."""
    return Meta(description=text, extra={"unit": unit}, **bounds)
