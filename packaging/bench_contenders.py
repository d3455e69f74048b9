"""One contender of the benchmark in a process of its own: `python packaging/bench_contenders.py SPEC.json`.

The spec says who (palimpsest, trainer, trl, lm-eval …) and on what; the answer is one JSON line on standard output, after a
marker. Nothing of Palimpsest is imported in a peer's process, nor the other way round.
"""

import importlib.util
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

MARK = "BENCH-RESULT "
READY = "BENCH-READY"
#: Peers and we alike: constant rate, no warm-up, clipped at 1; the rates are our own standard ones.
LR = {"full": 1e-5, "lora": 2e-4, "qlora": 2e-4}
RANK, ALPHA, CLIP = 16, 32, 1.0


class Clock:
    """Times steps, each begun only when the benchmark says that it is this contender's turn."""

    def __init__(self) -> None:
        """Nothing is timed yet."""
        self.losses: list[float] = []
        self.wall_s: list[float] = []
        self.cpu_s: list[float] = []
        self._began = (0.0, 0.0)

    def begin(self) -> None:
        """Wait for the turn, then start the step's watch."""
        wait_for_turn()
        self._began = time.perf_counter(), time.process_time()

    def end(self) -> None:
        """The step has ended."""
        self.wall_s.append(time.perf_counter() - self._began[0])
        self.cpu_s.append(time.process_time() - self._began[1])


def wait_for_turn() -> None:
    """Say that we wait, and wait for a line."""
    print(READY, flush=True)
    sys.stdin.readline()


def peak_bytes() -> int:
    """Largest resident size of this very program (getrusage would count the parent's before exec)."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


# ---- training --------------------------------------------------------------------------------------------------------


def train_palimpsest(spec: SimpleNamespace, data: dict) -> dict:
    """Our loop as a worker runs it, on the rows that the peers see; in their order, or grouped by length as a run does."""
    import numpy as np
    import torch

    from engine import device as hardware
    from engine.data.render import Example
    from engine.models.load import load_weights
    from engine.records import Adapter, Recipe, Training
    from engine.training import loop, methods
    from engine.training.batches import Order

    device, settings = hardware.CpuDevice(), Training(lr=LR[spec.method], schedule="constant", warmup_ratio=0.0)
    recipe = Recipe(base="starter", method=spec.method, adapter=Adapter(rank=RANK, alpha=ALPHA), training=settings)
    model = load_weights(
        Path(data["model"]), device, "fp32", four_bit=spec.method == "qlora", trainable=spec.method == "full"
    )
    model = methods.make_trainable(model, recipe)
    examples = [
        Example(ids=np.asarray(row["ids"], np.int32), mask=np.asarray(row["mask"], bool), line=n, prompt_text="", answer_text="")
        for n, row in enumerate(data["train"][: spec.steps * spec.batch])
    ]  # fmt: skip
    order = Order([len(one.ids) for one in examples], spec.batch, spec.seed) if spec.grouped else _AsGiven(spec.batch)
    task = loop.Task(
        model=model, optimiser=device.optimiser("adamw", methods.parameter_groups(model, 0.0), lr=settings.lr),
        examples=examples, order=order, settings=settings, peak_lr=settings.lr, precision="fp32", device=device,
        pad_id=data["pad_id"], steps_total=spec.steps, looks=frozenset(), micro_batch=spec.batch,
    )  # fmt: skip
    clock, tokens = Clock(), []

    class Told:
        def before_step(self, step: int) -> str:
            clock.begin()
            return "go"

        def after_step(self, report: loop.StepReport) -> None:
            clock.end()
            clock.losses.append(report.loss)
            tokens.append(report.tokens)

        def look(self, step: int) -> str:
            return "go"

    torch.manual_seed(spec.seed)
    loop.train(task, Told())
    return _trained(model, clock, tokens, data)


class _AsGiven:
    """Rows in the order of the file, the same for everyone."""

    def __init__(self, batch: int) -> None:
        self.batch = batch

    def rows(self, step: int) -> list[int]:
        return list(range((step - 1) * self.batch, step * self.batch))


def _peer_model(spec: SimpleNamespace, data: dict) -> object:
    """The same weights with the same adapter, made the way the libraries' documentation shows."""
    import torch
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    more = {}
    if spec.method == "qlora":
        more["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.float32,
        )  # fmt: skip
        more["device_map"] = {"": "cpu"}
    model = AutoModelForCausalLM.from_pretrained(data["model"], dtype=torch.float32, **more)
    model.config.use_cache = False
    if spec.method == "qlora":
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    if spec.method != "full":
        torch.manual_seed(spec.seed)
        model = get_peft_model(
            model, LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM")
        )
    return model


