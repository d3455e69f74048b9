"""The dataset doctor: what is odd about a data file, each finding with a count, three examples and, where there is one, a fix.

It warns and never blocks. What it does not do: judge whether answers are true, or prove that no secret is left; the
patterns of secrets are the well-known ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from engine.data import similarity
from engine.data.dataset import commonest_prefix
from engine.data.mapping import to_conversations
from engine.data.read import read_rows
from engine.data.render import tokenise
from engine.data.rows import Problem, excerpt
from engine.records import Mapping
from engine.wording import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from transformers import PreTrainedTokenizerFast

    from engine.data.mapping import Conversation
    from engine.data.render import Example, Tokenised

#: Above this share of rows whose targets begin with the same three tokens the format may be captured (science §4).
PREFIX_ALARM = 0.8
#: Above this mean pairwise overlap of word 4-grams the answers are called alike.
OVERLAP_ALARM = 0.2
#: Near-duplicates are looked for among at most so many rows.
NEAR_ROWS = 50_000
_SAMPLE = 200
#: Rows shown as the model sees them, and the steps of the histogram of lengths.
PREVIEW_ROWS = 40
BINS = 24

_SECRETS = {
    "e-mail address": re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"),
    "private key": re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"),
    "access key": re.compile(
        r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,}|sk-[A-Za-z0-9_-]{20,}"
        r"|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{35}|glpat-[\w-]{20})"
    ),
    "signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
}


class Sighting(Struct, frozen=True, kw_only=True):
    """One example of a finding: the line and a short piece of what is there."""

    line: int
    text: str


class Finding(Struct, frozen=True, kw_only=True):
    """One thing to know about the data; `fix` names what would mend it, or is None."""

    kind: str
    count: int
    sentence: str
    examples: tuple[Sighting, ...] = ()
    fix: str | None = None
    is_warning: bool = True


class PreviewRow(Struct, frozen=True, kw_only=True):
    """One row as the model sees it: its text in pieces, each with whether it carries loss, special tokens included."""

    line: int
    pieces: tuple[tuple[str, bool], ...]
    tokens: int
    trained_tokens: int
    full_length: int


class Bin(Struct, frozen=True, kw_only=True):
    """How many rows are from `low` up to (not including) `high` tokens long, before any cut."""

    low: int
    high: int
    rows: int


class Examination(Struct, frozen=True, kw_only=True):
    """All findings and the plain numbers; lengths are in tokens, before cutting is told in `cut`."""

    rows: int
    tokens: int
    trained_tokens: int
    length_p50: int
    length_p95: int
    length_max: int
    prefix_share: float
    mean_overlap: float
    distinct_2: float
    mapping: Mapping
    problems: list[Problem]
    findings: list[Finding]
    preview: list[PreviewRow] = []
    histogram: list[Bin] = []


def examine(
    path: Path,
    mapping: Mapping | None,
    tokenizer: PreTrainedTokenizerFast,
    *,
    max_length: int,
    canary_texts: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
) -> Examination:
    """Read a file as training would and report what is odd about it; `canary_texts` are looked for in the rows."""
    read = read_rows(path)
    mapped = to_conversations(read.rows, mapping)
    tokenised = tokenise(mapped.items, tokenizer, max_length=max_length, progress=progress)
    problems = sorted([*read.problems, *mapped.problems, *tokenised.problems], key=lambda problem: problem.line)
    lengths = np.asarray([example.full_length for example in tokenised.examples] or [0])
    p50, p95, longest = (int(value) for value in np.percentile(lengths, [50, 95, 100], method="higher"))
    sample = _sample([conversation_answer(item) for item in mapped.items])
    share, _ = commonest_prefix(tokenised.examples)
    overlap, distinct = similarity.mean_overlap(sample), similarity.distinct_2(sample)
    return Examination(
        rows=len(read.rows) + len(read.problems), tokens=sum(len(example.ids) for example in tokenised.examples),
        trained_tokens=sum(example.trained_tokens for example in tokenised.examples),
        length_p50=p50, length_p95=p95, length_max=longest, prefix_share=share, mean_overlap=overlap, distinct_2=distinct,
        mapping=mapped.mapping, problems=problems,
        findings=[
            *find_unusable(problems), *find_in_tokens(tokenised, tokenizer),
            *find_homogeneity(tokenised.examples, overlap, distinct, tokenizer),
            *find_in_texts(mapped.items, tokenizer, canary_texts),
        ],
        preview=[preview_row(example, tokenizer) for example in tokenised.examples[:PREVIEW_ROWS]],
        histogram=histogram(lengths.tolist()),
    )  # fmt: skip


def preview_row(example: Example, tokenizer: PreTrainedTokenizerFast) -> PreviewRow:
    """Write a row's tokens as text, cut where the loss mask changes."""
    edges = [0, *(np.flatnonzero(np.diff(example.mask)) + 1).tolist(), len(example.ids)]
    pieces = tuple(
        (str(tokenizer.decode(example.ids[start:end].tolist(), clean_up_tokenization_spaces=False)),
         bool(example.mask[start]))
        for start, end in pairwise(edges)
        if end > start
    )  # fmt: skip
    return PreviewRow(
        line=example.line, pieces=pieces, tokens=len(example.ids), trained_tokens=example.trained_tokens,
        full_length=example.full_length,
    )  # fmt: skip


