"""Looks a window over as an eye would: clipped text, overlapping widgets, weak contrast, focusable widgets without a name."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLayout,
    QScrollArea,
    QSplitterHandle,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from gui.theme import contrast
from gui.widgets.form import ElidedBox
from gui.widgets.text import ElidedLabel

#: Pixels a text may lack before it counts as clipped (rounding of font metrics).
SLACK = 1
#: Widgets that lie over others on purpose.
OVERLAYS = ("toast", "drop_outline", "qt_rubberband")


def audit(window: QWidget) -> list[str]:
    """Return one sentence a finding; an empty list means that nothing was found."""
    shown = [
        widget for widget in window.findChildren(QWidget) if widget.isVisible() and not widget.visibleRegion().isEmpty()
    ]
    return [
        *_clipped(shown),
        *_cut_off(shown),
        *_sideways(shown),
        *_overlapping(window),
        *_weak(shown),
        *_nameless(shown),
    ]


def place_of(widget: QWidget) -> str:
    """A widget's path, from the named ancestors down."""
    parts = []
    while widget is not None and len(parts) < 4:
        parts.append(widget.objectName() or type(widget).__name__)
        widget = widget.parentWidget()
    return "/".join(reversed(parts))


def _clipped(shown: list[QWidget]) -> list[str]:
    found = []
    for widget in shown:
        if isinstance(widget, QLabel) and widget.text() and not isinstance(widget, ElidedLabel):
            wide, high = _room_wanted(widget)
            if widget.width() + SLACK < wide or widget.height() + SLACK < high:
                found.append(
                    f"clipped: {place_of(widget)} {widget.text()[:40]!r} wants {wide}x{high}, has {widget.width()}x{widget.height()}"
                )
        elif isinstance(widget, (QAbstractButton, QComboBox)) and _button_text(widget):
            wide = widget.fontMetrics().horizontalAdvance(_button_text(widget).replace("&", ""))
            if widget.width() < wide + SLACK or widget.height() < widget.fontMetrics().height():
                found.append(f"clipped: {place_of(widget)} {_button_text(widget)!r} wants {wide}, has {widget.width()}")
    return found


def _cut_off(shown: list[QWidget]) -> list[str]:
    """What reaches beyond the right edge of an area that does not scroll sideways."""
    found = []
    for widget in shown:
        if not isinstance(widget, (QLabel, QAbstractButton)):
            continue
        area = widget.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is None or area.horizontalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
            continue
        right = widget.mapTo(area.viewport(), widget.rect().topRight()).x()
        if right > area.viewport().width() + SLACK:
            found.append(f"cut off: {place_of(widget)} by {right - area.viewport().width()}")
    return found


def _sideways(shown: list[QWidget]) -> list[str]:
    """Pages and forms that have to be scrolled sideways; tables and charts may."""
    return [
        f"scrolls sideways: {place_of(area)} by {area.horizontalScrollBar().maximum()}"
        for area in shown
        if isinstance(area, QScrollArea) and area.horizontalScrollBar().maximum() > SLACK
    ]


def _button_text(widget: QWidget) -> str:
    """What a button shows in letters: nothing where it is an icon alone."""
    if isinstance(widget, QComboBox):
        return "" if isinstance(widget, ElidedBox) else widget.currentText()
    icon_only = isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    narrow = getattr(widget, "is_narrow", icon_only)
    return "" if narrow else widget.text()


def _room_wanted(label: QLabel) -> tuple[int, int]:
    if label.wordWrap():
        return label.fontMetrics().averageCharWidth() * 4, label.heightForWidth(label.width())
    hint = label.sizeHint()
    return hint.width(), label.fontMetrics().height()


def _overlapping(window: QWidget) -> list[str]:
    found = []
    for widget in (window, *window.findChildren(QWidget)):
        layout = widget.layout()
        if (
            layout is None
            or not widget.isVisible()
            or isinstance(widget, QStackedWidget)
            or "Stacked" in type(layout).__name__
        ):
            continue
        places = [
            (item, item.mapTo(window, item.rect().topLeft())) for item in _items(widget, layout) if item.isVisible()
        ]
        rects = [(item, QRect(corner, item.size())) for item, corner in places]
        for number, (first, one) in enumerate(rects):
            for second, other in rects[number + 1 :]:
                both = one.intersected(other)
                if both.width() > SLACK and both.height() > SLACK and not _may_overlap(first, second):
                    found.append(
                        f"overlapping: {place_of(first)} and {place_of(second)} by {both.width()}x{both.height()}"
                    )
    return found


def _items(widget: QWidget, layout: QLayout) -> list[QWidget]:
    """The widgets that a layout or one inside it places. Asked by widget: PySide's wrappers of layout items outlive them."""
    placing = [one for one in (layout, *layout.findChildren(QLayout)) if "Stacked" not in type(one).__name__]
    children = [one for one in widget.children() if isinstance(one, QWidget)]
    return [child for child in children if any(one.indexOf(child) >= 0 for one in placing)]


def _may_overlap(first: QWidget, second: QWidget) -> bool:
    return any(widget.objectName() in OVERLAYS for widget in (first, second))


def _weak(shown: list[QWidget]) -> list[str]:
    found = []
    for widget in shown:
        if isinstance(widget, QLabel) and widget.text() and widget.isEnabled():
            palette = widget.palette()
            ink = palette.color(widget.foregroundRole()).name()
            ground = palette.color(widget.backgroundRole()).name()
            if (ratio := contrast(ink, ground)) < 4.5:
                found.append(
                    f"weak contrast: {place_of(widget)} {widget.text()[:40]!r} {ink} on {ground} is {ratio:.1f}:1"
                )
    return found


def _nameless(shown: list[QWidget]) -> list[str]:
    found = []
    for widget in shown:
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, QSplitterHandle):
            continue
        if widget.focusProxy() is not None or _is_part(widget):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"no accessible name: {place_of(widget)} ({type(widget).__name__})")
    return found


def _is_part(widget: QWidget) -> bool:
    """Inner parts of Qt's own compound widgets are named by the whole."""
    parent = widget.parentWidget()
    if widget.objectName().startswith("qt_"):
        return True
    if isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget:
        return True
    return isinstance(widget, QAbstractScrollArea) and widget.viewport() is None
