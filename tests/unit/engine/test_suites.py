"""A project's own suites: written whole, versioned, edited item by item, and what is odd about an item."""

import pytest

from engine import suites
from engine.errors import UserError
from engine.records import Answer, Score
from engine.store import scores


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def own(home):
    """An own copy of the standard suite."""
    made = suites.copy(home, suites.load_suite("standard"), "mine")
    suites.write(made)
    return suites.read(home, made.folder)


def test_a_copy_is_the_same_items_under_another_name(home, own):
    assert own.is_own
    assert own.suite.items == suites.load_suite("standard").items
    assert [place.name for place in suites.known(home)] == ["standard", "mine"]
    with pytest.raises(UserError, match="already"):
        suites.copy(home, own.suite, "mine")
    with pytest.raises(UserError, match="cannot name"):
        suites.copy(home, own.suite, "../out")


def test_edits_are_versions_and_writing_the_old_one_back_is_byte_identical(home, own, tmp_path):
    from pathlib import Path

    folder = Path(own.folder)
    before = bytes_of(folder)
    later = suites.disabled(own, "facts-001")
    assert later.suite.version == "2"
    suites.write(later)
    read = suites.read(home, own.folder)
    assert read == later
    assert "facts-001" not in {item.id for item in read.suite.items}
    assert [item.id for item in read.disabled] == ["facts-001"]
    assert suites.enabled(later, "facts-001").suite.version == "3"
    suites.write(own)
    assert bytes_of(folder) == before


def test_a_new_item_belongs_to_its_capability_and_must_be_whole(own):
    facts = own.suite.capability("facts")
    item = suites.item_of(facts, own, "What is 6 times 7?", ["It is 42.", "42"], "number")
    assert (item.capability, item.check.value, item.source) == ("facts", 42, "user")
    assert suites.with_item(own, item).suite.of("facts")[-1] == item
    with pytest.raises(UserError, match="number in the expected"):
        suites.item_of(facts, own, "What?", ["none"], "number")
    with pytest.raises(UserError, match="cannot be a canary"):
        suites.item_of(facts, own, "   ", ["x"], "exact")


def test_an_edit_keeps_a_check_that_does_not_follow_from_the_answers(own):
    item = next(one for one in own.suite.items if one.check and one.check.type == "regex")
    assert suites.changed_item(item, "Another prompt?", ["Another answer."], "keep").check == item.check
    plain = suites.item_of(own.suite.capability("facts"), own, "A?", ["B"], "exact")
    assert suites.changed_item(plain, "A?", ["C"], "exact").check.values == ("C",)


def test_flags_come_from_the_bases_measurements(store, own):
    first, second, third = (item.id for item in own.suite.of("facts")[:3])
    for answers in ({first: False, second: True}, {first: False, second: False}):
        number = scores.begin(store, run_id=None, moment="score", step=0, model_ref="base:b", fingerprint="f" * 64,
                              suite=own.folder, suite_hash=own.suite.hash, settings={})  # fmt: skip
        scores.add(
            store, number,
            [Score(item_id=first, capability="facts", split="verdict", cluster=first, score="ref_nll", value=1.5)],
            [Answer(item_id=name, capability="facts", split="verdict", prompt="p", text="t", passed=passed)
             for name, passed in answers.items()],
        )  # fmt: skip
        scores.finish(store, number)
    taken = own.suite.of("facts")[2]
    seen = suites.seen(store, own.suite, own.folder, "f" * 64, [f"{taken.prompt} and so on it goes"])
    assert seen[first].flags == ("weak",)
    assert seen[first].value == 1.5
    assert "flaky" in seen[second].flags
    assert "overlap" in seen[third].flags
    assert suites.seen(store, own.suite, own.folder, "")[first] == suites.Seen()


def test_a_repeated_prompt_is_a_duplicate(home, own):
    item = own.suite.of("facts")[0]
    twice = suites.with_items(own, [item])
    assert twice.suite.of("facts")[-1].id == f"{item.id}-2"
    assert suites._duplicates(twice.suite) >= {f"{item.id}-2"}
    assert item.id not in suites._duplicates(twice.suite)
