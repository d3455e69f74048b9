"""The verdict as the page says it: headline, what was learned, what to do next, and how it was decided. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from engine.states import State
from engine.verdict.sentences import MIN_CLUSTERS, amount, limit_text
from engine.wording import percent
from gui.charts.before_after_rows import CapabilityRow, row_of, split_by_axis
from gui.charts.words import GLYPHS, word_name
from gui.i18n import said, tr
from gui.widgets.text import bytes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.export.gather import Facts
    from engine.records import CheckpointRow, Run
    from engine.verdict.records import CapabilityVerdict, Verdict, Word
    from gui.run.reading import RunReading

MOST_WORST = 8
#: Nobody writes more canaries than this because a verdict asks for them; then how many it would take is said, not offered.
MOST_TO_WRITE = 500
ButtonKey = Literal["roll_back", "make_current", "try_again", "strength", "keep"]


@dataclass(frozen=True, kw_only=True)
class VerdictButton:
    """One thing to do about the verdict; `ref` is the model it points at, `advice` the rule it follows."""

    key: ButtonKey
    text: str
    tip: str = ""
    ref: str = ""
    advice: str = ""
    is_primary: bool = False


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What would settle one capability that cannot be told; `add` canaries, 0 where no number would do, or none that anyone would write."""

    capability: str
    text: str
    add: int = 0


