"""From conversations to token ids and a loss mask: which tokens the model is asked to learn.

Loss falls on the assistant's tokens and on the end-of-turn token that closes each of its turns, on nothing else. Raw text
carries loss on all of its tokens. A row's text is tokenised whole; only where one token would reach across the edge of an
assistant turn is the text cut at that edge, so that training sees the same tokens as generation will.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from engine.data.rows import Problem, list_problems
from engine.data.template import ChatTemplate, TemplateRenderer, chat_template_of
from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from transformers import PreTrainedTokenizerFast

    from engine.data.mapping import Conversation
    from engine.data.template import TemplateLimits

_BATCH = 256


class Example(Struct, frozen=True, kw_only=True, eq=False):
    """One row as the model sees it.

    `mask[i]` says that token i is to be predicted from those before it (so `mask[0]` is never set). `prompt_text` is what
    to give the model, special tokens included, for it to write the last `answer_text`.
    """

    ids: NDArray[np.int32]  # (T,)
    mask: NDArray[np.bool_]  # (T,)
    line: int
    prompt_text: str
    answer_text: str
    cluster: str = ""
    full_length: int = 0
    is_closed: bool = True

    @property
    def is_cut(self) -> bool:
        """Say whether the row was longer than fits (`full_length` tokens)."""
        return self.full_length > len(self.ids)

    @property
    def trained_tokens(self) -> int:
        """How many tokens carry loss."""
        return int(self.mask.sum())


class Tokenised(Struct, frozen=True, kw_only=True, eq=False):
    """All rows as tokens; rows that cannot be rendered are in `problems`, rows without loss in `untrainable` (lines)."""

    examples: list[Example]
    problems: list[Problem]
    untrainable: list[int]
    template: ChatTemplate
    max_length: int

    @property
    def cut_rows(self) -> int:
        """How many rows were longer than `max_length`."""
        return sum(example.is_cut for example in self.examples)

    def require_trainable(self, source: str) -> None:
        """Refuse rows that would train no token, by line."""
        if self.untrainable:
            lines = ", ".join(map(str, self.untrainable[:20])) + (" …" if len(self.untrainable) > 20 else "")
            raise UserError(
                f"{source}: {len(self.untrainable)} row(s) would train no token (line {lines}): "
                f"nothing of the answer is left within {self.max_length} tokens, or its turns have weight 0.",
                field="data.max_length",
                remedy="Raise max_length, shorten those rows, or remove them.",
            )


def tokenise(
    conversations: Sequence[Conversation],
    tokenizer: PreTrainedTokenizerFast,
    *,
    max_length: int,
    limits: TemplateLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Tokenised:
    """Render, tokenise and mask every conversation; `progress` is told how many are done.

    Raw text longer than `max_length` becomes several examples and loses nothing; a dialogue is cut at the end and counted.
    """
    if not tokenizer.is_fast:
        raise UserError(
            "This model's tokenizer cannot say which characters a token covers.", field="base",
            remedy="Use a model that comes with a tokenizer.json.",
        )  # fmt: skip
    if max_length < 2:
        raise UserError(f"max_length is {max_length}; a row needs at least 2 tokens.", field="data.max_length")
    template = chat_template_of(tokenizer)
    maker = _Maker(tokenizer, template, max_length)
    with TemplateRenderer(template, limits=limits) as renderer:
        for start in range(0, len(conversations), _BATCH):
            maker.add(conversations[start : start + _BATCH], renderer)
            if progress:
                progress(min(start + _BATCH, len(conversations)))
    return Tokenised(
        examples=maker.examples, problems=maker.problems, untrainable=maker.untrainable,
        template=template, max_length=max_length,
    )  # fmt: skip


class _Maker:
    """Collects examples batch by batch."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, template: ChatTemplate, max_length: int) -> None:
        self.tokenizer, self.template, self.max_length = tokenizer, template, max_length
        self.examples: list[Example] = []
        self.problems: list[Problem] = []
        self.untrainable: list[int] = []
        added = {str(token) for token in tokenizer.added_tokens_decoder.values()}
        self.closers = tuple(sorted(added | set(tokenizer.all_special_tokens), key=len, reverse=True))

    def add(self, conversations: Sequence[Conversation], renderer: TemplateRenderer) -> None:
        dialogues = [conversation for conversation in conversations if not conversation.is_raw]
        rendered = list(renderer.render_spans([dialogue.messages for dialogue in dialogues]))
        encoded = iter(self._encode([result.text for result in rendered]))
        results = iter(rendered)
        for conversation in conversations:
            made = (
                self._from_raw(conversation)
                if conversation.is_raw
                else self._from_dialogue(conversation, next(results), next(encoded))
            )
            if made and not any(example.trained_tokens for example in made):
                self.untrainable.append(conversation.line)
            self.examples += made

    def _from_dialogue(self, conversation: Conversation, rendered: Any, encoded: _Encoded) -> list[Example]:
        if rendered.error:
            self.problems.append(
                Problem(
                    line=conversation.line, kind="template",
                    expected="a conversation the model's chat template accepts", found=rendered.error,
                )
            )  # fmt: skip
            return []
        text = rendered.text
        spans = [_close_span(text, start, end, self.closers) for start, end in rendered.spans]
        turns = [message for message in conversation.messages if message.role == "assistant"]
        trained = [span for span, turn in zip(spans, turns, strict=True) if turn.trained]
        ids, offsets = self._cut_at_edges(text, encoded, [edge for start, end, _ in spans for edge in (start, end)])
        mask = mask_of_spans(offsets, [(start, end) for start, end, _ in trained])
        return [
            Example(
                ids=np.asarray(ids[: self.max_length], dtype=np.int32), mask=mask[: self.max_length],
                line=conversation.line, prompt_text=text[: spans[-1][0]], answer_text=turns[-1].content,
                cluster=conversation.cluster, full_length=len(ids),
                is_closed=all(closed for _, _, closed in trained),
            )
        ]  # fmt: skip

    def _from_raw(self, conversation: Conversation) -> list[Example]:
        text = conversation.messages[0].content
        ids = list(self.tokenizer(text, verbose=False)["input_ids"])
        eos = self.tokenizer.eos_token_id
        if eos is not None and ids[-1:] != [eos]:
            ids.append(eos)
        return [
            Example(
                ids=np.asarray(part, dtype=np.int32), mask=np.arange(len(part)) > 0, line=conversation.line,
                prompt_text="", answer_text=text, cluster=conversation.cluster, full_length=len(part), is_closed=eos is not None,
            )
            for part in _windows(ids, self.max_length)
        ]  # fmt: skip

    def _encode(self, texts: Sequence[str]) -> list[_Encoded]:
        """Tokenise without adding anything: the template has written the special tokens."""
        if not texts:
            return []
        out = self.tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return list(zip(out["input_ids"], out["offset_mapping"], strict=True))

    def _cut_at_edges(self, text: str, encoded: _Encoded, edges: list[int]) -> _Encoded:
        """Tokenise again in pieces where a token reaches across an edge, unless that changes what the tokens say."""
        crossed = crossed_edges(encoded[1], edges)
        if not crossed:
            return encoded
        places = [0, *crossed, len(text)]
        pieces = self._encode([text[start:end] for start, end in pairwise(places)])
        ids = [token for piece, _ in pieces for token in piece]
        offsets = [
            (place + start, place + end)
            for place, (_, offsets) in zip(places, pieces, strict=False)
            for start, end in offsets
        ]
        return (ids, offsets) if self._text(ids) == self._text(encoded[0]) else encoded

    def _text(self, ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode(list(ids), clean_up_tokenization_spaces=False))


