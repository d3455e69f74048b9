"""Every chart filled with example rows, shown in the light theme."""

from dataclasses import dataclass
from typing import Any

import chart_examples as examples
import pytest

from gui.theme import LIGHT, apply_theme


@dataclass
class Kind:
    """How to make one kind of chart and fill it."""

    name: str
    make: Any
    fill: Any


def _kinds():
    from gui.charts.before_after import BeforeAfterChart
    from gui.charts.drift import DriftChart
    from gui.charts.matrix import MatrixChart
    from gui.charts.timeline import TimelineChart
    from gui.charts.tradeoff import TradeoffChart

    return [
        Kind("before_after", BeforeAfterChart, lambda c: c.table().set_rows(examples.capability_rows())),
        Kind("timeline", TimelineChart, lambda c: c.table().set_parts(*examples.timeline_parts())),
        Kind("tradeoff", TradeoffChart, lambda c: c.table().set_rows(examples.tradeoff_rows())),
        Kind("matrix", MatrixChart, lambda c: c.table().set_rows(examples.matrix_rows())),
        Kind("drift", DriftChart, lambda c: c.table().set_rows(examples.drift_cells())),
    ]


@pytest.fixture(params=["before_after", "timeline", "tradeoff", "matrix", "drift"])
def kind(request, qapp):
    """Each kind of chart in turn."""
    return next(one for one in _kinds() if one.name == request.param)


@pytest.fixture
def light(qapp):
    """The light theme for the test, and the palette of before after it."""
    before = qapp.palette()
    apply_theme(qapp, LIGHT)
    yield qapp
    qapp.setPalette(before)


@pytest.fixture
def shown(qtbot, light):
    """`shown(chart)` puts a chart on screen at 900x620 and draws it."""

    def show(chart):
        qtbot.addWidget(chart)
        chart.resize(900, 620)
        chart.show()
        qtbot.waitExposed(chart)
        chart.refresh()
        return chart

    return show


@pytest.fixture
def chart(kind, shown):
    """The kind's chart, filled and on screen."""
    made = kind.make()
    kind.fill(made)
    return shown(made)
