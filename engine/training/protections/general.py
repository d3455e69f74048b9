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
    """The general rows of a run; `left_out` names those that share eight words in a row with a canary.

    `near` numbers the examples whose written answer looks like the training rows' answers (`alike`).
    """

    examples: list[Example]
    left_out: tuple[str, ...]
    source: str
    near: tuple[int, ...] = ()

    def sentence(self) -> str:
        """Say how many rows there are, where from, and which were left out."""
        said = f"{len(self.examples)} general rows ({self.source})."
        if self.left_out:
            shown = ", ".join(self.left_out[:20]) + (" …" if len(self.left_out) > 20 else "")
            said += f" Left out, they overlap canaries: {shown}."
        if self.near:
            said += f" {len(self.near)} of them look like the training answers and are drawn more often."
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
    settings: General, tokenizer: Any, canaries: Sequence[Canary], writer: Writer, *, max_length: int, seed: int,
    train: Sequence[Example] = (),
) -> GeneralRows:  # fmt: skip
    """Return the rows the recipe asks for, canary overlaps left out before and after the base answers.

    With `settings.near` those that look like the training rows `train` are named.
    Raises `UserError` for a file that cannot be read, that consists of canaries, or that leaves no row.
    """
    path = Path(settings.path).expanduser() if settings.source == "file" else BUNDLED
    found = rows_of_file(path, tokenizer, min(max_length, LONGEST))
    kept, left_out = without_canaries(found, canaries)
    if settings.source == "file":
        require_few_canaries(path.name, len(left_out), len(found))
    order = np.random.default_rng([seed, len(kept)]).permutation(len(kept))[: settings.rows or None]
    kept = [kept[i] for i in sorted(order.tolist())]
    near = alike(kept, train) if settings.near else frozenset()
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
    numbers = tuple(i for i, row in enumerate(kept) if row.line in near)
    return GeneralRows(examples=kept, left_out=tuple(left_out), source=source, near=numbers)


def alike(rows: Sequence[Example], train: Sequence[Example]) -> frozenset[int]:
    """Return the lines of the rows whose answer opens with the sign that most training answers open with: {, [, -, `, < …

    None where the training answers open with words or with no sign in common: then no form of answer is at risk more than
    others. After the thought that the rows a training step disturbs most are those worth repeating (maximally interfered
    retrieval, Aljundi et al. 2019, arXiv 1908.04742), told by their form instead of trying the step on each.
    """
    openings = [row.answer_text.strip()[:1] for row in train]
    sign = max(set(openings), key=openings.count, default="")
    if not sign or sign.isalnum() or openings.count(sign) * 2 <= len(openings):
        return frozenset()
    return frozenset(row.line for row in rows if row.answer_text.strip().startswith(sign))


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
    row is drawn once before any is drawn again; of the rows `near`, where there are any, a share of their own is drawn.
    """

    def __init__(
        self, count: int, *, batch_size: int, share: float, seed: int, near: Sequence[int] = (), near_share: float = 0.0
    ) -> None:
        """`count` general rows, of which `share` (below 1) of each step is made; `near_share` of these from `near`."""
        self.per_step = batch_size * share / (1 - share)
        self.near_share = near_share if 0 < len(near) < count else 0.0
        apart = frozenset(near if self.near_share else ())
        self._others = _Deck([row for row in range(count) if row not in apart], [seed])
        self._near = _Deck(sorted(apart), [seed, 1])

    def rows(self, step: int) -> list[int]:
        """The row numbers of a step (1-based)."""
        start, stop = (_whole(n * self.per_step) for n in (step - 1, step))
        return [self._at(place) for place in range(start, stop)]

    def _at(self, place: int) -> int:
        before, after = (_whole(n * self.near_share) for n in (place, place + 1))
        return self._near.at(before) if after > before else self._others.at(place - before)


class _Deck:
    """Rows shuffled anew each time all have been dealt."""

    def __init__(self, rows: Sequence[int], key: Sequence[int]) -> None:
        self.rows = list(rows)

        def shuffled(turn: int) -> list[int]:
            return [self.rows[i] for i in np.random.default_rng([*key, turn]).permutation(len(self.rows))]

        self._order = lru_cache(maxsize=2)(shuffled)

    def at(self, place: int) -> int:
        """The row dealt at a place (0-based)."""
        return self._order(place // len(self.rows))[place % len(self.rows)]


def _whole(number: float) -> int:
    return math.floor(number + 1e-9)
