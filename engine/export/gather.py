"""Everything the result page says, read from the store and sorted: numbers stay as they were stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from scipy import stats

from engine.canaries.pairing import compare_inputs
from engine.errors import UserError
from engine.export.charts import Level, LookLine, LookPoint, Mark, Row, Timeline
from engine.records import Answer, CheckpointRow, Measurement, ModelRow, Run, RunEvent
from engine.states import State
from engine.store import checkpoints, events, models, runs, scores
from engine.verdict.binary import wilson_interval
from engine.verdict.records import HIGHER_IS_BETTER, CapabilityInput, Kind, Verdict
from engine.verdict.sentences import shown
from engine.verdict.statistics import decision_bounds, estimate, group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.store import Store

MOST_ANSWERS = 8
LOOK_ALPHA = 0.05
#: Measurements of held-out rows carry this suite name; they are no canaries.
HELDOUT_SUITE = "held-out rows"
_UNKNOWN: tuple[float | None, Kind] = (None, "nll")


class ShownAnswer(Struct, frozen=True, kw_only=True):
    """One canary's answer before and after; `change` is the primary score's, positive = worse."""

    item_id: str
    capability: str
    prompt: str
    expected: str
    before: Answer
    after: Answer
    change: float | None
    kind: Kind
    is_forgotten: bool


class Facts(Struct, frozen=True, kw_only=True):
    """A run as the page tells it; None or empty where the run did not get that far."""

    run: Run
    base: ModelRow | None
    verdict: Verdict | None
    before: Measurement | None
    after: Measurement | None
    rows: list[Row]
    answers: list[ShownAnswer]
    timeline: Timeline
    look_note: str
    looks: int
    checkpoints: list[CheckpointRow]
    tokens: int
    guard: list[str] = []


def gather(store: Store, run_id: int) -> Facts:
    """Read one run; `UserError` if there is none."""
    run = runs.get(store, run_id)
    stored = [row for row in scores.verdicts(store, run_id) if row["split"] == "verdict"]
    verdict = msgspec.convert(stored[-1]["payload"], Verdict) if stored else None
    canaries = [row for row in scores.of_run(store, run_id) if row.suite != HELDOUT_SUITE]
    before, after = _measured(store, run, canaries, "before"), _measured(store, run, canaries, "after")
    inputs, _ = _inputs(store, run, before, after, "verdict")
    saved = checkpoints.of_run(store, run_id)
    lines, note = _look_lines(store, run, before, [row for row in canaries if row.moment == "look"], after)
    steps, marked = runs.steps(store, run_id), events.of_run(store, run_id)
    return Facts(
        run=run,
        base=next((row for row in models.everything(store) if row.name == run.recipe.base), None),
        verdict=verdict,
        before=before,
        after=after,
        rows=_rows(verdict, inputs),
        answers=_answers(store, before, after, verdict, inputs),
        timeline=Timeline(
            steps=[step.step for step in steps],
            losses=[step.loss for step in steps],
            lines=lines,
            checkpoints=[row.step for row in saved],
            last_inside=_last_inside(lines),
            stopped_at=run.step if run.state in {State.AUTO_STOPPED, State.STOPPED} else None,
            marks=_marks(marked),
            steps_total=run.steps_total,
        ),
        look_note=note,
        looks=sum(row.moment == "look" for row in canaries),
        checkpoints=saved,
        tokens=sum(step.tokens for step in steps),
        guard=[event.sentence for event in marked],
    )


def _marks(marked: Sequence[RunEvent]) -> list[Mark]:
    """One mark for each step at which the guard tripped or the loss was no number, naming the capabilities."""
    words: dict[int, list[str]] = {}
    for event in marked:
        if event.kind != "beyond":
            words.setdefault(event.step, []).append(event.capability or "loss")
    return [Mark(step=step, text=f"■ guard: {', '.join(names)}") for step, names in words.items()]


def badness(change: float, budget: float) -> float:
    """Sorts rows: the change in budgets, largest loss first when reversed."""
    return change / budget


def _measured(store: Store, run: Run, canaries: Sequence[Measurement], moment: str) -> Measurement | None:
    """The measurement the results name, else the run's newest of that moment."""
    named = (run.results.get("measured") or {}).get(moment)
    if isinstance(named, int) and (found := scores.get(store, named)) is not None:
        return found
    return next((row for row in reversed(canaries) if row.moment == moment), None)


