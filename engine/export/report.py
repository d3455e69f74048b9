"""The result page: one HTML file that holds everything, fetches nothing and names no folder of this computer."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import msgspec
from markupsafe import Markup

from engine import __version__, durable
from engine.export import charts, plain
from engine.export.gather import Facts, gather, numbers
from engine.plan.text import bytes_text, duration_text
from engine.store import runs
from engine.verdict import sentences
from engine.verdict.advice import advise
from engine.wording import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import Recipe
    from engine.store import Store
    from engine.verdict.records import CapabilityVerdict, Verdict, Word

TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "report"
_WORDS_IN_ORDER: tuple[Word, ...] = ("forgot", "changed", "can't tell", "kept", "measured")


def write_report(store: Store, run_id: int, path: Path, *, private: Sequence[Path] | None = None) -> Path:
    """Write the result page of a run, finished or not, to `path` and return it.

    `private` are folders whose paths are taken out of every text besides the data folder; None takes the user's home.
    Raises `UserError` if there is no such run.
    """
    facts = gather(store, run_id)
    folders = [store.home, *([Path.home()] if private is None else private)]
    page = page_environment(folders).get_template("report.html").render(_context(facts))
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.replace_file(path, page.encode("utf-8"))
    return path


def report_path(store: Store, run_id: int) -> Path:
    """Where a run's page lies unless the user names another place: in the run's folder."""
    return runs.folder(store, run_id) / "report.html"


def page_environment(folders: Sequence[Path]) -> jinja2.Environment:
    """The templates of all pages: everything shown is escaped, and the folders' paths are taken out of it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=partial(_finalised, folders=folders),
    )
    environment.filters |= {
        "number": plain.number,
        "percent": percent,
        "bytes": bytes_text,
        "duration": duration_text,
        "paths_out": plain.without_paths,
        "thousands": lambda count: f"{count:,}",
    }
    return environment


def _finalised(value: Any, *, folders: Sequence[Path]) -> Any:
    """Every text that reaches the page passes here before it is escaped; our own markup does not."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return plain.visible(plain.without_folders(value, folders))
    return value


def _context(facts: Facts) -> dict[str, Any]:
    run, results = facts.run, facts.run.results
    return {
        "facts": facts,
        "run": run,
        "recipe": run.recipe,
        "recipe_toml": shareable(run.recipe).to_toml(),
        "verdict": facts.verdict,
        "headline": _headline(facts),
        "reasons": [(v, charts.CSS[v.word]) for v in _deciding(facts.verdict)],
        "forgot": _forgot(facts.verdict),
        "learned": numbers(results, "learned"),
        "memorised": numbers(results, "memorised"),
        "sentinels": numbers(results, "sentinels"),
        "base_check": numbers(results, "base"),
        "pictures": _pictures(facts),
        "timeline": _timeline(facts),
        "settled": [(v.name, step) for v in _all(facts.verdict) if (step := sentences.next_step(v))],
        "advice": advise(facts.verdict, results, run.recipe),
        "settings": measured_settings(facts),
        "predicted_bytes": _predicted_bytes(run.plan),
        "dated": _dated(run.ended_at or run.created_at),
        "version": __version__,
        "css": charts.CSS,
        "words": charts.WORDS,
        "glyphs": sentences.GLYPHS,
        "amount": sentences.amount,
        "interval": plain.interval,
        "limit_text": sentences.limit_text,
        "unit_text": sentences.unit_text,
        "facts_of": _facts_of,
        "pooled_headline": sentences.pooled_headline,
    }


def shareable(recipe: Recipe) -> Recipe:
    """The recipe without local folders: files by their names, and no path in names and notes."""
    data = msgspec.structs.replace(
        recipe.data, path=plain.last_name(recipe.data.path), heldout_path=plain.last_name(recipe.data.heldout_path)
    )
    budgets = {
        name: msgspec.structs.replace(budget, reason=plain.without_paths(budget.reason))
        for name, budget in recipe.canaries.budgets.items()
    }
    canaries = msgspec.structs.replace(
        recipe.canaries, suite=plain.last_name(recipe.canaries.suite), budgets=budgets
    )  # fmt: skip
    general = msgspec.structs.replace(recipe.protection.general, path=plain.last_name(recipe.protection.general.path))
    return msgspec.structs.replace(
        recipe,
        data=data,
        canaries=canaries,
        protection=msgspec.structs.replace(recipe.protection, general=general),
        name=plain.without_paths(recipe.name),
        base=plain.last_name(recipe.base),
        notes=plain.without_paths(recipe.notes),
    )


# ---- the verdict in words --------------------------------------------------------------------------------------------


def _headline(facts: Facts) -> dict[str, str]:
    """Glyph, title, sentence and colour of the banner; a run without a verdict says why."""
    if facts.verdict is not None:
        word, names = facts.verdict.word, [one.name for one in _all(facts.verdict) if one.word == facts.verdict.word]
        title = f"{sentences.GLYPHS[word]} {sentences.TITLES[word]}"
        if word in {"forgot", "changed", "can't tell"}:
            return {"title": f"{title} {_some(names)}", "sentence": "", "css": charts.CSS[word]}
        return {"title": title, "sentence": facts.verdict.reason, "css": charts.CSS[word]}
    state = facts.run.state
    if state.is_ended:
        sentence = f"The run ended as “{state.word}” before anything could be compared."
    else:
        sentence = f"The run is not finished: {state.word}, step {facts.run.step} of {facts.run.steps_total or '?'}."
    return {"title": "○ No verdict yet" if not state.is_ended else "○ No verdict", "sentence": sentence, "css": "base"}


def _some(names: Sequence[str]) -> str:
    """The first three names, and how many more."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _facts_of(one: CapabilityVerdict) -> str:
    """The headline of a capability without its glyph and word, which the banner has said: "arithmetic: −0.53 …"."""
    return sentences.headline(one).removeprefix(f"{sentences.GLYPHS[one.word]} {sentences.TITLES[one.word]} ")


