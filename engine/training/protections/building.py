"""From a recipe to its protections, before the first step: the base is measured, answers are sampled, tensors are opened.

Everything here sees the model while it still is the base. What takes time is kept under `home/protection/` and found again
by a resumed run or the next one.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file

from engine import durable
from engine.canaries.baseline import check_base_equal
from engine.canaries.scoring import scoring_mode
from engine.errors import EnvironmentFailure, UserError
from engine.models.forward import base_of
from engine.protection import Protection, needs_general_rows, require_ewc_fits
from engine.training import methods
from engine.training.batches import Batch
from engine.training.protections import answers, corda, penalties, token_weights
from engine.training.protections.assembled import GeneralTerm, PromptTerm, Protections
from engine.training.protections.base_tensors import BaseTensors
from engine.training.protections.divergence import AdapterOff, Stored, Teacher, adapter_off, likeliest
from engine.training.protections.fisher import Consolidation, importance_of
from engine.training.protections.general import Draw, GeneralRows, Writer, general_rows
from engine.training.protections.pull import Pull, pull_share
from engine.training.protections.sharpness import Sam
from engine.training.protections.subspace import Subspace
from engine.training.schedule import lr_at
from engine.wording import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from engine.canaries.baseline import Baseline
    from engine.canaries.items import Canary
    from engine.data.render import Example
    from engine.records import Recipe
    from engine.training.setup import Session

    OnProgress = Callable[[str, int, int], None]

#: What the base's likeliest tokens for the prompts of all training rows may take on disk and in memory.
STORED_MOST_BYTES = 4 * 10**9
#: Rows put through the model at once while it is measured.
MEASURED_ROWS = 8
_TOPS = "tops.safetensors"


def build(  # noqa: PLR0913  (what protections are made of)
    session: Session,
    model: Any,
    *,
    home: Path,
    base_folder: Path,
    canaries: Sequence[Canary],
    arithmetic: Callable[[], Any],
    on_progress: OnProgress,
    say: Callable[[str], None],
) -> Protections:
    """Return the recipe's protections for a model that is still the base; `UserError` names the field of one that cannot be.

    `base_folder` holds the weights that L2-SP pulls to: the base's, or those a full run goes on from.
    """
    adapter = session.recipe.adapter
    is_plain = session.recipe.method == "full" or (adapter.kind == "lora" and adapter.start == "zero")
    if session.recipe.protection == Protection() and is_plain:
        return Protections()
    maker = _Maker(session, model, home, base_folder, arithmetic, on_progress)
    return maker.make(canaries, say)


def require_off_is_base(model: Any, recipe: Recipe, baseline: Baseline) -> None:
    """Refuse an adapter that, switched off, does not give the base's stored logits: it could not be its teacher."""
    try:
        with adapter_off(model):
            check_base_equal(model, baseline)
    except EnvironmentFailure as failure:
        field = "protection.kl.beta" if recipe.protection.kl.beta else "protection.prompt_kl.beta"
        raise UserError(
            f"The adapter switched off is not the base, so it cannot be its teacher. {failure.message}",
            field=field, remedy="Start the adapter so that it leaves the base's weights alone, or use replay.",
        ) from failure  # fmt: skip


