"""The sidebar: New run, then the screens; words and icons, or icons alone where the window is narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.shell import pages
from gui.theme import theme_of
from gui.widgets.buttons import SidebarButton

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QAbstractButton

WIDTH = 200
#: Below this width of the window the words go.
NARROW_BELOW = 1000
#: Screens below the rule, at the foot.
FOOT = ("history", "settings")


class Sidebar(QFrame):
    """Buttons of the screens that exist; `page_requested(name)` when one is pressed."""

    page_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it wide."""
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAccessibleName(tr("Screens"))
        self._buttons: dict[str, SidebarButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._group.buttonClicked.connect(self._on_button_clicked)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 12, 10, 10)
        self._column.setSpacing(2)
        self._add("new_run")
        self._column.addSpacing(10)
        for entry in pages.ENTRIES:
            if entry.in_sidebar and entry.name not in FOOT:
                self._add(entry.name)
        self._column.addStretch(1)
        for name in FOOT:
            self._add(name)
        self.set_narrow(narrow=False)

    def _add(self, name: str) -> None:
        entry = pages.entry(name)
        if not entry.exists:
            return
        button = SidebarButton(pages.words(name), entry.icon, primary=name == "new_run")
        button.setObjectName(f"sidebar_{name}")
        shortcut = f" ({entry.shortcut})" if entry.shortcut else ""
        button.setToolTip(pages.words(name) + shortcut)
        self._group.addButton(button)
        self._column.addWidget(button)
        self._buttons[name] = button

    def button(self, name: str) -> SidebarButton | None:
        """The button of a screen, if it is there."""
        return self._buttons.get(name)

    def buttons(self) -> list[QWidget]:
        """All buttons, top to bottom."""
        return list(self._buttons.values())

    def mark(self, name: str) -> None:
        """Show which screen is in front; a run's page belongs to Runs."""
        shown = "runs" if name == "run" else name
        for other, button in self._buttons.items():
            button.setChecked(other == shown)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show icons alone, or words beside them."""
        for button in self._buttons.values():
            button.is_narrow = narrow
            button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Fixed)
            button.updateGeometry()
        hint = max((button.sizeHint().width() for button in self._buttons.values()), default=0) + 20
        self.setFixedWidth(hint if narrow else max(WIDTH, hint))

    def sizeHint(self) -> QSize:
        """As wide as set."""
        return QSize(self.width(), super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A plain ground with one line to the page."""
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.window))
        painter.setPen(QColor(theme.border))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())

    @Slot("QAbstractButton*")
    def _on_button_clicked(self, button: QAbstractButton) -> None:
        name = button.objectName().removeprefix("sidebar_")
        self.page_requested.emit(name)
