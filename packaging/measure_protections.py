"""Measure what each protection costs on the starter, beside what the plan says: `docs/protection-costs.md`.

    python packaging/measure_protections.py HOME [--arm METHOD NAME]

HOME is a data folder of its own; what was measured stays there, so a broken run goes on. Each cost is that of a real run of a
few steps in a process of its own with one thread. Its clock counts the process's own seconds of work. Leave the machine to it
all the same: beside other work the same step takes a fifth more of them, as caches are shared.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.plan import Plan

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "protection-costs.md"
ROWS = ROOT / "resources" / "datasets" / "support-desk"
STEPS, FIRST = 7, 2
SHARED = {
    "data.path": str(ROWS / "train.jsonl"), "data.heldout_path": str(ROWS / "heldout.jsonl"), "data.heldout_rows": 1,
    "batch_size": 4, "max_steps": STEPS, "lr": 1e-4, "protect": "custom", "capabilities": "facts", "verdict_items": 2,
    "guard_items": 1, "looks": "1", "generate": "none", "guard": "off", "at_looks": False, "general_rows": 64,
    "general_answer_tokens": 32,
}  # fmt: skip
BOTH = {
    "replay": {"replay_weight": 1.0}, "KL to the base": {"kl_beta": 1.0}, "KL on prompts": {"prompt_kl_beta": 1.0},
    "SAM at every step": {"sam_rho": 0.05, "sam_every_steps": 1}, "SAM at every 5th step": {"sam_rho": 0.05},
    "token weighting": {"token_weighting_tau": 4.0},
}  # fmt: skip
ARMS = {
    "lora": {
        "plain": {}, **BOTH, "L2-SP": {"l2sp_strength": 0.01}, "activation-weighted": {"activation_strength": 0.01},
        "OSF": {"kind": "osf"}, "CorDA start": {"start": "corda"},
    },
    "full": {"plain": {}, **BOTH, "L2-SP": {"l2sp_strength": 4.0}, "EWC": {"ewc_strength": 1.0}},
}  # fmt: skip


def measure(home: Path, method: str, name: str) -> None:
    """Run one arm in this process and keep its numbers in the data folder."""
    time.perf_counter = time.process_time  # before the engine takes its clock: seconds of work, not of waiting
    from engine import client, plan, settings
    from engine.cli import planning
    from engine.drafts import with_data_fingerprint
    from engine.records import Recipe
    from engine.store import Store, models, runs

    store = Store(home)
    base = models.everything(store)[0]
    recipe = settings.apply(Recipe(base=base.name, base_fingerprint=base.fingerprint, method=method), SHARED)
    recipe = with_data_fingerprint(settings.apply(recipe, ARMS[method][name]))
    made = planning.make_plan(store, recipe)
    run_id, job_id = client.queue_run(store, recipe, {})
    before = time.process_time()
    job = client.run_in_process(store, job_id)
    whole = time.process_time() - before
    steps = runs.steps(store, run_id)
    if len(steps) != STEPS:
        raise SystemExit(f"{method}, {name}: {job.reason}\n{job.details}")
    counted = steps[-1].elapsed_s - steps[FIRST - 1].elapsed_s
    cost = {
        "step_s": counted / (STEPS - FIRST), "once_s": whole - steps[-1].elapsed_s,
        "peak_bytes": runs.get(store, run_id).peak_bytes,
        "planned_share": sum(one.time_share for one in made.protections),
        "planned_bytes": plan_training(made), "said": plan.protection_sentence(made),
    }  # fmt: skip
    (home / f"cost-{method}-{name.replace(' ', '_')}.json").write_text(json.dumps(cost))


def plan_training(made: Plan) -> int:
    """What the plan says of the memory while training."""
    return next(phase.size_bytes for phase in made.memory.phases if phase.name == "training")


def page(home: Path) -> str:
    """The table of what was measured; what is missing is left out and named."""
    lines = [
        "# What protections cost", "",
        "Measured by `packaging/measure_protections.py` on SmolLM2-135M-Instruct, batches of 4 support messages, one thread of a "
        "processor, fp32; steps 3 to 7 of a real run, in seconds of work. *Planned* is what `palimpsest plan` said beforehand. "
        "Memory is the peak of the process while training, against that of the plain run.", "",
    ]  # fmt: skip
    missing = []
    for method, arms in ARMS.items():
        found = {name: read(home, method, name) for name in arms}
        missing += [f"{method}, {name}" for name, cost in found.items() if cost is None]
        plain = found.pop("plain")
        if plain is None:
            continue
        lines += [
            f"## {method}", "", f"The plain step took {plain['step_s']:.1f} s at {mib(plain['peak_bytes'])} MiB.", "",
            "| protection | time a step | planned | more memory | planned |", "|---|---|---|---|---|",
            *(row(name, cost, plain) for name, cost in found.items() if cost), "",
        ]  # fmt: skip
    lines += [f"Not measured yet: {'; '.join(missing)}.", ""] if missing else []
    return "\n".join(lines)


def row(name: str, cost: dict, plain: dict) -> str:
    """One protection: measured beside planned."""
    time_share = cost["step_s"] / plain["step_s"] - 1
    more, planned = (cost[key] - plain[key] for key in ("peak_bytes", "planned_bytes"))
    return f"| {name} | {100 * time_share:+.0f} % | {100 * cost['planned_share']:+.0f} % | {mib(more):+} MiB | {mib(planned):+} MiB |"


def mib(size: float) -> int:
    """Bytes as whole MiB."""
    return round(size / 2**20)


def read(home: Path, method: str, name: str) -> dict | None:
    """What was measured of an arm, or None."""
    path = home / f"cost-{method}-{name.replace(' ', '_')}.json"
    return json.loads(path.read_text()) if path.is_file() else None


def main() -> None:
    """Measure what is missing, one arm after the other, and write the page after each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--arm", nargs=2, metavar=("METHOD", "NAME"))
    given = parser.parse_args()
    if given.arm:
        measure(given.home, *given.arm)
        return
    from engine.models.importing import import_model
    from engine.platform import clean_environment
    from engine.store import Store, history, models

    store = Store(given.home, create=True)
    if not models.everything(store):
        row_ = import_model(store, "starter")
        history.set_pointer(store, f"base:{row_.name}", row_.fingerprint)
    store.close()
    for method, arms in ARMS.items():
        for name in arms:
            if read(given.home, method, name) is None:
                subprocess.run(
                    [sys.executable, __file__, str(given.home), "--arm", method, name], check=True,
                    env=clean_environment(os.environ) | {"OMP_NUM_THREADS": "1"},
                )  # fmt: skip
            PAGE.write_text(page(given.home), "utf-8")


if __name__ == "__main__":
    main()
