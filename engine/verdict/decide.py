"""The verdict: kept, forgot or can't tell, capability by capability, and the worst of them for the whole run.

A pure function of stored scores: the same rows give the same verdict. Only the primary score of a capability decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.verdict import power, sentences
from engine.verdict.binary import binary_bounds, design_effect, mcnemar_p, wilson_interval
from engine.verdict.records import (
    CapabilityInput,
    CapabilityVerdict,
    CheckedAnswers,
    CheckedResult,
    Flips,
    PooledVerdict,
    Verdict,
    Word,
)
from engine.verdict.statistics import BOUND_TOLERANCE, SMALL_N, Bounds, Groups, decision_bounds, estimate, group, holm

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_CLUSTERS = sentences.MIN_CLUSTERS
NOISE_MULTIPLE = 3.0
POOLED_BUDGET = 0.05
WORST_FIRST: tuple[Word, ...] = ("forgot", "changed", "can't tell", "kept")


def decide(
    capabilities: Sequence[CapabilityInput],
    *,
    alpha: float = 0.05,
    noise_floor: float | Mapping[str, float] = 0.0,
    checked: Sequence[CheckedAnswers] = (),
    pooled_budget: float = POOLED_BUDGET,
) -> Verdict:
    """Say what was kept and what was forgot.

    `noise_floor` is the mean difference between two scorings of the base, one number or one by capability name; a mean
    change of less than three times it is never called forgot or changed. `checked` are right/wrong answers, which get
    one pooled verdict over the protected capabilities. Raises `UserError` on non-finite or mismatched scores.
    """
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha {alpha} is not a level between 0 and .5")
    _check_inputs(capabilities, checked)
    judged = [c for c in capabilities if c.role != "expendable"]
    alpha_lower = alpha / max(1, len(judged))
    bounds = {c.name: _bounds(c, alpha_lower=alpha_lower, alpha_upper=alpha) for c in capabilities}
    # a capability that cannot be tested still counts: it takes its place in the correction with p = 1
    adjusted = dict(zip([c.name for c in judged], holm([_p(bounds[c.name]) for c in judged]), strict=True))
    floors = {c.name: _floor(noise_floor, c.name) for c in capabilities}
    verdicts = [
        _judge(c, bounds[c.name], adjusted.get(c.name), floors[c.name], (alpha_lower, alpha)) for c in capabilities
    ]
    word, names = _overall(verdicts)
    return Verdict(
        word=word,
        reason=sentences.overall_reason(word, names, len(judged)),
        alpha=alpha,
        judged=len(judged),
        capabilities=verdicts,
        checked=[_checked_result(c, alpha) for c in checked],
        pooled=_pool([c for c in checked if c.role == "protect"], alpha, pooled_budget),
    )


def flips(item_ids: Sequence[str], before: Sequence[float], after: Sequence[float]) -> Flips:
    """Which 0/1 answers changed, item by item: 1→0 forgotten, 0→1 gained; McNemar's exact p beside them."""
    rows = list(zip(item_ids, before, after, strict=True))
    forgotten = [name for name, b, a in rows if b == 1 and a == 0]
    gained = [name for name, b, a in rows if b == 0 and a == 1]
    return Flips(forgotten=forgotten, gained=gained, mcnemar_p=mcnemar_p(len(forgotten), len(gained)))


# --- one capability --------------------------------------------------------------------------------------------------


def _bounds(capability: CapabilityInput, *, alpha_lower: float, alpha_upper: float) -> Bounds | None:
    """The bounds that decide, or None when there is only one independent source."""
    groups = group(capability.differences, capability.cluster_ids)
    if groups.clusters < 2:
        return None
    if capability.kind == "binary":
        lost = [round(d) for d in capability.differences]
        return binary_bounds(
            lost, capability.cluster_ids, limit=capability.limit, alpha_lower=alpha_lower, alpha_upper=alpha_upper
        )
    return decision_bounds(groups, limit=capability.limit, alpha_lower=alpha_lower, alpha_upper=alpha_upper)


