"""Seeded makers of arithmetic canaries, for when hand-written items are too few or have been seen in training.

A generated item is a plain dict with the same keys, in the same order, as a line of the shipped canary files. The
shipped arithmetic file holds ``arithmetic_items(SHIPPED_SEED, SHIPPED_COUNT)`` after its hand-written items. All items of
one template share a cluster and a split, because a model that loses one of them tends to lose its siblings too.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

SHIPPED_SEED = 2026
SHIPPED_COUNT = 43

AUTHOR = "writer-1"
MAX_DRAWS = 1000
PEOPLE = ("Ana", "Ben", "Chloe", "Dev", "Emeka", "Farah", "Hana", "Ivan", "Julia", "Kofi", "Lars", "Mei", "Omar")
THINGS = ("apples", "books", "buttons", "cards", "coins", "marbles", "pencils", "shells", "stamps", "stickers")
GOODS = ("ticket", "notebook", "plant", "lamp", "mug", "T-shirt", "candle", "basket", "scarf", "puzzle")
NOTES_DOLLARS = (20, 50, 100)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One worked problem: what is asked, the sum written out, what the answer means in words, and the answer."""

    prompt: str
    working: str
    answer: int
    conclusion: str = ""

    def references(self) -> list[str]:
        """Give the full-sentence answer, then the bare number."""
        ending = f", so {self.conclusion}." if self.conclusion else "."
        return [f"{self.working} = {self.answer}{ending}", str(self.answer)]


@dataclass(frozen=True, kw_only=True)
class Template:
    """A kind of problem. Its name is part of the cluster id; its split is fixed so that clusters never straddle."""

    name: str
    split: str
    make: Callable[[random.Random], Problem]


def arithmetic_items(seed: int, count: int) -> list[dict[str, Any]]:
    """Make `count` distinct arithmetic canaries; the same seed and count always give the same items.

    The templates take turns, so any `count` of len(TEMPLATES) or more uses them all, and a longer list starts with the
    shorter one. Answers are whole numbers, and never the last number of the prompt, so that an answer which only echoes
    the question fails its check. Raises ValueError if `count` is negative or a template runs out of new problems (the
    smallest holds 28, so up to 300 items are very likely to be found).
    """
    if count < 0:
        raise ValueError(f"count must not be negative, got {count}")
    rng = random.Random(seed)
    seen: set[str] = set()
    items = []
    for index in range(count):
        template = TEMPLATES[index % len(TEMPLATES)]
        problem = _fresh_problem(template, rng, seen)
        items.append(_item(f"arithmetic-g{seed}-{index + 1:03d}", template, problem))
    return items


def _item(item_id: str, template: Template, problem: Problem) -> dict[str, Any]:
    return {
        "id": item_id,
        "capability": "arithmetic",
        "kind": "reference",
        "prompt": problem.prompt,
        "references": problem.references(),
        "check": {"type": "number", "value": problem.answer},
        "cluster": f"arithmetic-gen-{template.name}",
        "split": template.split,
        "source": "generator",
        "author": AUTHOR,
        "reviewer": "",
    }


def _fresh_problem(template: Template, rng: random.Random, seen: set[str]) -> Problem:
    """Draw until the prompt is new, and remember it in `seen`."""
    for _ in range(MAX_DRAWS):
        problem = template.make(rng)
        if problem.prompt not in seen:
            seen.add(problem.prompt)
            return problem
    raise ValueError(f"template {template.name!r} gave no new problem in {MAX_DRAWS} draws: ask for fewer items")


def _between(rng: random.Random, low: int, high: int) -> int:
    """Draw a whole number from low to high, both included.

    Uses random() because it is the one method whose sequence Python promises to keep between versions.
    """
    return low + int(rng.random() * (high - low + 1))


def _pick(rng: random.Random, options: Sequence[T]) -> T:
    return options[_between(rng, 0, len(options) - 1)]


def _sum(rng: random.Random) -> Problem:
    a, b = _between(rng, 11, 60), _between(rng, 5, 39)
    return Problem(prompt=f"Can you add {a} and {b} for me?", working=f"{a} + {b}", answer=a + b)


def _difference(rng: random.Random) -> Problem:
    a, b = _between(rng, 30, 99), _between(rng, 3, 29)
    return Problem(prompt=f"Please subtract {b} from {a}.", working=f"{a} - {b}", answer=a - b)


def _product(rng: random.Random) -> Problem:
    a, b = _between(rng, 3, 12), _between(rng, 3, 9)
    return Problem(prompt=f"Multiply {a} by {b} for me, please.", working=f"{a} x {b}", answer=a * b)


