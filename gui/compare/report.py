"""Export of a comparison: a new folder with the page, the numbers and the picture of the trade-off."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from engine import durable
from engine.errors import EnvironmentFailure
from gui.charts import export
from gui.charts.tradeoff import TradeoffChart
from gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QImage

    from engine.store import Store
    from gui.charts.tradeoff_rows import TradeoffRow
    from gui.project import Project

PICTURE, PICTURE_SIZE = "trade-off.png", (900, 560)


def ask_where(project: Project, run_ids: Sequence[int], rows: Sequence[TradeoffRow], measure: str) -> None:
    """Ask for a folder and write the report of these runs into a new one in it; nothing that is there is overwritten."""
    title = tr("Choose where the folder of the report goes")
    picture, chosen = picture_of(rows, measure), list(run_ids)
    project.dialogs.choose_folder("report", title, lambda folder: _write(project, chosen, picture, folder))


def picture_of(rows: Sequence[TradeoffRow], measure: str) -> QImage | None:
    """The trade-off in one size, whatever the window's is and whether it was ever on screen; nothing without rows."""
    if not rows:
        return None
    drawn = TradeoffChart()
    drawn.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    drawn.resize(*PICTURE_SIZE)
    drawn.show()
    drawn.table().set_rows(rows)
    drawn.set_measure(measure)
    drawn.set_caption(", ".join(row.run for row in rows))
    drawn.refresh()
    made = export.image(drawn)
    drawn.close()
    drawn.deleteLater()
    return made


def free_name(folder: Path) -> Path:
    """A name in a folder that is not taken."""
    name, number = folder / "comparison", 2
    while name.exists():
        name, number = folder / f"comparison-{number}", number + 1
    return name


def _write(project: Project, run_ids: list[int], picture: QImage | None, folder: Path) -> None:
    def tell(written: Path) -> None:
        project.toast(tr("Wrote the report into {folder}.").format(folder=written.name))

    project.tasks.with_store(partial(write, run_ids, picture, folder), tell)


def write(run_ids: Sequence[int], picture: QImage | None, folder: Path, store: Store) -> Path:
    """Write everything into a new folder and return it. `EnvironmentFailure` if the place cannot be written to."""
    from engine.export.comparison import write_comparison

    to = free_name(folder)
    try:
        write_comparison(store, run_ids, to)
        if picture is not None:
            durable.replace_file(to / PICTURE, export.png(picture))
    except OSError as error:
        said = tr("The report could not be written: {reason}").format(reason=error.strerror or error)
        raise EnvironmentFailure(said) from error
    return to
