"""Collects the window's literals and builds the catalogues: `python packaging/translations.py [--check] [--fill FILE.json]`.

Two kinds of text are German: literals of the window (`tr`), and what the engine says (`said`). For the first,
pyside6-lupdate reads every `tr("…")` of `gui/` into `resources/translations/palimpsest_<code>.ts` (translations made stay,
literals that are gone go); pyside6-lrelease builds the `.qm` beside it. English has the plurals only. With --check nothing is
written: the exit code is 1 if a catalogue is behind the code or a translation is missing. The engine's sentences lie in
`engine_<code>.json` by hand, English pattern to translation: each must still occur in the engine, with the same
placeholders, and nothing that `ENTIRE` says may be left out.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "translations"
CODES = {"de": "de_DE", "en": "en_GB"}
TOOLS = Path(sys.executable).parent
#: Modules of the engine every sentence of which is translated: settings' help, verdicts, advice, plan, recommendation.
ENTIRE = (
    "engine/measured.py", "engine/plan/advice.py", "engine/plan/rules.py", "engine/protection.py", "engine/records.py",
    "engine/training/guarding.py", "engine/verdict/advice.py", "engine/verdict/guard.py", "engine/verdict/sentences.py",
    "engine/verdict/tradeoff.py",
)  # fmt: skip
#: What looks like a sentence there and is not shown in the window: keys of measured.json, lines of the command line.
NOT_SHOWN = re.compile(
    r"(full|LoRA|\{0\})( 2e-4| 1e-5)?, .*|Could|two looks|[^ ]*\{0\} [^a-z]*checked answers.*|Can't tell about|about|the change is"
)
FIELD = re.compile(r"\{(\w+)\}")


def sources() -> list[Path]:
    """Every module of the window."""
    return sorted(path for path in (ROOT / "gui").rglob("*.py") if "__pycache__" not in path.parts)


def update(catalogue: Path, code: str) -> None:
    """Bring a catalogue up to the code."""
    plurals = ["-pluralonly"] if code == "en" else []
    with tempfile.TemporaryDirectory() as folder:
        hidden = Path(folder) / "in_f_strings.py"
        hidden.write_text("\n".join(in_f_strings()) + "\n", "utf-8")
        _lupdate(catalogue, code, [*sources(), hidden], plurals)
    if code == "en":
        _fill_english(catalogue)


def in_f_strings() -> list[str]:
    """Every call of `tr` inside an f-string, as code of its own: lupdate does not look there."""
    found = []
    for path in sources():
        for text in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(text, ast.JoinedStr):
                found += [ast.unparse(call) for call in ast.walk(text) if _is_tr(call)]
    return sorted(set(found))


def _is_tr(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"


def _lupdate(catalogue: Path, code: str, files: list[Path], plurals: list[str]) -> None:
    _run(
        "pyside6-lupdate", *map(str, files), "-ts", str(catalogue), "-no-obsolete", "-locations", "none",
        "-source-language", "en_GB", "-target-language", CODES[code], *plurals,
    )  # fmt: skip


def _fill_english(catalogue: Path) -> None:
    """English needs no translator: "%n run(s)" is "%n run" and "%n runs", "%n canary(ies)" is "%n canary" and "%n canaries"."""
    tree = ET.parse(catalogue)
    for message in tree.iter("message"):
        text, forms = message.findtext("source", ""), message.findall("translation/numerusform")
        for form, said in zip(forms, (_singular(text), _plural(text)), strict=False):
            form.text = said
        translation = message.find("translation")
        if translation is not None:
            translation.attrib.pop("type", None)
    _write(tree, catalogue)


def _singular(text: str) -> str:
    return text.replace("y(ies)", "y").replace("(s)", "").replace("(es)", "")


def _plural(text: str) -> str:
    return text.replace("y(ies)", "ies").replace("(s)", "s").replace("(es)", "es")


def _write(tree: ET.ElementTree, path: Path) -> None:
    text = ET.tostring(tree.getroot(), encoding="unicode", short_empty_elements=False)
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', "utf-8")


def fill(catalogue: Path, translations: dict[str, str | list[str]]) -> None:
    """Enter translations (a list for plurals) by their English text; what is there already is replaced."""
    tree = ET.parse(catalogue)
    for message in tree.iter("message"):
        said = translations.get(message.findtext("source", ""))
        translation = message.find("translation")
        if said is None or translation is None:
            continue
        translation.attrib.pop("type", None)
        forms = translation.findall("numerusform")
        if forms:
            for form, one in zip(forms, said if isinstance(said, list) else [said, said], strict=False):
                form.text = one
        else:
            translation.text = said if isinstance(said, str) else said[0]
    _write(tree, catalogue)


def release(catalogue: Path) -> None:
    """Build the `.qm`."""
    _run("pyside6-lrelease", "-silent", str(catalogue), "-qm", str(catalogue.with_suffix(".qm")))


def missing(catalogue: Path) -> list[str]:
    """Return the English texts that have no translation."""
    found = []
    for message in ET.parse(catalogue).iter("message"):
        translation = message.find("translation")
        forms = [] if translation is None else translation.findall("numerusform")
        texts = [form.text for form in forms] or [None if translation is None else translation.text]
        if not all(texts):
            found.append(message.findtext("source", ""))
    return found


def literals() -> set[str]:
    """Every text given to `tr` in the code, by its syntax tree; an argument that is no literal raises `ValueError`."""
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if _is_tr(node):
                first = node.args[0]
                if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                    raise ValueError(f"{path}:{node.lineno}: tr takes a literal")
                found.add(first.value)
    return found


def known(catalogue: Path) -> set[str]:
    """Return the English texts of a catalogue."""
    return {message.findtext("source", "") for message in ET.parse(catalogue).iter("message")}


def said_by_engine(modules: Iterable[Path] | None = None) -> set[str]:
    """Every text in the engine's code, values as {0}, {1}; without modules also what presets and suites say."""
    found = set()
    for path in modules or sorted((ROOT / "engine").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        found |= {text.strip() for node in ast.walk(tree) if (text := _pattern(node))} - _docstrings(tree)
    return found if modules else found | _of_files()


def _of_files() -> set[str]:
    """What the presets and the capabilities of the bundled suites say of themselves."""
    presets = [tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "resources" / "presets").glob("*.toml")]
    suites = [tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "resources" / "canaries").glob("*/suite.toml")]
    described = {one["description"] for suite in suites for one in suite["capabilities"].values()}
    return described | {preset[name] for preset in presets for name in ("title", "about")}


