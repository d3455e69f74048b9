"""A recipe that is being drafted: what it would take and could decide, asked as often as one types. No torch, no jobs.

Rows are counted and measured in tokens by an inspect job (`row_facts`); until one has ended, `guessed_row_facts` goes by
characters.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import durable
from engine.data.mapping import Conversation, to_conversations
from engine.data.read import read_rows
from engine.data.rows import Problem, list_problems
from engine.errors import MovedModel, UserError
from engine.models.inspect import read_config
from engine.protection import needs_general_rows, require_few_canaries
from engine.records import Mapping, recipe_from_toml
from engine.store import jobs, models, runs, scores

if TYPE_CHECKING:
    import collections.abc

    from engine.plan import Plan, RowFacts, SuiteFacts
    from engine.records import DataSpec, Recipe
    from engine.store import Store
    from engine.suites import Suite

#: Characters of one token in ordinary text, and the tokens a chat template adds to a row: for guesses only.
CHARACTERS_PER_TOKEN, TEMPLATE_TOKENS = 4.0, 30
#: Tokens of an answer that the calibrate job times; equals `engine.training.calibrate.ANSWER_TOKENS` (a test compares them).
TIMED_ANSWER_TOKENS = 24
#: Raised when an inspection gives more than before, so that an earlier result is not taken for it.
INSPECTION_SCHEME = 2
#: Rows read for a first look at a file; a larger file is read whole afterwards.
FIRST_ROWS = 200


class FirstLook(msgspec.Struct, frozen=True, kw_only=True):
    """What reading a file without a model shows: its rows as conversations, its problems, and how it was mapped."""

    path: str
    size_bytes: int
    mtime_ns: int
    format: str
    rows: int
    problems: list[Problem]
    conversations: list[Conversation]
    mapping: Mapping
    columns: tuple[str, ...]
    has_more: bool


def first_look(path: Path, mapping: Mapping | None = None, *, first: int | None = None) -> FirstLook:
    """Read a data file (or its first rows) and map it; `UserError` says why the file as a whole cannot be used."""
    read = read_rows(path, first=first)
    mapped = to_conversations(read.rows, mapping) if read.rows else None
    problems = sorted([*read.problems, *(mapped.problems if mapped else ())], key=lambda problem: problem.line)
    if mapped is None or not mapped.items:
        raise UserError(
            f"{path.name}: none of its rows can be used. {list_problems(problems, 3)}", field="data.path",
            remedy="Correct these lines.",
        )  # fmt: skip
    status = path.stat()
    return FirstLook(
        path=str(path), size_bytes=status.st_size, mtime_ns=status.st_mtime_ns, format=read.format,
        rows=len(read.rows) + len(read.problems), problems=problems, conversations=mapped.items, mapping=mapped.mapping,
        columns=read.columns, has_more=read.has_more,
    )  # fmt: skip


def inspection_payload(base: str, look: FirstLook, mapping: Mapping, *, max_length: int, suite: str) -> dict[str, Any]:
    """Return the payload of the inspect job for a file as it is now; equal payloads give equal results."""
    chosen = None if mapping == Mapping() else msgspec.to_builtins(mapping)
    return {
        "path": look.path, "size_bytes": look.size_bytes, "mtime_ns": look.mtime_ns, "base": base, "mapping": chosen,
        "max_length": max_length, "suite": suite, "scheme": INSPECTION_SCHEME,
    }  # fmt: skip


def guessed_row_facts(look: FirstLook, data: DataSpec) -> RowFacts:
    """Guess the rows' lengths in tokens from their characters, for a first plan."""
    from engine.plan import RowFacts

    lengths = sorted(
        TEMPLATE_TOKENS + sum(len(message.content) for message in item.messages) / CHARACTERS_PER_TOKEN
        for item in look.conversations
    ) or [float(TEMPLATE_TOKENS)]
    taken = 0 if data.heldout_path else round(len(lengths) * data.heldout_fraction)
    return RowFacts(
        count=max(1, len(lengths) - taken),
        heldout=taken,
        p50=int(lengths[len(lengths) // 2]),
        p95=int(lengths[int(0.95 * (len(lengths) - 1))]),
        max=int(lengths[-1]),
        mean=sum(lengths) / len(lengths),
    )


def row_facts(found: collections.abc.Mapping[str, Any], heldout: float) -> RowFacts:
    """Return what a plan needs to know of the rows, from their examination.

    `heldout` below 1 is the share of them that is held out; else the number of held-out rows that come beside them.
    """
    from engine.plan import RowFacts, RowFinding

    taken = round(found["rows"] * heldout) if heldout < 1 else 0
    return RowFacts(
        count=max(1, found["rows"] - taken),
        heldout=taken or int(heldout),
        p50=found["length_p50"],
        p95=found["length_p95"],
        max=found["length_max"],
        mean=found["tokens"] / max(1, found["rows"]),
        prefix_share=found.get("prefix_share", 0.0),
        findings=tuple(
            RowFinding(kind=one["kind"], sentence=one["sentence"], fix=one.get("fix") or "")
            for one in found.get("findings", ())
            if one["is_warning"]
        ),
    )


def chosen_suite(recipe: Recipe) -> Suite:
    """Return the recipe's canaries; `UserError` for an unknown suite or capability, budgets included."""
    from engine.budgets import require_known
    from engine.canaries.suite import load_suite, select

    canaries = recipe.canaries
    suite = load_suite(canaries.suite)
    require_known(canaries.budgets, [capability.name for capability in suite.capabilities], suite.name)
    return select(suite, canaries.capabilities, canaries.verdict_items, canaries.guard_items)


def measured_spread(store: Store, recipe: Recipe) -> dict[str, float]:
    """Return the spread of each capability's differences in the last comparable run: same base, suite and method."""
    for run in runs.everything(store):
        other = run.recipe
        if (other.base, other.method, other.canaries.suite) != (recipe.base, recipe.method, recipe.canaries.suite):
            continue
        if found := [row for row in scores.verdicts(store, run.id) if row["split"] == "verdict"]:
            return {one["name"]: one["sd"] for one in found[-1]["payload"]["capabilities"] if one["sd"] > 0}
    return {}


def suite_facts(suite: Suite, spread: collections.abc.Mapping[str, float] | None = None) -> SuiteFacts:
    """Return what a plan needs to know of the canaries; `spread` is that of the last comparable run."""
    from engine.canaries.power import KIND_OF_PRIMARY, deciding_items
    from engine.plan import CapabilityFacts, SuiteFacts

    return SuiteFacts(
        capabilities=tuple(
            CapabilityFacts(
                name=capability.name,
                items=len(deciding_items(suite, capability)),
                guard_items=len(suite.of(capability.name, "guard")),
                kind=KIND_OF_PRIMARY[capability.primary],
                sd=(spread or {}).get(capability.name),
            )
            for capability in suite.capabilities
        )
    )


def recorded_device(store: Store) -> dict[str, Any] | None:
    """Return what a worker last said of its device, or None if none did: only a worker can ask a GPU."""
    return jobs.last_device(store)


def measured_timings(store: Store, recipe: Recipe) -> dict[str, float]:
    """Return the speeds timed for this base and method on this machine, as `engine.plan.plan` takes them; else nothing."""
    for job in reversed(jobs.finished(store, "calibrate")):
        timed = recipe_from_toml(job.payload["recipe"])
        if (timed.base, timed.method) == (recipe.base, recipe.method) and job.result:
            return timings_of(job.result, timed.training.batch_size)
    return {}


def timings_of(found: collections.abc.Mapping[str, Any], batch_size: int) -> dict[str, float]:
    """Turn a calibrate job's seconds into tokens a second."""
    tokens = found["tokens_per_row"]
    return {
        "train_tokens_per_s": batch_size * tokens / found["step_s"],
        "score_tokens_per_s": tokens / found["score_item_s"],
        "answer_tokens_per_s": TIMED_ANSWER_TOKENS / found["answer_s"],
        "load_s": found["load_s"],
    }


def draft_plan(
    store: Store,
    recipe: Recipe,
    rows: RowFacts,
    timings: collections.abc.Mapping[str, float] | None = None,
) -> Plan:
    """Plan a run of these rows on this machine; `UserError` for canaries or a base that cannot be used."""
    from engine.plan import hardware_facts, plan

    base = models.get(store, recipe.base)
    folder = Path(base.path)
    if not folder.is_dir():
        raise MovedModel(
            f"The folder of {base.name} is no longer at {folder}.", field="base", remedy="Name its new place in Models."
        )
    return plan(
        recipe,
        config=read_config(folder),
        parameters=base.parameters,
        rows=rows,
        hardware=hardware_facts(store.home, recorded_device(store)),
        suite=suite_facts(chosen_suite(recipe), measured_spread(store, recipe)),
        timings=timings,
    )


def with_data_fingerprint(recipe: Recipe) -> Recipe:
    """Return the recipe bound to its data files as they are now; `UserError` if one is missing, or holds canaries to replay."""
    data = recipe.data
    if not data.path:
        raise UserError("No training rows were named.", field="data.path", remedy="Give --data FILE.")
    sums = [_file_sum(data.path, "data.path"), _file_sum(data.heldout_path, "data.heldout_path")]
    _require_general_file(recipe)
    fingerprint = hashlib.sha256("\n".join(sums).encode()).hexdigest()
    return msgspec.structs.replace(recipe, data=msgspec.structs.replace(data, fingerprint=fingerprint))


def _require_general_file(recipe: Recipe) -> None:
    """Refuse a file of general rows that is not there, cannot be used, or consists of canaries, before the run is queued."""
    from engine.canaries.ngrams import texts_giving_away

    general, path = recipe.protection.general, Path(recipe.protection.general.path)
    if general.source != "file" or not needs_general_rows(recipe):
        return
    if not path.is_file():
        raise UserError(f"There is no file {path}.", field="protection.general.path", remedy="Check the path.")
    try:
        found = first_look(path)
    except UserError as error:
        raise UserError(error.message, field="protection.general.path", remedy=error.remedy) from error
    texts = [" ".join(message.content for message in one.messages) for one in found.conversations]
    hit = texts_giving_away(chosen_suite(recipe).items, texts)
    require_few_canaries(path.name, len(hit), len(texts))


def _file_sum(name: str, field: str) -> str:
    if not name:
        return ""
    if not Path(name).is_file():
        raise UserError(f"There is no file {name}.", field=field, remedy="Check the path.")
    try:
        return durable.hash_file(Path(name))
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror}.", field=field) from error
