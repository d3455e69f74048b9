"""General rows: the bundled set, what canaries leave out, the base's own answers and their cache, the draw."""

import json

import msgspec
import numpy as np
import pytest

from engine import durable
from engine.canaries.items import Canary
from engine.canaries.ngrams import texts_giving_away
from engine.canaries.suite import bundled_suites, load_suite
from engine.data.render import Example
from engine.device import CpuDevice
from engine.errors import UserError
from engine.protection import General
from engine.training.protections import answers
from engine.training.protections.answers import Sampling, sample, sampled_answers
from engine.training.protections.general import BUNDLED, Draw, Writer, alike, general_rows

ROWS = [json.loads(line) for line in BUNDLED.read_text("utf-8").splitlines()]


def test_the_bundled_rows_are_many_and_none_gives_a_canary_away():
    texts = [" ".join(message["content"] for message in row["messages"]) for row in ROWS]
    assert len({row["messages"][0]["content"] for row in ROWS}) == len(ROWS) >= 256
    for name in bundled_suites():
        found = texts_giving_away(load_suite(name).items, texts)
        assert [texts[place] for place in found] == []


def test_the_bundled_rows_are_varied():
    openings = {" ".join(row["messages"][0]["content"].split()[:2]) for row in ROWS}
    assert len(openings) > 60
    assert all(len(row["messages"]) == 2 and row["messages"][1]["content"].strip() for row in ROWS)


def canary(prompt, *references):
    references = references or ("eight",)
    return msgspec.convert(
        {"id": "c", "capability": "facts", "kind": "reference", "prompt": prompt, "references": list(references),
         "split": "guard", "cluster": "c", "source": "hand", "author": "a"}, Canary
    )  # fmt: skip


@pytest.fixture
def writer(bench, tmp_path):
    return Writer(
        model=bench.base("full"), device=CpuDevice(), home=tmp_path, facts={"base": "x"}, on_progress=lambda *_: None
    )


def rows_of(bench, writer, canaries=(), **settings):
    return general_rows(General(**settings), bench.tokenizer(), canaries, writer, max_length=256, seed=0)


def test_rows_that_overlap_canaries_are_left_out_and_named(bench, writer):
    taken = ROWS[3]["messages"][0]["content"]
    found = rows_of(bench, writer, [canary(taken)], source="bundled", rows=0)
    assert found.left_out == ("line 4",)
    assert len(found.examples) == len(ROWS) - 1
    assert "line 4" in found.sentence()


