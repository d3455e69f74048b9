"""The lineage as a Qt tree model; rebuilt only when something changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication

from gui import icons
from gui.i18n import tr
from gui.theme import theme_of

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from gui.models.presenter import Node

Index = QModelIndex | QPersistentModelIndex
NODE_ROLE = Qt.ItemDataRole.UserRole + 1
#: Air around a line of the tree.
LINE_AIR = 10
_NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Item:
    """A node with its place in the tree."""

    def __init__(self, node: Node, row: int, parent: _Item | None) -> None:
        self.node, self.row, self.parent = node, row, parent
        self.children = [_Item(child, number, self) for number, child in enumerate(node.children)]


class LineageModel(QAbstractItemModel):
    """Name, state and size of each node."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._nodes: tuple[Node, ...] = ()
        self._items: list[_Item] = []
        self._metrics = QFontMetrics(QGuiApplication.font())
        self._line = self._metrics.height() + LINE_AIR

    def show_nodes(self, nodes: tuple[Node, ...]) -> bool:
        """Show another tree; says whether it differs from the one before."""
        if nodes == self._nodes:
            return False
        self.beginResetModel()
        self._nodes = nodes
        self._items = [_Item(node, number, None) for number, node in enumerate(nodes)]
        self.endResetModel()
        return True

    def index_of(self, key: str) -> QModelIndex:
        """Where a node is; invalid if it is not there."""
        todo = list(self._items)
        while todo:
            item = todo.pop()
            if item.node.key == key:
                return self.createIndex(item.row, 0, item)
            todo += item.children
        return QModelIndex()

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's signature
        """Qt: a cell."""
        items = parent.internalPointer().children if parent.isValid() else self._items
        if 0 <= row < len(items) and 0 <= column < self.columnCount():
            return self.createIndex(row, column, items[row])
        return QModelIndex()

    def parent(self, child: Index) -> QModelIndex:  # type: ignore[override]
        """Qt: what a cell lies under."""
        above = child.internalPointer().parent if child.isValid() else None
        return self.createIndex(above.row, 0, above) if above is not None else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Qt: how many lines below."""
        if parent.column() > 0:
            return 0
        return len(parent.internalPointer().children if parent.isValid() else self._items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Qt: three."""
        return 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: a heading."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and 0 <= section < 3:
            return (tr("Model"), tr("State"), tr("Size"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: what a cell shows."""
        if not index.isValid():
            return None
        node, column = index.internalPointer().node, index.column()
        texts = (_name(node), node.state, node.shown_size)
        if role == Qt.ItemDataRole.DisplayRole:
            return texts[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(text for text in texts if text) if column == 0 else texts[column]
        if role == Qt.ItemDataRole.ToolTipRole and column < 2:
            return texts[column]
        if role == Qt.ItemDataRole.TextAlignmentRole and column == 2:
            return int(_NUMBER)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(self._metrics.horizontalAdvance(texts[column]) + 2 * LINE_AIR, self._line)
        if role == Qt.ItemDataRole.DecorationRole and column == 0 and node.kind == "base":
            return icons.icon("lock", theme_of(QGuiApplication.palette()))
        if role == Qt.ItemDataRole.FontRole and node.is_current and column == 0:
            font = QFont()
            font.setBold(True)
            return font
        return node if role == NODE_ROLE else None


def _name(node: Node) -> str:
    return node.name + (f"  ⚑ {tr('current')}" if node.is_current else "")
