"""A chart as a file or for the clipboard: always light, with its title above and its caption below."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from engine import durable
from engine.errors import UserError
from gui.theme import LIGHT, color

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gui.charts.chart import Chart

KINDS = ("png", "svg", "pdf", "csv")
PNG_SCALE = 3
_MARGIN = 12.0
_DPI = 96


def export(chart: Chart, path: Path, kind: str = "") -> None:
    """Write the chart to a file; the kind is the file's ending unless given. `UserError` for any other kind."""
    kind = kind or path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise UserError(f"A chart cannot be saved as “{kind or path.name}”; choose one of {', '.join(KINDS)}.")
    durable.replace_file(path, {"png": _png, "svg": _svg, "pdf": _pdf, "csv": _csv}[kind](chart))


def image(chart: Chart, scale: float = PNG_SCALE) -> QImage:
    """The light picture at `scale` pixels per point."""
    with _in_light(chart, scale):
        size = _size(chart)
        result = QImage(size * scale, QImage.Format.Format_RGB32)
        result.setDevicePixelRatio(scale)
        result.fill(color(LIGHT.surface))
        painter = QPainter(result)
        _paint(chart, painter, size)
        painter.end()
    return result


def _csv(chart: Chart) -> bytes:
    return chart.table().to_csv().encode()


def png(picture: QImage) -> bytes:
    """The bytes of a picture's PNG file; may be called in any thread."""
    buffer = _buffer()
    picture.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _png(chart: Chart) -> bytes:
    return png(image(chart))


def _svg(chart: Chart) -> bytes:
    with _in_light(chart):
        buffer, size = _buffer(), _size(chart)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(size)
        generator.setResolution(_DPI)
        generator.setViewBox(QRect(0, 0, size.width(), size.height()))
        generator.setTitle(chart.title())
        generator.setDescription(chart.summary())
        _paint_on(chart, generator, size)
    return bytes(buffer.data().data())


def _pdf(chart: Chart) -> bytes:
    with _in_light(chart):
        buffer, size = _buffer(), _size(chart)
        writer = QPdfWriter(buffer)
        writer.setResolution(_DPI)
        points = QSizeF(size.width() * 72 / _DPI, size.height() * 72 / _DPI)
        writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        writer.setTitle(chart.title())
        _paint_on(chart, writer, size)
    return bytes(buffer.data().data())


def _paint_on(chart: Chart, device: QSvgGenerator | QPdfWriter, size: QSize) -> None:
    painter = QPainter(device)
    _paint(chart, painter, size)
    painter.end()


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


@contextmanager
def _in_light(chart: Chart, scale: float = 1.0) -> Iterator[None]:
    """Lay the chart out, brush it light, and give it its own colours back; nothing is painted on screen between."""
    theme = chart.theme
    chart.lay_out()
    chart.apply_theme(LIGHT, scale)
    chart.draw_cursor(is_shown=False)
    try:
        yield
    finally:
        chart.apply_theme(theme)
        chart.draw_cursor(is_shown=True)


def _fonts(chart: Chart) -> tuple[QFont, QFont]:
    title, caption = QFont(chart.font()), QFont(chart.font())
    title.setBold(True)
    title.setPointSizeF(chart.font().pointSizeF() * 1.15)
    caption.setPointSizeF(chart.font().pointSizeF() * 0.9)
    return title, caption


def _heights(chart: Chart) -> tuple[float, float]:
    """Pixels for the title above and the caption below, as they wrap at the chart's width."""
    width = chart.canvas.width()
    texts = zip(_fonts(chart), (chart.title(), chart.caption()), strict=True)
    high = [_wrapped(font, text, width) for font, text in texts]
    return high[0], high[1]


def _wrapped(font: QFont, text: str, width: float) -> float:
    box = QRectF(0, 0, width, 10_000)
    return QFontMetricsF(font).boundingRect(box, int(Qt.TextFlag.TextWordWrap), text).height() if text else 0.0


def _size(chart: Chart) -> QSize:
    above, below = _heights(chart)
    high = chart.canvas.height() + above + below + 4 * _MARGIN
    return QSize(round(chart.canvas.width() + 2 * _MARGIN), round(high))


def _paint(chart: Chart, painter: QPainter, size: QSize) -> None:
    title, caption = _fonts(chart)
    above, below = _heights(chart)
    width, high = chart.canvas.width(), chart.canvas.height()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), color(LIGHT.surface))
    _write(painter, QRectF(_MARGIN, _MARGIN, width, above), title, LIGHT.text, chart.title())
    chart.canvas.render(painter, QRectF(_MARGIN, 2 * _MARGIN + above, width, high), chart.canvas.viewport().rect())
    _write(painter, QRectF(_MARGIN, 3 * _MARGIN + above + high, width, below), caption, LIGHT.muted, chart.caption())


def _write(painter: QPainter, box: QRectF, font: QFont, ink: str, text: str) -> None:
    painter.setFont(font)
    painter.setPen(color(ink))
    painter.drawText(box, int(Qt.TextFlag.TextWordWrap), text)
