"""Checkpoints: a resumed run equals an uninterrupted one, damage is always seen, a crash never costs the one before."""

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import warnings
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from engine import durable
from engine.errors import DiskFull, EnvironmentFailure, UserError
from engine.training import checkpoints, loop
from engine.training.methods import ADAPTER_WEIGHTS, FULL_WEIGHTS, trainable_parameters

STEPS, BREAK = 7, 3
CASES = {
    "full": ("full", {}),
    "lora with dropout": ("lora", {"adapter": {"dropout": 0.1}}),
    "dora": ("lora", {"adapter": {"dora": True, "dropout": 0.1}}),
    "qlora": ("qlora", {"adapter": {"dropout": 0.1}}),
    "full in parts, recomputed": ("full", {"micro_batch": 2, "gradient_checkpointing": True}),
}


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def learned(model):
    return {name: parameter.detach().clone() for name, parameter in trainable_parameters(model)}


def run_through(bench, recipe, **more):
    """An uninterrupted run: its losses and what it learned."""
    task, recorder = bench.task(recipe, steps=STEPS, **more), bench.Recorder()
    seed_everything(11)
    loop.train(task, recorder)
    return recorder.losses, learned(task.model)


def save(bench, parent, task, recipe, step, **changed):
    return checkpoints.save(
        parent, task.model, task.optimiser, recipe, bench.device, bench.state(step, steps_total=STEPS, **changed)
    )


def run_to_break(bench, recipe, parent, **more):
    """A run that saves at its third step and ends there: its losses and the checkpoint."""
    task, saved = bench.task(recipe, steps=STEPS, looks={BREAK}, **more), []
    recorder = bench.Recorder(
        at_look=lambda step: saved.append(save(bench, parent, task, recipe, step)), stop_at_look=BREAK
    )
    seed_everything(11)
    loop.train(task, recorder)
    return recorder.losses, saved[0]


def go_on(bench, recipe, folder, **more):
    """What a new process does: everything made anew, random states elsewhere, then restored."""
    task, recorder = bench.task(recipe, steps=STEPS, **more), bench.Recorder()
    seed_everything(999)
    state = checkpoints.restore(folder, task.model, task.optimiser, recipe, bench.device)
    task.start_step = state.step
    loop.train(task, recorder)
    return recorder.losses, learned(task.model)


def assert_equal(found, wanted):
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


# ---- exact resume ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_resumed_run_equals_an_uninterrupted_one_bit_for_bit(bench, tmp_path, case):
    method, settings = case
    recipe = bench.recipe(method, **settings)
    whole, end = run_through(bench, recipe)
    first, saved = run_to_break(bench, recipe, tmp_path)
    second, resumed_end = go_on(bench, recipe, saved.folder)
    assert first + second == whole
    assert_equal(resumed_end, end)


def test_the_random_states_matter(bench, tmp_path):
    """The test above could not fail if dropout drew nothing: without the random states the losses must differ."""
    recipe = bench.recipe(adapter={"dropout": 0.1})
    whole, _ = run_through(bench, recipe)
    _, saved = run_to_break(bench, recipe, tmp_path)
    task, recorder = bench.task(recipe, steps=STEPS, start_step=BREAK), bench.Recorder()
    checkpoints.restore(saved.folder, task.model, task.optimiser, recipe, bench.device)
    torch.manual_seed(5)
    loop.train(task, recorder)
    assert recorder.losses[0] != whole[BREAK]


@pytest.mark.parametrize("method", ["full", "lora"])
def test_eight_bit_moments_come_back_exactly(bench, tmp_path, method):
    """bitsandbytes hides its moments in an inner dictionary; the 8-bit kind starts at 4096 numbers a matrix."""
    from bitsandbytes.optim.adamw import AdamW8bit

    recipe = bench.recipe(method, adapter={"dropout": 0.1})

    def eight_bit():
        model = bench.model(recipe)
        parameters = [parameter for _, parameter in trainable_parameters(model)]
        return {"model": model, "optimiser": AdamW8bit(parameters, lr=1e-3, min_8bit_size=128)}

    whole, end = run_through(bench, recipe, **eight_bit())
    first, saved = run_to_break(bench, recipe, tmp_path, **eight_bit())
    kinds = {tensor.dtype for tensor in checkpoints.load_file(saved.folder / checkpoints.OPTIMISER).values()}
    assert torch.uint8 in kinds
    second, resumed_end = go_on(bench, recipe, saved.folder, **eight_bit())
    assert first + second == whole
    assert_equal(resumed_end, end)


