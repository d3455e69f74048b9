"""The command line, called as a user calls it, on the project that the test made."""

import processes
import pytest
from click.testing import CliRunner

from engine.cli import main


@pytest.fixture
def palimpsest(home, monkeypatch, tmp_path):
    """`palimpsest("rollback", "--to", "base")` runs a command on the test's data folder; nothing is a terminal."""
    monkeypatch.chdir(tmp_path)

    def run(*words, **options):
        return CliRunner().invoke(main, ["--data-dir", str(home), *map(str, words)], **options)

    return run


@pytest.fixture
def hosts_end(home):
    """End the host and workers that a test's commands started."""
    yield
    processes.end(home)