def _peer_settings(spec: SimpleNamespace) -> dict:
    return {
        "output_dir": spec.folder, "per_device_train_batch_size": spec.batch, "max_steps": spec.steps,
        "learning_rate": LR[spec.method], "lr_scheduler_type": "constant", "max_grad_norm": CLIP, "weight_decay": 0.0,
        "logging_steps": 1, "save_strategy": "no", "report_to": [], "use_cpu": True, "seed": spec.seed,
        "gradient_checkpointing": False, "bf16": False, "fp16": False, "dataloader_pin_memory": False,
        "train_sampling_strategy": "sequential", "disable_tqdm": True, "remove_unused_columns": False,
    }  # fmt: skip


def train_trainer(spec: SimpleNamespace, data: dict) -> dict:
    """transformers' Trainer with its usual padding collator, and peft."""
    from transformers import AutoTokenizer, DataCollatorForSeq2Seq, Trainer, TrainingArguments

    rows = [
        {
            "input_ids": row["ids"],
            "attention_mask": [1] * len(row["ids"]),
            "labels": [token if on else -100 for token, on in zip(row["ids"], row["mask"], strict=True)],
        }
        for row in data["train"]
    ]
    model, clock = _peer_model(spec, data), Clock()
    trainer = Trainer(
        model=model, args=TrainingArguments(**_peer_settings(spec)), train_dataset=rows,
        data_collator=DataCollatorForSeq2Seq(AutoTokenizer.from_pretrained(data["model"])), callbacks=[_told(clock)],
    )  # fmt: skip
    trainer.train()
    return _trained(model, clock, _tokens(spec, data), data)


def train_trl(spec: SimpleNamespace, data: dict) -> dict:
    """TRL's SFTTrainer on tokenised rows with the completion's mask, at the same shape as everyone."""
    from datasets import Dataset
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    rows = [{"input_ids": row["ids"], "completion_mask": [int(on) for on in row["mask"]]} for row in data["train"]]
    model, clock = _peer_model(spec, data), Clock()
    settings = SFTConfig(**_peer_settings(spec), max_length=1024, completion_only_loss=True, packing=False)
    trainer = SFTTrainer(
        model=model, args=settings, train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(data["model"]), callbacks=[_told(clock)],
    )  # fmt: skip
    trainer.train()
    return _trained(model, clock, _tokens(spec, data), data)


def _told(clock: Clock) -> object:
    from transformers import TrainerCallback

    class Told(TrainerCallback):
        def on_step_begin(self, args: object, state: object, control: object, **more: object) -> None:
            clock.begin()

        def on_step_end(self, args: object, state: object, control: object, **more: object) -> None:
            clock.end()

        def on_log(self, args: object, state: object, control: object, logs: dict, **more: object) -> None:
            if "loss" in logs:
                clock.losses.append(float(logs["loss"]))

    return Told()


def _tokens(spec: SimpleNamespace, data: dict) -> list[int]:
    """Real tokens of each step."""
    rows = [data["train"][step * spec.batch : (step + 1) * spec.batch] for step in range(spec.steps)]
    return [sum(len(row["ids"]) for row in step) for step in rows]


def _trained(model: object, clock: Clock, tokens: list[int], data: dict) -> dict:
    peak = peak_bytes()  # before the held-out rows are scored, which is not part of the contest
    wait_for_turn()
    return {
        "wall_s": clock.wall_s, "cpu_s": clock.cpu_s, "tokens": tokens, "peak_bytes": peak, "losses": clock.losses,
        "heldout_loss": _heldout_loss(model, data["heldout"]),
    }  # fmt: skip


def _heldout_loss(model: object, rows: list[dict]) -> float:
    """Mean loss a trained token, written out plainly, so that one yardstick measures all."""
    import torch

    model.eval()
    total = count = 0
    with torch.no_grad():
        for row in rows:
            ids, mask = torch.tensor([row["ids"]]), torch.tensor(row["mask"])[1:]
            logits = model(input_ids=ids).logits[0, :-1][mask].float()
            total += torch.nn.functional.cross_entropy(logits, ids[0, 1:][mask], reduction="sum").item()
            count += int(mask.sum())
    return total / count


# ---- scoring ---------------------------------------------------------------------------------------------------------


def score_palimpsest(spec: SimpleNamespace, data: dict) -> dict:
    """Our scorer on (context, continuation) pairs."""
    from engine.canaries.scoring import Scorer
    from engine.device import CpuDevice
    from engine.models.load import load_tokenizer, load_weights

    device, folder = CpuDevice(), Path(data["model"])
    scorer = Scorer(load_weights(folder, device, "fp32"), load_tokenizer(folder), device)
    started = time.perf_counter(), time.process_time()
    scores = scorer.loglikelihoods([tuple(pair) for pair in data["pairs"]])
    return _scored(started, [score for score, _ in scores])


