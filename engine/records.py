"""What crosses the door between window, command line, host and worker: frozen, typed records, units in their names.

Every setting of a recipe is declared once, here: its type, default, bounds, unit and help text. Validation, the TOML form,
the command line's options and the window's form all derive from these declarations (`engine.settings` walks them).
"""

from __future__ import annotations

import functools
import hashlib
from typing import Annotated, Any, Literal

import msgspec
import tomli_w
from msgspec import Struct

from engine.declared import said as _said
from engine.errors import UserError
from engine.protection import Preset, Protection, check_protection
from engine.states import State

Method = Literal["full", "lora", "qlora", "prompt"]
Role = Literal["protect", "tolerate", "expendable"]
Lane = Literal["heavy", "interactive"]
GuardRule = Literal["off", "warn", "pause", "stop", "automatic"]
Purpose = Literal["general", "single"]
JobKind = Literal[
    "train", "calibrate", "score", "answer", "import", "verify", "inspect", "roll_back", "make_current", "undo",
    "sweep", "pilot", "gate", "echo",
    "strength", "drift", "export",
]  # fmt: skip

#: Fractions of the planned steps at which canaries are looked at (science §2, guard: front-loaded, the first at step 0).
DEFAULT_LOOKS = (0.0, 0.02, 0.05, 0.10, 0.20, 0.30, 0.50, 0.75, 1.0)


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which columns of a data file mean what; `shape` = "auto" detects it from the first rows."""

    shape: Annotated[
        Literal["auto", "messages", "sharegpt", "alpaca", "prompt_completion", "text"],
        _said("Shape of the rows; auto looks at the first ones."),
    ] = "auto"
    columns: Annotated[
        dict[str, str], _said("Which column plays which part, e.g. {prompt = 'question', completion = 'reply'}.")
    ] = {}


class DataSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The training rows, the held-out rows and how they are read."""

    path: Annotated[str, _said("Training rows: .jsonl, .json, .csv, .parquet or .txt.")] = ""
    heldout_path: Annotated[str, _said("Held-out rows; empty takes a share of the training file.")] = ""
    heldout_fraction: Annotated[
        float, _said("Share of the rows kept out of training to measure learning.", ge=0, le=0.5)
    ] = 0.1
    heldout_rows: Annotated[
        int, _said("Held-out rows answered and scored before and after; 0 means all.", "rows", ge=0)
    ] = 200
    max_length: Annotated[
        int, _said("Longest row; what is beyond is cut and counted.", "tokens", ge=16, le=1_048_576)
    ] = 1024
    mapping: Annotated[Mapping, _said("Which columns mean what.")] = Mapping()
    fingerprint: Annotated[str, _said("SHA-256 of the files, set when the run is queued.")] = ""


class Adapter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of the low-rank adapter (LoRA and QLoRA); ignored by full fine-tuning."""

    rank: Annotated[int, _said("Rank of the update; higher learns more and costs more.", ge=1, le=1024)] = 16
    alpha: Annotated[float, _said("Scale of the update: alpha/rank (rsLoRA: alpha/√rank).", gt=0, le=4096)] = 32.0
    dropout: Annotated[float, _said("Dropout on the adapter's input.", ge=0, lt=1)] = 0.0
    targets: Annotated[
        tuple[str, ...], _said("Modules that get an adapter; all-linear means every linear layer but the output head.")
    ] = ("all-linear",)
    rslora: Annotated[bool, _said("Scale by alpha/√rank, which keeps high ranks trainable.")] = False
    dora: Annotated[bool, _said("Weight-decomposed adapter (DoRA): direction and length learn apart.")] = False
    kind: Annotated[
        Literal["lora", "osf"],
        _said("lora, or osf: train the weakest directions of each weight, orthogonal to the strongest, which stay."),
    ] = "lora"
    preserved: Annotated[
        float, _said("OSF: share of each weight's directions, the strongest, that stay as they are.", gt=0, lt=1)
    ] = 0.5
    start: Annotated[
        Literal["zero", "corda"],
        _said("LoRA starts at no change, or in the directions general text uses least (CorDA, knowledge-preserved)."),
    ] = "zero"


class PromptPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands before every question when no weight is changed (method prompt); ignored by the others."""

    system: Annotated[str, _said("Method prompt: the system message, in your words.")] = ""
    examples: Annotated[
        int,
        _said("Method prompt: so many training rows are shown as examples before each question.", "rows", ge=0, le=256),
    ] = 8


