"""From a file to what training reads: rows mapped, tokenised, split by seed and frozen, with everything left out listed."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.data.mapping import Conversation, Conversations, to_conversations
from engine.data.read import read_rows
from engine.data.render import Example, Tokenised, check_usable, tokenise
from engine.data.rows import Problem
from engine.durable import hash_file
from engine.errors import UserError
from engine.records import Mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from transformers import PreTrainedTokenizerFast

#: How many tokens make the prefix whose share shows that all targets begin alike (science §4, format capture).
PREFIX_TOKENS = 3


class Prepared(Struct, frozen=True, kw_only=True, eq=False):
    """Training and held-out examples with what was left out and why; `fingerprint` is the SHA-256 of the file."""

    train: list[Example]
    heldout: list[Example]
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

    @property
    def cut_rows(self) -> int:
        """How many rows lost their end to `max_length`."""
        return sum(example.is_cut for example in (*self.train, *self.heldout))

    @property
    def trained_tokens(self) -> int:
        """Tokens that carry loss in one pass over the training rows."""
        return sum(example.trained_tokens for example in self.train)

    def sentences(self) -> list[str]:
        """Say what a user must know before training: counts, cuts, rows left out, where the template came from."""
        said = [
            f"{len(self.train)} training and {len(self.heldout)} held-out rows, {self.trained_tokens:,} trained tokens."
        ]
        if self.cut_rows:
            said.append(f"{self.cut_rows} row(s) were longer than {self.max_length} tokens and were cut at the end.")
        left_out = len(self.problems) + len(self.heldout_problems)
        if left_out:
            said.append(f"{left_out} row(s) could not be used and were left out; each is listed.")
        if self.template_source == "fallback" and any(example.prompt_text for example in self.train):
            said.append("The model has no chat template: a plain one with headings is used.")
        if self.shared_prompts:
            said.append(f"{self.shared_prompts} held-out row(s) have a prompt that is also in the training rows.")
        return said


def prepare(  # noqa: PLR0913  (one per data setting of a recipe, plus the progress)
    path: Path,
    mapping: Mapping | None,
    tokenizer: PreTrainedTokenizerFast,
    *,
    max_length: int,
    heldout_fraction: float = 0.0,
    heldout_path: Path | None = None,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Prepared:
    """Read, map, tokenise and split a file. Held-out rows come from `heldout_path` or else from a share of the rows.

    Raises `UserError` for a file that cannot be used, rows that would train no token, or a split that leaves one side
    empty. The split depends on the seed and each row's cluster (or prompt) only, not on the order of the rows.
    """
    fingerprint, conversations = _load(path, mapping)
    tokenised = _tokens(path, conversations, tokenizer, max_length, progress)
    keys = {item.line: group_key(item) for item in conversations.items}
    heldout_fingerprint, heldout_problems, shared = "", [], 0
    if heldout_path is not None:
        heldout_fingerprint, others = _load(heldout_path, conversations.mapping)
        other_tokens = _tokens(heldout_path, others, tokenizer, max_length, None)
        train, heldout = tokenised.examples, other_tokens.examples
        heldout_problems = others.problems + other_tokens.problems
        known = {prompt_key(item) for item in conversations.items}
        shared = sum(prompt_key(item) in known for item in others.items)
    else:
        train, heldout = split(tokenised.examples, keys, fraction=heldout_fraction, seed=seed)
    share, prefix = commonest_prefix(train)
    return Prepared(
        train=train, heldout=heldout, problems=conversations.problems + tokenised.problems,
        heldout_problems=heldout_problems, mapping=conversations.mapping, fingerprint=fingerprint,
        heldout_fingerprint=heldout_fingerprint, template_sha256=tokenised.template.sha256,
        template_source=tokenised.template.source, max_length=max_length, seed=seed,
        rows=len(conversations.items) + len(conversations.problems), prefix_share=share,
        prefix_text=str(tokenizer.decode(list(prefix))), shared_prompts=shared,
    )  # fmt: skip


def _load(path: Path, mapping: Mapping | None) -> tuple[str, Conversations]:
    """Read and map; the fingerprint is taken before and the file looked at again after, so that both are of one file."""
    before = _identity(path)
    fingerprint = hash_file(path) if before else ""
    read = read_rows(path)
    check_usable(read.problems, len(read.rows), path.name)
    mapped = to_conversations(read.rows, mapping)
    problems = sorted(read.problems + mapped.problems, key=lambda problem: problem.line)
    if _identity(path) != before:
        raise UserError(f"{path.name} changed while it was read.", field="data.path", remedy="Try again.")
    return fingerprint, Conversations(items=mapped.items, problems=problems, mapping=mapped.mapping)


def _identity(path: Path) -> tuple[int, int, int] | None:
    if not path.is_file():
        return None
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _tokens(
    path: Path,
    conversations: Conversations,
    tokenizer: PreTrainedTokenizerFast,
    max_length: int,
    progress: Callable[[int], None] | None,
) -> Tokenised:
    check_usable(conversations.problems, len(conversations.items), path.name)
    tokenised = tokenise(conversations.items, tokenizer, max_length=max_length, progress=progress)
    check_usable(tokenised.problems, len(tokenised.examples), path.name)
    tokenised.require_trainable(path.name)
    return tokenised


# ---- the split -------------------------------------------------------------------------------------------------------


def prompt_key(conversation: Conversation) -> str:
    """What the user's side of a row says, without regard to case and spacing."""
    said = [message.content for message in conversation.messages if message.role in ("user", "text")]
    return " ".join("\n".join(said[:1]).casefold().split())


