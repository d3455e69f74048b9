"""What all charts share, tested on each: table twin, export, theme, keys, wheel, refresh, accessibility (25, 26, 35, 37)."""

import csv
import io
import re
import time
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.errors import UserError
from gui.charts.canvas import PlainAxis
from gui.charts.model import SORT_ROLE
from gui.theme import DARK, LIGHT, apply_theme


def test_the_model_keeps_qts_contract(chart, qtmodeltester):
    qtmodeltester.check(chart.table())


def test_a_live_model_keeps_qts_contract_while_rows_come_and_go(kind, qapp, qtmodeltester):
    chart = kind.make()
    kind.fill(chart)
    rows = list(chart.rows)
    model = chart.table()
    qtmodeltester.check(model)
    for part in (rows[: len(rows) // 2], rows, rows[3:], [], rows, [*rows[:2], *rows[4:]]):
        model.set_rows(part)
        assert model.rows == part
    chart.deleteLater()


def test_appending_inserts_only_what_is_new(kind, qapp):
    chart = kind.make()
    kind.fill(chart)
    model, rows = chart.table(), list(chart.rows)
    model.set_rows(rows[:-1])
    inserted, changed = [], []
    model.rowsInserted.connect(lambda _parent, first, last: inserted.append((first, last)))
    model.dataChanged.connect(lambda *_: changed.append(1))
    model.set_rows(rows)
    assert inserted == [(len(rows) - 1, len(rows) - 1)]
    assert not changed
    chart.deleteLater()


def test_csv_reads_back_as_the_models_numbers(chart, tmp_path):
    chart.export(tmp_path / "numbers.csv")
    read = list(csv.reader(io.StringIO((tmp_path / "numbers.csv").read_text(encoding="utf-8"))))
    model = chart.table()
    assert read[0] == [column.key for column in model.columns]
    assert len(read) == model.rowCount() + 1
    for at, line in enumerate(read[1:]):
        for column, cell in enumerate(line):
            value = model.index(at, column).data(SORT_ROLE)
            if isinstance(value, float):
                assert float(cell) == value
            elif isinstance(value, int):
                assert int(cell) == value
            else:
                assert cell.removeprefix("'") == (value or "")


def test_png_is_three_times_the_picture_and_light(chart, tmp_path, qtbot):
    apply_theme(QApplication.instance(), DARK)
    qtbot.waitUntil(lambda: chart.theme is DARK)
    chart.set_caption("run 4 · 2026-11-25")
    chart.export(tmp_path / "picture.png")
    image = QImage(str(tmp_path / "picture.png"))
    assert image.width() == 3 * (chart.canvas.width() + 24)
    assert image.pixelColor(2, 2).name().upper() == LIGHT.surface
    assert chart.theme is DARK
    assert _share(chart.canvas.grab().toImage(), DARK.surface) > 0.05


def test_svg_draws_marks_as_shapes(chart, tmp_path):
    chart.set_caption("run 4 · 2026-11-25")
    chart.export(tmp_path / "picture.svg")
    text = (tmp_path / "picture.svg").read_text(encoding="utf-8")
    assert "<image" not in text
    assert text.count("<path") + text.count("<polyline") + text.count("<rect") > 10
    words = " ".join(re.findall(r">([^<>]+)</text>", text))
    assert "2026-11-25" in words


def test_pdf_is_a_document(chart, tmp_path):
    chart.export(tmp_path / "picture.pdf")
    assert (tmp_path / "picture.pdf").read_bytes().startswith(b"%PDF-")


def test_export_of_a_chart_that_was_never_shown_has_its_marks(kind, light, tmp_path, qtbot):
    chart = kind.make()
    qtbot.addWidget(chart)
    kind.fill(chart)
    chart.resize(900, 620)
    chart.export(tmp_path / "hidden.svg")
    text = (tmp_path / "hidden.svg").read_text(encoding="utf-8")
    assert text.count("<path") + text.count("<rect") + text.count("<polyline") > 15


def test_an_unknown_ending_is_refused_by_name(chart, tmp_path):
    with pytest.raises(UserError, match="gif"):
        chart.export(tmp_path / "picture.gif")


def test_captions_carry_n(chart):
    chart.set_caption("run 4")
    assert chart.caption().startswith("run 4")
    if chart.__class__.__name__ != "DriftChart":
        assert "n " in chart.caption() or "n=" in chart.caption()


def test_the_theme_recolours_an_open_chart(chart, qtbot):
    before = chart.canvas.grab().toImage()
    assert _share(before, LIGHT.surface) > 0.05
    apply_theme(QApplication.instance(), DARK)
    qtbot.waitUntil(lambda: chart.theme is DARK)
    dark = chart.canvas.grab().toImage()
    assert _share(dark, DARK.surface) > 0.05
    assert _share(dark, LIGHT.surface) < 0.02
    apply_theme(QApplication.instance(), LIGHT)
    qtbot.waitUntil(lambda: chart.theme is LIGHT)
    assert _share(chart.canvas.grab().toImage(), LIGHT.surface) > 0.05


def test_arrow_keys_and_hover_say_the_same(chart, qtbot):
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    stop = chart.cursor_stop
    assert stop is not None
    by_keys = chart.readout_bar.text()
    assert by_keys
    chart.set_cursor(None)
    assert chart.readout_bar.text() == ""
    chart.set_cursor(stop)
    assert chart.readout_bar.text() == by_keys == chart.readout(stop)


def test_hovering_finds_a_stop_somewhere(chart):
    box = chart.canvas.viewport().rect()
    points = [QPointF(x, y) for x in range(0, box.width(), 9) for y in range(0, box.height(), 9)]
    found = {chart.stop_at(point) for point in points} - {None}
    assert found
    assert all(0 <= stop < chart.stop_count() for stop in found)


def test_home_end_enter_and_escape(chart, qtbot):
    chosen, opened, cleared = [], [], []
    chart.point_selected.connect(chosen.append)
    chart.point_activated.connect(opened.append)
    chart.cleared.connect(lambda: cleared.append(1))
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_End)
    assert chart.cursor_stop == chart.stop_count() - 1
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert chart.cursor_stop == 0
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert chosen == opened == [chart.stop_key(0)]
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.cursor_stop is None
    assert cleared == [1]


def test_the_cursor_stays_inside_whatever_the_keys(chart, qtbot):
    chart.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down) * 6:
        qtbot.keyClick(chart, key)
        assert 0 <= chart.cursor_stop < chart.stop_count()


