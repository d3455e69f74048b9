"""The window's frame: current model and live run, narrow sidebar, drops, closing while training, and how it was left."""

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from speed import bar

from engine.states import State
from engine.store import history
from gui.dialogs import Reply
from gui.project import Action
from gui.shell import geometry, pages
from gui.shell.drops import drop_of, paths_of
from gui.shell.main_window import MainWindow


def _look(project):
    project.live._told_at = 0.0
    project.live.look()


def test_the_current_model_is_always_named(window, gui_project, make_run):
    window.show_page("settings")
    assert window.status.model.text() == "No current model"
    run_id = make_run(name="lora-03")
    history.set_pointer(gui_project.store, f"{run_id}@400", "f" * 64)
    _look(gui_project)
    assert window.status.model.text() == "lora-03 @ 400"
    assert "lora-03 @ 400" in window.windowTitle()


def test_the_live_run_shows_how_far_it_is_and_goes_when_it_ends(window, gui_project, make_run, put_run_in):
    run_id = make_run("training", name="lora-04", step=412, steps_total=660)
    _look(gui_project)
    assert window.status.run.text() == "▶ lora-04 62 %"
    put_run_in(run_id, State.FINISHED)
    _look(gui_project)
    assert not window.status.run.isVisible()


def test_below_1000_pixels_the_sidebar_shows_icons_alone(qtbot, window):
    wide = window.sidebar.width()
    window.resize(960, 640)
    qtbot.waitUntil(lambda: window.sidebar.width() < 80)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.sidebar.width() == wide)


def test_ctrl_dot_pauses_and_resumes(window, gui_project, make_run, put_run_in):
    run_id = make_run("training")
    window.pause_or_resume()
    put_run_in(run_id, State.PAUSED)
    window.pause_or_resume()
    kinds = [row["kind"] for row in gui_project.store.rows("SELECT kind FROM requests ORDER BY id")]
    assert kinds == ["pause", "resume"]


def test_pausing_is_acknowledged_within_100_ms(window, gui_project, make_run):
    """Criterion 10, its screen part: the words are there when the call returns."""
    import time

    make_run("training", name="lora-04")
    began = time.perf_counter()
    window.pause_or_resume()
    assert window.toasts.cards[-1].toast.text == "lora-04 pauses after this step."
    assert time.perf_counter() - began < bar(0.1)


# ---- closing -----------------------------------------------------------------------------------------------------


def test_closing_with_no_run_at_work_asks_nothing(window, gui_project):
    window.show_page("settings")
    assert window.close()
    assert gui_project.dialogs.asked == []


@pytest.mark.parametrize(("choice", "requests"), [("yes", []), ("other", ["stop"])])
def test_closing_while_training_asks_once_and_remembers(window, gui_project, make_run, choice, requests):
    make_run("training")
    gui_project.dialogs.replies = [Reply(choice=choice, remembered=True)]
    window.close()
    assert not window.isVisible()
    question = gui_project.dialogs.asked[0]
    assert (question.verb, question.other) == ("Keep training in background", "Stop && keep")
    assert gui_project.preferences.on_close == {"yes": "keep", "other": "stop"}[choice]
    assert [row["kind"] for row in gui_project.store.rows("SELECT kind FROM requests")] == requests


def test_cancelling_keeps_the_window_open(window, make_run):
    make_run("training")
    window.close()
    assert window.isVisible()
    window.project.preferences.on_close = "keep"


def test_a_remembered_answer_is_not_asked_again(window, gui_project, make_run):
    make_run("training")
    gui_project.preferences.on_close = "keep"
    window.close()
    assert not window.isVisible()
    assert gui_project.dialogs.asked == []


# ---- drops -------------------------------------------------------------------------------------------------------


def test_what_can_be_dropped_and_what_it_would_do(tmp_path):
    for name in ("model", "suite", "run", "nothing"):
        (tmp_path / name).mkdir()
    (tmp_path / "model/config.json").write_text("{}")
    (tmp_path / "suite/suite.toml").write_text("")
    (tmp_path / "run/recipe.toml").write_text("")
    said = {
        name: (drop.words, drop.page)
        for name in ("tickets.jsonl", "model", "suite", "run", "w.gguf", "r.toml")
        if (drop := drop_of([tmp_path / name])).is_possible
    }
    assert said == {
        "tickets.jsonl": ("Use as training data", "new_run"), "model": ("Import as a base model", ""),
        "suite": ("Import as a canary suite", "canaries"), "run": ("New run with this run's recipe", "new_run"),
        "w.gguf": ("Import as a base model", ""), "r.toml": ("Open as a recipe", "new_run"),
    }  # fmt: skip
    assert not drop_of([tmp_path / "nothing"]).is_possible
    assert not drop_of([tmp_path / "photo.png"]).is_possible
    assert not drop_of([tmp_path / "a.jsonl", tmp_path / "b.jsonl"]).is_possible
    assert "config.json" in drop_of([tmp_path / "adapter.safetensors"]).words


