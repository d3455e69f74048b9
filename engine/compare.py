"""Answers side by side: the same prompt, seed and settings given to up to three models, each named by its fingerprint.

Where a base and an adapter on it are asked, one copy is in memory and the adapter is switched; else each model is loaded in
its turn. The base side is never taken on trust: with the adapter off its logits are compared with those of the base before
the adapter was attached. A model that cannot answer (gone, damaged) is told for its side; the others answer all the same.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, Struct

from engine import answering
from engine import device as hardware
from engine.canaries.checkers import check_item
from engine.canaries.scoring import scoring_mode
from engine.canaries.suite import load_suite
from engine.errors import EnvironmentFailure, PalimpsestError, UserError
from engine.models.load import find_checkpoint, load_base, load_reference
from engine.store import answers, runs
from engine.training import checkpoints, methods
from engine.training.loop import autocast
from engine.work import Outcome, Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

    from engine.canaries.items import Canary
    from engine.device import CpuDevice
    from engine.models.load import Loaded
    from engine.records import Recipe
    from engine.store import Store

    #: A side's letter and the model it names.
    Ref = tuple[str, str]

BASE_TOLERANCE = {"fp32": 1e-4, "bf16": 0.5}
SIDES = ("a", "b", "c")
_PROBE = "What is the capital of France?"
#: With more prompts than these a result would be megabytes: its tokens are left out.
MOST_WITH_TOKENS = 40
#: Failures after which this process is not trusted with another model.
_FATAL = frozenset({"memory", "device"})


class Question(Struct, frozen=True, kw_only=True):
    """The payload: up to three models and what they are asked.

    `suite` and `items` name the canary behind each prompt, so that its checker can judge the answers. With `given` texts
    (by side, one for each prompt) nothing is written: every model says how sure it is of each of them.
    """

    a: str = ""
    b: str = ""
    c: str = ""
    prompts: tuple[str, ...]
    max_new_tokens: Annotated[int, Meta(ge=1)] = 256
    temperature: Annotated[float, Meta(ge=0)] = 0.0
    seed: int = 0
    suite: str = ""
    items: tuple[str, ...] = ()
    given: dict[str, tuple[str, ...]] = {}

    @property
    def refs(self) -> list[Ref]:
        """The sides that are named."""
        named = ((name, getattr(self, name)) for name in SIDES)
        return [(name, ref) for name, ref in named if ref]


class Side:
    """One model of a comparison: a loaded model and how to put it into the state that is this side."""

    def __init__(self, name: str, loaded: Loaded, *, adapter_off: bool = False) -> None:
        """Name the side ("a", "b" …) and bind it; `adapter_off` makes the base of an adapter model."""
        self.name, self.loaded, self.adapter_off = name, loaded, adapter_off

    def active(self) -> Any:
        """Return the context in which the model is this side."""
        return self.loaded.model.disable_adapter() if self.adapter_off else nullcontext()


class Refused(Struct, frozen=True, kw_only=True):
    """A side whose model could not be opened, and why."""

    name: str
    error: PalimpsestError


def run(work: Work) -> Outcome:
    """Let every side answer the payload's `Question`; text streams into answer chunks as it is written.

    Returns by side: ref, fingerprint, answers, and for each answer its `written` (length, mean log-probability, whether it met
    the limit, the checker's word; up to 40 prompts also the tokens with log-probabilities, and in `first` those of the first
    side's answer under this one) or, with `given`, its `scored` texts; or ref and `error` for a side that could not answer. Raises that error if none could.
    """
    question = _question(work.job.payload)
    device = hardware.detect()
    asking = _Asking(work, question, device)
    told: dict[str, Any] = {}
    failed: list[PalimpsestError] = []
    for opened in open_sides(work, question.refs, device, asking.precision):
        try:
            if isinstance(opened, Refused):
                raise opened.error
            told[opened.name] = asking.ask(opened)
        except PalimpsestError as error:
            name = opened.name
            told[name] = _told(work, name, dict(question.refs)[name], error)
            failed.append(error)
            if error.cause in _FATAL:
                raise
    if failed and len(failed) == len(told):
        raise failed[0]
    settings = {name: getattr(question, name) for name in ("max_new_tokens", "temperature", "seed")}
    return Outcome(result={"sides": dict(sorted(told.items())), "first": asking.first, "settings": settings})


def _question(payload: dict[str, Any]) -> Question:
    try:
        question = msgspec.convert(payload, Question)
    except msgspec.ValidationError as error:
        raise UserError(f"This cannot be asked: {error}.", field="prompt") from error
    if not question.refs:
        raise UserError("No model to answer was named.", field="a", remedy="Name base or RUN@STEP.")
    return question


def _told(work: Work, name: str, ref: str, error: PalimpsestError) -> dict[str, Any]:
    """Tell a side's failure at once, while the others go on, and return its record."""
    facts = {"kind": error.kind, "message": error.message, **error.facts()}
    answers.append(work.store, work.job.id, name, msgspec.json.encode(facts).decode(), kind="error")
    work.log(f"{ref} could not answer: {error.sentence()}", level="error")
    return {"ref": ref, "error": facts}


class _Asking:
    """A question on its way through the sides; what the first one wrote is scored by the others."""

    def __init__(self, work: Work, question: Question, device: CpuDevice) -> None:
        self.work, self.question, self.device = work, question, device
        self.precision = device.precision("auto")
        self._items = _items(question)
        self._first: list[list[int]] = []
        self._first_tokenizer = ""
        self.first = ""

    def ask(self, side: Side) -> dict[str, Any]:
        """Let a side answer every prompt; its fingerprint is told before its first word."""
        loaded, prompts = side.loaded, self.question.prompts
        if not self.first:
            self._first = []
        answers.append(self.work.store, self.work.job.id, side.name, loaded.fingerprint, kind="model")
        answer = self._score if self.question.given else self._write
        told = []
        for number, prompt in enumerate(prompts):
            self.work.phase(f"answering ({side.name})", number, len(prompts))
            with side.active(), scoring_mode(loaded.model), autocast(self.device, self.precision):
                told.append(self._explained(answer, side, number, prompt))
        if not self.first:
            self.first, self._first_tokenizer = side.name, loaded.settings["tokenizer_hash"]
        return {
            "ref": dict(self.question.refs)[side.name], "fingerprint": loaded.fingerprint,
            "answers": [text for text, _ in told],
            "scored" if self.question.given else "written": [facts for _, facts in told],
        }  # fmt: skip

    def _explained(self, answer: Any, side: Side, number: int, prompt: str) -> tuple[str, dict[str, Any]]:
        try:
            return answer(side, number, prompt)
        except RuntimeError as error:
            if (known := self.device.explain(error)) is None:
                raise
            raise known from error

    def _write(self, side: Side, number: int, prompt: str) -> tuple[str, dict[str, Any]]:
        """Write one answer, appending each new piece of text to the store as soon as it is whole characters."""
        question, work = self.question, self.work
        pieces = answering.Pieces(side.loaded.tokenizer)
        prompt_ids = answering.prompt_ids_of(side.loaded, prompt, self.device)
        drawn: list[answering.Drawn] = []
        texts: list[str] = []
        for token in answering.draw(
            side.loaded, prompt_ids, most=question.max_new_tokens, temperature=question.temperature,
            seed=question.seed, device=self.device,
        ):  # fmt: skip
            drawn.append(token)
            texts.append(pieces.add(token.id))
            if texts[-1]:
                answers.append(work.store, work.job.id, side.name, texts[-1], prompt=number)
            work.stop_if_cancelled()
        facts: dict[str, Any] = {
            "n_tokens": len(drawn), "hit_limit": len(drawn) == question.max_new_tokens,
            "mean_logprob": round(sum(one.logprob for one in drawn) / len(drawn), 5) if drawn else None,
            "passed": self._passed(number, pieces.said),
        }  # fmt: skip
        if len(question.prompts) > MOST_WITH_TOKENS:
            return pieces.said, facts
        facts["tokens"] = answering.as_tokens(side.loaded, drawn, texts)
        if not self.first:
            self._first.append([token.id for token in drawn])
        elif self._first_tokenizer == side.loaded.settings["tokenizer_hash"]:
            found = answering.score(side.loaded, prompt_ids, self._first[number])
            facts["first"] = [round(token.logprob, 5) for token in found]
        return pieces.said, facts

    def _score(self, side: Side, number: int, prompt: str) -> tuple[str, dict[str, Any]]:
        """Say how sure a side is of every given answer to one prompt."""
        self.work.stop_if_cancelled()
        prompt_ids = answering.prompt_ids_of(side.loaded, prompt, self.device)
        facts = {}
        for name, texts in self.question.given.items():
            ids = answering.answer_ids_of(side.loaded, texts[number])
            facts[name] = answering.as_tokens(side.loaded, answering.score(side.loaded, prompt_ids, ids))
        return "", facts

    def _passed(self, number: int, text: str) -> bool | None:
        item = self._items[number] if number < len(self._items) else None
        checked = check_item(item, text) if item is not None else None
        return None if checked is None else checked.passed


def _items(question: Question) -> list[Canary | None]:
    if not question.suite or not question.items:
        return []
    known = {item.id: item for item in load_suite(question.suite).items}
    return [known.get(name) for name in question.items]


# ---- opening -----------------------------------------------------------------------------------------------------------


def open_sides(work: Work, refs: Sequence[Ref], device: CpuDevice, precision: Any) -> Iterator[Side | Refused]:
    """Give each side in turn, ready to answer; memory of one is freed before the next unless they share a model."""
    pair, recipe = _sharing(work.store, refs)
    done: set[str] = set()
    for name, ref in refs:
        if name in done:
            continue
        if recipe is not None and (name, ref) in pair:
            try:
                yield from _switching(work, pair, recipe, device, precision, done)
            except PalimpsestError as error:
                # one of the two is not as it should be: opened by itself, the other still answers
                work.log(f"{ref} is opened by itself: {error.sentence()}", level="warning")
                pair = []
            device.release()
            if name in done:
                continue
        yield _alone(work, name, ref, device, precision)
        done.add(name)
        device.release()


def _alone(work: Work, name: str, ref: str, device: CpuDevice, precision: Any) -> Side | Refused:
    work.phase(f"loading {ref}")
    try:
        return Side(name, load_reference(work.store, ref, device, precision))
    except PalimpsestError as error:
        return Refused(name=name, error=error)


def _sharing(store: Store, refs: Sequence[Ref]) -> tuple[list[Ref], Recipe | None]:
    """Return the first two sides of which one is an adapter and the other its own base, unquantised, and its recipe."""
    for tuned in refs:
        recipe = _adapter_recipe(store, tuned[1])
        base = next((one for one in refs if recipe is not None and one[1] == f"base:{recipe.base}"), None)
        if base is not None:
            return [one for one in refs if one in (base, tuned)], recipe
    return [], None


def _adapter_recipe(store: Store, ref: str) -> Recipe | None:
    if ref.startswith("base:"):
        return None
    try:
        recipe = runs.get(store, find_checkpoint(store, ref).run_id).recipe
    except UserError:  # told for its side when it is opened
        return None
    return recipe if recipe.method == "lora" else None


def _switching(
    work: Work, pair: Sequence[Ref], recipe: Recipe, device: CpuDevice, precision: Any, done: set[str]
) -> Iterator[Side]:
    """Give both sides of one model in memory; nothing is given before both are known to be what they are called."""
    store = work.store
    tuned = next(ref for _, ref in pair if not ref.startswith("base:"))
    row = find_checkpoint(store, tuned)
    folder = runs.folder(store, row.run_id) / "checkpoints" / row.folder
    checkpoints.require_sound(folder, row.manifest_sha256)
    work.phase(f"loading {recipe.base}")
    loaded = load_base(store, recipe.base, device, precision)
    base_fingerprint = loaded.fingerprint
    before = probe_logits(loaded, device, precision)
    loaded.model = methods.with_checkpoint(loaded.model, recipe, folder)
    with loaded.model.disable_adapter():
        require_equal_logits(before, probe_logits(loaded, device, precision), precision)
    for name, ref in pair:
        is_base = ref.startswith("base:")
        loaded.ref, loaded.fingerprint = ref, base_fingerprint if is_base else row.manifest_sha256
        done.add(name)
        yield Side(name, loaded, adapter_off=is_base)


def probe_logits(loaded: Loaded, device: CpuDevice, precision: Any) -> torch.Tensor:
    """Return the logits after a fixed prompt's last token, (V,) fp32."""
    ids = answering.prompt_ids_of(loaded, _PROBE, device)
    with scoring_mode(loaded.model), autocast(device, precision):
        return loaded.model(input_ids=ids).logits[0, -1].float().cpu()


def require_equal_logits(before: torch.Tensor, after: torch.Tensor, precision: str) -> None:
    """Refuse to call a model the base if its logits are not the base's."""
    difference = float((before - after).abs().max())
    if difference > BASE_TOLERANCE[precision]:
        raise EnvironmentFailure(
            f"With its adapter off this model is not its base (logits differ by {difference:.2g}).",
            remedy="Compare with the base by itself; this adapter changes the base's own weights.",
        )
