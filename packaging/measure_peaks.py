"""Measure what the memory plan is checked against: the peak of three training steps, each in a process of its own.

    python packaging/measure_peaks.py MODEL_FOLDER [METHOD BATCH LONGEST CHECKPOINTING(0|1)]

Without a shape it goes through those of tests/unit/engine/test_plan.py and prints one line each, in MiB. One thread, the
allocator as the host sets it for its workers, every token but the first trained.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

from engine.data.render import Example
from engine.device import CpuDevice
from engine.models.load import load_weights
from engine.platform import clean_environment
from engine.records import Recipe, Training
from engine.training import loop, methods
from engine.training.batches import Order

SHAPES = (
    ("full", 8, 82, 0), ("lora", 8, 82, 0), ("lora", 8, 82, 1), ("full", 4, 256, 0), ("full", 8, 82, 1),
    ("lora", 4, 256, 0), ("lora", 2, 82, 0), ("qlora", 8, 82, 0),
)  # fmt: skip
STEPS = 3


class Silent:
    """A `Progress` that only goes on."""

    def before_step(self, step: int) -> loop.Command:
        """Go on."""
        return "go"

    def after_step(self, report: loop.StepReport) -> None:
        """Say nothing."""

    def look(self, step: int) -> loop.Command:
        """Go on."""
        return "go"


def measure(folder: Path, method: str, batch: int, longest: int, checkpointing: bool) -> int:
    """Train three steps in this process and return its largest resident size in MiB."""
    torch.set_num_threads(1)
    device = CpuDevice()
    settings = Training(lr=1e-5, batch_size=batch, gradient_checkpointing=checkpointing)
    recipe = Recipe(base="any", method=method, training=settings)
    model = load_weights(folder, device, "fp32", four_bit=method == "qlora", trainable=method == "full")
    model = methods.make_trainable(model, recipe)
    examples = [_row(number, longest - number % 4) for number in range(batch * STEPS)]
    task = loop.Task(
        model=model, optimiser=device.optimiser("adamw", methods.parameter_groups(model, 0.0), lr=1e-5),
        examples=examples, order=Order([len(one.ids) for one in examples], batch, 0), settings=settings, peak_lr=1e-5,
        precision="fp32", device=device, pad_id=0, steps_total=STEPS, looks=frozenset(), micro_batch=batch,
    )  # fmt: skip
    loop.train(task, Silent())
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def _row(number: int, length: int) -> Example:
    ids = np.random.default_rng(number).integers(3, 1000, length).astype(np.int32)
    return Example(ids=ids, mask=np.arange(length) > 0, line=number, prompt_text="", answer_text="")


def main() -> None:
    """Measure one shape, or all of them one after the other."""
    folder, *shape = sys.argv[1:]
    if shape:
        method, batch, longest, checkpointing = shape
        print(*shape, measure(Path(folder), method, int(batch), int(longest), checkpointing == "1"), flush=True)
        return
    for one in SHAPES:
        subprocess.run(
            [sys.executable, __file__, folder, *map(str, one)],
            env=clean_environment(os.environ) | {"OMP_NUM_THREADS": "1"}, check=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
