"""Schema changes: alone, whole or not at all, with a copy kept, and never on a database from the future."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from engine import liveness, platform
from engine.errors import UserError
from engine.store import Store, jobs, migrations
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
    "second": (migrations.m001_initial, lambda: "CREATE TABLE extra (x); DELETE FROM jobs; SELECT die();"),
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
    monkeypatch.setattr(migrations, "MIGRATIONS", (migrations.m001_initial, lambda: "CREATE TABLE extra (x INTEGER);"))


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
    assert kill_midway(home, "second").returncode == -signal.SIGKILL
    assert (version(home), tables(home)) == (1, before)
    store = Store(home)
    assert [job.id for job in jobs.unfinished(store)] == [1]
    store.close()


def test_a_failing_step_is_rolled_back(home, monkeypatch):
    Store(home).close()
    bad = (migrations.m001_initial, lambda: "CREATE TABLE extra (x); SELECT x FROM nowhere;")
    monkeypatch.setattr(migrations, "MIGRATIONS", bad)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        Store(home)
    assert version(home) == 1
    assert "extra" not in tables(home)


def test_a_copy_is_kept_before_the_schema_changes(home, with_a_second_step):
    monkeypatched, migrations.MIGRATIONS = migrations.MIGRATIONS, migrations.MIGRATIONS[:1]
    store = Store(home)
    jobs.enqueue(store, "echo", {"text": "kept"})
    store.close()
    migrations.MIGRATIONS = monkeypatched
    Store(home).close()
    assert version(home) == 2
    copy = sqlite3.connect(home / "palimpsest-before-schema-2.db")
    assert copy.execute("SELECT payload FROM jobs").fetchall() == [('{"text":"kept"}',)]
    assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    copy.close()


@pytest.mark.parametrize("name", liveness.WORKING_LOCKS)
def test_waits_for_whoever_is_at_work(home, monkeypatch, name):
    Store(home).close()
    lock = platform.try_lock(liveness.lock_path(home, name))
    monkeypatch.setattr(migrations, "MIGRATIONS", (migrations.m001_initial, lambda: "CREATE TABLE extra (x);"))
    with pytest.raises(UserError, match="still at work"):
        Store(home)
    assert version(home) == 1
    lock.release()
    Store(home).close()
    assert version(home) == 2
    assert not any(platform.is_locked(path) for path in (home / "locks").iterdir())
