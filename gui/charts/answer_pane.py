"""One answer with its header and what is known of it. A model's text is only ever inserted as plain text with a format."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QTextEdit,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from gui.charts.shading import TokenScore, visible_blanks
from gui.i18n import tr
from gui.widgets.text import ElidedLabel, fixed_font

if TYPE_CHECKING:
    from PySide6.QtGui import QHelpEvent

#: How much of a fingerprint is shown.
FINGERPRINT_LETTERS = 12
#: Lines of an answer that are seen at least.
LEAST_LINES = 5


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One model's answer. `passed` is the checker's word, None where nothing checked it; `mean_logprob` in nats.

    With `is_named` off the header leaves the name to what stands beside it.
    """

    model: str
    text: str
    letter: str = "A"
    passed: bool | None = None
    n_tokens: int = 0
    mean_logprob: float | None = None
    seed: int | None = None
    temperature: float | None = None
    tokens: tuple[TokenScore, ...] = ()
    fingerprint: str = ""
    hit_limit: bool = False
    is_named: bool = True

    def chips(self) -> list[str]:
        """Length, mean log-probability, seed, temperature and fingerprint in words."""
        said = [tr("%n token(s)", "", self.n_tokens)] if self.n_tokens else []
        if self.hit_limit:
            said.append(tr("cut at the limit"))
        if self.mean_logprob is not None:
            said.append(tr("mean log-prob {value}").format(value=f"{self.mean_logprob:.2f}".replace("-", "−")))
        if self.seed is not None:
            said.append(tr("seed {seed}").format(seed=self.seed))
        if self.temperature is not None:
            said.append(tr("temperature {value}").format(value=f"{self.temperature:g}"))
        if self.fingerprint:
            said.append(tr("fingerprint {start}…").format(start=self.fingerprint[:FINGERPRINT_LETTERS]))
        return said


class AnswerPane(QWidget):
    """One answer with its header; in blind mode the model's name and all that is known of it are hidden."""

    #: What is known of the token the text cursor stands in, for those who use no mouse.
    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty at first."""
        super().__init__(parent)
        self._spots: list[int] = []
        self._tokens: list[tuple[int, TokenScore]] = []
        self._names: tuple[str, str] | None = None
        self._grown: str | None = None
        self._pen = QTextCursor()
        self._card: QWidget | None = None
        self.header, self.footer = ElidedLabel(""), ElidedLabel("", size="small")
        self.footer.setForegroundRole(self.footer.palette().ColorRole.PlaceholderText)
        self.view = QTextEdit(self)
        self.view.setAccessibleName(tr("Answer"))
        self.view.setReadOnly(True)
        self.view.setAcceptRichText(False)
        self.view.setTabChangesFocus(True)
        # it takes the room there is: by its own wish a page of small windows would have to scroll
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.view.setMinimumHeight(self.view.fontMetrics().lineSpacing() * LEAST_LINES)
        self.view.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.view.cursorPositionChanged.connect(self._on_cursor_moved)
        self.view.viewport().installEventFilter(self)
        self.head = QHBoxLayout()
        self.head.addWidget(self.header, 1)
        self._middle = QStackedLayout()
        self._middle.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self.head)
        layout.addLayout(self._middle, 1)
        layout.addWidget(self.footer)

    # ---- what to show ------------------------------------------------------------------------------------------------

    def begin(self, answer: Answer, *, is_blind: bool, names: tuple[str, str] | None = None) -> None:
        """Write the header and empty the text; `write` follows, and `finish`. `names` are the models of a token's scores."""
        self._say(answer, is_blind=is_blind)
        self.view.clear()
        self.view.setFont(fixed_font())
        self._spots, self._tokens, self._names, self._grown = [], [], names, None
        self._pen = QTextCursor(self.view.document())
        self._pen.beginEditBlock()

    def _say(self, answer: Answer, *, is_blind: bool) -> None:
        mark = {True: "✓", False: "✗", None: ""}[answer.passed]
        name = tr("hidden until you vote") if is_blind else answer.model if answer.is_named else ""
        self.header.setText("   ".join(part for part in (answer.letter, name, "" if is_blind else mark) if part))
        self.view.setAccessibleName(tr("Answer {letter}").format(letter=answer.letter))
        self.footer.setText("" if is_blind else " · ".join(answer.chips()))
        self.footer.setVisible(bool(self.footer.text()))

    def finish(self) -> None:
        """Lay out what was written, once, and show its beginning."""
        self._pen.endEditBlock()
        self.view.moveCursor(QTextCursor.MoveOperation.Start)

    def grow(self, answer: Answer, *, is_blind: bool) -> None:
        """Show an answer that is still being written: what is new is added at its end, what stands there stays."""
        if self._grown is None or not answer.text.startswith(self._grown):
            self.begin(answer, is_blind=is_blind)
            self.write(answer.text, QTextCharFormat())
            self.finish()
        else:
            self._say(answer, is_blind=is_blind)
            pen = QTextCursor(self.view.document())
            pen.movePosition(QTextCursor.MoveOperation.End)
            pen.insertText(answer.text[len(self._grown) :])
        self._grown = answer.text

    def cover(self, card: QWidget | None) -> None:
        """Show a card in the text's place, or the text again."""
        if self._card is not None:
            self._middle.removeWidget(self._card)
            self._card.deleteLater()
            self._card = None
        if card is not None:
            place = QScrollArea()
            place.setWidgetResizable(True)
            place.setFrameShape(QFrame.Shape.NoFrame)
            place.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            place.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            inside = QWidget()
            column = QVBoxLayout(inside)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(card)
            column.addStretch(1)
            place.setWidget(inside)
            self._card = place
            self._middle.addWidget(place)
            self._middle.setCurrentWidget(place)

    @property
    def is_covered(self) -> bool:
        """Whether a card stands in the text's place."""
        return self._card is not None

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

    # ---- moving and asking -------------------------------------------------------------------------------------------

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

    @Slot()
    def _on_cursor_moved(self) -> None:
        """Say what is known of the token under the text cursor, once all are written."""
        if self._tokens and self.view.hasFocus():
            token = self.token_at(self.view.textCursor().position())
            self.pointed.emit(" · ".join(token_words(token, self._names).split("\n")) if token else "")

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        """Say what is known of the token under the pointer."""
        if event.type() != QEvent.Type.ToolTip or not self._tokens:
            return False
        self._show_tip(event)  # type: ignore[arg-type]
        return True

    def _show_tip(self, event: QHelpEvent) -> None:
        token = self.token_at(self.view.cursorForPosition(event.pos()).position())
        words = token_words(token, self._names) if token else ""
        QToolTip.showText(event.globalPos(), tip_html(words) if words else "", self.view)


def token_words(token: TokenScore, names: tuple[str, str] | None = None) -> str:
    """A token with its probabilities under both models and the likeliest alternatives."""
    parts = [f"“{visible_blanks(token.text).strip()}”"]
    for name, value in zip(names or (tr("base"), tr("tuned")), (token.base, token.tuned), strict=True):
        if value is not None:
            parts.append(f"{name}: p = {math.exp(value):.3f}")
    if token.alternatives:
        said = ", ".join(f"“{visible_blanks(text)}” {p:.2f}" for text, p in token.alternatives[:3])
        parts.append(tr("instead: {tokens}").format(tokens=said))
    return "\n".join(parts)


def tip_html(text: str) -> str:
    """Any text as a tooltip: escaped, as Qt would guess at HTML otherwise."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>"
