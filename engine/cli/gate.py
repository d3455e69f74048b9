"""`gate`: did a model forget? For automation: an exit code, a JSON report and a JUnit report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import click
import msgspec

from engine import __version__, client, durable, settings, versions
from engine.cli import output
from engine.cli.canaries import place_of_suite
from engine.cli.main import Desk, pass_desk
from engine.errors import PalimpsestError, UserError
from engine.records import Budget, CanaryPlan
from engine.states import State
from engine.store import history, jobs, models
from engine.verdict import sentences
from engine.verdict.records import CapabilityVerdict, Verdict

if TYPE_CHECKING:
    from engine.store import Store

#: The gate's own code for "could not be measured", whosever turn it is: 0, 1 and 2 are verdicts.
EXIT_NOT_MEASURED = 3


class GateCommand(click.Command):
    """A command whose every failure, a wrong option included, ends with 3: 0, 1 and 2 say what was found."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Parse; a wrong option must not look like "can't tell"."""
        try:
            return super().make_context(*args, **more)
        except click.UsageError as error:
            error.exit_code = EXIT_NOT_MEASURED  # type: ignore[misc]
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a failure is told in a sentence and ends with 3."""
        try:
            return super().invoke(ctx)
        except PalimpsestError as error:
            output.warn(output.error_text(error))
            _write_reports(ctx.params, _failed(error))
            ctx.exit(EXIT_NOT_MEASURED)


@click.command("gate", cls=GateCommand)
@click.argument("model", metavar="RUN@STEP|base:NAME|FOLDER")
@click.option(
    "--base", default="", metavar="NAME|FOLDER", help="What it was trained from; else the only base there is."
)
@click.option("--suite", default="standard", show_default=True, help="Bundled name, folder or file.")
@click.option("--capabilities", default="", help="Only these, separated by commas.")
@click.option(
    "--budget", multiple=True, metavar="CAPABILITY=LIMIT", help="Also CAPABILITY=ROLE or CAPABILITY=ROLE:LIMIT."
)
@click.option("--verdict-items", default=0, type=click.IntRange(min=0), help="At most so many of each; 0 means all.")
@click.option("--generate", default="none", show_default=True, type=click.Choice(["all", "shown", "none"]))
@click.option("--precision", default="auto", show_default=True, type=click.Choice(["auto", "fp32", "bf16"]))
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the whole verdict here.")
@click.option("--junit", "junit_file", type=click.Path(path_type=Path), help="Write a JUnit report here.")
@pass_desk
def gate(
    desk: Desk, model: str, base: str, suite: str, capabilities: str, budget: tuple[str, ...], **given: Any
) -> None:
    """Judge a model against its base: exits 0 for kept, 1 for forgot, 2 for can't tell, 3 if it could not be measured."""
    store = desk.store(create=True)
    plan = CanaryPlan(
        suite=place_of_suite(store.home, suite), capabilities=tuple(_listed(capabilities)),
        verdict_items=given["verdict_items"], guard_items=1, generate=given["generate"], budgets=read_budgets(budget),
    )  # fmt: skip
    payload = {
        "model": _model(store, model), "base": _base(store, base), "canaries": msgspec.to_builtins(plan),
        "precision": given["precision"],
    }  # fmt: skip
    job = client.run_in_process(store, jobs.enqueue(store, "gate", payload))
    if job.state is not State.FINISHED or job.result is None:
        raise UserError(job.reason or job.sentence(), field=(job.result or {}).get("field"))
    found = job.result
    verdict = msgspec.convert(found["verdict"], Verdict)
    output.say(sentences.overall_headline(verdict))
    for one in verdict.capabilities:
        output.say(sentences.headline(one))
    _write_reports(given, found)
    click.get_current_context().exit(found["exit_code"])


def read_budgets(given: tuple[str, ...]) -> dict[str, Budget]:
    """Read --budget options as recipes do; `UserError` names the field for what cannot be read."""
    read = settings.from_text(settings.setting("canaries.budgets"), ",".join(given))
    try:
        return msgspec.convert(read, dict[str, Budget])
    except msgspec.ValidationError as error:
        raise UserError(f"--budget: {error}.", field="canaries.budgets") from error


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _model(store: Store, model: str) -> str:
    folder = Path(model).expanduser()
    return str(folder.absolute()) if folder.is_dir() else versions.resolve(store, model).ref


def _base(store: Store, base: str) -> str:
    """The base's name; a folder that is not known yet is entered (it is only referenced, never written to)."""
    folder = Path(base).expanduser()
    if not base or not folder.is_dir():
        return models.get(store, base).name if base else versions.resolve(store, versions.BASE).base.name
    known = next((row for row in models.everything(store) if row.path == str(folder.absolute())), None)
    if known is None:
        from engine.models.importing import import_model

        known = import_model(store, str(folder.absolute()))
        if history.pointer(store) is None:
            history.set_pointer(store, f"base:{known.name}", known.fingerprint)
    return known.name


# ---- the reports -----------------------------------------------------------------------------------------------------


def _write_reports(given: dict[str, Any], found: dict[str, Any]) -> None:
    if given["json_file"] is not None:
        text = json.dumps({"palimpsest": __version__, **found}, indent=2, sort_keys=True)
        _write(given["json_file"], text.encode())
    if given["junit_file"] is not None:
        _write(given["junit_file"], junit(found))


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.replace_file(path.absolute(), content)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.", remedy="Choose another place.") from error


def _failed(error: PalimpsestError) -> dict[str, Any]:
    return {"word": "not measured", "exit_code": EXIT_NOT_MEASURED, "error": error.sentence(), "kind": error.kind}


def junit(found: dict[str, Any]) -> bytes:
    """One test case a capability: forgot is a failure, can't tell and changed are skipped, an error stands alone."""
    verdict = msgspec.convert(found["verdict"], Verdict) if "verdict" in found else None
    cases = verdict.capabilities if verdict else []
    suite = ElementTree.Element(
        "testsuite", name=f"palimpsest {found.get('suite', '')}".strip(), tests=str(len(cases) or 1),
        failures=str(sum(one.word == "forgot" for one in cases)), errors="0" if verdict else "1",
        skipped=str(sum(one.word not in ("kept", "forgot") for one in cases)),
    )  # fmt: skip
    for one in cases:
        _case(suite, one)
    if verdict is None:
        case = ElementTree.SubElement(suite, "testcase", classname="palimpsest.gate", name="measured")
        ElementTree.SubElement(case, "error", message=output.visible(str(found["error"])))
    return bytes(ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True))


def _case(suite: ElementTree.Element, one: CapabilityVerdict) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname="palimpsest.gate", name=output.visible(one.name))
    said = f"{sentences.headline(one)}. {one.reason} {sentences.next_step(one)}".rstrip()
    if one.word == "forgot":
        ElementTree.SubElement(case, "failure", message=output.visible(said))
    elif one.word != "kept":
        ElementTree.SubElement(case, "skipped", message=output.visible(said))


COMMANDS = (gate,)
