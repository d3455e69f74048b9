"""Labels that never read their text as HTML, shortened ones, and numbers with their intervals in words."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

#: How much larger than the running text each kind of heading is.
SIZES = {"title": 1.45, "heading": 1.15, "body": 1.0, "small": 0.9}
MINUS = "−"
#: Words longer than this may wrap inside.
LONG_WORD = 24


class PlainLabel(QLabel):
    """A label for any text, a model's and a data file's included: never interpreted as rich text, never a link."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, size: str = "body", bold: bool = False
    ) -> None:
        """Show `text`; `size` is one of SIZES."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._size, self._bold = size, bold
        self._fit_font()
        self.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font (the text-size preference)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fit_font()

    def _fit_font(self) -> None:
        self.setFont(scaled_font(SIZES[self._size], bold=self._bold))


class WrappedLabel(PlainLabel):
    """A plain label of several lines, always as high as its text needs at the width it got."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, size: str = "body", bold: bool = False
    ) -> None:
        """Show `text`."""
        super().__init__(text, parent, size=size, bold=bold)
        #: Ask for no more height than the lines have at the present width (`gui.run.parts.tight`).
        self.is_tight = False
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self._fit_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Grow or shrink with the width: layouts inside scroll areas forget to."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit_height()
            if self.is_tight:
                self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Qt guesses a shape for wrapped text; a tight label knows its width and takes the height of that."""
        hint = super().sizeHint()
        if self.is_tight and self.testAttribute(Qt.WidgetAttribute.WA_WState_Visible):
            hint.setHeight(self.heightForWidth(self.width()))
        return hint

    def _fit_height(self) -> None:
        if self.wordWrap():
            self.setMinimumHeight(0)  # a label never asks for less than it was given once, however wide it became
            self.setMinimumHeight(max(0, self.heightForWidth(self.width())))


def wrapped(text: str = "", *, size: str = "body", muted: bool = False) -> WrappedLabel:
    """A plain label of several lines; `muted` in the secondary colour."""
    label = WrappedLabel(text, size=size)
    if muted:
        label.setForegroundRole(label.palette().ColorRole.PlaceholderText)
    return label


def heading(text: str = "", *, size: str = "heading") -> PlainLabel:
    """A bold plain label."""
    return PlainLabel(text, size=size, bold=True)


def scaled_font(scale: float, *, bold: bool = False) -> QFont:
    """The application's font, scaled."""
    from PySide6.QtWidgets import QApplication

    font = QFont(QApplication.font())
    font.setPointSizeF(font.pointSizeF() * scale)
    font.setBold(bold)
    return font


def fixed_font() -> QFont:
    """The system's monospace font at the application's size, for prompts, answers and logs."""
    from PySide6.QtWidgets import QApplication

    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF())
    return font


class ElidedLabel(PlainLabel):
    """One line that shortens in the middle or at the end to fit; the whole text is the tooltip and accessible name."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        size: str = "body",
        bold: bool = False,
    ) -> None:
        """Show `text`, shortened by `mode` when there is no room."""
        super().__init__("", parent, size=size, bold=bold)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self.setAccessibleName(text)

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters and the dots."""
        return QSize(self.fontMetrics().horizontalAdvance("mmm…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        shown = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(self.alignment()), shown)


def breakable(text: str) -> str:
    """Let long paths and sums wrap: after each slash, and inside words no line has room for."""
    text = text.replace("/", "/\u200b") if len(text) > LONG_WORD else text
    return re.sub(rf"(\w{{{LONG_WORD}}})(?=\w)", "\\1\u200b", text)


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign and a true minus: "+4.2", "−21.0", "0.0"."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else MINUS) + text


def interval(value: float, low: float, high: float, digits: int = 1) -> str:
    """A value with its interval: "−21.0 [−27.0, −15.0]"."""
    return f"{signed(value, digits)} [{signed(low, digits)}, {signed(high, digits)}]"


def share(value: float, low: float, high: float, n: int) -> str:
    """A share with its interval and n, in per cent: "72 % [60–82], n=75"."""
    return f"{value * 100:.0f} % [{low * 100:.0f}–{high * 100:.0f}], n={n}"


def bytes_text(size: float) -> str:
    """Bytes as people read them: "11.2 GB", "540 MB"."""
    for unit, least, digits in (("GB", 1e9, 1), ("MB", 1e6, 0), ("kB", 1e3, 0)):
        if abs(size) >= least:
            return f"{size / least:.{digits}f} {unit}"
    return f"{size:.0f} B"
