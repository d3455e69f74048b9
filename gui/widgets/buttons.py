"""Buttons drawn by us where Fusion's would be too loud or too quiet: the primary one, the quiet one, and the sidebar's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from gui import icons
from gui.theme import Theme, mixed, theme_of

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QPaintEvent

    from gui.project import Action

RADIUS = 5
#: Smallest side of what one can hit (ux §5.12).
HIT = 24


def icon_size(widget: QWidget) -> int:
    """The side of an icon beside the widget's text, in pixels: grows with the text."""
    return max(16, round(widget.fontMetrics().height() * 1.2))


class PrimaryButton(QPushButton):
    """The one button a page wants pressed: filled with the accent colour."""

    def __init__(self, text: str, parent: QWidget | None = None, *, icon_name: str = "") -> None:
        """Show `text`, after an icon if one is named."""
        super().__init__(text, parent)
        self._icon_name = icon_name
        self.setAutoDefault(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """Text, icon and air."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + 28 + (icon_size(self) + 6 if self._icon_name else 0)
        return QSize(width, max(HIT + 6, metrics.height() + 14))

    def minimumSizeHint(self) -> QSize:
        """As large as its text: never clipped."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme = theme_of(self.palette())
        fill, ink = self._colors(theme)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_ground(painter, self, QColor(fill), theme)
        painter.setPen(QColor(ink))
        place = self.rect().adjusted(14, 0, -14, 0)
        if self._icon_name:
            side = icon_size(self)
            width = self.fontMetrics().horizontalAdvance(self.text()) + side + 6
            left = place.center().x() - width // 2
            picture = icons.pixmap(self._icon_name, ink, side, self.devicePixelRatioF())
            painter.drawPixmap(left, place.center().y() - side // 2 + 1, picture)
            place.setLeft(left + side + 6)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        else:
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), self.text())

    def _colors(self, theme: Theme) -> tuple[str, str]:
        if not self.isEnabled():
            return theme.hover, mixed(theme.muted, theme.window, 0.35)
        share = 0.18 if self.isDown() else 0.09 if self.underMouse() else 0.0
        return mixed(theme.accent, theme.text, share), theme.accent_text


class QuietButton(QToolButton):
    """A button that shows its outline only under the pointer or with focus; icon, text or both."""

    def __init__(
        self, text: str, icon_name: str = "", parent: QWidget | None = None, *, show_text: bool = True
    ) -> None:
        """Without `show_text` only the icon is seen; `text` stays its accessible name and tooltip."""
        super().__init__(parent)
        self._icon_name = icon_name
        self.setText(text)
        self.setAccessibleName(text)
        self.setIconSize(QSize(icon_size(self), icon_size(self)))
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(HIT, HIT)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if icon_name else Qt.ToolButtonStyle.ToolButtonTextOnly
        self.setToolButtonStyle(style if show_text else Qt.ToolButtonStyle.ToolButtonIconOnly)
        if not show_text:
            self.setToolTip(text)
        self._paint_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Recolour the icon with the theme."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._paint_icon()

    def _paint_icon(self) -> None:
        if self._icon_name:
            self.setIcon(icons.icon(self._icon_name, theme_of(self.palette())))


class SidebarButton(QToolButton):
    """One screen in the sidebar: icon and word, a filled pill while it is in front; the word goes when there is no room."""

    def __init__(self, text: str, icon_name: str, parent: QWidget | None = None, *, primary: bool = False) -> None:
        """`primary` is the New run button."""
        super().__init__(parent)
        self._icon_name, self._primary = icon_name, primary
        self.is_narrow = False
        self.badge = ""
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(not primary)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_badge(self, badge: str) -> None:
        """Show a short text at the right ("1▶")."""
        self.badge = badge
        self.update()

    def sizeHint(self) -> QSize:
        """Room for icon and word, or for the icon alone."""
        height = max(HIT + 8, self.fontMetrics().height() + 16)
        return QSize(
            height if self.is_narrow else 44 + icon_size(self) + self.fontMetrics().horizontalAdvance(self.text()),
            height,
        )

    def minimumSizeHint(self) -> QSize:
        """The same: a word is never clipped."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme = theme_of(self.palette())
        fill, ink = self._colors(theme)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_ground(painter, self, QColor(fill), theme)
        side = icon_size(self)
        picture = icons.pixmap(self._icon_name, ink, side, self.devicePixelRatioF())
        top = (self.height() - side) // 2
        painter.drawPixmap((self.width() - side) // 2 if self.is_narrow else 10, top, picture)
        if not self.is_narrow:
            painter.setPen(QColor(ink))
            place = QRect(20 + side, 0, self.width() - side - 30, self.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), self.text())
            painter.setPen(QColor(theme.accent if not self._primary else ink))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), self.badge)

    def _colors(self, theme: Theme) -> tuple[str, str]:
        if self._primary:
            share = 0.18 if self.isDown() else 0.09 if self.underMouse() else 0.0
            return mixed(theme.accent, theme.text, share), theme.accent_text
        if self.isChecked():
            return theme.selection, theme.selection_text
        return (theme.hover if self.underMouse() else ""), theme.text


class ActionButton(QPushButton):
    """A push button that does an `Action`."""

    def __init__(self, action: Action, parent: QWidget | None = None) -> None:
        """Show its words."""
        super().__init__(action.text, parent)
        self.action = action
        self.setAutoDefault(True)
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.action.do()


class PrimaryActionButton(PrimaryButton):
    """The same, as the page's primary button."""

    def __init__(self, action: Action, parent: QWidget | None = None) -> None:
        """Show its words."""
        super().__init__(action.text, parent)
        self.action = action
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.action.do()


def _draw_ground(painter: QPainter, button: QWidget, fill: QColor, theme: Theme) -> None:
    """Fill a rounded ground and draw the focus ring."""
    place = button.rect().adjusted(1, 1, -1, -1)
    if fill.isValid():
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(place, RADIUS, RADIUS)
    if button.hasFocus():
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.surface), 3))
        painter.drawRoundedRect(place, RADIUS, RADIUS)
        painter.setPen(QPen(QColor(theme.focus), 2))
        painter.drawRoundedRect(place, RADIUS, RADIUS)
