"""What the person prefers and how the window was left: one INI file, typed, each key with a default."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from PySide6.QtCore import QObject, QSettings, Signal

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T", str, int, bool)
#: Layout of the saved window state; another number ignores what was saved.
STATE_VERSION = 1


@dataclass
class _Preference(Generic[T]):
    """One typed key of the file, read and written as an attribute; a bad value falls back to the default."""

    key: str
    default: T
    allowed: tuple[T, ...] = ()

    @overload
    def __get__(self, owner: None, kind: type) -> _Preference[T]: ...
    @overload
    def __get__(self, owner: Preferences, kind: type) -> T: ...
    def __get__(self, owner: Preferences | None, kind: type) -> _Preference[T] | T:
        """Read it."""
        return self if owner is None else owner.read(self.key, self.default, self.allowed)

    def __set__(self, owner: Preferences, value: T) -> None:
        """Write it, and tell if it is another."""
        if self.__get__(owner, type(owner)) != value:
            owner.write(self.key, value)


class Preferences(QObject):
    """Preferences over an INI file at an explicit path; `changed(key)` follows every change."""

    changed = Signal(str)

    theme = _Preference("appearance/theme", "system", ("system", "light", "dark"))
    language = _Preference("appearance/language", "system", ("system", "en", "de", "pseudo"))
    text_percent = _Preference("appearance/text_percent", 100, tuple(range(80, 151, 10)))
    reduce_motion = _Preference("appearance/reduce_motion", False)
    notify = _Preference("notifications/system", True)
    max_temperature_c = _Preference("training/max_temperature_c", 0, (0, *range(70, 96, 5)))
    on_close = _Preference("training/on_close", "ask", ("ask", "keep", "stop"))
    smoothing_percent = _Preference("charts/smoothing_percent", 60, tuple(range(100)))

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        """Open (or begin) the file."""
        super().__init__(parent)
        self.path = path
        self._file = QSettings(str(path), QSettings.Format.IniFormat)

    def read(self, key: str, default: T, allowed: tuple[T, ...] = ()) -> T:
        """Read a key as the type of its default; a bad or unknown value gives the default."""
        try:
            value: Any = self._file.value(key, default, type=type(default))
        except (TypeError, ValueError):
            return default
        return default if allowed and value not in allowed else value

    def write(self, key: str, value: T) -> None:
        """Write a key; the file follows at once."""
        self._file.setValue(key, value)
        self._file.sync()
        self.changed.emit(key)

    def folder_for(self, purpose: str) -> str:
        """The folder a file dialog of this purpose was last in; empty at first."""
        return self.read(f"folders/{purpose}", "")

    def remember_folder(self, purpose: str, folder: str) -> None:
        """Keep the folder for the next dialog of this purpose."""
        self.write(f"folders/{purpose}", folder)

    def state(self, key: str) -> dict[str, Any]:
        """How a page or the window was left; empty if never or unreadable."""
        try:
            kept = json.loads(self.read(f"state_{STATE_VERSION}/{key}", ""))
        except ValueError:
            return {}
        return kept if isinstance(kept, dict) else {}

    def keep_state(self, key: str, state: dict[str, Any]) -> None:
        """Keep how a page or the window is left: JSON values only."""
        self.write(f"state_{STATE_VERSION}/{key}", json.dumps(state, sort_keys=True))
