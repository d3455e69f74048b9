"""Example rows of several runs to compare: other methods, other losses, other gains; for tests and pictures only."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "engine" / "export"))

import filled_store as filled

from engine.records import Training
from engine.store import checkpoints, history, runs

#: name: (method, share of the example's losses, exact answers after, learning rate, seconds, bytes)
RUNS = {
    "full-02": ("full", 1.0, 0.96, 1e-4, 2280, 22e9),
    "lora-03": ("lora", 0.1, 0.88, 2e-4, 1260, 11e9),
    "qlora-01": ("qlora", 0.3, 0.82, 2e-4, 1500, 5e9),
    "lora-04": ("lora", 0.02, 0.60, 1e-4, 1270, 11e9),
    "prompt-01": ("prompt", 0.0, 0.31, 1e-4, 40, 3e9),
}


def add(store, name, method, share, exact, lr, seconds, size, suite_hash="9" * 64):
    """One finished run with its measurements, checkpoint and verdict; its id."""
    run_id = filled.new_run(
        store, name=name, method=method, training=Training(lr=lr, epochs=1.0, batch_size=8), protect="custom"
    )
    before = filled.measure(store, run_id, "before", 0, 0.0)
    after = filled.measure(store, run_id, "after", 75, share)
    checkpoints.add(store, run_id=run_id, step=75, folder="step-75", manifest_sha256="1" * 64, size_bytes=9)
    filled.finish(store, run_id, before, after)
    results = dict(runs.get(store, run_id).results)
    results["learned"] = {**results["learned"], "exact_after": exact, "keys_after": exact}
    runs.update(store, run_id, results=results, peak_bytes=int(size), elapsed_s=float(seconds), step=75)
    if suite_hash != "9" * 64:
        with store.write() as connection:
            connection.execute("UPDATE measurements SET suite_hash = ? WHERE run_id = ?", (suite_hash, run_id))
    return run_id


def fill(store, count=5):
    """The base and `count` runs; the second is the current model. Returns the ids in order."""
    filled.add_base(store)
    ids = [add(store, name, *rest) for name, rest in list(RUNS.items())[:count]]
    if len(ids) > 1:
        history.set_pointer(store, f"{ids[1]}@75", "1" * 64)
    return ids
