"""The records refuse what could not be scored, and write what they read."""

import json

import msgspec
import pytest

from engine.canaries.items import Canary, Capability, Check, Rule, Suite, stem

REFERENCE = (
    '{"id":"facts-001","capability":"facts","kind":"reference","prompt":"What is the capital of France?",'
    '"references":["The capital of France is Paris.","Paris"],"check":{"type":"contains","values":["Paris"]},'
    '"cluster":"facts-001","split":"verdict","source":"hand","author":"writer-1","reviewer":""}'
)
CHOICE = (
    '{"id":"c-1","capability":"commonsense","kind":"choice","prompt":"You drop a glass.","choices":["It breaks.",'
    '"It sings."],"gold":0,"cluster":"c-1","split":"guard","source":"hand","author":"w","reviewer":""}'
)
CHAT = (
    '{"id":"chat-1","capability":"chat","kind":"chat","prompt":"Hello — ça va?","cluster":"chat-1","split":"verdict",'
    '"source":"hand","author":"w","reviewer":""}'
)


@pytest.mark.parametrize("line", [REFERENCE, CHOICE, CHAT])
def test_lines_are_written_as_they_were_read(line):
    assert msgspec.json.decode(line, type=Canary).to_line() == line


def test_a_null_check_stays_null():
    line = json.dumps(json.loads(REFERENCE) | {"check": None}, separators=(",", ":"))
    assert msgspec.json.decode(line, type=Canary).to_line() == line


def changed(line, **fields):
    return msgspec.convert(json.loads(line) | fields, Canary)


@pytest.mark.parametrize(
    ("line", "fields", "message"),
    [
        (REFERENCE, {"references": []}, "references"),
        (REFERENCE, {"references": ["x", ""]}, r"references\[1\]"),
        (REFERENCE, {"prompt": "  "}, "prompt is blank"),
        (REFERENCE, {"choices": ["a", "b"]}, "no choices"),
        (REFERENCE, {"kind": "essay"}, "essay"),
        (REFERENCE, {"capability": "Facts & more"}, "capability"),
        (REFERENCE, {"split": "test"}, "split"),
        (REFERENCE, {"extra": 1}, "extra"),
        (CHOICE, {"gold": 2}, "gold must be a whole number from 0 to 1"),
        (CHOICE, {"gold": -1}, "gold"),
        (CHOICE, {"gold": None}, "gold"),
        (CHOICE, {"choices": ["a"]}, "at least two"),
        (CHOICE, {"choices": ["a", "a"]}, "repeats"),
        (CHOICE, {"check": {"type": "number", "value": 1}}, "no check"),
        (CHAT, {"references": ["x"]}, "chat"),
        (REFERENCE, {"check": {"type": "number"}}, "needs 'value'"),
        (REFERENCE, {"check": {"type": "number", "value": 1, "min": 2}}, "does not take 'min'"),
        (REFERENCE, {"check": {"type": "regex", "pattern": "("}}, "not a regular expression"),
        (REFERENCE, {"check": {"type": "regex", "pattern": "a" * 3000}}, "at most 2000"),
        (REFERENCE, {"check": {"type": "contains", "values": []}}, "needs 'values'"),
        (REFERENCE, {"check": {"type": "rouge_l", "min": 50}}, "between 0 and 1"),
        (REFERENCE, {"check": {"type": "chrf", "min": -1}}, "between 0 and 100"),
        (REFERENCE, {"check": {"type": "json_schema", "required": {"a": "int"}}}, "int"),
        (REFERENCE, {"check": {"type": "follows", "rules": []}}, "needs 'rules'"),
        (REFERENCE, {"check": {"type": "follows", "rules": [{"rule": "word_count"}]}}, "min, max or both"),
        (REFERENCE, {"check": {"type": "follows", "rules": [{"rule": "word_count", "min": 3, "max": 2}]}}, "above"),
        (REFERENCE, {"check": {"type": "follows", "rules": [{"rule": "no_comma", "max": 2}]}}, "does not take"),
        (REFERENCE, {"check": {"type": "follows", "rules": [{"rule": "letter_count", "max": 2}]}}, "needs 'letter'"),
        (REFERENCE, {"check": {"type": "follows", "rules": [{"rule": "case", "is": "camel"}]}}, "camel"),
        (REFERENCE, {"check": {"type": "telepathy"}}, "telepathy"),
    ],
)
def test_bad_items_are_refused_with_a_reason(line, fields, message):
    with pytest.raises(msgspec.ValidationError, match=message):
        changed(line, **fields)


def test_nan_value_is_refused():
    with pytest.raises(ValueError, match="finite"):
        Check(type="number", value=float("nan"))


def test_zero_arguments_count_as_given():
    assert Check(type="number", value=0).value == 0
    assert Rule(rule="bullet_count", max=0).max == 0


def test_answers_of_each_kind():
    assert msgspec.json.decode(REFERENCE, type=Canary).answers == ("The capital of France is Paris.", "Paris")
    assert msgspec.json.decode(CHOICE, type=Canary).answers == ("It breaks.",)
    assert msgspec.json.decode(CHAT, type=Canary).answers == ()


def suite(*lines, version="1"):
    items = tuple(msgspec.json.decode(line, type=Canary) for line in lines)
    return Suite(
        name="s",
        version=version,
        capabilities=(Capability(name="facts", title="Facts", primary="ref_nll"),),
        items=items,
    )


def test_hash_changes_with_what_is_measured_only():
    original = suite(REFERENCE)
    assert len(original.hash) == 64
    assert suite(REFERENCE.replace('"reviewer":""', '"reviewer":"reader-2"')).hash == original.hash
    assert suite(REFERENCE.replace("Paris", "Rome")).hash != original.hash
    assert suite(REFERENCE.replace("verdict", "guard")).hash != original.hash
    assert suite(REFERENCE, version="2").hash != original.hash
    assert suite(REFERENCE, CHOICE).hash != suite(CHOICE, REFERENCE).hash


def test_suite_lookup():
    found = suite(REFERENCE, CHOICE)
    assert found.capability("facts").title == "Facts"
    with pytest.raises(KeyError):
        found.capability("x")
    assert [item.id for item in found.of("commonsense", "guard")] == ["c-1"]
    assert found.of("commonsense", "verdict") == ()


def test_stem_ignores_case_and_punctuation():
    assert stem("What's the — capital of FRANCE, please?") == "what s the capital of france"
