"""One row at a time as the model sees it, what it learns shaded; back and forth with buttons or J and K."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.theme import mixed, theme_of
from gui.widgets.buttons import QuietButton
from gui.widgets.text import PlainLabel, fixed_font, wrapped

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent

    from gui.data.presenter import PreviewRow

LINES_HIGH = 11
SHADE = 0.22


class RowText(QPlainTextEdit):
    """The text of one row; J and K ask for the next and previous."""

    def __init__(self, owner: Preview, parent: QWidget | None = None) -> None:
        """Read only, in the fixed font."""
        super().__init__(parent)
        self._owner = owner
        self.setReadOnly(True)
        self.setFont(fixed_font())
        self.setAccessibleName(tr("Row as the model sees it"))
        self.setTabChangesFocus(True)
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * LINES_HIGH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """J next, K previous, else as any text."""
        step = {Qt.Key.Key_J: 1, Qt.Key.Key_K: -1}.get(Qt.Key(event.key()))
        if step and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._owner.step(step)
        else:
            super().keyPressEvent(event)


class Preview(QWidget):
    """Shows `PreviewRow`s one at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begin without rows."""
        super().__init__(parent)
        self._rows: tuple[PreviewRow, ...] = ()
        self._at = 0
        self.back = QuietButton(tr("Previous row (K)"), "undo", show_text=False)
        self.back.setArrowType(Qt.ArrowType.LeftArrow)
        self.forth = QuietButton(tr("Next row (J)"), "right", show_text=False)
        self.forth.setArrowType(Qt.ArrowType.RightArrow)
        self.back.clicked.connect(self._on_back_clicked)
        self.forth.clicked.connect(self._on_forth_clicked)
        self.place = PlainLabel("")
        self.text = RowText(self)
        self.legend = wrapped("", size="small", muted=True)
        bar = QHBoxLayout()
        for widget in (self.back, self.forth, self.place):
            bar.addWidget(widget)
        bar.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(bar)
        column.addWidget(self.text)
        column.addWidget(self.legend)

    def show_rows(self, rows: tuple[PreviewRow, ...], *, is_models_view: bool) -> None:
        """Show other rows, staying at the same place where there is one."""
        self._rows = rows
        self._at = min(self._at, max(0, len(rows) - 1))
        self.legend.setText(
            tr("Shaded and underlined: what the model learns to write. The rest is given to it.")
            if is_models_view
            else ""
        )
        self.legend.setVisible(is_models_view)
        self._show()

    def step(self, by: int) -> None:
        """Go on or back."""
        if 0 <= self._at + by < len(self._rows):
            self._at += by
            self._show()

    def shaded(self) -> str:
        """The text that is shaded now."""
        return "".join(piece.text for piece in self._rows[self._at].pieces if piece.is_learned) if self._rows else ""

    def changeEvent(self, event: QEvent) -> None:
        """Shade anew with the theme."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and hasattr(self, "text"):
            self._show()

    def _show(self) -> None:
        self.back.setEnabled(self._at > 0)
        self.forth.setEnabled(self._at + 1 < len(self._rows))
        self.text.clear()
        if not self._rows:
            self.place.setText("")
            return
        row = self._rows[self._at]
        place = tr("Line {line} · row {at} of the first {n}").format(line=row.line, at=self._at + 1, n=len(self._rows))
        self.place.setText(f"{place} · {row.words}" if row.words else place)
        theme = theme_of(self.palette())
        plain, learned = QTextCharFormat(), QTextCharFormat()
        plain.setForeground(QColor(theme.muted))
        learned.setForeground(QColor(theme.text))
        learned.setBackground(QColor(mixed(theme.surface, theme.kept_mark, SHADE)))
        learned.setFontUnderline(True)
        cursor = QTextCursor(self.text.document())
        for piece in row.pieces:
            cursor.insertText(piece.text, learned if piece.is_learned else plain)
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    @Slot()
    def _on_back_clicked(self) -> None:
        self.step(-1)

    @Slot()
    def _on_forth_clicked(self) -> None:
        self.step(1)
