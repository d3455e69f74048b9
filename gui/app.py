"""The window's process: `python -m gui.app`. The only place that builds and connects long-lived objects."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from engine.errors import PalimpsestError
from engine.store import home_folder
from gui.dialogs import NativeDialogs
from gui.i18n import Language
from gui.project import Project
from gui.shell import pages
from gui.shell.main_window import MainWindow
from gui.theme import DARK, LIGHT, apply_theme, system_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.theme import Theme

NO_DISPLAY = "There is no display to open a window on. `make demo` runs the main job in the terminal."
EXIT_NO_DISPLAY = 4


class App(QObject):
    """The project, the window over it, and the look both wear."""

    def __init__(self, app: QApplication, home: Path, *, keep_host: bool = True) -> None:
        """Open the data folder and build the window; nothing is shown yet."""
        super().__init__()
        self._app = app
        self.project = Project(home, keep_host=keep_host)
        self.language = Language(app)
        self.language.wear(self.project.preferences.language)
        apply_theme(app, self.theme)
        self.window = MainWindow(self.project)
        self.project.dialogs = NativeDialogs(self.window, self.project.preferences)
        self.project.preferences.changed.connect(self._on_preference_changed)
        app.styleHints().colorSchemeChanged.connect(self._on_system_theme_changed)

    @property
    def theme(self) -> Theme:
        """The theme to wear now."""
        chosen = self.project.preferences.theme
        return {"light": LIGHT, "dark": DARK}.get(chosen) or system_theme(self._app)

    def show(self) -> None:
        """Show the window and begin to follow the store."""
        first = "home" if pages.entry("home").exists else "settings"
        self.window.show_page(first)
        self.window.show()
        self.project.live.start()

    def close(self) -> None:
        """Close window and project."""
        self.window.close()
        self.project.close()

    @Slot(str)
    def _on_preference_changed(self, key: str) -> None:
        if key == "appearance/theme":
            apply_theme(self._app, self.theme)

    @Slot()
    def _on_system_theme_changed(self) -> None:
        apply_theme(self._app, self.theme)


def display_is_there() -> bool:
    """Whether Qt could open a window here."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="palimpsest-window", description="Palimpsest's window.")
    parser.add_argument("--data-dir", type=Path, help="data folder (else $PALIMPSEST_HOME, else the usual place)")
    options = parser.parse_args(arguments)
    if not display_is_there():
        sys.stderr.write(NO_DISPLAY + "\n")
        return EXIT_NO_DISPLAY
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("palimpsest")
    try:
        app = App(qt, home_folder(options.data_dir))
    except PalimpsestError as error:
        sys.stderr.write(error.sentence() + "\n")
        return 1
    app.show()
    code = qt.exec()
    app.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
