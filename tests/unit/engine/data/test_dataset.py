"""Preparing: split, order, freezing, and what is refused."""

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import commonest_prefix, prepare, split, target_prefix
from engine.data.frozen import freeze, load_prepared, save_prepared, thaw
from engine.data.render import Example
from engine.errors import UserError
from engine.records import Mapping


def pair(number, **more):
    return {"prompt": f"question {number}", "completion": f"answer {number * 7}", **more}


def example(line, ids=(1, 2, 3, 4)):
    return Example(
        ids=np.asarray(ids, np.int32), mask=np.arange(len(ids)) > 0, line=line, prompt_text="", answer_text=""
    )


def lines(examples):
    return [one.line for one in examples]


def test_prepare_splits_and_says_what_it_did(jsonl, tokenizer):
    path = jsonl([*(pair(n) for n in range(20)), {"prompt": "no answer"}])
    made = prepare(path, None, tokenizer, max_length=128, heldout_fraction=0.2, seed=3)
    assert (len(made.train), len(made.heldout)) == (16, 4)
    assert sorted(lines(made.train) + lines(made.heldout)) == list(range(1, 21))
    assert made.fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [(problem.line, problem.field) for problem in made.problems] == [(21, "completion")]
    assert made.mapping == Mapping(shape="prompt_completion")
    assert made.rows == 21
    assert any("1 row(s) could not be used" in sentence for sentence in made.sentences())
    again = prepare(path, None, tokenizer, max_length=128, heldout_fraction=0.2, seed=3)
    assert lines(again.heldout) == lines(made.heldout)
    other = prepare(path, None, tokenizer, max_length=128, heldout_fraction=0.2, seed=4)
    assert lines(other.heldout) != lines(made.heldout)


def test_the_shared_beginning_of_targets_is_measured(jsonl, tokenizer):
    rows = [{"prompt": f"q{n}", "completion": f'{{"team": {n}' if n < 9 else "hello"} for n in range(10)]
    made = prepare(jsonl(rows), None, tokenizer, max_length=128)
    assert made.prefix_share == 0.9
    assert made.prefix_text.startswith('{"')
    assert len(target_prefix(made.train[0])) == 3


def test_a_held_out_file_and_what_it_shares(jsonl, tokenizer):
    train = jsonl([pair(n) for n in range(5)])
    heldout = jsonl(
        [pair(3), pair(99), {"prompt": "  QUESTION 1 ", "completion": "x"}, {"prompt": 1, "completion": "x"}],
        "held.jsonl",
    )
    made = prepare(train, None, tokenizer, max_length=128, heldout_path=heldout)
    assert (lines(made.train), lines(made.heldout)) == ([1, 2, 3, 4, 5], [1, 2, 3])
    assert made.shared_prompts == 2
    assert [problem.line for problem in made.heldout_problems] == [4]
    assert made.heldout_fingerprint == hashlib.sha256(heldout.read_bytes()).hexdigest()


@given(
    clusters=st.lists(st.integers(0, 6), min_size=2, max_size=60).filter(lambda c: len(set(c)) > 1),
    fraction=st.floats(0.01, 0.9), seed=st.integers(0, 99), shuffle=st.randoms(),
)  # fmt: skip
def test_clusters_never_straddle_and_row_order_does_not_matter(clusters, fraction, seed, shuffle):
    keys = {line: f"cluster {cluster}" for line, cluster in enumerate(clusters, 1)}
    examples = [example(line) for line in keys]
    train, heldout = split(examples, keys, fraction=fraction, seed=seed)
    assert train
    assert heldout
    assert not {keys[line] for line in lines(train)} & {keys[line] for line in lines(heldout)}
    assert sorted(lines(train) + lines(heldout)) == sorted(keys)
    shuffle.shuffle(examples)
    assert set(lines(split(examples, keys, fraction=fraction, seed=seed)[1])) == set(lines(heldout))


def test_clusters_and_equal_prompts_stay_together_from_file_to_split(jsonl, tokenizer):
    rows = [pair(n, cluster=f"c{n // 4}") for n in range(40)]
    made = prepare(jsonl(rows), None, tokenizer, max_length=64, heldout_fraction=0.25, seed=1)
    assert {one.cluster for one in made.heldout}.isdisjoint({one.cluster for one in made.train})
    assert len(made.heldout) == 8
    rows = [{"prompt": f"Same {n % 5}", "completion": str(n)} for n in range(40)]
    made = prepare(jsonl(rows, "b.jsonl"), None, tokenizer, max_length=64, heldout_fraction=0.2, seed=1)
    asked = [{rows[line - 1]["prompt"] for line in lines(side)} for side in (made.train, made.heldout)]
    assert asked[0].isdisjoint(asked[1])
    assert len(made.heldout) == 8


