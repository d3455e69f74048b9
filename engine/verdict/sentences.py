"""How a verdict reads: plain words, changes shown with down = worse, no praise and no alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.verdict.records import CapabilityVerdict, Kind, PooledVerdict, Verdict, Word

MIN_CLUSTERS = 8  # independent sources below which there is no verdict
GLYPHS: dict[Word, str] = {"kept": "●", "forgot": "▼", "changed": "≠", "can't tell": "◆", "measured": "○"}
TITLES: dict[Word, str] = {
    "kept": "Kept",
    "forgot": "Forgot",
    "changed": "Changed",
    "can't tell": "Can't tell about",
    "measured": "Measured",
}


def shown(value: float, kind: Kind) -> float:
    """A stored change as the reader sees it: down is worse, points for 0/1 scores; a KL change keeps its sign."""
    if kind == "kl":
        return value
    return -100 * value if kind == "binary" else -value


def amount(value: float, kind: Kind) -> str:
    """A stored change as a signed number without its unit: −0.53, +2.5."""
    number = shown(value, kind)
    digits = 1 if kind == "binary" else 3 if 0 < abs(number) < 0.1 else 2
    text = f"{abs(number):.{digits}f}"
    if float(text) == 0:
        return text
    return f"{'−' if number < 0 else '+'}{text}"


def limit_text(budget: float, kind: Kind) -> str:
    """A budget as the reader sees it: −5 points, −0.10 nats/token."""
    return f"{shown(budget, kind):g}".replace("-", "−")


def unit_text(kind: Kind, unit: str) -> str:
    """Say "points" for 0/1 scores and the score's own unit otherwise."""
    return "points" if kind == "binary" else unit


def span(lower: float | None, upper: float | None, kind: Kind, unit: str) -> str:
    """Both bounds in words, from the worse reading of the axis to the better one."""
    if lower is None or upper is None:
        known = upper if lower is None else lower
        if known is None:
            return "the change has no bound from so few items"
        at_least = (lower is None) != (kind == "kl")
        said = f"{amount(known, kind)} {unit_text(kind, unit)}"
        return f"the change is at least {said}" if at_least else f"the change is at most {said}"
    low, high = (lower, upper) if kind == "kl" else (upper, lower)
    return f"the change is between {amount(low, kind)} and {amount(high, kind)} {unit_text(kind, unit)}"


def reason(word: Word, lower: float | None, upper: float | None, *, kind: Kind, unit: str, budget: float) -> str:
    """The sentence under a word when nothing but the bounds decides it."""
    facts = f"{span(lower, upper, kind, unit)} and your limit is {limit_text(budget, kind)}"
    if word == "can't tell":
        return f"We can't tell: {facts}."
    return f"{facts[0].upper()}{facts[1:]}."


def few_clusters_reason(clusters: int) -> str:
    """Why a handful of templates cannot carry a verdict."""
    return (
        f"We can't tell: the items come from {clusters} independent {_plural(clusters, 'source', 'sources')} "
        f"and a verdict needs at least {MIN_CLUSTERS}. Add items from other templates or passages."
    )


def few_items_reason(n: int, minimum: int, rest: str) -> str:
    """Why so few items cannot show that something was kept."""
    return f"{rest} With {n} {_plural(n, 'item', 'items')} we never say kept; it takes at least {minimum}."


def noise_reason(change: str, floor: float, unit: str) -> str:
    """Why a change this small is not called anything."""
    return (
        f"We can't tell: the change of {change} {unit} is less than three times what scoring the same model twice "
        f"differs by ({floor:.2g})."
    )


def overall_reason(word: Word, names: list[str], judged: int) -> str:
    """Which capabilities make the overall word what it is."""
    listed = ", ".join(names)
    if word == "measured":
        return "Nothing was protected, so nothing was judged."
    if word == "kept":
        return f"All {judged} judged capabilities stayed inside their limits." if judged > 1 else f"Kept: {listed}."
    if word == "can't tell":
        return f"We can't tell for {listed}."
    return f"{TITLES[word]}: {listed}."


def headline(verdict: CapabilityVerdict) -> str:
    """One line for a card: glyph, word, capability, change and the bounds that decide."""
    change = f"{amount(verdict.mean_change, verdict.kind)} {unit_text(verdict.kind, verdict.unit)}"
    facts = span(verdict.lower, verdict.upper, verdict.kind, verdict.unit).removeprefix("the change is ")
    facts = facts if facts != "the change has no bound from so few items" else "no bound from so few items"
    return f"{GLYPHS[verdict.word]} {TITLES[verdict.word]} {verdict.name}: {change} ({facts})"


def pooled_headline(pooled: PooledVerdict) -> str:
    """One line for the checked answers of all protected capabilities together."""
    return (
        f"{GLYPHS[pooled.word]} {TITLES[pooled.word]} checked answers: {amount(pooled.mean_change, 'binary')} points "
        f"({pooled.lost} forgotten, {pooled.gained} gained of {pooled.n})"
    )


def overall_headline(verdict: Verdict) -> str:
    """One line for the whole run."""
    return f"{GLYPHS[verdict.word]} {TITLES[verdict.word].removesuffix(' about')}. {verdict.reason}"


def next_step(verdict: CapabilityVerdict) -> str:
    """What would settle a "can't tell"; empty for any other word."""
    if verdict.word != "can't tell":
        return ""
    if verdict.is_too_close:
        return "Too close to the limit for any reasonable number of items."
    if verdict.clusters < MIN_CLUSTERS:
        return "Add items from other templates or passages."
    if verdict.n_needed is None:
        return "More items would not settle it."
    return f"About {verdict.n_needed} items in all would settle it: add {verdict.n_needed - verdict.n}."


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