class Training(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The optimisation: how far, how fast and how exactly."""

    lr: Annotated[
        float, _said("Peak learning rate; 0 takes the method's standard (full 1e-5, adapters 2e-4).", ge=0, le=1)
    ] = 0.0
    epochs: Annotated[float, _said("Passes over the training rows.", "epochs", gt=0, le=1000)] = 1.0
    max_steps: Annotated[int, _said("Stop after this many optimiser steps; 0 means by epochs.", "steps", ge=0)] = 0
    batch_size: Annotated[int, _said("Rows per optimiser step (the effective batch).", "rows", ge=1, le=65536)] = 8
    micro_batch: Annotated[
        int, _said("Rows held in memory at once; 0 takes the whole batch. Must divide it.", "rows", ge=0)
    ] = 0
    schedule: Annotated[
        Literal["linear", "cosine", "constant"], _said("How the learning rate falls after warm-up.")
    ] = "linear"
    warmup_ratio: Annotated[float, _said("Share of the steps spent warming up.", ge=0, le=0.5)] = 0.1
    weight_decay: Annotated[float, _said("Decoupled weight decay.", ge=0, le=1)] = 0.0
    max_grad_norm: Annotated[float, _said("Clip the gradient's norm; 0 means never.", ge=0)] = 1.0
    optimiser: Annotated[
        Literal["adamw", "adamw_8bit", "paged_adamw_8bit"], _said("AdamW; the 8-bit and paged kinds need CUDA.")
    ] = "adamw"
    gradient_checkpointing: Annotated[bool, _said("Recompute activations: less memory, about a third more time.")] = (
        False
    )
    precision: Annotated[
        Literal["auto", "fp32", "bf16"], _said("Arithmetic; auto takes bf16 only where the hardware is fast at it.")
    ] = "auto"
    seed: Annotated[int, _said("Seed of order, dropout and adapter start.", ge=0, lt=2**31)] = 0


class Budget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much one capability may lose, and how much that matters to the user."""

    role: Annotated[Role, _said("protect, tolerate (three times the limit unless set) or expendable.")] = "protect"
    limit: Annotated[float, _said("Most it may lose; 0 takes the default of its score.", "nats/token", ge=0)] = 0.0
    reason: Annotated[str, _said("Why, in your words; printed in the report.")] = ""


class CanaryPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which canaries are scored, when, and how much each capability may lose."""

    suite: Annotated[str, _said("A suite's name, or a path to one.")] = "standard"
    capabilities: Annotated[tuple[str, ...], _said("Capabilities to measure; empty means all of the suite.")] = ()
    verdict_items: Annotated[int, _said("Verdict items per capability; 0 means all.", "items", ge=0)] = 0
    guard_items: Annotated[int, _said("Guard items per capability; 0 means all.", "items", ge=0)] = 0
    looks: Annotated[tuple[float, ...], _said("When to look while training, as shares of the steps.")] = DEFAULT_LOOKS
    generate: Annotated[
        Literal["all", "shown", "none"],
        _said("Answers written out before and after: all items, only those shown on the result page, or none."),
    ] = "all"
    purpose: Annotated[
        Purpose,
        _said("What the model is for: general keeps general abilities; single: all but safety may be lost."),
    ] = "general"
    budgets: Annotated[dict[str, Budget], _said("Budget by capability; others take the defaults.")] = {}
    guard: Annotated[
        GuardRule,
        _said(
            "When a capability surely lost more than its budget while training: off, warn, pause, stop, or automatic "
            "(stop, and make the last checkpoint inside every budget the current model)."
        ),
    ] = "stop"


class CheckpointPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When weights are written and how many are kept."""

    at_looks: Annotated[bool, _said("Write a checkpoint at every canary look.")] = True
    every_steps: Annotated[int, _said("Also write one every so many steps; 0 means no.", "steps", ge=0)] = 0
    keep: Annotated[
        int, _said("Newest ones kept with optimiser state; the best inside budget is kept as well.", ge=1)
    ] = 2


#: Settings added after the first recipes were hashed.
_LATER = (("adapter", "kind"), ("adapter", "preserved"), ("adapter", "start"), ("protection", "general", "near"))


class Recipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that decides a run's result; two equal recipes on one machine give equal losses."""

    name: Annotated[str, _said("The run's name; empty makes one from method and number.")] = ""
    base: Annotated[str, _said("Base model: a name from `palimpsest models`.")] = ""
    base_fingerprint: Annotated[str, _said("Fingerprint of the base, set when the run is queued.")] = ""
    method: Annotated[Method, _said("full fine-tuning, LoRA, QLoRA (4-bit base), or prompt only.")] = "lora"
    start_from: Annotated[
        str, _said("Go on from these weights, RUN@STEP, instead of the base's; same base, method and adapter.")
    ] = ""
    start_fingerprint: Annotated[str, _said("Fingerprint of that checkpoint, set when the run is queued.")] = ""
    protect: Annotated[
        Preset,
        _said(
            "Protection preset, written out under protection when the run is queued; custom: those settings as they are."
        ),
    ] = "standard"
    data: Annotated[DataSpec, _said("The rows.")] = DataSpec()
    adapter: Annotated[Adapter, _said("The adapter.")] = Adapter()
    prompt: Annotated[PromptPlan, _said("The prompt of method prompt.")] = PromptPlan()
    protection: Annotated[Protection, _said("What is done against forgetting.")] = Protection()
    training: Annotated[Training, _said("The optimisation.")] = Training()
    canaries: Annotated[CanaryPlan, _said("The measuring.")] = CanaryPlan()
    checkpoints: Annotated[CheckpointPlan, _said("The checkpoints.")] = CheckpointPlan()
    notes: Annotated[str, _said("Your own words.")] = ""

    def hash(self) -> str:
        """SHA-256 of everything that decides the result (the name and notes do not).

        Settings that came later count only where they are not at their default, so that earlier recipes keep their hash.
        """
        deciding = msgspec.to_builtins(msgspec.structs.replace(self, name="", notes=""), order="deterministic")
        for *parts, name in _LATER:
            owner = functools.reduce(getattr, parts, self)
            if getattr(owner, name) == getattr(type(owner)(), name):
                del functools.reduce(dict.__getitem__, parts, deciding)[name]
        return hashlib.sha256(msgspec.json.encode(deciding)).hexdigest()

    def to_toml(self) -> str:
        """Write the recipe as TOML; `recipe_from_toml` reads it back equal."""
        return tomli_w.dumps(_without_none(msgspec.to_builtins(self)))


def recipe_from_toml(text: str, *, source: str = "recipe") -> Recipe:
    """Read a recipe; a wrong value raises `UserError` naming the field and what was expected."""
    try:
        recipe = msgspec.toml.decode(text.encode(), type=Recipe)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("`$.")[2].rstrip("`") or None
        raise UserError(f"{source}: {error}", field=field, remedy="Correct that field.") from error
    except msgspec.DecodeError as error:
        raise UserError(f"{source} is not valid TOML: {error}", remedy="Correct it at that place.") from error
    check_recipe(recipe)
    return recipe


def check_recipe(recipe: Recipe) -> None:
    """Refuse settings that contradict each other (bounds of single fields are checked when reading)."""
    training = recipe.training
    if training.micro_batch and training.batch_size % training.micro_batch:
        raise UserError(
            f"micro_batch {training.micro_batch} does not divide batch_size {training.batch_size}.",
            field="training.micro_batch",
        )
    if any(not 0 <= look <= 1 for look in recipe.canaries.looks):
        raise UserError("looks are shares of the steps, between 0 and 1.", field="canaries.looks")
    if recipe.method == "prompt" and not (recipe.prompt.system.strip() or recipe.prompt.examples):
        raise UserError(
            "Method prompt needs a system message or examples: without both it is the base.", field="prompt.examples",
            remedy="Set examples, or write a system message.",
        )  # fmt: skip
    check_protection(recipe)


def _without_none(value: Any) -> Any:
    """TOML has no null: drop such keys, deeply."""
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(item) for item in value]
    return value


