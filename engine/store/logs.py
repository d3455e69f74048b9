"""The newest lines of the log, for a view that opens late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.records import LogLine

if TYPE_CHECKING:
    from engine.store.database import Store


def newest(store: Store, limit: int) -> list[LogLine]:
    """Return the newest `limit` log lines of all jobs, oldest first; go on with `runs.log_since` and their largest rev."""
    return store.records(LogLine, "SELECT * FROM (SELECT * FROM log ORDER BY id DESC LIMIT ?) ORDER BY id", (limit,))
