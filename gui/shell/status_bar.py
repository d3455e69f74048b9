"""The status bar: current model, GPU, disk, the live run, the log, and the bell. Always there, never lying."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from gui.i18n import tr
from gui.shell.gpu import STALE_AFTER_S, Gpu, NoGpu
from gui.theme import theme_of
from gui.widgets.buttons import QuietButton
from gui.widgets.text import ElidedLabel, PlainLabel, bytes_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent

#: Say that the disk is short below this.
LOW_DISK_BYTES = 5_000_000_000
#: Room for the live run's name and share, in average letters; longer ones are shortened in the middle.
NAME_LETTERS = 26


class MemoryBar(QWidget):
    """GPU memory: ours filled, others' hatched, free empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Hidden until a reading came."""
        super().__init__(parent)
        self._gpu: Gpu | None = None
        self.hide()

    def show_gpu(self, gpu: Gpu | None) -> None:
        """Show a reading."""
        self._gpu = gpu if gpu is not None and gpu.memory_share is not None else None
        self.setVisible(self._gpu is not None)
        self.update()

    def sizeHint(self) -> QSize:
        """A line high."""
        return QSize(72, max(8, self.fontMetrics().height() // 2))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        if self._gpu is None or self._gpu.total_bytes is None:
            return
        theme = theme_of(self.palette())
        color = QColor(theme.warning_mark if "memory" in self._gpu.warnings else theme.accent)
        painter = QPainter(self)
        height = self.sizeHint().height()
        ground = QRectF(0, (self.height() - height) / 2, self.width() - 1, height)
        painter.fillRect(ground, QColor(theme.grid))
        own = ground.width() * self._gpu.own_bytes / self._gpu.total_bytes
        used = ground.width() * (self._gpu.memory_share or 0.0)
        painter.fillRect(QRectF(ground.left(), ground.top(), own, height), color)
        others = QRectF(ground.left() + own, ground.top(), max(0.0, used - own), height)
        painter.fillRect(others, QBrush(color, Qt.BrushStyle.BDiagPattern))
        painter.setPen(QColor(theme.border))
        painter.drawRect(ground)


class StatusBar(QFrame):
    """Shows what it is told; emits what was pressed."""

    model_pressed = Signal()
    gpu_pressed = Signal()
    run_pressed = Signal(int)
    log_pressed = Signal()
    bell_pressed = Signal()

    def __init__(self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Build it; `clock` tells how old a reading is."""
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setAccessibleName(tr("Status"))
        self._clock = clock
        self._reading: Gpu | NoGpu | None = None
        self._run_id = 0
        self.model = QuietButton(tr("No current model"), "flag")
        self.gpu = QuietButton(tr("Reading GPU …"))
        self.memory = MemoryBar()
        self.disk = PlainLabel("")
        self.disk.setContentsMargins(6, 0, 6, 0)
        self.run = QuietButton("")
        self.run.hide()
        self.notice = ElidedLabel("")
        self.log = QuietButton(tr("Log"), "log")
        self.bell = QuietButton(tr("Notifications"), "bell", show_text=False)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(4)
        self._run_rule = _Rule()
        rules = (None, _Rule(), _Rule(), self._run_rule)
        parts = ((self.model,), (self.gpu, self.memory), (self.disk,), (self.run,))
        for rule, part in zip(rules, parts, strict=True):
            for widget in (rule, *part):
                if widget is not None:
                    row.addWidget(widget)
        self._run_rule.hide()
        row.addWidget(self.notice, 1)
        row.addWidget(self.log)
        row.addWidget(self.bell)

    def _connect(self) -> None:
        self.model.clicked.connect(self.model_pressed)
        self.gpu.clicked.connect(self.gpu_pressed)
        self.run.clicked.connect(self._on_run_clicked)
        self.log.clicked.connect(self.log_pressed)
        self.bell.clicked.connect(self.bell_pressed)

    def show_model(self, words: str) -> None:
        """Name the current model."""
        self.model.setText(words or tr("No current model"))
        self.model.setToolTip(tr("Current model: {model}").format(model=words) if words else "")
        self.model.setAccessibleName(self.model.toolTip() or self.model.text())

    @Slot(object)
    def show_reading(self, reading: Gpu | NoGpu) -> None:
        """Take the newest reading of the GPU."""
        self._reading = reading
        self.refresh_reading()

    def refresh_reading(self) -> None:
        """Say the reading again: its age may have to be said."""
        reading = self._reading
        gpu = reading if isinstance(reading, Gpu) else None
        self.memory.show_gpu(gpu)
        text, tip = ("", "")
        if isinstance(reading, NoGpu):
            text, tip = no_gpu_words(reading)
        elif gpu is not None:
            text, tip = gpu_words(gpu, self._clock() - gpu.at)
        else:
            return
        self.gpu.setText(text)
        self.gpu.setToolTip(tip)
        self.gpu.setAccessibleName(text)

    def show_disk(self, free_bytes: int) -> None:
        """Say how much of the data folder's disk is free."""
        short = free_bytes < LOW_DISK_BYTES
        text = tr("Disk {free} free").format(free=bytes_text(free_bytes))
        self.disk.setText(f"⚠ {text}" if short else text)
        self.disk.setToolTip(tr("The disk is nearly full: checkpoints may not fit.") if short else "")

    def show_run(self, run_id: int, words: str) -> None:
        """Name the live run; 0 means that none is live."""
        self._run_id = run_id
        self.run.setVisible(run_id != 0)
        self._run_rule.setVisible(run_id != 0)
        room = self.run.fontMetrics().averageCharWidth() * NAME_LETTERS
        self.run.setText(self.run.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room))
        self.run.setToolTip(words)
        self.run.setAccessibleName(words)

    def show_unread(self, count: int) -> None:
        """Say how many notifications are unread."""
        words = tr("%n notification(s)", "", count) if count else tr("Notifications")
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if count else Qt.ToolButtonStyle.ToolButtonIconOnly
        self.bell.setText(str(count))
        self.bell.setToolButtonStyle(style)
        self.bell.setToolTip(words)
        self.bell.setAccessibleName(words)

    @Slot()
    def _on_run_clicked(self) -> None:
        self.run_pressed.emit(self._run_id)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A plain ground under one line."""
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.window))
        painter.setPen(QColor(theme.border))
        painter.drawLine(0, 0, self.width(), 0)


class _Rule(QFrame):
    """A thin upright line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        inset = self.height() // 4
        painter.fillRect(self.rect().adjusted(0, inset, 0, -inset), QColor(theme_of(self.palette()).border))


def no_gpu_words(reading: NoGpu) -> tuple[str, str]:
    """What to say, and the tooltip, where there is no reading."""
    if reading.reason == "cpu":
        return tr("CPU mode"), tr("No NVIDIA GPU was found; runs use the processor.")
    return tr("⚠ GPU not readable"), reading.details


def gpu_words(gpu: Gpu, age_s: float) -> tuple[str, str]:
    """One line about the GPU and its tooltip; what is not known is left out, and an old reading says its age."""
    parts = [gpu.name.removeprefix("NVIDIA ").removeprefix("GeForce ")]
    if gpu.used_bytes is not None and gpu.total_bytes:
        parts.append(f"{gpu.used_bytes / 1e9:.1f}/{gpu.total_bytes / 1e9:.0f} GB")
    if gpu.temperature_c is not None:
        parts.append(f"{gpu.temperature_c} °C")
    if gpu.utilisation is not None:
        parts.append(f"{gpu.utilisation} %")
    if age_s > STALE_AFTER_S:
        parts.append(tr("({seconds} s ago)").format(seconds=round(age_s)))
    warned = {"memory": tr("GPU memory is nearly full."), "temperature": tr("The GPU is hot.")}
    sign = "⚠ " if gpu.warnings else ""
    return sign + "  ".join(parts), " ".join(warned[word] for word in gpu.warnings)
