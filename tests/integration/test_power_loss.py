"""F3: a power cut at any moment of a run. What was not flushed is gone; no row may speak of a checkpoint that is not whole.

The model of the disk: a file has what it had at its last fsync, a folder the names it had at its own last fsync. The
database is SQLite with synchronous=FULL, so what was committed stays. In the second model the names reached the disk and
the content did not, as file systems that order nothing but metadata leave it.
"""

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import msgspec
import pytest
from training_runs import losses, make_project, queue

from engine import client, durable
from engine.states import State
from engine.store import Store, jobs, runs

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads file names from /proc")
MODELS = ["nothing unflushed", "names without content"]


class Disk:
    """Records what is safely on the disk below a folder, by inode."""

    def __init__(self, root):
        self.root, self.content, self.names = root, {}, {}
        for path in [root, *root.rglob("*")]:
            self.keep(path)

    def keep(self, path):
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            self.names[status.st_ino] = {entry.name: (entry.inode(), entry.is_dir()) for entry in os.scandir(path)}
        elif stat.S_ISREG(status.st_mode):
            self.content[status.st_ino] = path.read_bytes()

    def flushed(self, handle):
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path.is_relative_to(self.root):
            self.keep(path)

    def after_a_cut(self, relative, target, model):
        """Write to `target` what is left of a folder; a folder that is not there any more leaves nothing."""
        shutil.rmtree(target, ignore_errors=True)
        if model == MODELS[1]:
            place = self.root / relative
            self._write(place.stat().st_ino if place.exists() else None, target, lambda inode: self._now(place, inode))
            return
        inode = self.root.stat().st_ino
        for part in Path(relative).parts:
            inode = self.names.get(inode, {}).get(part, (None, True))[0]
        self._write(inode, target, lambda inode: self.names.get(inode, {}))

    def _now(self, top, inode):
        folder = next((p for p in [top, *top.rglob("*")] if p.is_dir() and p.stat().st_ino == inode), None)
        return {entry.name: (entry.inode(), entry.is_dir()) for entry in os.scandir(folder)} if folder else {}

    def _write(self, inode, target, names_of):
        if inode is None:
            return
        target.mkdir(parents=True)
        for name, (child, is_folder) in names_of(inode).items():
            if is_folder:
                self._write(child, target / name, names_of)
            else:
                (target / name).write_bytes(self.content.get(child, b""))


def complete_rows(home):
    connection = sqlite3.connect(f"file:{home / 'palimpsest.db'}?mode=ro", uri=True)
    try:
        sql = "SELECT run_id, folder, manifest_sha256 FROM checkpoints WHERE state = 'complete'"
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.fixture
def cuts(store, monkeypatch, tmp_path):
    """Note, before every flush of this process, what a power cut at this moment would leave."""
    disk = Disk(store.home)
    found, moments, sound = [], [], set()
    flush = os.fsync

    def look():
        for run_id, folder, manifest in complete_rows(store.home):
            for model in MODELS:
                if (folder, manifest, model) in sound and len(moments) % 5:
                    continue  # a folder once whole is looked at again now and then
                disk.after_a_cut(f"runs/{run_id}/checkpoints/{folder}", tmp_path / "left", model)
                damage = durable.damage(tmp_path / "left", manifest)
                sound.add((folder, manifest, model))
                if damage is not None:
                    found.append((len(moments), model, folder, damage))

    def fsync(handle):
        look()
        flush(handle)
        moments.append(handle)
        disk.flushed(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return disk, found, moments, look


def do(store, job_id):
    job = client.run_in_process(store, job_id)
    assert job.state is State.FINISHED, (job.reason, job.details)


def test_no_row_speaks_of_what_a_power_cut_takes_away(store, tiny_base, tmp_path, cuts):
    _, found, moments, look = cuts
    _, job_id = queue(store, make_project(store, tiny_base, tmp_path))
    do(store, job_id)
    look()
    assert found == []
    assert len(moments) > 20
    assert complete_rows(store.home)


@pytest.mark.parametrize("model", MODELS)
def test_what_a_power_cut_leaves_resumes_to_the_same_losses(store, tiny_base, tmp_path, cuts, model, monkeypatch):
    """At the moment when the second checkpoint's row is there and the third is being written."""
    disk, _, _, _ = cuts
    recipe = make_project(store, tiny_base, tmp_path)
    recipe = msgspec.structs.replace(recipe, canaries=msgspec.structs.replace(recipe.canaries, capabilities=("sums",)))
    run_id, job_id = queue(store, recipe)
    left = tmp_path / "after" / "home"
    fsync = os.fsync

    def cut_here(handle):
        if (
            not left.exists()
            and len(complete_rows(store.home)) == 2
            and Path(f"/proc/self/fd/{handle}").readlink().name == "state.json"
        ):
            disk.after_a_cut("", left, model)
            for name in ("palimpsest.db", "palimpsest.db-wal", "palimpsest.db-shm"):
                (left / name).unlink(missing_ok=True)
            with sqlite3.connect(store.path) as live, sqlite3.connect(left / "palimpsest.db") as copy:
                live.backup(copy)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", cut_here)
    do(store, job_id)
    whole = losses(store, run_id)
    monkeypatch.undo()
    assert left.exists()
    resumed = Store(left)
    try:
        jobs.end(resumed, job_id, State.INTERRUPTED, reason="the power went")
        jobs.requeue(resumed, job_id, {"resume": True})
        do(resumed, job_id)
        assert losses(resumed, run_id) == whole
        assert any("Going on from" in line.message for line in runs.log_since(resumed, 0, run_id=run_id))
        assert not list((runs.folder(resumed, run_id) / "checkpoints").glob(f"{durable.PARTIAL}*"))
    finally:
        resumed.close()


def test_the_model_of_the_disk_loses_what_was_not_flushed(tmp_path):
    """Without its flushes, a folder written the durable way is seen to be gone or empty."""
    root = tmp_path / "root"
    root.mkdir()
    disk = Disk(root)
    with durable.new_folder(root / "made", {}) as folder:
        (folder / "a").write_bytes(b"1")
    for model, damage in zip(MODELS, (True, True), strict=True):
        disk.after_a_cut("made", tmp_path / "left", model)
        assert (durable.damage(tmp_path / "left") is not None) is damage
    for path in (root / "made" / "a", root / "made" / durable.MANIFEST, root / "made", root):
        disk.keep(path)
    for model in MODELS:
        disk.after_a_cut("made", tmp_path / "left", model)
        assert durable.damage(tmp_path / "left") is None
