"""The report of the long tests: written as it goes, and a rerun does only what has not passed on the same sources."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SMALL = """
import os, pathlib
import pytest

def test_good(): pass
def test_bad(): assert os.environ.get("NOW_GOOD")
@pytest.mark.parametrize("sign", ["a | b", "c"])
def test_named(sign): pass
def test_seed(): pathlib.Path(os.environ["SEEN"]).write_text(os.environ["PALIMPSEST_TEST_SEED"])
"""


@pytest.fixture
def long_run(tmp_path):
    """`long_run()` runs a small project's tests with the plugin and returns pytest's last line."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "test_small.py").write_text(SMALL)

    def run(*options, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "long_report", "-p", "no:cacheprovider", "--rootdir", ".",
             "--long-report", "report.md", *options],
            cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(TESTS), "SEEN": str(tmp_path / "seen"), **environment},
        )  # fmt: skip
        run.code = done.returncode
        return done.stdout.splitlines()[-1]

    run.folder, run.seen = folder, tmp_path / "seen"
    return run


def test_a_rerun_does_only_what_has_not_passed(long_run):
    assert long_run().startswith("1 failed, 4 passed in")
    told = (long_run.folder / "report.md").read_text()
    assert "- 4 passed, 1 failed, 0 skipped;" in told
    assert "| failed |" in next(line for line in told.splitlines() if line.endswith("test_bad |"))
    assert "1 passed, 4 deselected" in long_run(NOW_GOOD="1")
    assert "- 5 passed, 0 failed, 0 skipped;" in (long_run.folder / "report.md").read_text()
    assert "5 deselected" in long_run(NOW_GOOD="1")
    assert long_run.code == 0
    assert "5 passed" in long_run("--again", NOW_GOOD="1")


def test_several_processes_write_one_report(long_run):
    assert "1 failed, 4 passed" in long_run("--numprocesses", "2")
    assert "1 passed" in long_run("--numprocesses", "2", NOW_GOOD="1")
    assert "- 5 passed, 0 failed, 0 skipped;" in (long_run.folder / "report.md").read_text()
    assert "no tests ran" in long_run("--numprocesses", "2", NOW_GOOD="1")
    assert long_run.code == 0
    long_run("--again", "--numprocesses", "2")
    assert long_run.code == 1
    assert "- 4 passed, 1 failed, 0 skipped;" in (long_run.folder / "report.md").read_text()


def test_other_sources_or_another_seed_begin_anew(long_run):
    long_run(NOW_GOOD="1")
    assert long_run.seen.read_text() == "0"
    assert "5 passed" in long_run("--long-seed", "7", NOW_GOOD="1")
    assert long_run.seen.read_text() == "7"
    (long_run.folder / "test_small.py").write_text(SMALL + "\n# changed\n")
    assert "5 passed" in long_run("--long-seed", "7", NOW_GOOD="1")
