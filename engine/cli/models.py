"""`import`, `models`, `verify`, `locate`, `inspect`, `reindex`: base models, data files and the data folder itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import versions
from engine.cli import output, progress
from engine.cli.main import Desk, pass_desk
from engine.errors import UserError
from engine.models import fingerprint
from engine.plan import bytes_text
from engine.reindex import reindex
from engine.store import history, jobs, models

if TYPE_CHECKING:
    from engine.records import ModelRow
    from engine.store import Store

STARTER = "starter"


@click.command("import")
@click.argument("source")
@click.option("--name", default="", help="What to call it; else the folder's or file's name.")
@pass_desk
def import_command(desk: Desk, source: str, name: str) -> None:
    """Import a base model: a folder with safetensors, a .gguf file, or the word starter."""
    row = import_model(desk.store(create=True), source, name)
    output.say(
        f"Imported {row.name}: {row.architecture}, {row.parameters / 1e6:.1f} M parameters, fingerprint "
        f"{row.fingerprint[:12]}…" + (f" ({row.note})" if row.note else "")
    )


def import_model(store: Store, source: str, name: str = "") -> ModelRow:
    """Import a base model through a job and return its row."""
    place = source if source == STARTER else str(Path(source).expanduser().absolute())
    if place != STARTER and not Path(place).exists():
        raise UserError(f"There is no file or folder {place}.", field="path", remedy="Check the path.")
    job = progress.work(store, jobs.enqueue(store, "import", {"source": place, "name": name}))
    return models.get(store, (job.result or {})["name"])


@click.command("models")
@pass_desk
def models_command(desk: Desk) -> None:
    """List the base models."""
    store = desk.store()
    rows = models.everything(store)
    if not rows:
        output.say("There is no base model yet. `palimpsest import starter` brings one.")
        return
    pointer = (history.pointer(store) or ("", ""))[0]
    output.table(
        ("name", "architecture", "parameters", "size", "template", "verified", "fingerprint", "folder"),
        [_model_line(row, is_current=pointer == f"base:{row.name}") for row in rows],
    )


def _model_line(row: ModelRow, *, is_current: bool) -> tuple[str, ...]:
    size = bytes_text(sum(file.size_bytes for file in row.files))
    verified = datetime.fromtimestamp(row.verified_at).astimezone().strftime("%Y-%m-%d") if row.verified_at else "never"
    folder = row.path if Path(row.path).is_dir() else f"{row.path} (no longer there)"
    name = f"{row.name} (current)" if is_current else row.name
    return (name, row.architecture, f"{row.parameters / 1e6:.1f} M", size, row.template, verified,
            f"{row.fingerprint[:12]}…", folder)  # fmt: skip


@click.command()
@click.argument("names", nargs=-1)
@pass_desk
def verify(desk: Desk, names: tuple[str, ...]) -> None:
    """Hash base models again from the disk and compare with their fingerprints; all of them unless named."""
    store = desk.store()
    rows = [models.get(store, name) for name in names] or models.everything(store)
    if not rows:
        output.say("There is no base model to verify.")
        return
    progress.work(store, jobs.enqueue(store, "verify", {"names": [row.name for row in rows]}))
    for row in rows:
        size = bytes_text(sum(file.size_bytes for file in row.files))
        output.say(f"{row.name} unchanged: {len(row.files)} files, {size}, fingerprint {row.fingerprint[:12]}…")


@click.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
@pass_desk
def locate(desk: Desk, name: str, folder: Path) -> None:
    """Name the new place of a base model that was moved; its files must still be the same, byte for byte."""
    store = desk.store()
    row = models.get(store, name)
    place = folder.expanduser().absolute()
    if not place.is_dir():
        raise UserError(f"There is no folder {place}.", field="path", remedy="Check the path.")
    with progress.open_view() as view:
        now, files = fingerprint.fingerprint(store, place, on_bytes=progress.hashing("hashing (MB)", view), fresh=True)
    if now != row.fingerprint:
        said = "; ".join(fingerprint.differences(row.files, files)[:5])
        raise UserError(
            f"{place} is not {name}: {said}.", field="path",
            remedy=f"Name the folder {name} was moved to, or import this one under another name.",
        )  # fmt: skip
    models.move(store, name, str(place))
    output.say(f"{name} is at {place} now; its fingerprint is the recorded one.")


@click.command("inspect")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--base", default="", help="The base model whose tokenizer and template to read it with.")
@click.option("--max-length", default=1024, show_default=True, type=click.IntRange(min=16), help="In tokens.")
@pass_desk
def inspect_command(desk: Desk, data: Path, base: str, max_length: int) -> None:
    """Look a data file over: rows, lengths, what cannot be used, what is odd about it."""
    store = desk.store()
    row = models.get(store, base) if base else versions.resolve(store, versions.BASE).base
    found = examine(store, row.name, data.expanduser().absolute(), max_length=max_length)
    _tell_examination(found, max_length)


def examine(
    store: Store, base: str, path: Path, *, max_length: int, mapping: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Examine a data file through a job and return what was found; a worker counts relative paths from elsewhere."""
    path = path.expanduser().absolute()
    if not path.is_file():
        raise UserError(f"There is no file {path}.", field="data.path", remedy="Check the path.")
    payload = {"path": str(path), "base": base, "max_length": max_length, "mapping": mapping}
    return progress.work(store, jobs.enqueue(store, "inspect", payload)).result or {}


def _tell_examination(found: dict[str, Any], max_length: int) -> None:
    output.say(
        f"{found['rows']} rows, {found['tokens']:,} tokens ({found['trained_tokens']:,} trained); lengths: half up to "
        f"{found['length_p50']}, 95 % up to {found['length_p95']}, longest {found['length_max']} (limit {max_length})."
    )
    output.say(f"Shape: {found['mapping']['shape']}.")
    for problem in found["problems"]:
        output.say(f"Line {problem['line']}: expected {problem['expected']}; found {problem['found']}.")
    for finding in found["findings"]:
        output.say(f"{'!' if finding['is_warning'] else '·'} {finding['sentence']}" + _fix(finding))
        for sight in finding["examples"]:
            output.say(f"    line {sight['line']}: {sight['text']}")


def _fix(finding: dict[str, Any]) -> str:
    return f" What helps: {finding['fix']}" if finding.get("fix") else ""


@click.command("reindex")
@click.option("--force", is_flag=True, help="Rebuild a sound database too.")
@pass_desk
def reindex_command(desk: Desk, force: bool) -> None:
    """Set a damaged database aside and rebuild it from the runs and models on disk."""
    report = reindex(desk.home, force=force, say=output.say)
    for note in report.notes:
        output.say(f"! {note}")
    output.say(report.sentence())


COMMANDS = (import_command, models_command, verify, locate, inspect_command, reindex_command)
