"""`recipe` and `methods`: what can be set, printed from the settings' own declarations."""

from __future__ import annotations

import click

from engine import settings
from engine.cli import output
from engine.records import Method, Recipe

_METHODS: dict[Method, str] = {
    "full": "Trains every weight. Learns and forgets most readily; needs memory for weights, gradients and two moments.",
    "lora": "Trains a low-rank adapter beside the frozen base. Little memory; the base is the same model with it off.",
    "prompt": "Trains nothing: a system message and examples stand before each question. The cheapest thing that may do.",
    "qlora": "LoRA over the base in 4 bits. Least memory; its baseline is the quantised base, measured as such.",
}


@click.command()
@click.option("--help-all", is_flag=True, help="List every setting with its option, default, bounds and unit.")
def recipe(help_all: bool) -> None:
    """Print a recipe with every default, to save and edit."""
    if not help_all:
        output.say(Recipe().to_toml(), end="")
        return
    for setting in settings.settings():
        option = "set by the program" if setting.is_automatic else setting.option
        unit = f", in {setting.unit}" if setting.unit else ""
        default = f" Default: {setting.default_text()}." if setting.default_text() else ""
        output.say(
            f"{setting.path} ({option})\n    {setting.help}\n    {setting.expected().capitalize()}{unit}.{default}"
        )


@click.command()
def methods() -> None:
    """Say what each fine-tuning method does."""
    for name in settings.setting("method").choices:
        output.say(f"{name:6} {_METHODS[name]}")  # type: ignore[index]


COMMANDS = (recipe, methods)
