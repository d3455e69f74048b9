"""Named, append-only schema changes. Never edit one that was released: add the next."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING

from engine import platform
from engine.errors import UserError
from engine.liveness import WORKING_LOCKS, lock_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlite_utils import Database

#: The visible tables of the first release; older databases have at least these.
FIRST_VISIBLE = (
    "jobs", "requests", "runs", "steps", "checkpoints", "measurements", "answers", "answer_chunks", "verdicts", "models",
    "history", "pointer", "log",
)  # fmt: skip
_M002_VISIBLE = ("events", "strength_points", "drift", "budgets")
#: Tables whose rows a view shows; each gets `rev`, set by trigger from the one counter row.
VISIBLE = (*FIRST_VISIBLE, *_M002_VISIBLE, "sweeps", "sweep_cells", "votes", "prompt_sets")

_M001 = """
CREATE TABLE counter (value INTEGER NOT NULL);
INSERT INTO counter VALUES (0);
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, lane TEXT NOT NULL, state TEXT NOT NULL, run_id INTEGER,
    payload TEXT NOT NULL DEFAULT '{}', result TEXT, attempt INTEGER NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT '', phase_done INTEGER NOT NULL DEFAULT 0, phase_total INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    error_kind TEXT NOT NULL DEFAULT '', details TEXT NOT NULL DEFAULT '', created_at REAL NOT NULL, started_at REAL,
    ended_at REAL, rev INTEGER NOT NULL DEFAULT 0);
CREATE INDEX jobs_queue ON jobs (state, lane, id);
CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, job_id INTEGER NOT NULL REFERENCES jobs (id), kind TEXT NOT NULL,
    created_at REAL NOT NULL, done_at REAL, rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, recipe TEXT NOT NULL, recipe_hash TEXT NOT NULL,
    state TEXT NOT NULL, step INTEGER NOT NULL DEFAULT 0, steps_total INTEGER NOT NULL DEFAULT 0,
    plan TEXT NOT NULL DEFAULT '{}', results TEXT NOT NULL DEFAULT '{}', peak_bytes INTEGER NOT NULL DEFAULT 0,
    elapsed_s REAL NOT NULL DEFAULT 0, created_at REAL NOT NULL, ended_at REAL, trashed_at REAL,
    rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE steps (
    run_id INTEGER NOT NULL REFERENCES runs (id), step INTEGER NOT NULL, loss REAL NOT NULL, lr REAL NOT NULL,
    grad_norm REAL NOT NULL, tokens INTEGER NOT NULL, elapsed_s REAL NOT NULL, dropped INTEGER NOT NULL DEFAULT 0,
    rev INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (run_id, step));
CREATE TABLE checkpoints (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL REFERENCES runs (id), step INTEGER NOT NULL,
    folder TEXT NOT NULL, manifest_sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'complete', has_optimiser INTEGER NOT NULL DEFAULT 1, pinned INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL, rev INTEGER NOT NULL DEFAULT 0, UNIQUE (run_id, step));
CREATE TABLE measurements (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER REFERENCES runs (id), moment TEXT NOT NULL,
    step INTEGER NOT NULL DEFAULT 0, model_ref TEXT NOT NULL, fingerprint TEXT NOT NULL, suite TEXT NOT NULL,
    suite_hash TEXT NOT NULL, settings TEXT NOT NULL DEFAULT '{}', noise_floor REAL NOT NULL DEFAULT 0,
    cache_key TEXT NOT NULL DEFAULT '', complete INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL,
    rev INTEGER NOT NULL DEFAULT 0);
