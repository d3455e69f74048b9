"""Canaries as token ids: the prompt in the chat template with its generation prompt, the answers that follow it. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.canaries.items import Canary
from engine.data.mapping import Message
from engine.data.template import TemplateRenderer, chat_template_of
from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from transformers import PreTrainedTokenizerFast

_PROBE = "palimpsest"


class ItemTokens(Struct, frozen=True, kw_only=True):
    """One canary as the model sees it; `answers` are its references or choices, without the closing token."""

    item: Canary
    prompt: tuple[int, ...]
    answers: tuple[tuple[int, ...], ...]

    @property
    def n_tokens(self) -> int:
        """Tokens that a scoring pass over prompt and answers reads."""
        return len(self.prompt) + sum(map(len, self.answers))


class SuiteTokens(Struct, frozen=True, kw_only=True):
    """All items, and the token with which this model closes an answer (None: it has none)."""

    items: tuple[ItemTokens, ...]
    closing: int | None


def tokenise_items(
    items: Sequence[Canary],
    tokenizer: PreTrainedTokenizerFast,
    *,
    max_length: int = 0,
    context: Sequence[Message] = (),
) -> SuiteTokens:
    """Render every prompt in the model's chat template and tokenise it with its answers.

    `context` are messages that stand before every prompt (method prompt). Raises `UserError` naming the item whose prompt the template refuses, whose answer has no token, or that is longer
    than `max_length` tokens (0: no limit).
    """
    template = chat_template_of(tokenizer)
    with TemplateRenderer(template) as renderer:
        asked = [[*context, Message(role="user", content=item.prompt)] for item in items]
        rendered = renderer.render(asked, prompt=True)
        turns = [Message(role="user", content=_PROBE), Message(role="assistant", content=_PROBE)]
        probe = renderer.render([turns])[0]
    for item, result in zip(items, rendered, strict=True):
        if result.error:
            raise _unusable(item, f"the model's chat template refuses its prompt: {result.error}")
    texts = [result.text for result in rendered]
    prompts = _encode(tokenizer, texts)
    made = tuple(_item(tokenizer, *one) for one in zip(items, texts, prompts, strict=True))
    require_fit(made, max_length)
    return SuiteTokens(items=made, closing=_closing(tokenizer, probe.text))


def require_fit(items: Sequence[ItemTokens], max_length: int) -> None:
    """Refuse items longer than the model reads, by name; 0 is no limit."""
    for one in items:
        longest = len(one.prompt) + max(map(len, one.answers), default=0)
        if max_length and longest > max_length:
            raise _unusable(one.item, f"it takes {longest} tokens and the model reads at most {max_length}")


def _item(tokenizer: Any, item: Canary, text: str, prompt: list[int]) -> ItemTokens:
    answers = item.references or item.choices
    encoded = _encode(tokenizer, [text + answer for answer in answers])
    tokens = []
    for answer, whole in zip(answers, encoded, strict=True):
        # Where the answer's first token would merge with the prompt's last, the answer is tokenised by itself: what is
        # scored then are the tokens that generation would choose from.
        own = whole[len(prompt) :] if whole[: len(prompt)] == prompt else _encode(tokenizer, [answer])[0]
        if not own:
            raise _unusable(item, f"its answer {answer!r} has no token")
        tokens.append(tuple(own))
    return ItemTokens(item=item, prompt=tuple(prompt), answers=tuple(tokens))


def _encode(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Tokenise without adding anything: the template has written the special tokens."""
    return list(tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]) if texts else []


def _closing(tokenizer: Any, text: str) -> int | None:
    """The special token right behind an assistant's turn, else the end-of-text token."""
    after = text.rpartition(_PROBE)[2].lstrip()
    special = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
    first = _encode(tokenizer, [after])[0][:1] if after else []
    if first and first[0] in special:
        return int(first[0])
    return None if tokenizer.eos_token_id is None else int(tokenizer.eos_token_id)


def _unusable(item: Canary, why: str) -> UserError:
    return UserError(f"Canary {item.id} cannot be used: {why}.", field="canaries.suite", remedy="Take it out.")


def encode_pair(tokenizer: Any, context: str, continuation: str) -> tuple[list[int], list[int]]:
    """Tokenise plain text and its continuation as lm-evaluation-harness does.

    Blanks at the end of the context move to the continuation; the continuation's tokens are those of the whole beyond the
    context's own number of tokens. An empty context becomes the model's first (or end-of-text) token.
    """
    prefix = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    kept = context.rstrip()
    if not kept:
        ids = list(tokenizer.encode(context + continuation, add_special_tokens=False))
        return ([prefix], ids) if ids[:1] != [prefix] else (ids[:1], ids[1:])
    opening = tokenizer.decode([prefix]) if prefix is not None else ""
    # A text that already starts with the opening token does not get a second one.
    adds = not (opening and kept.startswith(opening))
    whole = list(tokenizer.encode(context + continuation, add_special_tokens=adds))
    before = list(tokenizer.encode(kept, add_special_tokens=adds))
    return before, whole[len(before) :]


def shared_prefix(prompts: Iterable[Sequence[int]]) -> int:
    """How many tokens all prompts start with, leaving each at least one of its own."""
    rows = [tuple(prompt) for prompt in prompts]
    if len(rows) < 2:
        return 0
    first, last = min(rows), max(rows)
    limit = min(map(len, rows)) - 1
    for place in range(limit):
        if first[place] != last[place]:
            return place
    return max(limit, 0)
