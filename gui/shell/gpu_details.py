"""The popover of the status bar: the GPU in full, and its last ten minutes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFormLayout, QWidget

from gui.i18n import tr
from gui.shell.gpu import EVERY_S, Gpu, NoGpu
from gui.shell.status_bar import no_gpu_words
from gui.theme import theme_of
from gui.widgets.popover import Popover
from gui.widgets.text import PlainLabel, bytes_text, heading, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QPaintEvent

MINUTES = 10


class GpuHistory:
    """The readings of the last ten minutes."""

    def __init__(self) -> None:
        """Begin empty."""
        self.readings: deque[Gpu] = deque(maxlen=round(MINUTES * 60 / EVERY_S))
        self.latest: Gpu | NoGpu | None = None

    def add(self, reading: Gpu | NoGpu) -> None:
        """Keep a reading."""
        self.latest = reading
        if isinstance(reading, Gpu):
            self.readings.append(reading)


class Sparkline(QWidget):
    """Shares between 0 and 1 as one thin line; a summary in words is its accessible name."""

    def __init__(self, values: Iterable[float], words: str) -> None:
        """Draw `values`, oldest first."""
        super().__init__()
        self._values = list(values)
        self.setAccessibleName(words)
        self.setToolTip(words)

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(260, 40)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.grid))
        if len(self._values) < 2:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent), 1.5))
        step = self.width() / (len(self._values) - 1)
        height = self.height() - 2
        painter.drawPolyline([QPointF(i * step, 1 + height * (1 - value)) for i, value in enumerate(self._values)])


class GpuDetails(Popover):
    """All there is to say of the GPU."""

    def __init__(self, owner: QWidget, history: GpuHistory) -> None:
        """Build it from what was read."""
        super().__init__(owner, tr("GPU"))
        latest = history.latest
        if not isinstance(latest, Gpu):
            title, text = no_gpu_words(latest) if latest is not None else (tr("Reading GPU …"), "")
            self.column.addWidget(heading(title))
            self.column.addWidget(wrapped(text, muted=True))
            self.setFixedWidth(320)
            return
        self.column.addWidget(heading(latest.name))
        form = QFormLayout()
        for name, value in _facts(latest):
            form.addRow(PlainLabel(name), PlainLabel(value))
        self.column.addLayout(form)
        used = [reading.memory_share for reading in history.readings if reading.memory_share is not None]
        busy = [reading.utilisation / 100 for reading in history.readings if reading.utilisation is not None]
        for words, values in ((tr("Memory, last 10 minutes"), used), (tr("Utilisation, last 10 minutes"), busy)):
            self.column.addWidget(PlainLabel(words, size="small"))
            peak = f"{max(values) * 100:.0f} %" if values else "–"
            self.column.addWidget(Sparkline(values, f"{words}: {tr('at most {peak}').format(peak=peak)}"))


def _facts(gpu: Gpu) -> list[tuple[str, str]]:
    facts = []
    if gpu.used_bytes is not None and gpu.total_bytes:
        facts.append((tr("Memory used"), f"{bytes_text(gpu.used_bytes)} / {bytes_text(gpu.total_bytes)}"))
        facts.append((tr("of it by Palimpsest"), bytes_text(gpu.own_bytes)))
    if gpu.temperature_c is not None:
        facts.append((tr("Temperature"), f"{gpu.temperature_c} °C"))
    if gpu.utilisation is not None:
        facts.append((tr("Utilisation"), f"{gpu.utilisation} %"))
    return facts
