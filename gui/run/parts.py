"""Small parts of the run's tabs: emptying a layout, and labels that take no more height than their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy

from gui.widgets.text import WrappedLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel, QLayout

L = TypeVar("L", bound="QLabel")


def empty_layout(layout: QLayout, *, keep: int = 0) -> None:
    """Take everything out of a layout but its first `keep` items; widgets are deleted."""
    while layout.count() > keep:
        item = layout.takeAt(keep)
        if item is None:
            return
        inner = item.layout()
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            empty_layout(inner)
            inner.deleteLater()


def tight(label: L) -> L:
    """Let a wrapped label be exactly as high as its lines: a scrolling page would give it room for more."""
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    if isinstance(label, WrappedLabel):
        label.is_tight = True
    return label