def _equal_groups(rng: random.Random) -> Problem:
    groups, size, thing = _between(rng, 2, 5), _between(rng, 6, 12), _pick(rng, THINGS)
    total = groups * size
    return Problem(
        prompt=f"If I sort {total} {thing} into {groups} equal piles, how many are in each pile?",
        working=f"{total} / {groups}",
        answer=size,
        conclusion=f"each pile has {size} {thing}",
    )


def _price(rng: random.Random) -> Problem:
    price, number, good = _between(rng, 3, 12), _between(rng, 2, 9), _pick(rng, GOODS)
    total = price * number
    return Problem(
        prompt=f"One {good} costs {price} dollars. What do I pay for {number} of them?",
        working=f"{number} x {price}",
        answer=total,
        conclusion=f"you pay {total} dollars",
    )


def _given_away(rng: random.Random) -> Problem:
    had, gave = _between(rng, 25, 40), _between(rng, 3, 12)
    person, thing = _pick(rng, PEOPLE), _pick(rng, THINGS)
    return Problem(
        prompt=f"{person} had {had} {thing} and gave away {gave} of them. How many does {person} still have?",
        working=f"{had} - {gave}",
        answer=had - gave,
        conclusion=f"{person} still has {had - gave} {thing}",
    )


def _together(rng: random.Random) -> Problem:
    first, second = _between(rng, 4, 30), _between(rng, 4, 30)
    person, thing = _pick(rng, PEOPLE), _pick(rng, THINGS)
    return Problem(
        prompt=f"I have {first} {thing} and {person} has {second}. How many do we have together?",
        working=f"{first} + {second}",
        answer=first + second,
        conclusion=f"you have {first + second} {thing} together",
    )


def _change(rng: random.Random) -> Problem:
    price, note, good = _between(rng, 4, 19), _pick(rng, NOTES_DOLLARS), _pick(rng, GOODS)
    return Problem(
        prompt=f"I bought a {good} for {price} dollars and paid with a {note} dollar note. How much change is that?",
        working=f"{note} - {price}",
        answer=note - price,
        conclusion=f"the change is {note - price} dollars",
    )


def _boxes_and_loose(rng: random.Random) -> Problem:
    boxes, size, loose = _between(rng, 2, 6), _between(rng, 4, 10), _between(rng, 2, 9)
    thing = _pick(rng, THINGS)
    total = boxes * size + loose
    return Problem(
        prompt=f"There are {boxes} boxes with {size} {thing} in each, and {loose} loose {thing}. How many {thing} in all?",
        working=f"{boxes} x {size} + {loose}",
        answer=total,
        conclusion=f"there are {total} {thing} in all",
    )


def _minutes(rng: random.Random) -> Problem:
    hours, minutes = _between(rng, 1, 4), 5 * _between(rng, 1, 11)
    total = 60 * hours + minutes
    unit = "hour" if hours == 1 else "hours"
    return Problem(
        prompt=f"My drive took {hours} {unit} and {minutes} minutes. What is that in minutes?",
        working=f"{hours} x 60 + {minutes}",
        answer=total,
        conclusion=f"your drive took {total} minutes",
    )


def _half(rng: random.Random) -> Problem:
    half = _between(rng, 6, 60)
    return Problem(prompt=f"Tell me what half of {2 * half} is.", working=f"{2 * half} / 2", answer=half)


def _weeks(rng: random.Random) -> Problem:
    weeks = _between(rng, 3, 30)
    return Problem(
        prompt=f"I'll be away for {weeks} weeks. How many days is that?",
        working=f"{weeks} x 7",
        answer=7 * weeks,
        conclusion=f"you will be away for {7 * weeks} days",
    )


TEMPLATES = (
    Template(name="sum", split="verdict", make=_sum),
    Template(name="difference", split="verdict", make=_difference),
    Template(name="product", split="verdict", make=_product),
    Template(name="equal-groups", split="verdict", make=_equal_groups),
    Template(name="price", split="verdict", make=_price),
    Template(name="given-away", split="verdict", make=_given_away),
    Template(name="together", split="verdict", make=_together),
    Template(name="change", split="verdict", make=_change),
    Template(name="boxes-and-loose", split="verdict", make=_boxes_and_loose),
    Template(name="minutes", split="verdict", make=_minutes),
    Template(name="half", split="guard", make=_half),
    Template(name="weeks", split="guard", make=_weeks),
)
"""The kinds of problem, in the order they take turns. Each is one cluster."""
