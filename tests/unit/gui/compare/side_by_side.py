"""Two models with stored canary answers, and answer jobs as a worker would leave them; for tests and pictures only."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "engine" / "export"))

import filled_store as filled

from engine.records import Answer, Score
from engine.states import State
from engine.store import answers, checkpoints, history, jobs, scores

BASE_ANSWERS = {
    "arithmetic-000": ("What is 17 × 23?", "17 × 23 = 391.", "I'm happy to help! 17 × 23 = 401.", "391", True, False),
    "arithmetic-001": ("What is 6 + 8?", "6 + 8 = 14.", "6 + 8 = 14. Is there anything else?", "14", True, True),
    "facts-000": ("What is the capital of Peru?", "Lima is the capital of Peru.", "The capital of Peru is Cuzco.", "Lima", True, False),
    "facts-001": ("Who wrote Faust?", "Goethe wrote Faust.", "Goethe wrote Faust.", "Goethe", True, True),
}  # fmt: skip


def fill(store, outside, with_answers=True):
    """The base "starter" and one run with a checkpoint at 75; both have answered four canaries. Returns the references."""
    (outside / "starter").mkdir(parents=True, exist_ok=True)
    filled.add_base(store)
    with store.write() as connection:
        connection.execute("UPDATE models SET path = ?", (str(outside / "starter"),))
    run_id = filled.new_run(store, name="lora-04", method="lora")
    filled.set_state(store, run_id, State.FINISHED)
    checkpoints.add(store, run_id=run_id, step=75, folder="step-75", manifest_sha256="1" * 64, size_bytes=9)
    history.set_pointer(store, f"{run_id}@75", "1" * 64)
    if with_answers:
        measure(store, run_id, "base:starter", "f" * 64, 1, 4)
        measure(store, run_id, f"{run_id}@75", "1" * 64, 2, 5)
    return "base:starter", f"{run_id}@75"


def measure(store, run_id, ref, fingerprint, text_at, passed_at, suite_hash="9" * 64):
    """One model's answers and scores on the four canaries."""
    moment = "before" if ref.startswith("base:") else "after"
    number = scores.begin(
        store, run_id=run_id, moment=moment, step=0, model_ref=ref, fingerprint=fingerprint, suite="standard",
        suite_hash=suite_hash, settings=filled.SETTINGS,
    )  # fmt: skip
    rows, texts = [], []
    for name, facts in BASE_ANSWERS.items():
        capability = name.partition("-")[0]
        value = 1.0 if facts[passed_at] else 2.5
        rows.append(
            Score(item_id=name, capability=capability, split="verdict", cluster=name, score="ref_nll", value=value)
        )
        texts.append(
            Answer(item_id=name, capability=capability, split="verdict", prompt=facts[0], text=facts[text_at],
                   expected=facts[3], passed=facts[passed_at], n_tokens=len(facts[text_at].split()))
        )  # fmt: skip
    scores.add(store, number, rows, texts)
    scores.finish(store, number)
    return number


def tokens(text, value=-0.2):
    """A text cut at its blanks, each part with a log-probability."""
    parts = text.replace(" ", " \0").split("\0")
    return [[part, value * (at + 1), [["other", 0.1]]] for at, part in enumerate(parts)]


def begin(store, refs, prompts, **settings):
    """An answer job that a worker has taken up."""
    payload = {**dict(zip("abc", refs, strict=False)), "prompts": prompts, "seed": 3, "temperature": 0.0, **settings}
    job_id = jobs.enqueue(store, "answer", payload)
    jobs.claim_next(store, "interactive", job_id)
    return job_id


def finish(store, job_id, texts, errors=None, passed=None):
    """End it with one answer a side for each prompt; `errors` names sides that could not answer."""
    sides = {}
    for side, said in texts.items():
        sides[side] = {
            "ref": side, "fingerprint": {"a": "f", "b": "1", "c": "2"}[side] * 64, "answers": said,
            "written": [
                {"tokens": tokens(text), "n_tokens": len(tokens(text)), "hit_limit": False, "passed": passed,
                 "mean_logprob": sum(value for _, value, _ in tokens(text)) / len(tokens(text)),
                 **({"first": [-1.0 * (at + 1) for at in range(len(texts["a"][number].split()))]}
                    if side != "a" and "a" in texts else {})}
                for number, text in enumerate(said)
            ],
        }  # fmt: skip
    for side, message in (errors or {}).items():
        sides[side] = {"ref": side, "error": {"kind": "user", "message": message, "remedy": "Use an earlier one."}}
    jobs.end(store, job_id, State.FINISHED, result={"sides": sides, "first": "a", "settings": {}})


def write(store, job_id, side, text, prompt=0):
    """A piece of an answer."""
    answers.append(store, job_id, side, text, prompt=prompt)