def test_a_file_of_canaries_is_refused(bench, writer, tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_text(
        "".join(
            json.dumps({"prompt": f"{n} how many legs do {n} spiders have", "completion": "8"}) + "\n" for n in range(9)
        )
    )
    canaries = [canary(f"{n} how many legs do {n} spiders have") for n in range(3)]
    with pytest.raises(UserError, match="3 of its 9 rows overlap canaries") as caught:
        rows_of(bench, writer, canaries, source="file", path=str(path))
    assert caught.value.field == "protection.general.path"
    assert len(rows_of(bench, writer, [], source="file", path=str(path)).examples) == 9


def test_the_base_answers_once_and_the_answers_are_kept(bench, writer, monkeypatch):
    calls = []
    real = answers.sample
    monkeypatch.setattr(answers, "sample", lambda *args: calls.append(1) or real(*args))
    one, two = (rows_of(bench, writer, rows=6, answer_tokens=8) for _ in range(2))
    assert len(calls) == 1
    assert len(one.examples) == 6
    assert one.digest == two.digest
    for example in one.examples:
        assert 0 < example.mask.sum() <= 8
        assert not example.mask[: -int(example.mask.sum())].any()
    rows_of(bench, writer, rows=6, answer_tokens=9)
    assert len(calls) == 2, "other settings are other answers"
    other = msgspec.structs.replace(writer, facts={"base": "y"})
    rows_of(bench, other, rows=6, answer_tokens=8)
    assert len(calls) == 3, "another base gives other answers"


def test_damaged_answers_are_made_again(bench, writer):
    made = rows_of(bench, writer, rows=4, answer_tokens=8)
    file = next(writer.home.glob("protection/*/answers.json"))
    file.write_bytes(file.read_bytes()[:-9])
    assert rows_of(bench, writer, rows=4, answer_tokens=8).digest == made.digest
    assert durable.damage(file.parent) is None


def test_an_answer_that_is_a_canary_is_left_out(bench, writer):
    plain = rows_of(bench, writer, rows=5, answer_tokens=24)
    said = max((example.answer_text for example in plain.examples), key=lambda text: len(text.split()))
    if len(said.split()) < 8:
        said = f"{said} one two three four five six seven eight"
        pytest.skip("the tiny base said nothing long enough")
    found = rows_of(bench, writer, [canary("nothing of the kind at all", said)], rows=5, answer_tokens=24)
    assert len(found.examples) == 4
    assert len(found.left_out) == 1


def test_sampling_is_the_models_distribution(bench):
    """The first token after a prompt, 400 times: frequencies meet softmax(logits/T) within the noise of 400 draws."""
    import torch

    model, prompt = bench.base("full"), tuple(bench.tokenizer()("What is")["input_ids"])
    sampling = Sampling(temperature=0.7, answer_tokens=1, stop=(), closing=None)
    drawn = [one.ids[0] for one in sample(model, [prompt] * 400, sampling)]
    logits = model(input_ids=torch.tensor([prompt])).logits[0, -1].detach() / 0.7
    chance = logits.softmax(-1)
    likely = int(chance.argmax())
    p = float(chance[likely])
    assert drawn.count(likely) / 400 == pytest.approx(p, abs=4 * (p * (1 - p) / 400) ** 0.5 + 1e-3)


def test_answers_end_at_the_closing_token(bench, tmp_path):
    prompts = [tuple(bench.tokenizer().apply_chat_template([{"role": "user", "content": f"What is the capital of {c}?"}], add_generation_prompt=True, return_dict=False)) for c in ("France", "Italy")]  # fmt: skip
    sampling = Sampling(temperature=0.0, answer_tokens=24, stop=(0, 2), closing=2)
    found = sampled_answers(tmp_path, bench.base("full"), prompts, sampling, {}, lambda *_: None)
    assert [bench.tokenizer().decode(one.ids[:-1]) for one in found] == ["The capital of France is Paris.", "The capital of Italy is Rome."]  # fmt: skip
    assert {one.ids[-1] for one in found} == {2}


def test_sampling_leaves_the_random_state_alone(bench):
    import torch

    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    sample(bench.base("full"), [(5, 6)], Sampling(temperature=1.0, answer_tokens=3, stop=(), closing=None))
    assert torch.equal(torch.rand(1), wanted)


def test_the_draw_is_a_function_of_seed_and_step_and_keeps_its_share():
    draw = Draw(7, batch_size=4, share=0.2, seed=3)
    steps = {step: draw.rows(step) for step in range(1, 30)}
    again = Draw(7, batch_size=4, share=0.2, seed=3)
    assert {step: again.rows(step) for step in reversed(range(1, 30))} == steps
    assert all(len(rows) == 1 for rows in steps.values())
    assert sorted(row for step in range(1, 8) for row in steps[step]) == list(range(7)), "each once before any again"
    thirds = Draw(50, batch_size=4, share=0.1, seed=0)
    counts = [len(thirds.rows(step)) for step in range(1, 10)]
    assert sum(counts) == 4  # 9 steps × 4/9
    assert set(counts) == {0, 1}
    assert (
        Draw(7, batch_size=4, share=0.2, seed=4).rows(1) + Draw(7, batch_size=4, share=0.2, seed=4).rows(2)
        != steps[1] + steps[2]
    )


def rows_answering(*answers):
    """Examples of which only the answers count; their lines are 1, 2, …"""
    none = np.zeros(0, dtype=np.int32)
    return [
        Example(ids=none, mask=none.astype(bool), line=line, prompt_text="", answer_text=answer)
        for line, answer in enumerate(answers, 1)
    ]


def test_rows_look_alike_when_their_answers_open_with_the_sign_of_most_training_answers():
    general = rows_answering('{"a": 1}', "A sentence.", ' {"b": 2}', "- one\n- two", "{}")
    assert alike(general, rows_answering('{"x": 1}', '\n{"y": 2}', "no")) == {1, 3, 5}
    assert alike(general, rows_answering("- a", "- b")) == {4}


@pytest.mark.parametrize("answers", [(), ("",), ("A word", "A letter"), ('{"x": 1}', "no"), ("1. one", "1. two")])
def test_no_row_looks_alike_where_answers_open_with_words_or_share_no_sign(answers):
    assert alike(rows_answering('{"a": 1}', "A sentence.", "1. first"), rows_answering(*answers)) == frozenset()


def test_rows_that_look_alike_are_named_after_the_base_has_answered(bench, writer):
    found = rows_of(bench, writer, rows=0, source="bundled")
    assert found.near == ()
    train = rows_answering('{"category": "billing"}')
    found = general_rows(
        General(source="bundled", rows=0, near=0.25), bench.tokenizer(), [], writer, max_length=256, seed=0, train=train
    )
    assert len(found.near) >= 20, "the bundled rows have answers in JSON"
    assert all(found.examples[row].answer_text.startswith("{") for row in found.near)
    assert f"{len(found.near)} of them look like the training answers" in found.sentence()
    own = general_rows(
        General(rows=40, near=0.25, answer_tokens=8), bench.tokenizer(), [], writer, max_length=256, seed=0, train=train
    )
    json_lines = {row.line for row in found.examples if row.answer_text.startswith("{")}
    assert own.near == tuple(i for i, row in enumerate(own.examples) if row.line in json_lines) != ()


def test_rows_that_look_alike_have_their_share_of_the_draw():
    near = (2, 5, 9)
    draw = Draw(12, batch_size=4, share=1 / 3, seed=3, near=near, near_share=0.25)
    drawn = [row for step in range(1, 7) for row in draw.rows(step)]
    assert len(drawn) == 12
    assert [row in near for row in drawn] == [False, False, False, True] * 3
    assert {row for row in drawn if row in near} == set(near), "each once before any again"
    assert len({row for row in drawn if row not in near}) == 9
    again = Draw(12, batch_size=4, share=1 / 3, seed=3, near=near, near_share=0.25)
    assert again.rows(6) == drawn[-2:], "a resumed run draws the same"
    plain = Draw(12, batch_size=4, share=1 / 3, seed=3)
    for same in (
        Draw(12, batch_size=4, share=1 / 3, seed=3, near_share=0.25),
        Draw(12, batch_size=4, share=1 / 3, seed=3, near=near),
    ):
        assert [same.rows(step) for step in range(1, 20)] == [plain.rows(step) for step in range(1, 20)]
