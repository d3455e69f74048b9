"""Example rows of a sequence: run B trained on top of run A; for tests and pictures only."""

import random

import compared_runs as examples

from engine.records import Score
from engine.store import runs, scores
from engine.verdict.decide import decide
from engine.verdict.records import CapabilityInput

ROWS = 40
SUITE = "held-out rows"


def heldout(store, run_id, moment, loss, *, of_run=0, exact=0.0):
    """Held-out rows measured by a run: all around one loss, the same rows having the same noise; the measurement's id."""
    settings = {"of_run": of_run} if of_run else {}
    measurement = scores.begin(
        store, run_id=run_id, moment=moment, step=75, model_ref=f"{run_id}@75", fingerprint="f" * 64, suite=SUITE,
        suite_hash=f"{of_run or run_id}" * 8, settings=settings,
    )  # fmt: skip
    made = []
    for number in range(ROWS):
        item = f"row-{number}"
        value = loss + 0.03 * (number % 5 - 2)  # the same for a row each time, and 0 on average
        made.append(
            Score(
                item_id=item, capability="task", split="verdict", cluster=item, score="ref_nll", value=value, n_tokens=9
            )
        )
        made.append(Score(item_id=item, capability="task", split="verdict", cluster=item, score="exact",
                          value=float(number < exact * ROWS), n_tokens=9))  # fmt: skip
    scores.add(store, measurement, made, [])
    scores.finish(store, measurement)
    return measurement


def judge(store, later, earlier, change, spread=0.05):
    """The verdict of a later run over an earlier one's held-out rows, which lost `change` nats a token."""
    noise = random.Random(7)
    before = [1.0] * ROWS
    after = [1.0 + change + noise.gauss(0, spread) for _ in before]
    ids = [f"row-{number}" for number in range(ROWS)]
    name = runs.get(store, earlier).name
    verdict = decide([CapabilityInput(name=name, before=before, after=after, item_ids=ids, cluster_ids=ids)])
    scores.add_verdict(store, run_id=later, step=75, split="heldout", overall=verdict.word, payload=verdict)
    return verdict.capabilities[0]


def fill(store):
    """The base, A (learned: loss 3 → 0.5), B on top of A (A's rows lose 0.3; B's own 2 → 0.4). Returns both ids."""
    examples.filled.add_base(store)
    a = examples.add(store, "law", *examples.RUNS["lora-04"])
    heldout(store, a, "before", 3.0, exact=0.0)
    heldout(store, a, "after", 0.5, exact=0.9)
    b = examples.add(store, "medicine", *examples.RUNS["lora-03"])
    with store.write() as connection:
        connection.execute("UPDATE runs SET recipe = json_set(recipe, '$.start_from', ?) WHERE id = ?", (f"{a}@75", b))
    heldout(store, b, "before", 2.0, exact=0.1)
    heldout(store, b, "after", 0.4, exact=0.8)
    heldout(store, b, "after", 0.8, of_run=a, exact=0.6)
    judge(store, b, a, 0.3)
    return a, b
