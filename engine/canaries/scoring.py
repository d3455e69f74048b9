"""Log-likelihoods of answers, batched: prompts run once, shared beginnings once, logits at answer positions only.

Layouts of a row:

- "tree": prompt, then all its answers side by side; an attention mask lets each answer see the prompt and itself only,
  and position ids continue from the prompt for each. What all prompts begin with (a system prompt) is run once, as a
  key/value cache. Exact for models whose attention obeys an explicit mask.
- "padded": each answer after its own copy of the prompt, padded on the right. Exact for every causal model, and slower.

Which one a model gets is found by scoring two items both ways and comparing.
"""

from __future__ import annotations

import contextlib
import inspect
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from msgspec import Struct
from transformers import DynamicCache

from engine.canaries.likelihoods import TOP_TOKENS, Segment, SegmentScore, Task, Top
from engine.canaries.tokens import encode_pair, shared_prefix
from engine.models.forward import CANNOT, expanded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from engine.device import CpuDevice

Layout = Literal["tree", "padded"]

#: Tokens a batch may hold, padding included; more would not be faster on a processor.
BATCH_TOKENS = {"cpu": 2048, "cuda": 16_384}
#: Largest (answer positions × vocabulary) block of logits, in numbers: 128 MiB and 1 GiB in fp32.
LOGIT_NUMBERS = {"cpu": 2**25, "cuda": 2**28}
#: How far the two layouts may differ, nats per token: in fp32, and in arithmetic with fewer bits.
LAYOUT_TOLERANCE = {True: 1e-4, False: 0.1}
#: A shared beginning shorter than this is not worth a pass of its own.
SHORTEST_PREFIX = 4


class _Row(Struct, frozen=True, kw_only=True, eq=False):
    """One row of a batch before padding: which segments of which task it holds."""

    task: int
    segments: tuple[int, ...]
    ids: tuple[int, ...]
    positions: tuple[int, ...]
    branch: tuple[int, ...]  # 0: prompt; k: the k-th segment of the row
    n_prompt: int

    @property
    def selected(self) -> range:
        """Columns whose next token is wanted: the prompt's last, then every answer token."""
        return range(self.n_prompt - 1, len(self.ids))


