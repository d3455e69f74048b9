"""Criterion 39: every text is marked for translation, lupdate finds each, German is complete, and 40 % more fits."""

import ast
import json
import runpy
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

from gui.i18n import FOLDER, Pseudo

ROOT = Path(__file__).parents[3]
#: Calls whose first argument the user reads.
SAYING = {
    "setText", "setToolTip", "setWindowTitle", "setAccessibleName", "setAccessibleDescription", "setPlaceholderText", "setTitle",
    "addAction", "addTab", "addRow", "setStatusTip", "setWhatsThis", "setInformativeText", "QLabel", "QPushButton", "QCheckBox",
    "QRadioButton", "QGroupBox", "QAction", "PlainLabel", "ElidedLabel", "WrappedLabel", "heading", "wrapped", "QuietButton",
    "PrimaryButton", "toast",
}  # fmt: skip
#: Words that are the same in every language.
NAMES = {"Palimpsest", "A", "B", "C", "Ctrl+Enter"}


@pytest.fixture(scope="module")
def tools():
    return runpy.run_path(str(ROOT / "packaging/translations.py"))


def _unmarked():
    for path in sorted((ROOT / "gui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                text = _letters(node.args[0])
                if name in SAYING and text and text not in NAMES:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: {name}({text!r})"


def _letters(node):
    """The literal text of a node, if it has a word in it; of an f-string the literal parts."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
    return text if sum(letter.isalpha() for letter in text) > 2 else ""


def test_no_text_a_user_reads_is_written_without_tr():
    assert list(_unmarked()) == []


def test_tr_takes_literals_only_and_lupdate_finds_them_all(tools, tmp_path):
    catalogue = tmp_path / "all.ts"
    tools["update"](catalogue, "de")
    assert tools["literals"]() <= tools["known"](catalogue)


def test_german_is_complete(tools):
    catalogue = FOLDER / "palimpsest_de.ts"
    assert sorted(tools["literals"]() - tools["known"](catalogue)) == []
    assert tools["missing"](catalogue) == []


def test_german_keeps_every_placeholder(tools):
    import xml.etree.ElementTree as ET
    from string import Formatter

    def fields(text):
        return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)

    for message in ET.parse(FOLDER / "palimpsest_de.ts").iter("message"):
        source = message.findtext("source")
        said = message.find("translation")
        for text in [form.text for form in said.findall("numerusform")] or [said.text]:
            if text:
                assert fields(text) == fields(source), source


def test_the_built_catalogue_is_the_text_one(tools, tmp_path, qapp):
    built = tmp_path / "de.qm"
    copy = tmp_path / "de.ts"
    copy.write_bytes((FOLDER / "palimpsest_de.ts").read_bytes())
    tools["release"](copy)
    assert built.exists()
    assert built.read_bytes() == (FOLDER / "palimpsest_de.qm").read_bytes()
    translator = QTranslator()
    assert translator.load(str(FOLDER / "palimpsest_de.qm"))
    assert translator.translate("", "%n run(s)", "", 1) == "%n Lauf"
    assert translator.translate("", "%n run(s)", "", 3) == "%n Läufe"


def test_english_counts_in_english(qapp):
    translator = QTranslator()
    assert translator.load(str(FOLDER / "palimpsest_en.qm"))

    def said(text, count):
        return translator.translate("", text, "", count)

    assert [said("%n run(s)", count) for count in (1, 2)] == ["%n run", "%n runs"]
    assert [said("%n canary(ies)", count) for count in (1, 2)] == ["%n canary", "%n canaries"]
    text = "%n capability(ies), all inside their limits"
    assert [said(text, count).split(",")[0] for count in (1, 2)] == ["%n capability", "%n capabilities"]
    lines = (FOLDER / "palimpsest_en.ts").read_text("utf-8").splitlines()
    assert not [line for line in lines if "<numerusform" in line and ("(s)" in line or "(ies)" in line or "yy" in line)]


def test_the_pseudo_language_is_longer_and_keeps_placeholders():
    said = Pseudo().translate("", "Roll back to step {step}")
    assert len(said) >= 1.4 * len("Roll back to step {step}") - 1
    assert "{step}" in said


def test_what_the_engine_says_is_translated_as_it_is_said(tools):
    assert tools["wrong_with_engine"]("de") == []


def test_a_translation_that_the_engine_outgrew_is_found(tools, tmp_path):
    known = json.loads((FOLDER / "engine_de.json").read_text("utf-8"))
    help_text = "Passes over the training rows."
    known["Nobody says {0} any more."] = "Niemand sagt mehr {0}."
    known["There is no file {0}."] = "Diese Datei gibt es nicht."
    del known[help_text]
    (tmp_path / "engine_de.json").write_text(json.dumps(known), "utf-8")
    tools["wrong_with_engine"].__globals__["FOLDER"] = tmp_path
    try:
        wrong = tools["wrong_with_engine"]("de")
    finally:
        tools["wrong_with_engine"].__globals__["FOLDER"] = FOLDER
    assert wrong == [
        "no longer said by the engine: 'Nobody says {0} any more.'",
        "other placeholders: 'There is no file {0}.'",
        f"not translated: {help_text!r}",
    ]


def test_the_engines_sentences_are_read_with_their_values_numbered(tools, tmp_path):
    module = tmp_path / "some.py"
    module.write_text('"""About."""\nsaid = f"{one} of {two} rows" f" in {three}."\n"""No."""\n', "utf-8")
    assert tools["said_by_engine"]([module]) == {"{0} of {1} rows in {2}.", "of", "rows in", "."}


def test_check_says_what_is_missing(tools):
    done = subprocess.run(
        [str(Path(tools["TOOLS"]) / "python"), str(ROOT / "packaging/translations.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
