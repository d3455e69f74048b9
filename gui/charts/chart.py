"""What every chart has in common: one table behind the picture, one read-out, a table twin, a menu, export, theme, keys.

A subclass builds its items once in `_build`, moves them in `_refresh`, colours them in `_style`, and says in words what
it shows. Cursor positions are "stops": integers a subclass maps to marks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QLabel, QStackedWidget, QTableView, QVBoxLayout, QWidget

from gui.charts import access, export, menu
from gui.charts.canvas import Canvas, pens_scaled, tabular
from gui.charts.parts import FocusFrame, Headline, Readout
from gui.i18n import tr
from gui.theme import Theme, theme_of

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QAction, QContextMenuEvent, QFont, QKeyEvent, QShowEvent

    from gui.charts.model import ChartModel
    from gui.dialogs import Dialogs

REFRESH_MS = 250
_STEPS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
_RESTYLE = (
    QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange, QEvent.Type.DevicePixelRatioChange,
)  # fmt: skip


class Chart(QWidget):
    """A picture of one table. Hover, arrow keys and the table say the same; nothing is drawn while hidden."""

    point_selected = Signal(object)
    point_activated = Signal(object)
    cleared = Signal()
    exported = Signal(object)
    export_failed = Signal(str)
    is_chart = True

    def __init__(self, model: ChartModel[Any], parent: QWidget | None = None) -> None:
        """Build every item once and show `model`."""
        super().__init__(parent)
        access.install()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setBackgroundRole(self.palette().ColorRole.Base)
        self.setAutoFillBackground(True)
        self._cursor: int | None = None
        self._selected: int | None = None
        self._is_stale = True
        self._caption = ""
        self._dialogs: Dialogs | None = None
        self._table: QTableView | None = None
        self._since = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.refresh)
        self.theme = theme_of(self.palette())
        self._lay_out_widgets()
        self._build()
        self._model = model
        self._connect_model()
        self.actions_ = menu.ChartActions(self)
        self.headline.drag_began.connect(self.actions_.drag_out)
        self._moved = pg.SignalProxy(self.canvas.scene().sigMouseMoved, rateLimit=30, slot=self._on_mouse_moved)
        self.canvas.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        self.apply_theme(self.theme)
        self._say()

    def _lay_out_widgets(self) -> None:
        self.canvas = Canvas(self)
        self.headline = Headline(self)
        self.readout_bar = Readout(self)
        self._empty = QLabel(self, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self._canvas_page())
        self.pages.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        layout.addWidget(self.headline)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.readout_bar)
        self._focus_frame = FocusFrame(self)

    # ---- what a subclass says ----------------------------------------------------------------------------------------

    def _canvas_page(self) -> QWidget:
        """The page that holds the canvas; a subclass may wrap it."""
        return self.canvas

    def _build(self) -> None:
        """Create every item once."""
        raise NotImplementedError

    def _refresh(self) -> None:
        """Move the items to the model's numbers (`setData` only)."""
        raise NotImplementedError

    def _style(self, theme: Theme, font: QFont) -> None:
        """Colour every item."""
        raise NotImplementedError

    def _draw_cursor(self, stop: int | None) -> None:
        """Show the cursor at a stop, or hide it."""

    def title(self) -> str:
        """The finding, as a short title."""
        raise NotImplementedError

    def summary(self) -> str:
        """One sentence that says what the picture shows: accessible description and alternative text."""
        raise NotImplementedError

    def empty_reason(self) -> str:
        """Why there is nothing to draw; empty if there is."""
        return ""

    def caption_facts(self) -> str:
        """What the rows themselves add to an exported picture's caption: n and budget."""
        return ""

    def stop_count(self) -> int:
        """How many places the cursor can be at."""
        return len(self.rows)

    def stop_at(self, scene: QPointF) -> int | None:
        """The stop under a point of the scene, if any."""
        raise NotImplementedError

    def neighbour(self, stop: int, dx: int, dy: int) -> int:
        """The stop one to the right (dx 1) or one down (dy 1); the caller keeps it in range."""
        return stop + dx + dy

    def readout(self, stop: int) -> str:
        """Everything there is to say about a stop, on one line."""
        raise NotImplementedError

    def stop_key(self, stop: int) -> object:
        """What the signals carry for a stop: its row."""
        return self.rows[stop]

    def own_actions(self) -> list[QAction]:
        """Entries of this kind of chart on top of the context menu."""
        return []

    # ---- model and refresh -------------------------------------------------------------------------------------------

    @property
    def rows(self) -> list[Any]:
        """The model's rows."""
        return self._model.rows

    def table(self) -> ChartModel[Any]:
        """The numbers of the picture: the table twin, CSV and screen readers use the same."""
        return self._model

    def set_model(self, model: ChartModel[Any]) -> None:
        """Draw another table from now on."""
        for signal in self._model_signals():
            signal.disconnect(self._on_model_changed)
        self._model = model
        self._connect_model()
        if self._table is not None:
            self._table.setModel(model)
        self._on_model_changed()

    def _connect_model(self) -> None:
        for signal in self._model_signals():
            signal.connect(self._on_model_changed)

    def _model_signals(self) -> list[Any]:
        model = self._model
        return [model.rowsInserted, model.rowsRemoved, model.dataChanged, model.modelReset]

    @Slot()
    def _on_model_changed(self) -> None:
        """Redraw soon: at once if the last time is long ago, else when 250 ms have passed; not at all while hidden."""
        self._is_stale = True
        if self.isVisible() and not self._timer.isActive():
            passed = self._since.elapsed() if self._since.isValid() else REFRESH_MS
            self._timer.start(max(0, REFRESH_MS - passed))

    @Slot()
    def refresh(self) -> None:
        """Draw the model now; while hidden that waits until the chart is shown."""
        if self.isVisible():
            self._draw_now()

    def lay_out(self) -> None:
        """Bring sizes and items up to date even if the chart was never shown, as an export needs it."""
        if not self.isVisible():
            self.grab()
        if self._is_stale:
            self._draw_now()

    def _draw_now(self) -> None:
        self._timer.stop()
        self._is_stale = False
        self._since.restart()
        self._refresh()
        count = self.stop_count()
        self._cursor = min(self._cursor, count - 1) if self._cursor is not None and count else None
        self._selected = self._selected if self._selected is not None and self._selected < count else None
        self._say()

    def _say(self) -> None:
        """Bring title, page, read-out and accessible text up to date."""
        reason = self.empty_reason()
        self._empty.setText(reason)
        if not self.is_table:
            self.pages.setCurrentIndex(1 if reason else 0)
        self.headline.setText(self.title())
        self.setAccessibleName(self.title() or tr("Chart"))
        self.setAccessibleDescription(reason or self.summary())
        self._say_cursor()

    def _say_cursor(self) -> None:
        stop = None if self.empty_reason() else self._cursor
        self.readout_bar.setText("" if stop is None else self.readout(stop))
        self._draw_cursor(stop)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what changed while hidden."""
        super().showEvent(event)
        if self._is_stale:
            self._draw_now()

    # ---- theme -------------------------------------------------------------------------------------------------------

    def apply_theme(self, theme: Theme, scale: float = 0.0) -> None:
        """Colour everything; called on a palette change, and for exports with the light theme and its scale."""
        self.theme = theme
        self.canvas.setBackground(theme.surface)
        with pens_scaled(scale or self.devicePixelRatioF()):
            self._style(theme, tabular(self.font()))

    def draw_cursor(self, *, is_shown: bool) -> None:
        """Show the cursor where it is, or hide it as exported pictures do."""
        self._draw_cursor(self._cursor if is_shown and not self.empty_reason() else None)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the text size."""
        super().changeEvent(event)
        if event.type() in _RESTYLE and hasattr(self, "actions_"):
            self.apply_theme(theme_of(self.palette()))

    # ---- cursor ------------------------------------------------------------------------------------------------------

    @property
    def cursor_stop(self) -> int | None:
        """Where the cursor is, by mouse or by keys."""
        return self._cursor

    def set_cursor(self, stop: int | None) -> None:
        """Put the cursor on a stop: the same read-out whoever asks."""
        if stop != self._cursor:
            self._cursor = stop
            self._say_cursor()

    def move_cursor(self, dx: int, dy: int = 0) -> None:
        """Move by keys; the first move starts at the beginning."""
        count = self.stop_count()
        if not count or self.empty_reason():
            return
        stop = self._first_stop() if self._cursor is None else self.neighbour(self._cursor, dx, dy)
        self.set_cursor(max(0, min(count - 1, stop)))
        access.announce(self, self.readout_bar.text())

    def _first_stop(self) -> int:
        return 0

    def select(self, stop: int) -> None:
        """Choose a stop, as a click does."""
        self.set_cursor(stop)
        self._selected = stop
        self.point_selected.emit(self.stop_key(stop))
        self._draw_cursor(stop)

    def clear(self) -> None:
        """Choose nothing."""
        self._selected = None
        self.set_cursor(None)
        self.cleared.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the cursor, Home and End go to the ends, Space chooses, Enter opens, Esc clears."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.move_cursor(*_STEPS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.set_cursor(self._cursor or 0)
            self.set_cursor(0 if key == Qt.Key.Key_Home else self.stop_count() - 1)
        elif key == Qt.Key.Key_Space and self._cursor is not None:
            self.select(self._cursor)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.select(self._cursor)
            self.point_activated.emit(self.stop_key(self._cursor))
        elif key == Qt.Key.Key_Escape and (self._cursor is not None or self._selected is not None):
            self.clear()
        else:
            super().keyPressEvent(event)

    def _on_mouse_moved(self, args: tuple[QPointF]) -> None:
        if self.empty_reason() or self._is_stale:
            return
        stop = self.stop_at(args[0])
        self.set_cursor(self._selected if stop is None else stop)

    def _on_mouse_clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.empty_reason():
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        stop = self.stop_at(event.scenePos())
        if stop is None:
            return
        self.select(stop)
        if event.double():
            self.point_activated.emit(self.stop_key(stop))

    # ---- what can be done with it ------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Our own menu."""
        self.actions_.menu().popup(event.globalPos())

    @Slot()
    def reset_view(self) -> None:
        """Show everything again."""

    @Slot()
    def zoom_in(self) -> None:
        """Show less, larger."""

    @Slot()
    def zoom_out(self) -> None:
        """Show more, smaller."""

    @property
    def is_table(self) -> bool:
        """Whether the table twin is on screen."""
        return self._table is not None and self.pages.currentWidget() is self._table

    @Slot()
    def toggle_table(self) -> None:
        """Change between the picture and the same numbers as a table."""
        if self.is_table:
            self.pages.setCurrentIndex(1 if self.empty_reason() else 0)
            self.setFocus()
        else:
            self.pages.setCurrentWidget(self._table_view())
            self._table_view().setFocus()
        self.actions_.as_table.setChecked(self.is_table)

    def _table_view(self) -> QTableView:
        if self._table is None:
            self._table = QTableView(self)
            self._table.setAlternatingRowColors(True)
            self._table.setModel(self._model)
            self._table.setAccessibleName(tr("Table of the chart"))
            self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            self._table.horizontalHeader().setResizeContentsPrecision(50)
            self.pages.addWidget(self._table)
        return self._table

    @Slot()
    def copy(self) -> None:
        """Picture and numbers to the clipboard in one."""
        menu.put(menu.clipboard_data(self))

    @Slot()
    def copy_image(self) -> None:
        """Only the picture to the clipboard."""
        menu.put(menu.clipboard_data(self, text=False))

    @Slot()
    def copy_data(self) -> None:
        """Only the numbers to the clipboard."""
        menu.put(menu.clipboard_data(self, image=False))

    def set_caption(self, text: str) -> None:
        """What exported pictures say besides n and budget: run ids and date."""
        self._caption = text

    def caption(self) -> str:
        """The line under an exported picture."""
        return " · ".join(part for part in (self._caption, self.caption_facts()) if part)

    def set_dialogs(self, dialogs: Dialogs) -> None:
        """Who asks where to save."""
        self._dialogs = dialogs

    def export(self, path: Path, kind: str = "") -> None:
        """Write PNG (three pixels a point), SVG, PDF or CSV; always light, with caption."""
        export.export(self, path, kind)

    @Slot()
    def choose_export(self) -> None:
        """Ask where to save, then save."""
        if self._dialogs is None:
            return
        filters = tr("Picture (*.png);;Vector picture (*.svg);;Document (*.pdf);;Numbers (*.csv)")
        name = f"{menu.file_name(self)}.png"
        self._dialogs.save_file("charts", tr("Export chart"), name, filters, self._save)

    def _save(self, path: Path) -> None:
        if failure := menu.save(self, path):
            self.export_failed.emit(failure)
        else:
            self.exported.emit(path)
