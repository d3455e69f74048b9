"""What every screen is: a page with five states, refreshed only while visible, that keeps and restores how it was left."""

from __future__ import annotations

import time
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QProgressBar, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.theme import theme_of
from gui.widgets.cards import ErrorCard
from gui.widgets.empty import Empty, EmptyState
from gui.widgets.text import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QAction, QHideEvent, QShowEvent

    from gui.project import Project
    from gui.widgets.cards import Trouble

#: A page is painted with new rows at most this often.
REFRESH_EVERY_MS = 250
#: Loading shows nothing before the first, a skeleton until the second, then a bar (ux §4).
SKELETON_AFTER_S = 1.0
BAR_AFTER_S = 10.0


class PageState(Enum):
    """The five states of ux §4."""

    EMPTY = "empty"
    LOADING = "loading"
    PARTIAL = "partial"
    READY = "ready"
    ERROR = "error"


class Page(QWidget):
    """Base of every screen.

    A subclass names itself (`NAME`, its icon, the tables whose rows it shows), builds its widgets into one widget given to
    `set_content`, and overrides:

    - `title()`: the words in the sidebar and window title, through `tr`;
    - `refresh(changed)`: read the store and show; `changed` is a frozenset of table names, or everything (`ALL`) on showing.
      It is called when the page becomes visible and, while it stays so, at most four times a second; never when hidden.
      It ends in one of `show_ready`, `show_empty`, `show_partial`, `show_error`, `show_loading`;
    - `open(**args)`: what `project.navigate(NAME, **args)` gave; called before it is shown;
    - `activated()`, `deactivated()`: came to the front, left it (stop timers here);
    - `save_state()`, `restore_state(state)`: selection, filters, splitters, as JSON values;
    - `accepts_drop(paths)`: the words of what a drop would do ("Use as training data"), or None; `drop(paths)` does it;
    - `focus_chain()`: widgets in reading order; Tab follows it;
    - `page_actions()`: QActions with their shortcuts; they work while the page is in front and are found by Ctrl+K;
    - `search()`: Ctrl+F; `export()`: Ctrl+E, where it is not the charts.
    """

    NAME: ClassVar[str] = ""
    ICON: ClassVar[str] = ""
    #: Tables whose changes call `refresh`; empty means all.
    TABLES: ClassVar[frozenset[str]] = frozenset()
    #: What `refresh` gets when everything is to be read.
    ALL: ClassVar[frozenset[str]] = frozenset({"*"})

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        """Begin loading and hidden; connect to the project's live changes."""
        super().__init__(parent)
        self.project = project
        self.setObjectName(self.NAME)
        self._state = PageState.LOADING
        self._loading_since = time.monotonic()
        self._stale = set(self.ALL)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._banner: QWidget | None = None
        self._places = QStackedLayout()
        self._column.addLayout(self._places, 1)
        self._blank = QWidget()
        self._places.addWidget(self._blank)
        self._content: QWidget | None = None
        self._shown_instead: QWidget | None = None
        self._refresh_timer = QTimer(self)
        self._refresh_timer.setSingleShot(True)
        self._refresh_timer.timeout.connect(self._on_refresh_due)
        self._loading_timer = QTimer(self)
        self._loading_timer.setSingleShot(True)
        self._loading_timer.timeout.connect(self._on_loading_longer)
        project.live.changed.connect(self._on_rows_changed)
        self.setAutoFillBackground(True)
        self._paint_ground()

    def changeEvent(self, event: QEvent) -> None:
        """Keep the page's ground a shade apart from the bars around it, in every theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self._paint_ground()

    def _paint_ground(self) -> None:
        ground = QColor(theme_of(QApplication.palette()).surface)
        palette = self.palette()
        if palette.color(QPalette.ColorRole.Window) != ground:
            palette.setColor(QPalette.ColorRole.Window, ground)
            self.setPalette(palette)

    # ---- for subclasses to override ----------------------------------------------------------------------------------

    def title(self) -> str:
        """The page's name for the user."""
        return self.NAME

    def refresh(self, changed: frozenset[str]) -> None:
        """Read and show."""

    def open(self, **args: Any) -> None:
        """Take what was navigated to."""

    def activated(self) -> None:
        """The page came to the front."""

    def deactivated(self) -> None:
        """The page left the front."""

    def save_state(self) -> dict[str, Any]:
        """How the page is left, as JSON values."""
        return {}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take up how it was left; unknown or bad keys are ignored."""

    def accepts_drop(self, paths: list[Path]) -> str | None:
        """Say what dropping these would do, or None to leave it to the window (files open New run)."""
        return None

    def drop(self, paths: list[Path]) -> None:
        """Do it."""

    def focus_chain(self) -> list[QWidget]:
        """The page's widgets in the order Tab goes through them."""
        return []

    def page_actions(self) -> list[QAction]:
        """Actions that work while the page is in front."""
        return []

    def search(self) -> None:
        """Ctrl+F: put the cursor where one searches, if the page has such a place."""

    def export(self) -> None:
        """Ctrl+E: the chart with the focus, else the first one on screen."""
        charts = [one for one in self.findChildren(QWidget) if getattr(one, "is_chart", False) and one.isVisible()]
        focus = QApplication.focusWidget()
        with_focus = (one for one in charts if focus is not None and (one is focus or one.isAncestorOf(focus)))
        chosen = next(with_focus, charts[0] if charts else None)
        if chosen is None:
            self.project.toast(tr("There is no chart to export here."))
        else:
            chosen.choose_export()  # type: ignore[attr-defined]

    # ---- the five states ---------------------------------------------------------------------------------------------

    @property
    def state(self) -> PageState:
        """Which of the five states the page is in."""
        return self._state

    def set_content(self, content: QWidget) -> None:
        """Give the page its widget, once."""
        self._content = content
        self._places.addWidget(content)

    def show_ready(self) -> None:
        """Show the content, whole."""
        self._enter(PageState.READY, self._content)

    def show_partial(self, text: str) -> None:
        """Show the content with a line that says what is still missing."""
        self._enter(PageState.PARTIAL, self._content)
        banner = wrapped(text, muted=True)
        banner.setContentsMargins(16, 10, 16, 6)  # as the content of pages has it
        self._set_banner(banner)

    def show_empty(self, empty: Empty) -> None:
        """Show the designed empty state instead of the content."""
        self._enter(PageState.EMPTY, EmptyState(empty))

    def show_error(self, trouble: Trouble, *, keep_content: bool = False) -> None:
        """Show an error card: instead of the content, or above it."""
        card = ErrorCard(trouble)
        if keep_content:
            self._enter(PageState.ERROR, self._content)
            self._set_banner(card)
            return
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(24, 24, 24, 24)
        column.addWidget(card)
        column.addStretch(1)
        self._enter(PageState.ERROR, place)

    def show_loading(self, done: int = 0, total: int = 0, cancel: Callable[[], None] | None = None) -> None:
        """Say that it takes time: nothing for a second, a skeleton until ten, then a bar (with Cancel where possible)."""
        if self._state is not PageState.LOADING:
            self._loading_since = time.monotonic()
            self._enter(PageState.LOADING, self._blank)
        self._progress = (done, total, cancel)
        self._on_loading_longer()

    @Slot()
    def _on_loading_longer(self) -> None:
        if self._state is not PageState.LOADING:
            return
        waited = time.monotonic() - self._loading_since
        if waited < SKELETON_AFTER_S:
            self._loading_timer.start(int((SKELETON_AFTER_S - waited) * 1000) + 1)
        elif waited < BAR_AFTER_S:
            self._enter(PageState.LOADING, Skeleton())
            self._loading_timer.start(int((BAR_AFTER_S - waited) * 1000) + 1)
        else:
            self._enter(PageState.LOADING, Waiting(*getattr(self, "_progress", (0, 0, None))))

    def _enter(self, state: PageState, widget: QWidget | None) -> None:
        self._state = state
        self._set_banner(None)
        widget = widget or self._blank
        old = self._shown_instead
        if widget not in (self._content, self._blank):
            self._places.addWidget(widget)
            self._shown_instead = widget
        else:
            self._shown_instead = None
        self._places.setCurrentWidget(widget)
        if old is not None:
            self._places.removeWidget(old)
            old.deleteLater()

    def _set_banner(self, banner: QWidget | None) -> None:
        if self._banner is not None:
            self._column.removeWidget(self._banner)
            self._banner.deleteLater()
        self._banner = banner
        if banner is not None:
            self._column.insertWidget(0, banner)
            banner.show()

    # ---- when to refresh ---------------------------------------------------------------------------------------------

    def refresh_soon(self) -> None:
        """Read everything again with the next refresh."""
        self._stale |= self.ALL
        self._schedule()

    @Slot(object)
    def _on_rows_changed(self, changed: frozenset[str]) -> None:
        if not self.TABLES or changed & self.TABLES:
            self._stale |= changed
            self._schedule()

    def _schedule(self) -> None:
        if self.isVisible() and not self._refresh_timer.isActive():
            self._refresh_timer.start(REFRESH_EVERY_MS)

    @Slot()
    def _on_refresh_due(self) -> None:
        if self.isVisible() and self._stale:
            changed, self._stale = frozenset(self._stale), set()
            self.refresh(changed)
            self._order_tabs()

    def _order_tabs(self) -> None:
        banner = self._banner.findChildren(QWidget) if self._banner is not None else []
        above = [one for one in banner if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        for first, second in pairwise([self, *above, *self.focus_chain()]):
            QWidget.setTabOrder(first, second)

    def focusNextPrevChild(self, is_forward: bool) -> bool:
        """Tab and Shift+Tab follow the reading order, whatever was built since the last time."""
        self._order_tabs()
        return super().focusNextPrevChild(is_forward)

    def showEvent(self, event: QShowEvent) -> None:
        """Read what changed while hidden, at once, and follow the tab order."""
        super().showEvent(event)
        self._on_refresh_due()
        self._order_tabs()
        self.activated()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is read or painted from now on."""
        super().hideEvent(event)
        self._refresh_timer.stop()
        self.deactivated()


class Skeleton(QWidget):
    """Grey bars where rows will be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(parent)
        self.setObjectName("skeleton")
        self.setAccessibleName(tr("Loading"))

    def paintEvent(self, event: object) -> None:
        """Draw them."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.palette().ColorRole.Midlight))
        painter.setBrush(self.palette().color(self.palette().ColorRole.Midlight))
        line = self.fontMetrics().height()
        for number in range(8):
            width = self.width() * (0.3 if number % 4 == 0 else 0.8 - 0.07 * number)
            painter.drawRoundedRect(24, 24 + number * line * 2, int(width), line, 4, 4)


class Waiting(QWidget):
    """A determinate bar with Cancel, for what takes longer than ten seconds."""

    def __init__(self, done: int, total: int, cancel: Callable[[], None] | None, parent: QWidget | None = None) -> None:
        """Show `done` of `total`."""
        super().__init__(parent)
        self.setObjectName("waiting")
        column = QVBoxLayout(self)
        column.addStretch(1)
        bar = QProgressBar()
        bar.setRange(0, total)
        bar.setValue(done)
        bar.setAccessibleName(tr("Loading"))
        column.addWidget(bar)
        if cancel is not None:
            button = QPushButton(tr("Cancel"))
            button.clicked.connect(cancel)
            column.addWidget(button)
        column.addStretch(2)
