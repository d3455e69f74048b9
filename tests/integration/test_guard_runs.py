"""The guard in real runs on the tiny model: harmful ones are stopped in time with a way back, harmless ones are not."""

import json
import math
import threading

import msgspec
import pytest
import tiny_model
import torch
from training_runs import make_project, queue
from transformers import AutoModelForCausalLM, AutoTokenizer

from engine import client, durable, reindex, versions
from engine.canaries.pairing import compare_inputs
from engine.records import Adapter
from engine.states import State
from engine.store import Store, checkpoints, events, history, jobs, runs, scores
from engine.training import loop
from engine.training.guarding import Guarding
from engine.work import Work

LOOKS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0)
GUARD_ITEMS = 15


def two_capabilities():
    """The tiny model's skills as two capabilities with 15 guard items each: six would never trip the guard."""
    items = []
    for capability, skills in (("words", ("capitals", "opposites", "spelling")), ("sums", ("sums",))):
        found = [item for item in tiny_model.suite_items() if item["capability"] in skills]
        for number, item in enumerate(found):
            split = "guard" if number % 2 == 0 and number < 2 * GUARD_ITEMS else "verdict"
            items.append({**item, "capability": capability, "split": split})
    return items


@pytest.fixture
def project(store, tiny_base, tmp_path):
    recipe = make_project(store, tiny_base, tmp_path)
    suite = tiny_model.write_rows(tmp_path / "two.jsonl", two_capabilities())
    canaries = msgspec.structs.replace(recipe.canaries, suite=str(suite), looks=LOOKS, guard="stop")
    return msgspec.structs.replace(recipe, protect="off", canaries=canaries)


def harmful(recipe, method="full", *, guard="stop", **training):
    settings = {"lr": {"full": 2e-3, "lora": 1e-2}[method], "max_steps": 40, "warmup_ratio": 0.3, **training}
    return msgspec.structs.replace(
        recipe, method=method, adapter=Adapter(rank=8, alpha=16),
        training=msgspec.structs.replace(recipe.training, **settings),
        canaries=msgspec.structs.replace(recipe.canaries, guard=guard),
    )  # fmt: skip


def run(store, recipe):
    run_id, job_id = queue(store, recipe)
    return run_id, client.run_in_process(store, job_id)


def look_means(store, run_id, recipe):
    """{step: {capability: (mean change of the guard items, limit)}} from the stored scores."""
    rows = scores.of_run(store, run_id)
    before = next(row.id for row in rows if row.moment == "before" and row.suite_hash == rows[0].suite_hash)
    return {
        row.step: {
            one.name: (sum(one.differences) / len(one.differences), one.limit)
            for one in compare_inputs(store, before, row.id, "guard", recipe.canaries.budgets)
        }
        for row in rows if row.moment == "look"
    }  # fmt: skip


@pytest.mark.parametrize("method", ["full", "lora"])
def test_a_harmful_run_is_stopped_in_time_and_offers_what_was_inside_every_budget(store, project, method):
    recipe = harmful(project, method)
    run_id, job = run(store, recipe)
    assert job.state is State.AUTO_STOPPED, (job.reason, job.details)
    means = look_means(store, run_id, recipe)
    steps = sorted(means)
    exceeded = next(i for i, step in enumerate(steps) if any(mean > limit for mean, limit in means[step].values()))
    assert len(steps) - 1 <= exceeded + 1, "the second look after the mean went beyond the budget is the last"
    assert runs.get(store, run_id).step == steps[-1]
    told = runs.get(store, run_id).results["guard"]
    if told["offered"] == "base:tiny":
        assert all(any(mean > limit for mean, limit in means[step].values()) for step in steps)
    else:
        assert all(mean <= limit for mean, limit in means[int(told["offered"].partition("@")[2])].values())
        assert versions.verify(store, versions.resolve(store, told["offered"])).files > 0
    tripped = [event for event in events.of_run(store, run_id) if event.kind == "tripped"]
    assert [event.step for event in tripped] == [steps[-1]] * len(tripped) != []
    assert tripped[0].details["planned_looks"] == 8
    assert scores.verdicts(store, run_id)[-1]["step"] == steps[-1]  # stopped, and still measured
    assert checkpoints.get(store, run_id, steps[-1]).state == "complete"
    assert told["offered"] in job.result["offered"]


