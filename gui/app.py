"""The window's process: `python -m gui.app`. The only place that builds and connects long-lived objects."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from engine.errors import PalimpsestError
from engine.store import home_folder
from gui import affinity, style
from gui.dialogs import NativeDialogs
from gui.garbage import Garbage
from gui.i18n import Language
from gui.project import Project
from gui.shell import pages
from gui.shell.gpu import NvmlReader, Watcher
from gui.shell.main_window import MainWindow
from gui.shell.notices import RunNotices, TrayMessenger
from gui.shell.unreadable import Unreadable
from gui.theme import DARK, LIGHT, apply_theme, system_theme
from gui.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.shell.gpu import Reader
    from gui.shell.notices import Messenger
    from gui.theme import Theme

NO_DISPLAY = "There is no display to open a window on. `make demo` runs the main job in the terminal."
#: The screens' code is read so long after the window was shown, one screen a time.
PRELOAD_AFTER_MS = 250
PRELOAD_GAP_MS = 30
EXIT_NO_DISPLAY = 4
EXIT_UNREADABLE = 1


class App(QObject):
    """The project, the window over it, and the look both wear."""

    def __init__(
        self,
        app: QApplication,
        home: Path,
        *,
        keep_host: bool = True,
        reader: Reader | None = None,
        messenger: Messenger | None = None,
    ) -> None:
        """Open the data folder and build the window; nothing is shown yet. `reader` and `messenger` are for tests."""
        super().__init__()
        self._app = app
        self._messenger = messenger
        self._font_points = app.font().pointSizeF()
        self.project = Project(home, keep_host=keep_host)
        self.language = Language(app)
        self.watcher = Watcher(reader or NvmlReader(), parent=self)
        self._garbage = Garbage(self)
        self._is_closed = False
        self._preloading = QTimer(self, singleShot=True)
        self._preloading.timeout.connect(self._preload)
        self._next_page = QTimer(self, singleShot=True, interval=PRELOAD_GAP_MS)
        self._next_page.timeout.connect(self._preload_page)
        self._dress()
        self._open_window()
        self.project.preferences.changed.connect(self._on_preference_changed)
        app.styleHints().colorSchemeChanged.connect(self._on_system_theme_changed)

    @property
    def theme(self) -> Theme:
        """The theme to wear now."""
        chosen = self.project.preferences.theme
        return {"light": LIGHT, "dark": DARK}.get(chosen) or system_theme(self._app)

    def _dress(self) -> None:
        self.language.wear(self.project.preferences.language)
        font = self._app.font()
        font.setPointSizeF(self._font_points * self.project.preferences.text_percent / 100)
        self._app.setFont(font)
        style.wear(self._app)
        apply_theme(self._app, self.theme)

    def _open_window(self) -> None:
        self.window = MainWindow(self.project)
        self.project.dialogs = NativeDialogs(self.window, self.project.preferences)
        self.notices = RunNotices(
            self.project, self.window, self._messenger or TrayMessenger(self.window, self.project)
        )
        self.watcher.read.connect(self.window.on_gpu_read)

    def show(self) -> None:
        """Show the window and begin to follow the store."""
        self._garbage.start()
        self.window.show_first_page()
        self.window.show()
        self.project.live.start()
        self.watcher.start()
        self._preloading.start(PRELOAD_AFTER_MS)

    @Slot()
    def _preload(self) -> None:
        self.project.tasks.run(pages.preload_numbers, self._preload_page)

    @Slot()
    def _preload_page(self, _result: object = None) -> None:
        """One screen's code a time, with the event loop in between."""
        if not self._is_closed and pages.preload_next():
            self._next_page.start()

    def close(self) -> None:
        """Let go of everything once the window was closed."""
        self.watcher.stop()
        self._preloading.stop()
        self._next_page.stop()
        self._is_closed = True
        self._garbage.stop()
        self.project.close()
        font = self._app.font()
        font.setPointSizeF(self._font_points)
        self._app.setFont(font)

    def _rebuild_window(self) -> None:
        """Open a new window in the old one's place: for another language or text size."""
        old, front, was_shown = self.window, self.window.front, self.window.isVisible()
        old.keep_state()
        self.watcher.read.disconnect(old.on_gpu_read)
        self._dress()
        self._open_window()
        if was_shown:
            self.window.show_page(front)
            self.window.show()
        old.leave()

    @Slot(str)
    def _on_preference_changed(self, key: str) -> None:
        if key == "appearance/theme":
            apply_theme(self._app, self.theme)
        elif key in ("appearance/language", "appearance/text_percent"):
            # Not from inside the old window's own event.
            QTimer.singleShot(0, self, self._rebuild_window)

    @Slot()
    def _on_system_theme_changed(self) -> None:
        apply_theme(self._app, self.theme)


def display_is_there() -> bool:
    """Whether Qt could open a window here."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(qt: QApplication, home: Path) -> App | None:
    """Open the data folder, or another one if this one cannot be; None if the person gave up."""
    while True:
        try:
            return App(qt, home)
        except PalimpsestError as error:
            Language(qt).wear("system")
            style.wear(qt)
            apply_theme(qt, system_theme(qt))
            shown = Unreadable(error, home)
            if not shown.exec() or shown.chosen is None:
                return None
            home = shown.chosen


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
    app = _open(qt, home_folder(options.data_dir))
    if app is None:
        return EXIT_UNREADABLE
    watchdog = Watchdog() if affinity.IS_CHECKED else None
    app.show()
    if watchdog is not None:
        watchdog.start()
    code = qt.exec()
    if watchdog is not None:
        watchdog.stop()
    app.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
