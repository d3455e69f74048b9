"""`pilot`: twenty real steps of a recipe, told as an estimate of what the whole run would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli import output, progress
from engine.cli.main import Desk, pass_desk
from engine.cli.options import build_recipe, recipe_options
from engine.drafts import with_data_fingerprint
from engine.plan import RowFacts
from engine.plan.rules import counsel_for
from engine.store import jobs, models

if TYPE_CHECKING:
    from engine.records import Recipe

_OF_TARGETS = ("little-to-learn", "unlikely-targets")


@click.command("pilot")
@click.argument("file", required=False, metavar="[RECIPE.toml]", type=click.Path(path_type=Path))
@recipe_options
@pass_desk
def pilot(desk: Desk, file: Path | None, **given: Any) -> None:
    """Train twenty steps, measure, and estimate what the whole run would change. Nothing is kept."""
    store = desk.store()
    recipe = with_data_fingerprint(build_recipe(store, file, given))
    found = progress.work(store, jobs.enqueue(store, "pilot", {"recipe": recipe.to_toml()})).result or {}
    for line in pilot_lines(found, recipe, models.get(store, recipe.base).parameters):
        output.say(line)


def pilot_lines(found: dict[str, Any], recipe: Recipe, parameters: int) -> list[str]:
    """What a pilot measured, what that would come to, and what the rules say of the targets."""
    lines = [
        f"After {found['steps']} of {found['steps_total']} steps: KL to the base on held-out prompts {found['kl']:.3f}, loss "
        f"{found['base_nll']:.2f} → {found['pilot_nll']:.2f} nats/token.",
        f"Estimate for the whole run (× {found['factor']:.1f}, by the summed learning rate): KL {found['kl_estimate']:.2f}.",
    ]
    for one in sorted(found["capabilities"], key=lambda one: -one["estimate"] / one["limit"]):
        beyond = " beyond its limit" if one["estimate"] > one["limit"] else ""
        change, estimate = (f"{-one[name]:+.3f}".replace("-", "−") for name in ("change", "estimate"))
        lines.append(
            f"  {one['name']}: {change} now, about {estimate} at the end{beyond} (limit −{one['limit']:g}; {one['n']} guard items)"
        )
    lines.append(
        "An estimate, not a prediction: no published method predicts forgetting from a few steps with known accuracy."
    )
    rows = RowFacts(
        count=found["rows"],
        p50=1,
        p95=1,
        max=1,
        mean=1.0,
        base_nll=found["base_nll"],
        unlikely_share=found["unlikely_share"],
    )
    told = counsel_for(recipe, rows, parameters=parameters, steps=found["steps_total"])
    return [*lines, *(f"{one.sentence} ({one.docs})" for one in told if one.id in _OF_TARGETS)]


COMMANDS = (pilot,)
