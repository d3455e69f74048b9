"""`palimpsest demo`: the whole main job on the starter model, in the time given, from import to roll-back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
import msgspec

from engine import client, presets, settings, versions
from engine.cli import output, planning, progress, show
from engine.cli.main import Desk, pass_desk
from engine.cli.models import STARTER, import_model
from engine.cli.run import end_of_run
from engine.cli.versions import moved
from engine.drafts import with_data_fingerprint
from engine.plan import demo as planned
from engine.records import Recipe
from engine.states import State
from engine.store import jobs, models, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.demo import Estimate
    from engine.records import ModelRow
    from engine.store import Store


@click.command()
@click.option("--method", default="full", show_default=True, type=click.Choice(["full", "lora", "qlora"]))
@click.option("--lr", default=None, metavar="X", help="Peak learning rate [full 1e-4, else the method's standard].")
@click.option("--protect", default="off", show_default=True, metavar="off|standard|careful", help="Protection preset.")
@click.option("--minutes", default=6.0, show_default=True, type=click.FloatRange(min=0, min_open=True))
@pass_desk
def demo(desk: Desk, method: str, lr: str | None, protect: str, minutes: float) -> None:
    """See forgetting happen: fine-tune the starter on a narrow set, measure before and after, and roll back."""
    began = time.monotonic()
    chosen = {
        "method": method,
        "protect": protect,
        "lr": str(planned.FULL_LR) if lr is None and method == "full" else lr or "0",
    }
    settings.apply(Recipe(), chosen)
    presets.preset(protect)
    store = desk.store(create=True)
    _say_what_comes(method, chosen)
    base = _starter(store)
    draft = planned.recipe(base, chosen)
    timed = progress.work(store, jobs.enqueue(store, "calibrate", {"recipe": draft.to_toml()}))
    estimate = planned.fit(
        timed.result or {}, planned.overhead_s(timed), base.parameters, minutes * 60 - (time.monotonic() - began)
    )
    recipe = with_data_fingerprint(settings.apply(draft, planned.sizes(estimate)))
    _say_how_long(estimate, minutes * 60 - (time.monotonic() - began))
    run_id = _follow(store, recipe, timed.result or {})
    _show_the_way_back(store, run_id, base)
    output.say(f"Result page: {show.write_page(store, runs.get(store, run_id))}")
    output.say(f"The whole demo took {(time.monotonic() - began) / 60:.1f} min.")


def _say_what_comes(method: str, chosen: Mapping[str, str]) -> None:
    output.say(
        f"This fine-tunes {planned.STARTER_NAME} ({method}, {_lr_words(chosen['lr'])}) to turn support messages into triage JSON, and "
        "measures what it forgets."
    )
    if chosen["protect"] == "off":
        output.say("--protect off: nothing protects this run. It is meant to show forgetting; your own runs need not.")
    else:
        output.say(f"--protect {chosen['protect']}: {presets.preset(chosen['protect']).about}")
    output.say(f"Measured before and after, named now: {', '.join(planned.CAPABILITIES)}.")


def _lr_words(lr: str) -> str:
    return f"learning rate {lr}" if float(lr) else "the method's standard learning rate"


def _starter(store: Store) -> ModelRow:
    """Return the starter's row, importing it if this data folder does not have it yet."""
    known = {row.name: row for row in models.everything(store)}
    return known.get(planned.STARTER_NAME) or import_model(store, STARTER, planned.STARTER_NAME)


# ---- how long --------------------------------------------------------------------------------------------------------


def _say_how_long(estimate: Estimate, available_s: float) -> None:
    output.say(
        f"{estimate.verdict_items} verdict and {estimate.guard_items} guard items of each capability; {estimate.steps} "
        "training steps."
    )
    output.say(estimate.sentence())
    if estimate.steps < planned.WANTED_STEPS:
        output.say(f"Steps were shortened from {planned.WANTED_STEPS} to fit the time; items were not.")
    if estimate.steps == planned.FEWEST_STEPS and estimate.total_s > available_s:
        output.say(
            f"That is longer than asked for: fewer than {planned.FEWEST_STEPS} steps or those items would show nothing."
        )


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