CREATE INDEX measurements_cache ON measurements (cache_key);
CREATE TABLE scores (
    measurement_id INTEGER NOT NULL REFERENCES measurements (id), item_id TEXT NOT NULL, capability TEXT NOT NULL,
    split TEXT NOT NULL, cluster TEXT NOT NULL, score TEXT NOT NULL, value REAL NOT NULL,
    n_tokens INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (measurement_id, item_id, score)) WITHOUT ROWID;
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, measurement_id INTEGER NOT NULL REFERENCES measurements (id),
    item_id TEXT NOT NULL, capability TEXT NOT NULL, split TEXT NOT NULL, prompt TEXT NOT NULL, text TEXT NOT NULL,
    expected TEXT NOT NULL DEFAULT '', passed INTEGER, n_tokens INTEGER NOT NULL DEFAULT 0,
    hit_limit INTEGER NOT NULL DEFAULT 0, rev INTEGER NOT NULL DEFAULT 0, UNIQUE (measurement_id, item_id));
CREATE TABLE answer_chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, job_id INTEGER NOT NULL REFERENCES jobs (id), side TEXT NOT NULL,
    text TEXT NOT NULL, rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL REFERENCES runs (id), step INTEGER NOT NULL,
    split TEXT NOT NULL, overall TEXT NOT NULL, payload TEXT NOT NULL, created_at REAL NOT NULL,
    rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, source TEXT NOT NULL, path TEXT NOT NULL,
    fingerprint TEXT NOT NULL, files TEXT NOT NULL, architecture TEXT NOT NULL DEFAULT '',
    parameters INTEGER NOT NULL DEFAULT 0, template TEXT NOT NULL DEFAULT 'own', note TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL, verified_at REAL, rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, action TEXT NOT NULL, sentence TEXT NOT NULL, before TEXT NOT NULL DEFAULT '',
    after TEXT NOT NULL DEFAULT '', details TEXT NOT NULL DEFAULT '{}', undoes INTEGER REFERENCES history (id),
    row_sha256 TEXT NOT NULL, created_at REAL NOT NULL, rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE pointer (
    id INTEGER PRIMARY KEY CHECK (id = 1), target TEXT NOT NULL, fingerprint TEXT NOT NULL, changed_at REAL NOT NULL,
    rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, job_id INTEGER, run_id INTEGER, level TEXT NOT NULL, message TEXT NOT NULL,
    at REAL NOT NULL, rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE file_hashes (
    device INTEGER NOT NULL, inode INTEGER NOT NULL, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (device, inode)) WITHOUT ROWID;
"""

_M002 = """
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL REFERENCES runs (id), step INTEGER NOT NULL,
    kind TEXT NOT NULL, capability TEXT NOT NULL DEFAULT '', sentence TEXT NOT NULL, details TEXT NOT NULL DEFAULT '{}',
    dropped INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL, rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE strength_points (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL REFERENCES runs (id), step INTEGER NOT NULL,
    alpha REAL NOT NULL, blocks TEXT NOT NULL DEFAULT '{}', measurement_id INTEGER NOT NULL, learned_nll REAL,
    learned_exact REAL, kl REAL, changes TEXT NOT NULL DEFAULT '[]', created_at REAL NOT NULL,
    rev INTEGER NOT NULL DEFAULT 0, UNIQUE (run_id, step, alpha, blocks));
CREATE TABLE drift (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL REFERENCES runs (id), step INTEGER NOT NULL,
    variant TEXT NOT NULL DEFAULT '', layer INTEGER NOT NULL, module TEXT NOT NULL, name TEXT NOT NULL,
    change REAL NOT NULL, size REAL NOT NULL, rev INTEGER NOT NULL DEFAULT 0, UNIQUE (run_id, step, variant, name));
CREATE TABLE budgets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, capability TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    "limit" REAL NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', removed INTEGER NOT NULL DEFAULT 0,
    changed_at REAL NOT NULL, rev INTEGER NOT NULL DEFAULT 0);
