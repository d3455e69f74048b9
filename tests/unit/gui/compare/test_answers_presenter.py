"""What the Answers tab decides: prompts, items of a job, filters, sides drawn blind, votes and their tally, CSV. No widgets."""

import csv
import io
from collections import Counter
from dataclasses import replace

import pytest
import side_by_side as examples

from engine.store import answers, jobs, votes
from gui.compare import answers_presenter as presenter
from gui.compare.answers_items import Item, Reply, Stream, of_job, token_scores, with_scores
from gui.compare.answers_reading import read


@pytest.fixture
def refs(store, tmp_path):
    return examples.fill(store, tmp_path / "models")


def item(first="left text", second="right text", prompt="p", **changes):
    replies = {"a": Reply(text=first), "b": Reply(text=second)}
    return Item(key="1:0", prompt=prompt, replies=replies, refs={"a": "base:starter", "b": "1@75"}, **changes)


# ---- prompts ---------------------------------------------------------------------------------------------------------


def test_a_line_of_hyphens_begins_another_prompt_and_blank_lines_do_not():
    text = "first\n\nstill the first\n---\n  second \n --- \n\n---"
    assert presenter.split_prompts(text) == ["first\n\nstill the first", "second"]
    assert presenter.split_prompts(presenter.join_prompts(["a\nb", "c"])) == ["a\nb", "c"]
    assert presenter.split_prompts(" \n---\n ") == []


# ---- items -----------------------------------------------------------------------------------------------------------


def test_a_job_that_is_being_written_shows_what_there_is(store, refs):
    job_id = examples.begin(store, refs, ["one", "two"])
    answers.append(store, job_id, "a", "f" * 64, kind="model")
    examples.write(store, job_id, "a", "Hel")
    examples.write(store, job_id, "a", "lo")
    examples.write(store, job_id, "a", "second", prompt=1)
    answers.append(store, job_id, "b", '{"message": "gone", "remedy": "find it", "cause": "moved_model"}', kind="error")
    stream = Stream(job_id)
    assert stream.take(answers.since(store, job_id))
    first, second = of_job(jobs.get(store, job_id), stream)
    assert (first.reply("a").text, second.reply("a").text) == ("Hello", "second")
    assert first.reply("a").fingerprint == "f" * 64
    assert first.reply("b").failure.cause == "moved_model"
    assert first.is_writing
    assert not first.is_complete
    assert not stream.take(answers.since(store, job_id, stream.rev))


def test_a_finished_job_shows_its_result_with_tokens_of_both(store, refs):
    job_id = examples.begin(store, refs, ["one"])
    examples.finish(store, job_id, {"a": ["x y"], "b": ["z"]}, passed=True)
    (one,) = of_job(jobs.get(store, job_id))
    assert one.is_complete
    assert one.reply("a").mean_logprob == pytest.approx(-0.3)
    assert one.reply("a").passed is True
    own = token_scores(one, "a", is_left=True)
    assert [(t.text, t.base, t.tuned) for t in own] == [("x ", -0.2, -1.0), ("y", -0.4, -2.0)]
    assert [(t.base, t.tuned) for t in token_scores(one, "b")] == [(None, -0.2)]
    assert [(t.base, t.tuned) for t in token_scores(one, "a")] == [(-1.0, -0.2), (-2.0, -0.4)]  # shown on the right


def test_a_side_that_failed_leaves_the_other_its_answer(store, refs):
    job_id = examples.begin(store, refs, ["one"])
    examples.finish(store, job_id, {"a": ["fine"]}, errors={"b": "damaged"})
    (one,) = of_job(jobs.get(store, job_id))
    assert one.reply("a").text == "fine"
    assert (one.reply("b").failure.message, one.reply("b").failure.remedy) == ("damaged", "Use an earlier one.")
    assert not one.is_complete


def test_a_job_that_failed_as_a_whole_says_why_on_every_side(store, refs):
    job_id = examples.begin(store, refs, ["one"])
    jobs.end(store, job_id, jobs.get(store, job_id).state.FAILED, reason="The worker ended.", error_kind="environment")
    (one,) = of_job(jobs.get(store, job_id), Stream(job_id))
    assert {side: reply.failure.message for side, reply in one.replies.items()} == {
        "a": "The worker ended.", "b": "The worker ended.",
    }  # fmt: skip