class Scorer:
    """Scores continuations with one model and one set of weights, without changing either.

    `model` is any transformers causal language model, peft-wrapped or not. While scoring it is in eval mode without
    gradients; afterwards every module is in the mode it was in. `layout` None finds the quickest that is right.
    """

    def __init__(
        self, model: Any, tokenizer: Any, device: CpuDevice, *, batch_tokens: int = 0, layout: Layout | None = None
    ) -> None:
        """Bind to a model; `batch_tokens` 0 takes the device's default."""
        self.model, self.tokenizer, self.device = model, tokenizer, device
        self.batch_tokens = batch_tokens or BATCH_TOKENS[device.kind]
        self.layout = layout
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.config = base.config
        self._head = base.get_output_embeddings()
        self._takes_positions = "position_ids" in inspect.signature(base.forward).parameters
        self._dtype = next(p.dtype for p in base.parameters() if p.is_floating_point())
        self.is_exact = self._dtype == torch.float32 and getattr(base, "quantization_method", None) is None

    @property
    def layout_name(self) -> str:
        """What a measurement records as its batch layout."""
        return f"{self.layout or 'undecided'}, {self.batch_tokens} tokens a batch"

    @property
    def max_length(self) -> int:
        """Longest sequence the model reads, in tokens; 0 where its config does not say."""
        return int(getattr(self.config.get_text_config(decoder=True), "max_position_embeddings", 0) or 0)

    def score(
        self, tasks: Sequence[Task], *, batch_tokens: int = 0, on_tokens: Callable[[int], None] = lambda count: None
    ) -> list[list[SegmentScore]]:
        """Score every segment of every task; `on_tokens` is told of the tokens of each task done, prompt included.

        The scores do not depend on how tasks are batched beyond rounding (< 1e-3 nats in fp32).
        """
        layout = self.choose_layout(tasks)
        with scoring_mode(self.model):
            return self._score(tasks, layout, batch_tokens or self.batch_tokens, on_tokens)

    def loglikelihoods(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, int]]:
        """Summed log-likelihood and number of tokens of each continuation after its plain-text context.

        Tokenised, and cut on the left where the model's length asks for it, as lm-evaluation-harness does.
        """
        groups: dict[tuple[int, ...], list[tuple[int, tuple[int, ...]]]] = {}
        for place, (context, continuation) in enumerate(pairs):
            before, after = encode_pair(self.tokenizer, context, continuation)
            surplus = max(0, len(before) + len(after) - self.max_length - 1) if self.max_length else 0
            groups.setdefault(tuple(before[surplus:]), []).append((place, tuple(after)))
        tasks = [
            Task(prompt=prompt, segments=tuple(Segment(targets=targets) for _, targets in rows))
            for prompt, rows in groups.items()
        ]
        out: list[tuple[float, int]] = [(0.0, 0)] * len(pairs)
        for rows, scores in zip(groups.values(), self.score(tasks), strict=True):
            for (place, targets), score in zip(rows, scores, strict=True):
                out[place] = (float(score.log_probs.sum()), len(targets))
        return out

    # ---- layout ------------------------------------------------------------------------------------------------------

    def choose_layout(self, tasks: Sequence[Task]) -> Layout:
        """Decide once: "tree" where it gives what "padded" gives on two short tasks, else "padded"."""
        if self.layout is None and tasks:
            several = [task for task in tasks if len(task.segments) > 1] or [_doubled(task) for task in tasks]
            probe = sorted(several, key=lambda task: len(task.prompt))[:2]
            self.layout = "tree" if self._is_tree_right(probe) else "padded"
        return self.layout or "padded"

    def _is_tree_right(self, tasks: Sequence[Task]) -> bool:
        if not self._takes_positions:
            return False
        with scoring_mode(self.model):
            plain = self._score(tasks, "padded", self.batch_tokens, lambda count: None)
            try:
                tree = self._score(tasks, "tree", self.batch_tokens, lambda count: None)
            except torch.OutOfMemoryError:
                raise
            except CANNOT:
                # An architecture that cannot read an explicit mask or a plain cache says so in its own way.
                return False
        pairs = [
            (a.log_probs.mean(), b.log_probs.mean())
            for one, two in zip(plain, tree, strict=True)
            for a, b in zip(one, two, strict=True)
        ]
        is_exact = self.is_exact and not torch.is_autocast_enabled(self.device.kind)
        tolerance = LAYOUT_TOLERANCE[is_exact]
        return all(abs(a - b) <= tolerance * (1 + abs(a)) for a, b in pairs)

    # ---- batches -----------------------------------------------------------------------------------------------------

    def _score(
        self, tasks: Sequence[Task], layout: Layout, batch_tokens: int, on_tokens: Callable[[int], None]
    ) -> list[list[SegmentScore]]:
        shared = shared_prefix([task.prompt for task in tasks]) if layout == "tree" else 0
        shared = shared if shared >= SHORTEST_PREFIX else 0
        cache = self.prefix_cache(tasks[0].prompt[:shared]) if shared else None
        rows = [row for index, task in enumerate(tasks) for row in _rows(index, task, layout, shared)]
        out: list[list[Any]] = [[None] * len(task.segments) for task in tasks]
        # Longest first: memory that does not suffice shows at once, and no batch pads much.
        rows.sort(key=lambda row: -len(row.ids))
        for batch in self._batches(rows, batch_tokens):
            for row, scores in zip(batch, self._run(batch, tasks, layout, shared, cache), strict=True):
                for segment, score in zip(row.segments, scores, strict=True):
                    out[row.task][segment] = score
            on_tokens(sum(len(row.ids) for row in batch))
        return out

    def _batches(self, rows: Sequence[_Row], batch_tokens: int) -> Iterator[list[_Row]]:
        most_positions = max(64, LOGIT_NUMBERS[self.device.kind] // self._vocabulary())
        batch: list[_Row] = []
        positions = 0
        for row in rows:
            wanted = len(row.selected)
            width = len(batch[0].ids) if batch else 0
            if batch and ((len(batch) + 1) * width > batch_tokens or positions + wanted > most_positions):
                yield batch
                batch, positions = [], 0
            batch.append(row)
            positions += wanted
        if batch:
            yield batch

    def _vocabulary(self) -> int:
        return int(self.config.get_text_config(decoder=True).vocab_size)

    def _run(
        self, batch: Sequence[_Row], tasks: Sequence[Task], layout: Layout, shared: int, cache: Any
    ) -> list[list[SegmentScore]]:
        """Score one batch; the only place where a scoring pass waits for the device."""
        width = max(len(row.ids) for row in batch)
        ids = np.zeros((len(batch), width), dtype=np.int64)  # (B, T); what stands in the padding is never seen
        positions = np.zeros_like(ids)
        branch = np.full_like(ids, -1)
        for place, row in enumerate(batch):
            n = len(row.ids)
            ids[place, :n], positions[place, :n], branch[place, :n] = row.ids, row.positions, row.branch
        where = [(place, column) for place, row in enumerate(batch) for column in row.selected]
        mask = self._tree_mask(branch, shared) if layout == "tree" else self._tensor(branch >= 0).long()
        inputs: dict[str, Any] = {"input_ids": self._tensor(ids), "attention_mask": mask}
        if self._takes_positions:
            inputs["position_ids"] = self._tensor(positions)
        if cache is not None:
            inputs["past_key_values"] = expanded(cache, len(batch))
        logits = self.logits_at(inputs, [r for r, _ in where], [c for _, c in where])  # (N, V)
        return self._read(logits, batch, tasks)

    def _tree_mask(self, branch: NDArray[np.int64], shared: int) -> torch.Tensor:
        """Additive (B, 1, T, shared + T): a token sees the shared beginning, its prompt, and its own answer up to itself."""
        tags = self._tensor(branch)
        query, key = tags[:, :, None], tags[:, None, :]  # (B, T, 1), (B, 1, T)
        width = tags.shape[1]
        earlier = torch.ones(width, width, dtype=torch.bool, device=tags.device).tril()
        # Padding sees itself, so that no row of the softmax is empty.
        allowed = earlier & ((key == 0) | (key == query)) & ((key >= 0) | (query < 0))
        blocked = torch.zeros(*allowed.shape, dtype=self._dtype, device=tags.device)
        blocked.masked_fill_(~allowed, torch.finfo(self._dtype).min)
        return torch.nn.functional.pad(blocked, (shared, 0))[:, None]

    def _read(self, logits: torch.Tensor, batch: Sequence[_Row], tasks: Sequence[Task]) -> list[list[SegmentScore]]:
        """Take log-probabilities from (N, V) logits at the batch's selected positions."""
        logits = logits.float()
        norm = logits.logsumexp(dim=-1)  # (N,)
        plan = [
            (tasks[row.task].segments[segment], places)
            for row, start in zip(batch, _starts(batch), strict=True)
            for segment, places in _places(row, tasks[row.task], start)
        ]
        at = self._tensor(np.concatenate([places for _, places in plan]))
        wanted = self._tensor(np.concatenate([np.asarray(segment.targets) for segment, _ in plan]))
        found = (logits[at, wanted] - norm[at]).cpu().numpy().astype(np.float64)
        scores = iter(self._segment_scores(plan, found, logits, norm))
        return [[next(scores) for _ in row.segments] for row in batch]

    def _segment_scores(
        self, plan: Sequence[tuple[Any, NDArray[np.int64]]], found: NDArray[np.float64], logits: torch.Tensor, norm: Any
    ) -> Iterator[SegmentScore]:
        done = 0
        for segment, places in plan:
            log_probs = found[done : done + len(places)]
            done += len(places)
            top = watched = None
            if segment.record_top:
                top = self._top(logits, norm, self._tensor(places))
            if segment.top is not None:
                at = self._tensor(places)[:, None]
                ids = self._tensor(segment.top.ids.astype(np.int64))
                watched = (logits[at, ids] - norm[at]).cpu().numpy()
            yield SegmentScore(log_probs=log_probs, top=top, watched=watched)

    def _top(self, logits: torch.Tensor, norm: torch.Tensor, at: torch.Tensor) -> Top:
        values, ids = logits[at].topk(min(TOP_TOKENS, logits.shape[-1]), dim=-1)
        log_probs = (values - norm[at][:, None]).cpu().numpy()
        return Top(ids=ids.cpu().numpy().astype(np.int32), log_probs=log_probs)

    # ---- the model ---------------------------------------------------------------------------------------------------

    def logits_at(self, inputs: dict[str, Any], rows: Sequence[int], columns: Sequence[int]) -> torch.Tensor:
        """Run the model and return its logits at the given positions only, (N, V), in the model's own type.

        The output layer is given the selected hidden states alone, so whatever the architecture does to logits after it
        (soft caps, scales) is kept. Where the layer cannot be found or is not called, all logits are made, then picked.
        """
        row_ids, column_ids = self._tensor(np.asarray(rows)), self._tensor(np.asarray(columns))
        picked: list[bool] = []

        def pick(module: torch.nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
            if not args or args[0].ndim != 3:
                return None
            picked.append(True)
            return (args[0][row_ids, column_ids][None], *args[1:])

        hook = self._head.register_forward_pre_hook(pick) if self._head is not None else None
        try:
            logits: torch.Tensor = self.model(**inputs, use_cache="past_key_values" in inputs).logits
        finally:
            if hook is not None:
                hook.remove()
        return logits[0] if picked else logits[row_ids, column_ids]

    def prefix_cache(self, ids: Sequence[int]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Run tokens once and return each layer's keys and values, (1, heads, tokens, width); call in `scoring_mode`."""
        cache = DynamicCache()
        inputs = {"input_ids": self._tensor(np.asarray([ids])), "past_key_values": cache}
        self.logits_at(inputs, [0], [len(ids) - 1])
        layers: list[Any] = list(cache.layers)
        return [(layer.keys, layer.values) for layer in layers]

    def _tensor(self, values: Any) -> torch.Tensor:
        return torch.as_tensor(values, device=self.device.torch_device)


def _doubled(task: Task) -> Task:
    """A task with each segment twice, so that a check of the layout has two branches to keep apart."""
    return Task(prompt=task.prompt, segments=task.segments * 2)


@contextlib.contextmanager
def scoring_mode(model: Any) -> Iterator[None]:
    """Put a model in eval mode without gradients, and every module back as it was."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        # not inference_mode: tensors a model caches meanwhile could not be used by a later training step
        with torch.no_grad():
            yield
    finally:
        for module in training:
            module.training = True


def _rows(index: int, task: Task, layout: Layout, shared: int) -> Iterator[_Row]:
    """The rows of one task: one for all segments, or one each."""
    places = range(len(task.segments))
    for group in [tuple(places)] if layout == "tree" else [(place,) for place in places]:
        ids, positions = list(task.prompt[shared:]), list(range(shared, len(task.prompt)))
        branch = [0] * len(ids)
        n_prompt = len(ids)
        for tag, place in enumerate(group, start=1):
            read = task.segments[place].targets[:-1]
            ids += read
            positions += range(len(task.prompt), len(task.prompt) + len(read))
            branch += [tag] * len(read)
        if group:
            yield _Row(
                task=index, segments=group, ids=tuple(ids), positions=tuple(positions), branch=tuple(branch),
                n_prompt=n_prompt,
            )  # fmt: skip


def _starts(batch: Sequence[_Row]) -> list[int]:
    """Where each row's selected positions begin among the batch's."""
    ends = np.cumsum([len(row.selected) for row in batch])
    return [0, *map(int, ends[:-1])]


def _places(row: _Row, task: Task, start: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """For each segment of a row, which selected position predicts each of its targets."""
    after = start + 1
    for segment in row.segments:
        n = len(task.segments[segment].targets)
        yield segment, np.concatenate([[start], np.arange(after, after + n - 1)]).astype(np.int64)
        after += n - 1
