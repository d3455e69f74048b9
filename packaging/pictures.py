"""Take the README's pictures: run the demo in a data folder of its own, then photograph the window over it.

    python packaging/pictures.py             # runs the demo there if it did not finish yet, then takes every picture

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
RUN = "demo-full"
THEMES = ("light", "dark")
SIZE = "1280x800"
#: Larger pictures load slowly where the README is read.
MOST_BYTES = 200_000
ROWS = "tickets.jsonl"


def run_of(folder: Path) -> int | None:
    """The folder's finished demo, None before there is one."""
    store = Store(folder)
    try:
        found = [run.id for run in runs.everything(store) if run.name == RUN and run.state is State.FINISHED]
        return found[-1] if found else None
    finally:
        store.close()


def shots(run_id: int) -> list[tuple[str, str, dict[str, Any]]]:
    """What is photographed: (name, page, arguments)."""
    return [
        ("home", "home", {}),
        ("new-run", "new_run", {"data_path": ROWS}),
        ("verdict", "run", {"run_id": run_id, "tab": "verdict"}),
        ("timeline", "run", {"run_id": run_id, "tab": "timeline"}),
        ("answers", "run", {"run_id": run_id, "tab": "answers"}),
        ("canaries", "canaries", {}),
    ]


def photograph(folder: Path, run_id: int, theme: str) -> None:
    """Take every picture in one theme."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copy(DATASET / "train.jsonl", Path(place) / ROWS)
        listed = Path(place) / "shots.json"
        listed.write_text(json.dumps(shots(run_id)), "utf-8")
        script = ROOT / "tests" / "e2e" / "pictures.py"
        words = ["--data-dir", str(folder), "--shots", str(listed), "--theme", theme, "--size", SIZE, "--out", place]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        subprocess.run(
            [sys.executable, str(script), *words], check=True, cwd=place, env=environment, stdout=subprocess.DEVNULL
        )
        OUT.mkdir(parents=True, exist_ok=True)
        for name, _, _ in shots(run_id):
            shutil.copy(Path(place) / f"{name}.png", OUT / f"{name}-{theme}.png")


def main() -> int:
    """Run the demo where needed, photograph, and say how large the pictures are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", type=Path, default=ROOT / "build" / "pictures")
    folder = parser.parse_args().data_dir.absolute()
    if run_of(folder) is None:
        subprocess.run([sys.executable, "-m", "engine.cli", "--data-dir", str(folder), "demo"], check=True, cwd=ROOT)
    run_id = run_of(folder)
    if run_id is None:
        raise SystemExit("The demo did not finish: no pictures were taken.")
    for theme in THEMES:
        photograph(folder, run_id, theme)
    sizes = {path.name: path.stat().st_size for path in sorted(OUT.glob("*.png"))}
    for name, size in sizes.items():
        sys.stdout.write(f"{name}: {size / 1000:.0f} kB\n")
    too_large = [name for name, size in sizes.items() if size > MOST_BYTES]
    if too_large:
        sys.stdout.write(f"Larger than {MOST_BYTES / 1000:.0f} kB: {', '.join(too_large)}\n")
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
