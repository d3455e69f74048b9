"""The model card: what a model was made from, what it kept and forgot against which limits, and why those were chosen.

Markdown with the hub's front matter. It names no folder of this computer; whatever a user or a file said is shown as plain
text: control characters made visible, marks of Markdown and HTML escaped.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from engine import __version__
from engine.export import plain
from engine.export.gather import gather, numbers
from engine.export.report import measured_settings, shareable
from engine.store import history, scores
from engine.store import strength as points
from engine.verdict import sentences
from engine.verdict.records import Verdict
from engine.wording import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.export.gather import Facts
    from engine.records import CheckpointRow
    from engine.store import Store
    from engine.verdict.records import CapabilityVerdict

    Text = Callable[[str], str]

_MARKS = re.compile(r"([\\`*_{}\[\]|#~$])")
_METHODS = {"full": "full fine-tuning", "lora": "LoRA", "qlora": "QLoRA (over a 4-bit base)", "prompt": "a prompt only"}


class Form(Struct, frozen=True, kw_only=True):
    """In what form a model is handed on: as an adapter or as whole weights; `merged` names what that did."""

    is_adapter: bool
    merged: str = ""


def model_card(store: Store, row: CheckpointRow, form: Form, *, private: Sequence[Path] | None = None) -> str:
    """Write the card of a checkpoint or of a weaker version of one.

    `private` are folders whose paths are taken out of every text besides the data folder; None takes the user's home.
    """
    facts = gather(store, row.run_id)
    folders = [store.home, *([Path.home()] if private is None else private)]

    def text(value: str) -> str:
        return escaped(plain.without_paths(plain.without_folders(value, folders)))

    parts = [
        *_opening(facts, row, form, text),
        *_kept(store, facts, row, text),
        *_learned(store, facts, row),
        *_use(facts, form, text),
        *_measured(facts, text),
        *_made(facts, row, folders),
    ]
    return "\n".join(parts).rstrip() + "\n"


def escaped(value: str) -> str:
    """Show a text of someone else's as plain text in one line of Markdown."""
    line = plain.visible(" ".join(value.split()))
    return _MARKS.sub(r"\\\1", html.escape(line, quote=False))


def _quoted(value: str) -> str:
    """A string as YAML takes it: JSON's strings are YAML's."""
    return msgspec.json.encode(plain.visible(value)).decode()


def _opening(facts: Facts, row: CheckpointRow, form: Form, text: Text) -> list[str]:
    recipe = facts.run.recipe
    base = plain.last_name(recipe.base)
    strength = row.strength.get("alpha")
    lines = [
        "---", f"library_name: {'peft' if form.is_adapter else 'transformers'}", f"base_model: {_quoted(base)}",
        "tags:", "- palimpsest", "---", "",
        f"# {text(facts.run.name)}", "",
        f"Made with {_METHODS[recipe.method]} from {text(base)}, step {row.step} of {facts.run.steps_total} "
        f"({text(row.ref)}).",
    ]  # fmt: skip
    if strength is not None:
        blocks = row.strength.get("blocks") or {}
        apart = f"; single blocks otherwise: {', '.join(f'{b} at {v:g}' for b, v in blocks.items())}" if blocks else ""
        lines.append(f"Of what was trained, strength {strength:g} is left (1 is all, 0 the base){apart}.")
    if form.merged:
        lines.append(form.merged)
    lines += ["The licence of the base applies; what the training rows allow, only their owner knows.", ""]
    return lines


# ---- kept and forgot -------------------------------------------------------------------------------------------------


def _kept(store: Store, facts: Facts, row: CheckpointRow, text: Text) -> list[str]:
    lines = ["## What it kept and what it forgot", ""]
    verdict = _verdict(store, row)
    if verdict is None:
        lines += [*_unjudged(facts, text), ""]
    else:
        lines += [f"**{escaped(sentences.overall_headline(verdict))}**", "", *_table(facts, verdict, text), ""]
        if verdict.pooled is not None:
            lines += [escaped(sentences.pooled_headline(verdict.pooled)) + ".", ""]
    kept = [entry.sentence for entry in history.of(store, "keep", row.ref)]
    lines += [line for sentence in kept for line in (f"{text(sentence)}.", "")]
    lines += [line for sentence in facts.guard for line in (f"Guard while training: {text(sentence)}", "")]
    return lines


def _unjudged(facts: Facts, text: Text) -> list[str]:
    """What stands where there is no verdict: that there is none, and the limits all the same."""
    chosen = [
        f"- {text(name)}: {budget.role}{f', limit {budget.limit:g}' if budget.limit else ''}. Reason: {text(budget.reason)}"
        for name, budget in facts.run.recipe.canaries.budgets.items()
        if budget.reason
    ]
    said = "No verdict was made on these weights: they were not measured on the verdict items."
    return [said, *(["", "Limits that were chosen for the run:", "", *chosen] if chosen else [])]


