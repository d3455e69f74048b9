"""Five example runs in a window's project, and the page over them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import compared_runs
import pytest

from gui.compare.view import ComparePage


@pytest.fixture
def five(gui_project):
    """Ids of five runs in the window's project."""
    return compared_runs.fill(gui_project.store)


@pytest.fixture
def open_compare(qtbot, gui_project):
    """`open_compare(**args)` shows the page and waits until its runs were read."""
    pages = []

    def show(**args):
        page = ComparePage(gui_project)
        pages.append(page)
        page.resize(1080, 700)
        page.open(**args)
        page.show()
        qtbot.waitUntil(lambda: page.state.value != "loading" and gui_project.tasks.is_idle, timeout=10_000)
        return page

    yield show
    for page in pages:
        page.close()
        page.deleteLater()
