"""Opens any page in any theme, size, scale and language on a prepared data folder, saves a picture and looks it over.

`python tests/e2e/pictures.py --data-dir DIR --page run --args '{"run_id": 1}' --theme dark --size 960x640 --out p.png`

Runs on a real or virtual display, or with QT_QPA_PLATFORM=offscreen; prints what the audit found, one line each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from operator import attrgetter
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Rows are read within this time; a page that is still loading then is pictured so.
PATIENCE_S = 5.0


def take(home, page, out, *, theme="light", size=(1280, 800), args=None, language="en", percent=100, settle_s=0.4):
    """Open the page in this process, save its picture to `out` (if any) and return the audit's findings."""
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication
    from window_audit import audit

    from gui.app import App
    from gui.preferences import Preferences

    qt = QApplication.instance() or QApplication(["palimpsest"])
    preferences = Preferences(Path(home) / "window.ini")
    preferences.theme, preferences.language, preferences.text_percent = theme, language, percent
    app = App(qt, Path(home), keep_host=False)
    app.show()
    app.window.setGeometry(0, 0, *size)
    app.project.navigate(page, **(args or {}))
    wait_until_shown(qt, app)
    turn(qt, settle_s)
    found = audit(app.window)
    if out is not None:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        app.window.grab().save(str(out))
    app.window.leave()
    app.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return found


def sweep(home, shots, folder, *, theme="light", size=(1280, 800), language="en", percent=100):
    """Go through (name, page, args) in one window; save each picture into `folder` (if any); findings by name.

    A shot may name what is pressed before (`"strength.fold.button"`, from the page on); it is pressed again afterwards.
    What opens a dialog is pictured by the dialog, which is then left.
    """
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication
    from window_audit import audit

    from gui.app import App
    from gui.preferences import Preferences

    qt = QApplication.instance() or QApplication(["palimpsest"])
    preferences = Preferences(Path(home) / "window.ini")
    preferences.theme, preferences.language, preferences.text_percent = theme, language, percent
    app = App(qt, Path(home), keep_host=False)
    app.show()
    app.window.setGeometry(0, 0, *size)
    found = {}
    for name, page, args, *pressed in shots:
        app.project.navigate(page, **args)
        wait_until_shown(qt, app)
        settle(qt, app)
        press(qt, app, pressed)
        front = qt.activeModalWidget() or app.window
        found[name] = audit(front)
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
            front.grab().save(str(Path(folder) / f"{name}.png"))
        if front is app.window:
            press(qt, app, pressed)
        else:
            front.reject()
    app.window.leave()
    app.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return found


def press(qt, app, paths):
    """Press buttons and trigger actions of the page in front, named as its attributes."""
    for path in paths:
        one = attrgetter(path)(app.window.page)
        (one.trigger if hasattr(one, "trigger") else one.click)()
        settle(qt, app)


def settle(qt, app):
    """Let what is read beside come in, and a refresh pass."""
    deadline = time.monotonic() + PATIENCE_S
    turn(qt, 0.05)
    while not app.project.tasks.is_idle and time.monotonic() < deadline:
        turn(qt, 0.02)
    turn(qt, 0.15)


def wait_until_shown(qt, app):
    """Turn the event loop until the page in front has left the loading state."""
    deadline = time.monotonic() + PATIENCE_S
    while app.window.page.state.value == "loading" and time.monotonic() < deadline:
        turn(qt, 0.02)


def turn(qt, seconds):
    """Turn the event loop for so long."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def take_apart(home, page, out, *, scale="1", platform="offscreen", **options):
    """As `take`, in a process of its own: for another scale factor or platform. Returns the findings."""
    words = [sys.executable, __file__, "--data-dir", str(home), "--page", page, "--out", str(out)]
    for name, value in options.items():
        text = json.dumps(value) if name == "args" else "x".join(map(str, value)) if name == "size" else str(value)
        words += [f"--{name}", text]
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": platform}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", required=True, type=lambda text: Path(text).absolute())
    parser.add_argument("--page")
    parser.add_argument("--shots", help="file with a list of (name, page, args); --out is then a folder")
    parser.add_argument("--args", default="{}", type=json.loads)
    parser.add_argument("--theme", default="light")
    parser.add_argument("--language", default="en")
    parser.add_argument("--percent", default=100, type=int)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--out", default=None)
    given = parser.parse_args()
    size = tuple(int(part) for part in given.size.split("x"))
    if given.shots:
        shots = json.loads(Path(given.shots).read_text("utf-8"))
        found = sweep(
            given.data_dir,
            shots,
            given.out,
            theme=given.theme,
            size=size,
            language=given.language,
            percent=given.percent,
        )
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for line in take(
        given.data_dir, given.page, given.out, theme=given.theme, size=size, args=given.args, language=given.language,
        percent=given.percent,
    ):  # fmt: skip
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    main()