def _verdict(store: Store, row: CheckpointRow) -> Verdict | None:
    found = [one for one in scores.verdicts_on(store, row.run_id, row.step, row.variant) if one["split"] == "verdict"]
    return msgspec.convert(found[-1]["payload"], Verdict) if found else None


def _table(facts: Facts, verdict: Verdict, text: Text) -> list[str]:
    """One row a capability, the largest loss in budgets first; the limits were chosen before the run."""
    rows = sorted(verdict.capabilities, key=lambda one: -one.mean_change / one.budget)
    return [
        "| capability | word | change | bounds that decide | limit | items | why this limit |",
        "|---|---|---|---|---|---|---|",
        *(_row(one, _reason(facts, one.name, text), text) for one in rows),
        "",
        "Changes are tuned − base on the same prompts; down is worse. Limits were chosen before the run: *protect* counts "
        "against its limit, *tolerate* against three times it unless set, *expendable* was measured and never judged. "
        "*Kept* means that the bound lies inside the limit, not merely the mean.",
    ]


def _row(one: CapabilityVerdict, reason: str, text: Text) -> str:
    unit = sentences.unit_text(one.kind, one.unit)
    limit = "none" if one.role == "expendable" else sentences.limit_text(one.budget, one.kind)
    cells = (
        text(one.name), f"{sentences.GLYPHS[one.word]} {one.word}", f"{sentences.amount(one.mean_change, one.kind)} {unit}",
        escaped(plain.interval(one.lower, one.upper, one.kind)), f"{limit} ({one.role})", str(one.n), reason,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _reason(facts: Facts, name: str, text: Text) -> str:
    budget = facts.run.recipe.canaries.budgets.get(name)
    return text(budget.reason) if budget and budget.reason else "–"


# ---- the rest --------------------------------------------------------------------------------------------------------


def _learned(store: Store, facts: Facts, row: CheckpointRow) -> list[str]:
    """What was learned, where that was measured with these very weights."""
    lines = ["## What it learned", ""]
    learned = numbers(facts.run.results, "learned")
    if row.variant:
        found = [one for one in points.points(store, row.run_id, row.step) if one.alpha == row.strength.get("alpha")]
        exact = [one for one in found if dict(one.blocks) == (row.strength.get("blocks") or {})]
        if not exact or exact[-1].learned_nll is None:
            return [*lines, "Not measured at this strength.", ""]
        nll, right = exact[-1].learned_nll, exact[-1].learned_exact
        said = f"Loss on held-out rows {plain.number(nll)} nats/token (base {plain.number(learned.get('nll_before'))})"
        return [*lines, f"{said}; exact match {percent(right)}.", ""]
    if not learned or (facts.after is not None and facts.after.step != row.step):
        return [*lines, "Not measured at this step.", ""]
    exact_text = f"{percent(learned.get('exact_before'))} → {percent(learned.get('exact_after'))}"
    loss = f"{plain.number(learned.get('nll_before'))} → {plain.number(learned.get('nll_after'))} nats/token"
    return [*lines, f"{learned.get('n')} held-out rows: exact match {exact_text}, loss {loss}.", ""]


def _use(facts: Facts, form: Form, text: Text) -> list[str]:
    """How to load it; QLoRA says what its scores rest on."""
    if form.is_adapter:
        code = ["from peft import PeftModel", "model = PeftModel.from_pretrained(base_model, this_folder)"]
    else:
        code = [
            "from transformers import AutoModelForCausalLM",
            "model = AutoModelForCausalLM.from_pretrained(this_folder)",
        ]
    lines = ["## How to load it", "", "```python", *code, "```", ""]
    if form.is_adapter:
        base = text(plain.last_name(facts.run.recipe.base))
        said = f"`base_model` is {base}, with the fingerprint below, loaded by transformers"
        four_bit = facts.run.recipe.method == "qlora"
        lines += [f"{said}{' in 4 bits (NF4, double quantisation), as it was measured' if four_bit else ''}.", ""]
    return lines


def _measured(facts: Facts, text: Text) -> list[str]:
    settings = measured_settings(facts)
    if not settings:
        return []
    return ["## How it was measured", "", *(f"- {text(name)}: {text(value)}" for name, value in settings), ""]


def _made(facts: Facts, row: CheckpointRow, folders: Sequence[Path]) -> list[str]:
    """Fingerprints, and the recipe without local folders."""
    recipe = shareable(facts.run.recipe)
    toml = plain.visible(plain.without_folders(recipe.to_toml(), folders))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", toml)), default=0))
    return [
        "## How it was made", "",
        f"- Palimpsest {__version__}",
        f"- base: fingerprint {facts.run.recipe.base_fingerprint or 'unknown'}",
        f"- these weights: {row.ref}, manifest {row.manifest_sha256}", "",
        f"{fence}toml", toml.rstrip(), fence,
    ]  # fmt: skip
