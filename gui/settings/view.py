"""Settings: what the person prefers; every change applies at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFormLayout, QWidget

from gui.i18n import tr
from gui.page import Page

if TYPE_CHECKING:
    from gui.project import Project


class SettingsPage(Page):
    """The settings."""

    NAME = "settings"
    ICON = "settings"
    TABLES = frozenset({"none"})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the form from the preferences."""
        super().__init__(project, parent)
        content = QWidget()
        form = QFormLayout(content)
        self.theme = QComboBox()
        for code, words in (("system", tr("As the system")), ("light", tr("Light")), ("dark", tr("Dark"))):
            self.theme.addItem(words, code)
        self.theme.setCurrentIndex(self.theme.findData(project.preferences.theme))
        self.theme.activated.connect(self._on_theme_activated)
        form.addRow(tr("Theme"), self.theme)
        self.set_content(content)

    def title(self) -> str:
        """Its name."""
        return tr("Settings")

    def refresh(self, changed: frozenset[str]) -> None:
        """Nothing here comes from the store."""
        self.show_ready()

    def focus_chain(self) -> list[QWidget]:
        """Top to bottom."""
        return [self.theme]

    def _on_theme_activated(self, _index: int) -> None:
        self.project.preferences.theme = self.theme.currentData()


PAGE = SettingsPage
