"""What the command line prints: plain lines and aligned tables, safe to show whatever a model or a file said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.export.plain import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.errors import PalimpsestError

#: 0 done; 1 a run or job failed; then whose turn it is: 2 the user's, 3 the machine's; 130 Ctrl+C.
EXIT_FAILED, EXIT_USER, EXIT_ENVIRONMENT, EXIT_INTERRUPTED = 1, 2, 3, 130
_EXIT_CODES = {"user": EXIT_USER, "environment": EXIT_ENVIRONMENT}


def exit_code(error_kind: str) -> int:
    """Return the exit code for a kind of error ("user", "environment", "bug" or unknown)."""
    return _EXIT_CODES.get(error_kind, EXIT_FAILED)


def say(text: str = "", *, end: str = "\n") -> None:
    """Print to standard output, made visible; `end` is what follows."""
    click.echo(visible(text) + end, nl=False)


def warn(text: str) -> None:
    """Print a sentence to standard error."""
    click.echo(visible(text), err=True)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a header, columns aligned by spaces; numbers are given as text by the caller."""
    cells = [[visible(str(cell)).replace("\n", " ") for cell in line] for line in (header, *rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    for line in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def error_text(error: PalimpsestError) -> str:
    """One sentence for standard error: what happened, where, what to do."""
    field = getattr(error, "field", None)
    place = f" (setting {field})" if field and field not in error.message else ""
    remedy = f" {error.remedy}" if error.remedy else ""
    return f"Error: {error.message}{place}{remedy}"
