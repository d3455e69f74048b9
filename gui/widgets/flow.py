"""A row that goes on in the next line where the width does not do: for buttons, in any language and text size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayoutItem


def together(*widgets: QWidget, gap: int = 6) -> QWidget:
    """Widgets that stay beside each other in one line of a flow: a label and its field, back and forth."""
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(gap)
    for widget in widgets:
        row.addWidget(widget)
    return group


#: Between two lines there is no more room than this, however far apart the widgets of one line are.
LINE_GAP = 8


class Flow(QLayout):
    """Widgets from left to right, then below."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 8) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._wide: QWidget | None = None
        self.setContentsMargins(0, 0, 0, 0)

    def add_wide(self, widget: QWidget) -> None:
        """Put one at the end that takes the rest of its line; there can be one."""
        self._wide = widget
        self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt: put one at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Qt: how many."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        """Qt: one of them."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        """Qt: take one out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Qt: none."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Qt: the narrower the higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt: how high at a width."""
        return self._place(QRect(0, 0, width, 0), is_real=False)

    def setGeometry(self, rect: QRect) -> None:
        """Qt: place them."""
        super().setGeometry(rect)
        self._place(rect, is_real=True)

    def sizeHint(self) -> QSize:
        """Qt: all in one line."""
        hints = [item.sizeHint() for item in self._shown()]
        wide = sum(hint.width() for hint in hints) + self._gap * max(0, len(hints) - 1)
        return QSize(wide, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        """Qt: as wide as the widest of them."""
        least = QSize()
        for item in self._shown():
            least = least.expandedTo(item.minimumSize())
        return least

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, *, is_real: bool) -> int:
        """Go through them line by line, each line's widgets on one middle; returns the height that takes."""
        y = rect.y()
        for number, line in enumerate(self._lines(rect.width())):
            y += min(self._gap, LINE_GAP) if number else 0
            x, high = rect.x(), max(item.sizeHint().height() for item in line)
            left = rect.width() - sum(item.sizeHint().width() for item in line) - self._gap * (len(line) - 1)
            for item in line:
                size = item.sizeHint()
                if self._wide is not None and item.widget() is self._wide:
                    size.setWidth(size.width() + max(0, left))
                if is_real:
                    item.setGeometry(QRect(QPoint(x, y + (high - size.height()) // 2), size))
                x += size.width() + self._gap
            y += high
        return y - rect.y()

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        """The widgets of each line at a width."""
        lines: list[list[QLayoutItem]] = []
        left = 0
        for item in self._shown():
            wide = item.sizeHint().width()
            if not lines or wide > left:
                lines.append([])
                left = width
            lines[-1].append(item)
            left -= wide + self._gap
        return lines
