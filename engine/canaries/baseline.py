"""What is kept of a base model so that later weights can be compared with it: its own answers, its likeliest tokens, its logits.

A baseline lies in `home/baselines/<key>/`, written whole or not at all. The key names the weights, the items and the
settings, so a baseline is reused exactly where measuring again would give the same.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from engine import durable
from engine.canaries.likelihoods import Top
from engine.canaries.scoring import scoring_mode
from engine.errors import EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: Longest frozen answer whose likelihood is followed, in tokens.
SELF_TOKENS = 48
#: Prompts whose logits are kept to tell whether a model is the base.
REFERENCE_PROMPTS = 4
#: How far those logits may be off: in fp32, and in arithmetic with fewer bits.
EQUAL_TOLERANCE = {True: 1e-4, False: 0.25}
_SCHEME = 1
_ANSWERS, _TENSORS = "answers.json", "tensors.safetensors"


class FrozenAnswer(Struct, frozen=True, kw_only=True):
    """The base's own greedy answer to one item, without the token that ended it."""

    item_id: str
    ids: tuple[int, ...]
    text: str
    hit_limit: bool

    def targets(self, closing: int | None) -> tuple[int, ...]:
        """The tokens whose likelihood is followed: the first 48, or the closing one where the answer is empty."""
        return self.ids[:SELF_TOKENS] or (() if closing is None else (closing,))


class Baseline(Struct, frozen=True, kw_only=True, eq=False):
    """A base model's frozen answers, the likeliest tokens along them, and its logits after a few prompts."""

    key: str
    answers: dict[str, FrozenAnswer]
    tops: dict[str, Top]
    prompts: tuple[tuple[int, ...], ...]
    logits: NDArray[np.float32]  # (prompts, V)
    noise_floor: float


class _Written(Struct, frozen=True, kw_only=True):
    """answers.json."""

    answers: tuple[FrozenAnswer, ...]
    top_of: tuple[str, ...]
    lengths: tuple[int, ...]
    prompts: tuple[tuple[int, ...], ...]
    noise_floor: float


def baseline_key(fingerprint: str, suite_hash: str, settings: Mapping[str, Any]) -> str:
    """Name a baseline by everything that decides it."""
    parts = {"scheme": _SCHEME, "fingerprint": fingerprint, "suite": suite_hash, "settings": settings}
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def baseline_folder(home: Path, key: str) -> Path:
    """Where the baseline with that key lies."""
    return home / "baselines" / key[:40]


def write_baseline(home: Path, baseline: Baseline) -> None:
    """Write a baseline whole; an older one with its key is replaced only when the new one is in place."""
    names = tuple(baseline.tops)
    tops = [baseline.tops[name] for name in names]
    written = _Written(
        answers=tuple(baseline.answers.values()),
        top_of=names,
        lengths=tuple(len(top.ids) for top in tops),
        prompts=baseline.prompts,
        noise_floor=baseline.noise_floor,
    )
    tensors = {"logits": np.ascontiguousarray(baseline.logits)}
    if tops:
        tensors["top_ids"] = np.concatenate([top.ids for top in tops])  # (N, K)
        tensors["top_log_probs"] = np.concatenate([top.log_probs for top in tops])
    with durable.new_folder(baseline_folder(home, baseline.key), {"kind": "baseline", "key": baseline.key}) as folder:
        (folder / _ANSWERS).write_bytes(msgspec.json.encode(written))
        save_file(tensors, folder / _TENSORS)


def read_baseline(home: Path, key: str) -> Baseline | None:
    """Return the baseline with that key, or None; a damaged one is set aside first, so that it is made again."""
    folder = baseline_folder(home, key)
    if not folder.is_dir():
        return None
    if durable.damage(folder) is not None:
        durable.set_aside(folder)
        return None
    written = msgspec.json.decode((folder / _ANSWERS).read_bytes(), type=_Written)
    tensors = load_file(folder / _TENSORS)
    ends = [int(end) for end in np.cumsum(written.lengths)[:-1]]
    ids = np.split(tensors["top_ids"], ends) if written.lengths else []
    log_probs = np.split(tensors["top_log_probs"], ends) if written.lengths else []
    return Baseline(
        key=key,
        answers={answer.item_id: answer for answer in written.answers},
        tops={name: Top(ids=i, log_probs=p) for name, i, p in zip(written.top_of, ids, log_probs, strict=True)},
        prompts=written.prompts,
        logits=tensors["logits"],
        noise_floor=written.noise_floor,
    )


def reference_logits(model: Any, prompts: Sequence[tuple[int, ...]]) -> NDArray[np.float32]:
    """The logits after each prompt, (prompts, V), one prompt at a time so that nothing but the weights decides them."""
    device = model.get_input_embeddings().weight.device
    rows = []
    with scoring_mode(model):
        for prompt in prompts:
            logits = model(input_ids=torch.tensor([prompt], device=device), use_cache=False).logits
            rows.append(logits[0, -1].float().cpu().numpy())
    return np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)


def check_base_equal(model: Any, baseline: Baseline) -> float:
    """Return the largest difference between a model's logits and the stored ones of the base.

    For "adapter off equals base" call it with the adapter off. Raises `EnvironmentFailure` above 1e-4 (.25 in arithmetic
    with fewer bits than fp32, where the stored logits themselves are rounded to about a tenth).
    """
    now = reference_logits(model, baseline.prompts)
    if now.shape != baseline.logits.shape:
        raise _not_the_base("has another vocabulary")
    difference = float(np.abs(now - baseline.logits).max()) if now.size else 0.0
    is_exact = all(p.dtype == torch.float32 for p in model.parameters())
    if not difference <= EQUAL_TOLERANCE[is_exact]:
        raise _not_the_base(f"differs from it by {difference:.2g} in its logits")
    return difference


def _not_the_base(why: str) -> EnvironmentFailure:
    return EnvironmentFailure(
        f"What should be the base model is not the one the baseline was measured on: it {why}.",
        remedy="Load the base again; with an adapter, choose a start that leaves the base's weights alone.",
    )
