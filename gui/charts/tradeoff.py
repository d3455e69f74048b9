"""Chart (b): what each run learned against what it kept, checkpoint by checkpoint, with the points no other beats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetricsF

from gui.charts.canvas import Label, TextLayer, line_pen, plot, style_plot
from gui.charts.chart import Chart
from gui.charts.labels import apart, boxes
from gui.charts.pareto import front
from gui.charts.strokes import set_strokes, stroke_curve
from gui.charts.tradeoff_rows import MEAN, WORST, TradeoffModel
from gui.i18n import tr
from gui.theme import color
from gui.widgets.text import signed

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.charts.tradeoff_rows import Shown, TradeoffRow
    from gui.theme import Theme

MOST_RUNS = 6
_SMALL, _LARGE, _NEAR = 7, 13, 14.0
#: Pixels below which a panel is not laid out yet.
_NARROW = 300.0
#: Between a point and its name, and the least that is left of a name, in pixels.
_LABEL_GAP, _NARROWEST_NAME = 16.0, 40.0


class TradeoffChart(Chart):
    """Right is more learned, up is better kept; the base is the cross at the origin.

    `point_selected` carries the `TradeoffRow`, `compare_requested` the one clicked with Shift, `points_brushed` the list of
    those inside a rectangle drawn with Shift held.
    """

    compare_requested = Signal(object)
    points_brushed = Signal(object)

    def __init__(self, model: TradeoffModel | None = None, parent: QWidget | None = None) -> None:
        """Draw `model`, or an empty one of its own."""
        self._given = model or TradeoffModel()
        self._points: list[tuple[TradeoffRow, Shown]] = []
        self.labels: list[Label] = []
        self.notes: list[Label] = []
        super().__init__(self._given, parent)

    @Slot(str)
    def set_measure(self, measure: str) -> None:
        """ "worst", "mean" (both in units of your limits), or a capability's name."""
        self._given.set_measure(measure)
        self._draw_now()

    def _build(self) -> None:
        self.plot = plot(self.canvas, 0, 0, view=BrushBox(enableMenu=False))
        self.plot.getViewBox().brushed.connect(self.brush)
        self.plot.showGrid(x=True, y=True, alpha=0.3)
        self.tint = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self.tint.setZValue(-20)
        for line in self.tint.lines:
            line.hide()
        self.budget = pg.InfiniteLine(angle=0)
        self._rules = [pg.InfiniteLine(0.0, angle=angle) for angle in (0, 90)]
        self.paths = [pg.PlotCurveItem(antialias=True) for _ in range(MOST_RUNS)]
        self.rest = pg.PlotCurveItem(antialias=True, connect="finite")
        self.front_line = pg.PlotCurveItem(antialias=True)
        self.crosses = stroke_curve(self.plot)
        self.points = pg.ScatterPlotItem(useCache=False)
        self.origin = pg.ScatterPlotItem([0.0], [0.0], symbol="+", size=16, useCache=False)
        self._ring = pg.ScatterPlotItem(useCache=False, size=20)
        self._leaders = pg.PlotCurveItem(connect="pairs", antialias=True)
        self.texts = TextLayer()
        for item in (
            self.tint, self.budget, *self._rules, *self.paths, self.rest, self.front_line, self.crosses, self._leaders,
            self.points, self.origin, self._ring, self.texts,
        ):  # fmt: skip
            if item is not self.crosses:
                self.plot.addItem(item, ignoreBounds=True)
        self.plot.getViewBox().sigRangeChanged.connect(self._on_range_changed)
        self.plot.getViewBox().sigResized.connect(self._on_range_changed)

    # ---- drawing -----------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        pairs = ((row, self._given.shown(row)) for row in self.rows)
        self._points = sorted(
            ((row, found) for row, found in pairs if found is not None), key=lambda p: (p[0].run, p[0].step)
        )
        self._title_axes()
        self._draw_points()
        self._draw_front()
        self._draw_budget()
        self.reset_view()
        self._place_labels()

    def runs(self) -> list[str]:
        """Run names in the order of the rows; the first six have colours of their own."""
        return list(dict.fromkeys(row.run for row in self.rows))

    def _draw_points(self) -> None:
        theme, names = self.theme, self.runs()
        grey_x: list[float] = []
        grey_y: list[float] = []
        spots = []
        for at, name in enumerate(names):
            line = [(row, found) for row, found in self._points if row.run == name]
            xs, ys = [0.0, *(row.gain for row, _ in line)], [0.0, *(found.value for _, found in line)]
            if at < MOST_RUNS:
                self.paths[at].setData(xs, ys)
            else:
                grey_x += [*xs, np.nan]
                grey_y += [*ys, np.nan]
            spots += [self._spot(row, found, at) for row, found in line]
        for path in self.paths[len(names) :]:
            path.setData([], [])
        self.rest.setData(grey_x, grey_y)
        self.points.setData(spots=spots, pen=line_pen(theme.surface))

    def _spot(self, row: TradeoffRow, found: Shown, at: int) -> dict[str, Any]:
        look = self.theme.series[at] if at < MOST_RUNS else None
        symbol = "star" if row.is_best else look.symbol if look else "o"
        size = 18 if row.is_best else _LARGE if row.is_final else _SMALL
        ink = look.color if look else self.theme.rest
        return {"pos": (row.gain, found.value), "symbol": symbol, "size": size, "brush": color(ink)}

    def front_rows(self) -> list[TradeoffRow]:
        """The points inside their budgets that no other such point beats in both, by gain."""
        inside = [(row, found) for row, found in self._points if found.is_inside]
        return [inside[at][0] for at in front([(row.gain, found.value) for row, found in inside])]

    def _draw_front(self) -> None:
        """A staircase from the left through the front's points."""
        heights = {id(row): found.value for row, found in self._points}
        xs: list[float] = []
        ys: list[float] = []
        for row in self.front_rows():
            y = heights[id(row)]
            xs += [xs[-1] if xs else row.gain, row.gain]
            ys += [y, y]
        self.front_line.setData(xs, ys)

    def _draw_budget(self) -> None:
        budgets = {found.budget for _, found in self._points if found.budget is not None}
        limit = max(budgets) if budgets else None
        self.budget.setVisible(limit is not None)
        self.tint.setVisible(limit is not None)
        if limit is not None:
            self.budget.setValue(limit)
            self.tint.setRegion((limit, -1e6))

    def reset_view(self) -> None:
        """Every point, the origin and some of what lies beyond the budget; room on the right for labels."""
        xs = [0.0, *(row.gain for row, _ in self._points)]
        ys = [0.0, *(found.value for _, found in self._points)]
        ys += [1.3 * self.budget.value()] if self.budget.isVisible() else []
        wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
        self.plot.setRange(
            QRectF(min(xs) - 0.06 * wide, min(ys) - 0.08 * high, 1.12 * wide / (1 - self._label_share()), 1.2 * high),
            padding=0,
            disableAutoRange=True,
        )

    def _label_share(self) -> float:
        """The share of the panel's width that the longest name takes, within reason."""
        metrics = QFontMetricsF(_bold(self.texts.font))
        longest = max((metrics.horizontalAdvance(name) for name in self.runs()[:MOST_RUNS]), default=0.0)
        width = max(self.plot.getViewBox().sceneBoundingRect().width(), _NARROW)
        return float(min(max(longest / width, 0.14), 0.5))

    def zoom_in(self) -> None:
        """Half of each axis."""
        self.plot.getViewBox().scaleBy((0.5, 0.5))

    def zoom_out(self) -> None:
        """Twice of each axis."""
        self.plot.getViewBox().scaleBy((2.0, 2.0))

    def _on_range_changed(self, *_: Any) -> None:
        if self._points and not self._is_stale:
            self._place_labels()

    # ---- labels ------------------------------------------------------------------------------------------------------

    def label_boxes(self) -> list[QRectF]:
        """Where the runs' names lie, in scene pixels, then where the notes do."""
        return boxes([*self.labels, *self.notes], self.plot.getViewBox(), _bold(self.texts.font))

    def _place_labels(self) -> None:
        """Run names beside their last points and notes, moved apart, with thin leaders where names had to move."""
        last = {row.run: (row, found) for row, found in self._points}
        names = [
            self._beside(name, row.gain, found.value, self._ink(at))
            for at, name in enumerate(self.runs()) if at < MOST_RUNS and name in last for row, found in [last[name]]
        ]  # fmt: skip
        placed = apart([*names, *self._notes(self.theme)], self.plot.getViewBox(), _bold(self.texts.font))
        self.labels, self.notes = placed[: len(names)], placed[len(names) :]
        self._draw_leaders()
        self.texts.set_labels(placed)

    def _beside(self, name: str, x: float, y: float, ink: str) -> Label:
        """A run's name to the right of its point, else to the left; shortened where neither side has room for it."""
        view, metrics = self.plot.getViewBox(), QFontMetricsF(_bold(self.texts.font))
        area, at = view.sceneBoundingRect(), view.mapViewToScene(QPointF(x, y)).x()
        right, left = area.right() - at - _LABEL_GAP, at - area.left() - _LABEL_GAP
        is_left = metrics.horizontalAdvance(name) > right and left > right
        text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(left if is_left else right, _NARROWEST_NAME))
        return Label(
            x=x, y=y, text=text, dx=-14 if is_left else 14, align=1 if is_left else 0, is_bold=True, color=ink,
            backdrop=self.theme.surface,
        )  # fmt: skip

    def _ink(self, at: int) -> str:
        """Run labels are text: the theme's own where the series colour is too pale for letters."""
        return self.theme.series[at].color if self.theme.is_dark else self.theme.text

    def _draw_leaders(self) -> None:
        view = self.plot.getViewBox()
        xs: list[float] = []
        ys: list[float] = []
        for one in self.labels:
            if abs(one.dy) > 4:
                start = view.mapViewToScene(QPointF(one.x, one.y))
                end = view.mapSceneToView(QPointF(start.x() + one.dx - 2, start.y() + one.dy))
                xs += [one.x, end.x()]
                ys += [one.y, end.y()]
        self._leaders.setData(np.array(xs), np.array(ys))

    def _notes(self, theme: Theme) -> list[Label]:
        left, right = self.plot.getViewBox().viewRange()[0]
        line = QFontMetricsF(self.texts.font).height()
        notes = [Label(x=0, y=0, text=tr("base"), dx=10, dy=-0.8 * line, align=0, color=theme.muted)]
        if self.budget.isVisible():
            notes.append(
                Label(
                    x=left,
                    y=self.budget.value(),
                    text=self._budget_text(),
                    dx=8,
                    dy=0.8 * line,
                    align=0,
                    color=theme.muted,
                )
            )
        for row, found in self._points:
            if row.is_best:
                notes.append(self._best_note(row.gain, found.value, is_far_right=row.gain > 0.6 * right + 0.4 * left))
        return notes

    def _best_note(self, gain: float, value: float, *, is_far_right: bool) -> Label:
        """Above the point and to its right; below and to its left where the panel's edge is near."""
        line = QFontMetricsF(_bold(self.texts.font)).height() + 1
        dx, dy, align = (-10, line, 1.0) if is_far_right else (14, -line, 0.0)
        ink = self.theme.learned_text
        return Label(x=gain, y=value, text=tr("best inside budget"), dx=dx, dy=dy, align=align, color=ink,
                     backdrop=self.theme.surface)  # fmt: skip

    def _budget_text(self) -> str:
        if self._given.measure in (WORST, MEAN):
            return tr("your limit")
        return tr("budget {limit}").format(limit=f"{self.budget.value():g}".replace("-", "−"))

    def _style(self, theme: Theme, font: QFont) -> None:
        style_plot(self.plot, theme, font)
        for path, look in zip(self.paths, theme.series, strict=True):
            path.setPen(line_pen(look.color, 1.2, look.dash))
        self.rest.setPen(line_pen(theme.rest, 1))
        self.front_line.setPen(line_pen(theme.rest, 1.6, (6, 4)))
        self.crosses.setPen(line_pen(theme.text, 1.2))
        self._leaders.setPen(line_pen(theme.muted, 1))
        self.origin.setPen(line_pen(theme.surface))
        self.origin.setBrush(color(theme.text))
        self._ring.setBrush(color(theme.surface, 0.0))
        self._ring.setPen(line_pen(theme.accent, 2))
        self.budget.setPen(line_pen(theme.forgot_mark, 1.4, (4, 3)))
        self.tint.setBrush(color(theme.forgot_mark, 0.09))
        for rule in self._rules:
            rule.setPen(line_pen(theme.border, 1))
        self.texts.font = font
        self._title_axes()
        if self._points:
            self._draw_points()
            self._place_labels()

    def _title_axes(self) -> None:
        unit = self.rows[0].unit if getattr(self, "_model", None) and self.rows else tr("points")
        said = tr("Learned, {unit} → better").format(unit=unit)
        self.plot.getAxis("bottom").set_title(said, self.theme.muted)
        self.plot.getAxis("left").set_title(self._left_title(), self.theme.muted)

    def _left_title(self) -> str:
        measure = self._given.measure
        if measure == WORST:
            return tr("Worst capability, in units of its limit ↑ better")
        if measure == MEAN:
            return tr("Mean of capabilities, in units of their limits ↑ better")
        unit = self._points[0][1].unit if self._points else ""
        return tr("{name}, {unit} ↑ better").format(name=measure, unit=unit)

    # ---- in words ----------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """What the best point inside the budget learned."""
        rows = self.front_rows()
        best = next((row for row, _ in self._points if row.is_best), rows[-1] if rows else None)
        if best is None:
            return tr("Nothing learned stayed inside the budget") if self._points else tr("Learned against kept")
        said = tr("{gain} {unit} inside the budget: {run}, step {step}")
        return said.format(run=best.run, step=best.step, gain=signed(best.gain), unit=best.unit)

    def summary(self) -> str:
        """How many points, how many inside the budget, and the front."""
        inside = sum(found.is_inside for _, found in self._points)
        said = tr("{all} checkpoints of {runs} runs, {inside} inside the budget").format(
            all=len(self._points), runs=len(self.runs()), inside=inside
        )
        names = ", ".join(f"{row.run}@{row.step}" for row in self.front_rows())
        return f"{self.title()}. {said}. " + (tr("No other beats: {names}.").format(names=names) if names else "")

    def empty_reason(self) -> str:
        """Too few points to trade anything off."""
        return "" if self.rows else tr("Pick 2–6 runs: each measured checkpoint becomes a point here.")

    def caption_facts(self) -> str:
        """Smallest n and the budget."""
        counts = [found.n for _, found in self._points if found.n]
        said = tr("n at least {n} canaries a point").format(n=min(counts)) if counts else ""
        limit = self._budget_text() if self.budget.isVisible() else ""
        return ", ".join(part for part in (said, limit, self._left_title()) if part)

    # ---- cursor ------------------------------------------------------------------------------------------------------

    def stop_count(self) -> int:
        """One stop a point, by run and step."""
        return len(self._points)

    def stop_key(self, stop: int) -> object:
        """The row."""
        return self._points[stop][0]

    def stop_at(self, scene: QPointF) -> int | None:
        """The nearest point within 14 pixels."""
        view = self.plot.getViewBox()
        gaps = [
            (QPointF(view.mapViewToScene(QPointF(row.gain, found.value))) - scene).manhattanLength()
            for row, found in self._points
        ]
        nearest = min(range(len(gaps)), key=gaps.__getitem__, default=None)
        return nearest if nearest is not None and gaps[nearest] <= _NEAR else None

    def readout(self, stop: int) -> str:
        """Run, step, gain and canary change with their intervals, inside or beyond."""
        row, found = self._points[stop]
        gain = _with_span(row.gain, row.gain_lower, row.gain_upper, 1)
        change = _with_span(found.value, found.lower, found.upper, 2)
        parts = [
            tr("{run} at step {step}").format(run=row.run, step=row.step),
            tr("learned {gain} {unit}").format(gain=gain, unit=row.unit),
            f"{found.capability} {change} {found.unit}, n={found.n}",
            tr("inside the budget") if found.is_inside else tr("beyond the budget"),
        ]
        return " · ".join(parts + ([tr("★ best inside budget")] if row.is_best else []))

    def _draw_cursor(self, stop: int | None) -> None:
        """A ring and, for this point only, its two intervals."""
        if stop is None:
            set_strokes(self.crosses, [])
            self._ring.setData([], [])
            return
        row, found = self._points[stop]
        strokes = []
        if row.gain_lower is not None and row.gain_upper is not None:
            strokes.append((row.gain_lower, found.value, row.gain_upper, found.value))
        if found.lower is not None and found.upper is not None:
            strokes.append((row.gain, found.lower, row.gain, found.upper))
        set_strokes(self.crosses, strokes)
        self._ring.setData([row.gain], [found.value])

    @Slot(object)
    def brush(self, area: QRectF) -> None:
        """Name the points inside a rectangle of the plot (data coordinates)."""
        self.points_brushed.emit([row for row, found in self._points if area.contains(QPointF(row.gain, found.value))])

    def _on_mouse_clicked(self, event: Any) -> None:
        """Shift adds the point to the comparison; a plain click selects it."""
        super()._on_mouse_clicked(event)
        stop = self.stop_at(event.scenePos()) if self._points else None
        if stop is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.compare_requested.emit(self.stop_key(stop))


class BrushBox(pg.ViewBox):
    """A view that can be panned; a drag with Shift held draws a rectangle instead."""

    brushed = Signal(object)

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Pan, or brush with Shift."""
        is_brush = event.modifiers() & Qt.KeyboardModifier.ShiftModifier and event.button() == Qt.MouseButton.LeftButton
        if not is_brush:
            super().mouseDragEvent(event, axis=axis)
            return
        event.accept()
        start, end = event.buttonDownPos(), event.pos()
        self.updateScaleBox(start, end)
        if event.isFinish():
            self.rbScaleBox.hide()
            corners = QRectF(self.mapToView(start), self.mapToView(end))
            self.brushed.emit(corners.normalized())


def _with_span(value: float, low: float | None, high: float | None, digits: int) -> str:
    if low is None or high is None:
        return signed(value, digits)
    return f"{signed(value, digits)} [{signed(low, digits)}, {signed(high, digits)}]"


def _bold(font: QFont) -> QFont:
    result = QFont(font)
    result.setBold(True)
    return result
