"""One model writing an answer token by token, with how sure it was of each; and how sure it is of a text it did not write.

All log-probabilities are the model's own at temperature 1, whatever the temperature the tokens were drawn at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from msgspec import Struct

from engine.data.mapping import Message
from engine.data.template import TemplateRenderer, chat_template_of
from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.device import CpuDevice
    from engine.models.load import Loaded

#: How many likelier tokens are kept beside each one.
ALTERNATIVES = 3
_DIGITS = 5


class Token(Struct, frozen=True, array_like=True):
    """One token: its text, log-probability in nats, and the likeliest others as [text, probability].

    A token that ends in the middle of a character has no text; the one that completes it has all of it.
    """

    text: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()


class Drawn(Struct, frozen=True, kw_only=True):
    """A token on its way: its number, its log-probability and the likeliest others by number."""

    id: int
    logprob: float
    others: tuple[tuple[int, float], ...]


class Pieces:
    """Cuts an answer into the pieces of text its tokens add: joined they are the answer."""

    def __init__(self, tokenizer: Any) -> None:
        """Begin with nothing said."""
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        self.said = ""

    def add(self, token: int) -> str:
        """Take a token; return the new text, empty until a character is whole."""
        self._ids.append(token)
        text = str(self._tokenizer.decode(self._ids, skip_special_tokens=True))
        if len(text) <= len(self.said) or text.endswith("�"):
            return ""
        new, self.said = text[len(self.said) :], text
        return new


def draw(
    loaded: Loaded, prompt_ids: torch.Tensor, *, most: int, temperature: float, seed: int, device: CpuDevice
) -> Iterator[Drawn]:
    """Give an answer's tokens one by one; the same seed draws the same for every model of one vocabulary."""
    generator = torch.Generator().manual_seed(seed)
    stop = stop_tokens(loaded)
    ids, cache = prompt_ids, None  # (1, T)
    for _ in range(most):
        out = loaded.model(input_ids=ids, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        logits = out.logits[0, -1].float().cpu()  # (V,)
        token = _choose(logits, temperature, generator)
        if token in stop:
            return
        yield _drawn(torch.log_softmax(logits, dim=-1), token)
        ids = torch.tensor([[token]], device=device.torch_device)


def score(loaded: Loaded, prompt_ids: torch.Tensor, answer_ids: Sequence[int]) -> list[Drawn]:
    """Say how sure the model is of each token of an answer after the prompt, whoever wrote it; one forward pass."""
    if not answer_ids:
        return []
    answer = torch.tensor([list(answer_ids)], device=prompt_ids.device)
    ids = torch.cat([prompt_ids, answer], dim=1)  # (1, T)
    logits = loaded.model(input_ids=ids).logits[0, prompt_ids.shape[1] - 1 : -1]  # (A, V)
    logprobs = torch.log_softmax(logits.float(), dim=-1).cpu()
    return [_drawn(row, token) for row, token in zip(logprobs, answer_ids, strict=True)]


def answer_ids_of(loaded: Loaded, text: str) -> list[int]:
    """Return the tokens of a text given as an answer."""
    return list(loaded.tokenizer(text, add_special_tokens=False)["input_ids"])


def as_tokens(loaded: Loaded, drawn: Sequence[Drawn], texts: Sequence[str] | None = None) -> list[Token]:
    """Put tokens into words: each one's own piece of the text (`texts`, where they are known), and its alternatives."""
    if texts is None:
        pieces = Pieces(loaded.tokenizer)
        texts = [pieces.add(one.id) for one in drawn]
    return [
        Token(
            text,
            round(one.logprob, _DIGITS),
            tuple((str(loaded.tokenizer.decode([other])), round(p, _DIGITS)) for other, p in one.others),
        )
        for text, one in zip(texts, drawn, strict=True)
    ]


def stop_tokens(loaded: Loaded) -> frozenset[int]:
    """Every token that ends an answer: the tokenizer's and those of the model's own settings."""
    configured = loaded.model.generation_config.eos_token_id
    named = configured if isinstance(configured, list) else [configured]
    return frozenset(token for token in (*named, loaded.tokenizer.eos_token_id) if token is not None)


def prompt_ids_of(loaded: Loaded, prompt: str, device: CpuDevice) -> torch.Tensor:
    """Render a prompt as one user turn and return its tokens, (1, T); `UserError` if the template refuses it."""
    with TemplateRenderer(chat_template_of(loaded.tokenizer)) as renderer:
        rendered = renderer.render([[Message(role="user", content=prompt)]], prompt=True)[0]
    if rendered.error:
        raise UserError(f"The model's chat template refuses this prompt: {rendered.error}", field="prompt")
    ids = loaded.tokenizer(rendered.text, add_special_tokens=False)["input_ids"]
    return torch.tensor([ids], device=device.torch_device)


def _drawn(logprobs: torch.Tensor, token: int) -> Drawn:
    """A token with its place in a distribution, (V,)."""
    likeliest = logprobs.topk(min(ALTERNATIVES + 1, logprobs.shape[0]))
    pairs = zip(likeliest.indices.tolist(), likeliest.values.exp().tolist(), strict=True)
    others = [(index, p) for index, p in pairs if index != token][:ALTERNATIVES]
    return Drawn(id=token, logprob=float(logprobs[token]), others=tuple(others))


def _choose(logits: torch.Tensor, temperature: float, generator: torch.Generator) -> int:
    if temperature <= 0:
        return int(logits.argmax())
    return int(torch.multinomial(torch.softmax(logits / temperature, dim=-1), 1, generator=generator))
