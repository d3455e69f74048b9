"""What every screen stands on: live rows, background tasks, pages and their five states, undo, preferences, cards."""

import gc
import threading
import time
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from engine.errors import EnvironmentFailure
from engine.states import State
from engine.store import history, jobs, runs
from gui import page as pages
from gui.actions import trash, versions
from gui.affinity import own_thread
from gui.dialogs import Alert, Question
from gui.page import Page, PageState, Skeleton, Waiting
from gui.preferences import Preferences
from gui.project import Action
from gui.watchdog import Watchdog
from gui.widgets.cards import ErrorCard, Trouble, redacted
from gui.widgets.empty import Empty
from gui.widgets.text import ElidedLabel, PlainLabel, interval, share, signed, wrapped


class Receiver(QObject):
    def __init__(self):
        super().__init__()
        self.got, self.thread_ids = [], []

    @Slot(object)
    def take(self, value):
        self.got.append(value)
        self.thread_ids.append(threading.get_ident())


# ---- live ------------------------------------------------------------------------------------------------------------


def test_live_names_the_tables_that_changed_at_most_four_times_a_second(qtbot, gui_project):
    live, receiver = gui_project.live, Receiver()
    live.changed.connect(receiver.take)
    live.start()
    qtbot.wait(20)
    for number in range(30):
        runs.add_log(gui_project.store, f"line {number}")
        qtbot.wait(20)
    qtbot.waitUntil(lambda: bool(receiver.got))
    assert all(tables == {"log"} for tables in receiver.got)
    assert 1 <= len(receiver.got) <= 4
    live._timer.stop()


def test_nothing_is_told_when_nothing_changed(qtbot, gui_project):
    receiver = Receiver()
    gui_project.live.changed.connect(receiver.take)
    gui_project.live.start()
    qtbot.wait(300)
    assert receiver.got == []
    gui_project.live._timer.stop()


def test_a_followed_job_is_told_once_when_it_has_ended(qtbot, gui_project):
    receiver = Receiver()
    job_id = jobs.enqueue(gui_project.store, "echo")
    gui_project.follow(job_id, receiver.take)
    gui_project.live.start()
    qtbot.wait(50)
    assert receiver.got == []
    jobs.end(gui_project.store, job_id, State.CANCELLED)
    qtbot.waitUntil(lambda: bool(receiver.got))
    assert [job.id for job in receiver.got] == [job_id]
    gui_project.live._timer.stop()


def test_a_real_host_is_started_for_a_waiting_job_and_does_it(qtbot, live_project, stop_host):
    receiver = Receiver()
    job_id = jobs.enqueue(live_project.store, "echo", {"text": "hello", "step_s": 0.01})
    live_project.follow(job_id, receiver.take)
    qtbot.waitUntil(lambda: bool(receiver.got), timeout=60_000)
    assert receiver.got[0].result["text"] == "hello"


# ---- tasks -----------------------------------------------------------------------------------------------------------


def test_a_task_runs_elsewhere_and_its_result_comes_here(qtbot, gui_project):
    receiver = Receiver()
    gui_project.tasks.run(threading.get_ident, receiver.take)
    qtbot.waitUntil(lambda: bool(receiver.got))
    assert receiver.got[0] != threading.get_ident()
    assert receiver.thread_ids == [threading.get_ident()]


def test_a_task_may_read_the_store(qtbot, gui_project):
    receiver = Receiver()
    jobs.enqueue(gui_project.store, "echo")
    gui_project.tasks.with_store(lambda store: len(jobs.unfinished(store)), receiver.take)
    qtbot.waitUntil(lambda: bool(receiver.got))
    assert receiver.got == [1]


def test_an_expected_failure_is_told_and_a_bug_is_raised(qtbot, gui_project):
    told = []
    gui_project.toast_requested.connect(told.append)

    def fail():
        raise EnvironmentFailure("The disk is full.", remedy="Free some space.")

    gui_project.tasks.run(fail)
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].text == "The disk is full. Free some space."
    with qtbot.captureExceptions() as raised:
        gui_project.tasks.run(lambda: 1 / 0)
        qtbot.waitUntil(lambda: gui_project.tasks.is_idle)
    assert raised[0][0] is ZeroDivisionError


