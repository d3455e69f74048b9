"""A draft bound to what is on disk and in the store, as it will run; called off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine import drafts, suites
from engine.store import models

if TYPE_CHECKING:
    from engine.records import Recipe
    from engine.store import Store


def bound(store: Store, recipe: Recipe) -> Recipe:
    """Return the recipe with base, suite, rows and the checkpoint it starts from as they are now.

    Raises `UserError` for what is missing, and where the run cannot go on from that checkpoint.
    """
    from engine import sequences  # brings the statistics library: not into the GUI thread

    base = models.get(store, recipe.base)
    suite = suites.place_of_suite(store.home, recipe.canaries.suite)
    canaries = msgspec.structs.replace(recipe.canaries, suite=suite)
    recipe = msgspec.structs.replace(recipe, base_fingerprint=base.fingerprint, canaries=canaries)
    return drafts.with_data_fingerprint(sequences.started(store, recipe))