def score_lm_eval(spec: SimpleNamespace, data: dict) -> dict:
    """lm-evaluation-harness's own model class on the same pairs; its task set-up is not counted."""
    import torch
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(data["model"], dtype=torch.float32)
    harness = HFLM(
        pretrained=model, tokenizer=AutoTokenizer.from_pretrained(data["model"]), batch_size=spec.batch, device="cpu"
    )
    pairs = [
        Instance(request_type="loglikelihood", doc={}, arguments=tuple(pair), idx=number)
        for number, pair in enumerate(data["pairs"])
    ]
    started = time.perf_counter(), time.process_time()
    scores = harness.loglikelihood(pairs, disable_tqdm=True)
    return _scored(started, [score for score, _ in scores])


def _scored(started: tuple[float, float], scores: list[float]) -> dict:
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    return {"wall_s": wall, "cpu_s": cpu, "peak_bytes": peak_bytes(), "scores": scores}


def look(spec: SimpleNamespace, data: dict) -> dict:
    """One guard look at the standard suite's defaults, on the base itself; its baseline is made first, untimed."""
    from engine.canaries.measure import Canaries
    from engine.device import CpuDevice
    from engine.models.load import load_base
    from engine.records import CanaryPlan
    from engine.store import Store

    store, device = Store(Path(data["home"])), CpuDevice()
    loaded = load_base(store, data["name"], device, "fp32")
    # One verdict item a capability: a look never touches them, and the baseline need not answer them all.
    canaries = Canaries(
        store, CanaryPlan(verdict_items=1), loaded.tokenizer, device, loaded.settings,
        base_fingerprint=loaded.fingerprint, base_ref=loaded.ref,
    )  # fmt: skip
    canaries.before(loaded.model, run_id=None)
    times = []
    for _ in range(2):
        started = time.perf_counter()
        canaries.look(loaded.model, run_id=None, step=1, model_ref="bench", fingerprint="")
        times.append(time.perf_counter() - started)
    store.close()
    return {"look_s": min(times), "items": sum(item.split == "guard" for item in canaries.suite.items)}


# ---- preparing -------------------------------------------------------------------------------------------------------


def prepare(spec: SimpleNamespace, data: dict) -> dict:
    """Import the starter, tokenise the bundled rows once in a seeded order, and write down what everyone gets."""
    import random

    from engine.canaries.suite import load_suite
    from engine.data.dataset import prepare as read
    from engine.models.importing import import_model
    from engine.models.load import load_tokenizer
    from engine.store import Store

    store = Store(Path(spec.folder) / "home")
    row = import_model(store, "starter")
    store.close()
    tokenizer = load_tokenizer(Path(row.path))
    desk = Path(spec.rows)
    rows = read(desk / "train.jsonl", None, tokenizer, max_length=1024, heldout_path=desk / "heldout.jsonl")
    random.Random(spec.seed).shuffle(rows.train)
    written = {
        "home": str(store.home), "name": row.name, "model": row.path, "pad_id": tokenizer.pad_token_id,
        "train": [_plain(one) for one in rows.train], "heldout": [_plain(one) for one in rows.heldout[: spec.heldout]],
        "pairs": _pairs(load_suite("standard"), tokenizer, spec.items),
    }  # fmt: skip
    Path(spec.data).write_text(json.dumps(written), "utf-8")
    return {"rows": len(rows.train), "heldout": len(rows.heldout), "pairs": len(written["pairs"])}


def _plain(row: object) -> dict:
    return {"ids": row.ids.tolist(), "mask": row.mask.tolist()}


def _pairs(suite: object, tokenizer: object, limit: int) -> list[tuple[str, str]]:
    """Every choice of the suite's multiple-choice items after its prompt in the chat template; answers are sentences."""
    items = [item for item in suite.items if item.kind == "choice"][:limit]
    pairs = []
    for item in items:
        said = [{"role": "user", "content": item.prompt}]
        context = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
        pairs += [(context, choice) for choice in item.choices]
    return pairs


CONTENDERS = {
    "prepare": prepare, "palimpsest": train_palimpsest, "trainer": train_trainer, "trl": train_trl,
    "score-palimpsest": score_palimpsest, "score-lm-eval": score_lm_eval, "look": look,
}  # fmt: skip


def main() -> None:
    """Do what the spec says and print the result."""
    import torch

    spec = SimpleNamespace(**json.loads(Path(sys.argv[1]).read_text("utf-8")))
    torch.set_num_threads(spec.threads)
    data = json.loads(Path(spec.data).read_text("utf-8")) if spec.who != "prepare" else {}
    if importlib.util.find_spec("engine") is None:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    print(MARK + json.dumps(CONTENDERS[spec.who](spec, data)))


if __name__ == "__main__":
    main()
