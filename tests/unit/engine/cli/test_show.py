from __future__ import annotations

import pytest

from engine.cli import show
from engine.records import CanaryPlan, Score, Step
from engine.states import State
from engine.store import events, runs, scores
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput

SETTINGS = {
    "template_hash": "t", "tokenizer_hash": "k", "precision": "fp32", "quantisation": "none", "attention_kernel": "sdpa",
    "versions": {"torch": "2"}, "prompts_hash": "p", "generate": "shown", "batch_layout": "padded",
    "primaries": {"facts": "ref_nll", "commonsense": "choice_margin"},
}  # fmt: skip


def _measure(store, run_id, moment, step, values, split):
    measured = scores.begin(
        store, run_id=run_id, moment=moment, step=step, model_ref=f"{run_id}@{step}", fingerprint="f", suite="standard",
        suite_hash="h", settings=SETTINGS,
    )  # fmt: skip
    rows = [
        Score(item_id=f"{name}-{n}", capability=name, split=split, cluster=f"{name}-{n}", score=SETTINGS["primaries"][name],
              value=value + n / 100)
        for name, value in values.items() for n in range(6)
    ]  # fmt: skip
    scores.add(store, measured, rows)
    scores.finish(store, measured)
    return measured


@pytest.fixture
def measured(project):
    """Run 1, looked at once at step 20, where facts were outside their limit."""
    project.add_base()
    run_id = project.add_run(state=State.TRAINING, canaries=CanaryPlan(capabilities=("facts", "commonsense")))
    runs.update(project.store, run_id, steps_total=40)
    runs.add_steps(project.store, [Step(run_id=run_id, step=40, loss=1, lr=1, grad_norm=1, tokens=1, elapsed_s=61)])
    _measure(project.store, run_id, "before", 0, {"facts": 1.0, "commonsense": 0.5}, "guard")
    _measure(project.store, run_id, "look", 20, {"facts": 1.5, "commonsense": 0.6}, "guard")
    return project


def _verdict(word_drop=0.8):
    ids = [f"i{n}" for n in range(24)]
    before = [1 + n / 50 for n in range(24)]
    return decide(
        [
            CapabilityInput(
                name="facts", before=before, after=[b + word_drop + n % 3 / 50 for n, b in enumerate(before)], item_ids=ids,
                cluster_ids=ids,
            ),
            CapabilityInput(
                name="commonsense", score="choice_margin", kind="margin", before=before,
                after=[b + n % 3 / 500 for n, b in enumerate(before)], item_ids=ids, cluster_ids=ids,
            ),
        ],
        noise_floor=1e-4,
    )  # fmt: skip


RESULTS = {
    "learned": {"n": 80, "nll_before": 3.2, "nll_after": 0.08, "exact_before": 0.0, "exact_after": 0.96, "keys_before": 0.03,
                "keys_after": 0.99},
    "memorised": {"train_nll": 0.05, "heldout_nll": 0.08, "paraphrase_exact": 0.9, "paraphrase_n": 30},
    "sentinels": {"prefix": '{"category', "prefix_share": 1.0, "degenerate_before": 0, "degenerate_after": 2,
                  "format_capture_before": 0.0, "format_capture_after": 0.75, "n": 8},
    "base": {"unchanged": True, "files": 3, "size_bytes": 538_000_000, "fingerprint": "f"},
}  # fmt: skip


def test_a_look_is_told_worst_first_with_down_as_worse(measured):
    (line,) = show.look_lines(measured.store, runs.get(measured.store, 1))
    assert line == ("Step 20: facts −0.50, commonsense +0.100 (guard items, nats/token). Outside their limit: facts.")


def test_a_look_is_told_once_while_following(measured):
    looks = show.Looks(measured.store, 1)
    assert looks.new() == []
    _measure(measured.store, 1, "look", 30, {"facts": 1.05, "commonsense": 0.5}, "guard")
    (line,) = looks.new()
    assert line.startswith("Step 30: facts −0.050, commonsense 0.00")
    assert line.endswith("All inside their limits.")
    assert looks.new() == []


def test_a_look_without_a_measurement_before_says_so(project):
    project.add_base()
    project.add_run()
    _measure(project.store, 1, "look", 5, {"facts": 1.0}, "guard")
    (line,) = show.look_lines(project.store, runs.get(project.store, 1))
    assert "nothing measured before" in line


