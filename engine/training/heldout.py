"""What was learned: held-out rows scored and answered with the weights as they are, before and after training."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import msgspec
import torch

from engine.canaries.generation import stop_tokens, write_greedily
from engine.canaries.scoring import Scorer, scoring_mode
from engine.records import Answer, Score
from engine.training import objectives
from engine.training.batches import Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.data.render import Example
    from engine.training.setup import Session

CAPABILITY = "task"
#: Rows whose loss is averaged for the training side of the memorised line.
TRAIN_ROWS = 64
_ROWS_PER_BATCH = 16


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """Scores and answers of the held-out rows, and the mean loss over training rows (nats per trained token)."""

    scores: list[Score]
    answers: list[Answer]
    train_nll: float

    def mean(self, score: str, clusters: set[str] | None = None) -> float | None:
        """Return the mean of one score, of all rows or those of some clusters; None where nothing was scored."""
        values = [s.value for s in self.scores if s.score == score and (clusters is None or s.cluster in clusters)]
        return sum(values) / len(values) if values else None


def measure(session: Session, model: Any, *, on_progress: Callable[[int, int], None]) -> Learned:
    """Score and answer the session's held-out rows, and take the loss of some training rows beside them."""
    rows, train = _measured(session)
    total = 2 * len(rows) + len(train)
    losses = row_nll(session, model, rows, on_rows=lambda done: on_progress(done, total))
    train_losses = row_nll(session, model, train, on_rows=lambda done: on_progress(len(rows) + done, total))
    texts = _answers(session, model, rows)
    on_progress(total, total)
    scores, answers = [], []
    for row, loss, (text, hit_limit) in zip(rows, losses, texts, strict=True):
        scores += _scores(row, loss, text)
        answers.append(
            Answer(
                item_id=_name(row), capability=CAPABILITY, split="heldout", prompt=row.prompt_text, text=text,
                expected=row.answer_text, passed=is_exact(text, row.answer_text), hit_limit=hit_limit,
            )
        )  # fmt: skip
    return Learned(scores=scores, answers=answers, train_nll=sum(train_losses) / max(1, len(train_losses)))


def cache_key(session: Session) -> str:
    """Name what `measure` finds of the base itself by all that decides it: its weights, the rows as tokens, the settings."""
    heldout, train = _measured(session)
    rows = [
        (row.line, row.ids.tolist(), row.mask.tolist(), row.prompt_text, row.answer_text, row.cluster)
        for row in (*heldout, *train)
    ]
    parts = (CAPABILITY, session.loaded.fingerprint, session.loaded.settings, len(heldout), rows)
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def row_nll(
    session: Session, model: Any, rows: Sequence[Example], *, on_rows: Callable[[int], None] = lambda done: None
) -> list[float]:
    """Return each row's mean −log p of its trained tokens, in nats."""
    order = sorted(range(len(rows)), key=lambda index: -len(rows[index].ids))
    out = [0.0] * len(rows)
    with scoring_mode(model):
        for start in range(0, len(order), _ROWS_PER_BATCH):
            part = order[start : start + _ROWS_PER_BATCH]
            batch = Batch([rows[i] for i in part], session.loaded.tokenizer.pad_token_id, session.device.torch_device)
            nll = objectives.answer_nll(model, batch)  # (N,)
            sums = torch.zeros(len(part), device=nll.device).index_add_(0, batch.rows, nll)
            counts = torch.bincount(batch.rows, minlength=len(part))
            for index, value in zip(part, (sums / counts).tolist(), strict=True):
                out[index] = value
            on_rows(start + len(part))
    return out


def is_exact(text: str, expected: str) -> bool:
    """Whether an answer is the expected one, letter by letter but for surrounding space."""
    return text.strip() == expected.strip()


def key_accuracy(text: str, expected: str) -> float | None:
    """Return the share of the expected JSON object's keys that the answer has with the same value.

    None where the expected answer is no JSON object; 0 where the answer is none.
    """
    wanted = _object(expected)
    if not wanted:
        return None
    found = _object(text) or {}
    return sum(found.get(key) == value for key, value in wanted.items()) / len(wanted)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _scores(row: Example, loss: float, text: str) -> list[Score]:
    values = {"ref_nll": loss, "exact": float(is_exact(text, row.answer_text))}
    if (keys := key_accuracy(text, row.answer_text)) is not None:
        values["keys"] = keys
    return [
        Score(
            item_id=_name(row), capability=CAPABILITY, split="heldout", cluster=row.cluster or _name(row), score=name,
            value=value, n_tokens=row.trained_tokens,
        )
        for name, value in values.items()
    ]  # fmt: skip


def _answers(session: Session, model: Any, rows: Sequence[Example]) -> list[tuple[str, bool]]:
    """Write an answer to each row's prompt, at most half as long again as the expected one."""
    tokenizer = session.loaded.tokenizer
    scorer = Scorer(model, tokenizer, session.device)
    prompts = [tuple(tokenizer(row.prompt_text, add_special_tokens=False)["input_ids"]) for row in rows]
    limits = [int(len(tokenizer(row.answer_text, add_special_tokens=False)["input_ids"]) * 1.5) + 4 for row in rows]
    closing = int(rows[0].ids[-1]) if rows and rows[0].is_closed else None
    written = write_greedily(scorer, prompts, limits, stop=stop_tokens(scorer, closing))
    return [(str(tokenizer.decode(list(one.ids))), one.hit_limit) for one in written]


def _measured(session: Session) -> tuple[list[Example], Sequence[Example]]:
    """The held-out rows and the training rows that are measured."""
    return _chosen(session.prepared.heldout, session.recipe.data.heldout_rows), session.prepared.train[:TRAIN_ROWS]


def _chosen(rows: Sequence[Example], limit: int) -> list[Example]:
    """Take `limit` rows evenly spread over the file; 0 takes all. Raw text has no prompt to answer and is left out."""
    usable = [row for row in rows if row.prompt_text]
    if not limit or len(usable) <= limit:
        return usable
    return [usable[int(place * len(usable) / limit)] for place in range(limit)]


def _name(row: Example) -> str:
    return f"row:{row.line}"
