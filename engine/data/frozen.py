"""A prepared dataset as one file of plain tensors, so that a resumed run reads the very tokens the first one read.

The file is a safetensors file with a hash of its content; nothing in it can run.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from engine.data.dataset import Prepared
from engine.data.render import Example
from engine.data.rows import Problem
from engine.durable import replace_file
from engine.errors import UserError
from engine.records import Mapping

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_VERSION = 1


class _Texts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    prompts: list[str]
    answers: list[str]
    clusters: list[str]


class _Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything of `Prepared` but its examples."""

    version: int
    train_rows: int
    problems: list[Problem]
    heldout_problems: list[Problem]
    mapping: Mapping
    fingerprint: str
    heldout_fingerprint: str
    template_sha256: str
    template_source: str
    max_length: int
    seed: int
    rows: int
    prefix_share: float
    prefix_text: str
    shared_prompts: int


def freeze(prepared: Prepared) -> bytes:
    """Write a prepared dataset as the bytes of one file; equal datasets give equal bytes."""
    examples = [*prepared.train, *prepared.heldout]
    kept = {name: getattr(prepared, name) for name in _Facts.__struct_fields__ if name not in ("version", "train_rows")}
    facts = _Facts(version=_VERSION, train_rows=len(prepared.train), **kept)
    texts = _Texts(
        prompts=[example.prompt_text for example in examples],
        answers=[example.answer_text for example in examples],
        clusters=[example.cluster for example in examples],
    )
    tensors = {**_numbers(examples), "facts": _bytes(facts), "texts": _bytes(texts)}
    return save_tensors(tensors, metadata={"sha256": _digest(tensors)})


def thaw(raw: bytes, *, source: str = "prepared data") -> Prepared:
    """Read what `freeze` wrote; anything altered, cut off or of another version raises `UserError`."""
    try:
        tensors = load_tensors(raw)
        stated = msgspec.json.decode(raw[8 : 8 + int.from_bytes(raw[:8], "little")])["__metadata__"]["sha256"]
        if stated != _digest(tensors):
            raise ValueError("its hash does not match")
        facts = msgspec.json.decode(tensors["facts"].tobytes(), type=_Facts)
        if facts.version != _VERSION:
            raise ValueError(f"it has version {facts.version}, not {_VERSION}")
        return _assemble(facts, msgspec.json.decode(tensors["texts"].tobytes(), type=_Texts), tensors)
    except (SafetensorError, msgspec.DecodeError, KeyError, ValueError, TypeError) as error:
        raise UserError(f"{source} is damaged: {error}.", remedy="Prepare the data again.") from error


def save_prepared(prepared: Prepared, path: Path) -> str:
    """Write the frozen form, durably and as a whole, and give the SHA-256 of the file."""
    raw = freeze(prepared)
    replace_file(path, raw)
    return hashlib.sha256(raw).hexdigest()


def load_prepared(path: Path) -> Prepared:
    """Read a frozen dataset back."""
    return thaw(path.read_bytes(), source=path.name)


def _numbers(examples: Sequence[Example]) -> dict[str, NDArray[Any]]:
    lengths = [len(example.ids) for example in examples]
    empty_ids, empty_mask = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.bool_)
    return {
        "ids": np.concatenate([empty_ids, *(example.ids for example in examples)]),  # (ΣT,)
        "mask": np.concatenate([empty_mask, *(example.mask for example in examples)]).astype(np.uint8),
        "ends": np.cumsum(lengths, dtype=np.int64),  # (N,)
        "lines": np.asarray([example.line for example in examples], dtype=np.int64),
        "full_lengths": np.asarray([example.full_length for example in examples], dtype=np.int64),
        "closed": np.asarray([example.is_closed for example in examples], dtype=np.uint8),
    }


def _bytes(record: msgspec.Struct) -> NDArray[np.uint8]:
    return np.frombuffer(msgspec.json.encode(record, order="deterministic"), dtype=np.uint8)


def _digest(tensors: dict[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tensors[name].shape}\n".encode())
        digest.update(np.ascontiguousarray(tensors[name]).tobytes())
    return digest.hexdigest()


def _assemble(facts: _Facts, texts: _Texts, tensors: dict[str, NDArray[Any]]) -> Prepared:
    ends = [0, *tensors["ends"].tolist()]
    examples = [
        Example(
            ids=tensors["ids"][ends[index] : ends[index + 1]],
            mask=tensors["mask"][ends[index] : ends[index + 1]].astype(np.bool_),
            line=int(line), prompt_text=texts.prompts[index], answer_text=texts.answers[index],
            cluster=texts.clusters[index], full_length=int(tensors["full_lengths"][index]),
            is_closed=bool(tensors["closed"][index]),
        )
        for index, line in enumerate(tensors["lines"])
    ]  # fmt: skip
    kept = {name: getattr(facts, name) for name in _Facts.__struct_fields__ if name not in ("version", "train_rows")}
    return Prepared(train=examples[: facts.train_rows], heldout=examples[facts.train_rows :], **kept)
