"""Word n-grams: which canaries training text gives away, and which prompts are near-duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.canaries.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.canaries.items import Canary

#: Eight words in a row are unlikely to be shared by chance.
OVERLAP_WORDS = 8
#: A prompt shorter than eight words overlaps when all of it occurs; below four words it is too common to say.
SHORTEST_PROMPT = 4
_SHINGLE = 3

Gram = tuple[str, ...]


def grams(text: str, n: int = OVERLAP_WORDS) -> set[Gram]:
    """The n-grams of a text's words (casefolded, punctuation off, articles kept); empty if it is shorter than n."""
    found = words(text, articles=True)
    return {tuple(found[i : i + n]) for i in range(len(found) - n + 1)}


def item_grams(item: Canary) -> set[Gram]:
    """What of an item must not occur in training text: its 8-grams, or the whole of a prompt of 4 to 7 words."""
    length = len(words(item.prompt, articles=True))
    own = set() if length < SHORTEST_PROMPT else grams(item.prompt, min(length, OVERLAP_WORDS))
    return own.union(*(grams(text) for text in (*item.references, *item.choices)))


def overlap(items: Sequence[Canary], texts: Iterable[str]) -> list[str]:
    """The ids of items that share eight words in a row with any text, in the items' order.

    Give prompts and answers as separate texts or joined; `texts` is read once. Does not see paraphrases.
    """
    by_gram = _by_gram(items)
    sizes = sorted({len(gram) for gram in by_gram})
    hit: set[str] = set()
    for text in texts:
        for size in sizes:
            for gram in grams(text, size) & by_gram.keys():
                hit.update(by_gram[gram])
    return [item.id for item in items if item.id in hit]


def texts_giving_away(items: Sequence[Canary], texts: Iterable[str]) -> list[int]:
    """The places of the texts that share eight words in a row (or a whole short prompt) with any item."""
    by_gram = _by_gram(items)
    sizes = sorted({len(gram) for gram in by_gram})
    return [place for place, text in enumerate(texts) if any(grams(text, size) & by_gram.keys() for size in sizes)]


def _by_gram(items: Sequence[Canary]) -> dict[Gram, list[str]]:
    found: dict[Gram, list[str]] = {}
    for item in items:
        for gram in item_grams(item):
            found.setdefault(gram, []).append(item.id)
    return found


def near_duplicates(texts: Sequence[str], threshold: float = 0.5) -> list[int]:
    """A group number for each text: texts that share at least `threshold` of their word 3-grams (Jaccard) are one group.

    A group is numbered by its first text. Compares all pairs that share a 3-gram; meant for a few thousand texts.
    """
    shingles = [grams(text, _SHINGLE) or {tuple(words(text, articles=True))} for text in texts]
    group = list(range(len(texts)))
    seen: dict[Gram, list[int]] = {}
    for i, own in enumerate(shingles):
        for j in sorted({j for gram in own for j in seen.get(gram, ())}):
            if len(own & shingles[j]) >= threshold * len(own | shingles[j]):
                _join(group, i, j)
        for gram in own:
            seen.setdefault(gram, []).append(i)
    return [_root(group, i) for i in range(len(texts))]


def _root(group: list[int], i: int) -> int:
    while group[i] != i:
        i = group[i]
    return i


def _join(group: list[int], i: int, j: int) -> None:
    low, high = sorted((_root(group, i), _root(group, j)))
    group[high] = low
