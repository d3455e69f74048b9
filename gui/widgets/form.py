"""Parts of a form: a titled card, a field with label, unit, help and error, and a fold for what is rarely needed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import said
from gui.theme import theme_of
from gui.widgets.flow import Flow
from gui.widgets.text import WrappedLabel, heading

GAP = 8
#: What a box keeps free left and right of its text.
_EDGE = 6


class Card(QFrame):
    """A titled box on the page; add widgets with `add`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        """Build it with its title; an empty one is left out."""
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 14)
        self.column.setSpacing(GAP)
        self.title = heading(title)
        self.column.addWidget(self.title)
        self.title.setVisible(bool(title))  # not before it has its place: it would be a window of its own for a moment

    def add(self, widget: QWidget) -> QWidget:
        """Put a widget at the end."""
        self.column.addWidget(widget)
        return widget

    def add_row(self, *widgets: QWidget, stretch: bool = True) -> QHBoxLayout:
        """Put widgets beside each other at the end."""
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for widget in widgets:
            row.addWidget(widget)
        if stretch:
            row.addStretch(1)
        self.column.addLayout(row)
        return row

    def add_flow(self, *widgets: QWidget, gap: int = GAP) -> None:
        """Put widgets beside each other at the end, in several lines where there is no room for one."""
        flow = Flow(gap=gap)
        for widget in widgets:
            flow.addWidget(widget)
        self.column.addLayout(flow)


class Tinted(WrappedLabel):
    """A plain label of several lines in a colour of the theme; the token may change."""

    def __init__(
        self,
        text: str = "",
        token: str = "text",
        parent: QWidget | None = None,
        *,
        size: str = "body",
        bold: bool = False,
    ) -> None:
        """Show `text` in the colour called `token`."""
        super().__init__(text, parent, size=size, bold=bold)
        self._token = token
        self.setForegroundRole(QPalette.ColorRole.WindowText)  # on a card it would be Text
        self._recolour()

    def set_token(self, token: str) -> None:
        """Take another colour."""
        self._token = token
        self._recolour()

    def changeEvent(self, event: QEvent) -> None:
        """Recolour with the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()

    def _recolour(self) -> None:
        wanted = QColor(getattr(theme_of(self.palette()), self._token))
        palette = self.palette()
        if palette.color(QPalette.ColorRole.WindowText) != wanted:
            palette = QPalette()
            palette.setColor(QPalette.ColorRole.WindowText, wanted)
            self.setPalette(palette)


class Problem(Tinted):
    """What is wrong with a field, beside it: a glyph and words in the error colour; hidden while there is nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begin with nothing wrong."""
        super().__init__("", "error_text", parent)
        self.hide()

    def say(self, text: str) -> None:
        """Say what is wrong, in the user's language; an empty text hides it."""
        self.setText(f"✗ {said(text)}" if text else "")
        self.setVisible(bool(text))


class ElidedBox(QComboBox):
    """A list of choices whose chosen line is shortened with dots where there is no room."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box with what fits."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        style = self.style()
        field = style.subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        room = field.width() - _EDGE
        option.currentText = self.fontMetrics().elidedText(  # type: ignore[attr-defined]
            self.currentText(), Qt.TextElideMode.ElideRight, room
        )
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class Fold(QWidget):
    """A line one can open; what is inside is built on the first opening."""

    opened = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        """Begin closed; put the inside into `inside` when `opened` comes the first time."""
        super().__init__(parent)
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setAccessibleName(title)
        self.button.setAutoRaise(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setArrowType(Qt.ArrowType.RightArrow)
        self.button.clicked.connect(self._on_clicked)
        self.inside = QWidget()
        self.inside.hide()
        self.inside_column = QVBoxLayout(self.inside)
        self.inside_column.setContentsMargins(8, 4, 0, 4)
        self.inside_column.setSpacing(GAP)
        self._was_opened = self._is_open = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.inside)

    @property
    def is_open(self) -> bool:
        """Whether the inside shows."""
        return self._is_open

    def set_open(self, is_open: bool) -> None:
        """Open or close it."""
        self._is_open = is_open
        self.button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        if is_open and not self._was_opened:
            self._was_opened = True
            self.opened.emit()
        self.inside.setVisible(is_open)

    @Slot()
    def _on_clicked(self) -> None:
        self.set_open(not self._is_open)
