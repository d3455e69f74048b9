"""`compare`: two or three models side by side, on your prompts or on every canary; same seed and settings, streamed."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import click

from engine import client, versions
from engine.canaries.checkers import check_item
from engine.canaries.suite import load_suite, select
from engine.cli import canaries, output, progress
from engine.cli.main import Desk, pass_desk
from engine.errors import EnvironmentFailure, UserError
from engine.store import answers, history, jobs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.canaries.items import Canary
    from engine.records import Job
    from engine.store import Store


@click.command()
@click.argument("prompts", nargs=-1, metavar="[PROMPT]…")
@click.option("--a", "side_a", default=versions.BASE, show_default=True, metavar="MODEL", help="Left model.")
@click.option("--b", "side_b", default="", metavar="MODEL", help="Right model; else the current one.")
@click.option("--c", "side_c", default="", metavar="MODEL", help="A third model.")
@click.option("--all", "everything", is_flag=True, help="Answer every canary of --suite instead of a prompt.")
@click.option("--suite", "suite_name", default="standard", show_default=True)
@click.option("--capabilities", default="", help="With --all: only these, separated by commas.")
@click.option(
    "--items", default=0, type=click.IntRange(min=0), help="With --all: at most so many of each; 0 means all."
)
@click.option("--max-new-tokens", default=256, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--temperature", default=0.0, show_default=True, type=click.FloatRange(min=0), help="0: the likeliest token."
)
@click.option("--seed", default=0, show_default=True)
@pass_desk
def compare(desk: Desk, prompts: tuple[str, ...], everything: bool, **given: Any) -> None:
    """Let two or three models answer the same prompt, side by side."""
    store = desk.store()
    if bool(prompts) == everything:
        raise UserError("Give a prompt, or --all for every canary.", field="prompt", remedy='As in: compare "Hello".')
    sides = _sides(store, given["side_a"], given["side_b"], given["side_c"])
    settings = {name: given[name] for name in ("max_new_tokens", "temperature", "seed")}
    items = _items(desk, given) if everything else ()
    asked = [item.prompt for item in items] or list(prompts)
    job_id = jobs.enqueue(store, "answer", {**sides, "prompts": asked, **settings})
    streamed = len(asked) == 1
    job = _stream(store, job_id, sides) if streamed else progress.work(store, job_id)
    _tell(job.result or {}, asked, items, with_answers=not streamed)


def _sides(store: Store, side_a: str, side_b: str, side_c: str = "") -> dict[str, str]:
    """Return the references, checked to exist; B defaults to the current model."""
    pointer = history.pointer(store)
    named_b = side_b or (pointer[0] if pointer else versions.BASE)
    sides = {"a": versions.resolve(store, side_a).ref, "b": versions.resolve(store, named_b).ref}
    if sides["a"] == sides["b"]:
        raise UserError(
            f"Both sides are {versions.said(sides['a'])}.", field="b", remedy="Name a checkpoint with --b RUN@STEP."
        )
    return {**sides, "c": versions.resolve(store, side_c).ref} if side_c else sides


def _items(desk: Desk, given: dict[str, Any]) -> tuple[Canary, ...]:
    suite = load_suite(canaries.place_of_suite(desk.home, given["suite_name"]))
    wanted = [part.strip() for part in given["capabilities"].split(",") if part.strip()]
    return select(suite, wanted, given["items"], given["items"]).items


def _stream(store: Store, job_id: int, sides: dict[str, str]) -> Job:
    """Print both answers as they are written, one side after the other; Ctrl+C stops the answer."""
    stream = _Stream(store, job_id, sides)
    try:
        job = jobs.get(store, job_id)
        while not job.state.is_ended:
            client.ensure_host(store.home)
            job = client.wait_for(store, job_id, on_change=lambda _: stream.more(), timeout_s=progress.LOOK_EVERY_S)
        stream.more()
    except KeyboardInterrupt:
        progress.stop(store, job_id)
        raise
    output.say()
    return progress.require_finished(job)


class _Stream:
    """Prints answer chunks as they come, with a heading where the side changes."""

    def __init__(self, store: Store, job_id: int, sides: dict[str, str]) -> None:
        self._store, self._job_id, self._sides = store, job_id, sides
        self._rev, self._side = 0, ""

    def more(self) -> None:
        """Print what is new."""
        for chunk in answers.since(self._store, self._job_id, self._rev):
            self._rev = chunk["rev"]
            if chunk["kind"] != "text":
                continue
            if chunk["side"] != self._side:
                end = "\n\n" if self._side else ""
                self._side = chunk["side"]
                output.say(f"{end}{self._side.upper()}  {versions.said(self._sides[self._side])}")
            output.say(chunk["text"], end="")


def _tell(result: dict[str, Any], asked: Sequence[str], items: Sequence[Canary], *, with_answers: bool) -> None:
    """Print what was not streamed, and who answered; raises for a side that could not, after the others were told."""
    sides = result.get("sides", {})
    able = {name: said for name, said in sides.items() if "error" not in said}
    if with_answers:
        for number, (prompt, item) in enumerate(itertools.zip_longest(asked, items)):
            output.say(f"{item.id if item else number + 1}  {prompt}")
            for name, said in able.items():
                answer = said["answers"][number]
                output.say(f"  {name.upper()} {_mark(item, answer)}{answer}")
            output.say()
    for name, said in able.items():
        checked = _passed(items, said["answers"])
        output.say(f"{name.upper()} = {versions.said(said['ref'])}, fingerprint {said['fingerprint'][:12]}…{checked}")
    for name, said in sides.items():
        if "error" in said:
            kind = UserError if said["error"]["kind"] == "user" else EnvironmentFailure
            words = f"{name.upper()} = {versions.said(said['ref'])} could not answer: {said['error']['message']}"
            raise kind(words, remedy=said["error"].get("remedy"))


def _mark(item: Canary | None, answer: str) -> str:
    checked = check_item(item, answer) if item is not None else None
    return "" if checked is None else ("✓ " if checked.passed else "✗ ")


def _passed(items: Sequence[Canary], given: Sequence[str]) -> str:
    checked = [found for item, answer in zip(items, given, strict=False) if (found := check_item(item, answer))]
    return f", {sum(found.passed for found in checked)} of {len(checked)} checked answers right" if checked else ""


COMMANDS = (compare,)
