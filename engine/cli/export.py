"""`export`: a trained model as a folder for other programs, with its model card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from engine.cli import output, progress
from engine.cli.main import Desk, pass_desk
from engine.cli.strength import checkpoint_of
from engine.export.model import Request, require_exportable
from engine.plan import bytes_text
from engine.store import jobs

if TYPE_CHECKING:
    from engine.records import Lane


@click.command("export")
@click.argument("model", metavar="RUN[@STEP]")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--merged", is_flag=True, help="Write a LoRA adapter into copies of the base's weights.")
@pass_desk
def export(desk: Desk, model: str, folder: Path, merged: bool) -> None:
    """Write a checkpoint, or a weaker version of one (RUN@STEPx0.5), as a folder with its model card."""
    store = desk.store()
    request = Request(ref=_ref(desk, model), to=str(folder.expanduser().absolute()), merged=merged)
    require_exportable(store, request)
    lane: Lane = "heavy" if merged else "interactive"  # merging loads the model
    job = progress.work(store, jobs.enqueue(store, "export", msgspec.to_builtins(request), lane=lane))
    result = job.result or {}
    output.say(f"{result['sentence']} ({bytes_text(result['size_bytes'])}); README.md there is its model card.")
    if result["said"]:
        output.say(result["said"])


def _ref(desk: Desk, model: str) -> str:
    """What is named; RUN alone is its newest checkpoint."""
    if model.startswith("base"):
        return model
    return checkpoint_of(desk.store(), model).ref


COMMANDS = (export,)
