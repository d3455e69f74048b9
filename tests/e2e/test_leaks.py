"""Criterion 27: opening and closing a run's page again and again leaves nothing behind."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def finished_run(store):
    """A finished run with everything a page shows; its id."""
    path = HERE.parent / "unit" / "engine" / "export" / "filled_store.py"
    spec = importlib.util.spec_from_file_location("filled_store", path)
    filled = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(filled)
    run_id, _ = filled.full_run(store)
    return run_id


def cycles(home, run_id, count):
    """Open and close the page so often in a process of its own; what was measured."""
    words = [sys.executable, str(HERE / "page_cycles.py"), str(home), str(run_id), str(count)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=7000, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_thirty_pages_leave_nothing_behind(home, finished_run):
    found = cycles(home, finished_run, 30)
    assert found["left"] == 0, found
    assert found["grown_mb"] <= 16, found  # a page that stays takes about half a megabyte


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_two_thousand_pages_grow_by_fifty_megabytes_at_most(home, finished_run):
    found = cycles(home, finished_run, 2000)
    assert found["left"] == 0, found
    assert found["grown_mb"] <= 50, found
