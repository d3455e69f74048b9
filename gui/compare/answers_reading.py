"""What the Answers tab shows, read from the store at once; called off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.store import answers, checkpoints, history, models, runs, scores
from gui.compare.answers_items import Item, Stream, of_job, of_stored
from gui.compare.reading import HELDOUT_SUITE
from gui.i18n import tr
from gui.run.answers_model import is_worse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import Answer, CheckpointRow, Measurement
    from engine.store import Store

#: So many checkpoints are offered, newest runs first; any other can still be named by whoever leads here.
MOST_CHECKPOINTS = 200


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A model one can put on a side; `problem` says why it cannot answer."""

    ref: str
    words: str
    fingerprint: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class AnswersReading:
    """Models to choose from, the chosen ones, and everything that two of them have answered.

    `suite` is the canary suite of the stored answers as recipes name it, or what a generation would take.
    """

    choices: tuple[Choice, ...] = ()
    refs: dict[str, str] = field(default_factory=dict)
    stored: tuple[Item, ...] = ()
    suite: str = "standard"
    asked: tuple[Item, ...] = ()
    streams: dict[int, Stream] = field(default_factory=dict)

    def name_of(self, ref: str) -> str:
        """A model's name as panes show it."""
        return next((one.words for one in self.choices if one.ref == ref), "") or words_of(ref)

    def fingerprint_of(self, ref: str) -> str:
        """The fingerprint its files must have."""
        return next((one.fingerprint for one in self.choices if one.ref == ref), "")


def words_of(ref: str, run_name: str = "") -> str:
    """A model's name: "base tiny", "lora-03 @ 75"."""
    if ref.startswith("base:"):
        return tr("base {name}").format(name=ref.removeprefix("base:"))
    run, _, place = ref.partition("@")
    return f"{run_name or run} @ {place}" if place else ref


def read(store: Store, a: str = "", b: str = "", c: str = "") -> AnswersReading:
    """Read for these models; a or b left empty is chosen: the base, and the current model or the newest checkpoint."""
    found = _choices(store)
    first, second = _defaults(store, found, a, b)
    refs = {side: ref for side, ref in (("a", first), ("b", second), ("c", c)) if ref}
    known = {one.ref for one in found}
    found += [_gone(store, ref) for ref in dict.fromkeys(refs.values()) if ref not in known]
    fingerprints = {side: next((one.fingerprint for one in found if one.ref == ref), "") for side, ref in refs.items()}
    stored, suite = _stored(store, refs, fingerprints)
    asked, streams = _asked(store, refs)
    return AnswersReading(
        choices=tuple(found), refs=refs, stored=tuple(stored), suite=suite or _suite_of(store, refs),
        asked=tuple(asked), streams=streams,
    )  # fmt: skip


# ---- models ----------------------------------------------------------------------------------------------------------


def _choices(store: Store) -> list[Choice]:
    found = [
        Choice(
            ref=f"base:{row.name}", words=words_of(f"base:{row.name}"), fingerprint=row.fingerprint,
            problem="" if Path(row.path).is_dir() else tr("no longer at its place"),
        )
        for row in models.everything(store)
    ]  # fmt: skip
    saved = checkpoints.everything(store)
    tuned: list[Choice] = []
    for run in runs.everything(store):
        for row in reversed(saved.get(run.id, ())):
            if row.state == "complete" and len(tuned) < MOST_CHECKPOINTS:
                tuned.append(_tuned(row, run.name))
    return found + tuned


def _tuned(row: CheckpointRow, run_name: str) -> Choice:
    problem = "" if row.state == "complete" else tr("its weights are gone")
    return Choice(ref=row.ref, words=words_of(row.ref, run_name), fingerprint=row.manifest_sha256, problem=problem)