ALTER TABLE verdicts ADD COLUMN variant TEXT NOT NULL DEFAULT '';
CREATE TABLE checkpoints_new (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL REFERENCES runs (id), step INTEGER NOT NULL,
    folder TEXT NOT NULL, manifest_sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'complete', has_optimiser INTEGER NOT NULL DEFAULT 1, pinned INTEGER NOT NULL DEFAULT 0,
    variant TEXT NOT NULL DEFAULT '', strength TEXT NOT NULL DEFAULT '{}', created_at REAL NOT NULL,
    rev INTEGER NOT NULL DEFAULT 0, UNIQUE (run_id, step, variant));
INSERT INTO checkpoints_new (id, run_id, step, folder, manifest_sha256, size_bytes, state, has_optimiser, pinned,
    created_at, rev) SELECT id, run_id, step, folder, manifest_sha256, size_bytes, state, has_optimiser, pinned,
    created_at, rev FROM checkpoints;
DROP TABLE checkpoints;
ALTER TABLE checkpoints_new RENAME TO checkpoints;
"""

_M003 = """
CREATE TABLE sweeps (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT NOT NULL, recipe TEXT NOT NULL,
    methods TEXT NOT NULL, grid TEXT NOT NULL DEFAULT '{}', job_id INTEGER, summary TEXT NOT NULL DEFAULT '{}',
    created_at REAL NOT NULL, rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE sweep_cells (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sweep_id INTEGER NOT NULL REFERENCES sweeps (id), position INTEGER NOT NULL,
    label TEXT NOT NULL, recipe_hash TEXT NOT NULL, run_id INTEGER NOT NULL REFERENCES runs (id),
    is_reused INTEGER NOT NULL DEFAULT 0, rev INTEGER NOT NULL DEFAULT 0, UNIQUE (sweep_id, position));
"""

_M006 = """
ALTER TABLE answer_chunks ADD COLUMN prompt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answer_chunks ADD COLUMN kind TEXT NOT NULL DEFAULT 'text';
CREATE INDEX answer_chunks_job ON answer_chunks (job_id, rev);
CREATE TABLE votes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, prompt TEXT NOT NULL, item_id TEXT NOT NULL DEFAULT '',
    first_ref TEXT NOT NULL, second_ref TEXT NOT NULL, first_fingerprint TEXT NOT NULL DEFAULT '',
    second_fingerprint TEXT NOT NULL DEFAULT '', first_text TEXT NOT NULL, second_text TEXT NOT NULL,
    choice TEXT NOT NULL, shown_left TEXT NOT NULL, side_seed INTEGER NOT NULL, settings TEXT NOT NULL DEFAULT '{}',
    removed INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL, rev INTEGER NOT NULL DEFAULT 0);
CREATE INDEX votes_pair ON votes (first_ref, second_ref);
CREATE TABLE prompt_sets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, prompts TEXT NOT NULL, removed INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL, changed_at REAL NOT NULL, rev INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX prompt_sets_name ON prompt_sets (name) WHERE removed = 0;
"""

_TRIGGERS = """
CREATE TRIGGER {table}_rev_insert AFTER INSERT ON {table} BEGIN
    UPDATE counter SET value = value + 1;
    UPDATE {table} SET rev = (SELECT value FROM counter) WHERE rowid = new.rowid;
END;
CREATE TRIGGER {table}_rev_update AFTER UPDATE ON {table} WHEN new.rev = old.rev BEGIN
    UPDATE counter SET value = value + 1;
    UPDATE {table} SET rev = (SELECT value FROM counter) WHERE rowid = new.rowid;
END;
CREATE INDEX {table}_rev ON {table} (rev);
"""


def m001_initial() -> str:
    """Every table of the first release, and the triggers that stamp `rev`."""
    return _M001 + "".join(_TRIGGERS.format(table=table) for table in FIRST_VISIBLE)


def m002_control() -> str:
    """Events, strength, drift and project budgets; several versions of one checkpoint, and verdicts on them."""
    return _M002 + "".join(_TRIGGERS.format(table=table) for table in (*_M002_VISIBLE, "checkpoints"))


def m003_sweeps() -> str:
    """Several runs made from one recipe to be compared."""
    return _M003 + "".join(_TRIGGERS.format(table=table) for table in ("sweeps", "sweep_cells"))


def m004_run_labels() -> str:
    """A run's own tags and note, apart from its recipe, which stays as it ran."""
    return (
        "ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';"
        "ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';"
    )


