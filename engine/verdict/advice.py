"""Advice after a run: from the verdict's pattern to one next recipe. Pure functions of the verdict and the run's results.

Every piece of advice comes from a rule below, names its evidence in one sentence and links to `docs/advice.md`. Nothing is
advised without a rule; where a pattern needs no change, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from engine import measured, presets, settings
from engine.protection import Protection
from engine.records import Method, Recipe
from engine.training.schedule import STANDARD_LR, peak_lr
from engine.verdict.power import TOO_CLOSE
from engine.verdict.records import CapabilityVerdict, Verdict
from engine.wording import percent

DOCS = "docs/advice.md"
#: From this share of what was open a task counts as learned.
LEARNED_SHARE = 0.5
#: Where no answer can be checked: a fall of the held-out loss by this share counts as the whole of what was open.
LOSS_SHARE = 0.6
#: Below this, so little was open before training that its share says nothing.
OPEN_SHARE = 0.05
#: Rise of the share of canary answers that open like the training targets, from which the format counts as captured.
CAPTURE_SHARE = 0.2
#: From this many times its limit a loss is more than a lower strength mends (docs/evidence.md: "The strength slider").
SEVERE = 10.0
#: Share of general rows mixed in where the format was captured; doubled where replay was on already.
REPLAY_SHARE, MOST_REPLAY = 0.1, 0.5
_NEXT_PRESET = {"off": "standard", "standard": "careful", "custom": "careful"}


class Advice(Struct, frozen=True, kw_only=True):
    """One piece of advice: the rule's id, what to do, what that rests on, where it is explained, and the edited recipe."""

    id: str
    sentence: str
    evidence: str
    recipe: Recipe | None = None

    @property
    def docs(self) -> str:
        """The place in the documentation, with the rule's anchor."""
        return f"{DOCS}#{self.id}"

    def __str__(self) -> str:
        """The sentence, for lists of plain text."""
        return self.sentence


class Case(Struct, frozen=True, kw_only=True):
    """What the rules look at: the recipe, the verdict, the share learned (None: unknown) and the rise of captured answers."""

    recipe: Recipe
    verdict: Verdict
    learned: float | None
    captured: float

    @property
    def is_loss(self) -> bool:
        """Whether something a score with a reference measures was forgotten."""
        return self.verdict.word == "forgot"

    @property
    def is_severe(self) -> bool:
        """Whether a capability lost many times its limit."""
        return any(one.word == "forgot" and _badness(one) >= SEVERE for one in self.verdict.capabilities)

    @property
    def has_learned(self) -> bool:
        """Whether at least half of what was open was learned."""
        return self.learned is not None and self.learned >= LEARNED_SHARE

    @property
    def has_not_learned(self) -> bool:
        """Whether less than half was learned; neither is true where it was not measured."""
        return self.learned is not None and self.learned < LEARNED_SHARE

    @property
    def trains(self) -> bool:
        """Whether weights changed at all."""
        return str(self.recipe.method) != "prompt"


Rule: TypeAlias = Callable[[Case], Advice | None]


def advise(verdict: Verdict | None, results: Mapping[str, Any], recipe: Recipe) -> tuple[Advice, ...]:
    """What to do next, the main advice first; empty where nothing is to be done or nothing was decided.

    `results` are the run's own (`learned`, `sentinels`). At most one of the rules for word and learning fires.
    """
    if verdict is None:
        return ()
    case = Case(
        recipe=recipe,
        verdict=verdict,
        learned=learned_share(results.get("learned") or {}),
        captured=captured_rise(results.get("sentinels") or {}),
    )
    return tuple(advice for rule in RULES if (advice := rule(case)) is not None)


def learned_share(learned: Mapping[str, Any]) -> float | None:
    """How much of what was open in the task was learned: (after − before)/(1 − before), at most 1; None if unknown.

    Of the share of right fields where answers are objects, else of exact answers where any was right; else the fall of the
    held-out loss, of which 60 % counts as all (free text has no right answer to reach).
    """
    for name in ("keys", "exact"):
        before, after = learned.get(f"{name}_before"), learned.get(f"{name}_after")
        if before is None or after is None or (name == "exact" and not (before or after)):
            continue
        return None if 1 - before < OPEN_SHARE else float(min(1.0, (after - before) / (1 - before)))
    before, after = learned.get("nll_before"), learned.get("nll_after")
    if not before or after is None:
        return None
    return float(min(1.0, (1 - after / before) / LOSS_SHARE))


def captured_rise(sentinels: Mapping[str, Any]) -> float:
    """How much the share of canary answers that open like the training targets has risen; 0 where it was not measured."""
    after = sentinels.get("format_capture_after")
    return 0.0 if after is None else float(after) - (sentinels.get("format_capture_before") or 0.0)


def next_preset(recipe: Recipe) -> str | None:
    """The next stronger protection preset, or None beyond the strongest."""
    return _NEXT_PRESET.get(recipe.protect)