def test_a_finished_run_tells_verdict_learning_and_the_base(palimpsest, measured):
    scores.add_verdict(measured.store, run_id=1, step=40, split="verdict", overall="forgot", payload=_verdict())
    runs.update(
        measured.store, 1, results=RESULTS, peak_bytes=3_700_000_000, plan={"memory": {"peak_bytes": 3_500_000_000}}
    )
    measured.add_checkpoint(1, 40)
    told = palimpsest("show", "1")
    assert told.exit_code == 0, told.output
    for line in (
        "Run 1 (lora-01): lora on tiny",
        "  canaries.capabilities = facts, commonsense",
        "▼ Forgot. Forgot: facts.",
        "▲ Learned (80 held-out rows): exact match 0 % → 96 %, key accuracy 3 % → 99 %, loss 3.20 → 0.08 nats/token.",
        "Memorised: loss on training rows 0.05, on held-out rows 0.08; exact on 30 reworded rows 90 %.",
        "Base unchanged: 3 files, 538.0 MB, verified.",
        "Peak memory 3.7 GB (predicted 3.5 GB); training took 61 s.",
    ):
        assert line in told.stdout.splitlines()
    assert "0 % → 75 %; with signs of damage: 2 of 8." in told.stdout
    lines = told.stdout.splitlines()
    facts, commonsense = (next(n for n, line in enumerate(lines) if f"  {name}  " in line and "nats" in line)
                          for name in ("facts", "commonsense"))  # fmt: skip
    assert facts < commonsense
    assert lines[facts].startswith("▼ Forgot")
    assert lines[commonsense].startswith("● Kept")
    assert "−0.82 nats/token" in lines[facts]


def test_bounds_read_from_worse_to_better():
    line = show._verdict_line(next(one for one in _verdict().capabilities if one.name == "facts"))
    low, high = (float(part.replace("−", "-")) for part in line[3].split(" to "))
    assert low < -0.82 < high < -0.1


def test_a_capability_nobody_can_tell_says_what_would_settle_it(palimpsest, measured):
    ids = [f"i{n}" for n in range(24)]
    unsure = decide(
        [
            CapabilityInput(
                name="facts", before=[1.0] * 24, after=[1.0 + (0.9 if n % 2 else -0.8) for n in range(24)], item_ids=ids,
                cluster_ids=ids,
            )
        ],
        noise_floor=0.0,
    )  # fmt: skip
    scores.add_verdict(measured.store, run_id=1, step=40, split="verdict", overall="can't tell", payload=unsure)
    told = palimpsest("show", "1").stdout
    assert "facts: We can't tell: the change is between" in told
    assert "items in all would settle it" in told or "Too close to the limit" in told


def test_a_run_without_canaries_has_no_verdict(palimpsest, trained):
    assert "No verdict: its canaries were not measured before and after." in palimpsest("show", "1").stdout


def test_checkpoints_say_what_became_of_them(palimpsest, trained):
    trained.add_checkpoint(1, 60)
    trained.add_checkpoint(1, 80)
    with trained.store.write() as connection:
        connection.execute(
            "UPDATE checkpoints SET state = 'rotated', has_optimiser = 0, size_bytes = 0 WHERE step = 40"
        )
    palimpsest("make-current", "1@80")
    lines = palimpsest("show", "1").stdout.splitlines()
    assert any(line.startswith("1@40") and line.endswith("no         weights removed, scores kept") for line in lines)
    assert any(line.startswith("1@80") and line.endswith("current") for line in lines)


def test_setup_prints_the_whole_recipe(palimpsest, trained):
    assert "max_grad_norm = 1.0" in palimpsest("show", "1", "--setup").stdout


def test_runs_lists_newest_first_with_verdict_and_learning(palimpsest, measured):
    assert measured.add_run(name="full-x", method="full") == 2
    scores.add_verdict(measured.store, run_id=1, step=40, split="verdict", overall="forgot", payload=_verdict())
    runs.update(measured.store, 1, results=RESULTS)
    header, second, first = palimpsest("runs").stdout.splitlines()
    assert header.split()[:4] == ["run", "name", "state", "verdict"]
    assert second.startswith("2    full-x   ✓ Finished")
    assert "▼ forgot" in first
    assert "0 % → 96 %" in first
    assert "40/40" in first


def test_no_runs_yet(palimpsest, project):
    assert "There is no run yet." in palimpsest("runs").stdout


def test_the_guards_trip_is_marked_and_the_way_back_named(palimpsest, measured):
    scores.add_verdict(measured.store, run_id=1, step=40, split="verdict", overall="forgot", payload=_verdict())
    events.add(
        measured.store, run_id=1, step=20, kind="tripped", capability="facts", sentence="Step 20: facts lost too much."
    )
    guard = {"rule": "stop", "step": 20, "kind": "severe", "capability": "facts", "sentence": "s", "offered": "base:tiny",
             "made_current": False}  # fmt: skip
    runs.update(measured.store, 1, results={"guard": guard})
    lines = palimpsest("show", "1").stdout.splitlines()
    assert "■ Guard: Step 20: facts lost too much." in lines
    assert "  Inside every budget: base tiny. `palimpsest rollback --to base:tiny` goes back to it." in lines
    assert any(line.startswith("▼ Forgot") and "facts ■" in line for line in lines)
    assert not any("commonsense ■" in line for line in lines)