_Encoded = tuple[list[int], list[tuple[int, int]]]


def crossed_edges(offsets: Sequence[tuple[int, int]], edges: Sequence[int]) -> list[int]:
    """Which of the (sorted) character positions lie inside a token."""
    if not offsets:
        return []
    spans = np.asarray(offsets)
    return sorted({edge for edge in edges if bool(np.any((spans[:, 0] < edge) & (edge < spans[:, 1])))})


def mask_of_spans(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Mark tokens that cover a character of a span; a token without characters belongs where it stands."""
    places = np.asarray(offsets, dtype=np.int64).reshape(-1, 2)
    begins, ends = places[:, 0], np.maximum(places[:, 1], places[:, 0] + 1)
    mask = np.zeros(len(places), dtype=np.bool_)
    for start, end in spans:
        mask |= (begins < end) & (ends > start)
    mask[:1] = False
    return mask


def _close_span(text: str, start: int, end: int, closers: Sequence[str]) -> tuple[int, int, bool]:
    """Let a span end right after its end-of-turn token, or after its last visible character where it has none.

    A template's own marks may stop short of that token: then it is looked for right behind. The token that closes a turn
    is told from one that opens the next by what follows: the end, a blank, or another special token, but not a role's name.
    """
    body = text[start:end].rstrip()
    if any(body.endswith(token) for token in closers):
        return start, start + len(body), True
    for token in closers:
        after = end + len(token)
        if text.startswith(token, end) and _ends_turn(text, after, closers):
            return start, after, True
    return start, start + len(body), False


def _ends_turn(text: str, after: int, closers: Sequence[str]) -> bool:
    return after == len(text) or text[after].isspace() or text.startswith(tuple(closers), after)


def _windows(ids: list[int], length: int) -> list[list[int]]:
    """Consecutive windows that overlap by one token, so that every token but the first is predicted once."""
    if len(ids) <= length:
        return [ids]
    return [ids[start : start + length] for start in range(0, len(ids) - 1, length - 1)]


def check_usable(problems: list[Problem], usable: int, source: str) -> None:
    """Refuse a file of which no row can be used, saying why by line."""
    if not usable:
        raise UserError(
            f"{source}: none of its rows can be used.\n{list_problems(problems)}", field="data.path",
            remedy="Correct the rows or name the columns in the mapping.",
        )  # fmt: skip
