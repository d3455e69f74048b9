"""Prompt only: the base with a system message and examples before every question, no weight changed.

The examples are training rows, spread evenly over the file. What is measured after is the same base with this context in
place, on the held-out rows and on the canaries: what the prompt costs elsewhere shows as it would for trained weights.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.data.dataset import Prepared
from engine.data.mapping import Conversation, Message, to_conversations
from engine.data.read import read_rows
from engine.data.render import tokenise
from engine.errors import UserError
from engine.models.forward import base_of
from engine.training.heldout import TRAIN_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.data.render import Example
    from engine.records import Recipe

Context = tuple[Message, ...]


class Prompted(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The context, and the rows with it in front: the held-out ones, and training rows that are not examples in it."""

    context: Context
    prepared: Prepared

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what stands before every question."""
        return hashlib.sha256(msgspec.json.encode(self.context)).hexdigest()

    def told(self) -> dict[str, Any]:
        """The prompt as the run's results keep it, to be copied and used."""
        return {"messages": [{"role": one.role, "content": one.content} for one in self.context]}


def put_prompt(recipe: Recipe, prepared: Prepared, tokenizer: Any, *, longest: int) -> Prompted:
    """Make the context from the recipe and the training rows, and put it before the rows that are measured.

    `longest` is how many tokens the model reads. Raises `UserError` for raw text, for a template that has no place for the
    system message, and for a context that leaves no room for the rows.
    """
    training = _by_line(recipe.data.path, prepared)
    chosen = examples_of(prepared.train, recipe.prompt.examples)
    context = context_of(recipe.prompt.system, [training[row.line] for row in chosen])
    used = {row.line for row in chosen}
    heldout_rows = _by_line(recipe.data.heldout_path, prepared) if recipe.data.heldout_path else training
    rest = [row for row in prepared.train if row.line not in used]
    measured = _in_context(context, [training[row.line] for row in rest[:TRAIN_ROWS]], tokenizer, longest)
    heldout = _in_context(context, [heldout_rows[row.line] for row in prepared.heldout], tokenizer, longest)
    rows = msgspec.structs.replace(prepared, train=[*measured, *rest[TRAIN_ROWS:]], heldout=heldout)
    return Prompted(context=context, prepared=rows)


def examples_of(rows: Sequence[Example], count: int) -> list[Example]:
    """`count` rows spread evenly over the training rows; all of them where there are fewer."""
    if count >= len(rows):
        return list(rows)
    return [rows[int((place + 0.5) * len(rows) / count)] for place in range(count)]


def context_of(system: str, examples: Sequence[Conversation]) -> Context:
    """The system message, if there is one, then every example's turns; none of it carries loss."""
    if any(example.is_raw for example in examples):
        raise UserError(
            "Method prompt needs rows with a question and an answer; these are plain text.", field="method",
            remedy="Choose full, lora or qlora.",
        )  # fmt: skip
    turns = [turn for example in examples for turn in example.messages if turn.role != "system"]
    opening = [Message(role="system", content=system.strip())] if system.strip() else []
    return tuple(msgspec.structs.replace(turn, trained=False) for turn in (*opening, *turns))


def _by_line(path: str, prepared: Prepared) -> dict[int, Conversation]:
    read = read_rows(Path(path).expanduser())
    return {one.line: one for one in to_conversations(read.rows, prepared.mapping).items}


def _in_context(context: Context, rows: Sequence[Conversation], tokenizer: Any, longest: int) -> list[Example]:
    """The rows with the context before their own turns; a row's own system message joins the context's."""
    together = [msgspec.structs.replace(row, messages=joined(context, row.messages)) for row in rows]
    tokenised = tokenise(together, tokenizer, max_length=longest)
    if tokenised.problems:
        raise UserError(
            f"The model's chat template refuses the prompt: {tokenised.problems[0].found}", field="prompt.system",
            remedy="Leave the system message out.",
        )  # fmt: skip
    if tokenised.cut_rows:
        most = max(one.full_length for one in tokenised.examples)
        raise UserError(
            f"With the prompt in place a row takes {most} tokens; the model reads {longest}.", field="prompt.examples",
            remedy="Show fewer examples.",
        )  # fmt: skip
    return tokenised.examples


def joined(context: Sequence[Message], turns: Sequence[Message]) -> tuple[Message, ...]:
    """The context before a row's turns, with one system message at most: the context's, then the row's own."""
    own = [turn for turn in turns if turn.role == "system"]
    rest = [turn for turn in turns if turn.role != "system"]
    opening = [turn for turn in context if turn.role == "system"]
    said = "\n\n".join(turn.content for turn in (*opening, *own))
    system = [Message(role="system", content=said, trained=False)] if said else []
    return (*system, *(turn for turn in context if turn.role != "system"), *rest)


def longest_of(model: Any) -> int:
    """Return how many tokens a model reads at once; a million where its config does not say."""
    config = base_of(model).config.get_text_config(decoder=True)
    return int(getattr(config, "max_position_embeddings", 0) or 2**20)