def _judge(
    capability: CapabilityInput,
    bounds: Bounds | None,
    p_adjusted: float | None,
    noise_floor: float,
    alphas: tuple[float, float],
) -> CapabilityVerdict:
    groups = group(capability.differences, capability.cluster_ids)
    est = estimate(groups)
    lower, upper = (_finite(bounds.lower), _finite(bounds.upper)) if bounds else (None, None)
    word = _word(capability, groups, upper, p_adjusted, alphas[1])
    is_noise = word in {"forgot", "changed"} and est.mean < NOISE_MULTIPLE * noise_floor
    word = "can't tell" if is_noise else word
    reason = _reason(capability, word, groups, (lower, upper))
    if is_noise:
        change = sentences.amount(est.mean, capability.kind)
        reason = sentences.noise_reason(change, noise_floor, sentences.unit_text(capability.kind, capability.unit))
    undecided = word == "can't tell" and groups.clusters >= MIN_CLUSTERS and not is_noise
    return CapabilityVerdict(
        name=capability.name,
        score=capability.score,
        unit=capability.unit,
        kind=capability.kind,
        role=capability.role,
        word=word,
        reason=reason,
        n=groups.n,
        clusters=groups.clusters,
        mean_change=est.mean,
        sd=est.sd,
        lower=lower,
        upper=upper,
        alpha_lower=alphas[0],
        alpha_upper=alphas[1],
        p=bounds.p if bounds else None,
        p_adjusted=p_adjusted,
        budget=capability.limit,
        noise_floor=noise_floor,
        method=bounds.method if bounds else "none",
        n_needed=_n_needed(capability, groups, alphas[0]) if undecided else None,
        is_too_close=undecided and power.is_too_close(est.mean, capability.limit),
    )


def _word(
    capability: CapabilityInput, groups: Groups, upper: float | None, p_adjusted: float | None, alpha: float
) -> Word:
    if capability.role == "expendable" or p_adjusted is None:
        return "measured"
    if groups.clusters < MIN_CLUSTERS:
        return "can't tell"
    if p_adjusted <= alpha:
        return "changed" if capability.kind == "kl" else "forgot"
    if groups.n >= SMALL_N and upper is not None and upper < capability.limit - BOUND_TOLERANCE:
        return "kept"
    return "can't tell"


def _reason(capability: CapabilityInput, word: Word, groups: Groups, bounds: tuple[float | None, float | None]) -> str:
    if word == "can't tell" and groups.clusters < MIN_CLUSTERS:
        return sentences.few_clusters_reason(groups.clusters)
    text = sentences.reason(word, *bounds, kind=capability.kind, unit=capability.unit, budget=capability.limit)
    if word == "can't tell" and groups.n < SMALL_N:
        return sentences.few_items_reason(groups.n, SMALL_N, text)
    return text


def _n_needed(capability: CapabilityInput, groups: Groups, alpha_lower: float) -> int | None:
    """Items needed with clustering as it is now: the spread is the cluster-robust one brought back to one item."""
    est = estimate(groups)
    spread = max(est.se * math.sqrt(est.n), est.sd)
    needed = power.n_needed(est.mean, capability.limit, spread, alpha_lower=alpha_lower)
    if needed is None:
        return None
    if capability.kind == "binary" and est.mean < capability.limit:
        effect = design_effect(capability.differences, capability.cluster_ids)
        needed = max(needed, math.ceil(effect * power.clean_items_for_kept(capability.limit)))
    return max(needed, groups.n + 1)


def _p(bounds: Bounds | None) -> float:
    return bounds.p if bounds else 1.0


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _floor(noise_floor: float | Mapping[str, float], name: str) -> float:
    return noise_floor.get(name, 0.0) if isinstance(noise_floor, Mapping) else noise_floor


# --- all of them -----------------------------------------------------------------------------------------------------


def _overall(verdicts: Sequence[CapabilityVerdict]) -> tuple[Word, list[str]]:
    """The worst word among protect and tolerate, and the capabilities that carry it."""
    for word in WORST_FIRST:
        names = [v.name for v in verdicts if v.word == word]
        if names:
            return word, names
    return "measured", []


