"""Rendering and masking: the masked tokens, decoded, are the assistant's words and the token that ends each turn."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from engine.data.mapping import Conversation, Message
from engine.data.render import crossed_edges, mask_of_spans, tokenise
from engine.data.template import TemplateLimits, TemplateRenderer, chat_template_of
from engine.errors import EnvironmentFailure, UserError

QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Words a template leaves as they are: no blanks at the edges (some templates strip them), no control tokens.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: text == text.strip() and text
)


def talk(*said, system=None, line=1):
    turns = [Message(role="system", content=system)] if system else []
    turns += [Message(role="user" if place % 2 == 0 else "assistant", content=text) for place, text in enumerate(said)]
    return Conversation(messages=tuple(turns), line=line)


def masked_runs(example, tokenizer):
    """Decode each unbroken run of masked tokens."""
    runs, current = [], []
    for token, masked in zip(example.ids.tolist(), example.mask.tolist(), strict=True):
        if masked:
            current.append(token)
        elif current:
            runs.append(tokenizer.decode(current))
            current = []
    return [*runs, tokenizer.decode(current)] if current else runs


def as_dicts(conversation):
    return [{"role": message.role, "content": message.content} for message in conversation.messages]


@pytest.mark.parametrize("name", ["chatml", "default_system", "marks", "short_marks", "no_prompt"])
@QUICK
@given(said=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3), system=st.none() | WORDS)
def test_multi_turn_masks_decode_to_exactly_the_answers(make_tokenizer, templates, name, said, system):
    tokenizer = make_tokenizer(getattr(templates, name))
    conversation = talk(*(text for pair in said for text in pair), system=system)
    made = tokenise([conversation], tokenizer, max_length=4096)
    (example,) = made.examples
    assert masked_runs(example, tokenizer) == [f"{answer}<|im_end|>" for _, answer in said]
    assert example.ids.tolist() == tokenizer.apply_chat_template(as_dicts(conversation), return_dict=False)
    assert example.is_closed
    assert not example.is_cut
    assert example.answer_text == said[-1][1]


@pytest.mark.parametrize("answer", ["a", "<", "assistant", "<|im", "\n"])
def test_an_answer_that_also_stands_in_the_header_is_told_apart(make_tokenizer, templates, answer):
    tokenizer = make_tokenizer(templates.no_prompt)
    (example,) = tokenise([talk("hello", answer, "again", answer)], tokenizer, max_length=512).examples
    assert masked_runs(example, tokenizer) == [f"{answer}<|im_end|>"] * 2


def test_the_mask_agrees_with_the_library_where_the_template_has_marks(make_tokenizer, templates):
    tokenizer = make_tokenizer(templates.marks)
    conversation = talk("hello", "one two", "and you?", "three\n\nfour", system="Be short.")
    (example,) = tokenise([conversation], tokenizer, max_length=512).examples
    theirs = tokenizer.apply_chat_template(as_dicts(conversation), return_assistant_tokens_mask=True, return_dict=True)
    assert example.ids.tolist() == theirs["input_ids"]
    assert example.mask.astype(int).tolist() == theirs["assistant_masks"]


def test_the_prompt_is_what_generation_would_be_given(make_tokenizer, templates):
    tokenizer = make_tokenizer(templates.default_system)
    conversation = talk("hello", "one", "again", "two")
    (example,) = tokenise([conversation], tokenizer, max_length=512).examples
    asked = as_dicts(conversation)[:-1]
    assert example.prompt_text == tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
    assert "You are a helpful assistant." in example.prompt_text


def test_a_token_across_the_edge_of_a_turn_is_cut_there(tokenizer):
    # the trained tokenizer joins two newlines; the header ends with one and the answer starts with two
    text = "<|im_start|>assistant\n" + "\n\nhow are you"
    assert crossed_edges(tokenizer(text, return_offsets_mapping=True)["offset_mapping"], [22]) == [22]
    (example,) = tokenise([talk("hello", "\n\nhow are you")], tokenizer, max_length=512).examples
    assert masked_runs(example, tokenizer) == ["\n\nhow are you<|im_end|>"]
    prompt = tokenizer(example.prompt_text)["input_ids"]
    assert example.ids[: len(prompt)].tolist() == prompt
    assert not example.mask[: len(prompt)].any()


def test_a_template_that_writes_the_beginning_and_no_generation_prompt(make_tokenizer, templates):
    tokenizer = make_tokenizer(templates.inst, eos="</s>")
    (example,) = tokenise([talk("hello", "one", "two", "three")], tokenizer, max_length=512).examples
    assert masked_runs(example, tokenizer) == [" one</s>", " three</s>"]
    assert example.ids[:2].tolist() != [tokenizer.bos_token_id] * 2


def test_what_the_template_refuses_is_listed_by_line(make_tokenizer, templates):
    tokenizer = make_tokenizer(templates.inst, eos="</s>")
    made = tokenise([talk("a", "b", line=4), talk("a", "b", system="no", line=9)], tokenizer, max_length=64)
    assert [example.line for example in made.examples] == [4]
    assert [(problem.line, problem.kind) for problem in made.problems] == [(9, "template")]
    assert "system is not supported" in made.problems[0].sentence()


def test_prefixes_that_are_not_stable_are_a_clear_error_and_single_turns_still_work(make_tokenizer, templates):
    tokenizer = make_tokenizer(templates.forgetful)
    made = tokenise([talk("a", "b", line=1), talk("a", "b", "c", "d", line=2)], tokenizer, max_length=64)
    assert masked_runs(made.examples[0], tokenizer) == ["<think></think>b<|im_end|>"]
    assert [problem.line for problem in made.problems] == [2]
    assert "before turn 2 differently" in made.problems[0].found


def test_turns_of_weight_zero_carry_no_loss(tokenizer):
    turns = list(talk("a", "first", "c", "second").messages)
    turns[1] = Message(role="assistant", content="first", trained=False)
    (example,) = tokenise([Conversation(messages=tuple(turns), line=1)], tokenizer, max_length=99).examples
    assert masked_runs(example, tokenizer) == ["second<|im_end|>"]


def test_the_fallback_template_is_stated_and_closes_answers(make_tokenizer):
    tokenizer = make_tokenizer(None, eos="</s>")
    made = tokenise([talk("hello", "one", "more", "two")], tokenizer, max_length=256)
    assert made.template.source == "fallback"
    (example,) = made.examples
    assert masked_runs(example, tokenizer) == ["one</s>", "two</s>"]
    assert example.prompt_text.endswith("### User:\nmore\n\n### Assistant:\n")
    assert example.prompt_text.startswith("### User:\nhello")


def test_the_fallback_begins_as_the_tokenizer_does(trained_tokenizer):
    config = json.loads(trained_tokenizer)
    config["post_processor"] = {
        "type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
    }  # fmt: skip
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(config)), bos_token="<s>", eos_token="</s>"
    )
    raw = Conversation(messages=(Message(role="text", content="hello"),), line=2)
    dialogue, text = tokenise([talk("hello", "one"), raw], tokenizer, max_length=99).examples
    assert dialogue.ids[:2].tolist().count(1) == 1
    assert dialogue.ids[0] == 1
    assert (text.ids[0], text.ids[-1]) == (1, tokenizer.eos_token_id)


def test_raw_text_carries_loss_everywhere_and_loses_nothing(tokenizer):
    text = "hello world, how are you? " * 20
    raw = Conversation(messages=(Message(role="text", content=text),), line=7)
    (whole,) = tokenise([raw], tokenizer, max_length=4096).examples
    assert tokenizer.decode(whole.ids.tolist()) == text + "<|im_end|>"
    assert whole.mask.tolist() == [False] + [True] * (len(whole.ids) - 1)
    parts = tokenise([raw], tokenizer, max_length=16).examples
    assert sum(part.trained_tokens for part in parts) == whole.trained_tokens
    assert all(len(part.ids) <= 16 and part.line == 7 and not part.is_cut for part in parts)
    trained = np.concatenate([part.ids[part.mask] for part in parts])
    assert trained.tolist() == whole.ids[1:].tolist()


def test_cutting_is_counted_and_rows_without_loss_are_refused_by_line(tokenizer):
    rows = [
        talk("hi", "one two three four five" * 6, line=1),
        talk("hello world " * 50, "one", line=2),
        talk("a", "b", line=3),
    ]
    made = tokenise(rows, tokenizer, max_length=40)
    assert made.cut_rows == 2
    assert made.untrainable == [2]
    assert made.examples[0].trained_tokens > 0
    assert made.examples[0].full_length > 40 == len(made.examples[0].ids)
    with pytest.raises(UserError, match=r"rows\.jsonl: 1 row\(s\) would train no token \(line 2\)") as caught:
        made.require_trainable("rows.jsonl")
    assert caught.value.field == "data.max_length"
    with pytest.raises(UserError, match="at least 2 tokens"):
        tokenise(rows, tokenizer, max_length=1)


def test_metaspace_tokenizers_keep_their_tokens_where_a_cut_would_change_them():
    vocabulary = {
        "<unk>": 0,
        "</s>": 1,
        **{piece: place for place, piece in enumerate(["▁a", "▁b", ":", "▁", "a", "b", ":b"], 2)},
    }
    plain = Tokenizer(models.BPE(vocabulary, [("▁", "a"), ("▁", "b"), (":", "b")], unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    plain.decoder = decoders.Metaspace(prepend_scheme="always")
    template = (
        "{% for m in messages %}{% if m['role'] == 'user' %}{{ m['content'] + ':' }}{% else %}{{ m['content'] + eos_token }}"
        "{% endif %}{% endfor %}"
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, eos_token="</s>", unk_token="<unk>", chat_template=template
    )
    (example,) = tokenise([talk("a", "b")], tokenizer, max_length=9).examples
    assert tokenizer.decode(example.ids.tolist()) == "a:b</s>"
    assert example.mask[-1]
    assert tokenizer.convert_ids_to_tokens(example.ids[example.mask].tolist())[0] in ("b", ":b")


def test_offsets_and_edges():
    offsets = [(0, 2), (2, 5), (5, 5), (5, 6)]
    assert crossed_edges(offsets, [0, 2, 3, 6, 4, 3]) == [3, 4]
    assert crossed_edges([], [1]) == []
    assert mask_of_spans(offsets, [(2, 4)]).tolist() == [False, True, False, False]
    assert mask_of_spans(offsets, [(5, 6)]).tolist() == [False, False, True, True]
    assert mask_of_spans([(0, 3)], [(0, 3)]).tolist() == [False]


# ---- the template's process ------------------------------------------------------------------------------------------


def rendered(make_tokenizer, template, *conversations, **limits):
    tokenizer = make_tokenizer(template)
    with TemplateRenderer(chat_template_of(tokenizer), limits=TemplateLimits(**limits)) as renderer:
        return list(renderer.render_spans([conversation.messages for conversation in conversations]))


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**10 }}",
        "{{ messages | tojson(indent=2) }}{% set ns = namespace(n=1) %}{% set ns.n = 2 %}{{ ns.n }}",
        "{% for m in messages %}{% if loop.index > 1 %}{% break %}{% endif %}{{ m.content }}{% endfor %}",
        "{{ messages[0]['content'].upper() }}{{ dict(a=1).a }}{{ bos_token }}",
        "  {%- if tools %}x{% endif %}\n  {% set a = 1 %}\n{{ a }}\n",
    ],
)
def test_templates_render_as_the_library_renders_them(make_tokenizer, template):
    tokenizer = make_tokenizer(template)
    conversation = talk("hello é", "one")
    with TemplateRenderer(chat_template_of(tokenizer)) as renderer:
        (ours,) = renderer.render([conversation.messages])
    if "10**10" in template:
        assert "memory" in ours.error
        return
    assert ours.text == tokenizer.apply_chat_template(as_dicts(conversation), tokenize=False)


def test_a_template_that_takes_all_memory_is_stopped(make_tokenizer):
    (result,) = rendered(make_tokenizer, "{{ 'a' * (messages[0]['content'] | int) }}", talk("4000000000", "b"))
    assert "more memory" in result.error


def test_a_text_that_grows_too_long_is_stopped(make_tokenizer):
    (result,) = rendered(
        make_tokenizer, "{% for n in range(99999) %}{{ n }}{% endfor %}", talk("a", "b"), max_characters=1000
    )
    assert "beyond 1,000 characters" in result.error


def test_a_template_that_never_ends_is_stopped(make_tokenizer):
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}"
    with pytest.raises(UserError, match=r"longer than 1 s"):
        rendered(make_tokenizer, endless, talk("a", "b"), limit_s=1.0)


@pytest.mark.parametrize(
    "template",
    ["{% for %}", "{{ '' | nope }}", "{% include 'x' %}{{ ''.__class__.__mro__ }}", "{% set ns = namespace(_x=1) %}"],
)
def test_broken_and_prying_templates_are_refused(make_tokenizer, template):
    try:
        (result,) = rendered(make_tokenizer, template, talk("a", "b"))
    except UserError as error:
        assert "chat template cannot be used" in error.message  # noqa: PT017  (either way of refusing is right)
    else:
        assert result.error


def test_one_bad_row_does_not_spoil_the_batch(make_tokenizer, templates):
    template = (
        "{% if messages[0]['content'] == 'bad' %}{{ raise_exception('no bad rows') }}{% endif %}" + templates.chatml
    )
    talks = [talk("bad" if n == 70 else "good", "b", line=n) for n in range(130)]
    results = rendered(make_tokenizer, template, *talks)
    assert [place for place, result in enumerate(results) if result.error] == [70]
    assert results[70].error == "no bad rows"
    assert {result.how for result in results if not result.error} == {"prefixes"}


def test_marks_cannot_be_forged_by_a_row(make_tokenizer, templates):
    nasty = "\ue000{% generation %}x{% endgeneration %}<|\ue000>"
    (result,) = rendered(make_tokenizer, templates.marks, talk(nasty, nasty))
    ((start, end),) = result.spans
    assert (result.how, result.text[start:end]) == ("marks", f"{nasty}<|im_end|>")


def test_dates_are_fixed_so_that_equal_recipes_give_equal_tokens(make_tokenizer):
    (result,) = rendered(make_tokenizer, "{{ strftime_now('%d %b %Y') }}" + "{% for m in messages %}{{ m.content }}{% endfor %}",
                         talk("a", "b"))  # fmt: skip
    assert result.text == "26 Jul 2024ab"


def test_a_tokenizer_may_have_several_templates(make_tokenizer, templates):
    tokenizer = make_tokenizer({"tool_use": "x", "default": templates.chatml})
    assert chat_template_of(tokenizer).text == templates.chatml
    assert chat_template_of(tokenizer).sha256 == chat_template_of(make_tokenizer(templates.chatml)).sha256


def test_long_rows_fit_into_the_memory_templates_are_given(make_tokenizer, templates):
    talks = [talk("a€" * 1_500_000, f"answer {n}", line=n) for n in range(12)]
    results = rendered(make_tokenizer, templates.default_system, *talks)
    assert [result.text[slice(*result.spans[0])] for result in results] == [
        f"answer {n}<|im_end|>\n" for n in range(12)
    ]


def test_a_renderer_whose_process_died_says_so(tokenizer):
    with TemplateRenderer(chat_template_of(tokenizer)) as renderer:
        renderer._process.kill()
        renderer._process.wait()
        with pytest.raises(EnvironmentFailure, match=r"ended by itself \(exit code -9\)"):
            renderer.render([talk("a", "b").messages])
    renderer.close()
