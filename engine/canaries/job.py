"""The "score" job: measure any model of the project on a suite, with its base beside it."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import msgspec

from engine.canaries.measure import Canaries
from engine.device import detect
from engine.errors import UserError
from engine.models import load
from engine.records import CanaryPlan
from engine.states import State
from engine.store import runs
from engine.store import scores as score_rows
from engine.work import Outcome

if TYPE_CHECKING:
    from engine.device import CpuDevice
    from engine.models.load import Loaded
    from engine.store import Store
    from engine.work import Work


class ScoreRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The payload: which model, which canaries, and whether answers are written out.

    With `verdict` the run of the checkpoint gets its verdict from this: for a run that ended before it was measured.
    """

    model_ref: str
    suite: str = "standard"
    capabilities: tuple[str, ...] = ()
    verdict_items: int = 0
    guard_items: int = 0
    generate: str = "all"
    precision: str = "auto"
    verdict: bool = False


def run(work: Work) -> Outcome:
    """Score the base (or take its cached measurement), then the model; give back both measurements and a summary.

    The result holds `measurement_id`, `base_measurement_id` (equal for a base model), `suite`, `left_out` and
    `capabilities`: for each, its primary score's mean and number of items by split.
    """
    request = _request(work.job.payload)
    device = detect()
    base_id, model_id, canaries = _measured(work, request, device)
    row = score_rows.get(work.store, model_id)
    if request.verdict and base_id != model_id:
        _decide(work, request.model_ref, base_id, model_id)
    return Outcome(
        state=State.FINISHED,
        reason=f"{len(canaries.suite.items)} canaries scored",
        result={
            "measurement_id": model_id,
            "base_measurement_id": base_id,
            "suite": request.suite,
            "left_out": list(canaries.left_out),
            "noise_floor": row.noise_floor if row else 0.0,
            "capabilities": summary(work.store, model_id),
        },
    )


def _decide(work: Work, ref: str, base_id: int, model_id: int) -> None:
    """Store the verdict that the checkpoint's run ended without, and which measurements it rests on."""
    from engine.training.results import decide_and_store

    checkpoint = load.find_checkpoint(work.store, ref)
    run = runs.get(work.store, checkpoint.run_id)
    decide_and_store(work.store, run.id, checkpoint.step, base_id, model_id, run.recipe.canaries)
    measured = {"measured": {"before": base_id, "after": model_id}}
    runs.update(work.store, run.id, results={**run.results, **measured})


def _request(payload: dict[str, Any]) -> ScoreRequest:
    try:
        return msgspec.convert(payload, ScoreRequest)
    except msgspec.ValidationError as error:
        raise UserError(f"This scoring request cannot be read: {error}.") from error


def _measured(work: Work, request: ScoreRequest, device: CpuDevice) -> tuple[int, int, Canaries]:
    ref = request.model_ref
    precision = device.precision(request.precision)
    work.phase("loading")
    if ref.startswith("base:"):
        loaded = load.load_reference(work.store, ref, device, precision)
        canaries = _canaries(work.store, request, loaded, device)
        measurement = canaries.before(loaded.model, run_id=None, on_progress=_progress(work, "measuring the base"))
        return measurement, measurement, canaries
    checkpoint = load.find_checkpoint(work.store, ref)
    recipe = runs.get(work.store, checkpoint.run_id).recipe
    base = load.load_base(work.store, recipe.base, device, precision, four_bit=recipe.method == "qlora")
    canaries = _canaries(work.store, request, base, device)
    before = canaries.before(base.model, run_id=None, on_progress=_progress(work, "measuring the base"))
    del base
    device.release()
    work.phase("loading")
    tuned = load.load_reference(work.store, ref, device, precision)
    after = canaries.after(
        tuned.model, run_id=checkpoint.run_id, step=checkpoint.step, model_ref=ref, fingerprint=tuned.fingerprint,
        on_progress=_progress(work, "measuring"), moment="score",
    )  # fmt: skip
    return before, after, canaries


def _canaries(store: Store, request: ScoreRequest, base: Loaded, device: CpuDevice) -> Canaries:
    plan = CanaryPlan(
        suite=request.suite, capabilities=request.capabilities, verdict_items=request.verdict_items,
        guard_items=request.guard_items, generate=_generate(request.generate),
    )  # fmt: skip
    return Canaries(
        store, plan, base.tokenizer, device, base.settings, base_fingerprint=base.fingerprint, base_ref=base.ref
    )


def _generate(word: str) -> Any:
    if word not in ("all", "shown", "none"):
        raise UserError(f"generate is {word!r}; it is all, shown or none.", field="generate")
    return word


def _progress(work: Work, name: str) -> Any:
    def say(done: int, total: int) -> None:
        work.stop_if_cancelled()
        work.phase(name, done, total)

    return say


def summary(store: Store, measurement_id: int) -> dict[str, dict[str, Any]]:
    """{capability: {"score": its primary, "guard": [mean, n], "verdict": [mean, n]}} of a measurement."""
    row = score_rows.get(store, measurement_id)
    primaries = row.settings.get("primaries", {}) if row else {}
    values: dict[tuple[str, str], list[float]] = {}
    for score in score_rows.scores(store, measurement_id):
        if primaries.get(score.capability) == score.score:
            values.setdefault((score.capability, score.split), []).append(score.value)
    return {
        name: {
            "score": primary,
            **{
                split: [statistics.fmean(found), len(found)]
                for split in ("guard", "verdict")
                if (found := values.get((name, split)))
            },
        }
        for name, primary in primaries.items()
    }
