"""Protection presets: a name in the recipe becomes concrete settings, so that the stored recipe says what ran. No torch."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from engine import settings
from engine.errors import UserError
from engine.protection import Protection
from engine.training.schedule import peak_lr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.records import Recipe

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "presets"
NAMES = ("off", "standard", "careful")
_PREFIX = "protection."


class Preset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One preset: what it sets for adapters and for full fine-tuning (dotted path → value), and the learning rate's divisor."""

    title: str
    about: str
    lr_divisor: float = 1.0
    adapter: dict[str, Any] = {}
    full: dict[str, Any] = {}

    def changes(self, method: str) -> dict[str, Any]:
        """What the preset sets for a method; nothing where no weight changes."""
        if method == "prompt":
            return {}
        return self.full if method == "full" else self.adapter


@cache
def preset(name: str) -> Preset:
    """Return the preset called off, standard or careful; `UserError` for another name."""
    if name not in NAMES:
        raise UserError(f"There is no preset {name!r}.", field="protect", remedy=f"Choose one of {', '.join(NAMES)}.")
    return msgspec.convert(tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")), Preset)


def resolved(recipe: Recipe) -> Recipe:
    """Return the recipe with its preset written out; one whose protections are already set keeps them.

    Protections that are not those of the named preset make it "custom". Doing it twice is doing it once.
    """
    if recipe.protect not in NAMES or recipe.method == "prompt":
        return recipe
    if recipe.protection == Protection():
        chosen = preset(recipe.protect)
        lr = {"training.lr": peak_lr(recipe) / chosen.lr_divisor} if chosen.lr_divisor != 1 else {}
        return settings.apply(recipe, {**chosen.changes(recipe.method), **lr})
    if recipe.protection == _filled(recipe).protection:
        return recipe
    return msgspec.structs.replace(recipe, protect="custom")


def chosen(recipe: Recipe, name: str) -> Recipe:
    """Return the recipe with another preset in place of whatever protected it; the learning rate is the recipe's own."""
    cleared = msgspec.structs.replace(recipe, protect=name, protection=Protection())  # type: ignore[arg-type]
    return resolved(cleared)


def released(recipe: Recipe) -> Recipe:
    """Return the recipe with a written-out preset taken back to its name, so that it fits another method; else as it is."""
    if recipe.protect not in NAMES or recipe.protection != _filled(recipe).protection:
        return recipe
    return msgspec.structs.replace(recipe, protection=Protection())


def with_changes(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Return the recipe with its preset written out and single protections (by setting name) changed on top."""
    recipe = resolved(recipe)
    if not changes:
        return recipe
    changed = settings.apply(recipe, {"protect": "custom", **changes})
    return recipe if changed.protection == recipe.protection else changed


def is_protection(name: str) -> bool:
    """Whether a setting's name or path is one of the single protections."""
    return settings.setting(name).path.startswith(_PREFIX)


def _filled(recipe: Recipe) -> Recipe:
    cleared = msgspec.structs.replace(recipe, protect="custom", protection=Protection())
    return settings.apply(cleared, preset(recipe.protect).changes(recipe.method))