def test_a_receiver_that_is_gone_is_left_alone(qtbot, gui_project):
    receiver = Receiver()
    gate = threading.Event()
    gui_project.tasks.run(gate.wait, receiver.take)
    receiver.deleteLater()
    qtbot.wait(20)
    gate.set()
    qtbot.waitUntil(lambda: gui_project.tasks.is_idle)


def test_a_tasks_thread_does_not_hold_the_receiver(qtbot, gui_project):
    """Else the last hold on a page might be let go there, and Qt's side of it deleted in the wrong thread."""
    gate = threading.Event()
    gui_project.tasks.run(lambda: gate.wait(20), (receiver := Receiver()).take)
    gone = weakref.ref(receiver)
    held = gui_project.tasks._receivers  # by the GUI thread
    held.update(dict.fromkeys(held, type(next(iter(held.values())))(None, None)))
    del receiver
    gc.collect()
    assert gone() is None
    gate.set()
    qtbot.waitUntil(lambda: gui_project.tasks.is_idle)


# ---- pages -----------------------------------------------------------------------------------------------------------


class Sample(Page):
    NAME = "sample"
    TABLES = frozenset({"runs"})

    def __init__(self, project):
        super().__init__(project)
        self.read = []
        self.set_content(QLabel("content"))

    def refresh(self, changed):
        self.read.append(changed)
        self.show_ready()


@pytest.fixture
def sample(qtbot, gui_project):
    made = Sample(gui_project)
    qtbot.addWidget(made)
    return made


def test_a_page_reads_when_shown_and_only_its_own_tables_then(qtbot, sample, gui_project):
    gui_project.live.changed.emit(frozenset({"runs"}))
    assert sample.read == []  # hidden
    sample.show()
    assert sample.read == [{"*", "runs"}]
    gui_project.live.changed.emit(frozenset({"log"}))
    gui_project.live.changed.emit(frozenset({"runs"}))
    gui_project.live.changed.emit(frozenset({"runs"}))
    qtbot.waitUntil(lambda: len(sample.read) == 2)
    assert sample.read[1] == {"runs"}


def test_a_hidden_page_is_not_painted(qtbot, sample, gui_project):
    sample.show()
    sample.hide()
    gui_project.live.changed.emit(frozenset({"runs"}))
    qtbot.wait(300)
    assert len(sample.read) == 1
    sample.show()
    assert len(sample.read) == 2


def test_the_five_states(qtbot, sample):
    sample.show()
    assert sample.state is PageState.READY
    done = []
    sample.show_empty(
        Empty(icon="runs", title="No runs", text="None.", action=Action(text="New run", do=lambda: done.append(1)))
    )
    assert sample.state is PageState.EMPTY
    sample.findChild(QPushButton).click()
    assert done == [1]
    sample.show_partial("Two of three suites so far.")
    assert sample.state is PageState.PARTIAL
    sample.show_error(Trouble(happened="It broke."), keep_content=True)
    assert sample.state is PageState.ERROR
    assert sample.findChild(ErrorCard).isVisible()
    sample.show_error(Trouble(happened="It broke."))
    sample.show_ready()
    qtbot.waitUntil(lambda: sample.findChild(ErrorCard) is None)


def test_loading_shows_nothing_then_a_skeleton_then_a_bar(qtbot, sample, monkeypatch):
    sample.show()
    monkeypatch.setattr(pages, "SKELETON_AFTER_S", 0.05)
    monkeypatch.setattr(pages, "BAR_AFTER_S", 0.4)
    stopped = []
    sample.show_loading(3, 10, cancel=lambda: stopped.append(1))
    assert sample.findChild(Skeleton) is None
    qtbot.waitUntil(lambda: sample.findChild(Skeleton) is not None)
    assert sample.findChild(Waiting) is None
    qtbot.waitUntil(lambda: sample.findChild(Waiting) is not None)
    sample.findChild(Waiting).findChild(QPushButton).click()
    assert stopped == [1]
    sample.show_ready()


# ---- undo, trash, versions -------------------------------------------------------------------------------------------


