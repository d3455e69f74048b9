"""Judging a database file, reading what a damaged one still gives, and putting rows back: for `engine.reindex` alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from engine.errors import EnvironmentFailure
from engine.store.database import to_json
from engine.store.migrations import FIRST_VISIBLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from engine.store.database import Store

#: Tables whose rows can be put back, parents first.
TABLES = (
    "models", "runs", "measurements", "steps", "checkpoints", "scores", "answers", "verdicts", "events", "strength_points",
    "drift", "budgets", "history", "pointer", "log", "votes", "prompt_sets",
)  # fmt: skip
_SIDE_FILES = ("", "-wal", "-shm")


def damage(path: Path) -> str | None:
    """Say what is wrong with a database file, or return None if it is sound; the file is not changed.

    Raises `EnvironmentFailure` where it cannot be looked at for another reason (held, no permission).
    """
    if not path.exists():
        return "it is missing"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return str(error)
        raise EnvironmentFailure(f"{path} cannot be looked at: {error}.", remedy="Close what holds it.") from error
    if found != ["ok"]:
        return f"its pages contradict each other ({found[0].splitlines()[0]})"
    return None if tables >= set(FIRST_VISIBLE) else "its tables are gone"


def set_aside(path: Path, stamp: str) -> Path | None:
    """Rename the database and its side files to `….bad-<stamp>`; nothing is deleted. None if there was no file."""
    moved = None
    for side in _SIDE_FILES:
        part = path.with_name(path.name + side)
        if part.exists():
            place = path.with_name(f"{path.name}.bad-{stamp}{side}")
            part.rename(place)
            moved = moved or place
    return moved


def take_back(path: Path, aside: Path | None) -> None:
    """Undo `set_aside` after a rebuilding that failed: the half-built database goes, the old one returns."""
    for side in _SIDE_FILES:
        path.with_name(path.name + side).unlink(missing_ok=True)
        if aside is not None and (part := aside.with_name(aside.name + side)).exists():
            part.rename(path.with_name(path.name + side))


def salvage(path: Path, tables: Sequence[str], workplace: Path) -> dict[str, list[dict[str, Any]]]:
    """Read what can still be read of some tables of a damaged database, from a copy made in `workplace`."""
    workplace.mkdir(parents=True)
    try:
        for side in _SIDE_FILES:
            part = path.with_name(path.name + side)
            if part.exists():
                shutil.copyfile(part, workplace / part.name)
        return {table: _readable(workplace / path.name, table) for table in tables}
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _readable(path: Path, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            for row in connection.execute(f"SELECT * FROM {_known(table)} ORDER BY id"):
                rows.append(dict(row))
    except sqlite3.DatabaseError:
        pass  # what was read before the damage is all there is
    return rows


def put_back(store: Store, table: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Insert rows as they were, ids included, a later row replacing an earlier one; return why some did not fit."""
    known = {row["name"] for row in store.rows(f"SELECT name FROM pragma_table_info('{_known(table)}')")} - {"rev"}
    refused = []
    with store.write() as connection:
        for row in rows:
            values = {name: _plain(value) for name, value in row.items() if name in known}
            marks = ", ".join("?" for _ in values)
            try:
                connection.execute(
                    f"INSERT OR REPLACE INTO {table} ({', '.join(map(_quoted, values))}) VALUES ({marks})",
                    tuple(values.values()),
                )
            except (sqlite3.IntegrityError, sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
                refused.append(f"a row of {table} does not fit: {error}")
    return refused


def has_runs(store: Store) -> bool:
    """Whether the database knows any run."""
    return bool(store.rows("SELECT 1 FROM runs LIMIT 1"))


def _known(table: str) -> str:
    if table not in TABLES:
        raise ValueError(f"not a table to restore: {table}")
    return table


def _quoted(column: str) -> str:
    return f'"{column}"'  # a name the table itself gave; "limit" is a word of SQL


def _plain(value: Any) -> Any:
    return to_json(value) if isinstance(value, (dict, list)) else value