def test_every_random_state_returns(bench, tmp_path):
    recipe = bench.recipe()
    task = bench.task(recipe, steps=1)
    loop.train(task, bench.Recorder())
    seed_everything(4)
    random.gauss(0, 1)  # leaves a second number waiting, which belongs to the state
    np.random.standard_normal()
    saved = save(bench, tmp_path, task, recipe, 1)

    def draw():
        return (
            [random.gauss(0, 1), random.random()], np.random.standard_normal(3).tolist(), torch.rand(3).tolist(),
        )  # fmt: skip

    wanted = draw()
    seed_everything(77)
    checkpoints.restore_random(saved.folder, checkpoints.read_state(saved.folder), bench.device)
    assert draw() == wanted


def test_a_checkpoint_says_where_training_stood(bench, tmp_path):
    recipe = bench.recipe()
    task = bench.task(recipe, steps=2)
    loop.train(task, bench.Recorder())
    saved = save(bench, tmp_path, task, recipe, 2, guard={"best_step": 1})
    state = checkpoints.read_state(saved.folder)
    assert (state.step, state.steps_total, state.tokens_seen, state.guard) == (2, STEPS, 20, {"best_step": 1})
    assert checkpoints.step_of(saved.folder) == 2
    assert saved == checkpoints.describe(saved.folder)
    assert saved.size_bytes == sum(path.stat().st_size for path in saved.folder.iterdir())
    assert (saved.folder / "recipe.toml").read_text("utf-8") == recipe.to_toml()


def test_a_saved_checkpoint_names_no_place_on_this_machine(bench, tmp_path):
    recipe = bench.recipe()
    saved = save(bench, tmp_path, bench.task(recipe), recipe, 1)
    for path in saved.folder.iterdir():
        assert str(bench.folder).encode() not in path.read_bytes(), path.name


# ---- damage ----------------------------------------------------------------------------------------------------------


