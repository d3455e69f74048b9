"""The methods page: generated from the docstrings of the formulas, complete and up to date."""

import runpy
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def build():
    return runpy.run_path(str(ROOT / "packaging" / "build_methods.py"))


def test_the_page_is_up_to_date(build, capsys):
    assert build["main"](["--check"]) == 0, capsys.readouterr().err


def test_every_chapter_has_its_formulas(build):
    page = build["page"]()
    for title, patterns in build["CHAPTERS"].items():
        assert f"## {title}\n" in page
        assert build["modules"](ROOT, patterns), title
    for name in (
        "choice_score_from(",
        "kl(base, watched)",
        "holm(",
        "observe(",
        "backward_transfer(",
        "recommend(",
        "growth(",
    ):
        assert f"**`{name}" in page, name
    assert "Lopez-Paz & Ranzato 2017" in page


def test_a_changed_docstring_is_noticed_and_a_missing_module_left_out(build, tmp_path):
    copy = tmp_path / "engine" / "verdict"
    copy.mkdir(parents=True)
    shutil.copy(ROOT / "engine" / "verdict" / "sequence.py", copy)
    before = build["page"](tmp_path)
    assert "## Sequences" in before
    assert "## Scores" not in before
    source = (copy / "sequence.py").read_text("utf-8")
    (copy / "sequence.py").write_text(
        source.replace("Mean score over all tasks", "The mean score over all tasks"), "utf-8"
    )
    after = build["page"](tmp_path)
    assert after != before
    assert "The mean score over all tasks" in after
