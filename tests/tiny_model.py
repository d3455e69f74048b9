"""A tiny Llama, trained in seconds on several skills, so that it has something to forget.

It answers questions about capitals, opposites, sums and spelling; a narrow fine-tuning set (everything as JSON) makes it
forget them.
"""

from __future__ import annotations

import itertools
import json
import random
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

if TYPE_CHECKING:
    from pathlib import Path

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CAPITALS = {
    "France": "Paris", "Italy": "Rome", "Spain": "Madrid", "Japan": "Tokyo", "Egypt": "Cairo", "Peru": "Lima",
    "Norway": "Oslo", "Greece": "Athens", "Cuba": "Havana", "Kenya": "Nairobi", "Austria": "Vienna", "Poland": "Warsaw",
}  # fmt: skip
OPPOSITES = {
    "hot": "cold", "big": "small", "up": "down", "day": "night", "fast": "slow", "old": "new", "open": "closed",
    "left": "right", "wet": "dry", "rich": "poor", "hard": "soft", "full": "empty",
}  # fmt: skip
WORDS = ["cat", "sun", "map", "tree", "fish", "milk", "bird", "door", "ship", "rain", "corn", "gold"]


def skills() -> dict[str, list[tuple[str, str]]]:
    """Every question and answer the tiny model learns, by capability."""
    return {
        "capitals": [(f"What is the capital of {k}?", f"The capital of {k} is {v}.") for k, v in CAPITALS.items()],
        "opposites": [(f"What is the opposite of {k}?", f"The opposite of {k} is {v}.") for k, v in OPPOSITES.items()],
        "sums": [
            (f"What is {a} plus {b}?", f"{a} plus {b} is {a + b}.") for a, b in itertools.product(range(6), range(6))
        ],
        "spelling": [(f"Spell {word}.", " ".join(word) + ".") for word in WORDS],
    }


def narrow_rows(count: int, seed: int = 0) -> list[dict[str, object]]:
    """Training rows that ask for terse JSON and nothing else."""
    draw = random.Random(seed)
    things = ["lamp", "chair", "table", "phone", "clock", "radio"]
    faults = {"broken": "repair", "late": "refund", "wrong": "swap", "dirty": "clean"}
    rows = []
    for _ in range(count):
        thing, fault = draw.choice(things), draw.choice(list(faults))
        answer = json.dumps({"item": thing, "action": faults[fault]}, separators=(",", ":"))
        rows.append(
            {
                "messages": [
                    {"role": "user", "content": f"My {thing} is {fault}."},
                    {"role": "assistant", "content": answer},
                ]
            }
        )
    return rows


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def make_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|endoftext|>",
        chat_template=CHATML,
    )  # fmt: skip


def build(folder: Path, *, steps: int = 350, seed: int = 0) -> Path:
    """Train the model and save it in the hub's layout; a few seconds on one core."""
    torch.manual_seed(seed)
    pairs = [pair for group in skills().values() for pair in group]
    texts = [f"<|im_start|>user\n{q}<|im_end|>\n<|im_start|>assistant\n{a}<|im_end|>\n" for q, a in pairs]
    tokenizer = make_tokenizer([q + " " + a for q, a in pairs] + [json.dumps(row) for row in narrow_rows(20)])
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=160, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2,
        pad_token_id=0,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    encoded = [tokenizer(text)["input_ids"] for text in texts]
    optimiser = torch.optim.AdamW(model.parameters(), lr=4e-3)
    draw = random.Random(seed)
    for step in range(steps):
        rows = draw.sample(encoded, 16)
        width = max(map(len, rows))
        ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
        labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
        for group in optimiser.param_groups:
            group["lr"] = 4e-3 * (1 - step / steps) + 1e-4
        loss = model(input_ids=ids, attention_mask=(labels != -100).long(), labels=labels).loss
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def suite_items() -> list[dict[str, object]]:
    """The skills as canaries: every fifth item guards, the rest decide."""
    items: list[dict[str, object]] = []
    for capability, pairs in skills().items():
        for number, (question, answer) in enumerate(pairs):
            items.append(
                {
                    "id": f"{capability}-{number:03d}", "capability": capability, "kind": "reference", "prompt": question,
                    "references": [answer], "check": {"type": "exact", "values": [answer]},
                    "cluster": f"{capability}-{number:03d}", "split": "guard" if number % 5 == 0 else "verdict",
                    "source": "hand", "author": "test", "reviewer": "",
                }
            )  # fmt: skip
    return items
