"""The recipe being drafted: what was typed, what of it is valid, and what stands in the way of starting. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from engine import presets, settings
from engine.errors import UserError
from engine.protection import Protection
from engine.records import Recipe, recipe_from_toml
from gui.new_run import words

if TYPE_CHECKING:
    from engine.settings import Setting


@dataclass(frozen=True)
class Snapshot:
    """The draft at one moment, to come back to."""

    recipe: Recipe = field(default_factory=Recipe)
    typed: tuple[tuple[str, Any], ...] = ()


class Draft:
    """A valid recipe and, beside it, texts that are not valid yet, each with its error.

    What is typed is tried at once; a text that contradicts another field waits and is tried again with every change.
    """

    def __init__(self, recipe: Recipe | None = None) -> None:
        """Begin with a recipe."""
        self.recipe = recipe or Recipe()
        self._typed: dict[str, Any] = {}
        self.errors: dict[str, str] = {}

    def snapshot(self) -> Snapshot:
        """The draft as it is now."""
        return Snapshot(recipe=self.recipe, typed=tuple(self._typed.items()))

    def restore(self, snapshot: Snapshot) -> None:
        """Come back to a snapshot."""
        self.recipe, self._typed = snapshot.recipe, dict(snapshot.typed)
        self._settle()

    def type(self, path: str, value: Any) -> bool:
        """Set a field to a typed text or a value; say whether the draft is valid there."""
        self._typed[path] = value
        self._settle()
        return path not in self._typed

    def shown(self, setting: Setting) -> Any:
        """What the form shows of a field: the text still waiting, else the value (a preset's where one is chosen)."""
        if setting.path in self._typed:
            return self._typed[setting.path]
        source = presets.resolved(self.recipe) if presets.is_protection(setting.path) else self.recipe
        return settings.value_of(source, setting)

    def take_toml(self, text: str) -> None:
        """Replace the draft by a recipe written as TOML; `UserError` names what is wrong, and the draft stays."""
        recipe = recipe_from_toml(text)
        self.recipe = msgspec.structs.replace(
            recipe, base_fingerprint="", data=msgspec.structs.replace(recipe.data, fingerprint="")
        )
        self._typed, self.errors = {}, {}

    def set_preset(self, name: str) -> None:
        """Choose a protection preset; its single protections replace what was set."""
        self._typed = {path: value for path, value in self._typed.items() if not presets.is_protection(path)}
        if name == "custom":
            self.recipe = msgspec.structs.replace(presets.resolved(self.recipe), protect="custom")
        else:
            self.recipe = msgspec.structs.replace(self.recipe, protect=name, protection=Protection())  # type: ignore[arg-type]
        self._settle()

    def obstacles(self) -> list[tuple[str, str]]:
        """What stands in the way of starting as (field, what is wrong); empty when the run can start."""
        missing = []
        if not self.recipe.base and "base" not in self.errors:
            missing.append(("base", "no_base"))
        if not self.recipe.data.path and "data.path" not in self.errors:
            missing.append(("data.path", "no_data"))
        return missing + list(self.errors.items())

    def _settle(self) -> None:
        """Try what waits: all together, else one by one, as often as that helps."""
        self.errors = {}
        if not self._typed:
            return
        try:
            self.recipe = self._applied(self._typed)
            self._typed = {}
        except UserError:
            self._settle_singly()

    def _settle_singly(self) -> None:
        was = -1
        while was != len(self._typed):
            was, self.errors = len(self._typed), {}
            for path, value in list(self._typed.items()):
                try:
                    self.recipe = self._applied({path: value})
                    del self._typed[path]
                except UserError as error:
                    self._note(path, error)

    def _note(self, path: str, error: UserError) -> None:
        sentence = words.named(path, error.sentence())
        self.errors[path] = sentence
        if error.field and error.field != path and any(s.path == error.field for s in settings.settings()):
            self.errors.setdefault(error.field, sentence)

    def _applied(self, changes: dict[str, Any]) -> Recipe:
        single = {path: value for path, value in changes.items() if presets.is_protection(path)}
        others = {path: value for path, value in changes.items() if path not in single}
        recipe = presets.released(self.recipe) if "method" in others else self.recipe
        recipe = settings.apply(recipe, others) if others else recipe
        return presets.with_changes(recipe, single) if single else recipe
