"""`budgets`: the project's own budgets, which every new recipe takes over for the capabilities it says nothing of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.cli import output
from engine.cli.main import Desk, pass_desk
from engine.errors import UserError
from engine.records import Budget
from engine.store import budgets as rows
from engine.suites import known, load_suite
from engine.verdict.records import DEFAULT_BUDGETS, TOLERATE_FACTOR

if TYPE_CHECKING:
    from pathlib import Path

    from engine.records import ProjectBudget


@click.group("budgets", invoke_without_command=True)
@click.pass_context
@pass_desk
def budgets(desk: Desk, context: click.Context) -> None:
    """Show the project's budgets; `budgets set` and `budgets clear` change them."""
    if context.invoked_subcommand is not None:
        return
    found = rows.everything(desk.store())
    if found:
        output.table(("capability", "role", "limit", "reason"), [_cells(row) for row in found])
    defaults = f"{DEFAULT_BUDGETS['nll']:g} nats/token (open chat {DEFAULT_BUDGETS['kl']:g})"
    output.say(
        f"All other capabilities: protect, {defaults}. A recipe's own budgets come first; --purpose single makes all but "
        "safety expendable."
    )


def _cells(row: ProjectBudget) -> tuple[str, ...]:
    factor = f"{TOLERATE_FACTOR:g} × " if row.role == "tolerate" else ""
    limit = f"{row.limit:g}" if row.limit else "–" if row.role == "expendable" else f"{factor}the default"
    return (row.capability, row.role, limit, row.reason)


@budgets.command("set")
@click.argument("capability")
@click.option("--role", type=click.Choice(["protect", "tolerate", "expendable"]), default="protect", show_default=True)
@click.option("--limit", type=click.FloatRange(min=0), default=0.0, help="Nats per token; 0 takes the default.")
@click.option("--reason", default="", help="Why, in your words; printed in reports.")
@pass_desk
def set_command(desk: Desk, capability: str, role: str, limit: float, reason: str) -> None:
    """Set the project's budget of a capability."""
    names = _capabilities(desk.home)
    if capability not in names:
        raise UserError(
            f"No suite has a capability {capability!r}.", field="capability", remedy=f"There are {', '.join(names)}."
        )
    rows.put(desk.store(), capability, Budget(role=role, limit=limit, reason=reason))  # type: ignore[arg-type]
    output.say(f"{capability}: {role}{f', limit {limit:g} nats/token' if limit else ''}. New recipes take it over.")


@budgets.command("clear")
@click.argument("capability")
@pass_desk
def clear_command(desk: Desk, capability: str) -> None:
    """Take the project's budget of a capability away: the defaults apply again."""
    if not rows.remove(desk.store(), capability):
        raise UserError(f"The project has no budget of {capability!r}.", field="capability")
    output.say(f"{capability}: the defaults apply.")


def _capabilities(home: Path) -> list[str]:
    return sorted({found.name for place in known(home) for found in load_suite(place.place).capabilities})


COMMANDS = (budgets,)
