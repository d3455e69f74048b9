"""The Answers tab's actions with their keys: found by the palette, working while the focus is inside the tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gui.compare.answers import AnswersTab


def of_tab(tab: AnswersTab) -> list[QAction]:
    """Build them; a letter goes to a text field while one has the focus."""
    return [
        _action(tab, words, keys, do)
        for words, keys, do in (
            (tr("Ask the models"), ("Ctrl+Return", "Ctrl+Enter"), tab.ask),
            (tr("Stop answering"), ("Esc",), tab.stop),
            (tr("Next answer"), ("J",), tab.go_next),
            (tr("Previous answer"), ("K",), tab.go_previous),
            (tr("Next difference"), ("N",), tab.pair.next_difference),
            (tr("Flip A and B in place"), ("\\",), tab.flip_sides),
            (tr("Blind mode"), ("B",), tab.blind.toggle),
            (tr("Token shading"), ("T",), tab.next_shading),
            (tr("Vote: A is better"), ("1",), tab.vote_a),
            (tr("Vote: B is better"), ("2",), tab.vote_b),
            (tr("Vote: tie"), ("3",), tab.vote_tie),
            (tr("Vote: both bad"), ("0",), tab.vote_bad),
            (tr("Ask about this prompt again"), (), tab.ask_again),
            (tr("Save the prompts as a set…"), (), tab.composer.ask_for_name),
            (tr("Export votes…"), (), tab.export_votes),
        )
    ]


def _action(tab: AnswersTab, words: str, keys: Sequence[str], do: Callable[[], None]) -> QAction:
    action = QAction(words, tab)
    action.setShortcuts([QKeySequence(key) for key in keys])
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(do)
    tab.addAction(action)
    return action
