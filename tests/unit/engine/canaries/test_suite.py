"""Loading suites: folders, single files, benchmark shapes, and errors that say where."""

import json

import pytest

from engine.canaries.suite import load_suite, overlap, save_items, save_suite, select
from engine.errors import UserError

MANIFEST = """
name = "mine"
version = "3"
licence = "CC0-1.0"
[capabilities.facts]
title = "Facts"
primary = "ref_nll"
description = "Known things."
"""


def fact(number, **fields):
    name = f"facts-{number:03d}"
    return {
        "id": name,
        "capability": "facts",
        "kind": "reference",
        "prompt": f"What is fact number {number} of the small blue book?",
        "references": [f"It is {number}."],
        "check": None,
        "cluster": name,
        "split": "guard" if number % 5 == 0 else "verdict",
        "source": "hand",
        "author": "w",
        "reviewer": "",
    } | fields


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "suite.toml").write_text(MANIFEST)
    write_lines(tmp_path / "facts.jsonl", [fact(i) for i in range(1, 21)])
    return tmp_path


def message(path):
    with pytest.raises(UserError) as caught:
        load_suite(path)
    assert caught.value.field == "suite"
    return caught.value.message


def test_folder(folder):
    suite = load_suite(folder)
    assert (suite.name, suite.version, suite.licence, len(suite.items)) == ("mine", "3", "CC0-1.0", 20)
    assert suite.capability("facts").description == "Known things."
    assert load_suite(str(folder)).hash == suite.hash


def test_saved_suite_reads_back_equal(folder, tmp_path):
    suite = load_suite(folder)
    save_suite(suite, tmp_path / "copy")
    assert load_suite(tmp_path / "copy") == suite
    assert sorted(p.name for p in (tmp_path / "copy").iterdir()) == ["facts.jsonl", "suite.toml"]


def test_saved_items_read_back_equal(folder, tmp_path):
    suite = load_suite(folder)
    save_items(suite.items, tmp_path / "facts2.jsonl")
    assert load_suite(tmp_path / "facts2.jsonl").items == suite.items


def test_every_bad_line_is_named(folder):
    rows = [
        fact(1),
        fact(2, references=[]),
        {k: v for k, v in fact(3).items() if k != "prompt"},
        fact(4, gold="x"),
        fact(5, colour="red"),
        fact(1),
    ]
    write_lines(folder / "facts.jsonl", rows)
    with (folder / "facts.jsonl").open("a") as file:
        file.write("not json\n[1]\n\n" + '{"a": NaN}\n')
    text = message(folder)
    assert "8 problems" in text
    for part in [
        "facts.jsonl, line 2: kind 'reference' needs references",
        "facts.jsonl, line 3: field prompt: missing",
        "facts.jsonl, line 4: field gold: expected a whole number",
        "facts.jsonl, line 5: field colour: unknown field",
        "facts.jsonl, line 6: field id: 'facts-001' is already used in facts.jsonl, line 1",
        "facts.jsonl, line 7: not JSON",
        "facts.jsonl, line 8: expected a JSON object",
        "facts.jsonl, line 10: not JSON: NaN",
    ]:
        assert part in text


def test_only_the_first_twenty_are_listed(folder):
    write_lines(folder / "facts.jsonl", [fact(i, prompt="") for i in range(1, 31)])
    text = message(folder)
    assert "30 problems" in text
    assert "line 20:" in text
    assert "line 21:" not in text
    assert "and 10 more" in text


def test_clusters_may_not_straddle_splits(folder):
    write_lines(folder / "facts.jsonl", [fact(1), fact(5, cluster="facts-001")])
    assert "line 2: field split: cluster 'facts-001' is in both splits" in message(folder)


def test_items_must_stand_in_their_capabilitys_file(folder):
    write_lines(folder / "facts.jsonl", [fact(1, capability="code")])
    assert "field capability: expected 'facts', got 'code'" in message(folder)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "has no items"),
        (b"\n\n  \n", "has no items"),
        (b'{"prompt": "caf\xe9"}\n', "line 1: not UTF-8 text (byte 16)"),
        (b"\xff\xfe{\x00", "line 1: not UTF-8"),
        (b"[" * 500_000 + b"\n", "line 1: n"),
        (b'{"prompt": "' + b"x" * 1_100_000 + b'"}\n', "line 1: longer than 1,000,000 bytes"),
        (b"\x00\x00\x00\n", "line 1: not JSON"),
    ],
)
def test_bad_files(tmp_path, content, part):
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    assert part in message(path)


