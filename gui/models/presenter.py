"""What the Models page shows: the lineage as a tree, what can be done with each model, and what lies in the Trash. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.store import checkpoints, history, jobs, models, runs
from gui.i18n import said, tr
from gui.widgets.text import bytes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import CheckpointRow, Job, ModelRow, Run
    from engine.store import Store

Kind = Literal["base", "run", "checkpoint"]
#: What can be asked of a model, in the order of its buttons.
Ask = Literal["make_current", "roll_back", "verify", "locate", "use", "on_top", "show_run", "trash"]


@dataclass(frozen=True, kw_only=True)
class Node:
    """One line of the tree: a base, a run on it, or a checkpoint of the run."""

    key: str
    kind: Kind
    name: str
    state: str
    size_bytes: int
    is_current: bool = False
    is_gone: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    asks: tuple[Ask, ...] = ()
    run_id: int = 0
    children: tuple[Node, ...] = ()

    @property
    def shown_size(self) -> str:
        """Its size in words; empty for a line that has none of its own."""
        return bytes_text(self.size_bytes) if self.size_bytes else ""


def tree(store: Store) -> tuple[Node, ...]:
    """Read every base with its runs and their checkpoints."""
    pointer = history.pointer(store)
    current = pointer[0] if pointer else ""
    by_base: dict[str, list[Run]] = {}
    for run in runs.everything(store):
        by_base.setdefault(run.recipe.base, []).append(run)
    kept = checkpoints.everything(store)
    return tuple(base_node(row, by_base.get(row.name, ()), kept, current) for row in models.everything(store))


def base_node(row: ModelRow, found: Sequence[Run], kept: dict[int, list[CheckpointRow]], current: str) -> Node:
    """A base and what was made from it."""
    ref = f"base:{row.name}"
    is_gone = not Path(row.path).is_dir()
    children = tuple(run_node(run, kept[run.id], current) for run in found if run.id in kept)
    asks: list[Ask] = ["locate"] if is_gone else []
    if current != ref and not is_gone:
        asks.append(
            "roll_back" if any(child.is_current or _has_current(child) for child in children) else "make_current"
        )
    asks += [] if is_gone else ["verify", "use"]
    return Node(
        key=ref, kind="base", name=row.name, state=_base_state(row, is_gone=is_gone),
        size_bytes=sum(file.size_bytes for file in row.files), is_current=current == ref, is_gone=is_gone,
        facts=_base_facts(row), asks=(*asks, "trash"), children=children,
    )  # fmt: skip


def run_node(run: Run, kept: Sequence[CheckpointRow], current: str) -> Node:
    """A run with its checkpoints, the newest first."""
    children = tuple(checkpoint_node(row, current) for row in reversed(kept))
    whole = sum(child.size_bytes for child in children)
    facts = (
        (tr("Method"), run.recipe.method),
        (tr("State"), f"{run.state.glyph} {said(run.state.word)}"),
        (tr("Started from"), run.recipe.start_from or run.recipe.base),
        (tr("On disk"), bytes_text(whole)),
    )
    return Node(
        key=f"run:{run.id}", kind="run", name=run.name, state=f"{run.state.glyph} {said(run.state.word)}", size_bytes=whole,
        facts=facts, asks=("show_run", "trash"), run_id=run.id, children=children,
    )  # fmt: skip


def checkpoint_node(row: CheckpointRow, current: str) -> Node:
    """A checkpoint, with or without its weights."""
    states = {
        "complete": tr("complete"),
        "rotated": tr("weights removed, scores kept"),
        "bad": tr("damaged, set aside"),
    }
    is_there = row.state == "complete"
    strength = f" {row.variant}" if row.variant else ""
    facts = (
        (tr("Checkpoint"), row.ref),
        (tr("State"), states[row.state]),
        (tr("Resumable"), tr("yes") if row.has_optimiser else tr("no: the optimiser's state was removed")),
        (tr("Manifest"), f"{row.manifest_sha256[:16]}…"),
        (tr("On disk"), bytes_text(row.size_bytes)),
    )
    asks: tuple[Ask, ...] = ("make_current",) if is_there and current != row.ref else ()
    return Node(
        key=row.ref, kind="checkpoint", name=tr("step {step}").format(step=row.step) + strength, state=states[row.state],
        size_bytes=row.size_bytes if is_there else 0, is_current=current == row.ref, is_gone=not is_there, facts=facts,
        asks=(*asks, *(("on_top",) if is_there and not row.variant else ()), "show_run"), run_id=row.run_id,
    )  # fmt: skip


def _has_current(node: Node) -> bool:
    return any(child.is_current for child in node.children)


def _base_state(row: ModelRow, *, is_gone: bool) -> str:
    if is_gone:
        return tr("⚠ no longer at its place")
    if row.verified_at is None:
        return tr("not verified yet")
    return tr("✓ as recorded on {day}").format(day=datetime.fromtimestamp(row.verified_at).strftime("%Y-%m-%d %H:%M"))


def _base_facts(row: ModelRow) -> tuple[tuple[str, str], ...]:
    template = tr("its own") if row.template == "own" else tr("none; a plain one with headings is used")
    facts = [
        (tr("Architecture"), row.architecture),
        (tr("Weights"), tr("{n} million").format(n=f"{row.parameters / 1e6:,.1f}")),
        (tr("Fingerprint"), f"{row.fingerprint[:16]}…"),
        (tr("Files"), str(len(row.files))),
        (tr("Chat template"), template),
        (tr("Folder"), row.path),
    ]
    return tuple([*facts, (tr("Note"), row.note)] if row.note else facts)


def used_bytes(nodes: Sequence[Node]) -> int:
    """Disk use of all that is in the tree."""
    return sum(node.size_bytes + sum(child.size_bytes for child in node.children) for node in nodes)


def work_under_way(store: Store) -> Job | None:
    """The import or verification at work or waiting, if there is one."""
    return next((job for job in jobs.unfinished(store) if job.kind in ("import", "verify")), None)


def work_words(job: Job) -> str:
    """What it is doing and how far it is."""
    what = {"import": tr("Importing"), "verify": tr("Verifying")}.get(job.kind, job.kind)
    subject = str(job.payload.get("name") or Path(str(job.payload.get("source", ""))).name)
    subject = subject or ", ".join(job.payload.get("names", ()))
    share = f" · {said(job.phase)} {100 * job.phase_done // job.phase_total} %" if job.phase_total else ""
    return f"{what} {subject}{share or f' · {said(job.phase or job.state.word)}'}"


def ask_words(ask: Ask, node: Node) -> str:
    """The words of a button."""
    if ask == "roll_back":
        return tr("Roll back to the base")
    if ask == "trash":
        return tr("Move to Trash") if node.kind == "base" else tr("Move the run to Trash")
    return {
        "make_current": tr("Make current"),
        "verify": tr("Verify now"),
        "locate": tr("Locate…"),
        "use": tr("New run from it"),
        "on_top": tr("Train on top of it…"),
        "show_run": tr("Show the run"),
    }[ask]
