"""Many runs with verdicts, in a window's project."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "engine" / "export"))

import filled_store as filled

from engine.states import State
from engine.store import runs, scores

WORDS = ("kept", "forgot", "can't tell", "changed")


@pytest.fixture
def many():
    """`many(store, count)` fills a store with one whole run and `count` copies of its verdict; returns their ids."""

    def fill(store, count):
        first, _ = filled.full_run(store)
        payload = scores.verdicts(store, first)[-1]["payload"]
        ids = [first]
        with store.write():
            return [*ids, *(_one(store, payload, number) for number in range(count))]

    return fill


def _one(store, payload, number):
    word, method = WORDS[number % 4], ("lora", "full", "qlora")[number % 3]
    run_id = runs.create(store, filled.recipe(name=f"{method}-{number:02d}", method=method, protect="custom"))
    scores.add_verdict(store, run_id=run_id, step=75, split="verdict", overall=word, payload={**payload, "word": word})
    filled.set_state(store, run_id, State.FINISHED)
    return run_id