def histogram(lengths: Sequence[int], bins: int = BINS) -> list[Bin]:
    """Count lengths in at most `bins` equal steps of whole tokens, from 0 to the longest."""
    if not lengths:
        return []
    width = max(1, -(-(max(lengths) + 1) // bins))
    counts = Counter(length // width for length in lengths)
    return [Bin(low=i * width, high=(i + 1) * width, rows=counts[i]) for i in range(max(counts) + 1)]


def _finding(
    kind: str, sentence: str, where: Iterable[tuple[int, str]], *, fix: str | None = None, is_warning: bool = True
) -> list[Finding]:
    """One finding with its first three examples by line, or none; `{count}` in the sentence is filled in."""
    places = sorted(where)
    if not places:
        return []
    shown = tuple(Sighting(line=line, text=excerpt(text)) for line, text in places[:3])
    sentence = sentence.format(count=len(places))
    return [Finding(kind=kind, count=len(places), sentence=sentence, examples=shown, fix=fix, is_warning=is_warning)]


def find_unusable(problems: Sequence[Problem]) -> list[Finding]:
    """Rows without text, and rows that cannot be used for any other reason."""
    empty = [(problem.line, problem.field) for problem in problems if problem.kind == "empty"]
    other = [
        (problem.line, f"{problem.field} {problem.found}".strip()) for problem in problems if problem.kind != "empty"
    ]
    return [
        *_finding("empty", "{count} row(s) have an empty field and are left out.", empty, fix="Fill or remove them."),
        *_finding("unusable", "{count} row(s) cannot be used and are left out.", other, fix="Correct or remove them."),
    ]


def find_in_tokens(tokenised: Tokenised, tokenizer: PreTrainedTokenizerFast) -> list[Finding]:
    """What only the tokens show: rows cut, without a trained token, without an end, or with two beginnings."""
    examples, length = tokenised.examples, tokenised.max_length
    cut = [(one.line, f"{one.full_length} tokens") for one in examples if one.is_cut]
    untrained = [(line, "no token carries loss") for line in tokenised.untrainable]
    unclosed = [(one.line, one.answer_text[-40:]) for one in examples if not one.is_closed]
    bos = tokenizer.bos_token_id
    doubled = [
        (one.line, str(tokenizer.decode(one.ids[:3].tolist())))
        for one in examples
        if bos is not None and one.ids[:2].tolist() == [bos, bos]
    ]
    fallback = [
        (one.line, one.prompt_text) for one in examples if one.prompt_text and tokenised.template.source == "fallback"
    ]
    return [
        *_finding("cut", f"{{count}} row(s) are longer than {length} tokens and lose their end.", cut,
                  fix=f"Set max_length to {max((one.full_length for one in examples), default=length)}."),
        *_finding("no_trained_token", "{count} row(s) would train no token; training refuses them.", untrained,
                  fix="Raise max_length or remove them."),
        *_finding("missing_eos", "{count} row(s) have no end-of-turn token, so the model does not learn to stop.",
                  unclosed, fix="Use a chat template that closes each answer."),
        *_finding("doubled_bos", "{count} row(s) begin with the beginning-of-text token twice.", doubled,
                  fix="Remove it from the rows: the chat template writes it."),
        *_finding("fallback_template", "The model has no chat template; {count} row(s) use a plain one with headings.",
                  fallback, is_warning=False),
    ]  # fmt: skip


def find_homogeneity(
    examples: Sequence[Example], overlap: float, distinct: float, tokenizer: PreTrainedTokenizerFast
) -> list[Finding]:
    """Whether all answers look alike, which is what makes a model answer everything in that form."""
    share, prefix = commonest_prefix(examples)
    found: list[Finding] = []
    if len(examples) >= 10 and share > PREFIX_ALARM:
        shown = excerpt(str(tokenizer.decode(list(prefix))))
        said = f"{percent(share)} of the answers begin with “{shown}”: the model may take on this form everywhere."
        where = [(example.line, example.answer_text) for example in examples]
        found += _finding("same_beginning", said.replace("{", "{{").replace("}", "}}"), where,
                          fix="Add at least 10 % of general rows (replay).")  # fmt: skip
    if len(examples) >= 10 and overlap > OVERLAP_ALARM:
        said = f"Answers resemble one another: mean overlap {overlap:.2f}, distinct word pairs {distinct:.2f}."
        where = [(example.line, example.answer_text) for example in examples]
        found += _finding("alike", said, where, fix="Add more varied rows.")
    return found


def find_in_texts(
    items: Sequence[Conversation], tokenizer: PreTrainedTokenizerFast, canary_texts: Sequence[str]
) -> list[Finding]:
    """What the texts show: duplicates, canaries, secrets, the model's own control tokens, and several scripts."""
    texts, lines = [whole_text(item) for item in items], [item.line for item in items]
    exact = [(lines[later], f"same as line {lines[first]}") for first, later in similarity.duplicates(texts)]
    near_pairs = similarity.near_duplicates(texts[:NEAR_ROWS])
    near = {lines[later]: f"much like line {lines[first]}" for first, later in reversed(near_pairs)}
    canaries = [(lines[text], canary_texts[other]) for text, other in similarity.overlaps(texts, canary_texts)]
    return [
        *_finding("duplicate", "{count} row(s) repeat an earlier one.", exact, fix="Remove the repeats."),
        *_finding("near_duplicate", "{count} row(s) are nearly the same as an earlier one.", near.items(),
                  fix="Keep one of each, or give them one cluster."),
        *_conflicts(items),
        *_finding("canary_overlap", "{count} time(s) a row contains a canary; that canary would measure memory.",
                  canaries, fix="Remove those rows, or leave those canaries out."),
        *_secrets(texts, lines),
        *_control_tokens(items, tokenizer),
        *_scripts(texts, lines),
    ]  # fmt: skip


def _conflicts(items: Sequence[Conversation]) -> list[Finding]:
    """The same question with different answers."""
    first: dict[str, Conversation] = {}
    where = []
    for item in items:
        if item.is_raw:
            continue
        earlier = first.setdefault(_question(item), item)
        if conversation_answer(earlier) != conversation_answer(item):
            where.append((item.line, f"other answer than line {earlier.line}: {conversation_answer(item)}"))
    said = "{count} row(s) ask what an earlier row asks and answer differently."
    return _finding("conflict", said, where, fix="Keep the right answer.")


def _secrets(texts: Sequence[str], lines: Sequence[int]) -> list[Finding]:
    found: list[Finding] = []
    for name, pattern in _SECRETS.items():
        where = [
            (line, f"{hit.group()[:4]}… ({len(hit.group())} characters)")
            for text, line in zip(texts, lines, strict=True)
            if (hit := pattern.search(text))
        ]
        kind = "e_mail" if name == "e-mail address" else "secret"
        found += _finding(
            kind, f"{{count}} row(s) contain what looks like: {name}.", where, fix="Replace it by a made-up one."
        )
    return found


def _control_tokens(items: Sequence[Conversation], tokenizer: PreTrainedTokenizerFast) -> list[Finding]:
    tokens = [token for token in tokenizer.all_special_tokens if len(token) > 1]
    where = [
        (item.line, token)
        for item in items
        for token in tokens
        if any(token in message.content for message in item.messages)
    ]
    said = "{count} time(s) a text contains one of the model's control tokens, which would act as one."
    return _finding("control_token", said, where, fix="Remove it from the text.")


def script_of(text: str) -> str:
    """The writing system most letters of a text belong to (LATIN, CYRILLIC, CJK, …), or an empty string."""
    names = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in text[:400] if letter.isalpha())
    return names.most_common(1)[0][0] if names else ""


def _scripts(texts: Sequence[str], lines: Sequence[int]) -> list[Finding]:
    scripts = [script_of(text) for text in texts]
    common = Counter(filter(None, scripts)).most_common(1)
    if not common:
        return []
    where = [
        (line, text)
        for line, text, script in zip(lines, texts, scripts, strict=True)
        if script and script != common[0][0]
    ]
    said = f"{{count}} row(s) are written in another script than most ({common[0][0].capitalize()})."
    return _finding("script", said, where, is_warning=False)


def whole_text(item: Conversation) -> str:
    """All that a row says."""
    return "\n".join(message.content for message in item.messages)


def conversation_answer(item: Conversation) -> str:
    """The last answer of a row, or its raw text."""
    return next((one.content for one in reversed(item.messages) if one.role in ("assistant", "text")), "")


def _question(item: Conversation) -> str:
    said = [f"{message.role}: {message.content}" for message in item.messages[:-1]]
    return " ".join("\n".join(said).casefold().split())


def _sample(texts: Sequence[str]) -> list[str]:
    """Up to 200 texts, evenly spread over the file."""
    step = max(1, len(texts) // _SAMPLE)
    return list(texts[::step][:_SAMPLE])
