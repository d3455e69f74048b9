"""A data folder with runs in every state and every screen's rows, for pictures; recorded rows, only for tests.

`shots(folder)` names what there is to be seen in it: (name, page, arguments), and what is pressed then, as the page's attributes.
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import msgspec

from engine import suites
from engine.canaries.suite import load_suite
from engine.errors import OutOfMemory
from engine.plan import demo as planned
from engine.records import CanaryPlan, DataSpec, Recipe, Step, StrengthChange
from engine.store import Store, events, history, jobs, runs, strength

HERE = Path(__file__).parent
LONG_NAME = "a-run-with-a-rather-long-name-that-someone-really-gave-it"
#: Of the compared runs the one whose answers to the canaries are stored, and the one whose curve is worked out.
ANSWERED, CURVED = 5, 1
TABS = ("verdict", "timeline", "answers", "strength", "drift", "setup", "log")
PAGES = ("home", "runs", "compare", "canaries", "models", "data", "history", "settings", "new_run", "run")


def build(folder: Path) -> Path:
    """Fill a new data folder; returns it."""
    sys.path.insert(0, str(HERE.parent / "unit" / "engine" / "export"))
    compared = runpy.run_path(str(HERE.parent / "unit" / "gui" / "compare" / "compared_runs.py"))
    import filled_store

    store = Store(folder)
    compared["fill"](store)
    for run in runs.everything(store):
        filled_store.add_steps(store, run.id)
    history.append(store, "start", "Started full-02 from base starter", details={"run_id": 1})
    history.append(store, "rollback", f"Rolled back from {LONG_NAME}@660 to 1@75", before="2@75", after="1@75")
    runs.add_log(store, "Training 75 steps of 8 rows each.", run_id=1)
    runs.add_log(store, "Guard: Step 38: arithmetic lost more than its limit.", level="warning", run_id=1)
    events.add(
        store, run_id=1, step=38, kind="tripped", sentence="arithmetic lost more than its limit at two looks in a row."
    )
    _unfinished(store)
    _strengths(store)
    side_by_side = runpy.run_path(str(HERE.parent / "unit" / "gui" / "compare" / "side_by_side.py"))
    side_by_side["measure"](store, ANSWERED, "base:starter", "f" * 64, 1, 4)
    side_by_side["measure"](store, ANSWERED, f"{ANSWERED}@75", "1" * 64, 2, 5)
    suites.write(suites.copy(folder, load_suite("standard"), "mine"))
    rows = [json.loads(line) for line in (planned.DATASET / "train.jsonl").read_text("utf-8").splitlines()[:60]]
    good, bad = [json.dumps(row) for row in rows], ['{"messages": []}', "not json", '{"messages": [{"role": "user"}]}']
    (folder / "tickets.jsonl").write_text("\n".join(good) + "\n", "utf-8")
    (folder / "bad.jsonl").write_text("\n".join([*good[:20], *bad, *good[20:]]) + "\n", "utf-8")
    store.close()
    return folder


def _strengths(store: Store) -> None:
    """A curve that bends: half the strength keeps nearly all of the task and is inside every limit."""
    limits = {"arithmetic": 0.53, "facts": 0.02, "word problems": 0.09, "commonsense": 0.01}
    for alpha in (0.0, 0.25, 0.5, 0.75, 1.0):
        changes = [
            StrengthChange(name=name, kind="nll", role="protect", n=16, mean=loss * alpha**3, budget=0.1)
            for name, loss in limits.items()
        ]
        strength.add_point(
            store, run_id=CURVED, step=75, alpha=alpha, blocks={}, measurement_id=1, learned_nll=2.1 - 1.8 * alpha**0.6,
            learned_exact=0.96 * alpha**0.6, kl=1.1 * alpha**2, changes=changes,
        )  # fmt: skip


def _unfinished(store: Store) -> None:
    recipe = Recipe(
        name=LONG_NAME, base="starter", data=DataSpec(path="/data/tickets.jsonl"), canaries=CanaryPlan(suite="standard")
    )
    states = {
        "interrupted": ("", "No sign of life for 6 minutes.", {}),
        "failed": ("environment", "Not enough GPU memory.", OutOfMemory("Not enough GPU memory.").facts()),
        "stopped": ("", "Stopped by you.", {}),
        "training": ("", "", {}),
        "queued": ("", "", {}),
    }
    fixes = [
        {"title": "QLoRA (4-bit base)", "changes": {"method": "qlora"}, "saving_bytes": 14_000_000_000, "peak_bytes": 13_000_000_000, "fits": True},
        {"title": "Micro-batch 8 → 4, accumulate × 2", "changes": {"training.micro_batch": 4}, "saving_bytes": 3_000_000_000,
         "peak_bytes": 24_000_000_000, "fits": False},
        {"title": "max_length 4096 → 2048 tokens", "changes": {"data.max_length": 2048}, "saving_bytes": 5_000_000_000,
         "peak_bytes": 22_000_000_000, "fits": False},
    ]  # fmt: skip
    plan = {
        "memory": {"peak_bytes": 27_400_000_000, "free_bytes": 23_100_000_000},
        "remedies": fixes,
        "looks": [60, 300, 660],
    }
    for state, (kind, reason, result) in states.items():
        name = LONG_NAME if state == "training" else f"{state}-run"
        run_id = runs.create(store, msgspec.structs.replace(recipe, name=name), plan=plan)
        job_id = jobs.enqueue(store, "train", run_id=run_id)
        runs.update(store, run_id, steps_total=660)
        if state != "queued":
            runs.add_steps(store, [
                Step(run_id=run_id, step=n, loss=2.0 / n**0.3, lr=1e-4, grad_norm=1.0, tokens=600, elapsed_s=2.0 * n)
                for n in range(1, 413)
            ])  # fmt: skip
        with store.write() as connection:
            connection.execute(
                "UPDATE runs SET state = ?, step = ? WHERE id = ?", (state, 0 if state == "queued" else 412, run_id)
            )
            connection.execute(
                "UPDATE jobs SET state = ?, error_kind = ?, reason = ?, result = ? WHERE id = ?",
                (state, kind, reason, json.dumps(result), job_id),
            )


def shots(folder: Path) -> list[tuple[Any, ...]]:
    """Every screen of the folder in every state its rows can show."""
    store = Store(folder)
    try:
        ids = {run.state.value: run.id for run in runs.everything(store) if run.name not in ("full-02", "qlora-01")}
        first = min(run.id for run in runs.everything(store))
    finally:
        store.close()
    found: list[tuple[Any, ...]] = [(f"run-{tab}", "run", {"run_id": first, "tab": tab}) for tab in TABS]
    found += [
        ("run-strength-none", "run", {"run_id": ANSWERED, "tab": "strength"}),
        ("run-strength-advanced", "run", {"run_id": CURVED, "tab": "strength"}, "strength.fold.button"),
        ("run-export", "run", {"run_id": CURVED, "tab": "verdict"}, "onward.export"),
    ]
    for state in ("interrupted", "failed", "stopped", "training", "queued"):
        found += [(f"run-{state}-{tab}", "run", {"run_id": ids[state], "tab": tab}) for tab in ("verdict", "timeline")]
    found += [("run-gone", "run", {"run_id": 999})]
    found += [
        (f"compare-{tab}", "compare", {"run_ids": [1, 2, 3, 4], "tab": tab})
        for tab in ("overview", "tradeoff", "answers", "matrix")
    ]
    stored = {"run_ids": [CURVED, ANSWERED], "tab": "answers", "a": "base:starter", "b": f"{ANSWERED}@75", "c": ""}
    found += [
        ("compare-answers-stored", "compare", stored),
        ("compare-answers-three", "compare", {**stored, "c": f"{CURVED}@75"}),
        ("compare-answers-blind", "compare", stored, "answers.blind"),
    ]
    found += [("compare-partial", "compare", {"run_ids": [1, ids["stopped"]], "tab": "overview"})]
    found += [
        ("new_run-rows", "new_run", {"data_path": str(folder / "tickets.jsonl")}),
        ("new_run-bad-rows", "new_run", {"data_path": str(folder / "bad.jsonl")}),
        ("new_run-no-file", "new_run", {"data_path": str(folder / "nothing.jsonl")}),
        ("data-rows", "data", {"path": str(folder / "tickets.jsonl")}),
        ("data-bad-rows", "data", {"path": str(folder / "bad.jsonl")}),
        ("data-no-file", "data", {"path": str(folder / "nothing.jsonl")}),
    ]
    return found + [(page, page, {}) for page in PAGES if page not in ("run", "compare", "new_run", "data")]


def empty_shots() -> list[tuple[Any, ...]]:
    """Every screen of a folder with nothing in it."""
    return [(f"empty-{page}", page, {}) for page in PAGES]
