"""Criterion 6 with a real host and worker: Make current and Roll back from the window, one Ctrl+Z back, no file deleted."""

import os
import runpy
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import processes
import pytest

from engine.store import history
from gui.actions import versions
from gui.project import Project

Hand = runpy.run_path(str(Path(__file__).parents[1] / "unit/engine/conftest.py"))["Project"]


@pytest.fixture
def opened(qapp, home, tmp_path):
    """A project with a base and a checkpoint, open in the window's own way; its host ends with the test."""
    project = Project(home)
    hand = Hand(project.store, tmp_path / "elsewhere")
    hand.add_base()
    hand.add_checkpoint(hand.add_run(), 40)
    project.live.start()
    yield project
    project.close()
    processes.end(home)


def test_a_move_from_the_window_and_one_ctrl_z_back(qtbot, opened):
    toasts = []
    opened.toast_requested.connect(toasts.append)
    files = sorted(opened.home.rglob("checkpoints/*/*"))
    versions.make_current(opened, "1@40")
    qtbot.waitUntil(lambda: bool(toasts), timeout=60_000)
    assert history.pointer(opened.store)[0] == "1@40"
    assert toasts[0].text == "Made lora-01 @ 40 the current model; before it was base tiny."
    toasts[0].action.do()  # the same as Ctrl+Z: it undoes the stack's newest
    qtbot.waitUntil(lambda: len(toasts) == 2, timeout=60_000)
    assert history.pointer(opened.store)[0] == "base:tiny"
    opened.undo_stack.redo()
    qtbot.waitUntil(lambda: len(toasts) == 3, timeout=60_000)
    assert history.pointer(opened.store)[0] == "1@40"
    assert sorted(opened.home.rglob("checkpoints/*/*")) == files
    assert [entry.action for entry in history.entries(opened.store)] == ["make_current", "undo", "make_current"]


def test_a_damaged_checkpoint_is_refused_with_a_card_and_nothing_moves(qtbot, opened):
    told = []
    opened.trouble_told.connect(told.append)
    (opened.home / "runs/1/checkpoints/000040/adapter.safetensors").write_bytes(b"changed")
    versions.make_current(opened, "1@40")
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    assert "damaged" in told[0].happened
    assert history.pointer(opened.store)[0] == "base:tiny"
    assert not opened.undo_stack.canUndo()
