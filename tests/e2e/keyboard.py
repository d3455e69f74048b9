"""Somebody at the window without a mouse: presses keys where the focus is, and reads what the screen says."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QWidget
from speed import bar

from gui.shell.palette import CommandPalette
from gui.watchdog import FAIL_S
from gui.widgets.text import ElidedLabel

CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
#: More widgets than any page has between two things one wants.
MOST_TABS = 160


class Keyboard:
    """Keys into the window of an `App`; waits for what appears on the screen. Knows no page and calls no page."""

    def __init__(self, qtbot, app, watchdog=None):
        self.qtbot, self.app, self.watchdog = qtbot, app, watchdog

    # ---- pressing ----------------------------------------------------------------------------------------------------

    def press(self, key, modifier=NONE, times=1):
        """Press a key where the focus is."""
        for _ in range(times):
            QTest.keyClick(self.focus(), key, modifier)
            QApplication.processEvents()

    def type(self, text):
        """Write a text where the focus is."""
        QTest.keyClicks(self.focus(), text)
        QApplication.processEvents()

    def focus(self) -> QWidget:
        """The widget that gets the keys; as a window manager does, the window gets its place back when a dialog has gone."""
        if self.watchdog is not None and not self.watchdog.is_on:
            self.watchdog.start()
        if QApplication.activeWindow() is None:
            self.app.window.activateWindow()
            QApplication.processEvents()
        return (
            QApplication.activePopupWidget()
            or QApplication.focusWidget()
            or QApplication.activeModalWidget()
            or self.app.window
        )

    def command(self, words):
        """Ctrl+K, some words, Enter; the first that answers must be the one meant."""
        self.press(Qt.Key.Key_K, CTRL)
        palette = self.app.window.findChild(CommandPalette)
        assert palette is not None, "the palette does not open"
        self.type(words)
        first = palette.list.currentIndex().data() or ""
        assert words.casefold() in first.casefold(), f"{words!r} finds {first!r} first"
        self.press(Qt.Key.Key_Return)

    def tab_to(self, words, *, back=False) -> QWidget:
        """Tab until the focus is on what is called that (or begins so); fails with what one comes by instead."""
        seen = []
        for _ in range(MOST_TABS):
            here = QApplication.focusWidget()
            if here is not None and name_of(here).casefold().startswith(words.casefold()) and here.isEnabled():
                return here
            self.press(Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab, SHIFT if back else NONE)
            seen.append(name_of(QApplication.focusWidget()))
        raise AssertionError(f"Tab does not reach {words!r}; it reaches {list(dict.fromkeys(seen))}")

    def push(self, words):
        """Tab to a button and press it with Space."""
        button = self.tab_to(words)
        assert isinstance(button, QAbstractButton), f"{words!r} is a {type(button).__name__}"
        self.press(Qt.Key.Key_Space)

    def choose(self, words, value):
        """Tab to a list of choices and go up or down to one."""
        box = self.tab_to(words)
        assert isinstance(box, QComboBox), f"{words!r} is a {type(box).__name__}"
        at = next(at for at in range(box.count()) if box.itemText(at).startswith(value))
        self.press(Qt.Key.Key_Down if at > box.currentIndex() else Qt.Key.Key_Up, times=abs(at - box.currentIndex()))
        assert box.currentText().startswith(value)

    def mark(self, group, choice):
        """Tab to a group of round buttons and go right to the one that begins so."""
        self.tab_to(f"{group}: ")
        for key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            for _ in range(6):
                if name_of(self.focus()).startswith(f"{group}: {choice}"):
                    assert self.focus().isChecked(), f"{choice!r} has the focus and is not chosen"
                    return
                self.press(key)
        raise AssertionError(f"the arrows do not come to {choice!r}")

    def turn_to(self, tab):
        """Tab to the tab bar of the page and go left or right to a tab."""
        bar = self.tab_to_kind("QTabBar")
        names = [bar.tabText(at) for at in range(bar.count())]
        by = names.index(tab) - bar.currentIndex()
        self.press(Qt.Key.Key_Right if by > 0 else Qt.Key.Key_Left, times=abs(by))
        assert bar.tabText(bar.currentIndex()) == tab

    def tab_to_kind(self, kind) -> QWidget:
        """Tab until the focus is on a widget of that class."""
        for _ in range(MOST_TABS):
            here = QApplication.focusWidget()
            if here is not None and here.inherits(kind):
                return here
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab reaches no {kind}")

    def tab_to_widget(self, widget):
        """Tab until the focus is on this very widget: for pictures, whose names change."""
        seen = []
        for _ in range(MOST_TABS):
            if QApplication.focusWidget() is widget:
                return
            self.press(Qt.Key.Key_Tab)
            seen.append(name_of(QApplication.focusWidget()))
        raise AssertionError(f"Tab does not reach {name_of(widget)!r}; it reaches {list(dict.fromkeys(seen))}")

    # ---- reading -----------------------------------------------------------------------------------------------------

    def texts(self) -> list[str]:
        """Everything written on what is shown: labels, buttons, titles."""
        roots = [self.app.window, *(one for one in QApplication.topLevelWidgets() if one is not self.app.window)]
        shown = [one for root in roots if root.isVisible() for one in (root, *root.findChildren(QWidget))]
        return [text for one in shown if one.isVisible() and (text := text_of(one))]

    def says(self, words) -> bool:
        """Whether some text on the screen holds these words."""
        return any(words in text for text in self.texts())

    def wait_for(self, words, seconds=60):
        """Wait until the screen says so; fails with what it says instead."""
        self.until(lambda: self.says(words), seconds, f"the screen says {words!r}")

    def until(self, question, seconds=60, words=""):
        """Wait for anything."""
        try:
            self.qtbot.waitUntil(lambda: bool(question()), timeout=seconds * 1000)
        except Exception as error:
            raise AssertionError(f"not within {seconds} s: {words or question}; on screen: {self.texts()}") from error

    def tab_in_front(self) -> str:
        """The tab of the page in front."""
        tabs = self.app.window.page.tabs
        return tabs.tabText(tabs.currentIndex())


def felt(stalls):
    """The stalls that a person would feel."""
    return [stall for stall in stalls if stall.is_felt(bar(FAIL_S))]


def name_of(widget) -> str:
    """What a screen reader would call it."""
    if widget is None:
        return ""
    return (widget.accessibleName() or text_of(widget)).replace("&&", "\0").replace("&", "").replace("\0", "&")


def text_of(widget) -> str:
    """What is written on a widget."""
    if isinstance(widget, ElidedLabel):
        return widget.full_text if hasattr(widget, "full_text") else widget.text()
    if isinstance(widget, (QLabel, QAbstractButton)):
        return widget.text()
    return ""
