"""The gate: any model against its base on a suite and budgets, for other people's pipelines. One word, one exit code.

The model may be RUN@STEP, base:NAME, a folder with a full model, or a folder with a peft adapter. Both are scored in this
process with the base's own tokenizer and chat template, in one precision and one batch layout.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import budgets
from engine import device as hardware
from engine.canaries.measure import Canaries
from engine.canaries.pairing import checked_answers, compare_inputs
from engine.canaries.suite import load_suite
from engine.errors import UserError
from engine.models import fingerprint, load
from engine.records import CanaryPlan
from engine.store import runs, scores
from engine.training import methods
from engine.verdict.decide import decide
from engine.verdict.records import Word
from engine.work import Outcome

if TYPE_CHECKING:
    from engine.device import CpuDevice, Precision
    from engine.models.load import Loaded
    from engine.store import Store
    from engine.work import Work

#: What a word means to a pipeline: 0 go on, 1 stop, 2 look at it (also changed answers, and nothing that was judged).
EXIT_CODES: dict[Word, int] = {"kept": 0, "forgot": 1, "changed": 2, "can't tell": 2, "measured": 2}


class GateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The payload: which model against which base, and the canaries with their budgets."""

    model: str
    base: str
    canaries: CanaryPlan
    precision: str = "auto"


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate found; `verdict` is the whole record."""

    model: str
    model_fingerprint: str
    base: str
    base_fingerprint: str
    suite: str
    suite_hash: str
    word: Word
    exit_code: int
    left_out: list[str]
    settings: dict[str, Any]
    verdict: dict[str, Any]


def run(work: Work) -> Outcome:
    """Score base and model and decide; the job's result is a `GateResult`."""
    request = msgspec.convert(work.job.payload, GateRequest)
    plan = request.canaries
    known = [capability.name for capability in load_suite(plan.suite).capabilities]
    budgets.require_known(plan.budgets, known, plan.suite)
    device = hardware.detect()
    precision = device.precision(request.precision)
    work.phase("loading")
    base = load.load_base(work.store, request.base, device, precision, four_bit=_is_four_bit(work.store, request.model))
    canaries = Canaries(
        work.store, plan, base.tokenizer, device, base.settings, base_fingerprint=base.fingerprint, base_ref=base.ref
    )
    before = canaries.before(base.model, run_id=None, on_progress=_progress(work, "measuring the base"))
    tuned = open_model(work.store, request, base, device, precision)
    after = canaries.after(
        tuned.model, run_id=None, step=0, model_ref=tuned.ref, fingerprint=tuned.fingerprint,
        on_progress=_progress(work, "measuring the model"), moment="score",
    )  # fmt: skip
    measured = scores.get(work.store, before)
    verdict = decide(
        compare_inputs(work.store, before, after, "verdict", plan.budgets),
        noise_floor=measured.noise_floor if measured else 0.0,
        checked=checked_answers(work.store, before, after, "verdict", plan.budgets),
    )
    result = GateResult(
        model=tuned.ref, model_fingerprint=tuned.fingerprint, base=request.base, base_fingerprint=base.fingerprint,
        suite=plan.suite, suite_hash=canaries.suite.hash, word=verdict.word, exit_code=EXIT_CODES[verdict.word],
        left_out=list(canaries.left_out), settings=dict(canaries.settings), verdict=msgspec.to_builtins(verdict),
    )  # fmt: skip
    return Outcome(reason=f"{verdict.word}: {verdict.reason}", result=msgspec.to_builtins(result))


def open_model(store: Store, request: GateRequest, base: Loaded, device: CpuDevice, precision: Precision) -> Loaded:
    """Load what is judged: a reference of the project, an adapter folder over the loaded base, or a full model's folder.

    `UserError` for a folder that is neither, and for a full model whose vocabulary is not the base's.
    """
    folder = Path(request.model).expanduser()
    if not folder.is_dir():
        return load.load_reference(store, request.model, device, precision)
    digest, _ = fingerprint.fingerprint(store, folder)
    settings, ref = base.settings, f"folder:{folder.name}"
    if (folder / methods.ADAPTER_CONFIG).is_file():
        model: Any = load.with_adapter(base.model, folder)
    else:
        model = load.load_weights(folder, device, precision)
        _require_same_words(folder, base)
    return load.Loaded(model=model, tokenizer=base.tokenizer, ref=ref, fingerprint=digest, settings=settings)


def _require_same_words(folder: Path, base: Loaded) -> None:
    """Both are scored with the base's tokenizer: the model's own must say the same with each number."""
    if load.load_tokenizer(folder).get_vocab() != base.tokenizer.get_vocab():
        raise UserError(
            f"The tokenizer in {folder.name} is not that of {base.ref.removeprefix('base:')}: they cannot be compared.",
            field="model", remedy="Name the base it was trained from with --base.",
        )  # fmt: skip


def _is_four_bit(store: Store, model: str) -> bool:
    """A QLoRA checkpoint is judged over the 4-bit base it was trained on."""
    if Path(model).expanduser().is_dir() or "@" not in model:
        return False
    return runs.get(store, load.find_checkpoint(store, model).run_id).recipe.method == "qlora"


def _progress(work: Work, name: str) -> Any:
    def say(done: int, total: int) -> None:
        work.stop_if_cancelled()
        work.phase(name, done, total)

    return say
