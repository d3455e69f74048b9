"""The application: settings apply at once; criterion 37: another theme recolours what is open; another language too."""

import pytest
from PySide6.QtWidgets import QApplication, QComboBox

from gui.app import App
from gui.preferences import Preferences
from gui.shell.gpu import NoGpu
from gui.theme import DARK, LIGHT


class CpuReader:
    def read(self):
        return NoGpu(reason="cpu")


class Nobody:
    def send(self, title, text, run_id):
        raise AssertionError("nothing to send")


@pytest.fixture
def app(qtbot, qapp, home):
    points = qapp.font().pointSizeF()
    chosen = Preferences(home / "window.ini")
    chosen.theme, chosen.language = "light", "en"
    made = App(qapp, home, keep_host=False, reader=CpuReader(), messenger=Nobody())
    made.show()
    made.window.show_page("settings")
    qtbot.waitExposed(made.window)
    yield made
    made.window.leave()
    made.close()
    assert qapp.font().pointSizeF() == points


def _choose(app, name, value):
    box = app.window.page.findChild(QComboBox, f"setting_{name}")
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def _pixel(app, x, y):
    return app.window.grab().toImage().pixelColor(x, y).name().upper()


def test_the_theme_recolours_page_bars_and_icons_at_once(qtbot, app):
    button = app.window.sidebar.button("settings")
    before = app.window.grab().toImage()
    assert before.pixelColor(app.window.width() - 30, 300).name().upper() == LIGHT.surface
    _choose(app, "theme", "dark")
    qtbot.waitUntil(lambda: _pixel(app, app.window.width() - 30, 300) == DARK.surface)
    after = app.window.grab().toImage()
    ground = app.window.sidebar.mapTo(app.window, app.window.sidebar.rect().center())
    assert after.pixelColor(ground).name().upper() == DARK.window
    icon = app.window.status.log.icon().pixmap(16).toImage()
    inks = [icon.pixelColor(x, y) for x in range(icon.width()) for y in range(icon.height())]
    brightest = max((ink.lightness() for ink in inks if ink.alpha() > 200), default=0)
    assert brightest > 128  # light strokes on a dark ground
    assert button.isChecked()


def test_another_language_opens_the_same_page_in_it(qtbot, app):
    old = app.window
    _choose(app, "language", "de")
    qtbot.waitUntil(lambda: app.window is not old)
    assert app.window.front == "settings"
    assert app.window.page.title() == "Einstellungen"
    assert app.window.sidebar.button("history").text() == "Verlauf"
    old = app.window
    _choose(app, "language", "en")
    qtbot.waitUntil(lambda: app.window is not old)
    assert app.window.page.title() == "Settings"


def test_the_text_size_changes_every_font(qtbot, app):
    old, points = app.window, QApplication.font().pointSizeF()
    _choose(app, "text_percent", 150)
    qtbot.waitUntil(lambda: app.window is not old)
    assert QApplication.font().pointSizeF() == pytest.approx(points * 1.5)
    assert app.window.status.disk.font().pointSizeF() == pytest.approx(points * 1.5)


def test_cpu_mode_is_said(qtbot, app):
    qtbot.waitUntil(lambda: app.window.status.gpu.text() == "CPU mode")


def test_a_ticked_preference_is_kept(app):
    box = app.window.page.notify
    box.setChecked(False)
    assert app.project.preferences.notify is False
    assert (
        "notify" not in app.project.preferences.path.read_text() or "false" in app.project.preferences.path.read_text()
    )