# ---- rows of the store -----------------------------------------------------------------------------------------------


class Job(Struct, frozen=True, kw_only=True):
    """One piece of work for a worker: a training run, a scoring, an answer, an import …"""

    id: int
    kind: JobKind
    lane: Lane
    state: State
    run_id: int | None = None
    payload: dict[str, Any] = {}
    result: dict[str, Any] | None = None
    attempt: int = 0
    phase: str = ""
    phase_done: int = 0
    phase_total: int = 0
    reason: str = ""
    error_kind: Literal["", "user", "environment", "bug"] = ""
    details: str = ""
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    rev: int

    def sentence(self) -> str:
        """Say how the job stands or ended."""
        return f"{self.state.word}: {self.reason}" if self.reason else self.state.word


class Run(Struct, frozen=True, kw_only=True):
    """One fine-tuning run and where it stands; its folder is `runs/<id>` under the data folder."""

    id: int
    name: str
    recipe: Recipe
    recipe_hash: str
    state: State
    step: int = 0
    steps_total: int = 0
    plan: dict[str, Any] = {}
    results: dict[str, Any] = {}
    peak_bytes: int = 0
    elapsed_s: float = 0.0
    tags: tuple[str, ...] = ()
    note: str = ""
    created_at: float
    ended_at: float | None = None
    rev: int


