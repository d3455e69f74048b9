"""`strength` and `drift`: weaker versions of what was trained, and how far its weights moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine.cli import output, progress
from engine.cli.main import Desk, pass_desk
from engine.errors import UserError
from engine.store import checkpoints, jobs, runs
from engine.store import strength as rows
from engine.verdict import sentences
from engine.verdict.strength import ALPHAS, DRIFT_CAPTION, checked, proposed, read_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records import CheckpointRow, Drift, StrengthPoint
    from engine.store import Store


def checkpoint_of(store: Store, name: str) -> CheckpointRow:
    """Return the checkpoint called RUN@STEP, or of RUN alone the newest whose weights are there."""
    if "@" in name:
        return checkpoints.find(store, name)
    run = runs.find(store, name)
    there = [row for row in checkpoints.of_run(store, run.id) if row.state == "complete"]
    if not there:
        raise UserError(f"Run {run.id} ({run.name}) has no checkpoint with its weights.", field="model")
    return there[-1]


@click.command("strength")
@click.argument("model", metavar="RUN[@STEP]")
@click.option("--alphas", default="", metavar="A,B,…", help="Strengths to score, 0 (the base) to 1 [0,.25,.5,.75,1].")
@click.option(
    "--apply", "apply_", default="", metavar="ALPHA|proposed", help="Write that strength as a version of its own."
)
@click.option("--blocks", default="", metavar="0-5=0.5,…", help="Advanced: other strengths for single blocks.")
@click.option("--current/--no-current", default=True, help="Make the version the current model, unless it forgot.")
@pass_desk
def strength(desk: Desk, model: str, alphas: str, apply_: str, blocks: str, current: bool) -> None:
    """Trade what was learned against what was forgotten after the run: score weaker versions, write one."""
    store = desk.store()
    row = checkpoint_of(store, model)
    chosen = _number(apply_, "apply") if apply_ not in ("", "proposed") else apply_ or None
    wanted = [_number(part, "alphas") for part in alphas.split(",") if part.strip()]
    if not wanted:
        wanted = list(ALPHAS) if chosen in (None, "proposed") and not blocks else []
        wanted += [chosen] if isinstance(chosen, float) else [1.0] if blocks else []
    by_block = read_blocks(blocks)
    for alpha in wanted:
        checked(alpha, by_block)
    payload: dict[str, Any] = {
        "ref": row.ref, "alphas": wanted, "blocks": by_block, "apply": chosen, "make_current": current,
    }  # fmt: skip
    job = progress.work(store, jobs.enqueue(store, "strength", payload))
    tell_curve(rows.points(store, row.run_id, row.step), row.ref)
    _tell_version(job.result or {})


def _number(text: str, field: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UserError(f"{text.strip()!r} is not a number between 0 and 1.", field=field) from error


def tell_curve(points: Sequence[StrengthPoint], ref: str) -> None:
    """Print the learned-against-forgot curve and the proposed strength."""
    output.say(f"{ref}: what is learned against what is forgotten (guard items; down is worse)")
    output.table(
        ("strength", "held-out loss", "exact", "KL from the base", "worst capability", "inside every budget"),
        [_point_cells(point) for point in points],
    )
    found = proposed(points)
    if found is None:
        output.say("At no strength that was scored is every capability inside its budget.")
    else:
        output.say(
            f"Proposed: {found.alpha:g}, the strongest inside every budget on the guard items; --apply writes it and "
            "confirms it once on the verdict items."
        )


def _point_cells(point: StrengthPoint) -> tuple[str, ...]:
    judged = [one for one in point.changes if one.role != "expendable"]
    worst = max(judged, key=lambda one: one.mean / one.budget, default=None)
    blocks = "".join(f" {block}:{value:g}" for block, value in point.blocks.items())
    said = "–" if worst is None else f"{worst.name} {sentences.amount(worst.mean, worst.kind)}"  # type: ignore[arg-type]
    exact = "–" if point.learned_exact is None else f"{100 * point.learned_exact:.0f} %"
    numbers = ("–" if value is None else f"{value:.3f}" for value in (point.learned_nll, point.kl))
    loss, kl = numbers
    return (f"{point.alpha:g}{blocks}", loss, exact, kl, said, "yes" if point.is_inside else "no")


def _tell_version(result: dict[str, Any]) -> None:
    if (ref := result.get("version")) is None:
        return
    output.say(f"Wrote {ref}. On the verdict items: {result['overall']}.")
    if result.get("made_current"):
        output.say(f"{result['sentence']}. `palimpsest undo` reverses that.")
    else:
        output.say(f"The current model stays; `palimpsest make-current {ref}` would change it.")


@click.command("drift")
@click.argument("model", metavar="RUN[@STEP]")
@click.option("--all", "everything", is_flag=True, help="Every weight, not one line a block.")
@pass_desk
def drift(desk: Desk, model: str, everything: bool) -> None:
    """Show how far each block's weights moved from the base: a diagnosis, not a verdict."""
    store = desk.store()
    row = checkpoint_of(store, model)
    if not rows.drift(store, row.run_id, row.step, variant=row.variant):
        progress.work(store, jobs.enqueue(store, "drift", {"ref": row.ref}))
    found = rows.drift(store, row.run_id, row.step, variant=row.variant)
    output.say(f"{row.ref}: relative change of the weights, ‖ΔW‖/‖W‖")
    if everything:
        output.table(
            ("block", "weight", "change"),
            [(_block(one.layer), one.module, f"{100 * one.value:.3f} %") for one in found],
        )
    else:
        _tell_blocks(found)
    output.say(DRIFT_CAPTION)


def _tell_blocks(found: Sequence[Drift]) -> None:
    layers = sorted({one.layer for one in found})
    cells = []
    for layer in layers:
        own = [one for one in found if one.layer == layer]
        size = sum(one.size**2 for one in own) ** 0.5
        whole = sum(one.change**2 for one in own) ** 0.5 / size if size else 0.0
        most = max(own, key=lambda one: one.value)
        cells.append((_block(layer), f"{100 * whole:.3f} %", f"{most.module} {100 * most.value:.3f} %"))
    output.table(("block", "change", "most in"), cells)


def _block(layer: int) -> str:
    return "–" if layer < 0 else str(layer)


COMMANDS = (strength, drift)
