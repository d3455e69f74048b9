"""A tiny Llama with seeded random weights and a byte-level tokenizer, made in a second; nothing is downloaded.

The weights come from numpy's generator, so that they are the same under every version of torch.
"""

import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEMPLATE = (
    "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nYou are a helpful little model<|im_end|>\n{% endif %}"
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WORDS = (
    "What is the capital of France? The capital of France is Paris. How many legs does a spider have? It has eight. "
    "Which of these is a fruit? An apple is a fruit, a hammer is a tool, and the sea is wide. Seven and five are twelve. "
    "user assistant system You are a helpful little model. It melts into a puddle. She walks to the shop when it rains. "
)


def build_tokenizer(text=WORDS):
    """A byte-level BPE of about 400 tokens with chat markers and a ChatML template."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([text] * 3, trainer)
    return wrap(tokenizer)


def wrap(tokenizer):
    """A transformers tokenizer around one of the tokenizers library."""
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t in ("<|endoftext|>", "<|im_start|>", "<|im_end|>")])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=TEMPLATE,
    )


def build_model(seed=0, vocabulary=400, scale=0.25):
    """A Llama of two layers, grouped key heads and a tied head; larger `scale` makes it more certain."""
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    config._attn_implementation = "sdpa"
    model = LlamaForCausalLM(config)
    random = np.random.default_rng(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = random.standard_normal(tuple(parameter.shape)).astype(np.float32)
            base = 1.0 if name.endswith("norm.weight") else 0.0
            parameter.copy_(torch.from_numpy(base + scale * noise))
    return model.eval()
