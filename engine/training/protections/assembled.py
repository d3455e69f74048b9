"""All protections of a run together, each at its place in a step. Without any, nothing is done and nothing is drawn."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import torch

from engine.errors import UserError
from engine.models.forward import hidden_states
from engine.training import objectives
from engine.training.batches import Batch, micro_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.protection import Kl
    from engine.training.protections.divergence import Teacher
    from engine.training.protections.fisher import Consolidation
    from engine.training.protections.general import Draw, GeneralRows
    from engine.training.protections.penalties import ChangePenalty
    from engine.training.protections.pull import Pull
    from engine.training.protections.sharpness import Losses, Sam
    from engine.training.protections.subspace import Subspace
    from engine.training.protections.token_weights import Weights

#: How quickly beta follows, and its bounds (science §3).
AUTO_RATE, AUTO_LEAST, AUTO_MOST = 0.2, 0.01, 10.0


def next_beta(beta: float, divergence: float, target: float) -> float:
    """β ← clip(β·exp(.2·(KL/target − 1)), .01, 10): up while the model strays further than wanted, down while it is near."""
    grown = beta * torch.tensor(AUTO_RATE * (divergence / target - 1), dtype=torch.float64).clamp(-50, 50).exp().item()
    return min(AUTO_MOST, max(AUTO_LEAST, grown))


class GeneralTerm:
    """Replay and KL to the base on the general rows of each step, from one forward pass."""

    def __init__(
        self, rows: GeneralRows, draw: Draw, *, replay: float, kl: Kl, teacher: Teacher | None, pad_id: int,
        device: torch.device,
    ) -> None:  # fmt: skip
        """`replay` weighs a token's loss against a training token's; `kl.beta` weighs the mean divergence."""
        self.examples, self.draw, self.replay, self.kl, self.teacher = rows.examples, draw, replay, kl, teacher
        self.digest = rows.digest
        self.pad_id, self.device = pad_id, device
        self.beta = kl.beta
        self.rows: list[int] = []

    def begin(self, step: int) -> float:
        """Draw the step's rows; return what their tokens weigh beside the training rows'."""
        self.rows = self.draw.rows(step)
        return self.replay * sum(self.examples[row].trained_tokens for row in self.rows)

    def add_gradients(self, model: Any, weight: float, micro_batch: int, arithmetic: Any) -> dict[str, torch.Tensor]:
        """Backward of replay/weight + β·mean KL over the step's general rows; return both means to be told."""
        batches = [
            Batch([self.examples[row] for row in part], self.pad_id, self.device, indices=part)
            for part in micro_batches(self.rows, micro_batch)
        ]
        n = sum(batch.n_trained for batch in batches)
        told: dict[str, torch.Tensor] = {}
        for batch in batches:
            with arithmetic():
                loss = self._loss(model, batch, weight, n, told)
            if loss.requires_grad:
                loss.backward()
        return told

    def _loss(self, model: Any, batch: Batch, weight: float, n: int, told: dict[str, torch.Tensor]) -> torch.Tensor:
        hidden = hidden_states(model, batch.ids, batch.attention, shared=batch.shared)
        loss = torch.zeros((), device=self.device)
        if self.replay:
            nll = objectives.answer_nll(model, batch, hidden).sum()
            loss = loss + self.replay * nll / weight
            told["replay"] = told.get("replay", 0) + nll.detach() / n
        if self.beta and self.teacher is not None:
            divergence = self.teacher.divergence(model, hidden, batch, batch.positions).sum() / n
            loss = loss + self.beta * divergence
            told["kl"] = told.get("kl", 0) + divergence.detach()
        return loss


class PromptTerm:
    """KL to the base on the prompts of the training rows (SelfAug): the answers are new, the questions need not be."""

    def __init__(self, teacher: Teacher, beta: float) -> None:
        """`beta` weighs the mean divergence over the step's prompt tokens."""
        self.teacher, self.beta = teacher, beta
        self.n = 1

    def begin(self, batches: Sequence[Batch]) -> None:
        """Count the step's prompt tokens, so that parts add up to their mean."""
        self.n = max(1, sum(int((~example.mask[1:]).sum()) for batch in batches for example in batch.examples))

    def divergence(self, model: Any, hidden: torch.Tensor, batch: Batch) -> torch.Tensor:
        """The part of a micro-batch in the mean KL."""
        positions = batch.prompt_positions()
        return self.teacher.divergence(model, hidden, batch, positions).sum() / self.n


