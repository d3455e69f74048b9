"""Chart (f): two answers side by side, what changed between them, and how sure each model was of every token.

A model's text is only ever inserted as plain text with a format; nothing in it is read as HTML, Markdown, link or image.
"""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QTextEdit, QToolTip, QVBoxLayout, QWidget

from gui.charts.shading import ALPHAS, TokenScore, change_step, surprise_step, visible_blanks
from gui.charts.worddiff import Difference, difference, folded
from gui.i18n import tr
from gui.theme import color, theme_of
from gui.widgets.text import ElidedLabel, PlainLabel, fixed_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QHelpEvent

    from gui.charts.worddiff import SegmentKind
    from gui.tasks import Tasks
    from gui.theme import Theme

DiffMode: TypeAlias = Literal["off", "words", "lines"]
Shading: TypeAlias = Literal["off", "surprise", "change"]
#: Answers whose lengths together stay below this are compared at once; longer ones off the GUI thread.
_QUICK_LETTERS = 1200


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One model's answer. `passed` is the checker's word, None where nothing checked it; `mean_logprob` in nats."""

    model: str
    text: str
    letter: str = "A"
    passed: bool | None = None
    n_tokens: int = 0
    mean_logprob: float | None = None
    seed: int | None = None
    temperature: float | None = None
    tokens: tuple[TokenScore, ...] = ()

    def chips(self) -> list[str]:
        """Length, mean log-probability, seed and temperature in words."""
        said = [tr("%n token(s)", "", self.n_tokens)] if self.n_tokens else []
        if self.mean_logprob is not None:
            said.append(tr("mean log-prob {value}").format(value=f"{self.mean_logprob:.2f}".replace("-", "−")))
        if self.seed is not None:
            said.append(tr("seed {seed}").format(seed=self.seed))
        if self.temperature is not None:
            said.append(tr("temperature {value}").format(value=f"{self.temperature:g}"))
        return said


class AnswerPane(QWidget):
    """One answer with its header; in blind mode the model's name is hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty at first."""
        super().__init__(parent)
        self._spots: list[int] = []
        self._tokens: list[tuple[int, TokenScore]] = []
        self._pen = QTextCursor()
        self.header, self.footer = ElidedLabel(""), PlainLabel("", size="small")
        self.footer.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.view = QTextEdit(self)
        self.view.setReadOnly(True)
        self.view.setAcceptRichText(False)
        self.view.setTabChangesFocus(True)
        self.view.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.header)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.footer)

    def begin(self, answer: Answer, *, is_blind: bool) -> None:
        """Write the header and empty the text; `write` follows, and `finish`."""
        mark = {True: "✓", False: "✗", None: ""}[answer.passed]
        name = tr("hidden until you vote") if is_blind else answer.model
        self.header.setText("   ".join(part for part in (answer.letter, name, "" if is_blind else mark) if part))
        self.view.setAccessibleName(tr("Answer {letter}").format(letter=answer.letter))
        self.footer.setText(" · ".join(answer.chips()))
        self.view.clear()
        self.view.setFont(fixed_font())
        self._spots, self._tokens = [], []
        self._pen = QTextCursor(self.view.document())
        self._pen.beginEditBlock()

    def finish(self) -> None:
        """Lay out what was written, once, and show its beginning."""
        self._pen.endEditBlock()
        self.view.moveCursor(QTextCursor.MoveOperation.Start)

    def write(
        self, text: str, form: QTextCharFormat, *, is_change: bool = False, token: TokenScore | None = None
    ) -> None:
        """Append text as it is; a change can be jumped to, a token can be asked about."""
        if is_change:
            self._spots.append(self._pen.position())
        if token is not None:
            self._tokens.append((self._pen.position(), token))
        self._pen.insertText(text, form)

    def plain_text(self) -> str:
        """What is on screen."""
        return self.view.toPlainText()

    def change_count(self) -> int:
        """How many places `go_to_change` knows."""
        return len(self._spots)

    def go_to_change(self, index: int) -> None:
        """Scroll to a change and put the cursor there."""
        if self._spots:
            cursor = self.view.textCursor()
            cursor.setPosition(self._spots[min(index, len(self._spots) - 1)])
            self.view.setTextCursor(cursor)
            self.view.ensureCursorVisible()

    def token_at(self, position: int) -> TokenScore | None:
        """The token a text position lies in."""
        found = [token for start, token in self._tokens if start <= position]
        return found[-1] if found else None

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        """Say what is known of the token under the pointer."""
        if event.type() != QEvent.Type.ToolTip or not self._tokens:
            return False
        self._show_tip(event)  # type: ignore[arg-type]
        return True

    def _show_tip(self, event: QHelpEvent) -> None:
        token = self.token_at(self.view.cursorForPosition(event.pos()).position())
        QToolTip.showText(event.globalPos(), tip_html(token_words(token)) if token else "", self.view)


