"""Criterion 38: nothing clipped, overlapping, faint or nameless on the shell's own pages; all pages and scales in test-long.

The pictures lie in the folder named by PALIMPSEST_PICTURES, if set: look at them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from window_audit import audit

from engine.records import Recipe
from engine.store import Store, history, jobs, runs
from gui.shell import pages

HERE = Path(__file__).parent
NAMES = [entry.name for entry in pages.ENTRIES if entry.exists and entry.in_sidebar]
LONG_NAME = "a-run-with-a-rather-long-name-that-someone-really-gave-it"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A data folder with a few runs, a history and a log; recorded rows, only for tests."""
    home = tmp_path_factory.mktemp("filled")
    store = Store(home)
    for number, name in enumerate(("support-tone", LONG_NAME, "lora-04")):
        run_id = runs.create(store, Recipe(name=name, base="SmolLM2-135M"))
        jobs.enqueue(store, "train", {}, run_id=run_id)
        history.append(store, "start", f"Started {name} from base SmolLM2-135M", details={"run_id": run_id})
        state = "finished" if number < 2 else "training"
        with store.write() as connection:
            connection.execute("UPDATE jobs SET state = ? WHERE run_id = ?", (state, run_id))
            connection.execute("UPDATE runs SET state = ?, step = 412, steps_total = 660 WHERE id = ?", (state, run_id))
    history.set_pointer(store, "1@400", "f" * 64)
    history.append(store, "rollback", f"Rolled back from {LONG_NAME}@660 to 1@400", before="2@660", after="1@400")
    store.close()
    return home


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A data folder with nothing in it."""
    home = tmp_path_factory.mktemp("empty")
    Store(home).close()
    return home


def look(home, page, *, scale="1", **options):
    """Take a picture in a process of its own and return the audit's findings."""
    folder = os.environ.get("PALIMPSEST_PICTURES", "")
    name = "_".join([home.name[:5], page, scale, *(str(value).replace(" ", "") for value in options.values())])
    words = [sys.executable, str(HERE / "pictures.py"), "--data-dir", str(home), "--page", page]
    words += ["--out", str(Path(folder) / f"{name}.png")] if folder else []
    for option, value in options.items():
        words += [f"--{option}", str(value)]
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", ["history", "settings"])
def test_the_shells_pages_are_whole_at_the_smallest_size(filled, page, theme):
    assert look(filled, page, size="960x640", theme=theme) == []


@pytest.mark.parametrize("page", ["history", "settings"])
@pytest.mark.parametrize("changed", [{"percent": 150}, {"language": "pseudo"}, {"language": "de"}], ids=str)
def test_larger_text_and_longer_words_fit(filled, page, changed):
    assert look(filled, page, size="960x640", **changed) == []


def test_the_empty_history_is_whole(empty):
    assert look(empty, "history", size="960x640", percent=150) == []


@pytest.mark.long
@pytest.mark.parametrize("scale", ["1", "1.5", "2"])
@pytest.mark.parametrize("size", ["960x640", "1280x800"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", NAMES)
def test_every_page_at_every_scale_and_size(filled, empty, page, theme, size, scale):
    assert look(filled, page, size=size, theme=theme, scale=scale) == []
    assert look(empty, page, size=size, theme=theme, scale=scale) == []


@pytest.mark.long
@pytest.mark.parametrize("page", [*NAMES, "new_run"])
@pytest.mark.parametrize("changed", [{"percent": 150}, {"language": "pseudo"}, {"language": "de"}], ids=str)
def test_every_page_with_larger_text_and_longer_words(filled, page, changed):
    assert look(filled, page, size="960x640", **changed) == []


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
    place.show()
    qtbot.waitExposed(place)
    other.move(nameless.pos())
    found = " ".join(sentence.partition(":")[0] for sentence in audit(place))
    for word in ("clipped", "weak contrast", "no accessible name", "overlapping"):
        assert word in found
