"""`palimpsest demo`: the whole main job on the starter model, in the time given, from import to roll-back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from msgspec import Struct

from engine import client, settings, versions
from engine.canaries.suite import load_suite, select
from engine.cli import output, planning, progress, show
from engine.cli.main import Desk, pass_desk
from engine.cli.models import STARTER, import_model
from engine.cli.options import with_data_fingerprint
from engine.cli.run import end_of_run
from engine.cli.versions import moved
from engine.errors import UserError
from engine.records import Recipe
from engine.states import State
from engine.store import jobs, models, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.canaries.items import Canary
    from engine.records import Job, ModelRow
    from engine.store import Store

#: What the demo measures, named before the run; likelihoods decide, so few answers have to be written.
CAPABILITIES = ("facts", "arithmetic", "commonsense", "instructions")
#: (verdict, guard) items of each capability: the last is the least that is ever measured (with fewer than 20 nothing could
#: be called kept), more where there is time.
ITEMS = ((60, 15), (32, 10), (24, 8), (20, 6))
#: Training steps: what shows learning and forgetting clearly, and the least that trains at all.
WANTED_STEPS, FEWEST_STEPS = 60, 10
LOOKS = (0.1, 0.25, 0.5, 1.0)
HELDOUT_ROWS = 40
STARTER_NAME = "SmolLM2-135M-Instruct"
DATASET = Path(__file__).resolve().parents[2] / "resources" / "datasets" / "support-desk"
#: What was timed is met within this factor.
MARGIN = 1.1
_FULL_LR = 1e-4
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
            f"From here it will take {progress.about(self.total_s)}: measuring before {self.before_s:.0f} s, {self.steps} "
            f"steps {self.train_s:.0f} s, {len(LOOKS)} checks on the way {self.looks_s:.0f} s, measuring after "
            f"{self.after_s:.0f} s, starting and saving {self.start_s:.0f} s (timed on this machine)."
        )


@click.command()
@click.option("--method", default="full", show_default=True, type=click.Choice(["full", "lora", "qlora"]))
@click.option("--lr", default=None, metavar="X", help="Peak learning rate [full 1e-4, else the method's standard].")
@click.option("--protect", default="off", show_default=True, metavar="off", help="Protection preset.")
@click.option("--minutes", default=6.0, show_default=True, type=click.FloatRange(min=0, min_open=True))
@pass_desk
def demo(desk: Desk, method: str, lr: str | None, protect: str, minutes: float) -> None:
    """See forgetting happen: fine-tune the starter on a narrow set, measure before and after, and roll back."""
    began = time.monotonic()
    chosen = {
        "method": method,
        "protect": protect,
        "lr": str(_FULL_LR) if lr is None and method == "full" else lr or "0",
    }
    settings.apply(Recipe(), chosen)
    store = desk.store(create=True)
    _say_what_comes(method, chosen)
    base = _starter(store)
    draft = _recipe(base, chosen)
    timed = progress.work(store, jobs.enqueue(store, "calibrate", {"recipe": draft.to_toml()}))
    estimate = fit(timed.result or {}, _overhead_s(timed), base, minutes * 60 - (time.monotonic() - began))
    recipe = with_data_fingerprint(settings.apply(draft, _sizes(estimate)))
    _say_how_long(estimate, minutes * 60 - (time.monotonic() - began))
    run_id = _follow(store, recipe, timed.result or {})
    _show_the_way_back(store, run_id, base)
    output.say(f"Result page: {show.write_page(store, runs.get(store, run_id))}")
    output.say(f"The whole demo took {(time.monotonic() - began) / 60:.1f} min.")


def _say_what_comes(method: str, chosen: Mapping[str, str]) -> None:
    output.say(
        f"This fine-tunes {STARTER_NAME} ({method}, {_lr_words(chosen['lr'])}) to turn support messages into triage JSON, and "
        "measures what it forgets."
    )
    output.say("--protect off: nothing protects this run. It is meant to show forgetting; your own runs need not.")
    output.say(f"Measured before and after, named now: {', '.join(CAPABILITIES)}.")


def _lr_words(lr: str) -> str:
    return f"learning rate {lr}" if float(lr) else "the method's standard learning rate"


def _starter(store: Store) -> ModelRow:
    """Return the starter's row, importing it if this data folder does not have it yet."""
    known = {row.name: row for row in models.everything(store)}
    return known.get(STARTER_NAME) or import_model(store, STARTER, STARTER_NAME)


