#!/usr/bin/env python3
"""Writes the bundled sample dataset "support-desk" from the hand-written text in `packaging/support_desk/`.

Run it as `python packaging/build_support_desk.py [OUTPUT_FOLDER]`. The same text gives the same bytes on every machine
and Python version: each draw is a SHA-256 of the seed and of what is drawn, not a library's random generator.
It does not judge whether a label is right: the labels stand beside the sentences they were written with.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

SEED = "support-desk-1"
SOURCE_FOLDER = Path(__file__).resolve().parent / "support_desk"
OUTPUT_FOLDER = Path(__file__).resolve().parent.parent / "resources" / "datasets" / "support-desk"

ACTIONS = {
    "delivery": "trace",
    "fault": "repair",
    "billing": "refund",
    "return": "label",
    "account": "reset",
    "advice": "guide",
}
URGENT_ACTION = "escalate"
GOODS = ("machine", "grinder", "accessory", "coffee")
PRODUCTS = (*GOODS, "none")
PRIORITIES = ("high", "normal", "low")
PRIORITY_DRAW = ("normal",) * 11 + ("high",) * 5 + ("low",) * 4
TONES = ("plain", "plain", "polite", "angry", "rambling", "nonnative", "curt", "curt")

ROWS_PER_SITUATION = 4
MIN_WORDS = 12
MAX_WORDS = 45
TARGET_WORDS = 34
MAX_OVERLAP = 0.5
MAX_TRIES = 400


@dataclass(frozen=True)
class Situation:
    """One thing that happens to customers, with the sentences that tell it."""

    cluster: str
    products: tuple[str, ...]
    is_dangerous: bool
    wordings: tuple[str, ...]

    @property
    def category(self) -> str:
        """The category, which is the first word of the cluster."""
        return self.cluster.partition("-")[0]


@dataclass(frozen=True)
class Row:
    """One message with its triage."""

    cluster: str
    product: str
    priority: str
    message: str

    def answer(self) -> str:
        """The triage as terse JSON: fixed keys in a fixed order, no spaces."""
        category = self.cluster.partition("-")[0]
        action = URGENT_ACTION if self.priority == "high" else ACTIONS[category]
        triage = {"category": category, "priority": self.priority, "product": self.product, "action": action}
        return json.dumps(triage, separators=(",", ":"))

    def line(self) -> str:
        """The row in OpenAI messages form, as one line of JSON."""
        messages = [{"role": "user", "content": self.message}, {"role": "assistant", "content": self.answer()}]
        return json.dumps({"messages": messages, "cluster": self.cluster}, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Draw:
    """Choices that depend only on the seed and on names, so that adding a row never moves the draws of another."""

    seed: str

    def below(self, bound: int, *names: object) -> int:
        """A whole number from 0 to bound - 1."""
        key = "\x1f".join([self.seed, *map(str, names)])
        return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % bound

    def pick(self, options: tuple[str, ...], *names: object) -> str:
        """One of the options."""
        return options[self.below(len(options), *names)]

    def happens(self, percent: int, *names: object) -> bool:
        """True in about `percent` of 100 draws."""
        return self.below(100, *names) < percent


@dataclass
class Accepted:
    """The 5-word runs of the rows taken so far, to refuse near-duplicates."""

    shingle_sets: list[frozenset[str]] = field(default_factory=list)

    def takes(self, message: str) -> bool:
        """Remembers the message and says True, unless it is too like an earlier one."""
        new = shingles(message)
        if any(overlap(new, old) > MAX_OVERLAP for old in self.shingle_sets):
            return False
        self.shingle_sets.append(new)
        return True


def shingles(text: str, size: int = 5) -> frozenset[str]:
    """The set of runs of `size` words, lower case, without punctuation."""
    words = re.findall(r"[\w']+", text.lower())
    return frozenset(" ".join(words[i : i + size]) for i in range(max(1, len(words) - size + 1)))


def overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """Jaccard index of two sets: shared divided by all."""
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)


def read_table(path: Path) -> list[list[str]]:
    """The `a | b | c` lines of a source file; blank lines and # comments are skipped."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in lines if line.strip() and not line.startswith("#")]


def read_situations(path: Path) -> list[Situation]:
    """The situations of training."""
    groups = {"any": PRODUCTS, "goods": GOODS, "device": GOODS[:3], "heavy": GOODS[:2]}
    return [
        Situation(cluster, groups.get(kind.rstrip("!"), (kind.rstrip("!"),)), kind.endswith("!"), tuple(wordings))
        for cluster, kind, *wordings in read_table(path)
    ]


def read_fragments(path: Path) -> dict[str, tuple[str, ...]]:
    """Slot → the fragments that may fill it."""
    fragments: dict[str, tuple[str, ...]] = {}
    for slot, text in read_table(path):
        fragments[slot] = (*fragments.get(slot, ()), text)
    return fragments


def read_rows(path: Path) -> list[Row]:
    """Rows written whole by hand."""
    return [Row(*cells) for cells in read_table(path)]


