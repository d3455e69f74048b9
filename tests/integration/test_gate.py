"""The gate as a pipeline calls it: exit codes, JSON and JUnit reports, for folders of full models and adapters."""

import json
import shutil
from xml.etree import ElementTree

import pytest
import tiny_model
import torch
from click.testing import CliRunner
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from engine.cli import main
from engine.store import models

torch.set_num_threads(1)


@pytest.fixture
def gate(home, tmp_path, tiny_base):
    """`gate(MODEL, …)` judges a folder against the tiny base on its sums."""
    suite = tiny_model.write_rows(tmp_path / "skills.jsonl", tiny_model.suite_items())

    def run(model, *words, capabilities="sums"):
        given = ["gate", model, "--base", tiny_base, "--suite", suite, "--capabilities", capabilities, *words]
        return CliRunner().invoke(main, ["--data-dir", str(home), *map(str, given)])

    return run


def trained(folder, *, adapter=False):
    """A model trained on nothing but terse JSON, at a rate that harms; or an adapter of it."""
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    if adapter:
        model = get_peft_model(
            model, LoraConfig(r=8, lora_alpha=64, target_modules="all-linear", task_type="CAUSAL_LM")
        )
    texts = [tokenizer.apply_chat_template(row["messages"], tokenize=False) for row in tiny_model.narrow_rows(16)]
    batch = tokenizer(texts, return_tensors="pt", padding=True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    model.train()
    for _ in range(30):
        labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
        model(**batch, labels=labels).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    return model


def save_full(folder, base):
    """A whole model as trainers leave it: weights and tokenizer."""
    trained(base).save_pretrained(folder)
    AutoTokenizer.from_pretrained(base).save_pretrained(folder)


def test_an_untouched_copy_is_kept(gate, tiny_base, tmp_path, home):
    copy = shutil.copytree(tiny_base, tmp_path / "copy")
    found = gate(copy, "--json", tmp_path / "gate.json", "--junit", tmp_path / "gate.xml")
    assert found.exit_code == 0, found.output
    assert "Kept sums" in found.stdout
    told = json.loads((tmp_path / "gate.json").read_text())
    assert (told["word"], told["exit_code"], told["model"]) == ("kept", 0, "folder:copy")
    assert told["verdict"]["capabilities"][0]["n"] == 28
    suite = ElementTree.parse(tmp_path / "gate.xml").getroot()
    assert suite.attrib["tests"] == "1"
    assert [case.attrib["name"] for case in suite] == ["sums"]
    assert len(suite[0]) == 0


def test_a_harmed_full_model_and_adapter_are_stopped(gate, tiny_base, tmp_path):
    save_full(tmp_path / "full", tiny_base)
    trained(tiny_base, adapter=True).save_pretrained(tmp_path / "adapter")
    for name in ("full", "adapter"):
        found = gate(tmp_path / name, "--junit", tmp_path / "gate.xml")
        assert found.exit_code == 1, found.output
        suite = ElementTree.parse(tmp_path / "gate.xml").getroot()
        assert suite.attrib["failures"] == "1"
        assert "Forgot sums" in suite[0][0].attrib["message"]


def test_too_few_items_and_wide_budgets_are_told_apart(gate, tiny_base, tmp_path):
    copy = shutil.copytree(tiny_base, tmp_path / "copy")
    few = gate(copy, "--junit", tmp_path / "gate.xml", "--verdict-items", "10")
    assert few.exit_code == 2, few.output
    assert ElementTree.parse(tmp_path / "gate.xml").getroot().attrib["skipped"] == "1"
    save_full(tmp_path / "full", tiny_base)
    assert gate(tmp_path / "full", "--budget", "sums=1000").exit_code == 0
    assert gate(tmp_path / "full", "--budget", "sums=expendable").exit_code == 2


def test_what_cannot_be_measured_is_no_verdict(gate, home, tmp_path, tiny_base):
    copy = shutil.copytree(tiny_base, tmp_path / "copy")
    unknown = gate(copy, "--budget", "magic=0.1", "--junit", tmp_path / "gate.xml", "--json", tmp_path / "gate.json")
    assert unknown.exit_code == 3
    assert "no capability 'magic'" in unknown.stderr
    assert ElementTree.parse(tmp_path / "gate.xml").getroot().attrib["errors"] == "1"
    assert json.loads((tmp_path / "gate.json").read_text())["exit_code"] == 3
    assert gate(tmp_path / "nowhere").exit_code == 3
    assert gate(copy, "--speed", "9").exit_code == 3
    tokenizer = json.loads((copy / "tokenizer.json").read_text())
    first, second = list(tokenizer["model"]["vocab"])[-2:]
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary[first], vocabulary[second] = vocabulary[second], vocabulary[first]
    (copy / "tokenizer.json").write_text(json.dumps(tokenizer))
    other = gate(copy)
    assert other.exit_code == 3
    assert "cannot be compared" in other.stderr
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "adapter_config.json").write_text("{}")
    refused = gate(pickled)
    assert refused.exit_code == 3
    assert "pickled weights are never opened" in refused.stderr


def test_a_base_folder_is_entered_once(gate, home, tiny_base, tmp_path, store):
    copy = shutil.copytree(tiny_base, tmp_path / "copy")
    assert gate(copy).exit_code == 0
    assert gate(copy).exit_code == 0
    assert [row.path for row in models.everything(store)] == [str(tiny_base)]
