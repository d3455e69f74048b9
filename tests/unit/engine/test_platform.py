"""Locks, detached processes and what they see, on this operating system."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from engine import liveness, platform

HOLD = """
import sys
from pathlib import Path
from engine import platform
lock = platform.try_lock(Path(sys.argv[1]))
print("held" if lock else "busy", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds `tmp_path/a.lock`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "a.lock")],
        env=platform.clean_environment(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


class TestLock:
    def test_another_process_is_kept_out_until_killed(self, tmp_path, holder):
        path = tmp_path / "a.lock"
        assert platform.try_lock(path) is None
        assert platform.is_locked(path)
        holder.kill()
        holder.wait()
        assert not platform.is_locked(path)
        platform.try_lock(path).release()

    def test_asking_does_not_take_it_for_a_moment(self, tmp_path):
        """Many ask all the time while one takes and gives back: it must never find the lock taken."""
        path = tmp_path / "b.lock"
        platform.try_lock(path).release()
        ask = (
            "import sys; from pathlib import Path; from engine import platform\n"
            "print('asking', flush=True)\n"
            "while True: platform.is_locked(Path(sys.argv[1]))\n"
        )
        asker = subprocess.Popen(
            [sys.executable, "-c", ask, str(path)],
            env=platform.clean_environment(os.environ),
            stdout=subprocess.PIPE,
        )
        assert asker.stdout.readline() == b"asking\n"
        for _ in range(3000):
            lock = platform.try_lock(path)
            assert lock is not None
            lock.release()
        asker.kill()
        asker.communicate()

    def test_asking_moves_no_time_and_does_not_drop_our_own(self, tmp_path):
        path = tmp_path / "c.lock"
        lock = platform.try_lock(path)
        os.utime(path, (100, 100))
        assert platform.is_locked(path)
        assert platform.try_lock(path) is None
        assert platform.lock_times(path) == (100, 100)
        code = HOLD.replace("sys.stdin.read()", "")
        environment = platform.clean_environment(os.environ)
        other = subprocess.run(
            [sys.executable, "-c", code, str(path)], env=environment, capture_output=True, check=True
        )
        assert other.stdout.strip() == b"busy"
        lock.release()
        assert not platform.is_locked(path)

    def test_a_file_left_behind_is_no_lock(self, tmp_path):
        (tmp_path / "d.lock").touch()
        assert not platform.is_locked(tmp_path / "d.lock")
        assert not platform.is_locked(tmp_path / "never.lock")

    def test_the_heart_tells_life_and_progress_apart(self, tmp_path, until):
        path = tmp_path / "e.lock"
        lock = platform.try_lock(path)
        heart = liveness.Heart(lock, every_s=0.01)
        heart.beat()
        beaten_at = time.time()
        until(lambda: platform.lock_times(path)[0] > beaten_at)
        first_alive, first_progress = platform.lock_times(path)
        until(lambda: platform.lock_times(path)[0] > first_alive + 0.03)
        assert platform.lock_times(path)[1] == first_progress
        heart.beat()
        until(lambda: platform.lock_times(path)[1] > first_progress)
        heart.stop()
        assert platform.is_locked(path)
        lock.release()


class TestEnvironment:
    def test_is_clean_and_offline(self):
        given = {"PATH": "/bin", "HF_TOKEN": "planted", "PALIMPSEST_TOKEN": "planted", "LD_PRELOAD": "x", "LC_ALL": "C"}
        cleaned = platform.clean_environment(given)
        assert cleaned["PATH"] == "/bin"
        assert cleaned["LC_ALL"] == "C"
        assert "planted" not in cleaned.values()
        assert "LD_PRELOAD" not in cleaned
        assert platform.OFFLINE.items() <= cleaned.items()
        assert cleaned["PYTHONNOUSERSITE"] == "1"
        assert int(cleaned["MALLOC_MMAP_THRESHOLD_"]) == 4 * 2**20  # below, each step faults its memory in anew

    def test_a_detached_process_has_its_own_session_and_no_input(self, tmp_path):
        probe = tmp_path / "here" / "probe.py"
        probe.parent.mkdir()
        log = tmp_path / "logs" / "out.log"
        process = platform.start_detached("engine.host", ["--help"], log=log, folder=probe.parent)
        assert process.wait(timeout=30) == 0
        assert "data folder" in log.read_text()
        assert process.stdin is None
        if not platform.IS_WINDOWS:
            assert log.stat().st_mode & 0o077 == 0

    def test_a_let_go_child_leaves_no_zombie(self, tmp_path, until):
        process = platform.start_detached("engine.host", ["--help"], log=tmp_path / "log", folder=tmp_path)
        platform.let_go(process)
        until(lambda: not psutil.pid_exists(process.pid))


@pytest.mark.skipif(platform.IS_WINDOWS, reason="signals")
def test_ends_are_put_in_words():
    assert platform.signal_word(3) == "exit code 3"
    assert platform.signal_word(-9) == "signal 9 (SIGKILL)"
    assert platform.signal_word(-64 - 30) == "signal 94"


def test_the_temporary_folder_is_local(tmp_path):
    assert not platform.is_network_folder(tmp_path)
    assert platform.free_bytes(tmp_path / "not" / "there") > 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_freed_blocks_above_the_limit_are_returned_at_once():
    """A freed block below another that stays would be kept as a hole; above the limit it goes."""
    script = (
        "import numpy, psutil; from engine import platform\n"
        "def grown():\n"
        "    before = psutil.Process().memory_info().rss\n"
        "    blocks = [numpy.ones(2**18) for _ in range(50)]\n"  # 2 MiB each
        "    del blocks[:-1]\n"
        "    return (psutil.Process().memory_info().rss - before) / 2**20, blocks\n"
        "kept, _ = grown()\n"
        "assert platform.return_blocks_from(2**20)\n"
        "returned, _ = grown()\n"
        "print(kept > 60, returned < 20)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        env=platform.clean_environment(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "True True\n"


def test_a_system_without_such_a_limit_is_left_alone(monkeypatch):
    monkeypatch.setattr(platform.ctypes, "CDLL", lambda name: object())
    assert not platform.return_blocks_from(2**20)