def test_a_split_that_cannot_be_is_refused(jsonl, tokenizer):
    path = jsonl([pair(n, cluster="one") for n in range(4)])
    with pytest.raises(UserError, match="belong together"):
        prepare(path, None, tokenizer, max_length=64, heldout_fraction=0.5)
    with pytest.raises(UserError, match="held-out share"):
        prepare(path, None, tokenizer, max_length=64, heldout_fraction=1.0)
    assert len(prepare(path, None, tokenizer, max_length=64).train) == 4


def test_what_prepare_refuses(jsonl, tmp_path, tokenizer):
    with pytest.raises(UserError, match=r"none of its rows can be used[.]\nline 1: expected one JSON object"):
        prepare(jsonl([[1]]), None, tokenizer, max_length=64)
    with pytest.raises(UserError, match=r"none of its rows can be used"):
        prepare(jsonl([{"prompt": "", "completion": "b"}]), None, tokenizer, max_length=64)
    with pytest.raises(UserError, match=r"would train no token \(line 2\)"):
        prepare(jsonl([pair(1), {"prompt": "long " * 99, "completion": "b"}]), None, tokenizer, max_length=64)
    with pytest.raises(UserError, match="does not exist"):
        prepare(tmp_path / "nothing.jsonl", None, tokenizer, max_length=64)


def test_frozen_form_round_trips_exactly(jsonl, tokenizer, tmp_path):
    rows = [*(pair(n, cluster=f"c{n}") for n in range(12)), {"prompt": "é€", "completion": "x" * 300}, {"prompt": 3}]
    made = prepare(jsonl(rows), None, tokenizer, max_length=48, heldout_fraction=0.25, seed=5)
    digest = save_prepared(made, tmp_path / "data.safetensors")
    assert digest == hashlib.sha256((tmp_path / "data.safetensors").read_bytes()).hexdigest()
    back = load_prepared(tmp_path / "data.safetensors")
    for name in made.__struct_fields__:
        if name not in ("train", "heldout"):
            assert getattr(back, name) == getattr(made, name), name
    for ours, theirs in ((made.train, back.train), (made.heldout, back.heldout)):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert (one.ids.dtype, one.mask.dtype) == (other.ids.dtype, other.mask.dtype) == (np.int32, np.bool_)
            assert one.ids.tolist() == other.ids.tolist()
            assert one.mask.tolist() == other.mask.tolist()
            for name in ("line", "prompt_text", "answer_text", "cluster", "full_length", "is_closed", "is_cut"):
                assert getattr(one, name) == getattr(other, name)
    assert back.cut_rows == made.cut_rows == 1
    assert freeze(back) == freeze(made)


def test_a_damaged_frozen_file_is_refused(jsonl, tokenizer):
    raw = freeze(prepare(jsonl([pair(n) for n in range(4)]), None, tokenizer, max_length=64))
    header = 8 + int.from_bytes(raw[:8], "little")
    for place in range(0, len(raw), max(1, len(raw) // 150)):
        bad = bytearray(raw)
        bad[place] ^= 0x10
        if place < header and _means_the_same(bytes(bad), raw):
            continue
        with pytest.raises(UserError, match="is damaged"):
            thaw(bytes(bad))
    for length in (0, 4, 8, header, len(raw) // 2, len(raw) - 1):
        with pytest.raises(UserError, match="is damaged"):
            thaw(raw[:length])


def _means_the_same(bad, raw):
    """A flipped blank in the header's JSON may leave its meaning unchanged."""
    size = int.from_bytes(raw[:8], "little")
    try:
        return bad[:8] == raw[:8] and json.loads(bad[8 : 8 + size]) == json.loads(raw[8 : 8 + size])
    except ValueError:
        return False


def test_prefixes_of_nothing():
    assert commonest_prefix([]) == (0.0, ())
    assert commonest_prefix([example(1), example(2), example(3, (9, 8))]) == (2 / 3, (2, 3, 4))