def test_missing_things(tmp_path):
    assert "no suite 'nowhere'" in message("nowhere")
    assert "suite.toml cannot be read" in message(tmp_path)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    assert "not a suite file" in message(tmp_path / "a.parquet")
    (tmp_path / "suite.toml").write_text(MANIFEST)
    assert "facts.jsonl cannot be read" in message(tmp_path)
    (tmp_path / "suite.toml").write_text(MANIFEST.replace("ref_nll", "luck"))
    assert "capabilities" in message(tmp_path)
    (tmp_path / "suite.toml").write_text("name = ")
    assert "suite.toml" in message(tmp_path)


def test_byte_order_mark_is_ignored(tmp_path):
    path = tmp_path / "bom.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"prompt": "Hi"}).encode())
    assert load_suite(path).items[0].prompt == "Hi"


CHOICES = ["red", "green", "blue", "grey"]


@pytest.mark.parametrize(
    "row",
    [
        {"question": "Q", "choices": CHOICES, "answer": 2},
        {"query": "Q", "choices": CHOICES, "gold": 2},
        {"prompt": "Q", "options": CHOICES, "label": "2"},
        {"ctx": "Q", "endings": CHOICES, "label": "2", "ind": 4, "activity_label": "x"},
        {"question": "Q", "choices": CHOICES, "answer": "C", "subject": "art"},
        {"question": "Q", "options": CHOICES, "answer": "c"},
        {"question": "Q", "choices": CHOICES, "answer": "blue"},
        {"question": "Q", "choices": {"text": CHOICES, "label": ["A", "B", "C", "D"]}, "answerKey": "C"},
        {"question": "Q", "choices": {"text": CHOICES, "label": ["1", "2", "3", "4"]}, "answerKey": "3"},
        {"question_stem": "Q", "choices": {"text": CHOICES, "label": ["A", "B", "C", "D"]}, "answerKey": "C"},
        {"question": "Q", "A": "red", "B": "green", "C": "blue", "D": "grey", "answer": "C"},
    ],
)
def test_benchmark_choice_shapes(tmp_path, row):
    (item,) = load_suite(write_lines(tmp_path / "My Bench.jsonl", [row])).items
    assert (item.kind, item.prompt, item.choices, item.gold) == ("choice", "Q", tuple(CHOICES), 2)
    assert (item.capability, item.id, item.source) == ("my_bench", "my_bench-0001", "user")


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ({"question": "Q", "choices": CHOICES, "answer": 4}, "field answer: expected an index from 0 to 3"),
        ({"question": "Q", "choices": CHOICES, "answer": -1}, "field answer: expected an index from 0 to 3"),
        ({"question": "Q", "choices": CHOICES, "answer": True}, "or one of A, B, C, D, got true"),
        ({"question": "Q", "choices": CHOICES, "answer": "E"}, 'got "E"'),
        ({"question": "Q", "choices": CHOICES}, "field gold: missing; expected one of gold, answer, label"),
        ({"question": "Q", "choices": "red"}, "field"),
        ({"question": "Q", "choices": [1, 2], "answer": 0}, "field choices[0]: expected text"),
        ({"question": "Q", "choices": {"text": ["a", "b"], "label": ["A"]}, "answer": "A"}, "2 texts but 1 labels"),
        ({"question": "Q", "choices": {"text": ["a", "b"]}, "answer": "A"}, "field choices.label: expected a list"),
        ({"question": "Q", "choices": ["1", "0", "2"], "answer": "1"}, "could be an index or a choice's text"),
        ({"question": " ", "answer": "x"}, "field question: expected text that is not blank"),
        ({"question": 7, "answer": "x"}, "got 7"),
        ({"text": "x"}, "field prompt: missing; expected one of prompt, question, query, ctx"),
        ({"prompt": "Q", "kind": "reference"}, "field references: expected a list"),
        ({"prompt": "Q", "answer": "x", "check": {"type": "nope"}}, "field check.type"),
        ({"prompt": "Q", "answer": "x", "split": "test"}, "field split"),
    ],
)
def test_benchmark_errors_name_line_and_field(tmp_path, row, part):
    path = write_lines(tmp_path / "bench.jsonl", [{"prompt": "ok", "answer": "fine"}, row])
    text = message(path)
    assert "bench.jsonl, line 2: " in text
    assert part in text


def test_single_file_kinds_splits_and_primary(tmp_path):
    rows = [{"prompt": f"Question {i}?", "answer": f"Answer {i}"} for i in range(10)]
    suite = load_suite(write_lines(tmp_path / "qa.jsonl", rows))
    assert [i.split for i in suite.items] == (["verdict"] * 4 + ["guard"]) * 2
    assert suite.capability("qa").primary == "ref_nll"
    assert suite.items[3].references == ("Answer 3",)
    choice = load_suite(write_lines(tmp_path / "mc.jsonl", [{"query": "Q", "choices": ["a", "b"], "gold": 1}]))
    assert choice.capability("mc").primary == "choice_margin"
    chat = load_suite(write_lines(tmp_path / "talk.jsonl", [{"prompt": "Hi there"}]))
    assert chat.capability("talk").primary == "kl"


