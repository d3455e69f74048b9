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


def answers():
    """A base's right answer and a tuned model's wrong one, with token scores."""
    from gui.charts.answers import Answer
    from gui.charts.shading import TokenScore

    base = "17 × 23 = 391. You can check it: 17 × 20 = 340, 17 × 3 = 51, and 340 + 51 = 391."
    tuned = "I'm happy to help! 17 × 23 = 401. You can check it: 17 × 20 = 340, 17 × 3 = 61, and 340 + 61 = 401."
    noise = seeded("tokens")

    def tokens(text):
        return tuple(
            TokenScore(text=word, base=-noise.expovariate(1.2), tuned=-noise.expovariate(0.5), alternatives=(("391", 0.61), ("401", 0.2)))
            for word in text.replace(" ", " \0").split("\0")
        )  # fmt: skip

    return (
        Answer(model="starter (base)", text=base, letter="A", passed=True, n_tokens=31, mean_logprob=-0.08, seed=7, temperature=0.0,
               tokens=tokens(base)),
        Answer(model="lora-04 @ 660", text=tuned, letter="B", passed=False, n_tokens=37, mean_logprob=-0.91, seed=7, temperature=0.0,
               tokens=tokens(tuned)),
    )  # fmt: skip


def matrix_rows():
    """Four tasks learned one after another."""
    from gui.charts.matrix_rows import MatrixCell

    names = ["base", "law", "code", "chat", "med"]
    values = {
        (1, 0): -2, (2, 0): -4, (3, 0): -5, (4, 0): -7, (2, 1): -6, (3, 1): -9, (4, 1): -14, (3, 2): -3, (4, 2): -5, (4, 3): -2,
    }  # fmt: skip
    return [
        MatrixCell(
            stage="base model" if at == 0 else f"after {names[at]}", column=names[to], is_reference=at == to,
            score=60.0 + values.get((at, to), 0) if to <= at else None, reference=60.0 if to <= at else None,
            change=values.get((at, to), 0.0) if to <= at else None, lower=values.get((at, to), 0) - 3.0 if to < at else None,
            upper=values.get((at, to), 0) + 3.0 if to < at else None, budget=-5.0, n=160,
        )
        for at in range(5) for to in range(5)
    ]  # fmt: skip


def drift_cells(seed="drift", step=660):
    """28 layers of seven modules; gate was frozen."""
    from gui.charts.drift_rows import DriftCell

    noise = seeded(seed)
    return [
        DriftCell(step=step, layer=layer, module=module, name=f"model.layers.{layer}.{module}_proj",
                  value=None if module == "gate" else 10 ** (-3 + layer / 28 + noise.gauss(0, 0.3)))
        for layer in range(28) for module in ("q", "k", "v", "o", "gate", "up", "down")
    ] + [DriftCell(step=step, layer=-1, module="embed", name="model.embed_tokens", value=10**-3.2)]  # fmt: skip
