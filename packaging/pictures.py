"""Take the README's pictures: run the demo three ways in a data folder of its own, then photograph the window over it.

    python packaging/pictures.py             # runs there what did not finish yet, then takes every picture

The folder, `build/pictures`, is kept: the next call only takes the pictures anew, in both themes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from engine.plan.demo import DATASET
from engine.states import State
from engine.store import Store, runs

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "pictures"
#: The demos that are photographed: (method, protection, learning rate). The first has the page of its own.
RUNS = (("full", "off", 1e-4), ("full", "standard", 1e-4), ("lora", "standard", 1e-3))
#: Minutes that leave room for every step and item, protected or not: the runs are compared.
LONG = "60"
THEMES = ("light", "dark")
SIZE = "1280x800"
#: Larger pictures load slowly where the README is read.
MOST_BYTES = 200_000
ROWS = "tickets.jsonl"


def finished(folder: Path, method: str, protect: str, lr: float) -> int | None:
    """The folder's newest finished demo of this kind, None before there is one."""
    store = Store(folder)
    try:
        return next(
            (
                run.id for run in runs.everything(store)
                if run.state is State.FINISHED
                and (run.recipe.method, run.recipe.protect, run.recipe.training.lr) == (method, protect, lr)
            ),
            None,
        )  # fmt: skip
    finally:
        store.close()


def demo(folder: Path, method: str, protect: str, lr: float) -> int:
    """Run the demo in this way where that is still to do; return the run's number."""
    if (found := finished(folder, method, protect, lr)) is None:
        words = ["demo", "--minutes", LONG, "--method", method, "--protect", protect, "--lr", f"{lr:g}"]
        subprocess.run([sys.executable, "-m", "engine.cli", "--data-dir", str(folder), *words], check=True, cwd=ROOT)
        found = finished(folder, method, protect, lr)
    if found is None:
        raise SystemExit(f"The demo ({method}, {protect}) did not finish: no pictures were taken.")
    return found


def shots(run_ids: list[int]) -> list[tuple[str, str, dict[str, Any]]]:
    """What is photographed: (name, page, arguments)."""
    first = run_ids[0]
    return [
        ("home", "home", {}),
        ("new-run", "new_run", {"data_path": ROWS}),
        ("verdict", "run", {"run_id": first, "tab": "verdict"}),
        ("timeline", "run", {"run_id": first, "tab": "timeline"}),
        ("answers", "run", {"run_id": first, "tab": "answers"}),
        ("trade-off", "compare", {"run_ids": run_ids, "tab": "tradeoff"}),
        ("canaries", "canaries", {}),
    ]


def photograph(folder: Path, run_ids: list[int], theme: str) -> None:
    """Take every picture in one theme."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copy(DATASET / "train.jsonl", Path(place) / ROWS)
        listed = Path(place) / "shots.json"
        listed.write_text(json.dumps(shots(run_ids)), "utf-8")
        script = ROOT / "tests" / "e2e" / "pictures.py"
        words = ["--data-dir", str(folder), "--shots", str(listed), "--theme", theme, "--size", SIZE, "--out", place]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        subprocess.run(
            [sys.executable, str(script), *words], check=True, cwd=place, env=environment, stdout=subprocess.DEVNULL
        )
        OUT.mkdir(parents=True, exist_ok=True)
        for name, _, _ in shots(run_ids):
            shutil.copy(Path(place) / f"{name}.png", OUT / f"{name}-{theme}.png")


def main() -> int:
    """Run the demos where needed, photograph, and say how large the pictures are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", type=Path, default=ROOT / "build" / "pictures")
    folder = parser.parse_args().data_dir.absolute()
    run_ids = [demo(folder, *kind) for kind in RUNS]
    for theme in THEMES:
        photograph(folder, run_ids, theme)
    sizes = {path.name: path.stat().st_size for path in sorted(OUT.glob("*.png"))}
    for name, size in sizes.items():
        sys.stdout.write(f"{name}: {size / 1000:.0f} kB\n")
    too_large = [name for name, size in sizes.items() if size > MOST_BYTES]
    if too_large:
        sys.stdout.write(f"Larger than {MOST_BYTES / 1000:.0f} kB: {', '.join(too_large)}\n")
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