@dataclass(frozen=True, kw_only=True)
class VerdictView:
    """Everything the Verdict tab shows."""

    word: Word | None
    headline: str
    summary: str
    groups: list[list[CapabilityRow]] = field(default_factory=list)
    buttons: tuple[VerdictButton, ...] = ()
    offers: tuple[Offer, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    next_steps: tuple[tuple[str, str], ...] = ()
    decided: tuple[str, ...] = ()
    is_current: bool = False


def view_of(reading: RunReading) -> VerdictView:
    """Put a run's facts into words."""
    facts, verdict = reading.facts, reading.facts.verdict
    if verdict is None:
        return VerdictView(
            word=None, headline=_no_verdict(facts.run), summary=_learned(facts.run), beside=_beside(facts)
        )
    checked = {one.name: one for one in verdict.checked}
    rows = [
        row_of(row.verdict, before=row.before, after=row.after, checked=checked.get(row.verdict.name))
        for row in facts.rows
    ]
    here = f"{facts.run.id}@{facts.run.step}"
    return VerdictView(
        word=verdict.word,
        headline=headline(verdict),
        summary=" ".join(part for part in (_learned(facts.run), counts(verdict)) if part),
        groups=split_by_axis(rows),
        buttons=_buttons(reading),
        offers=tuple(offer(one) for one in verdict.capabilities if one.word == "can't tell"),
        beside=_beside(facts),
        next_steps=tuple((said(one.sentence), said(one.evidence)) for one in reading.advice),
        decided=_decided(facts, verdict),
        is_current=reading.current == here,
    )


# ---- the words -------------------------------------------------------------------------------------------------------


def headline(verdict: Verdict) -> str:
    """Glyph, word, capability, change with its bounds and the limit: the worst of those that make the overall word."""
    word = verdict.word
    made_it = [one for one in verdict.capabilities if one.word == word and one.role != "expendable"]
    if word == "kept":
        name = tr("%n capability(ies), all inside their limits", "", verdict.judged)
        return f"{GLYPHS[word]} {word_name(word)}: {name}"
    if not made_it:
        return f"{GLYPHS[word]} {word_name(word)}"
    worst = max(made_it, key=lambda one: one.mean_change / one.budget if one.budget else one.mean_change)
    words = tr("{glyph} {word} {name}: {change}")
    return words.format(glyph=GLYPHS[word], word=word_name(word), name=worst.name, change=change_text(worst))


def change_text(one: CapabilityVerdict) -> str:
    """−0.53 nats/token (between −0.61 and −0.45, limit −0.10)."""
    low, high = _bounds(one)
    unit = tr("points") if one.kind == "binary" else said(one.unit)
    change = f"{amount(one.mean_change, one.kind)} {unit}"
    limit = limit_text(one.budget, one.kind)
    if not low and not high:
        return tr("{change} (no bound from so few items, limit {limit})").format(change=change, limit=limit)
    if not low or not high:
        words = (
            tr("{change} (at least {bound}, limit {limit})") if low else tr("{change} (at most {bound}, limit {limit})")
        )
        return words.format(change=change, bound=low or high, limit=limit)
    words = tr("{change} (between {low} and {high}, limit {limit})")
    return words.format(change=change, low=low, high=high, limit=limit)


def counts(verdict: Verdict) -> str:
    """How many of each word: "2 kept, 1 can't tell"."""
    said = []
    for word in ("forgot", "changed", "kept", "can't tell"):
        count = sum(1 for one in verdict.capabilities if one.word == word and one.role != "expendable")
        if count:
            said.append(f"{count} {word_name(word).lower()}")  # type: ignore[arg-type]
    return (", ".join(said) + ".") if said else tr("Nothing was protected, so nothing was judged.")


def offer(one: CapabilityVerdict) -> Offer:
    """What would settle a capability that cannot be told (science §2)."""
    change = change_text(one)
    if one.clusters < MIN_CLUSTERS:
        text = tr("{name}: {change}. Add canaries from other templates or passages.")
        return Offer(capability=one.name, text=text.format(name=one.name, change=change))
    if one.is_too_close or one.n_needed is None:
        text = tr("{name}: {change}. The change is too close to the limit for any reasonable number of canaries.")
        return Offer(capability=one.name, text=text.format(name=one.name, change=change))
    add = max(1, one.n_needed - one.n)
    text = tr("{name}: {change}. About {add} more canaries would settle it ({needed} in all; it has {n}).")
    return Offer(
        capability=one.name,
        text=text.format(name=one.name, change=change, add=add, needed=one.n_needed, n=one.n),
        add=add if add <= MOST_TO_WRITE else 0,
    )


def _bounds(one: CapabilityVerdict) -> tuple[str, str]:
    low, high = (one.lower, one.upper) if one.kind == "kl" else (one.upper, one.lower)
    return tuple("" if value is None else amount(value, one.kind) for value in (low, high))  # type: ignore[return-value]


def _no_verdict(run: Run) -> str:
    if not run.state.is_ended:
        return tr("No verdict yet: it comes when the canaries have been measured after training.")
    if run.step == 0:
        return tr("No verdict: nothing was trained.")
    return tr("No verdict: the canaries were not measured after training.")


def _learned(run: Run) -> str:
    said = run.results.get("learned") or {}
    if not said:
        return ""
    for key, words in (
        ("exact", tr("Learned the task: right answers {before} → {after} on {n} held-out rows.")),
        ("keys", tr("Learned the task: right fields {before} → {after} on {n} held-out rows.")),
    ):
        before, after = said.get(f"{key}_before"), said.get(f"{key}_after")
        if after is not None and (before or after):
            return words.format(before=percent(before), after=percent(after), n=said.get("n", 0))
    words = tr("Held-out loss {before} → {after} nats/token on {n} rows.")
    return words.format(before=_nats(said.get("nll_before")), after=_nats(said.get("nll_after")), n=said.get("n", 0))


def _beside(facts: Facts) -> tuple[tuple[str, str], ...]:
    """What stands beside every verdict: learned, memorised, how answers look, flips, the base, memory."""
    said, run = facts.run.results, facts.run
    rows: list[tuple[str, str]] = []
    if learned := said.get("learned"):
        parts = [
            f"{words} {percent(learned.get(f'{key}_before'))} → {percent(learned.get(f'{key}_after'))}"
            for key, words in (("exact", tr("right answers")), ("keys", tr("right fields")))
            if learned.get(f"{key}_after") is not None
        ]
        parts.append(f"{tr('loss')} {_nats(learned.get('nll_before'))} → {_nats(learned.get('nll_after'))}")
        rows.append((tr("▲ Learned"), f"{', '.join(parts)} (n={learned.get('n', 0)})"))
    if memorised := said.get("memorised"):
        words = tr("loss on training rows {train}, on held-out rows {heldout}; right on {n} reworded rows: {share}")
        rows.append((tr("Memorised"), words.format(
            train=_nats(memorised.get("train_nll")), heldout=_nats(memorised.get("heldout_nll")),
            n=memorised.get("paraphrase_n", 0), share=percent(memorised.get("paraphrase_exact")),
        )))  # fmt: skip
    rows += _signs(said.get("sentinels") or {})
    if facts.verdict is not None and facts.verdict.checked:
        lost = sum(len(one.flips.forgotten) for one in facts.verdict.checked)
        gained = sum(len(one.flips.gained) for one in facts.verdict.checked)
        n = sum(one.n for one in facts.verdict.checked)
        words = tr("{lost} right → wrong, {gained} wrong → right of {n} checked answers")
        rows.append((tr("Flips"), words.format(lost=lost, gained=gained, n=n)))
    if base := said.get("base"):
        words = tr("unchanged, {files} files, {size}, verified byte for byte")
        rows.append((tr("Base"), words.format(files=base["files"], size=bytes_text(base["size_bytes"]))))
    if run.peak_bytes:
        predicted = run.plan.get("memory", {}).get("peak_bytes")
        beside = tr(" (predicted {size})").format(size=bytes_text(predicted)) if predicted else ""
        rows.append((tr("Peak memory"), bytes_text(run.peak_bytes) + beside))
    return tuple(rows)


def _signs(signs: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    if signs.get("format_capture_after") is not None:
        words = tr("{before} → {after} of the canary answers open like the training rows")
        before, after = (percent(signs.get(f"format_capture_{moment}")) for moment in ("before", "after"))
        rows.append((tr("Style"), words.format(before=before, after=after)))
    if signs.get("n"):
        words = tr("{before} → {after} of {n} answers show signs of damage (loops, empty, cut)")
        before, after = (f"{signs.get(f'degenerate_{moment}', 0):g}" for moment in ("before", "after"))
        rows.append((tr("Damage"), words.format(before=before, after=after, n=signs.get("n"))))
    return rows


def _decided(facts: Facts, verdict: Verdict) -> tuple[str, ...]:
    """How it was decided: n, method, levels, budgets, suite, versions."""
    lines = [
        tr("Each capability is judged by its paired differences, item by item; down is worse."),
        tr(
            "Level {alpha} over {judged} judged capabilities: the better bound is Bonferroni's, the worse one-sided 95 %."
        ).format(alpha=f"{verdict.alpha:g}", judged=verdict.judged),
    ]
    for one in verdict.capabilities:
        words = tr("{name}: {n} items from {clusters} sources, {method}, limit {limit} ({role}).")
        lines.append(words.format(
            name=one.name, n=one.n, clusters=one.clusters, method=one.method, limit=limit_text(one.budget, one.kind),
            role=role_name(one.role),
        ))  # fmt: skip
    if facts.after is not None:
        words = tr("Suite {suite}, version {version}; noise floor {noise} nats/token.")
        noise = f"{facts.before.noise_floor if facts.before else 0.0:.2g}"
        lines.append(words.format(suite=facts.after.suite, version=facts.after.suite_hash[:12], noise=noise))
        versions = facts.after.settings.get("versions") or {}
        lines.append(", ".join(f"{name} {number}" for name, number in versions.items()))
    return tuple(line for line in lines if line)


def role_name(role: str) -> str:
    """What a budget's role is called."""
    return {"protect": tr("protect"), "tolerate": tr("tolerate"), "expendable": tr("expendable")}.get(role, role)


# ---- what to do ------------------------------------------------------------------------------------------------------


def best_kept(facts: Facts) -> CheckpointRow | None:
    """The newest checkpoint on disk at which every capability was still inside its limit, if a later one was not."""
    step = facts.timeline.last_inside
    return next((row for row in facts.checkpoints if row.step == step and row.state == "complete"), None)


def _buttons(reading: RunReading) -> tuple[VerdictButton, ...]:
    facts, verdict = reading.facts, reading.facts.verdict
    run = facts.run
    tuned = next((row for row in facts.checkpoints if row.step == run.step and row.state == "complete"), None)
    is_kept = verdict is not None and verdict.word == "kept"
    found: list[VerdictButton] = []
    if tuned is not None and tuned.ref != reading.current:
        tip = tr("Point the project at this run's model; nothing is deleted, and Undo points back")
        found.append(VerdictButton(
            key="make_current", text=tr("Make current"), tip=tip, ref=tuned.ref, is_primary=is_kept
        ))  # fmt: skip
    if not is_kept or tuned is None or tuned.ref == reading.current:
        found.insert(0, _way_back(facts, reading.current, is_primary=not is_kept))
    advised = next((one for one in reading.advice if one.recipe is not None), None)
    if advised is not None and advised.recipe is not None:
        text = _again_text(advised.id, advised.recipe.protect)
        is_next = not any(one.is_primary for one in found)  # the base is current already: nothing to roll back to
        found.append(
            VerdictButton(key="try_again", text=text, tip=said(advised.sentence), advice=advised.id, is_primary=is_next)
        )
    if tuned is not None and run.recipe.method in ("full", "lora", "qlora"):
        tip = tr("Mix base and tuned weights: turn down what was learned until what was forgotten is back")
        found.append(VerdictButton(key="strength", text=tr("Open strength slider"), tip=tip))
    if verdict is not None and verdict.word != "kept" and tuned is not None and tuned.ref != reading.current:
        tip = tr("Make it current in spite of the verdict; a reason is kept in the history")
        found.append(VerdictButton(key="keep", text=tr("Keep anyway…"), tip=tip, ref=tuned.ref))
    return tuple(found)


def _way_back(facts: Facts, current: str, *, is_primary: bool) -> VerdictButton:
    """Roll back to the best checkpoint inside the limits, else to the base."""
    best = best_kept(facts)
    tip = tr("Point the project at an earlier model; nothing is deleted, and Undo points back")
    if best is not None and best.ref != current:
        text = tr("Roll back to step {step}").format(step=best.step)
        return VerdictButton(key="roll_back", text=f"★ {text}", tip=tip, ref=best.ref, is_primary=is_primary)
    text, ref = tr("Roll back to the base"), f"base:{facts.run.recipe.base}"
    return VerdictButton(key="roll_back", text=text, tip=tip, ref=ref, is_primary=is_primary and current != ref)


def _again_text(rule: str, preset: str) -> str:
    if rule in ("forgot-learned", "changed", "format-capture"):
        return tr("Try again with protection ({preset})").format(preset=preset)
    return {
        "forgot-full": tr("Try again with LoRA"),
        "forgot-prompt": tr("Try again with LoRA"),
        "prompt-not-learned": tr("Try again with LoRA"),
        "forgot-not-learned": tr("Try again at a third of the learning rate"),
        "forgot-protected": tr("Try again at a third of the learning rate"),
        "kept-not-learned": tr("Try again with more steps"),
        "cant-tell": tr("Try again with all canaries"),
    }.get(rule, tr("Try again as advised"))


def _nats(value: object) -> str:
    return "–" if not isinstance(value, (int, float)) else f"{value:.2f}"


def so_far(facts: Facts) -> Sequence[str]:
    """Capabilities whose last look was beyond their limit, the worst first, while the run goes on."""
    lines = [line for line in facts.timeline.lines if line.points]
    beyond = [line for line in lines if _is_beyond(line.points[-1].change, line.budget, is_kl=line.kind == "kl")]
    return [line.name for line in beyond]


def _is_beyond(change: float, budget: float, *, is_kl: bool) -> bool:
    return change > budget if is_kl else change < budget


def can_measure_now(run: Run, rows: Sequence[CheckpointRow]) -> bool:
    """Whether a run without a verdict has weights that can still be measured."""
    return run.state in (State.STOPPED, State.AUTO_STOPPED, State.INTERRUPTED, State.FAILED) and any(
        row.state == "complete" for row in rows
    )
