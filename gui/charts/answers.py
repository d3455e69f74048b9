"""Chart (f): two answers side by side (a third beside them), what changed between them, and how sure each model was of
every token.

A model's text is only ever inserted as plain text with a format; nothing in it is read as HTML, Markdown, link or image.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtGui import QFont, QTextCharFormat
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.charts.answer_pane import Answer, AnswerPane, tip_html, token_words
from gui.charts.shading import ALPHAS, TokenScore, change_step, surprise_step, visible_blanks
from gui.charts.worddiff import Difference, difference, folded
from gui.i18n import tr
from gui.theme import color, theme_of
from gui.widgets.text import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.charts.worddiff import SegmentKind
    from gui.tasks import Tasks
    from gui.theme import Theme

__all__ = ["Answer", "AnswerPane", "AnswersView", "DiffMode", "Shading", "tip_html", "token_words"]

DiffMode: TypeAlias = Literal["off", "words", "lines"]
Shading: TypeAlias = Literal["off", "surprise", "change"]
#: Answers whose lengths together stay below this are compared at once; longer ones off the GUI thread.
_QUICK_LETTERS = 1200


class AnswersView(QWidget):
    """Two panes, one difference. Modes: off, words, lines; shading: off, surprise, change on the base's text.

    A third answer is compared with the first: what it adds is marked in its own pane.
    """

    compared = Signal(object)

    def __init__(self, tasks: Tasks | None = None, parent: QWidget | None = None) -> None:
        """Compare long answers with `tasks`, off this thread; without them everything is compared at once."""
        super().__init__(parent)
        self._tasks = tasks
        self._answers: tuple[Answer, Answer] | None = None
        self._third_answer: Answer | None = None
        self._difference: Difference | None = None
        self._third_difference: Difference | None = None
        self._mode: DiffMode = "words"
        self._shading: Shading = "off"
        self._is_blind, self._is_locked, self._is_scrolling = False, True, False
        self._is_writing = self._is_flipped = False
        self._is_compared = True
        self._next = 0
        self.base, self.tuned, self.third = AnswerPane(self), AnswerPane(self), AnswerPane(self)
        self.third.hide()
        self.note = wrapped("", size="small")
        panes = QHBoxLayout()
        for pane in self.panes:
            panes.addWidget(pane, 1)
            pane.pointed.connect(self.note.setText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(panes, 1)
        layout.addWidget(self.note)
        self.base.view.verticalScrollBar().valueChanged.connect(self._on_base_scrolled)
        self.tuned.view.verticalScrollBar().valueChanged.connect(self._on_tuned_scrolled)
        self.third.view.verticalScrollBar().valueChanged.connect(self._on_third_scrolled)

    @property
    def panes(self) -> tuple[AnswerPane, AnswerPane, AnswerPane]:
        """The panes from left to right; the third is often hidden."""
        return self.base, self.tuned, self.third

    # ---- what to show ------------------------------------------------------------------------------------------------

    def set_answers(
        self,
        base: Answer,
        tuned: Answer,
        third: Answer | None = None,
        *,
        is_writing: bool = False,
        is_compared: bool = True,
    ) -> None:
        """Show two or three answers; the difference follows, at once for short ones.

        Not while they are still written, nor where one of them is missing (`is_compared` off).
        """
        self._answers, self._third_answer, self._next = (base, tuned), third, 0
        self._is_writing, self._is_compared = is_writing, is_compared
        self.third.setVisible(third is not None)
        self._compare()

    def set_mode(self, mode: DiffMode) -> None:
        """Compare by words, by lines, or not at all."""
        self._mode = mode
        self._compare()

    def set_shading(self, shading: Shading) -> None:
        """Shade tokens by surprise, or the base's text by what became less likely; shading replaces the difference."""
        self._shading = shading
        self._write()

    def set_blind(self, is_blind: bool) -> None:
        """Hide the models' names, the checker's word and what differs until the vote."""
        self._is_blind = is_blind
        self._write()

    def set_locked(self, is_locked: bool) -> None:
        """Scroll all panes together, by share of their heights."""
        self._is_locked = is_locked

    def set_flipped(self, is_flipped: bool) -> None:
        """Show the two answers in each other's place, for the eye to see one text change."""
        self._is_flipped = is_flipped
        self._write()

    def set_view(self, *, is_blind: bool, is_flipped: bool) -> None:
        """Both at once, for the answers that follow."""
        self._is_blind, self._is_flipped = is_blind, is_flipped

    def _compare(self) -> None:
        self._difference = self._third_difference = None
        self._write()
        if self._answers is None or self._mode == "off" or self._is_writing or not self._is_compared:
            return
        first, second = self._answers[0].text, self._answers[1].text
        third = self._third_answer.text if self._third_answer is not None else None
        if third is not None:
            self._start(partial(_compared, first, third, self._mode), self._on_third_compared, len(first) + len(third))
        self._start(partial(_compared, first, second, self._mode), self._on_compared, len(first) + len(second))

    def _start(self, work: partial[_Compared], on_done: object, letters: int) -> None:
        if self._tasks is None or letters <= _QUICK_LETTERS:
            on_done(work())  # type: ignore[operator]
        else:
            self._tasks.run(work, on_done)  # type: ignore[arg-type]

    @Slot(object)
    def _on_compared(self, result: _Compared) -> None:
        """Take a difference unless the answers or the mode have changed meanwhile."""
        first, second, mode, found = result
        if self._answers is None or (first, second, mode) != (self._answers[0].text, self._answers[1].text, self._mode):
            return
        self._difference = found
        self._write()
        self.compared.emit(found)

    @Slot(object)
    def _on_third_compared(self, result: _Compared) -> None:
        first, second, mode, found = result
        if self._answers is None or self._third_answer is None:
            return
        if (first, second, mode) == (self._answers[0].text, self._third_answer.text, self._mode):
            self._third_difference = found
            self._write()

    # ---- writing -----------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        if self._answers is None:
            return
        shown = [*self._answers, *([self._third_answer] if self._third_answer is not None else [])]
        panes = [*self._places(), self.third][: len(shown)]
        self.note.setText(self._note())
        if self._is_writing:
            for pane, answer in zip(panes, shown, strict=True):
                pane.grow(answer, is_blind=self._is_blind)
            return
        for pane, answer in zip(panes, shown, strict=True):
            pane.begin(answer, is_blind=self._is_blind, names=self._names(answer))
        self._fill(panes, shown)
        for pane in panes:
            pane.finish()

    def _fill(self, panes: Sequence[AnswerPane], shown: Sequence[Answer]) -> None:
        theme = theme_of(self.palette())
        if self._shading != "off" and not self._is_blind:
            self._write_shaded(theme, panes, shown)
            return
        if self._difference is None or self._is_blind:
            for pane, answer in zip(panes[:2], shown[:2], strict=True):
                pane.write(answer.text, QTextCharFormat())
        else:
            _write_difference(theme, self._difference, panes[0], panes[1])
        if len(shown) > 2:
            if self._third_difference is None:
                panes[2].write(shown[2].text, QTextCharFormat())
            else:
                _write_difference(theme, self._third_difference, None, panes[2])

    def _places(self) -> tuple[AnswerPane, AnswerPane]:
        """The panes of the first and the second answer."""
        return (self.tuned, self.base) if self._is_flipped else (self.base, self.tuned)

    def _names(self, answer: Answer) -> tuple[str, str] | None:
        """Whose a token's two scores are: the first model's and the other one's."""
        assert self._answers is not None
        other = self._third_answer if answer is self._third_answer else self._answers[1]
        names = (self._answers[0].model, other.model if other is not None else "")
        return names if all(names) else None

    def _write_shaded(self, theme: Theme, panes: Sequence[AnswerPane], shown: Sequence[Answer]) -> None:
        for number, (pane, answer) in enumerate(zip(panes, shown, strict=True)):
            if not answer.tokens or (self._shading == "change" and number > 0):
                pane.write(answer.text, QTextCharFormat())
            elif self._shading == "change":
                _shade(
                    pane, answer.tokens, [change_step(t.base, t.tuned) for t in answer.tokens], theme, is_change=True
                )
            else:
                own = [t.tuned if number else t.base for t in answer.tokens]
                _shade(pane, answer.tokens, [surprise_step(value) for value in own], theme)

    def _note(self) -> str:
        assert self._answers is not None
        if self._is_writing:
            return tr("Still writing…")
        if self._is_blind:
            return ""
        if self._shading != "off":
            return self._shading_note()
        if self._difference is None:
            return tr("Comparing…") if self._mode != "off" and self._is_compared else ""
        said = tr("%n difference(s)", "", self._difference.changes)
        return (
            f"{said}. {tr('Only the first 800 differing words were compared.')}" if self._difference.is_capped else said
        )

    def _shading_note(self) -> str:
        assert self._answers is not None
        if self._shading == "change":
            said = tr("Shaded on {first}'s answer: what became less likely (dotted) or likelier under {second}")
            return said.format(first=self._answers[0].model, second=self._answers[1].model)
        shown = [*self._answers, *([self._third_answer] if self._third_answer is not None else [])]
        said = tr("Shaded: how unlikely each token was to the model that wrote it ({models}); dotted below p = .05")
        return said.format(models=", ".join(" ".join((one.letter, one.model)).strip() for one in shown))

    # ---- moving ------------------------------------------------------------------------------------------------------

    @Slot()
    def next_difference(self) -> None:
        """Go to the next place that differs in both panes; after the last comes the first."""
        count = max(pane.change_count() for pane in self.panes)
        if count:
            for pane in self.panes:
                pane.go_to_change(self._next % count)
            self._next = (self._next + 1) % count

    @Slot(int)
    def _on_base_scrolled(self, _value: int) -> None:
        self._scroll_with(self.base)

    @Slot(int)
    def _on_tuned_scrolled(self, _value: int) -> None:
        self._scroll_with(self.tuned)

    @Slot(int)
    def _on_third_scrolled(self, _value: int) -> None:
        self._scroll_with(self.third)

    def _scroll_with(self, moved: AnswerPane) -> None:
        if not self._is_locked or self._is_scrolling:
            return
        self._is_scrolling = True
        one = moved.view.verticalScrollBar()
        for other in self.panes:
            if other is not moved:
                two = other.view.verticalScrollBar()
                two.setValue(round(two.maximum() * one.value() / one.maximum()) if one.maximum() else 0)
        self._is_scrolling = False

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationFontChange) and hasattr(self, "note"):
            self._write()