class _Maker:
    """Makes each protection the recipe names, sharing general rows and base tensors."""

    def __init__(
        self, session: Session, model: Any, home: Path, base_folder: Path, arithmetic: Any, on_progress: OnProgress
    ) -> None:
        self.session, self.model, self.home, self.base_folder = session, model, home, base_folder
        self.arithmetic, self.on_progress = arithmetic, on_progress
        self.recipe, self.wanted = session.recipe, session.recipe.protection
        self.is_full = self.recipe.method == "full"
        self.pad_id, self.device = session.loaded.tokenizer.pad_token_id, session.device.torch_device
        self.parameters = methods.trainable_parameters(model)
        self.facts = {
            "base": session.loaded.fingerprint, "precision": session.precision,
            "quantisation": session.loaded.settings["quantisation"],
            "versions": session.loaded.settings["versions"],
        }  # fmt: skip

    def make(self, canaries: Sequence[Canary], say: Callable[[str], None]) -> Protections:
        wanted = self.wanted
        require_ewc_fits(self.recipe, sum(parameter.numel() for _, parameter in self.parameters))
        rows = self._general_rows(canaries, say) if needs_general_rows(self.recipe) else None
        if rows and not self.is_full and self.recipe.adapter.start == "corda":
            self._corda_start(rows)
        with self.arithmetic():
            weights = self._token_weights(say)
            general = self._general(rows) if rows and wanted.draws_general_rows else None
            prompts = PromptTerm(self._prompt_teacher(), wanted.prompt_kl.beta) if wanted.prompt_kl.beta else None
            change = self._penalties(rows)
        return Protections(
            general=general, prompts=prompts, penalties=change, consolidation=self._consolidation(rows), pull=self._pull(),
            sam=self._sam(), weights=weights, subspace=self._subspace(), arithmetic=self.arithmetic,
        )  # fmt: skip

    # ---- rows --------------------------------------------------------------------------------------------------------

    def _general_rows(self, canaries: Sequence[Canary], say: Callable[[str], None]) -> GeneralRows:
        writer = Writer(
            model=self.model, device=self.session.device, home=self.home, facts=self.facts,
            on_progress=lambda done, total: self.on_progress("the base answers general prompts", done, total),
        )  # fmt: skip
        with self.arithmetic():
            rows = general_rows(
                self.wanted.general, self.session.loaded.tokenizer, canaries, writer,
                max_length=self._longest(), seed=0, train=self.session.prepared.train,
            )  # fmt: skip
        say(rows.sentence())
        return rows

    def _longest(self) -> int:
        """Tokens the model reads at once, answers of its own included."""
        config = base_of(self.model).config
        longest = int(getattr(config, "max_position_embeddings", 0) or 2**20)
        return longest - (self.wanted.general.answer_tokens if self.wanted.general.source == "self" else 0)

    def _batches(self, examples: Sequence[Example], rows: Iterable[int], size: int) -> Iterable[Batch]:
        order = list(rows)
        for start in range(0, len(order), size):
            part = order[start : start + size]
            yield Batch([examples[row] for row in part], self.pad_id, self.device, indices=part)

    def _rows_used(self) -> list[int]:
        session = self.session
        return sorted({row for step in range(1, session.steps_total + 1) for row in session.order.rows(step)})

    def _counted(self, phase: str, total: int) -> Callable[[], None]:
        """A callback that tells how often it was called, out of how often it will be."""
        calls = itertools.count(1)
        return lambda: self.on_progress(phase, next(calls), total)

    # ---- single protections ------------------------------------------------------------------------------------------

    def _general(self, rows: GeneralRows) -> GeneralTerm:
        wanted, seed = self.wanted.general, self.recipe.training.seed + 1
        draw = Draw(
            len(rows.examples), batch_size=self.session.order.batch_size, share=wanted.share, seed=seed, near=rows.near,
            near_share=wanted.near,
        )  # fmt: skip
        teacher = None
        if self.wanted.kl.beta:
            teacher = self._teacher("general", rows.examples, range(len(rows.examples)), lambda batch: batch.positions)
        return GeneralTerm(
            rows, draw, replay=self.wanted.replay.weight, kl=self.wanted.kl, teacher=teacher, pad_id=self.pad_id,
            device=self.device,
        )  # fmt: skip

    def _prompt_teacher(self) -> Teacher:
        train = self.session.prepared.train
        return self._teacher("prompts", train, self._rows_used(), lambda batch: batch.prompt_positions())

    def _teacher(
        self, what: str, examples: Sequence[Example], rows: Sequence[int], places: Callable[[Batch], torch.Tensor]
    ) -> Teacher:
        """The adapter switched off; or, for full fine-tuning, the base's likeliest tokens, kept on disk."""
        if not self.is_full:
            return AdapterOff()
        count = sum(int(places(batch).numel()) for batch in self._batches(examples, rows, MEASURED_ROWS))
        if count * 8 * 64 > STORED_MOST_BYTES:
            raise UserError(
                f"Full fine-tuning has no base to ask any more, and its predictions for {count:,} positions would take "
                f"{count * 512 / 1e9:.1f} GB.",
                field=f"protection.{'prompt_kl' if what == 'prompts' else 'kl'}.beta",
                remedy="Use l2sp, fewer rows, or an adapter.",
            )
        return self._stored(what, examples, rows, places)

    def _stored(
        self, what: str, examples: Sequence[Example], rows: Sequence[int], places: Callable[[Batch], torch.Tensor]
    ) -> Stored:
        digest = GeneralRows(examples=[examples[row] for row in rows], left_out=(), source="").digest
        key = answers.cache_key("likeliest", {**self.facts, "what": what, "rows": digest})
        folder = answers.cache_folder(self.home, key)
        if folder is None:
            tensors = self._likeliest(examples, rows, places)
            with durable.new_folder(self.home / "protection" / key, {"kind": "likeliest tokens", "key": key}) as made:
                save_file(tensors, made / _TOPS)
            folder = self.home / "protection" / key
        tensors = load_file(folder / _TOPS)
        ends = tensors["counts"].tolist()
        none = torch.zeros(0, tensors["ids"].shape[1])
        ids, log_probs = [none.to(torch.int32)] * len(examples), [none] * len(examples)
        parts = zip(rows, tensors["ids"].split(ends), tensors["log_probs"].split(ends), strict=True)
        for row, row_ids, row_log_probs in parts:
            ids[row], log_probs[row] = row_ids, row_log_probs
        return Stored(ids, log_probs)

    def _likeliest(
        self, examples: Sequence[Example], rows: Sequence[int], places: Callable[[Batch], torch.Tensor]
    ) -> dict[str, torch.Tensor]:
        ids, log_probs, counts = [], [], []
        with scoring_mode(self.model):
            for batch in self._batches(examples, rows, 1):
                found = likeliest(self.model, batch, places(batch))
                ids.append(found[0])
                log_probs.append(found[1])
                counts.append(len(found[0]))
                self.on_progress("the base's predictions are kept", len(counts), len(rows))
        return {"ids": torch.cat(ids), "log_probs": torch.cat(log_probs), "counts": torch.tensor(counts)}

    def _corda_start(self, rows: GeneralRows) -> None:
        """Give the adapter its start, from all general rows."""
        every = range(len(rows.examples))
        passes = self._counted("the base's directions are measured", -(-len(every) // MEASURED_ROWS))
        with self.arithmetic():
            corda.start(
                self.model, lambda: self._batches(rows.examples, every, MEASURED_ROWS), self.recipe.adapter.rank, passes
            )

    def _subspace(self) -> Subspace | None:
        return None if self.is_full or self.recipe.adapter.kind != "osf" else Subspace(self.model)

    def _penalties(self, rows: GeneralRows | None) -> list[penalties.ChangePenalty]:
        made = []
        if not self.is_full and (strength := self.wanted.l2sp.strength):
            made.append(penalties.ChangePenalty("l2sp", self.model, strength))
        if rows and (strength := self.wanted.activation.strength):
            some = list(range(len(rows.examples)))[: self.wanted.activation.sequences]
            batches = -(-len(some) // MEASURED_ROWS)
            c = penalties.mean_squared_inputs(
                self.model, self._batches(rows.examples, some, MEASURED_ROWS),
                self._counted("general text is measured", batches),
            )  # fmt: skip
            made.append(penalties.ChangePenalty("activation", self.model, strength, c))
        return made

    def _token_weights(self, say: Callable[[str], None]) -> token_weights.Weights | None:
        wanted = self.wanted.token_weighting
        if not wanted.max_perplexity and not wanted.tau:
            return None
        used = self._rows_used()
        nll = token_weights.base_nll(
            self.model, self.session.prepared.train, used, pad_id=self.pad_id, device=self.device, size=MEASURED_ROWS,
            on_rows=lambda count: self.on_progress("the base reads the training rows", count, len(used)),
        )  # fmt: skip
        weights, left = token_weights.token_weights(nll, wanted)
        say(f"Token weighting leaves {percent(left)} of the target tokens' weight.")
        return weights

    def _consolidation(self, rows: GeneralRows | None) -> Consolidation | None:
        if rows is None or not self.wanted.ewc.strength:
            return None
        base = BaseTensors(self.base_folder)
        base.require(self.parameters, "protection.ewc.strength")
        some = list(range(len(rows.examples)))[: self.wanted.ewc.sequences]
        importance = importance_of(
            self.model, self.parameters, self._batches(rows.examples, some, 1), self.arithmetic,
            self._counted("the weights' importance is measured", len(some)),
        )  # fmt: skip
        return Consolidation(self.parameters, importance, base, self.wanted.ewc.strength)

    def _pull(self) -> Pull | None:
        strength = self.wanted.l2sp.strength
        if not self.is_full or not strength:
            return None
        base = BaseTensors(self.base_folder)
        base.require(self.parameters, "protection.l2sp.strength")
        training, total = self.recipe.training, self.session.steps_total
        rates = [
            lr_at(step, total, peak=1.0, warmup_ratio=training.warmup_ratio, schedule=training.schedule)
            for step in range(1, total + 1)
        ]

        def share_at(step: int) -> float:
            return pull_share(strength, rates, step)

        return Pull(
            self.parameters, base, share_at=share_at, every_steps=self.wanted.l2sp.every_steps, steps_total=total
        )

    def _sam(self) -> Sam | None:
        wanted = self.wanted.sam
        if not wanted.rho:
            return None
        return Sam([parameter for _, parameter in self.parameters], rho=wanted.rho, every_steps=wanted.every_steps)
