"""Chart (e): one task after another, and what became of the earlier ones. Time runs down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QVBoxLayout

from gui.charts.canvas import plot, style_plot
from gui.charts.chart import Chart
from gui.charts.grid import Grid, Tile
from gui.charts.matrix_rows import MatrixModel, average_final, backward_transfer
from gui.i18n import tr
from gui.theme import ink_on, mixed
from gui.widgets.text import PlainLabel, signed

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QWidget

    from gui.charts.matrix_rows import MatrixCell
    from gui.theme import Theme

#: Points at which the colour is full, fixed so that matrices compare.
FULL_SCALE = 15.0
MOST_WITH_TEXT = 15


class MatrixChart(Chart):
    """Rows are stages, columns what they were evaluated on; `point_selected` carries the `MatrixCell`."""

    def __init__(self, model: MatrixModel | None = None, parent: QWidget | None = None) -> None:
        """Draw `model`, or an empty one of its own."""
        self._at: dict[tuple[int, int], int] = {}
        self._own_footer: str | None = None
        super().__init__(model or MatrixModel(), parent)

    def _build(self) -> None:
        self.plot = plot(self.canvas, 0, 0)
        self.plot.invertY(True)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setStyle(tickLength=0)
        self.grid = Grid()
        self.plot.addItem(self.grid, ignoreBounds=True)
        self.footer = PlainLabel("", self, size="small")
        self.footer.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(2, self.footer)

    def stages(self) -> list[str]:
        """Row names from top to bottom."""
        return list(dict.fromkeys(cell.stage for cell in self.rows))

    def tasks(self) -> list[str]:
        """Column names from left to right."""
        return list(dict.fromkeys(cell.column for cell in self.rows))

    def _refresh(self) -> None:
        stages, tasks = self.stages(), self.tasks()
        self._at = {(tasks.index(c.column), stages.index(c.stage)): at for at, c in enumerate(self.rows)}
        self.plot.getAxis("left").setTicks([list(enumerate(stages))])
        self.plot.getAxis("bottom").setTicks([list(enumerate(tasks))])
        letters = QFontMetricsF(self.grid.font)
        self.plot.getAxis("left").setWidth(16 + max([letters.horizontalAdvance(name) for name in stages], default=0.0))
        self.plot.setXRange(-0.5, max(len(tasks), 1) - 0.5, padding=0)
        self.plot.setYRange(-0.5, max(len(stages), 1) - 0.5, padding=0)
        self._set_tiles()
        self.footer.setText(self._footer())

    def _set_tiles(self) -> None:
        has_text = len(self.stages()) <= MOST_WITH_TEXT and len(self.tasks()) <= MOST_WITH_TEXT
        self.grid.set_tiles([self._tile(self.rows[at], x, y, has_text) for (x, y), at in self._at.items()])

    def _tile(self, cell: MatrixCell, x: int, y: int, has_text: bool) -> Tile:
        theme = self.theme
        text = cell.text() if has_text else ""
        if cell.change is None and not cell.is_reference:
            return Tile(x=x, y=y, fill=theme.surface, text=text, ink=theme.muted)
        fill = cell_color(0.0 if cell.is_reference else cell.change or 0.0, theme, cell.full_scale)
        return Tile(
            x=x, y=y, fill=fill, text=text, ink=ink_on(fill), is_hatched=cell.is_unsure and not cell.is_reference
        )

    def set_footer(self, text: str) -> None:
        """Say this in summary and exports in place of the two averages: a tab does that tells the figures beside the chart."""
        self._own_footer = text
        self.footer.setText(self._footer())
        self.footer.hide()

    def _footer(self) -> str:
        if self._own_footer is not None:
            return self._own_footer
        final, backward = average_final(self.rows), backward_transfer(self.rows)
        unit = self.rows[0].unit if self.rows else ""
        parts = []
        if final is not None:
            parts.append(tr("average score at the end {value} {unit}").format(value=f"{final:.1f}", unit=unit))
        if backward is not None:
            parts.append(
                tr("average change on earlier tasks {value} {unit}").format(value=signed(backward, 1), unit=unit)
            )
        if any(cell.is_unsure for cell in self.rows):
            parts.append(tr("hatched and “?”: the interval holds the limit"))
        return " · ".join(parts)

    def _style(self, theme: Theme, font: QFont) -> None:
        style_plot(self.plot, theme, font)
        self.plot.getAxis("bottom").set_title(tr("Evaluated on"), theme.muted)
        self.grid.font = font
        if self._at:
            self._set_tiles()

    # ---- in words ----------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """The task that lost most by the end."""
        stages = self.stages()
        last = [
            c for c in self.rows if stages and c.stage == stages[-1] and c.change is not None and not c.is_reference
        ]
        if not last:
            return tr("Earlier tasks over time")
        worst = min(last, key=lambda cell: (cell.change or 0.0) / cell.full_scale)
        said = tr("At the end {name} is at {change} {unit} from its reference")
        return said.format(name=worst.column, change=signed(worst.change or 0.0, worst.digits), unit=worst.unit)

    def summary(self) -> str:
        """The title and the averages."""
        return ". ".join(part for part in (self.title(), self._footer()) if part) + "."

    def empty_reason(self) -> str:
        """Nothing in sequence yet."""
        return "" if self.rows else tr("Train two tasks one after the other to see what the second did to the first.")

    def caption_facts(self) -> str:
        """n, budget and the averages."""
        counts = [cell.n for cell in self.rows if cell.n]
        n = tr("n at least {n} a cell").format(n=min(counts)) if counts else ""
        limits = {cell.budget for cell in self.rows if cell.budget is not None}
        said = ", ".join(f"{limit:g}".replace("-", "−") for limit in sorted(limits))
        return " · ".join(p for p in (n, tr("budget {limit}").format(limit=said) if said else "", self._footer()) if p)

    # ---- cursor ------------------------------------------------------------------------------------------------------

    def stop_at(self, scene: QPointF) -> int | None:
        """The cell under the pointer."""
        view = self.plot.getViewBox()
        if not view.sceneBoundingRect().contains(scene):
            return None
        at = view.mapSceneToView(scene)
        return self._at.get((round(at.x()), round(at.y())))

    def neighbour(self, stop: int, dx: int, dy: int) -> int:
        """The next cell; at an edge the cursor stays."""
        x, y = self._place(stop)
        return self._at.get((x + dx, y + dy), stop)

    def _place(self, stop: int) -> tuple[int, int]:
        cell = self.rows[stop]
        return self.tasks().index(cell.column), self.stages().index(cell.stage)

    def readout(self, stop: int) -> str:
        """Stage, task, change with interval, score, n."""
        cell = self.rows[stop]
        where = tr("{stage}, evaluated on {name}").format(stage=cell.stage, name=cell.column)
        if cell.is_reference:
            score = "" if cell.score is None else f"{cell.score:.{cell.digits + 1}f}".replace("-", "−")
            return f"{where} · {tr('reference score {score}, n={n}').format(score=score, n=cell.n)}"
        if cell.change is None:
            return f"{where} · {tr('not measured')}"
        digits, has_span = cell.digits + 1, cell.lower is not None and cell.upper is not None
        span = f" [{signed(cell.lower or 0.0, digits)}, {signed(cell.upper or 0.0, digits)}]" if has_span else ""
        parts = [where, f"{signed(cell.change, digits)}{span} {cell.unit}", tr("n={n}").format(n=cell.n)]
        return " · ".join(parts + ([tr("the interval holds the limit")] if cell.is_unsure else []))

    def _draw_cursor(self, stop: int | None) -> None:
        self.grid.set_cursor(None if stop is None else self._place(stop), self.theme.focus)


def cell_color(change: float, theme: Theme, full_scale: float = FULL_SCALE) -> str:
    """Diverging and symmetric: no change in the middle, full colour at ± the scale (15 points)."""
    share = min(abs(change) / full_scale, 1.0)
    return mixed(theme.cell_same, theme.cell_worse if change < 0 else theme.cell_better, share)
