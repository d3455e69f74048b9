"""Toasts: one sentence and at most one button, six seconds, waiting while the pointer or focus is on them; and the bell's list."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTabBar,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from gui import icons
from gui.i18n import tr
from gui.theme import theme_of
from gui.widgets.buttons import ActionButton, QuietButton
from gui.widgets.panel import Panel
from gui.widgets.popover import Popover
from gui.widgets.text import PlainLabel, heading, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QEnterEvent

    from gui.project import Toast

SHOWN_MS = 6000
AT_ONCE = 3
KEPT = 50
WIDTH = 380
SLIDE_MS = 150
SLIDE_PX = 14
GAP = 8
#: Toasts look for another place so often while a page shows other controls.
LOOK_EVERY_MS = 250
#: What one presses, turns or types into: no toast lies over it.
_CONTROLS = (
    QAbstractButton, QSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTabBar,
)  # fmt: skip
_ICONS = {"info": "info", "warning": "warning", "error": "error"}


class ToastCard(Panel):
    """One toast on screen."""

    gone = Signal(object)

    def __init__(self, toast: Toast, parent: QWidget, *, shown_ms: int = SHOWN_MS) -> None:
        """Show it and begin its time."""
        super().__init__(parent, level=toast.level)
        self.setObjectName("toast")
        self.toast = toast
        self.setFixedWidth(WIDTH)
        self._picture = QLabel()
        text = wrapped(toast.text)
        self.setAccessibleName(toast.text)
        row = QHBoxLayout(self)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        self.button: ActionButton | None = None
        if toast.action is not None:
            self.button = ActionButton(toast.action)
            self.button.clicked.connect(self.close_toast)
            row.addWidget(self.button)
        close = QuietButton(tr("Dismiss"), "close", show_text=False)
        close.clicked.connect(self.close_toast)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        for button in (self.button, close):
            if button is not None:
                button.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(shown_ms)
        self._timer.timeout.connect(self.close_toast)
        self._timer.start()
        self._paint_icon()

    @Slot()
    def close_toast(self) -> None:
        """Take it off the screen."""
        self._timer.stop()
        self.gone.emit(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Wait while the pointer is on it."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Its time begins again."""
        super().leaveEvent(event)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait while the focus is on one of its buttons."""
        if event.type() == QEvent.Type.FocusIn:
            self._timer.stop()
        elif event.type() == QEvent.Type.FocusOut:
            self._timer.start()
        return False

    def changeEvent(self, event: QEvent) -> None:
        """Recolour with the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_picture"):
            self._paint_icon()

    def _paint_icon(self) -> None:
        theme = theme_of(self.palette())
        color = {"warning": theme.warning_mark, "error": theme.error_mark}.get(self.toast.level, theme.muted)
        self._picture.setPixmap(icons.pixmap(_ICONS[self.toast.level], color, 18, self.devicePixelRatioF()))


