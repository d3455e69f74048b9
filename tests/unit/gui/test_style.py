"""The style's own drawings: ticks and rings seen in both themes, scroll bars whose parts fill their room."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QProgressBar, QRadioButton, QScrollBar, QStyle, QStyleOptionSlider, QWidget

from gui.style import LEAST_HANDLE, Style
from gui.theme import DARK, LIGHT, contrast, palette_of
from gui.widgets.tabs import Tabs

PART = QStyle.SubControl


@pytest.fixture
def style():
    return Style()


def _bar(qtbot, style, orientation, maximum):
    bar = QScrollBar(orientation)
    qtbot.addWidget(bar)
    bar.setStyle(style)
    bar.setRange(0, maximum)
    bar.setPageStep(50)
    bar.resize(14, 300) if orientation == Qt.Orientation.Vertical else bar.resize(300, 14)
    return bar


def _part(style, bar, part):
    option = QStyleOptionSlider()
    bar.initStyleOption(option)
    return style.subControlRect(QStyle.ComplexControl.CC_ScrollBar, option, part, bar)


@pytest.mark.parametrize("orientation", [Qt.Orientation.Vertical, Qt.Orientation.Horizontal])
@pytest.mark.parametrize("maximum", [0, 100, 1_000_000])
def test_the_parts_of_a_scroll_bar_fill_it_and_follow_its_value(qtbot, style, orientation, maximum):
    bar = _bar(qtbot, style, orientation, maximum)
    upright = orientation == Qt.Orientation.Vertical
    for value in (0, maximum // 2, maximum):
        bar.setValue(value)
        parts = [
            _part(style, bar, part)
            for part in (PART.SC_ScrollBarSubPage, PART.SC_ScrollBarSlider, PART.SC_ScrollBarAddPage)
        ]
        lengths = [part.height() if upright else part.width() for part in parts]
        assert sum(lengths) == 300
        assert lengths[1] >= LEAST_HANDLE
    assert lengths[2] == 0  # at the end nothing is left below
    assert _part(style, bar, PART.SC_ScrollBarAddLine).isEmpty()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.parametrize("is_on", [True, False])
def test_ticks_and_rings_are_seen_in_both_themes(qtbot, style, theme, kind, is_on):
    box = kind("")
    qtbot.addWidget(box)
    box.setStyle(style)
    box.setPalette(palette_of(theme))
    box.setChecked(is_on)
    box.resize(20, 20)
    picture = box.grab().toImage()
    inks = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert max(contrast(ink, theme.window) for ink in inks) >= 3.0


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_an_empty_progress_bar_is_seen_in_both_themes(qtbot, style, theme):
    bar = QProgressBar()
    qtbot.addWidget(bar)
    bar.setStyle(style)
    bar.setPalette(palette_of(theme))
    bar.setTextVisible(False)
    bar.resize(120, 20)
    picture = bar.grab().toImage()
    inks = {picture.pixelColor(60, y).name() for y in range(picture.height())}
    assert max(contrast(ink, theme.window) for ink in inks) >= 3.0


def _rows_of_ink(picture, rect):
    """How many lines of pixels hold dark ink: the height of the letters."""
    columns = range(rect.left() + 6, rect.right() - 6)
    rows = range(rect.top(), rect.bottom())
    return sum(any(picture.pixelColor(x, y).lightness() < 110 for x in columns) for y in rows)


@pytest.mark.parametrize("points", [9, 13.5])
def test_words_on_tabs_are_not_cut_off(qtbot, style, points):
    tabs = Tabs("tabs")
    qtbot.addWidget(tabs)
    tabs.tabBar().setStyle(style)
    tabs.setPalette(palette_of(LIGHT))
    font = tabs.font()
    font.setPointSizeF(points)
    tabs.tabBar().setFont(font)
    for _ in range(2):
        tabs.addTab(QWidget(), "Änderung")
    tabs.resize(400, 200)
    tabs.show()
    picture = tabs.tabBar().grab().toImage()
    front, other = (_rows_of_ink(picture, tabs.tabBar().tabRect(at)) for at in (0, 1))
    assert front == other > 0
