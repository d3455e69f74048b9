"""The picture of the live timeline: what is drawn where, in which colours; `timeline.py` adds choices, words and the cursor.

Smoothing changes what is drawn, never what is stored, read out or exported. Checks are joined by straight lines and never
smoothed. Down is worse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF

from engine.export.series import SMOOTHING
from gui.charts.canvas import Label, TextLayer, line_pen, plot, style_plot
from gui.charts.chart import Chart
from gui.charts.labels import apart, box_of, boxes, marks
from gui.charts.pareto import Box
from gui.charts.series import drawn, log_ticks, snapped, visible
from gui.charts.strokes import set_strokes, stroke_curve
from gui.charts.timeline_rows import EVENT_GLYPHS, EventRow, TimelineModel
from gui.charts.timeline_runs import MOST_RUNS, Axis, Run, TimelinePlan, read_runs, separate_lines, worst_capability
from gui.i18n import tr
from gui.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QWidget

    from gui.charts.timeline_rows import CheckRow
    from gui.theme import Theme

_RAW_POINTS, _SMOOTH_POINTS = 1000, 300
#: The left axes' width: pixels, and lines of text where letters are large.
_AXIS_WIDTH, _AXIS_LINES = 64, 3.6
#: Lines of text the two panels and the step axis are high at least.
_LEAST_LINES = 12
#: Pixels a point or a tick takes, with a little air.
_MARK = 12.0


class TimelinePicture(Chart):
    """Loss above, the chosen capability's change below, over the same steps."""

    following_changed = Signal(bool)
    capabilities_changed = Signal(object)

    def __init__(self, model: TimelineModel | None = None, parent: QWidget | None = None) -> None:
        """Draw `model`, or an empty one of its own."""
        self._plan = TimelinePlan()
        self._axis: Axis = "step"
        self._weight, self._is_log, self._has_raw = SMOOTHING, False, True
        self._chosen = ""
        self._capabilities: list[str] = []
        self._runs: list[Run] = []
        self._events: list[EventRow] = []
        self.is_following = True
        self._faint_names: set[str] = set()
        self._loss_ticks: list[list[tuple[float, str]]] | None = None
        self._check_title = ""
        super().__init__(model or TimelineModel(), parent)

    def _set_following(self, is_following: bool) -> None:
        if is_following != self.is_following:
            self.is_following = is_following
            self.following_changed.emit(is_following)

    def _on_view_moved(self, *_: Any) -> None:
        self._set_following(False)

    def _on_range_changed(self, *_: Any) -> None:
        if not self.is_following and not self._is_stale:
            self._draw_losses()
            self._write()

    def _on_resized(self, *_: Any) -> None:
        """Captions and names take as many pixels as before: give them room anew."""
        if not self._is_stale:
            self._draw_losses()
            self._draw_checks()
            self._draw_events()

    # ---- building ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.losses = plot(self.canvas, 0, 0)
        self.checks = plot(self.canvas, 1, 0)
        self.canvas.ci.layout.setRowStretchFactor(0, 4)
        self.canvas.ci.layout.setRowStretchFactor(1, 5)
        self.checks.setXLink(self.losses)
        for item in (self.losses, self.checks):
            item.setMouseEnabled(x=True, y=False)
            item.showGrid(x=True, y=True, alpha=0.3)
            item.getViewBox().sigRangeChangedManually.connect(self._on_view_moved)
            item.getViewBox().sigResized.connect(self._on_resized)
        self.losses.getAxis("bottom").setStyle(showValues=False)
        self.losses.getViewBox().sigXRangeChanged.connect(self._on_range_changed)
        self._count_whole()
        self._build_losses()
        self._build_checks()

    def _count_whole(self) -> None:
        """There are no parts of steps or of tokens."""
        for item in (self.losses, self.checks):
            item.getAxis("bottom").is_whole = self._axis in ("step", "tokens")

    def _build_losses(self) -> None:
        self.raw = pg.PlotCurveItem(antialias=False, connect="finite", skipFiniteCheck=False)
        self.losses.addItem(self.raw, ignoreBounds=True)
        self.smooth = [pg.PlotCurveItem(antialias=True, connect="finite") for _ in range(MOST_RUNS)]
        for curve in self.smooth:
            self.losses.addItem(curve, ignoreBounds=True)
        self.loss_texts = TextLayer()
        self.losses.addItem(self.loss_texts, ignoreBounds=True)
        self._at_loss = pg.ScatterPlotItem(useCache=False, size=8)
        self.losses.addItem(self._at_loss, ignoreBounds=True)
        self._uprights = {name: [pg.InfiniteLine(angle=90) for _ in range(2)] for name in ("best", "stop", "cursor")}
        for lines in self._uprights.values():
            for item, line in zip((self.losses, self.checks), lines, strict=True):
                line.hide()
                item.addItem(line, ignoreBounds=True)

    def _build_checks(self) -> None:
        self.tint = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self.tint.setZValue(-20)
        for line in self.tint.lines:
            line.hide()
        self.budget = pg.InfiniteLine(angle=0)
        self._zero = pg.InfiniteLine(0.0, angle=0)
        self.faint = pg.PlotCurveItem(antialias=True, connect="finite")
        for one in (self.tint, self.budget, self._zero, self.faint):
            self.checks.addItem(one, ignoreBounds=True)
        self.spans = stroke_curve(self.checks)
        self.lines = [pg.PlotCurveItem(antialias=True) for _ in range(MOST_RUNS)]
        self.points = pg.ScatterPlotItem(useCache=False, size=8)
        self.ticks = pg.ScatterPlotItem(useCache=False, size=9, symbol="t1")
        self._at_check = pg.ScatterPlotItem(useCache=False, size=13)
        for one in (*self.lines, self.points, self.ticks, self._at_check):
            self.checks.addItem(one, ignoreBounds=True)
        self.check_texts = TextLayer()
        self.checks.addItem(self.check_texts, ignoreBounds=True)

    # ---- numbers -----------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        self._runs = read_runs(self.rows, self._weight, self._axis)
        self._events = [row for row in self.rows if isinstance(row, EventRow)]
        names = list(dict.fromkeys(check.capability for run in self._runs for check in run.checks))
        if names != self._capabilities:
            self._capabilities = names
            self.capabilities_changed.emit(names)
        if self.is_following:
            self.losses.setXRange(*self._whole(), padding=0)
        self._draw_losses()
        self._draw_checks()
        self._draw_events()

    def _whole(self) -> tuple[float, float]:
        """The whole run with its planned end, and room at both ends."""
        ends = [1.0]
        for run in self._runs:
            ends += run.x[self._axis][-1:].tolist()
            ends += [run.at(check.step, self._axis) for check in run.checks[-1:]]
        if self._axis == "step":
            ends += [float(self._plan.steps_total), *(float(at) for at in self._plan.checkpoints)]
        end = snapped(0.0, max(ends), 0.0)[1]
        return -0.02 * end, 1.03 * end

    def _with_caption(self, item: pg.PlotItem, low: float, high: float) -> float:
        """The upper end that leaves a line of text free above `high`."""
        share = min(0.4, 1.3 * self._line() / max(item.getViewBox().height(), 1.0))
        return high + (high - low) * share / (1 - share)

    def _line(self) -> float:
        """Pixels a line of text takes."""
        return QFontMetricsF(self.loss_texts.font).height()

    def _scaled(self, loss: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log10(np.maximum(loss, 1e-8)) if self._is_log else loss

    def _draw_losses(self) -> None:
        low, high = self.losses.getViewBox().viewRange()[0]
        values = []
        for at, curve in enumerate(self.smooth):
            run = self._runs[at] if at < len(self._runs) else None
            if run is None or not len(run.loss):
                curve.setData([], [])
                continue
            part = visible(run.x[self._axis], low, high)
            x, breaks = run.x[self._axis][part], [b - part.start for b in run.breaks]
            smooth, loss = self._scaled(run.smooth[part]), self._scaled(run.loss[part])
            curve.setData(*drawn(x, smooth, breaks, _SMOOTH_POINTS))
            values += [smooth.min(), smooth.max()]
            if at == 0:
                self.raw.setData(*drawn(x, loss, breaks, _RAW_POINTS)) if self._has_raw else self.raw.setData([], [])
                values += [loss.min(), loss.max()] if self._has_raw else []
        if not self._runs or not len(self._runs[0].loss):
            self.raw.setData([], [])
        self._fit_losses(values)

    def _fit_losses(self, values: Sequence[float]) -> None:
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        low, high = snapped(low, high, 0.06)
        if self._halt() is not None:
            high = self._with_caption(self.losses, low, high)
        self.losses.setYRange(low, high, padding=0)
        self._tick_losses(low, high, is_empty=not values)

    def _tick_losses(self, low: float, high: float, *, is_empty: bool) -> None:
        """Ticks of the loss: none while empty, round powers on a logarithmic axis; touched only when they change."""
        ticks: list[list[tuple[float, str]]] | None = None
        if is_empty:
            ticks = [[]]
        elif self._is_log:
            ticks = [[(float(np.log10(tick)), f"{tick:g}") for tick in log_ticks(10**low, 10**high)]]
        if ticks != self._loss_ticks:
            self._loss_ticks = ticks
            self.losses.getAxis("left").setTicks(ticks)

    # ---- canaries ----------------------------------------------------------------------------------------------------

    def capabilities(self) -> list[str]:
        """Names that were checked, in the order of the rows."""
        return self._capabilities

    def shown_capability(self) -> str:
        """The chosen capability, or the one whose last check is worst in units of its budget."""
        if self._chosen in self._capabilities:
            return self._chosen
        return worst_capability(self._runs[0].checks) if self._runs else ""

    def _draw_checks(self) -> None:
        name = self.shown_capability()
        main = [[c for c in run.checks if c.capability == name] for run in self._runs]
        first = main[0] if main else []
        for at, curve in enumerate(self.lines):
            row = main[at] if at < len(main) else []
            curve.setData([self._runs[at].at(c.step, self._axis) for c in row], [c.change for c in row])
        if self._runs:
            run = self._runs[0]
            self.points.setData([run.at(c.step, self._axis) for c in first], [c.change for c in first])
            set_strokes(self.spans, self._spans(run, first))
            others = [c for c in run.checks if c.capability != name and first and c.unit_name == first[0].unit_name]
            self._faint_names = {c.capability for c in others}
            self.faint.setData(*separate_lines(others, lambda step: run.at(step, self._axis)))
        self._fit_checks(first)
        said = f"{name}, {first[0].unit_name}" if first else tr("Change")
        if said != self._check_title:
            self._check_title = said
            self.checks.getAxis("left").set_title(said, self.theme.muted)
            self.checks.getAxis("left").setTicks(None if first else [[]])

    def _spans(self, run: Run, checks: Sequence[CheckRow]) -> list[tuple[float, float, float, float]]:
        left, right = self.losses.getViewBox().viewRange()[0]
        cap = 0.004 * (right - left)
        strokes = []
        for check in checks:
            if check.lower is None or check.upper is None:
                continue
            x = run.at(check.step, self._axis)
            strokes.append((x, check.lower, x, check.upper))
            strokes += [(x - cap, end, x + cap, end) for end in (check.lower, check.upper)]
        return strokes

    def _fit_checks(self, checks: Sequence[CheckRow]) -> None:
        """A range over intervals, zero, the other lines and room beyond the budget; budget line and tint."""
        budget = next((c.budget for c in reversed(checks) if c.budget is not None), None)
        ends = (end for c in checks for end in (c.change, c.lower, c.upper) if end is not None)
        faint = self.faint.yData if self.faint.yData is not None else []
        values = [0.0, *ends, *(v for v in faint if v == v), *([] if budget is None else [1.4 * budget])]
        low, high = min(values), max(values)
        low, high = snapped(low, high, 0.12)
        if self._event("best") is not None:
            high = self._with_caption(self.checks, low, high)
        self.check_range = low, high
        self.checks.setYRange(*self.check_range, padding=0)
        self.budget.setVisible(budget is not None)
        self.tint.setVisible(budget is not None)
        if budget is not None:
            self.budget.setValue(budget)
            self.tint.setRegion((budget, 1e6 if budget > 0 else -1e6))

    # ---- what happened -----------------------------------------------------------------------------------------------

    def _draw_events(self) -> None:
        self._put_uprights("best", self._event("best"))
        self._put_uprights("stop", self._halt())
        steps = sorted({row.step for row in self._events if row.kind == "checkpoint"} | set(self._plan.checkpoints))
        saved = {row.step for row in self._events if row.kind == "checkpoint"}
        low, high = self.check_range
        y = low + 0.03 * (high - low)
        fill, hollow = color(self.theme.base), color(self.theme.surface)
        spots = [{"pos": (self._x(at), y), "brush": fill if at in saved else hollow} for at in steps]
        self.ticks.setData(spots=spots, pen=line_pen(self.theme.base))
        self._write()

    def _event(self, kind: str) -> EventRow | None:
        return next((row for row in reversed(self._events) if row.kind == kind), None)

    def _x(self, step: int) -> float:
        return self._runs[0].at(step, self._axis) if self._runs else float(step)

    def _put_uprights(self, name: str, event: EventRow | None) -> None:
        for line in self._uprights[name]:
            line.setVisible(event is not None)
            if event is not None:
                line.setValue(self._x(event.step))

    def _write(self) -> None:
        """Every text inside the panels: budget, best kept, auto-stop, pauses, and why a panel is still empty."""
        self.check_texts.set_labels(self._check_labels())
        left, right = self.losses.getViewBox().viewRange()[0]
        bottom, top = self.losses.getViewBox().viewRange()[1]
        pauses = [
            Label(x=self._x(row.step), y=bottom, dy=-9, text=EVENT_GLYPHS[row.kind], color=self.theme.warning_text)
            for row in self._events
            if row.kind in ("pause", "interrupted")
        ]
        captions = self._run_names()
        if (stop := self._halt()) is not None:
            captions.append(self._beside(stop, top, self.theme.forgot_text, (left + right) / 2))
        labels = [*pauses, *apart(captions, self.losses.getViewBox(), self.loss_texts.font)]
        if not any(len(run.loss) for run in self._runs):
            why = self._plan.waiting or tr("No steps yet")
            labels.append(Label(x=(left + right) / 2, y=0.5, text=why, color=self.theme.muted))
        self.loss_texts.set_labels(labels)

    def _check_labels(self) -> list[Label]:
        """Budget, best kept and the other capabilities' names, clear of the marks and of one another."""
        view, font = self.checks.getViewBox(), self.check_texts.font
        left, right = view.viewRange()[0]
        notes = []
        if self.budget.isVisible():
            notes.append(self._budget_label(left))
        if (best := self._event("best")) is not None:
            notes.append(self._beside(best, self.check_range[1], self.theme.learned_text, (left + right) / 2))
        taken = marks([*_places(self.points), *_places(self.ticks)], view, _MARK)
        notes = apart(notes, view, font, taken)
        taken += [box_of(rect) for rect in boxes(notes, view, font)]
        if self.budget.isVisible():
            taken.append(self._budget_box())
        wanted = self._other_names()
        names = apart(wanted, view, font, taken)
        bottom = view.sceneBoundingRect().bottom()
        return notes + [
            name for name, at, box in zip(names, wanted, boxes(names, view, font), strict=True)
            if abs(name.dy - at.dy) <= self._line() and box.bottom() <= bottom
        ]  # fmt: skip

    def _budget_label(self, left: float) -> Label:
        check = next(c for c in self._runs[0].checks if c.capability == self.shown_capability())
        said = tr("budget {limit} {unit}").format(limit=check.text(self.budget.value()), unit=check.unit_name)
        return Label(
            x=left, y=self.budget.value(), dx=8, dy=0.7 * self._line(), align=0, text=said, color=self.theme.muted
        )

    def _budget_box(self) -> Box:
        """The dashed line, as what names keep clear of."""
        view = self.checks.getViewBox()
        area, y = view.sceneBoundingRect(), view.mapViewToScene(QPointF(0.0, self.budget.value())).y()
        return Box(left=area.left(), top=y - 1, width=area.width(), height=2)

    def _halt(self) -> EventRow | None:
        """Where the run was stopped, else where the guard would have stopped it."""
        return self._event("auto_stop") or self._event("stopped") or self._event("warned")

    def _beside(self, event: EventRow, y: float, ink: str, middle: float) -> Label:
        """What happened, under the panel's upper edge; why is in the read-out and the table."""
        words = {
            "best": tr("best kept: step {step}"),
            "auto_stop": tr("auto-stopped at {step}"),
            "warned": tr("guard's warning at {step}"),
            "stopped": tr("stopped at {step}"),
        }[event.kind].format(step=event.step)
        x = self._x(event.step)
        is_left = x < middle
        align, dx = (0.0, 8.0) if is_left else (1.0, -8.0)
        text = self._fitting(f"{EVENT_GLYPHS[event.kind]} {words}", x, is_left=is_left)
        return Label(
            x=x, y=y, text=text, color=ink, dx=dx, dy=0.7 * self._line(), align=align, backdrop=self.theme.surface
        )

    def _fitting(self, text: str, x: float, *, is_left: bool) -> str:
        """As much of a text as there is room for between a place and the panel's edge; the table twin has all of it."""
        view = self.losses.getViewBox()
        left, right = view.viewRange()[0]
        room = view.width() * ((right - x) if is_left else (x - left)) / (right - left or 1.0)
        return QFontMetricsF(self.loss_texts.font).elidedText(text, Qt.TextElideMode.ElideRight, max(80.0, room - 16))

    def _other_names(self) -> list[Label]:
        """The other capabilities' names at the ends of their faint lines."""
        if not self._runs:
            return []
        last = {c.capability: c for c in self._runs[0].checks if c.capability in self._faint_names}
        return [
            Label(x=self._runs[0].at(check.step, self._axis), y=check.change, dx=-10, dy=-0.5 * self._line(), align=1,
                  text=check.capability, color=self.theme.muted, backdrop=self.theme.surface)
            for check in last.values()
        ]  # fmt: skip

    def _run_names(self) -> list[Label]:
        if len(self._runs) < 2:
            return []
        return [
            Label(x=run.x[self._axis][-1], y=float(self._scaled(run.smooth[-1:])[0]), text=run.name, dx=-4, dy=-10, align=1.0,
                  color=self.theme.text, backdrop=self.theme.surface)
            for run in self._runs if len(run.loss)
        ]  # fmt: skip

    # ---- colours -----------------------------------------------------------------------------------------------------

    def _style(self, theme: Theme, font: QFont) -> None:
        line = QFontMetricsF(font).height()
        self.canvas.setMinimumHeight(round(_LEAST_LINES * line))
        for item in (self.losses, self.checks):
            style_plot(item, theme, font)
            item.getAxis("left").setWidth(max(_AXIS_WIDTH, round(_AXIS_LINES * line)))
        self.checks.getAxis("left").set_title(self._check_title or tr("Change"), theme.muted)
        self.losses.getAxis("left").set_title(tr("Loss, nats/token"), theme.muted)
        self.checks.getAxis("bottom").set_title(self._axis_title(), theme.muted)
        self.raw.setPen(line_pen(theme.loss_raw, 1))
        for curve, line, look in zip(self.smooth, self.lines, theme.series, strict=True):
            curve.setPen(line_pen(look.color, 2, look.dash))
            line.setPen(line_pen(look.color, 2, look.dash))
        self.smooth[0].setPen(line_pen(theme.loss_smooth, 2))
        self.lines[0].setPen(line_pen(theme.text, 2))
        self.points.setBrush(color(theme.text))
        self.points.setPen(line_pen(theme.surface, 1))
        self.spans.setPen(line_pen(theme.base, 1))
        self.faint.setPen(line_pen(theme.rest, 1, (), 0.6))
        self.budget.setPen(line_pen(theme.forgot_mark, 1.4, (4, 3)))
        self.tint.setBrush(color(theme.forgot_mark, 0.09))
        self._zero.setPen(line_pen(theme.border, 1))
        self._style_marks(theme)
        self.loss_texts.font = self.check_texts.font = font
        if self._runs or self._events:
            self._draw_events()

    def _style_marks(self, theme: Theme) -> None:
        pens = {
            "best": line_pen(theme.learned_mark, 1.5, (1, 3)),
            "stop": line_pen(theme.forgot_text, 2),
            "cursor": line_pen(theme.muted, 1, (2, 2)),
        }
        for name, lines in self._uprights.items():
            for line in lines:
                line.setPen(pens[name])
        for scatter in (self._at_loss, self._at_check):
            scatter.setBrush(color(theme.surface, 0.0))
            scatter.setPen(line_pen(theme.accent, 2))

    def _axis_title(self) -> str:
        return {
            "step": tr("Step"), "tokens": tr("Tokens"), "time": tr("Training time, minutes"), "epoch": tr("Epoch"),
        }[self._axis]  # fmt: skip


def _places(scatter: pg.ScatterPlotItem) -> list[tuple[float, float]]:
    """Where a scatter's points are."""
    x, y = scatter.getData()
    return list(zip(x.tolist(), y.tolist(), strict=True))
