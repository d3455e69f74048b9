"""A pilot: twenty real steps of a recipe, and what they did to the guard canaries and to the answers on held-out prompts.

Both are extrapolated to the whole run in proportion to the summed learning rate. That is an estimate and labelled as one: no
published method predicts forgetting from a few steps with known accuracy. Nothing of the pilot is kept but its measurements.
"""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from engine import device as hardware
from engine import presets, sequences
from engine.canaries.likelihoods import Segment, Task, kl
from engine.canaries.pairing import compare_inputs
from engine.canaries.scoring import Scorer
from engine.canaries.suite import load_suite
from engine.errors import UserError
from engine.models.load import base_folder
from engine.records import recipe_from_toml
from engine.store import models
from engine.training import loop, methods
from engine.training.measuring import canaries_of
from engine.training.protections import building
from engine.training.schedule import lr_at, peak_lr
from engine.training.setup import Session, open_session
from engine.work import Outcome, Work

if TYPE_CHECKING:
    from engine.canaries.likelihoods import SegmentScore
    from engine.data.render import Example
    from engine.records import Recipe

STEPS = 20
#: Held-out rows whose answers are followed.
ROWS = 32
#: A target token less likely than this under the base is counted as unlikely (science §4).
LIKELY = 0.4


class PilotCapability(msgspec.Struct, frozen=True, kw_only=True):
    """One capability's mean change on the guard items after the pilot, and the estimate for the whole run; positive = worse."""

    name: str
    n: int
    limit: float
    change: float
    estimate: float


class PilotResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a pilot measured, and estimated by `factor`, the ratio of summed learning rates. Nats per token."""

    steps: int
    steps_total: int
    factor: float
    rows: int
    kl: float
    kl_estimate: float
    base_nll: float
    pilot_nll: float
    unlikely_share: float
    capabilities: list[PilotCapability]


def run(work: Work) -> Outcome:
    """Pilot the payload's `recipe` (TOML); the job's result is a `PilotResult`."""
    recipe = presets.resolved(recipe_from_toml(work.job.payload["recipe"]))
    if recipe.method == "prompt":
        raise UserError("Method prompt trains nothing: run it, it is as quick as a pilot.", field="method")
    with TemporaryDirectory(dir=work.store.home) as folder:
        session = open_session(work, recipe, hardware.detect(), Path(folder))
        return Outcome(result=msgspec.to_builtins(_piloted(work, session)))


def growth(recipe: Recipe, steps: int, total: int) -> float:
    """How much more the whole run moves: Σ lr over all steps / Σ lr over the pilot's."""
    rates = [
        lr_at(
            step,
            total,
            peak=peak_lr(recipe),
            warmup_ratio=recipe.training.warmup_ratio,
            schedule=recipe.training.schedule,
        )
        for step in range(1, total + 1)
    ]
    return sum(rates) / sum(rates[:steps])


def _piloted(work: Work, session: Session) -> PilotResult:
    rows = (session.prepared.heldout or session.prepared.train)[:ROWS]
    canaries = canaries_of(work.store, session)
    say = _progress(work)
    with loop.autocast(session.device, session.precision):
        before = canaries.before(session.loaded.model, run_id=None, on_progress=say("measuring before"))
        base = _followed(session, rows, None)
    steps = _train(work, session)
    with loop.autocast(session.device, session.precision):
        look = canaries.look(
            session.loaded.model, run_id=None, step=steps, model_ref=session.loaded.ref, fingerprint="",
            on_progress=say("checking canaries"),
        )  # fmt: skip
        after = _followed(session, rows, base)
    factor = growth(session.recipe, steps, session.steps_total)
    inputs = compare_inputs(work.store, before, look, "guard", session.recipe.canaries.budgets)
    moved = [(one, math.fsum(one.differences) / len(one.differences)) for one in inputs]
    diverged = _divergence(base, after)
    return PilotResult(
        steps=steps, steps_total=session.steps_total, factor=factor, rows=len(session.prepared.train), kl=diverged,
        kl_estimate=diverged * factor, base_nll=_nll(base), pilot_nll=_nll(after), unlikely_share=_unlikely(base),
        capabilities=[
            PilotCapability(name=one.name, n=len(one.differences), limit=one.limit, change=mean, estimate=mean * factor)
            for one, mean in moved
        ],
    )  # fmt: skip


