"""Collects the window's literals and builds the catalogues: `python packaging/translations.py [--check] [--fill FILE.json]`.

pyside6-lupdate reads every `tr("…")` of `gui/` into `resources/translations/palimpsest_<code>.ts` (translations made stay,
literals that are gone go); pyside6-lrelease builds the `.qm` beside it. English has the plurals only. With --check nothing is
written: the exit code is 1 if a catalogue is behind the code or a translation is missing.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "translations"
CODES = {"de": "de_DE", "en": "en_GB"}
TOOLS = Path(sys.executable).parent


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
    """English needs no translator: "%n run(s)" is "%n run" and "%n runs"."""
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
    return text.replace("(s)", "").replace("(ies)", "y").replace("(es)", "")


def _plural(text: str) -> str:
    return text.replace("(s)", "s").replace("(ies)", "ies").replace("(es)", "es")


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
        behind += len(lacking)
        for text in lacking:
            print(f"{code}: not translated: {text!r}")
    return 1 if is_check and behind else 0


if __name__ == "__main__":
    sys.exit(main())
