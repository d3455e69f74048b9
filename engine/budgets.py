"""Which budget a capability has in a run: the recipe's own, else what its purpose says, else the project's. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.canaries.suite import load_suite
from engine.errors import UserError
from engine.records import Budget
from engine.store import budgets as rows

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.records import Recipe
    from engine.store import Store

#: What even a model with a single purpose must keep.
ALWAYS_KEPT = "safety"
_SINGLE = Budget(role="expendable", reason="the model has a single purpose")


def resolved(store: Store, recipe: Recipe) -> Recipe:
    """Return the recipe with every budget written out that is not simply the default of its score.

    The recipe's own come first, then its purpose (single: all expendable but safety), then the project's. Budgets that an
    earlier purpose wrote out go with it. Raises `UserError` naming the field for a capability the suite does not have.
    """
    own = {name: budget for name, budget in recipe.canaries.budgets.items() if budget != _SINGLE}
    project = {row.capability: row.budget for row in rows.everything(store)}
    if not (own or project or recipe.canaries.purpose == "single"):
        return _with(recipe, {})
    known = [capability.name for capability in load_suite(recipe.canaries.suite).capabilities]
    require_known(own, known, recipe.canaries.suite)
    written = {name: budget for name, budget in project.items() if name in known}
    if recipe.canaries.purpose == "single":
        written |= dict.fromkeys((name for name in known if name != ALWAYS_KEPT), _SINGLE)
    return _with(recipe, {**written, **own})


def require_known(named: Collection[str], known: Collection[str], suite: str) -> None:
    """Refuse budgets for capabilities that a suite does not have."""
    if unknown := sorted(set(named) - set(known)):
        raise UserError(
            f"Suite {suite!r} has no capability {', '.join(map(repr, unknown))}.",
            field="canaries.budgets",
            remedy=f"It has {', '.join(sorted(known))}.",
        )


def _with(recipe: Recipe, budgets: dict[str, Budget]) -> Recipe:
    canaries = msgspec.structs.replace(recipe.canaries, budgets=budgets)
    return msgspec.structs.replace(recipe, canaries=canaries)
