"""`make bench`: Palimpsest beside its peers on the same model, rows, seed and effective batch. Prints ratios.

Training: our loop against transformers' Trainer with peft and against TRL's SFTTrainer, for full, LoRA and QLoRA: real
(non-padding) tokens per second, peak memory of the process, loss. Scoring: our scorer against lm-evaluation-harness on the
multiple-choice items of the standard suite. Checks: what the looks of a run of 30 minutes take of it.

Every contender runs in a fresh process with the same threads, and they take turns step by step, so that whatever else the
machine does meets all alike; a ratio is the median of the steps' own. Everyone has gradient checkpointing off, fp32, batch 8
in one piece, and pads to the longest row of the step. Two of our runs take part, on the same rows as the peers: one
sees the very same in each step (its curve must equal theirs), the other groups them by length, as a run does (its speed is
what users get, and its held-out loss must match theirs).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench_contenders import MARK, READY

from engine.platform import clean_environment
from engine.records import DEFAULT_LOOKS
from engine.training.schedule import look_steps

ROOT = Path(__file__).resolve().parents[1]
MIB = 2**20
BATCH, SEED, RUN_S = 8, 0, 1800
PEERS = ("trainer", "trl")
OURS = {"same rows": False, "grouped": True}
#: name of a ratio → (bar, aim, whether larger is better)
BARS = {"throughput": (1.2, 1.5, True), "peak": (0.8, 0.6, False), "scoring": (3.0, 5.0, True), "checks": (0.15, 0.1, False)}  # fmt: skip
CURVE_LIMIT, HELDOUT_LIMIT = 0.01, 0.02


class Contender:
    """One contender's process; it does a step each time it is given its turn."""

    def __init__(self, bench: "Bench", who: str, label: str, spec: dict[str, Any]) -> None:
        """Start it and wait until it stands ready."""
        options = bench.options
        self.who, self.label, self.method = who, label or who, spec.get("method", "")
        self.spec = {
            "who": who, "data": str(bench.folder / "data.json"), "folder": str(bench.folder), "batch": BATCH, "seed": SEED,
            "threads": options.threads, "rows": str(ROOT / "resources" / "datasets" / "support-desk"), **spec,
        }  # fmt: skip
        name = f"{self.method}-{self.label}".replace(" ", "-").replace(",", "")
        path, self.log = bench.folder / f"{name}.json", bench.folder / f"{name}.log"
        path.write_text(json.dumps(self.spec), "utf-8")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "packaging" / "bench_contenders.py"), str(path)],
                env=bench.environment(who), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                cwd=bench.folder,
            )  # fmt: skip
        self.result = self._listen()

    def turn(self) -> None:
        """Let it do one step, and wait for the end of it."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.result = self._listen()

    def _listen(self) -> dict[str, Any] | None:
        """Return None where it waits for its next turn, its result where it is done."""
        for line in self.process.stdout:
            if line.startswith(READY):
                return None
            if line.startswith(MARK):
                self.process.communicate()
                return {"who": self.label, "method": self.method, **json.loads(line.removeprefix(MARK))}
        raise SystemExit(f"{self.label} failed ({self.process.wait()}):\n{self.log.read_text()[-4000:]}")


class Bench:
    """Runs contenders and keeps what each said."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        """Work in `folder`."""
        self.options, self.folder = options, folder
        self.runs: list[dict[str, Any]] = []

    def run(self, who: str, **spec: Any) -> dict[str, Any]:
        """Run a contender that takes no turns to its end."""
        result = Contender(self, who, "", spec).result
        self.runs.append(result)
        shown = {key: round(value, 2) for key, value in result.items() if isinstance(value, float)}
        print(f"  {who}: {shown}", flush=True)
        return result

    def environment(self, who: str) -> dict[str, str]:
        """Ours gets what the host gives its workers; a peer gets the user's own environment, with the hub offline too."""
        threads = {"OMP_NUM_THREADS": str(self.options.threads), "MKL_NUM_THREADS": str(self.options.threads)}
        plain = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
        ours = who in ("palimpsest", "score-palimpsest", "look", "prepare")
        return (clean_environment(os.environ) if ours else plain) | threads

    # ---- contests ----------------------------------------------------------------------------------------------------

    def training(self, method: str) -> dict[str, Any]:
        """Everyone trains, step by step in turn; return the ratios."""
        shape = {"method": method, "steps": self.options.steps}
        crew = {who: Contender(self, who, "", shape) for who in PEERS}
        crew |= {
            name: Contender(self, "palimpsest", f"ours, {name}", {**shape, "grouped": grouped})
            for name, grouped in OURS.items()
        }
        order = list(crew)
        for step in range(self.options.steps + 1):  # the last turn is for the held-out rows
            for name in order[step % len(order) :] + order[: step % len(order)]:
                crew[name].turn()
            print(f"  {method}: step {step} of {self.options.steps}", end="\r", flush=True)
        self.runs += [one.result for one in crew.values()]
        return ratios({name: one.result for name, one in crew.items()}, self.options.warm)

    def scoring(self) -> dict[str, Any]:
        """Both score the same pairs; return the ratio of time and the largest difference in nats."""
        speeds, apart = [], 0.0
        for number in range(self.options.rounds):
            turns = ["score-palimpsest", "score-lm-eval"]
            found = {who: self.run(who) for who in (turns if number % 2 else reversed(turns))}
            ours, theirs = found["score-palimpsest"], found["score-lm-eval"]
            speeds.append(theirs["wall_s"] / ours["wall_s"])
            apart = max(abs(a - b) for a, b in zip(ours["scores"], theirs["scores"], strict=True))
        return {"scoring": statistics.median(speeds), "largest_difference_nats": apart}

    def checks(self) -> dict[str, Any]:
        """Time a look; return the share of 30 minutes that all looks of the default plan take but the last.

        The last planned look is the measuring after, which every run has, looks or none.
        """
        found = self.run("look")
        count = len(look_steps(10_000, DEFAULT_LOOKS)) - 1
        return {
            "checks": count * found["look_s"] / RUN_S,
            "look_s": found["look_s"],
            "looks": count,
            "items": found["items"],
        }