def test_rows_of_one_cluster_stay_in_one_split(tmp_path):
    rows = [{"prompt": f"Question {i}?", "answer": "x", "cluster": f"passage-{i // 3}"} for i in range(30)]
    suite = load_suite(write_lines(tmp_path / "passages.jsonl", rows))
    assert {i.cluster for i in suite.items if i.split == "guard"} == {"passage-4", "passage-9"}
    assert sum(i.split == "guard" for i in suite.items) == 6


def test_numeric_answer_is_a_reference(tmp_path):
    (item,) = load_suite(write_lines(tmp_path / "n.jsonl", [{"question": "2+2?", "answer": 4}])).items
    assert item.references == ("4",)


def test_own_fields_are_kept(tmp_path):
    row = {"prompt": "Q", "references": ["a"], "id": "z", "cluster": "k", "split": "guard", "capability": "law"}
    (item,) = load_suite(write_lines(tmp_path / "o.jsonl", [row])).items
    assert (item.id, item.cluster, item.split, item.capability) == ("z", "k", "guard", "law")


def test_csv(tmp_path):
    path = tmp_path / "shop.csv"
    path.write_text(
        "prompt,reference,choices,answer,check,capability\n"
        '"Hello,\nworld?",Hi,,,"{""type"": ""contains"", ""values"": [""hi""]}",\n'
        'Which?,,red | green,B,,colours\nWhich now?,,"[""a | b"", ""c""]",0,,colours\n',
        encoding="utf-8",
    )
    suite = load_suite(path)
    first, second, third = suite.items
    assert first.prompt == "Hello,\nworld?"
    assert first.references == ("Hi",)
    assert first.check.values == ("hi",)
    assert (second.choices, second.gold) == (("red", "green"), 1)
    assert (third.choices, third.gold) == (("a | b", "c"), 0)
    assert [c.name for c in suite.capabilities] == ["shop", "colours"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("prompt,answer\nQ,a,b\n", "line 2: more cells than the 2 columns"),
        ("prompt,answer\n,a\n", "line 2: field prompt: missing"),
        ('prompt,answer\n"Q,a\n', "not CSV"),
        ("prompt,check,answer\nQ,{bad,a\n", "line 2: field check: expected JSON"),
        ("prompt,choices,answer\nQ,[bad,A\n", "line 2: field choices: expected JSON"),
        ("prompt,answer\n", "has no items"),
    ],
)
def test_csv_errors(tmp_path, text, part):
    path = tmp_path / "x.csv"
    path.write_text(text)
    assert part in message(path)


def test_select_is_stable_nested_and_bounded(folder):
    suite = load_suite(folder)
    small, large = select(suite, ["facts"], 4, 2), select(suite, ["facts"], 8, 3)
    assert len(small.of("facts", "verdict")) == 4
    assert len(small.of("facts", "guard")) == 2
    assert {i.id for i in small.items} < {i.id for i in large.items}
    assert select(suite) == suite
    assert len(select(suite, [], 100, 0).items) == 20
    assert small.hash != large.hash


def test_select_takes_different_clusters_first(folder):
    rows = [fact(i, cluster="one", split="verdict") for i in range(1, 11)] + [
        fact(i, split="verdict") for i in (11, 12)
    ]
    write_lines(folder / "facts.jsonl", rows)
    assert {i.cluster for i in select(load_suite(folder), ["facts"], 3).items} == {"one", "facts-011", "facts-012"}


def test_select_refuses_unknown_names(folder):
    with pytest.raises(UserError, match="'magic'"):
        select(load_suite(folder), ["facts", "magic"])


def item_of(tmp_path, prompt, answer):
    return load_suite(write_lines(tmp_path / "o.jsonl", [{"prompt": prompt, "answer": answer}])).items


@pytest.mark.parametrize(
    ("prompt", "answer", "text", "hit"),
    [
        ("one two three four five six seven eight nine", "x", "Zero ONE two, three four five six seven eight!", True),
        ("one two three four five six seven eight nine", "x", "one two three four five six seven", False),
        (
            "What is rain?",
            "it falls from dark clouds when they cool",
            "so it falls from dark clouds when they cool",
            True,
        ),
        ("What is rain made of?", "Water", "Q: what is rain made of? A: water", True),
        ("What is rain made of?", "Water", "what is rain", False),
        ("Say hello", "Hello", "say hello to everybody", False),
    ],
)
def test_overlap(tmp_path, prompt, answer, text, hit):
    items = item_of(tmp_path, prompt, answer)
    assert overlap(items, iter(["nothing", text])) == ([items[0].id] if hit else [])
