"""`runs`, `show`, `report`: runs, their looks, their verdict and what was learned beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from engine import durable, settings, versions
from engine.canaries.pairing import compare_inputs
from engine.cli import output
from engine.cli.main import Desk, pass_desk
from engine.errors import UserError
from engine.plan import bytes_text
from engine.records import Recipe
from engine.store import checkpoints, events, history, runs, scores
from engine.verdict import sentences
from engine.verdict.advice import advise
from engine.verdict.records import CapabilityVerdict, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.records import Measurement, Run
    from engine.store import Store
    from engine.verdict.records import CapabilityInput


@click.command("runs")
@pass_desk
def runs_command(desk: Desk) -> None:
    """List the runs, newest first."""
    store = desk.store()
    found = runs.everything(store)
    if not found:
        output.say("There is no run yet. `palimpsest run --data FILE` starts one.")
        return
    pointer = (history.pointer(store) or ("", ""))[0].partition("@")[0]
    header = ("run", "name", "state", "verdict", "base", "method", "step", "learned", "started")
    output.table(header, [_run_line(store, run, is_current=pointer == str(run.id)) for run in found])


def _run_line(store: Store, run: Run, *, is_current: bool) -> tuple[str, ...]:
    verdict = last_verdict(store, run.id)
    word = f"{sentences.GLYPHS[verdict.word]} {verdict.word}" if verdict else "–"
    learned = run.results.get("learned", {})
    gain = f"{_share(learned.get('exact_before'))} → {_share(learned.get('exact_after'))}" if learned else "–"
    started = datetime.fromtimestamp(run.created_at).astimezone().strftime("%Y-%m-%d %H:%M")
    name = f"{run.name} (current)" if is_current else run.name
    return (str(run.id), name, f"{run.state.glyph} {run.state.word}", word, run.recipe.base, run.recipe.method,
            f"{run.step}/{run.steps_total}", gain, started)  # fmt: skip


@click.command("show")
@click.argument("run")
@click.option("--setup", is_flag=True, help="Every setting, not only those that differ from the defaults.")
@pass_desk
def show_command(desk: Desk, run: str, setup: bool) -> None:
    """Show a run: setup, checkpoints, looks, verdict and what was learned."""
    store = desk.store()
    found = runs.find(store, run)
    _tell_setup(found, everything=setup)
    _tell_checkpoints(store, found)
    for line in look_lines(store, found):
        output.say(line)
    output.say()
    tell_run(store, found.id)


def _tell_setup(run: Run, *, everything: bool) -> None:
    output.say(f"Run {run.id} ({run.name}): {run.recipe.method} on {run.recipe.base}")
    if everything:
        output.say(run.recipe.to_toml(), end="")
        return
    for setting, _, value in settings.changed_settings(Recipe(), run.recipe):
        if setting.path not in ("name", "base", "method") and not setting.is_automatic:
            output.say(f"  {setting.path} = {_value(value)}")


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)


def _tell_checkpoints(store: Store, run: Run) -> None:
    rows = [*checkpoints.of_run(store, run.id), *checkpoints.variants(store, run.id)]
    pointer = (history.pointer(store) or ("", ""))[0]
    words = {"complete": "", "rotated": "weights removed, scores kept", "bad": "damaged"}
    if rows:
        output.table(
            ("checkpoint", "size", "to resume", "note"),
            [
                (row.ref, bytes_text(row.size_bytes), "yes" if row.has_optimiser else "no",
                 "current" if row.ref == pointer else words[row.state])
                for row in rows
            ],
        )  # fmt: skip


def tell_run(store: Store, run_id: int) -> None:
    """Tell a run's state, its verdict and everything told beside it."""
    run = runs.get(store, run_id)
    output.say(f"{run.state.glyph} {run.state.word}, step {run.step} of {run.steps_total}.")
    verdict = last_verdict(store, run_id)
    if verdict is None:
        output.say("No verdict: its canaries were not measured before and after.")
    else:
        tell_verdict(verdict, tripped=_tripped(store, run_id))
    for line in [*guard_lines(store, run), *beside_the_verdict(run), *advice_lines(run, verdict)]:
        output.say(line)


def advice_lines(run: Run, verdict: Verdict | None) -> list[str]:
    """What to do next, each piece with its evidence and where it is explained; empty where there is nothing to advise."""
    lines = []
    for one in advise(verdict, run.results, run.recipe):
        lines += [f"Next: {one.sentence}", f"  Why: {one.evidence} ({one.docs})"]
        if one.recipe is not None:
            lines.append(f"  `palimpsest next {run.id} --rule {one.id} --out recipe.toml` writes that recipe.")
    return lines


