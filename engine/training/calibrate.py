"""Timing before a promise: a few real steps and scores on this machine, so that the time said beforehand was measured."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from engine import device as hardware
from engine.canaries.generation import stop_tokens, write_greedily
from engine.canaries.likelihoods import Segment, Task
from engine.canaries.scoring import Scorer
from engine.records import recipe_from_toml
from engine.training import loop, methods
from engine.training.schedule import peak_lr
from engine.training.setup import Session, open_session
from engine.work import Outcome, Work

if TYPE_CHECKING:
    from collections.abc import Callable


STEPS = 3
SCORED_ROWS = 16
#: Answers are written many at a time, in a run too: four alone would make each look three times as long.
ANSWERED_ROWS = 16
ANSWER_TOKENS = 24


def run(work: Work) -> Outcome:
    """Time the payload's `recipe` (TOML): seconds a step, a scored row, an answer, and for loading; nothing is kept."""
    recipe = recipe_from_toml(work.job.payload["recipe"])
    device = hardware.detect()
    facts = device.facts()  # before the model takes its share
    started = time.perf_counter()
    with TemporaryDirectory(dir=work.store.home) as folder:
        session = open_session(work, recipe, device, Path(folder))
    load_s = time.perf_counter() - started
    with loop.autocast(session.device, session.precision):
        score_row_s = _time_scoring(session, work)
        answer_s = _time_answers(session, work)
    work.stop_if_cancelled()
    work.phase("timing training steps")
    step_s = _time_steps(session)
    return Outcome(
        result={
            "device": facts,
            "load_s": load_s,
            "score_item_s": score_row_s,
            "answer_s": answer_s,
            "step_s": step_s,
            "steps_total": session.steps_total,
            "heldout": len(session.prepared.heldout),
            "tokens_per_row": sum(session.order.lengths.tolist()) / len(session.order.lengths),
        }
    )


def _time_scoring(session: Session, work: Work) -> float:
    """Seconds to score one held-out row's answer."""
    work.phase("timing scoring")
    rows = session.prepared.train[:SCORED_ROWS]
    tasks = [Task(prompt=tuple(row.ids[: _answer_start(row)].tolist()), segments=(_rest(row),)) for row in rows]
    scorer = Scorer(session.loaded.model, session.loaded.tokenizer, session.device)
    scorer.score(tasks[:2])
    return _seconds(session, lambda: scorer.score(tasks)) / len(rows)


def _time_answers(session: Session, work: Work) -> float:
    """Seconds to write one answer of 24 tokens."""
    work.phase("timing answers")
    rows = session.prepared.train[:ANSWERED_ROWS]
    scorer = Scorer(session.loaded.model, session.loaded.tokenizer, session.device, layout="tree")
    prompts = [tuple(row.ids[: _answer_start(row)].tolist()) for row in rows]
    limits = [ANSWER_TOKENS] * len(rows)
    stop = stop_tokens(scorer, None)
    return _seconds(session, lambda: write_greedily(scorer, prompts, limits, stop=stop)) / len(rows)


def _time_steps(session: Session) -> float:
    """Seconds of an optimiser step, the first (which warms up) left out."""
    model = methods.make_trainable(session.loaded.model, session.recipe)
    training = session.recipe.training
    lr = peak_lr(session.recipe)
    optimiser = session.device.optimiser(training.optimiser, methods.parameter_groups(model, 0.0), lr=lr)
    task = loop.Task(
        model=model, optimiser=optimiser, examples=session.prepared.train, order=session.order, settings=training,
        peak_lr=lr, precision=session.precision, device=session.device, pad_id=session.loaded.tokenizer.pad_token_id,
        steps_total=STEPS, looks=frozenset(), micro_batch=session.micro_batch,
    )  # fmt: skip
    clock = _Clock()
    loop.train(task, clock)
    mean_tokens = float(session.order.lengths.mean()) * session.order.batch_size
    return sum(seconds for seconds, _ in clock.steps) / sum(tokens for _, tokens in clock.steps) * mean_tokens


class _Clock:
    """Notes the seconds and tokens of each step but the first."""

    saved_step = -1

    def __init__(self) -> None:
        self.steps: list[tuple[float, int]] = []
        self._elapsed_s = 0.0

    def before_step(self, step: int) -> loop.Command:
        return "go"

    def after_step(self, report: loop.StepReport) -> None:
        if report.step > 1:
            self.steps.append((report.elapsed_s - self._elapsed_s, report.tokens))
        self._elapsed_s = report.elapsed_s

    def look(self, step: int) -> loop.Command:
        return "go"


def _seconds(session: Session, action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    session.device.synchronise()
    return time.perf_counter() - started


def _answer_start(row: Any) -> int:
    return int(row.mask.argmax())


def _rest(row: Any) -> Segment:
    return Segment(targets=tuple(row.ids[_answer_start(row) :].tolist()))
