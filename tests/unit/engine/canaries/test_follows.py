"""The verifiable instructions, each kept and broken."""

import time

import pytest

from engine.canaries.checkers import check_answer
from engine.canaries.follows import obeys, parse_json, sentence_count, word_count
from engine.canaries.items import Check, Rule


def rule(name, **arguments):
    if "is" in arguments:
        arguments["is_"] = arguments.pop("is")
    return Rule(rule=name, **arguments)


@pytest.mark.parametrize(
    ("wanted", "kept", "broken"),
    [
        (rule("word_count", min=2, max=3), "two words", "now four words here"),
        (rule("word_count", min=2), "well-known fact", "well-known"),
        (rule("word_count", max=1), "Yes -- !", "Yes sir"),
        (rule("sentence_count", min=2, max=2), "One. Two!", "Just one."),
        (rule("paragraph_count", min=2, max=2), "One.\n \nTwo.", "One.\nTwo."),
        (rule("bullet_count", min=2, max=2), "- a\n* b", "-a\n-b"),
        (rule("bullet_count", max=0), "plain\n---\n", "• a"),
        (rule("numbered_count", min=2, max=2), "1. a\n2) b", "1 a\n2 b"),
        (rule("is_json"), "```\n[1, 2]\n```", "[1, 2"),
        (rule("is_json"), '"text"', "NaN"),
        (rule("keywords_in", words=("rose", "rain")), "Roses after the rain.", "A prose about rain."),
        (rule("keywords_out", words=("rain",)), "A train of thought", "It was raining"),
        (rule("letter_count", letter="z", max=0), "none", "Zebra"),
        (rule("letter_count", letter="E", min=3), "eleven-E", "ten"),
        (rule("case", **{"is": "lower"}), "all small, 3 times.", "Not small"),
        (rule("case", **{"is": "upper"}), "ALL BIG 3!", "ALL BIg"),
        (rule("case", **{"is": "title"}), "The Lord of the Rings", "the Lord of the Rings"),
        (rule("case", **{"is": "title"}), "“A Day in 1984”", "A day In Town"),
        (rule("case", **{"is": "lower"}), "a", "123"),
        (rule("starts_with", text="Dear Customer"), " dear  customer, hello", "Hello, Dear Customer"),
        (rule("ends_with", text="Have a great day!"), "Bye. Have a great day!\n", "Have a great day"),
        (rule("no_comma"), "None at all.", "One, two"),
        (rule("no_comma"), "None.", "一，二"),
        (rule("title_marks"), "<<My Title>>\nText", "<< >> <Title>"),
        (rule("quoted"), '"Whole answer."', '"Part" of it'),
        (rule("quoted"), "“Whole answer.”", '""'),
    ],
)
def test_rules(wanted, kept, broken):
    assert obeys(wanted, kept)
    assert not obeys(wanted, broken)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("...", 0),
        ("No end mark", 1),
        ("Dr. Smith met Mrs. Jones at 3.30 p.m. today.", 1),
        ("We met at 3 p.m. Then it rained.", 2),
        ("So do I. He left.", 2),
        ("J. Smith ate nuts, figs etc. and slept.", 1),
        ("Really?! Yes.", 2),
        ('He said "Stop." Then he left.', 2),
        ("It costs 3.50 euros. Fine.", 2),
        ("1. Wash it.\n2. Dry it.", 2),
        ("- one\n- two", 2),
        ("A line\nthat wraps.", 1),
        ("今日は雨です。明日は晴れです。", 2),
        ("Wait… what?", 2),
        ("**Bold.** Plain.", 2),
    ],
)
def test_sentence_count(text, count):
    assert sentence_count(text) == count


def test_word_count_needs_letters_or_digits():
    assert word_count("a — b 3 !!") == 3


def test_all_rules_count_and_broken_ones_are_named():
    check = Check(type="follows", rules=(rule("no_comma"), rule("word_count", max=3)))
    assert check_answer(check, "one two").passed
    result = check_answer(check, "one, two")
    assert not result.passed
    assert result.score == 0.5
    assert "no_comma" in result.reason
    assert "word_count" not in result.reason


@pytest.mark.parametrize("text", ["Infinity", "[NaN]", "1e400", "{", "[" * 100_000, "1" * 10_000, ""])
def test_json_refuses(text):
    with pytest.raises(ValueError):  # noqa: PT011 -- any message will do: the reason is shown as it is
        parse_json(text)


ALL = [
    rule("word_count", min=1, max=9),
    rule("sentence_count", min=1),
    rule("paragraph_count", min=1),
    rule("bullet_count", min=1),
    rule("numbered_count", min=1),
    rule("is_json"),
    rule("keywords_in", words=("rain",)),
    rule("keywords_out", words=("rain",)),
    rule("letter_count", letter="a", max=0),
    rule("case", **{"is": "title"}),
    rule("starts_with", text="Dear"),
    rule("ends_with", text="day!"),
    rule("no_comma"),
    rule("title_marks"),
    rule("quoted"),
]
HUGE = ["", "\n" * 100_000, "a" * 100_000, ". " * 50_000, "- a\n" * 20_000, "<<" * 50_000, '"' * 100_000, " " * 100_000]


@pytest.mark.parametrize("wanted", ALL, ids=lambda r: r.rule)
def test_every_rule_survives_huge_input_in_time(wanted):
    for text in HUGE:
        start = time.monotonic()
        assert obeys(wanted, text) in (True, False)
        assert time.monotonic() - start < 3