def last_verdict(store: Store, run_id: int) -> Verdict | None:
    """Return a run's newest verdict over its verdict set, or None."""
    found = [row for row in scores.verdicts(store, run_id) if row["split"] == "verdict"]
    return msgspec.convert(found[-1]["payload"], Verdict) if found else None


def guard_lines(store: Store, run: Run) -> list[str]:
    """What the guard marked on the run's timeline, and what it offers to go back to."""
    lines = [f"■ Guard: {event.sentence}" for event in events.of_run(store, run.id)]
    if told := run.results.get("guard"):
        ref = told["offered"]
        lines.append(f"  Inside every budget: {versions.said(ref)}. {_way_back(ref, is_current=told['made_current'])}")
    return lines


def _way_back(ref: str, *, is_current: bool) -> str:
    if is_current:
        return "It was made the current model, as your rule says; `palimpsest undo` reverses that."
    return f"`palimpsest rollback --to {ref}` goes back to it."


def _tripped(store: Store, run_id: int) -> set[str]:
    return {event.capability for event in events.of_run(store, run_id) if event.kind == "tripped"}


def tell_verdict(verdict: Verdict, *, tripped: Collection[str] = ()) -> None:
    """Print the verdict: the overall word, then a line for each capability, worst first; ■ where the guard tripped."""
    output.say(sentences.overall_headline(verdict))
    output.table(
        ("verdict", "capability", "change", "bounds that decide", "limit", "items"),
        [
            _verdict_line(one, mark=" ■" if one.name in tripped else "")
            for one in sorted(verdict.capabilities, key=lambda one: -one.mean_change / one.budget)
        ],
    )
    output.say(
        "Changes are tuned − base, down is worse. Bounds: the better end is Bonferroni’s, the worse one-sided 95 %."
    )
    if verdict.pooled is not None:
        output.say(sentences.pooled_headline(verdict.pooled))
    for one in verdict.capabilities:
        if one.word == "can't tell":
            output.say(f"{one.name}: {one.reason} {sentences.next_step(one)}".rstrip())


def _verdict_line(one: CapabilityVerdict, *, mark: str = "") -> tuple[str, ...]:
    low, high = (sentences.amount(bound, one.kind) if bound is not None else "–" for bound in (one.upper, one.lower))
    if one.kind == "kl":
        low, high = high, low
    return (f"{sentences.GLYPHS[one.word]} {one.word.capitalize()}", f"{one.name}{mark}",
            f"{sentences.amount(one.mean_change, one.kind)} {sentences.unit_text(one.kind, one.unit)}", f"{low} to {high}",
            f"{sentences.limit_text(one.budget, one.kind)}{'' if one.role == 'protect' else f' ({one.role})'}",
            str(one.n))  # fmt: skip


