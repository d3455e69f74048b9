"""What the reader sees: down is worse, plain words, exact wording."""

import re

import msgspec
import pytest

from engine.verdict import sentences
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput, CapabilityVerdict, CheckedAnswers


def verdict(**fields):
    base = CapabilityVerdict(
        name="Arithmetic",
        score="exact",
        unit="points",
        kind="binary",
        role="protect",
        word="forgot",
        reason="",
        n=60,
        clusters=60,
        mean_change=0.21,
        sd=0.4,
        lower=0.12,
        upper=0.30,
        alpha_lower=0.0125,
        alpha_upper=0.05,
        p=0.0001,
        p_adjusted=0.0004,
        budget=0.05,
        noise_floor=0.0,
        method="Tango score",
    )
    return msgspec.structs.replace(base, **fields)


def test_cant_tell_in_the_words_of_the_design():
    said = sentences.reason("can't tell", 0.005, 0.115, kind="binary", unit="points", budget=0.05)
    assert said == "We can't tell: the change is between −11.5 and −0.5 points and your limit is −5."


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "▼ Forgot Arithmetic: −21.0 points (between −30.0 and −12.0 points)"),
        (
            {"word": "kept", "kind": "nll", "unit": "nats/token", "mean_change": 0.02, "lower": -0.05, "upper": 0.07},
            "● Kept Arithmetic: −0.020 nats/token (between −0.070 and +0.050 nats/token)",
        ),
        (
            {"word": "changed", "kind": "kl", "unit": "nats/token", "mean_change": 0.5, "lower": 0.4, "upper": 0.6},
            "≠ Changed Arithmetic: +0.50 nats/token (between +0.40 and +0.60 nats/token)",
        ),
        (
            {"word": "can't tell", "lower": None, "upper": None, "mean_change": 0.0},
            "◆ Can't tell about Arithmetic: 0.0 points (no bound from so few items)",
        ),
        (
            {"word": "can't tell", "lower": None, "upper": 0.3, "mean_change": 0.1},
            "◆ Can't tell about Arithmetic: −10.0 points (at least −30.0 points)",
        ),
        (
            {"word": "can't tell", "lower": 0.01, "upper": None, "mean_change": 0.1},
            "◆ Can't tell about Arithmetic: −10.0 points (at most −1.0 points)",
        ),
    ],
)
def test_headlines(fields, line):
    assert sentences.headline(verdict(**fields)) == line


def test_next_step():
    assert sentences.next_step(verdict()) == ""
    unsure = verdict(word="can't tell", n_needed=150)
    assert sentences.next_step(unsure) == "About 150 items in all would settle it: add 90."
    close = verdict(word="can't tell", is_too_close=True)
    assert sentences.next_step(close) == "Too close to the limit for any reasonable number of items."
    assert "other templates" in sentences.next_step(verdict(word="can't tell", clusters=7))
    assert sentences.next_step(verdict(word="can't tell")) == "More items would not settle it."


def _all_texts():
    ids = [str(i) for i in range(30)]
    inputs = [
        CapabilityInput(
            name=f"{kind}{change}",
            kind=kind,
            before=[1.0] * 30,
            after=[1.0 + change * (0.5 + i % 3) for i in range(30)],
            item_ids=ids,
            cluster_ids=ids,
        )
        for kind in ("nll", "kl", "margin")
        for change in (0.0, 0.05, 0.09, -0.4, 0.9)
    ]
    short = [
        msgspec.structs.replace(
            inputs[0],
            name=f"n{n}",
            **{f: getattr(inputs[0], f)[:n] for f in ("before", "after", "item_ids", "cluster_ids")},
        )
        for n in (1, 5, 12)
    ]
    checked = [CheckedAnswers(name="q", before=[1] * 30, after=[0] * 9 + [1] * 21, item_ids=ids, cluster_ids=ids)]
    found = decide([*inputs, *short], checked=checked)
    texts = [sentences.overall_headline(found), sentences.pooled_headline(found.pooled), found.pooled.reason]
    for each in found.capabilities:
        texts += [each.reason, sentences.headline(each), sentences.next_step(each)]
    return texts


def test_no_praise_no_alarm_no_bare_numbers():
    for text in _all_texts():
        assert not re.search(r"success|great|excellent|catastroph|warning|danger|!|nan|inf\b|None", text, re.IGNORECASE)
        assert not re.search(r"(?<![\w])-\d", text), text  # the minus sign, not a hyphen


def test_overall_reasons():
    assert sentences.overall_reason("kept", ["a", "b"], 2) == "All 2 judged capabilities stayed inside their limits."
    assert sentences.overall_reason("forgot", ["code"], 3) == "Forgot: code."
    assert sentences.overall_reason("measured", [], 0) == "Nothing was protected, so nothing was judged."
    assert sentences.overall_reason("can't tell", ["a", "b"], 3) == "We can't tell for a, b."
