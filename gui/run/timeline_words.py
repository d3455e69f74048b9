"""The rows of a run's timeline: steps, canary checks with their bounds, and what happened when. No Qt widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.states import State
from gui.charts.timeline_rows import CheckRow, EventRow, StepRow
from gui.i18n import said, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.export.gather import Facts
    from engine.records import Job, Run, Step
    from gui.run.reading import RunReading


def step_rows(steps: Sequence[Step], run: Run, *, tokens: int = 0) -> list[StepRow]:
    """Logged steps as the chart takes them; `tokens` were trained before the first of them."""
    per_epoch = (
        run.steps_total / run.recipe.training.epochs if run.steps_total and not run.recipe.training.max_steps else 0
    )
    rows = []
    for step in steps:
        tokens += step.tokens
        epoch = step.step / per_epoch if per_epoch else 0.0
        rows.append(StepRow(step=step.step, loss=step.loss, tokens=tokens, elapsed_s=step.elapsed_s, epoch=epoch))
    return rows


def check_rows(facts: Facts) -> list[CheckRow]:
    """Every capability at every check, as drawn: down is worse."""
    verdicts = {one.name: one for one in facts.verdict.capabilities} if facts.verdict else {}
    return [
        CheckRow(
            step=point.step, capability=line.name, change=point.change, lower=point.lower, upper=point.upper,
            budget=line.budget, kind=line.kind, n=point.n,
            unit=verdicts[line.name].unit if line.name in verdicts else "nats/token",
        )
        for line in facts.timeline.lines
        for point in line.points
    ]  # fmt: skip


def event_rows(reading: RunReading, run: Run, job: Job | None) -> list[EventRow]:
    """Checkpoints, the best kept one, what the guard did, pauses and ends."""
    facts = reading.facts
    best = facts.timeline.last_inside
    rows = [
        EventRow(step=row.step, kind="best", note=tr("best inside your limits"))
        if row.step == best
        else EventRow(step=row.step, kind="checkpoint", note=_weights(row.state))
        for row in facts.checkpoints
    ]
    tripped = [one for one in reading.events if one.kind == "tripped"]
    rows += [
        EventRow(
            step=one.step,
            kind="warned" if one.details.get("rule") in ("warn", "pause") else "auto_stop",
            note=said(one.sentence),
        )
        for one in tripped
    ]
    if run.state is State.AUTO_STOPPED and not tripped:
        rows.append(EventRow(step=run.step, kind="auto_stop", note=said(job.reason) if job else ""))
    elif run.state is State.STOPPED:
        rows.append(EventRow(step=run.step, kind="stopped", note=tr("stopped by you")))
    elif run.state in (State.INTERRUPTED, State.FAILED):
        rows.append(EventRow(step=run.step, kind="interrupted", note=said(job.reason) if job else ""))
    elif run.state in (State.PAUSED, State.PAUSING):
        rows.append(EventRow(step=run.step, kind="pause", note=tr("paused")))
    return sorted(rows, key=lambda row: row.step)


def waiting_words(run: Run, job: Job | None) -> str:
    """What an empty timeline says: "Measuring before: 14 of 40"."""
    if job is None or run.state.is_ended:
        return tr("No step was trained.")
    if run.state is State.QUEUED:
        return tr("Waiting for its turn.")
    if run.state is State.MEASURING_BEFORE and job.phase_total:
        return tr("Measuring before: {done} of {total}").format(done=job.phase_done, total=job.phase_total)
    return tr("Preparing: {phase}").format(phase=said(job.phase) or "…")


def planned_checks(run: Run) -> tuple[int, ...]:
    """The steps at which canaries will be checked, from the plan."""
    looks = run.plan.get("looks")
    return tuple(int(step) for step in looks) if isinstance(looks, list) else ()


def _weights(state: str) -> str:
    return {"rotated": tr("weights removed, scores kept"), "bad": tr("damaged, set aside")}.get(state, "")
