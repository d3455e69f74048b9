"""Criterion 38: nothing clipped, overlapping, faint or nameless, on every screen in every state; more sizes in test-long.

The pictures lie in the folder named by PALIMPSEST_PICTURES, if set: look at them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import example_folder
import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget
from window_audit import audit

from engine.store import Store

HERE = Path(__file__).parent
THEMES = ("light", "dark")
CHANGES = [{"percent": 150}, {"language": "pseudo"}, {"language": "de"}, {"language": "de", "percent": 150}]
#: What is looked at with larger text and longer words in every run; everything in test-long.
CHOSEN = (
    "home",
    "run-verdict",
    "run-strength-advanced",
    "compare-answers-blind",
    "compare-answers-three",
    "history",
    "settings",
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A data folder with runs in every state; recorded rows, only for tests."""
    return example_folder.build(tmp_path_factory.mktemp("filled"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A data folder with nothing in it."""
    home = tmp_path_factory.mktemp("empty")
    Store(home).close()
    return home


def sweep(home, shots, *, scale="1", size="960x640", **options):
    """Go through the shots in a process of its own; what the audit found, by name, without those that are whole."""
    folder = os.environ.get("PALIMPSEST_PICTURES", "")
    name = "_".join([size, scale, *(f"{value}" for value in options.values())])
    listed = home / f"shots_{name}.json"
    listed.write_text(json.dumps(shots), "utf-8")
    words = [sys.executable, str(HERE / "pictures.py"), "--data-dir", str(home), "--shots", str(listed), "--size", size]
    words += ["--out", str(Path(folder) / name)] if folder else []
    for option, value in options.items():
        words += [f"--{option}", str(value)]
    environment = {
        **os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen", "PYTHONFAULTHANDLER": "1",
    }  # fmt: skip
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert set(seen) == {shot[0] for shot in shots}
    return {name: found for name, found in seen.items() if found}


@pytest.mark.parametrize("theme", THEMES)
def test_every_screen_and_state_is_whole_at_the_smallest_size(filled, theme):
    assert sweep(filled, example_folder.shots(filled), theme=theme) == {}


@pytest.mark.parametrize("theme", THEMES)
def test_every_empty_screen_is_whole_at_the_smallest_size(empty, theme):
    assert sweep(empty, example_folder.empty_shots(), theme=theme) == {}


@pytest.mark.parametrize("changed", CHANGES, ids=str)
def test_larger_text_and_longer_words_fit(filled, changed):
    shots = [one for one in example_folder.shots(filled) if one[0] in CHOSEN]
    assert sweep(filled, shots, **changed) == {}


@pytest.mark.long
@pytest.mark.parametrize("scale", ["1", "1.5", "2"])
@pytest.mark.parametrize("size", ["960x640", "1280x800"])
@pytest.mark.parametrize("theme", THEMES)
def test_every_screen_and_state_at_every_scale_and_size(filled, empty, theme, size, scale):
    assert sweep(filled, example_folder.shots(filled), theme=theme, size=size, scale=scale) == {}
    assert sweep(empty, example_folder.empty_shots(), theme=theme, size=size, scale=scale) == {}


@pytest.mark.long
@pytest.mark.parametrize("changed", CHANGES, ids=str)
def test_every_screen_and_state_with_larger_text_and_longer_words(filled, empty, changed):
    assert sweep(filled, example_folder.shots(filled), **changed) == {}
    assert sweep(empty, example_folder.empty_shots(), **changed) == {}


def test_the_audit_finds_what_is_wrong(qtbot):
    place = QWidget()
    qtbot.addWidget(place)
    column = QVBoxLayout(place)
    clipped, faint, nameless, other = (
        QLabel("a text that does not fit"),
        QLabel("faint"),
        QPushButton(""),
        QPushButton("over"),
    )
    for widget in (clipped, faint, nameless, other):
        column.addWidget(widget)
    palette = faint.palette()
    palette.setColor(palette.ColorRole.WindowText, palette.color(palette.ColorRole.Window).darker(110))
    faint.setPalette(palette)
    clipped.setFixedWidth(20)
    area, wide = QScrollArea(), QLabel("")
    wide.setFixedSize(900, 20)
    area.setWidget(wide)
    column.addWidget(area)
    place.resize(400, 300)
    place.show()
    qtbot.waitExposed(place)
    other.move(nameless.pos())
    found = " ".join(sentence.partition(":")[0] for sentence in audit(place))
    for word in ("clipped", "weak contrast", "no accessible name", "overlapping", "scrolls sideways"):
        assert word in found
