"""The Answers tab over a real store: asks, follows, browses, flips, shades, votes blind, keeps prompt sets."""

import compared_runs
import pytest
import side_by_side as examples
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from window_audit import audit

from engine.records import Recipe
from engine.states import State
from engine.store import answers, jobs, prompt_sets, runs, votes
from gui.compare.answers import AnswersTab
from gui.compare.view import ComparePage
from gui.theme import DARK, LIGHT, apply_theme


@pytest.fixture
def refs(gui_project, tmp_path):
    return examples.fill(gui_project.store, tmp_path / "models")


@pytest.fixture
def open_tab(qtbot, qapp, gui_project):
    """`open_tab(**args)` shows the page on its Answers tab and waits until it was read."""
    apply_theme(qapp, LIGHT)
    pages = []

    def show(size=(1080, 700), **args):
        page = ComparePage(gui_project)
        page.answers.seed = 7
        pages.append(page)
        page.resize(*size)
        page.open(tab="answers", **args)
        page.show()
        settle(qtbot, gui_project, page.answers)
        return page.answers

    yield show
    for page in pages:
        page.close()
        page.deleteLater()


def settle(qtbot, project, tab):
    qtbot.waitUntil(lambda: tab.reading is not None and not tab._is_reading and project.tasks.is_idle, timeout=20_000)


def last_job(project, kind="answer"):
    return [job for job in jobs.unfinished(project.store) if job.kind == kind][-1]


def look(project):
    project.live._watch.forget()
    project.live._told_at = 0.0
    project.live.look()


# ---- browsing --------------------------------------------------------------------------------------------------------


def test_canaries_that_got_worse_are_browsed_with_both_models_named(open_tab, gui_project, refs):
    tab = open_tab()
    assert tab.prompt.toPlainText() == "What is 17 × 23?"
    assert tab.facts.text().startswith("1 of 2 · arithmetic")
    assert tab.pickers["a"].box.currentText() == "base starter"
    assert tab.pickers["b"].box.currentText() == "lora-04 @ 75"
    assert tab.pair.base.header.text() == "A   ✓"
    assert tab.pair.tuned.header.text() == "B   ✗"
    assert "fingerprint 111111111111…" in tab.pair.tuned.footer.text()
    assert "391" in tab.pair.base.plain_text()
    assert not tab.previous.isEnabled()
    tab.go_next()
    assert tab.item.item_id == "facts-000"
    tab.go_next()  # the last one stays
    assert tab.item.item_id == "facts-000"
    tab.go_previous()
    assert tab.item.item_id == "arithmetic-000"


def test_filters_and_search_narrow_the_list(open_tab, refs):
    tab = open_tab()
    tab.shown.setCurrentIndex(tab.shown.findData("all"))
    tab.shown.activated.emit(0)
    assert len(tab.items) == 4
    tab.capability.setCurrentIndex(tab.capability.findData("facts"))
    tab.capability.activated.emit(0)
    assert [one.item_id for one in tab.items] == ["facts-000", "facts-001"]
    tab.search.setText("nowhere")
    assert tab.is_empty
    tab.show_all()
    assert len(tab.items) == 4


@pytest.mark.parametrize(("key", "does"), [("J", "next"), ("N", "difference"), ("B", "blind"), ("T", "shade")])
def test_letters_work_in_the_panes_and_stay_letters_in_text_fields(qtbot, open_tab, refs, key, does):
    tab = open_tab()
    tab.activateWindow()
    tab.composer.text.setFocus()
    qtbot.keyClick(tab.composer.text, key)
    assert tab.composer.text.toPlainText() == key
    before = (tab.item.key, tab.blind.isChecked(), tab.shade.currentData(), tab.pair._next)
    tab.pair.base.view.setFocus()
    qtbot.keyClick(tab.pair.base.view, key)
    after = (tab.item.key, tab.blind.isChecked(), tab.shade.currentData(), tab.pair._next)
    changed = [
        name
        for name, one, two in zip(("next", "blind", "shade", "difference"), before, after, strict=True)
        if one != two
    ]
    assert changed == [does]


