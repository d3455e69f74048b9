"""One line that asks why a model is kept in spite of its verdict; the reason is stored, not judged."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from gui.i18n import tr


class KeepRow(QWidget):
    """Hidden until asked; emits the model and the reason."""

    kept = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it hidden."""
        super().__init__(parent)
        self._ref = ""
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(tr("for example: this model is only used for tickets"))
        self.reason.setAccessibleName(tr("Why keep it?"))
        self.keep = QPushButton(tr("Keep and make current"))
        self.cancel = QPushButton(tr("Cancel"))
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 8, 24, 0)
        label = QLabel(tr("Why keep it?"))
        label.setBuddy(self.reason)
        row.addWidget(label)
        row.addWidget(self.reason, 1)
        row.addWidget(self.keep)
        row.addWidget(self.cancel)
        self.hide()
        self.reason.textChanged.connect(self._on_text_changed)
        self.reason.returnPressed.connect(self._on_keep_clicked)
        self.keep.clicked.connect(self._on_keep_clicked)
        self.cancel.clicked.connect(self.close_row)

    def ask(self, ref: str) -> None:
        """Open for one model."""
        self._ref = ref
        self.reason.clear()
        self.keep.setEnabled(False)
        self.show()
        self.reason.setFocus()

    @Slot()
    def close_row(self) -> None:
        """Close without keeping."""
        self.hide()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self.keep.setEnabled(bool(text.strip()))

    @Slot()
    def _on_keep_clicked(self) -> None:
        if self.reason.text().strip():
            self.hide()
            self.kept.emit(self._ref, self.reason.text().strip())
