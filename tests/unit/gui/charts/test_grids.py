"""Charts (d) and (e): frozen is said and not coloured, levels are shared, cell text equals the table (21, 22)."""

import chart_examples as examples
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

from engine.records import Drift
from gui.charts.drift import DriftChart
from gui.charts.drift_rows import OUTSIDE, DriftCell, cell_of, levels_of
from gui.charts.matrix import MatrixChart, cell_color
from gui.charts.matrix_rows import MatrixCell
from gui.theme import DARK, LIGHT, contrast


@pytest.fixture
def drift(shown):
    chart = DriftChart()
    chart.table().set_rows(examples.drift_cells(step=330) + examples.drift_cells("later", step=660))
    return shown(chart)


def test_untrained_modules_are_grey_and_called_frozen(drift):
    gate = drift.modules().index("gate")
    tiles = [tile for tile in drift.grid.tiles if tile.x == gate and tile.y >= 0]
    assert len(tiles) == 28
    assert {tile.fill for tile in tiles} == {drift.theme.frozen}
    stop = next(at for at, cell in enumerate(drift._cells) if cell.module == "gate")
    assert "frozen" in drift.readout(stop)
    other = next(at for at, cell in enumerate(drift._cells) if cell.module == "q")
    assert "frozen" not in drift.readout(other)
    assert drift.theme.frozen not in {tile.fill for tile in drift.grid.tiles if tile.x != gate}


def test_two_compared_runs_have_the_same_levels_and_colours(shown):
    one, two = examples.drift_cells("one"), [*examples.drift_cells("two")[:-8], *examples.drift_cells("one")[-8:]]
    low, high = levels_of([*one, *two])
    charts = []
    for cells in (one, two):
        chart = DriftChart()
        chart.set_levels(low, high)
        chart.table().set_rows(cells)
        charts.append(shown(chart))
    assert charts[0].levels() == charts[1].levels() == (low, high)
    assert [tile.fill for tile in charts[0].scale.tiles] == [tile.fill for tile in charts[1].scale.tiles]
    fills = [{(tile.x, tile.y): tile.fill for tile in chart.grid.tiles} for chart in charts]
    assert fills[0][0, 27] != fills[1][0, 27] or one[27 * 7].value == two[27 * 7].value
    assert fills[0][6, 27] == fills[1][6, 27]


def test_the_slider_goes_through_checkpoints(drift):
    assert drift.steps() == [330, 660]
    assert drift.slider.isVisibleTo(drift)
    before = [tile.fill for tile in drift.grid.tiles]
    assert "checkpoint 660" in drift.caption()
    drift.slider.setValue(0)
    assert [tile.fill for tile in drift.grid.tiles] != before
    assert "checkpoint 330" in drift.caption()


@pytest.mark.parametrize("width", [900, 420])
def test_names_of_modules_are_short_and_do_not_touch(drift, qtbot, width):
    names = ["mlp.gate_proj", "mlp.some_unheard_of_mixing_projection", "post_attention_layernorm", "self_attn.q_proj"]
    cells = [DriftCell(step=1, layer=layer, module=name, value=0.1) for layer in range(2) for name in names]
    drift.table().set_rows([*cells, DriftCell(step=1, layer=OUTSIDE, module="model.embed_tokens", value=0.1)])
    drift.resize(width, 400)
    drift.refresh()
    qtbot.wait(50)
    axis, view = drift.plot.getAxis("bottom"), drift.plot.getViewBox()
    (ticks,) = axis._tickLevels
    said = [text for _, text in ticks]
    assert said[:2] == ["q", "gate"]
    assert said[2] == ("norm 2" if width == 900 else "n…2")
    assert said[3] != names[1]
    room = view.width() / len(names)
    assert all(QFontMetricsF(drift.grid.font).horizontalAdvance(text) < room for text in said)
    (outside,) = [tile.text for tile in drift.grid.tiles if tile.text]
    assert outside == ("embed" if width == 900 else "e…d")
    assert "self_attn.q_proj" in drift.readout(next(at for at, cell in enumerate(cells) if cell.module == names[3]))


