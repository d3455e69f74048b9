"""The pane below the runs: the selected run's headline, chart (a), tags and note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.charts.before_after import BeforeAfterChart
from gui.i18n import tr
from gui.run.parts import tight
from gui.widgets.form import Tinted
from gui.widgets.text import heading, wrapped

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent

    from engine.records import Run
    from gui.dialogs import Dialogs
    from gui.run.verdict_words import VerdictView

_TOKENS = {"kept": "kept_text", "forgot": "forgot_text", "measured": "base"}
_FRAME, _ROW = 112, 42


class _Note(QPlainTextEdit):
    """A field of several lines that says when one leaves it, as a field of one line does."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say so, but for a menu over it."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class Preview(QScrollArea):
    """Shows one run; emits edits of its tags and note."""

    tags_edited = Signal(int, str)
    note_edited = Signal(int, str)
    open_requested = Signal(int)

    def __init__(self, dialogs: Dialogs | None = None, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Selected run"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._run_id: int | None = None
        self.name = heading("")
        self.headline = tight(Tinted("", "text"))
        self.summary = tight(wrapped("", muted=True))
        self.open_button = QPushButton(tr("Open run"))
        self.chart = BeforeAfterChart()
        self.chart.show_change_only(True)
        if dialogs is not None:
            self.chart.set_dialogs(dialogs)
        self.tags = QLineEdit()
        self.tags.setPlaceholderText(tr("words, separated by commas"))
        self.note = _Note()
        self.note.setAccessibleName(tr("Note"))
        self.note.setTabChangesFocus(True)
        self.note.setMaximumHeight(self.note.fontMetrics().height() * 5)
        self._lay_out()
        self.open_button.clicked.connect(self._on_open_clicked)
        self.tags.editingFinished.connect(self._on_tags_edited)
        self.note.left.connect(self.keep_note)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.open_button)
        words.addLayout(top)
        words.addWidget(self.headline)
        words.addWidget(self.summary)
        tags, note = QLabel(tr("Tags")), QLabel(tr("Note"))
        tags.setBuddy(self.tags)
        note.setBuddy(self.note)
        for widget in (tags, self.tags, note, self.note):
            words.addWidget(widget)
        words.addStretch(1)
        self.tags.setAccessibleName(tr("Tags"))
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(4, 8, 12, 4)
        row.setSpacing(16)
        row.addLayout(words, 2)
        row.addWidget(self.chart, 3)
        self.setWidget(page)

    @property
    def run_id(self) -> int | None:
        """Which run is shown."""
        return self._run_id

    def show_run(self, run: Run | None) -> None:
        """Show a run's own words; what is being typed is kept."""
        is_other = run is None or run.id != self._run_id
        if is_other:
            self.keep_note()
        self._run_id = run.id if run else None
        self.setVisible(run is not None)
        if run is None:
            return
        self.name.setText(run.name)
        if is_other or not self.tags.hasFocus():
            self.tags.setText(", ".join(run.tags))
        if is_other or not (self.note.hasFocus() or self.note.document().isModified()):
            self.note.setPlainText(run.note)
        if is_other:
            self.headline.setText("")
            self.summary.setText("")
            self.chart.hide()

    def show_verdict(self, view: VerdictView) -> None:
        """Show what was decided."""
        self.headline.setText(view.headline)
        self.headline.set_token(_TOKENS.get(view.word or "", "unsure_text" if view.word else "text"))
        self.summary.setText(view.summary)
        self.summary.setVisible(bool(view.summary))
        rows = view.groups[0] if view.groups else []
        self.chart.table().set_rows(rows)
        self.chart.setMinimumHeight(_FRAME + _ROW * min(len(rows), 14))
        self.chart.setVisible(bool(rows))

    @Slot()
    def keep_note(self) -> None:
        """Hand over a note that was typed."""
        if self._run_id is not None and self.note.document().isModified():
            self.note.document().setModified(False)
            self.note_edited.emit(self._run_id, self.note.toPlainText())

    def focus_chain(self) -> list[QWidget]:
        """Top to bottom."""
        return [self.open_button, self.chart, self.tags, self.note]

    @Slot()
    def _on_open_clicked(self) -> None:
        if self._run_id is not None:
            self.open_requested.emit(self._run_id)

    @Slot()
    def _on_tags_edited(self) -> None:
        if self._run_id is not None:
            self.tags_edited.emit(self._run_id, self.tags.text())
