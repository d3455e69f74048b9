"""What can be done with any chart: its actions (menu, keys, command palette), clipboard, dragging and saving."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, QTemporaryDir, QUrl
from PySide6.QtGui import QAction, QDrag, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from engine.errors import PalimpsestError
from gui.charts import export
from gui.i18n import tr

if TYPE_CHECKING:
    from gui.charts.chart import Chart


class ChartActions:
    """The actions of one chart. Their keys work while the chart has the keyboard."""

    def __init__(self, chart: Chart) -> None:
        """Create them and give them to the chart."""
        self._chart = chart
        self._folder: QTemporaryDir | None = None
        self.copy = self._action(tr("Copy chart"), QKeySequence.StandardKey.Copy, chart.copy)
        self.copy_image = self._action(tr("Copy image"), None, chart.copy_image)
        self.copy_data = self._action(tr("Copy data"), None, chart.copy_data)
        self.export = self._action(tr("Export…"), None, chart.choose_export)  # the window's Ctrl+E comes to it
        self.reset = self._action(tr("Reset view"), "0", chart.reset_view)
        self.zoom_in = self._action(tr("Zoom in"), "+", chart.zoom_in)
        self.zoom_out = self._action(tr("Zoom out"), "-", chart.zoom_out)
        self.as_table = self._action(tr("Show as table"), "G", chart.toggle_table)
        self.as_table.setCheckable(True)

    def _action(self, text: str, keys: QKeySequence.StandardKey | str | None, slot: object) -> QAction:
        action = QAction(text, self._chart)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(slot)
        self._chart.addAction(action)
        return action

    def menu(self) -> QMenu:
        """The context menu, deleted when closed; a chart may add its own entries on top."""
        menu = QMenu(self._chart)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in self._chart.own_actions():
            menu.addAction(action)
        menu.addSeparator()
        for action in (self.copy_image, self.copy_data, self.export, self.reset, self.as_table):
            menu.addAction(action)
        return menu

    def drag_data(self) -> QMimeData:
        """The picture as an image and as a PNG file for programs that want a file."""
        if self._folder is None:
            self._folder = QTemporaryDir()
        path = Path(self._folder.path()) / f"{file_name(self._chart)}.png"
        export.export(self._chart, path)
        data = QMimeData()
        data.setImageData(export.image(self._chart))
        data.setUrls([QUrl.fromLocalFile(str(path))])
        return data

    def drag_out(self) -> None:
        """Let the picture be dropped into another program."""
        drag = QDrag(self._chart)
        drag.setMimeData(self.drag_data())
        drag.setPixmap(self._chart.grab().scaledToWidth(240, Qt.TransformationMode.SmoothTransformation))
        drag.exec(Qt.DropAction.CopyAction)


def clipboard_data(chart: Chart, *, image: bool = True, text: bool = True) -> QMimeData:
    """The picture, its table for a sheet and its table for a text, all in one; the reader takes what it can use."""
    data = QMimeData()
    if text:
        data.setText(chart.table().to_tsv())
        data.setHtml(chart.table().to_html())
    if image:
        data.setImageData(export.image(chart))
    return data


def put(data: QMimeData) -> None:
    """Place data on the clipboard."""
    QGuiApplication.clipboard().setMimeData(data)


def file_name(chart: Chart) -> str:
    """A file name made of the title: letters, digits and dashes."""
    words = re.sub(r"[^\w−+-]+", "-", chart.title()).strip("-")
    return words[:60] or "chart"


def save(chart: Chart, path: Path) -> str:
    """Export to a chosen file; the sentence to show if that failed, else empty."""
    try:
        export.export(chart, path)
    except PalimpsestError as error:
        return str(error)
    except OSError as error:
        return tr("The chart could not be written: {reason}").format(reason=error.strerror or error)
    return ""
