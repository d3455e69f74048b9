"""What can be dropped on the window, what it would do, and why anything else cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from gui.actions import models
from gui.i18n import tr
from gui.theme import color, theme_of
from gui.widgets.text import scaled_font

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QPaintEvent

    from gui.project import Project

#: A pasted text longer than this is no path.
LONGEST_PATH = 4096
DATA_SUFFIXES = (".jsonl", ".json", ".csv", ".parquet", ".txt")


@dataclass(frozen=True, kw_only=True)
class Drop:
    """What a drop would do: `words` for the outline, then a page with arguments or an import; or only why not."""

    words: str
    page: str = ""
    args: dict[str, Any] | None = None
    source: Path | None = None

    @property
    def is_possible(self) -> bool:
        """Whether it can be dropped at all."""
        return bool(self.page) or self.source is not None

    def do(self, project: Project) -> None:
        """Do it."""
        if self.source is not None:
            models.import_model(project, self.source)
        elif self.page:
            project.navigate(self.page, **(self.args or {}))


def drop_of(paths: list[Path]) -> Drop:
    """Say what these paths would do when dropped."""
    if len(paths) != 1:
        return Drop(words=tr("Drop one file or folder at a time."))
    path = paths[0]
    if path.is_dir():
        return _folder(path)
    if path.suffix.lower() == ".gguf":
        return Drop(words=tr("Import as a base model"), source=path)
    if path.suffix.lower() == ".toml":
        return Drop(words=tr("Open as a recipe"), page="new_run", args={"recipe_path": path})
    if path.suffix.lower() in DATA_SUFFIXES:
        return Drop(words=tr("Use as training data"), page="new_run", args={"data_path": path})
    if path.suffix.lower() == ".safetensors":
        return Drop(words=tr("Drop the folder with config.json and the tokenizer, not the weights file alone."))
    suffixes = ", ".join(DATA_SUFFIXES)
    return Drop(
        words=tr("Only {suffixes}, model folders, canary suites and recipes can be used.").format(suffixes=suffixes)
    )


def paths_of(mime: QMimeData) -> list[Path]:
    """The files and folders that were dropped or copied: as such, or as a text that is the path of one."""
    if mime.hasUrls():
        return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    text = mime.text().strip()
    if not text or "\n" in text or len(text) > LONGEST_PATH:
        return []
    path = Path(text.strip("\"'")).expanduser()
    return [path] if path.is_absolute() and path.exists() else []


def _folder(path: Path) -> Drop:
    if (path / "suite.toml").is_file():
        return Drop(words=tr("Import as a canary suite"), page="canaries", args={"import_path": path})
    if (path / "config.json").is_file():
        return Drop(words=tr("Import as a base model"), source=path)
    if (path / "recipe.toml").is_file():
        return Drop(
            words=tr("New run with this run's recipe"), page="new_run", args={"recipe_path": path / "recipe.toml"}
        )
    return Drop(words=tr("This folder has no config.json, suite.toml or recipe.toml: there is nothing to use in it."))


class DropOutline(QWidget):
    """Outlines the window while something is dragged over it and says what will happen."""

    def __init__(self, parent: QWidget) -> None:
        """Hidden until asked for; never in the way of the pointer."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._over, self._words, self._is_possible = parent, "", False
        self.hide()

    def show_drop(self, words: str, *, is_possible: bool) -> None:
        """Say what will happen, or why it cannot."""
        self._words, self._is_possible = words, is_possible
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color(theme.surface, 0.86))
        ink = theme.accent if self._is_possible else theme.warning_text
        painter.setPen(QPen(QColor(ink), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(14, 14, -14, -14), 8, 8)
        painter.setFont(scaled_font(1.3, bold=True))
        painter.setPen(QColor(theme.text if self._is_possible else theme.warning_text))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(60, 60, -60, -60), int(flags), self._words)
