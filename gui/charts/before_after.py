"""Chart (a): every capability's score before and after, and its change with the bounds that decided, against your limit.

It draws what the verdict engine returned and computes no interval of its own. Down and left are worse, except for a
divergence, which has no direction: there more change lies to the right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QFont
from PySide6.QtWidgets import QScrollArea, QWidget

from engine.verdict.sentences import amount
from gui.charts.before_after_rows import BeforeAfterModel, CapabilityRow, ordered
from gui.charts.canvas import line_pen, plot, style_plot
from gui.charts.chart import Chart
from gui.charts.rowlabels import Cell, RowLabels
from gui.charts.strokes import CAP, RowBand, RowLimits, set_strokes, stroke_curve, whiskers
from gui.charts.words import GLYPHS, SYMBOLS, word_mark, word_name, word_text
from gui.i18n import tr
from gui.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from gui.charts.words import ShownWord
    from gui.theme import Theme

MOST_ROWS = 14
_OFFSET = 0.17
#: Two panels narrower than so many letters together cannot be read: then only the change is drawn. One narrower than so
#: many cannot either: then the numbers beside it are said without their bounds, which are drawn.
_ROOM, _LEAST = 44, 20
_WORDS: tuple[ShownWord, ...] = tuple(GLYPHS)


class BeforeAfterChart(Chart):
    """Two panels with the same rows: scores left, the change that carries the verdict right.

    Rows of one axis only (`split_by_axis`). `point_selected` carries the `CapabilityRow`.
    """

    def __init__(self, model: BeforeAfterModel | None = None, parent: QWidget | None = None) -> None:
        """Draw `model`, or an empty one of its own."""
        self._order = "change"
        self._is_change_only = self._has_levels = False
        self._has_bounds, self._beside = True, 0.0
        super().__init__(model or BeforeAfterModel(), parent)
        self._order_actions = self._make_order_actions()

    # ---- what it draws -----------------------------------------------------------------------------------------------

    def drawn(self) -> list[CapabilityRow]:
        """The rows from top to bottom."""
        return ordered(self.rows, self._order)

    def _canvas_page(self) -> QWidget:
        """More than 14 rows scroll inside the chart."""
        area = QScrollArea(self, widgetResizable=True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.canvas)
        self._area = area
        return area

    def _build(self) -> None:
        self.names = RowLabels(("right", "right"), most_width=200)
        self.numbers = RowLabels(("left", "left"))
        self.canvas.addItem(self.names, row=0, col=0)
        self.scores = plot(self.canvas, 0, 1)
        self.changes = plot(self.canvas, 0, 2)
        self.canvas.addItem(self.numbers, row=0, col=3)
        self.canvas.ci.layout.setColumnStretchFactor(1, 6)
        self.canvas.ci.layout.setColumnStretchFactor(2, 4)
        for item in (self.scores, self.changes):
            item.getAxis("left").setTicks([])
            item.getAxis("left").setStyle(showValues=False)
            item.getAxis("left").setWidth(1)
            item.invertY(True)
            item.showGrid(x=True, y=False, alpha=0.35)
        self.scores.getAxis("bottom").stay_level(self.changes.getAxis("bottom"))
        self.names.follow(self.scores.getViewBox())
        self.numbers.follow(self.changes.getViewBox())
        self._band = RowBand()
        self._bands = [self._band, RowBand()]
        self._limits = RowLimits()
        self._rules = [pg.InfiniteLine(angle=0), pg.InfiniteLine(angle=0)]
        self._zero = pg.InfiniteLine(0.0, angle=90)
        for item, band, rule in zip((self.scores, self.changes), self._bands, self._rules, strict=True):
            for one in (band, rule):
                item.addItem(one, ignoreBounds=True)
        self.changes.addItem(self._limits, ignoreBounds=True)
        self.changes.addItem(self._zero, ignoreBounds=True)
        self._build_marks()

    def _build_marks(self) -> None:
        self._connectors = {word: stroke_curve(self.scores) for word in _WORDS}
        self._base_spans, self._tuned_spans = stroke_curve(self.scores), stroke_curve(self.scores)
        self._bounds = {word: stroke_curve(self.changes) for word in _WORDS}
        self.base_marks = pg.ScatterPlotItem(useCache=False, pxMode=True, size=14)
        self.tuned_marks = pg.ScatterPlotItem(useCache=False, pxMode=True, size=12)
        self.change_marks = pg.ScatterPlotItem(useCache=False, pxMode=True, size=12)
        for item, scatter in (
            (self.scores, self.base_marks), (self.scores, self.tuned_marks), (self.changes, self.change_marks),
        ):  # fmt: skip
            scatter.setZValue(10)
            item.addItem(scatter)

    def _refresh(self) -> None:
        rows = self.drawn()
        self._set_texts(rows)
        self._fit(rows)
        self._set_levels(rows)
        self._set_changes(rows)
        target = next((at for at, row in enumerate(rows) if row.is_target), None)
        for rule in self._rules:
            rule.setVisible(target is not None and len(rows) > 1)
            rule.setValue((target or 0) - 0.5)

    def _fit(self, rows: Sequence[CapabilityRow]) -> None:
        """Heights from the font, ranges from the rows."""
        height = max(42.0, 2.4 * self.fontMetrics().height())
        axis = 4.8 * self.fontMetrics().height()
        self.canvas.setMinimumHeight(round(height * len(rows) + axis))
        self._area.setMinimumHeight(round(height * min(len(rows), MOST_ROWS) + axis) + 2)
        has_levels = self._has_levels
        self.scores.setVisible(has_levels)
        self.canvas.ci.layout.setColumnStretchFactor(1, 6 if has_levels else 0)
        self.scores.setMaximumWidth(16_777_215 if has_levels else 0)
        (self.names.follow)(self.scores.getViewBox() if has_levels else self.changes.getViewBox())
        for item in (self.scores, self.changes):
            item.setYRange(-0.5, max(len(rows), 1) - 0.5, padding=0)
        self.scores.setXRange(*_level_range(rows), padding=0)
        self.change_range = _change_range(rows)
        self.changes.setXRange(*self.change_range, padding=0)

    def _arrangement(self) -> tuple[bool, bool]:
        """Whether the scores are shown, and whether the bounds are said, beside names and numbers in this width."""
        room = (self.width() - self._beside) / self.fontMetrics().averageCharWidth()
        has_levels = room >= _ROOM and not self._is_change_only and any(row.before for row in self.rows)
        return has_levels, room >= _LEAST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A panel and the bounds come or go with the room there is."""
        super().resizeEvent(event)
        if (self._has_levels, self._has_bounds) != self._arrangement():
            self.refresh()

    def _set_levels(self, rows: Sequence[CapabilityRow]) -> None:
        scored = [(at, row) for at, row in enumerate(rows) if row.before and row.after]
        for word, item in self._connectors.items():
            ends = [(row.before.mean, at, row.after.mean, at) for at, row in scored if row.word == word]  # type: ignore[union-attr]
            set_strokes(item, ends)
        set_strokes(self._base_spans, whiskers((r.before.lower, r.before.upper, at - _OFFSET) for at, r in scored))  # type: ignore[union-attr]
        set_strokes(self._tuned_spans, whiskers((r.after.lower, r.after.upper, at + _OFFSET) for at, r in scored))  # type: ignore[union-attr]
        self.base_marks.setData([row.before.mean for _, row in scored], [at for at, _ in scored])  # type: ignore[union-attr]
        self.tuned_marks.setData(spots=[self._spot(row.after.mean, at, row.word) for at, row in scored])  # type: ignore[union-attr]

    def _set_changes(self, rows: Sequence[CapabilityRow]) -> None:
        """The bounds that decided; a side without a bound runs to the panel's edge and has no cap there."""
        start, end = self.change_range
        for word, item in self._bounds.items():
            spans = [(at, *row.ends) for at, row in enumerate(rows) if row.word == word]
            closed = whiskers((low, high, at) for at, low, high in spans if low is not None and high is not None)
            half = [
                (start if low is None else low, at, end if high is None else high, at)
                for at, low, high in spans
                if low is None or high is None
            ]
            caps = [
                (x, at - CAP, x, at + CAP) for at, low, high in spans if (low is None) != (high is None)
                for x in (low, high) if x is not None
            ]  # fmt: skip
            set_strokes(item, [*closed, *half, *caps])
        self.change_marks.setData(spots=[self._spot(row.seen(row.change), at, row.word) for at, row in enumerate(rows)])
        worse_is_right = bool(rows) and rows[0].kind == "kl"
        limits = [(at, row.seen(row.budget)) for at, row in enumerate(rows) if row.budget is not None]
        self._limits.set_limits(limits, end if worse_is_right else start)

    def _spot(self, x: float, y: float, word: ShownWord) -> dict[str, Any]:
        mark = word_mark(word, self.theme)
        is_hollow = word in {"measured", "not measured"}
        return {
            "pos": (x, y),
            "symbol": SYMBOLS[word],
            "size": 12 if SYMBOLS[word] in {"t", "t1", "d"} else 10,
            "brush": color(self.theme.surface if is_hollow else mark),
            "pen": line_pen(mark if is_hollow else self.theme.surface, 2 if is_hollow else 1),
        }

    def _set_texts(self, rows: Sequence[CapabilityRow]) -> None:
        theme = self.theme
        self.names.set_rows(
            [
                (Cell(text=row.name, color=theme.text), Cell(text=tr("n={n}").format(n=row.n), color=theme.muted))
                for row in rows
            ],
            self.names_font,
        )
        self._set_numbers(rows, has_bounds=True)
        self._beside = self.names.minimumWidth() + self.numbers.minimumWidth()
        self._has_levels, self._has_bounds = self._arrangement()
        if not self._has_bounds:
            self._set_numbers(rows, has_bounds=False)
        self.scores.getAxis("bottom").set_title(self._level_title(rows), theme.muted)
        self.changes.getAxis("bottom").set_title(self._change_title(rows), theme.muted)

    def _set_numbers(self, rows: Sequence[CapabilityRow], *, has_bounds: bool) -> None:
        theme = self.theme
        self.numbers.set_rows(
            [
                (
                    Cell(text=row.numbers(has_bounds=has_bounds), color=theme.text),
                    Cell(
                        text=f"{GLYPHS[row.word]} {word_name(row.word)}", color=word_text(row.word, theme),
                        is_bold=row.word in {"forgot", "changed"},
                    ),
                )
                for row in rows
            ],
            self.names_font,
        )  # fmt: skip

    def _level_title(self, rows: Sequence[CapabilityRow]) -> str:
        if rows and rows[0].kind == "binary":
            return tr("Share right → better") + "\n" + tr("○ base, filled: tuned; 95 % Wilson")
        words = tr("Score, {unit} → better").format(unit=rows[0].unit if rows else "")
        return words + "\n" + tr("○ base, filled: tuned; 95 %")

    def _change_title(self, rows: Sequence[CapabilityRow]) -> str:
        unit = rows[0].unit_name if rows else ""
        if rows and rows[0].kind == "kl":
            words = tr("Change, {unit} (more changed →)").format(unit=unit)
        else:
            words = tr("Change, {unit} (← worse)").format(unit=unit)
        return words + "\n" + tr("dashed: your limit")

    def _style(self, theme: Theme, font: QFont) -> None:
        self.names_font = font
        for item in (self.scores, self.changes):
            style_plot(item, theme, font)
        for word in _WORDS:
            self._connectors[word].setPen(line_pen(word_mark(word, theme), 3))
            self._bounds[word].setPen(line_pen(word_mark(word, theme), 2))
        self._base_spans.setPen(line_pen(theme.base, 1))
        self._tuned_spans.setPen(line_pen(theme.text, 1))
        self.base_marks.setBrush(color(theme.surface))
        self.base_marks.setPen(line_pen(theme.base, 2))
        self._zero.setPen(line_pen(theme.text, 1))
        self._limits.set_colors(color(theme.forgot_mark, 0.09), line_pen(theme.forgot_mark, 1.4, (4, 3)))
        for rule in self._rules:
            rule.setPen(line_pen(theme.border, 1))
        for band in self._bands:
            band.set_color(color(theme.text, 0.05))
        if hasattr(self, "change_range"):
            rows = self.drawn()
            self._set_levels(rows)
            self._set_changes(rows)
            self._set_texts(rows)

    # ---- in words ----------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """The worst row in words."""
        judged = [row for row in ordered(self.rows, "change") if not row.is_target and row.word != "not measured"]
        if not judged:
            return tr("Before and after")
        worst = next((row for row in judged if row.word in {"forgot", "changed"}), judged[0])
        change = f"{amount(worst.change, worst.kind)} {worst.unit_name}"
        if worst.word == "forgot":
            return tr("Forgot {name}: {change}").format(name=worst.name, change=change)
        if worst.word == "changed":
            return tr("{name} changed: {change}").format(name=worst.name, change=change)
        unsure = [row for row in judged if row.word == "can't tell"]
        if unsure:
            return tr("Can't tell about %n of {all}: {names}", "", len(unsure)).format(
                all=len(judged), names=", ".join(row.name for row in unsure)
            )
        return tr("Nothing forgotten; the largest change is {name}: {change}").format(name=worst.name, change=change)

    def summary(self) -> str:
        """Every row's word, change and bounds."""
        said = [
            f"{row.name}: {word_name(row.word)}, {row.numbers()} {row.unit_name}, n={row.n}" for row in self.drawn()
        ]
        return f"{self.title()}. {'; '.join(said)}."

    def empty_reason(self) -> str:
        """Nothing was measured."""
        return "" if self.rows else tr("No verdict: no canaries were run.")

    def caption_facts(self) -> str:
        """Items and limits."""
        rows = [row for row in self.rows if not row.is_target]
        limits = {row.limit() for row in rows if row.budget is not None}
        said = tr("n per capability beside its name; bounds are the ones that decided")
        return f"{said}; {tr('your limit: {limit}').format(limit=', '.join(sorted(limits)))}" if limits else said

    # ---- cursor ------------------------------------------------------------------------------------------------------

    def stop_at(self, scene: QPointF) -> int | None:
        """The row under the pointer, in either panel or on its labels."""
        view = self.changes.getViewBox()
        at = round(view.mapSceneToView(scene).y())
        return at if 0 <= at < len(self.rows) else None

    def stop_key(self, stop: int) -> object:
        """The row as drawn."""
        return self.drawn()[stop]

    def readout(self, stop: int) -> str:
        """Word, change, bounds, n, flips and two examples."""
        row = self.drawn()[stop]
        parts = [
            f"{GLYPHS[row.word]} {word_name(row.word)}",
            f"{row.name}: {row.numbers()} {row.unit_name}",
            tr("n={n}").format(n=row.n),
        ]
        if row.budget is not None:
            parts.append(tr("limit {limit}").format(limit=row.limit()))
        if row.forgotten or row.gained:
            parts.append(
                tr("right→wrong {lost}, wrong→right {won}").format(lost=len(row.forgotten), won=len(row.gained))
            )
        if row.forgotten:
            parts.append(tr("for example {ids}").format(ids=", ".join(row.forgotten[:2])))
        return " · ".join(parts)

    def _draw_cursor(self, stop: int | None) -> None:
        for band in self._bands:
            band.set_row(stop)

    # ---- order and panels --------------------------------------------------------------------------------------------

    def own_actions(self) -> list[QAction]:
        """Sort orders and the change-only view."""
        return self._order_actions

    def _make_order_actions(self) -> list[QAction]:
        group = QActionGroup(self)
        actions = []
        for order, text in (("change", tr("Worst first")), ("name", tr("By name")), ("n", tr("By number of items"))):
            action = QAction(text, self, checkable=True, checked=order == self._order)
            action.setData(order)
            group.addAction(action)
            actions.append(action)
        group.triggered.connect(self._on_order_chosen)
        self._only = QAction(tr("Change only"), self, checkable=True)
        self._only.toggled.connect(self.show_change_only)
        return [*actions, self._only]

    @Slot(QAction)
    def _on_order_chosen(self, action: QAction) -> None:
        self.set_order(action.data())

    def set_order(self, order: str) -> None:
        """Sort rows by "change", "name" or "n"; the learned task stays last."""
        self._order = order
        self._draw_now()

    @Slot(bool)
    def show_change_only(self, is_only: bool) -> None:
        """Leave the left panel out, or bring it back."""
        self._is_change_only = is_only
        self._only.setChecked(is_only)
        self._draw_now()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space changes between both panels and the change alone."""
        if event.key() == Qt.Key.Key_Space:
            self.show_change_only(not self._is_change_only)
        else:
            super().keyPressEvent(event)


def _level_range(rows: Sequence[CapabilityRow]) -> tuple[float, float]:
    """0 to 1 for shares; else what the intervals span, with a little room."""
    levels = [level for row in rows for level in (row.before, row.after) if level is not None]
    if not levels or rows[0].kind == "binary":
        return -0.02, 1.05
    return _padded([level.lower for level in levels], [level.upper for level in levels])


def _change_range(rows: Sequence[CapabilityRow]) -> tuple[float, float]:
    """Every bound, zero, and room beyond the limit."""
    values = [0.0]
    for row in rows:
        values += [value for value in (row.seen(row.change), *row.ends) if value is not None]
        values += [] if row.budget is None else [1.3 * row.seen(row.budget)]
    return _padded(values, values)


def _padded(lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float]:
    low, high = min(lows), max(highs)
    room = 0.06 * (high - low) or 0.5
    return low - room, high + room
