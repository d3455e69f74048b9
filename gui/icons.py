"""Our own icons: SVG files drawn in `currentColor`, recoloured for the theme they are shown in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gui.theme import Theme, mixed

FOLDER = Path(__file__).parents[1] / "resources" / "icons"
SIZES = (16, 20, 24, 32)


def names() -> list[str]:
    """Every icon there is."""
    return sorted(path.stem for path in FOLDER.glob("*.svg"))


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text("utf-8")


@lru_cache(maxsize=512)
def pixmap(name: str, color: str, size: int, ratio: float = 1.0) -> QPixmap:
    """One icon in one colour; `size` in device-independent pixels."""
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


def icon(name: str, theme: Theme, *, color: str = "") -> QIcon:
    """An icon in the theme's text colour (or another), with its disabled and selected looks."""
    result = QIcon()
    normal = color or theme.text
    faint = mixed(normal, theme.window, 0.55)
    for size in SIZES:
        for ratio in (1.0, 2.0):
            result.addPixmap(pixmap(name, normal, size, ratio), QIcon.Mode.Normal)
            result.addPixmap(pixmap(name, faint, size, ratio), QIcon.Mode.Disabled)
            result.addPixmap(pixmap(name, color or theme.selection_text, size, ratio), QIcon.Mode.Selected)
    return result