def test_nothing_stored_offers_to_generate_for_both(qtbot, open_tab, gui_project, tmp_path):
    refs = examples.fill(gui_project.store, tmp_path / "models", with_answers=False)
    tab = open_tab()
    assert tab.is_empty
    tab._empty.buttons[0].click()
    job = last_job(gui_project, "score")
    assert job.payload == {"generate": "all", "model_ref": refs[1], "suite": "standard"}
    assert [button.text() for button in tab._empty.buttons] == ["Stop"]
    jobs.claim_next(gui_project.store, "heavy", job.id)
    jobs.set_phase(gui_project.store, job.id, "measuring", 3, 40)
    look(gui_project)
    qtbot.waitUntil(lambda: any(label.text() == "3 of 40" for label in tab._empty.findChildren(QLabel)))
    examples.measure(gui_project.store, 1, refs[0], "f" * 64, 1, 4)
    examples.measure(gui_project.store, 1, refs[1], "1" * 64, 2, 5)
    jobs.end(gui_project.store, job.id, State.FINISHED)
    look(gui_project)
    qtbot.waitUntil(lambda: not tab.is_empty)


def test_without_any_model_it_says_so(open_tab, gui_project):
    tab = open_tab()
    assert tab.is_empty
    went = []
    gui_project.navigation_requested.connect(lambda name, args: went.append(name))
    tab._empty.buttons[0].click()
    assert went == ["models"]


def test_flip_shows_each_answer_in_the_others_place_with_its_name(open_tab, refs):
    tab = open_tab()
    tab.flip_sides()
    assert tab.pair.base.header.text() == "B   lora-04 @ 75   ✗"
    assert "401" in tab.pair.base.plain_text()
    assert "391" in tab.pair.tuned.plain_text()
    tab.flip_sides()
    assert tab.pair.base.header.text() == "A   ✓"
    tab.flip_sides()
    tab.go_next()
    assert tab.pair.base.header.text() == "A   ✓"  # each item begins unflipped


# ---- asking ----------------------------------------------------------------------------------------------------------


def test_asking_queues_one_job_and_streams_into_the_panes(qtbot, open_tab, gui_project, refs):
    tab = open_tab()
    tab.composer.set_prompts(["Hello there", "And you?"])
    tab.composer.seed.setValue(11)
    tab.composer.temperature.setValue(0.7)
    tab.ask()
    job = last_job(gui_project)
    assert job.lane == "interactive"
    assert job.payload == {
        "a": refs[0], "b": refs[1], "prompts": ["Hello there", "And you?"], "seed": 11, "temperature": 0.7, "max_new_tokens": 256,
    }  # fmt: skip
    assert tab.source.currentData() == "asked"
    assert tab.composer.stop.isEnabled()
    jobs.claim_next(gui_project.store, "interactive", job.id)
    examples.write(gui_project.store, job.id, "a", "Good ")
    look(gui_project)
    qtbot.waitUntil(lambda: tab.pair.base.plain_text() == "Good ")
    examples.write(gui_project.store, job.id, "a", "morning.")
    examples.write(gui_project.store, job.id, "b", "Hi!")
    look(gui_project)
    qtbot.waitUntil(lambda: tab.pair.tuned.plain_text() == "Hi!")
    assert tab.pair.base.plain_text() == "Good morning."
    examples.finish(gui_project.store, job.id, {"a": ["Good morning.", "Well."], "b": ["Hi!", "Well."]})
    look(gui_project)
    qtbot.waitUntil(lambda: "mean log-prob" in tab.pair.base.footer.text())
    assert "seed 11" in tab.pair.base.footer.text()
    assert "temperature 0.7" in tab.pair.tuned.footer.text()
    assert not tab.composer.stop.isEnabled()
    tab.go_next()
    assert tab.prompt.toPlainText() == "And you?"


def test_a_canarys_prompt_is_asked_with_its_checker(open_tab, gui_project, refs):
    tab = open_tab()
    tab.ask_again()
    assert last_job(gui_project).payload["items"] == ["arithmetic-000"]
    assert last_job(gui_project).payload["suite"] == "standard"


def test_an_error_on_one_side_is_a_card_there_and_the_other_pane_stays_usable(qtbot, open_tab, gui_project, refs):
    tab = open_tab()
    tab.composer.set_prompts(["Hello"])
    tab.ask()
    job = last_job(gui_project)
    jobs.claim_next(gui_project.store, "interactive", job.id)
    examples.write(gui_project.store, job.id, "a", "Good morning.")
    answers.append(
        gui_project.store,
        job.id,
        "b",
        '{"message": "The checkpoint is damaged.", "remedy": "Use an earlier one."}',
        kind="error",
    )
    look(gui_project)
    qtbot.waitUntil(lambda: tab.pair.tuned.is_covered)
    assert not tab.pair.base.is_covered
    assert tab.pair.base.plain_text() == "Good morning."
    examples.finish(gui_project.store, job.id, {"a": ["Good morning."]}, errors={"b": "The checkpoint is damaged."})
    look(gui_project)
    qtbot.waitUntil(lambda: not tab.item.is_writing)
    assert tab.pair.tuned.is_covered
    again = next(one for one in tab.pair.tuned.findChildren(QAbstractButton) if one.text() == "Ask again")
    again.click()
    assert not tab.pair.tuned.is_covered
    assert last_job(gui_project).id != job.id