def ratios(found: dict[str, dict[str, Any]], warm: int) -> dict[str, float]:
    """The ratios: of each step's speeds their median, against the faster peer; of memory, against the leaner one."""
    same, grouped = found["same rows"], found["grouped"]
    rate = {clock: {who: _rates(one, clock, warm) for who, one in found.items()} for clock in ("wall_s", "cpu_s")}
    curve = max(
        abs(a - b) / max(abs(b), 1e-9)
        for who in PEERS
        for a, b in zip(same["losses"], found[who]["losses"], strict=True)
    )
    return {
        "throughput": _against(rate["wall_s"], "grouped"),
        "throughput_same_rows": _against(rate["wall_s"], "same rows"),
        "throughput_by_processor_time": _against(rate["cpu_s"], "grouped"),
        "peak": max(same["peak_bytes"], grouped["peak_bytes"]) / min(found[who]["peak_bytes"] for who in PEERS),
        "curve": curve,
        "heldout": max(abs(grouped["heldout_loss"] / found[who]["heldout_loss"] - 1) for who in PEERS),
        "tokens_per_s": statistics.median(rate["wall_s"]["grouped"]),
        "peak_mib": max(same["peak_bytes"], grouped["peak_bytes"]) / MIB,
        **{f"{who}_tokens_per_s": statistics.median(rate["wall_s"][who]) for who in PEERS},
        **{f"{who}_peak_mib": found[who]["peak_bytes"] / MIB for who in PEERS},
    }


def _rates(one: dict[str, Any], clock: str, warm: int) -> list[float]:
    """Real tokens per second of each timed step."""
    return [tokens / seconds for tokens, seconds in zip(one["tokens"], one[clock], strict=True)][warm:]