class Step(Struct, frozen=True, kw_only=True):
    """One logged optimiser step: mean loss in nats per trained token, and what it cost."""

    run_id: int
    step: int
    loss: float
    lr: float
    grad_norm: float
    tokens: int
    elapsed_s: float
    rev: int = 0


class CheckpointRow(Struct, frozen=True, kw_only=True):
    """One checkpoint on disk; `state` says whether its weights are still there."""

    id: int
    run_id: int
    step: int
    folder: str
    manifest_sha256: str
    size_bytes: int
    state: Literal["complete", "rotated", "bad"] = "complete"
    has_optimiser: bool = True
    pinned: bool = False
    variant: str = ""
    strength: dict[str, Any] = {}
    created_at: float
    rev: int

    @property
    def ref(self) -> str:
        """The checkpoint's name in commands: RUN@STEP, and x0.5 behind it for one made weaker by the strength slider."""
        return f"{self.run_id}@{self.step}{self.variant}"


class Measurement(Struct, frozen=True, kw_only=True):
    """One pass over canaries (or held-out rows) with one set of weights, and the settings that make it comparable."""

    id: int
    run_id: int | None
    moment: Literal["before", "look", "after", "score", "strength"]
    step: int
    model_ref: str
    fingerprint: str
    suite: str
    suite_hash: str
    settings: dict[str, Any] = {}
    noise_floor: float = 0.0
    complete: bool = False
    created_at: float
    rev: int


class Score(Struct, frozen=True, kw_only=True):
    """One score of one item: nats per token for likelihoods, 0 or 1 for checks."""

    item_id: str
    capability: str
    split: Literal["verdict", "guard", "heldout"]
    cluster: str
    score: str
    value: float
    n_tokens: int = 0


class Answer(Struct, frozen=True, kw_only=True):
    """One generated answer to one item, with what the checker and the sentinels said of it."""

    item_id: str
    capability: str
    split: Literal["verdict", "guard", "heldout"]
    prompt: str
    text: str
    expected: str = ""
    passed: bool | None = None
    n_tokens: int = 0
    hit_limit: bool = False


class FileHash(Struct, frozen=True, kw_only=True):
    """One file of a fingerprint."""

    name: str
    size_bytes: int
    sha256: str


