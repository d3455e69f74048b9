"""A check for development and tests: a slot runs in the thread its object lives in."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, TypeVar, cast

from PySide6.QtCore import QThread

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")
#: On with PALIMPSEST_DEBUG=1, and in the tests.
IS_CHECKED = os.environ.get("PALIMPSEST_DEBUG", "") not in ("", "0")


def own_thread(method: F) -> F:
    """Decorate a slot of a QObject: called in another thread than its object's, it raises (where checking is on)."""

    @functools.wraps(method)
    def checked(self: Any, *arguments: Any, **named: Any) -> Any:
        if IS_CHECKED and QThread.currentThread() is not self.thread():
            raise RuntimeError(f"{type(self).__name__}.{method.__name__} ran outside its object's thread")
        return method(self, *arguments, **named)

    return cast("F", checked)
