"""The command palette (Ctrl+K): every action by its visible name, every screen, every run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr
from gui.theme import theme_of
from gui.widgets.text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtGui import QPaintEvent

ROWS = 12
#: The role of a line's key or kind.
HINT = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, kw_only=True)
class Command:
    """One line of the palette: what it says, its kind or key at the right, and what Enter does."""

    text: str
    hint: str = ""
    do: Callable[[], object]


def matches(query: str, text: str) -> int | None:
    """How well a text answers a query, smaller is better; None if a word of the query is missing in it.

    Each word must occur; earlier and at a word's beginning is better. Letters in order ("nr" for "New run") match last.
    """
    wanted, given = query.casefold().split(), text.casefold()
    if not wanted:
        return 0
    if all(word in given for word in wanted):
        return sum(given.index(word) + (0 if f" {given}".find(f" {word}") >= 0 else 50) for word in wanted)
    place = -1
    for letter in "".join(wanted):
        place = given.find(letter, place + 1)
        if place < 0:
            return None
    return 1000 + place


class CommandModel(QAbstractListModel):
    """The commands that answer what was typed, best first."""

    def __init__(self, commands: Sequence[Command], parent: QObject | None = None) -> None:
        """Begin with all of them."""
        super().__init__(parent)
        self._all = list(commands)
        self._shown = self._all

    def search(self, query: str) -> None:
        """Show what answers `query`."""
        found = [
            (rank, number) for number, one in enumerate(self._all) if (rank := matches(query, one.text)) is not None
        ]
        self.beginResetModel()
        self._shown = [self._all[number] for _, number in sorted(found)]
        self.endResetModel()

    def command(self, row: int) -> Command | None:
        """The command in a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The text, with kind or key after it."""
        command = self.command(index.row()) if index.isValid() else None
        if command is None:
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{command.text} {command.hint}".strip()
        if role == Qt.ItemDataRole.DisplayRole:
            return command.text
        return command.hint if role == HINT else None


class CommandDelegate(QStyledItemDelegate):
    """Draws a command with its key or kind at the right, in the muted colour."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one line."""
        super().paint(painter, option, index)
        if hint := index.data(HINT):
            theme = theme_of(option.palette)  # type: ignore[attr-defined]
            selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
            painter.save()
            painter.setPen(QColor(theme.selection_text if selected else theme.muted))
            place = option.rect.adjusted(0, 0, -10, 0)  # type: ignore[attr-defined]
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), hint)
            painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """A line and air."""
        size = super().sizeHint(option, index)
        return QSize(size.width(), round(option.fontMetrics.height() * 1.7))  # type: ignore[attr-defined]


class CommandPalette(QDialog):
    """One line to type in and the list of what answers it; Enter does, Escape closes."""

    def __init__(self, commands: Sequence[Command], parent: QWidget) -> None:
        """Open over `parent`."""
        super().__init__(parent, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Dialog)
        self.setObjectName("command_palette")
        self.setWindowTitle(tr("Command palette"))
        self.setModal(True)
        self._model = CommandModel(commands, self)
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Type an action, a screen or a run"))
        self.line.setAccessibleName(tr("Command"))
        self.line.setClearButtonEnabled(True)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(CommandDelegate(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setAccessibleName(tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        self.nothing = PlainLabel(tr("Nothing here is called that."))
        self.nothing.setContentsMargins(6, 4, 6, 4)
        self.nothing.hide()
        column.addWidget(self.line)
        column.addWidget(self.nothing)
        column.addWidget(self.list)
        self.line.textChanged.connect(self._on_text_changed)
        self.line.returnPressed.connect(self._on_return_pressed)
        self.list.clicked.connect(self._on_return_pressed)
        self.line.installEventFilter(self)
        self._select(0)
        self._place(parent)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A raised ground with an edge, in both themes."""
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.raised))
        painter.setPen(QPen(QColor(theme.muted), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _place(self, parent: QWidget) -> None:
        width = min(620, parent.width() - 80)
        self.resize(width, self.fontMetrics().height() * 2 * ROWS)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - width) // 2, corner.y() + 60)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up, Down and Page keys move in the list while one types."""
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}
        if event.type() == event.Type.KeyPress and (step := moves.get(event.key())):  # type: ignore[attr-defined]
            self._select(self.list.currentIndex().row() + step)
            return True
        return False

    def _select(self, row: int) -> None:
        last = self._model.rowCount() - 1
        self.list.setCurrentIndex(self._model.index(max(0, min(row, last)), 0))

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._model.search(text)
        self.nothing.setVisible(not self._model.rowCount())
        self._select(0)

    @Slot()
    def _on_return_pressed(self) -> None:
        command = self._model.command(self.list.currentIndex().row())
        self.accept()
        if command is not None:
            command.do()
