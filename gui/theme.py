"""One table of colours for light and dark, and how the application wears it.

Okabe and Ito's palette, split by theme so that marks keep 3:1 and text 4.5:1 against what lies behind them. Colour never
stands alone: each verdict has a glyph and a word too (`engine.verdict.sentences.GLYPHS`). No colour is written anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from engine.verdict.records import Word


@dataclass(frozen=True, kw_only=True)
class Series:
    """How one run is drawn: colour, pyqtgraph symbol, and dash pattern in pen widths (empty: solid)."""

    color: str
    symbol: str
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Theme:
    """Every colour of the window, as #RRGGBB.

    `…_mark` is for shapes and lines (3:1), `…_text` for letters (4.5:1), both on `surface`; `text` and `muted` also on
    `window`. `series` are the six pinned runs; further runs are drawn in `rest`.
    """

    name: str
    is_dark: bool
    window: str
    surface: str
    raised: str
    text: str
    muted: str
    border: str
    grid: str
    hover: str
    accent: str
    accent_text: str
    selection: str
    selection_text: str
    focus: str
    link: str
    kept_mark: str
    kept_text: str
    forgot_mark: str
    forgot_text: str
    unsure_mark: str
    unsure_text: str
    learned_mark: str
    learned_text: str
    base: str
    warning_mark: str
    warning_text: str
    error_mark: str
    error_text: str
    rest: str
    frozen: str
    loss_raw: str
    loss_smooth: str
    cell_worse: str
    cell_same: str
    cell_better: str
    series: tuple[Series, ...]

    def mark_of(self, word: Word) -> str:
        """The colour of a verdict's mark; "changed" shares the one of "can't tell", as glyph and word tell them apart."""
        return getattr(self, f"{_FAMILY[word]}_mark") if _FAMILY[word] != "base" else self.base

    def text_of(self, word: Word) -> str:
        """The colour of a verdict's word."""
        return getattr(self, f"{_FAMILY[word]}_text") if _FAMILY[word] != "base" else self.base


_FAMILY: dict[Word, str] = {
    "kept": "kept", "forgot": "forgot", "changed": "unsure", "can't tell": "unsure", "measured": "base",
}  # fmt: skip
#: Symbols of the six pinned runs; each comes with a dash pattern of its own.
_SYMBOLS = ("o", "s", "d", "t1", "star", "+")
_DASHES: tuple[tuple[float, ...], ...] = ((), (6, 3), (2, 2), (8, 3, 2, 3), (4, 2), (1, 3))


def _series(*colors: str) -> tuple[Series, ...]:
    looks = zip(colors, _SYMBOLS, _DASHES, strict=True)
    return tuple(Series(color=color, symbol=symbol, dash=dash) for color, symbol, dash in looks)


LIGHT = Theme(
    name="light",
    is_dark=False,
    window="#F6F6F4",
    surface="#FFFFFF",
    raised="#FFFFFF",
    text="#1B1B1B",
    muted="#6A6A6A",
    border="#C9C9C6",
    grid="#EBEBE9",
    hover="#ECECE9",
    accent="#0072B2",
    accent_text="#FFFFFF",
    selection="#CFE4F1",
    selection_text="#10202B",
    focus="#0072B2",
    link="#00629A",
    kept_mark="#0072B2",
    kept_text="#0068A3",
    forgot_mark="#D55E00",
    forgot_text="#B34D00",
    unsure_mark="#8F4A77",
    unsure_text="#8F4A77",
    learned_mark="#009E73",
    learned_text="#00694D",
    base="#595959",
    warning_mark="#A86E00",
    warning_text="#7D5200",
    error_mark="#C62828",
    error_text="#B3201C",
    rest="#8C8C8C",
    frozen="#D0D0CE",
    loss_raw="#9CC4DE",
    loss_smooth="#0072B2",
    cell_worse="#B35806",
    cell_same="#F5F5F5",
    cell_better="#2166AC",
    series=_series("#0072B2", "#D55E00", "#009E73", "#8F4A77", "#1B1B1B", "#8A6D00"),
)

DARK = Theme(
    name="dark",
    is_dark=True,
    window="#171717",
    surface="#1E1E1E",
    raised="#262626",
    text="#E8E8E6",
    muted="#9A9A9A",
    border="#454545",
    grid="#2B2B2B",
    hover="#2D2D2D",
    accent="#56B4E9",
    accent_text="#0B1A24",
    selection="#244A61",
    selection_text="#F2F7FA",
    focus="#56B4E9",
    link="#7CC5EE",
    kept_mark="#56B4E9",
    kept_text="#56B4E9",
    forgot_mark="#D55E00",
    forgot_text="#FF8C42",
    unsure_mark="#CC79A7",
    unsure_text="#D68DB5",
    learned_mark="#009E73",
    learned_text="#2BC197",
    base="#B0B0B0",
    warning_mark="#E69F00",
    warning_text="#F0B83A",
    error_mark="#EF5350",
    error_text="#FF8A80",
    rest="#7D7D7D",
    frozen="#4A4A4A",
    loss_raw="#2F5A72",
    loss_smooth="#56B4E9",
    cell_worse="#E08214",
    cell_same="#333333",
    cell_better="#5AA5D8",
    series=_series("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#FFFFFF"),
)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    shares = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(first: str, second: str, share: float) -> str:
    """An opaque colour between two: `share` 0 is the first, 1 the second."""
    pairs = ((int(first[at : at + 2], 16), int(second[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def ink_on(background: str) -> str:
    """Black or white letters, whichever reads better on a coloured cell: one of them always keeps 4.5:1."""
    return max(("#000000", "#FFFFFF"), key=lambda ink: contrast(ink, background))


def theme_of(palette: QPalette) -> Theme:
    """Which theme a palette belongs to: dark if its window is; how a widget learns its colours on a palette change."""
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def system_theme(app: QApplication) -> Theme:
    """What the desktop asks for; light where it does not say."""
    return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Dress the whole application: Fusion and one palette; every open widget gets a palette change, no style sheet."""
    if app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette_of(theme))


def palette_of(theme: Theme) -> QPalette:
    """The theme as Qt's palette, disabled text muted."""
    role, palette = QPalette.ColorRole, QPalette()
    colors = {
        role.Window: theme.window, role.WindowText: theme.text, role.Base: theme.surface, role.Text: theme.text,
        role.AlternateBase: theme.hover, role.Button: theme.raised, role.ButtonText: theme.text,
        role.BrightText: theme.error_text, role.Highlight: theme.selection,
        role.HighlightedText: theme.selection_text, role.Accent: theme.accent, role.Link: theme.link,
        role.LinkVisited: theme.unsure_text, role.ToolTipBase: theme.raised, role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted, role.Light: mixed(theme.raised, theme.text, 0.04),
        role.Midlight: theme.hover, role.Mid: theme.border, role.Dark: theme.border, role.Shadow: theme.border,
    }  # fmt: skip
    for one, color in colors.items():
        palette.setColor(one, QColor(color))
    for one in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(mixed(theme.muted, theme.window, 0.35)))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.hover))
    return palette


def color(name: str, alpha: float = 1.0) -> QColor:
    """A token as Qt's colour, `alpha` from 0 (clear) to 1."""
    result = QColor(name)
    result.setAlphaF(alpha)
    return result
