"""A data folder that cannot be opened: the file is named, nothing is changed, and another folder can be opened."""

import pytest
from PySide6.QtWidgets import QDialog

from engine.errors import PalimpsestError
from engine.store import Store
from gui.project import Project
from gui.shell.unreadable import Unreadable


@pytest.fixture
def damaged(home):
    home.mkdir()
    (home / "palimpsest.db").write_bytes(b"this is no database" * 200)
    with pytest.raises(PalimpsestError) as raised:
        Project(home)
    return home, raised.value


def test_it_names_the_file_and_offers_two_ways(qtbot, damaged, answers):
    home, error = damaged
    shown = Unreadable(error, home, answers)
    qtbot.addWidget(shown)
    assert str(home / "palimpsest.db") in shown.card.trouble.happened
    assert [button.text() for button in shown.card.buttons] == ["Open folder", "Start a new project…"]
    assert (home / "palimpsest.db").read_bytes().startswith(b"this is no database")


def test_a_new_project_is_opened_in_the_chosen_folder(qtbot, damaged, answers, tmp_path):
    home, error = damaged
    answers.paths = [tmp_path / "new"]
    shown = Unreadable(error, home, answers)
    qtbot.addWidget(shown)
    shown.card.buttons[1].click()
    assert shown.result() == QDialog.DialogCode.Accepted
    Store(shown.chosen).close()
    assert (tmp_path / "new/palimpsest.db").exists()
