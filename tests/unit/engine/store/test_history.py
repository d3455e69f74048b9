"""The journal and the pointer: an overwritten entry is found out, the change and its record commit together."""

import sqlite3

import pytest

from engine.store import history
from engine.store.database import DATABASE_NAME


def make_current(store, before, after):
    with store.write():
        history.set_pointer(store, after, f"fingerprint of {after}")
        return history.append(store, "make_current", f"{after} is now current.", before=before, after=after)


@pytest.mark.parametrize(
    "change",
    ["action = 'rollback'", "sentence = 'Nothing happened.'", "before = '9@9'", "after = 'base:other'",
     "details = '{\"by\":\"x\"}'", "undoes = 1", "created_at = created_at + 1"],
)  # fmt: skip
def test_an_overwritten_entry_is_found(home, store, change):
    first, second = make_current(store, "", "base:a"), make_current(store, "base:a", "1@20")
    assert history.damaged(store) == []
    outside = sqlite3.connect(home / DATABASE_NAME)
    outside.execute(f"UPDATE history SET {change} WHERE id = ?", (second,))
    outside.commit()
    outside.close()
    assert history.damaged(store) == [second]
    assert first != second


def test_pointer_and_entry_commit_together(store):
    make_current(store, "", "base:a")
    with pytest.raises(sqlite3.IntegrityError), store.write():
        history.append(store, "undo", "of an entry that is not there", undoes=make_current(store, "base:a", "1@20") + 9)
    assert history.pointer(store) == ("base:a", "fingerprint of base:a")
    assert [entry.after for entry in history.entries(store)] == ["base:a"]


def test_undo_takes_back_the_newest_not_yet_undone(store):
    first, second = make_current(store, "", "base:a"), make_current(store, "base:a", "1@20")
    assert history.last_undoable(store).id == second
    history.append(store, "undo", "Undone.", before="1@20", after="base:a", undoes=second)
    assert history.last_undoable(store).id == first
    assert {entry.id: entry.undone_by for entry in history.entries(store)} == {3: None, 2: 3, 1: None}
    assert history.damaged(store) == []