def group_key(conversation: Conversation) -> str:
    """Rows with equal keys stay on one side of the split: those of one cluster, else those that ask the same."""
    if conversation.cluster:
        return f"cluster {conversation.cluster}"
    return f"prompt {hashlib.sha256(prompt_key(conversation).encode()).hexdigest()}"


def split(
    examples: Sequence[Example], keys: dict[int, str], *, fraction: float, seed: int
) -> tuple[list[Example], list[Example]]:
    """Put whole groups aside, in the order of a seeded hash, until the share is reached; `keys` is by line."""
    groups: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[keys[example.line]].append(example)
    if not 0 <= fraction < 1:
        raise UserError(f"The held-out share is {fraction}, not from 0 to below 1.", field="data.heldout_fraction")
    chosen = _choose(groups, fraction, seed, len(examples)) if fraction else set()
    train = [example for example in examples if keys[example.line] not in chosen]
    return train, [example for example in examples if keys[example.line] in chosen]


def _choose(groups: dict[str, list[Example]], fraction: float, seed: int, total: int) -> set[str]:
    if len(groups) < 2:
        raise UserError(
            "All rows belong together (one cluster, or one prompt), so none can be held out.",
            field="data.heldout_fraction", remedy="Set heldout_fraction to 0, or name a held-out file.",
        )  # fmt: skip
    order = sorted(groups, key=lambda key: hashlib.sha256(f"{seed} {key}".encode()).digest())
    target, taken = max(1, round(fraction * total)), 0
    chosen: set[str] = set()
    for key in order:
        if taken + len(groups[key]) <= target and len(chosen) < len(groups) - 1:
            chosen.add(key)
            taken += len(groups[key])
    return chosen or {min(order, key=lambda key: len(groups[key]))}


# ---- targets ---------------------------------------------------------------------------------------------------------


def target_prefix(example: Example, length: int = PREFIX_TOKENS) -> tuple[int, ...]:
    """The first tokens that carry loss."""
    return tuple(int(token) for token in example.ids[example.mask][:length])


def commonest_prefix(examples: Sequence[Example], length: int = PREFIX_TOKENS) -> tuple[float, tuple[int, ...]]:
    """The commonest first tokens of the targets and the share of rows that have them."""
    counts = Counter(target_prefix(example, length) for example in examples)
    if not counts:
        return 0.0, ()
    prefix, count = counts.most_common(1)[0]
    return count / len(examples), prefix
