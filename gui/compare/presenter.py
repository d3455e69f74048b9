"""What Compare says of several runs: a line each, deltas against the baseline, what differs, points of the trade-off. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine import settings
from engine.verdict import tradeoff
from engine.verdict.sentences import shown, unit_text
from gui.charts.tradeoff_rows import Retained, TradeoffRow
from gui.charts.words import GLYPHS, word_name
from gui.i18n import said, tr
from gui.new_run.words import choice_text, label_of, nothing_text, number_text
from gui.run.verdict_words import role_name
from gui.runs.lines import with_bounds, worst_of
from gui.shell.live_run import state_word
from gui.widgets.text import bytes_text, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import Run
    from engine.settings import Setting
    from engine.verdict.records import CapabilityVerdict, Word
    from engine.verdict.tradeoff import Measure
    from gui.compare.reading import Compared, Reading

BASE = 0
#: Settings that name a run or bind it to files; whether base and data are the same is said in words of its own.
_NOT_SETTINGS = frozenset({"name", "notes", "base", "data.path", "data.heldout_path"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the overview. `loss` and `mean` are in units of the limits (1 is the limit), up is worse; id 0 is the base."""

    id: int
    name: str
    verdict: str
    word: Word | None = None
    worst: str = ""
    worst_name: str = ""
    loss: float | None = None
    mean: float | None = None
    gain: float | None = None
    gain_text: str = ""
    elapsed_s: float = 0.0
    peak_bytes: int = 0
    against: str = ""
    is_baseline: bool = False
    is_best: bool = False
    is_current: bool = False
    can_be_current: bool = False
    unable: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One setting in which the runs differ, as a sentence; `level` "warning" where it makes them not comparable."""

    text: str
    level: str = ""


def lines(reading: Reading, baseline: int = BASE) -> list[Line]:
    """The base first, then a line each run, with its differences from the baseline."""
    made = [_base_line(reading), *(_line(one, reading) for one in reading.compared)]
    known = {one.id for one in made}
    against = next(one for one in made if one.id == (baseline if baseline in known else BASE))
    return [_against(one, against, reading.measure) for one in made]


def _base_line(reading: Reading) -> Line:
    names = sorted({one.run.recipe.base for one in reading.compared})
    return Line(
        id=BASE, name=", ".join(names), verdict=f"○ {tr('Base')}", loss=0.0, mean=0.0, gain=0.0,
        gain_text=gain_text(0.0, reading.measure) if reading.measure else "",
    )  # fmt: skip


def _line(one: Compared, reading: Reading) -> Line:
    run, verdict = one.run, one.verdict
    worst = worst_of(verdict)
    loss, name, mean = tradeoff.worst_of(verdict) if verdict is not None else (None, "", None)
    return Line(
        id=run.id,
        name=run.name,
        verdict=f"{GLYPHS[verdict.word]} {word_name(verdict.word)}" if verdict else f"{run.state.glyph} {state_word(run.state)}",
        word=verdict.word if verdict else None,
        worst=with_bounds(worst) if worst else "",
        worst_name=name,
        loss=loss,
        mean=mean,
        gain=one.gain,
        gain_text=gain_text(one.gain, reading.measure),
        elapsed_s=run.elapsed_s,
        peak_bytes=run.peak_bytes,
        is_best=run.id == reading.best,
        is_current=one.is_current,
        can_be_current=one.can_be_current,
        unable=unable(one),
    )  # fmt: skip


def unable(one: Compared) -> str:
    """Why a run cannot be made the current model; empty where it can, or is."""
    if not one.ref:
        return tr("No checkpoint of this run is on disk.")
    return "" if one.verdict is not None else tr("This run has no verdict yet.")


def gain_text(value: float | None, measure: Measure | None) -> str:
    """A gain with its sign, in its measure's unit; empty where there is none."""
    return "" if value is None or measure is None else signed(_scaled(value, measure), _digits(measure))


def _scaled(value: float, measure: Measure) -> float:
    return 100 * value if tradeoff.MEASURES[measure][1] == "points" else value


def _digits(measure: Measure) -> int:
    return 1 if tradeoff.MEASURES[measure][1] == "points" else 2


def gain_unit(measure: Measure | None) -> str:
    """The unit of the gain, with what is counted where answers or fields are."""
    words = {"nll": tr("nats/token"), "exact": tr("points of right answers"), "keys": tr("points of right fields")}
    return words[measure] if measure else tr("points")


