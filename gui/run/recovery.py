"""What to show and offer when a run did not end well: one card a cause, each with its remedies. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from engine.plan.advice import at_half_the_rate, changed
from engine.states import State
from gui.i18n import said, tr
from gui.run.presenter import saved_step
from gui.widgets.text import bytes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan import Remedy
    from engine.records import CheckpointRow, Job, LogLine, Recipe, Run

RemedyKey = Literal["edit", "start", "resume", "log", "locate", "data", "storage"]
_DETAIL_LINES = 50


@dataclass(frozen=True, kw_only=True)
class CardButton:
    """One remedy: what pressing it does. "edit" opens New run with `recipe`, "start" queues a run of it."""

    key: RemedyKey
    text: str
    recipe: Recipe | None = None


@dataclass(frozen=True, kw_only=True)
class RecoveryCard:
    """The card's five parts, its buttons as intents."""

    cause: str
    happened: str
    why: str = ""
    buttons: tuple[CardButton, ...] = ()
    details: str = ""
    level: str = "error"
    facts: dict[str, Any] = field(default_factory=dict)


def card_of(
    run: Run, job: Job | None, rows: Sequence[CheckpointRow], log: Sequence[LogLine], remedies: Sequence[Remedy] = ()
) -> RecoveryCard | None:
    """The card of a run that failed, was interrupted or waits for room; None where nothing is wrong."""
    if job is None:
        return None
    details = details_of(run, job, log)
    last = saved_step(rows)
    if run.state is State.INTERRUPTED:
        return _interrupted(run, job, last, details)
    if run.state is State.PAUSED:
        return _waiting_for_room(run, log, details)
    if run.state is not State.FAILED:
        return None
    facts = job.result or {}
    if facts.get("cause") == "non_finite":
        return _non_finite(run, job, rows, details)
    make = {
        "memory": _memory, "disk": _disk, "device": _device, "moved_model": _moved,
    }.get(str(facts.get("cause", "")))  # fmt: skip
    if make is not None:
        return make(run, job, last, details, remedies)
    if str(facts.get("field", "")).startswith("data."):
        return _rows(run, job, details)
    return _plain(job, last, details)


def details_of(run: Run, job: Job, log: Sequence[LogLine]) -> str:
    """What the details and [Copy] carry: the traceback, the recipe and the last lines of the log."""
    lines = [f"{line.level}: {line.message}" for line in log[-_DETAIL_LINES:]]
    return "\n\n".join(part for part in (job.details.strip(), run.recipe.to_toml().strip(), "\n".join(lines)) if part)


def stopped_words(run: Run, last: int) -> str:
    """What an interrupted run says: where it stopped and from where it can go on."""
    words = tr("{name} stopped unexpectedly at step {step}. {good}")
    good = tr("Last good checkpoint: {step}.").format(step=last) if last else tr("No checkpoint was written.")
    return words.format(name=run.name, step=run.step, good=good)


def needed_and_free(run: Run) -> tuple[str, str] | None:
    """Predicted need and what was free when the run was planned, in words; None without a plan."""
    memory = run.plan.get("memory") or {}
    if not memory.get("peak_bytes") or not memory.get("free_bytes"):
        return None
    return bytes_text(memory["peak_bytes"]), bytes_text(memory["free_bytes"])


def stored_remedies(run: Run) -> tuple[Remedy, ...]:
    """What the plan of the run offered to make it fit."""
    from engine.plan import Remedy

    return tuple(msgspec.convert(one, Remedy) for one in run.plan.get("remedies") or ())


# ---- the cards -------------------------------------------------------------------------------------------------------


def _interrupted(run: Run, job: Job, last: int, details: str) -> RecoveryCard:
    return RecoveryCard(
        cause="interrupted", happened=stopped_words(run, last), why=job.reason,
        buttons=(CardButton(key="resume", text=_resume_text(last)), _log_button()), details=details, level="warning",
        facts={"last": last},
    )  # fmt: skip


def _memory(run: Run, job: Job, last: int, details: str, remedies: Sequence[Remedy]) -> RecoveryCard:
    known = needed_and_free(run)
    happened = tr("Not enough memory for this run.")
    if known is not None:
        happened = tr("Not enough memory: needs about {need}, {free} were free.").format(need=known[0], free=known[1])
    chosen = list(remedies or stored_remedies(run))[:3]
    buttons = tuple(
        CardButton(
            key="edit",
            text=f"{said(one.title)}  −{bytes_text(one.saving_bytes)}",
            recipe=changed(run.recipe, one.changes),
        )
        for one in chosen
    )
    if not buttons:
        buttons = (CardButton(key="edit", text=tr("Change the recipe"), recipe=run.recipe), _log_button())
    return RecoveryCard(cause="memory", happened=happened, why=job.reason, buttons=buttons, details=details)


