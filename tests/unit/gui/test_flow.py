"""The layout whose widgets go on in the next line: nothing overlaps, nothing is wider than the place, the height follows."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QPushButton, QWidget

from gui.widgets.flow import Flow, together


@pytest.fixture
def place(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    flow = Flow(made)
    for words in ("Roll back to the base", "Make current", "Try again with LoRA", "Keep anyway"):
        flow.addWidget(QPushButton(words))
    return made


@pytest.mark.parametrize(("width", "lines"), [(900, 1), (330, 2), (150, 4)])
def test_widgets_go_on_in_the_next_line(qtbot, place, width, lines):
    place.resize(width, 400)
    place.show()
    qtbot.waitExposed(place)
    buttons = place.findChildren(QPushButton)
    assert len({button.y() for button in buttons}) == lines
    for number, one in enumerate(buttons):
        assert QRect(0, 0, width, place.layout().heightForWidth(width)).contains(one.geometry())
        assert not any(one.geometry().intersects(other.geometry()) for other in buttons[number + 1 :])


def test_what_is_hidden_takes_no_room(qtbot, place):
    place.resize(900, 100)
    place.show()
    qtbot.waitExposed(place)
    first, second = place.findChildren(QPushButton)[:2]
    first.hide()
    qtbot.waitUntil(lambda: second.x() == 0)


def test_one_of_them_may_take_the_rest_of_its_line_and_some_stay_together(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    flow = Flow(made)
    wide, first, second = QPushButton("wide"), QPushButton("back"), QPushButton("forth")
    flow.add_wide(wide)
    flow.addWidget(together(first, second))
    made.resize(900, 60)
    made.show()
    qtbot.waitExposed(made)
    assert first.mapTo(made, first.rect().topLeft()).x() > wide.geometry().right() > 600
    made.resize(wide.sizeHint().width() + first.sizeHint().width(), 120)
    qtbot.waitUntil(lambda: first.mapTo(made, first.pos()).y() > wide.geometry().bottom())
    assert first.y() == second.y()
    assert wide.width() == made.width()
