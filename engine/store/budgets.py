"""The project's own budgets, taken by recipes that say nothing of a capability."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.records import ProjectBudget

if TYPE_CHECKING:
    from engine.records import Budget
    from engine.store.database import Store


def everything(store: Store) -> list[ProjectBudget]:
    """Return all of them by name of the capability."""
    return store.records(ProjectBudget, "SELECT * FROM budgets WHERE removed = 0 ORDER BY capability")


def put(store: Store, capability: str, budget: Budget) -> None:
    """Set the project's budget of a capability."""
    with store.write() as connection:
        connection.execute(
            'INSERT INTO budgets (capability, role, "limit", reason, changed_at) VALUES (?, ?, ?, ?, ?) '
            'ON CONFLICT (capability) DO UPDATE SET role = excluded.role, "limit" = excluded."limit", '
            "reason = excluded.reason, removed = 0, changed_at = excluded.changed_at",
            (capability, budget.role, budget.limit, budget.reason, time.time()),
        )


def remove(store: Store, capability: str) -> bool:
    """Take the project's budget of a capability away, so that the defaults apply; say whether there was one."""
    with store.write() as connection:
        changed = connection.execute(
            "UPDATE budgets SET removed = 1, changed_at = ? WHERE capability = ? AND removed = 0",
            (time.time(), capability),
        )
        return changed.rowcount > 0
