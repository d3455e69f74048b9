"""Runs on top of runs: where a run starts, what came before it, and the retention matrix of a chain. Reads rows; no torch.

A run that starts from a checkpoint goes on training the same kind of weights: a full model goes on as a full model, an
adapter as the same adapter. So every checkpoint still stands by itself over the one base, and nothing has to be merged.
KL, the guard and the verdict go on comparing with that base (L2-SP in full runs pulls to what the run goes on from);
"did it break what came before?" is asked of the earlier run's own held-out rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine import versions
from engine.errors import UserError
from engine.store import runs, scores
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput, CheckedAnswers
from engine.verdict.sequence import Matrix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.records import Measurement, Recipe, Run, Score
    from engine.store import Store
    from engine.verdict.records import Verdict

HELDOUT_SUITE = "held-out rows"
#: Where an earlier stage's held-out rows are measured again, the settings of that measurement name its run.
OF_RUN = "of_run"
#: A cell of the matrix: the mean score and how many items it is of.
_Cell = tuple[float | None, int]
_NOT_MEASURED: _Cell = (None, 0)
_SIGN = {"ref_nll": -1.0, "exact": 1.0, "keys": 1.0, "choice_margin": 1.0}


def started(store: Store, recipe: Recipe) -> Recipe:
    """Return the recipe bound to the checkpoint it starts from; `UserError` where it cannot go on from there."""
    if not recipe.start_from:
        return recipe
    version = versions.resolve(store, recipe.start_from)
    if version.checkpoint is None:
        raise UserError(
            "A run starts from its base anyway.", field="start_from", remedy="Leave start_from empty, or name RUN@STEP."
        )
    before = runs.get(store, version.checkpoint.run_id).recipe
    differing = [
        f"{name} is {new}, there {old}"
        for name, new, old in (
            ("base", recipe.base, before.base),
            ("method", recipe.method, before.method),
            *((f"adapter.{key}", getattr(recipe.adapter, key), getattr(before.adapter, key)) for key in _shape(recipe)),
        )
        if new != old
    ]
    if differing:
        raise UserError(
            f"This run cannot go on from {version.ref}: {'; '.join(differing)}.", field="start_from",
            remedy="Use the same base, method and adapter, or export that model and import it as a new base.",
        )  # fmt: skip
    return msgspec.structs.replace(recipe, start_from=version.ref, start_fingerprint=version.fingerprint)


def _shape(recipe: Recipe) -> tuple[str, ...]:
    return (
        () if recipe.method == "full" else ("rank", "alpha", "targets", "rslora", "dora", "kind", "preserved", "start")
    )


def start_folder(store: Store, recipe: Recipe) -> Path:
    """Where the checkpoint lies that a run starts from; `UserError` if it is not the one the run was queued with."""
    version = versions.resolve(store, recipe.start_from)
    if recipe.start_fingerprint and recipe.start_fingerprint != version.fingerprint:
        raise UserError(
            f"{recipe.start_from} is not the checkpoint this run was queued with: its fingerprint differs.",
            field="start_from", remedy="Start a new run from it.",
        )  # fmt: skip
    return versions.folder_of(store, version)


def lineage(store: Store, run: Run) -> list[Run]:
    """The runs a run stands on, the first one on the base first, itself last."""
    chain = [run]
    while chain[0].recipe.start_from:
        earlier = runs.find(store, chain[0].recipe.start_from.rpartition("@")[0])
        if earlier.id in {one.id for one in chain}:
            break
        chain.insert(0, earlier)
    return chain


# ---- did this training break what came before? -----------------------------------------------------------------------


def judge_earlier(store: Store, run: Run) -> Verdict | None:
    """The verdict over the held-out rows of every earlier stage: as that stage left them, against now; None without any."""
    inputs, checked = [], []
    for stage in lineage(store, run)[:-1]:
        was, now = heldout_of(store, stage.id, stage.id), heldout_of(store, run.id, stage.id)
        if was is None or now is None:
            continue
        before, after = _by_item(store, was, "ref_nll"), _by_item(store, now, "ref_nll")
        both = [name for name in before if name in after]
        if both:
            inputs.append(
                CapabilityInput(
                    name=stage.name, before=[before[name].value for name in both], after=[after[name].value for name in both],
                    item_ids=both, cluster_ids=[before[name].cluster for name in both],
                )
            )  # fmt: skip
            checked += _checked(store, stage, was, now)
    return decide(inputs, checked=checked) if inputs else None


def _checked(store: Store, stage: Run, was: Measurement, now: Measurement) -> list[CheckedAnswers]:
    before, after = _by_item(store, was, "exact"), _by_item(store, now, "exact")
    both = [name for name in before if name in after]
    if not both:
        return []
    return [
        CheckedAnswers(
            name=stage.name, before=[round(before[name].value) for name in both],
            after=[round(after[name].value) for name in both], item_ids=both,
            cluster_ids=[before[name].cluster for name in both],
        )
    ]  # fmt: skip


def heldout_of(store: Store, run_id: int, rows_of: int) -> Measurement | None:
    """A run's last measurement, after training, of the held-out rows of a run (its own or an earlier stage's)."""
    found = [
        row
        for row in scores.of_run(store, run_id)
        if row.suite == HELDOUT_SUITE and row.moment == "after" and int(row.settings.get(OF_RUN, run_id)) == rows_of
    ]
    return found[-1] if found else None


def _by_item(store: Store, measurement: Measurement, score: str) -> dict[str, Score]:
    return {row.item_id: row for row in scores.scores(store, measurement.id) if row.score == score}


# ---- the matrix ------------------------------------------------------------------------------------------------------


def chain_of(store: Store, named: Sequence[str]) -> list[Run]:
    """The runs of a matrix: one name stands for its whole lineage; several must follow one another."""
    found = [runs.find(store, name) for name in named]
    chain = lineage(store, found[-1])
    ids = [one.id for one in chain]
    outside = [one.name for one in found if one.id not in ids]
    if outside:
        raise UserError(
            f"{outside[0]} is not among the runs that {found[-1].name} stands on ({', '.join(one.name for one in chain)}).",
            field="run", remedy="Name runs that follow one another, the last one last.",
        )  # fmt: skip
    return chain


def matrix_of(store: Store, chain: Sequence[Run], score: str = "ref_nll") -> Matrix:
    """The retention matrix of a chain: tasks by one score of their held-out rows, capabilities by their primary.

    Scores point up (likelihood losses change sign). Capabilities are verdict items as the first stage's suite has them;
    change scores (kl) are left out, as they have no value of their own.
    """
    tasks = [_task_column(store, chain, stage, score) for stage in chain]
    first = _canaries(store, chain[0], "before")
    primaries = {} if first is None else _primaries(first)
    columns = {} if first is None else _capability_columns(store, chain, first, primaries)
    rows = list(zip(*tasks, *columns.values(), strict=True))
    return Matrix(
        stages=("base", *(f"after {one.name}" for one in chain)), tasks=tuple(one.name for one in chain),
        capabilities=tuple(columns), values=tuple(tuple(mean for mean, _ in row) for row in rows), score=score,
        counts=tuple(tuple(count for _, count in row) for row in rows), primaries=tuple(primaries.values()),
    )  # fmt: skip


def chain_ends(store: Store) -> list[Run]:
    """The runs that stand on another and that none goes on from, newest first: the last of every sequence."""
    found = runs.everything(store)
    later = [one for one in found if one.recipe.start_from]
    stood_on = {one.recipe.start_from.rpartition("@")[0] for one in later}
    return [one for one in later if not {str(one.id), one.name} & stood_on]


def _task_column(store: Store, chain: Sequence[Run], stage: Run, score: str) -> list[_Cell]:
    """One task: what its own run measured before it (at the stage before), and every later stage after."""
    place = [one.id for one in chain].index(stage.id)
    column = [_NOT_MEASURED] * (len(chain) + 1)
    before = [row for row in scores.of_run(store, stage.id) if row.suite == HELDOUT_SUITE and row.moment == "before"]
    if before:
        column[place] = _mean_of(store, before[-1], score)
    for number, one in enumerate(chain[place:], start=place + 1):
        measured = heldout_of(store, one.id, stage.id)
        column[number] = _NOT_MEASURED if measured is None else _mean_of(store, measured, score)
    return column


def _primaries(first: Measurement) -> dict[str, str]:
    return {name: score for name, score in first.settings.get("primaries", {}).items() if score in _SIGN}


def _capability_columns(
    store: Store, chain: Sequence[Run], first: Measurement, primaries: dict[str, str]
) -> dict[str, list[_Cell]]:
    measured = [first, *(_canaries(store, one, "after") for one in chain)]
    comparable = [row if row is not None and row.suite_hash == first.suite_hash else None for row in measured]
    return {
        name: [_NOT_MEASURED if row is None else _mean_of(store, row, score, name) for row in comparable]
        for name, score in primaries.items()
    }


def _canaries(store: Store, run: Run, moment: str) -> Measurement | None:
    found = [row for row in scores.of_run(store, run.id) if row.suite != HELDOUT_SUITE and row.moment == moment]
    return found[-1] if found else None


def _mean_of(store: Store, measurement: Measurement, score: str, capability: str = "") -> _Cell:
    values = [
        row.value
        for row in scores.scores(store, measurement.id)
        if row.score == score and row.split != "guard" and capability in ("", row.capability)
    ]
    return (_SIGN[score] * sum(values) / len(values), len(values)) if values else _NOT_MEASURED
