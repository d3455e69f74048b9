"""Closing the window while a run is at work: asked once, remembered if wanted. Either way nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import runs
from gui.dialogs import Question, Reply
from gui.i18n import tr
from gui.shell.live_run import LiveRun, live_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.project import Project


def asks(project: Project, on_answer: Callable[[bool], None]) -> bool:
    """Ask what becomes of the live run, if there is one and no answer is remembered; say whether it was asked.

    `on_answer(may_close)` follows. Without a question the remembered answer is carried out at once.
    """
    live = live_run(project.store)
    if live is None:
        return False
    remembered = project.preferences.on_close
    if remembered != "ask":
        _carry_out(project, live, remembered)
        return False
    project.dialogs.confirm(_question(live), lambda reply: _on_reply(project, live, reply, on_answer))
    return True


def _question(live: LiveRun) -> Question:
    return Question(
        text=tr("{run} is at work.").format(run=live.run.name),
        details=tr("It can go on without this window; opening it again shows it with no gap."),
        verb=tr("Keep training in background"),
        other=tr("Stop && keep"),
        remember=tr("Remember my choice"),
        default="yes",
    )


def _on_reply(project: Project, live: LiveRun, reply: Reply, on_answer: Callable[[bool], None]) -> None:
    choice = {"yes": "keep", "other": "stop"}.get(reply.choice)
    if choice is None:
        on_answer(False)
        return
    if reply.remembered:
        project.preferences.on_close = choice
    _carry_out(project, live, choice)
    on_answer(True)


def _carry_out(project: Project, live: LiveRun, choice: str) -> None:
    if choice == "stop":
        runs.stop(project, live.run.id)
