"""The store's rules: one revision for all, one way to write, lists only, and clear words when the file is bad."""

import os
import sqlite3
import stat
import subprocess
import sys
import time

import msgspec
import pytest

from engine import platform
from engine.errors import EnvironmentFailure, UserError
from engine.records import FileHash, Recipe, Step
from engine.states import State
from engine.store import Store, answers, database, history, jobs, models, runs, scores
from engine.store.database import DATABASE_NAME, Watch
from engine.store.migrations import VISIBLE


def python(code, *arguments):
    """Start `code` in a process of its own that can import the engine."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=platform.clean_environment(os.environ),
        stderr=subprocess.PIPE,
        text=True,
    )


def end_well(process, seconds=60):
    _, errors = process.communicate(timeout=seconds)
    assert process.returncode == 0, errors


@pytest.fixture
def run_id(store):
    return runs.create(store, Recipe(name="one"))


def step(run_id, number, loss=1.0):
    return Step(run_id=run_id, step=number, loss=loss, lr=1e-4, grad_norm=1.0, tokens=10, elapsed_s=float(number))


class TestRev:
    def test_every_visible_table_moves_on_insert_and_on_update(self, store):
        samples = {
            "jobs": "INSERT INTO jobs (kind, lane, state, created_at) VALUES ('echo', 'heavy', 'queued', 1)",
            "requests": "INSERT INTO requests (job_id, kind, created_at) VALUES (1, 'stop', 1)",
            "runs": "INSERT INTO runs (name, recipe, recipe_hash, state, created_at) VALUES ('r', '{}', '', 'queued', 1)",
            "steps": "INSERT INTO steps (run_id, step, loss, lr, grad_norm, tokens, elapsed_s) VALUES (1, 1, 1, 1, 1, 1, 1)",
            "checkpoints": "INSERT INTO checkpoints (run_id, step, folder, manifest_sha256, size_bytes, created_at) "
            "VALUES (1, 1, 'f', 's', 1, 1)",
            "measurements": "INSERT INTO measurements (run_id, moment, model_ref, fingerprint, suite, suite_hash, "
            "created_at) VALUES (1, 'look', 'm', 'f', 's', 'h', 1)",
            "answers": "INSERT INTO answers (measurement_id, item_id, capability, split, prompt, text) "
            "VALUES (1, 'i', 'c', 'guard', 'p', 't')",
            "answer_chunks": "INSERT INTO answer_chunks (job_id, side, text) VALUES (1, 'a', 't')",
            "verdicts": "INSERT INTO verdicts (run_id, step, split, overall, payload, created_at) "
            "VALUES (1, 1, 'verdict', 'kept', '{}', 1)",
            "events": "INSERT INTO events (run_id, step, kind, sentence, created_at) VALUES (1, 1, 'beyond', 's', 1)",
            "strength_points": "INSERT INTO strength_points (run_id, step, alpha, measurement_id, created_at) "
            "VALUES (1, 1, 0.5, 1, 1)",
            "drift": "INSERT INTO drift (run_id, step, layer, module, name, change, size) VALUES (1, 1, 0, 'm', 'n', 1, 2)",
            "budgets": "INSERT INTO budgets (capability, role, changed_at) VALUES ('c', 'protect', 1)",
            "sweeps": "INSERT INTO sweeps (name, key, recipe, methods, created_at) VALUES ('s', 'k', '{}', '[]', 1)",
            "sweep_cells": "INSERT INTO sweep_cells (sweep_id, position, label, recipe_hash, run_id) VALUES (1, 0, 'l', 'h', 1)",
            "votes": "INSERT INTO votes (prompt, first_ref, second_ref, first_text, second_text, choice, shown_left, side_seed, "
            "created_at) VALUES ('p', 'base:m', '1@2', 'x', 'y', 'tie', 'first', 7, 1)",
            "prompt_sets": "INSERT INTO prompt_sets (name, prompts, created_at, changed_at) VALUES ('s', '[]', 1, 1)",
            "models": "INSERT INTO models (name, source, path, fingerprint, files, created_at) "
            "VALUES ('m', 's', 'p', 'f', '[]', 1)",
            "history": "INSERT INTO history (action, sentence, row_sha256, created_at) VALUES ('a', 's', 'h', 1)",
            "pointer": "INSERT INTO pointer (id, target, fingerprint, changed_at) VALUES (1, 't', 'f', 1)",
            "log": "INSERT INTO log (level, message, at) VALUES ('info', 'm', 1)",
        }
        assert set(samples) == set(VISIBLE)
        for table in VISIBLE:
            before = store.rev()
            with store.write() as connection:
                connection.execute(samples[table])
            inserted = store.rows(f"SELECT max(rev) AS rev FROM {table}")[0]["rev"]
            assert inserted == store.rev() > before, table
            column = next(n for n in store.rows(f"SELECT * FROM {table}")[0] if n not in ("id", "rev", "run_id"))
            with store.write() as connection:
                connection.execute(f"UPDATE {table} SET {column} = {column}")
            updated = store.rows(f"SELECT max(rev) AS rev FROM {table}")[0]["rev"]
            assert updated == store.rev() > inserted, table

    def test_is_unique_over_all_tables(self, store, run_id):
        jobs.enqueue(store, "echo")
        runs.add_steps(store, [step(run_id, n) for n in range(1, 6)])
        runs.add_log(store, "line")
        seen = [row["rev"] for table in VISIBLE for row in store.rows(f"SELECT rev FROM {table}")]
        assert len(seen) == len(set(seen)) == 8

    def test_a_replaced_step_is_seen_again(self, store, run_id):
        runs.add_steps(store, [step(run_id, 1), step(run_id, 2)])
        seen = store.rev()
        runs.add_steps(store, [step(run_id, 2, loss=0.5)])
        assert [(s.step, s.loss) for s in runs.steps(store, run_id, seen)] == [(2, 0.5)]


class TestWrite:
    def test_begins_immediate(self, home, store):
        """A second writer waits at BEGIN, not at its first statement: none can slip in after a read."""
        other = sqlite3.connect(home / DATABASE_NAME, timeout=0, isolation_level=None)
        with store.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        other.close()

    def test_rolls_back_what_raised(self, store):
        before = store.rev()
        with pytest.raises(sqlite3.IntegrityError), store.write():
            answers.append(store, jobs.enqueue(store, "echo") + 1, "a", "text of no job")
        assert jobs.unfinished(store) == []
        assert store.rev() == before

    def test_nested_commits_with_the_outermost(self, home, store):
        other = Store(home)
        with store.write():
            job_id = jobs.enqueue(store, "echo")
            runs.add_log(store, "normal inside full", job_id=job_id)
            assert [line.message for line in runs.log_since(store, 0)] == ["normal inside full"]
            assert jobs.unfinished(other) == []
        assert [job.id for job in jobs.unfinished(other)] == [job_id]
        other.close()

    def test_a_promise_that_cannot_be_kept_is_refused(self, store):
        with store.write("normal"), pytest.raises(ValueError, match="outer"):
            jobs.enqueue(store, "echo")

    def test_durability_is_a_property_of_the_connection(self, store):
        for durability, level in (("full", 2), ("normal", 1)):
            with store.write(durability) as connection:
                assert connection.execute("PRAGMA synchronous").fetchone()[0] == level

    def test_a_mistake_in_sql_stays_a_bug(self, store):
        with pytest.raises(sqlite3.OperationalError):
            store.rows("SELECT nothing FROM nowhere")

    def test_a_lock_held_for_long_is_told_in_a_sentence(self, home, store):
        with store.write() as connection:
            assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 5000
        connection.execute("PRAGMA busy_timeout = 50")
        other = sqlite3.connect(home / DATABASE_NAME, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentFailure, match=r"held .* for longer"):
            jobs.enqueue(store, "echo")
        other.close()

    def test_four_processes_lose_nothing(self, home, store):
        with store.write() as connection:
            connection.execute("CREATE TABLE tally (n INTEGER NOT NULL)")
            connection.execute("INSERT INTO tally VALUES (0)")
        code = (
            "import sys; from pathlib import Path; from engine.store import Store\n"
            "store = Store(Path(sys.argv[1]))\n"
            "for _ in range(2000):\n"
            "    with store.write('normal') as connection:\n"
            "        n = connection.execute('SELECT n FROM tally').fetchone()[0]\n"
            "        connection.execute('UPDATE tally SET n = ?', (n + 1,))\n"
            "store.close()\n"
        )
        for process in [python(code, home) for _ in range(4)]:
            end_well(process)
        assert store.rows("SELECT n FROM tally") == [{"n": 8000}]


class TestReading:
    def test_the_log_stays_short_with_a_window_open(self, home, store, run_id):
        window, watch = Store(home), Watch(store)
        seen = total = 0
        for number in range(1, 20_001, 4):
            runs.add_steps(store, [step(run_id, n) for n in range(number, number + 4)])
            if number % 200 == 197 and watch.changed():
                new = runs.steps(window, run_id, seen)
                total += len(new)
                seen = new[-1].rev
        log = home / f"{DATABASE_NAME}-wal"
        assert total == 20_000
        assert log.stat().st_size <= 16 * 2**20
        store.truncate_log()
        assert log.stat().st_size == 0
        watch.close()
        window.close()

    def test_functions_return_lists(self, store, run_id):
        job_id = jobs.enqueue(store, "echo")
        assert all(
            type(value) is list
            for value in (
                jobs.changed_since(store, 0), jobs.unfinished(store), jobs.active(store, "heavy"),
                jobs.take_requests(store, job_id), runs.everything(store), runs.changed_since(store, 0),
                runs.steps(store, run_id), runs.log_since(store, 0), history.entries(store), history.damaged(store),
                models.everything(store), scores.of_run(store, run_id), scores.verdicts(store, run_id),
                answers.since(store, job_id), store.rows("SELECT 1"),
            )
        )  # fmt: skip

    def test_no_read_leaves_a_snapshot_pinned(self, home, store):
        """After reading, another store can fold the whole log away: nothing of ours is in its way."""
        jobs.enqueue(store, "echo")
        jobs.unfinished(store)
        other = Store(home)
        jobs.enqueue(other, "echo")
        assert other.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0]["busy"] == 0
        other.close()

    def test_watch_sees_others_and_rests_between(self, home, store):
        watch = Watch(store)
        assert watch.changed()
        assert not watch.changed()
        jobs.enqueue(store, "echo")
        assert watch.changed()
        assert not watch.changed()
        watch.forget()
        assert watch.changed()
        watch.close()

    def test_text_that_looks_like_json_stays_text(self, store):
        job_id = jobs.enqueue(store, "echo", {"text": "[1]"})
        jobs.end(store, job_id, State.FAILED, reason="[no list]", details="{no dictionary}")
        job = jobs.get(store, job_id)
        assert (job.reason, job.details, job.payload) == ("[no list]", "{no dictionary}", {"text": "[1]"})


class TestOpening:
    def test_many_at_once_make_one_database(self, home):
        code = (
            "import sys; from pathlib import Path; from engine.store import Store, jobs\n"
            "store = Store(Path(sys.argv[1])); jobs.enqueue(store, 'echo'); store.close()\n"
        )
        for process in [python(code, home) for _ in range(6)]:
            end_well(process)
        store = Store(home)
        assert len(jobs.unfinished(store)) == 6
        store.close()

    @pytest.mark.skipif(platform.IS_WINDOWS, reason="no such permissions")
    def test_only_the_owner_reads_it(self, home, store):
        jobs.enqueue(store, "echo")
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in home.glob(f"{DATABASE_NAME}*")} == {0o600}

    def test_refuses_a_network_folder(self, home):
        with pytest.raises(UserError, match="network file system") as refused:
            Store(home, is_network_folder=lambda folder: folder == home)
        assert "--data-dir" in refused.value.sentence()
        assert not home.exists()

    def test_names_a_missing_project(self, home):
        with pytest.raises(UserError, match="no Palimpsest project"):
            Store(home, create=False)
        assert not home.exists()

    def test_a_folder_that_cannot_be_made(self, tmp_path):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(UserError, match="cannot be used"):
            Store(tmp_path / "file" / "home")

    @pytest.mark.parametrize("damage", [b"\0" * 100, b"not a database, just text" * 100])
    def test_a_corrupt_header_is_the_machines_failure(self, home, damage):
        Store(home).close()
        path = home / DATABASE_NAME
        content = damage + path.read_bytes()[len(damage) :]
        path.write_bytes(content)
        with pytest.raises(EnvironmentFailure, match="cannot be read") as failure:
            Store(home)
        assert "reindex" in failure.value.sentence()
        assert path.read_bytes() == content, "a damaged database is left as it is"

    def test_corruption_met_later_is_told_the_same_way(self, home):
        store = Store(home)
        for _ in range(200):
            jobs.enqueue(store, "echo", {"text": "x" * 1000})
        store.close()
        path = home / DATABASE_NAME
        content = path.read_bytes()
        half = len(content) // 2
        path.write_bytes(content[:half] + b"\xff" * (len(content) - half))
        store = Store(home)
        with pytest.raises(EnvironmentFailure, match="cannot be read"):
            jobs.unfinished(store)
        store.close()

    def test_a_replaced_file_is_noticed(self, home, store):
        store.check_file()
        path = home / DATABASE_NAME
        path.rename(home / "elsewhere.db")
        with pytest.raises(EnvironmentFailure, match="moved or replaced"):
            store.check_file()
        path.write_bytes(b"")
        with pytest.raises(EnvironmentFailure, match="moved or replaced"):
            store.check_file()

    def test_a_full_disk_is_told_in_a_sentence(self, store):
        with store.write() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        began = time.monotonic()
        with pytest.raises(EnvironmentFailure, match=r"disk .* is full"):
            jobs.enqueue(store, "echo", {"text": "x" * 100_000})
        assert time.monotonic() - began < 5
        assert jobs.unfinished(store) == []


def test_a_records_fields_are_looked_up_once(store, monkeypatch):
    """Looking them up for every row took longer than reading it."""
    asked = []
    monkeypatch.setattr(
        msgspec.structs, "fields", lambda kind, real=msgspec.structs.fields: asked.append(kind) or real(kind)
    )
    database._field_types.cache_clear()
    for number in range(20):
        database.as_record(FileHash, {"name": str(number), "size_bytes": number, "sha256": ""})
    assert asked == [FileHash]
