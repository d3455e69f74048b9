"""Draw every chart with the example rows, light and dark: `python tests/e2e/draw_charts.py FOLDER [NAME…]`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import chart_examples as examples  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from gui.theme import DARK, LIGHT, apply_theme  # noqa: E402


def before_after():
    from gui.charts.before_after import BeforeAfterChart

    chart = BeforeAfterChart()
    chart.table().set_rows(examples.capability_rows())
    chart.resize(1080, 480)
    chart.show()
    chart.set_cursor(0)
    return chart


def before_after_nats():
    from gui.charts.before_after import BeforeAfterChart

    chart = BeforeAfterChart()
    chart.table().set_rows(examples.likelihood_rows())
    chart.resize(1000, 300)
    chart.show()
    return chart


def timeline():
    from gui.charts.timeline import TimelineChart

    chart = TimelineChart()
    chart.resize(940, 560)
    chart.show()
    chart.table().set_parts(*examples.timeline_parts())
    chart.refresh()
    chart.set_cursor(399)
    return chart


def timeline_empty():
    from gui.charts.timeline import TimelineChart
    from gui.charts.timeline_runs import TimelinePlan

    chart = TimelineChart()
    chart.resize(800, 420)
    chart.show()
    chart.set_plan(
        TimelinePlan(steps_total=640, checkpoints=tuple(range(80, 641, 80)), waiting="Measuring before: 14/40")
    )
    chart.refresh()
    return chart


def tradeoff():
    from gui.charts.tradeoff import TradeoffChart

    chart = TradeoffChart()
    chart.resize(820, 540)
    chart.show()
    chart.table().set_rows(examples.tradeoff_rows())
    chart.refresh()
    chart.set_cursor(12)
    return chart


def answers():
    from gui.charts.answers import AnswersView

    view = AnswersView()
    view.resize(900, 260)
    view.set_answers(*examples.answers())
    view.show()
    return view


def answers_shaded():
    view = answers()
    view.set_shading("surprise")
    return view


def matrix():
    from gui.charts.matrix import MatrixChart

    chart = MatrixChart()
    chart.resize(620, 460)
    chart.show()
    chart.table().set_rows(examples.matrix_rows())
    chart.refresh()
    chart.set_cursor(21)
    return chart


def drift():
    from gui.charts.drift import DriftChart

    chart = DriftChart()
    chart.resize(700, 620)
    chart.show()
    chart.table().set_rows(examples.drift_cells(step=330) + examples.drift_cells(step=660))
    chart.refresh()
    chart.set_cursor(30)
    return chart


DRAWN = (before_after, before_after_nats, timeline, timeline_empty, tradeoff, answers, answers_shaded, matrix, drift)
CHARTS = {function.__name__: function for function in DRAWN}


def main(folder, names):
    app = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for theme in (LIGHT, DARK):
        apply_theme(app, theme)
        for name, make in CHARTS.items():
            if names and name not in names:
                continue
            widget = make()
            app.processEvents()
            widget.grab().save(str(folder / f"{name}-{theme.name}.png"))
            if theme is DARK and hasattr(widget, "export"):
                widget.export(folder / f"{name}-export.png")
            widget.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
