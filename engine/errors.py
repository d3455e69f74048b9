"""Errors sorted by whose turn it is: the user's, the machine's, or ours (anything that is neither is a bug)."""

from __future__ import annotations

from typing import Any


class PalimpsestError(Exception):
    """An expected failure whose message is written for the person at the screen."""

    kind = "bug"
    #: What failed, for the few failures a client has a card of its own for: memory, non_finite, disk, device, moved_model.
    cause = ""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        """Keep `message` (what happened and where) and `remedy` (what to do about it) apart, for cards and the CLI."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def sentence(self) -> str:
        """Say in one line what happened and, where known, what to do."""
        return f"{self.message} {self.remedy}" if self.remedy else self.message

    def facts(self) -> dict[str, Any]:
        """What a card needs beside the sentence, as JSON values: cause, remedy, and what the kind of failure adds."""
        said = {"cause": self.cause, "remedy": self.remedy, "field": getattr(self, "field", None)}
        return {name: value for name, value in said.items() if value}


class UserError(PalimpsestError):
    """Something the user gave cannot be used; `field` names the setting or column it is about."""

    kind = "user"

    def __init__(self, message: str, *, field: str | None = None, remedy: str | None = None) -> None:
        """As `PalimpsestError`, plus the `field` beside which a form shows the message."""
        super().__init__(message, remedy=remedy)
        self.field = field


class MovedModel(UserError):
    """The folder of a base model is no longer where it was."""

    cause = "moved_model"


class EnvironmentFailure(PalimpsestError):
    """The machine could not do it: memory, disk, driver, a killed process."""

    kind = "environment"


class OutOfMemory(EnvironmentFailure):
    """The accelerator had no room for the step; the worker must be replaced before trying again."""

    cause = "memory"


class DiskFull(EnvironmentFailure):
    """There is no room for what was to be written."""

    cause = "disk"


class DeviceLost(EnvironmentFailure):
    """The accelerator or its driver stopped answering; the worker must be replaced."""

    cause = "device"


class NonFinite(EnvironmentFailure):
    """A loss or gradient was NaN or infinite; nothing after `last_good_step` may be used."""

    cause = "non_finite"

    def __init__(self, message: str, *, step: int, last_good_step: int | None, remedy: str | None = None) -> None:
        """Keep the step that broke (1-based) and the step of the last good checkpoint, if there is one."""
        super().__init__(message, remedy=remedy)
        self.step = step
        self.last_good_step = last_good_step

    def facts(self) -> dict[str, Any]:
        """With the step that broke and the last good one."""
        return {**super().facts(), "step": self.step, "last_good_step": self.last_good_step}
