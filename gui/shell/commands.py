"""The window's actions: each with its words and key, so that the palette, the key list and the tests find them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from gui.i18n import tr
from gui.shell import pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.shell.main_window import MainWindow


def window_actions(window: MainWindow) -> dict[str, QAction]:
    """Build the window's actions, by name; they work wherever the focus is."""
    made: dict[str, QAction] = {}

    def add(name: str, text: str, key: str | QKeySequence.StandardKey, do: Callable[[], None]) -> None:
        action = QAction(text, window)
        action.setObjectName(f"action_{name}")
        if key:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(do)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        window.addAction(action)
        made[name] = action

    add("palette", tr("Command palette"), "Ctrl+K", window.open_palette)
    add("find", tr("Find in this view"), QKeySequence.StandardKey.Find, window.find_in_page)
    add("find_next", tr("Find next"), "F3", window.find_next)
    add("paste", tr("Paste a file or folder"), QKeySequence.StandardKey.Paste, window.paste)
    add("pause", tr("Pause or resume the live run"), "Ctrl+.", window.pause_or_resume)
    add("log", tr("Show or hide the log"), "Ctrl+L", window.toggle_log)
    add("export", tr("Export the focused chart or table"), "Ctrl+E", window.export_from_page)
    add("diagnostics", tr("Copy diagnostics"), "Ctrl+Shift+C", window.copy_diagnostics)
    add("next_pane", tr("Next pane"), "F6", window.next_pane)
    add("previous_pane", tr("Previous pane"), "Shift+F6", window.previous_pane)
    add("keys", tr("Keyboard shortcuts"), "F1", window.show_keys)
    add("about", tr("About Palimpsest"), "", window.show_about)
    add("try_all", tr("Try all methods…"), "", window.try_all_methods)
    add("import_model", tr("Import a base model …"), "", window.import_model)
    add("import_starter", tr("Import the starter model"), "", window.import_starter)
    add("open_folder", tr("Open the data folder"), "", window.open_data_folder)
    add("roll_back", tr("Roll back to the base model"), "", window.roll_back_to_base)
    add("toggle_theme", tr("Switch between light and dark"), "", window.switch_theme)
    add("quit", tr("Quit"), "Ctrl+Q", window.quit)
    _add_screens(window, made)
    _add_undo(window, made)
    return made


def _add_screens(window: MainWindow, made: dict[str, QAction]) -> None:
    for entry in pages.ENTRIES:
        if not entry.exists or entry.name == "run":
            continue
        action = QAction(pages.words(entry.name), window)
        action.setObjectName(f"action_page_{entry.name}")
        action.setShortcut(QKeySequence(entry.shortcut))
        action.setData(entry.name)
        action.triggered.connect(window.on_screen_triggered)
        window.addAction(action)
        made[f"page_{entry.name}"] = action


def _add_undo(window: MainWindow, made: dict[str, QAction]) -> None:
    stack = window.project.undo_stack
    for name, action, key in (
        ("undo", stack.createUndoAction(window, tr("Undo")), QKeySequence.StandardKey.Undo),
        ("redo", stack.createRedoAction(window, tr("Redo")), "Ctrl+Shift+Z"),
    ):
        action.setObjectName(f"action_{name}")
        action.setShortcut(QKeySequence(key))
        window.addAction(action)
        made[name] = action
