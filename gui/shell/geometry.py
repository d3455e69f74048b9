"""How the window was left, and putting it back where it can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QRect
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QMainWindow

#: Layout of docks and toolbars; raise it when they change.
DOCKS_VERSION = 1


def clamped(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """The wanted place, moved (and if need be shrunk) so that all of it is on the screen it overlaps most, else the first."""
    if not screens:
        return wanted
    best = max(screens, key=lambda screen: _area(screen.intersected(wanted)))
    if _area(best.intersected(wanted)) == 0:
        best = screens[0]
    width, height = min(wanted.width(), best.width()), min(wanted.height(), best.height())
    left = min(max(wanted.left(), best.left()), best.left() + best.width() - width)
    top = min(max(wanted.top(), best.top()), best.top() + best.height() - height)
    return QRect(left, top, width, height)


def _area(rect: QRect) -> int:
    return max(0, rect.width()) * max(0, rect.height())


def state_of(window: QMainWindow) -> dict[str, Any]:
    """The window's place, size and docks as JSON values."""
    place = window.normalGeometry() if window.isMaximized() else window.geometry()
    return {
        "place": [place.left(), place.top(), place.width(), place.height()],
        "maximised": window.isMaximized(),
        "docks": window.saveState(DOCKS_VERSION).toBase64().toStdString(),
    }


def restore(window: QMainWindow, state: dict[str, Any]) -> None:
    """Put the window back; each bad value is ignored by itself."""
    place = state.get("place")
    if isinstance(place, list) and len(place) == 4 and all(isinstance(number, int) for number in place):
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        rect = clamped(QRect(*place), screens)
        if rect.width() >= 200 and rect.height() >= 200:
            window.setGeometry(rect)
    if isinstance(docks := state.get("docks"), str):
        window.restoreState(QByteArray.fromBase64(docks.encode()), DOCKS_VERSION)
    if state.get("maximised") is True:
        window.showMaximized()
