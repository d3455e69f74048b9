"""Greedy answers, many at a time: padded on the left, finished rows taken out, shared beginnings run once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from msgspec import Struct
from transformers import GenerationConfig

from engine.canaries.likelihoods import Segment, Task
from engine.canaries.scoring import SHORTEST_PREFIX, scoring_mode
from engine.canaries.tokens import shared_prefix
from engine.models.forward import expanded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.canaries.scoring import Scorer

#: Rows are taken out of a batch when this share of them has ended: copying the cache costs about a step.
_DROP_SHARE = 0.25


class Written(Struct, frozen=True, kw_only=True):
    """A generated answer as tokens, without the one that ended it."""

    ids: tuple[int, ...]
    hit_limit: bool


def stop_tokens(scorer: Scorer, closing: int | None) -> frozenset[int]:
    """Every token that ends an answer: the template's closing one, the tokenizer's, and those of the model's settings."""
    settings = getattr(scorer.model, "generation_config", None)
    named = getattr(settings, "eos_token_id", None)
    found = [closing, scorer.tokenizer.eos_token_id, *(named if isinstance(named, list) else [named])]
    return frozenset(int(token) for token in found if token is not None)


def write_greedily(
    scorer: Scorer,
    prompts: Sequence[tuple[int, ...]],
    limits: Sequence[int],
    *,
    stop: frozenset[int],
    on_tokens: Callable[[int], None] = lambda count: None,
) -> list[Written]:
    """Write the likeliest next token up to each prompt's limit or a stop token. No sampling, penalties or cut-offs.

    `on_tokens` is told of each finished answer's limit. Equal to writing one at a time, but for rounding at exact ties.
    """
    if not prompts:
        return []
    scorer.choose_layout([Task(prompt=p[:1], segments=(Segment(targets=p[1:]),)) for p in prompts if len(p) > 1])
    shared = shared_prefix(prompts) if scorer.layout == "tree" else 0
    shared = shared if shared >= SHORTEST_PREFIX else 0
    out: list[Written | None] = [None] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    with scoring_mode(scorer.model):
        cache = scorer.prefix_cache(prompts[0][:shared]) if shared else []
        while order:
            widest = len(prompts[order[0]]) + max(limits)
            group, order = _split(order, max(1, 2 * scorer.batch_tokens // widest))
            own = [prompts[i][shared:] for i in group]
            wanted = [limits[i] for i in group]
            made = _Batch(scorer, cache, shared, stop).write(own, wanted)
            for i, written in zip(group, made, strict=True):
                out[i] = written
            on_tokens(sum(wanted))
    return [written for written in out if written is not None]


def _split(order: list[int], n: int) -> tuple[list[int], list[int]]:
    return order[:n], order[n:]


class _Batch:
    """Writes one batch of answers."""

    def __init__(self, scorer: Scorer, cache: Any, shared: int, stop: frozenset[int]) -> None:
        self.scorer, self.prefix, self.shared, self.stop = scorer, cache, shared, stop
        self.device = scorer.device.torch_device

    def write(self, prompts: Sequence[tuple[int, ...]], limits: Sequence[int]) -> list[Written]:
        ids, mask = self._padded(prompts)
        if self.scorer.layout != "tree":
            return self._by_library(ids, mask, limits)
        n = len(prompts)
        cache = expanded(self.prefix, n)
        seen = torch.cat([mask.new_ones(n, self.shared), mask], dim=1)  # (B, shared + T)
        positions = (seen.cumsum(dim=1) - 1).clamp(min=0)[:, self.shared :]
        texts: list[list[int]] = [[] for _ in prompts]
        ended = [False] * n
        live = list(range(n))
        while True:
            step = {"input_ids": ids, "attention_mask": seen, "position_ids": positions, "past_key_values": cache}
            logits = self.scorer.logits_at(step, range(len(live)), [ids.shape[1] - 1] * len(live))
            chosen = logits.argmax(dim=-1)  # (B,)
            for row, token in zip(live, chosen.tolist(), strict=True):
                self._take(row, token, texts, ended, limits)
            keep = [place for place, row in enumerate(live) if not ended[row]]
            if not keep:
                break
            if len(keep) <= (1 - _DROP_SHARE) * len(live):
                index = torch.tensor(keep, device=self.device)
                cache.batch_select_indices(index)
                chosen, seen, positions = chosen[index], seen[index], positions[index]
                live = [live[place] for place in keep]
            ids, positions = chosen[:, None], positions[:, -1:] + 1
            seen = torch.cat([seen, seen.new_ones(len(live), 1)], dim=1)
        return [self._written(text, limit) for text, limit in zip(texts, limits, strict=True)]

    def _take(self, row: int, token: int, texts: list[list[int]], ended: list[bool], limits: Sequence[int]) -> None:
        """Append a token to a row; one beyond the limit is looked at only to know whether the answer would have ended."""
        if ended[row]:
            return
        texts[row].append(token)
        ended[row] = token in self.stop or len(texts[row]) > limits[row]

    def _written(self, tokens: Sequence[int], limit: int) -> Written:
        ends = [place for place, token in enumerate(tokens) if token in self.stop]
        kept = tuple(tokens[: ends[0]] if ends else tokens)
        return Written(ids=kept[:limit], hit_limit=len(kept) > limit)

    def _padded(self, prompts: Sequence[tuple[int, ...]]) -> tuple[torch.Tensor, torch.Tensor]:
        width = max(map(len, prompts))
        filler = min(self.stop, default=0)
        ids = torch.tensor([[filler] * (width - len(p)) + list(p) for p in prompts], device=self.device)
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=self.device)
        return ids, mask

    def _by_library(self, ids: torch.Tensor, mask: torch.Tensor, limits: Sequence[int]) -> list[Written]:
        """Let transformers write, for architectures whose cache is their own."""
        settings = GenerationConfig(
            do_sample=False, num_beams=1, max_new_tokens=max(limits) + 1, eos_token_id=sorted(self.stop) or None,
            pad_token_id=min(self.stop, default=0), use_cache=True,
        )  # fmt: skip
        made = self.scorer.model.generate(input_ids=ids, attention_mask=mask, generation_config=settings)
        rows = made[:, ids.shape[1] :].tolist()
        return [self._written(row[: limit + 1], limit) for row, limit in zip(rows, limits, strict=True)]