def test_g_shows_the_same_numbers_as_a_table(chart, qtbot):
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_G)
    assert chart.is_table
    view = chart.pages.currentWidget()
    assert view.model() is chart.table()
    assert view.accessibleName()
    qtbot.keyClick(view, Qt.Key.Key_G)
    assert not chart.is_table


def test_a_screen_reader_meets_role_chart_with_a_sentence(chart):
    interface = QAccessible.queryAccessibleInterface(chart)
    assert interface.role() == QAccessible.Role.Chart
    assert interface.text(QAccessible.Text.Name) == chart.title() != ""
    assert interface.text(QAccessible.Text.Description) == chart.summary()
    assert chart.summary().startswith(chart.title())


def test_copying_puts_picture_and_numbers_on_the_clipboard(chart, qapp):
    chart.copy()
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    assert data.text() == chart.table().to_tsv()
    assert "<table>" in data.html()
    assert len(data.text().splitlines()) == chart.table().rowCount() + 1
    QGuiApplication.clipboard().clear()


def test_dragging_out_offers_a_png_file(chart):
    data = chart.actions_.drag_data()
    assert data.hasImage()
    assert QImage(data.urls()[0].toLocalFile()).width() > 900


def test_the_menu_is_ours(chart):
    menu = chart.actions_.menu()
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words[-5:] == ["Copy image", "Copy data", "Export…", "Reset view", "Show as table"]
    menu.deleteLater()


