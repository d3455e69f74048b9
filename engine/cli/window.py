"""`window`: open the window, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import click

from engine.cli.main import Desk, pass_desk


@click.command()
@pass_desk
def window(desk: Desk) -> None:
    """Open the window on the data folder."""
    command = [sys.executable, "-m", "gui.app", "--data-dir", str(desk.home)]
    click.get_current_context().exit(subprocess.run(command, check=False).returncode)


COMMANDS = (window,)
