"""Pausing the live run when the GPU is too hot, if the person set a limit. Works while the window is open, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.states import State
from gui.actions import runs
from gui.i18n import tr
from gui.shell.gpu import Gpu, NoGpu
from gui.shell.live_run import live_run

if TYPE_CHECKING:
    from gui.project import Project


def guard(project: Project, reading: Gpu | NoGpu) -> bool:
    """Pause the live run if the reading is at the limit or above; say whether it was paused."""
    limit = project.preferences.max_temperature_c
    if not limit or not isinstance(reading, Gpu) or reading.temperature_c is None or reading.temperature_c < limit:
        return False
    live = live_run(project.store)
    if live is None or live.run.state is not State.TRAINING or not runs.pause(project, live.run.id):
        return False
    said = tr("The GPU reached {degrees} °C: {run} pauses. Resume it when the GPU has cooled.")
    project.toast(said.format(degrees=reading.temperature_c, run=live.run.name), level="warning")
    return True