def test_the_wheel_scrolls_the_page_unless_ctrl_is_held(kind, light, qtbot):
    area = QScrollArea()
    qtbot.addWidget(area)
    page = QWidget()
    layout = QVBoxLayout(page)
    chart = kind.make()
    kind.fill(chart)
    chart.setMinimumHeight(500)
    layout.addWidget(chart)
    layout.addWidget(QLabel("below", minimumHeight=2000))
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.resize(900, 600)
    area.show()
    qtbot.waitExposed(area)
    bar = area.verticalScrollBar()
    _wheel(chart.canvas.viewport(), Qt.KeyboardModifier.NoModifier)
    assert bar.value() > 0
    before = bar.value()
    _wheel(chart.canvas.viewport(), Qt.KeyboardModifier.ControlModifier)
    assert bar.value() == before


def test_nothing_is_drawn_while_hidden_and_everything_when_shown(kind, light, qtbot, monkeypatch):
    chart = kind.make()
    qtbot.addWidget(chart)
    drawn = []
    refresh = chart._refresh
    monkeypatch.setattr(chart, "_refresh", lambda: (drawn.append(1), refresh()))
    kind.fill(chart)
    chart.refresh()
    assert not chart._timer.isActive()
    assert drawn == []
    chart.show()
    qtbot.waitExposed(chart)
    assert drawn == [1]
    chart.hide()
    rows = list(chart.rows)
    chart.table().set_rows(rows[:-1])
    assert not chart._timer.isActive()
    assert drawn == [1]


def test_many_changes_are_drawn_at_most_four_times_a_second(chart, qtbot, monkeypatch):
    drawn = []
    refresh = chart._refresh
    monkeypatch.setattr(chart, "_refresh", lambda: (drawn.append(1), refresh()))
    rows = list(chart.rows)
    begun = time.monotonic()
    for at in range(12):
        chart.table().set_rows(rows[: len(rows) - at % 2])
        qtbot.wait(60)
    qtbot.waitUntil(lambda: not chart._timer.isActive(), timeout=5000)
    passed = time.monotonic() - begun
    assert 1 <= len(drawn) <= 4 * passed + 1
    assert chart.stop_count() > 0


def test_an_empty_chart_says_why(kind, shown):
    chart = shown(kind.make())
    assert chart.title()
    if kind.name == "timeline":
        assert any(label.text for label in chart.loss_texts.labels)
    else:
        assert chart.empty_reason()
        assert chart.pages.currentWidget().text() == chart.empty_reason()
    kind.fill(chart)
    chart.refresh()
    assert chart.empty_reason() == ""
    assert chart.pages.currentIndex() == 0
    chart.table().set_rows([])
    chart.refresh()
    assert chart.cursor_stop is None


def test_focus_is_visible(chart, qtbot):
    chart.setFocus()
    qtbot.waitUntil(lambda: chart.hasFocus(), timeout=1000)
    assert chart._focus_frame.isVisible()
    chart.clearFocus()
    assert not chart._focus_frame.isVisible()


def _share(image, name):
    """Share of sampled pixels of one colour."""
    points = [(x, y) for x in range(3, image.width(), 7) for y in range(3, image.height(), 7)]
    return sum(image.pixelColor(x, y).name().upper() == name for x, y in points) / len(points)


def _wheel(target, modifiers):
    """A turn of the wheel as it comes from the window system, over the middle of a widget."""
    window = target.window()
    at = QPointF(target.mapTo(window, target.rect().center()))
    QTest.wheelEvent(window.windowHandle(), at, QPoint(0, -240), QPoint(), modifiers)


@pytest.mark.parametrize("width", [520, 720, 1000])
def test_no_axis_title_is_cut(chart, qtbot, width):
    font = chart.font()
    font.setPointSizeF(1.5 * font.pointSizeF())
    chart.setFont(font)
    chart.resize(width, 420)
    qtbot.wait(50)
    axes = [item for item in chart.canvas.scene().items() if isinstance(item, PlainAxis)]
    titles = [one.label for one in axes if one.label.isVisible() and one.label.toPlainText().strip()]
    places = {
        title.toPlainText(): title.mapRectToScene(title.boundingRect().adjusted(4, 4, -4, -4)) for title in titles
    }
    assert places
    room = QRectF(chart.canvas.viewport().rect()).adjusted(-1, -1, 1, 1)
    assert not [(said, place) for said, place in places.items() if not room.contains(place)], room
    assert not [pair for pair in combinations(places, 2) if places[pair[0]].intersects(places[pair[1]])]
