"""The designed empty state: a quiet picture, one sentence, and the one thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui import icons
from gui.widgets.buttons import ActionButton, PrimaryActionButton
from gui.widgets.text import heading, wrapped

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent

    from gui.project import Action

PICTURE = 48


@dataclass(frozen=True, kw_only=True)
class Empty:
    """What an empty page says: icon name, title, one sentence, and one action (rarely a second)."""

    icon: str
    title: str
    text: str
    action: Action | None = None
    second: Action | None = None


class EmptyState(QWidget):
    """Shows an `Empty` in the middle of the page."""

    def __init__(self, empty: Empty, parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(parent)
        self.setObjectName("empty_state")
        self._empty = empty
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(self._picture)
        title = heading(empty.title)
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        title.setWordWrap(True)
        column.addWidget(title)
        text = wrapped(empty.text, muted=True)
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        text.setMaximumWidth(560)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(text, 4)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addLayout(self._buttons())
        column.addStretch(3)
        self._paint_picture()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.buttons: list[QPushButton] = []
        for action in (self._empty.action, self._empty.second):
            if action is not None:
                kind = ActionButton if self.buttons else PrimaryActionButton
                button = kind(action)
                row.addWidget(button)
                self.buttons.append(button)
        row.addStretch(1)
        return row

    def changeEvent(self, event: QEvent) -> None:
        """Recolour the picture with the theme."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._paint_picture()

    def _paint_picture(self) -> None:
        color = self.palette().color(self.palette().ColorRole.PlaceholderText).name()
        self._picture.setPixmap(icons.pixmap(self._empty.icon, color, PICTURE, self.devicePixelRatioF()))