def _inputs(
    store: Store, run: Run, before: Measurement | None, after: Measurement | None, split: str
) -> tuple[dict[str, CapabilityInput], str]:
    """Scores of both by capability, or none and the reason."""
    if before is None or after is None:
        return {}, "not measured"
    try:
        inputs = compare_inputs(store, before.id, after.id, split, run.recipe.canaries.budgets)
    except (UserError, msgspec.ValidationError) as error:
        return {}, str(error)
    return {one.name: one for one in inputs}, ""


# ---- before and after ------------------------------------------------------------------------------------------------


def _rows(verdict: Verdict | None, inputs: dict[str, CapabilityInput]) -> list[Row]:
    """One row a capability, the worst change in units of its budget first."""
    if verdict is None:
        return []
    ordered = sorted(verdict.capabilities, key=lambda one: badness(one.mean_change, one.budget), reverse=True)
    return [Row(verdict=one, **_levels(inputs.get(one.name))) for one in ordered]


def _levels(given: CapabilityInput | None) -> dict[str, Level]:
    if given is None or given.kind == "kl":
        return {}
    return {"before": _level(given, given.before), "after": _level(given, given.after)}


def _level(given: CapabilityInput, values: Sequence[float]) -> Level:
    """The mean, right = better, with Wilson's interval for shares and a cluster-robust t interval for the rest."""
    if given.kind == "binary":
        share = wilson_interval(round(sum(values)), len(values))
        return Level(mean=sum(values) / len(values), lower=share.lower, upper=share.upper)
    sign = 1.0 if given.kind in HIGHER_IS_BETTER else -1.0
    groups = group([sign * value for value in values], given.cluster_ids)
    if groups.clusters < 2:
        mean = sign * sum(values) / len(values)
        return Level(mean=mean, lower=mean, upper=mean)
    est = estimate(groups)
    half = float(stats.t.isf(0.025, est.df)) * est.se
    return Level(mean=est.mean, lower=est.mean - half, upper=est.mean + half)


# ---- answers ---------------------------------------------------------------------------------------------------------


def all_answers(store: Store, run_id: int) -> list[ShownAnswer]:
    """Return every canary answer that was written both before and after a run: forgotten ones first, then by the loss."""
    run = runs.get(store, run_id)
    stored = [row for row in scores.verdicts(store, run_id) if row["split"] == "verdict"]
    verdict = msgspec.convert(stored[-1]["payload"], Verdict) if stored else None
    canaries = [row for row in scores.of_run(store, run_id) if row.suite != HELDOUT_SUITE]
    before, after = _measured(store, run, canaries, "before"), _measured(store, run, canaries, "after")
    return _pairs(store, before, after, verdict, _inputs(store, run, before, after, "verdict")[0])


def answers_between(store: Store, before: Measurement, after: Measurement) -> list[ShownAnswer]:
    """Return every canary answer that is in both of two measurements, of whatever models, the worst change first.

    Changes are given where both were measured the same way.
    """
    try:
        inputs = {one.name: one for one in compare_inputs(store, before.id, after.id, "verdict", {})}
    except (UserError, msgspec.ValidationError):
        inputs = {}
    return _pairs(store, before, after, None, inputs)


def _answers(
    store: Store, before: Measurement | None, after: Measurement | None, verdict: Verdict | None,
    inputs: dict[str, CapabilityInput],
) -> list[ShownAnswer]:  # fmt: skip
    """The worst answers that were written both times.

    Answers whose score improved and that are still right are left out.
    """
    pairs = _pairs(store, before, after, verdict, inputs)
    return [one for one in pairs if one.is_forgotten or one.change is None or one.change > 0][:MOST_ANSWERS]