def test_an_edit_is_told_and_ctrl_z_takes_it_back(gui_project, make_run):
    run_id = make_run(name="one")
    told = []
    gui_project.toast_requested.connect(told.append)
    store = gui_project.store
    gui_project.change(
        "Rename",
        lambda: runs.update(store, run_id, name="two"),
        lambda: runs.update(store, run_id, name="one"),
        tell="Renamed.",
    )
    assert runs.get(store, run_id).name == "two"
    told[0].action.do()
    assert runs.get(store, run_id).name == "one"
    gui_project.undo_stack.redo()
    assert runs.get(store, run_id).name == "two"


def test_the_trash_and_back_by_undo_leaves_the_run_as_it_was(gui_project, make_run):
    run_id = make_run(name="one")
    before = gui_project.store.rows("SELECT id, name, recipe, state, results, trashed_at FROM runs")
    assert trash.put(gui_project, [run_id])
    assert runs.everything(gui_project.store) == []
    gui_project.undo_stack.undo()
    assert gui_project.store.rows("SELECT id, name, recipe, state, results, trashed_at FROM runs") == before


def test_a_refused_edit_is_told_and_leaves_nothing_to_undo(gui_project, make_run):
    run_id = make_run("training", name="one")
    told = []
    gui_project.toast_requested.connect(told.append)
    assert not trash.put(gui_project, [run_id])
    assert "one is training" in told[0].text
    assert not gui_project.undo_stack.canUndo()


