"""What is told at the end of a run: the verdict, and beside it what was learned, memorised and said in a new style."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import durable
from engine.canaries.pairing import checked_answers, compare_inputs
from engine.sequences import HELDOUT_SUITE, OF_RUN
from engine.store import journal, scores, to_json
from engine.training.heldout import Learned
from engine.training.setup import data_fingerprint
from engine.verdict.decide import decide

if TYPE_CHECKING:
    from pathlib import Path

    from engine.records import CanaryPlan, Measurement
    from engine.store import Store
    from engine.training.setup import Session
    from engine.verdict.records import Verdict


def decide_and_store(store: Store, run_id: int, step: int, before_id: int, after_id: int, plan: CanaryPlan) -> Verdict:
    """Decide from stored scores of the verdict set, store the verdict and return it."""
    before = scores.get(store, before_id)
    verdict = decide(
        compare_inputs(store, before_id, after_id, "verdict", plan.budgets),
        noise_floor=before.noise_floor if before else 0.0,
        checked=checked_answers(store, before_id, after_id, "verdict", plan.budgets),
    )
    scores.add_verdict(store, run_id=run_id, step=step, split="verdict", overall=verdict.word, payload=verdict)
    return verdict


def told(
    store: Store, session: Session, before: Learned, after: Learned, before_id: int, after_id: int
) -> dict[str, Any]:
    """Return the run's results beside the verdict, as the report and the command line read them."""
    return {
        "learned": _learned(before, after),
        "memorised": _memorised(session, after),
        "sentinels": _sentinels(store, session, before_id, after_id),
        "measured": {"before": before_id, "after": after_id},
    }


def keep_rows(store: Store, run_id: int, folder: Path) -> None:
    """Append all rows of a run that had no training to its folder, from which a lost database is rebuilt."""
    lines = [to_json(row) for row in journal.rows_since(store, run_id, 0)]
    durable.append_line(folder / "rows.jsonl", "\n".join(lines))


def store_learned(  # noqa: PLR0913 - one argument a column
    store: Store, session: Session, run_id: int, moment: str, step: int, learned: Learned, *, of_run: int = 0,
    key: str = "",
) -> None:  # fmt: skip
    """Keep held-out scores and answers as a measurement of their own.

    `of_run` says that they are an earlier run's rows; `key` names what may be taken over by other runs (`cached_learned`).
    """
    start = session.recipe.start_from or session.loaded.ref
    settings: dict[str, Any] = {"train_nll": learned.train_nll}
    if of_run:
        settings[OF_RUN] = of_run
    measurement = scores.begin(
        store, run_id=run_id, moment=moment, step=step, model_ref=f"{run_id}@{step}" if step else start,
        fingerprint=session.loaded.fingerprint if not step else "", suite=HELDOUT_SUITE,
        suite_hash=data_fingerprint(session.prepared), settings=settings, cache_key=key,
    )  # fmt: skip
    scores.add(store, measurement, learned.scores, learned.answers)
    scores.finish(store, measurement)


def stored_learned(store: Store, run_id: int, moment: str) -> Learned | None:
    """Return what an earlier attempt of the run measured, so that a resumed run need not measure it again."""
    for row in scores.of_run(store, run_id):
        if row.suite == HELDOUT_SUITE and row.moment == moment and OF_RUN not in row.settings:
            return _learned_from(store, row)
    return None


def cached_learned(store: Store, key: str) -> Learned | None:
    """Return what any run measured under that key (`heldout.cache_key`): the base answers the same rows the same way."""
    row = scores.cached(store, key)
    return None if row is None else _learned_from(store, row)


def _learned_from(store: Store, row: Measurement) -> Learned:
    return Learned(
        scores=scores.scores(store, row.id),
        answers=scores.answers(store, row.id),
        train_nll=float(row.settings["train_nll"]),
    )


def canary_measurements(store: Store, run_id: int) -> list[Measurement]:
    """Return a run's measurements of canaries, oldest first, without those of held-out rows."""
    return [row for row in scores.of_run(store, run_id) if row.suite != HELDOUT_SUITE]


def _learned(before: Learned, after: Learned) -> dict[str, Any]:
    said: dict[str, Any] = {"n": len(after.answers)}
    for name, score in (("nll", "ref_nll"), ("exact", "exact"), ("keys", "keys")):
        said[f"{name}_before"], said[f"{name}_after"] = before.mean(score), after.mean(score)
    return said


def _memorised(session: Session, after: Learned) -> dict[str, Any]:
    """Training against held-out loss, and exact match on held-out rows that reword a training row."""
    reworded = {row.cluster for row in session.prepared.train if row.cluster}
    count = sum(score.score == "exact" and score.cluster in reworded for score in after.scores)
    return {
        "train_nll": after.train_nll,
        "heldout_nll": after.mean("ref_nll"),
        "paraphrase_exact": after.mean("exact", reworded),
        "paraphrase_n": count,
    }


def _sentinels(store: Store, session: Session, before_id: int, after_id: int) -> dict[str, Any]:
    """How many generated canary answers show a sign of damage, and how many open as the training targets do."""
    prepared = session.prepared
    said: dict[str, Any] = {"prefix": prepared.prefix_text, "prefix_share": prepared.prefix_share}
    for moment, number in (("before", before_id), ("after", after_id)):
        rows = scores.scores(store, number)
        signs = [row.value for row in rows if row.score == "degenerate"]
        captured = [row.value for row in rows if row.score == "format_capture"]
        said["n"] = len(signs)
        said[f"degenerate_{moment}"] = round(sum(signs))
        said[f"format_capture_{moment}"] = sum(captured) / len(captured) if captured else None
    return said
