"""The bundled sample dataset is what its README says, and its generator rewrites it byte for byte."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "datasets" / "support-desk"
GENERATOR = ROOT / "packaging" / "build_support_desk.py"

VALUES = {
    "category": {"delivery", "fault", "billing", "return", "account", "advice"},
    "priority": {"high", "normal", "low"},
    "product": {"machine", "grinder", "accessory", "coffee", "none"},
    "action": {"trace", "repair", "refund", "label", "reset", "guide", "escalate"},
}
ACTION_OF_CATEGORY = {
    "delivery": "trace",
    "fault": "repair",
    "billing": "refund",
    "return": "label",
    "account": "reset",
    "advice": "guide",
}


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


TRAIN = read("train.jsonl")
HELDOUT = read("heldout.jsonl")
BOTH = pytest.mark.parametrize("rows", [TRAIN, HELDOUT], ids=["train", "heldout"])


def message(row: dict[str, Any]) -> str:
    return row["messages"][0]["content"]


def answer(row: dict[str, Any]) -> dict[str, str]:
    return json.loads(row["messages"][1]["content"])


def five_word_runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def jaccard(left: set[tuple[str, ...]], right: set[tuple[str, ...]]) -> float:
    return len(left & right) / len(left | right)


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_support_desk", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_there_are_as_many_rows_as_the_readme_says():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"| `train.jsonl` | {len(TRAIN)} |" in readme
    assert f"| `heldout.jsonl` | {len(HELDOUT)} |" in readme
    assert len(TRAIN) >= 640
    assert len(HELDOUT) >= 100


def test_every_value_is_named_in_the_readme():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for values in VALUES.values():
        for value in values:
            assert f"`{value}`" in readme


@BOTH
def test_rows_have_openai_messages_form(rows):
    for row in rows:
        assert list(row) == ["messages", "cluster"]
        assert [list(turn) for turn in row["messages"]] == [["role", "content"]] * 2
        assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]


@BOTH
def test_answers_are_terse_json_with_fixed_keys_and_closed_values(rows):
    for row in rows:
        triage = answer(row)
        assert list(triage) == list(VALUES)
        assert all(triage[key] in values for key, values in VALUES.items()), triage
        assert row["messages"][1]["content"] == json.dumps(triage, separators=(",", ":"))


@BOTH
def test_every_value_occurs_often_enough_to_be_learned_and_measured(rows):
    for key, values in VALUES.items():
        counts = Counter(answer(row)[key] for row in rows)
        assert set(counts) == values
        assert min(counts.values()) >= len(rows) // 12, counts


@BOTH
def test_action_follows_from_category_and_priority(rows):
    for row in rows:
        triage = answer(row)
        expected = "escalate" if triage["priority"] == "high" else ACTION_OF_CATEGORY[triage["category"]]
        assert triage["action"] == expected
        assert row["cluster"].partition("-")[0] == triage["category"]
        assert (triage["product"] == "none") or triage["category"] != "account"


@BOTH
def test_messages_are_short_whole_and_without_slots(rows):
    for row in rows:
        text = message(row)
        assert 11 <= len(text.split()) <= 45, text
        assert text == text.strip()
        assert "  " not in text
        assert not set("{}|") & set(text), text


@BOTH
def test_answers_rarely_stand_in_the_message(rows):
    for key in VALUES:
        told = [re.search(rf"\b{answer(row)[key]}\b", message(row).lower()) is not None for row in rows]
        assert sum(told) <= 0.1 * len(rows), key


def test_no_two_training_messages_are_nearly_the_same():
    runs = [five_word_runs(message(row)) for row in TRAIN]
    for i, left in enumerate(runs):
        for j in range(i):
            assert jaccard(left, runs[j]) <= 0.6, (message(TRAIN[i]), message(TRAIN[j]))


def test_heldout_messages_share_no_wording_with_training_or_each_other():
    train_runs = set().union(*(five_word_runs(message(row)) for row in TRAIN))
    seen: set[tuple[str, ...]] = set()
    for row in HELDOUT:
        runs = five_word_runs(message(row))
        assert len(runs & train_runs) <= 2, message(row)
        assert not runs & seen, message(row)
        seen |= runs


def test_half_of_the_heldout_rows_paraphrase_a_training_situation():
    trained = {row["cluster"] for row in TRAIN}
    new = [row["cluster"] for row in HELDOUT if "-new-" in row["cluster"]]
    paraphrased = [row["cluster"] for row in HELDOUT if "-new-" not in row["cluster"]]
    assert set(paraphrased) <= trained
    assert not set(new) & trained
    assert len(new) == len(paraphrased) == len(HELDOUT) // 2
    assert len(set(new + paraphrased)) == len(HELDOUT)


def test_each_category_has_at_least_25_situations():
    situations = load_generator().read_situations(GENERATOR.parent / "support_desk" / "situations.txt")
    assert len({situation.cluster for situation in situations}) == len(situations)
    assert f"{len(situations)} situations" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert min(Counter(situation.category for situation in situations).values()) >= 25
    wordings = [wording for situation in situations for wording in situation.wordings]
    assert len(set(wordings)) == 2 * len(situations)


def test_hand_written_training_rows_refer_to_known_situations_or_say_they_are_their_own():
    source = GENERATOR.parent / "support_desk"
    generator = load_generator()
    known = {situation.cluster for situation in generator.read_situations(source / "situations.txt")}
    rows = generator.read_rows(source / "handwritten.txt")
    assert [row.cluster for row in rows if "-own-" not in row.cluster and row.cluster not in known] == []


def test_the_generator_rewrites_both_files_byte_for_byte(tmp_path):
    subprocess.run([sys.executable, str(GENERATOR), str(tmp_path)], check=True, stdout=subprocess.DEVNULL)
    for name in ("train.jsonl", "heldout.jsonl"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), f"{name}: run {GENERATOR.name} again"


def test_another_seed_gives_other_messages(tmp_path):
    load_generator().build(tmp_path, seed="another")
    assert (tmp_path / "train.jsonl").read_bytes() != (FOLDER / "train.jsonl").read_bytes()
    assert (tmp_path / "heldout.jsonl").read_bytes() == (FOLDER / "heldout.jsonl").read_bytes()


def test_a_situation_that_runs_out_of_words_is_named():
    generator = load_generator()
    writer = generator.Writer({"normal": (), "high": ("x",), "low": ("x",)}, generator.Draw("s"))
    short = generator.Situation("delivery-x", ("none",), True, ("Too short.",))
    writer.fragments.update({f"{slot}": ("x",) for slot in ("fact", "number", "ask.delivery", "name.none.delivery")})
    for tone in ("plain", "polite", "angry", "rambling", "nonnative"):
        writer.fragments.update({f"opener.{tone}": ("x",), f"closer.{tone}": ("x",)})
    with pytest.raises(ValueError, match="delivery-x: no new message for row 0"):
        generator.first_fitting(short, 0, writer, generator.Accepted())