def test_stop_cancels_and_keeps_what_was_written(qtbot, open_tab, gui_project, refs):
    tab = open_tab()
    tab.composer.set_prompts(["Hello"])
    tab.ask()
    job = last_job(gui_project)
    jobs.claim_next(gui_project.store, "interactive", job.id)
    examples.write(gui_project.store, job.id, "a", "Half an ans")
    tab.stop()
    assert jobs.take_requests(gui_project.store, job.id) == ["cancel"]
    jobs.end(gui_project.store, job.id, State.CANCELLED, reason="cancelled by you")
    look(gui_project)
    qtbot.waitUntil(lambda: not tab.composer.stop.isEnabled())
    assert tab.pair.base.plain_text() == "Half an ans"


def test_an_empty_prompt_is_not_asked(open_tab, gui_project, refs):
    tab = open_tab()
    tab.composer.set_prompts(["  "])
    tab.ask()
    assert tab.composer.problem.text().startswith("✗ Write a prompt")
    assert [job for job in jobs.unfinished(gui_project.store) if job.kind == "answer"] == []


def test_a_prompt_asked_elsewhere_of_these_models_shows_up(qtbot, open_tab, gui_project, refs):
    tab = open_tab()
    job_id = examples.begin(gui_project.store, refs, ["From the command line"])
    examples.write(gui_project.store, job_id, "a", "Yes")
    look(gui_project)
    qtbot.waitUntil(
        lambda: tab.reading is not None and any(one.prompt == "From the command line" for one in tab.reading.asked)
    )
    assert tab.composer.stop.isEnabled()
    jobs.end(gui_project.store, job_id, State.CANCELLED)


def test_other_models_show_other_answers_only(qtbot, open_tab, gui_project, refs):
    examples.finish(gui_project.store, examples.begin(gui_project.store, refs, ["one"]), {"a": ["x"], "b": ["y"]})
    tab = open_tab()
    tab.source.setCurrentIndex(1)
    tab.source.activated.emit(1)
    assert tab.prompt.toPlainText() == "one"
    tab.model_chosen.emit("b", refs[0])
    settle(qtbot, gui_project, tab)
    assert tab.is_empty


def test_a_third_model_has_its_own_pane(qtbot, open_tab, gui_project, refs):
    job_id = examples.begin(gui_project.store, (*refs, refs[1]), ["one"])
    examples.finish(gui_project.store, job_id, {"a": ["x y"], "b": ["x z"], "c": ["x w"]})
    tab = open_tab(a=refs[0], b=refs[1], c=refs[1])
    tab.source.setCurrentIndex(1)
    tab.source.activated.emit(1)
    assert tab.pair.third.isVisible()
    assert tab.pair.third.plain_text() == "x w"
    assert tab.pickers["c"].isVisible()
    tab.third.setChecked(False)
    settle(qtbot, gui_project, tab)
    assert not tab.pair.third.isVisible()


def test_led_here_from_a_run_the_canary_and_both_models_are_there(open_tab, refs):
    tab = open_tab(a=refs[0], b=refs[1], prompt="Who wrote Faust?")
    assert tab.item.item_id == "facts-001"
    assert tab.composer.prompts() == ["Who wrote Faust?"]
    tab.open(prompt="Something else", a=refs[0], b=refs[1])
    assert tab.source.currentData() == "asked"
    assert tab.composer.prompts() == ["Something else"]
    tab.open(item="facts-000")
    assert tab.item.item_id == "facts-000"


# ---- shading ---------------------------------------------------------------------------------------------------------


