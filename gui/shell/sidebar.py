"""The sidebar: New run, the screens, and below the current model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from gui import icons
from gui.shell import pages
from gui.theme import theme_of

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent


class Sidebar(QFrame):
    """Buttons of the screens that exist."""

    page_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(parent)
        self.setObjectName("sidebar")
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        for entry in pages.ENTRIES:
            if entry.exists and (entry.in_sidebar or entry.name == "new_run"):
                button = QToolButton()
                button.setText(pages.words(entry.name))
                button.setAccessibleName(pages.words(entry.name))
                button.setObjectName(f"sidebar_{entry.name}")
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                button.setCheckable(entry.in_sidebar)
                button.setProperty("page", entry.name)
                button.clicked.connect(self._on_button_clicked)
                column.addWidget(button)
                self._buttons[entry.name] = button
        column.addStretch(1)
        self._paint_icons()

    def mark(self, name: str) -> None:
        """Show which page is in front."""
        for other, button in self._buttons.items():
            button.setChecked(other == name)

    def changeEvent(self, event: QEvent) -> None:
        """Recolour the icons with the theme."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._paint_icons()

    def _on_button_clicked(self) -> None:
        self.page_requested.emit(self.sender().property("page"))

    def _paint_icons(self) -> None:
        theme = theme_of(self.palette())
        for name, button in self._buttons.items():
            button.setIcon(icons.icon(pages.entry(name).icon, theme))
