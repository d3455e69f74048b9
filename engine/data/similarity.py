"""How alike rows are: duplicates, near-duplicates, and how much all answers resemble one another.

Near-duplicates: MinHash signatures of word 3-grams are banded to find candidates (Broder 1997; 64 hashes in 16 bands of 4),
and each candidate pair is confirmed by its exact Jaccard similarity, so that no reported pair is a chance collision. Pairs
just above the limit may be missed (at a similarity of .8 about 1 in 5 000).
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

NEAR_LIMIT = 0.8
_HASHES = 64
_BANDS = 16
_PRIME = np.uint64((1 << 31) - 1)
_BUCKET_PAIRS = 20
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Words without regard to case and punctuation."""
    return _WORD.findall(text.casefold())


def grams(tokens: Sequence[str], length: int) -> set[tuple[str, ...]]:
    """All runs of `length` words (of all words where there are fewer)."""
    if len(tokens) <= length:
        return {tuple(tokens)} if tokens else set()
    return {tuple(tokens[start : start + length]) for start in range(len(tokens) - length + 1)}


def jaccard(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """Share of what two sets hold in common; 0 where both are empty."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def duplicates(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs (first, later) of texts that say the same apart from case and spacing."""
    first: dict[str, int] = {}
    pairs = []
    for index, text in enumerate(texts):
        key = " ".join(text.casefold().split())
        if key in first:
            pairs.append((first[key], index))
        else:
            first[key] = index
    return pairs


def near_duplicates(texts: Sequence[str], *, limit: float = NEAR_LIMIT) -> list[tuple[int, int]]:
    """Pairs of texts whose word 3-grams overlap by `limit` or more, without the exact duplicates of `duplicates`."""
    exact = {later for _, later in duplicates(texts)}
    sets = {index: found for index, text in enumerate(texts) if index not in exact and (found := grams(words(text), 3))}
    pairs = {pair for pair in _candidates(sets) if jaccard(sets[pair[0]], sets[pair[1]]) >= limit}
    return sorted(pairs)


def _candidates(sets: dict[int, set[tuple[str, ...]]]) -> Iterable[tuple[int, int]]:
    buckets: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)
    for index, found in sets.items():
        signature = _signature(found)
        for band, part in enumerate(np.split(signature, _BANDS)):
            buckets[band, part.tobytes()].append(index)
    for members in buckets.values():
        # In a crowded bucket each row is compared with its next neighbours only, which keeps the work linear.
        for place, index in enumerate(members):
            for other in members[place + 1 : place + 1 + _BUCKET_PAIRS]:
                yield index, other


def _signature(found: set[tuple[str, ...]]) -> NDArray[np.uint64]:
    codes = np.asarray([zlib.crc32(" ".join(gram).encode()) % int(_PRIME) for gram in found], dtype=np.uint64)  # (G,)
    mixed: NDArray[np.uint64] = (codes[None, :] * _FACTORS[:, None] + _SHIFTS[:, None]) % _PRIME  # (64, G)
    lowest: NDArray[np.uint64] = mixed.min(axis=1)
    return lowest


def _constants(name: str) -> NDArray[np.uint64]:
    """Fixed coefficients below 2³¹ (products stay below 2⁶²), the same on every machine."""
    return np.asarray([zlib.crc32(f"{name} {index}".encode()) % (2**31 - 2) + 1 for index in range(_HASHES)], np.uint64)


_FACTORS, _SHIFTS = _constants("factor"), _constants("shift")


def mean_overlap(texts: Sequence[str]) -> float:
    """Mean pairwise Jaccard of word 4-grams; pass a sample of about 200, the work grows with its square."""
    sets = [found for text in texts if (found := grams(words(text), 4))]
    values = [jaccard(one, other) for one, other in combinations(sets, 2)]
    return sum(values) / len(values) if values else 0.0


def distinct_2(texts: Iterable[str]) -> float:
    """Different word pairs as a share of all word pairs (Li et al. 2016); 1 where there is none."""
    total, seen = 0, set()
    for text in texts:
        tokens = words(text)
        pairs = list(pairwise(tokens))
        total += len(pairs)
        seen.update(pairs)
    return len(seen) / total if total else 1.0


def overlaps(texts: Sequence[str], others: Sequence[str], *, length: int = 8) -> list[tuple[int, int]]:
    """Pairs (text, other) that share a run of `length` words; an other of 4 to 7 words must appear whole."""
    wanted: defaultdict[int, dict[tuple[str, ...], int]] = defaultdict(dict)
    for index, other in enumerate(others):
        tokens = words(other)
        if len(tokens) >= 4:
            for gram in grams(tokens, length):
                wanted[len(gram)].setdefault(gram, index)
    found = []
    for index, text in enumerate(texts):
        tokens = words(text)
        hits = {
            table[gram]
            for size, table in wanted.items()
            if len(tokens) >= size
            for gram in grams(tokens, size) & table.keys()
        }
        found += [(index, hit) for hit in sorted(hits)]
    return found