def test_shading_names_the_models_and_stored_answers_are_scored_first(qtbot, open_tab, gui_project, refs):
    tab = open_tab()
    tab.next_shading()
    job = last_job(gui_project)
    assert job.payload["given"] == {"a": ["17 × 23 = 391."], "b": ["I'm happy to help! 17 × 23 = 401."]}
    assert "Working out" in tab.pair.note.text()
    tab.next_shading()
    assert last_job(gui_project).id == job.id  # asked for once
    jobs.claim_next(gui_project.store, "interactive", job.id)
    one, other = examples.tokens("17 × 23 = 391."), examples.tokens("I'm happy to help! 17 × 23 = 401.")
    scored = {side: {"scored": [{"a": one, "b": other}]} for side in "ab"}
    jobs.end(gui_project.store, job.id, State.FINISHED, result={"sides": scored})
    look(gui_project)
    qtbot.waitUntil(lambda: tab.item.reply("a").tokens != ())
    assert "base starter" in tab.pair.note.text()
    assert "·" in tab.pair.base.plain_text()  # blanks are drawn only while shaded
    assert tab.pair.base.token_at(0).base == -0.2


# ---- blind -----------------------------------------------------------------------------------------------------------


def go_blind(tab):
    tab.blind.setChecked(True)
    assert "hidden" in tab.pair.base.header.text()
    assert "hidden" in tab.pair.tuned.header.text()


def test_blind_hides_every_trace_of_the_models_until_the_vote(open_tab, gui_project, refs):
    tab = open_tab()
    go_blind(tab)
    said = " ".join(pane.header.text() + pane.footer.text() for pane in tab.pair.panes) + tab.pair.note.text()
    for trace in ("starter", "lora", "fff", "111", "✓", "✗", "tokens"):
        assert trace not in said
    assert not tab.pickers["a"].isVisible()
    assert "change" not in tab.facts.text()
    left = tab.pair.base.plain_text()
    assert "⟦" not in left + tab.pair.tuned.plain_text()  # nor what differs
    assert tab.pair.tuned.change_count() == 0
    tab.vote_a()
    (vote,) = votes.of_pair(gui_project.store, *refs)
    better = vote.first_text if vote.choice == "first" else vote.second_text
    assert better == left
    assert (vote.first_fingerprint, vote.second_fingerprint, vote.side_seed) == ("f" * 64, "1" * 64, 7)
    assert "hidden" not in tab.pair.base.header.text()
    assert tab.ballot.revealed.text().startswith("You preferred")
    assert tab.pair.base.plain_text().replace("⟦", "").replace("⟧", "") == left  # neither changes its place
    assert tab.pair.tuned.change_count() + tab.pair.base.change_count() > 0
    assert "change −1.50 nats/token" in tab.facts.text()
    tab.vote_b()  # a second vote on the same answers does not count
    assert len(votes.of_pair(gui_project.store, *refs)) == 1


def test_a_vote_is_taken_back_by_undo_and_hidden_again(open_tab, gui_project, refs):
    tab = open_tab()
    go_blind(tab)
    tab.vote_tie()
    assert "1 vote(s)" in tab.ballot.tally.text()
    gui_project.undo_stack.undo()
    assert "hidden" in tab.pair.base.header.text()
    assert "No votes" in tab.ballot.tally.text()
    gui_project.undo_stack.redo()
    assert "You called it a tie" in tab.ballot.revealed.text()


def test_votes_survive_and_the_tally_follows(qtbot, open_tab, gui_project, refs):
    tab = open_tab()
    tab.shown.setCurrentIndex(tab.shown.findData("all"))
    tab.shown.activated.emit(0)
    go_blind(tab)
    for _ in range(4):
        tab.vote_bad()
        tab.go_next()
    again = open_tab()
    again.blind.setChecked(True)
    assert "both bad 4" in again.ballot.tally.text()


def test_while_answers_are_being_written_blind_shows_neither(qtbot, open_tab, gui_project, refs):
    tab = open_tab()
    tab.blind.setChecked(True)
    tab.composer.set_prompts(["Hello"])
    tab.ask()
    job = last_job(gui_project)
    jobs.claim_next(gui_project.store, "interactive", job.id)
    examples.write(gui_project.store, job.id, "a", "Good morning.")
    look(gui_project)
    qtbot.waitUntil(lambda: tab._live[job.id].texts != {})
    assert tab.pair.base.plain_text() == tab.pair.tuned.plain_text() == ""
    assert not tab.ballot.buttons[0].isEnabled()
    tab.vote_a()
    assert votes.of_pair(gui_project.store, *refs) == []
    examples.finish(gui_project.store, job.id, {"a": ["Good morning."], "b": ["Hi."]})
    look(gui_project)
    qtbot.waitUntil(lambda: tab.ballot.buttons[0].isEnabled())
    assert "Hi." in tab.pair.base.plain_text() + tab.pair.tuned.plain_text()