def test_automatic_makes_the_offered_one_current_and_that_can_be_undone(store, project):
    first, _ = run(store, harmful(project, "lora", guard="off", lr=1e-4, max_steps=4))
    versions.make_current(store, f"{first}@4")
    run_id, job = run(store, harmful(project, guard="automatic"))
    assert job.state is State.AUTO_STOPPED, job.details
    told = runs.get(store, run_id).results["guard"]
    assert told["made_current"]
    assert history.pointer(store)[0] == told["offered"]
    assert "by your rule" in history.last_undoable(store).sentence
    versions.undo(store)
    assert history.pointer(store)[0] == f"{first}@4"


def test_warn_only_marks_the_timeline(store, project):
    run_id, job = run(store, harmful(project, guard="warn", max_steps=30))
    assert job.state is State.FINISHED, job.details
    tripped = [event.capability for event in events.of_run(store, run_id) if event.kind == "tripped"]
    assert tripped
    assert len(tripped) == len(set(tripped))  # each told once
    told = runs.get(store, run_id).results["guard"]
    assert (told["rule"], told["made_current"]) == ("warn", False)
    assert versions.resolve(store, told["offered"])


def test_off_looks_and_says_nothing(store, project):
    run_id, job = run(store, harmful(project, guard="off", max_steps=20))
    assert job.state is State.FINISHED
    assert events.of_run(store, run_id) == []
    assert look_means(store, run_id, project)


def test_a_resumed_run_remembers_what_the_guard_saw(store, project, monkeypatch):
    """Cut off after the first look beyond a budget: the resumed run trips at the same step as the uninterrupted one."""
    recipe = harmful(project)
    whole, _ = run(store, recipe)
    marks = [(event.step, event.kind, event.capability) for event in events.of_run(store, whole)]
    last = max(step for step, *_ in marks)
    broken, job_id = queue(store, recipe)
    cut_at = max((step for step in look_means(store, whole, recipe) if step < last), default=0)
    assert cut_at
    killing = _Killing(cut_at)
    with monkeypatch.context() as patched:
        patched.setattr(durable, "before_call", killing)
        assert client.run_in_process(store, job_id).state is State.FAILED
    jobs.requeue(store, job_id, {"resume": True})
    assert client.run_in_process(store, job_id).state is State.AUTO_STOPPED
    assert [(event.step, event.kind, event.capability) for event in events.of_run(store, broken)] == marks


class _Killing:
    """Fails the first durable call after the checkpoint of a step is in place."""

    def __init__(self, step):
        self.step, self.is_there = step, False

    def __call__(self, name, path):
        if self.is_there and path.name.startswith(durable.PARTIAL):
            raise RuntimeError("cut off")
        self.is_there |= name == "rename" and path.name == f"step-{self.step}"


def test_going_on_after_a_stop_is_the_users_choice_and_keeps_the_mark(store, project):
    run_id, job = run(store, harmful(project, max_steps=30))
    assert job.state is State.AUTO_STOPPED
    before = [(event.id, event.capability) for event in events.of_run(store, run_id)]
    told = {event.capability for event in events.of_run(store, run_id) if event.kind == "tripped"}
    while job.state is State.AUTO_STOPPED:
        jobs.requeue(store, job.id, {**job.payload, "resume": True})
        job = client.run_in_process(store, job.id)
        now = [event.capability for event in events.of_run(store, run_id) if event.kind == "tripped"]
        assert len(now) == len(set(now))
        told |= set(now)
    assert job.state is State.FINISHED
    assert [(event.id, event.capability) for event in events.of_run(store, run_id)][: len(before)] == before


def test_an_auto_stopped_run_comes_back_from_a_rebuilt_database_as_such(store, home, project):
    run_id, _ = run(store, harmful(project))
    before = events.of_run(store, run_id)
    reindex.reindex(home, force=True)
    rebuilt = Store(home)
    assert runs.get(rebuilt, run_id).state is State.AUTO_STOPPED
    assert [(e.step, e.kind, e.sentence) for e in events.of_run(rebuilt, run_id)] == [
        (e.step, e.kind, e.sentence) for e in before
    ]
    rebuilt.close()