def truncate(path):
    with path.open("rb+") as stream:
        stream.truncate(path.stat().st_size // 2)


def flip(path):
    """Change one bit in the middle; size and times stay."""
    stat = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def empty(path):
    path.write_bytes(b"")


DAMAGES = [truncate, flip, Path.unlink, empty]
FILES = {
    "full": [FULL_WEIGHTS, checkpoints.OPTIMISER, checkpoints.RANDOM, checkpoints.STATE, durable.MANIFEST],
    "lora": [ADAPTER_WEIGHTS, "adapter_config.json", "recipe.toml", checkpoints.OPTIMISER, durable.MANIFEST],
}


@pytest.fixture(scope="module")
def sound(bench, tmp_path_factory):
    """One sound checkpoint of each method, to be copied and spoiled."""
    found = {}
    for method in FILES:
        recipe = bench.recipe(method)
        task = bench.task(recipe, steps=1)
        loop.train(task, bench.Recorder())
        found[method] = save(bench, tmp_path_factory.mktemp(method), task, recipe, 1)
    return found


@pytest.mark.parametrize("damage", DAMAGES, ids=["truncated", "one bit flipped", "deleted", "emptied"])
@pytest.mark.parametrize(("method", "name"), [(method, name) for method, names in FILES.items() for name in names])
def test_any_damage_to_any_file_is_seen(sound, tmp_path, method, name, damage):
    folder = shutil.copytree(sound[method].folder, tmp_path / "step-1")
    checkpoints.require_sound(folder, sound[method].manifest_sha256)
    damage(folder / name)
    with pytest.raises(UserError, match="step-1 is damaged") as caught:
        checkpoints.require_sound(folder, sound[method].manifest_sha256)
    assert ("manifest" if name == durable.MANIFEST else name) in caught.value.message


def test_a_manifest_cannot_point_outside_its_folder(sound, tmp_path):
    folder = shutil.copytree(sound["lora"].folder, tmp_path / "step-1")
    manifest = json.loads((folder / durable.MANIFEST).read_text("utf-8"))
    for name in ("../outside", "/etc/hostname", "C:/x", "a\\b", ""):
        manifest["files"][0]["name"] = name
        (folder / durable.MANIFEST).write_text(json.dumps(manifest), "utf-8")
        assert "is missing" in durable.damage(folder), name


def test_the_newest_sound_checkpoint_is_used_and_the_damaged_one_set_aside(bench, project, caplog):
    from engine.device import CpuDevice
    from engine.store import checkpoints as rows
    from engine.store import jobs, runs
    from engine.training.job import TrainingJob
    from engine.work import Work

    project.add_base()
    run_id = project.add_run()
    for step in (10, 20, 30):
        project.add_checkpoint(run_id, step)
    parent = runs.folder(project.store, run_id) / "checkpoints"
    flip(parent / "000030" / "adapter.safetensors")
    shutil.rmtree(parent / "000020")
    job = TrainingJob(
        Work(project.store, jobs.latest_for_run(project.store, run_id)),
        runs.get(project.store, run_id).recipe,
        CpuDevice(),
    )
    assert job._newest_checkpoint() == parent / "000010"
    assert {row.step: row.state for row in rows.of_run(project.store, run_id)} == {10: "complete", 20: "bad", 30: "bad"}
    assert sorted(path.name.partition("-")[0] for path in parent.iterdir()) == [".bad", "000010"]
    said = [line.message for line in runs.log_since(project.store, 0, run_id=run_id)]
    assert sum("damaged" in line for line in said) == 2


# ---- what must be the same -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"recipe_hash": "other"}, {"base_fingerprint": "other"}, {"data_fingerprint": "other"},
        {"tokenizer_hash": "other"}, {"precision": "bf16"}, {"quantisation": "nf4-double"},
        {"attention_kernel": "eager"}, {"device": "another"}, {"threads": 8}, {"versions": {"torch": "3"}},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_a_changed_identity_is_refused_with_both_values(bench, changed):
    field, value = next(iter(changed.items()))
    if field == "versions":
        field, value = "torch", "3"
    with pytest.raises(UserError) as caught:
        checkpoints.require_same(bench.identity(), bench.identity(**changed))
    before = {"torch": "2", "threads": "1"}.get(field, getattr(bench.identity(), field, ""))
    assert f"{field} was {before}, now {value}" in caught.value.message
    assert "new run" in caught.value.remedy


def test_all_differences_are_listed_at_once(bench):
    with pytest.raises(UserError) as caught:
        checkpoints.require_same(bench.identity(), bench.identity(threads=8, precision="bf16", versions={"torch": "3"}))
    assert all(word in caught.value.message for word in ("threads", "precision", "torch"))


def test_another_recipe_is_refused_by_the_settings_that_differ(bench, tmp_path):
    recipe = bench.recipe()
    saved = save(bench, tmp_path, bench.task(recipe), recipe, 1)
    other = bench.recipe(lr=7e-3, batch_size=2)
    changes = checkpoints.recipe_changes(saved.folder, other)
    assert changes == ["training.batch_size was 4, now 2", "training.lr was 0.001, now 0.007"]
    assert checkpoints.recipe_changes(saved.folder, recipe) == []
    with pytest.raises(UserError) as caught:
        checkpoints.require_same(bench.identity(), bench.identity(recipe_hash="other"), recipe_changes=changes)
    assert "training.lr was 0.001, now 0.007" in caught.value.message
    assert "recipe_hash" not in caught.value.message


def test_the_same_identity_passes(bench, tmp_path):
    recipe = bench.recipe()
    saved = save(bench, tmp_path, bench.task(recipe), recipe, 1)
    checkpoints.require_same(checkpoints.read_state(saved.folder).identity, bench.identity())


@pytest.mark.parametrize(
    "changed", [{"seed": 1}, {"batch_size": 8}, {"lr": 2e-3}, {"schedule": "cosine"}, {"max_grad_norm": 0.5}]
)
def test_any_deciding_setting_changes_the_recipes_hash(bench, changed):
    assert bench.recipe().hash() != bench.recipe(**changed).hash()
    assert msgspec.structs.replace(bench.recipe(), name="x", notes="y").hash() == bench.recipe().hash()


# ---- interruptions at every durable call -----------------------------------------------------------------------------


class Interrupted:
    """Counts durable calls and acts at the Nth; `names` says what they were."""

    def __init__(self, at, action):
        self.at, self.action, self.names = at, action, []

    def __call__(self, name, path):
        self.names.append((name, path.name.partition("-")[0] if name == "mkdir" else path.name))
        if len(self.names) == self.at:
            self.action(path)


def no_space(path):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def broken_disk(path):
    raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))