def _pool(checked: Sequence[CheckedAnswers], alpha: float, budget: float) -> PooledVerdict | None:
    if not checked:
        return None
    lost = [b - a for c in checked for b, a in zip(c.before, c.after, strict=True)]
    # the same cluster id under two capabilities names two clusters
    clusters = [f"{c.name}\0{cluster}" for c in checked for cluster in c.cluster_ids]
    groups = group(lost, clusters)
    bounds = (
        binary_bounds(lost, clusters, limit=budget, alpha_lower=alpha, alpha_upper=alpha)
        if groups.clusters > 1
        else Bounds(lower=-1.0, upper=1.0, p=1.0, method="none")
    )
    pooled = CapabilityInput(
        name="checked answers",
        kind="binary",
        unit="points",
        budget=budget,
        before=[float(v) for v in lost],
        after=[0.0] * len(lost),
        item_ids=clusters,
        cluster_ids=clusters,
    )
    word = _word(pooled, groups, bounds.upper, bounds.p, alpha)
    count_lost, count_gained = sum(v > 0 for v in lost), sum(v < 0 for v in lost)
    return PooledVerdict(
        word=word,
        reason=_reason(pooled, word, groups, (bounds.lower, bounds.upper)),
        capabilities=[c.name for c in checked],
        n=groups.n,
        clusters=groups.clusters,
        lost=count_lost,
        gained=count_gained,
        mean_change=(count_lost - count_gained) / groups.n,
        lower=bounds.lower,
        upper=bounds.upper,
        alpha_lower=alpha,
        alpha_upper=alpha,
        p=bounds.p,
        mcnemar_p=mcnemar_p(count_lost, count_gained),
        budget=budget,
    )


def _checked_result(checked: CheckedAnswers, alpha: float) -> CheckedResult:
    lost = [b - a for b, a in zip(checked.before, checked.after, strict=True)]
    several = len(set(checked.cluster_ids)) > 1
    bounds = (
        binary_bounds(lost, checked.cluster_ids, limit=POOLED_BUDGET, alpha_lower=alpha, alpha_upper=alpha)
        if several
        else Bounds(lower=-1.0, upper=1.0, p=1.0, method="none")
    )
    n, right_before, right_after = len(lost), sum(checked.before), sum(checked.after)
    return CheckedResult(
        name=checked.name,
        role=checked.role,
        n=n,
        right_before=right_before,
        right_after=right_after,
        level_before=wilson_interval(right_before, n),
        level_after=wilson_interval(right_after, n),
        lower=bounds.lower,
        upper=bounds.upper,
        flips=flips(checked.item_ids, checked.before, checked.after),
    )


# --- what is refused -------------------------------------------------------------------------------------------------


def _check_inputs(capabilities: Sequence[CapabilityInput], checked: Sequence[CheckedAnswers]) -> None:
    for given in (capabilities, checked):
        names = [c.name for c in given]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UserError(f"Capability {twice[0]} was given twice.", field=twice[0])
    for capability in capabilities:
        _check_rows(capability)
        _check_budget(capability)
        _check_values(capability, binary=capability.kind == "binary")
    for answers in checked:
        _check_rows(answers)
        _check_values(answers, binary=True)


def _check_rows(given: CapabilityInput | CheckedAnswers) -> None:
    counts = {
        "scores before": len(given.before),
        "scores after": len(given.after),
        "item ids": len(given.item_ids),
        "cluster ids": len(given.cluster_ids),
    }
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{count} {what}" for what, count in counts.items())
        raise UserError(f"{given.name}: every item needs both scores, but there are {said}.", field=given.name)
    if not given.item_ids:
        raise UserError(
            f"{given.name}: no items were measured.", field=given.name, remedy="Measure it, or leave it out."
        )
    if len(set(given.item_ids)) < len(given.item_ids):
        repeated = next(i for i in given.item_ids if given.item_ids.count(i) > 1)
        raise UserError(f"{given.name}: item {repeated} was given twice.", field=given.name)


def _check_budget(capability: CapabilityInput) -> None:
    if not (math.isfinite(capability.limit) and capability.limit > 0):
        raise UserError(
            f"{capability.name}: the budget {capability.limit} is not a number above 0.",
            field=capability.name,
            remedy="Give a positive budget, or 0 for the default.",
        )


def _check_values(given: CapabilityInput | CheckedAnswers, *, binary: bool) -> None:
    for when, values in (("before", given.before), ("after", given.after)):
        for item, value in zip(given.item_ids, values, strict=True):
            if not math.isfinite(value):
                raise UserError(
                    f"{given.name}: the score of item {item} {when} training is {value}, so there is no verdict.",
                    field=given.name,
                    remedy="Measure again; if it stays so, the weights hold values that are not numbers.",
                )
            if binary and value not in (0, 1):
                raise UserError(
                    f"{given.name}: item {item} {when} training is {value}; a checked answer is 0 or 1.",
                    field=given.name,
                )
