"""Advice before a run, rule by rule: each from the recipe, the rows and the model's size, with its evidence. Never blocks.

The rules are those of `docs/advice.md`. Thresholds without a source there are ours, to be calibrated.
"""

from __future__ import annotations

import math

import msgspec

from engine import measured, presets, settings
from engine.plan.records import RowFacts
from engine.records import Recipe
from engine.training.schedule import STANDARD_LR, peak_lr
from engine.verdict.advice import Advice, with_method, with_replay
from engine.wording import percent

#: Learning rates above which to warn, and above which to warn in plain terms, by kind of method.
HIGH_LR = {"full": (2e-5, 5e-5), "adapter": (2e-4, 5e-4)}
#: Scale of an adapter's update above which to warn: alpha/rank, and with rsLoRA alpha/√rank.
HIGH_SCALE, HIGH_RSLORA_SCALE = 2.0, 4.0
MANY_EPOCHS, FEW_ROWS = 3.0, 1000
SAME_BEGINNING = 0.8
SMALL_MODEL = 500_000_000
#: Below this loss of the base on the targets (nats a token) there is little to learn.
LITTLE_TO_LEARN = 0.2
#: Share of target tokens to which the base gives less than p = .4, from which to advise on the targets themselves.
UNLIKELY_SHARE = 0.5
PROMPT_ROWS = 200


def counsel_for(recipe: Recipe, rows: RowFacts, *, parameters: int, steps: int) -> tuple[Advice, ...]:
    """Everything the rules say of a run before it starts, in the order of the documentation."""
    case = _Case(recipe=presets.resolved(recipe), rows=rows, parameters=parameters, steps=steps)
    found = [rule(case) for rule in RULES]
    return (*(one for one in found if one is not None), *_dataset(case))


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    recipe: Recipe
    rows: RowFacts
    parameters: int
    steps: int

    @property
    def trains(self) -> bool:
        return self.recipe.method != "prompt"

    @property
    def epochs(self) -> float:
        return self.steps * self.recipe.training.batch_size / max(1, self.rows.count)


def _lr_high(case: _Case) -> Advice | None:
    """The rate moves forgetting more than anything else."""
    if not case.trains:
        return None
    lr, kind = peak_lr(case.recipe), "full" if case.recipe.method == "full" else "adapter"
    warn, red = HIGH_LR[kind]
    if lr <= warn * (1 + 1e-9):
        return None
    said = "far above" if lr > red else "above"
    standard = STANDARD_LR[case.recipe.method]
    return Advice(
        id="lr-high",
        sentence=f"The learning rate {lr:g} is {said} what usually keeps general abilities with "
        f"{'full fine-tuning' if kind == 'full' else 'an adapter'} ({warn:g}): the standard is {standard:g}.",
        evidence="In a public 63-run table forgetting follows the learning rate (rank correlation .47); "
        f"{measured.rates()}.",
        recipe=settings.apply(case.recipe, {"training.lr": standard}),
    )


def _step_size(case: _Case) -> Advice | None:
    """The size of an adapter's step is lr · alpha / rank."""
    adapter = case.recipe.adapter
    if case.recipe.method not in ("lora", "qlora"):
        return None
    scale = adapter.alpha / (math.sqrt(adapter.rank) if adapter.rslora else adapter.rank)
    limit = HIGH_RSLORA_SCALE if adapter.rslora else HIGH_SCALE
    if scale <= limit * (1 + 1e-9):
        return None
    alpha = limit * (math.sqrt(adapter.rank) if adapter.rslora else adapter.rank)
    return Advice(
        id="step-size",
        sentence=f"alpha {adapter.alpha:g} at rank {adapter.rank} scales each step by {scale:.3g}: beyond {limit:g} it acts like a "
        f"higher learning rate; {alpha:g} is the usual most.",
        evidence="An adapter's update is scaled by alpha/rank (rsLoRA: alpha/√rank), so the effective step is lr times that.",
        recipe=settings.apply(case.recipe, {"adapter.alpha": float(f"{alpha:.4g}")}),
    )


def _many_epochs(case: _Case) -> Advice | None:
    """Few rows seen often are learned by heart."""
    if not case.trains or case.epochs <= MANY_EPOCHS or case.rows.count >= FEW_ROWS:
        return None
    changes: dict[str, float] = {"training.epochs": MANY_EPOCHS, "training.max_steps": 0}
    return Advice(
        id="many-epochs",
        sentence=f"{case.epochs:.1f} passes over {case.rows.count} rows: beyond {MANY_EPOCHS:g} on fewer than {FEW_ROWS} rows they "
        "are learned by heart rather than understood.",
        evidence="A rule of thumb from common practice, not measured here; the memorised line of the result says whether it happened.",
        recipe=settings.apply(case.recipe, changes),
    )


