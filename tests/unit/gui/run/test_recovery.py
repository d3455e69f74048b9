"""One card a cause, with buttons that mend it (ux §5.9, criterion 14)."""

import msgspec
import pytest

from engine.errors import DeviceLost, DiskFull, MovedModel, NonFinite, OutOfMemory, UserError
from engine.plan import Remedy
from engine.records import CheckpointRow, LogLine, Recipe, Training
from engine.states import State
from engine.store import jobs, runs
from gui.run import recovery

GOOD = CheckpointRow(
    id=1, run_id=1, step=100, folder="step-100", manifest_sha256="", size_bytes=1, created_at=0, rev=0
)  # fmt: skip


@pytest.fixture
def failed(store):
    """`failed(error)` is a run whose job ended with that error, and the job."""

    def make(error, **changes):
        run_id = runs.create(store, Recipe(name="lora-03", base="starter", training=Training(lr=2e-4)), plan=changes)
        job_id = jobs.enqueue(store, "train", run_id=run_id)
        jobs.claim_next(store, "heavy", job_id)
        jobs.end(
            store, job_id, State.FAILED, reason=error.sentence(), error_kind=error.kind, details="Traceback …",
            result=error.facts() or None,
        )  # fmt: skip
        return runs.get(store, run_id), jobs.get(store, job_id)

    return make


def card(pair, rows=(GOOD,), log=(), remedies=()):
    return recovery.card_of(*pair, rows, log, remedies)


def test_out_of_memory_offers_fixes_that_edit_the_recipe_and_say_what_they_save(failed):
    fixes = [
        {"title": "QLoRA (4-bit base)", "changes": {"method": "qlora"}, "saving_bytes": 14_000_000_000,
         "peak_bytes": 13_000_000_000, "fits": True},
        {"title": "Micro-batch 8 → 4", "changes": {"training.micro_batch": 4}, "saving_bytes": 3_000_000_000,
         "peak_bytes": 24_000_000_000, "fits": False},
    ]  # fmt: skip
    plan = {"memory": {"peak_bytes": 27_400_000_000, "free_bytes": 23_100_000_000}, "remedies": fixes}
    found = card(failed(OutOfMemory("Not enough GPU memory."), **plan))
    assert found.happened == "Not enough memory: needs about 27.4 GB, 23.1 GB were free."
    assert [one.text for one in found.buttons] == ["QLoRA (4-bit base)  −14.0 GB", "Micro-batch 8 → 4  −3.0 GB"]
    assert found.buttons[0].recipe.method == "qlora"
    assert found.buttons[1].recipe.training.micro_batch == 4


def test_at_most_three_fixes_are_offered(failed):
    fix = Remedy(title="a", changes={}, saving_bytes=1, peak_bytes=1, fits=False)
    assert len(card(failed(OutOfMemory("no")), remedies=[fix] * 5).buttons) == 3


def test_a_loss_that_is_no_number_names_the_steps_and_goes_on_at_half_the_rate(failed):
    error = NonFinite("Training became unstable.", step=118, last_good_step=100)
    run, job = failed(error)
    found = card((msgspec.structs.replace(run, steps_total=400), job))
    assert found.happened == "Training became unstable at step 118. Nothing after step 100 is usable."
    on, again, log = found.buttons
    assert (on.key, on.text) == ("start", "Resume from step 100 at half the learning rate")
    asked = (on.recipe.start_from, on.recipe.training.lr, on.recipe.training.max_steps)
    assert asked == ("1@100", 1e-4, 300)
    assert (again.key, again.recipe.training.lr, again.recipe.start_from) == ("edit", 1e-4, "")
    assert log.key == "log"


@pytest.mark.parametrize("row", [msgspec.structs.replace(GOOD, state="bad"), msgspec.structs.replace(GOOD, step=60)])
def test_without_the_last_good_checkpoint_it_can_only_be_started_again(failed, row):
    run, job = failed(NonFinite("Training became unstable.", step=118, last_good_step=100))
    found = card((msgspec.structs.replace(run, steps_total=400), job), rows=[row])
    assert [one.key for one in found.buttons] == ["edit", "log"]


def test_a_run_that_waits_for_room_is_resumed_at_once_or_space_is_freed(failed):
    run, job = failed(DiskFull("x"))
    said = LogLine(
        id=4, job_id=1, run_id=1, level="warning", message="Paused: no room. A checkpoint takes 2 MB.", at=0, rev=0
    )
    found = card((msgspec.structs.replace(run, state=State.PAUSED), job), log=[said])
    assert (found.cause, found.happened, found.level) == ("waiting_for_room", said.message, "warning")
    assert [(one.key, one.text) for one in found.buttons] == [("storage", "Free space…"), ("resume", "Resume")]


@pytest.mark.parametrize(
    ("error", "cause", "keys"),
    [
        (DiskFull("The disk is full."), "disk", ["storage", "resume"]),
        (DeviceLost("The GPU reported an error."), "device", ["resume", "log"]),
        (MovedModel("The folder of starter is no longer at /a.", field="base"), "moved_model", ["locate", "resume"]),
        (UserError("Line 318: missing `output`.", field="data.path"), "rows", ["data", "edit"]),
        (UserError("Choose another suite.", field="canaries.suite"), "other", ["log"]),
    ],
)
def test_each_cause_has_its_card(failed, error, cause, keys):
    found = card(failed(error))
    assert (found.cause, [one.key for one in found.buttons]) == (cause, keys)
    assert "Traceback …" in found.details
    assert 'name = "lora-03"' in found.details


def test_an_interrupted_run_names_its_last_good_checkpoint(failed):
    run, job = failed(UserError("x"))
    run = msgspec.structs.replace(run, state=State.INTERRUPTED, step=112)
    job = msgspec.structs.replace(job, state=State.INTERRUPTED, reason="The worker ended with signal 9.", result=None)
    found = recovery.card_of(run, job, [GOOD], [])
    assert found.happened == "lora-03 stopped unexpectedly at step 112. Last good checkpoint: 100."
    assert found.buttons[0].text == "Resume from step 100"


def test_a_damaged_checkpoint_is_never_offered(failed):
    run, job = failed(UserError("x"))
    run = msgspec.structs.replace(run, state=State.INTERRUPTED, step=112)
    bad = msgspec.structs.replace(GOOD, step=110, state="bad")
    assert recovery.card_of(run, job, [GOOD, bad], []).buttons[0].text == "Resume from step 100"


def test_a_run_that_ended_well_has_no_card(failed):
    run, job = failed(UserError("x"))
    assert recovery.card_of(msgspec.structs.replace(run, state=State.FINISHED), job, [], []) is None
