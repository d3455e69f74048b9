"""From a run's recipe to everything training needs: device, base, rows, order, looks; refused before any work if unfit."""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.data.dataset import Prepared, prepare
from engine.device import CpuDevice
from engine.errors import UserError
from engine.models.load import Loaded, base_folder, load_base, load_tokenizer
from engine.records import Recipe
from engine.store import models
from engine.training import methods
from engine.training.batches import Order
from engine.training.checkpoints import Identity
from engine.training.schedule import look_steps

if TYPE_CHECKING:
    from engine.store import Store
    from engine.work import Work


class Session(msgspec.Struct, kw_only=True):
    """What one run is made of, resolved."""

    recipe: Recipe
    device: CpuDevice
    precision: str
    loaded: Loaded
    prepared: Prepared
    order: Order
    steps_total: int
    looks: list[int]
    micro_batch: int
    folder: Path

    def checkpoint_bytes(self) -> int:
        """About what one checkpoint takes: trained weights in fp32 and two moments of the same size."""
        parameters = methods.trainable_parameters(self.loaded.model)
        return 12 * sum(parameter.numel() for _, parameter in parameters) + 2**20

    @property
    def identity(self) -> Identity:
        """Everything that must be the same for a resume to be exact."""
        settings = self.loaded.settings
        return Identity(
            recipe_hash=self.recipe.hash(),
            base_fingerprint=self.loaded.fingerprint,
            data_fingerprint=data_fingerprint(self.prepared),
            tokenizer_hash=settings["tokenizer_hash"],
            precision=self.precision,
            quantisation=settings["quantisation"],
            attention_kernel=settings["attention_kernel"],
            device=self.device.name,
            threads=self.device.threads(),
            versions={**settings["versions"], "numpy": importlib.metadata.version("numpy")},
        )


def data_fingerprint(prepared: Prepared) -> str:
    """Return one SHA-256 over the training and held-out files' own."""
    return hashlib.sha256(f"{prepared.fingerprint}\n{prepared.heldout_fingerprint}".encode()).hexdigest()


def prepare_rows(recipe: Recipe, tokenizer: Any) -> Prepared:
    """Read and tokenise the recipe's rows; refuse rows other than those the run was queued with."""
    data = recipe.data
    if not data.path:
        raise UserError("No training rows were named.", field="data.path", remedy="Give --data FILE.")
    prepared = prepare(
        Path(data.path).expanduser(),
        None if data.mapping.shape == "auto" and not data.mapping.columns else data.mapping,
        tokenizer,
        max_length=data.max_length,
        heldout_fraction=data.heldout_fraction,
        heldout_path=Path(data.heldout_path).expanduser() if data.heldout_path else None,
        seed=recipe.training.seed,
    )
    if data.fingerprint and data.fingerprint != data_fingerprint(prepared):
        raise UserError(
            f"{Path(data.path).name} is not the file this run was queued with: its content changed.",
            field="data.path",
            remedy="Put the old file back, or start a new run.",
        )
    return prepared


def open_session(work: Work, recipe: Recipe, device: CpuDevice, folder: Path, *, micro_batch: int = 0) -> Session:
    """Load and resolve all a run needs; `micro_batch` overrides the recipe's after memory ran out."""
    precision = device.precision(recipe.training.precision)
    tokenizer = load_tokenizer(base_folder(models.get(work.store, recipe.base)))
    work.phase("reading rows")
    prepared = prepare_rows(recipe, tokenizer)
    for sentence in prepared.sentences():
        work.log(sentence)
    for problem in prepared.problems[:100]:
        work.log(f"Line {problem.line} left out: expected {problem.expected}; found {problem.found}.", "warning")
    work.stop_if_cancelled()
    work.phase("loading model")
    loaded = _load(work.store, recipe, device, precision)
    training = recipe.training
    order = Order([len(example.ids) for example in prepared.train], training.batch_size, training.seed)
    steps_total = 0 if recipe.method == "prompt" else order.total_steps(training.epochs, training.max_steps)
    return Session(
        recipe=recipe,
        device=device,
        precision=precision,
        loaded=loaded,
        prepared=prepared,
        order=order,
        steps_total=steps_total,
        looks=look_steps(steps_total, recipe.canaries.looks) if steps_total else [],
        micro_batch=micro_batch or training.micro_batch or training.batch_size,
        folder=folder,
    )


def _load(store: Store, recipe: Recipe, device: CpuDevice, precision: Any) -> Loaded:
    loaded = load_base(
        store, recipe.base, device, precision, four_bit=recipe.method == "qlora", trainable=recipe.method == "full"
    )
    if recipe.base_fingerprint and recipe.base_fingerprint != loaded.fingerprint:
        raise UserError(
            f"{recipe.base} is not the base this run was queued with: its fingerprint differs.", field="base"
        )
    if recipe.method == "full" and precision == "bf16":
        loaded.settings["precision"] = "bf16 arithmetic over fp32 weights"
    return loaded
