"""`matrix`: what each stage of a sequence of runs kept of the tasks before it and of the base's capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from engine import sequences
from engine.cli import output
from engine.cli.main import Desk, pass_desk
from engine.store import scores
from engine.verdict import sentences, sequence
from engine.verdict.records import Verdict

if TYPE_CHECKING:
    from engine.records import Run
    from engine.store import Store
    from engine.verdict.sequence import Matrix

_SCORES = {"nll": "ref_nll", "exact": "exact", "keys": "keys"}


@click.command()
@click.argument("named", nargs=-1, required=True, metavar="RUN…")
@click.option("--score", default="nll", show_default=True, type=click.Choice(list(_SCORES)), help="Score of the tasks.")
@pass_desk
def matrix(desk: Desk, named: tuple[str, ...], score: str) -> None:
    """Show what training one run on top of another kept: the last run named, with every run it stands on."""
    store = desk.store()
    chain = sequences.chain_of(store, named)
    found = sequences.matrix_of(store, chain, _SCORES[score])
    _tell_matrix(found)
    for line in summary_lines(found):
        output.say(line)
    for run in chain[1:]:
        for line in broke_lines(store, run):
            output.say(line)


def _tell_matrix(found: Matrix) -> None:
    output.table(
        ("stage", *found.columns),
        [
            (name, *(_cell(found, stage, column) for column in range(len(found.columns))))
            for stage, name in enumerate(found.stages)
        ],
    )
    output.say(
        "Changes, up is better: a task against its score when it was learned (ref), a capability against the base (ref); "
        f"· not measured. Tasks in {_unit(found)}, capabilities in nats/token."
    )


def _cell(found: Matrix, stage: int, column: int) -> str:
    if stage == (column + 1 if column < len(found.tasks) else 0) and found.values[stage][column] is not None:
        return f"ref {_number(found, column, found.values[stage][column], sign=False)}"
    return _number(found, column, found.change(stage, column))


def _number(found: Matrix, column: int, value: float | None, *, sign: bool = True) -> str:
    if value is None:
        return "·"
    is_points = column < len(found.tasks) and found.score != "ref_nll"
    text = f"{100 * value:{'+' if sign else ''}.0f}" if is_points else f"{value:{'+' if sign else ''}.2f}"
    return text.replace("-", "−")


def _unit(found: Matrix) -> str:
    return "nats/token (−loss)" if found.score == "ref_nll" else "points"


def summary_lines(found: Matrix) -> list[str]:
    """The figures under the matrix, each with the name of its definition."""
    tasks = found.of_tasks()
    told = (
        ("Average over the tasks at the end", sequence.average(tasks), False),
        (
            "Backward transfer: average change on earlier tasks since each was learned",
            sequence.backward_transfer(tasks),
            True,
        ),
        ("Forgetting, best earlier − last (Chaudhry 2018)", sequence.forgetting_from_best(tasks), True),
        ("Forgetting, first − last (Avalanche)", sequence.forgetting_from_first(tasks), True),
        ("General ability against the base (TRACE)", sequence.general_ability_delta(found.of_capabilities()), True),
    )
    return [
        f"{name}: {_number(found, len(found.tasks) if 'General' in name else 0, value, sign=sign)}"
        for name, value, sign in told
        if value is not None
    ]


def broke_lines(store: Store, run: Run) -> list[str]:
    """Whether a run broke what the runs before it had learned, one line for each."""
    found = [row for row in scores.verdicts(store, run.id) if row["split"] == "heldout"]
    if not found:
        return []
    verdict = msgspec.convert(found[-1]["payload"], Verdict)
    return [f"Did {run.name} break {one.name}? {sentences.headline(one)}" for one in verdict.capabilities]


COMMANDS = (matrix,)
