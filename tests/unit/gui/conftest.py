"""A project on a fresh data folder, the window over it, answers in place of dialogs, and a check for what is left behind."""

import gc
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import processes
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from shiboken6 import isValid

from engine.records import Recipe
from engine.store import jobs, runs
from gui import affinity
from gui.dialogs import Reply
from gui.project import Project
from gui.shell.main_window import MainWindow
from gui.theme import LIGHT, apply_theme

affinity.IS_CHECKED = True


class Answers:
    """Stands in for the dialogs: answers what a test put in, and keeps what was asked."""

    def __init__(self):
        self.asked, self.replies, self.paths = [], [], []

    def confirm(self, question, on_reply):
        self.asked.append(question)
        on_reply(self.replies.pop(0) if self.replies else Reply(choice="cancel"))

    def choose_file(self, purpose, title, filters, on_chosen):
        self._choose(purpose, on_chosen)

    def choose_folder(self, purpose, title, on_chosen):
        self._choose(purpose, on_chosen)

    def save_file(self, purpose, title, name, filters, on_chosen):
        self._choose(purpose, on_chosen)

    def _choose(self, purpose, on_chosen):
        self.asked.append(purpose)
        if self.paths:
            on_chosen(self.paths.pop(0))


@pytest.fixture
def answers():
    """An `Answers` of its own, for what asks before there is a project."""
    return Answers()


@pytest.fixture
def gui_project(qapp, home):
    """A `gui.project.Project` on a fresh data folder; no host is started. `dialogs` is an `Answers`."""
    opened = Project(home, keep_host=False)
    opened.dialogs = Answers()
    yield opened
    opened.close()


@pytest.fixture
def live_project(qapp, home):
    """As `gui_project`, with a real host started when jobs wait."""
    opened = Project(home, keep_host=True)
    opened.dialogs = Answers()
    opened.live.start()
    yield opened
    opened.close()


@pytest.fixture
def window(qtbot, qapp, gui_project):
    """The main window over `gui_project`, shown at 1280x800 in the light theme, with no page in front yet."""
    apply_theme(qapp, LIGHT)
    opened = MainWindow(gui_project)
    opened.show()
    qtbot.waitExposed(opened)
    yield opened
    opened.close()
    opened.deleteLater()


@pytest.fixture(autouse=True)
def nothing_left_behind(monkeypatch, request):
    """No native dialog can open; the test fails if it leaves a running QThread, an active QTimer or a window."""
    for kind in (QFileDialog, QMessageBox):
        monkeypatch.setattr(kind, "exec", _refuse)
    monkeypatch.setattr(QFileDialog, "open", _refuse)
    gc.disable()  # what a test let go is deleted below, by Qt first: not by a task's thread, nor in the middle of an event
    yield
    app = QApplication.instance()
    if app is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.enable()
    if app is None:
        return
    left = [thing for thing in gc.get_objects() if issubclass(type(thing), (QThread, QTimer)) and isValid(thing)]
    threads = [thing for thing in left if isinstance(thing, QThread) and thing is not app.thread()]
    running = [thing for thing in threads if thing.isRunning()]
    ticking = [thing for thing in left if isinstance(thing, QTimer) and thing.isActive()]
    windows = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    for widget in QApplication.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not running, f"running threads left (quit and wait for them): {running}"
    owners = [(timer, timer.parent(), timer.interval()) for timer in ticking]
    assert not ticking, f"active timers left (stop them, or give them a parent that goes): {owners}"
    assert not windows, f"windows left open (close them, or use qtbot.addWidget): {windows}"


def _refuse(self, *args):
    raise AssertionError("a test may not open a native dialog: use project.dialogs")


@pytest.fixture
def make_run(gui_project):
    """`make_run(state, name=…)` enters a run with its job in that state and returns its id."""

    def make(state="finished", name="", **columns):
        store = gui_project.store
        run_id = runs.create(store, Recipe(name=name, base="tiny"))
        jobs.enqueue(store, "train", {}, run_id=run_id)
        with store.write() as connection:
            connection.execute("UPDATE jobs SET state = ? WHERE run_id = ?", (state, run_id))
            connection.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run_id))
        if columns:
            runs.update(store, run_id, **columns)
        return run_id

    return make


def set_run_state(store, run_id, state):
    """Move a run and its job to a state, as a worker would."""
    with store.write() as connection:
        connection.execute("UPDATE jobs SET state = ? WHERE run_id = ?", (state, run_id))
        connection.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run_id))


@pytest.fixture
def put_run_in(gui_project):
    """`put_run_in(run_id, state)` moves a run and its job to a state, as a worker would."""
    return lambda run_id, state: set_run_state(gui_project.store, run_id, state)


@pytest.fixture
def stop_host(home):
    """Ask the host and worker of this test's data folder to end once the test is over."""
    yield
    processes.end(home)