def _against(one: Line, base: Line, measure: Measure | None) -> Line:
    if one.id == base.id:
        return replace(one, is_baseline=True, against=tr("baseline"))
    parts = []
    if one.loss is not None and base.loss is not None:
        parts.append(tr("worst {change} limits").format(change=signed(base.loss - one.loss, 1)))
    if one.gain is not None and base.gain is not None and measure is not None:
        parts.append(tr("gain {change}").format(change=gain_text(one.gain - base.gain, measure)))
    return replace(one, against=" · ".join(parts))


# ---- what differs ----------------------------------------------------------------------------------------------------


def differences(reading: Reading) -> list[Difference]:
    """What makes the runs not comparable first, then only the settings that differ, each with whose value is which."""
    chosen = [one.run for one in reading.compared]
    if len(chosen) < 2:
        return []
    return [*_obstacles(reading), *_settings(chosen)]


def _obstacles(reading: Reading) -> list[Difference]:
    runs = [one.run for one in reading.compared]
    found = []
    bases = _told_apart([(run.recipe.base_fingerprint or run.recipe.base, run.recipe.base) for run in runs])
    data = _told_apart([(run.recipe.data.fingerprint or run.recipe.data.path, run.recipe.data.path) for run in runs])
    if len(set(bases)) > 1:
        found.append(_warning(tr("Not comparable: different bases: {names}").format(names=_by_run(runs, bases))))
    if len(set(data)) > 1:
        found.append(_warning(tr("Different training rows: {names}").format(names=_by_run(runs, data))))
    if suites := suite_differences(reading):
        found.append(_warning(tr("Not comparable: canary suites {names}.").format(names=" · ".join(suites))))
    if not found:
        found.append(Difference(text=tr("Base, rows and canaries are the same ✓")))
    return found


def suite_differences(reading: Reading) -> list[str]:
    """Each suite the runs were measured on, with its version, if there is more than one."""
    measured = [one.measured for one in reading.compared if one.measured is not None]
    found = _distinct((row.suite_hash, f"{row.suite} {row.suite_hash[:8]}") for row in measured)
    return found if len(found) > 1 else []


def newest_measured(reading: Reading) -> Compared | None:
    """The run measured last: its canaries are the version that the others are measured on again."""
    measured = [one for one in reading.compared if one.measured is not None]
    return max(measured, key=lambda one: one.measured.id if one.measured else 0, default=None)


def outdated(reading: Reading) -> list[int]:
    """Runs measured on another suite version than the run measured last: those to measure again."""
    newest = newest_measured(reading)
    if newest is None or newest.measured is None or not suite_differences(reading):
        return []
    wanted = newest.measured.suite_hash
    return [one.run.id for one in reading.compared if one.measured is not None and one.measured.suite_hash != wanted]


def remeasure_text(reading: Reading) -> str:
    """The words of the button that measures the outdated runs again; empty where there are none."""
    old, newest = set(outdated(reading)), newest_measured(reading)
    if not old or newest is None or newest.measured is None:
        return ""
    names = ", ".join(one.run.name for one in reading.compared if one.run.id in old)
    suite = f"{newest.measured.suite} {newest.measured.suite_hash[:8]}"
    return tr("Re-measure {runs} on {suite}").format(runs=names, suite=suite)


def _settings(runs: Sequence[Run]) -> list[Difference]:
    found = []
    for one in settings.settings():
        if one.is_automatic or one.path in _NOT_SETTINGS:
            continue
        values = [_said(one, settings.value_of(run.recipe, one)) for run in runs]
        if len(set(values)) > 1:
            found.append(Difference(text=f"{label_of(one)}: {_by_run(runs, values)}"))
    return found


def _by_run(runs: Sequence[Run], values: Sequence[str]) -> str:
    """The values of two runs in their order, of more runs each with the names of those that have it."""
    if len(runs) == 2:
        return " → ".join(values)
    names: dict[str, list[str]] = {}
    for run, value in zip(runs, values, strict=True):
        names.setdefault(value, []).append(run.name)
    return " · ".join(f"{value} ({', '.join(whose)})" for value, whose in names.items())


def _distinct(pairs: Any) -> list[str]:
    """The names of what differs by key, in order."""
    return list(dict(pairs).values())


def _told_apart(things: Sequence[tuple[str, str]]) -> list[str]:
    """A short name for each (fingerprint, path): its file, with folders where files are called alike, or its fingerprint."""
    parts = {key: path.replace("\\", "/").split("/") for key, path in reversed(things)}
    for depth in range(1, max(map(len, parts.values())) + 1):
        names = {key: "/".join(one[-depth:]) for key, one in parts.items()}
        if len(set(names.values())) == len(names):
            break
    else:
        names = {key: f"{one[-1]} {key[:8]}" for key, one in parts.items()}
    return [names[key] or tr("none") for key, _ in things]


