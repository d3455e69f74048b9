"""Drafting a suite from the user's rows."""

import pytest

from engine.canaries.domain import draft_domain_suite, rows_from_text
from engine.canaries.ngrams import near_duplicates
from engine.canaries.suite import load_suite, overlap, save_suite
from engine.errors import UserError

TOPICS = [
    "pump",
    "valve",
    "boiler",
    "filter",
    "sensor",
    "engine",
    "rotor",
    "gasket",
    "nozzle",
    "relay",
    "switch",
    "fan",
]


def rows(count):
    return [
        (
            f"Ticket {i}: customer {i * 7} reports a noisy {TOPICS[i % 12]} in hall {i * 3}.",
            f"Send crew {i} with parts {i}.",
        )
        for i in range(count)
    ]


def draft(given, seed=1, exclude_texts=(), approved=True):
    return draft_domain_suite(given, name="Workshop", seed=seed, exclude_texts=exclude_texts, approved=approved)


def test_needs_approval():
    with pytest.raises(UserError, match="approve") as caught:
        draft(rows(3), approved=False)
    assert caught.value.field == "approved"


def test_items_are_scored_by_the_answer_and_split():
    made = draft(rows(50)).suite
    assert made.name == "Workshop"
    assert made.capabilities[0].title == "Your domain"
    assert made.capabilities[0].primary == "ref_nll"
    assert len(made.items) == 50
    assert len(made.of("domain", "guard")) == 10
    assert {(i.kind, i.source) for i in made.items} == {("reference", "domain")}
    assert (made.items[3].prompt, made.items[3].references) == (rows(4)[3][0], (rows(4)[3][1],))


def test_same_seed_same_draft_other_seed_other_split():
    assert draft(rows(50)) == draft(rows(50))
    splits = [[i.split for i in draft(rows(50), seed=seed).suite.items] for seed in (1, 2)]
    assert splits[0] != splits[1]


def test_training_rows_are_left_out_and_named():
    given = rows(10)
    exclude = [given[2][0] + " And more.", "x " + given[5][0].upper()]
    made = draft(given, exclude_texts=iter(exclude))
    assert [(left.row, left.reason) for left in made.left_out] == [
        (3, "shares eight words in a row with the training rows"),
        (6, "shares eight words in a row with the training rows"),
    ]
    assert overlap(made.suite.items, exclude) == []


def test_blank_repeated_and_huge_rows_are_named():
    made = draft(
        [
            ("A question about pumps?", "Yes."),
            ("", "x"),
            ("x", " "),
            ("A question about pumps?", "Yes."),
            ("q" * 5000, "a"),
        ]
    )
    assert [left.row for left in made.left_out] == [2, 3, 4, 5]
    assert "blank" in made.left_out[0].reason
    assert "earlier" in made.left_out[2].reason
    assert "longer" in made.left_out[3].reason
    assert len(made.suite.items) == 1


def test_near_duplicates_share_a_cluster_that_never_straddles():
    base = "The pump in hall {} makes a loud grinding noise every morning after the night shift"
    given = [(base.format(i), f"Crew {i}.") for i in range(6)] + rows(24)
    made = draft(given).suite
    assert len({item.cluster for item in made.items[:6]}) == 1
    splits = {}
    for item in made.items:
        assert splits.setdefault(item.cluster, item.split) == item.split


def test_near_duplicates_are_transitive_and_strict():
    assert near_duplicates(["a b c d e", "a b c d f", "x y z w v", "A, b! c d e"]) == [0, 0, 2, 0]
    assert near_duplicates(["hi", "ho", "hi"]) == [0, 1, 0]
    assert near_duplicates([]) == []


def test_draft_is_capped_by_seed():
    made = draft([(f"Unique question {i} {i * i} {i * 31} ok?", f"a{i}") for i in range(260)])
    assert len(made.suite.items) == 200
    assert len(made.left_out) == 60


def test_no_usable_row():
    with pytest.raises(UserError, match="None of the rows") as caught:
        draft([("", "")])
    assert "blank" in caught.value.remedy
    with pytest.raises(UserError, match="None of the rows"):
        draft([])


def test_saved_draft_loads(tmp_path):
    made = draft(rows(20)).suite
    save_suite(made, tmp_path / "mine")
    assert load_suite(tmp_path / "mine") == made


def test_rows_from_text(tmp_path):
    path = tmp_path / "manual.txt"
    path.write_text(" ".join(f"w{i}" for i in range(200)))
    found = rows_from_text(path)
    assert len(found) == 2
    assert found[0][0].startswith("Continue this text:\n\nw0 ")
    assert found[0][1].split() == [f"w{i}" for i in range(40, 80)]
    assert found[1][0].endswith(" w119")


def test_rows_from_text_errors(tmp_path):
    short = tmp_path / "short.txt"
    short.write_text("too short")
    with pytest.raises(UserError, match="fewer than 80 words"):
        rows_from_text(short)
    short.write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(UserError, match="not UTF-8"):
        rows_from_text(short)
    with pytest.raises(UserError, match="cannot be read"):
        rows_from_text(tmp_path / "none.txt")
