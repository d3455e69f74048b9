"""What advice cites: the summary of the cells that lie in docs/evidence, and every arm that a sentence needs."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from engine import measured
from engine.wording import percent

ROOT = Path(__file__).parents[3]


@pytest.fixture
def report(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "packaging"), *sys.path])
    return runpy.run_path(str(ROOT / "packaging" / "evidence_report.py"))


def test_the_numbers_are_those_of_the_cells(report):
    cells = [
        json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "docs" / "evidence" / "cells").glob("*.json"))
    ]
    assert json.loads(measured.PLACE.read_text("utf-8")) == json.loads(json.dumps(report["summary"](cells)))


def test_every_sentence_has_its_arms_and_its_numbers():
    full, off = measured.standard_against_off("full"), measured.arms()["full, off"]
    assert f"full at 1e-4 forgot in {off.words['forgot']} of {off.seeds} runs without protection" in full
    assert f"KL to the base {off.kl:.2f}" in full
    assert "LoRA at 1e-3" in measured.standard_against_off("qlora")
    assert f"of {off.strengths_tried} such run" in measured.strengths("full")
    slow = measured.arms()["LoRA 2e-4, off"]
    assert (
        f"LoRA at 1e-3 and 2e-4 lost {measured.arms()['LoRA, off'].mean_change:.1f} and {slow.mean_change:.1f}"
        in measured.rates()
    )
    assert f"full at 1e-5 had {percent(measured.arms()['full 1e-5, off'].exact)}" in measured.slow_and_unprotected()
    assert f"and {percent(measured.arms()['LoRA, KL, three times the steps'].exact)} after 180" in measured.more_steps()
    assert f"{percent(off.captured)} of other answers" in measured.captured()
    assert (
        f"{percent(measured.arms()['full, token weighting'].exact)} of the held-out rows right"
        in measured.token_weighting()
    )