class Toasts(QObject):
    """Keeps up to three toasts near the window's lower right corner, over no control, and all of them for the bell."""

    unread_changed = Signal(int)

    def __init__(
        self, window: QWidget, *, shown_ms: int = SHOWN_MS, may_move: Callable[[], bool] = lambda: False
    ) -> None:
        """Show toasts over `window`; new ones slide in where `may_move` allows it."""
        super().__init__(window)
        self._window, self._shown_ms, self._may_move = window, shown_ms, may_move
        self._cards: list[ToastCard] = []
        self.kept: list[tuple[float, Toast]] = []
        self.unread = 0
        self.foot = 0
        self._look = QTimer(self)
        self._look.setInterval(LOOK_EVERY_MS)
        self._look.timeout.connect(self._place)
        window.installEventFilter(self)

    @property
    def cards(self) -> list[ToastCard]:
        """Those on screen, oldest first."""
        return list(self._cards)

    @Slot(object)
    def show(self, toast: Toast) -> None:
        """Show one; the oldest gives way."""
        self.keep(toast)
        while len(self._cards) >= AT_ONCE:
            self._on_gone(self._cards[0])
        card = ToastCard(toast, self._window, shown_ms=self._shown_ms)
        card.gone.connect(self._on_gone)
        self._cards.append(card)
        card.show()
        self._look.start()
        self._place()
        if self._may_move():
            self._slide_in(card)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._window, toast.text))

    def _slide_in(self, card: ToastCard) -> None:
        slide = QPropertyAnimation(card, b"pos", card)
        slide.setDuration(SLIDE_MS)
        slide.setStartValue(card.pos() + QPoint(0, SLIDE_PX))
        slide.setEndValue(card.pos())
        slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        slide.start(QPropertyAnimation.DeletionPolicy.DeleteWhenStopped)

    def keep(self, toast: Toast) -> None:
        """Enter one in the bell's list without showing it."""
        self.kept = [(time.time(), toast), *self.kept][:KEPT]
        self.unread += 1
        self.unread_changed.emit(self.unread)

    @Slot(object)
    def withdraw(self, toast: Toast) -> None:
        """Take one off the screen whose button has no sense any more; the bell's list keeps what it said."""
        self.kept = [(at, replace(one, action=None) if one is toast else one) for at, one in self.kept]
        for card in self.cards:
            if card.toast is toast:
                self._on_gone(card)

    def set_foot(self, height: int) -> None:
        """Stay above what is so high at the window's bottom."""
        self.foot = height
        self._place()

    def mark_read(self) -> None:
        """The list was opened."""
        self.unread = 0
        self.unread_changed.emit(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    @Slot(object)
    def _on_gone(self, card: ToastCard) -> None:
        if card in self._cards:
            self._cards.remove(card)
            card.hide()
            card.deleteLater()
            self._place()

    @Slot()
    def _place(self) -> None:
        if not self._cards:
            self._look.stop()
            return
        taken = self._controls()
        for card in reversed(self._cards):
            card.adjustSize()
            card.move(self._spot(card, taken))
            card.raise_()
            taken.append(card.geometry())

    def _controls(self) -> list[QRect]:
        """Where the window's controls are seen."""
        found = (one for one in self._window.findChildren(QWidget) if isinstance(one, _CONTROLS) and one.isVisible())
        seen = ((one, one.visibleRegion().boundingRect()) for one in found if not self._is_in_card(one))
        return [rect.translated(one.mapTo(self._window, QPoint())) for one, rect in seen if not rect.isEmpty()]

    def _is_in_card(self, widget: QWidget) -> bool:
        return any(card.isAncestorOf(widget) for card in self._cards)

    def _spot(self, card: ToastCard, taken: list[QRect]) -> QPoint:
        """The free place nearest to the lower right corner; the corner itself where there is none."""
        corner = QPoint(self._window.width() - WIDTH - 16, self._window.height() - self.foot - 12 - card.height())
        columns = (QPoint(x, corner.y()) for x in range(corner.x(), 0, -WIDTH // 4))
        spots = [spot for column in columns if (spot := _above(QRect(column, card.size()), taken)) is not None]
        return min(spots, key=lambda spot: (corner - spot).manhattanLength(), default=corner)


def _above(place: QRect, taken: list[QRect]) -> QPoint | None:
    """The lowest free place in a column, from `place` upwards."""
    place = QRect(place)
    while place.top() > 0:
        hit = [one for one in taken if one.adjusted(-GAP, -GAP, GAP, GAP).intersects(place)]
        if not hit:
            return place.topLeft()
        place.moveBottom(min(one.top() for one in hit) - GAP - 1)
    return None


class BellList(Popover):
    """The notifications kept, newest first."""

    def __init__(self, owner: QWidget, kept: list[tuple[float, Toast]]) -> None:
        """Build it from what was kept."""
        super().__init__(owner, tr("Notifications"))
        self.column.addWidget(heading(tr("Notifications")))
        for at, toast in kept[:12]:
            self.column.addWidget(_Kept(at, toast))
        if not kept:
            self.column.addWidget(wrapped(tr("Nothing yet. Verdicts, stops and failures are listed here."), muted=True))
        self.setFixedWidth(WIDTH + 40)


class _Kept(QFrame):
    """One kept notification."""

    def __init__(self, at: float, toast: Toast) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(1)
        column.addWidget(PlainLabel(time.strftime("%H:%M", time.localtime(at)), size="small"))
        row = QHBoxLayout()
        row.addWidget(wrapped(toast.text), 1)
        if toast.action is not None:
            row.addWidget(ActionButton(toast.action))
        column.addLayout(row)