def _against(rate: dict[str, list[float]], ours: str) -> float:
    """The median over the steps of our speed against that peer's which is the faster in the median."""
    peer = max(PEERS, key=lambda who: statistics.median(rate[who]))
    return statistics.median(a / b for a, b in zip(rate[ours], rate[peer], strict=True))


def judged(name: str, value: float) -> str:
    """A ratio with its bar."""
    bar, aim, more = BARS[name]
    holds, reached = ((value >= bar), (value >= aim)) if more else ((value <= bar), (value <= aim))
    word = "reaches the aim" if reached else "holds" if holds else "MISSES THE BAR"
    sign = "at least" if more else "at most"
    return f"{value:.2f} ({sign} {bar:g}, aim {aim:g}: {word})"


def report(results: dict[str, dict[str, Any]]) -> str:
    """What was measured, in lines."""
    lines = []
    for method in ("full", "lora", "qlora"):
        if found := results.get(method):
            curve = "equal" if found["curve"] <= CURVE_LIMIT else "NOT EQUAL"
            heldout = "matches" if found["heldout"] <= HELDOUT_LIMIT else "DOES NOT MATCH"
            lines += [
                f"{method}: tokens/s against the faster peer {judged('throughput', found['throughput'])}; "
                f"{found['throughput_same_rows']:.2f} with the same rows in each step; "
                f"{found['throughput_by_processor_time']:.2f} by processor time",
                f"  {found['tokens_per_s']:.0f} tokens/s; Trainer {found['trainer_tokens_per_s']:.0f}, "
                f"TRL {found['trl_tokens_per_s']:.0f}",
                f"  peak memory against the leaner peer {judged('peak', found['peak'])}: {found['peak_mib']:.0f} MiB; "
                f"Trainer {found['trainer_peak_mib']:.0f}, TRL {found['trl_peak_mib']:.0f}",
                f"  loss curve with the same rows: {curve} (largest difference {found['curve']:.2%}); held-out loss of the "
                f"grouped run {heldout} ({found['heldout']:.2%})",
            ]
    if found := results.get("scoring"):
        lines.append(
            f"scoring against lm-evaluation-harness {judged('scoring', found['scoring'])}; largest difference of an "
            f"answer {found['largest_difference_nats']:.1e} nats"
        )
    if found := results.get("checks"):
        lines.append(
            f"checks' share of 30 minutes {judged('checks', found['checks'])}: {found['looks']} looks of "
            f"{found['items']} items, {found['look_s']:.1f} s each"
        )
    return "\n".join(lines)


def main() -> None:
    """Run what was asked for, print it, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="a small version: one round, 6 steps, few items and held-out rows"
    )
    parser.add_argument(
        "--only", nargs="+", default=["full", "lora", "qlora", "scoring", "checks"], help="contests to run"
    )
    parser.add_argument("--steps", type=int, default=16, help="optimiser steps of a training run")
    parser.add_argument("--warm", type=int, default=2, help="first steps left out of the timing")
    parser.add_argument("--rounds", type=int, default=3, help="how often both score the items")
    parser.add_argument("--heldout", type=int, default=96, help="held-out rows whose loss is taken at the end, at most")
    parser.add_argument("--items", type=int, default=1000, help="multiple-choice items scored at most")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", type=Path, help="also write everything measured to this file")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.steps, options.items, options.heldout = 1, min(options.steps, 6), 16, 8
    with tempfile.TemporaryDirectory(prefix="palimpsest-bench-") as folder:
        bench = Bench(options, Path(folder))
        bench.run("prepare", items=options.items, heldout=options.heldout)
        contests = {"scoring": bench.scoring, "checks": bench.checks}
        results = {name: contests[name]() if name in contests else bench.training(name) for name in options.only}
    print(report(results))
    if options.json:
        options.json.write_text(json.dumps({"results": results, "runs": bench.runs}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
