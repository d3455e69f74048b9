"""The options of a recipe, made from its settings, and the recipe they and a TOML file give together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from engine import budgets, presets, sequences, settings, versions
from engine.canaries.suite import bundled_suites
from engine.cli.canaries import place_of_suite
from engine.errors import UserError
from engine.protection import Protection
from engine.records import Recipe, recipe_from_toml
from engine.store import models

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.settings import Setting
    from engine.store import Store

_PATHS = ("data.path", "data.heldout_path", "protection.general.path")


def recipe_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command with one option a setting; only those given arrive, keyed by the setting's leaf name."""
    for setting in reversed(settings.settings()):
        if not setting.is_automatic:
            command = _option(setting)(command)
    return command


def _option(setting: Setting) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    if setting.kind == "flag":
        off = setting.option.replace("--", "--no-", 1)
        return click.option(f"{setting.option}/{off}", setting.leaf, default=None, help=_help(setting))
    return click.option(setting.option, setting.leaf, default=None, metavar=_metavar(setting), help=_help(setting))


def _help(setting: Setting) -> str:
    unit = f" In {setting.unit}." if setting.unit else ""
    default = f" [{setting.default_text()}]" if setting.default_text() else ""
    return f"{setting.help}{unit}{default}"


def _metavar(setting: Setting) -> str:
    return "|".join(setting.choices) if setting.choices else {"integer": "N", "number": "X"}.get(setting.kind, "TEXT")


def build_recipe(store: Store, file: Path | None, given: Mapping[str, Any]) -> Recipe:
    """Return the recipe of a TOML file with the given options on top, its base and paths resolved.

    Paths in the file count from the file's folder, paths in options from here. The protection preset is written out, with
    single protections given as options on top. A recipe without a base takes the base of the current model, or the only
    one there is. Raises `UserError` naming the field.
    """
    recipe = read_recipe(file) if file is not None else Recipe()
    changes = {name: value for name, value in given.items() if value is not None}
    single = {name: value for name, value in changes.items() if presets.is_protection(name)}
    others = {name: value for name, value in changes.items() if name not in single}
    if "method" in others:
        recipe = presets.released(recipe)
    if others.get("protect", "custom") != "custom":  # a preset named here takes the place of whatever the file says
        recipe = msgspec.structs.replace(recipe, protect="custom", protection=Protection())
    recipe = settings.apply(recipe, {**others, **_absolute(others, Path.cwd())})
    recipe = presets.with_changes(recipe, {**single, **_absolute(single, Path.cwd())})
    recipe = settings.apply(recipe, {"canaries.suite": place_of_suite(store.home, recipe.canaries.suite)})
    base = models.get(store, recipe.base) if recipe.base else versions.resolve(store, versions.BASE).base
    recipe = budgets.resolved(store, recipe)
    recipe = msgspec.structs.replace(recipe, base=base.name, base_fingerprint=base.fingerprint)
    return sequences.started(store, recipe)


def read_recipe(file: Path) -> Recipe:
    """Read a recipe file, its relative paths counted from its folder; `UserError` names file and field."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"The recipe {file} cannot be read: {error}.", remedy="Check the path and the encoding."
        ) from error
    recipe = recipe_from_toml(text, source=str(file))
    named = {path: settings.value_of(recipe, settings.setting(path)) for path in _PATHS}
    beside = file.parent / recipe.canaries.suite
    if recipe.canaries.suite not in bundled_suites() and beside.exists():
        named["canaries.suite"] = str(beside.absolute())
    return settings.apply(recipe, {**named, **_absolute(named, file.parent)})


def _absolute(changes: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    found = {settings.setting(name).path: value for name, value in changes.items()}
    return {path: str(_place(found[path], folder)) for path in _PATHS if found.get(path)}


def _place(name: str, folder: Path) -> Path:
    path = Path(name).expanduser()
    return path if path.is_absolute() else (folder / path).absolute()
