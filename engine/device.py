"""What depends on the hardware: precision, memory, optimisers, random state, errors. Nothing else asks what it runs on.

`detect()` gives the machine's device; tests pass a hand-written one of the same shape.
"""

from __future__ import annotations

import os
import platform as host_platform
import sys
from pathlib import Path
from typing import Any, Literal

import psutil
import torch

from engine.errors import DeviceLost, EnvironmentFailure, OutOfMemory, PalimpsestError, UserError

Precision = Literal["fp32", "bf16"]


class CpuDevice:
    """Training on the processor: fp32, because matrix products in bf16 are far slower without special units."""

    kind = "cpu"

    def __init__(self) -> None:
        """Read the processor's name once."""
        self.torch_device = torch.device("cpu")
        threads = torch.get_num_threads()
        processor = host_platform.processor() or host_platform.machine()
        self.name = f"{processor}, {threads} thread{'s' if threads > 1 else ''}"

    def threads(self) -> int:
        """How many threads torch uses: sums are ordered by it, so an exact resume needs the same number."""
        return torch.get_num_threads()

    def precision(self, wanted: str) -> Precision:
        """Return the arithmetic to use: fp32 for auto unless the processor has bf16 matrix units."""
        if wanted == "auto":
            return "bf16" if self.has_fast_bf16() else "fp32"
        return "bf16" if wanted == "bf16" else "fp32"

    def has_fast_bf16(self) -> bool:
        """Whether bf16 products are faster than fp32 ones here (AMX on x86)."""
        return bool(getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)())

    def free_bytes(self) -> int:
        """Memory a run may still take."""
        return int(psutil.virtual_memory().available)

    def total_bytes(self) -> int:
        """All of the memory."""
        return int(psutil.virtual_memory().total)

    def facts(self, *, ask_free: bool = True) -> dict[str, Any]:
        """What a plan needs to know of the device, as a job's result carries it.

        Asking a GPU for its free memory opens a context of some hundred MiB on it: `ask_free` False leaves that out.
        """
        free = {"free_bytes": self.free_bytes()} if ask_free else {}
        known = {
            "kind": self.kind,
            "name": self.name,
            "total_bytes": self.total_bytes(),
            "fast_bf16": self.has_fast_bf16(),
        }
        return known | free

    def reset_peak(self) -> None:
        """Start a new peak measurement (the processor's is the process's lifetime peak)."""

    def peak_bytes(self) -> int:
        """Largest resident size of this process so far."""
        if sys.platform == "win32":
            return int(psutil.Process().memory_info().peak_wset)
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return int(peak) if sys.platform == "darwin" else int(peak) * 1024

    def synchronise(self) -> None:
        """Wait until queued work is done (nothing is queued on a processor)."""

    def release(self) -> None:
        """Give cached memory back to the system."""

    def rng_state(self) -> dict[str, torch.Tensor]:
        """Return every random state of the hardware (the processor's is torch's own)."""
        return {"cpu": torch.get_rng_state()}

    def set_rng_state(self, state: dict[str, torch.Tensor]) -> None:
        """Restore what `rng_state` returned."""
        torch.set_rng_state(state["cpu"])

    def optimiser(self, kind: str, parameters: list[dict[str, Any]], *, lr: float) -> torch.optim.Optimizer:
        """Build AdamW; the 8-bit and paged kinds need CUDA and raise `UserError` here."""
        if kind != "adamw":
            raise UserError(
                f"The optimiser {kind} needs an NVIDIA GPU; this run uses the {self.kind}.",
                field="training.optimiser",
                remedy="Choose adamw.",
            )
        return torch.optim.AdamW(parameters, lr=lr, betas=(0.9, 0.999), eps=1e-8, fused=True)

    def explain(self, error: BaseException) -> PalimpsestError | None:
        """Turn a library's error about the hardware into ours, or None if it is not about the hardware."""
        text = str(error)
        if isinstance(error, MemoryError) or "can't allocate memory" in text or "not enough memory" in text:
            return EnvironmentFailure(
                "The computer ran out of memory.", remedy="Choose a smaller batch, a shorter max_length or LoRA."
            )
        return None


