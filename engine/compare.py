"""Answers side by side: the same prompt, seed and settings given to two models, each side named by its fingerprint.

Where both sides share a base and differ by an adapter, one copy is in memory and the adapter is switched; else each is
loaded in its turn. The base side is never taken on trust: with the adapter off its logits are compared with those of the
base before the adapter was attached.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch

from engine import device as hardware
from engine.canaries.scoring import scoring_mode
from engine.data.mapping import Message
from engine.data.template import TemplateRenderer, chat_template_of
from engine.errors import EnvironmentFailure, UserError
from engine.models.load import find_checkpoint, load_base, load_reference
from engine.store import answers, runs
from engine.training import checkpoints, methods
from engine.training.loop import autocast
from engine.work import Outcome, Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.device import CpuDevice
    from engine.models.load import Loaded
    from engine.records import Recipe
    from engine.store import Store

MAX_NEW_TOKENS = 256
BASE_TOLERANCE = {"fp32": 1e-4, "bf16": 0.5}
_PROBE = "What is the capital of France?"


class Side:
    """One model of a comparison: a loaded model and how to put it into the state that is this side."""

    def __init__(self, name: str, loaded: Loaded, *, adapter_off: bool = False) -> None:
        """Name the side ("a", "b") and bind it; `adapter_off` makes the base of an adapter model."""
        self.name, self.loaded, self.adapter_off = name, loaded, adapter_off

    def active(self) -> Any:
        """Return the context in which the model is this side."""
        return self.loaded.model.disable_adapter() if self.adapter_off else nullcontext()


def run(work: Work) -> Outcome:
    """Answer the payload's `prompts` with the models `a` and, if given, `b`; text streams into answer chunks.

    Payload: a, b (names), prompts (texts), max_new_tokens, temperature (0 = the likeliest token), seed. Returns each side's
    fingerprint and whole answers.
    """
    payload = work.job.payload
    device = hardware.detect()
    precision = device.precision("auto")
    settings = {
        "max_new_tokens": int(payload.get("max_new_tokens", MAX_NEW_TOKENS)),
        "temperature": float(payload.get("temperature", 0.0)),
        "seed": int(payload.get("seed", 0)),
    }
    told: dict[str, Any] = {"sides": {}, "settings": settings}
    refs = [(name, payload[name]) for name in ("a", "b") if payload.get(name)]
    if not refs:
        raise UserError("No model to answer was named.", field="a", remedy="Name base or RUN@STEP.")
    for side in open_sides(work, refs, device, precision):
        texts = []
        for number, prompt in enumerate(payload["prompts"]):
            work.phase(f"answering ({side.name})", number, len(payload["prompts"]))
            texts.append(_stream(work, side, prompt, settings, device, precision))
        told["sides"][side.name] = {
            "ref": dict(refs)[side.name],
            "fingerprint": side.loaded.fingerprint,
            "answers": texts,
        }
    return Outcome(result=told)


def open_sides(work: Work, refs: Sequence[tuple[str, str]], device: CpuDevice, precision: Any) -> Iterator[Side]:
    """Give each side in turn, ready to answer; memory of one is freed before the next unless they share a model."""
    shared = _shared_base(work.store, refs)
    if shared is not None:
        yield from _switching(work, refs, shared, device, precision)
        return
    for name, ref in refs:
        work.phase(f"loading {ref}")
        yield Side(name, load_reference(work.store, ref, device, precision))
        device.release()


def _shared_base(store: Store, refs: Sequence[tuple[str, str]]) -> Recipe | None:
    """Return the adapter's recipe if one side is an adapter and the other is its own base, unquantised."""
    tuned = [ref for _, ref in refs if not ref.startswith("base:")]
    base = [ref for _, ref in refs if ref.startswith("base:")]
    if len(tuned) != 1 or len(base) != 1:
        return None
    recipe = runs.get(store, find_checkpoint(store, tuned[0]).run_id).recipe
    return recipe if recipe.method == "lora" and base[0] == f"base:{recipe.base}" else None


def _switching(
    work: Work, refs: Sequence[tuple[str, str]], recipe: Recipe, device: CpuDevice, precision: Any
) -> Iterator[Side]:
    store = work.store
    tuned = next(ref for _, ref in refs if not ref.startswith("base:"))
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
    for name, ref in refs:
        is_base = ref.startswith("base:")
        loaded.ref, loaded.fingerprint = ref, base_fingerprint if is_base else row.manifest_sha256
        yield Side(name, loaded, adapter_off=is_base)


def probe_logits(loaded: Loaded, device: CpuDevice, precision: Any) -> torch.Tensor:
    """Return the logits after a fixed prompt's last token, (V,) fp32."""
    ids = _prompt_ids(loaded, _PROBE, device)
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


def _stream(work: Work, side: Side, prompt: str, settings: dict[str, Any], device: CpuDevice, precision: Any) -> str:
    """Write one answer, appending each new piece of text to the store as soon as it is whole characters."""
    said = ""
    tokens: list[int] = []
    with side.active(), scoring_mode(side.loaded.model), autocast(device, precision):
        for token in _tokens(side.loaded, prompt, settings, device):
            tokens.append(token)
            text = str(side.loaded.tokenizer.decode(tokens, skip_special_tokens=True))
            if len(text) > len(said) and not text.endswith("�"):
                answers.append(work.store, work.job.id, side.name, text[len(said) :])
                said = text
            work.stop_if_cancelled()
    return said


def _tokens(loaded: Loaded, prompt: str, settings: dict[str, Any], device: CpuDevice) -> Iterator[int]:
    """Give the answer's tokens one by one; the same seed draws the same for every model of one vocabulary."""
    draw = torch.Generator().manual_seed(settings["seed"])
    stop = _stop_tokens(loaded)
    ids, cache = _prompt_ids(loaded, prompt, device), None
    for _ in range(settings["max_new_tokens"]):
        out = loaded.model(input_ids=ids, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        token = _choose(out.logits[0, -1].float().cpu(), settings["temperature"], draw)
        if token in stop:
            return
        yield token
        ids = torch.tensor([[token]], device=device.torch_device)


def _choose(logits: torch.Tensor, temperature: float, draw: torch.Generator) -> int:
    if temperature <= 0:
        return int(logits.argmax())
    return int(torch.multinomial(torch.softmax(logits / temperature, dim=-1), 1, generator=draw))


def _stop_tokens(loaded: Loaded) -> frozenset[int]:
    configured = loaded.model.generation_config.eos_token_id
    named = configured if isinstance(configured, list) else [configured]
    return frozenset(token for token in (*named, loaded.tokenizer.eos_token_id) if token is not None)


def _prompt_ids(loaded: Loaded, prompt: str, device: CpuDevice) -> torch.Tensor:
    with TemplateRenderer(chat_template_of(loaded.tokenizer)) as renderer:
        rendered = renderer.render([[Message(role="user", content=prompt)]], prompt=True)[0]
    if rendered.error:
        raise UserError(f"The model's chat template refuses this prompt: {rendered.error}", field="prompt")
    ids = loaded.tokenizer(rendered.text, add_special_tokens=False)["input_ids"]
    return torch.tensor([ids], device=device.torch_device)
