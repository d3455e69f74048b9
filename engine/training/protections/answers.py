"""The base's own sampled answers to general prompts: self-synthesised replay, made once and kept.

The answers lie in `home/protection/<key>/`, named by everything that decides them: the base's weights and arithmetic, the
prompts' tokens and the settings.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import torch
from msgspec import Struct
from transformers import GenerationConfig

from engine import durable
from engine.canaries.scoring import scoring_mode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

#: Tokens, prompts and answers together, that are written side by side.
BATCH_TOKENS = {"cpu": 8_192, "cuda": 65_536}
_SCHEME = 1
_FILE = "answers.json"


class Sampled(Struct, frozen=True, kw_only=True):
    """One sampled answer as tokens; `ids` ends with the closing token if the base came to an end."""

    ids: tuple[int, ...]


class Sampling(Struct, frozen=True, kw_only=True):
    """How answers are sampled: plain softmax at a temperature (0 is greedy), no penalties, no cut-offs."""

    temperature: float
    answer_tokens: int
    stop: tuple[int, ...]
    closing: int | None
    seed: int = 0


def cache_key(kind: str, facts: Mapping[str, Any]) -> str:
    """Name something made from the base by everything that decides it."""
    parts = {"scheme": _SCHEME, "kind": kind, "facts": facts}
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()[:40]


def cache_folder(home: Path, key: str) -> Path | None:
    """Where the cached thing lies, or None if it is not there; a damaged one is set aside so that it is made again."""
    folder = home / "protection" / key
    if not folder.is_dir():
        return None
    if durable.damage(folder) is not None:
        durable.set_aside(folder)
        return None
    return folder


def sampled_answers(
    home: Path,
    model: Any,
    prompts: Sequence[tuple[int, ...]],
    sampling: Sampling,
    facts: Mapping[str, Any],
    on_progress: Callable[[int, int], None],
) -> list[Sampled]:
    """Return the base's answers to the prompts, from the cache or made now; `facts` says which weights and arithmetic."""
    digest = hashlib.sha256(msgspec.json.encode(prompts)).hexdigest()
    key = cache_key("answers", {**facts, "prompts": digest, "sampling": msgspec.to_builtins(sampling)})
    if (folder := cache_folder(home, key)) is not None:
        return msgspec.json.decode((folder / _FILE).read_bytes(), type=list[Sampled])
    made = sample(model, prompts, sampling, on_progress)
    with durable.new_folder(home / "protection" / key, {"kind": "sampled answers", "key": key}) as folder:
        (folder / _FILE).write_bytes(msgspec.json.encode(made))
    return made


def sample(
    model: Any,
    prompts: Sequence[tuple[int, ...]],
    sampling: Sampling,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Sampled]:
    """Sample an answer to each prompt, many side by side; the random state is as before afterwards."""
    device = model.get_input_embeddings().weight.device
    found: dict[int, Sampled] = {}
    order = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []), scoring_mode(model):
        torch.manual_seed(sampling.seed)
        while order:
            widest = len(prompts[order[0]]) + sampling.answer_tokens
            size = max(1, BATCH_TOKENS.get(device.type, BATCH_TOKENS["cpu"]) // widest)
            part, order = order[:size], order[size:]
            rows = _write(model, [prompts[i] for i in part], sampling, device)
            found.update(zip(part, rows, strict=True))
            on_progress(len(found), len(prompts))
    return [found[i] for i in range(len(prompts))]


def _write(model: Any, prompts: list[tuple[int, ...]], sampling: Sampling, device: torch.device) -> list[Sampled]:
    """Padded on the left, sampled by the library."""
    width, filler = max(map(len, prompts)), min(sampling.stop, default=0)
    ids = torch.tensor([[filler] * (width - len(p)) + list(p) for p in prompts], device=device)
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=device)
    how = {"do_sample": True, "temperature": sampling.temperature, "top_k": 0, "top_p": 1.0}
    settings = GenerationConfig(
        max_new_tokens=sampling.answer_tokens, eos_token_id=list(sampling.stop) or None, pad_token_id=filler,
        use_cache=True, num_beams=1, **(how if sampling.temperature else {"do_sample": False}),
    )  # fmt: skip
    made = model.generate(input_ids=ids, attention_mask=mask, generation_config=settings)
    return [Sampled(ids=_ended(row, sampling)) for row in made[:, width:].tolist()]


def _ended(tokens: list[int], sampling: Sampling) -> tuple[int, ...]:
    """Up to the first stop token, which is written as the one that closes a turn."""
    for place, token in enumerate(tokens):
        if token in sampling.stop:
            return (*tokens[:place], token if sampling.closing is None else sampling.closing)
    return tuple(tokens)
