"""How a screen reader meets a chart: role Chart, the finding as its name, one sentence as its description."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import isValid


class _ChartInterface(QAccessibleWidget):
    """A widget of role Chart; its sentence is both description and value."""

    def __init__(self, chart: QWidget) -> None:
        """Speak for `chart`, which must not be kept alive by this."""
        super().__init__(chart, QAccessible.Role.Chart)

    def text(self, kind: QAccessible.Text) -> str:
        """Name, description and value."""
        chart = self.object()
        if isinstance(chart, QWidget):
            if kind == QAccessible.Text.Name:
                return chart.accessibleName()
            if kind in (QAccessible.Text.Description, QAccessible.Text.Value):
                return chart.accessibleDescription()
        return str(super().text(kind))


#: Qt owns the interfaces but holds no Python reference; without one a collected wrapper would leave Qt a dead pointer.
_kept: list[_ChartInterface] = []
_is_installed = False


def install() -> None:
    """Teach Qt's accessibility about charts; harmless when called again."""
    global _is_installed
    if not _is_installed:
        QAccessible.installFactory(_interface_of)
        _is_installed = True


def announce(chart: QWidget, text: str) -> None:
    """Have the read-out spoken."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(chart, text))


def _interface_of(_kind: str, target: object) -> _ChartInterface | None:
    if not isinstance(target, QWidget) or not getattr(target, "is_chart", False):
        return None
    _kept[:] = [one for one in _kept if isValid(one)]  # Qt deletes those of charts that are gone
    _kept.append(_ChartInterface(target))
    return _kept[-1]
