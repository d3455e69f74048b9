"""Every checker with hits, misses and nasty input."""

import time

import pytest

from engine.canaries.checkers import check_answer, check_item, chrf, last_number, rouge_l
from engine.canaries.items import Canary, Check
from engine.canaries.wording import holds, same, words

NASTY = [
    "",
    " \n\t\r\n ",
    "\x00\x01\x1b[31m",
    "\u202e\u2066\u200b\ufeff",
    "\ud800",
    "NaN",
    "-",
    "a" * 300_000,
    "1" * 300_000,
    "a " * 150_000,
    "[" * 200_000,
    '{"a":' * 100_000,
    "1,234," * 40_000,
    "'" * 200_000,
    "." * 200_000,
    "<<" * 100_000,
    "```json\n" * 20_000,
    "\n" * 200_000,
    "- " * 100_000,
    "١٢٣ ½ ² 𝟙 ﷽",
    "🙂" * 50_000,
]

CHECKS = [
    Check(type="exact", values=("Paris", "max(x)")),
    Check(type="contains", values=("Paris", "max(x)", "日本")),
    Check(type="regex", pattern=r"\bParis\b"),
    Check(type="number", value=42),
    Check(type="json_schema", required={"city": "string"}),
    Check(type="rouge_l", min=0.5),
    Check(type="chrf", min=50),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.type)
def test_nasty_answers_are_misses_and_fast(check):
    for answer in NASTY:
        start = time.monotonic()
        result = check_answer(check, answer, ["The capital of France is Paris."])
        assert not result.passed
        assert result.reason
        assert time.monotonic() - start < 5


def passes(check_type, answer, references=(), **fields):
    return check_answer(Check(type=check_type, **fields), answer, references).passed


@pytest.mark.parametrize(
    "answer", ["Paris", " paris. ", "“PARIS!”", "the Paris", "**Paris**", "`Paris`", "Pa\u200bris", "\u202aParis\u202c"]
)
def test_exact_hits(answer):
    assert passes("exact", answer, values=("Rome", "Paris"))


@pytest.mark.parametrize("answer", ["", "Parisian", "Paris, France", "Pari", "In Paris"])
def test_exact_misses(answer):
    assert not passes("exact", answer, values=("Rome", "Paris"))


@pytest.mark.parametrize(
    ("value", "right", "wrong"),
    [
        ("C++", "c++.", "C"),
        ("-5", "-5.", "5"),
        ("3.14", "3.14", "314"),
        ("max(a, b)", "`max(a, b)`", "max a b"),
        ("A", "a", "B"),
        ("1,000", "1000", "1.000"),
        ("it's", "it’s", "its"),
        ("H₂O", "H2O", "HO"),
        ("The Beatles", "Beatles", "Beetles"),
    ],
)
def test_punctuation_that_means_something_is_compared(value, right, wrong):
    assert same(value, right)
    assert not same(value, wrong)


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("Paris", "It is Paris."),
        ("root", "The roots."),
        ("da Vinci", "Leonardo   da\nVinci"),
        ("upscal", "Use upscaling software"),
        ("SELECT * FROM users", "```sql\nselect *\nfrom users;\n```"),
        ("kill -", "then kill -9 it"),
        ("8", "(8)"),
        ("high resolution", "a high-resolution file"),
        ("東京", "日本の首都は東京です。"),
        ("don't", "I don’t know"),
        ("café", "un cafe\u0301"),
    ],
)
def test_contains_hits(value, answer):
    assert holds(answer, value)


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("no", "I know"),
        ("8", "It was 1980"),
        ("19", "It was 1980"),
        ("5", "It is -5 degrees"),
        ("14", "about 3.14"),
        ("3", "about 3.14"),
        ("male", "female"),
        ("its tail", "it's tail"),
        ("max(x)", "max x"),
        ("ps", "perhaps"),
        ("Paris", ""),
        ("SELECT * FROM users", "select name from users"),
    ],
)
def test_contains_misses(value, answer):
    assert not holds(answer, value)


def test_words_drop_articles_and_punctuation():
    assert words("The cat, a dog -- and AN owl!") == ["cat", "dog", "and", "owl"]
    assert words("an informal", articles=True) == ["an", "informal"]


def test_regex_is_case_sensitive_and_searches():
    assert passes("regex", "in Paris now", pattern="Paris")
    assert not passes("regex", "in paris now", pattern="Paris")
    assert passes("regex", "in paris now", pattern="(?i)Paris")


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|a)*b", r"^(\w+\s?)*$", r"(.*a){25}x"])
def test_catastrophic_regex_is_a_miss_in_time(pattern):
    start = time.monotonic()
    result = check_answer(Check(type="regex", pattern=pattern), "a" * 5000 + "!")
    assert not result.passed
    assert time.monotonic() - start < 5