# ---- the rules -------------------------------------------------------------------------------------------------------


def _forgot_learned(case: Case) -> Advice | None:
    """Learned and forgot: turn the strength down where that can mend it, then train with the next stronger protection."""
    if not (case.is_loss and case.has_learned and case.trains):
        return None
    preset = next_preset(case.recipe)
    if preset is None or (case.recipe.method == "full" and case.recipe.protect != "off"):
        return None
    todo = (
        f" by more than a lower strength mends: train again with protection {preset}"
        if case.is_severe
        else ": first turn this run's strength down, which trains nothing; if that loses too much of the task, train again with "
        f"protection {preset}"
    )
    return Advice(
        id="forgot-learned",
        sentence=f"The task was learned and {_named(case.verdict, 'forgot')} forgotten{todo}.",
        evidence=f"{measured.standard_against_off(case.recipe.method)}; {measured.strengths(case.recipe.method)}.",
        recipe=presets.chosen(case.recipe, preset),
    )


def _forgot_full(case: Case) -> Advice | None:
    """Forgot with protected full fine-tuning: LoRA at matched learning rate."""
    if not (case.is_loss and case.has_learned and case.recipe.method == "full" and case.recipe.protect != "off"):
        return None
    lr = min(peak_lr(case.recipe) * STANDARD_LR["lora"] / STANDARD_LR["full"], STANDARD_LR["lora"])
    return Advice(
        id="forgot-full",
        sentence=f"Full fine-tuning forgot although it was protected: try LoRA at a matched learning rate ({lr:g}).",
        evidence="In a public 63-run table (Llama-3.2-3B, one seed) forgetting follows the learning rate first (rank "
        "correlation .47): LoRA of rank 32 at 1e-4 lost .050 nats/token, full at 1e-5 lost .030; LoRA is not safe by itself.",
        recipe=with_method(case.recipe, "lora", lr),
    )


def _forgot_protected(case: Case) -> Advice | None:
    """Forgot with the strongest protection: a third of the learning rate."""
    if not (case.is_loss and case.has_learned and case.trains) or case.recipe.method == "full":
        return None
    if next_preset(case.recipe) is not None:
        return None
    return Advice(
        id="forgot-protected",
        sentence="It forgot under the strongest protection there is: turn this run's strength down, or train at a third of "
        f"the learning rate ({_third(case.recipe):g}).",
        evidence=f"Smaller steps forget less and learn later: {measured.rates()}.",
        recipe=settings.apply(case.recipe, {"training.lr": _third(case.recipe)}),
    )


def _forgot_not_learned(case: Case) -> Advice | None:
    """Forgot without learning: protection where there was none, else smaller steps."""
    if not (case.is_loss and case.has_not_learned and case.trains):
        return None
    if case.recipe.protect == "off":
        return Advice(
            id="forgot-not-learned",
            sentence="It forgot before it had learned the task: train with protection standard, and longer where that is not enough.",
            evidence=f"A lower learning rate does not protect: {measured.slow_and_unprotected()}.",
            recipe=presets.chosen(case.recipe, "standard"),
        )
    return Advice(
        id="forgot-not-learned",
        sentence=f"It forgot without learning the task: train at a third of the learning rate ({_third(case.recipe):g}).",
        evidence="Forgetting follows the learning rate (rank correlation .47 in a public 63-run table); steps that damage without "
        "teaching are too large.",
        recipe=settings.apply(case.recipe, {"training.lr": _third(case.recipe)}),
    )


def _forgot_prompt(case: Case) -> Advice | None:
    """The prompt alone made answers worse: a protected adapter instead."""
    if not case.is_loss or case.trains:
        return None
    return Advice(
        id="forgot-prompt",
        sentence="With this prompt in place other answers got worse, although no weight changed: use it for this task only, "
        "or train an adapter with protection.",
        evidence="What a prompt costs ends where the prompt is left out; what training costs stays in the weights.",
        recipe=with_method(case.recipe, "lora"),
    )


def _changed(case: Case) -> Advice | None:
    """Only a change score moved: look at the answers before calling it a loss."""
    if case.verdict.word != "changed":
        return None
    preset = next_preset(case.recipe) if case.trains else None
    return Advice(
        id="changed",
        sentence=f"Answers to {_named(case.verdict, 'changed', verb=False)} changed; whether they got worse no score can say: "
        "read them side by side, and turn the strength down if you do not like them.",
        evidence="KL to the base is never negative and nearly always rises with training: it shows change, not damage.",
        recipe=presets.chosen(case.recipe, preset) if preset else None,
    )