class CudaDevice(CpuDevice):
    """Training on one NVIDIA GPU."""

    kind = "cuda"

    def __init__(self, index: int = 0) -> None:
        """Open the GPU `index`."""
        super().__init__()
        self.torch_device = torch.device("cuda", index)
        self.name = torch.cuda.get_device_name(self.torch_device)

    def has_fast_bf16(self) -> bool:
        """Compute capability 8.0 (Ampere) and later have bf16 matrix units."""
        return torch.cuda.get_device_capability(self.torch_device) >= (8, 0)

    def free_bytes(self) -> int:
        """GPU memory free now, cached blocks of this process included."""
        free, _ = torch.cuda.mem_get_info(self.torch_device)
        return int(
            free + torch.cuda.memory_reserved(self.torch_device) - torch.cuda.memory_allocated(self.torch_device)
        )

    def total_bytes(self) -> int:
        """All of the GPU's memory."""
        return int(torch.cuda.get_device_properties(self.torch_device).total_memory)

    def reset_peak(self) -> None:
        """Start a new peak measurement."""
        torch.cuda.reset_peak_memory_stats(self.torch_device)

    def peak_bytes(self) -> int:
        """Largest amount of GPU memory held since `reset_peak`."""
        return int(torch.cuda.max_memory_reserved(self.torch_device))

    def synchronise(self) -> None:
        """Wait until the GPU has done all that was queued."""
        torch.cuda.synchronize(self.torch_device)

    def release(self) -> None:
        """Give cached blocks back to the driver."""
        torch.cuda.empty_cache()

    def rng_state(self) -> dict[str, torch.Tensor]:
        """Return the processor's and the GPU's random states."""
        return {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state(self.torch_device)}

    def set_rng_state(self, state: dict[str, torch.Tensor]) -> None:
        """Restore what `rng_state` returned; a state from another kind of device is refused."""
        if "cuda" not in state:
            raise UserError("This checkpoint was written without a GPU; resuming it on one would not be exact.")
        torch.set_rng_state(state["cpu"])
        torch.cuda.set_rng_state(state["cuda"], self.torch_device)

    def optimiser(self, kind: str, parameters: list[dict[str, Any]], *, lr: float) -> torch.optim.Optimizer:
        """Build AdamW, its 8-bit or its paged 8-bit kind (bitsandbytes)."""
        if kind == "adamw":
            return torch.optim.AdamW(parameters, lr=lr, betas=(0.9, 0.999), eps=1e-8, fused=True)
        from bitsandbytes.optim.adamw import AdamW8bit, PagedAdamW8bit

        build = AdamW8bit if kind == "adamw_8bit" else PagedAdamW8bit
        return build(parameters, lr=lr, betas=(0.9, 0.999), eps=1e-8)

    def explain(self, error: BaseException) -> PalimpsestError | None:
        """As for the processor; an out-of-memory or any other CUDA error means that the worker must be replaced."""
        text = str(error)
        is_gpu_error = isinstance(error, _ACCELERATOR_ERRORS) or "CUDA error" in text
        if isinstance(error, torch.OutOfMemoryError) or (is_gpu_error and any(sign in text for sign in _NO_ROOM)):
            return OutOfMemory(f"Not enough GPU memory on {self.name}: {_first_line(error)}")
        if is_gpu_error:
            return DeviceLost(
                f"The GPU reported an error: {_first_line(error)}",
                remedy="The worker was replaced; resume from the last checkpoint.",
            )
        return super().explain(error)


#: The class came with torch 2.8; before it the same failures were RuntimeErrors with "CUDA error" in their text.
_ACCELERATOR_ERRORS: tuple[type[BaseException], ...] = tuple(
    kind for kind in (getattr(torch, "AcceleratorError", None),) if kind is not None
)
#: Lack of memory that does not come from torch's own allocator: the driver's, and the matrix library's workspace.
_NO_ROOM = ("out of memory", "ALLOC_FAILED")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


def detect() -> CpuDevice:
    """Return the GPU if torch can use one, else the processor.

    Raises `EnvironmentFailure` where the machine has an NVIDIA GPU that this torch was not built for: training silently
    on the processor would take days. PALIMPSEST_DEVICE=cpu chooses the processor in any case.
    """
    if os.environ.get("PALIMPSEST_DEVICE") == "cpu":
        return CpuDevice()
    if torch.cuda.is_available():
        return CudaDevice()
    if _nvidia_driver_present() and torch.version.cuda is None:
        raise EnvironmentFailure(
            "This computer has an NVIDIA GPU, but the installed torch has no CUDA support.",
            remedy="Install torch's CUDA build (README, Installing), or set PALIMPSEST_DEVICE=cpu to train on the "
            "processor.",
        )
    return CpuDevice()


def _nvidia_driver_present() -> bool:
    return Path("/proc/driver/nvidia/version").exists()
