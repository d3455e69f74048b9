"""`current`, `rollback`, `make-current`, `undo`, `history`: which model is the current one, and the way back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from engine import versions
from engine.cli import output, progress
from engine.cli.main import Desk, pass_desk
from engine.store import history
from engine.verdict import sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.records import HistoryEntry
    from engine.versions import Move

_GLYPHS = {
    "rollback": "↺",
    "undo": "↶",
    "make_current": "⚑",
    "import": "+",
    "reindex": "⚙",
    "start": "▶",
}


@click.command()
@pass_desk
def current(desk: Desk) -> None:
    """Say which model is the current one."""
    pointer = history.pointer(desk.store())
    if pointer is None:
        output.say("There is no current model yet. `palimpsest import starter` brings a base model.")
        return
    output.say(f"{versions.said(pointer[0])}, fingerprint {pointer[1][:12]}…")


@click.command()
@click.option("--to", "ref", default=versions.BASE, show_default=True, metavar="base|base:NAME|RUN@STEP")
@pass_desk
def rollback(desk: Desk, ref: str) -> None:
    """Go back to the base or an earlier checkpoint: verified by its full fingerprint, nothing deleted."""
    _tell(moved(lambda say: versions.roll_back(desk.store(), ref, on_bytes=say)))


@click.command("make-current")
@click.argument("ref", metavar="RUN@STEP|base:NAME")
@pass_desk
def make_current(desk: Desk, ref: str) -> None:
    """Make a checkpoint (or a base) the current model, after verifying it by its full fingerprint."""
    _tell(moved(lambda say: versions.make_current(desk.store(), ref, on_bytes=say)))


@click.command()
@pass_desk
def undo(desk: Desk) -> None:
    """Reverse the newest change of the current model."""
    _tell(moved(lambda say: versions.undo(desk.store(), on_bytes=say)))


@click.command("history")
@click.option("-n", "limit", default=30, show_default=True, type=click.IntRange(min=1), help="How many of the newest.")
@pass_desk
def history_command(desk: Desk, limit: int) -> None:
    """List what was done, newest first."""
    entries = history.entries(desk.store(), limit)
    for entry in entries:
        output.say(_line(entry))
    if not entries:
        output.say("Nothing was done yet.")
    if broken := history.damaged(desk.store()):
        output.warn(
            f"Warning: entries {', '.join(map(str, broken))} no longer match their own hash: they were altered."
        )


def _line(entry: HistoryEntry) -> str:
    when = datetime.fromtimestamp(entry.created_at).astimezone().strftime("%Y-%m-%d %H:%M")
    undone = f"  (undone by {entry.undone_by})" if entry.undone_by else ""
    glyphs = {**_GLYPHS, "verdict": sentences.GLYPHS.get(entry.details.get("overall", ""), "·")}
    return f"{entry.id:4}  {when}  {glyphs.get(entry.action, '·')} {entry.sentence}{undone}"


def moved(move: Callable[[Callable[[int, int], None]], Move]) -> Move:
    """Do a move of the current model with a bar for the hashing."""
    with progress.open_view() as view:
        return move(progress.hashing("verifying (MB)", view))


def _tell(move: Move) -> None:
    output.say(move.proof.sentence())
    output.say(f"{move.sentence}.")


COMMANDS = (current, rollback, make_current, undo, history_command)