def _pattern(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        numbers = itertools.count()
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{next(numbers)}}}" for part in node.values
        )
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _docstrings(tree: ast.AST) -> set[str]:
    """Texts that stand alone."""
    return {_pattern(node.value).strip() for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def must_be_translated() -> set[str]:
    """The sentences of `ENTIRE`, of the presets and the bundled suites, as patterns."""
    parts = _parts_of_f_strings()
    found = said_by_engine([ROOT / name for name in ENTIRE]) - parts
    return _of_files() | {
        text for text in found if re.search(r"[a-z] |[a-z]\}? \S*[a-z]", text) and not NOT_SHOWN.fullmatch(text)
    }


def _parts_of_f_strings() -> set[str]:
    """The literal parts of f-strings: they are in their pattern."""
    found = set()
    for name in ENTIRE:
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found |= {_pattern(part).strip() for part in node.values if isinstance(part, ast.Constant)}
    return found


def wrong_with_engine(code: str) -> list[str]:
    """What is wrong with the translations of the engine's sentences, a line each."""
    pairs: list[tuple[str, str]] = json.loads(engine_file(code).read_text("utf-8"), object_pairs_hook=list)
    known, there = dict(pairs), said_by_engine()
    wrong = [f"given twice: {text!r}" for text, count in Counter(text for text, _ in pairs).items() if count > 1]
    wrong += [f"no longer said by the engine: {text!r}" for text in known if text not in there]
    wrong += [f"other placeholders: {text!r}" for text, said in pairs if not _keeps_fields(text, said)]
    return wrong + [f"not translated: {text!r}" for text in sorted(must_be_translated() - set(known))]


def _keeps_fields(text: str, said: str) -> bool:
    """Whether a translation has the same placeholders; a plural's ending, "run{1}", may go."""
    endings = set(re.findall(r"[a-z]\{(\w+)\}", text))
    wanted, found = FIELD.findall(text), FIELD.findall(said)
    return set(wanted) - endings <= set(found) <= set(wanted) and len(found) == len(set(found))


def engine_file(code: str) -> Path:
    """Where the engine's sentences of a language lie."""
    return FOLDER / f"engine_{code}.json"


def _run(tool: str, *arguments: str) -> None:
    done = subprocess.run([str(TOOLS / tool), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{tool}: {done.stderr or done.stdout}")


def main() -> int:
    """Update and build every catalogue, or check them; say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is behind or missing")
    parser.add_argument(
        "--fill", type=Path, help="JSON of German by English (a list of two for plurals), entered first"
    )
    given = parser.parse_args()
    is_check = given.check
    FOLDER.mkdir(parents=True, exist_ok=True)
    behind = 0
    for code in CODES:
        catalogue = FOLDER / f"palimpsest_{code}.ts"
        if is_check:
            lacking = sorted((literals() - known(catalogue) if code != "en" else set()) | set(missing(catalogue)))
        else:
            update(catalogue, code)
            if given.fill and code == "de":
                fill(catalogue, json.loads(given.fill.read_text("utf-8")))
            release(catalogue)
            lacking = missing(catalogue)
        lines = [f"not translated: {text!r}" for text in lacking]
        lines += wrong_with_engine(code) if engine_file(code).exists() else []
        behind += len(lines)
        for line in lines:
            print(f"{code}: {line}")
    return 1 if is_check and behind else 0


if __name__ == "__main__":
    sys.exit(main())
