"""A small byte-level tokenizer, trained here, and chat templates of the kinds found in the wild."""

import json
from types import SimpleNamespace

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

SPECIAL = ["<|pad|>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", "[INST]", "[/INST]"]
CORPUS = [
    "The capital of France is Paris.", "user assistant system", "You are a helpful assistant.",
    "hello world, hello there\n\nhow are you today?\n", '{"team": "billing", "urgency": "high"}', "one two three four five",
    "one\n\n\ntwo\n\n\nthree",
] * 5  # fmt: skip

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TEMPLATES = SimpleNamespace(
    chatml=CHATML,
    # Adds a system prompt of its own where the conversation has none, as small instruct models do.
    default_system="{% if messages and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful"
    " assistant.<|im_end|>\n' }}{% endif %}" + CHATML,
    marks="{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}{{ '\n' }}"
    "{% else %}{{ message['content'] + '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    # The marks leave the end-of-turn token out.
    short_marks="{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] }}{% endgeneration %}"
    "{% else %}{{ message['content'] }}{% endif %}{{ '<|im_end|>\n' }}{% endfor %}",
    # No generation prompt at all, and a header that belongs to the assistant's own message.
    no_prompt="{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}",
    inst="{{ bos_token }}{% for message in messages %}{% if message['role'] == 'assistant' %}"
    "{{ ' ' + message['content'] + eos_token }}{% elif message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
    "{% else %}{{ raise_exception('system is not supported') }}{% endif %}{% endfor %}",
    # Forgets what was thought in earlier turns: what comes before a turn depends on what comes after it.
    forgetful="{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' and loop.last %}{{ '<think></think>' }}{% endif %}"
    "{{ message['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
)


@pytest.fixture(scope="session")
def templates():
    return TEMPLATES


@pytest.fixture(scope="session")
def trained_tokenizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer.to_str()


@pytest.fixture
def make_tokenizer(trained_tokenizer):
    def make(template=CHATML, eos="<|im_end|>", **more):
        return PreTrainedTokenizerFast(
            tokenizer_object=Tokenizer.from_str(trained_tokenizer), chat_template=template, bos_token="<s>", eos_token=eos,
            pad_token="<|pad|>", additional_special_tokens=["<|im_start|>", "<|im_end|>", "[INST]", "[/INST]"], **more,
        )  # fmt: skip

    return make


@pytest.fixture
def tokenizer(make_tokenizer):
    return make_tokenizer()


@pytest.fixture
def jsonl(tmp_path):
    """Write rows as JSON Lines and give the path."""

    def write(rows, name="rows.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write
