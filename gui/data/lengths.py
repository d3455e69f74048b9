"""A small histogram of row lengths in tokens, with the same numbers as a table."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from gui.data.model import BinModel
from gui.i18n import tr
from gui.theme import theme_of
from gui.widgets.buttons import QuietButton
from gui.widgets.tables import plain_table
from gui.widgets.text import wrapped

LINES_HIGH = 6


class Bars(QWidget):
    """The picture: a bar a step; left and right move the cursor, which the words follow."""

    def __init__(self, model: BinModel, parent: QWidget | None = None) -> None:
        """Draw the model's rows."""
        super().__init__(parent)
        self._model = model
        self.cursor_at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.words = wrapped("", size="small", muted=True)

    def sizeHint(self) -> QSize:
        """A few lines high."""
        return QSize(320, self.fontMetrics().height() * LINES_HIGH)

    def show_stop(self, stop: int) -> None:
        """Move the cursor and read out what is there."""
        rows = self._model.rows
        self.cursor_at = max(0, min(stop, len(rows) - 1)) if rows else -1
        if rows:
            low, high, count = rows[self.cursor_at]
            self.words.setText(
                tr("{count} of {low} to {high} tokens").format(count=tr("%n row(s)", "", count), low=low, high=high - 1)
            )
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, right, home, end."""
        last = len(self._model.rows) - 1
        moves = {
            Qt.Key.Key_Left: self.cursor_at - 1, Qt.Key.Key_Right: self.cursor_at + 1, Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }  # fmt: skip
        if event.key() in moves:
            self.show_stop(moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: object) -> None:
        """The pointer is a cursor too."""
        if self._model.rows:
            self.show_stop(int(event.position().x() / max(1, self.width()) * len(self._model.rows)))  # type: ignore[attr-defined]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme, rows = theme_of(self.palette()), self._model.rows
        painter = QPainter(self)
        if not rows:
            return
        line = self.fontMetrics().height()
        height, most = self.height() - line - 4, max(count for _, _, count in rows)
        width = self.width() / len(rows)
        painter.setPen(QColor(theme.border))
        painter.drawLine(0, height, self.width(), height)
        painter.setPen(Qt.PenStyle.NoPen)
        for number, (_, _, count) in enumerate(rows):
            painter.setBrush(QColor(theme.focus if number == self.cursor_at and self.hasFocus() else theme.base))
            tall = (height - 4) * count / most
            tall = max(tall, 2.0) if count else 0.0
            painter.drawRect(QRectF(number * width + 1, height - tall, width - 2, tall))
        painter.setPen(QColor(theme.muted))
        ends = (("0", Qt.AlignmentFlag.AlignLeft), (str(rows[-1][1] - 1), Qt.AlignmentFlag.AlignRight))
        for text, side in ends:
            painter.drawText(self.rect(), int(side | Qt.AlignmentFlag.AlignBottom), text)
        painter.drawText(
            self.rect(), int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom), tr("tokens a row")
        )


class Lengths(QWidget):
    """The histogram, its read-out, and its table twin."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begin without rows."""
        super().__init__(parent)
        self.model = BinModel(self)
        self.bars = Bars(self.model)
        self.table = plain_table(self.model, tr("Rows by length"))
        self.table.setMaximumHeight(self.fontMetrics().height() * LINES_HIGH)
        self.button = QuietButton(tr("Show as table"), "table")
        self.button.setCheckable(True)
        self.button.toggled.connect(self._on_toggled)
        self.words = wrapped("")
        self._pages = QStackedLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        column.addLayout(self._pages)
        self._pages.addWidget(self.bars)  # which shows it: only now it has a place
        self._pages.addWidget(self.table)
        column.addWidget(self.bars.words)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_bins(self, bins: tuple[tuple[int, int, int], ...], words: str) -> None:
        """Show another histogram."""
        self.model.set_rows(bins)
        self.words.setText(words)
        self.bars.setAccessibleName(tr("Rows by length"))
        self.bars.setAccessibleDescription(words)
        self.bars.show_stop(max(range(len(bins)), key=lambda i: bins[i][2], default=0))

    @Slot(bool)
    def _on_toggled(self, as_table: bool) -> None:
        self._pages.setCurrentIndex(1 if as_table else 0)
