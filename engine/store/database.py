"""Opening the database, the one way to write to it, and reading what is newer than a revision."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import msgspec
import platformdirs
import sqlite_utils

from engine import platform
from engine.errors import EnvironmentFailure, UserError
from engine.store.migrations import MIGRATIONS, migrate

Durability = Literal["full", "normal"]
_DURABILITIES: tuple[Durability, ...] = ("full", "normal")
BUSY_TIMEOUT_MS = 5000
DATABASE_NAME = "palimpsest.db"
T = TypeVar("T")
Params = Sequence[Any] | Mapping[str, Any]


def home_folder(override: Path | None = None) -> Path:
    """Return the data folder: `override`, else $PALIMPSEST_HOME, else the operating system's place for user data."""
    if override is not None:
        return override.expanduser().absolute()
    if named := os.environ.get("PALIMPSEST_HOME"):
        return Path(named).expanduser().absolute()
    return Path(platformdirs.user_data_dir("palimpsest", appauthor=False))


class Store:
    """One connection pair to one data folder's `palimpsest.db`; use it from the thread that opened it.

    `durability` "full" survives a power cut at each commit (jobs, checkpoints, history, scores); "normal" survives any
    kill of a process but a power cut may drop the last moments (steps, log lines, answer chunks).
    """

    def __init__(
        self,
        home: Path,
        *,
        create: bool = True,
        is_network_folder: Callable[[Path], bool] = platform.is_network_folder,
    ) -> None:
        """Open, and where needed create or migrate, the database in `home`.

        Raises `UserError` for a database newer than this program or a network file system, `EnvironmentFailure` for a
        file that cannot be read.
        """
        self.home = home
        self.path = home / DATABASE_NAME
        if not create and not self.path.exists():
            raise UserError(f"There is no Palimpsest project in {home}.", remedy="Name another folder with --data-dir.")
        if is_network_folder(home):
            raise UserError(
                f"{home} is on a network file system, where the database cannot be kept safely.",
                remedy="Choose a folder on a local disk with --data-dir.",
            )
        _make_private(home, self.path)
        self._connections: dict[Durability, sqlite3.Connection] = {}
        try:
            with _told_apart(self.path):
                self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        for durability in _DURABILITIES:
            self._connections[durability] = _connect(self.path)
        migrate(sqlite_utils.Database(self._connections["full"]), self.home)
        for durability, connection in self._connections.items():
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            connection.execute(f"PRAGMA synchronous = {durability.upper()}")
        self._identity = _identity(self.path)

    @contextmanager
    def write(self, durability: Durability = "full") -> Iterator[sqlite3.Connection]:
        """Give a connection inside BEGIN IMMEDIATE: commit at the end, roll back if the block raises.

        Nested use joins the outer transaction; asking for "full" inside "normal" is a mistake in the program and raises
        `ValueError`, as it could not be kept.
        """
        if (outer := self._in_transaction()) is not None:
            if durability == "full" and outer is not self._connections["full"]:
                raise ValueError('write("full") inside write("normal"): open the outer one as "full"')
            yield outer
            return
        connection = self._connections[durability]
        with _told_apart(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _in_transaction(self) -> sqlite3.Connection | None:
        return next((c for c in self._connections.values() if c.in_transaction), None)

    def rows(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """Read all rows of a query as dictionaries; inside `write()`, what was written there is seen."""
        connection = self._in_transaction() or self._connections["full"]
        with _told_apart(self.path):
            cursor = connection.execute(sql, params)
            try:
                return [dict(row) for row in cursor.fetchall()]
            finally:
                cursor.close()

    def records(self, kind: type[T], sql: str, params: Params = ()) -> list[T]:
        """Read all rows of a query as records of `kind`; JSON columns are decoded by the record's field types."""
        return [as_record(kind, row) for row in self.rows(sql, params)]

    def one(self, kind: type[T], sql: str, params: Params = ()) -> T | None:
        """Read the first row of a query as a record, or None."""
        found = self.records(kind, sql, params)
        return found[0] if found else None

    def rev(self) -> int:
        """Return the newest revision: everything with a larger `rev` is yet to come."""
        return cast("int", self.rows("SELECT value FROM counter")[0]["value"])

    def truncate_log(self) -> None:
        """Fold the write-ahead log into the database and shorten it; a busy reader only postpones it."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def is_same_file(self) -> bool:
        """Whether the database file is still the one that was opened."""
        return _identity(self.path) == self._identity

    def check_file(self) -> None:
        """Raise `EnvironmentFailure` if the database was moved away or replaced while this store had it open."""
        if not self.is_same_file():
            raise EnvironmentFailure(
                f"The database {self.path} was moved or replaced while it was in use.",
                remedy="Put it back, or resume from the last checkpoint.",
            )

    def close(self) -> None:
        """Close all connections; the store must not be used afterwards."""
        for connection in self._connections.values():
            connection.close()


class Watch:
    """A cheap hint whether anyone else has written: `PRAGMA data_version` on a read-only connection of its own."""

    def __init__(self, store: Store) -> None:
        """Begin watching the store's database; `changed` is true the first time."""
        self._path = store.path
        with _told_apart(self._path):
            self._connection = sqlite3.connect(
                f"{store.path.as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None
            )
        self._version: int | None = None

    def changed(self) -> bool:
        """Whether something was committed since the last call, by whatever connection."""
        with _told_apart(self._path):
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        changed = bool(version != self._version)
        self._version = version
        return changed

    def forget(self) -> None:
        """Make the next `changed` true whatever happened."""
        self._version = None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def changed_tables(store: Store, rev: int) -> tuple[int, frozenset[str]]:
    """Return the newest revision and the visible tables that have rows newer than `rev`."""
    newest = store.rev()
    if newest == rev:
        return rev, frozenset()
    stamped = store.rows(
        "SELECT tbl_name AS name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_rev_insert'"
    )
    changed = (
        row["name"] for row in stamped if store.rows(f"SELECT 1 FROM {row['name']} WHERE rev > ? LIMIT 1", (rev,))
    )
    return newest, frozenset(changed)


def schema_version() -> int:
    """Return the number of the newest migration this program knows."""
    return len(MIGRATIONS)


def to_json(value: Any) -> str:
    """Encode records, lists and dictionaries as JSON text with a stable key order."""
    return msgspec.json.encode(value, order="deterministic").decode()


def as_record(kind: type[T], row: Mapping[str, Any]) -> T:
    """Build a record from a row: unknown columns are ignored, JSON text is decoded where the field is no string."""
    wanted = _field_types(kind)  # type: ignore[arg-type]
    values = {name: _decoded(row[name], wanted[name]) for name in wanted if name in row}
    return msgspec.convert(values, kind, strict=False)


@cache
def _field_types(kind: type) -> dict[str, Any]:
    """The record's fields and their types; looked up once, as it takes longer than building the record."""
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


def _decoded(value: Any, field_type: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "[") and field_type is not str:
        return json.loads(value)
    return value


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _make_private(home: Path, database: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        database.touch(mode=0o600)
    except OSError as error:
        raise UserError(f"The data folder {home} cannot be used: {error}.", remedy="Choose another.") from error


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino


@contextmanager
def _told_apart(path: Path) -> Iterator[None]:
    """Turn SQLite's failures of the machine into `EnvironmentFailure`; mistakes in the program pass as they are."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        failure = _as_environment_failure(error, path)
        if failure is None:
            raise
        raise failure from error


def _as_environment_failure(error: sqlite3.DatabaseError, path: Path) -> EnvironmentFailure | None:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return EnvironmentFailure(f"The disk holding {path} is full.", remedy="Free some space, then resume.")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return EnvironmentFailure(f"Another program held {path} for longer than 5 s.", remedy="Try again.")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return EnvironmentFailure(
            f"The database {path} cannot be read: {error}.",
            remedy="`palimpsest reindex` sets it aside and rebuilds it from the runs on disk.",
        )
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")):
        return EnvironmentFailure(f"The database {path} cannot be used: {error}.", remedy="Check the disk.")
    return None