class Protections:
    """What the loop calls, in this order: `begin`, `backward` for each part, `add_gradients`, `after_update`."""

    def __init__(  # noqa: PLR0913  (one for each protection; any may be absent)
        self, *, general: GeneralTerm | None = None, prompts: PromptTerm | None = None,
        penalties: Sequence[ChangePenalty] = (), consolidation: Consolidation | None = None, pull: Pull | None = None,
        sam: Sam | None = None, weights: Weights | None = None, subspace: Subspace | None = None,
        arithmetic: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:  # fmt: skip
        """Put the protections together; `arithmetic` gives the context of bf16 arithmetic where that is used."""
        self.general, self.prompts, self.penalties = general, prompts, tuple(penalties)
        self.consolidation, self.pull, self.sam, self.weights = consolidation, pull, sam, weights
        self.subspace = subspace
        self.arithmetic = arithmetic
        self._told: dict[str, torch.Tensor] = {}
        self._prompt_parts: dict[int, torch.Tensor] = {}
        self._weight = 0.0

    def batch(self, task: Any, part: list[int]) -> Batch:
        """Return training rows as tensors, their tokens weighted where that is asked for."""
        weights = None if self.weights is None else [self.weights[row] for row in part]
        rows = [task.examples[row] for row in part]
        return Batch(rows, task.pad_id, task.device.torch_device, indices=part, weights=weights)

    def begin(self, step: int, batches: Sequence[Batch]) -> tuple[float, float]:
        """Draw what belongs to the step; return the weight of all tokens whose loss is averaged, and of the training rows'.

        Where every token of a step was weighted away it counts as 1: such a step learns nothing, and its loss is 0.
        """
        self._told, self._prompt_parts = {}, {}
        replayed = self.general.begin(step) if self.general else 0.0
        if self.prompts:
            self.prompts.begin(batches)
        own = sum(batch.weight for batch in batches)
        if self.weights is not None:
            own = own or 1.0
        self._weight = own + replayed
        return self._weight, own

    def prompt_loss(self, model: Any, hidden: torch.Tensor, batch: Batch) -> torch.Tensor | None:
        """What is added to the loss of a part for its prompts, or None."""
        if self.prompts is None:
            return None
        divergence = self.prompts.divergence(model, hidden, batch)
        self._prompt_parts.setdefault(id(batch), divergence.detach())  # SAM passes twice: the first counts
        return self.prompts.beta * divergence

    def backward(self, step: int, losses_of: Callable[[], Losses]) -> torch.Tensor:
        """Add the gradient of a part (with SAM, when due, the one a step uphill); return the loss to be told."""
        if self.sam is not None and self.sam.is_due(step):
            return self.sam.backward(losses_of)
        loss, told = losses_of()
        loss.backward()
        return told.detach()

    def add_gradients(self, model: Any, micro_batch: int) -> dict[str, torch.Tensor]:
        """Add the gradients of what does not depend on the training rows; return what is told beside the loss."""
        if self._prompt_parts:
            self._told["prompt_kl"] = torch.stack(list(self._prompt_parts.values())).sum()
        if self.general:
            self._told |= self.general.add_gradients(model, self._weight, micro_batch, self.arithmetic)
        for penalty in self.penalties:
            value = penalty.value()
            value.backward()
            self._told[penalty.name] = value.detach()
        if self.consolidation:
            self._told["ewc"] = self.consolidation.add_gradients()
        return self._told

    def after_update(self, step: int, told: dict[str, float]) -> None:
        """What follows the optimiser's step: directions projected, weights pulled back, beta adapted."""
        if self.subspace:
            self.subspace.after_update()
        if self.pull:
            self.pull.after_update(step)
        if self.general and self.general.kl.auto and "kl" in told:
            self.general.beta = next_beta(self.general.beta, told["kl"], self.general.kl.target)

    def state(self) -> dict[str, Any]:
        """What a checkpoint must hold for an exact resume: beta, and which general rows there were."""
        return {"kl_beta": self.general.beta, "general_rows": self.general.digest} if self.general else {}

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what `state` gave; `UserError` if the general rows are not the same any more."""
        if self.general is None:
            return
        if state.get("general_rows") != self.general.digest:
            raise UserError(
                "This run cannot be resumed exactly: its general rows are not those it began with.",
                field="protection.general.path", remedy="Put the old file back, or start a new run.",
            )  # fmt: skip
        self.general.beta = float(state["kl_beta"])
