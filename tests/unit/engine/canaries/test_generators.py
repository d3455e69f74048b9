"""The arithmetic generator: repeatable, correct, and the same as the shipped file."""

import json
import operator
import re
from pathlib import Path

import pytest

from engine.canaries.generators import SHIPPED_COUNT, SHIPPED_SEED, TEMPLATES, arithmetic_items

SHIPPED_FILE = Path(__file__).parents[4] / "resources" / "canaries" / "standard" / "arithmetic.jsonl"


OPERATIONS = {"+": operator.add, "-": operator.sub, "x": operator.mul, "/": operator.truediv}


def worked_out(working: str) -> float:
    """The value of a sum such as "3 x 10 + 9", taken from left to right."""
    first, *rest = working.split()
    value = float(first)
    for sign, number in zip(rest[::2], rest[1::2], strict=True):
        value = OPERATIONS[sign](value, int(number))
    return value


def test_same_seed_same_items_and_other_seed_other_items():
    assert arithmetic_items(7, 40) == arithmetic_items(7, 40)
    assert arithmetic_items(7, 40) != arithmetic_items(8, 40)


def test_a_longer_list_starts_with_the_shorter_one():
    assert arithmetic_items(3, 60)[:25] == arithmetic_items(3, 25)


def test_written_sum_gives_the_answer_and_every_number_in_it_is_in_the_prompt_or_known():
    for item in arithmetic_items(11, 240):
        sentence, short = item["references"]
        working, rest = sentence.split(" = ", 1)
        assert worked_out(working) == item["check"]["value"] == int(short) == int(re.match(r"\d+", rest).group())
        known = set(re.findall(r"\d+", item["prompt"])) | {"2", "7", "60"}
        assert set(re.findall(r"\d+", working)) <= known


def test_last_number_of_every_reference_is_the_answer_and_is_not_negative():
    for item in arithmetic_items(5, 240):
        for reference in item["references"]:
            assert int(re.findall(r"\d+", reference)[-1]) == item["check"]["value"] >= 0


def test_echoing_the_prompt_is_never_the_answer():
    for item in arithmetic_items(13, 300):
        assert int(re.findall(r"\d+", item["prompt"])[-1]) != item["check"]["value"]


def test_prompts_and_ids_are_distinct():
    items = arithmetic_items(1, 300)
    assert len({item["prompt"] for item in items}) == 300
    assert len({item["id"] for item in items}) == 300


def test_each_template_is_one_cluster_in_one_split():
    items = arithmetic_items(2, 3 * len(TEMPLATES))
    splits = {}
    for item in items:
        splits.setdefault(item["cluster"], set()).add(item["split"])
    assert len(splits) == len(TEMPLATES) >= 8
    assert all(len(found) == 1 for found in splits.values())
    assert {"verdict"} in splits.values()
    assert {"guard"} in splits.values()


def test_asking_for_more_than_a_template_holds_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="'weeks'"):
        arithmetic_items(1, 12 * 28 + 12)


def test_negative_count_is_an_error():
    with pytest.raises(ValueError, match="-1"):
        arithmetic_items(1, -1)


def test_shipped_file_ends_with_the_generated_items():
    items = [json.loads(line) for line in SHIPPED_FILE.read_text(encoding="utf-8").splitlines()]
    generated = [{**item, "reviewer": ""} for item in items if item["source"] == "generator"]
    assert generated == arithmetic_items(SHIPPED_SEED, SHIPPED_COUNT)