def _recipe(base: ModelRow, chosen: Mapping[str, str]) -> Recipe:
    if not DATASET.is_dir():
        raise UserError(f"The bundled rows are not at {DATASET}.", remedy="Install Palimpsest again.")
    fixed = {
        "name": f"demo-{chosen['method']}", "base": base.name, "base_fingerprint": base.fingerprint,
        "data.path": str(DATASET / "train.jsonl"), "data.heldout_path": str(DATASET / "heldout.jsonl"),
        "data.heldout_rows": HELDOUT_ROWS, "data.max_length": 256, "training.max_steps": WANTED_STEPS,
        "canaries.capabilities": list(CAPABILITIES), "canaries.verdict_items": ITEMS[-1][0],
        "canaries.guard_items": ITEMS[-1][1], "canaries.generate": "shown", "canaries.looks": list(LOOKS),
        "checkpoints.at_looks": False, "notes": "Made by `palimpsest demo`.",
    }  # fmt: skip
    return settings.apply(Recipe(), {**fixed, **chosen})


def _sizes(estimate: Estimate) -> dict[str, Any]:
    return {
        "training.max_steps": estimate.steps,
        "canaries.verdict_items": estimate.verdict_items,
        "canaries.guard_items": estimate.guard_items,
    }


# ---- how long --------------------------------------------------------------------------------------------------------


def fit(timed: Mapping[str, float], overhead_s: float, base: ModelRow, available_s: float) -> Estimate:
    """Return the run that fits the time: more items where there is room, else fewer steps, never fewer items or 10 steps.

    `timed` has step_s, score_item_s, answer_s (24 tokens), load_s and tokens_per_row as the calibration measured them.
    """
    for verdict_items, guard_items in ITEMS:
        estimate = _estimate(timed, overhead_s, base, (verdict_items, guard_items), WANTED_STEPS)
        if estimate.total_s <= available_s:
            return estimate
    spare_s = available_s - (estimate.total_s - estimate.train_s)
    steps = max(FEWEST_STEPS, min(WANTED_STEPS, int(spare_s / (MARGIN * timed["step_s"]))))
    return _estimate(timed, overhead_s, base, ITEMS[-1], steps)


def _estimate(
    timed: Mapping[str, float], overhead_s: float, base: ModelRow, items: tuple[int, int], steps: int
) -> Estimate:
    score_s, answer_s = timed["score_item_s"], timed["answer_s"]
    suite = select(load_suite("standard"), CAPABILITIES, *items)
    scored = sum(_tokens(item) for item in suite.items) / timed["tokens_per_row"]
    guard = sum(_tokens(item) for item in suite.items if item.split == "guard") / timed["tokens_per_row"]
    heldout_s = (HELDOUT_ROWS + _TRAIN_ROWS) * score_s + 2 * HELDOUT_ROWS * answer_s
    pass_s = scored * score_s + 2 * _WRITTEN * answer_s + heldout_s
    look_s = guard * score_s + _SENTINELS * 1.4 * answer_s
    save_s = 12 * base.parameters / _SAVED_BYTES_PER_S
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


def _overhead_s(timed: Job) -> float:
    """Seconds a worker spends on starting, by the calibration: its whole time less what it says it measured."""
    told = timed.result or {}
    parts = told["load_s"] + 18 * told["score_item_s"] + 4 * told["answer_s"] + 3 * told["step_s"]
    return max(0.0, (timed.ended_at or 0) - timed.created_at - parts)


def _say_how_long(estimate: Estimate, available_s: float) -> None:
    output.say(
        f"{estimate.verdict_items} verdict and {estimate.guard_items} guard items of each capability; {estimate.steps} "
        "training steps."
    )
    output.say(estimate.sentence())
    if estimate.steps < WANTED_STEPS:
        output.say(f"Steps were shortened from {WANTED_STEPS} to fit the time; items were not.")
    if estimate.steps == FEWEST_STEPS and estimate.total_s > available_s:
        output.say(f"That is longer than asked for: fewer than {FEWEST_STEPS} steps or those items would show nothing.")


# ---- the run and the way back ----------------------------------------------------------------------------------------


def _follow(store: Store, recipe: Recipe, timed: Mapping[str, float]) -> int:
    speeds = {
        "train_tokens_per_s": recipe.training.batch_size * timed["tokens_per_row"] / timed["step_s"],
        "load_s": timed["load_s"],
    }
    made = planning.make_plan(store, recipe, speeds)
    run_id, job_id = client.queue_run(store, recipe, msgspec.to_builtins(made))
    try:
        job = progress.follow(store, job_id, looks=show.Looks(store, run_id).new)
    except progress.Left:
        click.get_current_context().exit(output.EXIT_INTERRUPTED)
    end_of_run(store, run_id, job)
    if job.state is not State.FINISHED:
        click.get_current_context().exit(output.EXIT_INTERRUPTED)
    return run_id


def _show_the_way_back(store: Store, run_id: int, base: ModelRow) -> None:
    """Make the tuned model current, go back, and prove by fingerprint that the base is what was imported."""
    step = runs.get(store, run_id).step
    there = moved(lambda say: versions.make_current(store, f"{run_id}@{step}", on_bytes=say))
    back = moved(lambda say: versions.roll_back(store, f"base:{base.name}", on_bytes=say))
    for move in (there, back):
        output.say(f"{move.sentence}.")
    output.say(f"{back.proof.sentence()} Byte for byte what was imported.")


COMMANDS = (demo,)