def test_votes_are_exported(open_tab, gui_project, refs, tmp_path):
    tab = open_tab()
    go_blind(tab)
    tab.vote_a()
    gui_project.dialogs.paths.append(tmp_path / "votes.csv")
    tab.ballot.export.click()
    assert (tmp_path / "votes.csv").read_text().count("\n") == 2


# ---- prompt sets -----------------------------------------------------------------------------------------------------


def test_a_prompt_set_is_saved_loaded_replaced_and_deleted_with_undo(qtbot, open_tab, gui_project, refs):
    tab = open_tab()
    store = gui_project.store
    tab.composer.set_prompts(["One.", "Two."])
    tab.composer.ask_for_name()
    tab.composer.name.edit.setText("tone")
    qtbot.keyClick(tab.composer.name.edit, Qt.Key.Key_Return)
    assert prompt_sets.named(store, "tone").prompts == ("One.", "Two.")
    look(gui_project)
    qtbot.waitUntil(lambda: len(tab.composer._sets) == 1)
    tab.composer.set_prompts(["Other."])
    tab.composer.menu.aboutToShow.emit()
    load = next(action for action in tab.composer.menu.actions() if action.text() == "tone (2)")
    load.trigger()
    assert tab.composer.prompts() == ["One.", "Two."]
    tab.composer.set_prompts(["Three."])
    tab.composer.save_requested.emit("tone")
    assert prompt_sets.named(store, "tone").prompts == ("Three.",)
    gui_project.undo_stack.undo()
    assert prompt_sets.named(store, "tone").prompts == ("One.", "Two.")
    one = prompt_sets.named(store, "tone")
    tab.composer.delete_requested.emit(one.id, one.name)
    assert prompt_sets.everything(store) == []
    gui_project.undo_stack.undo()
    assert prompt_sets.named(store, "tone") == prompt_sets.everything(store)[0]


# ---- all over --------------------------------------------------------------------------------------------------------


def test_it_comes_back_as_it_was_left(open_tab, refs):
    tab = open_tab()
    tab.composer.set_prompts(["a draft"])
    tab.composer.seed.setValue(5)
    tab.go_next()
    kept = tab.save_state()
    again = open_tab()
    again.restore_state(kept)
    again._filter()
    assert again.composer.prompts() == ["a draft"]
    assert again.composer.seed.value() == 5
    assert again.item.item_id == "facts-000"
    again.restore_state({"refs": 3, "settings": "bad", "text": None})


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("state", ["canaries", "asked", "error", "blind", "third", "empty"])
def test_nothing_is_clipped_faint_or_nameless(qtbot, qapp, open_tab, gui_project, tmp_path, theme, state):
    refs = examples.fill(gui_project.store, tmp_path / "models", with_answers=state != "empty")
    job_id = examples.begin(gui_project.store, refs, ["Write two lines about rain.\nBe brief."])
    errors = (
        {"b": "The checkpoint step-75 is damaged: adapter.safetensors has another SHA-256."} if state == "error" else {}
    )
    texts = {"a": ["Rain on the roof."]} if errors else {"a": ["Rain on the roof."], "b": ["I'm happy to help!"]}
    examples.finish(gui_project.store, job_id, texts, errors=errors)
    tab = open_tab(size=(900, 540))
    apply_theme(qapp, theme)
    if state in ("asked", "error", "third"):
        tab.source.setCurrentIndex(1)
        tab.source.activated.emit(1)
    tab.blind.setChecked(state == "blind")
    tab.third.setChecked(state == "third")
    qtbot.wait(20)
    assert audit(tab.window()) == []
    apply_theme(qapp, LIGHT)


