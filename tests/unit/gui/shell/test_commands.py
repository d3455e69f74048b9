"""Criterion 29: Ctrl+K finds every action by its visible name; no two enabled actions in one context share a key."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from gui.shell import about, pages
from gui.shell.palette import Command, CommandModel, CommandPalette, matches


def test_ctrl_k_finds_every_action_by_its_name(window):
    window.show_page("settings")
    offered = {command.text for command in window.palette_commands()}
    for action in window.findChildren(QAction):
        text = about.plain(action.text())
        if text and action.isEnabled() and action.objectName().startswith("action_") and text != "Command palette":
            assert text in offered
            best = CommandModel(window.palette_commands())
            best.search(text)
            assert best.command(0).text == text


@pytest.mark.parametrize(
    "entry", [entry for entry in pages.ENTRIES if entry.exists and entry.in_sidebar], ids=lambda e: e.name
)
def test_no_two_actions_share_a_key_in_one_context(window, entry):
    window.show_page(entry.name)
    actions = [*window.actions(), *window.page.actions()]
    keys = Counter(a.shortcut().toString() for a in actions if not a.shortcut().isEmpty())
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("entry", [entry for entry in pages.ENTRIES if entry.exists], ids=lambda e: e.name)
def test_no_part_of_a_page_takes_a_key_of_the_window(window, entry):
    window.show_page(entry.name)
    above = [*window.actions(), *window.page.actions()]
    keys = {action.shortcut().toString() for action in above if action.isEnabled()} - {""}
    inside = [
        action for widget in window.page.findChildren(QWidget) for action in widget.actions() if action not in above
    ]
    assert [action.text() for action in inside if action.shortcut().toString() in keys] == []


def test_typing_and_enter_do_the_command(qtbot, window):
    window.show_page("settings")
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(CommandPalette)
    qtbot.waitUntil(palette.isVisible)
    qtbot.keyClicks(palette.line, "history")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.front == "history"


def test_down_and_up_move_in_the_list_and_escape_closes(qtbot, window):
    window.show_page("settings")
    done = []
    palette = CommandPalette([Command(text=t, do=lambda t=t: done.append(t)) for t in ("one", "two", "three")], window)
    palette.open()
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert done == ["two"]
    assert not palette.isVisible()
    palette.deleteLater()


def test_where_nothing_answers_the_palette_says_so(qtbot, window):
    palette = CommandPalette([Command(text="one", do=lambda: None)], window)
    palette.open()
    assert not palette.nothing.isVisible()
    qtbot.keyClicks(palette.line, "xyz")
    assert palette.nothing.isVisible()
    palette.line.clear()
    assert not palette.nothing.isVisible()
    palette.deleteLater()


def test_better_answers_come_first():
    assert matches("run", "New run") < matches("rn", "New run")
    assert matches("xyz", "New run") is None
    assert matches("", "anything") == 0


def test_the_model_keeps_qts_rules(qtmodeltester):
    model = CommandModel([Command(text="one", do=list), Command(text="two", do=list)])
    qtmodeltester.check(model)
    model.search("two")
    qtmodeltester.check(model)


def test_keys_and_about_open_and_close(qtbot, window):
    window.show_page("settings")
    for dialog_class, show in ((about.Keys, window.show_keys), (about.About, window.show_about)):
        show()
        dialog = window.findChild(dialog_class)
        assert dialog.isVisible()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_f6_goes_round_the_panes(qtbot, window):
    window.activateWindow()
    window.show_page("settings")
    visited = set()
    for _ in range(3):
        window.next_pane()
        focus = window.focusWidget()
        visited |= {pane for pane in (window.sidebar, window.stack, window.status) if pane.isAncestorOf(focus)}
    assert visited == {window.sidebar, window.stack, window.status}
