"""History: every action with its ways back; small edits folded; nothing disappears."""

from datetime import date, datetime

from engine.records import HistoryEntry
from engine.store import history, trash
from gui.history.presenter import days
from gui.page import PageState
from gui.widgets.cards import ErrorCard

NOON = datetime(2026, 3, 5, 12, 0).timestamp()


def entry(number, action, sentence, **fields):
    return HistoryEntry(
        id=number, action=action, sentence=sentence, created_at=fields.pop("at", NOON), rev=number, **fields
    )


def made(entries, **options):
    chosen = {"undoable": None, "current": "base:tiny", "trashed": frozenset(), "today": date(2026, 3, 5), **options}
    return days(entries, **chosen)


def test_entries_are_grouped_by_day_in_the_users_words():
    shown = made(
        [entry(2, "start", "b"), entry(1, "start", "a", at=NOON - 86400), entry(0, "start", "z", at=NOON - 5 * 86400)]
    )
    assert [day.words for day in shown[:2]] == ["Today", "Yesterday"]
    assert "2026" in shown[2].words


def test_the_newest_move_can_be_undone_and_earlier_ones_restored():
    rows = made(
        [entry(3, "rollback", "back", before="1@660", after="1@400"), entry(2, "make_current", "there", before="1@400", after="1@660"),
         entry(1, "make_current", "from base", before="base:tiny", after="1@400")],
        undoable=3,
    )[0].rows  # fmt: skip
    assert [row.ways for row in rows] == [("undo",), ("restore",), ()]  # what is current already is not offered


def test_a_trashed_run_can_be_put_back_only_while_it_is_there():
    thing = [entry(1, "trash", "Moved a to the Trash", details={"run_id": 4})]
    assert made(thing, trashed=frozenset({4}))[0].rows[0].ways == ("put_back",)
    assert made(thing)[0].rows[0].ways == ("show_run",)


def test_a_verdict_wears_the_sign_of_its_word_and_leads_to_its_run():
    said = [("kept", {"overall": "kept"}), ("forgot", {"overall": "forgot"}), ("can't tell", {})]
    entries = [
        entry(at, "verdict", f"Verdict on lora-04: {word}", after="4@75", details=details)
        for at, (word, details) in enumerate(said, 1)
    ]
    rows = made(entries)[0].rows
    assert [row.glyph for row in rows] == ["●", "▼", "◆"]
    assert {(row.run_id, row.ways) for row in rows} == {(4, ("show_run",))}
    assert made(entries, trashed=frozenset({4}))[0].rows[0].ways == ()


def test_small_edits_in_a_row_are_one_line():
    rows = made([entry(4, "rename", "c"), entry(3, "note", "b"), entry(2, "rename", "a"), entry(1, "start", "s")])[
        0
    ].rows
    assert len(rows) == 2
    assert rows[0].sentence in ("3 small edits", "3 small edit(s)")
    assert "b" in rows[0].details


def test_the_page_begins_with_what_it_is_for_then_shows_rows(qtbot, window, gui_project, make_run):
    window.show_page("history")
    assert window.page.state is PageState.EMPTY
    run_id = make_run(name="one")
    trash.put(gui_project.store, [run_id])
    gui_project.live._told_at = 0.0
    gui_project.live.look()
    qtbot.waitUntil(lambda: window.page.state is PageState.READY)
    row = window.page.rows[0]
    assert row.row.sentence == "Moved one to the Trash"
    next(button for button in row.buttons if button.text() == "Put back").click()
    assert trash.contents(gui_project.store) == []
    assert len(history.entries(gui_project.store)) == 2


def test_undo_queues_the_job(window, gui_project):
    store = gui_project.store
    history.set_pointer(store, "1@400", "f" * 64)
    history.append(store, "rollback", "Rolled back from 1@660 to 1@400", before="1@660", after="1@400")
    window.show_page("history")
    window.page.rows[0].buttons[0].click()
    assert [row["kind"] for row in store.rows("SELECT kind FROM jobs")] == ["undo"]


def test_an_altered_entry_is_said_above_the_list(window, gui_project):
    history.append(gui_project.store, "start", "Started one")
    with gui_project.store.write() as connection:
        connection.execute("UPDATE history SET sentence = 'Started two'")
    window.show_page("history")
    assert window.page.state is PageState.ERROR
    assert "altered" in window.page.findChild(ErrorCard).trouble.happened
    assert window.page.rows