def test_its_keys_belong_to_it_only_while_it_is_in_front(open_tab, gui_project, refs):
    tab = open_tab()
    assert all(action.isEnabled() for action in tab.commands)
    keys = [key.toString() for action in tab.commands for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert set(keys) >= {"J", "K", "N", "\\", "1", "2", "3", "0", "B", "T"}
    tab.window().turn_to("overview")
    assert not any(action.isEnabled() for action in tab.commands)


def test_without_runs_the_answers_tab_is_usable_and_the_others_say_so(qtbot, open_tab, gui_project, tmp_path):
    examples.fill(gui_project.store, tmp_path / "models")
    tab = open_tab(a="base:starter")
    page = tab.window()
    assert page.run_ids == []
    assert page.state.value == "ready"
    page.turn_to("overview")
    assert page.state.value == "empty"


def test_the_tab_reads_what_a_window_before_it_left_at_work(qtbot, open_tab, gui_project, refs):
    job_id = examples.begin(gui_project.store, refs, ["still going"])
    examples.write(gui_project.store, job_id, "a", "So f")
    tab = open_tab()
    tab.source.setCurrentIndex(1)
    tab.source.activated.emit(1)
    assert tab.pair.base.plain_text() == "So f"
    assert tab.composer.stop.isEnabled()
    jobs.end(gui_project.store, job_id, State.CANCELLED)


def test_many_checkpoints_do_not_make_it_slow(open_tab, gui_project, refs):
    store = gui_project.store
    for _ in range(60):
        run_id = runs.create(store, Recipe(base="starter"))
        for step in range(10, 60, 10):
            examples.checkpoints.add(
                store, run_id=run_id, step=step, folder=f"step-{step}", manifest_sha256="3" * 64, size_bytes=1
            )
    tab = open_tab(a=refs[0], b=refs[1])
    assert tab.pickers["b"].box.count() <= 202
    assert tab.pickers["b"].box.currentData() == refs[1]


def test_the_seed_of_the_sides_is_drawn_once_for_a_window(qtbot, gui_project):
    tab = AnswersTab(gui_project, draw_seed=lambda: 42)
    qtbot.addWidget(tab)
    assert tab.seed == 42


def test_from_a_point_of_the_trade_off_to_its_answers(qtbot, open_tab, gui_project, tmp_path):
    (tmp_path / "starter").mkdir()
    first, second = compared_runs.fill(gui_project.store, 2)
    tab = open_tab(run_ids=[first, second])
    page = tab.window()
    qtbot.waitUntil(
        lambda: page.tradeoff.details.isVisibleTo(page.tradeoff) and gui_project.tasks.is_idle, timeout=10_000
    )
    page.turn_to("tradeoff")
    chosen = page.tradeoff._chosen
    page.tradeoff.answers.click()
    assert page.tab == "answers"
    settle(qtbot, gui_project, tab)
    other = next(one for one in (first, second) if one != chosen.run.id)
    assert tab.refs == {"a": "base:starter", "b": chosen.ref, "c": f"{other}@75"}  # of two runs the other stands beside


def press(qtbot, *keys):
    """Keys to whatever has the focus, and nothing else."""
    for key in keys:
        modifier = Qt.KeyboardModifier.NoModifier
        if isinstance(key, tuple):
            modifier, key = key
        qtbot.keyClick(QApplication.focusWidget(), key, modifier)


def tab_to(qtbot, widget):
    for _ in range(60):
        if widget.hasFocus():
            return
        press(qtbot, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never came to {widget.accessibleName()}")


def test_asking_browsing_flipping_and_voting_by_keyboard_alone(qtbot, gui_project, window, refs):
    gui_project.navigate("compare", tab="answers", a=refs[0], b=refs[1])
    tab = window.page.answers
    settle(qtbot, gui_project, tab)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    press(qtbot, Qt.Key.Key_J)  # the page itself has the focus at first
    assert tab.item.item_id == "facts-000"
    press(qtbot, Qt.Key.Key_K, Qt.Key.Key_Backslash)
    assert tab.pair.base.header.text().startswith("B")
    press(qtbot, Qt.Key.Key_Backslash, Qt.Key.Key_B, Qt.Key.Key_2)
    (vote,) = votes.of_pair(gui_project.store, *refs)
    assert vote.item_id == "arithmetic-000"
    press(qtbot, (Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Z))
    assert votes.of_pair(gui_project.store, *refs)[0].removed
    press(qtbot, Qt.Key.Key_B)
    tab_to(qtbot, tab.pickers["b"].box)
    tab_to(qtbot, tab.pair.base.view)
    tab_to(qtbot, tab.composer.text)
    qtbot.keyClicks(tab.composer.text, "Who won? 1230 JKNBT")
    press(qtbot, (Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Return))
    job = last_job(gui_project)
    assert job.payload["prompts"] == ["Who won? 1230 JKNBT"]
    press(qtbot, Qt.Key.Key_Escape)
    assert jobs.get(gui_project.store, job.id).state is State.CANCELLED  # it had not begun
