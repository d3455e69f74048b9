"""Criterion 40, the shell's part: going through the pages, palette, log and theme while rows pour in never stalls 250 ms."""

import pytest
from keyboard import felt
from PySide6.QtCore import Qt

from engine.records import Recipe, Step
from engine.store import jobs, runs
from gui.app import App
from gui.preferences import Preferences
from gui.shell import pages
from gui.shell.gpu import NoGpu
from gui.shell.palette import CommandPalette
from gui.watchdog import Watchdog


class CpuReader:
    def read(self):
        return NoGpu(reason="cpu")


class Nobody:
    def send(self, title, text, run_id):
        """Nobody is reached."""


@pytest.fixture
def app(qtbot, qapp, home):
    chosen = Preferences(home / "window.ini")
    chosen.theme, chosen.language, chosen.on_close = "light", "en", "keep"
    made = App(qapp, home, keep_host=False, reader=CpuReader(), messenger=Nobody())
    made.show()
    qtbot.waitExposed(made.window)
    yield made
    made.window.leave()
    made.close()


def test_a_walk_through_the_window_under_live_rows(qtbot, app):
    store = app.project.store
    run_id = runs.create(store, Recipe(name="lora-04", base="tiny"))
    jobs.enqueue(store, "train", {}, run_id=run_id)
    runs.update(store, run_id, steps_total=2000)
    names = [entry.name for entry in pages.ENTRIES if entry.exists and entry.in_sidebar]
    for name in names:  # the first visit imports the page; that is start-up, measured apart
        app.window.show_page(name)
        qtbot.wait(20)
    watchdog = Watchdog()
    watchdog.start()
    for turn, name in enumerate([*names, *names]):
        made = [
            Step(run_id=run_id, step=turn * 50 + n + 1, loss=1.0, lr=1e-4, grad_norm=1.0, tokens=10, elapsed_s=1.0)
            for n in range(50)
        ]
        runs.add_steps(store, made)
        runs.add_log(store, f"turn {turn}", run_id=run_id)
        app.window.show_page(name)
        qtbot.wait(60)
    app.window.toggle_log()
    qtbot.wait(60)
    app.window.open_palette()
    qtbot.wait(60)
    qtbot.keyClick(app.window.findChild(CommandPalette), Qt.Key.Key_Escape)
    app.window.switch_theme()
    qtbot.wait(120)
    stalls = watchdog.stop()
    assert not [stall.stack[-900:] for stall in felt(stalls)]


def test_no_signal_is_connected_to_a_lambda():
    import ast
    from pathlib import Path

    root = Path(__file__).parents[2] / "gui"
    found = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "connect"
        and any(isinstance(argument, ast.Lambda) for argument in node.args)
    ]  # fmt: skip
    assert found == []