def _all(verdict: Verdict | None) -> list[CapabilityVerdict]:
    return verdict.capabilities if verdict else []


def _deciding(verdict: Verdict | None) -> list[CapabilityVerdict]:
    """The capabilities that make the overall word what it is, the largest loss first, at most four."""
    found = [one for one in _all(verdict) if verdict is not None and one.word == verdict.word]
    return sorted(found, key=lambda one: -one.mean_change / one.budget)[:4]


def _forgot(verdict: Verdict | None) -> dict[str, Any]:
    """How many capabilities got which word, and the mean change of those scored in nats a token."""
    every = _all(verdict)
    changes = [one.mean_change for one in every if one.kind == "nll"]
    return {
        "counts": [
            (word, count)
            for word in _WORDS_IN_ORDER
            if word != "forgot" and (count := sum(v.word == word for v in every))
        ],
        "count": sum(v.word == "forgot" for v in every),
        "mean": sentences.amount(sum(changes) / len(changes), "nll") if changes else None,
        "mean_of": len(changes),
    }


# ---- pictures --------------------------------------------------------------------------------------------------------


def _pictures(facts: Facts) -> list[dict[str, Any]]:
    """One before/after picture for each unit, the likelihoods first."""
    groups: dict[str, list[charts.Row]] = {}
    for row in facts.rows:
        kind = row.verdict.kind
        groups.setdefault({"kl": "divergence", "binary": "points"}.get(kind, row.verdict.unit), []).append(row)
    order = sorted(groups, key=lambda unit: (unit == "divergence", unit == "points"))
    return [_picture(groups[unit]) for unit in order]


def _picture(rows: list[charts.Row]) -> dict[str, Any]:
    worst = rows[0].verdict
    change = f"{sentences.amount(worst.mean_change, worst.kind)} {sentences.unit_text(worst.kind, worst.unit)}"
    summary = (
        f"{len(rows)} capabilities before and after, worst first: {worst.name} {change}, {charts.WORDS[worst.word]}."
    )
    # The pieces of the drawing were escaped one by one where they were made.
    return {"svg": Markup(charts.before_after(rows, summary)), "alpha_lower": worst.alpha_lower, "kind": worst.kind}


def _timeline(facts: Facts) -> Markup | None:
    data = facts.timeline
    if not data.steps and not data.lines:
        return None
    summary = f"Loss over {len(data.steps)} logged steps"
    if data.losses:
        summary += f", from {plain.number(data.losses[0])} to {plain.number(data.losses[-1])} nats/token"
    return Markup(charts.timeline(data, f"{summary}; canaries of {facts.looks} looks below."))


# ---- how it was decided ----------------------------------------------------------------------------------------------


def measured_settings(facts: Facts) -> list[tuple[str, str]]:
    """What the scores depend on, in a fixed order; long hashes shortened, local paths reduced to names."""
    if facts.before is None:
        return []
    known = facts.before.settings
    said = [("suite", f"{plain.last_name(facts.before.suite)}, content {facts.before.suite_hash[:12]}")]
    for key in ("precision", "quantisation", "attention_kernel", "batch_layout"):
        if known.get(key):
            said.append((key.replace("_", " "), plain.without_paths(str(known[key]))))
    for key in ("prompts_hash", "template_hash", "tokenizer_hash"):
        if known.get(key):
            said.append((key.replace("_hash", " fingerprint"), str(known[key])[:12]))
    versions = known.get("versions") or {}
    if versions:
        said.append(("versions", ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))))
    return said


def _predicted_bytes(plan: dict[str, Any]) -> int:
    memory = plan.get("memory")
    return int(memory.get("peak_bytes") or 0) if isinstance(memory, dict) else 0


def _dated(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
