"""`palimpsest …`: the whole main job without a window. A client of the store like the window; it never imports torch."""

from engine.cli.main import main

__all__ = ["main"]