def test_scores_of_stored_texts_become_their_tokens():
    scored = {
        "a": {"scored": [{"a": [["left ", -1.0, []], ["text", -2.0, []]], "b": [["right text", -9.0, []]]}]},
        "b": {"scored": [{"a": [["left ", -3.0, []], ["text", -4.0, []]], "b": [["right text", -0.5, []]]}]},
    }
    one = with_scores(item(), scored)
    assert [(t.base, t.tuned) for t in token_scores(one, "a", is_left=True)] == [(-1.0, -3.0), (-2.0, -4.0)]
    assert [t.tuned for t in token_scores(one, "b")] == [-0.5]
    odd = {"a": {"scored": [{"a": [["another text", -1.0, []]]}]}}
    assert with_scores(item(), odd).reply("a").tokens == ()  # tokens that are not the text are not shown as the text


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_the_base_and_the_current_model_are_chosen_at_first(store, refs):
    reading = read(store)
    assert reading.refs == {"a": refs[0], "b": refs[1]}
    assert [one.words for one in reading.choices] == ["base starter", "lora-04 @ 75"]
    assert reading.fingerprint_of(refs[1]) == "1" * 64


def test_stored_answers_of_both_come_worst_first_with_their_scores(store, refs):
    reading = read(store)
    assert [one.item_id for one in reading.stored] == ["arithmetic-000", "facts-000", "arithmetic-001", "facts-001"]
    assert reading.stored[0].shown.change == pytest.approx(1.5)
    assert reading.stored[0].reply("b").fingerprint == "1" * 64


def test_answers_on_another_version_of_the_canaries_are_not_put_beside(store, tmp_path):
    examples.fill(store, tmp_path, with_answers=False)
    examples.measure(store, 1, "base:starter", "f" * 64, 1, 4)
    examples.measure(store, 1, "1@75", "1" * 64, 2, 5, suite_hash="8" * 64)
    assert read(store).stored == ()


def test_what_was_asked_of_these_models_is_there_again_and_of_others_is_not(store, refs):
    examples.finish(store, examples.begin(store, refs, ["one", "two"]), {"a": ["x", "y"], "b": ["x", "y"]})
    examples.begin(store, (refs[0], "9@9"), ["three"])
    at_work = examples.begin(store, refs, ["four"])
    reading = read(store)
    assert [one.prompt for one in reading.asked] == ["one", "two", "four"]
    assert list(reading.streams) == [at_work]


def test_a_model_that_is_gone_is_offered_with_its_reason(store, refs):
    with store.write() as connection:
        connection.execute("UPDATE checkpoints SET state = 'rotated'")
    reading = read(store, *refs)
    assert [one.problem for one in reading.choices] == ["", "its weights are gone"]
    assert read(store, refs[0], "77@1").choices[-1].problem == "not found"


@pytest.mark.parametrize(
    ("shown", "capability", "text", "found"),
    [
        ("worse", "", "", ["arithmetic-000", "facts-000"]),
        ("different", "", "", ["arithmetic-000", "facts-000", "arithmetic-001"]),
        ("all", "facts", "", ["facts-000", "facts-001"]),
        ("all", "", "goethe", ["facts-001"]),
    ],
)
def test_filters(store, refs, shown, capability, text, found):
    assert [one.item_id for one in presenter.chosen(read(store).stored, shown, capability, text)] == found


def test_asked_prompts_are_searched_but_not_filtered_by_change():
    assert presenter.chosen([item()], "worse", "", "") == [item()]
    assert presenter.chosen([item()], "worse", "", "RIGHT") == [item()]
    assert presenter.chosen([item()], "worse", "", "nowhere") == []


# ---- blind -----------------------------------------------------------------------------------------------------------


def test_sides_are_drawn_by_seed_and_item_and_about_half_stand_left():
    drawn = [presenter.left_of(7, item(prompt=f"prompt {n}")) for n in range(400)]
    assert drawn == [presenter.left_of(7, item(prompt=f"prompt {n}")) for n in range(400)]
    assert drawn != [presenter.left_of(8, item(prompt=f"prompt {n}")) for n in range(400)]
    assert 160 < Counter(drawn)["first"] < 240


