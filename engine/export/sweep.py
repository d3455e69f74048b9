"""The page of a sweep: the recommended run, the trade-off picture and the table behind it, in one HTML file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine import __version__, durable
from engine.export import charts
from engine.export.report import page_environment
from engine.export.tradeoff import picture
from engine.store import sweeps as rows
from engine.sweeps import summarise
from engine.verdict import sentences
from engine.verdict.tradeoff import MEASURES, gain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.store import Store


def write_sweep_page(store: Store, sweep_id: int, path: Path, *, private: Sequence[Path] | None = None) -> Path:
    """Write the page of a sweep, finished or not, to `path` and return it; `private` as `write_report`'s."""
    sweep = rows.get(store, sweep_id)
    made = summarise(store, sweep)
    folders = [store.home, *([Path.home()] if private is None else private)]
    page = page_environment(folders).get_template("sweep.html").render(
        sweep=sweep,
        made=made,
        picture=picture(made),
        points=sorted(made.points, key=lambda one: -one.gain),
        unit=MEASURES[made.measure][0] if made.measure else "",
        gain_text=gain_text,
        glyphs=sentences.GLYPHS,
        css=charts.CSS,
        words=charts.WORDS,
        dated=datetime.fromtimestamp(sweep.created_at, tz=UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=__version__,
    )  # fmt: skip
    durable.replace_file(path, page.encode("utf-8"))
    return path