def _end(project, kind, result):
    """End the newest job of a kind as a worker would, and let the window see it."""
    job = project.store.rows("SELECT id FROM jobs WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,))[0]
    jobs.end(project.store, job["id"], State.FINISHED, result=result)
    project.live._told_at = 0.0
    project.live.look()


def test_a_roll_back_is_a_job_and_one_ctrl_z_queues_the_way_back(gui_project):
    told = []
    gui_project.toast_requested.connect(told.append)
    versions.roll_back(gui_project, "1@400")
    assert not gui_project.undo_stack.canUndo()  # nothing was moved yet
    moved = {"sentence": "Rolled back from 1@660 to 1@400", "before": "1@660", "after": "1@400", "entry_id": 7}
    _end(gui_project, "roll_back", moved)
    assert told[-1].text == "Rolled back from 1@660 to 1@400."
    assert told[-1].action.text == "Undo"
    gui_project.undo_stack.undo()
    assert gui_project.store.rows("SELECT count(*) AS n FROM jobs WHERE kind = 'undo'")[0]["n"] == 1
    gui_project.undo_stack.redo()
    assert gui_project.store.rows("SELECT count(*) AS n FROM jobs WHERE kind = 'roll_back'")[0]["n"] == 2


def test_a_move_that_moved_nothing_leaves_nothing_to_undo(gui_project):
    versions.make_current(gui_project, "base:tiny")
    _end(
        gui_project, "make_current", {"sentence": "base tiny already is", "before": "b", "after": "b", "entry_id": None}
    )
    assert not gui_project.undo_stack.canUndo()
    assert history.entries(gui_project.store) == []


# ---- preferences, dialogs, cards, text, guards -----------------------------------------------------------------------


def test_preferences_come_back_with_their_types_and_bad_ones_reset_alone(qapp, tmp_path):
    path = tmp_path / "window.ini"
    first = Preferences(path)
    first.reduce_motion, first.text_percent, first.theme = True, 120, "dark"
    path.write_text(path.read_text().replace("text_percent=120", "text_percent=huge"))
    again = Preferences(path)
    assert (again.reduce_motion, again.text_percent, again.theme) == (True, 100, "dark")
    again.keep_state("page/runs", {"filter": "verdict:forgot"})
    assert Preferences(path).state("page/runs") == {"filter": "verdict:forgot"}
    assert Preferences(path).state("page/other") == {}


@pytest.mark.parametrize(("default", "is_safe"), [("cancel", True), ("yes", False)])
def test_what_cannot_be_undone_has_cancel_as_default_and_names_what_it_deletes(qtbot, default, is_safe):
    replies = []
    alert = Alert(Question(text="Delete 14 checkpoints, 38 GB?", verb="Delete", default=default), replies.append)
    qtbot.addWidget(alert)
    assert (alert.defaultButton().text() == "Cancel") is is_safe
    alert.show()
    alert.defaultButton().click()
    assert [reply.choice for reply in replies] == ["cancel" if is_safe else "yes"]


def test_a_card_copies_everything_but_the_home_folder_and_tokens(qtbot):
    home = str(Path.home())
    trouble = Trouble(
        happened="It broke.",
        why="Probably so.",
        details=f"{home}/runs/1 hf_abcdefghijkl token=s3cret Authorization: Bearer xyz",
    )
    card = ErrorCard(trouble)
    qtbot.addWidget(card)
    card.copy_button.click()
    text = QApplication.clipboard().text()
    assert "It broke." in text
    assert "Palimpsest" in text
    for secret in (home, "hf_abcdefghijkl", "s3cret", "xyz"):
        assert secret not in text
    assert redacted("nothing secret") == "nothing secret"


def test_text_of_others_is_never_read_as_html(qtbot):
    for label in (PlainLabel("<b>bold</b>"), ElidedLabel("<b>bold</b>"), wrapped("<b>bold</b>")):
        qtbot.addWidget(label)
        assert label.textFormat().name == "PlainText"
        assert label.text() == "<b>bold</b>"


def test_a_wrapped_label_shrinks_when_it_gets_room_or_less_to_say(qtbot):
    """It kept the height that it needed when it was narrow: texts stood far apart for good."""
    label = wrapped("a sentence that needs several lines where there is little room for it")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    narrow = label.minimumHeight()
    label.resize(600, 20)
    wide = label.minimumHeight()
    assert narrow >= 3 * wide > 0
    label.resize(80, 20)
    assert label.minimumHeight() == narrow
    label.setText("short")
    assert label.minimumHeight() == wide


def test_numbers_carry_signs_and_intervals():
    assert signed(-21.04) == "−21.0"
    assert signed(0.04) == "0.0"
    assert interval(-21, -27, -15) == "−21.0 [−27.0, −15.0]"
    assert share(0.72, 0.6, 0.82, 75) == "72 % [60–82], n=75"


def test_a_slot_called_from_another_thread_is_caught(qapp):
    class Thing(QObject):
        @own_thread
        def touch(self):
            return "touched"

    thing, caught = Thing(), []

    def wrongly():
        try:
            thing.touch()
        except RuntimeError as error:
            caught.append(str(error))

    thread = threading.Thread(target=wrongly)
    thread.start()
    thread.join()
    assert thing.touch() == "touched"
    assert "outside its object's thread" in caught[0]


def test_the_watchdog_says_where_the_gui_thread_stood_still(qtbot, caplog):
    watchdog = Watchdog()
    watchdog.start()
    qtbot.wait(60)
    _stand_still(0.3)
    qtbot.wait(60)
    stalls = watchdog.stop()
    assert len(stalls) == 1
    assert stalls[0].seconds > 0.2
    assert "_stand_still" in stalls[0].stack
    assert "stood still" in caplog.text


def test_what_a_stalled_function_made_ends_with_it_while_the_watchdog_still_writes(qtbot, monkeypatch):
    writing, go_on = threading.Event(), threading.Event()

    def slow(places):
        writing.set()
        go_on.wait(10)
        return [place.name for place in places]

    monkeypatch.setattr("traceback.format_list", slow)
    watchdog = Watchdog()
    watchdog.start()
    qtbot.wait(60)

    def stall():
        made = Receiver()
        writing.wait(10)
        return weakref.ref(made)

    made = stall()
    assert writing.is_set()
    assert made() is None
    go_on.set()
    watchdog.stop()


@pytest.mark.parametrize(
    ("blocked", "computing", "is_felt"), [(0.3, False, False), (0.8, False, True), (0.5, True, True)]
)
def test_what_one_feels_is_computing_or_standing_still_for_long(qtbot, blocked, computing, is_felt):
    watchdog = Watchdog()
    watchdog.start()
    qtbot.wait(60)
    if computing:
        until = time.thread_time() + blocked
        while time.thread_time() < until:
            pass
    else:
        _stand_still(blocked)
    qtbot.wait(60)
    assert any(stall.is_felt() for stall in watchdog.stop()) == is_felt


def _stand_still(seconds):
    threading.Event().wait(seconds)
