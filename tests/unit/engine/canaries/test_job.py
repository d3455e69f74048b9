"""The score job on a model of the project: a base, and a checkpoint beside its base."""

import pytest
import torch

from engine import durable
from engine.canaries.items import Canary, Capability, Suite
from engine.canaries.job import run
from engine.canaries.suite import save_suite
from engine.errors import UserError
from engine.models.importing import import_model
from engine.records import Adapter, Recipe
from engine.store import checkpoints, jobs, runs
from engine.store import scores as score_rows
from engine.training import methods
from engine.work import Cancelled, Work

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")  # peft asks transformers


@pytest.fixture
def suite(tmp_path):
    items = tuple(
        Canary(
            id=f"facts-{i}", cluster=f"facts-{i}", capability="facts", kind="reference", source="hand",
            prompt=f"Which number comes right after {word}?", references=("I think it is eight.",),
            split="guard" if i % 2 else "verdict",
        )
        for i, word in enumerate(["one", "two", "three", "four", "five", "six"])
    )  # fmt: skip
    folder = tmp_path / "little"
    capability = Capability(name="facts", title="Facts", primary="ref_nll")
    save_suite(Suite(name="little", version="1", capabilities=(capability,), items=items), folder)
    return folder


@pytest.fixture
def base(store, tmp_path, model, tokenizer):
    folder = tmp_path / "tiny"
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return import_model(store, str(folder), name="tiny")


@pytest.fixture
def score(store, suite):
    """score(model_ref, **payload): the outcome of a score job."""

    def do(model_ref, *, request=None, **payload):
        jobs.enqueue(store, "score", {"model_ref": model_ref, "suite": str(suite), **payload})
        job = jobs.claim_next(store, "heavy")
        if request:
            jobs.request(store, job.id, request)
        return run(Work(store, job)).result

    return do


def checkpoint(store, model, method):
    """A run with one checkpoint at step 5 whose weights differ from the base's."""
    recipe = Recipe(base="tiny", method=method, adapter=Adapter(rank=2, alpha=4.0))
    run_id = runs.create(store, recipe)
    tuned = methods.make_trainable(model, recipe)
    torch.manual_seed(3)
    with torch.no_grad():
        for _, parameter in methods.trainable_parameters(tuned):
            parameter += 0.05 * torch.randn_like(parameter)
    folder = runs.folder(store, run_id) / "checkpoints" / "step-5"
    with durable.new_folder(folder, {"step": 5}) as unfinished:
        methods.save_weights(tuned, recipe, unfinished)
    manifest = durable.manifest_sha256(folder)
    checkpoints.add(store, run_id=run_id, step=5, folder="step-5", manifest_sha256=manifest, size_bytes=1)
    return f"{run_id}@5"


def test_a_base_is_scored_once_and_then_taken_from_the_cache(store, base, score):
    first = score("base:tiny")
    assert first["measurement_id"] == first["base_measurement_id"]
    found = first["capabilities"]["facts"]
    assert found["score"] == "ref_nll"
    assert [found["guard"][1], found["verdict"][1]] == [3, 3]
    row = score_rows.get(store, first["measurement_id"])
    assert (row.model_ref, row.fingerprint) == ("base:tiny", base.fingerprint)
    assert score("base:tiny") == first


@pytest.mark.parametrize("method", ["full", "lora"])
def test_a_checkpoint_is_scored_beside_its_base(store, base, score, model, method):
    ref = checkpoint(store, model, method)
    found = score(ref, capabilities=["facts"])
    row = score_rows.get(store, found["measurement_id"])
    assert (row.moment, row.model_ref, row.step) == ("score", ref, 5)
    assert found["base_measurement_id"] != found["measurement_id"]
    kl = [s.value for s in score_rows.scores(store, row.id) if s.score == "kl"]
    assert len(kl) == 6
    assert min(kl) > 1e-4


def test_an_unknown_model_and_capability_are_told(base, score):
    with pytest.raises(UserError, match="no base model called 'other'"):
        score("base:other")
    with pytest.raises(UserError, match="no capability 'flying'"):
        score("base:tiny", capabilities=["flying"])
    with pytest.raises(UserError, match="generate is 'some'"):
        score("base:tiny", generate="some")


def test_a_cancelled_score_job_leaves_no_finished_measurement(store, base, score):
    with pytest.raises(Cancelled):
        score("base:tiny", request="cancel")
    assert store.rows("SELECT id FROM measurements WHERE complete = 1") == []
