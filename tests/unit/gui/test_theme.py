"""The colour table: contrast is computed for every token, and a palette change reaches open widgets (criterion 36)."""

import dataclasses

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel

from gui.theme import DARK, LIGHT, Theme, apply_theme, contrast, ink_on, mixed, palette_of, theme_of

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
WORDS = ("kept", "forgot", "changed", "can't tell", "measured")


@pytest.fixture
def restored_palette(qapp):
    """Leaves the application's palette as the test found it."""
    before = qapp.palette()
    yield qapp
    qapp.setPalette(before)


def test_contrast_is_the_published_ratio():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#0072B2", "#FFFFFF") == pytest.approx(5.2, abs=0.05)
    assert contrast("#D55E00", "#1E1E1E") == pytest.approx(4.3, abs=0.05)


@THEMES
def test_text_keeps_four_and_a_half_to_one(theme):
    names = [f.name for f in dataclasses.fields(Theme) if f.name.endswith("_text")]
    on_surface = {name: getattr(theme, name) for name in names if name not in {"accent_text", "selection_text"}}
    on_surface |= {"text": theme.text, "muted": theme.muted, "base": theme.base, "link": theme.link}
    for name, ink in on_surface.items():
        assert contrast(ink, theme.surface) >= 4.5, name
        assert contrast(ink, theme.window) >= 4.5, f"{name} on the window"
    assert contrast(theme.text, theme.hover) >= 4.5
    assert contrast(theme.muted, theme.hover) >= 4.5
    assert contrast(theme.accent_text, theme.accent) >= 4.5
    assert contrast(theme.selection_text, theme.selection) >= 4.5


@THEMES
def test_marks_keep_three_to_one(theme):
    names = [f.name for f in dataclasses.fields(Theme) if f.name.endswith("_mark")]
    marks = {name: getattr(theme, name) for name in [*names, "focus", "accent", "base", "loss_smooth", "rest"]}
    marks |= {f"series {at}": one.color for at, one in enumerate(theme.series)}
    for name, mark in marks.items():
        assert contrast(mark, theme.surface) >= 3.0, name


@THEMES
def test_six_runs_differ_in_colour_symbol_and_dash(theme):
    assert len(theme.series) == 6
    for field in ("color", "symbol", "dash"):
        assert len({getattr(one, field) for one in theme.series}) == 6


@THEMES
def test_each_word_has_a_mark_and_a_text(theme):
    for word in WORDS:
        assert contrast(theme.mark_of(word), theme.surface) >= 3.0
        assert contrast(theme.text_of(word), theme.surface) >= 4.5
    assert len({theme.mark_of(word) for word in ("kept", "forgot", "can't tell", "measured")}) == 4


@THEMES
@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_letters_read_on_every_cell_of_the_diverging_scale(theme, share):
    for end in (theme.cell_worse, theme.cell_better):
        cell = mixed(theme.cell_same, end, share)
        assert contrast(ink_on(cell), cell) >= 4.5


@THEMES
def test_a_palette_knows_its_theme(theme):
    assert theme_of(palette_of(theme)) is theme


def test_applying_a_theme_recolours_an_open_widget(qtbot, restored_palette):
    label = QLabel("words")
    qtbot.addWidget(label)
    label.show()
    for theme in (DARK, LIGHT, DARK):
        apply_theme(QApplication.instance(), theme)
        qtbot.waitUntil(lambda wanted=theme.text: _ink(label) == wanted)
    assert restored_palette.style().objectName().lower() == "fusion"
    assert restored_palette.styleSheet() == ""


def _ink(widget):
    return widget.palette().color(QPalette.ColorRole.WindowText).name().upper()