def _warning(text: str) -> Difference:
    return Difference(text=text, level="warning")


def _said(setting: Setting, value: Any) -> str:
    """A value in words: choices by their names, and what 0 or nothing means."""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if not value:
        return nothing_text(setting) or (number_text(value) if isinstance(value, (int, float)) else tr("none"))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_budget(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(number_text(one) if isinstance(one, (int, float)) else str(one) for one in value)
    return number_text(value) if isinstance(value, (int, float)) else choice_text(setting, str(value))


def _budget(one: Any) -> str:
    role, limit = getattr(one, "role", ""), getattr(one, "limit", 0.0)
    return " ".join(part for part in (role_name(role) or str(one), number_text(limit) if limit else "") if part)


# ---- trade-off -------------------------------------------------------------------------------------------------------


def tradeoff_rows(reading: Reading) -> list[TradeoffRow]:
    """One point a run that was measured to its end; held-out rows are answered before and after, not at the looks."""
    if reading.measure is None:
        return []
    return [
        TradeoffRow(
            run=one.run.name, step=one.run.step, gain=_scaled(one.gain, reading.measure), unit=gain_unit(reading.measure),
            retained=tuple(_retained(part) for part in one.verdict.capabilities), is_final=True,
            is_best=one.run.id == reading.best,
        )
        for one in reading.compared
        if one.verdict is not None and one.gain is not None
    ]  # fmt: skip


def _retained(one: CapabilityVerdict) -> Retained:
    low, high = (one.lower, one.upper) if one.kind == "kl" else (one.upper, one.lower)
    return Retained(
        capability=one.name,
        change=shown(one.mean_change, one.kind),
        lower=None if low is None else shown(low, one.kind),
        upper=None if high is None else shown(high, one.kind),
        budget=None if one.role == "expendable" else shown(one.budget, one.kind),
        kind=one.kind,
        unit=said(unit_text(one.kind, one.unit)),
        n=one.n,
    )


def beside(one: Compared, reading: Reading) -> Compared | None:
    """The run whose answers are shown beside a chosen one's: the recommended run, or the other one of two."""
    others = [other for other in reading.compared if other.run.id != one.run.id and other.ref]
    best = next((other for other in others if other.run.id == reading.recommended), None)
    return best or (others[0] if len(others) == 1 else None)


def answering(reading: Reading) -> dict[str, str]:
    """Whose answers are shown at first: those of the first two runs on disk, or of the one and its base."""
    on_disk = [one for one in reading.compared if one.ref]
    if not on_disk:
        return {}
    pair = [one.ref for one in on_disk[:2]]
    if len(pair) < 2:
        pair.insert(0, f"base:{on_disk[0].run.recipe.base}")
    return {"a": pair[0], "b": pair[1], "c": ""}


def capabilities(reading: Reading) -> list[str]:
    """Every capability a compared run was judged by, for the selector."""
    return list(
        dict.fromkeys(part.name for one in reading.compared if one.verdict for part in one.verdict.capabilities)
    )


def point_facts(one: Compared, reading: Reading) -> list[tuple[str, str]]:
    """A chosen point in words: verdict, gain, cost, then each capability with its bounds, worst first."""
    facts = [
        (tr("Verdict"), _line(one, reading).verdict),
        (tr("Learned"), f"{gain_text(one.gain, reading.measure)} {gain_unit(reading.measure)}"),
        (tr("Cost"), cost_text(one.run.elapsed_s, one.run.peak_bytes)),
    ]
    parts = one.verdict.capabilities if one.verdict else []
    ordered = sorted(parts, key=lambda part: -part.mean_change / part.budget if part.budget else 0.0)
    return facts + [
        (part.name, f"{GLYPHS[part.word]} {with_bounds(part)} {said(unit_text(part.kind, part.unit))}, n={part.n}")
        for part in ordered
    ]


def cost_text(elapsed_s: float, peak_bytes: int) -> str:
    """Time and memory of a run, in one text."""
    parts = [duration(elapsed_s) if elapsed_s else "", bytes_text(peak_bytes) if peak_bytes else ""]
    return " · ".join(part for part in parts if part) or tr("not recorded")


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    if seconds < 90:
        return tr("{seconds} s").format(seconds=round(seconds))
    if seconds < 90 * 60:
        return tr("{minutes} min").format(minutes=round(seconds / 60))
    return tr("{hours} h").format(hours=f"{seconds / 3600:.1f}")
