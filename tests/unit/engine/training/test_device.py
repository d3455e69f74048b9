"""What depends on the hardware: a hand-written device for what no machine here can do, and the real ones where they are."""

import math

import msgspec
import pytest
import torch

from engine import device as hardware
from engine.device import CpuDevice, CudaDevice
from engine.errors import DeviceLost, EnvironmentFailure, OutOfMemory, UserError
from engine.store import jobs, runs
from engine.training import checkpoints, job, loop, methods
from engine.training.job import after_failure
from engine.work import Replace, Work

gpu = pytest.mark.gpu
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")


class SmallGpu(CudaDevice):
    """A GPU that holds only so many rows at once; it computes on the processor and fails as CUDA does."""

    kind = "cpu"
    synchronise, optimiser = CpuDevice.synchronise, CpuDevice.optimiser
    rng_state, set_rng_state = CpuDevice.rng_state, CpuDevice.set_rng_state

    def __init__(self, *, rows=None, breaks_at=None, text=""):
        CpuDevice.__init__(self)
        self.name, self.rows, self.breaks_at, self.text, self.forwards = "Small GPU", rows, breaks_at, text, 0

    def watch(self, model):
        """Fail in the model's forward pass, where a real device would."""
        model.get_decoder().register_forward_pre_hook(self._before_forward, with_kwargs=True)

    def _before_forward(self, module, args, kwargs):
        self.forwards += 1
        count = len(kwargs["input_ids"])
        if self.rows is not None and count > self.rows:
            raise torch.OutOfMemoryError(f"CUDA out of memory. Tried to allocate {count} rows.\nMore lines.")
        if self.forwards == self.breaks_at:
            raise torch.AcceleratorError(self.text)


def until_it_ends(bench, recipe, make_device, folder):
    """Do as the worker does: train, explain a failure, replace the worker, go on from the last checkpoint."""
    payload, losses, reasons = {}, {}, []
    while True:
        device = make_device()
        size = int(payload.get("micro_batch", 0)) or recipe.training.batch_size
        task = bench.task(recipe, steps=6, looks={2, 4}, device=device, micro_batch=size)
        device.watch(methods.base_of(task.model))
        found = sorted(folder.glob("step-*"), key=checkpoints.step_of)
        torch.manual_seed(0)
        if payload.get("resume") and found:
            checkpoints.require_sound(found[-1])
            state = checkpoints.restore(found[-1], task.model, task.optimiser, recipe, device)
            task.start_step = state.step

        def save(step, task=task, device=device):
            checkpoints.save(folder, task.model, task.optimiser, recipe, device, bench.state(step))

        recorder = bench.Recorder(at_look=save)
        try:
            loop.train(task, recorder)
        except RuntimeError as error:
            known = device.explain(error)
            if known is None:
                raise
            following = after_failure(known, payload, recipe)
            reasons.append(str(following))
            if not isinstance(following, Replace):
                return losses, reasons, following, size
            payload = following.payload
        else:
            return losses | {r.step: r.loss for r in recorder.reports}, reasons, None, size
        finally:
            losses |= {report.step: report.loss for report in recorder.reports}


# ---- lack of memory --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("room", "ends_with"), [(7, 4), (3, 2), (1, 1)])
def test_memory_runs_out_and_training_goes_on_with_the_same_effective_batch(bench, tmp_path, room, ends_with):
    recipe = bench.recipe("full", batch_size=8)
    losses, reasons, end, size = until_it_ends(bench, recipe, lambda: SmallGpu(rows=room), tmp_path)
    assert (end, size) == (None, ends_with)
    assert "8 rows at once" in reasons[0]
    assert "same effective batch" in reasons[0]
    plain = bench.Recorder()
    loop.train(bench.task(recipe, steps=6), plain)
    assert [losses[step] for step in range(1, 7)] == pytest.approx(plain.losses, rel=1e-4)


def test_memory_that_runs_out_at_a_later_step_goes_on_from_the_checkpoint(bench, tmp_path):
    """The device loses half its room at its fourth step: two steps are done again, none is lost."""
    recipe = bench.recipe("full", batch_size=4)

    class Shrinking(SmallGpu):
        def _before_forward(self, module, args, kwargs):
            self.rows = 4 if self.forwards < 3 else 2
            super()._before_forward(module, args, kwargs)

    losses, reasons, end, size = until_it_ends(bench, recipe, Shrinking, tmp_path)
    assert (end, size, len(reasons)) == (None, 2, 1)
    assert sorted(losses) == [1, 2, 3, 4, 5, 6]
    plain = bench.Recorder()
    loop.train(bench.task(recipe, steps=6), plain)
    assert [losses[step] for step in range(1, 7)] == pytest.approx(plain.losses, rel=1e-4)


