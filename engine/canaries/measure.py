"""Measure a model on the chosen canaries and write the numbers down: before, at looks while training, and after."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

import msgspec
import torch
from msgspec import Struct

from engine.canaries import choosing
from engine.canaries.baseline import (
    REFERENCE_PROMPTS,
    SELF_TOKENS,
    Baseline,
    FrozenAnswer,
    baseline_key,
    read_baseline,
    reference_logits,
    write_baseline,
)
from engine.canaries.checkers import check_item
from engine.canaries.generation import Written, stop_tokens, write_greedily
from engine.canaries.likelihoods import Segment, Task, choice_score, kl, reference_score, self_nll
from engine.canaries.scoring import Scorer
from engine.canaries.sentinels import Generation, degenerate_signs
from engine.canaries.suite import load_suite
from engine.canaries.tokens import ItemTokens, require_fit, tokenise_items
from engine.data.template import chat_template_of
from engine.errors import NonFinite
from engine.records import Answer, Score
from engine.store import scores as score_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from engine.canaries.likelihoods import SegmentScore
    from engine.canaries.scoring import Layout
    from engine.data.mapping import Message
    from engine.device import CpuDevice
    from engine.records import CanaryPlan
    from engine.store import Store

    OnProgress = Callable[[int, int], None]

#: Items scored a second time, in smaller batches, to find the noise floor.
NOISE_ITEMS = 64
_SPLITS = ("guard", "verdict")
_NO_PROGRESS: OnProgress = lambda done, total: None  # noqa: E731 - a default


class TokenCount(Struct, frozen=True, kw_only=True):
    """How much work a measurement is: tokens read for scores, and at most so many written."""

    scored: int
    generated: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.scored + self.generated


class Canaries:
    """The chosen canaries of one run with its base model, ready to measure any weights of it.

    `before` comes first (it finds or makes the baseline), then any number of `look`, then `after`. Each writes one
    measurement with its scores and answers and returns its id. `left_out` names items the training text gives away.
    """

    def __init__(  # noqa: PLR0913 - what a measurement is made of
        self,
        store: Store,
        plan: CanaryPlan,
        tokenizer: Any,
        device: CpuDevice,
        settings: Mapping[str, Any],
        *,
        base_fingerprint: str,
        base_ref: str,
        training_texts: Iterable[str] = (),
        training_prefix: Sequence[int] = (),
    ) -> None:
        """Load the suite, choose items and tokenise them.

        `settings` is what besides weights and prompts moves a score (`MeasurementSettings`; what is missing is filled in).
        `training_prefix` is the training targets' commonest opening in tokens, for format capture. Raises `UserError` for
        a suite or an item that cannot be used.
        """
        self.store, self.plan, self.tokenizer, self.device = store, plan, tokenizer, device
        self.base_fingerprint, self.base_ref = base_fingerprint, base_ref
        self.suite, self.left_out = choosing.choose(load_suite(plan.suite), plan, training_texts)
        self.training_prefix = tuple(training_prefix)
        tokens = tokenise_items(self.suite.items, tokenizer)
        self.closing = tokens.closing
        self._items = {one.item.id: one for one in tokens.items}
        self.sentinel_ids = choosing.sentinels(self.suite)
        self.shown_ids = choosing.shown(self.suite)
        self._frozen_ids = choosing.frozen(self.suite, plan.generate)
        self.baseline: Baseline | None = None
        self._layout: Layout | None = None
        self.settings: dict[str, Any] = {
            "template_hash": chat_template_of(tokenizer).sha256, "tokenizer_hash": _tokenizer_hash(tokenizer),
            "precision": "fp32", "quantisation": "none", "attention_kernel": "", "versions": {}, **settings,
            "prompts_hash": self.suite.hash, "generate": plan.generate,
            "primaries": {c.name: c.primary for c in self.suite.capabilities},
        }  # fmt: skip
        self._precision = str(self.settings["precision"])

    # ---- measurements ------------------------------------------------------------------------------------------------

    def before(self, model: Any, *, run_id: int | None, on_progress: OnProgress = _NO_PROGRESS) -> int:
        """Measure the base, or take over its cached measurement if nothing that decides it changed; return its id.

        A run that already has its own (a resumed one) gets that, and `model` is not touched.
        """
        self._note_arithmetic(model)
        if run_id is not None and (own := self._own_before(run_id)) is not None:
            on_progress(1, 1)
            return own
        scorer = self._scorer(model)
        key = self._key()
        cached = score_rows.cached(self.store, key)
        if cached is not None and (baseline := read_baseline(self.store.home, key)) is not None:
            self.baseline = baseline
            on_progress(1, 1)
            return cached.id if cached.run_id == run_id else self._taken_over(cached.id, run_id, key)
        return self._measure_base(scorer, run_id, key, _Progress(on_progress, self.count_tokens("before").total))

    def look(
        self, model: Any, *, run_id: int | None, step: int, model_ref: str, fingerprint: str,
        on_progress: OnProgress = _NO_PROGRESS, moment: str = "look",
    ) -> int:  # fmt: skip
        """Score the guard items and write the six short answers the sentinels judge."""
        progress = _Progress(on_progress, self.count_tokens("look").total)
        scorer = self._scorer(model)
        rows = self._scored(scorer, ("guard",), step, progress)
        ids = [one for one in self.sentinel_ids if one in self._baseline.answers]
        limits = [choosing.SENTINEL_TOKENS] * len(ids)
        more, answers = self._answered(ids, self._write(scorer, ids, limits, progress), limits)
        progress.finish()
        return self._store(moment, run_id, step, model_ref, fingerprint, rows + more, answers)

    def after(
        self, model: Any, *, run_id: int | None, step: int, model_ref: str, fingerprint: str,
        on_progress: OnProgress = _NO_PROGRESS, moment: str = "after",
    ) -> int:  # fmt: skip
        """Score guard and verdict items, and write and check the answers the plan asks for."""
        progress = _Progress(on_progress, self.count_tokens("after").total)
        scorer = self._scorer(model)
        rows = self._scored(scorer, _SPLITS, step, progress)
        ids = [one for one in self._items if one in choosing.written_after(self.suite, self.plan.generate)]
        limits = [choosing.answer_limit(self._items[one]) for one in ids]
        more, answers = self._answered(ids, self._write(scorer, ids, limits, progress), limits)
        progress.finish()
        return self._store(moment, run_id, step, model_ref, fingerprint, rows + more, answers)

    def put_context(self, context: Sequence[Message], *, longest: int) -> None:
        """Ask every item after these messages from now on (method prompt); the frozen answers stay the bare base's.

        Raises `UserError` naming an item that no longer fits into the `longest` tokens the model reads.
        """
        tokens = tokenise_items(self.suite.items, self.tokenizer, max_length=longest, context=context)
        self._items = {one.item.id: one for one in tokens.items}

    def count_tokens(self, moment: str) -> TokenCount:
        """The work of "before" (not cached), "look" or "after", for time estimates; upper bounds."""
        splits = ("guard",) if moment == "look" else _SPLITS
        scored = sum(
            one.n_tokens + (SELF_TOKENS if name in self._frozen_ids else 0)
            for name, one in self._items.items()
            if one.item.split in splits
        )
        if moment == "look":
            return TokenCount(scored=scored, generated=len(self.sentinel_ids) * choosing.SENTINEL_TOKENS)
        written = self._frozen_ids if moment == "before" else choosing.written_after(self.suite, self.plan.generate)
        generated = sum(choosing.answer_limit(self._items[name]) for name in written)
        again = min(1.0, NOISE_ITEMS / max(1, len(self._items))) if moment == "before" else 0.0
        return TokenCount(scored=round(scored * (1 + again)), generated=generated)

    # ---- the base ----------------------------------------------------------------------------------------------------

    def _own_before(self, run_id: int) -> int | None:
        """A run's own finished measurement of the base, if it is still what would be measured now."""
        for found in score_rows.of_run(self.store, run_id):
            if found.moment != "before" or found.suite_hash != self.suite.hash:
                continue
            layout = str(found.settings.get("batch_layout", ""))
            key = self._key(layout)
            if key == baseline_key(found.fingerprint, found.suite_hash, found.settings):
                baseline = read_baseline(self.store.home, key)
                if baseline is not None:
                    self.baseline = baseline
                    self._layout = "tree" if layout.startswith("tree") else "padded"
                    self.settings["batch_layout"] = layout
                    return found.id
        return None

    def _taken_over(self, measurement_id: int, run_id: int | None, key: str) -> int:
        """Copy a cached measurement for a run; what depends on the run's training data is worked out anew."""
        rows = [row for row in score_rows.scores(self.store, measurement_id) if row.score != "format_capture"]
        answers = score_rows.answers(self.store, measurement_id)
        rows += self._captured({name: one.ids for name, one in self._baseline.answers.items()})
        return self._store("before", run_id, 0, self.base_ref, self.base_fingerprint, rows, answers, key=key)

    def _measure_base(self, scorer: Scorer, run_id: int | None, key: str, progress: _Progress) -> int:
        """Freeze the base's answers, score everything along them, find the noise floor, keep its logits."""
        ids = [name for name in self._items if name in self._frozen_ids]
        limits = [choosing.answer_limit(self._items[name]) for name in ids]
        written = self._write(scorer, ids, limits, progress)
        frozen = {
            name: FrozenAnswer(item_id=name, ids=one.ids, text=self._text(one.ids), hit_limit=one.hit_limit)
            for name, one in zip(ids, written, strict=True)
        }
        prompts = tuple(sorted((one.prompt for one in self._all), key=len)[:REFERENCE_PROMPTS])
        unscored = Baseline(
            key=key, answers=frozen, tops={}, prompts=prompts, logits=reference_logits(scorer.model, prompts),
            noise_floor=0.0,
        )  # fmt: skip
        self.baseline = unscored
        scores: dict[str, list[SegmentScore]] = {}
        for split in _SPLITS:
            scores |= self._run(scorer, self._of(split), progress)
        floor = self._noise_floor(scorer, scores, progress)
        tops = {name: row[-1].top for name, row in scores.items() if row and row[-1].top is not None}
        self.baseline = msgspec.structs.replace(unscored, tops=tops, noise_floor=floor)
        rows = [row for name, found in scores.items() for row in self._rows(self._items[name], found, step=0)]
        more, answers = self._answered(ids, written, limits)
        write_baseline(self.store.home, self.baseline)
        progress.finish()
        return self._store("before", run_id, 0, self.base_ref, self.base_fingerprint, rows + more, answers, key=key)

    def _noise_floor(self, scorer: Scorer, scores: Mapping[str, list[SegmentScore]], progress: _Progress) -> float:
        """Largest difference of an item's score when some items are scored again in batches of a third of the size."""
        every = max(1, len(self._items) // NOISE_ITEMS)
        some = list(self._items.values())[::every][:NOISE_ITEMS]
        again = self._run(scorer, some, progress, batch_tokens=max(1, scorer.batch_tokens // 3))
        deciding = {"ref_nll", "choice_margin", "self_nll"}
        return max(
            (
                abs(one.value - two.value)
                for item in some
                for one, two in zip(
                    self._rows(item, scores[item.item.id], step=0), self._rows(item, again[item.item.id], step=0),
                    strict=True,
                )
                if one.score in deciding
            ),
            default=0.0,
        )  # fmt: skip

    # ---- scores ------------------------------------------------------------------------------------------------------

    @property
    def _baseline(self) -> Baseline:
        if self.baseline is None:
            raise ValueError("measure the base first: before() makes or finds the baseline")
        return self.baseline

    def _scorer(self, model: Any) -> Scorer:
        """A scorer in the layout found right the first time, which becomes part of the settings."""
        scorer = Scorer(model, self.tokenizer, self.device, layout=self._layout)
        if self._layout is None:
            require_fit(self._all, scorer.max_length)
            tasks = [self._task(one, follow=False) for one in self._items.values() if one.answers]
            tasks = tasks or [
                Task(prompt=one.prompt, segments=(Segment(targets=one.prompt[-1:]),)) for one in self._all
            ]
            self._layout = scorer.choose_layout(tasks)
            self.settings["batch_layout"] = scorer.layout_name
        return scorer

    def _note_arithmetic(self, model: Any) -> None:
        """Tell bf16 arithmetic over fp32 weights (full fine-tuning) from bf16 weights: their scores differ slightly."""
        dtype = next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.float32)
        if torch.is_autocast_enabled(self.device.kind) and dtype == torch.float32:
            self.settings["precision"] = f"{self._precision} over fp32 weights"
        else:
            self.settings["precision"] = self._precision

    @property
    def _all(self) -> list[ItemTokens]:
        return list(self._items.values())

    def _key(self, layout: str | None = None) -> str:
        settings = self.settings if layout is None else {**self.settings, "batch_layout": layout}
        return baseline_key(self.base_fingerprint, self.suite.hash, settings)

    def _of(self, split: str) -> list[ItemTokens]:
        return [one for one in self._items.values() if one.item.split == split]

    def _task(self, one: ItemTokens, *, follow: bool = True) -> Task:
        """An item's references or choices, then the base's own answer where it is followed."""
        closed = one.item.kind == "reference" and self.closing is not None
        ending = (self.closing,) if closed and self.closing is not None else ()
        segments = [Segment(targets=(*answer, *ending)) for answer in one.answers]
        frozen = self._baseline.answers.get(one.item.id) if follow else None
        if frozen is not None and (targets := frozen.targets(self.closing)):
            top = self._baseline.tops.get(one.item.id)
            segments.append(Segment(targets=targets, top=top, record_top=top is None))
        return Task(prompt=one.prompt, segments=tuple(segments))

    def _run(
        self, scorer: Scorer, items: Sequence[ItemTokens], progress: _Progress, batch_tokens: int = 0
    ) -> dict[str, list[SegmentScore]]:
        tasks = [self._task(one) for one in items]
        scores = scorer.score(tasks, batch_tokens=batch_tokens, on_tokens=progress.add)
        return {one.item.id: row for one, row in zip(items, scores, strict=True)}

    def _scored(self, scorer: Scorer, splits: Sequence[str], step: int, progress: _Progress) -> list[Score]:
        """Scores of tuned weights; each split is batched by itself, so that its batches are the baseline's."""
        rows = []
        for split in splits:
            for name, found in self._run(scorer, self._of(split), progress).items():
                rows += self._rows(self._items[name], found, step=step)
        return rows

    def _rows(self, one: ItemTokens, scores: Sequence[SegmentScore], *, step: int) -> list[Score]:
        """Every likelihood score of one item."""
        item, n = one.item, len(one.answers)
        made: list[tuple[str, float | None, int]] = []
        if item.kind == "reference":
            best = reference_score(scores[:n], item.references, has_closing=[self.closing is not None] * n)
            made += [("ref_nll", best.nll, best.n_tokens), ("eos_nll", best.eos_nll, 1)]
            made.append(("bits_per_byte", best.bits_per_byte, best.n_tokens))
        elif item.gold is not None:
            choice = choice_score(scores[:n], item.choices, item.gold)
            made += [("choice_margin", choice.margin, choice.n_tokens), ("choice_acc", choice.acc, choice.n_tokens)]
            made.append(("choice_acc_norm", choice.acc_norm, choice.n_tokens))
        for own in scores[n:]:
            top = self._baseline.tops.get(item.id)
            changed = 0.0 if top is None or own.watched is None else kl(top, own.watched)
            made += [("self_nll", self_nll(own), len(own.log_probs)), ("kl", changed, len(own.log_probs))]
        return [self._score(one, name, value, n, step) for name, value, n in made if value is not None]

    def _score(self, one: ItemTokens, name: str, value: float, n_tokens: int, step: int = 0) -> Score:
        if not math.isfinite(value):
            raise NonFinite(
                f"The model gives no finite number for canary {one.item.id} at step {step}.", step=step,
                last_good_step=None, remedy="Go back to an earlier checkpoint.",
            )  # fmt: skip
        item = one.item
        return Score(
            item_id=item.id, capability=item.capability, split=item.split, cluster=item.cluster, score=name,
            value=value, n_tokens=n_tokens,
        )  # fmt: skip

    # ---- answers -----------------------------------------------------------------------------------------------------

    def _write(self, scorer: Scorer, ids: Sequence[str], limits: Sequence[int], progress: _Progress) -> list[Written]:
        prompts = [self._items[name].prompt for name in ids]
        stop = stop_tokens(scorer, self.closing)
        return write_greedily(scorer, prompts, limits, stop=stop, on_tokens=progress.add)

    def _text(self, ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=True))

    def _answered(
        self, ids: Sequence[str], written: Sequence[Written], limits: Sequence[int]
    ) -> tuple[list[Score], list[Answer]]:
        """What checkers and sentinels say of written answers, and the answers themselves."""
        rows, answers = [], []
        for name, one, limit in zip(ids, written, limits, strict=True):
            item, text = self._items[name].item, self._text(one.ids)
            # An answer shorter than the check was written for says nothing of it.
            checked = check_item(item, text) if limit >= choosing.ANSWER_TOKENS else None
            if checked is not None:
                rows.append(self._score(self._items[name], "check", float(checked.passed), len(one.ids)))
            signs = degenerate_signs(Generation(text=text, hit_limit=one.hit_limit), self._base_answer(name, limit))
            rows.append(self._score(self._items[name], "degenerate", float(bool(signs)), len(one.ids)))
            answers.append(
                Answer(
                    item_id=name, capability=item.capability, split=item.split, prompt=item.prompt, text=text,
                    expected=next(iter(item.answers), ""), passed=None if checked is None else checked.passed,
                    n_tokens=len(one.ids), hit_limit=one.hit_limit,
                )
            )  # fmt: skip
        rows += self._captured({name: one.ids for name, one in zip(ids, written, strict=True)})
        return rows, answers

    def _base_answer(self, name: str, limit: int) -> Generation:
        """The base's answer as far as the limit."""
        base = self._baseline.answers[name]
        if len(base.ids) > limit:
            return Generation(text=self._text(base.ids[:limit]), hit_limit=True)
        return Generation(text=base.text, hit_limit=base.hit_limit)

    def _captured(self, written: Mapping[str, Sequence[int]]) -> list[Score]:
        """Which answers start as most training targets do; nothing where that opening is not known."""
        prefix = self.training_prefix
        if not prefix:
            return []
        return [
            self._score(self._items[name], "format_capture", float(tuple(ids[: len(prefix)]) == prefix), len(ids))
            for name, ids in written.items()
        ]

    def _store(  # noqa: PLR0913 - one argument a column
        self, moment: str, run_id: int | None, step: int, model_ref: str, fingerprint: str, rows: Sequence[Score],
        answers: Sequence[Answer], *, key: str = "",
    ) -> int:  # fmt: skip
        """Write a finished measurement."""
        measurement = score_rows.begin(
            self.store, run_id=run_id, moment=moment, step=step, model_ref=model_ref, fingerprint=fingerprint,
            suite=self.plan.suite, suite_hash=self.suite.hash, settings=self.settings, cache_key=key,
        )  # fmt: skip
        score_rows.add(self.store, measurement, rows, answers)
        score_rows.finish(self.store, measurement, noise_floor=self._baseline.noise_floor)
        return measurement


class _Progress:
    """Counts tokens done against an upper bound and says so; the end is said once, by `finish`."""

    def __init__(self, on_progress: OnProgress, total: int) -> None:
        self._say, self._total, self._done = on_progress, max(1, total), 0
        self._say(0, self._total)

    def add(self, tokens: int) -> None:
        self._done = min(self._total - 1, self._done + tokens)
        self._say(self._done, self._total)

    def finish(self) -> None:
        self._say(self._total, self._total)


def _tokenizer_hash(tokenizer: Any) -> str:
    """SHA-256 of what the tokenizer does; padding and truncation, which calls change, left aside."""
    parts = json.loads(tokenizer.backend_tokenizer.to_str())
    parts = {name: part for name, part in parts.items() if name not in ("padding", "truncation")}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
