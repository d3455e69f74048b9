"""Criteria 28 and 35: on every screen Tab follows the page's own list, comes to everything in it, and leaves the page again."""

import example_folder
from keyboard import MOST_TABS, Keyboard, name_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

#: One of each kind of page: the states between only hide some of the same widgets.
WALKED = (
    "run-verdict", "run-timeline", "run-answers", "run-setup", "run-log", "run-interrupted-verdict", "compare-overview",
    "compare-tradeoff", "compare-answers", "compare-matrix", "new_run-rows", "data-bad-rows", "home", "runs", "canaries",
    "models", "history", "settings",
)  # fmt: skip


def test_tab_follows_the_list_of_every_page_and_leaves_it(qtbot, home, open_window):
    example_folder.build(home)
    app = open_window(keep_host=False)
    keyboard = Keyboard(qtbot, app)
    shots = [one for one in example_folder.shots(home) if one[0] in WALKED]
    assert {name for name, _, _ in shots} == set(WALKED)
    for name, page, args in shots:
        app.project.navigate(page, **args)
        qtbot.waitUntil(lambda: app.window.page.state.value != "loading" and app.project.tasks.is_idle, timeout=20_000)
        qtbot.wait(120)
        front = app.window.page
        front.setFocus()
        seen = []
        for _ in range(MOST_TABS):
            keyboard.press(Qt.Key.Key_Tab)
            if not front.isAncestorOf(QApplication.focusWidget()):
                break
            seen.append(QApplication.focusWidget())
        else:
            raise AssertionError(f"{name}: Tab does not leave the page")
        wanted = [one for one in front.focus_chain() if can_be_reached(one)]
        reached = [one for one in seen if one in wanted]
        assert list(map(name_of, reached)) == list(map(name_of, wanted)), name


def can_be_reached(widget):
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