def test_when_one_row_does_not_fit_a_remedy_is_named(bench, tmp_path):
    recipe = bench.recipe("full", batch_size=8)
    losses, reasons, end, size = until_it_ends(bench, recipe, lambda: SmallGpu(rows=0), tmp_path)
    assert (losses, size, len(reasons)) == ({}, 1, 4)
    assert isinstance(end, EnvironmentFailure)
    assert "One row at a time" in end.message
    assert "gradient_checkpointing" in end.remedy


@pytest.mark.parametrize(
    ("batch_size", "micro_batch", "expected"),
    [(8, 0, 4), (8, 4, 2), (6, 0, 3), (6, 3, 1), (9, 0, 3), (7, 0, 1), (2, 2, 1)],
)
def test_the_half_always_divides_the_effective_batch(bench, batch_size, micro_batch, expected):
    recipe = bench.recipe(batch_size=batch_size, micro_batch=micro_batch)
    following = after_failure(OutOfMemory("no room"), {"kept": 1}, recipe)
    assert following.payload == {"kept": 1, "micro_batch": expected, "resume": True}
    assert batch_size % expected == 0


def test_memory_that_runs_out_while_loading_leaves_the_micro_batch_alone(bench, store, monkeypatch):
    """Fewer training rows at once cannot make room for the model itself."""
    run_id = runs.create(store, bench.recipe(batch_size=8))
    jobs.enqueue(store, "train", run_id=run_id)
    work = Work(store, jobs.claim_next(store, "heavy"))

    def too_small(*_, **__):
        raise OutOfMemory("no room")

    monkeypatch.setattr(job, "open_session", too_small)
    with pytest.raises(EnvironmentFailure, match="would not help") as caught:
        job.run(work)
    assert not isinstance(caught.value, OutOfMemory)
    assert "smaller base" in caught.value.remedy


# ---- other errors of the accelerator -----------------------------------------------------------------------------------


def test_another_gpu_error_replaces_the_worker_twice_at_most(bench, tmp_path):
    def broken():
        return SmallGpu(breaks_at=3, text="CUDA error: an illegal memory access was encountered\nlonger story")

    recipe = bench.recipe("full", batch_size=4)
    recipe = msgspec.structs.replace(recipe, training=msgspec.structs.replace(recipe.training, micro_batch=0))
    losses, reasons, end, size = until_it_ends(bench, recipe, lambda: broken_at_step_one(broken), tmp_path)
    assert size == 4
    assert len(reasons) == 3
    assert isinstance(end, EnvironmentFailure)
    assert "illegal memory access" in end.message
    assert "longer story" not in end.message
    assert losses == {}


def broken_at_step_one(make):
    device = make()
    device.breaks_at = 1
    return device


def test_a_gpu_that_errs_once_costs_only_the_steps_since_the_checkpoint(bench, tmp_path):
    attempts = []

    def make():
        attempts.append(1)
        return SmallGpu(breaks_at=4 if len(attempts) == 1 else None, text="CUDA error: unspecified launch failure")

    recipe = bench.recipe("full", batch_size=4)
    losses, reasons, end, _ = until_it_ends(bench, recipe, make, tmp_path)
    assert (end, len(reasons), len(attempts)) == (None, 1, 2)
    plain = bench.Recorder()
    loop.train(bench.task(recipe, steps=6), plain)
    assert [losses[step] for step in range(1, 7)] == plain.losses


def test_errors_count_over_the_whole_job(bench):
    failure = EnvironmentFailure("The GPU reported an error: x", remedy="The worker was replaced; resume.")
    first = after_failure(failure, {"micro_batch": 2}, bench.recipe())
    second = after_failure(failure, first.payload, bench.recipe())
    assert (first.payload["retries"], second.payload["retries"], second.payload["micro_batch"]) == (1, 2, 2)
    assert after_failure(failure, second.payload, bench.recipe()) is failure


def test_a_failure_that_is_not_the_gpus_ends_the_run(bench):
    failure = EnvironmentFailure("The computer ran out of memory.", remedy="Choose a smaller batch.")
    assert after_failure(failure, {}, bench.recipe()) is failure


# ---- what an error means -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), OutOfMemory),
        (torch.AcceleratorError("CUDA error: out of memory"), OutOfMemory),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), OutOfMemory),
        (torch.AcceleratorError("CUDA error: device-side assert triggered"), DeviceLost),
        (RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED"), DeviceLost),
        (MemoryError(), EnvironmentFailure),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate"), EnvironmentFailure),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), None),
        (ValueError("x"), None),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_errors_are_sorted(error, expected):
    found = SmallGpu().explain(error)
    assert (None if found is None else type(found)) is expected


def test_a_real_lack_of_memory_of_this_computer_is_known():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**58, dtype=torch.uint8)
    assert isinstance(CpuDevice().explain(caught.value), EnvironmentFailure)


# ---- choices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_fast", [True, False])
@pytest.mark.parametrize("wanted", ["auto", "fp32", "bf16"])
def test_precision_follows_what_is_fast_unless_told(wanted, is_fast):
    class Device(CpuDevice):
        def has_fast_bf16(self):
            return is_fast

    assert Device().precision(wanted) == {"auto": "bf16" if is_fast else "fp32"}.get(wanted, wanted)


