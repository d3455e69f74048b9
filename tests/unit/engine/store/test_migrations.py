"""Schema changes: alone, whole or not at all, with a copy kept, and never on a database from the future."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from engine import liveness, platform
from engine.errors import UserError
from engine.store import Store, checkpoints, jobs, migrations
from engine.store.database import DATABASE_NAME, schema_version

KILLED_MIDWAY = """
import os, signal, sqlite3, sys
from pathlib import Path
import sqlite_utils
from engine.store import migrations

home = Path(sys.argv[1])
connection = sqlite3.connect(home / "palimpsest.db", isolation_level=None)
connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
steps = {
    "first": (lambda: migrations.m001_initial() + "SELECT die();",),
    "next": (*migrations.MIGRATIONS, lambda: "CREATE TABLE extra (x); DELETE FROM jobs; SELECT die();"),
}
migrations.MIGRATIONS = steps[sys.argv[2]]
migrations.migrate(sqlite_utils.Database(connection), home)
"""


def version(home):
    connection = sqlite3.connect(home / DATABASE_NAME)
    number = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return number


def tables(home):
    connection = sqlite3.connect(home / DATABASE_NAME)
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return names


def kill_midway(home, which):
    environment = platform.clean_environment(os.environ)
    return subprocess.run([sys.executable, "-c", KILLED_MIDWAY, str(home), which], env=environment, check=False)


@pytest.fixture
def with_a_second_step(monkeypatch):
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, lambda: "CREATE TABLE extra (x INTEGER);"))


def test_a_newer_database_is_refused(home):
    Store(home).close()
    connection = sqlite3.connect(home / DATABASE_NAME)
    connection.execute(f"PRAGMA user_version = {schema_version() + 1}")
    connection.close()
    before = (home / DATABASE_NAME).read_bytes()
    with pytest.raises(UserError, match=f"newer Palimpsest .schema {schema_version() + 1}") as refused:
        Store(home)
    assert "Update Palimpsest" in refused.value.sentence()
    assert (home / DATABASE_NAME).read_bytes() == before


@pytest.mark.skipif(platform.IS_WINDOWS, reason="no SIGKILL")
def test_killed_in_the_first_step_nothing_is_there(home):
    home.mkdir()
    assert kill_midway(home, "first").returncode == -signal.SIGKILL
    assert (version(home), tables(home)) == (0, set())
    store = Store(home)
    assert jobs.enqueue(store, "echo") == 1
    store.close()


@pytest.mark.skipif(platform.IS_WINDOWS, reason="no SIGKILL")
def test_killed_in_a_later_step_the_old_schema_and_rows_remain(home):
    store = Store(home)
    jobs.enqueue(store, "echo")
    store.close()
    before = tables(home)
    assert kill_midway(home, "next").returncode == -signal.SIGKILL
    assert (version(home), tables(home)) == (schema_version(), before)
    store = Store(home)
    assert [job.id for job in jobs.unfinished(store)] == [1]
    store.close()


def test_a_failing_step_is_rolled_back(home, monkeypatch):
    Store(home).close()
    bad = (*migrations.MIGRATIONS, lambda: "CREATE TABLE extra (x); SELECT x FROM nowhere;")
    monkeypatch.setattr(migrations, "MIGRATIONS", bad)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        Store(home)
    assert version(home) == schema_version()
    assert "extra" not in tables(home)


def test_a_copy_is_kept_before_the_schema_changes(home, with_a_second_step):
    monkeypatched, migrations.MIGRATIONS = migrations.MIGRATIONS, migrations.MIGRATIONS[:-1]
    store = Store(home)
    jobs.enqueue(store, "echo", {"text": "kept"})
    store.close()
    migrations.MIGRATIONS = monkeypatched
    Store(home).close()
    number = len(monkeypatched)
    assert version(home) == number
    copy = sqlite3.connect(home / f"palimpsest-before-schema-{number}.db")
    assert copy.execute("SELECT payload FROM jobs").fetchall() == [('{"text":"kept"}',)]
    assert copy.execute("PRAGMA user_version").fetchone() == (number - 1,)
    copy.close()


@pytest.mark.parametrize("name", liveness.WORKING_LOCKS)
def test_waits_for_whoever_is_at_work(home, monkeypatch, name):
    Store(home).close()
    lock = platform.try_lock(liveness.lock_path(home, name))
    before = version(home)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, lambda: "CREATE TABLE extra (x);"))
    with pytest.raises(UserError, match="still at work"):
        Store(home)
    assert version(home) == before
    lock.release()
    Store(home).close()
    assert version(home) == before + 1
    assert not any(platform.is_locked(path) for path in (home / "locks").iterdir())


def test_checkpoints_of_the_first_release_keep_their_numbers(home, monkeypatch):
    monkeypatch.setattr(migrations, "MIGRATIONS", (migrations.m001_initial,))
    store = Store(home)
    with store.write() as connection:
        connection.execute(
            "INSERT INTO runs (id, name, recipe, recipe_hash, state, created_at) VALUES (3, 'n', '{}', 'h', 'finished', 1)"
        )
        connection.execute(
            "INSERT INTO checkpoints (id, run_id, step, folder, manifest_sha256, size_bytes, pinned, created_at) "
            "VALUES (7, 3, 40, 'step-40', 'sum', 5, 1, 1)"
        )
    store.close()
    monkeypatch.undo()
    store = Store(home)
    row = checkpoints.find(store, "3@40")
    assert (row.id, row.folder, row.pinned, row.variant, row.ref) == (7, "step-40", True, "", "3@40")
    checkpoints.add(store, run_id=3, step=40, folder="f", manifest_sha256="s", size_bytes=1, variant="x0.5")
    made = checkpoints.find(store, "3@40x0.5")
    assert (made.id > 7, made.ref, made.has_optimiser) == (True, "3@40x0.5", False)
    assert made.rev == store.rev()
    assert [one.id for one in checkpoints.of_run(store, 3)] == [7]
    assert [one.ref for one in checkpoints.variants(store, 3)] == ["3@40x0.5"]
    store.close()
