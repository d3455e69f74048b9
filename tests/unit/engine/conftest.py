"""A small project made by hand: a base model of plain bytes, runs and checkpoints, all without torch."""

import json

import pytest

from engine import durable
from engine.models import fingerprint
from engine.records import Adapter, DataSpec, Recipe
from engine.states import State
from engine.store import checkpoints, history, jobs, models, runs


class Project:
    """What tests need of a project; every file and row is real, only the weights mean nothing."""

    def __init__(self, store, outside):
        self.store, self.home, self.outside = store, store.home, outside

    def add_base(self, name="tiny", content=b"weights"):
        """Write a model folder outside the data folder, enter it, and make it current if it is the first."""
        folder = self.outside / name
        folder.mkdir(parents=True)
        header = json.dumps({"w": {"dtype": "U8", "shape": [len(content)], "data_offsets": [0, len(content)]}}).encode()
        (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + content)
        (folder / "config.json").write_text('{"model_type": "llama"}')
        (folder / "tokenizer.json").write_text("{}")
        digest, files = fingerprint.fingerprint(self.store, folder)
        row = models.add(
            self.store,
            name=name,
            source=str(folder),
            path=str(folder),
            fingerprint=digest,
            files=files,
            architecture="LlamaForCausalLM",
            parameters=7,
            template="own",
        )
        if history.pointer(self.store) is None:
            history.set_pointer(self.store, f"base:{name}", digest)
        return row

    def add_run(self, base="tiny", name="", state=State.FINISHED, **changes):
        """Enter a run (and its train job) that is already in `state`; return its id."""
        digest = models.get(self.store, base).fingerprint
        recipe = Recipe(
            name=name,
            base=base,
            base_fingerprint=digest,
            data=DataSpec(path="rows.jsonl"),
            adapter=Adapter(),
            **changes,
        )
        run_id = runs.create(self.store, recipe)
        runs.folder(self.store, run_id).mkdir(parents=True)
        (runs.folder(self.store, run_id) / "recipe.toml").write_text(runs.get(self.store, run_id).recipe.to_toml())
        jobs.enqueue(self.store, "train", {}, run_id=run_id)
        with self.store.write() as connection:
            connection.execute("UPDATE jobs SET state = ? WHERE run_id = ?", (state, run_id))
            connection.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run_id))
        return run_id

    def add_checkpoint(self, run_id, step, content=b"adapter"):
        """Write a checkpoint with its manifest and enter it; return its reference."""
        folder = runs.folder(self.store, run_id) / "checkpoints" / f"{step:06d}"
        with durable.new_folder(folder, {"step": step, "run_id": run_id}) as temporary:
            (temporary / "adapter.safetensors").write_bytes(content)
            (temporary / "optimiser.safetensors").write_bytes(b"moments")
        checkpoints.add(
            self.store,
            run_id=run_id,
            step=step,
            folder=folder.name,
            manifest_sha256=durable.manifest_sha256(folder),
            size_bytes=sum(path.stat().st_size for path in folder.iterdir()),
        )
        return f"{run_id}@{step}"

    def append_row(self, run_id, table, row):
        """Append one line to the run's own copy of its rows, as the worker does."""
        durable.append_line(runs.folder(self.store, run_id) / "rows.jsonl", json.dumps({"table": table, "row": row}))


@pytest.fixture
def project(store, tmp_path):
    """A project with an open store and nothing in it."""
    return Project(store, tmp_path / "elsewhere")


@pytest.fixture
def trained(project):
    """A project with one base ("tiny") and one finished run (1) with a checkpoint at step 40."""
    project.add_base()
    project.add_checkpoint(project.add_run(), 40)
    return project