def _train(work: Work, session: Session) -> int:
    """The recipe's own first steps, protections and schedule included; returns how many."""
    recipe, loaded, device = session.recipe, session.loaded, session.device
    loaded.model = methods.make_trainable(loaded.model, recipe)
    groups = methods.parameter_groups(loaded.model, recipe.training.weight_decay)
    optimiser = device.optimiser(recipe.training.optimiser, groups, lr=peak_lr(recipe))
    say = _progress(work)
    protections = building.build(
        session, loaded.model, home=work.store.home, base_folder=base_folder(models.get(work.store, recipe.base)),
        canaries=load_suite(recipe.canaries.suite).items,
        arithmetic=lambda: loop.autocast(device, session.precision),
        on_progress=lambda phase, done, total: say(phase)(done, total), say=work.log,
    )  # fmt: skip
    if recipe.start_from:
        methods.load_weights(loaded.model, recipe, sequences.start_folder(work.store, recipe))
    last = min(STEPS, session.steps_total)
    task = loop.Task(
        model=loaded.model, optimiser=optimiser, examples=session.prepared.train, order=session.order,
        settings=recipe.training, peak_lr=peak_lr(recipe), precision=session.precision, device=device,
        pad_id=loaded.tokenizer.pad_token_id, steps_total=session.steps_total, looks=frozenset({last}),
        micro_batch=session.micro_batch, protections=protections,
    )  # fmt: skip
    return loop.train(task, _Few(work, last))


class _Few:
    """A `Progress` that ends training at the one look it is given."""

    saved_step = -1

    def __init__(self, work: Work, last: int) -> None:
        self._work, self._last = work, last

    def before_step(self, step: int) -> loop.Command:
        self._work.stop_if_cancelled()
        return "go"

    def after_step(self, report: loop.StepReport) -> None:
        self._work.phase("pilot steps", report.step, self._last)

    def look(self, step: int) -> loop.Command:
        return "stop"


# ---- the answers on held-out prompts ---------------------------------------------------------------------------------


def _followed(session: Session, rows: list[Example], base: list[SegmentScore] | None) -> list[SegmentScore]:
    """Each row's answer scored; the base's likeliest tokens are recorded the first time and followed the second."""
    tasks = []
    for number, row in enumerate(rows):
        start = int(row.mask.argmax())
        ids = row.ids.tolist()
        top = None if base is None else base[number].top
        segment = Segment(targets=tuple(ids[start:]), record_top=base is None, top=top)
        tasks.append(Task(prompt=tuple(ids[:start]), segments=(segment,)))
    scored = Scorer(session.loaded.model, session.loaded.tokenizer, session.device, layout="padded").score(tasks)
    return [row[0] for row in scored]


def _divergence(base: list[SegmentScore], after: list[SegmentScore]) -> float:
    found = [
        kl(one.top, other.watched)
        for one, other in zip(base, after, strict=True)
        if one.top is not None and other.watched is not None
    ]
    return math.fsum(found) / len(found)


def _nll(scored: list[SegmentScore]) -> float:
    return -float(np.concatenate([one.log_probs for one in scored]).mean())


def _unlikely(scored: list[SegmentScore]) -> float:
    return float((np.concatenate([one.log_probs for one in scored]) < math.log(LIKELY)).mean())


def _progress(work: Work) -> Any:
    def named(phase: str) -> Any:
        def say(done: int, total: int) -> None:
            work.stop_if_cancelled()
            work.phase(phase, done, total)

        return say

    return named
