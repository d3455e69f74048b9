"""The command group: the data folder, errors as one sentence, exit codes, and the list of commands."""

from __future__ import annotations

import io
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import __version__
from engine.cli import output
from engine.errors import PalimpsestError, UserError
from engine.store import Store, home_folder
from engine.store.database import DATABASE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

_MODULES = (
    "models",
    "run",
    "control",
    "show",
    "canaries",
    "compare",
    "versions",
    "sweep",
    "matrix",
    "gate",
    "pilot",
    "settings",
    "demo",
    "window",
    "budgets",
    "strength",
    "export",
)


class Desk:
    """What every command works with: the data folder, its store (opened when first asked for) and --debug."""

    def __init__(self, home: Path, *, debug: bool) -> None:
        """Remember the folder; nothing is opened or made yet."""
        self.home, self.debug = home, debug
        self._store: Store | None = None

    def store(self, *, create: bool = False) -> Store:
        """Return the open store; without `create` a folder that holds no project is refused."""
        if self._store is None:
            if not create and not (self.home / DATABASE_NAME).exists():
                raise UserError(
                    f"There is no Palimpsest project in {self.home} yet.",
                    remedy="`palimpsest import starter` begins one; --data-dir names another folder.",
                )
            self._store = Store(self.home, create=create)
        return self._store

    def close(self) -> None:
        """Close the store if it was opened."""
        if self._store is not None:
            self._store.close()
            self._store = None


pass_desk: Callable[..., Any] = click.make_pass_decorator(Desk)


class Commands(click.Group):
    """The group: commands are found in the modules of this package; failures become one sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, sorted."""
        _register(self)
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name, or None."""
        _register(self)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; expected failures are told in a sentence, Ctrl+C ends with 130, anything else is a bug."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            output.warn("Interrupted.")
            ctx.exit(output.EXIT_INTERRUPTED)
        except PalimpsestError as error:
            _debug(ctx)
            output.warn(output.error_text(error))
            ctx.exit(output.exit_code(error.kind))
        except BrokenPipeError:
            raise  # the reader of a pipe went away: click ends quietly
        # Broad on purpose: a bug is told in a sentence here, and with its traceback under --debug.
        except Exception as error:  # noqa: BLE001
            _debug(ctx)
            output.warn(f"Error: this is a bug in Palimpsest: {type(error).__name__}: {error}. --debug shows where.")
            ctx.exit(output.EXIT_FAILED)


def _debug(ctx: click.Context) -> None:
    if isinstance(ctx.obj, Desk) and ctx.obj.debug:
        output.warn(traceback.format_exc())


def _register(group: click.Group) -> None:
    """Import the command modules once; late, so that each may import from here."""
    if group.commands:
        return
    from importlib import import_module

    for name in _MODULES:
        for command in import_module(f"engine.cli.{name}").COMMANDS:
            group.add_command(command)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Data folder (else $PALIMPSEST_HOME, else the usual place)."
)
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.version_option(__version__, prog_name="palimpsest")
@click.pass_context
def main(ctx: click.Context, data_dir: Path | None, debug: bool) -> None:
    """Fine-tune language models and see, measured, what they forgot."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Unicode shows "?" instead of failing
    ctx.obj = Desk(home_folder(data_dir), debug=debug)
    ctx.call_on_close(ctx.obj.close)