def _pairs(
    store: Store, before: Measurement | None, after: Measurement | None, verdict: Verdict | None,
    inputs: dict[str, CapabilityInput],
) -> list[ShownAnswer]:  # fmt: skip
    """Every answer written both times: forgotten ones first, then by the loss of their score."""
    if before is None or after is None:
        return []
    old = {answer.item_id: answer for answer in scores.answers(store, before.id)}
    forgotten = {name for one in (verdict.checked if verdict else []) for name in one.flips.forgotten}
    changes = {
        item: (change, one.kind)
        for one in inputs.values()
        for item, change in zip(one.item_ids, one.differences, strict=True)
    }  # fmt: skip
    shown_answers = [
        ShownAnswer(
            item_id=answer.item_id,
            capability=answer.capability,
            prompt=answer.prompt,
            expected=answer.expected,
            before=old[answer.item_id],
            after=answer,
            change=changes.get(answer.item_id, _UNKNOWN)[0],
            kind=changes.get(answer.item_id, _UNKNOWN)[1],
            is_forgotten=answer.item_id in forgotten,
        )
        for answer in scores.answers(store, after.id)
        if answer.item_id in old
    ]
    shown_answers.sort(key=lambda one: (not one.is_forgotten, -(one.change if one.change is not None else -1e9)))
    return shown_answers


# ---- looks -----------------------------------------------------------------------------------------------------------


def _look_lines(
    store: Store, run: Run, before: Measurement | None, looks: Sequence[Measurement], after: Measurement | None
) -> tuple[list[LookLine], str]:
    """Each judged capability's change of the guard items at each look, the one that ended worst first.

    A capability whose unit is not the worst one's is left out of the picture (its numbers are in the table).
    """
    points: dict[str, tuple[CapabilityInput, list[LookPoint]]] = {}
    note = ""
    for look in [*looks, *([after] if after is not None else [])]:
        inputs, reason = _inputs(store, run, before, look, "guard")
        note = note or reason
        for one in inputs.values():
            if one.role != "expendable":
                points.setdefault(one.name, (one, []))[1].append(_look_point(look.step, one))
    lines = [
        (_end(found, one),
         LookLine(name=one.name, kind=one.kind, budget=shown(one.limit, one.kind), points=_with_start(found)))
        for one, found in points.values()
    ]  # fmt: skip
    lines.sort(key=lambda pair: pair[0], reverse=True)
    kept = [line for _, line in lines]
    if kept:
        kept = [line for line in kept if _axis(line.kind) == _axis(kept[0].kind)]
    return kept, note


def _end(points: list[LookPoint], one: CapabilityInput) -> float:
    return points[-1].change / shown(one.limit, one.kind)


def _with_start(points: list[LookPoint]) -> list[LookPoint]:
    """The base itself is the look at step 0: no change, by definition."""
    start = LookPoint(step=0, change=0.0, lower=None, upper=None, n=points[0].n)
    return [start, *sorted(points, key=lambda p: p.step)]


def _look_point(step: int, one: CapabilityInput) -> LookPoint:
    groups, n = group(one.differences, one.cluster_ids), len(one.differences)
    mean = sum(one.differences) / n
    if groups.clusters < 2:
        return LookPoint(step=step, change=shown(mean, one.kind), lower=None, upper=None, n=n)
    bounds = decision_bounds(groups, limit=one.limit, alpha_lower=LOOK_ALPHA, alpha_upper=LOOK_ALPHA)
    low, high = sorted((shown(bounds.lower, one.kind), shown(bounds.upper, one.kind)))
    is_known = all(abs(value) != float("inf") for value in (low, high))
    lower, upper = (low, high) if is_known else (None, None)
    return LookPoint(step=step, change=shown(mean, one.kind), lower=lower, upper=upper, n=n)


def _axis(kind: str) -> str:
    return {"binary": "points", "kl": "divergence"}.get(kind, "nats")


def _last_inside(lines: Sequence[LookLine]) -> int | None:
    """The last look at which no capability's mean was beyond its limit, if a later one was; step 0 is the base."""
    steps = sorted({point.step for line in lines for point in line.points})
    inside = [step for step in steps if all(_is_inside(line, step) for line in lines)]
    return inside[-1] if inside and inside[-1] != steps[-1] else None


def _is_inside(line: LookLine, step: int) -> bool:
    changes = [point.change for point in line.points if point.step == step]
    return all(change <= line.budget if line.kind == "kl" else change >= line.budget for change in changes)


def numbers(results: dict[str, Any], key: str) -> dict[str, Any]:
    """A part of the run's results, empty where it was not measured."""
    found = results.get(key)
    return dict(found) if isinstance(found, dict) else {}