def _same_beginning(case: _Case) -> Advice | None:
    """Answers that all begin alike are taken on everywhere."""
    draws = case.recipe.protection.draws_general_rows
    if not case.trains or case.rows.prefix_share <= SAME_BEGINNING or draws:
        return None
    return Advice(
        id="same-beginning",
        sentence=f"{percent(case.rows.prefix_share)} of the answers begin with the same three tokens (format capture risk): add at least "
        "10 % of general rows.",
        evidence=f"A format spreads where every row has it: {measured.captured()}.",
        recipe=with_replay(case.recipe),
    )


def _small_model(case: _Case) -> Advice | None:
    """Small models: adapters first."""
    if case.recipe.method != "full" or case.parameters >= SMALL_MODEL:
        return None
    return Advice(
        id="small-model",
        sentence=f"With {case.parameters / 1e6:.0f} M parameters try an adapter first.",
        evidence="The evidence on size conflicts: small models lost most in Bethune et al. (2025) and in our own runs at 135 M, larger "
        "ones in Luo et al.; an adapter can be switched off, which settles the doubt.",
        recipe=with_method(case.recipe, "lora"),
    )


def _no_protection(case: _Case) -> Advice | None:
    """Standard costs little and keeps most."""
    adapter = case.recipe.adapter
    keeps_directions = case.recipe.method != "full" and (adapter.kind == "osf" or adapter.start == "corda")
    if not case.trains or case.recipe.protect != "off" or keeps_directions:
        return None
    return Advice(
        id="no-protection",
        sentence="Nothing is done against forgetting: Standard protection costs some time and keeps most.",
        evidence=f"{measured.standard_against_off(case.recipe.method)}.",
        recipe=presets.chosen(case.recipe, "standard"),
    )


def _little_to_learn(case: _Case) -> Advice | None:
    """The base writes these answers already."""
    loss = case.rows.base_nll
    if loss is None or loss >= LITTLE_TO_LEARN or not case.trains:
        return None
    return Advice(
        id="little-to-learn",
        sentence=f"The base already gives these answers (loss {loss:.2f} nats/token): there is little to learn.",
        evidence=f"Below {LITTLE_TO_LEARN:g} nats a token the base gives each token a probability of more than "
        f"{math.exp(-LITTLE_TO_LEARN):.2f} on average.",
    )


def _unlikely_targets(case: _Case) -> Advice | None:
    """Targets far from the base's own words move it far."""
    share = case.rows.unlikely_share
    if share is None or share <= UNLIKELY_SHARE or not case.trains:
        return None
    return Advice(
        id="unlikely-targets",
        sentence=f"The base finds {percent(share)} of the answers' tokens unlikely (p under .4): rewriting the answers in its own words, or "
        "weighting tokens, moves it less.",
        evidence=f"Published results favour targets close to the model's own words, but {measured.token_weighting()} (one setting, one "
        "seed), so no recipe is offered.",
    )


def _prompt_first(case: _Case) -> Advice | None:
    """The cheapest thing that may do."""
    may_do = case.rows.prefix_share > SAME_BEGINNING or case.rows.count < PROMPT_ROWS
    if not case.trains or not case.rows.heldout or not may_do:
        return None
    return Advice(
        id="prompt-first",
        sentence="A prompt alone may do: try it first; it is scored on the same held-out rows and canaries, and changes no weight.",
        evidence="Few rows, or answers of one form, are what examples in a prompt can show; `palimpsest try-all` runs it beside the "
        "others.",
        recipe=with_method(case.recipe, "prompt"),
    )


RULES = (
    _lr_high, _step_size, _many_epochs, _same_beginning, _small_model, _no_protection, _little_to_learn, _unlikely_targets,
    _prompt_first,
)  # fmt: skip
#: The ids the rules may give, for the documentation and its test.
RULE_IDS = (
    "lr-high", "step-size", "many-epochs", "same-beginning", "small-model", "no-protection", "little-to-learn",
    "unlikely-targets", "prompt-first", "dataset-findings",
)  # fmt: skip


def _dataset(case: _Case) -> list[Advice]:
    """What the dataset doctor warns of, finding by finding; the shared beginning has its own rule."""
    return [
        Advice(
            id="dataset-findings",
            sentence=f"{finding.sentence}{f' {finding.fix}' if finding.fix else ''}",
            evidence="Found by reading the rows with this model's tokenizer (`palimpsest inspect` shows the lines).",
        )
        for finding in case.rows.findings
        if finding.kind != "same_beginning"
    ]
