"""What the tests of whole runs share: a project with the tiny base, its rows and its suite; queueing and waiting."""

from pathlib import Path

import msgspec
import tiny_model

from engine import client
from engine.models.importing import import_model
from engine.records import Adapter, CanaryPlan, CheckpointPlan, DataSpec, Recipe, Training
from engine.states import State
from engine.store import history, jobs, runs

STEPS = 12


def make_project(store, tiny_base: Path, folder: Path) -> Recipe:
    """Import the tiny base, write rows and a suite, and return a recipe that trains on them."""
    import_model(store, str(tiny_base), name="tiny")
    row = store.rows("SELECT fingerprint FROM models")[0]
    history.set_pointer(store, "base:tiny", row["fingerprint"])
    data = tiny_model.write_rows(folder / "rows.jsonl", tiny_model.narrow_rows(60))
    suite = tiny_model.write_rows(folder / "skills.jsonl", tiny_model.suite_items())
    return Recipe(
        base="tiny",
        method="full",
        protect="off",
        data=DataSpec(path=str(data), max_length=128, heldout_fraction=0.2, heldout_rows=8),
        training=Training(lr=2e-3, batch_size=8, max_steps=STEPS),
        canaries=CanaryPlan(suite=str(suite), looks=(0.0, 0.25, 0.5, 1.0), generate="shown", guard="off"),
        checkpoints=CheckpointPlan(keep=2),
    )


def queue(store, recipe: Recipe) -> tuple[int, int]:
    """Queue a run and return (run id, job id)."""
    run_id = runs.create(store, recipe)
    return run_id, jobs.enqueue(store, "train", run_id=run_id)


def finish(store, job_id: int):
    """Let a host do the job and return the job as it ended."""
    client.ensure_host(store.home)
    return client.wait_for(store, job_id, timeout_s=180)


def losses(store, run_id: int) -> list[tuple[int, float, float]]:
    return [(step.step, step.loss, step.grad_norm) for step in runs.steps(store, run_id)]


def train_adapter(store, tiny_base: Path, folder: Path, steps: int = 40) -> str:
    """Train an adapter on the tiny base in this process, with next to no canaries; return its reference."""
    recipe = make_project(store, tiny_base, folder)
    recipe = msgspec.structs.replace(
        recipe, method="lora", adapter=Adapter(rank=4),
        training=msgspec.structs.replace(recipe.training, lr=1e-2, max_steps=steps),
        canaries=msgspec.structs.replace(recipe.canaries, looks=(1.0,), generate="none", verdict_items=2, guard_items=1),
    )  # fmt: skip
    run_id, job_id = queue(store, recipe)
    done = client.run_in_process(store, job_id)
    assert done.state is State.FINISHED, done.details
    return f"{run_id}@{steps}"
