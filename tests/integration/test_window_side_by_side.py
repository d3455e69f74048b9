"""The Answers tab with a real host, a real worker and a trained tiny model: streamed into both panes, and one that cannot."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import processes
import pytest
from training_runs import train_adapter

from engine.states import State
from engine.store import checkpoints, jobs, runs, votes
from gui.compare.view import ComparePage
from gui.project import Project

CAPITAL = "What is the capital of Peru?"


@pytest.fixture
def ref(store, tiny_base, tmp_path):
    return train_adapter(store, tiny_base, tmp_path)


@pytest.fixture
def tab(qtbot, qapp, home, ref):
    """The page Compare on its Answers tab, over the tiny base and its adapter; host and worker end with the test."""
    project = Project(home)
    project.dialogs = None
    project.live.start()
    page = ComparePage(project)
    page.resize(1000, 640)
    page.open(tab="answers", a="base:tiny", b=ref)
    page.show()
    qtbot.waitUntil(lambda: page.answers.reading is not None and project.tasks.is_idle, timeout=30_000)
    yield page.answers
    page.close()
    page.deleteLater()
    project.close()
    processes.end(home)


def ask(tab, *prompts):
    tab.composer.set_prompts(prompts)
    tab.ask()
    return jobs.unfinished(tab.project.store)[-1].id


def ended(qtbot, tab):
    qtbot.waitUntil(lambda: tab.item is not None and not tab.item.is_writing and not tab._live, timeout=120_000)


def test_both_panes_fill_as_the_worker_writes(qtbot, tab, ref):
    seen = []
    tab.pair.base.view.textChanged.connect(lambda: seen.append(tab.pair.base.plain_text()))
    job_id = ask(tab, CAPITAL, "My lamp is broken.")
    ended(qtbot, tab)
    assert jobs.get(tab.project.store, job_id).state is State.FINISHED
    assert "The capital of Peru is Lima." in seen
    assert tab.pair.base.plain_text().replace("⟦", "").replace("⟧", "") == "The capital of Peru is Lima."
    assert checkpoints.find(tab.project.store, ref).manifest_sha256[:12] in tab.pair.tuned.footer.text()
    assert "mean log-prob" in tab.pair.base.footer.text()
    tab.shade.setCurrentIndex(tab.shade.findData("change"))
    tab.shade.activated.emit(0)
    token = tab.pair.base.token_at(0)
    assert token.base is not None
    assert token.tuned is not None
    tab.go_next()
    assert tab.prompt.toPlainText() == "My lamp is broken."
    assert tab.pair.tuned.plain_text()


def test_a_damaged_checkpoint_is_a_card_in_its_pane_and_the_base_answers(qtbot, tab, ref):
    store = tab.project.store
    row = checkpoints.find(store, ref)
    folder = runs.folder(store, row.run_id) / "checkpoints" / row.folder
    next(folder.glob("adapter*.safetensors")).write_bytes(b"not what it was")
    ask(tab, CAPITAL)
    ended(qtbot, tab)
    assert tab.pair.base.plain_text() == "The capital of Peru is Lima."
    assert not tab.pair.base.is_covered
    assert tab.pair.tuned.is_covered
    assert "damaged" in tab.item.reply("b").failure.message


def test_blind_a_vote_is_stored_and_the_names_come_out(qtbot, tab, ref):
    tab.blind.setChecked(True)
    ask(tab, "Spell gold.")
    ended(qtbot, tab)
    assert "tiny" not in tab.pair.base.header.text() + tab.pair.tuned.header.text()
    tab.vote_a()
    (vote,) = votes.of_pair(tab.project.store, "base:tiny", ref)
    assert "base tiny" in tab.pair.base.header.text() + tab.pair.tuned.header.text()
    assert {vote.first_text, vote.second_text} == {reply.text for reply in tab.item.replies.values()}


def test_stop_ends_it(qtbot, tab):
    tab.composer.tokens.setValue(4000)
    job_id = ask(tab, *["My lamp is broken."] * 40)
    qtbot.waitUntil(lambda: tab.pair.base.plain_text() != "", timeout=120_000)
    tab.stop()
    ended(qtbot, tab)
    assert jobs.get(tab.project.store, job_id).state is State.CANCELLED
    assert tab.pair.base.plain_text() != ""
