"""The guard for runs that somebody else's program trains: a `transformers.TrainerCallback` that writes into the same store.

    trainer = Trainer(model=model, …, callbacks=[PalimpsestCallback(base="path/to/base", suite="standard")])

It measures the canaries before training, at the planned looks and after, applies the guard at each look, logs every step,
and decides at the end, so that the run stands beside all others in the window and on the command line. Checkpoints stay
the other program's own; when the guard trips, training stops there and the program is asked to save.

What it does not do: survive the death of the program it runs in (the run then stays "Training"), measure held-out rows,
or protect weights. It works inside every trainer that keeps the Trainer's callbacks, TRL's SFTTrainer among them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import torch
from safetensors import safe_open
from transformers import TrainerCallback

from engine import budgets
from engine import device as hardware
from engine.canaries.baseline import check_base_equal
from engine.canaries.measure import Canaries
from engine.canaries.suite import load_suite
from engine.errors import UserError
from engine.models.importing import import_model
from engine.models.load import base_folder, load_tokenizer, measurement_settings
from engine.records import DEFAULT_LOOKS, Budget, CanaryPlan, Method, Recipe, Step, Training
from engine.states import State
from engine.store import Store, history, home_folder, models, runs
from engine.training import results
from engine.training.guarding import Guarding
from engine.training.schedule import look_steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transformers import TrainerControl, TrainerState, TrainingArguments

    from engine.records import ModelRow
    from engine.verdict.records import Verdict


class PalimpsestCallback(TrainerCallback):
    """Measures what a Trainer's run forgets, stops it by the guard's rule, and leaves the run in the store.

    `base` is the name of a base model of the project, or the folder the model was loaded from. `budgets` are limits by
    capability. `guard` is what a trip does: off, warn or stop. After training `run_id` and `verdict` say what came of it.
    """

    def __init__(  # noqa: PLR0913 - a recipe's canary settings, one argument each
        self,
        *,
        base: str | Path,
        suite: str | Path = "standard",
        capabilities: Sequence[str] = (),
        budgets: Mapping[str, float | Budget] | None = None,
        looks: Sequence[float] = DEFAULT_LOOKS,
        guard: str = "stop",
        verdict_items: int = 0,
        generate: str = "shown",
        name: str = "",
        data_dir: str | Path | None = None,
    ) -> None:
        """Check the settings; nothing is opened before training begins. Raises `UserError` naming what is wrong."""
        if guard not in ("off", "warn", "stop"):
            raise UserError(f"guard is {guard!r}; here it is off, warn or stop.", field="guard")
        given = {
            key: value if isinstance(value, Budget) else Budget(limit=value) for key, value in (budgets or {}).items()
        }
        plan = {
            "suite": str(suite), "capabilities": list(capabilities), "budgets": msgspec.to_builtins(given),
            "looks": list(looks), "guard": guard, "verdict_items": verdict_items, "generate": generate,
        }  # fmt: skip
        try:
            self.plan = msgspec.convert(plan, CanaryPlan)
        except msgspec.ValidationError as error:
            raise UserError(f"PalimpsestCallback: {error}.", field="canaries") from error
        self._base, self._name = str(base), name
        self._home = home_folder(Path(data_dir) if data_dir is not None else None)
        self._run: _OutsideRun | None = None
        self.run_id: int | None = None
        self.verdict: Verdict | None = None

    # ---- what the Trainer calls --------------------------------------------------------------------------------------

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any
    ) -> None:
        """Enter the run and measure the canaries before the first step."""
        if not state.is_world_process_zero:
            return
        self._run = _OutsideRun(self._home, self._base, self.plan, self._name, args, state, more["model"])
        self.run_id, self.verdict = self._run.run_id, None
        self._run.measure_before()

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any) -> None:
        """Log a step as the Trainer tells it."""
        logs = more.get("logs") or {}
        if self._run is not None and "loss" in logs:
            self._run.log(state.global_step, logs, int(getattr(state, "num_input_tokens_seen", 0) or 0))

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any) -> None:
        """At a planned look: measure the guard items, and ask the Trainer to save and stop where the guard trips."""
        if self._run is not None and state.global_step in self._run.looks and self._run.must_stop(state.global_step):
            control.should_save = control.should_training_stop = True

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any) -> None:
        """Measure after, decide, and close the run."""
        if self._run is not None:
            self.verdict = self._run.finish(state.global_step)
            self._run = None


class _OutsideRun:
    """One run of another program in our store: the rows a run of ours would have, but no job and no checkpoint."""

    def __init__(
        self, home: Path, base: str, plan: CanaryPlan, name: str, args: TrainingArguments, state: TrainerState, model: Any
    ) -> None:  # fmt: skip
        self.store = Store(home)
        self.model, self.plan = model, plan
        self.is_tripped = False
        known = [capability.name for capability in load_suite(plan.suite).capabilities]
        budgets.require_known(plan.budgets, known, plan.suite)
        row = _base_row(self.store, base)
        self.folder = base_folder(row)
        self.recipe = _recipe(row, plan, name, args, state, model)
        self.run_id = runs.create(self.store, self.recipe)
        runs.update(self.store, self.run_id, steps_total=state.max_steps, results={"made_by": "transformers.Trainer"})
        runs.folder(self.store, self.run_id).mkdir(parents=True, exist_ok=True)
        self.looks = frozenset(look_steps(state.max_steps, plan.looks)) - {state.max_steps}
        self.canaries = self._canaries(row)
        desk: Any = _Desk(self.store, self.run_id)
        self.guarding = Guarding(desk, self.recipe, self.looks)
        started = f"{runs.get(self.store, self.run_id).name} began outside, on base {row.name}"
        history.append(self.store, "start", started, details={"run_id": self.run_id})

    def measure_before(self) -> None:
        """Measure the base: the model itself, which is the base until the first step (an adapter is switched off)."""
        runs.set_state(self.store, self.run_id, State.MEASURING_BEFORE)
        with _evaluated(self.model), _base_of(self.model):
            _require_base(self.model, self.folder)
            self.before_id = self.canaries.before(self.model, run_id=self.run_id)
            if self.canaries.baseline is not None:
                check_base_equal(self.model, self.canaries.baseline)
        runs.set_state(self.store, self.run_id, State.TRAINING)

    def log(self, step: int, logs: Mapping[str, Any], tokens: int) -> None:
        """Store a step as the Trainer logged it."""
        runs.add_steps(
            self.store,
            [
                Step(
                    run_id=self.run_id, step=step, loss=float(logs["loss"]), lr=float(logs.get("learning_rate", 0.0)),
                    grad_norm=float(logs.get("grad_norm", 0.0)), tokens=tokens, elapsed_s=0.0,
                )
            ],
        )  # fmt: skip

    def must_stop(self, step: int) -> bool:
        """Look at the guard items; whether the guard stops the run here."""
        with _evaluated(self.model):
            look_id = self.canaries.look(
                self.model, run_id=self.run_id, step=step, model_ref=f"{self.run_id}@{step}", fingerprint=""
            )
        self.is_tripped = self.guarding.look(step, self.before_id, look_id).action == "stop"
        return self.is_tripped

    def finish(self, step: int) -> Verdict:
        """Measure after, decide, and end the run as finished, or stopped by the guard."""
        runs.set_state(self.store, self.run_id, State.MEASURING_AFTER)
        with _evaluated(self.model):
            after_id = self.canaries.after(
                self.model, run_id=self.run_id, step=step, model_ref=f"{self.run_id}@{step}", fingerprint=""
            )
        verdict = results.decide_and_store(self.store, self.run_id, step, self.before_id, after_id, self.plan)
        run = runs.get(self.store, self.run_id)
        measured = {"measured": {"before": self.before_id, "after": after_id}}
        runs.update(self.store, self.run_id, step=step, results={**run.results, **measured})
        runs.set_state(self.store, self.run_id, State.AUTO_STOPPED if self.is_tripped else State.FINISHED)
        history.append(
            self.store,
            "verdict",
            f"Verdict on {run.name}: {verdict.word}",
            details={"overall": verdict.word, "run_id": self.run_id},
        )
        results.keep_rows(self.store, self.run_id, runs.folder(self.store, self.run_id))
        self.store.close()
        return verdict

    def _canaries(self, row: ModelRow) -> Canaries:
        on_cpu = next(self.model.parameters()).device.type == "cpu"
        device = hardware.CpuDevice() if on_cpu else hardware.detect()
        weights = next(parameter.dtype for parameter in self.model.parameters() if parameter.is_floating_point())
        tokenizer = load_tokenizer(self.folder)
        settings = measurement_settings(
            tokenizer,
            self.folder,
            device,
            "bf16" if weights == torch.bfloat16 else "fp32",
            four_bit=_is_four_bit(self.model),
        )
        settings["attention_kernel"] = f"{self.model.config._attn_implementation} on {device.kind}"
        return Canaries(
            self.store,
            self.plan,
            tokenizer,
            device,
            settings,
            base_fingerprint=row.fingerprint,
            base_ref=f"base:{row.name}",
        )


class _Desk:
    """What the guard asks of a job, for a run without one."""

    def __init__(self, store: Store, run_id: int) -> None:
        self.store, self.job = store, self
        self.run_id = run_id

    def log(self, message: str, level: str = "info") -> None:
        """Append a line to the run's log."""
        runs.add_log(self.store, message, level=level, run_id=self.run_id)


