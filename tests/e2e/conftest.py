"""The window of the end-to-end tests: drawn without a screen unless a platform is named, watched for stalls, left clean."""

import gc
import os
import subprocess
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import processes
import pytest
from keyboard import Keyboard, felt
from PySide6.QtCore import QCoreApplication, QEvent

from engine.store import Store
from gui.app import App
from gui.preferences import Preferences
from gui.shell import pages
from gui.shell.gpu import NoGpu
from gui.watchdog import Watchdog


class CpuReader:
    """A machine without a GPU."""

    def read(self):
        return NoGpu(reason="cpu")


class Nobody:
    """Nobody is reached by notifications; they are kept."""

    def __init__(self):
        self.sent = []

    def send(self, title, text, run_id):
        self.sent.append((title, text, run_id))


#: Read by every Python that starts with it on its path: no connection leaves it, and each one tried is written down.
NO_NETWORK = """import os, socket
def refuse(*words, **more):
    open(os.environ["PALIMPSEST_TRIED"], "a").write(repr(words) + chr(10))
    raise OSError("there is no network in this test")
class Socket(socket.socket):
    def connect(self, address):
        return refuse(address) if self.family != socket.AF_UNIX else super().connect(address)
socket.socket, socket.getaddrinfo, socket.create_connection = Socket, refuse, refuse
"""


@pytest.fixture
def no_network(tmp_path, monkeypatch):
    """No process of this test reaches a network; the test fails if one tried."""
    folder, tried = tmp_path / "no_network", tmp_path / "tried"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NO_NETWORK, "utf-8")
    monkeypatch.setenv("PALIMPSEST_TRIED", str(tried))
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    asked = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('localhost', 9))"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "there is no network in this test" in asked.stderr
    tried.unlink()
    yield
    assert not tried.exists(), tried.read_text("utf-8")


@pytest.fixture
def open_window(qtbot, qapp, home):
    """`open_window()` opens the whole window over `home` and returns its `App`; closed with the test, its processes ended."""
    Store(home).close()
    opened = []

    def make(*, keep_host=True):
        chosen = Preferences(home / "window.ini")
        chosen.theme, chosen.language, chosen.on_close = "light", "en", "keep"
        app = App(qapp, home, keep_host=keep_host, reader=CpuReader(), messenger=Nobody())
        opened.append(app)
        app.show()
        qtbot.waitExposed(app.window)
        app.window.activateWindow()
        return app

    yield make
    for app in opened:
        app.window.leave()
        app.close()
        app.project.deleteLater()  # not whenever Python comes to it, perhaps after Qt has gone
        app.deleteLater()
    opened.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()  # while Qt is still there, not when Python ends
    processes.end(home)


@pytest.fixture
def keyboard(qtbot, open_window):
    """The window with somebody at its keys; the test fails if the window ever stood still (criterion 40)."""
    app = open_window()
    qtbot.waitUntil(lambda: pages.ENTRIES[-1].module in sys.modules, timeout=20_000)  # start-up is measured apart
    gc.collect()
    kept = gc.get_threshold()
    gc.set_threshold(*kept[:2], 1_000_000)  # what the tests brought along (torch) is not the window's to look through
    watchdog = Watchdog()  # which begins with the first key: what pytest does before is not the window's
    yield Keyboard(qtbot, app, watchdog)
    stalls = watchdog.stop() if watchdog.is_on else []
    gc.set_threshold(*kept)
    long = felt(stalls)
    assert not long, [(one.seconds, one.kept_waiting_s, one.busy_s, one.stack[-1500:]) for one in long]
