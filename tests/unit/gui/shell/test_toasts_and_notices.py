"""Toasts wait while one looks at them; criterion 32: a system notification once per run end, only while not in front."""

import pytest
from PySide6.QtCore import QEvent, QPointF, QPropertyAnimation
from PySide6.QtGui import QCursor, QEnterEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from engine.states import State
from gui.project import Action, Toast
from gui.shell.notices import RunNotices
from gui.shell.toasts import AT_ONCE, BellList, Toasts


@pytest.fixture
def place(qtbot):
    widget = QWidget()
    QCursor.setPos(0, 0)
    widget.setGeometry(100, 100, 700, 600)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_a_toast_goes_by_itself_and_stays_in_the_bells_list(qtbot, place):
    toasts = Toasts(place, shown_ms=30)
    toasts.show(Toast(text="Rolled back."))
    assert len(toasts.cards) == 1
    qtbot.waitUntil(lambda: not toasts.cards)
    assert [toast.text for _, toast in toasts.kept] == ["Rolled back."]
    assert toasts.unread == 1


def test_it_waits_while_the_pointer_is_on_it(qtbot, place):
    toasts = Toasts(place, shown_ms=60)
    toasts.show(Toast(text="Look at me."))
    card = toasts.cards[0]
    card.enterEvent(QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))
    qtbot.wait(150)
    assert toasts.cards == [card]
    card.leaveEvent(QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: not toasts.cards)


def test_its_button_does_the_action_once_and_closes_it(qtbot, place):
    done = []
    toasts = Toasts(place)
    toasts.show(Toast(text="Moved.", action=Action(text="Undo", do=lambda: done.append(1))))
    toasts.cards[0].button.click()
    assert done == [1]
    assert not toasts.cards


def test_at_most_three_are_shown_inside_the_window_and_apart(place):
    toasts = Toasts(place)
    for number in range(5):
        toasts.show(Toast(text=f"number {number}"))
    cards = toasts.cards
    assert [card.toast.text for card in cards] == ["number 2", "number 3", "number 4"]
    assert len(cards) == AT_ONCE
    for card in cards:
        assert place.rect().contains(card.geometry())
        assert not any(card.geometry().intersects(other.geometry()) for other in cards if other is not card)
    for card in cards:
        card.close_toast()


@pytest.mark.parametrize("may_move", [True, False])
def test_it_slides_in_unless_motion_is_reduced_and_ends_at_its_place(qtbot, place, may_move):
    toasts = Toasts(place, may_move=lambda: may_move)
    toasts.show(Toast(text="Here."))
    card = toasts.cards[0]
    slides = card.findChildren(QPropertyAnimation)
    assert bool(slides) is may_move
    wanted = slides[0].endValue() if slides else card.pos()
    qtbot.waitUntil(lambda: not card.findChildren(QPropertyAnimation))
    assert card.pos() == wanted
    card.close_toast()


def test_no_toast_lies_over_a_control_and_none_outside_the_window(qtbot, place):
    corner = QPushButton("Ask", place)
    corner.setGeometry(600, 560, 90, 30)
    corner.show()
    toasts = Toasts(place)
    for text in ("Wrote the report.", "Rolled back."):
        toasts.show(Toast(text=text))
    late = QPushButton("Restore", place)
    late.setGeometry(500, 480, 120, 30)
    late.show()
    controls = (corner, late)
    qtbot.waitUntil(
        lambda: not any(card.geometry().intersects(one.geometry()) for card in toasts.cards for one in controls)
    )
    first, second = (card.geometry() for card in toasts.cards)
    assert place.rect().contains(first)
    assert place.rect().contains(second)
    assert not first.intersects(second)
    for card in toasts.cards:
        card.close_toast()


@pytest.mark.parametrize("since", ["undone", "another edit"])
def test_an_undo_goes_when_it_would_reverse_nothing_or_something_else(gui_project, place, since):
    toasts, notes = Toasts(place), []
    gui_project.toast_requested.connect(toasts.show)
    gui_project.undo_withdrawn.connect(toasts.withdraw)
    gui_project.change("Move", lambda: notes.append("moved"), notes.clear, tell="Moved.")
    assert toasts.cards[0].button.text() == "Undo"
    if since == "undone":
        gui_project.undo_stack.undo()
    else:
        gui_project.change("Note", lambda: notes.append("noted"), notes.clear)
    assert not toasts.cards
    assert [(toast.text, toast.action) for _, toast in toasts.kept] == [("Moved.", None)]


def test_the_bell_lists_what_was_said(qtbot, place):
    toasts = Toasts(place)
    toasts.keep(Toast(text="It finished."))
    listed = BellList(place, toasts.kept)
    listed.open()
    texts = [label.text() for label in listed.findChildren(QLabel)]
    listed.close()
    assert "It finished." in texts


class Sent:
    def __init__(self):
        self.sent = []

    def send(self, title, text, run_id):
        self.sent.append((title, run_id))


class Front(QWidget):
    is_active = False

    def isActiveWindow(self):
        return self.is_active


@pytest.fixture
def noticing(qtbot, gui_project, make_run):
    run_id = make_run("training", name="lora-04")
    front, sent = Front(), Sent()
    qtbot.addWidget(front)
    notices = RunNotices(gui_project, front, sent)
    toasts = []
    gui_project.toast_requested.connect(toasts.append)
    return notices, front, sent, toasts, run_id


def _look(project):
    project.live._told_at = 0.0
    project.live.look()


def test_a_run_end_is_told_once_whatever_changes_afterwards(noticing, gui_project, put_run_in):
    _, _, sent, toasts, run_id = noticing
    put_run_in(run_id, State.FINISHED)
    _look(gui_project)
    gui_project.store.rows("SELECT 1")
    with gui_project.store.write() as connection:
        connection.execute("UPDATE runs SET name = 'renamed'")
    _look(gui_project)
    assert sent.sent == [("lora-04", run_id)]
    assert [toast.text for toast in toasts] == ["lora-04 has finished: its verdict is ready."]


def test_in_front_there_is_a_toast_and_no_notification(noticing, gui_project, put_run_in):
    _, front, sent, toasts, run_id = noticing
    front.is_active = True
    put_run_in(run_id, State.AUTO_STOPPED)
    _look(gui_project)
    assert sent.sent == []
    assert len(toasts) == 1


def test_progress_and_cancelling_are_not_news(noticing, gui_project, put_run_in):
    _, _, sent, toasts, run_id = noticing
    put_run_in(run_id, State.MEASURING_AFTER)
    _look(gui_project)
    put_run_in(run_id, State.CANCELLED)
    _look(gui_project)
    assert sent.sent == []
    assert toasts == []


def test_notifications_can_be_turned_off(noticing, gui_project, put_run_in):
    _, _, sent, toasts, run_id = noticing
    gui_project.preferences.notify = False
    put_run_in(run_id, State.FAILED)
    _look(gui_project)
    assert sent.sent == []
    assert toasts[0].level == "error"