def test_timeout_is_said():
    result = check_answer(Check(type="regex", pattern=r"(?:a|aa)+(?:a|aa)+(?:b|c)"), "a" * 60_000)
    assert "took longer" in result.reason


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42", 42),
        ("The answer is 42.", 42),
        ("6 × 7 = 42", 42),
        ("12/4 = 3", 3),
        ("-5", -5),
        ("−5", -5),
        ("+5", 5),
        ("5-3", 3),
        ("between 10 and 20 km", 20),
        ("1,234,567.89", 1234567.89),
        ("$1,200", 1200),
        ("1_000", 1000),
        ("1'000", 1000),
        ("1\u202f000", 1000),
        ("1,2345", 2345),
        ("0.5", 0.5),
        (".5", 0.5),
        ("-.5", -0.5),
        ("3.2e4", 32000),
        ("50%", 50),
        ("3rd", 3),
        ("10km", 10),
        ("**7**", 7),
        ("(-3)", -3),
        ("٤٢", 42),
        ("H2O", None),
        ("x20", None),
        ("3/4", None),
        ("It is 1 / 2", None),
        ("3¾", None),
        ("3 ¾", None),
        ("¾", None),
        ("NaN", None),
        ("inf", None),
        ("1e999", None),
        ("forty-two", None),
        ("", None),
    ],
)
def test_last_number(text, number):
    assert last_number(text) == number


@pytest.mark.parametrize(
    ("answer", "hit"),
    [("3.0000005", True), ("3.000002", False), ("2.9999995", True), ("3/1", False), ("3", True), ("4 then 3", True)],
)
def test_number_tolerance(answer, hit):
    assert passes("number", answer, value=3) is hit


def test_number_zero_is_a_value():
    assert passes("number", "0", value=0)
    assert not passes("number", "1", value=0)


SCHEMA = {"name": "string", "age": "number", "ok": "boolean", "tags": "array", "at": "object"}


@pytest.mark.parametrize(
    ("answer", "hit"),
    [
        ('{"name":"x","age":1.5,"ok":true,"tags":[],"at":{},"more":null}', True),
        ('```json\n{"name":"x","age":1,"ok":false,"tags":[1],"at":{"a":{"b":[]}}}\n```', True),
        ('{"name":"x","age":true,"ok":true,"tags":[],"at":{}}', False),
        ('{"name":"x","age":"1","ok":true,"tags":[],"at":{}}', False),
        ('{"name":"x","age":NaN,"ok":true,"tags":[],"at":{}}', False),
        ('{"name":"x","age":1e999,"ok":true,"tags":[],"at":{}}', False),
        ('{"name":null,"age":1,"ok":true,"tags":[],"at":{}}', False),
        ('{"name":"x","age":1,"ok":1,"tags":[],"at":{}}', False),
        ('{"name":"x","age":1,"ok":true,"tags":{},"at":[]}', False),
        ('{"age":1}', False),
        ('[{"name":"x"}]', False),
        ('Sure! {"name":"x"}', False),
        ("{'name': 'x'}", False),
        ('{"name":"x",}', False),
    ],
)
def test_json_schema(answer, hit):
    assert passes("json_schema", answer, required=SCHEMA) is hit


def test_json_schema_names_the_key():
    result = check_answer(Check(type="json_schema", required={"city": "string"}), '{"town": "x"}')
    assert "city" in result.reason


@pytest.mark.parametrize(
    ("answer", "reference", "score"),
    [
        ("the cat sat", "The cat sat.", 1.0),
        ("", "x", 0.0),
        ("dog", "cat", 0.0),
        ("police killed gunman", "police kill gunman", 2 / 3),
        ("b c d e", "b x c y", 0.5),  # longest common subsequence "b c": 2·2 / (4 + 4)
        ("sat cat", "cat sat", 0.5),
    ],
)
def test_rouge_l(answer, reference, score):
    assert rouge_l(answer, reference) == pytest.approx(score, abs=1e-12)


def test_rouge_l_takes_the_best_reference():
    assert passes("rouge_l", "blue sky", ["red sea", "blue sky"], min=0.99)
    assert not passes("rouge_l", "blue sky", [], min=0.1)


def test_chrf_equals_sacrebleu():
    from sacrebleu.metrics.chrf import CHRF

    answer, references = "Good morning friend", ["Good morning, my friend.", "Hello friend"]
    assert chrf(answer, references) == CHRF().sentence_score(answer, references).score
    assert chrf("Good morning", ["Good morning"]) == 100
    assert chrf("", ["Good morning"]) == 0
    assert chrf("x", []) == 0


def test_chrf_threshold():
    assert passes("chrf", "Guten Morgen", ["Guten Morgen!"], min=60)
    assert not passes("chrf", "Bonjour", ["Guten Morgen!"], min=60)


def test_check_item_uses_the_items_references():
    item = Canary(
        id="s-1",
        capability="summarising",
        kind="reference",
        prompt="Sum up.",
        references=("The bridge is closed.",),
        check=Check(type="rouge_l", min=0.9),
        cluster="s-1",
        split="verdict",
        source="hand",
    )
    assert check_item(item, "Bridge is closed").passed
    chat = Canary(id="c", capability="chat", kind="chat", prompt="Hi", cluster="c", split="guard", source="hand")
    assert check_item(chat, "Hello") is None
