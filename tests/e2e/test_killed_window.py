"""Criterion 7 with real processes: SIGKILL of the window while a run trains; the next window shows it live, without a gap."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from keyboard import Keyboard
from training_runs import make_project, queue

from engine.states import State
from engine.store import runs
from gui.preferences import Preferences

ROOT = Path(__file__).parents[2]
LONG_S = 240
STEPS = 160


@pytest.fixture
def display():
    """Environment of a virtual screen of one's own; without the program for it, of none."""
    if shutil.which("Xvfb") is None:
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    reading, writing = os.pipe()
    words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    screen = subprocess.Popen(words, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    screen.terminate()
    screen.wait(10)


@pytest.fixture
def open_process(home, display):
    """`open_process()` opens the window in a process of its own, which is killed with the test at the latest."""
    begun = []

    def begin():
        chosen = Preferences(home / "window.ini")
        chosen.theme, chosen.language = "light", "en"
        words = [sys.executable, "-m", "gui.app", "--data-dir", str(home)]
        environment = {**os.environ, **display, "PYTHONPATH": str(ROOT)}
        begun.append(subprocess.Popen(words, env=environment, cwd=ROOT))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.wait(10)


def test_the_window_is_killed_and_the_next_one_shows_every_step(
    qtbot, open_window, open_process, store, tiny_base, tmp_path, until
):
    recipe = make_project(store, tiny_base, tmp_path)
    training = msgspec.structs.replace(recipe.training, max_steps=STEPS)
    run_id, _ = queue(store, msgspec.structs.replace(recipe, name="lives-on", training=training))
    window = open_process()  # nobody else is there to start the host
    until(lambda: len(runs.steps(store, run_id)) >= 5, LONG_S)
    assert window.poll() is None
    os.kill(window.pid, signal.SIGKILL)
    assert window.wait(10) == -signal.SIGKILL
    seen = len(runs.steps(store, run_id))
    until(lambda: len(runs.steps(store, run_id)) >= seen + 5, LONG_S)  # nobody looks, and it goes on

    keyboard = Keyboard(qtbot, open_window())
    keyboard.wait_for("▶ lives-on")
    keyboard.command("lives-on")
    keyboard.wait_for("▶ Training")
    page = keyboard.app.window.page
    keyboard.until(lambda: len(drawn(page)) > seen)
    assert runs.get(store, run_id).state is State.TRAINING
    steps = drawn(page)
    assert steps == list(range(1, len(steps) + 1))
    keyboard.until(lambda: runs.get(store, run_id).state is State.FINISHED, LONG_S)
    keyboard.until(lambda: keyboard.tab_in_front() == "Verdict")  # it turns there by itself, and draws nothing hidden
    keyboard.turn_to("Timeline")
    keyboard.until(lambda: drawn(page) == list(range(1, STEPS + 1)))


def drawn(page):
    """The steps on the loss curve."""
    x, _ = page.timeline.chart.raw.getData()
    return [] if x is None else [round(at) for at in x]
