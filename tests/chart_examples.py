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


def timeline_parts(steps=640, every=80, stop=560):
    """Loss that falls with noise; three capabilities checked every `every` steps, the worst crossing its budget."""
    from gui.charts.timeline_rows import CheckRow, EventRow, StepRow

    noise = seeded("loss")
    logged = [
        StepRow(step=at, loss=0.55 + 2 * 0.5 ** (at / (steps / 4)) + noise.gauss(0, 0.12), tokens=512 * at,
                elapsed_s=0.4 * at, epoch=at / 330)
        for at in range(1, steps + 1)
    ]  # fmt: skip
    slopes = {"Arithmetic": -7.2, "Multilingual": -2.4, "Knowledge": -0.8}
    checks = [
        CheckRow(step=at, capability=name, change=slope * (at / steps) ** 1.2, lower=slope * (at / steps) ** 1.2 - 1.1,
                 upper=slope * (at / steps) ** 1.2 + 1.1, budget=-5.0, kind="binary", n=75)
        for name, slope in slopes.items() for at in range(0, steps + 1, every)
    ]  # fmt: skip
    events = [EventRow(step=at, kind="checkpoint") for at in range(every, steps + 1, every)]
    events += [EventRow(step=stop * 5 // 7 // every * every, kind="best")]
    events += [EventRow(step=stop, kind="auto_stop", note="two checks in a row beyond −5 points")]
    events += [EventRow(step=steps // 3, kind="pause")]
    return logged, checks, events


def tradeoff_rows():
    """Five runs of eight checkpoints; three end close together."""
    from gui.charts.tradeoff_rows import Retained, TradeoffRow

    ends = {
        "full": (54.6, -8.3),
        "lora16": (49.5, -5.5),
        "lora64": (52.0, -6.2),
        "qlora": (50.4, -5.9),
        "replay": (53.8, -1.6),
    }
    rows = []
    for name, (gain, loss) in ends.items():
        noise = seeded(name)
        for at in range(1, 9):
            share, y = at / 8, loss * (at / 8) ** 1.3 + noise.uniform(-0.25, 0.25)
            kept = (
                Retained(
                    capability="Arithmetic", change=y, lower=y - 2, upper=y + 2, budget=-5.0, kind="binary", n=200
                ),
                Retained(
                    capability="Knowledge",
                    change=y / 3,
                    lower=y / 3 - 1,
                    upper=y / 3 + 1,
                    budget=-5.0,
                    kind="binary",
                    n=400,
                ),
            )
            rows.append(
                TradeoffRow(run=name, step=80 * at, gain=gain * share, gain_lower=gain * share - 5, gain_upper=gain * share + 5,
                            retained=kept, is_final=at == 8, is_best=name == "replay" and at == 8)
            )  # fmt: skip
    return rows
