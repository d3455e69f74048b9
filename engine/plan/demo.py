"""The demo's plan: what it measures, the recipe, and what fits into the time by what was timed on this machine. No torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine import settings
from engine.canaries.suite import load_suite, select
from engine.errors import UserError
from engine.plan.eta import about
from engine.records import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.canaries.items import Canary
    from engine.records import Job, ModelRow

#: What the demo measures, named before the run; likelihoods decide, so few answers have to be written.
CAPABILITIES = ("facts", "arithmetic", "commonsense", "instructions")
#: (verdict, guard) items of each capability: the last is the least that is ever measured (with fewer than 20 nothing could
#: be called kept), more where there is time.
ITEMS = ((60, 15), (32, 10), (24, 8), (20, 6))
#: Training steps: what shows learning and forgetting clearly, and the least that trains at all. Steps of four rows teach as
#: much as steps of eight in half the time.
WANTED_STEPS, FEWEST_STEPS, BATCH_SIZE = 60, 10, 4
LOOKS = (0.1, 0.25, 0.5, 1.0)
HELDOUT_ROWS = 40
STARTER_NAME = "SmolLM2-135M-Instruct"
DATASET = Path(__file__).resolve().parents[2] / "resources" / "datasets" / "support-desk"
#: What was timed is met within this factor.
MARGIN = 1.1
FULL_LR = 1e-4
#: Workers still to be started: one looks at the rows, one does the run.
_STARTS = 2
_WRITTEN, _SENTINELS, _TRAIN_ROWS, _NOISE_ITEMS = 14, 6, 64, 64
_TEMPLATE_TOKENS = 30
_SAVED_BYTES_PER_S = 300e6


class Estimate(Struct, frozen=True, kw_only=True):
    """Seconds each part of the run will take, by what was timed on this machine."""

    verdict_items: int
    guard_items: int
    steps: int
    start_s: float
    before_s: float
    train_s: float
    looks_s: float
    after_s: float

    @property
    def total_s(self) -> float:
        """All parts together."""
        return self.start_s + self.before_s + self.train_s + self.looks_s + self.after_s

    def sentence(self) -> str:
        """Say how long it will take, and how that is made up."""
        return (
            f"From here it will take {about(self.total_s)}: measuring before {self.before_s:.0f} s, {self.steps} "
            f"steps {self.train_s:.0f} s, {len(LOOKS)} checks on the way {self.looks_s:.0f} s, measuring after "
            f"{self.after_s:.0f} s, starting and saving {self.start_s:.0f} s (timed on this machine)."
        )


def recipe(base: ModelRow, chosen: Mapping[str, str]) -> Recipe:
    """Return the demo's recipe on a base; `chosen` are the settings of its caller. `UserError` where its rows are missing."""
    if not DATASET.is_dir():
        raise UserError(f"The bundled rows are not at {DATASET}.", remedy="Install Palimpsest again.")
    protected = chosen.get("protect", "off")
    fixed = {
        "name": f"demo-{chosen['method']}" + (f"-{protected}" if protected != "off" else ""),
        "base": base.name, "base_fingerprint": base.fingerprint,
        "data.path": str(DATASET / "train.jsonl"), "data.heldout_path": str(DATASET / "heldout.jsonl"),
        "data.heldout_rows": HELDOUT_ROWS, "data.max_length": 256, "training.max_steps": WANTED_STEPS,
        "training.batch_size": BATCH_SIZE, "canaries.capabilities": list(CAPABILITIES), "canaries.verdict_items": ITEMS[-1][0],
        "canaries.guard_items": ITEMS[-1][1], "canaries.guard": "warn", "canaries.generate": "shown", "canaries.looks": list(LOOKS),
        "checkpoints.at_looks": False, "notes": "Made by `palimpsest demo`.",
    }  # fmt: skip
    return settings.apply(Recipe(), {**fixed, **chosen})


def sizes(estimate: Estimate) -> dict[str, Any]:
    """Return the settings an estimate decides: items and steps."""
    return {
        "training.max_steps": estimate.steps,
        "canaries.verdict_items": estimate.verdict_items,
        "canaries.guard_items": estimate.guard_items,
    }


def fit(timed: Mapping[str, float], overhead_s: float, parameters: int, available_s: float) -> Estimate:
    """Return the run that fits the time: more items where there is room, else fewer steps, never fewer items or 10 steps.

    `timed` has step_s, score_item_s, answer_s (24 tokens), load_s and tokens_per_row as the calibration measured them.
    """
    for verdict_items, guard_items in ITEMS:
        estimate = _estimate(timed, overhead_s, parameters, (verdict_items, guard_items), WANTED_STEPS)
        if estimate.total_s <= available_s:
            return estimate
    spare_s = available_s - (estimate.total_s - estimate.train_s)
    steps = max(FEWEST_STEPS, min(WANTED_STEPS, int(spare_s / (MARGIN * timed["step_s"]))))
    return _estimate(timed, overhead_s, parameters, ITEMS[-1], steps)


