"""Measure what the protections do on the starter model, cell by cell, and write docs/evidence.md from what is there.

A cell is one arm with one seed. Its outcome is kept in docs/evidence/cells/ under the hash of its recipe, so the work can be
stopped and taken up at any time, and a changed recipe is measured anew:

    python packaging/evidence.py --minutes 60     # as many cells as fit, missing ones first by seed, then the report
    python packaging/evidence.py --report         # the report only
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from evidence_report import LORA_RECIPE, STEPS, summary, write_report

from engine import client, presets, settings
from engine.errors import UserError
from engine.models.importing import import_model
from engine.plan.demo import CAPABILITIES, DATASET
from engine.protection import needs_general_rows
from engine.records import Recipe, recipe_from_toml
from engine.states import State
from engine.store import Store, events, jobs, models, runs, scores, strength
from engine.verdict.records import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
CELLS = DOCS / "evidence" / "cells"
#: What the advice cites (`engine.measured`).
MEASURED = ROOT / "resources" / "measured.json"
BASE = "SmolLM2-135M-Instruct"
SEEDS = (0, 1, 2)
#: What every cell has in common. The guard only marks here, so that each arm trains to its end.
COMMON: dict[str, Any] = {
    "base": BASE, "data.path": str(DATASET / "train.jsonl"), "data.heldout_path": str(DATASET / "heldout.jsonl"),
    "data.heldout_rows": 40, "data.max_length": 256, "training.max_steps": STEPS, "training.batch_size": 4,
    "canaries.capabilities": list(CAPABILITIES), "canaries.generate": "shown", "canaries.looks": [1.0],
    "canaries.guard": "warn", "checkpoints.at_looks": False, "protect": "off",
}  # fmt: skip
_FULL = {"method": "full", "training.lr": 1e-4}
_LORA = {"method": "lora", "training.lr": 1e-3}
_KL = {"protect": "custom", "protection.kl.beta": 1.0, "protection.general.rows": 128}
#: The preset Standard written out, so that its cells stay what they are if the preset ever changes.
_STANDARD = {
    **_KL, "protection.kl.beta": 2.0, "protection.general.share": 0.3333, "protection.general.rows": 320,
    "protection.general.near": 0.3333,
}  # fmt: skip
_REPLAY_KL = {**_KL, "protection.replay.weight": 1.0}
GENERAL = DATASET.parent / "general" / "train.jsonl"
_GENERAL = {
    "data.path": str(GENERAL),
    "data.heldout_path": "",
    "data.heldout_fraction": 0.1,
}
#: Each arm: what it is called, and what it sets. The first ones are measured first.
ARMS: dict[str, dict[str, Any]] = {
    "full, off": _FULL,
    "LoRA, standard": {**_LORA, **_STANDARD},
    "full, standard": {**_FULL, **_STANDARD},
    "LoRA, off": _LORA,
    LORA_RECIPE: {**_LORA, **_KL, "protection.general.share": 0.1, "training.max_steps": 180},
    "LoRA, lighter KL": {**_LORA, **_KL, "protection.kl.beta": 0.25, "training.max_steps": 90},
    "full, L2-SP": {**_FULL, "protect": "custom", "protection.l2sp.strength": 4.0},
    "full, replay + KL": {**_FULL, **_REPLAY_KL},
    "full, guard stops": {
        **_FULL, "canaries.guard": "automatic", "checkpoints.at_looks": True, "canaries.looks": [0.05, 0.1, 0.15, 0.25, 0.5, 1.0],
    },
    "full 1e-6, general rows (harmless)": {**_FULL, "training.lr": 1e-6, **_GENERAL},
    "full 1e-5, off": {"method": "full", "training.lr": 1e-5},
    "LoRA 2e-4, off": {"method": "lora", "training.lr": 2e-4},
    "full, SAM": {**_FULL, "protect": "custom", "protection.sam.rho": 2.0},
    "full, token weighting": {**_FULL, "protect": "custom", "protection.token_weighting.max_perplexity": 2.5},
    "QLoRA, standard": {**_LORA, **_STANDARD, "method": "qlora"},
    "full, careful": {**_FULL, "protect": "careful"},
    "LoRA, careful": {**_LORA, "protect": "careful"},
}  # fmt: skip
#: Arms that are there for a direction only; all others have every seed.
ONE_SEED = {
    "LoRA, lighter KL",
    "full 1e-5, off",
    "LoRA 2e-4, off",
    "full, token weighting",
    "QLoRA, standard",
    "full, careful",
    "LoRA, careful",
}
#: After these arms the strength slider is tried as well, with these seeds.
SLIDER_AFTER = {"full, off": SEEDS, "LoRA, off": SEEDS[:1]}


def main() -> int:
    """Measure what is missing within the time, then write the report; the exit code is 0 when nothing is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0.0, help="start no cell after this long; 0 means no limit")
    parser.add_argument("--report", action="store_true", help="measure nothing; write the report from what is there")
    parser.add_argument("--arms", default="", help="only these arms, separated by semicolons")
    parser.add_argument("--data-dir", default=str(ROOT / "build" / "evidence"))
    given = parser.parse_args()
    arms = {name.strip() for name in given.arms.split(";") if name.strip()} or set(ARMS)
    if unknown := arms - set(ARMS):
        parser.error(f"no such arm: {', '.join(sorted(unknown))}")
    store = Store(Path(given.data_dir).resolve())
    try:
        base = _base(store)
        if not given.report:
            _measure_missing(store, base, arms, given.minutes)
        known = list(_cells(base))
    finally:
        store.close()
    missing = [f"{arm}, seed {seed}" for arm, seed, path in known if not path.exists()]
    old = [f"{arm}, seed {seed}" for arm, seed, path in known if path.exists() and _is_old(path)]
    cells = [json.loads(path.read_text("utf-8")) for _, _, path in known if path.exists()]
    write_report(DOCS, cells, missing, old)
    MEASURED.write_text(json.dumps(summary(cells), indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    return 1 if missing or old else 0


def _base(store: Store) -> str:
    """Import the starter once; return its fingerprint."""
    known = {row.name: row for row in models.everything(store)}
    return (known.get(BASE) or import_model(store, "starter", name=BASE)).fingerprint


def _cells(base_fingerprint: str) -> Iterator[tuple[str, int, Path]]:
    """Every cell by seed and arm, and where its outcome is kept."""
    for seed in SEEDS:
        for arm, changes in ARMS.items():
            if arm in ONE_SEED and seed != SEEDS[0]:
                continue
            name = "".join(letter if letter.isalnum() else "-" for letter in arm.lower())
            digest = _recipe(changes, seed, base_fingerprint, portable=True).hash()[:12]
            yield arm, seed, CELLS / f"{name}-{seed}-{digest}.json"


def _recipe(changes: Mapping[str, Any], seed: int, base_fingerprint: str, *, portable: bool = False) -> Recipe:
    """A cell's recipe; `portable` leaves out where the rows lie, so that its hash is the same on every machine."""
    recipe = presets.resolved(settings.apply(Recipe(), {**COMMON, **changes, "training.seed": seed}))
    recipe = msgspec.structs.replace(recipe, base_fingerprint=base_fingerprint)
    return settings.apply(recipe, {"data.path": "", "data.heldout_path": ""}) if portable else recipe


def _measure_missing(store: Store, base: str, arms: set[str], minutes: float) -> None:
    began = time.monotonic()
    for arm, seed, path in _cells(base):
        if arm not in arms or (path.exists() and not _is_old(path)):
            continue
        if minutes and (time.monotonic() - began) / 60 > minutes:
            return
        print(f"{arm}, seed {seed} …", flush=True)
        cell = _measure(store, arm, seed, base, is_again=path.exists())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(cell, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
        print(f"  {cell['word']}, exact {cell['learned']['exact_after']:.2f}, {cell['elapsed_s']:.0f} s", flush=True)


def _measure(store: Store, arm: str, seed: int, base: str, *, is_again: bool) -> dict[str, Any]:
    """Run a cell through host and worker, as any run is, and return what came out.

    A run that is there already is taken, unless the cell is to be measured again.
    """
    recipe = _recipe(ARMS[arm], seed, base)
    run_id = None if is_again else _ended_run(store, recipe)
    if run_id is None:
        run_id, job_id = client.queue_run(store, recipe, {})
        _wait(store, job_id)
    cell = {"arm": arm, "seed": seed, **_outcome(store, run_id)}
    if _reads_general(recipe):
        cell["general_rows"] = _digest(GENERAL)
    if seed in SLIDER_AFTER.get(arm, ()):
        step = runs.get(store, run_id).step
        if not strength.points(store, run_id, step):
            _wait(store, jobs.enqueue(store, "strength", {"ref": f"{run_id}@{step}"}, run_id=run_id))
        cell["slider"] = [
            {**msgspec.to_builtins(point), "is_inside": point.is_inside}
            for point in strength.points(store, run_id, step)
        ]
    return cell


def _reads_general(recipe: Recipe) -> bool:
    """Whether the bundled general rows are trained on or stayed close to."""
    return needs_general_rows(recipe) or Path(recipe.data.path).parts[-2:] == GENERAL.parts[-2:]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _is_old(path: Path) -> bool:
    """Whether a cell was measured with general rows that have changed since."""
    cell = json.loads(path.read_text("utf-8"))
    return _reads_general(recipe_from_toml(cell["recipe"])) and cell.get("general_rows") != _digest(GENERAL)


def _ended_run(store: Store, recipe: Recipe) -> int | None:
    """The newest run of that very recipe in this data folder that came to its end: of a cell that was broken off."""
    ended = (run for run in runs.everything(store) if run.state in (State.FINISHED, State.AUTO_STOPPED))
    return next((run.id for run in ended if run.recipe.hash() == recipe.hash()), None)


def _wait(store: Store, job_id: int) -> None:
    client.ensure_host(store.home)
    job = client.wait_for(store, job_id)
    if job.state not in {State.FINISHED, State.AUTO_STOPPED}:
        raise UserError(f"Job {job_id} ended {job.state.word.lower()}: {job.reason}.")


def _outcome(store: Store, run_id: int) -> dict[str, Any]:
    run = runs.get(store, run_id)
    verdict = msgspec.convert(scores.verdicts(store, run_id)[-1]["payload"], Verdict)
    return {
        "recipe": run.recipe.to_toml().replace(str(ROOT), "."),
        "state": run.state.value,
        "steps": run.step,
        "elapsed_s": run.elapsed_s,
        "peak_bytes": run.peak_bytes,
        "word": verdict.word,
        "capabilities": msgspec.to_builtins(verdict.capabilities),
        "learned": run.results["learned"],
        "sentinels": run.results["sentinels"],
        "kl": _mean_kl(store, run_id),
        "events": [
            {"step": event.step, "kind": event.kind, "sentence": event.sentence}
            for event in events.of_run(store, run_id)
        ],
    }


def _mean_kl(store: Store, run_id: int) -> float | None:
    """Mean divergence from the base over the canaries whose base answers were kept (14 of them), nats per token."""
    after = [row for row in scores.of_run(store, run_id) if row.moment == "after"]
    values = [one.value for row in after for one in scores.scores(store, row.id) if one.score == "kl"]
    return sum(values) / len(values) if values else None


if __name__ == "__main__":
    sys.exit(main())