@dataclass(frozen=True)
class Writer:
    """Puts one message together from a situation and the fragments around it."""

    fragments: dict[str, tuple[str, ...]]
    draw: Draw

    def row(self, situation: Situation, index: int, attempt: int) -> Row:
        """The `index`-th row of a situation; another attempt gives other words."""
        key = (situation.cluster, index, attempt)
        draw = self.draw
        start = draw.below(len(situation.products), situation.cluster, "product")
        product = situation.products[(start + index) % len(situation.products)]
        priority = "high" if situation.is_dangerous else draw.pick(PRIORITY_DRAW, situation.cluster, index, "priority")
        wording = situation.wordings[index % len(situation.wordings)]
        core = wording.replace("{it}", self.name(situation.category, product, key))
        tone = draw.pick(TONES, *key, "tone")
        if tone == "angry" and (priority == "low" or situation.category == "advice"):
            tone = "plain"  # nobody is furious about a tip, or without any hurry
        parts = self.around(core, situation, priority, tone, key)
        return Row(situation.cluster, product, priority, finish(" ".join(parts), tone))

    def name(self, category: str, product: str, key: tuple[object, ...]) -> str:
        """What the customer calls the product."""
        slot = f"name.none.{category}" if product == "none" else f"name.{product}"
        return self.draw.pick(self.fragments.get(slot, ("",)), *key, "name")

    def around(self, core: str, situation: Situation, priority: str, tone: str, key: tuple[object, ...]) -> list[str]:
        """The core sentence with opener, fact, number, priority, question and closer, as far as the length allows."""
        middle = [core]
        if priority != "normal" and not situation.is_dangerous:
            reasons = self.fragments[priority]
            if priority == "high" and situation.category not in ("return", "advice"):
                reasons += self.fragments["high.standstill"]
            reason = self.draw.pick(reasons, *key, "reason")
            middle.insert(self.draw.below(4, *key, "place") > 0, reason)
        extras = keep_within(TARGET_WORDS - word_count(middle), self.extras(situation.category, tone, key))
        order = [extras.get("opener", ""), extras.get("fact", ""), *middle]
        order += [extras.get("number", ""), extras.get("ask", ""), extras.get("closer", "")]
        return join_greeting([part for part in order if part])

    def extras(self, category: str, tone: str, key: tuple[object, ...]) -> dict[str, str]:
        """The parts that decide nothing, each drawn or left out."""
        chances = {"fact": (35, "fact"), "number": (20, "number"), "ask": (60, f"ask.{category}")}
        if tone != "curt":
            chances |= {"opener": (90, f"opener.{tone}"), "closer": (50, f"closer.{tone}")}
        if category == "advice":
            del chances["number"]
        drawn = {
            slot: self.draw.pick(self.fragments[source], *key, slot)
            for slot, (percent, source) in chances.items()
            if self.draw.happens(percent, *key, slot, "kept")
        }
        number = str(1000 + self.draw.below(9000, *key, "digits"))
        return {slot: text.replace("{n}", number) for slot, text in drawn.items()}


def keep_within(words_left: int, extras: dict[str, str]) -> dict[str, str]:
    """The extras that fit into so many words, the more telling ones first."""
    kept = {}
    for slot in ("opener", "ask", "number", "fact", "closer"):
        words = word_count([extras.get(slot, "")])
        if 0 < words <= words_left:
            kept[slot] = extras[slot]
            words_left -= words
    return kept


def join_greeting(parts: list[str]) -> list[str]:
    """After a greeting that ends with a comma the sentence goes on in lower case."""
    first, second, *rest = [*parts, ""] if len(parts) == 1 else parts
    if first.endswith(",") and not re.match(r"I\b", second):
        second = second[:1].lower() + second[1:]
    return [part for part in (first, second, *rest) if part]


def word_count(parts: list[str]) -> int:
    """Words of all parts together."""
    return len(" ".join(parts).split())


def finish(message: str, tone: str) -> str:
    """What a tone does to the look of a message: a curt writer does not bother with capitals."""
    return message.lower().removesuffix(".") if tone == "curt" else message


def generate(situations: list[Situation], writer: Writer, accepted: Accepted) -> list[Row]:
    """`ROWS_PER_SITUATION` rows for each situation, none too like another. Raises ValueError where words run out."""
    return [
        first_fitting(situation, index, writer, accepted)
        for situation in situations
        for index in range(ROWS_PER_SITUATION)
    ]


def first_fitting(situation: Situation, index: int, writer: Writer, accepted: Accepted) -> Row:
    """The first attempt that has the right length and is no near-duplicate."""
    for attempt in range(MAX_TRIES):
        row = writer.row(situation, index, attempt)
        if MIN_WORDS <= word_count([row.message]) <= MAX_WORDS and accepted.takes(row.message):
            return row
    raise ValueError(f"{situation.cluster}: no new message for row {index}; give it another wording")


def training_rows(source: Path, seed: str) -> list[Row]:
    """Hand-written and generated rows, in an order drawn from the seed."""
    accepted = Accepted()
    by_hand = read_rows(source / "handwritten.txt")
    for row in by_hand:
        if not accepted.takes(row.message):
            raise ValueError(f"{row.cluster}: two hand-written rows are nearly the same: {row.message}")
    draw = Draw(seed)
    writer = Writer(read_fragments(source / "fragments.txt"), draw)
    rows = by_hand + generate(read_situations(source / "situations.txt"), writer, accepted)
    return sorted(rows, key=lambda row: draw.below(1 << 60, "order", row.message))


def build(output: Path, source: Path = SOURCE_FOLDER, seed: str = SEED) -> dict[str, int]:
    """Writes `train.jsonl` and `heldout.jsonl` into the output folder; returns the number of rows of each."""
    files = {"train.jsonl": training_rows(source, seed), "heldout.jsonl": read_rows(source / "heldout.txt")}
    output.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        (output / name).write_bytes("".join(row.line() for row in rows).encode("utf-8"))
    return {name: len(rows) for name, rows in files.items()}


def main(arguments: list[str]) -> None:
    """Writes both files and says how many rows they have."""
    counts = build(Path(arguments[0]) if arguments else OUTPUT_FOLDER)
    sys.stdout.write("".join(f"{name}: {count} rows\n" for name, count in counts.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
