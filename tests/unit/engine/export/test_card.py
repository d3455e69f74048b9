"""The model card: verdict, limits and reasons in a table that hostile text cannot leave; no folder of this computer."""

import filled_store as filled
import msgspec
import pytest

from engine.export.card import Form, escaped, model_card
from engine.protection import General, Protection
from engine.records import Budget, CanaryPlan
from engine.store import checkpoints, history, runs


@pytest.fixture
def card(store):
    def write(run_id, step=75, form=None):
        return model_card(store, checkpoints.get(store, run_id, step), form or Form(is_adapter=False), private=[])

    return write


def rows_of(text):
    return [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| capability")]


def test_each_capability_has_its_word_change_limit_and_reason(store, card):
    run_id, verdict = filled.full_run(store)
    text = card(run_id)
    rows = rows_of(text)
    assert len(rows) == len(verdict.capabilities)
    code = next(row for row in rows if row.startswith("| code "))
    assert code.endswith("| we never write code |")
    assert "none (expendable)" in code
    arithmetic = next(row for row in rows if row.startswith("| arithmetic "))
    assert "▼ forgot" in arithmetic
    assert "−0.1 (protect)" in arithmetic
    assert arithmetic.endswith("| – |")
    assert "80 held-out rows: exact match 0 % → 96 %, loss 2.10 → 0.31 nats/token." in text
    assert "base: fingerprint" in text


def test_a_step_that_was_not_judged_says_so_and_keeps_the_reasons(store, card):
    run_id, _ = filled.full_run(store)
    text = card(run_id, step=38)
    assert "No verdict was made on these weights" in text
    assert rows_of(text) == []
    assert "- code: expendable. Reason: we never write code" in text
    assert "Not measured at this step." in text


def test_why_it_was_kept_all_the_same_is_told(store, card):
    run_id, _ = filled.full_run(store)
    history.append(store, "keep", "Kept triage-full in spite of its verdict: only for tickets", after=f"{run_id}@75")
    assert "Kept triage-full in spite of its verdict: only for tickets." in card(run_id)
    assert "only for tickets" not in card(run_id, step=38)


def test_no_path_of_this_computer_and_no_markup_of_others(store, card):
    evil = "x | <img src=x> [a](javascript:1) `y` \u202e\n# big /home/ada/secret/list.txt ```"
    canaries = CanaryPlan(budgets={"code": Budget(role="expendable", reason=evil)})
    general = General(source="file", path="/srv/ada/general.jsonl")
    run_id, _ = filled.full_run(
        store, name=evil, notes=evil, canaries=canaries, protect="custom", protection=Protection(general=general)
    )
    text = card(run_id)
    assert "/home" not in text
    assert "/srv" not in text
    assert "…/general.jsonl" in text
    outside = text.split("\n`````toml\n")[0] if "\n`````toml\n" in text else text.split("\n````toml\n")[0]
    assert "<img" not in outside
    assert "[a](javascript" not in outside
    assert "\u202e" not in text
    code = next(row for row in rows_of(text) if row.startswith("| code "))
    assert code.replace("\\|", "").count("|") == 8
    toml = text.split("````toml\n")[1].rsplit("\n````", 1)[0]
    assert msgspec.toml.decode(toml)["name"]


def test_form_decides_library_and_code(store, card):
    run_id, _ = filled.full_run(store)
    assert "library_name: transformers" in card(run_id)
    adapter = card(run_id, form=Form(is_adapter=True))
    assert "library_name: peft" in adapter
    assert "PeftModel.from_pretrained" in adapter
    assert "It was merged." in card(run_id, form=Form(is_adapter=False, merged="It was merged."))


def test_a_run_without_anything_measured_has_a_card(store, card):
    filled.add_base(store)
    run_id = filled.new_run(store)
    checkpoints.add(store, run_id=run_id, step=5, folder="step-5", manifest_sha256="1" * 64, size_bytes=9)
    text = card(run_id, step=5)
    assert "No verdict" in text
    assert "How it was measured" not in text
    assert runs.get(store, run_id).name in text


@pytest.mark.parametrize(("given", "shown"), [("a*b_c", r"a\*b\_c"), ("1 & 2", "1 &amp; 2"), ("a\nb", "a b")])
def test_plain_text_stays_plain(given, shown):
    assert escaped(given) == shown