def m005_trash() -> str:
    """Base models in the Trash too, and what was in it when it was emptied."""
    return (
        "ALTER TABLE runs ADD COLUMN emptied_at REAL;"
        "ALTER TABLE models ADD COLUMN trashed_at REAL;"
        "ALTER TABLE models ADD COLUMN emptied_at REAL;"
    )


def m006_side_by_side() -> str:
    """Votes between two answers and saved prompts; a streamed piece says which prompt it answers and what it is."""
    return _M006 + "".join(_TRIGGERS.format(table=table) for table in ("votes", "prompt_sets"))


#: Each gives the SQL of one step; it runs in one transaction together with the new schema number.
MIGRATIONS: tuple[Callable[[], str], ...] = (
    m001_initial, m002_control, m003_sweeps, m004_run_labels, m005_trash, m006_side_by_side,
)  # fmt: skip


def migrate(database: Database, home: Path) -> None:
    """Bring the database to the newest schema, each step in one transaction; refuse one from a newer program.

    A copy is kept beside an existing database before it is changed. Raises `UserError` for a newer database, and while a
    host or worker of the older program is still at work.
    """
    version = _version(database)
    if version > len(MIGRATIONS):
        raise UserError(
            f"{home / 'palimpsest.db'} was written by a newer Palimpsest (schema {version}; this one knows up to "
            f"{len(MIGRATIONS)}).",
            remedy="Update Palimpsest, or name another folder with --data-dir.",
        )
    if version < len(MIGRATIONS):
        lock = _wait_for_lock(lock_path(home, "migrate"))
        try:
            _migrate_alone(database, home)
        finally:
            lock.release()


def _migrate_alone(database: Database, home: Path) -> None:
    version = _version(database)
    if version == 0:
        # Here, because only one process at a time may change the mode of a new file.
        database.conn.execute("PRAGMA journal_mode = WAL").fetchall()
        _take_steps(database, version)
    elif version < len(MIGRATIONS):
        with _nobody_at_work(home):
            backup = home / f"palimpsest-before-schema-{version + 1}.db"
            backup.unlink(missing_ok=True)
            database.conn.execute("VACUUM INTO ?", [str(backup)])
            _take_steps(database, version)


def _take_steps(database: Database, version: int) -> None:
    for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
        try:
            database.conn.executescript(f"BEGIN IMMEDIATE; {step()} PRAGMA user_version = {number}; COMMIT;")
        except sqlite3.Error:
            if database.conn.in_transaction:
                database.conn.execute("ROLLBACK")
            raise


@contextlib.contextmanager
def _nobody_at_work(home: Path) -> Iterator[None]:
    """Hold the locks of host and workers, so that none can start while the schema changes."""
    with contextlib.ExitStack() as held:
        for name in WORKING_LOCKS:
            lock = platform.try_lock(lock_path(home, name))
            if lock is None:
                raise UserError(
                    "A run started by an older Palimpsest is still at work; the database is updated once it ends.",
                    remedy="Wait for it, or stop it with the version that started it.",
                )
            held.callback(lock.release)
        yield


def _wait_for_lock(path: Path) -> platform.HeldLock:
    deadline = time.monotonic() + 30
    while (lock := platform.try_lock(path)) is None:
        if time.monotonic() > deadline:
            raise UserError("Another Palimpsest is updating the database.", remedy="Try again in a minute.")
        time.sleep(0.02)
    return lock


def _version(database: Database) -> int:
    return int(database.conn.execute("PRAGMA user_version").fetchone()[0])
