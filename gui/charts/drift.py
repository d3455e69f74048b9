"""Chart (d): how far the weights of each layer moved. Not a verdict: it says nothing about what was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from gui.charts.canvas import plot, style_plot
from gui.charts.chart import Chart
from gui.charts.drift_rows import OUTSIDE, DriftModel, in_order, levels_of, short_name
from gui.charts.grid import Grid, Tile
from gui.i18n import tr
from gui.theme import color, ink_on
from gui.widgets.text import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QFont

    from gui.charts.drift_rows import DriftCell
    from gui.theme import Theme

_STRIP = -2
_SHADES = 48


class DriftChart(Chart):
    """Layers from the bottom up, modules across, log10 ‖ΔW‖/‖W‖ as colour; `point_selected` carries the `DriftCell`.

    Give `set_levels` the project's levels (`levels_of` all its cells), or the colours follow these cells alone.
    """

    def __init__(self, model: DriftModel | None = None, parent: QWidget | None = None) -> None:
        """Draw `model`, or an empty one of its own."""
        self._levels: tuple[float, float] | None = None
        self._step: int | None = None
        self._at: dict[tuple[int, int], int] = {}
        self._cells: list[DriftCell] = []
        self._shades = pg.colormap.get("viridis").getLookupTable(nPts=_SHADES)
        super().__init__(model or DriftModel(), parent)

    def set_levels(self, low: float, high: float) -> None:
        """Fix the colours' ends (log10)."""
        self._levels = (low, high)
        self._on_model_changed()

    def levels(self) -> tuple[float, float]:
        """The colours' ends."""
        return self._levels or levels_of(self.rows)

    # ---- building ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.plot = plot(self.canvas, 0, 0)
        self.means = plot(self.canvas, 0, 1)
        self.bar = plot(self.canvas, 0, 2)
        self.canvas.ci.layout.setColumnStretchFactor(0, 6)
        self.canvas.ci.layout.setColumnStretchFactor(1, 1)
        self.means.setYLink(self.plot)
        for item in (self.plot, self.means, self.bar):
            for side in ("left", "bottom"):
                item.getAxis(side).setStyle(tickLength=0)
        self.means.getAxis("left").setStyle(showValues=False)
        self.means.getAxis("left").setWidth(1)
        self.means.getAxis("bottom").setTicks([])
        self.means.setMinimumWidth(70)
        self.bar.setMaximumWidth(86)
        self.bar.getAxis("bottom").setTicks([])
        self.grid, self.scale = Grid(), Grid()
        self.scale.gap = 0.0
        self.bars = pg.BarGraphItem(x0=[], y=[], height=0.7, width=[])
        self.plot.addItem(self.grid, ignoreBounds=True)
        self.means.addItem(self.bars, ignoreBounds=True)
        self.bar.addItem(self.scale, ignoreBounds=True)
        self.plot.getViewBox().sigResized.connect(self._on_resized)
        self._build_slider()

    def _build_slider(self) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Checkpoint"))
        self.slider.valueChanged.connect(self._on_slider_moved)
        self._slider_text = PlainLabel("", size="small")
        self._slider_row = QWidget(self)
        row = QHBoxLayout(self._slider_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._slider_text)
        row.addWidget(self.slider, 1)
        note = PlainLabel(tr("How far weights moved, not what was lost."), self, size="small")
        note.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(2, self._slider_row)
        layout.insertWidget(3, note)

    # ---- drawing -----------------------------------------------------------------------------------------------------

    def steps(self) -> list[int]:
        """Checkpoints among the rows."""
        return sorted({cell.step for cell in self.rows})

    def modules(self) -> list[str]:
        """Columns: the block's modules in their order."""
        found = {cell.module for cell in self._cells if cell.layer != OUTSIDE}
        return in_order(found)

    @Slot(int)
    def _on_slider_moved(self, index: int) -> None:
        steps = self.steps()
        if 0 <= index < len(steps) and steps[index] != self._step:
            self._step = steps[index]
            self._draw_now()

    def _refresh(self) -> None:
        steps = self.steps()
        if self._step not in steps:
            self._step = steps[-1] if steps else None
        self._sync_slider(steps)
        self._cells = [cell for cell in self.rows if cell.step == self._step]
        modules, outside = self.modules(), [cell.module for cell in self._cells if cell.layer == OUTSIDE]
        layers = [cell.layer for cell in self._cells if cell.layer != OUTSIDE]
        self._at = {}
        for at, cell in enumerate(self._cells):
            is_outside = cell.layer == OUTSIDE
            x = outside.index(cell.module) if is_outside else modules.index(cell.module)
            self._at[x, _STRIP if is_outside else cell.layer] = at
        top = max(layers, default=0)
        bottom = _STRIP if outside else 0
        self.plot.setXRange(-0.5, max(len(modules), len(outside), 1) - 0.5, padding=0)
        self.plot.setYRange(bottom - 0.5, top + 0.5, padding=0)
        self._name_modules()
        self.plot.getAxis("left").setTicks([self._layer_ticks(top, has_strip=bool(outside))])
        self._set_tiles()
        self._set_means(top)

    def _name_modules(self) -> None:
        """Short names under the columns, as much of each as its column is wide."""
        modules = self.modules()
        self.plot.getAxis("bottom").setTicks([[(at, self._fitting(name)) for at, name in enumerate(modules)]])

    def _fitting(self, module: str) -> str:
        view = self.plot.getViewBox()
        low, high = view.viewRange()[0]
        room = view.width() / (high - low) - 4
        return QFontMetricsF(self.grid.font).elidedText(short_name(module), Qt.TextElideMode.ElideMiddle, room)

    def _on_resized(self, *_: Any) -> None:
        if self._at:
            self._name_modules()
            self._set_tiles()

    def _layer_ticks(self, top: int, *, has_strip: bool) -> list[tuple[int, str]]:
        every = max(1, -(-(top + 1) // 12))
        ticks = [(layer, str(layer)) for layer in range(0, top + 1, every)]
        return [*ticks, (_STRIP, tr("outside"))] if has_strip else ticks

    def _sync_slider(self, steps: list[int]) -> None:
        self._slider_row.setVisible(len(steps) > 1)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(len(steps) - 1, 0))
        self.slider.setValue(steps.index(self._step) if self._step in steps else 0)
        self.slider.blockSignals(False)
        self._slider_text.setText(tr("checkpoint {step}").format(step=self._step) if steps else "")

    def _set_tiles(self) -> None:
        low, high = self.levels()
        self.grid.set_tiles([self._tile(self._cells[at], x, y) for (x, y), at in self._at.items()])
        shades = [Tile(x=0, y=at, fill=self._shade(low + (high - low) * (at + 0.5) / _SHADES)) for at in range(_SHADES)]
        self.scale.set_tiles(shades)
        self.bar.setXRange(-0.5, 0.5, padding=0)
        self.bar.setYRange(-0.5, _SHADES - 0.5, padding=0)
        ends = [low + (high - low) * share for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
        ticks = [
            (_SHADES * share - 0.5, f"{end:.1f}".replace("-", "−"))
            for share, end in zip((0.0, 0.25, 0.5, 0.75, 1.0), ends, strict=True)
        ]
        self.bar.getAxis("left").setTicks([ticks])

    def _tile(self, cell: DriftCell, x: int, y: int) -> Tile:
        text = self._fitting(cell.module) if cell.layer == OUTSIDE else ""
        if cell.level is None:
            return Tile(x=x, y=y, fill=self.theme.frozen, text=text, ink=ink_on(self.theme.frozen))
        fill = self._shade(cell.level)
        return Tile(x=x, y=y, fill=fill, text=text, ink=ink_on(fill))

    def _shade(self, level: float) -> str:
        low, high = self.levels()
        share = min(max((level - low) / (high - low), 0.0), 1.0)
        red, green, blue = self._shades[min(int(share * _SHADES), _SHADES - 1)][:3]
        return f"#{red:02X}{green:02X}{blue:02X}"

    def _set_means(self, top: int) -> None:
        """Each layer's mean of log10, as bars from the lower level."""
        low, high = self.levels()
        means = []
        for layer in range(top + 1):
            found = [cell.level for cell in self._cells if cell.layer == layer and cell.level is not None]
            means.append(float(np.mean(found)) - low if found else 0.0)
        self.bars.setOpts(x0=np.zeros(top + 1), y=np.arange(top + 1), height=0.7, width=np.maximum(means, 0.0))
        self.means.setXRange(0, 1.05 * (high - low), padding=0)

    def _style(self, theme: Theme, font: QFont) -> None:
        for item in (self.plot, self.means, self.bar):
            style_plot(item, theme, font)
        self.plot.getAxis("left").set_title(tr("Layer"), theme.muted)
        self.plot.getAxis("bottom").set_title(tr("Module"), theme.muted)
        self.means.getAxis("bottom").set_title(tr("Mean"), theme.muted)
        self.bar.getAxis("left").set_title(tr("log10 of ‖ΔW‖/‖W‖"), theme.muted)
        self.bars.setOpts(brush=color(theme.base), pen=pg.mkPen(None))
        self.grid.font = font
        self._on_resized()

    # ---- in words ----------------------------------------------------------------------------------------------------

    def _ranked(self) -> list[DriftCell]:
        return sorted((cell for cell in self._cells if cell.value is not None), key=lambda cell: -(cell.value or 0.0))

    def top_rows(self, most: int = 10) -> list[DriftCell]:
        """The weights that moved most at the shown checkpoint."""
        return self._ranked()[:most]

    def title(self) -> str:
        """Where the weights moved most."""
        ranked = self._ranked()
        if not ranked:
            return tr("How far weights moved")
        return tr("{where} moved most: {value} of its size").format(
            where=_where(ranked[0]), value=_percent(ranked[0].value)
        )

    def summary(self) -> str:
        """Title, how many weights moved and how many were frozen."""
        frozen = sum(cell.value is None for cell in self._cells)
        said = tr("{moved} weights moved, {frozen} frozen").format(moved=len(self._cells) - frozen, frozen=frozen)
        return f"{self.title()}. {said}. {tr('How far weights moved, not what was lost.')}"

    def empty_reason(self) -> str:
        """Nothing to compare."""
        return "" if self.rows else tr("Needs two checkpoints: the base and one of the run.")

    def caption_facts(self) -> str:
        """What the colours mean."""
        low, high = self.levels()
        said = tr(
            "checkpoint {step}; colours from {low} to {high} (log10 of ‖ΔW‖/‖W‖); how far weights moved, not what was lost"
        )
        return said.format(step=self._step, low=f"{low:.2f}", high=f"{high:.2f}").replace("-", "−")

    # ---- cursor ------------------------------------------------------------------------------------------------------

    def stop_count(self) -> int:
        """The shown checkpoint's weights."""
        return len(self._cells)

    def stop_key(self, stop: int) -> object:
        """The cell."""
        return self._cells[stop]

    def stop_at(self, scene: QPointF) -> int | None:
        """The cell under the pointer."""
        view = self.plot.getViewBox()
        if not view.sceneBoundingRect().contains(scene):
            return None
        at = view.mapSceneToView(scene)
        return self._at.get((round(at.x()), round(at.y())))

    def _place(self, stop: int) -> tuple[int, int]:
        return next(place for place, at in self._at.items() if at == stop)

    def neighbour(self, stop: int, dx: int, dy: int) -> int:
        """The next cell; up is a higher layer, and the strip outside lies below layer 0."""
        x, y = self._place(stop)
        wanted = y - dy
        if wanted == -1:
            wanted = _STRIP if dy > 0 else 0
        return self._at.get((x + dx, wanted), stop)

    def readout(self, stop: int) -> str:
        """Where, how far, and the rank among all."""
        cell = self._cells[stop]
        if cell.value is None:
            return f"{_where(cell)} · {tr('frozen: not trained')} · {cell.name}"
        ranked = self._ranked()
        rank = tr("rank {rank} of {all}").format(rank=1 + ranked.index(cell), all=len(ranked))
        return f"{_where(cell)} · {tr('moved {value} of its size').format(value=_percent(cell.value))} · {rank} · {cell.name}"

    def _draw_cursor(self, stop: int | None) -> None:
        self.grid.set_cursor(None if stop is None else self._place(stop), self.theme.focus)


def _where(cell: DriftCell) -> str:
    if cell.layer == OUTSIDE:
        return cell.module
    return tr("Layer {layer} {module}").format(layer=cell.layer, module=cell.module)


def _percent(value: float | None) -> str:
    return f"{100 * (value or 0.0):.2g} %"