def test_a_dropped_model_folder_is_imported_by_a_job(window, gui_project, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    window.take_paths([tmp_path])
    rows = gui_project.store.rows("SELECT kind, lane, payload FROM jobs")
    assert [(row["kind"], row["lane"]) for row in rows] == [("import", "interactive")]
    assert str(tmp_path) in rows[0]["payload"]


def test_what_cannot_be_used_is_refused_with_the_reason(window, tmp_path):
    window.show_page("settings")
    window.take_paths([tmp_path / "photo.png"])
    assert "can be used" in window.toasts.cards[-1].toast.text


# ---- how it was left: criterion 33 -------------------------------------------------------------------------------


def test_place_page_and_docks_survive_a_restart(qtbot, window, gui_project):
    window.show_page("history")
    window.toggle_log()
    window.setGeometry(40, 30, 1100, 700)
    qtbot.waitUntil(lambda: window.width() == 1100)
    window.close()
    again = MainWindow(gui_project)
    qtbot.addWidget(again)
    again.show_first_page()
    again.show()
    assert again.front == "history"
    screen = again.screen().availableGeometry()
    wanted = geometry.clamped(QRect(40, 30, 1100, 700), [screen]).size().expandedTo(again.minimumSize())
    assert again.size() == wanted
    assert again.log_dock.isVisible()
    again.close()


def test_a_window_left_on_a_screen_that_is_gone_is_wholly_visible():
    screens = [QRect(0, 0, 1920, 1080)]
    for wanted in (QRect(3000, 200, 1280, 800), QRect(-500, -300, 1280, 800), QRect(900, 900, 4000, 3000)):
        assert screens[0].contains(geometry.clamped(wanted, screens))
    inside = QRect(100, 100, 1280, 800)
    assert geometry.clamped(inside, screens) == inside
    two = [*screens, QRect(1920, 0, 1280, 1024)]
    assert two[1].contains(geometry.clamped(QRect(1900, 10, 1000, 700), two))


@pytest.mark.parametrize(
    "bad", [{"place": "x"}, {"place": [1, 2]}, {"docks": "%%%"}, {"place": [0, 0, -5, 3]}, {"maximised": 3}]
)
def test_a_bad_value_resets_only_itself(window, bad):
    size = window.size()
    geometry.restore(window, bad)
    assert window.size() == size


class TopLevels(QObject):
    """Keeps what is shown as a window of its own."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and watched.isWidgetType() and watched.isWindow():
            self.shown.append(watched.objectName() or type(watched).__name__)
        return False


def test_no_part_of_a_page_is_a_window_of_its_own_for_a_moment(qtbot, qapp, window, make_run):
    run_id = make_run()
    watch = TopLevels()
    qapp.installEventFilter(watch)
    for entry in pages.ENTRIES:
        window.project.navigate(entry.name, **({"run_id": run_id} if entry.name == "run" else {}))
        qtbot.waitUntil(lambda: window.project.tasks.is_idle, timeout=20_000)
        qtbot.wait(20)
    qapp.removeEventFilter(watch)
    assert watch.shown == []


def test_a_copied_file_is_pasted_where_no_text_is_edited(qtbot, window, tmp_path):
    rows = tmp_path / "tickets.jsonl"
    rows.write_text('{"prompt": "a", "completion": "b"}\n')
    window.show_page("settings")
    copied = QMimeData()
    copied.setUrls([QUrl.fromLocalFile(str(rows))])
    QGuiApplication.clipboard().setMimeData(copied)
    qtbot.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.front == "new_run"
    assert window.page.presenter.draft.recipe.data.path == str(rows)
    qtbot.waitUntil(lambda: window.project.tasks.is_idle, timeout=20_000)


@pytest.mark.parametrize("text", ["", "hello", "/nowhere/rows.jsonl", "{folder}\n{folder}"])
def test_a_text_that_is_no_path_is_not_pasted(window, tmp_path, text):
    mime = QMimeData()
    mime.setText(text.replace("{folder}", str(tmp_path)))
    assert paths_of(mime) == []
    mime.setText(f'"{tmp_path}"')
    assert paths_of(mime) == [tmp_path]


def test_a_toast_is_a_pane_of_its_own_and_waits_while_it_has_the_focus(qtbot, window, gui_project):
    done = []
    window.show_page("settings")
    gui_project.toast("Rolled back.", Action(text="Undo", do=lambda: done.append(True)))
    (card,) = window.toasts.cards
    for _ in range(6):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        if card.button.hasFocus():
            break
    assert card.button.hasFocus()
    assert not card._timer.isActive()
    qtbot.keyClick(card.button, Qt.Key.Key_Space)
    assert done == [True]
    assert window.toasts.cards == []