def _kept_not_learned(case: Case) -> Advice | None:
    """Kept but not learned: more steps and a higher rank, or weights instead of a prompt."""
    if case.verdict.word != "kept" or not case.has_not_learned:
        return None
    recipe = case.recipe
    if not case.trains:
        return Advice(
            id="prompt-not-learned",
            sentence="A prompt alone does not do the task: train an adapter.",
            evidence="The prompt-only arm had the same held-out rows and learned less than half of what was open.",
            recipe=with_method(recipe, "lora"),
        )
    changes: dict[str, Any] = {"training.epochs": min(1000.0, 2 * recipe.training.epochs)}
    said = "twice the steps"
    if recipe.training.max_steps:
        changes = {"training.max_steps": 2 * recipe.training.max_steps}
    if recipe.method != "full" and recipe.adapter.rank <= 512:
        # alpha grows with the rank, so that the size of a step (lr · alpha / rank) stays what it was
        changes |= {"adapter.rank": 2 * recipe.adapter.rank, "adapter.alpha": min(4096.0, 2 * recipe.adapter.alpha)}
        said = f"{said} and rank {2 * recipe.adapter.rank}"
    return Advice(
        id="kept-not-learned",
        sentence=f"Nothing was lost, but the task was not learned either: train with {said}.",
        evidence=f"A safe run may simply not have learned yet: {measured.more_steps()}.",
        recipe=settings.apply(recipe, changes),
    )


def _cant_tell(case: Case) -> Advice | None:
    """Undecided: how many canaries would settle it."""
    if case.verdict.word != "can't tell":
        return None
    open_ones = [one for one in case.verdict.capabilities if one.word == "can't tell"]
    needed = [f"{one.name} about {one.n_needed} (has {one.n})" for one in open_ones if one.n_needed]
    close = [one.name for one in open_ones if one.is_too_close]
    parts = [f"measure with more canaries: {', '.join(needed)}"] if needed else []
    parts += [f"{', '.join(close)}: {TOO_CLOSE}"] if close else []
    said = "; ".join(parts) or "add items from other templates or passages, or give the capability a wider limit"
    limit = case.recipe.canaries.verdict_items
    return Advice(
        id="cant-tell",
        sentence=f"The canaries do not decide it: {said}.",
        evidence="The number follows from the measured spread: ((z + .842)·s/|limit − change|)² items decide with a power of .80.",
        recipe=settings.apply(case.recipe, {"canaries.verdict_items": 0}) if limit and needed else None,
    )


def _format_capture(case: Case) -> Advice | None:
    """Other answers took on the training format: mix in general rows."""
    if case.captured < CAPTURE_SHARE or not case.trains:
        return None
    return Advice(
        id="format-capture",
        sentence=f"{percent(case.captured)} more of the canary answers now open like the training rows: mix in general rows (replay).",
        evidence=f"A format spreads where every row has it: {measured.captured()}.",
        recipe=with_replay(case.recipe),
    )


RULES: tuple[Rule, ...] = (
    _forgot_learned, _forgot_full, _forgot_protected, _forgot_not_learned, _forgot_prompt, _changed, _kept_not_learned,
    _cant_tell, _format_capture,
)  # fmt: skip
#: The ids the rules above may give, for the documentation and its test.
RULE_IDS = (
    "forgot-learned", "forgot-full", "forgot-protected", "forgot-not-learned", "forgot-prompt", "changed",
    "prompt-not-learned", "kept-not-learned", "cant-tell", "format-capture",
)  # fmt: skip


def _named(verdict: Verdict, word: str, *, verb: bool = True) -> str:
    """The capabilities with that word, the worst first, with the verb that follows."""
    found = sorted((one for one in verdict.capabilities if one.word == word), key=_badness, reverse=True)
    names = ", ".join(one.name for one in found[:3])
    names = f"{names} and {len(found) - 3} more" if len(found) > 3 else names
    if not verb:
        return names
    return f"{names} was" if len(found) == 1 else f"{names} were"


def _badness(one: CapabilityVerdict) -> float:
    return one.mean_change / one.budget


def _third(recipe: Recipe) -> float:
    return float(f"{peak_lr(recipe) / 3:.3g}")


def with_method(recipe: Recipe, method: Method, lr: float = 0.0) -> Recipe:
    """The recipe with another method under Standard protection (a prompt needs none); 0 is that method's standard rate."""
    cleared = msgspec.structs.replace(
        recipe, method=method, protect="custom", protection=Protection(),
        training=msgspec.structs.replace(recipe.training, lr=lr),
    )  # fmt: skip
    return presets.chosen(cleared, "off" if method == "prompt" else "standard")


def with_replay(recipe: Recipe) -> Recipe:
    """The recipe with at least a tenth of general rows in each step, or twice what replay had."""
    resolved = presets.resolved(recipe)
    protection = resolved.protection
    share = protection.general.share if protection.draws_general_rows else 0.0
    wanted = 2 * share if protection.replay.weight else max(REPLAY_SHARE, share)
    changes = {"protection.replay.weight": 1.0, "protection.general.share": min(MOST_REPLAY, wanted)}
    return presets.with_changes(resolved, changes)