class _evaluated:
    """The model in eval mode with its cache off, and afterwards as it was."""

    def __init__(self, model: Any) -> None:
        self._model, self._was_training = model, model.training

    def __enter__(self) -> None:
        self._random = torch.random.get_rng_state()
        self._model.eval()

    def __exit__(self, *details: object) -> None:
        self._model.train(self._was_training)
        torch.random.set_rng_state(self._random)  # a look must not change what is trained after it


def _base_of(model: Any) -> Any:
    """The context in which a model is its base: an adapter switched off; any other model is the base itself."""
    from contextlib import nullcontext

    return (
        model.disable_adapter()
        if hasattr(model, "disable_adapter") and hasattr(model, "peft_config")
        else nullcontext()
    )


def _base_row(store: Store, base: str) -> ModelRow:
    """The base by name, or by folder; a folder that is not known yet is entered, and only referenced."""
    folder = Path(base).expanduser()
    if not folder.is_dir():
        return models.get(store, base)
    known = next((row for row in models.everything(store) if row.path == str(folder.absolute())), None)
    if known is not None:
        return known
    row = import_model(store, str(folder.absolute()))
    if history.pointer(store) is None:
        history.set_pointer(store, f"base:{row.name}", row.fingerprint)
    return row


def _recipe(
    row: ModelRow, plan: CanaryPlan, name: str, args: TrainingArguments, state: TrainerState, model: Any
) -> Recipe:
    """What can be said of the other program's run in a recipe's words."""
    training = Training(
        lr=float(args.learning_rate), max_steps=int(state.max_steps), seed=int(args.seed),
        batch_size=int(args.per_device_train_batch_size * args.gradient_accumulation_steps),
    )  # fmt: skip
    return Recipe(
        name=name, base=row.name, base_fingerprint=row.fingerprint, method=_method(model), protect="off", training=training,
        canaries=plan, notes="Trained by another program.",
    )  # fmt: skip


def _method(model: Any) -> Method:
    if not hasattr(model, "peft_config"):
        return "full"
    return "qlora" if _is_four_bit(model) else "lora"


def _is_four_bit(model: Any) -> bool:
    return bool(getattr(model, "is_loaded_in_4bit", False))


def _require_base(model: Any, folder: Path) -> None:
    """Refuse a full model whose weights are not those of the folder it is said to come from, naming the first.

    Tensors are compared one at a time; under an adapter or quantisation the stored logits are compared instead.
    """
    if hasattr(model, "peft_config") or _is_four_bit(model):
        return
    named = dict(model.named_parameters())
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as stored:
            for name in stored.keys():  # noqa: SIM118 - safe_open is no mapping
                mine = named.get(name)
                if mine is not None and not torch.equal(mine.detach().cpu(), stored.get_tensor(name).to(mine.dtype)):
                    raise UserError(
                        f"The model given to the Trainer is not the base in {folder.name}: {name} differs.", field="base",
                        remedy="Name the folder the model was loaded from, or resume without the callback.",
                    )  # fmt: skip
