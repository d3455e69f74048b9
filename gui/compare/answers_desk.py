"""What the buttons of the Answers tab do: each one operation and what to say when it worked. No widgets."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from engine import durable
from engine.errors import UserError
from engine.store import jobs, prompt_sets, votes
from gui.compare import answers_presenter as presenter
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from engine.records import Job
    from engine.store.votes import Choice, Place, Vote
    from gui.compare.answers_items import Item
    from gui.project import Project


def ask(
    project: Project, refs: Mapping[str, str], prompts: Sequence[str], settings: Mapping[str, Any], *,
    on_end: Callable[[Job], None], suite: str = "", items: Sequence[str] = (),
) -> int:  # fmt: skip
    """Put prompts to the chosen models, beside any training; returns the job's id."""
    payload = {**refs, "prompts": list(prompts), **settings}
    if items:
        payload |= {"suite": suite, "items": list(items)}
    return _queue(project, payload, on_end)


def score(project: Project, item: Item, on_end: Callable[[Job], None]) -> int:
    """Let the models say how sure they are of stored answers; returns the job's id."""
    given = {side: [reply.text] for side, reply in item.replies.items() if reply.failure is None}
    return _queue(project, {**item.refs, "prompts": [item.prompt], "given": given}, on_end)


def _queue(project: Project, payload: Mapping[str, Any], on_end: Callable[[Job], None]) -> int:
    job_id = jobs.enqueue(project.store, "answer", payload)
    project.follow(job_id, on_end)
    return job_id


def stop(project: Project, job_ids: Sequence[int]) -> None:
    """Stop what is being written or waits; what was written stays."""
    for job_id in job_ids:
        with contextlib.suppress(UserError):  # it has ended meanwhile
            jobs.request(project.store, job_id, "cancel")


def generate(project: Project, refs: Mapping[str, str], suite: str) -> None:
    """Queue the measuring of both models with every answer written out; a base is measured with its checkpoint."""
    tuned = [ref for ref in dict.fromkeys(refs.values()) if not ref.startswith("base:")]
    for ref in tuned or list(dict.fromkeys(refs.values())):
        jobs.enqueue(project.store, "score", {"model_ref": ref, "suite": suite, "generate": "all"})
    project.toast(tr("The canaries are answered by both models next; a run that trains is let finish first."))


# ---- votes -----------------------------------------------------------------------------------------------------------


def vote(project: Project, item: Item, choice: Choice, left: Place, seed: int, on_change: Callable[[], None]) -> None:
    """Store a vote; Ctrl+Z takes it back and hides the names again."""
    first, second = item.reply("a"), item.reply("b")
    vote_id = votes.add(
        project.store, prompt=item.prompt, item_id=item.item_id, refs=(item.refs["a"], item.refs["b"]),
        fingerprints=(first.fingerprint, second.fingerprint), texts=(first.text, second.text), choice=choice,
        shown_left=left, side_seed=seed, settings=item.settings,
    )  # fmt: skip
    step = _Step(lambda removed: votes.set_removed(project.store, vote_id, removed=removed), on_change)
    project.change(tr("Vote"), step.redo, step.undo)


class _Step:
    """Takes rows away and puts them back, and tells who shows them."""

    def __init__(self, set_removed: Callable[[bool], None], on_change: Callable[[], None]) -> None:
        self._set_removed, self._on_change = set_removed, on_change

    def redo(self) -> None:
        self._set_removed(False)
        self._on_change()

    def undo(self) -> None:
        self._set_removed(True)
        self._on_change()


def export_votes(project: Project, found: Sequence[Vote]) -> None:
    """Ask where to write the votes, and write them."""
    text = presenter.votes_csv(found)
    filters = tr("Table (*.csv)")
    project.dialogs.save_file(
        "votes", tr("Export votes"), "votes.csv", filters, lambda path: _write(project, path, text)
    )


def _write(project: Project, path: Path, text: str) -> None:
    durable.replace_file(path, text.encode())
    project.toast(tr("Wrote {file}.").format(file=path.name))


# ---- prompt sets -----------------------------------------------------------------------------------------------------


def save_set(project: Project, name: str, prompts: Sequence[str]) -> None:
    """Save prompts under a name; one that is taken gets these prompts instead. Undo gives back what was there."""
    name = name.strip()
    known = prompt_sets.named(project.store, name)
    if known is None:
        set_id = prompt_sets.add(project.store, name, prompts)
        step = _Step(lambda removed: prompt_sets.set_removed(project.store, set_id, removed=removed), _nothing)
        project.change(tr("Save prompts"), step.redo, step.undo, tell=tr("Saved {name}.").format(name=name))
        return
    old, new = known.prompts, tuple(prompts)
    project.change(
        tr("Save prompts"),
        lambda: prompt_sets.put(project.store, known.id, new),
        lambda: prompt_sets.put(project.store, known.id, old),
        tell=tr("{name} has these prompts now.").format(name=name),
    )


def delete_set(project: Project, set_id: int, name: str) -> None:
    """Take a set away; Undo puts it back."""
    project.change(
        tr("Delete {name}").format(name=name),
        lambda: prompt_sets.set_removed(project.store, set_id, removed=True),
        lambda: prompt_sets.set_removed(project.store, set_id, removed=False),
        tell=tr("Deleted {name}.").format(name=name),
    )


def _nothing() -> None:
    """Views follow the table."""
