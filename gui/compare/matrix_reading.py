"""What the Matrix tab shows of a sequence of runs: cells, figures with their definitions, and whether one broke another.

Read off the GUI thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from engine import sequences
from engine.store import checkpoints, runs, scores
from engine.verdict import sequence
from engine.verdict.records import Verdict
from engine.verdict.sentences import limit_text, shown, unit_text
from gui.charts.matrix_rows import MatrixCell
from gui.charts.words import GLYPHS
from gui.i18n import said, tr
from gui.runs.lines import with_bounds
from gui.widgets.text import signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import Run
    from engine.store import Store
    from engine.verdict.records import CapabilityVerdict, Word
    from engine.verdict.sequence import Matrix

#: Scores by which tasks can be told, in the order of the selector.
TASK_SCORES = ("ref_nll", "exact", "keys")
#: Scores from 0 to 1, shown in points.
_SHARES = frozenset({"exact", "keys"})
#: The change in nats a token at which a cell's colour is full.
NATS_SCALE = 0.5


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number under the matrix, with what it is by definition."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Broke:
    """Whether a training broke what an earlier one had taught: question, answer, and the verdict's word."""

    question: str
    answer: str
    word: Word


@dataclass(frozen=True, kw_only=True)
class MatrixReading:
    """One sequence, and all there are; `refs` are the models of the stages, the base first ("" where none is on disk)."""

    chains: tuple[tuple[int, str], ...] = ()
    chosen: int = 0
    score: str = TASK_SCORES[0]
    cells: tuple[MatrixCell, ...] = ()
    stages: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    broke: tuple[Broke, ...] = ()
    notes: tuple[str, ...] = ()
    start_ref: str = ""
    start_name: str = ""


def read_matrix(store: Store, run_ids: Sequence[int], wanted: int = 0, score: str = TASK_SCORES[0]) -> MatrixReading:
    """Read the wanted sequence (by its last run), else the first with one of `run_ids`, else the newest."""
    chains = [sequences.lineage(store, end) for end in sequences.chain_ends(store)]
    if not chains:
        start = _start(store, run_ids)
        name = runs.get(store, start[0]).name if start else ""
        return MatrixReading(start_ref=start[1] if start else "", start_name=name)
    named = [chain for chain in chains if chain[-1].id == wanted]
    touched = [chain for chain in chains if {one.id for one in chain} & set(run_ids)]
    chain = (named or touched or chains)[0]
    found = sequences.matrix_of(store, chain, score)
    stages = (tr("base model"), *(tr("after {name}").format(name=one.name) for one in chain))
    judged = [None, *({one.name: one for one in _judged(store, run)} for run in chain)]
    broke = tuple(one for run in chain[1:] for one in _broke(store, run))
    return MatrixReading(
        chains=tuple((one[-1].id, " → ".join(run.name for run in one)) for one in chains), chosen=chain[-1].id,
        score=score, cells=_cells(found, stages, judged), stages=stages,
        refs=(f"base:{chain[0].recipe.base}", *(_newest_ref(store, run.id) for run in chain)),
        figures=_figures(found), broke=broke, notes=_notes(found, broke),
    )  # fmt: skip


def _start(store: Store, run_ids: Sequence[int]) -> tuple[int, str] | None:
    """A run one could train on top of: one of those compared, else the newest; with its newest model."""
    for run_id in (*run_ids, *(run.id for run in runs.everything(store))):
        if ref := _newest_ref(store, run_id):
            return run_id, ref
    return None


def _newest_ref(store: Store, run_id: int) -> str:
    kept = [row for row in checkpoints.of_run(store, run_id) if row.state == "complete" and not row.variant]
    return kept[-1].ref if kept else ""


def _judged(store: Store, run: Run) -> list[CapabilityVerdict]:
    """What was judged of a run: its capabilities against the base, and earlier tasks against when they were learned."""
    newest: dict[str, Verdict] = {}
    for row in scores.verdicts(store, run.id):
        if row["split"] in ("verdict", "heldout"):
            newest[row["split"]] = msgspec.convert(row["payload"], Verdict)
    return [one for verdict in newest.values() for one in verdict.capabilities]


# ---- cells -----------------------------------------------------------------------------------------------------------


def _cells(
    found: Matrix, stages: Sequence[str], judged: Sequence[dict[str, CapabilityVerdict] | None]
) -> tuple[MatrixCell, ...]:
    kinds = (*([found.score] * len(found.tasks)), *found.primaries)
    return tuple(
        _cell(found, stages[stage], stage, column, kinds[column], (judged[stage] or {}).get(name))
        for stage in range(len(found.stages))
        for column, name in enumerate(found.columns)
    )


