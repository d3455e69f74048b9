"""`suite` and `score`: what the canaries are and can decide, drafting "your domain", and measuring any model on them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import versions
from engine.canaries.domain import draft_domain_suite, rows_from_text
from engine.canaries.power import power_text, suite_power
from engine.canaries.suite import bundled_suites, load_suite, save_suite, select
from engine.cli import output, progress
from engine.cli.main import Desk, pass_desk
from engine.data.mapping import to_conversations
from engine.data.read import read_rows
from engine.errors import UserError
from engine.store import jobs
from engine.suites import place_of_suite

if TYPE_CHECKING:
    from engine.canaries.domain import Draft
    from engine.canaries.items import Suite

_SHOWN_ROWS = 3
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class SuiteGroup(click.Group):
    """`suite NAME` shows a suite; `suite draft …` makes one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take anything that is no command of the group as an argument of `show`."""
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group("suite", cls=SuiteGroup)
def suite() -> None:
    """Show a canary suite (`suite NAME`), what it can decide (--power), or draft one (`suite draft`)."""


@suite.command("show")
@click.argument("name", default="standard")
@click.option("--power", is_flag=True, help="What its items can decide, before anything is trained.")
@click.option("--items", "capability", default="", metavar="CAPABILITY", help="Print the prompts of a capability.")
@pass_desk
def show(desk: Desk, name: str, power: bool, capability: str) -> None:
    """Show a suite: its capabilities and how many items each has."""
    found = find_suite(desk.home, name)
    if power:
        output.say(power_text(suite_power(found)))
    elif capability:
        for item in select(found, (capability,)).items:
            output.say(f"{item.id}  {item.prompt}")
    else:
        _tell_suite(found)


def _tell_suite(found: Suite) -> None:
    output.say(
        f"{found.name}, version {found.version}: {len(found.items)} items. Bundled: {', '.join(bundled_suites())}."
    )
    output.table(
        ("capability", "primary score", "verdict items", "guard items", "what it stands for"),
        [
            (
                c.name,
                c.primary,
                len(found.of(c.name, "verdict")),
                len(found.of(c.name, "guard")),
                c.description or c.title,
            )
            for c in found.capabilities
        ],
    )


def find_suite(home: Path, name: str) -> Suite:
    """Return a suite by its bundled name, its name under the data folder's `suites/`, or its path."""
    return load_suite(place_of_suite(home, name))


@suite.command("draft")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--name", default="your-domain", show_default=True, help="What to call the suite.")
@click.option("--exclude", type=click.Path(path_type=Path), help="Training rows: what they contain is left out.")
@click.option("--seed", default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write; else suites/NAME in the data folder.")
@click.option("--yes", "approved", is_flag=True, help="Approve the rows without being asked.")
@pass_desk
def draft(desk: Desk, data: Path, name: str, exclude: Path | None, seed: int, out: Path | None, approved: bool) -> None:
    """Draft a suite for your domain from held-out rows or a text file you approve."""
    if not _NAME.fullmatch(name):
        raise UserError(f"{name!r} cannot name a suite.", field="name", remedy="Use a–z, 0–9, - and _.")
    rows = _rows(data)
    excluded = [f"{prompt} {answer}" for prompt, answer in _rows(exclude)] if exclude else []
    folder = out or desk.home / "suites" / name
    if folder.exists():
        raise UserError(f"{folder} exists already.", field="name", remedy="Choose another name, or remove it.")
    if not approved:
        approved = _approved(rows)
    made = draft_domain_suite(rows, name=name, seed=seed, exclude_texts=excluded, approved=approved)
    save_suite(made.suite, folder)
    _tell_draft(made, folder)


def _rows(path: Path) -> list[tuple[str, str]]:
    """(prompt, answer) of each row of a data file; of a text file, passages and what follows them."""
    if not path.is_file():
        raise UserError(f"There is no file {path}.", field="rows", remedy="Check the path.")
    if path.suffix.lower() == ".txt":
        return rows_from_text(path)
    read = read_rows(path)
    mapped = to_conversations(read.rows, None)
    for problem in [*read.problems, *mapped.problems]:
        output.say(f"{path.name}, line {problem.line} left out: expected {problem.expected}; found {problem.found}.")
    pairs = [_pair(item.messages) for item in mapped.items]
    if not any(prompt and answer for prompt, answer in pairs):
        raise UserError(f"{path} has no row with a prompt and an answer.", field="rows", remedy="Give rows of both.")
    return pairs


def _pair(messages: Any) -> tuple[str, str]:
    """The first question and its answer."""
    prompt = next((message.content for message in messages if message.role == "user"), "")
    answer = next((message.content for message in messages if message.role == "assistant"), "")
    return prompt, answer


def _approved(rows: list[tuple[str, str]]) -> bool:
    if not sys.stdin.isatty():
        return False
    for prompt, answer in rows[:_SHOWN_ROWS]:
        output.say(f"Prompt: {prompt}\nAnswer: {answer}\n")
    return click.confirm(f"Make canaries of these and the other rows ({len(rows)} in all)?")


def _tell_draft(made: Draft, folder: Path) -> None:
    verdict, guard = (len(made.suite.of("domain", split)) for split in ("verdict", "guard"))  # type: ignore[arg-type]
    for row in made.left_out:
        output.say(f"Row {row.row} left out: {row.reason}.")
    output.say(f"Wrote {folder}: {verdict} verdict and {guard} guard items, {len(made.left_out)} rows left out.")
    output.say(f"Use it with --suite {folder}.")


@click.command()
@click.argument("model", metavar="base|base:NAME|RUN@STEP")
@click.option("--suite", "suite_name", default="standard", show_default=True, help="Bundled name, folder or file.")
@click.option("--capabilities", default="", help="Only these, separated by commas.")
@click.option("--verdict-items", default=0, type=click.IntRange(min=0), help="At most so many of each; 0 means all.")
@click.option("--guard-items", default=0, type=click.IntRange(min=0), help="At most so many of each; 0 means all.")
@click.option("--generate", default="none", show_default=True, type=click.Choice(["all", "shown", "none"]))
@pass_desk
def score(desk: Desk, model: str, suite_name: str, capabilities: str, **limits: Any) -> None:
    """Score any model on a suite; a tuned one with its base beside it."""
    store = desk.store()
    ref = versions.resolve(store, model).ref
    wanted = [part.strip() for part in capabilities.split(",") if part.strip()]
    place = place_of_suite(desk.home, suite_name)
    select(load_suite(place), wanted)
    payload = {"model_ref": ref, "suite": place, "capabilities": wanted, **limits}
    job = progress.work(store, jobs.enqueue(store, "score", payload))
    _tell_scores(job.result or {}, ref)


def _tell_scores(result: dict[str, Any], ref: str) -> None:
    rows = []
    for name, found in result.get("capabilities", {}).items():
        for split in ("verdict", "guard"):
            mean, count = found.get(split, (None, 0))
            if mean is not None:
                rows.append((name, split, found["score"], f"{mean:.4f}", count))
    output.say(f"{versions.said(ref)} on {result.get('suite')} (measurement {result.get('measurement_id')}):")
    output.table(("capability", "set", "score", "mean (nats/token)", "items"), rows)
    if left_out := result.get("left_out"):
        output.say(f"Left out: {', '.join(left_out)}.")


COMMANDS = (suite, score)