def test_a_vote_taken_back_draws_the_sides_anew():
    drawn = {
        presenter.left_of(7, item(prompt=f"p{n}"), 0) == presenter.left_of(7, item(prompt=f"p{n}"), 1)
        for n in range(20)
    }
    assert drawn == {True, False}


@pytest.mark.parametrize(
    ("pick", "left", "choice"),
    [("left", "first", "first"), ("left", "second", "second"), ("right", "first", "second"), ("right", "second", "first"),
     ("tie", "second", "tie"), ("bad", "first", "bad")],
)  # fmt: skip
def test_a_key_means_the_model_that_stood_there(pick, left, choice):
    assert presenter.choice_of(pick, left) == choice


def vote(number=1, choice="first", turned=False, **changes):
    refs = ("1@75", "base:starter") if turned else ("base:starter", "1@75")
    return votes.Vote(
        **{
            "id": number, "prompt": "p", "first_ref": refs[0], "second_ref": refs[1], "first_text": "left text",
            "second_text": "right text", "choice": choice, "shown_left": "second", "side_seed": 7, "created_at": 0.0, "rev": number,
            **changes,
        }
    )  # fmt: skip


def test_the_standing_vote_is_that_on_the_very_same_answers():
    found = [vote(1, removed=True), vote(2), vote(3, prompt="other"), vote(4, first_text="other")]
    assert presenter.standing(found, item()).id == 2
    assert presenter.standing(found[:1], item()) is None
    assert presenter.standing(found, item(second="changed")) is None


def test_a_reversed_pair_is_the_same_pair():
    turned = vote(1, turned=True, first_text="right text", second_text="left text")
    assert presenter.standing([turned], item()) is turned
    assert presenter.left_side(item(), turned, 7, 0) == "a"  # its second model, which is our A, stood left
    assert presenter.left_side(item(), vote(), 7, 0) == "b"


def test_the_tally_counts_standing_votes_for_models_not_places():
    found = [vote(1), vote(2, turned=True), vote(3, "tie"), vote(4, "bad"), vote(5, "second", removed=True)]
    counted = presenter.tally(found, "base:starter")
    assert (counted.first, counted.second, counted.ties, counted.bad) == (1, 1, 1, 1)
    assert presenter.tally(found, "1@75").first == 1


def test_the_tally_says_what_the_test_makes_of_it():
    few = presenter.tally_words(presenter.tally([vote(n) for n in range(5)], "base:starter"), "base", "lora")
    assert "at least 6" in few
    many = presenter.tally_words(presenter.tally([vote(n) for n in range(6)], "base:starter"), "base", "lora")
    assert "p = .031. base is preferred." in many
    mixed = [*(vote(n) for n in range(6)), *(vote(n, "second") for n in range(4)), vote(11, "tie")]
    said = presenter.tally_words(presenter.tally(mixed, "base:starter"), "base", "lora")
    assert said.startswith("11 vote(s): base preferred 6, lora preferred 4, ties 1, both bad 0.")
    assert "10 decided vote(s), ties and both bad left out: p = .754. The votes can't tell." in said


def test_after_the_vote_it_is_said_who_was_who():
    names = {"base:starter": "base", "1@75": "lora"}
    assert presenter.revealed_words(vote(), names) == "You preferred base. A was lora, B was base."
    assert presenter.revealed_words(vote(choice="tie", shown_left="first"), names) == (
        "You called it a tie. A was base, B was lora."
    )


def test_the_csv_has_every_standing_vote_and_nothing_a_sheet_would_run():
    rows = list(csv.DictReader(io.StringIO(presenter.votes_csv([vote(prompt="=1+1"), vote(2, removed=True)]))))
    assert len(rows) == 1
    assert rows[0]["prompt"] == "'=1+1"
    assert (rows[0]["vote"], rows[0]["shown_left"], rows[0]["side_seed"]) == ("first", "second", "7")
    assert rows[0]["voted_at_utc"] == "1970-01-01T00:00:00+00:00"


def test_the_line_above_the_panes(store, refs):
    first = read(store).stored[0]
    assert (
        presenter.facts_of(first, 0, 4)
        == "1 of 4 · arithmetic · arithmetic-000 · expected: 391 · change −1.50 nats/token"
    )
    assert presenter.facts_of(replace(first, item_id="", shown=None, capability="", expected=""), 1, 4) == "2 of 4"