@pytest.mark.long
def test_twenty_harmless_runs_are_stopped_at_most_once(store, project, tiny_base, tmp_path):
    """Training on the base's own sampled answers changes something and harms nothing."""
    stopped = []
    for seed in range(20):
        rows = tiny_model.write_rows(tmp_path / f"own-{seed}.jsonl", own_answers(tiny_base, seed))
        recipe = msgspec.structs.replace(
            project, data=msgspec.structs.replace(project.data, path=str(rows)),
            training=msgspec.structs.replace(project.training, lr=1e-4, max_steps=24, seed=seed),
        )  # fmt: skip
        run_id, job = run(store, recipe)
        assert job.state in (State.FINISHED, State.AUTO_STOPPED), job.details
        if job.state is State.AUTO_STOPPED:
            stopped.append((seed, job.reason))
        changed = [mean for at_look in look_means(store, run_id, recipe).values() for mean, _ in at_look.values()]
        assert any(abs(mean) > 1e-4 for mean in changed)  # not nothing
    assert len(stopped) <= 1, stopped


def own_answers(folder, seed, count=60):
    """Rows of prompts that are no canaries, answered by the base itself at temperature .7."""
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    draw = torch.Generator().manual_seed(seed)
    rows = []
    for _ in range(count):
        a, b = torch.randint(6, 99, (2,), generator=draw).tolist()
        prompt = f"What is {a} plus {b}?"
        ids = tokenizer(f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n", return_tensors="pt")[
            "input_ids"
        ]
        start = ids.shape[1]
        for _ in range(20):
            with torch.no_grad():
                odds = torch.softmax(model(input_ids=ids).logits[0, -1] / 0.7, -1)
            token = torch.multinomial(odds, 1, generator=draw)
            if int(token) == tokenizer.eos_token_id:
                break
            ids = torch.cat([ids, token[None]], dim=1)
        answer = tokenizer.decode(ids[0, start:], skip_special_tokens=True) or "."
        rows.append({"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]})
    return json.loads(json.dumps(rows))


def test_pause_waits_for_the_user_and_stopping_there_keeps_the_checkpoint(store, home, project, until):
    run_id, job_id = queue(store, harmful(project, guard="pause"))
    helper = threading.Thread(target=_stop_once_paused, args=(home, job_id, until))
    helper.start()
    job = client.run_in_process(store, job_id)
    helper.join()
    assert job.state is State.STOPPED, job.details
    tripped = next(event for event in events.of_run(store, run_id) if event.kind == "tripped")
    assert checkpoints.of_run(store, run_id)[-1].step == tripped.step == runs.get(store, run_id).step


def _stop_once_paused(home, job_id, until):
    own = Store(home)
    until(lambda: jobs.get(own, job_id).state is State.PAUSED, 60)
    jobs.request(own, job_id, "stop")
    own.close()


def test_a_loss_that_is_no_number_is_marked_and_the_way_back_offered(store, project, monkeypatch):
    """One infinite learning rate ruins the weights after step 5; the step after that has no loss."""
    true_rate = loop.lr_at
    monkeypatch.setattr(
        loop, "lr_at", lambda step, *more, **named: math.inf if step == 5 else true_rate(step, *more, **named)
    )
    run_id, job = run(store, harmful(project, lr=1e-5))
    assert (job.state, job.error_kind) == (State.FAILED, "environment")
    (mark,) = [event for event in events.of_run(store, run_id) if event.kind == "non_finite"]
    assert mark.step == runs.get(store, run_id).step + 1 == 6
    assert runs.get(store, run_id).results["guard"]["offered"] == f"{run_id}@4"
    assert "Nothing after step 4 is usable" in job.reason


def test_looking_again_at_the_same_step_is_no_second_look(store, project):
    """A check that the user asks for right after a planned look sees the same scores and must not confirm them."""
    run_id, _ = run(store, harmful(project, guard="warn", max_steps=20))
    rows = scores.of_run(store, run_id)
    before = next(row.id for row in rows if row.moment == "before" and row.suite != "held-out rows")
    look = [row for row in rows if row.moment == "look"][-1]
    recipe = runs.get(store, run_id).recipe
    work = Work(store, jobs.latest_for_run(store, run_id))
    guarding = Guarding(work, recipe, range(1, look.step + 1))
    guarding.look(look.step, before, look.id)
    first = guarding.state
    assert first.beyond
    assert guarding.look(look.step, before, look.id).trip is None
    assert guarding.state == first
