"""The check that no process is left behind must itself be able to fail."""

import os
import subprocess
import sys

import processes
import psutil

from engine import platform

LEAKY = """
from engine import client

def test_leaves_a_host(home):
    client.ensure_host(home)
"""


def test_a_test_that_leaves_a_host_alive_fails_and_the_host_is_killed(tmp_path, request):
    conftest = request.config.rootpath / "tests" / "conftest.py"
    (tmp_path / "conftest.py").write_text(conftest.read_text())
    (tmp_path / "test_leaky.py").write_text(LEAKY)
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(tmp_path), "--basetemp", str(tmp_path / "temp")]
    environment = platform.clean_environment(os.environ)
    environment["PYTHONPATH"] += f"{os.pathsep}{conftest.parent}"
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    assert "left alive by this test" in done.stdout
    hosts = [words for process in psutil.process_iter() if "engine.host" in (words := processes.command_of(process))]
    assert not [words for words in hosts if str(tmp_path) in str(words)]