class ModelRow(Struct, frozen=True, kw_only=True):
    """A base model: where it lies, what it is, and the fingerprint it had when imported."""

    id: int
    name: str
    source: str
    path: str
    fingerprint: str
    files: tuple[FileHash, ...]
    architecture: str = ""
    parameters: int = 0
    template: Literal["own", "fallback"] = "own"
    note: str = ""
    created_at: float
    verified_at: float | None = None
    rev: int


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """One action, appended and never changed; `before` and `after` name models (base or RUN@STEP)."""

    id: int
    action: str
    sentence: str
    before: str = ""
    after: str = ""
    details: dict[str, Any] = {}
    undoes: int | None = None
    undone_by: int | None = None
    row_sha256: str = ""
    created_at: float
    rev: int


class LogLine(Struct, frozen=True, kw_only=True):
    """One line for the log view."""

    id: int
    job_id: int | None
    run_id: int | None
    level: Literal["info", "warning", "error"]
    message: str
    at: float
    rev: int


class Sweep(Struct, frozen=True, kw_only=True):
    """Several runs made from one recipe to be compared; `key` is one hash over what they are, `summary` the outcome."""

    id: int
    name: str
    key: str
    recipe: Recipe
    methods: tuple[str, ...]
    grid: dict[str, list[Any]] = {}
    job_id: int | None = None
    summary: dict[str, Any] = {}
    created_at: float
    rev: int


class SweepCell(Struct, frozen=True, kw_only=True):
    """One run of a sweep: what is special about it, and whether its run was there before the sweep."""

    sweep_id: int
    position: int
    label: str
    recipe_hash: str
    run_id: int
    is_reused: bool = False
    rev: int


class RunEvent(Struct, frozen=True, kw_only=True):
    """A mark on a run's timeline: what the guard saw or did at a step, and to which capability.

    `kind`: "beyond" (the first look beyond a budget), "tripped" (the guard's decision; `details` has the rule that
    followed, the offered model and the numbers), "non_finite" (the loss was no number).
    """

    id: int
    run_id: int
    step: int
    kind: Literal["beyond", "tripped", "non_finite"]
    capability: str = ""
    sentence: str
    details: dict[str, Any] = {}
    created_at: float
    rev: int


class StrengthChange(Struct, frozen=True, kw_only=True):
    """One capability at one strength: mean change of its guard items, positive = worse, with its budget."""

    name: str
    kind: str
    role: Role
    n: int
    mean: float
    budget: float

    @property
    def is_inside(self) -> bool:
        """Whether the mean is inside the budget (always, for an expendable capability)."""
        return self.role == "expendable" or self.mean <= self.budget


class StrengthPoint(Struct, frozen=True, kw_only=True):
    """One point of the learned-against-forgot curve of a checkpoint: strength `alpha`, 0 the base and 1 as trained.

    `blocks` holds strengths of single blocks where they differ. `learned_nll` is the held-out loss in nats per token
    (lower is better), `learned_exact` the share of held-out rows answered exactly; `kl` is nats per token from the base.
    """

    id: int
    run_id: int
    step: int
    alpha: float
    blocks: dict[str, float] = {}
    measurement_id: int
    learned_nll: float | None = None
    learned_exact: float | None = None
    kl: float | None = None
    changes: tuple[StrengthChange, ...] = ()
    created_at: float
    rev: int

    @property
    def is_inside(self) -> bool:
        """Whether every judged capability's mean is inside its budget."""
        return all(one.is_inside for one in self.changes)


class Drift(Struct, frozen=True, kw_only=True):
    """How far one weight moved: ‖ΔW‖/‖W‖ (Frobenius); `layer` is the block's number, −1 outside the blocks."""

    run_id: int
    step: int
    variant: str = ""
    layer: int
    module: str
    name: str
    change: float
    size: float
    rev: int

    @property
    def value(self) -> float:
        """The relative change; 0 for a weight that was all zero and stayed so."""
        return self.change / self.size if self.size else 0.0


class ProjectBudget(Struct, frozen=True, kw_only=True):
    """The project's own budget of a capability; recipes that say nothing of it take it."""

    id: int
    capability: str
    role: Role
    limit: float = 0.0
    reason: str = ""
    changed_at: float
    rev: int

    @property
    def budget(self) -> Budget:
        """The same as a recipe holds it."""
        return Budget(role=self.role, limit=self.limit, reason=self.reason)
