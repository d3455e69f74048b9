"""Which items are scored, which are answered in full, and how long an answer may be. Pure, so the same every time. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.canaries.ngrams import overlap
from engine.canaries.suite import select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.canaries.items import Canary, Suite
    from engine.canaries.tokens import ItemTokens
    from engine.records import CanaryPlan

#: Fixed generations at every look, and their length in tokens (science §1).
SENTINELS, SENTINEL_TOKENS = 6, 32
#: Answers on the result page.
SHOWN = 8
#: Length of a written answer in tokens; more where an item's reference is longer, up to the second.
ANSWER_TOKENS, LONGEST_ANSWER_TOKENS = 48, 96


def choose(suite: Suite, plan: CanaryPlan, training_texts: Iterable[str]) -> tuple[Suite, tuple[str, ...]]:
    """The items to score, and the ids of those left out because the training text gives them away.

    Items left out are replaced by others of their capability where the suite has more than the plan asks for.
    """
    import msgspec

    wanted = select(suite, plan.capabilities)
    given_away = set(overlap(wanted.items, training_texts))
    rest = tuple(item for item in wanted.items if item.id not in given_away)
    kept = select(
        msgspec.structs.replace(wanted, items=rest), verdict_items=plan.verdict_items, guard_items=plan.guard_items
    )
    return kept, tuple(item.id for item in wanted.items if item.id in given_away)


def sentinels(suite: Suite) -> tuple[str, ...]:
    """Six guard items to be answered at every look, from as many capabilities as possible, open questions first."""
    return _in_turn(suite, "guard", SENTINELS, lambda item: item.kind == "choice")


def shown(suite: Suite) -> tuple[str, ...]:
    """Up to eight verdict items whose answers are shown, from as many capabilities as possible, checked ones first."""
    return _in_turn(suite, "verdict", SHOWN, lambda item: (item.check is None, item.kind == "choice"))


def frozen(suite: Suite, generate: str) -> frozenset[str]:
    """Items whose base answer is frozen and followed: all, or the shown, the sentinels and those whose primary is kl."""
    if generate == "all":
        return frozenset(item.id for item in suite.items)
    needed = {c.name for c in suite.capabilities if c.primary == "kl"}
    followed = {item.id for item in suite.items if item.capability in needed}
    return frozenset(followed.union(sentinels(suite), shown(suite) if generate == "shown" else ()))


def written_after(suite: Suite, generate: str) -> frozenset[str]:
    """Items answered in full by tuned weights."""
    if generate == "all":
        return frozenset(item.id for item in suite.items)
    return frozenset(shown(suite) if generate == "shown" else ())


def answer_limit(one: ItemTokens) -> int:
    """Tokens an answer may have: 48, or up to 96 where a check needs an answer as long as the reference."""
    longest = max(map(len, one.answers), default=0) if one.item.check is not None else 0
    return min(LONGEST_ANSWER_TOKENS, max(ANSWER_TOKENS, longest + longest // 2))


def _in_turn(suite: Suite, split: str, n: int, later: Callable[[Canary], object]) -> tuple[str, ...]:
    """The first n ids when capabilities take turns; within one, items with a small `later` come first."""
    queues: list[Sequence[Canary]] = [
        sorted((i for i in suite.of(c.name) if i.split == split), key=later)  # type: ignore[arg-type]
        for c in suite.capabilities
    ]
    turns = max(map(len, queues), default=0)
    return tuple(queue[turn].id for turn in range(turns) for queue in queues if turn < len(queue))[:n]