def _gone(store: Store, ref: str) -> Choice:
    """A model that is asked for but not among those on offer: rotated, in the Trash, or never there."""
    if not ref.startswith("base:"):
        run_id, _, place = ref.partition("@")
        step, _, strength = place.partition("x")
        variant = f"x{strength}" if strength else ""
        for row in checkpoints.everything(store).get(int(run_id), ()) if run_id.isdigit() else ():
            if str(row.step) == step and row.variant == variant:
                return _tuned(row, runs.get(store, row.run_id).name)
    return Choice(ref=ref, words=words_of(ref), problem=tr("not found"))


def _defaults(store: Store, found: Sequence[Choice], a: str, b: str) -> tuple[str, str]:
    pointer = history.pointer(store)
    current = pointer[0] if pointer else ""
    if not b:
        tuned = [one.ref for one in found if not one.ref.startswith("base:") and one.ref != a]
        b = current if current in tuned else next(iter(tuned), "")
    if not a:
        a = _base_of(store, b) or _base_of(store, current)
        bases = [one.ref for one in found if one.ref.startswith("base:")]
        a = a if a in bases else next(iter(bases), a)
    return a, b


def _base_of(store: Store, ref: str) -> str:
    if ref.startswith("base:") or not ref:
        return ref
    run_id = ref.partition("@")[0]
    run = next((one for one in runs.everything(store) if str(one.id) == run_id), None)
    return f"base:{run.recipe.base}" if run is not None else ""


def _suite_of(store: Store, refs: dict[str, str]) -> str:
    """The suite of the tuned side's run, else the standard one."""
    known = {str(run.id): run for run in runs.everything(store)}
    for side in ("b", "a", "c"):
        run = known.get(refs.get(side, "").partition("@")[0])
        if run is not None:
            return run.recipe.canaries.suite
    return "standard"


# ---- answers ---------------------------------------------------------------------------------------------------------


def _stored(store: Store, refs: dict[str, str], fingerprints: dict[str, str]) -> tuple[list[Item], str]:
    """The canary answers that both models have given on one version of one suite, forgotten ones first."""
    from engine.export.gather import answers_between

    pair = _measured_alike(store, refs.get("a", ""), refs.get("b", ""))
    if pair is None:
        return [], ""
    shown = answers_between(store, *pair)
    shown.sort(key=lambda one: (not is_worse(one), -(one.change if one.change is not None else -1e9)))
    third = _of_version(store, refs.get("c", ""), pair[1].suite_hash)
    return of_stored(shown, refs, fingerprints, third), pair[1].suite


def _measured_alike(store: Store, a: str, b: str) -> tuple[Measurement, Measurement] | None:
    """The newest measurements with answers of both models on the same version of a suite; of one run, if there are."""
    if not a or not b or a == b:
        return None
    first = [one for one in scores.with_answers(store, a) if one.suite != HELDOUT_SUITE]
    for after in scores.with_answers(store, b):
        alike = [one for one in first if one.suite_hash == after.suite_hash]
        if alike:
            return next((one for one in alike if one.run_id == after.run_id), alike[0]), after
    return None


def _of_version(store: Store, ref: str, suite_hash: str) -> dict[str, Answer]:
    found = [one for one in scores.with_answers(store, ref) if one.suite_hash == suite_hash] if ref else []
    return {answer.item_id: answer for answer in scores.answers(store, found[0].id)} if found else {}


def _asked(store: Store, refs: dict[str, str]) -> tuple[list[Item], dict[int, Stream]]:
    """The prompts put to these models before and now, oldest first, and the pieces of what is still being written."""
    if not refs.get("a"):
        return [], {}
    items: list[Item] = []
    streams: dict[int, Stream] = {}
    for job in reversed(answers.asked(store, refs["a"], refs.get("b", ""))):
        if "c" in refs and job.payload.get("c") != refs["c"]:
            continue
        stream = None
        if job.result is None:
            stream = Stream(job.id)
            stream.take(answers.since(store, job.id))
            if not job.state.is_ended:
                streams[job.id] = stream
        items += of_job(job, stream)
    return items, streams