@pytest.mark.parametrize("kind", ["adamw_8bit", "paged_adamw_8bit"])
def test_optimisers_that_need_a_gpu_say_so(kind):
    with pytest.raises(UserError, match="needs an NVIDIA GPU") as caught:
        CpuDevice().optimiser(kind, [{"params": [torch.nn.Parameter(torch.zeros(2))]}], lr=1e-3)
    assert (caught.value.field, caught.value.remedy) == ("training.optimiser", "Choose adamw.")


def test_the_processor_is_told_as_it_is():
    device = CpuDevice()
    assert device.threads() == torch.get_num_threads()
    assert 0 < device.free_bytes() < device.total_bytes()
    assert 2**20 < device.peak_bytes() < device.total_bytes()
    assert device.name


def test_a_gpu_that_torch_cannot_use_is_never_passed_over_in_silence(monkeypatch):
    if torch.cuda.is_available():
        pytest.skip("torch can use the GPU here")
    monkeypatch.delenv("PALIMPSEST_DEVICE", raising=False)
    monkeypatch.setattr(hardware, "_nvidia_driver_present", lambda: True)
    with pytest.raises(EnvironmentFailure, match="no CUDA support") as caught:
        hardware.detect()
    assert "PALIMPSEST_DEVICE=cpu" in caught.value.remedy
    monkeypatch.setenv("PALIMPSEST_DEVICE", "cpu")
    assert hardware.detect().kind == "cpu"


def test_bf16_trains_under_autocast_with_fp32_weights(bench):
    """Slow on most processors, but it must be right: weights stay fp32, the loss is close to fp32's."""
    recipe = bench.recipe("full")
    losses = {}
    for precision in ("fp32", "bf16"):
        recorder = bench.Recorder()
        task = bench.task(recipe, steps=2, precision=precision)
        loop.train(task, recorder)
        losses[precision] = recorder.losses
        assert {parameter.dtype for parameter in task.model.parameters()} == {torch.float32}
    assert losses["bf16"] == pytest.approx(losses["fp32"], rel=0.02)
    assert losses["bf16"] != losses["fp32"]


# ---- the real thing ----------------------------------------------------------------------------------------------------


def on_gpu(bench, recipe, device, *, steps=6, **more):
    """A task whose model and optimiser live on the GPU."""
    model = hardware_model(bench, recipe, device)
    groups = methods.parameter_groups(model, 0.0)
    optimiser = device.optimiser(recipe.training.optimiser, groups, lr=1e-3)
    precision = device.precision(recipe.training.precision)
    return bench.task(
        recipe, model=model, steps=steps, device=device, precision=precision, **{"optimiser": optimiser, **more}
    )


def hardware_model(bench, recipe, device):
    from engine.models.load import load_weights

    precision = device.precision(recipe.training.precision)
    base = load_weights(
        bench.folder, device, precision, four_bit=recipe.method == "qlora", trainable=recipe.method == "full"
    )
    return methods.make_trainable(base, recipe)


@gpu
@needs_gpu
@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
@pytest.mark.parametrize("optimiser", ["adamw", "adamw_8bit", "paged_adamw_8bit"])
def test_gpu_trains_and_resumes(bench, tmp_path, method, optimiser):
    device = CudaDevice()
    recipe = bench.recipe(method, optimiser=optimiser, adapter={"dropout": 0.1})
    task, saved = on_gpu(bench, recipe, device, looks={3}), []
    recorder = bench.Recorder(
        at_look=lambda step: saved.append(
            checkpoints.save(tmp_path, task.model, task.optimiser, recipe, device, bench.state(step))
        )
    )
    device.set_rng_state(device.rng_state())
    loop.train(task, recorder)
    assert all(math.isfinite(loss) for loss in recorder.losses)
    again, second = on_gpu(bench, recipe, device), bench.Recorder()
    again.start_step = checkpoints.restore(saved[0].folder, again.model, again.optimiser, recipe, device).step
    loop.train(again, second)
    # Sums on a GPU may be ordered anew each time; equal to rounding is what can be asked there.
    assert second.losses == pytest.approx(recorder.losses[3:], rel=1e-3)


@gpu
@needs_gpu
def test_gpu_uses_bf16_where_it_is_fast():
    device = CudaDevice()
    assert device.precision("auto") == ("bf16" if torch.cuda.get_device_capability() >= (8, 0) else "fp32")
    assert 0 < device.free_bytes() <= device.total_bytes()


@gpu
@needs_gpu
def test_gpu_lack_of_memory_is_known():
    device = CudaDevice()
    with pytest.raises(torch.OutOfMemoryError) as caught:
        torch.empty(device.total_bytes() * 2, dtype=torch.uint8, device=device.torch_device)
    assert isinstance(device.explain(caught.value), OutOfMemory)
