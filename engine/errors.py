"""Errors sorted by whose turn it is: the user's, the machine's, or ours (anything that is neither is a bug)."""

from __future__ import annotations


class PalimpsestError(Exception):
    """An expected failure whose message is written for the person at the screen."""

    kind = "bug"

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        """Keep `message` (what happened and where) and `remedy` (what to do about it) apart, for cards and the CLI."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def sentence(self) -> str:
        """Say in one line what happened and, where known, what to do."""
        return f"{self.message} {self.remedy}" if self.remedy else self.message


class UserError(PalimpsestError):
    """Something the user gave cannot be used; `field` names the setting or column it is about."""

    kind = "user"

    def __init__(self, message: str, *, field: str | None = None, remedy: str | None = None) -> None:
        """As `PalimpsestError`, plus the `field` beside which a form shows the message."""
        super().__init__(message, remedy=remedy)
        self.field = field


class EnvironmentFailure(PalimpsestError):
    """The machine could not do it: memory, disk, driver, a killed process."""

    kind = "environment"


class OutOfMemory(EnvironmentFailure):
    """The accelerator had no room for the step; the worker must be replaced before trying again."""


class NonFinite(EnvironmentFailure):
    """A loss or gradient was NaN or infinite; nothing after `last_good_step` may be used."""

    def __init__(self, message: str, *, step: int, last_good_step: int | None, remedy: str | None = None) -> None:
        """Keep the step that broke (1-based) and the step of the last good checkpoint, if there is one."""
        super().__init__(message, remedy=remedy)
        self.step = step
        self.last_good_step = last_good_step
