"""Settings: what the person prefers, where things lie, and what this is. Every change applies at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.platform import free_bytes
from engine.store import trash
from gui.i18n import LANGUAGES, tr
from gui.page import Page
from gui.shell import about
from gui.widgets.text import ElidedLabel, PlainLabel, bytes_text, heading, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.project import Project


class SettingsPage(Page):
    """Groups of settings, one column."""

    NAME = "settings"
    ICON = "settings"
    TABLES = frozenset({"runs", "checkpoints"})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Build the form from the preferences."""
        super().__init__(project, parent)
        self._chain: list[QWidget] = []
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(28, 22, 28, 22)
        column.setSpacing(8)
        column.addWidget(heading(tr("Settings"), size="title"))
        column.addWidget(wrapped(tr("Changes apply at once."), muted=True))
        place = QWidget()
        place.setMaximumWidth(820)
        form = _form(place)
        for group in (self._appearance, self._training, self._notifications, self._storage, self._privacy):
            group(form)
        column.addWidget(place)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(tr("Settings"))
        self.set_content(area)

    def title(self) -> str:
        """Its name."""
        return tr("Settings")

    def refresh(self, changed: frozenset[str]) -> None:
        """Say again how much disk is used."""
        free, held = free_bytes(self.project.home), trash.size_bytes(self.project.store)
        self._disk.setText(tr("{free} free").format(free=bytes_text(free)))
        count = len(trash.contents(self.project.store))
        runs = tr("%n run(s)", "", count)
        self._trash.setText(f"{runs}, {bytes_text(held)}" if count else tr("empty"))
        self.show_ready()

    def focus_chain(self) -> list[QWidget]:
        """Top to bottom."""
        return self._chain

    def search(self) -> None:
        """Go to the first setting."""
        self._chain[0].setFocus()

    # ---- the groups --------------------------------------------------------------------------------------------------

    def _appearance(self, form: QFormLayout) -> None:
        _head(form, tr("Appearance"))
        themes = (("system", tr("As the system")), ("light", tr("Light")), ("dark", tr("Dark")))
        self.theme = self._choice(form, tr("Theme"), "theme", themes)
        languages = (("system", tr("As the system")), *LANGUAGES.items())
        self.language = self._choice(form, tr("Language"), "language", languages)
        sizes = [(percent, f"{percent} %") for percent in range(80, 151, 10)]
        self.text_size = self._choice(form, tr("Text size"), "text_percent", sizes)
        self.reduce_motion = self._tick(form, tr("Reduce motion"), "reduce_motion")

    def _training(self, form: QFormLayout) -> None:
        _head(form, tr("Training", "heading"))
        choices = (
            ("ask", tr("Ask each time")),
            ("keep", tr("Keep training in background")),
            ("stop", tr("Stop and keep a checkpoint")),
        )
        self.on_close = self._choice(form, tr("Closing the window while training"), "on_close", choices)
        limits = [(0, tr("Never")), *((degrees, f"{degrees} °C") for degrees in range(70, 96, 5))]
        self.max_temperature = self._choice(form, tr("Pause when the GPU reaches"), "max_temperature_c", limits)
        form.addRow(
            "", wrapped(tr("Watched while this window is open; the GPU guards itself at its own limit."), muted=True)
        )

    def _notifications(self, form: QFormLayout) -> None:
        _head(form, tr("Notifications"))
        self.notify = self._tick(form, tr("When a run ends and the window is not in front"), "notify")

    def _storage(self, form: QFormLayout) -> None:
        _head(form, tr("Storage"))
        folder = ElidedLabel(str(self.project.home), mode=Qt.TextElideMode.ElideMiddle)
        folder.setMinimumHeight(folder.fontMetrics().height())
        form.addRow(tr("Data folder"), _row(folder, self._button(tr("Open folder"), self._on_folder_clicked)))
        self._disk, self._trash = PlainLabel(""), PlainLabel("")
        form.addRow(tr("Disk"), self._disk)
        form.addRow(tr("Trash"), self._trash)

    def _privacy(self, form: QFormLayout) -> None:
        _head(form, tr("About"))
        form.addRow(
            "",
            wrapped(tr("Nothing leaves this machine: no telemetry, no update check, no network access."), muted=True),
        )
        copy = self._button(tr("Copy diagnostics"), self._on_diagnostics_clicked)
        form.addRow("", _row(copy, self._button(tr("About Palimpsest"), self._on_about_clicked)))

    # ---- one setting -------------------------------------------------------------------------------------------------

    def _choice(
        self, form: QFormLayout, words: str, name: str, choices: Sequence[tuple[str | int, str]]
    ) -> PreferenceChoice:
        box = PreferenceChoice(self.project, name, choices)
        box.setAccessibleName(words)
        form.addRow(words, box)
        self._chain.append(box)
        return box

    def _tick(self, form: QFormLayout, words: str, name: str) -> PreferenceTick:
        box = PreferenceTick(self.project, name, words)
        form.addRow("", box)
        self._chain.append(box)
        return box

    def _button(self, words: str, do: Any) -> QPushButton:
        button = QPushButton(words)
        button.clicked.connect(do)
        self._chain.append(button)
        return button

    @Slot()
    def _on_folder_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.project.home)))

    @Slot()
    def _on_diagnostics_clicked(self) -> None:
        QGuiApplication.clipboard().setText(about.diagnostics(self.project, None))
        self.project.toast(tr("Diagnostics copied. The home folder's name and tokens are left out."))

    @Slot()
    def _on_about_clicked(self) -> None:
        dialog = about.About(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


class PreferenceChoice(QComboBox):
    """One preference with a few values."""

    def __init__(self, project: Project, name: str, choices: Sequence[tuple[str | int, str]]) -> None:
        """`name` is the attribute of `Preferences`; `choices` are values with their words."""
        super().__init__()
        self._project, self._name = project, name
        self.setObjectName(f"setting_{name}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for value, words in choices:
            self.addItem(words, value)
        self.setCurrentIndex(max(0, self.findData(getattr(project.preferences, name))))
        self.activated.connect(self._on_activated)
        project.preferences.changed.connect(self._on_changed)

    @Slot(int)
    def _on_activated(self, _index: int) -> None:
        setattr(self._project.preferences, self._name, self.currentData())

    @Slot(str)
    def _on_changed(self, _key: str) -> None:
        self.setCurrentIndex(max(0, self.findData(getattr(self._project.preferences, self._name))))


class PreferenceTick(QCheckBox):
    """One preference that is on or off."""

    def __init__(self, project: Project, name: str, words: str) -> None:
        """`name` is the attribute of `Preferences`."""
        super().__init__(words)
        self._project, self._name = project, name
        self.setObjectName(f"setting_{name}")
        self.setChecked(getattr(project.preferences, name))
        self.toggled.connect(self._on_toggled)

    @Slot(bool)
    def _on_toggled(self, is_on: bool) -> None:
        setattr(self._project.preferences, self._name, is_on)


def _form(place: QWidget) -> QFormLayout:
    form = QFormLayout(place)
    form.setContentsMargins(0, 0, 0, 0)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    form.setHorizontalSpacing(24)
    form.setVerticalSpacing(8)
    return form


def _head(form: QFormLayout, words: str) -> None:
    title = heading(words)
    title.setContentsMargins(0, 16, 0, 2)
    form.addRow(title)


def _row(*widgets: QWidget) -> QWidget:
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget, 1 if isinstance(widget, ElidedLabel) else 0)
    if not isinstance(widgets[0], ElidedLabel):
        row.addStretch(1)
    return place


PAGE = SettingsPage