#: Both texts, how they were compared, and the difference.
_Compared: TypeAlias = tuple[str, str, DiffMode, Difference]


def _compared(first: str, second: str, mode: DiffMode) -> _Compared:
    return first, second, mode, difference(first, second, "lines" if mode == "lines" else "words")


def _write_difference(theme: Theme, found: Difference, base: AnswerPane | None, tuned: AnswerPane) -> None:
    """Write both texts with what is only in one of them marked; without a pane for the first, only the second."""
    both = [pane for pane in (base, tuned) if pane is not None]
    for segment in found.segments:
        form = _format(segment.kind, theme)
        letters = segment.text.rstrip()
        blanks = segment.text[len(letters) :]
        if segment.kind == "removed":
            if base is not None:
                bracket = _tinted(theme.forgot_mark)
                base.write("⟦", bracket, is_change=True)
                base.write(letters or blanks, form)
                base.write("⟧", bracket)
                base.write(blanks if letters else "", QTextCharFormat())
        elif segment.kind == "added":
            tuned.write(letters or blanks, form, is_change=True)
            tuned.write(blanks if letters else "", QTextCharFormat())
        else:
            head, left_out, tail = folded(segment.text)
            for pane in both:
                pane.write(head, form)
                if left_out:
                    pane.write(tr("… %n same word(s) … ", "", left_out), _muted(theme))
                    pane.write(tail, form)


