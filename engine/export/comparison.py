"""The report of a comparison: a page with the recommended run, the trade-off and what differs, and the numbers as a table."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from engine import __version__, durable, settings
from engine.export import charts, plain
from engine.export.gather import HELDOUT_SUITE
from engine.export.report import page_environment, shareable
from engine.export.tradeoff import picture
from engine.records import Run
from engine.store import runs, scores
from engine.sweeps import Summary, last_verdict, sum_up
from engine.verdict import sentences
from engine.verdict.records import Verdict
from engine.verdict.tradeoff import MEASURES, gain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.store import Store
    from engine.verdict.records import CapabilityVerdict

PAGE, TABLE = "comparison.html", "comparison.csv"
#: Settings that name a run or bind it to files; whether base and rows are the same is said in words of its own.
_NOT_SETTINGS = frozenset({"name", "notes", "base", "data.path", "data.heldout_path"})
_UNFAIR = "Nothing is recommended: these runs were not measured on the same canaries of the same base."
_COLUMNS = (
    "run_id", "run", "base", "method", "steps", "verdict", "gain", "gain_unit", "elapsed_s", "peak_bytes",
    "capability", "role", "word", "n", "change", "lower", "upper", "limit", "unit",
)  # fmt: skip


class _Compared(Struct, frozen=True, kw_only=True):
    """A run with its newest verdict and the version of the canaries it was measured on."""

    run: Run
    verdict: Verdict | None
    suite: tuple[str, str] | None


def write_comparison(
    store: Store, run_ids: Sequence[int], folder: Path, *, private: Sequence[Path] | None = None
) -> tuple[Path, Path]:
    """Write the page and the table of these runs, finished or not, into `folder` and return both; `private` as
    `write_report`'s. The page draws the trade-off itself and fetches nothing."""
    found = runs.told_apart([runs.get(store, run_id) for run_id in run_ids])
    compared = [_compared(store, run) for run in found]
    made = sum_up(store, [(one.run.name, one.run) for one in compared])
    obstacles = _obstacles(compared)
    if any(not is_fair for _, is_fair in obstacles):
        made = msgspec.structs.replace(made, recommended=None, sentence=_UNFAIR)
    folders = [store.home, *([Path.home()] if private is None else private)]
    page = page_environment(folders).get_template("comparison.html").render(
        runs=[one.run for one in compared],
        made=made,
        chosen=next((one.label for one in made.points if one.run_id == made.recommended), ""),
        picture=picture(made),
        worst=_worst(compared),
        points=sorted(made.points, key=lambda one: -one.gain),
        obstacles=[text for text, _ in obstacles],
        differences=_differences([shareable(one.run.recipe) for one in compared]),
        capabilities=list(_capabilities(compared)),
        unit=MEASURES[made.measure][0] if made.measure else "",
        gain_text=gain_text,
        amount=sentences.amount,
        interval=plain.interval,
        limit_text=sentences.limit_text,
        unit_text=sentences.unit_text,
        glyphs=sentences.GLYPHS,
        css=charts.CSS,
        words=charts.WORDS,
        dated=datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=__version__,
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    durable.replace_file(folder / PAGE, page.encode("utf-8"))
    durable.replace_file(folder / TABLE, _table(compared, made).encode("utf-8"))
    return folder / PAGE, folder / TABLE


def _compared(store: Store, run: Run) -> _Compared:
    after = [row for row in scores.of_run(store, run.id) if row.moment == "after" and row.suite != HELDOUT_SUITE]
    suite = (after[-1].suite, after[-1].suite_hash) if after else None
    return _Compared(run=run, verdict=last_verdict(store, run.id), suite=suite)


def _worst(compared: Sequence[_Compared]) -> dict[int, CapabilityVerdict]:
    """By run its judged capability that lost most in units of its limit."""
    found = {}
    for one in compared:
        judged = [part for part in one.verdict.capabilities if part.role != "expendable"] if one.verdict else []
        if judged:
            found[one.run.id] = max(judged, key=lambda part: part.mean_change / part.budget)
    return found


def _obstacles(compared: Sequence[_Compared]) -> list[tuple[str, bool]]:
    """What is not the same in these runs beside their settings, and whether they can be compared all the same."""
    recipes = [one.run.recipe for one in compared]
    bases = {one.base_fingerprint or one.base: plain.last_name(one.base) for one in recipes}
    data = {one.data.fingerprint or one.data.path: plain.last_name(one.data.path) or "none" for one in recipes}
    suites = {one.suite[1]: f"{plain.last_name(one.suite[0])} {one.suite[1][:8]}" for one in compared if one.suite}
    found = []
    if len(bases) > 1:
        found.append((f"Not comparable: different bases ({', '.join(bases.values())}).", False))
    if len(suites) > 1:
        found.append((f"Not comparable: canary suites {' · '.join(suites.values())}.", False))
    if len(data) > 1:
        found.append((f"Different training rows ({', '.join(data.values())}).", True))
    return found


def _differences(recipes: Sequence[Any]) -> list[tuple[str, list[str]]]:
    """The settings in which the runs differ, each with every run's value."""
    found = []
    for one in settings.settings():
        if one.is_automatic or one.path in _NOT_SETTINGS:
            continue
        values = [_said(settings.value_of(recipe, one)) for recipe in recipes]
        if len(set(values)) > 1:
            found.append((one.path, values))
    return found


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_budget(one)}" for key, one in value.items()) or "none"
    return str(value) if value not in ("", None) else "none"