def _non_finite(run: Run, job: Job, rows: Sequence[CheckpointRow], details: str) -> RecoveryCard:
    """What follows the last good step is lost; from it a run of its own can go on, as the recipe is another one."""
    facts = job.result or {}
    good = facts.get("last_good_step")
    words = tr("Training became unstable at step {step}. {usable}")
    usable = (
        tr("Nothing after step {good} is usable.").format(good=good)
        if good
        else tr("No checkpoint was written before it.")
    )
    half = at_half_the_rate(run.recipe)
    again = tr("Start again at half the learning rate ({lr})").format(lr=f"{half.training.lr:g}")
    buttons = [CardButton(key="edit", text=again, recipe=half), _log_button()]
    saved = next((row for row in rows if row.step == good and row.state == "complete" and not row.variant), None)
    if saved is not None and run.steps_total > saved.step:
        text = tr("Resume from step {step} at half the learning rate").format(step=saved.step)
        rest = changed(half, {"start_from": saved.ref, "training.max_steps": run.steps_total - saved.step})
        buttons.insert(0, CardButton(key="start", text=text, recipe=rest))
    return RecoveryCard(
        cause="non_finite", happened=words.format(step=facts.get("step", run.step), usable=usable),
        why=tr("The learning rate was probably too high for these rows."),
        buttons=tuple(buttons), details=details,
    )  # fmt: skip


def _disk(run: Run, job: Job, last: int, details: str, _: Sequence[Remedy]) -> RecoveryCard:
    return RecoveryCard(
        cause="disk", happened=tr("The disk is full."), why=job.reason,
        buttons=(CardButton(key="storage", text=tr("Free space…")), CardButton(key="resume", text=_resume_text(last))),
        details=details,
    )  # fmt: skip


def _device(run: Run, job: Job, last: int, details: str, _: Sequence[Remedy]) -> RecoveryCard:
    safe = tr("Checkpoint {step} is safe.").format(step=last) if last else tr("No checkpoint was written yet.")
    return RecoveryCard(
        cause="device", happened=tr("The GPU or its driver stopped answering. {safe}").format(safe=safe), why=job.reason,
        buttons=(CardButton(key="resume", text=_resume_text(last)), _log_button()), details=details,
    )  # fmt: skip


def _moved(run: Run, job: Job, last: int, details: str, _: Sequence[Remedy]) -> RecoveryCard:
    return RecoveryCard(
        cause="moved_model", happened=job.reason.split(". ", 1)[0].rstrip(".") + ".",
        why=tr("The folder was moved, renamed, or lies on a disk that is not connected."),
        buttons=(CardButton(key="locate", text=tr("Locate…")), CardButton(key="resume", text=_resume_text(last))),
        details=details,
    )  # fmt: skip


def _rows(run: Run, job: Job, details: str) -> RecoveryCard:
    return RecoveryCard(
        cause="rows", happened=job.reason, why=tr("Some rows of the training file cannot be used."),
        buttons=(CardButton(key="data", text=tr("Show the rows")),
                 CardButton(key="edit", text=tr("Edit the mapping"), recipe=run.recipe)),
        details=details,
    )  # fmt: skip


def _plain(job: Job, last: int, details: str) -> RecoveryCard:
    why = {
        "user": tr("Something in the recipe or the data has to be changed."),
        "environment": tr("The machine could not do it."),
        "bug": tr("This is a mistake in Palimpsest. Copy the report and send it along."),
    }.get(job.error_kind, "")
    buttons = (
        (_log_button(),)
        if job.error_kind == "user"
        else (CardButton(key="resume", text=_resume_text(last)), _log_button())
    )
    return RecoveryCard(cause="other", happened=job.reason or job.sentence(), why=why, buttons=buttons, details=details)


def _waiting_for_room(run: Run, log: Sequence[LogLine], details: str) -> RecoveryCard | None:
    """A pause that the worker made by itself, because the disk was full: it goes on when there is room."""
    said = next(
        (line for line in reversed(log) if line.level == "warning" and line.message.startswith("Paused: ")), None
    )
    newer = said is not None and any(line.id > said.id and line.level == "info" for line in log)
    if said is None or newer:
        return None
    return RecoveryCard(
        cause="waiting_for_room", happened=said.message, why=tr("It goes on by itself as soon as there is room."),
        buttons=(CardButton(key="storage", text=tr("Free space…")), CardButton(key="resume", text=tr("Resume"))),
        details=details, level="warning",
    )  # fmt: skip


def _resume_text(last: int) -> str:
    return tr("Resume from step {step}").format(step=last) if last else tr("Start again")


def _log_button() -> CardButton:
    return CardButton(key="log", text=tr("Show log"))
