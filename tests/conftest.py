"""Fixtures for every test: a data folder, its store, a deadline helper, and a check that no process is left behind."""

import os
import runpy
import sys
import threading
import time
from pathlib import Path

import processes
import pytest

from engine import platform
from engine.store import Store


def pytest_sessionfinish():
    """Empty the clipboard: offscreen Qt deletes what lies there after Python has ended, and Python's objects crash then."""
    gui = sys.modules.get("PySide6.QtGui")
    if gui is not None and gui.QGuiApplication.instance() is not None:
        gui.QGuiApplication.clipboard().clear()


@pytest.fixture
def home(tmp_path):
    """A fresh data folder; the test fails if a palimpsest process of it is still alive afterwards (and it is killed)."""
    folder = tmp_path / "home"
    yield folder
    left = {process: processes.command_of(process) for process in _living_processes(folder, patience_s=3.0)}
    for process in left:
        process.kill()
    assert not left, f"left alive by this test (end them in it): {[' '.join(words) for words in left.values()]}"


@pytest.fixture
def store(home):
    """An open store in `home`."""
    opened = Store(home)
    yield opened
    opened.close()


@pytest.fixture
def until():
    """`until(question, seconds)` asks until the answer is true and returns it, or fails the test when time is up."""
    return _until


def _until(question, seconds=20.0):
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not so within {seconds} s: {getattr(question, '__name__', question)}"
        pause.wait(0.02)
    return answer


def _living_processes(folder, patience_s):
    """The folder's processes that do not end within the patience."""
    deadline = time.monotonic() + patience_s
    pause = threading.Event()
    while True:
        found = processes.of(folder)
        if not found or time.monotonic() > deadline:
            return found
        pause.wait(0.05)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory):
    """The folder of a tiny trained model (tests/tiny_model.py), built once and shared by all xdist workers: only read it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "tiny_base"
    lock = _until(lambda: platform.try_lock(shared / "tiny_base.lock"), seconds=300)
    try:
        if not (built := shared / "tiny_base.built").exists():
            runpy.run_path(str(Path(__file__).with_name("tiny_model.py")))["build"](folder)
            built.touch()
    finally:
        lock.release()
    return folder
