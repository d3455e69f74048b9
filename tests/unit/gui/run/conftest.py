"""The hand-written run of the result page's tests, in a window's project."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "engine" / "export"))

import filled_store as filled

from gui.run.reading import read
from gui.run.view import RunPage


@pytest.fixture
def finished(store):
    """A store with one finished run; its id."""
    run_id, _ = filled.full_run(store)
    with store.write() as connection:
        connection.execute("UPDATE runs SET step = 75 WHERE id = ?", (run_id,))
    return run_id


@pytest.fixture
def reading(store, finished):
    return read(store, finished)


@pytest.fixture
def open_page(qtbot, gui_project):
    """`open_page(run_id, **args)` shows the page of a run of `gui_project` and waits until it was read."""
    pages = []

    def show(run_id, **args):
        page = RunPage(gui_project)
        pages.append(page)
        page.resize(1080, 700)
        page.open(run_id=run_id, **args)
        page.show()
        qtbot.waitUntil(lambda: page.state.value != "loading" and gui_project.tasks.is_idle, timeout=10_000)
        return page

    yield show
    for page in pages:
        page.close()
        page.deleteLater()


@pytest.fixture
def shown_run(gui_project):
    """A finished run in the window's project; its id."""
    run_id, _ = filled.full_run(gui_project.store)
    with gui_project.store.write() as connection:
        connection.execute("UPDATE runs SET step = 75 WHERE id = ?", (run_id,))
    return run_id
