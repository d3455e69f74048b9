"""Hand-written rows of a run for the result page's tests: scores, answers, steps, looks, checkpoints, a verdict."""

import math
import random

from engine.canaries.pairing import compare_inputs
from engine.records import (
    Adapter,
    Answer,
    Budget,
    CanaryPlan,
    DataSpec,
    FileHash,
    Recipe,
    Score,
    Step,
    Training,
)
from engine.states import State
from engine.store import checkpoints, models, runs, scores
from engine.verdict.decide import decide
from engine.verdict.records import CheckedAnswers

#: name: (primary, change of the mean, spread of the differences)
CAPABILITIES = {
    "arithmetic": ("ref_nll", 0.53, 0.30),
    "facts": ("ref_nll", -0.02, 0.12),
    "word problems": ("ref_nll", 0.09, 0.35),
    "commonsense": ("choice_margin", 0.01, 0.10),
    "code": ("ref_nll", 0.15, 0.40),
    "open chat": ("kl", 0.90, 0.40),
}
SETTINGS = {
    "prompts_hash": "a" * 64, "template_hash": "b" * 64, "tokenizer_hash": "c" * 64, "precision": "fp32",
    "quantisation": "none", "attention_kernel": "sdpa on cpu", "batch_layout": "tree, 2048 tokens a batch",
    "versions": {"torch": "2.14.0", "transformers": "5.23.1"}, "generate": "all",
    "primaries": {name: spec[0] for name, spec in CAPABILITIES.items()},
}  # fmt: skip
RESULTS = {
    "learned": {"n": 80, "nll_before": 2.104, "nll_after": 0.312, "exact_before": 0.0, "exact_after": 0.9625,
                "keys_before": 0.05, "keys_after": 0.984},
    "memorised": {"train_nll": 0.21, "heldout_nll": 0.31, "paraphrase_exact": 0.875, "paraphrase_n": 16},
    "sentinels": {"n": 40, "degenerate_before": 1.0, "degenerate_after": 7.0, "format_capture_before": 0.0,
                  "format_capture_after": 0.925, "prefix": '{"category":', "prefix_share": 1.0},
    "base": {"files": 7, "size_bytes": 272_000_000, "unchanged": True, "fingerprint": "f" * 64},
}  # fmt: skip


def recipe(**changes):
    given = {
        "name": "triage-full",
        "base": "starter",
        "method": "full",
        "data": DataSpec(path="/home/ada/secret project/tickets.jsonl", fingerprint="d" * 64),
        "adapter": Adapter(),
        "training": Training(lr=1e-4, epochs=1.0, batch_size=8),
        "canaries": CanaryPlan(budgets={"code": Budget(role="expendable", reason="we never write code")}),
        "notes": "First try; rows from /home/ada/export/may.csv",
    }
    return Recipe(**{**given, **changes})


def add_base(store):
    models.add(
        store, name="starter", source="starter", path="/home/ada/models/starter", fingerprint="f" * 64,
        files=[FileHash(name="model.safetensors", size_bytes=272_000_000, sha256="e" * 64)],
        architecture="LlamaForCausalLM", parameters=134_515_008, template="own",
    )  # fmt: skip


def new_run(store, **changes):
    run_id = runs.create(store, recipe(**changes), plan={"memory": {"peak_bytes": 3_000_000_000}})
    runs.update(store, run_id, steps_total=75)
    return run_id


def add_steps(store, run_id, count=75):
    noise = random.Random(1)
    rows = [
        Step(run_id=run_id, step=n, loss=0.3 + 2.2 * math.exp(-n / 14) + noise.uniform(-0.12, 0.12), lr=1e-4,
             grad_norm=1.0, tokens=600, elapsed_s=4.0 * n)
        for n in range(1, count + 1)
    ]  # fmt: skip
    runs.add_steps(store, rows)


def measure(store, run_id, moment, step, share, *, n=62, n_guard=16, hostile=""):
    """One measurement in which every capability has moved by `share` of its change; returns its id."""
    measurement = scores.begin(
        store, run_id=run_id, moment=moment, step=step, model_ref=f"{run_id}@{step}", fingerprint="f" * 64,
        suite="standard", suite_hash="9" * 64, settings=SETTINGS,
    )  # fmt: skip
    scores.add(store, measurement, _scores(share, n, n_guard), _answers(share, hostile))
    scores.finish(store, measurement, noise_floor=0.0004)
    return measurement


def _scores(share, n, n_guard):
    made = []
    for name, (primary, change, spread) in CAPABILITIES.items():
        noise = random.Random(name)
        for index in range(n + n_guard):
            start, moved = 1.8 + noise.gauss(0, 0.5), noise.gauss(change, spread) * share
            value = {"ref_nll": start + moved, "choice_margin": 0.4 - moved, "kl": max(moved, 0.0)}[primary]
            split = "verdict" if index < n else "guard"
            item = f"{name}-{index:03d}"
            made.append(
                Score(item_id=item, capability=name, split=split, cluster=item, score=primary, value=value, n_tokens=9)
            )
    return made


def _answers(share, hostile):
    made = []
    for index in range(6):
        for name in ("arithmetic", "facts"):
            right = share == 0 or (name == "facts") or index == 5
            text = "The answer is 42." if right else f'{{"category": "billing", "priority": "low"}}{hostile}'
            made.append(
                Answer(item_id=f"{name}-{index:03d}", capability=name, split="verdict", prompt=f"What is {index} + {42 - index}?",
                       text=text, expected="42", passed=right, n_tokens=8)
            )  # fmt: skip
    return made


def checked(store, before, after):
    old = {a.item_id: a for a in scores.answers(store, before)}
    made = []
    for name in ("arithmetic", "facts"):
        pairs = [(old[a.item_id], a) for a in scores.answers(store, after) if a.capability == name]
        made.append(
            CheckedAnswers(
                name=name, before=[int(b.passed) for b, _ in pairs], after=[int(a.passed) for _, a in pairs],
                item_ids=[b.item_id for b, _ in pairs], cluster_ids=[b.item_id for b, _ in pairs],
            )
        )  # fmt: skip
    return made


def finish(store, run_id, before, after):
    inputs = compare_inputs(store, before, after, "verdict", runs.get(store, run_id).recipe.canaries.budgets)
    verdict = decide(inputs, noise_floor=0.0004, checked=checked(store, before, after))
    scores.add_verdict(store, run_id=run_id, step=75, split="verdict", overall=verdict.word, payload=verdict)
    results = {**RESULTS, "measured": {"before": before, "after": after}}
    runs.update(store, run_id, results=results, peak_bytes=2_760_000_000)
    set_state(store, run_id, State.FINISHED)
    return verdict


def set_state(store, run_id, state):
    with store.write() as connection:
        connection.execute("UPDATE runs SET state = ?, ended_at = 1767225600 WHERE id = ?", (state.value, run_id))


def full_run(store, *, hostile="", **changes):
    """A finished run with everything the page can show; returns its id and verdict."""
    add_base(store)
    run_id = new_run(store, **changes)
    before = measure(store, run_id, "before", 0, 0.0)
    add_steps(store, run_id)
    for step, share in ((4, 0.05), (15, 0.15), (38, 0.6)):
        measure(store, run_id, "look", step, share)
        checkpoints.add(store, run_id=run_id, step=step, folder=f"step-{step}", manifest_sha256="1" * 64, size_bytes=9)
    after = measure(store, run_id, "after", 75, 1.0, hostile=hostile)
    checkpoints.add(store, run_id=run_id, step=75, folder="step-75", manifest_sha256="1" * 64, size_bytes=9)
    return run_id, finish(store, run_id, before, after)
