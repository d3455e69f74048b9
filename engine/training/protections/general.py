"""General rows: where they come from, which are left out because they give canaries away, and which belong to a step."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec import Struct

from engine.canaries.generation import stop_tokens
from engine.canaries.ngrams import texts_giving_away
from engine.canaries.scoring import Scorer
from engine.canaries.tokens import tokenise_items
from engine.data.mapping import to_conversations
from engine.data.read import read_rows
from engine.data.render import Example, check_usable, tokenise
from engine.device import CpuDevice
from engine.errors import UserError
from engine.protection import require_few_canaries
from engine.training.protections.answers import Sampling, sampled_answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.canaries.items import Canary
    from engine.protection import General

BUNDLED = Path(__file__).resolve().parents[3] / "resources" / "datasets" / "general" / "train.jsonl"
#: Longest general row in tokens: they are there to remind, not to teach.
LONGEST = 512


class GeneralRows(Struct, frozen=True, kw_only=True, eq=False):
    """The general rows of a run; `left_out` names those that share eight words in a row with a canary."""

    examples: list[Example]
    left_out: tuple[str, ...]
    source: str

    def sentence(self) -> str:
        """Say how many rows there are, where from, and which were left out."""
        said = f"{len(self.examples)} general rows ({self.source})."
        if self.left_out:
            shown = ", ".join(self.left_out[:20]) + (" …" if len(self.left_out) > 20 else "")
            said += f" Left out, they overlap canaries: {shown}."
        return said

    @property
    def digest(self) -> str:
        """SHA-256 over the rows' tokens and masks."""
        whole = hashlib.sha256()
        for example in self.examples:
            whole.update(len(example.ids).to_bytes(4, "little") + example.ids.tobytes() + example.mask.tobytes())
        return whole.hexdigest()


class Writer(Struct, frozen=True, kw_only=True, eq=False):
    """What is needed to let the base answer: the model, where answers are kept, which weights and arithmetic these are."""

    model: Any
    device: CpuDevice
    home: Path
    facts: Mapping[str, Any]
    on_progress: Callable[[int, int], None]


def general_rows(
    settings: General, tokenizer: Any, canaries: Sequence[Canary], writer: Writer, *, max_length: int, seed: int
) -> GeneralRows:
    """Return the rows the recipe asks for, canary overlaps left out before and after the base answers.

    Raises `UserError` for a file that cannot be read, that consists of canaries, or that leaves no row.
    """
    path = Path(settings.path).expanduser() if settings.source == "file" else BUNDLED
    found = rows_of_file(path, tokenizer, min(max_length, LONGEST))
    kept, left_out = without_canaries(found, canaries)
    if settings.source == "file":
        require_few_canaries(path.name, len(left_out), len(found))
    order = np.random.default_rng([seed, len(kept)]).permutation(len(kept))[: settings.rows or None]
    kept = [kept[i] for i in sorted(order.tolist())]
    if settings.source == "self":
        kept, more = without_canaries(answered(kept, tokenizer, settings, writer), canaries)
        left_out += more
    if not kept:
        raise UserError(
            f"{path.name} leaves no general row of at most {min(max_length, LONGEST)} tokens.",
            field="protection.general.path",
            remedy="Choose another file.",
        )
    source = {"self": "answered by the base itself", "bundled": "bundled", "file": path.name}[settings.source]
    return GeneralRows(examples=kept, left_out=tuple(left_out), source=source)


def rows_of_file(path: Path, tokenizer: Any, max_length: int) -> list[Example]:
    """Read general rows in any of the formats of training data; those too long to keep a trained token are passed over."""
    read = read_rows(path)
    check_usable(read.problems, len(read.rows), path.name)
    mapped = to_conversations(read.rows, None)
    check_usable(mapped.problems, len(mapped.items), path.name)
    made = tokenise(mapped.items, tokenizer, max_length=max_length)
    return [example for example in made.examples if example.trained_tokens]


def without_canaries(rows: Sequence[Example], canaries: Sequence[Canary]) -> tuple[list[Example], list[str]]:
    """Split rows into those that share nothing with a canary and the names (line N) of the others."""
    hit = set(texts_giving_away(canaries, [f"{row.prompt_text} {row.answer_text}" for row in rows]))
    return [row for i, row in enumerate(rows) if i not in hit], [f"line {rows[i].line}" for i in sorted(hit)]


def answered(rows: Sequence[Example], tokenizer: Any, settings: General, writer: Writer) -> list[Example]:
    """Return the rows with the base's own sampled answers in place of theirs; rows without a prompt are left as they are."""
    asked = [row for row in rows if row.prompt_text]
    prompts = [
        tuple(ids) for ids in tokenizer([row.prompt_text for row in asked], add_special_tokens=False)["input_ids"]
    ] if asked else []  # fmt: skip
    closing = tokenise_items([], tokenizer).closing
    sampling = Sampling(
        temperature=settings.temperature, answer_tokens=settings.answer_tokens, closing=closing,
        stop=tuple(sorted(stop_tokens(Scorer(writer.model, tokenizer, writer.device), closing))),
    )  # fmt: skip
    written = sampled_answers(writer.home, writer.model, prompts, sampling, writer.facts, writer.on_progress)
    return [
        _example(row, prompt, one.ids, tokenizer)
        for row, prompt, one in zip(asked, prompts, written, strict=True)
        if one.ids
    ]


def _example(row: Example, prompt: tuple[int, ...], answer: tuple[int, ...], tokenizer: Any) -> Example:
    ids = np.asarray([*prompt, *answer], dtype=np.int32)
    return msgspec.structs.replace(
        row, ids=ids, mask=np.arange(len(ids)) >= len(prompt), full_length=len(ids),
        answer_text=str(tokenizer.decode(list(answer), skip_special_tokens=True)),
    )  # fmt: skip


class Draw:
    """Which general rows belong to which step: a pure function of (seed, step), so that a resumed run draws the same.

    A step with B training rows gets B·p/(1−p) general ones; what is left of a whole row is made up in later steps. Every
    row is drawn once before any is drawn again.
    """

    def __init__(self, count: int, *, batch_size: int, share: float, seed: int) -> None:
        """`count` general rows, of which `share` (below 1) of each step is made."""
        self.count, self.seed = count, seed
        self.per_step = batch_size * share / (1 - share)
        self._order = lru_cache(maxsize=2)(lambda turn: np.random.default_rng([seed, turn]).permutation(count).tolist())

    def rows(self, step: int) -> list[int]:
        """The row numbers of a step (1-based)."""
        start, stop = (math.floor(n * self.per_step + 1e-9) for n in (step - 1, step))
        return [self._order(place // self.count)[place % self.count] for place in range(start, stop)]