def _budget(one: Any) -> str:
    role, limit = getattr(one, "role", ""), getattr(one, "limit", None)
    return " ".join([str(role or one), *([f"{limit:g}"] if limit else [])])


def _capabilities(compared: Sequence[_Compared]) -> Iterator[tuple[str, str, CapabilityVerdict]]:
    """Capability by capability what each run did to it: the capability where it begins, the run, the verdict."""
    names = dict.fromkeys(part.name for one in compared if one.verdict for part in one.verdict.capabilities)
    for name in names:
        told = name
        for one in compared:
            for part in one.verdict.capabilities if one.verdict else ():
                if part.name == name:
                    yield told, one.run.name, part
                    told = ""


# ---- the table -------------------------------------------------------------------------------------------------------


def _table(compared: Sequence[_Compared], made: Summary) -> str:
    """One row a run and capability, numbers to the last bit and as the page shows them: down is worse."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in compared:
        for part in one.verdict.capabilities if one.verdict else (None,):
            cells = {**_of_run(one, made), **({} if part is None else _of_capability(part))}
            writer.writerow([_cell(cells.get(name)) for name in _COLUMNS])
    return out.getvalue()


def _of_run(one: _Compared, made: Summary) -> dict[str, Any]:
    point = next((point for point in made.points if point.run_id == one.run.id), None)
    unit = MEASURES[made.measure][1] if made.measure else ""
    gained = None if point is None else 100 * point.gain if unit == "points" else point.gain
    run = one.run
    return {
        "run_id": run.id, "run": run.name, "base": plain.last_name(run.recipe.base), "method": run.recipe.method,
        "steps": run.step, "verdict": one.verdict.word if one.verdict else None, "gain": gained,
        "gain_unit": unit if point is not None else None, "elapsed_s": run.elapsed_s, "peak_bytes": run.peak_bytes,
    }  # fmt: skip


def _of_capability(part: CapabilityVerdict) -> dict[str, Any]:
    ends = (part.lower, part.upper) if part.kind == "kl" else (part.upper, part.lower)
    lower, upper = (None if end is None else sentences.shown(end, part.kind) for end in ends)
    return {
        "capability": part.name, "role": part.role, "word": part.word, "n": part.n,
        "change": sentences.shown(part.mean_change, part.kind), "lower": lower, "upper": upper,
        "limit": None if part.role == "expendable" else sentences.shown(part.budget, part.kind),
        "unit": sentences.unit_text(part.kind, part.unit),
    }  # fmt: skip


def _cell(value: Any) -> str:
    """Nothing for None, floats to the last bit, and no text that a sheet would run as a formula."""
    if value is None:
        return ""
    text = repr(value) if isinstance(value, float) else plain.visible(str(value))
    return f"'{text}" if isinstance(value, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