def _estimate(
    timed: Mapping[str, float], overhead_s: float, parameters: int, items: tuple[int, int], steps: int
) -> Estimate:
    score_s, answer_s = timed["score_item_s"], timed["answer_s"]
    suite = select(load_suite("standard"), CAPABILITIES, *items)
    scored = sum(_tokens(item) for item in suite.items) / timed["tokens_per_row"]
    guard = sum(_tokens(item) for item in suite.items if item.split == "guard") / timed["tokens_per_row"]
    heldout_s = (HELDOUT_ROWS + _TRAIN_ROWS) * score_s + 2 * HELDOUT_ROWS * answer_s
    pass_s = scored * score_s + 2 * _WRITTEN * answer_s + heldout_s
    look_s = guard * score_s + _SENTINELS * 1.4 * answer_s
    save_s = 12 * parameters / _SAVED_BYTES_PER_S
    return Estimate(
        verdict_items=items[0],
        guard_items=items[1],
        steps=steps,
        start_s=MARGIN * (_STARTS * overhead_s + timed["load_s"] + save_s),
        before_s=MARGIN * (pass_s + _NOISE_ITEMS * score_s),
        train_s=MARGIN * steps * timed["step_s"],
        looks_s=MARGIN * (len(LOOKS) - 1) * look_s,
        after_s=MARGIN * pass_s,
    )


def _tokens(item: Canary) -> float:
    """About how many tokens scoring an item takes: four characters each, and the chat template around them."""
    answers = item.choices or item.references
    return (len(item.prompt) + sum(map(len, answers))) / 4 + _TEMPLATE_TOKENS


def overhead_s(timed: Job) -> float:
    """Seconds a worker spends on starting, by the calibration: its whole time less what it says it measured."""
    return max(0.0, (timed.ended_at or 0) - timed.created_at - _timing_s(timed.result or {}))


def _timing_s(timed: Mapping[str, float]) -> float:
    """Seconds the calibration itself takes, by what it measured: it scores 18 rows, writes 16 answers and trains 3 steps."""
    return timed["load_s"] + 18 * timed["score_item_s"] + 16 * timed["answer_s"] + 3 * timed["step_s"]


# ---- before anything was timed ---------------------------------------------------------------------------------------

#: The starter's parameters, known before it is imported, and about how many tokens a row of the demo's data has.
STARTER_PARAMETERS = 134_515_008
_TOKENS_PER_ROW, _ANSWER_TOKENS = 82.0, 24
#: Writing reads all weights for each token: about this much slower than the arithmetic alone.
_WRITING_FACTOR = 2.0
#: Of a plain matrix product's speed, training and scoring reach about this share.
_REACHED = 0.6
_GUESSED_START_S, _GUESSED_LOAD_S, _IMPORT_S = 6.0, 4.0, 30.0


def guessed_timing(operations_per_s: float) -> dict[str, float]:
    """Guess what a calibration would measure, from the speed of a matrix product on this machine."""
    rate = _REACHED * operations_per_s
    row = 2 * STARTER_PARAMETERS * _TOKENS_PER_ROW
    return {
        "step_s": 3 * BATCH_SIZE * row / rate,
        "score_item_s": row / rate,
        "answer_s": _WRITING_FACTOR * 2 * STARTER_PARAMETERS * _ANSWER_TOKENS / rate,
        "load_s": _GUESSED_LOAD_S,
        "tokens_per_row": _TOKENS_PER_ROW,
    }


def whole_s(timed: Mapping[str, float], start_s: float, available_s: float, *, is_imported: bool) -> float:
    """Seconds from the first click to the verdict: import and timing where they are still to come, then the run."""
    first_s = start_s + _timing_s(timed) + (0.0 if is_imported else _IMPORT_S)
    return first_s + fit(timed, start_s, STARTER_PARAMETERS, available_s - first_s).total_s


def guessed_start_s() -> float:
    """Seconds a worker is guessed to need until it begins."""
    return _GUESSED_START_S


def matrix_speed(size: int = 768, rounds: int = 30) -> float:
    """Measure a matrix product in 32 bit on this processor, in operations per second; takes well under a second.

    The best of many counts: the first ones wake the library's threads, and other work on the machine only slows.
    """
    import time

    import numpy as np

    left = np.ones((size, size), dtype=np.float32)
    best = min(_timed(lambda: left @ left, time.perf_counter) for _ in range(rounds))
    return float(2 * size**3 / best)


def _timed(action: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    action()
    return clock() - began
