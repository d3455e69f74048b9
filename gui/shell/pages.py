"""Which screens there are; each is a folder `gui/<name>` whose `view.py` has `PAGE`, a `Page` class, imported on first visit."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, NamedTuple

from gui.i18n import tr

if TYPE_CHECKING:
    from gui.page import Page
    from gui.project import Project


class Entry(NamedTuple):
    """One screen: its name in `navigate`, icon, key, and whether the sidebar lists it."""

    name: str
    icon: str
    shortcut: str = ""
    in_sidebar: bool = True

    @property
    def module(self) -> str:
        """Where its `PAGE` is."""
        return f"gui.{self.name}.view"

    @property
    def exists(self) -> bool:
        """Whether the screen is there; nothing is imported to find out."""
        try:
            return importlib.util.find_spec(self.module) is not None
        except ModuleNotFoundError:
            return False

    def make(self, project: Project) -> Page:
        """Build the page."""
        return importlib.import_module(self.module).PAGE(project)  # type: ignore[no-any-return]


ENTRIES = (
    Entry("home", "home", "Ctrl+1"),
    Entry("runs", "runs", "Ctrl+2"),
    Entry("compare", "compare", "Ctrl+3"),
    Entry("canaries", "canary", "Ctrl+4"),
    Entry("models", "model", "Ctrl+5"),
    Entry("data", "data", "Ctrl+6"),
    Entry("history", "history", "Ctrl+Shift+H"),
    Entry("settings", "settings", "Ctrl+,"),
    Entry("new_run", "plus", "Ctrl+N", in_sidebar=False),
    Entry("run", "run", in_sidebar=False),
)


def entry(name: str) -> Entry:
    """The screen of that name."""
    return next(one for one in ENTRIES if one.name == name)


def preload_numbers() -> None:
    """Import the library of arrays, in a thread: it knows nothing of Qt."""
    importlib.import_module("numpy")


def preload_next() -> bool:
    """Import the next screen's code that is not there yet, on the GUI thread (it makes Qt's types); False when all are."""
    missing = ("pyqtgraph", *(one.module for one in ENTRIES if one.exists))
    name = next((name for name in missing if name not in sys.modules), None)
    if name is not None:
        importlib.import_module(name)
    return name is not None


def words(name: str) -> str:
    """What the sidebar calls a screen."""
    return {
        "home": tr("Home"), "runs": tr("Runs"), "compare": tr("Compare"), "canaries": tr("Canaries"),
        "models": tr("Models"), "data": tr("Data"), "history": tr("History"), "settings": tr("Settings"),
        "new_run": tr("New run"), "run": tr("Run"),
    }[name]  # fmt: skip