def beside_the_verdict(run: Run) -> list[str]:
    """Say what was learned and memorised, how answers look, and that the base is unchanged: never a verdict alone."""
    said = run.results
    lines = []
    if learned := said.get("learned"):
        parts = [
            f"{word} {_share(learned.get(f'{key}_before'))} → {_share(learned.get(f'{key}_after'))}"
            for word, key in (("exact match", "exact"), ("key accuracy", "keys"))
            if learned.get(f"{key}_after") is not None
        ]
        parts.append(f"loss {_nats(learned.get('nll_before'))} → {_nats(learned.get('nll_after'))} nats/token")
        lines.append(f"▲ Learned ({learned.get('n')} held-out rows): {', '.join(parts)}.")
    if memorised := said.get("memorised"):
        lines.append(
            f"Memorised: loss on training rows {_nats(memorised.get('train_nll'))}, on held-out rows "
            f"{_nats(memorised.get('heldout_nll'))}; exact on {memorised.get('paraphrase_n')} reworded rows "
            f"{_share(memorised.get('paraphrase_exact'))}."
        )
    if (signs := said.get("sentinels")) and signs.get("format_capture_after") is not None:
        lines.append(
            f"Canary answers that speak like the training rows ({signs.get('prefix')!r} …): "
            f"{_share(signs.get('format_capture_before'))} → {_share(signs.get('format_capture_after'))}; with signs of "
            f"damage: {signs.get('degenerate_after', 0):g} of {signs.get('n')}."
        )
    if base := said.get("base"):
        lines.append(f"Base unchanged: {base['files']} files, {bytes_text(base['size_bytes'])}, verified.")
    if run.peak_bytes:
        predicted = run.plan.get("memory", {}).get("peak_bytes")
        beside = f" (predicted {bytes_text(predicted)})" if predicted else ""
        lines.append(f"Peak memory {bytes_text(run.peak_bytes)}{beside}; training took {run.elapsed_s:.0f} s.")
    return lines


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def _nats(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


# ---- looks -----------------------------------------------------------------------------------------------------------


class Looks:
    """The canary looks of a running run, each told once."""

    def __init__(self, store: Store, run_id: int) -> None:
        """Begin after the looks that are there already."""
        self._store, self._run_id = store, run_id
        self._told = {row.id for row in _looks(store, run_id)}

    def new(self) -> list[str]:
        """Return a sentence for each look since the last call."""
        fresh = [row for row in _looks(self._store, self._run_id) if row.id not in self._told]
        self._told |= {row.id for row in fresh}
        run = runs.get(self._store, self._run_id)
        return [look_text(self._store, run, row) for row in fresh]


def look_lines(store: Store, run: Run) -> list[str]:
    """Return a sentence for each look of a run."""
    return [look_text(store, run, row) for row in _looks(store, run.id)]


def _looks(store: Store, run_id: int) -> list[Measurement]:
    return [row for row in scores.of_run(store, run_id) if row.moment == "look"]


def look_text(store: Store, run: Run, look: Measurement) -> str:
    """Say how far each capability's guard items moved at a look, worst first; a mean, no verdict."""
    before = [
        row for row in scores.of_run(store, run.id) if row.moment == "before" and row.suite_hash == look.suite_hash
    ]
    if not before:
        return f"Step {look.step}: canaries were checked; there is nothing measured before to compare with."
    inputs = compare_inputs(store, before[-1].id, look.id, "guard", run.recipe.canaries.budgets)
    moved = sorted(((_mean(one), one) for one in inputs), key=lambda pair: -pair[0] / pair[1].limit)
    said = [f"{one.name} {sentences.amount(mean, one.kind)}" for mean, one in moved]
    outside = [one.name for mean, one in moved if mean > one.limit and one.role != "expendable"]
    note = f" Outside their limit: {', '.join(outside)}." if outside else " All inside their limits."
    return f"Step {look.step}: {', '.join(said)} (guard items, nats/token).{note}"


def _mean(one: CapabilityInput) -> float:
    return sum(one.differences) / len(one.differences)


# ---- the page --------------------------------------------------------------------------------------------------------


@click.command("report")
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write it; else report.html in the run's folder.")
@pass_desk
def report(desk: Desk, run: str, out: Path | None) -> None:
    """Write a run's result page (HTML) and print its path."""
    store = desk.store()
    output.say(str(write_page(store, runs.find(store, run), out)))


def write_page(store: Store, run: Run, out: Path | None = None) -> Path:
    """Write the result page of a run and return its path; `UserError` if the place cannot be written to."""
    from engine.export.report import write_report

    path = (out or runs.folder(store, run.id) / "report.html").absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_report(store, run.id, path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.", remedy="Choose another with --out.") from error
    return path


@click.command("next")
@click.argument("run")
@click.option("--rule", default="", help="Which piece of advice; else the first that has a recipe.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the advised recipe here (TOML).")
@pass_desk
def next_command(desk: Desk, run: str, rule: str, out: Path | None) -> None:
    """Say what to do after a run, and write the recipe for it."""
    store = desk.store()
    found = runs.find(store, run)
    verdict = last_verdict(store, found.id)
    if out is None:
        output.say("\n".join(advice_lines(found, verdict)) or "Nothing to advise: no verdict, or nothing to mend.")
        return
    given = [one for one in advise(verdict, found.results, found.recipe) if one.recipe is not None]
    chosen = next((one for one in given if rule in ("", one.id)), None)
    if chosen is None or chosen.recipe is None:
        known = ", ".join(one.id for one in given) or "none"
        raise UserError(f"No advice of run {found.id} gives that recipe.", field="rule", remedy=f"There are: {known}.")
    durable.replace_file(out.absolute(), msgspec.structs.replace(chosen.recipe, name="").to_toml().encode())
    output.say(f"Wrote {out}. `palimpsest run {out}` starts it.")


COMMANDS = (runs_command, show_command, report, next_command)
