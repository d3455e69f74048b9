"""The training loop, top to bottom in the order things happen. It knows nothing of databases, processes or windows."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any, Literal, Protocol

import msgspec
import torch

from engine.data.render import Example
from engine.device import CpuDevice
from engine.errors import NonFinite
from engine.models.forward import hidden_states
from engine.records import Training
from engine.training import objectives
from engine.training.batches import Batch, Order, micro_batches
from engine.training.methods import trainable_parameters
from engine.training.protections.assembled import Protections
from engine.training.schedule import lr_at

Command = Literal["go", "stop"]


class StepReport(msgspec.Struct, frozen=True, kw_only=True):
    """One finished optimiser step; loss in nats per trained token over the whole effective batch.

    `protections` is what each one says of the step, by name: kl and prompt_kl in nats per token, replay's loss, penalties.
    """

    step: int
    loss: float
    lr: float
    grad_norm: float
    tokens: int
    elapsed_s: float
    protections: dict[str, float] = {}


class Progress(Protocol):
    """What the loop asks of its caller; `saved_step` is the newest step with a checkpoint, below 1 if there is none."""

    saved_step: int

    def before_step(self, step: int) -> Command:
        """Called before each step: may wait (a pause); "stop" ends training after the step before."""

    def after_step(self, report: StepReport) -> None:
        """Told every finished step."""

    def look(self, step: int) -> Command:
        """Called at each look: save, measure; "stop" ends training here. Time spent here is not training time."""


class Task(msgspec.Struct, kw_only=True):
    """What is trained on what, and how; a recipe's values, no recipe."""

    model: Any
    optimiser: torch.optim.Optimizer
    examples: Sequence[Example]
    order: Order
    settings: Training
    peak_lr: float
    precision: str
    device: CpuDevice
    pad_id: int
    steps_total: int
    looks: frozenset[int]
    micro_batch: int
    start_step: int = 0
    elapsed_s: float = 0.0
    protections: Protections = msgspec.field(default_factory=Protections)


def train(task: Task, progress: Progress) -> int:
    """Train from `start_step` to `steps_total` and return the last step done.

    Raises `NonFinite` at the first step whose loss or gradient is not a finite number, before it changes any weight.
    """
    model, settings, device, protections = task.model, task.settings, task.device, task.protections
    parameters = [parameter for _, parameter in trainable_parameters(model)]
    elapsed_s = task.elapsed_s
    model.train()
    for step in range(task.start_step + 1, task.steps_total + 1):
        # 1. Is anything asked of us? (A pause waits in here.)
        if progress.before_step(step) == "stop":
            return step - 1
        started = time.perf_counter()

        # 2. The rows of this step are a function of (seed, step), and so is the learning rate.
        rows = task.order.rows(step)
        lr = lr_at(
            step, task.steps_total, peak=task.peak_lr, warmup_ratio=settings.warmup_ratio, schedule=settings.schedule
        )
        for group in task.optimiser.param_groups:
            group["lr"] = lr

        # 3. Forward and backward in parts that fit. Every trained token of the effective batch weighs the same (unless
        #    tokens are weighted), so the sum of a part is divided by the tokens of the whole step, not of the part.
        batches = [protections.batch(task, part) for part in micro_batches(rows, task.micro_batch)]
        weight, own_weight = protections.begin(step, batches)
        total_loss = torch.zeros((), device=device.torch_device)
        for batch in batches:
            total_loss += protections.backward(step, partial(_losses, task, batch, weight, own_weight))

        # 4. What keeps the model near its base adds its gradients: general rows, penalties.
        told = protections.add_gradients(model, task.micro_batch)

        # 5. One device sync a step: are loss and gradient finite? If not, no weight is touched.
        limit = settings.max_grad_norm or math.inf
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit).to(total_loss.dtype)
        loss_value, norm_value, *values = torch.stack([total_loss, norm, *told.values()]).tolist()
        if not (math.isfinite(loss_value) and math.isfinite(norm_value)):
            raise _non_finite(step, progress.saved_step if progress.saved_step > 0 else None)

        # 6. The step itself, and what follows it: weights pulled back, strengths adapted.
        task.optimiser.step()
        task.optimiser.zero_grad(set_to_none=True)
        protections.after_update(step, dict(zip(told, values, strict=True)))
        elapsed_s += time.perf_counter() - started

        # 7. Tell, and at the planned steps look: save a checkpoint, score the canaries.
        progress.after_step(
            StepReport(
                step=step, loss=loss_value, lr=lr, grad_norm=norm_value,
                tokens=sum(batch.n_tokens for batch in batches), elapsed_s=elapsed_s,
                protections=dict(zip(told, values, strict=True)),
            )
        )  # fmt: skip
        if step in task.looks:
            model.eval()
            if progress.look(step) == "stop":
                return step
            model.train()
    return task.steps_total


def _losses(task: Task, batch: Batch, weight: float, own_weight: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a part's share of what is descended, and of the mean loss over the training rows' tokens that is told."""
    with autocast(task.device, task.precision):
        hidden = hidden_states(task.model, batch.ids, batch.attention, shared=batch.shared)
        nll = objectives.weighted_sum(objectives.answer_nll(task.model, batch, hidden), batch)
        extra = task.protections.prompt_loss(task.model, hidden, batch)
        loss = nll / weight
        return (loss if extra is None else loss + extra), nll.detach() / own_weight


def autocast(device: CpuDevice, precision: str) -> Any:
    """Return the context for bf16 arithmetic over fp32 trained weights, or one that does nothing."""
    if precision == "bf16":
        return torch.autocast(device.kind, dtype=torch.bfloat16)
    return nullcontext()


def _non_finite(step: int, last_good_step: int | None) -> NonFinite:
    usable = (
        f"Nothing after step {last_good_step} is usable." if last_good_step else "No checkpoint was written before it."
    )
    return NonFinite(
        f"Training became unstable at step {step}: loss or gradient is not a finite number. {usable}",
        step=step,
        last_good_step=last_good_step,
        remedy="Start again with half the learning rate.",
    )
