"""Invented rows for looking at the charts and testing them; the shipped window never shows them."""

import random

from engine.export.charts import Level
from engine.verdict.binary import wilson_interval
from gui.charts.before_after_rows import CapabilityRow


def _points(name, n, before, after, change, worse, better, word, **more):
    """A 0/1 capability: shares before and after, and stored bounds (positive = worse)."""
    levels = []
    for share in (before, after):
        span = wilson_interval(round(share * n), n)
        levels.append(Level(mean=share, lower=span.lower, upper=span.upper))
    return CapabilityRow(
        name=name, n=n, kind="binary", unit="share", word=word, change=-change, worse=-worse, better=-better,
        budget=more.pop("budget", 0.05), before=levels[0], after=levels[1], **more,
    )  # fmt: skip


def capability_rows():
    """Seven capabilities and the learned task, as in the design's figure."""
    return [
        _points("Arithmetic", 200, 0.72, 0.51, -0.21, -0.27, -0.15, "forgot",
                forgotten=("arithmetic-017", "arithmetic-031", "arithmetic-044"), gained=("arithmetic-002",)),
        _points("Multilingual", 160, 0.61, 0.55, -0.06, -0.115, -0.005, "can't tell"),
        _points("Instruction following", 240, 0.81, 0.76, -0.05, -0.08, -0.02, "can't tell"),
        _points("General knowledge", 400, 0.68, 0.665, -0.015, -0.035, 0.005, "kept"),
        _points("Reasoning", 200, 0.58, 0.56, -0.02, -0.065, 0.025, "can't tell"),
        _points("Safety refusals", 160, 0.95, 0.94, -0.01, -0.03, 0.01, "kept"),
        _points("Code", 160, 0.55, 0.545, -0.005, -0.055, 0.045, "can't tell", budget=None),
        _points("Support tone", 80, 0.31, 0.73, 0.42, 0.30, 0.53, "learned", budget=None),
    ]  # fmt: skip


def likelihood_rows():
    """Continuous scores in nats a token, one without a bound, with different budgets."""

    def row(name, n, before, change, worse, better, word, budget):
        return CapabilityRow(
            name=name, n=n, kind="nll", unit="nats/token", word=word, change=change, worse=worse, better=better, budget=budget,
            before=Level(mean=-before, lower=-before - 0.12, upper=-before + 0.12),
            after=Level(mean=-before - change, lower=-before - change - 0.14, upper=-before - change + 0.13),
        )  # fmt: skip

    return [
        row("arithmetic", 62, 1.6, 0.53, 0.60, 0.45, "forgot", 0.10),
        row("word problems", 62, 2.0, 0.11, 0.19, 0.02, "can't tell", 0.10),
        row("facts", 62, 1.2, -0.02, 0.01, -0.05, "kept", 0.10),
        row("code", 5, 1.9, 0.15, None, -0.10, "can't tell", 0.30),
    ]


def seeded(name):
    """A random source of one's own."""
    return random.Random(name)
