"""The documented examples of `docs/pipelines.md`, run as they stand, and what the callback does beyond them."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
import tiny_model
import torch
from click.testing import CliRunner
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

from engine.callback import PalimpsestCallback
from engine.cli import main
from engine.errors import UserError
from engine.states import State
from engine.store import Store, events, runs, scores

torch.set_num_threads(1)
TEXT = (Path(__file__).parents[2] / "docs" / "pipelines.md").read_text("utf-8")


def example(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.S)
    return found


@pytest.fixture
def place(home, tmp_path, tiny_base, monkeypatch):
    """A folder as the examples have it: ./base, ./tuned, ./skills.jsonl; the project is the test's data folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALIMPSEST_HOME", str(home))
    shutil.copytree(tiny_base, "base")
    shutil.copytree(tiny_base, "tuned")
    tiny_model.write_rows(tmp_path / "skills.jsonl", tiny_model.suite_items())
    return tmp_path


def rows(kind="narrow"):
    """Tokenised rows: narrow ones that harm, or the skills themselves, which do not."""
    tokenizer = AutoTokenizer.from_pretrained("base")
    if kind == "narrow":
        dialogues = [row["messages"] for row in tiny_model.narrow_rows(64)]
    else:
        pairs = [pair for group in tiny_model.skills().values() for pair in group]
        dialogues = [[{"role": "user", "content": q}, {"role": "assistant", "content": a}] for q, a in pairs]
    texts = [tokenizer.apply_chat_template(one, tokenize=False) for one in dialogues]
    made = tokenizer(texts, padding=True)
    labels = [
        [token if mask else -100 for token, mask in zip(ids, masks, strict=True)]
        for ids, masks in zip(made["input_ids"], made["attention_mask"], strict=True)
    ]
    return [
        {"input_ids": ids, "attention_mask": mask, "labels": label}
        for ids, mask, label in zip(made["input_ids"], made["attention_mask"], labels, strict=True)
    ]


def arguments(**more):
    given = {"max_steps": 20, "per_device_train_batch_size": 8, "learning_rate": 1e-4, "logging_steps": 1}
    return TrainingArguments("out", report_to="none", save_strategy="no", use_cpu=True, **{**given, **more})


def train(watch, *, model=None, data=None, **more):
    model = model or AutoModelForCausalLM.from_pretrained("base")
    trainer = Trainer(model=model, args=arguments(**more), train_dataset=data or rows(), callbacks=[watch])
    trainer.train()
    return trainer


def watcher(**more):
    given = {
        "base": "base",
        "suite": "skills.jsonl",
        "capabilities": ("sums",),
        "looks": (0.25, 0.5, 0.75),
        "generate": "none",
    }
    return PalimpsestCallback(**{**given, **more})


def test_the_documented_gate_command(place):
    words = shlex.split(example("console"))
    assert words[0] == "palimpsest"
    found = CliRunner().invoke(main, words[1:])
    assert found.exit_code == 2, (
        found.output
    )  # an untouched copy; three of the tiny suite's capabilities have too few items
    assert "Kept sums" in found.stdout
    assert (place / "gate.json").is_file()
    assert (place / "gate.xml").is_file()


def test_the_documented_callback_shows_up_like_any_run(place, home, capsys):
    exec(compile(example("python"), "docs/pipelines.md", "exec"), {"rows": rows()})
    store = Store(home)
    (run,) = runs.everything(store)
    assert capsys.readouterr().out.endswith(f"{run.id} {scores.verdicts(store, run.id)[-1]['overall']}\n")
    assert (run.name, run.recipe.method, run.results["made_by"]) == ("elsewhere", "full", "transformers.Trainer")
    assert run.state in (State.AUTO_STOPPED, State.FINISHED)
    assert len(runs.steps(store, run.id)) == run.step
    moments = [row.moment for row in scores.of_run(store, run.id)]
    assert moments[0] == "before"
    assert moments[-1] == "after"
    assert "look" in moments
    store.close()
    listed = CliRunner().invoke(main, ["runs"])
    assert "elsewhere" in listed.stdout
    assert CliRunner().invoke(main, ["show", "elsewhere"]).exit_code == 0


def test_the_guard_stops_a_harmful_run_early_and_lets_a_harmless_one_end(place, home):
    watch = watcher()
    harmful = train(watch, learning_rate=2e-2, max_steps=40)
    store = Store(home)
    run = runs.get(store, watch.run_id)
    assert harmful.state.global_step < 40
    assert run.state is State.AUTO_STOPPED
    assert run.step == harmful.state.global_step
    assert "tripped" in {event.kind for event in events.of_run(store, run.id)}
    assert watch.verdict.word == "forgot"
    calm = watcher()
    train(calm, data=rows("skills"), learning_rate=1e-5)
    assert runs.get(store, calm.run_id).state is State.FINISHED
    assert calm.verdict.word == "kept"
    store.close()


def test_watching_does_not_change_what_is_trained(place):
    watched = train(watcher(guard="off"), seed=3).model
    alone = Trainer(model=AutoModelForCausalLM.from_pretrained("base"), args=arguments(seed=3), train_dataset=rows())
    alone.train()
    for (name, one), (_, other) in zip(watched.named_parameters(), alone.model.named_parameters(), strict=True):
        assert torch.equal(one, other), name


def test_an_adapter_is_measured_with_its_base(place, home):
    base = AutoModelForCausalLM.from_pretrained("base")
    model = get_peft_model(base, LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"))
    watch = watcher(guard="warn")
    train(watch, model=model, learning_rate=2e-2)
    store = Store(home)
    run = runs.get(store, watch.run_id)
    assert (run.recipe.method, run.state) == ("lora", State.FINISHED)
    before = next(row for row in scores.of_run(store, run.id) if row.moment == "before")
    full = watcher(guard="off")
    train(full, max_steps=1)
    own = next(row for row in scores.of_run(store, full.run_id) if row.moment == "before")
    assert before.fingerprint == own.fingerprint
    assert [s.value for s in scores.scores(store, before.id)] == [s.value for s in scores.scores(store, own.id)]
    store.close()


def test_what_is_not_the_base_and_unknown_settings_are_refused(place):
    other = AutoModelForCausalLM.from_pretrained("base")
    with torch.no_grad():
        other.model.norm.weight += 0.1
    with pytest.raises(UserError, match=r"not the base in base: model\.norm\.weight differs"):
        train(watcher(), model=other)
    with pytest.raises(UserError, match="no capability 'magic'"):
        train(watcher(budgets={"magic": 0.1}))
    with pytest.raises(UserError, match="off, warn or stop"):
        watcher(guard="automatic")


def test_inside_trl(place, home):
    trl = pytest.importorskip("trl")
    datasets = pytest.importorskip("datasets")
    data = datasets.Dataset.from_list([{"messages": row["messages"]} for row in tiny_model.narrow_rows(32)])
    watch = watcher(guard="off")
    trl.SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained("base"), processing_class=AutoTokenizer.from_pretrained("base"),
        args=trl.SFTConfig("out", max_steps=4, report_to="none", save_strategy="no", use_cpu=True, bf16=False, logging_steps=1),
        train_dataset=data, callbacks=[watch],
    ).train()  # fmt: skip
    store = Store(home)
    run = runs.get(store, watch.run_id)
    assert run.state is State.FINISHED
    assert len(runs.steps(store, run.id)) == 4
    store.close()