def test_ranks_and_the_top_ten(drift):
    top = drift.top_rows()
    assert len(top) == 10
    assert top[0].value == max(cell.value for cell in drift._cells if cell.value is not None)
    assert "rank 1 of 169" in drift.readout(drift._cells.index(top[0]))
    assert drift.title().startswith(f"Layer {top[0].layer} {top[0].module} moved most")


def test_up_is_a_higher_layer_and_the_strip_lies_below(drift, qtbot):
    drift.set_cursor(0)
    drift.setFocus()
    qtbot.keyClick(drift, Qt.Key.Key_Up)
    assert drift._cells[drift.cursor_stop].layer == 1
    qtbot.keyClick(drift, Qt.Key.Key_Down)
    qtbot.keyClick(drift, Qt.Key.Key_Down)
    assert drift._cells[drift.cursor_stop].module == "embed"
    qtbot.keyClick(drift, Qt.Key.Key_Up)
    assert drift._cells[drift.cursor_stop].layer == 0


def test_the_chart_says_it_is_no_verdict(drift):
    assert "not what was lost" in drift.summary()
    assert "not what was lost" in drift.caption()


def test_the_engines_record_becomes_a_cell():
    record = Drift(run_id=1, step=5, layer=3, module="q", name="w", change=0.02, size=4.0, rev=1)
    assert cell_of(record).value == pytest.approx(0.005)
    still = Drift(run_id=1, step=5, layer=3, module="q", name="w", change=0.0, size=4.0, rev=1)
    assert cell_of(still).value is None
    assert levels_of([]) == (-4.0, -1.0)
    assert levels_of([DriftCell(step=1, layer=0, module="q", value=0.01)]) == pytest.approx((-2.5, -1.5))


def test_cell_text_equals_the_table(shown):
    chart = MatrixChart()
    chart.table().set_rows(examples.matrix_rows())
    shown(chart)
    model = chart.table()
    column = [c.key for c in model.columns].index("cell")
    from_table = {(row.column, row.stage): model.index(at, column).data() for at, row in enumerate(chart.rows)}
    tasks, stages = chart.tasks(), chart.stages()
    drawn = {(tasks[tile.x], stages[tile.y]): tile.text for tile in chart.grid.tiles}
    assert drawn == from_table
    assert drawn["law", "after med"] == "−14"
    assert drawn["law", "after law"] == "ref"
    assert drawn["med", "base model"] == "·"
    hatched = {(tasks[t.x], stages[t.y]) for t in chart.grid.tiles if t.is_hatched}
    assert hatched == {place for place, text in from_table.items() if text.endswith("?")} != set()


def test_the_footer_has_the_average_change_on_earlier_tasks(shown):
    chart = MatrixChart()
    chart.table().set_rows(examples.matrix_rows())
    shown(chart)
    assert f"average change on earlier tasks −{(14 + 5 + 2) / 3:.1f} points" in chart.footer.text()
    assert chart.footer.text() in chart.summary()


def test_beyond_fifteen_the_letters_go_and_the_read_out_stays(shown):
    cells = [
        MatrixCell(stage=f"s{a}", column=f"t{b}", change=-1.0 if b < a else None, is_reference=a == b, n=9)
        for a in range(16) for b in range(16)
    ]  # fmt: skip
    chart = MatrixChart()
    chart.table().set_rows(cells)
    shown(chart)
    assert {tile.text for tile in chart.grid.tiles} == {""}
    assert "s5, evaluated on t2 · −1.0" in chart.readout(5 * 16 + 2)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_scale_is_symmetric_fixed_and_readable(theme):
    assert cell_color(-15, theme) == cell_color(-40, theme) == theme.cell_worse
    assert cell_color(15, theme) == theme.cell_better
    assert cell_color(0, theme) == theme.cell_same
    assert contrast(cell_color(-14, theme), theme.cell_same) > contrast(cell_color(-4, theme), theme.cell_same)