def die(path):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def moment(bench):
    """A LoRA run at its third step with dropout, its end if nothing happens, and how to save it."""
    recipe = bench.recipe(adapter={"dropout": 0.1})
    whole, end = run_through(bench, recipe)
    return recipe, whole, end


def trained_to(bench, recipe, step):
    """A task trained up to a step, and a function that saves it as of that moment, dropout's random state included."""
    task = bench.task(recipe, steps=STEPS, looks={step})
    seed_everything(11)
    loop.train(task, bench.Recorder(stop_at_look=step))
    drawn = torch.get_rng_state()

    def save_there(parent, step=step, **changed):
        torch.set_rng_state(drawn)
        return save(bench, parent, task, recipe, step, **changed)

    return save_there


def sound_steps(parent, known):
    """The checkpoints whose manifest verifies; those already listed must be exactly as they were listed."""
    assert all(durable.damage(folder, sha) is None for folder, sha in known.items())
    return sorted(
        checkpoints.step_of(path) for path in parent.glob(f"{checkpoints.PREFIX}*") if durable.damage(path) is None
    )


def in_a_process_of_its_own(action):
    """Fork, act, and return the exit status: the cheapest process that can really be killed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            action()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - a forked test must never return into pytest
            os._exit(99)
    return os.waitpid(child, 0)[1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("is_rewrite", [False, True], ids=["a new step", "the same step again"])
def test_kill_at_every_durable_call(bench, moment, tmp_path, is_rewrite):
    """F1: whatever moment the process dies, the listed checkpoint is sound and resuming from the newest is exact."""
    recipe, whole, end = moment
    save_earlier = trained_to(bench, recipe, 2)
    save_later = save_earlier if is_rewrite else trained_to(bench, recipe, 3)
    parent = tmp_path / "checkpoints"
    previous = save_earlier(parent)
    original = shutil.copytree(previous.folder, tmp_path / "kept")
    calls, resumed = 0, set()
    while True:
        calls += 1

        def save_and_die(at=calls):
            durable.before_call = Interrupted(at, die)
            save_later(parent, elapsed_s=123.0)

        status = in_a_process_of_its_own(save_and_die)
        durable.remove_leftovers(parent)
        assert [path for path in parent.iterdir() if path.name.startswith(".")] == []
        if is_rewrite:
            assert sound_steps(parent, {}) == [2], f"call {calls}"
        else:
            assert sound_steps(parent, {previous.folder: previous.manifest_sha256}) in ([2], [2, 3]), f"call {calls}"
        newest = max(parent.iterdir(), key=checkpoints.step_of)
        if durable.manifest_sha256(newest) not in resumed:  # equal files give equal ends: once each is enough
            second, resumed_end = go_on(bench, recipe, newest)
            assert second == whole[checkpoints.step_of(newest) :]
            assert_equal(resumed_end, end)
            resumed.add(durable.manifest_sha256(newest))
        if os.WIFEXITED(status):
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        for path in parent.iterdir():
            shutil.rmtree(path)
        shutil.copytree(original, previous.folder)
    assert os.WEXITSTATUS(status) == 0
    assert calls > 10, "the loop must have met every call"
    assert len(resumed) >= 2, "both the earlier and the later one were found newest"


@pytest.mark.parametrize("is_rewrite", [False, True], ids=["a new step", "the same step again"])
@pytest.mark.parametrize("action", [no_space, broken_disk])
def test_failure_at_every_durable_call(bench, moment, tmp_path, monkeypatch, action, is_rewrite):
    """F4: the disk is full (or broken) at any call: a sentence, the listed checkpoint sound, nothing left, then it works."""
    recipe, _, _ = moment
    save_there = trained_to(bench, recipe, 3)
    previous = save_there(tmp_path)
    target = 3 if is_rewrite else 4
    at, said = 0, []
    while True:
        at += 1
        hook = Interrupted(at, action)
        monkeypatch.setattr(durable, "before_call", hook)
        try:
            save_there(tmp_path, target)
            break
        except (EnvironmentFailure, OSError) as error:
            said.append((type(error), str(error)))
        is_published = hook.names[-1][0] == "remove"
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [] or is_published
        durable.remove_leftovers(tmp_path)
        assert sound_steps(tmp_path, {} if is_published else {previous.folder: previous.manifest_sha256}) == [3]
    assert at == len(hook.names) + 1 == len(said) + 1
    expected = (DiskFull, "The disk is full") if action is no_space else (OSError, "[Errno 5]")
    assert {(kind, text[: len(expected[1])]) for kind, text in said} == {expected}
    assert sound_steps(tmp_path, {}) == sorted({3, target})
    wanted = {"mkdir", "write", "flush", "rename"} | ({"set aside", "remove"} if is_rewrite else set())
    assert {name for name, _ in hook.names} == wanted
    written = [name for call, name in hook.names if call == "flush"]
    assert set(written) == {path.name for path in previous.folder.iterdir()} - {durable.MANIFEST}


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of four megabytes, where mounting is allowed."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount command")
@pytest.mark.parametrize("method", ["full", "lora"])
def test_a_disk_that_is_really_full(bench, small_disk, method):
    """Room for less and less of the second checkpoint: each time a sentence, and the first one stays sound."""
    recipe = bench.recipe(method)
    task = bench.task(recipe, steps=1)
    loop.train(task, bench.Recorder())
    first = save(bench, small_disk, task, recipe, 1)
    filler = small_disk / "filler"
    failures = 0
    for share in (0.0, 0.02, 0.2, 0.4, 0.6, 0.8, 0.95):
        leave = int(first.size_bytes * share)
        filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - leave))
        with pytest.raises(EnvironmentFailure, match="disk is full"):
            save(bench, small_disk, task, recipe, 2)
        failures += 1
        assert sorted(path.name for path in small_disk.iterdir()) == ["filler", "step-1"]
        assert durable.damage(first.folder, first.manifest_sha256) is None
        filler.unlink()
    assert failures == 7
    second = save(bench, small_disk, task, recipe, 2)
    assert durable.damage(second.folder, second.manifest_sha256) is None


# ---- the durable module's small parts --------------------------------------------------------------------------------


def test_a_replaced_file_is_old_or_new_and_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "recipe.toml"
    durable.replace_file(path, b"old")
    for at in (1, 2):
        monkeypatch.setattr(durable, "before_call", Interrupted(at, no_space))
        with pytest.raises(OSError, match="No space"):
            durable.replace_file(path, b"new")
        assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("recipe.toml", b"old")]
    monkeypatch.setattr(durable, "before_call", Interrupted(3, no_space))
    durable.replace_file(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount command")
def test_half_a_line_never_stays(small_disk):
    path = small_disk / "rows.jsonl"
    durable.append_line(path, "first")
    (small_disk / "filler").write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 4096))
    with pytest.raises(OSError, match="No space"):
        durable.append_line(path, "y" * 100_000)
    assert path.read_bytes() == b"first\n"
    durable.append_line(path, "second")
    assert path.read_bytes() == b"first\nsecond\n"


def test_leftovers_of_every_kind_go_and_nothing_else(tmp_path):
    (tmp_path / f"{durable.PARTIAL}step-4-0a1b2c3d").mkdir()
    (tmp_path / f"{durable.PARTIAL}rows.json").touch()
    (tmp_path / f"{durable.OLD}step-2-0a1b2c3d").mkdir()
    (tmp_path / "step-2").mkdir()
    (tmp_path / f"{durable.OLD}step-3-0a1b2c3d" / "inside").mkdir(parents=True)
    (tmp_path / ".bad-step-1-00000000").mkdir()
    assert durable.remove_leftovers(tmp_path) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == [".bad-step-1-00000000", "step-2", "step-3"]
    assert (tmp_path / "step-3" / "inside").is_dir(), "what was set aside for one that never came is put back"
    assert durable.remove_leftovers(tmp_path / "nowhere") == 0


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "x"), True),
        (OSError(errno.EDQUOT, "x"), True),
        (OSError(errno.EIO, "x"), False),
        (RuntimeError("I/O error: No space left on device (os error 28)"), True),
        (ValueError("os error 2"), False),
    ],
)
def test_a_full_disk_is_known_by_number_or_by_words(error, expected):
    assert durable.is_disk_full(error) is expected
