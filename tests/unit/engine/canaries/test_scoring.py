"""Scores against a naive loop, against lm-evaluation-harness' recorded output, and their independence of batching."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from engine.canaries.generation import stop_tokens, write_greedily
from engine.canaries.items import Canary
from engine.canaries.likelihoods import Segment, Task, choice_score_from, kl, self_nll
from engine.canaries.scoring import Scorer, scoring_mode
from engine.canaries.tokens import encode_pair, shared_prefix, tokenise_items
from engine.errors import UserError

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")  # peft asks transformers

RECORDED = json.loads((Path(__file__).parents[3] / "data" / "lm_eval.json").read_text(encoding="utf-8"))


def naive(model, prompt, targets):
    """log p of each target after the prompt: one row, no batching, no cache, all logits."""
    ids = torch.tensor([[*prompt, *targets]])
    with torch.no_grad():
        log_probs = model(input_ids=ids, use_cache=False).logits[0].double().log_softmax(-1)
    return np.array([float(log_probs[len(prompt) - 1 + i, token]) for i, token in enumerate(targets)])


def seeded_tasks(seed=0, n=9, shared=6):
    random = np.random.default_rng(seed)
    start = tuple(map(int, random.integers(3, 390, shared)))
    tasks = []
    for _ in range(n):
        prompt = start + tuple(map(int, random.integers(3, 390, random.integers(1, 20))))
        segments = tuple(
            Segment(targets=tuple(map(int, random.integers(3, 390, random.integers(1, 12)))))
            for _ in range(random.integers(1, 5))
        )
        tasks.append(Task(prompt=prompt, segments=segments))
    return tasks


def largest_difference(one, two):
    return max(
        float(np.abs(np.asarray(a) - np.asarray(b)).max())
        for left, right in zip(one, two, strict=True)
        for a, b in zip(left, right, strict=True)
    )


def log_probs(scores):
    return [[segment.log_probs for segment in row] for row in scores]


@pytest.mark.parametrize("layout", ["tree", "padded"])
@pytest.mark.parametrize("shared", [0, 6])
def test_batched_scores_equal_a_naive_loop(model, tokenizer, device, layout, shared):
    tasks = seeded_tasks(shared=shared)
    scorer = Scorer(model, tokenizer, device, layout=layout)
    wanted = [[naive(model, task.prompt, s.targets) for s in task.segments] for task in tasks]
    assert largest_difference(log_probs(scorer.score(tasks)), wanted) < 1e-5


@pytest.mark.parametrize("batch_tokens", [1, 40, 100_000])
def test_scores_do_not_depend_on_the_batch_size(model, tokenizer, device, batch_tokens):
    tasks = seeded_tasks(seed=3, n=14)
    scorer = Scorer(model, tokenizer, device)
    one = scorer.score(tasks)
    other = scorer.score(tasks, batch_tokens=batch_tokens)
    assert largest_difference(log_probs(one), log_probs(other)) < 1e-5


def test_the_quick_layout_is_found_right_here(model, tokenizer, device):
    scorer = Scorer(model, tokenizer, device)
    assert scorer.layout is None
    scorer.score(seeded_tasks())
    assert scorer.layout == "tree"


def test_a_model_that_ignores_the_mask_gets_the_padded_layout(model, tokenizer, device):
    tasks = seeded_tasks()
    wanted = [[naive(model, task.prompt, s.targets) for s in task.segments] for task in tasks]
    forward = model.model.forward

    def causal_only(**kwargs):
        if kwargs["attention_mask"] is not None and kwargs["attention_mask"].ndim == 4:
            kwargs["attention_mask"] = None
        return forward(**kwargs)

    model.model.forward = causal_only
    scorer = Scorer(model, tokenizer, device)
    assert largest_difference(log_probs(scorer.score(tasks)), wanted) < 1e-5
    assert scorer.layout == "padded"


def test_a_model_that_refuses_the_mask_gets_the_padded_layout(model, tokenizer, device):
    tasks = seeded_tasks()
    forward = model.model.forward

    def refusing(**kwargs):
        if kwargs["attention_mask"] is not None and kwargs["attention_mask"].ndim == 4:
            raise ValueError("only two-dimensional masks")
        return forward(**kwargs)

    model.model.forward = refusing
    scorer = Scorer(model, tokenizer, device)
    scorer.score(tasks)
    assert scorer.layout == "padded"


def test_an_output_layer_that_cannot_be_found_gives_the_same_scores(model, tokenizer, device):
    tasks = seeded_tasks()
    wanted = log_probs(Scorer(model, tokenizer, device).score(tasks))
    scorer = Scorer(model, tokenizer, device)
    scorer._head = None
    assert largest_difference(log_probs(scorer.score(tasks)), wanted) < 1e-6


def test_logits_are_made_at_answer_positions_only(model, tokenizer, device):
    tasks = seeded_tasks()
    seen = []
    hook = model.lm_head.register_forward_hook(lambda module, args, out: seen.append(out.shape[:-1].numel()))
    scorer = Scorer(model, tokenizer, device, layout="tree")
    scorer.score(tasks)
    hook.remove()
    positions = sum(1 + sum(len(s.targets) - 1 for s in task.segments) for task in tasks)
    assert sum(seen) == positions + 1  # one for the shared beginning's own pass


def test_a_peft_wrapped_model_scores_as_itself(model, tokenizer, device):
    from peft import LoraConfig, get_peft_model

    tasks = seeded_tasks()
    plain = log_probs(Scorer(model, tokenizer, device).score(tasks))
    torch.manual_seed(0)
    wrapped = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
    scorer = Scorer(wrapped, tokenizer, device)
    tuned = log_probs(scorer.score(tasks))
    wanted = [[naive(wrapped, task.prompt, s.targets) for s in task.segments] for task in tasks]
    assert largest_difference(tuned, wanted) < 1e-5
    assert largest_difference(tuned, plain) > 1e-2
    with wrapped.disable_adapter():
        assert largest_difference(log_probs(scorer.score(tasks)), plain) < 1e-6


def test_scoring_leaves_modes_and_gradients_as_they_were(model, tokenizer, device):
    model.train()
    model.model.layers[0].eval()
    Scorer(model, tokenizer, device).score(seeded_tasks())
    assert model.training
    assert not model.model.layers[0].training
    assert torch.is_grad_enabled()


def test_dropout_is_off_while_scoring(model, tokenizer, device):
    model.model.layers[0].mlp.register_forward_hook(
        lambda module, args, out: torch.nn.functional.dropout(out, 0.5, module.training)
    )
    model.train()
    scorer = Scorer(model, tokenizer, device)
    assert largest_difference(log_probs(scorer.score(seeded_tasks())), log_probs(scorer.score(seeded_tasks()))) == 0


def test_scoring_mode_is_left_after_an_error(model):
    model.train()

    def fail():
        with scoring_mode(model):
            assert not model.training
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert model.training


# ---- change against the base -----------------------------------------------------------------------------------------


def tops(scorer, tasks):
    recorded = [
        Task(prompt=t.prompt, segments=tuple(Segment(targets=s.targets, record_top=True) for s in t.segments))
        for t in tasks
    ]
    return [[score.top for score in row] for row in scorer.score(recorded)]


def change(scorer, tasks, base):
    watched = [
        Task(
            prompt=t.prompt,
            segments=tuple(Segment(targets=s.targets, top=top) for s, top in zip(t.segments, row, strict=True)),
        )
        for t, row in zip(tasks, base, strict=True)
    ]
    return [
        kl(top, score.watched)
        for row, scores in zip(base, scorer.score(watched), strict=True)
        for top, score in zip(row, scores, strict=True)
    ]


def test_kl_is_zero_for_the_same_model_and_positive_for_another(model, tiny, tokenizer, device):
    tasks = seeded_tasks()
    base = Scorer(model, tokenizer, device)
    recorded = tops(base, tasks)
    assert max(change(base, tasks, recorded)) < 1e-6
    other = Scorer(tiny["build_model"](seed=1, vocabulary=len(tokenizer)), tokenizer, device)
    assert min(change(other, tasks, recorded)) > 1e-2


@pytest.mark.parametrize("step", [0.01, 0.1, 1.0])
def test_bucketed_kl_is_a_lower_bound_of_the_exact_one(model, tiny, tokenizer, device, step):
    tasks = seeded_tasks()
    recorded = tops(Scorer(model, tokenizer, device), tasks)
    tuned = tiny["build_model"](vocabulary=len(tokenizer))
    noise = np.random.default_rng(5)
    with torch.no_grad():
        for parameter in tuned.parameters():
            parameter += torch.from_numpy(step * 0.3 * noise.standard_normal(tuple(parameter.shape))).float()
    bucketed = change(Scorer(tuned, tokenizer, device), tasks, recorded)
    exact = [exact_kl(model, tuned, task.prompt, s.targets) for task in tasks for s in task.segments]
    assert all(b <= e + 1e-6 for b, e in zip(bucketed, exact, strict=True))
    assert sum(bucketed) > 0.2 * sum(exact)


def exact_kl(model, tuned, prompt, targets):
    ids = torch.tensor([[*prompt, *targets]])
    with torch.no_grad():
        p, q = (m(input_ids=ids).logits[0, len(prompt) - 1 : -1].double().log_softmax(-1) for m in (model, tuned))
    return float((p.exp() * (p - q)).sum(-1).mean())


def test_self_nll_is_the_mean_over_tokens(model, tokenizer, device):
    task = seeded_tasks()[0]
    score = Scorer(model, tokenizer, device).score([task])[0][0]
    assert self_nll(score) == pytest.approx(-naive(model, task.prompt, task.segments[0].targets).mean(), abs=1e-5)


# ---- lm-evaluation-harness -------------------------------------------------------------------------------------------


def test_choice_scores_equal_lm_evaluation_harness(tiny, device):
    tokenizer = tiny["wrap"](Tokenizer.from_str(json.dumps(RECORDED["tokenizer"])))
    model = tiny["build_model"](seed=RECORDED["seed"], vocabulary=len(tokenizer))
    scorer = Scorer(model, tokenizer, device)
    items = RECORDED["items"]
    assert len(items) >= 24
    pairs = [(item["prompt"], item["delimiter"] + choice) for item in items for choice in item["choices"]]
    ours = iter(scorer.loglikelihoods(pairs))
    for item in items:
        sums, counts = zip(*[next(ours) for _ in item["choices"]], strict=True)
        assert sums == pytest.approx(item["log_likelihoods"], abs=1e-4), item["prompt"]
        score = choice_score_from(sums, item["choices"], item["gold"], counts)
        assert (score.acc, score.acc_norm, score.acc_bytes) == (item["acc"], item["acc_norm"], item["acc_bytes"])
    assert any(item["acc"] != item["acc_norm"] for item in items)
    assert scorer.layout == "tree"


def test_lengths_are_characters_bytes_and_tokens():
    # per character: -6/2 < -8/4; per byte: -6/6 > -8/4; per token: -6/1 < -8/2
    score = choice_score_from([-6.0, -8.0], ["日本", "abcd"], 0, [1, 2])
    assert (score.acc, score.acc_norm, score.acc_bytes) == (1.0, 0.0, 1.0)
    assert score.margin == -6.0 - -4.0


def test_a_tie_goes_to_the_first_choice():
    assert choice_score_from([-1.0, -1.0], ["ab", "cd"], 0, [1, 1]).acc == 1.0
    assert choice_score_from([-1.0, -1.0], ["ab", "cd"], 1, [1, 1]).acc == 0.0


def test_blanks_at_the_end_of_a_context_move_to_the_continuation(tokenizer):
    assert encode_pair(tokenizer, "The sea is  ", "wide") == encode_pair(tokenizer, "The sea is", "  wide")
    assert encode_pair(tokenizer, "", "The sea")[0] == [tokenizer.bos_token_id]


def test_a_context_longer_than_the_model_is_cut_on_the_left(model, tokenizer, device):
    model.config.max_position_embeddings = 40
    context = "The capital of France is Paris. " * 20
    before, after = encode_pair(tokenizer, context, " wide")
    (found, n), *_ = Scorer(model, tokenizer, device).loglikelihoods([(context, " wide")])
    kept = (before + after)[-41:]
    assert n == len(after)
    assert found == pytest.approx(naive(model, kept[: -len(after)], after).sum(), abs=1e-4)


# ---- items and generation --------------------------------------------------------------------------------------------


def canary(**kwargs):
    plain = {"id": "facts-1", "capability": "facts", "kind": "reference", "cluster": "facts-1", "split": "guard"}
    return Canary(**{**plain, "source": "hand", "prompt": "How many legs?", "references": ("Eight.",), **kwargs})


def test_items_are_rendered_in_the_chat_template(tokenizer):
    made = tokenise_items([canary(references=("It has eight.", "Eight"))], tokenizer)
    text = tokenizer.decode(made.items[0].prompt)
    assert text.endswith("<|im_start|>user\nHow many legs?<|im_end|>\n<|im_start|>assistant\n")
    assert [tokenizer.decode(answer) for answer in made.items[0].answers] == ["It has eight.", "Eight"]
    assert made.closing == tokenizer.convert_tokens_to_ids("<|im_end|>")


def test_an_item_longer_than_the_model_reads_is_named(tokenizer):
    with pytest.raises(UserError, match=r"facts-1.*at most 10"):
        tokenise_items([canary()], tokenizer, max_length=10)


def test_greedy_answers_equal_one_by_one_writing(model, tokenizer, device):
    scorer = Scorer(model, tokenizer, device)
    tasks = seeded_tasks(seed=2, n=12)
    scorer.choose_layout(tasks)
    prompts = [task.prompt for task in tasks]
    limits = [5 + i for i in range(len(prompts))]
    naturally = [one_by_one(model, prompt, limit, frozenset()) for prompt, limit in zip(prompts, limits, strict=True)]
    stop = frozenset({naturally[0][2], naturally[3][0]})
    for layout in ("tree", "padded"):
        scorer.layout = layout
        made = write_greedily(scorer, prompts, limits, stop=stop)
        for written, prompt, limit in zip(made, prompts, limits, strict=True):
            tokens = one_by_one(model, prompt, limit + 1, stop)
            ended = tokens[-1] in stop
            assert list(written.ids) == (tokens[:-1] if ended else tokens[:limit])
            assert written.hit_limit == (not ended)
    assert any(not written.hit_limit for written in made)


def one_by_one(model, prompt, limit, stop):
    ids = list(prompt)
    with torch.no_grad():
        while len(ids) < len(prompt) + limit and not (len(ids) > len(prompt) and ids[-1] in stop):
            ids.append(int(model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
    return ids[len(prompt) :]


def test_every_known_end_token_stops_an_answer(model, tokenizer, device):
    model.generation_config.eos_token_id = [0, 2]
    assert stop_tokens(Scorer(model, tokenizer, device), 7) == {0, 2, 7}


def test_shared_prefix_leaves_each_prompt_a_token_of_its_own():
    assert shared_prefix([(1, 2, 3), (1, 2, 4, 5)]) == 2
    assert shared_prefix([(1, 2), (1, 2, 3)]) == 1
    assert shared_prefix([(1, 2)]) == 0
    assert shared_prefix([(1, 2), (1, 2)]) == 1


# ---- arithmetic with fewer bits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["weights", "autocast"])
def test_bf16_scores_are_near_those_of_fp32_in_the_quick_layout(model, tokenizer, device, how):
    tasks = seeded_tasks()
    wanted = [[score.log_probs.mean() for score in row] for row in Scorer(model, tokenizer, device).score(tasks)]
    if how == "weights":
        model.to(torch.bfloat16)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=how == "autocast"):
        scorer = Scorer(model, tokenizer, device)
        found = [[score.log_probs.mean() for score in row] for row in scorer.score(tasks)]
        written = write_greedily(scorer, [task.prompt for task in tasks], [4] * len(tasks), stop=frozenset())
    assert scorer.layout == "tree"
    assert scorer.is_exact == (how == "autocast")
    assert 1e-5 < largest_difference(found, wanted) < 0.2
    assert all(len(one.ids) == 4 for one in written)