def _format(kind: SegmentKind, theme: Theme) -> QTextCharFormat:
    """Removed: struck through; added: bold and underlined; both tinted, so that colour never stands alone."""
    if kind == "equal":
        return QTextCharFormat()
    form = _tinted(theme.forgot_mark if kind == "removed" else theme.kept_mark)
    if kind == "removed":
        form.setFontStrikeOut(True)
    else:
        form.setFontUnderline(True)
        form.setFontWeight(QFont.Weight.Bold)
    return form


def _tinted(mark: str) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setBackground(color(mark, 0.18))
    return form


def _muted(theme: Theme) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(color(theme.muted))
    form.setFontItalic(True)
    return form


def _shade(
    pane: AnswerPane, tokens: Sequence[TokenScore], steps: Sequence[int], theme: Theme, *, is_change: bool = False
) -> None:
    """Tint each token by its step; a surprise or a loss in one hue, a gain in the other."""
    for token, step in zip(tokens, steps, strict=True):
        form = QTextCharFormat()
        is_worse = step < 0 or not is_change
        form.setBackground(color(theme.forgot_mark if is_worse else theme.kept_mark, ALPHAS[abs(step)]))
        if is_worse and abs(step) >= 3:
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        pane.write(visible_blanks(token.text), form, token=token)
