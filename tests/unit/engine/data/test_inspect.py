"""The dataset doctor finds what was planted, counts it, shows three examples with lines, and finds nothing in clean data."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data import similarity
from engine.data.inspect import examine, histogram, script_of

VOCABULARY = [
    f"{start}{end}"
    for start in ("ba", "co", "du", "fe", "gi", "lo", "mu", "ra")
    for end in ("n", "rt", "sk", "l", "mp", "st")
]


def sentence(seed, length=14):
    return " ".join(random.Random(seed).choices(VOCABULARY, k=length))


def pair(number):
    return {"prompt": sentence(number), "completion": sentence(-1 - number)}


@pytest.fixture
def clean():
    return [pair(n) for n in range(30)]


@pytest.fixture
def doctor(jsonl, tokenizer):
    def look(rows, *, max_length=256, canaries=(), model=tokenizer):
        report = examine(jsonl(rows), None, model, max_length=max_length, canary_texts=canaries)
        return report, {finding.kind: finding for finding in report.findings}

    return look


def test_clean_data_has_no_finding(doctor, clean):
    report, found = doctor(clean, canaries=["What is the capital of France?"])
    assert found == {}
    assert report.rows == 30
    assert 0 < report.length_p50 <= report.length_p95 <= report.length_max <= 256
    assert 0 < report.trained_tokens < report.tokens
    assert report.mean_overlap < 0.05
    assert report.distinct_2 > 0.1
    assert report.prefix_share < 0.2


def test_repeats_and_near_repeats(doctor, clean):
    almost = dict(clean[3], completion=clean[3]["completion"] + " ban")
    rows = [*clean, dict(clean[5], prompt=clean[5]["prompt"].upper() + " "), almost, clean[0], clean[0], clean[0]]
    _, found = doctor(rows)
    assert found["duplicate"].count == 4
    assert [(seen.line, seen.text) for seen in found["duplicate"].examples] == [
        (31, "same as line 6"), (33, "same as line 1"), (34, "same as line 1"),
    ]  # fmt: skip
    assert [(seen.line, seen.text) for seen in found["near_duplicate"].examples] == [(32, "much like line 4")]
    assert [seen.line for seen in found["conflict"].examples] == [32]
    assert found["duplicate"].fix


def test_lengths_cuts_and_rows_without_a_trained_token(doctor, clean):
    rows = [*clean, {"prompt": "hi", "completion": sentence(1, 200)}, {"prompt": sentence(2, 400), "completion": "yes"}]
    report, found = doctor(rows, max_length=200)
    assert found["cut"].count == 2
    assert found["cut"].fix == f"Set max_length to {report.length_max}."
    assert [seen.line for seen in found["no_trained_token"].examples] == [32]
    assert report.length_max > 200


def test_empty_and_unusable_rows(doctor, clean):
    report, found = doctor(
        [*clean, {"prompt": "a", "completion": " "}, {"prompt": 3, "completion": "b"}, {"prompt": "c"}]
    )
    assert (found["empty"].count, found["unusable"].count) == (1, 2)
    assert [problem.line for problem in report.problems] == [31, 32, 33]
    assert report.rows == 33


def test_sameness_of_answers(doctor, clean):
    rows = [dict(row, completion=f'{{"team": "billing", "urgency": "{n % 3}"}}') for n, row in enumerate(clean)]
    report, found = doctor(rows)
    assert found["same_beginning"].count == 30
    assert "100 %" in found["same_beginning"].sentence
    assert '{"' in found["same_beginning"].sentence
    assert report.prefix_share == 1.0
    varied = [dict(row, completion=f"one two three four five six seven {n}") for n, row in enumerate(clean)]
    assert "alike" in doctor(varied)[1]


def test_canaries_in_the_rows(doctor, clean):
    canary = "Which planet of our solar system has the largest number of known moons today?"
    clean[7] = {"prompt": "Tell me: which planet of our solar system has the largest number?", "completion": "x " * 9}
    clean[9] = {"prompt": "so, WHAT is the capital of France, then?", "completion": sentence(99)}
    _, found = doctor(clean, canaries=[canary, "What is the capital of France?", "hi there"])
    assert [seen.line for seen in found["canary_overlap"].examples] == [8, 10]


def test_secrets_are_found_and_not_repeated(doctor, clean):
    key = "AKIA" + "ABCDEFGH12345678"
    clean[2]["prompt"] += " mail jane.doe@example.org now"
    clean[4]["completion"] += f" the key is {key}"
    clean[6]["completion"] += " -----BEGIN RSA PRIVATE KEY-----"
    report, found = doctor(clean)
    assert [seen.line for seen in found["e_mail"].examples] == [3]
    secrets = [finding for finding in report.findings if finding.kind == "secret"]
    assert sorted(seen.line for finding in secrets for seen in finding.examples) == [5, 7]
    assert key not in str(report.findings)
    assert "jane.doe@example.org" not in str(report.findings)


def test_template_problems(doctor, clean, make_tokenizer, templates):
    unclosed = templates.chatml.replace("<|im_end|>", "")
    assert doctor(clean, model=make_tokenizer(unclosed))[1]["missing_eos"].count == 30
    doubled = make_tokenizer(
        "{{ bos_token }}{% for m in messages %}{{ m['content'] + eos_token }}{% endfor %}", eos="</s>"
    )
    clean[11]["prompt"] = "<s>" + clean[11]["prompt"]
    _, found = doctor(clean, model=doubled)
    assert [seen.line for seen in found["doubled_bos"].examples] == [12]
    assert [(seen.line, seen.text) for seen in found["control_token"].examples] == [(12, "<s>")]
    plain = doctor(clean, model=make_tokenizer(None, eos="</s>"))[1]["fallback_template"]
    assert (plain.count, plain.is_warning) == (30, False)


def test_scripts(doctor, clean):
    clean[20] = {"prompt": "Где находится ближайшая станция?", "completion": "За углом направо, рядом с парком."}
    _, found = doctor(clean)
    assert [seen.line for seen in found["script"].examples] == [21]
    assert (script_of("日本語のテキスト"), script_of("123 !")) == ("HIRAGANA", "") or script_of("日本語") == "CJK"


@given(
    one=st.lists(st.sampled_from(VOCABULARY), min_size=12, max_size=30),
    changes=st.lists(st.tuples(st.integers(0, 29), st.sampled_from(VOCABULARY)), max_size=3),
)
def test_near_duplicates_are_exactly_those_above_the_limit_that_minhash_proposes(one, changes):
    other = list(one)
    for place, word in changes:
        other[place % len(other)] = word
    texts = [" ".join(one), sentence(5, 40), " ".join(other)]
    alike = similarity.jaccard(similarity.grams(one, 3), similarity.grams(other, 3))
    pairs = similarity.near_duplicates(texts)
    if one == other or alike < 0.8:
        assert pairs == []
    if pairs:
        assert pairs == [(0, 2)]
        assert alike >= 0.8


def test_minhash_misses_next_to_nothing():
    found = total = 0
    for seed in range(150):
        words = random.Random(seed).choices(VOCABULARY, k=60)
        other = [*words[:-4], *random.Random(-seed - 1).choices(VOCABULARY, k=4)]
        if similarity.jaccard(similarity.grams(words, 3), similarity.grams(other, 3)) >= 0.8:
            total += 1
            found += similarity.near_duplicates([" ".join(words), " ".join(other)]) == [(0, 1)]
    assert total > 100
    assert found >= total - 2


def test_small_measures():
    assert similarity.jaccard(set(), set()) == 0.0
    assert similarity.distinct_2([]) == 1.0
    assert similarity.distinct_2(["a b a b"]) == 2 / 3
    assert similarity.mean_overlap(["a b c d e", "a b c d e"]) == 1.0
    assert similarity.mean_overlap(["a b c d e", "a b c d f"]) == 1 / 3
    assert similarity.mean_overlap([]) == 0.0
    assert similarity.duplicates(["A  b", "c", "a b"]) == [(0, 2)]
    assert similarity.overlaps(["x a b c d y"], ["a b c d", "a b c", "b c d y z"]) == [(0, 0)]


def test_a_histogram_counts_every_row_once():
    bins = histogram([1, 2, 3, 30, 47], bins=24)
    assert [(one.low, one.high) for one in bins][:2] == [(0, 2), (2, 4)]
    assert sum(one.rows for one in bins) == 5
    assert bins[-1].low <= 47 < bins[-1].high
    assert histogram([]) == []


def test_the_preview_shades_exactly_what_carries_loss(doctor, clean):
    found, _ = doctor(clean)
    row = found.preview[0]
    assert row.line == 1
    learned = "".join(text for text, is_learned in row.pieces if is_learned)
    assert clean[0]["completion"] in learned
    assert clean[0]["prompt"] not in learned
    assert 0 < row.trained_tokens < row.tokens == row.full_length
    assert sum(one.rows for one in found.histogram) == found.rows
