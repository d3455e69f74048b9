"""What can be done with a run in each of its states, and what its head says. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.states import State
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import CheckpointRow, Job, Run

#: A stop that takes longer than this may be forced.
FORCE_AFTER_S = 20.0
TABS = ("verdict", "timeline", "answers", "strength", "drift", "setup", "log")


@dataclass(frozen=True, kw_only=True)
class Button:
    """One button of the head: what it asks for, its words, and why it cannot be pressed now (empty: it can)."""

    key: str
    text: str
    tip: str = ""
    obstacle: str = ""


def buttons(
    run: Run, job: Job | None = None, *, saved_step: int = 0, stopping_for_s: float = 0.0
) -> tuple[Button, ...]:
    """The buttons of a run's state, the most wanted first; its job says what it failed of."""
    words = {
        "cancel": Button(key="cancel", text=tr("Cancel")),
        "pause": Button(
            key="pause", text=tr("Pause"), tip=tr("Pause after this step; a checkpoint is written (Ctrl+.)")
        ),
        "resume": _resume(run, saved_step),
        "stop": Button(key="stop", text=tr("Stop && keep"), tip=tr("Stop after this step and keep a checkpoint")),
        "check": Button(key="check", text=tr("Check canaries now"), tip=tr("Look at the canaries after this step")),
        "log": Button(key="log", text=tr("Show log")),
        "compare": Button(key="compare", text=tr("Compare")),
        "export": Button(key="export", text=tr("Export report…")),
    }
    if run.state is State.STOPPING:
        return (_force(run, saved_step, stopping_for_s),)
    wanted = [action for action in run.state.actions if action in words]
    if run.state is State.MEASURING_AFTER:
        wanted = []  # the last measuring cannot be skipped: without it there is no verdict
    if run.state is State.FAILED and job is not None and (job.result or {}).get("cause") == "non_finite":
        wanted.remove("resume")  # the same steps at the same rate would end the same; the card offers half of it
    found = [words[action] for action in wanted]
    if run.state is State.PAUSED:
        tip = tr("End the worker; Resume goes on from step {step}").format(step=saved_step)
        found.append(Button(key="free", text=tr("Free GPU memory"), tip=tip))
    return tuple(found)


def _resume(run: Run, saved_step: int) -> Button:
    """Going on; a run that ended before its first checkpoint can only begin again."""
    if saved_step or not run.state.is_ended:
        return Button(key="resume", text=tr("Resume"), tip=tr("Go on where it stopped (Ctrl+.)"))
    return Button(key="resume", text=tr("Start again"), tip=tr("No checkpoint was written: begin at step 0 (Ctrl+.)"))


def _force(run: Run, saved_step: int, waited_s: float) -> Button:
    lost = max(0, run.step - saved_step)
    waiting = tr("Saving a checkpoint; this can be forced after {seconds} s").format(seconds=round(FORCE_AFTER_S))
    return Button(
        key="force",
        text=tr("Force stop"),
        tip=tr("Loses %n step(s) since the last checkpoint", "", lost),
        obstacle="" if waited_s >= FORCE_AFTER_S else waiting,
    )


def after_press(run: Run, key: str) -> str:
    """What the head says at once, before the worker has answered; empty where it says nothing new."""
    return {
        "pause": f"‖ {tr('Pausing after this step')}",
        "stop": f"◼ {tr('Stopping after this step')}",
        "free": f"◼ {tr('Freeing GPU memory')}",
        "cancel": f"○ {tr('Cancelling')}",
        "resume": f"▶ {tr('Going on')}",
    }.get(key, "")


def saved_step(rows: Sequence[CheckpointRow]) -> int:
    """The newest step one can go on from, 0 if there is none."""
    return max((row.step for row in rows if row.state == "complete" and row.has_optimiser), default=0)


def first_tab(run: Run, *, has_verdict: bool) -> str:
    """The tab a run opens on: its verdict once there is one to tell, else the timeline."""
    return "verdict" if has_verdict or run.state is State.FINISHED else "timeline"


def subtitle(run: Run) -> str:
    """Base, method and data in a few words."""
    method = {"full": tr("full"), "lora": "LoRA", "qlora": "QLoRA"}.get(run.recipe.method, run.recipe.method)
    data = run.recipe.data.path.replace("\\", "/").rpartition("/")[2]
    return " · ".join(part for part in (run.recipe.base, method, data) if part)


def is_hung(job: Job | None, silent_s: float, hung_after_s: float) -> bool:
    """Whether the worker shows no sign of life although its job is active."""
    return job is not None and job.state.is_active and silent_s > hung_after_s