def _cell(
    found: Matrix, stage_name: str, stage: int, column: int, score: str, judged: CapabilityVerdict | None
) -> MatrixCell:
    is_share = score in _SHARES
    factor = 100.0 if is_share else 1.0
    value, change = found.values[stage][column], found.change(stage, column)
    home = column + 1 if column < len(found.tasks) else 0
    lower, upper, budget = _bounds(judged, is_share=is_share)
    reference = found.values[home][column]
    return MatrixCell(
        stage=stage_name, column=found.columns[column], score=None if value is None else factor * value,
        reference=None if reference is None else factor * reference, change=None if change is None else factor * change,
        lower=lower, upper=upper, budget=budget, n=found.counts[stage][column],
        is_reference=stage == home and value is not None, unit=tr("points") if is_share else tr("nats/token"),
        digits=0 if is_share else 2, full_scale=15.0 if is_share else NATS_SCALE,
    )  # fmt: skip


def _bounds(judged: CapabilityVerdict | None, *, is_share: bool) -> tuple[float | None, float | None, float | None]:
    """The bounds that decided and the limit, as the reader sees them; none where the verdict is of another score."""
    if judged is None or judged.kind == "kl" or (judged.kind == "binary") != is_share:
        return None, None, None
    low, high = (None if end is None else shown(end, judged.kind) for end in (judged.upper, judged.lower))
    return low, high, None if judged.role == "expendable" else shown(judged.budget, judged.kind)


# ---- in words --------------------------------------------------------------------------------------------------------


def _figures(found: Matrix) -> tuple[Figure, ...]:
    tasks = found.of_tasks()
    is_share = found.score in _SHARES
    units = {score in _SHARES for score in found.primaries}
    general = sequence.general_ability_delta(found.of_capabilities()) if len(units) == 1 else None
    told = (
        (tr("Average at the end"), sequence.average(tasks), is_share, False,
         tr("mean score of all tasks after the last training")),
        (tr("Backward transfer"), sequence.backward_transfer(tasks), is_share, True,
         tr("average change on earlier tasks since each was learned; below 0 = forgot (Lopez-Paz & Ranzato 2017)")),
        (tr("Forgetting, from the best"), sequence.forgetting_from_best(tasks), is_share, True,
         tr("best score of any earlier stage − last score (Chaudhry et al. 2018)")),
        (tr("Forgetting, from the first"), sequence.forgetting_from_first(tasks), is_share, True,
         tr("score when first learned − last score (Avalanche)")),
        (tr("General ability"), general, units == {True}, True,
         tr("mean change of the capabilities against the base (TRACE)")),
    )  # fmt: skip
    return tuple(Figure(name=name, value=_number(value, share, sign=sign), meaning=meaning)
                 for name, value, share, sign, meaning in told)  # fmt: skip


def _number(value: float | None, is_share: bool, *, sign: bool) -> str:
    if value is None:
        return tr("· not measured")
    scaled, digits = (100 * value, 1) if is_share else (value, 2)
    text = signed(scaled, digits) if sign else f"{scaled:.{digits}f}".replace("-", "−")
    return f"{text} {tr('points') if is_share else tr('nats/token')}"


def _broke(store: Store, run: Run) -> list[Broke]:
    rows = [row for row in scores.verdicts(store, run.id) if row["split"] == "heldout"]
    if not rows:
        return []
    verdict = msgspec.convert(rows[-1]["payload"], Verdict)
    return [
        Broke(question=tr("Did {later} break {earlier}?").format(later=run.name, earlier=one.name), answer=_answer(one),
              word=one.word)
        for one in verdict.capabilities
    ]  # fmt: skip


def _answer(one: CapabilityVerdict) -> str:
    answer = {
        "kept": tr("No: it was kept."), "forgot": tr("Yes: it was forgotten."), "changed": tr("It was changed."),
    }.get(one.word, tr("We can't tell."))  # fmt: skip
    how = tr("{change} {unit} on its held-out rows, limit {limit}, n={n}").format(
        change=with_bounds(one),
        unit=said(unit_text(one.kind, one.unit)),
        limit=limit_text(one.budget, one.kind),
        n=one.n,
    )
    return f"{GLYPHS[one.word]} {answer} {how}"


def _notes(found: Matrix, broke: Sequence[Broke]) -> tuple[str, ...]:
    notes = []
    if not broke:
        notes.append(
            tr("No held-out rows of an earlier run were measured again, so nothing says whether it was broken.")
        )
    if not found.capabilities:
        notes.append(tr("No canaries were measured before the first run, so there is no general ability."))
    return tuple(notes)
