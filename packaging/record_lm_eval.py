"""Record what lm-evaluation-harness says of a tiny seeded model, for the test that our choice scores equal its own.

Needs an environment with torch, transformers and lm-eval (the extra `bench`); run from the checkout:

    python packaging/record_lm_eval.py

It writes tests/data/lm_eval.json: the tokenizer, the items, and for each item the log-likelihoods, acc, acc_norm and
acc_bytes that the harness computed, with and without a chat template's markers around the question.
"""

import json
import runpy
import tempfile
from importlib.metadata import version
from pathlib import Path

from lm_eval import simple_evaluate
from lm_eval.api.task import ConfigurableTask
from lm_eval.models.huggingface import HFLM

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "unit" / "engine" / "canaries" / "tiny.py"
OUT = ROOT / "tests" / "data" / "lm_eval.json"
SEED = 7

# Written for this test. Some end their context in blanks, some choices hold letters of several bytes or differ much in
# length, so that acc, acc_norm and acc_bytes disagree.
ITEMS = [
    ("You leave an ice cube on a warm table.", ["It melts into a puddle.", "It grows.", "It turns into salt."], 0),
    ("A heavy rain starts. To stay dry you take", ["a candle", "an umbrella", "a very long wooden ladder"], 1),
    ("The capital of France is", ["Paris", "Rome", "Oslo", "the city of Lisbon"], 0),
    ("Question: How many legs does a spider have?\nAnswer:", ["six", "eight", "ten"], 1),
    ("Two plus two is", ["4", "five hundred and seventeen", "22"], 0),
    ("The opposite of hot is ", ["cold", "warm", "big"], 0),
    ("A fish lives in   ", ["the water", "a tree", "an oven"], 0),
    ("Which word is a colour?", ["green", "table", "quickly", "seven"], 0),
    ("In Spanish, the word for child is", ["niño", "casa", "perro", "mañana por la mañana"], 0),
    ("A café in Zürich sells", ["Brötchen", "bicycles", "submarines"], 0),
    ("日本の首都は", ["東京", "大阪です", "パリ"], 0),
    ("The sun rises in the", ["east", "west", "north", "south"], 0),
    ("After Monday comes", ["Tuesday", "Friday", "Sunday"], 0),
    ("A baker makes", ["shoes", "bread", "roofs"], 1),
    ("The past tense of go is", ["goed", "went", "gone home for the day"], 1),
    ("Water boils when it is", ["very hot", "frozen", "asleep"], 0),
    ("A doctor works in a", ["hospital", "volcano", "teacup"], 0),
    ("Fill in: She ___ to school every day.\n", ["walks", "walk", "walking is what she did"], 0),
    ("def add(a, b):\n    return ", ["a + b", "a - b", "print"], 0),
    ("The largest of these animals is the", ["mouse", "whale", "cat"], 1),
    ("If all cats purr and Tom is a cat, then", ["Tom purrs", "Tom barks", "nobody purrs"], 0),
    ("A triangle has", ["three sides", "nine sides", "no sides at all, whatever anyone says"], 0),
    ("Bees make", ["honey", "milk", "glass"], 0),
    ("To open a locked door you need a", ["key", "spoon", "cloud"], 0),
    ("The month after March is", ["April", "June", "December", "May"], 0),
    ("Ice is", ["frozen water", "burnt wood", "a kind of metal"], 0),
    ("Seven minus five is", ["two", "twelve", "thirty-five"], 0),
    ("A person who writes books is an", ["author", "engine", "island"], 0),
    ("\"Hello\" said the man. He was being", ["polite", "purple", "rectangular"], 0),
    ("Cars drive on", ["roads", "clouds", "the ocean floor"], 0),
    ("Snow is usually", ["white", "black", "striped like a zebra"], 0),
    ("You hear thunder. Soon there may be", ["rain", "a parade of elephants", "silence for ever"], 0),
]  # fmt: skip


def main() -> None:
    """Score every item with the harness and write what it said."""
    tiny = runpy.run_path(str(TINY))
    tokenizer = tiny["build_tokenizer"]()
    model = tiny["build_model"](seed=SEED, vocabulary=len(tokenizer))
    plain = [{"prompt": prompt, "choices": choices, "gold": gold} for prompt, choices, gold in ITEMS]
    chat = [
        {**row, "prompt": f"<|im_start|>user\n{row['prompt']}<|im_end|>\n<|im_start|>assistant\n"} for row in plain[:12]
    ]
    rows = [{**row, "delimiter": " "} for row in plain] + [{**row, "delimiter": ""} for row in chat]
    record = {
        "versions": {name: version(name) for name in ("lm-eval", "torch", "transformers", "tokenizers")},
        "seed": SEED,
        "tokenizer": json.loads(tokenizer.backend_tokenizer.to_str()),
        "items": [
            scored
            for delimiter in (" ", "")
            for scored in evaluated(model, tokenizer, [row for row in rows if row["delimiter"] == delimiter], delimiter)
        ],
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(record['items'])} items written to {OUT}")


def evaluated(model: object, tokenizer: object, rows: list[dict], delimiter: str) -> list[dict]:
    """The rows with the harness's log-likelihoods and accuracies."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "items.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        task = ConfigurableTask(
            config={
                "task": "recorded",
                "dataset_path": "json",
                "dataset_kwargs": {"data_files": {"test": str(data)}, "cache_dir": folder},
                "test_split": "test",
                "output_type": "multiple_choice",
                "doc_to_text": "prompt",
                "doc_to_choice": "choices",
                "doc_to_target": "gold",
                "target_delimiter": delimiter,
                "metric_list": [{"metric": name} for name in ("acc", "acc_norm", "acc_bytes")],
            }
        )
        harness = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=5, device="cpu")
        result = simple_evaluate(model=harness, tasks=[task], log_samples=True, bootstrap_iters=0)
    samples = sorted(result["samples"]["recorded"], key=lambda sample: sample["doc_id"])
    return [
        {
            **row,
            "log_likelihoods": [answer[0] for answer in sample["filtered_resps"]],
            **{name: sample[name] for name in ("acc", "acc_norm", "acc_bytes")},
        }
        for row, sample in zip(rows, samples, strict=True)
    ]


if __name__ == "__main__":
    main()