def token_words(token: TokenScore) -> str:
    """A token with its probabilities and the likeliest alternatives."""
    parts = [f"“{visible_blanks(token.text).strip()}”"]
    for name, value in ((tr("base"), token.base), (tr("tuned"), token.tuned)):
        if value is not None:
            parts.append(f"{name}: p = {math.exp(value):.3f}")
    if token.alternatives:
        said = ", ".join(f"“{visible_blanks(text)}” {p:.2f}" for text, p in token.alternatives[:3])
        parts.append(tr("instead: {tokens}").format(tokens=said))
    return "\n".join(parts)


def tip_html(text: str) -> str:
    """Any text as a tooltip: escaped, as Qt would guess at HTML otherwise."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>"


class AnswersView(QWidget):
    """Two panes, one difference. Modes: off, words, lines; shading: off, surprise, change on the base's text."""

    compared = Signal(object)

    def __init__(self, tasks: Tasks | None = None, parent: QWidget | None = None) -> None:
        """Compare long answers with `tasks`, off this thread; without them everything is compared at once."""
        super().__init__(parent)
        self._tasks = tasks
        self._answers: tuple[Answer, Answer] | None = None
        self._difference: Difference | None = None
        self._mode: DiffMode = "words"
        self._shading: Shading = "off"
        self._is_blind, self._is_locked, self._is_scrolling = False, True, False
        self._next = 0
        self.base, self.tuned = AnswerPane(self), AnswerPane(self)
        self.note = PlainLabel("", self, size="small")
        panes = QHBoxLayout()
        panes.addWidget(self.base)
        panes.addWidget(self.tuned)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(panes, 1)
        layout.addWidget(self.note)
        self.base.view.verticalScrollBar().valueChanged.connect(self._on_base_scrolled)
        self.tuned.view.verticalScrollBar().valueChanged.connect(self._on_tuned_scrolled)

    # ---- what to show ------------------------------------------------------------------------------------------------

    def set_answers(self, base: Answer, tuned: Answer) -> None:
        """Show two answers; the difference follows, at once for short ones."""
        self._answers, self._difference, self._next = (base, tuned), None, 0
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
        """Hide the models' names and the checker's word until the vote."""
        self._is_blind = is_blind
        self._write()

    def set_locked(self, is_locked: bool) -> None:
        """Scroll both panes together, by share of their heights."""
        self._is_locked = is_locked

    def _compare(self) -> None:
        self._difference = None
        self._write()
        if self._answers is None or self._mode == "off":
            return
        first, second = self._answers[0].text, self._answers[1].text
        work = partial(_compared, first, second, self._mode)
        if self._tasks is None or len(first) + len(second) <= _QUICK_LETTERS:
            self._on_compared(work())
        else:
            self._tasks.run(work, self._on_compared)

    @Slot(object)
    def _on_compared(self, result: tuple[str, str, DiffMode, Difference]) -> None:
        """Take a difference unless the answers or the mode have changed meanwhile."""
        first, second, mode, found = result
        if self._answers is None or (first, second, mode) != (self._answers[0].text, self._answers[1].text, self._mode):
            return
        self._difference = found
        self._write()
        self.compared.emit(found)

    # ---- writing -----------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        if self._answers is None:
            return
        theme = theme_of(self.palette())
        for pane, answer in zip((self.base, self.tuned), self._answers, strict=True):
            pane.begin(answer, is_blind=self._is_blind)
        if self._shading != "off":
            self._write_shaded(theme)
        elif self._difference is None:
            for pane, answer in zip((self.base, self.tuned), self._answers, strict=True):
                pane.write(answer.text, QTextCharFormat())
        else:
            self._write_difference(theme, self._difference)
        for pane in (self.base, self.tuned):
            pane.finish()
        self.note.setText(self._note())

    def _write_difference(self, theme: Theme, found: Difference) -> None:
        for segment in found.segments:
            form = _format(segment.kind, theme)
            letters = segment.text.rstrip()
            blanks = segment.text[len(letters) :]
            if segment.kind == "removed":
                bracket = _tinted(theme.forgot_mark)
                self.base.write("⟦", bracket, is_change=True)
                self.base.write(letters or blanks, form)
                self.base.write("⟧", bracket)
                self.base.write(blanks if letters else "", QTextCharFormat())
            elif segment.kind == "added":
                self.tuned.write(letters or blanks, form, is_change=True)
                self.tuned.write(blanks if letters else "", QTextCharFormat())
            else:
                head, left_out, tail = folded(segment.text)
                for pane in (self.base, self.tuned):
                    pane.write(head, form)
                    if left_out:
                        pane.write(tr("… %n same word(s) … ", "", left_out), _muted(theme))
                        pane.write(tail, form)

    def _write_shaded(self, theme: Theme) -> None:
        assert self._answers is not None
        base, tuned = self._answers
        if self._shading == "change":
            steps = [change_step(t.base, t.tuned) for t in base.tokens]
            _shade(self.base, base.tokens, steps, theme, is_change=True)
            self.tuned.write(tuned.text, QTextCharFormat())
            return
        _shade(self.base, base.tokens, [surprise_step(t.base) for t in base.tokens], theme)
        _shade(self.tuned, tuned.tokens, [surprise_step(t.tuned) for t in tuned.tokens], theme)

    def _note(self) -> str:
        if self._shading == "surprise":
            return tr("Shaded: how unlikely each token was to the model that wrote it; dotted below p = .05")
        if self._shading == "change":
            return tr("Shaded on the base's answer: what became less likely (dotted) or likelier under the tuned model")
        if self._difference is None:
            return "" if self._mode == "off" else tr("Comparing…")
        said = tr("%n place(s) differ", "", self._difference.changes)
        return (
            f"{said}. {tr('Only the first 800 differing words were compared.')}" if self._difference.is_capped else said
        )

    # ---- moving ------------------------------------------------------------------------------------------------------

    @Slot()
    def next_difference(self) -> None:
        """Go to the next place that differs in both panes; after the last comes the first."""
        count = max(self.base.change_count(), self.tuned.change_count())
        if count:
            for pane in (self.base, self.tuned):
                pane.go_to_change(self._next % count)
            self._next = (self._next + 1) % count

    @Slot(int)
    def _on_base_scrolled(self, _value: int) -> None:
        self._scroll_with(self.base, self.tuned)

    @Slot(int)
    def _on_tuned_scrolled(self, _value: int) -> None:
        self._scroll_with(self.tuned, self.base)

    def _scroll_with(self, moved: AnswerPane, other: AnswerPane) -> None:
        if not self._is_locked or self._is_scrolling:
            return
        self._is_scrolling = True
        one, two = moved.view.verticalScrollBar(), other.view.verticalScrollBar()
        two.setValue(round(two.maximum() * one.value() / one.maximum()) if one.maximum() else 0)
        self._is_scrolling = False

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationFontChange) and hasattr(self, "note"):
            self._write()


def _compared(first: str, second: str, mode: DiffMode) -> tuple[str, str, DiffMode, Difference]:
    return first, second, mode, difference(first, second, "lines" if mode == "lines" else "words")


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
