"""The words, glyphs and plot symbols of verdicts, so that colour never stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from engine.verdict import sentences
from gui.i18n import tr

if TYPE_CHECKING:
    from engine.verdict.records import Word
    from gui.theme import Theme

#: What a row can be called: the engine's words, the learned task, and what could not be measured.
ShownWord: TypeAlias = Literal["kept", "forgot", "changed", "can't tell", "measured", "learned", "not measured"]

GLYPHS: dict[ShownWord, str] = {"learned": "▲", "not measured": "–"}
GLYPHS.update(sentences.GLYPHS)  # type: ignore[arg-type]  # a dict's key type is invariant; every Word is a ShownWord
#: pyqtgraph's symbols of the same shapes; "measured" is drawn hollow.
SYMBOLS: dict[ShownWord, str] = {
    "kept": "o", "forgot": "t", "changed": "s", "can't tell": "d", "measured": "o", "learned": "t1", "not measured": "o",
}  # fmt: skip


def word_name(word: ShownWord) -> str:
    """The word in the user's language."""
    return {
        "kept": tr("Kept"),
        "forgot": tr("Forgot"),
        "changed": tr("Changed"),
        "can't tell": tr("Can't tell"),
        "measured": tr("Measured"),
        "learned": tr("Learned"),
        "not measured": tr("Not measured"),
    }[word]


def word_mark(word: ShownWord, theme: Theme) -> str:
    """The colour of its mark."""
    return _color(word, theme, "mark")


def word_text(word: ShownWord, theme: Theme) -> str:
    """The colour of its letters."""
    return _color(word, theme, "text")


def _color(word: ShownWord, theme: Theme, what: Literal["mark", "text"]) -> str:
    if word == "learned":
        return theme.learned_mark if what == "mark" else theme.learned_text
    if word == "not measured":
        return theme.muted
    verdict: Word = word
    return theme.mark_of(verdict) if what == "mark" else theme.text_of(verdict)
