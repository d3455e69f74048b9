"""Votes, prompt sets, streamed pieces and what was asked before."""

import pytest

from engine.errors import UserError
from engine.store import Store, answers, jobs, migrations, prompt_sets, votes

PAIR = ("base:tiny", "1@40")


def vote(store, choice, refs=PAIR, prompt="p"):
    return votes.add(
        store, prompt=prompt, item_id="", refs=refs, fingerprints=("f", "m"), texts=("x", "y"), choice=choice,
        shown_left="second", side_seed=7, settings={"seed": 3},
    )  # fmt: skip


def test_votes_of_a_pair_come_back_whichever_was_named_first(store):
    vote(store, "first")
    vote(store, "tie", refs=PAIR[::-1])
    vote(store, "bad", refs=("base:tiny", "2@9"))
    found = votes.of_pair(store, *PAIR)
    assert [one.choice for one in found] == ["first", "tie"]
    assert found == votes.of_pair(store, *PAIR[::-1])
    assert (found[0].shown_left, found[0].side_seed, found[0].settings) == ("second", 7, {"seed": 3})


def test_a_vote_taken_back_and_put_back_is_the_same_row(store):
    number = vote(store, "second")
    before = votes.of_pair(store, *PAIR)[0]
    votes.set_removed(store, number, removed=True)
    taken = votes.of_pair(store, *PAIR)[0]
    assert taken.removed
    assert taken.rev > before.rev
    votes.set_removed(store, number, removed=False)
    assert not votes.of_pair(store, *PAIR)[0].removed


def test_votes_survive_a_new_connection(home, store):
    vote(store, "first")
    other = Store(home)
    assert len(votes.of_pair(other, *PAIR)) == 1
    other.close()


def test_a_set_is_saved_replaced_removed_and_put_back(store):
    number = prompt_sets.add(store, " tone ", ["Hello.", "{not json"])
    assert prompt_sets.named(store, "tone").prompts == ("Hello.", "{not json")
    prompt_sets.put(store, number, ["Other."])
    assert prompt_sets.everything(store)[0].prompts == ("Other.",)
    prompt_sets.set_removed(store, number, removed=True)
    assert prompt_sets.everything(store) == []
    prompt_sets.set_removed(store, number, removed=False)
    assert prompt_sets.named(store, "tone").id == number


@pytest.mark.parametrize(
    ("name", "prompts", "field"), [("", ["p"], "name"), ("n" * 81, ["p"], "name"), ("n", [], "prompt")]
)
def test_a_set_needs_a_name_and_a_prompt(store, name, prompts, field):
    with pytest.raises(UserError) as refused:
        prompt_sets.add(store, name, prompts)
    assert refused.value.field == field


def test_a_taken_name_is_refused_and_free_again_once_removed(store):
    first = prompt_sets.add(store, "tone", ["a"])
    with pytest.raises(UserError, match="already"):
        prompt_sets.add(store, "tone", ["b"])
    prompt_sets.set_removed(store, first, removed=True)
    assert prompt_sets.add(store, "tone", ["b"]) != first


def test_pieces_say_which_prompt_they_answer_and_what_they_are(store):
    job = jobs.enqueue(store, "answer", {"a": "base:tiny"})
    answers.append(store, job, "a", "f" * 64, kind="model")
    answers.append(store, job, "a", "Hel", prompt=1)
    answers.append(store, job, "b", '{"message":"gone"}', kind="error")
    found = answers.since(store, job)
    assert [(one["side"], one["prompt"], one["kind"]) for one in found] == [
        ("a", 0, "model"), ("a", 1, "text"), ("b", 0, "error"),
    ]  # fmt: skip
    assert answers.since(store, job, found[1]["rev"]) == found[2:]


def test_what_was_asked_of_a_pair_is_found_newest_first_without_scorings(store):
    payload = {"a": PAIR[0], "b": PAIR[1], "prompts": ["p"]}
    first, second = jobs.enqueue(store, "answer", payload), jobs.enqueue(store, "answer", payload)
    jobs.enqueue(store, "answer", {**payload, "given": {"a": ["x"]}})
    jobs.enqueue(store, "answer", {**payload, "b": "2@9"})
    assert [job.id for job in answers.asked(store, *PAIR)] == [second, first]


def test_pieces_of_an_older_database_become_text_of_the_first_prompt(home, monkeypatch):
    monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:5])
    store = Store(home)
    job = jobs.enqueue(store, "answer", {})
    with store.write() as connection:
        connection.execute("INSERT INTO answer_chunks (job_id, side, text) VALUES (?, 'a', 'old')", (job,))
    store.close()
    monkeypatch.undo()
    store = Store(home)
    (piece,) = answers.since(store, job)
    assert (piece["text"], piece["prompt"], piece["kind"]) == ("old", 0, "text")
    store.close()
