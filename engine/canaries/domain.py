"""Draft a "your domain" suite from rows or text files that the user approved: what the model must still know of it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.canaries.items import Canary, Capability, Suite
from engine.canaries.ngrams import grams, near_duplicates
from engine.canaries.suite import capabilities_of
from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from engine.canaries.items import Split

#: A draft holds at most so many items; more cost scoring time and add little.
MAX_ITEMS = 200
#: Longest prompt and answer taken from a row; longer ones are left out and named.
MAX_CHARS = 4_000
#: Share of the items that go to the guard set.
GUARD_SHARE = 0.2
#: Words of a text file in one item: so many shown, and as many again to be continued.
_PASSAGE_WORDS = 40


class LeftOut(Struct, frozen=True, kw_only=True):
    """A row that did not become an item (rows count from 1), and why."""

    row: int
    reason: str


class Draft(Struct, frozen=True, kw_only=True):
    """A drafted suite and every row that was left out of it."""

    suite: Suite
    left_out: tuple[LeftOut, ...]


def draft_domain_suite(
    rows: Sequence[tuple[str, str]], *, name: str, seed: int, exclude_texts: Iterable[str], approved: bool = False
) -> Draft:
    """Make canaries of (prompt, answer) rows: one capability "domain", scored by the answer's likelihood.

    `exclude_texts` are the training (and replay) rows; a row that shares eight words in a row with them is left out.
    Near-duplicates share a cluster; `seed` decides which rows are taken beyond `MAX_ITEMS` and which clusters guard.
    Raises `UserError` unless `approved` (the rows are the user's, and what is measured is their choice) and when no
    usable row remains.
    """
    if not approved:
        raise UserError(
            "Your rows become canaries only when you approve them.",
            field="approved",
            remedy="Look through them, then confirm.",
        )
    reasons = _reasons(rows, exclude_texts)
    usable = [i for i, reason in enumerate(reasons) if not reason]
    chance = random.Random(seed)
    taken = sorted(chance.sample(usable, min(MAX_ITEMS, len(usable))))
    for i in set(usable).difference(taken):
        reasons[i] = f"beyond the {MAX_ITEMS} items of a draft"
    if not taken:
        raise UserError("None of the rows can become a canary.", field="rows", remedy=_commonest(reasons))
    left_out = tuple(LeftOut(row=i + 1, reason=reason) for i, reason in enumerate(reasons) if reason)
    items = _items([rows[i] for i in taken], chance)
    return Draft(suite=_suite(name, seed, items), left_out=left_out)


def _reasons(rows: Sequence[tuple[str, str]], exclude_texts: Iterable[str]) -> list[str]:
    """Why each row cannot be used; an empty text where it can."""
    own = [grams(prompt) | grams(answer) for prompt, answer in rows]
    wanted = set().union(*own)
    trained: set[tuple[str, ...]] = set()
    for text in exclude_texts:
        trained |= grams(text) & wanted
    seen: set[tuple[str, str]] = set()
    reasons = []
    for row, row_grams in zip(rows, own, strict=True):
        reasons.append(_reason(row, bool(row_grams & trained), row in seen))
        seen.add(row)
    return reasons


def _reason(row: tuple[str, str], is_trained: bool, is_repeated: bool) -> str:
    if not row[0].strip() or not row[1].strip():
        return "prompt or answer is blank"
    if max(map(len, row)) > MAX_CHARS:
        return f"longer than {MAX_CHARS} characters"
    if is_trained:
        return "shares eight words in a row with the training rows"
    return "the same as an earlier row" if is_repeated else ""


def _commonest(reasons: Sequence[str]) -> str:
    if not reasons:
        return "Give at least one row."
    return f"Most often: {max(sorted(set(reasons)), key=reasons.count)}."


def _items(rows: Sequence[tuple[str, str]], chance: random.Random) -> tuple[Canary, ...]:
    groups = near_duplicates([prompt for prompt, _ in rows])
    guards = _guard_groups(groups, chance)
    return tuple(
        Canary(
            id=f"domain-{i + 1:03d}",
            capability="domain",
            kind="reference",
            prompt=prompt,
            references=(answer,),
            cluster=f"domain-{groups[i] + 1:03d}",
            split=_split(groups[i], guards),
            source="domain",
            author="drafted",
        )
        for i, (prompt, answer) in enumerate(rows)
    )


def _split(group: int, guards: set[int]) -> Split:
    return "guard" if group in guards else "verdict"


def _guard_groups(groups: Sequence[int], chance: random.Random) -> set[int]:
    """Whole clusters, in a seeded order, until the guard set has its share; one that would overshoot is skipped."""
    order = sorted(set(groups))
    chance.shuffle(order)
    room = round(GUARD_SHARE * len(groups))
    guards: set[int] = set()
    for group in order:
        if (size := groups.count(group)) <= room:
            guards.add(group)
            room -= size
    return guards


def _suite(name: str, seed: int, items: tuple[Canary, ...]) -> Suite:
    (found,) = capabilities_of(items)
    capability = Capability(name=found.name, title="Your domain", primary=found.primary, description=name)
    return Suite(name=name, version=f"seed-{seed}", capabilities=(capability,), items=items)


def rows_from_text(path: Path) -> list[tuple[str, str]]:
    """(prompt, answer) rows from a text file: each asks to go on with a passage, the answer is what follows in the file.

    Passages do not overlap; a rest shorter than a passage is not used. Raises `UserError` if the file cannot be read
    or is too short.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text.", field="rows", remedy="Save it as UTF-8.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.", field="rows") from error
    found = text.split()
    step = 2 * _PASSAGE_WORDS
    starts = range(0, len(found) - step + 1, step)
    rows = [(_passage(found[i : i + _PASSAGE_WORDS]), " ".join(found[i + _PASSAGE_WORDS : i + step])) for i in starts]
    if not rows:
        raise UserError(f"{path} has fewer than {step} words.", field="rows", remedy="Give a longer text.")
    return rows


def _passage(words: Sequence[str]) -> str:
    return f"Continue this text:\n\n{' '.join(words)}"
