"""F2: kill -9 of the worker at random moments of real runs; each run is resumed until it ends, and equals one never killed.

One test a kill, so that a broken-off `make test-long` goes on with the next one; the moments come from the seed it names.
"""

import os
import random
import signal
import threading

import msgspec
import processes
import pytest
from training_runs import finish, losses, make_project, queue

from engine import client, durable, liveness, platform
from engine.models import fingerprint
from engine.models.load import base_folder
from engine.records import Adapter
from engine.states import State
from engine.store import checkpoints, jobs, models, runs, scores

pytestmark = [
    pytest.mark.skipif(platform.IS_WINDOWS, reason="uses POSIX signals"),
    pytest.mark.long,
]
KILLS = 30
SEED = int(os.environ.get("PALIMPSEST_TEST_SEED", "0"))
METHODS = ("full", "lora", "qlora")
#: From the start of the worker: importing takes a second or two, such a run some seconds more.
LATEST_S = 8.0


@pytest.fixture
def project(store, tiny_base, tmp_path):
    """A recipe on the tiny base; what is left of its host and workers ends with the test."""
    yield make_project(store, tiny_base, tmp_path)
    processes.end(store.home)


def require_sound(store, run_id):
    """Every listed checkpoint is whole, and the base is what it was."""
    for row in checkpoints.of_run(store, run_id):
        if row.state == "complete":
            assert durable.damage(runs.folder(store, run_id) / "checkpoints" / row.folder, row.manifest_sha256) is None
    base = models.get(store, "tiny")
    assert fingerprint.fingerprint(store, base_folder(base), fresh=True)[0] == base.fingerprint


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_at_a_random_moment_it_ends_as_if_it_never_was(store, project, until, number):
    draw = random.Random(f"{SEED} {number}")
    adapter = Adapter(rank=4, alpha=8, dropout=0.1)
    recipe = msgspec.structs.replace(project, method=METHODS[number % len(METHODS)], adapter=adapter)
    whole, job_id = queue(store, recipe)
    assert finish(store, job_id).state is State.FINISHED
    broken, job_id = queue(store, recipe)
    client.ensure_host(store.home)
    until(lambda: liveness.lane_is_held(store.home, "heavy"), 60)
    threading.Event().wait(draw.uniform(0, LATEST_S))
    worker = platform.lock_holder(liveness.lock_path(store.home, "heavy"))
    if worker is not None:
        worker.send_signal(signal.SIGKILL)
    job = until(lambda: (one := jobs.get(store, job_id)).state.is_ended and one, 60)
    require_sound(store, broken)
    if job.state is not State.FINISHED:
        assert job.state is State.INTERRUPTED, (job.reason, job.details)
        jobs.requeue(store, job_id, {**job.payload, "resume": True})
        assert finish(store, job_id).state is State.FINISHED
    require_sound(store, broken)
    assert losses(store, broken) == losses(store, whole)
    assert verdict(store, broken) == verdict(store, whole)
    assert not list((runs.folder(store, broken) / "checkpoints").glob(f"{durable.PARTIAL}*"))


def verdict(store, run_id):
    """What was decided of each capability."""
    payload = scores.verdicts(store, run_id)[-1]["payload"]
    return [(one["name"], one["word"], one["mean_change"]) for one in payload["capabilities"]]
